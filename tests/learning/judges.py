"""Scripted judges of the night: they know the truth of the set plate@1, but for some units."""

from collections.abc import Callable
from pathlib import Path

from model_runtime.labelled import read_labelled
from model_runtime.verdict import Question, Verdict
from tests.fakes import FakeJudge

Adapter = Callable[[Path, Path | None, int | None], FakeJudge]


def judges(wrong: dict[str | None, set[str]], data: Path) -> Adapter:
    """Judges that know the truth of the set plate@1, but for the units that an adapter is wrong about."""
    truth = {u.photo.name: u.bad for u in read_labelled(data / "sets/plate@1", None) if u.photo}

    def load(model: Path, adapter: Path | None, threads: int | None, *_: object) -> FakeJudge:
        lies = wrong.get(adapter.name if adapter else None, set())

        def say(question: Question) -> Verdict:
            assert question.photo is not None
            return fake.verdict(question, 0.95 if truth[question.photo.name] != (question.photo.name in lies) else 0.05)

        fake = FakeJudge([say] * 200)
        return fake

    return load


def golden(data: Path, bad: bool) -> list[str]:
    units = read_labelled(data / "sets/plate@1", "test")
    return [u.photo.name for u in units if u.photo and u.bad == bad]
