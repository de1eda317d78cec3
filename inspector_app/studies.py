"""Agreement studies of a station: who may make, judge and finish one, where units come from, the model as an appraiser.

Knows the records, the people and the folder of studies; the audit trail tells of making and finishing with the hash of
the file. Knows no window.
"""

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from inspector_app.errors import KensaError
from inspector_app.parts import Parts
from inspector_app.people import People
from inspector_app.places import Places
from inspector_app.quality import blind
from inspector_app.quality.blind import MODEL, BlindStudy, Offered, Rater
from inspector_app.records import tallies
from inspector_app.records.filter import Filter
from inspector_app.records.history import History
from inspector_app.records.store import Store
from inspector_app.rights import PROGRAM, Person, Right
from model_runtime.labelled import read_labelled
from model_runtime.verdict import Judge, Question, StopCheck, Thresholds

OWN = "model"
"""The adapter that came with the model, where it has no name of its own."""
_MOST_OFFERED = 300


class Studies:
    """All studies of one data folder."""

    def __init__(self, store: Store, people: People, places: Places) -> None:
        self._store, self._people, self._places = store, people, places

    @property
    def folder(self) -> Path:
        return self._places.data / "studies"

    def all(self) -> list[BlindStudy | KensaError]:
        """Newest first."""
        return blind.all_of(self.folder)

    def get(self, study_id: str) -> BlindStudy:
        """By its id, which is the name of its folder."""
        if "/" in study_id or "\\" in study_id or study_id.startswith("."):
            raise KensaError("bad_study", f"There is no study {study_id!r}.")
        return blind.load(self.folder / study_id)

    # 1 chosen

    def from_history(self, wanted: Filter) -> list[Offered]:
        """Reviewed units with a photo: what the supervisor decided is the reference; the most doubtful first."""
        units = [unit for unit in tallies.tallies(self._store.database, wanted) if unit.review in ("OK", "NG")]
        doubt = {unit.id: _doubt(unit.p_ng, unit.called) for unit in units}
        truth = {unit.id: unit.review or "" for unit in units}
        most = sorted(doubt, key=lambda one: (-doubt[one], one))[:_MOST_OFFERED]
        found = []
        for record in History.of(self._store).some(most):
            if record.photo is not None and record.photo.path.is_file():
                told = " ".join(filter(None, (record.part, record.lot, record.serial)))
                golden = record.golden.path if record.golden else None
                found.append(
                    Offered(
                        record.id,
                        record.photo.path,
                        truth[record.id],
                        record.part,
                        record.id,
                        doubt[record.id],
                        told,
                        golden,
                    )
                )
        return found

    def from_folder(self, folder: Path) -> list[Offered]:
        """A labelled folder: photos with a verdict. KensaError for one that is none."""
        units = [unit for unit in read_labelled(folder, None) if unit.photo and unit.photo.is_file() and unit.verdict]
        if not units:
            raise KensaError("bad_study", f"{folder.name} has no photos with a verdict; give a labelled folder.")
        return [
            Offered(unit.name, unit.photo, unit.verdict, unit.part, unit.photo.name, 0.0, unit.name, unit.golden)
            for unit in units
            if unit.photo
        ]

    def make(
        self, person: Person | None, title: str, units: Sequence[Offered], raters: Sequence[Rater], trials: int
    ) -> BlindStudy:
        """A new study; its units get new names and another order, so that none is known again."""
        self._people.require(person, Right.REVIEW)
        self._store.database.require_writable()
        mixed = list(units)
        random.SystemRandom().shuffle(mixed)
        seed = random.SystemRandom().randrange(2**31)
        self._places.make()
        who = person.name if person else PROGRAM
        made = blind.make(self.folder, title.strip() or "MSA", who, mixed, raters, trials, seed)
        facts = {"sha256": blind.sha256_of(made), "title": made.title, "units": len(made.units), "trials": trials,
                 "raters": [one.name for one in raters]}  # fmt: skip
        self._store.note(who, "study_made", f"study:{made.id}", new=facts)
        return made

    # 2 judged

    def say(self, person: Person | None, study_id: str, unit: str, verdict: str) -> BlindStudy:
        """One judgment of the person who is signed in; nobody judges in another one's name."""
        self._people.require(person, Right.INSPECT)
        self._store.database.require_writable()
        found = self.get(study_id)
        return blind.save(found.judged(_own_name(found, person), unit, verdict))

    def take_back(self, person: Person | None, study_id: str) -> BlindStudy:
        """The own last judgment."""
        self._people.require(person, Right.INSPECT)
        self._store.database.require_writable()
        found = self.get(study_id)
        return blind.save(found.taken_back(_own_name(found, person)))

    def judge_one(
        self, study_id: str, appraiser: str, judge: Judge, parts: Parts, thresholds: Thresholds | None, stop: StopCheck
    ) -> BlindStudy:
        """The model judges the unit whose turn it is in its own order, and never sees a reference. One at a time, so
        that units of the line are judged between them."""
        self._store.database.require_writable()
        found = self.get(study_id)
        turn = found.turn(appraiser)
        if turn is None:
            return found
        part = parts.get_or_general(turn.unit.part)
        limits, golden = thresholds or part.thresholds, found.golden(turn.unit) or part.golden
        question = Question(found.photo(turn.unit), None, golden, part.name, part.defects, part.asked, limits)
        verdict = judge.judge(question, stop)
        return blind.save(found.judged(appraiser, turn.unit.name, str(verdict.judgment.verdict)))

    # 3 finished

    def finish(self, person: Person | None, study_id: str) -> BlindStudy:
        """Nothing can be added any more; the audit trail keeps the hash."""
        self._people.require(person, Right.REVIEW)
        found = self.get(study_id)
        found.figures()
        if found.finished_at:
            return found
        done = blind.save(replace(found, finished_at=datetime.now(UTC).isoformat(timespec="seconds")))
        who = person.name if person else PROGRAM
        self._store.note(who, "study_finished", f"study:{done.id}", new={"sha256": blind.sha256_of(done)})
        return done

    def faults(self, one: BlindStudy) -> list[str]:
        """What is not as it was: the file against the hash in the audit trail, photos against theirs."""
        told = [entry.new["sha256"] for entry in History.of(self._store).trail_of(f"study:{one.id}")
                if entry.what == "study_finished"]  # fmt: skip
        found = [f"photo of {name}" for name in blind.photo_faults(one)]
        if one.finished_at and blind.sha256_of(one) not in told:
            found.insert(0, "study.json")
        return found


def adapters_of(places: Places) -> list[str]:
    """The versions that can judge: the model's own, and those that were trained or imported."""
    names = sorted(path.name for path in places.adapters.glob("*") if (path / "card.json").is_file())
    return [OWN, *names]


def rater(name: str) -> Rater:
    """An adapter as an appraiser."""
    return Rater(name, MODEL)


def _own_name(found: BlindStudy, person: Person | None) -> str:
    name = person.name if person else PROGRAM
    if all(one.name != name or one.kind == MODEL for one in found.raters):
        raise KensaError("not_a_rater", f"{name} is not among those who judge in this study; sign in as one of them.")
    return name


def _doubt(p_ng: float | None, called: str | None) -> float:
    if p_ng is None or called == "INCONCLUSIVE":
        return 1.0
    return 1.0 - abs(p_ng - 0.5) * 2
