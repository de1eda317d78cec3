"""What is the same for every unit of a part is read once and kept; with it nothing is judged otherwise."""

from dataclasses import replace
from pathlib import Path

import pytest
import soundfile

from model_runtime.engine import Memory
from model_runtime.manifest import FULL_PROMPT
from model_runtime.runtime import ModelJudge, load_judge
from model_runtime.verdict import Question, Thresholds, Verdict
from tests.runtime import tiny
from tests.runtime.test_photo import picture
from tests.runtime.test_voice import babble

KINDS = ("photo", "golden", "voice", "all")
LONGER = {"instruction": "judge by these criteria: {criteria}", **FULL_PROMPT}


@pytest.fixture(scope="module", params=["float", "int8"])
def judge(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> ModelJudge:
    """A tiny model that reads the instruction first."""
    folder = tiny.build_native(tmp_path_factory.mktemp("first") / "tiny", prompt=tiny.PROMPT | LONGER)
    return load_judge(folder, numbers=request.param)


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Question]:
    folder = tmp_path_factory.mktemp("files")
    for name, seed in (("unit", 1), ("next", 2), ("golden", 3)):
        picture(56, 50, seed=seed).save(folder / f"{name}.png")
    soundfile.write(folder / "v.wav", babble(1.0), 16000)
    always = Thresholds(0.0, 0.0)
    photo, golden, voice = folder / "unit.png", folder / "golden.png", folder / "v.wav"
    return {
        "photo": Question(photo=photo, criteria="strict", thresholds=always),
        "golden": Question(photo=photo, golden=golden, criteria="strict", thresholds=always),
        "voice": Question(voice=voice, criteria="strict", thresholds=always),
        "all": Question(photo=photo, golden=golden, voice=voice, criteria="strict", thresholds=always),
    }


def same(one: Verdict, other: Verdict) -> bool:
    return one == replace(other, timings_ms=one.timings_ms)


def unit(question: Question, folder: Path) -> Question:
    """Another unit of the same part."""
    return replace(question, photo=folder / "next.png") if question.photo else question


@pytest.mark.parametrize("kind", KINDS)
def test_with_and_without_what_is_kept_a_verdict_is_the_same(
    judge: ModelJudge, asked: dict[str, Question], kind: str
) -> None:
    judge.forget_kept()
    read = []
    for question in (asked[kind], unit(asked[kind], asked["photo"].photo.parent)):  # type: ignore[union-attr]
        warm = judge.judge(question)
        read.append(list(judge._prefixes))
        judge.forget_kept()
        assert same(judge.judge(question), warm)
    assert read[0] == read[1], "the second unit added nothing"
    assert len(read[0]) == 1


def test_only_what_is_new_is_read(
    judge: ModelJudge, asked: dict[str, Question], monkeypatch: pytest.MonkeyPatch
) -> None:
    judge.forget_kept()
    rooms: list[int] = []
    make = Memory.__init__

    def noted(self: Memory, engine: object, capacity: int) -> None:
        rooms.append(capacity)
        make(self, engine, capacity)  # type: ignore[arg-type]

    monkeypatch.setattr(Memory, "__init__", noted)
    judge.judge(asked["golden"])
    fresh = len(rooms)
    assert judge.reader.read(asked["golden"]).prompt.prefix in rooms
    judge.judge(asked["golden"])
    assert judge.reader.read(asked["golden"]).prompt.prefix not in rooms[fresh:]


def test_other_words_another_golden_or_another_kind_are_not_mistaken_for_it(
    judge: ModelJudge, asked: dict[str, Question]
) -> None:
    folder = asked["photo"].photo.parent  # type: ignore[union-attr]
    variants = [
        asked["golden"],
        replace(asked["golden"], criteria="lax"),
        replace(asked["golden"], golden=folder / "next.png"),
        asked["photo"],
        asked["voice"],
    ]
    alone = []
    for question in variants:
        judge.forget_kept()
        alone.append(judge.judge(question))
    judge.forget_kept()
    together = [judge.judge(question) for question in variants]
    assert all(same(*pair) for pair in zip(alone, together, strict=True))
    assert len({verdict.p_ng for verdict in alone}) == len(variants)


def test_side_by_side_shares_it(judge: ModelJudge, asked: dict[str, Question]) -> None:
    judge.forget_kept()
    several = [asked["golden"], unit(asked["golden"], asked["photo"].photo.parent), asked["all"]]  # type: ignore[union-attr]
    found = list(judge.judge_many(several, wide=3))
    assert len(judge._prefixes) == 1
    for verdict, question in zip(found, several, strict=True):
        assert isinstance(verdict, Verdict)
        assert verdict.p_ng == pytest.approx(judge.judge(question).p_ng, abs=1e-5)
