"""What traces a unit: part, lot, serial number, work order; the rules a part has for them, and scanned codes.

Knows texts and patterns only. What stays from unit to unit is the part's choice: kept, asked anew, or counted up.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

from inspector_app.errors import KensaError

GENERAL = "general"
"""The part of a sample that names none."""
FIELDS = ("lot", "serial", "work_order")
NEXT = ("keep", "ask", "count")
LONGEST = 100
_WORDS = {"lot": "lot", "serial": "serial number", "work_order": "work order"}
USUAL_NEXT = {"lot": "keep", "serial": "ask", "work_order": "keep"}
_ENDLESS = r"(?:[*+]|\{\d*,\})"
_TOKENS = re.compile(rf"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\(|\){_ENDLESS}?|{_ENDLESS}", re.DOTALL)
"""What matters of a pattern for its repeats; escaped characters and sets are passed over."""
_LAST_DIGITS = re.compile(r"\d+(?=\D*$)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Identity:
    """What is known of one unit before it is looked at."""

    part: str = GENERAL
    lot: str | None = None
    serial: str | None = None
    work_order: str | None = None


@dataclass(frozen=True, slots=True)
class FieldRule:
    """One field of a part: the whole text must match `pattern` (a regular expression; empty: any text);
    `next` says what becomes of it for the next unit. ValueError for a rule that contradicts itself.
    """

    pattern: str = ""
    example: str = ""
    required: bool = False
    next: str = "ask"

    def __post_init__(self) -> None:
        for text in (self.pattern, self.example):
            if not isinstance(text, str):
                raise TypeError("pattern and example must be texts")
        if self.next not in NEXT:
            raise ValueError(f"next must be one of {', '.join(NEXT)}, not {self.next!r}")
        if self.pattern:
            _compiled(self.pattern)
            if not self.example:
                raise ValueError(f"the pattern {self.pattern!r} needs an example that people are shown")
            if not re.fullmatch(self.pattern, self.example):
                raise ValueError(f"the example {self.example!r} does not match the pattern {self.pattern!r}")
        if self.next == "count" and self.example and not _LAST_DIGITS.search(self.example):
            raise ValueError(f"a field that counts up needs digits, and the example {self.example!r} has none")

    def fault(self, name: str, text: str | None) -> str | None:
        """Why the text does not fit the field, as a sentence; None when it fits."""
        word = _WORDS[name]
        shown = f", as {self.example}" if self.example else ""
        if not text:
            return f"The {word} is missing; give one{shown}." if self.required else None
        if not self.pattern:
            return None
        if len(text) > LONGEST:
            return f"The {word} is longer than {LONGEST} characters; give a shorter one{shown}."
        if not re.fullmatch(self.pattern, text):
            return f"The {word} {text!r} does not fit this part; it looks like {self.example}."
        return None


@dataclass(frozen=True, slots=True)
class Identification:
    """How the units of a part are identified: a rule for each field, and `scan`, the pattern of a scanned code with
    named groups (part, lot, serial, work_order), of which the code needs not be all.
    """

    rules: Mapping[str, FieldRule] = field(default_factory=dict)
    scan: str = ""

    def __post_init__(self) -> None:
        if unknown := sorted(set(self.rules) - set(FIELDS)):
            raise ValueError(f"there is no field {unknown[0]!r}; fields are {', '.join(FIELDS)}")
        if self.scan:
            groups = set(_compiled(self.scan).groupindex)
            if not groups or not groups <= {"part", *FIELDS}:
                raise ValueError("scan needs named groups, from part, lot, serial and work_order")

    def rule(self, name: str) -> FieldRule:
        """The rule of a field; a part that says nothing of it takes any text."""
        return self.rules.get(name) or FieldRule(next=USUAL_NEXT[name])

    def check(self, identity: Identity) -> None:
        """KensaError `bad_identity` with an example, for the first field that does not fit."""
        for name in FIELDS:
            if fault := self.rule(name).fault(name, getattr(identity, name)):
                raise KensaError("bad_identity", fault)

    def following(self, identity: Identity) -> Identity:
        """What the next unit starts with."""
        after = {name: self._next(name, getattr(identity, name)) for name in FIELDS}
        return Identity(identity.part, **after)

    def read(self, code: str, current: Identity) -> Identity | None:
        """What a scanned code says, over what is known already; None when it is no code of this part."""
        if not self.scan or len(code) > 4 * LONGEST:
            return None
        found = re.fullmatch(self.scan, code)
        if found is None:
            return None
        return replace(current, **{name: text for name, text in found.groupdict().items() if text})

    def _next(self, name: str, text: str | None) -> str | None:
        rule = self.rule(name)
        if rule.next == "keep" or text is None:
            return text if rule.next == "keep" else None
        if rule.next == "ask":
            return None
        after = counted_up(text)
        return after if after is not None and rule.fault(name, after) is None else None

    def to_json(self) -> dict[str, Any]:
        """As it stands in a definition; what is usual is left out."""
        rules = {name: {f.name: getattr(rule, f.name) for f in fields(rule)} for name, rule in self.rules.items()}
        return {**rules, **({"scan": self.scan} if self.scan else {})}


def counted_up(text: str) -> str | None:
    """The text with its last number one higher and as many digits at least; None where it has none."""
    found = _LAST_DIGITS.search(text)
    if found is None:
        return None
    number = str(int(found[0]) + 1).zfill(len(found[0]))
    return text[: found.start()] + number + text[found.end() :]


def _compiled(pattern: str) -> "re.Pattern[str]":
    try:
        compiled = re.compile(pattern)
    except re.error as error:
        raise ValueError(f"{pattern!r} is not a pattern ({error})") from error
    if _repeats_repeats(pattern):
        raise ValueError(f"{pattern!r} repeats what is repeated already, which can take for ever; write it plainer")
    return compiled


def _repeats_repeats(pattern: str) -> bool:
    """Whether an open-ended group is repeated without end, as in (a+)+: a text that nearly fits would never be read."""
    open_ended = [False]
    for token in _TOKENS.findall(pattern):
        if token[0] == "(":
            open_ended.append(False)
        elif token[0] == ")":
            inside, repeated = open_ended.pop(), len(token) > 1
            if inside and repeated:
                return True
            open_ended[-1] |= inside or repeated
        elif token[0] in "*+{":
            open_ended[-1] = True
    return False
