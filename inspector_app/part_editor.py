"""Parts as a supervisor changes them: a new version for each change, and what other thresholds would do.

Definitions are kept in the records (records/part_versions.py), photos of golden and limit samples among the kept files,
so that an inspection of years ago can still be shown beside what it was judged by. Knows no window.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from inspector_app.capture.sample import Photo, read_photo
from inspector_app.errors import KensaError
from inspector_app.parts import Part, Parts, Reference, part_of, table_of
from inspector_app.people import People
from inspector_app.quality.rates import Rate, rate
from inspector_app.records.part_versions import Definition, PartVersions
from inspector_app.records.store import Store
from inspector_app.records.worklist import Reviewed, reviewed
from inspector_app.rights import PROGRAM, Person, Right
from model_runtime.verdict import Answer, Thresholds, contradicts, decide


@dataclass(frozen=True, slots=True)
class PartVersion:
    """A part as it was from some moment on."""

    version: int
    part: Part
    who: str
    at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Effect:
    """What thresholds would have done to the units that a supervisor reviewed, with exact 95 % intervals.

    Reviewed units are mostly the unclear ones; only of those picked at random (`at_random` of `records`) do the rates
    hold for all units.
    """

    records: int
    at_random: int
    miss: Rate
    overkill: Rate
    coverage: Rate


class PartEditor:
    """Changes parts in the records of one station."""

    def __init__(self, store: Store, people: People) -> None:
        self._store, self._people = store, people
        self._versions = PartVersions(store.database)

    def load(self, parts: Parts) -> Parts:
        """The parts of the files with what was changed in the program over them."""
        return parts.with_changed({name: self._part(name, said) for name, said in self._versions.newest().items()})

    def save(self, person: Person | None, part: Part, before: Part | None, reason: str = "") -> Part:
        """Keeps a new version; `before` is the part as it stood (None: a new one). The part as kept, its photos among
        the kept files. Changing nothing keeps nothing.
        """
        for right in _rights(part, before):
            self._people.require(person, right)
        kept = self._with_kept_photos(part)
        definition = self._table(kept)
        old = self._table(self._with_kept_photos(before)) if before else None
        if definition != old:
            self._versions.add(part.name, definition, old, person.name if person else PROGRAM, reason)
        return kept

    def versions(self, name: str) -> list[PartVersion]:
        """What was changed of a part in the program, newest first."""
        return [
            PartVersion(v.version, self._part(name, v.definition), v.who, v.at, v.reason)
            for v in self._versions.of(name)
        ]

    def goals_set(self, part: Part) -> tuple[datetime | None, str]:
        """When the goals that a part has now were set in the program, and by whom; (None, "") of those of a file."""
        found: tuple[datetime | None, str] = (None, "")
        for version in self.versions(part.name):
            if version.part.goals != part.goals:
                break
            found = (version.at, version.who)
        return found

    def keep_photo(self, photo: Photo) -> Path:
        """A photo for a golden or limit sample, put among the kept files; where it lies."""
        return self._store.put(photo)[1]

    def reviewed(self, name: str) -> list[Reviewed]:
        """A part's reviewed units: read once, while a person moves thresholds to and fro over them."""
        return reviewed(self._store.database, name)

    def _with_kept_photos(self, part: Part) -> Part:
        golden = self._kept(part.golden_sample) if part.golden_sample else None
        return replace(part, golden_sample=golden, limits=tuple(self._kept(limit) for limit in part.limits))

    def _kept(self, reference: Reference) -> Reference:
        if reference.photo.is_relative_to(self._store.files.folder):
            return reference
        return replace(reference, photo=self.keep_photo(read_photo(reference.photo, reference.photo.name)))

    def _table(self, part: Part) -> Definition:
        return table_of(part, lambda photo: photo.relative_to(self._store.files.folder).as_posix())

    def _part(self, name: str, said: Definition) -> Part:
        try:
            return part_of(name, said, self._store.files.folder)
        except (TypeError, ValueError, AttributeError) as error:
            raise KensaError("bad_parts", f"The kept part {name!r} is not valid ({error}); save it again.") from error


def effect(units: list[Reviewed], thresholds: Thresholds) -> Effect:
    """How many of a part's reviewed units would have been missed, wrongly rejected, decided without a person."""
    calls = [(_call(u, thresholds), u.truth) for u in units]
    bad = [call for call, truth in calls if truth is Answer.NG]
    good = [call for call, truth in calls if truth is Answer.OK]
    return Effect(
        records=len(units),
        at_random=sum(u.at_random for u in units),
        miss=rate(bad.count(Answer.OK), len(bad)),
        overkill=rate(good.count(Answer.NG), len(good)),
        coverage=rate(sum(call is not Answer.INCONCLUSIVE for call, _ in calls), len(calls)),
    )


def _rights(part: Part, before: Part | None) -> list[Right]:
    """What must be allowed for the change: thresholds have a right of their own."""
    needed = []
    if before is None or replace(part, thresholds=before.thresholds) != before:
        needed.append(Right.PARTS)
    if part.thresholds != (before.thresholds if before else None):
        needed.append(Right.THRESHOLDS)
    return needed


def _call(unit: Reviewed, thresholds: Thresholds) -> Answer:
    """The runtime's rule, over what it recorded; a unit without a number is neither OK nor NG."""
    if unit.p_ng is None:
        return Answer.INCONCLUSIVE
    return decide(unit.p_ng, thresholds, unit.has_photo and contradicts(unit.voice_says, unit.p_ng, thresholds))
