"""The judgment's grammar as data: segments, their tokens, and the answer as training feeds it.

Knows what a judgment may say and how a tokenizer spells it. Knows no model and no probabilities.
"""

import json
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import torch
from torch import Tensor

from model_runtime.verdict import GRID, Region, Severity

OK, NG, NOTHING = "OK", "NG", "nothing"
SEVERITIES = tuple(severity.value for severity in Severity if severity is not Severity.NONE)
CELLS = tuple(str(number) for number in range(GRID))


@dataclass(frozen=True, slots=True)
class Literal:
    """Text that is always there; never asked for."""

    text: str


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several texts."""

    name: str
    options: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Free:
    """Plain text of at most `budget` tokens; ends where the literal after it begins."""

    name: str
    budget: int


Segment = Literal | Choice | Free


@dataclass(frozen=True, slots=True)
class Shape:
    """What decides which segments a judgment has."""

    defects: tuple[str, ...]
    has_photo: bool = True
    has_voice: bool = False
    heard_tokens: int = 0
    remark_tokens: int = 0


OPENING = Literal('{"verdict": "')
VERDICT = Choice("verdict", (OK, NG))


def after(verdict: str, shape: Shape) -> tuple[Segment, ...]:
    """The segments that follow the verdict OK or NG."""
    return (*_finding(verdict, shape), *_hearing(shape), *_remark(shape))


def _finding(verdict: str, shape: Shape) -> Iterator[Segment]:
    if verdict == OK:
        yield Literal('", "defect": "none", "severity": "none", "region": null, "heard": "')
        return
    yield Literal('", "defect": "')
    yield Choice("defect", shape.defects)
    yield Literal('", "severity": "')
    yield Choice("severity", SEVERITIES)
    if not shape.has_photo:
        yield Literal('", "region": null, "heard": "')
        return
    yield Literal('", "region": {"row": ')
    yield Choice("row", CELLS)
    yield Literal(', "col": ')
    yield Choice("col", CELLS)
    yield Literal('}, "heard": "')


def _hearing(shape: Shape) -> Iterator[Segment]:
    if not shape.has_voice:
        yield Literal(f'", "voice_says": "{NOTHING}')
        return
    if shape.heard_tokens:
        yield Free("heard", shape.heard_tokens)
    yield Literal('", "voice_says": "')
    yield Choice("voice_says", (OK, NG, NOTHING))


def _remark(shape: Shape) -> Iterator[Segment]:
    yield Literal('", "remark": "')
    if shape.remark_tokens:
        yield Free("remark", shape.remark_tokens)
    yield Literal('"}')


def signature(shape: Shape) -> str:
    """The whole grammar as text: part of the prompt's identity."""
    return repr([OPENING, VERDICT, after(OK, shape), after(NG, shape)])


class Vocabulary:
    """The grammar's view of a tokenizer: each literal encoded on its own, and which tokens are plain text."""

    def __init__(self, tokenizer: Any, rows: int | None = None) -> None:
        """`rows`: rows of the model's output layer, where it has more than the tokenizer has tokens."""
        self.tokenizer = tokenizer
        self.rows = rows or len(tokenizer)
        self.encode = lru_cache(maxsize=4096)(self._encode)
        self._masks: dict[int, Tensor] = {}
        self._plain: Tensor | None = None

    def _encode(self, text: str) -> tuple[int, ...]:
        return tuple(self.tokenizer.encode(text, add_special_tokens=False))

    def option(self, text: str) -> tuple[int, ...]:
        """Tokens of a choice, escaped as JSON needs it."""
        return self.encode(json.dumps(text, ensure_ascii=False)[1:-1])

    @property
    def plain(self) -> Tensor:
        """(rows,) bool: tokens without quote, backslash, control or special characters. Computed once."""
        if self._plain is None:
            special = {*self.tokenizer.all_special_ids, *self.tokenizer.added_tokens_decoder}
            known = min(self.rows, len(self.tokenizer))
            texts = self.tokenizer.backend_tokenizer.decode_batch(
                [[i] for i in range(known)], skip_special_tokens=False
            )
            flags = [_plain_text(text) and number not in special for number, text in enumerate(texts)]
            self._plain = torch.tensor(flags + [False] * (self.rows - known))
        return self._plain

    def free_mask(self, end: int) -> Tensor:
        """(rows,) bool: plain tokens and the one that ends the text."""
        if end not in self._masks:
            if self.plain[end]:
                raise ValueError(f"token {end} ends a text but is plain text itself: this tokenizer cannot be used")
            mask = self.plain.clone()
            mask[end] = True
            self._masks[end] = mask
        return self._masks[end]

    def decode(self, ids: Sequence[int]) -> str:
        """Plain text of free tokens; halves of characters and whatever JSON would have to escape are dropped."""
        text = self.tokenizer.decode(list(ids), skip_special_tokens=True, clean_up_tokenization_spaces=False)
        return plain(text)

    def longest(self, shape: Shape) -> int:
        """Most tokens that an answer of this shape can have."""
        lead = len(self.encode(OPENING.text)) + max(len(self.option(option)) for option in VERDICT.options)
        return lead + max(sum(map(self._length, after(verdict, shape))) for verdict in VERDICT.options)

    def _length(self, segment: Segment) -> int:
        match segment:
            case Literal(text):
                return len(self.encode(text))
            case Choice(_, options):
                return max(len(self.option(option)) for option in options)
            case Free(_, budget):
                return budget


