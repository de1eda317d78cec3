"""Units of a folder side by side: the same answers as one by one, and whatever goes wrong is found out one by one."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from inspector_app.ahead import Ahead
from inspector_app.watchdog import Attempts, Guarded
from model_runtime.verdict import Fixable, Question, StopCheck, Verdict
from tests.fakes import FakeJudge


@pytest.fixture
def questions(tmp_path: Path) -> list[Question]:
    for number in range(5):
        (tmp_path / f"{number}.jpg").write_bytes(bytes([number]) * 9)
    return [Question(photo=tmp_path / f"{number}.jpg", part="gasket") for number in range(5)]


class Many(FakeJudge):
    """A judge of several at once that notes what it was asked, and may fail at it."""

    def __init__(self) -> None:
        super().__init__()
        self.groups: list[list[Question]] = []
        self.error: BaseException | None = None
        self.refused: set[Question] = set()

    def judge_many(self, questions: Sequence[Question], stop: StopCheck | None = None) -> Iterator[Verdict | Fixable]:
        self.groups.append(list(questions))
        if self.error is not None:
            raise self.error
        for question in questions:
            one = self.judge(question, stop)
            yield Fixable("bad", "Bad.") if question in self.refused else one


def ahead_of(judge: Many, folder: Path) -> Ahead:
    return Ahead(Guarded(lambda: judge, lambda: None, attempts=Attempts(folder / "tries")))


def test_what_was_judged_together_is_not_judged_again(tmp_path: Path, questions: list[Question]) -> None:
    judge = Many()
    ahead = ahead_of(judge, tmp_path)
    ahead.prepare(questions)
    asked = len(judge.questions)
    verdicts = [ahead.judge(question) for question in questions]
    assert judge.groups == [questions] and len(judge.questions) == asked
    assert [replace(one, timings_ms={}) for one in verdicts] == [
        replace(judge.judge(question), timings_ms={}) for question in questions
    ]
    assert "5 units" in ahead.pace()


def test_a_refused_unit_is_asked_for_by_itself(tmp_path: Path, questions: list[Question]) -> None:
    judge = Many()
    judge.refused = {questions[2]}
    ahead = ahead_of(judge, tmp_path)
    ahead.prepare(questions)
    asked = len(judge.questions)
    for question in questions:
        ahead.judge(question)
    assert judge.questions[asked:] == [questions[2]]


@pytest.mark.parametrize("error", [RuntimeError("a bug"), MemoryError()])
def test_what_fails_together_is_judged_one_by_one(
    tmp_path: Path, questions: list[Question], error: BaseException
) -> None:
    judge = Many()
    judge.error = error
    ahead = ahead_of(judge, tmp_path)
    ahead.prepare(questions)
    assert not judge.questions
    assert all(ahead.judge(question).p_ng >= 0 for question in questions)
    assert judge.questions == questions


def test_a_unit_that_ended_the_program_takes_no_others_with_it(tmp_path: Path, questions: list[Question]) -> None:
    judge = Many()
    tries = Attempts(tmp_path / "tries")
    assert tries.begin(questions[1])  # and never ended
    ahead = ahead_of(judge, tmp_path)
    ahead.prepare(questions)
    assert judge.groups == [[one for one in questions if one is not questions[1]]]
