"""The limit-sample book (限度見本帳) of a part: its criteria, its golden sample and the limit samples of each defect.

The book is the part's own definition, read section by section; a change of it gives another part, which the station
keeps as a new version. Knows no window and no database.
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

from inspector_app.parts import Part, Reference

SOON = timedelta(days=30)
"""So long before its last day a sample is said to expire."""


class Standing(StrEnum):
    """Whether a sample may be used."""

    VALID = "valid"
    SOON = "soon"
    EXPIRED = "expired"
    UNAPPROVED = "unapproved"


@dataclass(frozen=True, slots=True)
class Section:
    """One defect of a part ("" for what holds for all of it): the criterion in words, and its limit samples."""

    defect: str
    criterion: str
    limits: tuple[Reference, ...]


def sections(part: Part) -> tuple[Section, ...]:
    """The whole part first, then its defects, in the part's order."""
    first = Section("", part.criteria, tuple(one for one in part.limits if not one.defect))
    return first, *(
        Section(
            defect,
            part.defect_criteria.get(defect, ""),
            tuple(one for one in part.limits if one.defect == defect),
        )
        for defect in part.defects
    )


def standing(reference: Reference, today: date) -> Standing:
    """How a sample stands on a day."""
    if reference.expired(today):
        return Standing.EXPIRED
    if not reference.approved_by or reference.approved_on is None:
        return Standing.UNAPPROVED
    soon = reference.expires_on is not None and reference.expires_on - today <= SOON
    return Standing.SOON if soon else Standing.VALID


def worst(part: Part, today: date) -> Standing:
    """The worst of a part's samples; VALID where there is none."""
    order = (Standing.EXPIRED, Standing.UNAPPROVED, Standing.SOON)
    found = {standing(one, today) for one in (part.golden_sample, *part.limits) if one is not None}
    return next((one for one in order if one in found), Standing.VALID)


def with_criterion(part: Part, defect: str, text: str) -> Part:
    """Another criterion for a defect, or ("" as defect) for the whole part; an empty text takes it away."""
    text = text.strip()
    if not defect:
        return replace(part, criteria=text)
    others = {name: words for name, words in part.defect_criteria.items() if name != defect}
    return replace(part, defect_criteria={**others, defect: text} if text else others)


def with_golden(part: Part, golden: Reference | None) -> Part:
    """Another golden sample, or none."""
    return replace(part, golden_sample=golden)


def with_limit(part: Part, old: Reference | None, new: Reference | None) -> Part:
    """A limit sample added (no old one), renewed, or retired (no new one); all versions before keep it."""
    limits = list(part.limits)
    if old is None:
        return replace(part, limits=(*limits, new)) if new is not None else part
    at = limits.index(old)
    return replace(part, limits=tuple([*limits[:at], *([new] if new is not None else []), *limits[at + 1 :]]))


def changed(before: Part, after: Part) -> list[str]:
    """What of the book differs, by name: "criteria", "golden", "limits", and defects."""
    found = [name for name, of in (("criteria", "criteria"), ("golden", "golden_sample"), ("limits", "limits"))
             if getattr(before, of) != getattr(after, of)]  # fmt: skip
    words = {*before.defect_criteria, *after.defect_criteria}
    return found + sorted(one for one in words if before.defect_criteria.get(one) != after.defect_criteria.get(one))