def _plain_text(text: str) -> bool:
    return bool(text) and not any(_must_not_be_said(letter) for letter in text)


def _must_not_be_said(letter: str) -> bool:
    return letter in '"\\' or unicodedata.category(letter) in ("Cc", "Cs", "Zl", "Zp")


def plain(text: str) -> str:
    """Text as the free fields may hold it: one line, no quote, backslash or control character, no broken letters."""
    text = "".join(" " if letter.isspace() else letter for letter in text)
    kept = "".join(letter for letter in text if letter != "\ufffd" and not _must_not_be_said(letter))
    return " ".join(kept.split())


def answer_ids(
    tokenizer: Any,
    *,
    verdict: str,
    defect: str = "none",
    severity: str = "none",
    region: Region | tuple[int, int] | None = None,
    heard: str = "",
    voice_says: str = NOTHING,
    remark: str = "",
    has_photo: bool = True,
    has_voice: bool = False,
    remark_tokens: int = 0,
) -> tuple[list[int], list[bool]]:
    """The answer as teacher forcing feeds it, and which tokens the model chose (the others are forced).

    The first token after a free text counts as chosen: it ends the text. Raises ValueError for a bad value.
    """
    vocabulary = tokenizer if isinstance(tokenizer, Vocabulary) else Vocabulary(tokenizer)
    values = {"defect": defect, "severity": severity, "voice_says": voice_says, "heard": heard, "remark": remark}
    if verdict == NG and has_photo:
        if region is None:
            raise ValueError("an NG photo needs a region")
        row, col = (region.row, region.col) if isinstance(region, Region) else region
        values |= {"row": str(row), "col": str(col)}
    shape = Shape((defect,), has_photo, has_voice, heard_tokens=1, remark_tokens=remark_tokens)
    ids: list[int] = [*vocabulary.encode(OPENING.text)]
    chosen = [False] * len(ids)
    pieces = [(vocabulary.option(verdict), True), *_pieces(after(verdict, shape), values, vocabulary)]
    for tokens, free in pieces:
        ids.extend(tokens)
        chosen.extend([free] * len(tokens))
    return ids, chosen


def _pieces(
    segments: Sequence[Segment], values: Mapping[str, str], vocabulary: Vocabulary
) -> Iterator[tuple[tuple[int, ...], bool]]:
    """(tokens, chosen by the model) of each segment, filled with the values."""
    ends_text = False
    for segment in segments:
        match segment:
            case Literal(text):
                tokens = vocabulary.encode(text)
                yield tokens[:1], ends_text
                yield tokens[1:], False
            case Choice(name, options):
                if name != "defect" and values[name] not in options:
                    raise ValueError(f"{name} must be one of {options}, not {values[name]!r}")
                yield vocabulary.option(values[name]), True
            case Free(name, _):
                yield vocabulary.encode(plain(values[name])), True
        ends_text = isinstance(segment, Free)
