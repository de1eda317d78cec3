"""The parts (品番) that can be judged: what may be wrong with each, by what it is judged, how its units are identified,
golden and limit samples, thresholds and criterion.

Reads two TOML files: the one that ships with the program and the data folder's own, which adds or replaces by name.
What was changed in the program itself stands above both; part_editor.py brings it. Knows no database and no model.
"""

import re
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from inspector_app.errors import KensaError, from_os_error
from inspector_app.identity import FIELDS, GENERAL, USUAL_NEXT, FieldRule, Identification, Identity
from inspector_app.places import Places, resources
from model_runtime.verdict import DEFECTS, Thresholds

__all__ = ["GENERAL", "FieldRule", "Goals", "Identification", "Identity", "Part", "Parts", "Reference"]
MODALITIES = ("photo", "voice")
_KEYS = {
    "title", "defects", "modalities", "required", "golden", "golden_expected", "limits", "thresholds", "criteria",
    "defect_criteria", "scan", "target_takt", "goals", *FIELDS,
}  # fmt: skip
_REFERENCE_KEYS = {"photo", "criterion", "approved_by", "approved_on", "expires_on", "defect"}
_LONGEST_CRITERIA = 2000
SOON_DAYS = 30
"""A golden or limit sample that expires within so many days is spoken of: renewing one takes a while."""
_DEFECT = re.compile(r"[A-Za-z0-9][A-Za-z0-9_ -]{0,59}")
_NAME = re.compile(r"[^\s\x00-\x1f](?:[^\x00-\x1f]{0,98}[^\s\x00-\x1f])?")


@dataclass(frozen=True, slots=True)
class Reference:
    """A golden sample (良品見本), or a limit sample (限度見本) of a defect with the criterion it shows; by whom it was
    approved. `defect` is empty for the golden sample, and for a limit of no class of its own.
    """

    photo: Path
    criterion: str = ""
    approved_by: str = ""
    approved_on: date | None = None
    expires_on: date | None = None
    defect: str = ""

    def expired(self, today: date) -> bool:
        """It may be used up to its last day, and on it."""
        return self.expires_on is not None and today > self.expires_on


@dataclass(frozen=True, slots=True)
class Goals:
    """What a proof of concept shall reach; None: no goal. Shares from 0 to 1, takt in seconds, and minutes that people
    spend on 100 units. ValueError for a goal that is none.
    """

    miss: float | None = None
    overkill: float | None = None
    coverage: float | None = None
    takt: float | None = None
    person_minutes: float | None = None

    def __post_init__(self) -> None:
        for name, most in (("miss", 1), ("overkill", 1), ("coverage", 1), ("takt", 86_400), ("person_minutes", 1e6)):
            value = getattr(self, name)
            if value is not None and not (isinstance(value, int | float) and 0 <= value <= most):
                raise ValueError(f"the goal {name} must be a number from 0 to {most:g}")


