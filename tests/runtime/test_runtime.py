"""The judge on a tiny random checkpoint: every kind of question, thresholds, contradiction, failures, self-test."""

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch
from PIL import Image

from model_runtime import decoding
from model_runtime.adapters import activate, detach, save
from model_runtime.checkpoint import load
from model_runtime.engine import Engine
from model_runtime.fast_engine import FastEngine
from model_runtime.inputs import CLIPPED, SILENT
from model_runtime.photo import load_photo, stack
from model_runtime.runtime import KEPT, ModelJudge, load_judge
from model_runtime.verdict import (
    DEFECTS,
    Answer,
    Fixable,
    Judge,
    Judgment,
    Question,
    Severity,
    Stopped,
    Thresholds,
    VoiceSays,
)
from tests.runtime import tiny
from tests.runtime.test_adapters import make_defect
from tests.runtime.test_alignment import laid_down, part
from tests.runtime.test_photo import picture
from tests.runtime.test_voice import babble

NEVER_NG, ALWAYS_NG, NEITHER = Thresholds(1.0, 1.0), Thresholds(0.0, 0.0), Thresholds(0.0, 1.0)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Photos a and b, goldens, and voice notes."""
    folder: Path = tmp_path_factory.mktemp("files")
    for name, size, seed in (("a", (80, 60), 1), ("b", (64, 64), 2), ("golden", (80, 60), 3), ("wide", (200, 60), 4)):
        picture(*size, seed=seed).save(folder / f"{name}.png")
    soundfile.write(folder / "v.wav", babble(1.2), 16000)
    soundfile.write(folder / "w.wav", babble(0.8, 44100, level=0.1), 44100)
    soundfile.write(folder / "silent.wav", np.zeros(16000, np.float32), 16000)
    soundfile.write(folder / "clipped.wav", np.clip(babble(1, level=4), -1, 1), 16000)
    return folder


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny model with a defect adapter of its own, temperature 1.5."""
    folder = tiny.build_native(tmp_path_factory.mktemp("model") / "tiny")
    other = load(folder)
    make_defect(other, non_zero=True)
    fields = {
        "version": 3,
        "base": other.manifest.sha256,
        "temperature": 1.5,
        "thresholds": {"ok_below": 0.3, "ng_above": 0.6},
    }
    save(other.model, "defect", folder / "defect-lora", fields)  # type: ignore[arg-type]
    return folder


@pytest.fixture(scope="module")
def shared(model: Path) -> ModelJudge:
    """Not to be changed."""
    return load_judge(model)


@pytest.fixture
def judge(model: Path) -> ModelJudge:
    """To be broken."""
    return load_judge(model)


def questions(files: Path) -> dict[str, Question]:
    photo, golden, voice = files / "a.png", files / "golden.png", files / "v.wav"
    return {
        "photo": Question(photo=photo),
        "photo and golden": Question(photo=photo, golden=golden),
        "voice": Question(voice=voice),
        "photo and voice": Question(photo=photo, voice=voice),
        "all": Question(photo=photo, golden=golden, voice=voice, defects=("burr", "傷", "傷あり"), criteria="none"),
    }


KINDS = ("photo", "photo and golden", "voice", "photo and voice", "all")


def check_judgment(judgment: Judgment, question: Question) -> None:
    if judgment.verdict is Answer.OK:
        assert (judgment.defect, judgment.severity, judgment.region) == ("none", Severity.NONE, None)
    if judgment.verdict is Answer.NG:
        assert judgment.defect in question.defects
        assert judgment.severity is not Severity.NONE
        assert (judgment.region is None) == (question.photo is None)
    if question.voice is None:
        assert (judgment.heard, judgment.voice_says) == ("", VoiceSays.NOTHING)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("thresholds", [None, NEVER_NG, ALWAYS_NG, NEITHER])
