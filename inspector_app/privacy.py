"""Privacy: what is kept for how long, by part and kind; what is erased on request; pseudonyms for operators.

An erasure takes the file or the words, never the record: verdict, hashes and the audit trail stay (records/erased.py).
Knows the records and the folder of sets; knows no window.
"""

import hashlib
import hmac
import json
import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

from inspector_app.errors import KensaError, from_os_error
from inspector_app.people import People
from inspector_app.places import Places
from inspector_app.records.erased import Erasures
from inspector_app.records.keeping import Kept, kept_media, kept_texts, media_of
from inspector_app.records.store import Store
from inspector_app.rights import PROGRAM, Person, Right
from inspector_app.whole import write_whole

FILE = "privacy.json"
ALL = "all"
"""The part that stands for every part without a rule of its own."""
SHORTEST, LONGEST = 1, 36500


class Kind(StrEnum):
    """What can be kept for a time of its own."""

    PHOTO = "photo"
    VOICE = "voice"
    TRANSCRIPT = "transcript"


@dataclass(frozen=True, slots=True)
class Rule:
    """Media of one kind of one part are kept so many days after capture; None: for ever."""

    part: str
    kind: Kind
    days: int | None


@dataclass(frozen=True, slots=True)
class Policy:
    """What a data folder keeps. Without a rule everything is kept for ever."""

    rules: tuple[Rule, ...] = ()
    pseudonyms: bool = False
    """Operators are pseudonyms in exports and in training sets."""

    def days(self, part: str, kind: Kind) -> int | None:
        """The part's own rule, else that of all parts."""
        found = {(rule.part, rule.kind): rule.days for rule in self.rules}
        return found.get((part, kind), found.get((ALL, kind)))

    def with_rule(self, rule: Rule) -> "Policy":
        """The same with a rule in the place of the one for that part and kind."""
        if rule.days is not None and not SHORTEST <= rule.days <= LONGEST:
            raise KensaError("bad_policy", f"A kind is kept {SHORTEST} to {LONGEST} days, or for ever.")
        others = [old for old in self.rules if (old.part, old.kind) != (rule.part, rule.kind)]
        return replace(
            self, rules=tuple(sorted([*others, rule], key=lambda one: (one.part != ALL, one.part, one.kind)))
        )

    def with_pseudonyms(self, on: bool) -> "Policy":
        """The same with or without names of operators in what leaves the station."""
        return replace(self, pseudonyms=on)

    def to_json(self) -> dict[str, Any]:
        rules = [{"part": rule.part, "kind": str(rule.kind), "days": rule.days} for rule in self.rules]
        return {"format": 1, "rules": rules, "pseudonyms": self.pseudonyms}


@dataclass(frozen=True, slots=True)
class Purge:
    """What a policy takes: files by kind with their size, units whose words go; and what it leaves, and why."""

    files: tuple[Kept, ...] = ()
    texts: tuple[str, ...] = ()
    open_units: int = 0
    """Units past their time that are not judged or not reviewed yet, though somebody should: those keep theirs."""
    in_sets: int = 0
    """Files of which a frozen training set holds a copy, which stays."""
    done: bool = False

    def to_json(self) -> dict[str, Any]:
        by_kind = {
            str(kind): {"files": sum(f.kind == kind for f in self.files),
                        "bytes": sum(f.bytes for f in self.files if f.kind == kind)}
            for kind in (Kind.PHOTO, Kind.VOICE)
        }  # fmt: skip
        return {**by_kind, "transcript": {"units": len(self.texts)}, "open_units": self.open_units,
                "in_sets": self.in_sets, "done": self.done}  # fmt: skip


