"""A model that hangs, fails, lacks memory or gives no number: INCONCLUSIVE with its reason, and the line goes on."""

import math
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from inspector_app import watchdog
from inspector_app.inspection import Station
from inspector_app.records import check
from inspector_app.records.record import Inspection, State
from inspector_app.watchdog import Attempts, Guarded, ModelLost
from model_runtime.verdict import Answer, Fixable, Question, Stopped, Verdict
from tests.fakes import FakeJudge, Step
from tests.makers import sample, station

FREE = threading.Event()
"""What hangs in these tests hangs until they are over."""


@pytest.fixture(autouse=True)
def freed() -> Iterator[None]:
    FREE.clear()
    yield
    FREE.set()


def hang(_: Question) -> Verdict:
    FREE.wait(60)
    raise AssertionError("nobody waits for this any more")


class Models:
    """Loads judges by script, and counts: one list of steps for each time that the model is loaded."""

    def __init__(self, *scripts: list[Step], faults: list[list[str]] | None = None) -> None:
        self.scripts, self.faults = list(scripts), faults or []
        self.judges: list[FakeJudge] = []
        self.tests = 0

    def load(self) -> FakeJudge:
        if not self.scripts:
            raise OSError("the model's disk is gone")
        judge = FakeJudge(self.scripts.pop(0))
        judge.self_test = self._self_test  # type: ignore[method-assign]
        self.judges.append(judge)
        return judge

    def _self_test(self) -> list[str]:
        self.tests += 1
        return self.faults.pop(0) if self.faults else []


def guarded(tmp_path: Path, models: Models, seconds: float = 0.2) -> tuple[Station, list[str]]:
    told: list[str] = []
    judge = Guarded(
        models.load, lambda: seconds, lambda what, error: told.append(what), Attempts(tmp_path / ".judging")
    )
    return station(tmp_path, judge), told


def unclear(judged: Inspection, reason: str) -> bool:
    assert judged.state is State.JUDGED and judged.verdict
    said = judged.verdict.judgment
    return said.verdict is Answer.INCONCLUSIVE and said.remark == reason and math.isnan(judged.verdict.p_ng)


def nan(question: Question) -> Verdict:
    """The worst: it says OK, and has no number for it."""
    return replace(FakeJudge().verdict(question, 0.01), p_ng=math.nan)


def raised(error: BaseException) -> Callable[[Question], Verdict]:
    def step(_: Question) -> Verdict:
        raise error

    return step