def test_every_question_gets_a_judgment(
    shared: ModelJudge, files: Path, kind: str, thresholds: Thresholds | None
) -> None:
    question = replace(questions(files)[kind], thresholds=thresholds)
    verdict = shared.judge(question)
    check_judgment(verdict.judgment, question)
    assert 0 < verdict.p_ng < 1
    assert verdict.confidence == max(verdict.p_ng, 1 - verdict.p_ng)
    assert verdict.thresholds == (thresholds or Thresholds(0.3, 0.6))
    assert set(verdict.timings_ms) == {"photo", "voice", "vision", "audio", "prefill", "decode", "total"}
    assert sum(verdict.timings_ms.values()) <= 2 * verdict.timings_ms["total"] + 1
    sides = {NEVER_NG: Answer.OK, ALWAYS_NG: Answer.NG, NEITHER: Answer.INCONCLUSIVE}
    if thresholds is not None and not verdict.contradiction:
        assert verdict.judgment.verdict is sides[thresholds]
    assert json.loads(json.dumps(verdict.to_json()))["judgment"]["verdict"] == verdict.judgment.verdict


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_random_weights_follow_the_grammar(tmp_path: Path, files: Path, seed: int) -> None:
    judge = load_judge(tiny.build_native(tmp_path / "m", seed=seed))
    assert judge.identity.adapter == "none"
    for question in questions(files).values():
        verdict = judge.judge(question)
        assert verdict == replace(judge.judge(question), timings_ms=verdict.timings_ms)
        check_judgment(verdict.judgment, question)


@pytest.mark.parametrize("kind", KINDS)
def test_p_ng_equals_the_librarys_full_logits(model: Path, shared: ModelJudge, files: Path, kind: str) -> None:
    """Prompt and first literal through the library's forward, the two logits through a softmax."""
    question = questions(files)[kind]
    inputs = shared.reader.read(question)
    library = load_judge(model).checkpoint
    activate(library, ["sp_lora" if question.photo is None else "vis_lora", "defect"])
    encode = library.tokenizer.encode
    ids = [*inputs.prompt.ids, *encode('{"verdict": "', add_special_tokens=False)]
    golden = shared.reader.cut(inputs.golden) if inputs.golden else None
    images = [image for image in (golden, inputs.photo) if image is not None]
    extra = stack(images) if images else {}
    if inputs.voice is not None:
        extra |= {
            "audio_input_features": inputs.voice.features,
            "audio_embed_sizes": torch.tensor([inputs.voice.tokens]),
        }
    with torch.no_grad():
        logits = library.model(input_ids=torch.tensor([ids]), **extra).logits[0, -1]
    two = torch.stack([logits[encode("OK")[0]], logits[encode("NG")[0]]])
    expected = float(torch.softmax(two / 1.5, 0)[1])
    assert shared.judge(question).p_ng == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize(
    ("kind", "lora"), [("photo", "vis_lora"), ("voice", "sp_lora"), ("photo and voice", "vis_lora")]
)
def test_each_question_uses_its_own_lora(judge: ModelJudge, files: Path, kind: str, lora: str) -> None:
    used: list[list[str]] = []
    use = judge.engine.use
    judge.engine.use = lambda names: (used.append(list(names)), use(names))[1]  # type: ignore[method-assign]
    verdict = judge.judge(questions(files)[kind])
    assert used == [[lora, "defect"]]
    for _, parameter in judge.checkpoint.model.named_parameters():
        if f".{lora}." in _:
            parameter.data.zero_()
    judge.engine.forget()
    assert judge.judge(questions(files)[kind]).p_ng != verdict.p_ng


def test_the_active_set_is_asserted_every_time(judge: ModelJudge, files: Path) -> None:
    """Whatever someone else left active or merged, a judgment is made with the right set or not at all."""
    question = questions(files)["photo"]
    before = judge.judge(question).p_ng
    judge.engine.body.layers[1].mlp.down_proj.set_adapter(["vis_lora"])
    assert judge.judge(question).p_ng == before, "what is folded does not change with what is active"
    judge.engine.forget()
    with pytest.raises(RuntimeError, match="wrong adapters"):
        judge.judge(question)
    activate(judge.checkpoint, ["sp_lora"])
    assert judge.judge(question).p_ng == before


def test_a_model_without_the_lora_of_a_question_refuses_it(folder: Path, files: Path) -> None:
    shutil.rmtree(folder / "speech-lora")
    (folder / "kensa.json").unlink()
    tiny.write_manifest(folder, tiny.make_manifest(folder, "tiny", prompt=tiny.PROMPT))
    judge = load_judge(folder)
    judge.judge(Question(photo=files / "a.png"))
    with pytest.raises(Fixable, match="voice notes alone"):
        judge.judge(Question(voice=files / "v.wav"))
    assert any("sp_lora" in fault for fault in judge.self_test())


