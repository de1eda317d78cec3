"""What every judge must do, the fake one and the real one alike: `Judge` of model_runtime.verdict."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from model_runtime.verdict import (
    DEFECTS,
    GRID,
    Answer,
    Fixable,
    Judge,
    Question,
    Severity,
    Stopped,
    Thresholds,
    Verdict,
    VoiceSays,
)
from tests.fakes import FakeJudge
from tests.makers import png, wav

ALWAYS_NG, ALWAYS_OK, NEVER_SURE = Thresholds(0.0, 0.0), Thresholds(1.0, 1.0), Thresholds(0.0, 1.0)


@pytest.fixture(scope="module")
def real(tiny_checkpoint: Path) -> Judge:
    from model_runtime.runtime import load_judge

    judge: Judge = load_judge(tiny_checkpoint, threads=2)
    return judge


@pytest.fixture(params=["fake", "real"])
def judge(request: pytest.FixtureRequest) -> Judge:
    if request.param == "fake":
        return FakeJudge()
    real: Judge = request.getfixturevalue("real")
    return real


Ask = Callable[..., Question]


@pytest.fixture
def ask(tmp_path: Path) -> Ask:
    """A question from the letters of what it holds: p(hoto), v(oice), g(olden)."""
    (tmp_path / "p.png").write_bytes(png(1))
    (tmp_path / "g.png").write_bytes(png(2))
    (tmp_path / "v.wav").write_bytes(wav(0.5))

    def build(holds: str, **more: object) -> Question:
        files = {
            name: tmp_path / file
            for letter, name, file in (("p", "photo", "p.png"), ("v", "voice", "v.wav"), ("g", "golden", "g.png"))
            if letter in holds
        }
        return Question(**files, **more)  # type: ignore[arg-type]

    return build


def check(verdict: Verdict, question: Question) -> None:
    """The rules that tie a verdict to its question."""
    said, limits = verdict.judgment, verdict.thresholds
    assert 0.0 <= verdict.p_ng <= 1.0
    assert verdict.confidence == pytest.approx(max(verdict.p_ng, 1 - verdict.p_ng))
    if not verdict.contradiction:
        by_number = (
            Answer.OK if verdict.p_ng < limits.ok_below else Answer.NG if verdict.p_ng > limits.ng_above else None
        )
        assert said.verdict is (by_number or Answer.INCONCLUSIVE)
    if said.verdict is Answer.OK:
        assert (said.defect, said.severity, said.region) == ("none", Severity.NONE, None)
    if said.verdict is Answer.NG:
        assert said.defect in question.defects and said.severity is not Severity.NONE
    if said.region:
        assert question.photo and 0 <= said.region.row < GRID and 0 <= said.region.col < GRID
    if question.voice is None:
        assert (said.heard, said.voice_says) == ("", VoiceSays.NOTHING)
    assert verdict.model.base and verdict.model.prompt and verdict.model.engine
    assert verdict.timings_ms["total"] >= 0
    json.dumps(verdict.to_json(), allow_nan=False)


@pytest.mark.parametrize("holds", ["p", "v", "pv", "pg", "pvg"])
def test_every_kind_of_question_gets_a_sound_verdict(judge: Judge, ask: Ask, holds: str) -> None:
    for question in (
        ask(holds),
        ask(holds, defects=("tear", "burr"), part="gasket", criteria="No tear longer than 1 mm."),
    ):
        check(judge.judge(question), question)


@pytest.mark.parametrize("holds", ["p", "v", "pv"])
@pytest.mark.parametrize(
    ("limits", "answer"), [(ALWAYS_NG, Answer.NG), (ALWAYS_OK, Answer.OK), (NEVER_SURE, Answer.INCONCLUSIVE)]
)
def test_thresholds_decide(judge: Judge, ask: Ask, holds: str, limits: Thresholds, answer: Answer) -> None:
    verdict = judge.judge(question := ask(holds, thresholds=limits))
    check(verdict, question)
    assert verdict.thresholds == limits
    assert verdict.contradiction or verdict.judgment.verdict is answer


def test_the_same_question_gets_the_same_answer(judge: Judge, ask: Ask) -> None:
    first, second = judge.judge(ask("pv")), judge.judge(ask("pv"))
    assert (first.judgment, first.p_ng) == (second.judgment, second.p_ng)


def test_stop_ends_it_and_the_next_question_is_answered(judge: Judge, ask: Ask) -> None:
    with pytest.raises(Stopped):
        judge.judge(ask("p"), stop=lambda: True)
    check(judge.judge(ask("p"), stop=lambda: False), ask("p"))


@pytest.mark.parametrize("missing", ["photo", "voice", "golden"])
def test_a_missing_file_is_fixable(judge: Judge, ask: Ask, missing: str) -> None:
    question = ask("pvg")
    path = getattr(question, missing)
    path.unlink()
    with pytest.raises(Fixable) as caught:
        judge.judge(question)
    assert caught.value.code and path.name in caught.value.message


def test_a_question_without_anything_is_fixable(judge: Judge) -> None:
    with pytest.raises(Fixable):
        judge.judge(Question())


def test_identity_names_the_model(judge: Judge, ask: Ask) -> None:
    assert judge.identity.base.count("@") == 1
    assert judge.judge(ask("p")).model.base == judge.identity.base


def test_the_general_defects_are_the_default() -> None:
    assert Question().defects == DEFECTS