@dataclass(frozen=True, slots=True)
class Part:
    """One part number; `defects` are the classes that the model may answer, `modalities` what it may be judged by,
    `required` what of that must not be left out. ValueError for a part that contradicts itself.
    """

    name: str
    title_ja: str
    title_en: str
    defects: tuple[str, ...] = DEFECTS
    modalities: tuple[str, ...] = MODALITIES
    required: tuple[str, ...] = ()
    golden_sample: Reference | None = None
    golden_expected: bool = False
    limits: tuple[Reference, ...] = ()
    thresholds: Thresholds | None = None
    criteria: str = ""
    identification: Identification = field(default_factory=Identification)
    target_takt: float | None = None
    goals: Goals = field(default_factory=Goals)
    defect_criteria: dict[str, str] = field(default_factory=dict)
    """Defect class -> the criterion of that class alone, in the words of the inspection standard."""

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise ValueError("a part number has 1 to 100 characters")
        words = self.defects
        if not words or not all(isinstance(d, str) and is_defect(d) for d in words) or len(set(words)) < len(words):
            raise ValueError("defects must be different words of letters, digits, - and _, without 'none'")
        if not self.modalities or not set(self.modalities) <= set(MODALITIES):
            raise ValueError(f"modalities must be from {', '.join(MODALITIES)}")
        if not set(self.required) <= set(self.modalities):
            raise ValueError("required must be from the part's modalities")
        if not all(isinstance(one, str) for one in (self.criteria, *self.defect_criteria.values())):
            raise ValueError("criteria must be texts")
        if unknown := sorted({*self.defect_criteria, *(one.defect for one in self.limits)} - {"", *self.defects}):
            raise ValueError(f"the criterion or limit sample of {unknown[0]!r} is of no defect of the part")
        if len(self.asked) > _LONGEST_CRITERIA:
            raise ValueError(f"all criteria together may have {_LONGEST_CRITERIA} characters")
        if self.target_takt is not None and not 0 < self.target_takt <= 86_400:
            raise ValueError("target_takt must be seconds")

    @property
    def golden(self) -> Path | None:
        """The photo of a good one."""
        return self.golden_sample.photo if self.golden_sample else None

    @property
    def asked(self) -> str:
        """All criteria in one text, as the model is asked: of the part, of each defect, and of the limit samples. Its
        hash is part of the prompt's, which every verdict records.
        """
        lines = [self.criteria.strip()]
        for defect in self.defects:
            told = [
                self.defect_criteria.get(defect, ""),
                *(one.criterion for one in self.limits if one.defect == defect),
            ]
            lines += [f"{defect}: {text.strip()}" for text in told if text.strip()]
        lines += [one.criterion.strip() for one in self.limits if not one.defect]
        return "\n".join(dict.fromkeys(line for line in lines if line))

    @property
    def photo(self) -> str:
        """ "none", "optional" or "required"."""
        return self._need("photo")

    @property
    def voice(self) -> str:
        """ "none", "optional" or "required"."""
        return self._need("voice")

    def expiring(self, today: date, days: int = SOON_DAYS) -> list[Reference]:
        """Golden and limit samples that have expired, or will within so many days; the first to end first."""
        samples = [*([self.golden_sample] if self.golden_sample else []), *self.limits]
        ending = [one for one in samples if one.expires_on is not None and (one.expires_on - today).days <= days]
        return sorted(ending, key=lambda one: one.expires_on or today)

    def title(self, language: str) -> str:
        """The name for people, Japanese for "ja", else English."""
        return self.title_ja if language == "ja" else self.title_en

    def check(self, identity: Identity) -> None:
        """KensaError `bad_identity` for what does not fit the part's patterns."""
        self.identification.check(identity)

    def field_fault(self, name: str, text: str | None) -> str | None:
        """Why a text does not fit a field (lot, serial, work_order); None when it fits."""
        return self.identification.rule(name).fault(name, text)

    def following(self, identity: Identity) -> Identity:
        """What the next unit of this part starts with."""
        return self.identification.following(identity)

    def _need(self, what: str) -> str:
        # The only one there is must be there.
        if what not in self.modalities:
            return "none"
        return "required" if what in self.required or len(self.modalities) == 1 else "optional"


class Parts:
    """All known parts by name; the general one is always there."""

    def __init__(self, parts: dict[str, Part]) -> None:
        self._parts = {GENERAL: Part(GENERAL, "一般", "General"), **parts}

    def with_changed(self, changed: dict[str, Part]) -> "Parts":
        """The same with other definitions for some names."""
        return Parts({**self._parts, **changed})

    @classmethod
    def load(cls, places: Places) -> "Parts":
        """Those of the program and those of the data folder; KensaError names the first fault of a file."""
        shipped = _read(resources() / "parts.toml")
        own = _read(places.parts) if places.parts.exists() else {}
        return cls({**shipped, **own})

    def __iter__(self) -> Iterator[Part]:
        return iter(self._parts.values())

    def __contains__(self, name: str) -> bool:
        return name in self._parts

    @property
    def names(self) -> list[str]:
        return list(self._parts)

    def get(self, name: str) -> Part:
        """The part; KensaError with the known names when there is none."""
        if name not in self._parts:
            known = ", ".join(self._parts)
            raise KensaError("unknown_part", f"The part {name!r} is not known; known parts are: {known}.")
        return self._parts[name]

    def get_or_general(self, name: str) -> Part:
        """For parts that a folder declared and no file names: the general one."""
        return self._parts.get(name, self._parts[GENERAL])

    def read_code(self, code: str, current: Identity) -> Identity:
        """What a scanned code says, over what is known already: by the pattern of the current part, then by those of
        the others; a code that is a part's number chooses it. KensaError `scan_unknown` for any other code.
        """
        code = code.strip()
        if code in self._parts:
            return Identity(part=code) if code != current.part else current
        here = self.get_or_general(current.part)
        for part in (here, *(other for other in self if other is not here)):
            known = current if part is here else Identity(part.name)
            said = part.identification.read(code, known)
            if said is not None and said.part in self._parts:
                return said
        raise KensaError("scan_unknown", f"The code {code[:100]!r} belongs to no part that is known; type it instead.")


def is_defect(text: str) -> bool:
    """Whether the text can be a defect class: letters, digits, dash, underscore, space; never "none"."""
    return text != "none" and _DEFECT.fullmatch(text) is not None