@pytest.mark.parametrize(
    ("step", "reason"),
    [
        (hang, watchdog.TOO_SLOW),
        (raised(MemoryError()), watchdog.NO_MEMORY),
        (raised(RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate")), watchdog.NO_MEMORY),
        (raised(ZeroDivisionError("a bug")), watchdog.BROKEN),
        (nan, watchdog.NO_NUMBER),
    ],
    ids=["hangs", "no memory", "no memory, as torch says it", "fails", "NaN"],
)
def test_it_is_inconclusive_with_its_reason_and_the_line_goes_on(tmp_path: Path, step: Step, reason: str) -> None:
    models = Models([step, 0.01], [0.01])
    at, told = guarded(tmp_path, models)
    ids = [at.keep(sample(number)) for number in range(2)]
    assert unclear(at.judge_next() or pytest.fail("nothing"), reason)
    good = at.judge_next()
    assert good and good.id == ids[1] and good.verdict and good.verdict.judgment.verdict is Answer.OK
    assert models.tests == 1, "the self-test runs before the next unit"
    assert len(models.judges) == (2 if step is hang else 1)
    assert told[-1] == "well" and ("loading" in told) == (step is hang)
    assert list(check.faults(at.store)) == []
    assert [kept.id for kept in at.to_review()] == [ids[0]]
    at.store.close()


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_no_number_is_never_ok_whoever_judges(tmp_path: Path, number: float) -> None:
    at = station(tmp_path, FakeJudge([lambda q: replace(FakeJudge().verdict(q, 0.01), p_ng=number)]))
    assert unclear(at.judge(at.keep(sample())), watchdog.NO_NUMBER)
    at.store.close()


def test_a_model_that_fails_its_self_test_is_loaded_anew(tmp_path: Path) -> None:
    models = Models([nan], [0.99], faults=[["another answer"]])
    at, told = guarded(tmp_path, models)
    at.judge(at.keep(sample(0)))
    judged = at.judge(at.keep(sample(1)))
    assert judged.verdict and judged.verdict.judgment.verdict is Answer.NG
    assert len(models.judges) == 2 and models.tests == 2 and told == ["failed", "testing", "loading", "well"]


def test_without_any_model_units_wait_and_lose_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    models = Models([hang])
    at, told = guarded(tmp_path, models)
    at.judge(at.keep(sample(0)))
    waits = at.keep(sample(1))
    for _ in range(2):
        with pytest.raises(ModelLost):
            at.judge(waits)
    assert at.store.get(waits).state is State.CAPTURED
    monkeypatch.setattr(watchdog, "RETRY", 0.0)
    models.scripts.append([0.01])
    assert at.judge(waits).state is State.JUDGED


def test_after_some_that_hang_the_program_must_be_started_again(tmp_path: Path) -> None:
    at, _ = guarded(tmp_path, Models(*[[hang] for _ in range(9)]), seconds=0.05)
    for number in range(watchdog.MOST_LEFT):
        assert unclear(at.judge(at.keep(sample(number))), watchdog.TOO_SLOW)
    with pytest.raises(ModelLost, match="start the program again"):
        at.judge(at.keep(sample(9)))


def test_slow_is_not_too_slow_and_no_limit_is_none(tmp_path: Path) -> None:
    def slow(question: Question) -> Verdict:
        time.sleep(0.3)
        return FakeJudge().verdict(question, 0.01)

    for seconds in (5.0, 0.0):
        at, told = guarded(tmp_path / str(seconds), Models([slow]), seconds)
        judged = at.judge(at.keep(sample()))
        assert judged.verdict and judged.verdict.judgment.verdict is Answer.OK and told == []


def test_without_a_limit_it_is_the_models_own_pace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A model of minutes gets its minutes, one of milliseconds does not hold up the line for them."""
    monkeypatch.setattr(watchdog, "LEAST", 0.3)

    def slow(question: Question) -> Verdict:
        time.sleep(0.5)
        return FakeJudge().verdict(question, 0.01)

    models = Models([slow, 0.01, 0.01, hang], [0.01, hang])
    judge = Guarded(models.load, lambda: None)
    question = Question(photo=tmp_path / "a.png")
    question.photo.write_bytes(b"x")  # type: ignore[union-attr]
    verdicts = [judge.judge(question).judgment.verdict for _ in range(3)]
    assert verdicts == [Answer.OK] * 3
    monkeypatch.setattr(watchdog, "TIMES", 1.0)
    begun = time.monotonic()
    assert judge.judge(question).judgment.remark == watchdog.TOO_SLOW
    assert 0.4 < time.monotonic() - begun < 10


def test_stopped_and_refused_stay_what_they_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watchdog, "GRACE", 0.1)
    at, told = guarded(tmp_path, Models([Fixable("too_dark", "Too dark."), hang]), seconds=60)
    assert at.judge(at.keep(sample(0))).state is State.FAILED
    waits, stop = at.keep(sample(1)), threading.Event()
    threading.Timer(0.1, stop.set).start()
    with pytest.raises(Stopped):
        at.judge(waits, stop.is_set)
    assert at.store.get(waits).state is State.CAPTURED and told == []


def test_a_unit_that_ends_the_program_is_not_tried_for_ever(tmp_path: Path) -> None:
    """As a kill by the system's memory guard: nothing in the program can catch it."""
    question = Question(photo=tmp_path / "ab" / "abcd.png")
    for _ in range(watchdog.TRIES):
        assert Attempts(tmp_path).begin(question)  # and never comes to its end
    at = Guarded(lambda: FakeJudge([0.01]), lambda: 0, None, Attempts(tmp_path))
    verdict = at.judge(question)
    assert verdict.judgment.verdict is Answer.INCONCLUSIVE and verdict.judgment.remark == watchdog.ENDED
    assert Attempts(tmp_path).begin(question), "a person may have it judged again"


def test_what_was_judged_leaves_no_attempt(tmp_path: Path) -> None:
    at, _ = guarded(tmp_path, Models([0.5, Fixable("too_dark", "Too dark."), hang]))
    for number in range(3):
        at.judge(at.keep(sample(number)))
    assert list((tmp_path / ".judging").iterdir()) == []


def test_a_judgment_left_behind_is_asked_to_end(tmp_path: Path) -> None:
    """One that is slow but looks at its stop ends, and gives its memory back."""
    ended = threading.Event()

    class Slow(FakeJudge):
        def judge(self, question: Question, stop: object = None) -> Verdict:
            while not stop():  # type: ignore[operator]
                time.sleep(0.01)
            ended.set()
            raise Stopped

    at = Guarded(Slow, lambda: 0.1)
    assert at.judge(Question(photo=tmp_path)).judgment.remark == watchdog.TOO_SLOW
    assert ended.wait(5)
