"""The model that the program ships: whole, itself, and as good on real photos as its card says."""

import csv
from pathlib import Path

import pytest
import torch

from model_runtime import checkpoint
from model_runtime.nano.training import auroc
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
    assert auroc(torch.tensor(scores), torch.tensor(bad)) >= 0.85