def test_the_adapter_is_found_chosen_or_left_out(model: Path, tmp_path: Path, files: Path) -> None:
    elsewhere = shutil.copytree(model / "defect-lora", tmp_path / "other")
    bare = shutil.copytree(model, tmp_path / "bare", ignore=shutil.ignore_patterns("defect-lora"))
    said: list[str] = []
    found, chosen = load_judge(model, progress=said.append), load_judge(bare, elsewhere)
    assert found.identity.adapter.startswith("defect@3/")
    assert chosen.identity == found.identity
    assert [word for word in said if "adapter" in word]
    alone = load_judge(bare)
    assert alone.identity.adapter == "none"
    question = questions(files)["photo"]
    assert chosen.judge(question).p_ng == found.judge(question).p_ng != alone.judge(question).p_ng
    with pytest.raises(Fixable):
        load_judge(bare, tmp_path / "missing")


def test_identity_names_base_adapter_prompt_and_engine(shared: ModelJudge, files: Path) -> None:
    kept: Judge = shared
    identity = kept.identity
    assert identity.base == f"tiny@{shared.checkpoint.manifest.sha256}"
    assert identity.engine == "cpu-fp32"
    verdict = shared.judge(Question(photo=files / "a.png"))
    assert verdict.model == identity
    other = shared.judge(Question(photo=files / "a.png", criteria="strict"))
    assert other.model.prompt != identity.prompt


def test_no_defects_of_its_own_means_the_common_ones(shared: ModelJudge, files: Path) -> None:
    verdict = shared.judge(Question(photo=files / "a.png", defects=(), thresholds=ALWAYS_NG))
    assert verdict.judgment.defect in DEFECTS
    twice = shared.judge(Question(photo=files / "a.png", defects=("burr", "burr"), thresholds=ALWAYS_NG))
    assert twice.judgment.defect == "burr"


# ---- golden photo ----


def test_a_kept_golden_gives_the_same_verdict(judge: ModelJudge, files: Path, tmp_path: Path) -> None:
    seen = 0
    assert isinstance(judge.engine, FastEngine)
    see = judge.engine.vision.see

    def counted(*arguments: object) -> torch.Tensor:
        nonlocal seen
        seen += 1
        return see(*arguments)  # type: ignore[arg-type]

    judge.engine.vision.see = counted  # type: ignore[method-assign]
    question = questions(files)["all"]
    fresh, kept = judge.judge(question), judge.judge(question)
    assert seen == 3, "golden and photo, then the photo alone"
    assert kept == replace(fresh, timings_ms=kept.timings_ms)
    copy = shutil.copy(question.golden, tmp_path / "same.png")  # type: ignore[type-var]
    assert judge.judge(replace(question, golden=copy)).p_ng == fresh.p_ng
    assert seen == 4, "kept by content, not by name"