def _read(path: Path) -> dict[str, Part]:
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise from_os_error(error, "file of parts", path) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise KensaError("bad_parts", f"{path} is not a valid file of parts ({error}); correct it.") from error
    return {name: _part(name, entry, path) for name, entry in table.items()}


def _part(name: str, entry: Any, path: Path) -> Part:
    try:
        return part_of(name, entry, path.parent)
    except (TypeError, ValueError, AttributeError, OverflowError) as error:
        raise KensaError("bad_parts", f"{path}: the part {name!r} is not valid ({error}); correct it.") from error


def part_of(name: str, entry: dict[str, Any], folder: Path) -> Part:
    """A part as a table says it, photos below a folder; ValueError or TypeError tell what is wrong with it."""
    if unknown := sorted(set(entry) - _KEYS):
        raise ValueError(f"unknown key {unknown[0]!r}")
    title = entry.get("title", {})
    rules = {known: FieldRule(**_usual(known, entry[known])) for known in FIELDS if known in entry}
    return Part(
        name=name,
        title_ja=str(title.get("ja", name)),
        title_en=str(title.get("en", name)),
        defects=tuple(entry.get("defects", DEFECTS)),
        modalities=tuple(entry.get("modalities", MODALITIES)),
        required=tuple(entry.get("required", ())),
        golden_sample=_reference(entry["golden"], folder) if "golden" in entry else None,
        golden_expected=bool(entry.get("golden_expected", "golden" in entry)),
        limits=tuple(_reference(limit, folder) for limit in entry.get("limits", ())),
        thresholds=Thresholds(**entry["thresholds"]) if "thresholds" in entry else None,
        criteria=entry.get("criteria", ""),
        identification=Identification(rules, entry.get("scan", "")),
        target_takt=entry.get("target_takt"),
        goals=Goals(**entry.get("goals", {})),
        defect_criteria=dict(entry.get("defect_criteria", {})),
    )


def table_of(part: Part, photo: Callable[[Path], str]) -> dict[str, Any]:
    """The part as a table that `part_of` reads; `photo` says how a reference's file is called there."""
    table: dict[str, Any] = {
        "title": {"ja": part.title_ja, "en": part.title_en},
        "defects": list(part.defects),
        "modalities": list(part.modalities),
        "required": list(part.required),
        "golden_expected": part.golden_expected,
        "limits": [_reference_table(limit, photo) for limit in part.limits],
        "criteria": part.criteria,
        **part.identification.to_json(),
    }
    if part.golden_sample is not None:
        table["golden"] = _reference_table(part.golden_sample, photo)
    if part.thresholds is not None:
        table["thresholds"] = {"ok_below": part.thresholds.ok_below, "ng_above": part.thresholds.ng_above}
    if part.target_takt is not None:
        table["target_takt"] = part.target_takt
    if part.defect_criteria:
        table["defect_criteria"] = dict(part.defect_criteria)
    if part.goals != Goals():
        table["goals"] = {name: value for name, value in asdict(part.goals).items() if value is not None}
    return table


def _usual(name: str, entry: dict[str, Any]) -> dict[str, Any]:
    """A field's table; a lot stays and a serial number is asked where it says nothing of it."""
    if not isinstance(entry, dict):
        raise TypeError(f"{name} must be a table with pattern and example")
    return {"next": USUAL_NEXT[name], **entry}


def _reference(said: Any, folder: Path) -> Reference:
    """The name of a photo, or a table with it and who approved it until when."""
    entry = {"photo": said} if isinstance(said, str) else dict(said)
    if unknown := sorted(set(entry) - _REFERENCE_KEYS):
        raise ValueError(f"unknown key {unknown[0]!r} of a sample")
    if not isinstance(entry.get("photo"), str) or not entry["photo"]:
        raise ValueError("a golden or limit sample needs a photo")
    return Reference(
        photo=folder / entry["photo"],
        criterion=str(entry.get("criterion", "")),
        approved_by=str(entry.get("approved_by", "")),
        approved_on=_day(entry.get("approved_on")),
        expires_on=_day(entry.get("expires_on")),
        defect=str(entry.get("defect", "")),
    )


def _reference_table(reference: Reference, photo: Callable[[Path], str]) -> dict[str, Any]:
    days = {"approved_on": reference.approved_on, "expires_on": reference.expires_on}
    return {
        "photo": photo(reference.photo),
        "criterion": reference.criterion,
        "approved_by": reference.approved_by,
        **({"defect": reference.defect} if reference.defect else {}),
        **{key: day.isoformat() for key, day in days.items() if day is not None},
    }


def _day(said: Any) -> date | None:
    if said is None or (isinstance(said, date) and not isinstance(said, datetime)):
        return said
    return date.fromisoformat(said)
