"""Any day: whatever people do with units, in any order, the figures add up and `kensa verify` finds nothing."""

import atexit
import shutil
import tempfile
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule

from inspector_app.errors import KensaError
from inspector_app.records import check
from inspector_app.records.record import Disposition, LineKind, Opinion
from inspector_app.rights import Person
from inspector_app.settings import Settings
from model_runtime.verdict import Answer, Fixable
from tests.fakes import FakeJudge
from tests.makers import sample, station, undo_last

SATO = Person.typed("Sato")
ANSWERS = {0.05: Answer.OK, 0.5: Answer.INCONCLUSIVE, 0.95: Answer.NG}


@cache
def empty() -> str:
    """A data folder with an empty database: making one takes longer than a whole day in it."""
    folder = tempfile.mkdtemp(prefix="kensa-day-")
    atexit.register(shutil.rmtree, folder)
    station(Path(folder)).store.close()
    return folder


class Day(RuleBasedStateMachine):
    """A station beside the plainest notebook: which units count, and what stands of each."""

    units = Bundle("units")

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        shutil.copytree(empty(), self.folder.name, dirs_exist_ok=True)
        self.open()
        self.counts: dict[str, Answer | None] = {}
        self.withdrawn: set[str] = set()
        self.reviewed: set[str] = set()
        self.failed: set[str] = set()
        self.sent: set[str] = set()

    def open(self) -> None:
        self.judge = FakeJudge()
        self.at = station(Path(self.folder.name), self.judge)
        self.at.settings = Settings()
        self.at.queue.load()

    def teardown(self) -> None:
        assert list(check.faults(self.at.store)) == []
        self.at.store.close()
        self.folder.cleanup()

    @rule(target=units, seed=st.integers(0, 3))
    def keep(self, seed: int) -> str:
        sample_id = self.at.keep(sample(seed))
        self.counts[sample_id] = None
        return sample_id

    @rule(target=units, p_ng=st.sampled_from([*ANSWERS]))
    def inspect(self, p_ng: float) -> str:
        self.judge.script = [p_ng]
        sample_id = self.at.judge(self.at.keep(sample())).id
        self.counts[sample_id] = ANSWERS[p_ng]
        return sample_id

    @rule(p_ng=st.sampled_from([*ANSWERS, None]))
    def judge_next(self, p_ng: float | None) -> None:
        self.judge.script = [Fixable("too_dark", "Too dark; take it again.") if p_ng is None else p_ng]
        judged = self.at.judge_next()
        if judged is None:
            assert all(answer is not None or unit in self.failed for unit, answer in self.counts.items())
            return
        assert self.counts[judged.id] is None
        if p_ng is None:
            self.failed.add(judged.id)
        else:
            self.counts[judged.id] = ANSWERS[p_ng]

    @rule(unit=units, reason=st.sampled_from(["", "dust"]))
    def disagree(self, unit: str, reason: str) -> None:
        if self.may(unit, judged=True, reviewed=False) and reason:
            self.at.disagree(unit, SATO, reason)
            self.sent.add(unit)
        else:
            self.refused(self.at.disagree, unit, SATO, reason)

    @rule(unit=units)
    def accept(self, unit: str) -> None:
        if self.may(unit, judged=True) or (self.counts_not(unit) and self.accepted(unit)):
            self.at.accept(unit, SATO)
        else:
            self.refused(self.at.accept, unit, SATO)

    @rule(unit=units, answer=st.sampled_from(Answer))
    def review(self, unit: str, answer: Answer) -> None:
        opinion = Opinion(answer, Disposition.HOLD, reason="seen")
        if self.may(unit) and (self.counts[unit] is not None or unit in self.failed):
            self.at.review(unit, SATO, opinion)
            self.counts[unit] = answer
            self.reviewed.add(unit)
        else:
            self.refused(self.at.review, unit, SATO, opinion)

    @rule(unit=units)
    def withdraw(self, unit: str) -> None:
        if self.may(unit, reviewed=False):
            self.at.withdraw(unit, SATO)
            del self.counts[unit]
            self.withdrawn.add(unit)
        else:
            self.refused(self.at.withdraw, unit, SATO)

    @rule(target=units, unit=consumes(units))
    def retake(self, unit: str) -> str:
        if not self.may(unit, reviewed=False):
            self.refused(self.at.keep, sample(retake_of=unit))
            return unit
        sample_id = self.at.keep(sample(retake_of=unit))
        del self.counts[unit]
        self.counts[sample_id] = None
        return sample_id

    @rule()
    def undo_last(self) -> None:
        undone = undo_last(self.at, SATO)
        if undone is not None:
            del self.counts[undone.id]
            self.withdrawn.add(undone.id)

    @rule()
    def start_again(self) -> None:
        self.at.store.close()
        self.open()

    @invariant()
    def figures_add_up(self) -> None:
        day, answers = self.at.today(), list(self.counts.values())
        assert day.units == len(answers) and day.withdrawn == len(self.withdrawn)
        assert [day.ok, day.ng, day.inconclusive] == [answers.count(Answer(a)) for a in ("OK", "NG", "INCONCLUSIVE")]
        waiting = {unit for unit, answer in self.counts.items() if answer is None and unit not in self.failed}
        assert day.waiting == len(waiting) and set(self.at.queue.ids()) == waiting == set(self.at.store.waiting())
        open_ = {
            unit
            for unit, answer in self.counts.items()
            if unit not in self.reviewed and (answer is Answer.INCONCLUSIVE or unit in self.sent | self.failed)
        }
        assert {kept.id for kept in self.at.to_review()} == open_

    def may(self, unit: str, judged: bool = False, reviewed: bool = True) -> bool:
        there = unit in self.counts and (reviewed or unit not in self.reviewed)
        return there and (not judged or self.at.store.get(unit).verdict is not None)

    def counts_not(self, unit: str) -> bool:
        return unit not in self.counts

    def accepted(self, unit: str) -> bool:
        return self.at.store.get(unit).last(LineKind.ACCEPTED) is not None

    def refused(self, job, *args: object) -> None:  # type: ignore[no-untyped-def]
        try:
            job(*args)
        except KensaError:
            return
        raise AssertionError(f"{job.__name__} was not refused")


TestDay = pytest.mark.slow(Day.TestCase)
TestDay.settings = settings(
    max_examples=40, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
)