@dataclass
class Privacy:
    """The privacy of one data folder."""

    store: Store
    people: People
    places: Places
    _names: dict[str, str] = field(default_factory=dict)

    # -- the policy

    @property
    def policy(self) -> Policy:
        """As it is kept. KensaError for a damaged file: nothing is erased by a guess."""
        path = self.places.data / FILE
        try:
            said = json.loads(path.read_text(encoding="utf-8"))
            rules = tuple(Rule(str(r["part"]), Kind(r["kind"]), _days(r["days"])) for r in said["rules"])
            return Policy(rules, bool(said.get("pseudonyms", False)))
        except FileNotFoundError:
            return Policy()
        except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
            raise KensaError("bad_policy", f"The policy {path} cannot be read ({error}); correct it.") from error

    def change(self, person: Person | None, policy: Policy) -> None:
        """Keeps another policy; nothing is erased by that alone. Told in the audit trail."""
        self.people.require(person, Right.PEOPLE)
        before = self.policy
        try:
            self.places.make()
            text = json.dumps(policy.to_json(), ensure_ascii=False, indent=1)
            write_whole(self.places.data / FILE, text.encode())
        except OSError as error:
            raise from_os_error(error, "policy", self.places.data / FILE) from error
        self.store.note(_who(person), "policy_changed", "privacy", before.to_json(), policy.to_json())

    # -- erasing

    def planned(self, now: datetime | None = None) -> Purge:
        """What the policy would take today. Changes nothing."""
        now, policy = now or datetime.now(UTC), self.policy
        ends = {
            (part, kind): now - timedelta(days=days)
            for part in self._parts(policy)
            for kind in Kind
            if (days := policy.days(part, kind)) is not None
        }
        if not ends:
            return Purge()
        files, waiting = kept_media(self.store.database, {k: v for k, v in ends.items() if k[1] != Kind.TRANSCRIPT})
        texts = kept_texts(self.store.database, {p: end for (p, kind), end in ends.items() if kind == Kind.TRANSCRIPT})
        copies = self._in_sets()
        return Purge(tuple(files), tuple(texts), waiting, sum(one.sha256 in copies for one in files))

    def purge(self, person: Person | None, now: datetime | None = None) -> Purge:
        """Erases what the policy takes; the records, their hashes and the audit trail stay."""
        self.people.require(person, Right.PEOPLE)
        plan, who = self.planned(now), _who(person)
        erasures = Erasures(self.store.database, self.store.files)
        erasures.media([(f.sha256, f.kind, f.subject) for f in plan.files], "policy", who)
        erasures.texts(list(plan.texts), "policy", who)
        if plan.files or plan.texts:
            told = {name: value for name, value in plan.to_json().items() if name != "done"}
            self.store.note(who, "purged", "privacy", self.policy.to_json(), told)
        return replace(plan, done=True)

    def erase_voice(self, person: Person | None, sample_id: str, reason: str) -> int:
        """Erases the voice notes of one unit, what they say, and their copies in training sets; how many files.

        The verdict stays. KensaError without a reason, or where there is no voice.
        """
        self.people.require(person, Right.PEOPLE)
        if not reason.strip():
            raise KensaError("no_reason", "An erasure needs a reason; it is kept in the audit trail.")
        self.store.get(sample_id)
        files = [one for one in media_of(self.store.database, sample_id) if one.kind == Kind.VOICE]
        if not files:
            raise KensaError("no_voice", "This unit has no voice note; there is nothing to erase.")
        erasures, who = Erasures(self.store.database, self.store.files), _who(person)
        erasures.media([(f.sha256, f.kind, f.subject) for f in files], reason.strip(), who)
        erasures.texts([sample_id], reason.strip(), who)
        self._erase_from_sets({f.sha256 for f in files}, sample_id)
        return len(files)

    def _parts(self, policy: Policy) -> list[str]:
        """Every part that a unit has, or a rule names."""
        from inspector_app.records.keeping import parts_of

        named = {rule.part for rule in policy.rules} - {ALL}
        return sorted({*parts_of(self.store.database), *named})

    def _in_sets(self) -> set[str]:
        """Hashes of all files in frozen training sets."""
        found: set[str] = set()
        for card in self.places.sets.glob("*@*/card.json"):
            try:
                found |= set(json.loads(card.read_text(encoding="utf-8")).get("files", {}).values())
            except (OSError, ValueError):
                continue
        return found

    def _erase_from_sets(self, hashes: Iterable[str], sample_id: str) -> None:
        """Copies in frozen sets go too. A set says what was erased of it, so that it is not taken for a changed one."""
        wanted = set(hashes)
        for card_file in self.places.sets.glob("*@*/card.json"):
            folder = card_file.parent
            try:
                files = json.loads(card_file.read_text(encoding="utf-8"))["files"]
                gone = {name: sha256 for name, sha256 in files.items() if sha256 in wanted}
                if not gone:
                    continue
                _tell_erased(folder, gone, sample_id)
                for name in gone:
                    (folder / name).unlink(missing_ok=True)
            except (OSError, ValueError, KeyError) as error:
                raise KensaError(
                    "set_not_erased", f"The copy in {folder.name} could not be erased ({error})."
                ) from error

    # -- pseudonyms

    def pseudonym(self, name: str) -> str:
        """The same for the same name in this data folder, and nothing elsewhere: keyed, and the key never leaves it."""
        if not name:
            return ""
        if name not in self._names:
            digest = hmac.new(self._key(), name.encode(), hashlib.sha256).hexdigest()
            self._names[name] = f"operator-{digest[:8]}"
        return self._names[name]

    def spoken(self) -> Callable[[str], str]:
        """How operators are named outside, by the policy as it is now: by their names, or by pseudonyms."""
        return self.pseudonym if self.policy.pseudonyms else str

    def _key(self) -> bytes:
        path = self.places.data / "keys" / "pseudonym.key"
        try:
            if not path.is_file():
                path.parent.mkdir(parents=True, exist_ok=True)
                write_whole(path, os.urandom(32))
                path.chmod(0o600)
            return path.read_bytes()
        except OSError as error:
            raise from_os_error(error, "key", path) from error


def _tell_erased(folder: Path, gone: dict[str, str], sample_id: str) -> None:
    """`erased.json` of a set: which files are not there any more, and of which record."""
    path = folder / "erased.json"
    told: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    at = datetime.now(UTC).isoformat(timespec="seconds")
    told |= {name: {"sha256": sha256, "record": sample_id, "at": at} for name, sha256 in gone.items()}
    write_whole(path, json.dumps(told, indent=1).encode())


def _days(value: Any) -> int | None:
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or not SHORTEST <= value <= LONGEST:
        raise ValueError(f"{value!r} is no number of days")
    return value


def _who(person: Person | None) -> str:
    return person.name if person else PROGRAM


def rule_of(words: Sequence[str]) -> Rule:
    """PART, KIND, DAYS as somebody types them; KensaError for what they cannot be."""
    part, kind, days = words
    if kind not in set(Kind):
        raise KensaError("bad_policy", f"{kind!r} is none of photo, voice, transcript.")
    if days in ("forever", "ever", "always", "-"):
        return Rule(part, Kind(kind), None)
    if not days.isdecimal():
        raise KensaError("bad_policy", f"{days!r} is no number of days; say a number, or forever.")
    return Rule(part, Kind(kind), int(days))