def test_a_known_golden_is_not_decoded_again(judge: ModelJudge, files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    question = questions(files)["photo and golden"]
    fresh = judge.judge(question)
    decoded: list[str] = []

    def counted(path: Path, data: bytes | None = None) -> Image.Image:
        decoded.append(path.name)
        return load_photo(path, data)

    monkeypatch.setattr("model_runtime.inputs.load_photo", counted)
    assert judge.judge(question).p_ng == fresh.p_ng
    assert decoded == ["a.png"]
    judge.forget_kept()
    assert judge.judge(question).p_ng == fresh.p_ng
    assert decoded == ["a.png", "a.png", "golden.png"]


def test_the_golden_photo_matters_and_the_store_is_small(judge: ModelJudge, files: Path, tmp_path: Path) -> None:
    chances = set()
    for seed in range(KEPT + 2):
        picture(60, 60, seed=seed + 50).save(tmp_path / f"{seed}.png")
        chances.add(judge.judge(Question(photo=files / "a.png", golden=tmp_path / f"{seed}.png")).p_ng)
    assert len(chances) == KEPT + 2
    assert len(judge._prefixes) == KEPT


def test_a_golden_beside_a_voice_alone_is_left_out(shared: ModelJudge, files: Path) -> None:
    alone = shared.judge(Question(voice=files / "v.wav"))
    assert shared.judge(Question(voice=files / "v.wav", golden=files / "golden.png")).p_ng == alone.p_ng


def test_a_photo_laid_down_otherwise_is_looked_at_twice(judge: ModelJudge, tmp_path: Path) -> None:
    """As it lies, and as the golden photo lies; both count alike, and the answer is the first look's."""
    golden = part()
    golden.save(tmp_path / "golden.png")
    turned = laid_down(golden, 0.1, 0.1, -0.05)
    turned.save(tmp_path / "turned.png")
    question = Question(tmp_path / "turned.png", golden=tmp_path / "golden.png")
    once = judge.judge(question)
    reader = judge.reader
    reader.settings = replace(reader.settings, square=True)
    reader._known.clear()
    first = judge.judge(question)
    reader.settings = replace(reader.settings, second_look=True)
    reader._known.clear()
    inputs = reader.read(question)
    assert inputs.second is not None and inputs.photo is not None
    assert inputs.second.pixel_values.shape == inputs.photo.pixel_values.shape
    second = replace(inputs, photo=inputs.second, second=None)
    with torch.inference_mode():
        alone = judge.answer(second, 0.0).p_ng
    both = judge.judge(question)
    odds = [np.log(p / (1 - p)) for p in (first.p_ng, alone)]
    assert both.p_ng == pytest.approx(1 / (1 + np.exp(-np.mean(odds))), abs=1e-5)
    assert both.judgment.region == first.judgment.region or both.judgment.region is None
    assert once.p_ng != first.p_ng  # stretched to a square it is another picture
    assert reader.read(Question(tmp_path / "golden.png", golden=tmp_path / "golden.png")).second is None
    assert reader.read(Question(tmp_path / "turned.png")).second is None


# ---- meaning ----


@pytest.mark.parametrize(
    ("p_ng", "says", "expected", "contradiction"),
    [
        (0.05, "nothing", Answer.OK, False),
        (0.3, "nothing", Answer.INCONCLUSIVE, False),
        (0.45, "nothing", Answer.INCONCLUSIVE, False),
        (0.6, "nothing", Answer.INCONCLUSIVE, False),
        (0.61, "nothing", Answer.NG, False),
        (0.05, "OK", Answer.OK, False),
        (0.05, "NG", Answer.INCONCLUSIVE, True),
        (0.95, "OK", Answer.INCONCLUSIVE, True),
        (0.95, "NG", Answer.NG, False),
        (0.45, "NG", Answer.INCONCLUSIVE, False),
        (0.3, "NG", Answer.INCONCLUSIVE, True),  # two to one for OK
        (0.6, "OK", Answer.INCONCLUSIVE, False),
    ],
)
def test_thresholds_and_contradiction(
    judge: ModelJudge, files: Path, p_ng: float, says: str, expected: Answer, contradiction: bool
) -> None:
    ng = {"verdict": "NG", "defect": "dent", "severity": "major", "row": "2", "col": "7"}
    fields = (ng if p_ng >= 0.3 else {"verdict": "OK"}) | {"voice_says": says, "heard": "so"}
    judge.answer = lambda *_, **__: decoding.Answer(p_ng, dict(fields))  # type: ignore[method-assign]
    verdict = judge.judge(Question(photo=files / "a.png", voice=files / "v.wav"))
    assert (verdict.judgment.verdict, verdict.contradiction) == (expected, contradiction)
    if p_ng >= 0.3:
        assert (verdict.judgment.defect, verdict.judgment.region.row) == ("dent", 2)  # type: ignore[union-attr]
    alone = judge.judge(Question(voice=files / "v.wav"))
    assert not alone.contradiction, "a voice alone cannot contradict a photo"


def test_a_silent_note_counts_as_none(shared: ModelJudge, files: Path) -> None:
    quiet = shared.judge(Question(photo=files / "a.png", voice=files / "silent.wav"))
    assert quiet.p_ng == shared.judge(Question(photo=files / "a.png")).p_ng
    assert quiet.judgment.heard == ""
    assert quiet.judgment.voice_says is VoiceSays.NOTHING
    assert SILENT in quiet.judgment.remark
    alone = shared.judge(Question(voice=files / "silent.wav"))
    assert alone.judgment.verdict is Answer.INCONCLUSIVE
    assert alone.p_ng == 0.5
    assert SILENT in alone.judgment.remark


def test_a_clipped_note_is_noted(shared: ModelJudge, files: Path) -> None:
    assert CLIPPED in shared.judge(Question(voice=files / "clipped.wav")).judgment.remark


def test_nothing_to_judge_is_refused(shared: ModelJudge, tmp_path: Path, files: Path) -> None:
    with pytest.raises(Fixable) as refusal:
        shared.judge(Question())
    assert refusal.value.code == "question_empty"
    (tmp_path / "x.png").write_text("no photo")
    for question in (Question(photo=tmp_path / "x.png"), Question(photo=files / "a.png", golden=tmp_path / "x.png")):
        with pytest.raises(Fixable, match=r"x\.png"):
            shared.judge(question)


# ---- limits and failures ----


def test_crops_give_way_to_long_criteria(tmp_path: Path) -> None:
    settings = tiny.PROMPT | {"instruction": "{criteria}", "dynamic_hd": 36}
    judge = load_judge(tiny.build_native(tmp_path / "m", prompt=settings))
    picture(1000, 1000).save(tmp_path / "p.png")
    short = judge.reader.read(Question(photo=tmp_path / "p.png", criteria="x"))
    longest = judge.vocabulary.longest(short.shape)
    rest = len(short.prompt.ids) - short.photo.tokens - 1 + longest  # type: ignore[union-attr]
    tokens = {}
    for room in (300, 100, 13):
        filler = "x" * (4096 - room - rest)
        inputs = judge.reader.read(Question(photo=tmp_path / "p.png", criteria=filler))
        assert len(inputs.prompt.ids) + longest <= 4096
        tokens[room] = inputs.photo.tokens  # type: ignore[union-attr]
    assert tokens[300] > tokens[100] > tokens[13] == 13
    verdict = judge.judge(Question(photo=tmp_path / "p.png", criteria=filler))
    assert verdict.judgment.remark == ""
    with pytest.raises(Fixable) as refusal:
        judge.judge(Question(photo=tmp_path / "p.png", criteria=filler + "x"))
    assert refusal.value.code == "question_too_long"


@pytest.mark.parametrize("kind", KINDS)
def test_a_stopped_judgment_decides_nothing(shared: ModelJudge, files: Path, kind: str) -> None:
    """Wherever it is stopped: between files, layers, steps."""
    question = replace(questions(files)[kind], thresholds=ALWAYS_NG)
    asked = 0

    def count() -> bool:
        nonlocal asked
        asked += 1
        return False

    shared.forget_kept()
    whole = shared.judge(question, count)
    assert asked > 5
    for at in range(0, asked, max(1, asked // 12)):
        shared.forget_kept()
        left = iter([False] * at)
        with pytest.raises(Stopped):
            shared.judge(question, lambda left=left: next(left, True))  # type: ignore[misc]
    assert shared.judge(question).p_ng == whole.p_ng


PARTS = {
    "vision": ("image.img_processor.encoder.layers.0.mlp.fc1.bias", "photo", "the photo"),
    "audio": ("audio.encoder.encoders.0.conv.glu.b1", "voice", "the voice note"),
    "decoder": ("body.layers.1.mlp.down_proj.base_layer.weight", "photo", "verdict"),
}


@pytest.mark.parametrize("part", PARTS)
def test_nan_anywhere_is_inconclusive_never_ok(judge: ModelJudge, files: Path, part: str) -> None:
    path, kind, where = PARTS[part]
    owner, name = path.split(".", 1)
    dict(getattr(judge.engine, owner).named_parameters())[name].data.fill_(float("nan"))
    judge.engine.forget()
    verdict = judge.judge(replace(questions(files)[kind], thresholds=NEVER_NG))
    assert verdict.judgment.verdict is Answer.INCONCLUSIVE
    assert where in verdict.judgment.remark
    assert (verdict.p_ng, verdict.judgment.defect) == (0.5, "none")
    json.dumps(verdict.to_json(), allow_nan=False)
    assert any("no number" in fault for fault in judge.self_test())


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        torch.OutOfMemoryError("CUDA out of memory"),
        RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes."),
    ],
)
def test_lack_of_memory_is_inconclusive(judge: ModelJudge, files: Path, error: Exception) -> None:
    def fails(*_: object) -> None:
        raise error

    assert isinstance(judge.engine, FastEngine)
    judge.engine.read_rows = fails  # type: ignore[method-assign, assignment]
    verdict = judge.judge(Question(photo=files / "a.png"))
    assert verdict.judgment.verdict is Answer.INCONCLUSIVE
    assert "memory" in verdict.judgment.remark


def test_our_own_bugs_are_not_hidden(judge: ModelJudge, files: Path) -> None:
    def fails(*_: object) -> None:
        raise RuntimeError("mat1 and mat2 shapes cannot be multiplied")

    assert isinstance(judge.engine, FastEngine)
    judge.engine.read_rows = fails  # type: ignore[method-assign, assignment]
    with pytest.raises(RuntimeError, match="mat1"):
        judge.judge(Question(photo=files / "a.png"))


def test_threads_are_set(model: Path) -> None:
    before = torch.get_num_threads()
    try:
        load_judge(model, threads=1)
        assert torch.get_num_threads() == 1
    finally:
        torch.set_num_threads(before)


# ---- self-test ----


def test_a_sound_model_has_no_faults(judge: ModelJudge, files: Path) -> None:
    before = judge.judge(questions(files)["all"])
    assert judge.self_test() == []
    judge.warm_up()
    after = judge.judge(questions(files)["all"])
    assert after == replace(before, timings_ms=after.timings_ms)


def causal(judge: ModelJudge) -> None:
    """The hand-written encoder knows no such thing; one that runs the library's modules does."""
    judge.engine = Engine(judge.checkpoint)
    for layer in judge.engine.image.img_processor.encoder.layers:
        layer.self_attn.is_causal = True


def zero(part: str) -> Callable[[ModelJudge], None]:
    def change(judge: ModelJudge) -> None:
        for name, parameter in judge.checkpoint.model.named_parameters():
            if part in name:
                parameter.data.zero_()

    return change


def without_lora(judge: ModelJudge) -> None:
    detach(judge.checkpoint, "vis_lora")


def deaf_to_golden(judge: ModelJudge) -> None:
    """Attention that sees nothing but itself: no photo reaches the verdict."""
    for layer in judge.engine.body.layers:
        layer.self_attn.o_proj.base_layer.weight.data.zero_()
    zero("self_attn.o_proj.lora_B")(judge)


FAULTS: dict[str, tuple[Callable[[ModelJudge], None], str]] = {
    "causal vision": (causal, "causal"),
    "blind": (zero("img_projection_down.weight"), "blind"),
    "deaf": (zero("down_proj_for_speech.weight"), "deaf"),
    "deaf beside a photo": (zero("down_proj_for_vision_speech.weight"), "deaf"),
    "vision lora without effect": (zero("lora_B.vis_lora"), "vis_lora) changes nothing"),
    "speech lora without effect": (zero("lora_B.sp_lora"), "sp_lora) changes nothing"),
    "defect adapter without effect": (zero("lora_B.defect"), "defect changes nothing"),
    "no lora": (without_lora, "no vis_lora"),
    "golden without effect": (deaf_to_golden, "no influence"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_silent_faults_are_found(judge: ModelJudge, fault: str) -> None:
    change, words = FAULTS[fault]
    change(judge)
    judge.engine.forget()
    assert any(words in found for found in judge.self_test()), judge.self_test()


def test_the_samples_that_came_with_the_model_must_be_judged_as_then(judge: ModelJudge, files: Path) -> None:
    folder = judge.checkpoint.folder / "known"
    folder.mkdir(exist_ok=True)
    shutil.copy(files / "a.png", folder / "a.png")
    then = judge.judge(Question(photo=folder / "a.png")).p_ng
    adapter = judge.card.sha256 if judge.card else "none"

    def known(p_ng: float, adapter: str) -> None:
        content = {"adapter": adapter, "answers": [{"photo": "a.png", "p_ng": p_ng}]}
        (folder / "known.json").write_text(json.dumps(content))

    known(then, adapter)
    assert judge.self_test() == []
    known(then + 0.1, adapter)
    assert "a.png was judged with p_ng" in judge.self_test()[0]
    known(then + 0.1, "another adapter")
    assert judge.self_test() == []
    (folder / "known.json").write_text("{")
    with pytest.raises(Fixable, match="known.json cannot be read"):
        judge.self_test()
    shutil.rmtree(folder)


def test_a_white_photo_and_a_large_one_are_judged(shared: ModelJudge, tmp_path: Path) -> None:
    Image.new("RGB", (8, 8), (255, 255, 255)).save(tmp_path / "white.png")
    picture(1600, 1200).save(tmp_path / "large.jpg")
    for name in ("white.png", "large.jpg"):
        assert 0 < shared.judge(Question(photo=tmp_path / name)).p_ng < 1
