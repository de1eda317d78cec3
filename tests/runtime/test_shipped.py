"""The model that the program ships: whole, itself, and as good on real photos as its card says."""

import csv
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from model_runtime import adapters, checkpoint, figures
from model_runtime.nano import blueprint, tokens
from model_runtime.runtime import ModelJudge, load_judge
from model_runtime.selftest import known_answers
from model_runtime.verdict import Question

ROOT = Path(__file__).resolve().parents[2]
SHIPPED = ROOT / "resources" / "models" / "kensa-nano"
SAMPLES = ROOT / "resources" / "samples"
DATA = ROOT.parent / "shared" / "data" / "images"
MEGABYTE = 1_000_000


@pytest.fixture(scope="module")
def judge() -> ModelJudge:
    return load_judge(SHIPPED)


def test_it_is_whole_and_small() -> None:
    assert checkpoint.verify(SHIPPED) == []
    assert sum(path.stat().st_size for path in SHIPPED.rglob("*") if path.is_file()) <= 64 * MEGABYTE


def test_it_passes_its_self_test_with_the_answers_it_came_with(judge: ModelJudge) -> None:
    assert judge.card is not None
    assert len(known_answers(SHIPPED, judge.card.sha256)) == 3
    assert judge.self_test() == []


def test_the_golden_photo_changes_its_mind(judge: ModelJudge) -> None:
    photo, golden = SAMPLES / "demo-04.jpg", SAMPLES / "golden.jpg"
    beside_itself = judge.judge(Question(photo=photo, golden=photo)).p_ng
    assert judge.judge(Question(photo=photo, golden=golden)).p_ng > beside_itself


def test_the_bundled_units_are_judged_as_they_are(judge: ModelJudge) -> None:
    """Those that are OK or NG; the contradicting one is only never called OK."""
    with (SAMPLES / "metadata.csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    wrong = []
    for row in rows:
        voice = SAMPLES / row["voice_file_name"] if row["voice_file_name"] else None
        question = Question(SAMPLES / row["file_name"], voice, SAMPLES / row["golden_file_name"], part=row["part"],
                            defects=("scratch", "crack", "dent", "stain", "hole", "chip", "missing"))  # fmt: skip
        verdict = judge.judge(question)
        if verdict.judgment.verdict.value not in (row["verdict"], "INCONCLUSIVE"):
            wrong.append((row["file_name"], verdict.judgment.verdict.value, verdict.p_ng))
        elif voice and verdict.judgment.voice_says != row["voice_says"]:
            wrong.append((row["file_name"], verdict.judgment.heard, verdict.judgment.voice_says))
    assert len(wrong) <= 1, wrong


def test_the_mixture_does_not_interfere(tmp_path: Path) -> None:
    """Adapters off: the text logits are the base's, bit for bit. The speech LoRA changes no photo-only logits."""
    ids = torch.tensor([[2, 300, 301, 302, 303, 3]])
    whole, plain = checkpoint.load(SHIPPED), blueprint.build()
    missing, unexpected = plain.load_state_dict(
        {key: value.float() for key, value in load_file(SHIPPED / "model.safetensors").items()}, strict=False
    )
    assert set(missing) <= {"lm_head.weight"} and not unexpected
    plain.eval()
    photo = {
        "image_pixel_values": torch.rand(1, 2, 3, blueprint.SIDE, blueprint.SIDE),
        "image_sizes": torch.full((1, 2), blueprint.SIDE),
        "image_attention_mask": torch.ones(1, 2, 16, 16),
    }
    seen = torch.tensor([[tokens.USER, *[tokens.IMAGE] * (2 * blueprint.CELLS * (blueprint.CELLS + 1) + 1), 3]])
    with torch.no_grad():
        adapters.activate(whole, [])
        assert torch.equal(whole.model(input_ids=ids).logits, plain(input_ids=ids).logits)
        adapters.activate(whole, ["vis_lora"])
        before = whole.model(input_ids=seen, **photo).logits
        for name, parameter in whole.model.named_parameters():
            if "sp_lora" in name:
                parameter.mul_(3.0)
        assert torch.equal(whole.model(input_ids=seen, **photo).logits, before)


@pytest.mark.slow
def test_boards_beside_their_golden_photo_are_told_apart(judge: ModelJudge) -> None:
    folder = DATA / "deeppcb"
    if not folder.is_dir():
        pytest.skip(f"the photos of {folder} are not here")
    with (folder / "metadata.csv").open(encoding="utf-8", newline="") as lines:
        rows = [row for row in csv.DictReader(lines) if row["split"] == "test" and row["verdict"] == "NG"][:30]
    scores, bad = [], []
    for row in rows:
        golden = folder / row["golden_file_name"]
        for shown, is_bad in ((folder / row["file_name"], True), (golden, False)):
            scores.append(judge.judge(Question(photo=shown, golden=golden)).p_ng)
            bad.append(is_bad)
    told = figures.auroc(scores, bad)
    assert told is not None and told.value >= 0.95
