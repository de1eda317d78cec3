"""Two processes train one adapter: the weights of one process with the whole batch."""

import json
import os
import subprocess
import sys
from dataclasses import asdict, replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from model_runtime import lessons, stacked, train
from model_runtime.several import Team
from model_runtime.train import Job
from tests.runtime.test_train import RECIPE, frozen

PROGRAM = """
import json, sys, torch
from model_runtime import lessons, stacked
from model_runtime.train import job_of, train
lessons.HALF = stacked.Stacked.HALF = torch.float32
for progress in train(job_of(json.load(open(sys.argv[1])))):
    pass
print("adapter", progress.adapter)
"""


def test_alone_it_changes_nothing() -> None:
    team = Team()
    assert team.first and team.share([1, 2, 3]) == [1, 2, 3] and team.agreed(0.5) == 0.5
    assert torch.equal(team.added(torch.ones(2)), torch.ones(2))


def test_the_shares_are_the_batch() -> None:
    parts = [Team(rank, 3).share(list(range(8))) for rank in range(3)]
    assert sorted(one for part in parts for one in part) == list(range(8))


@pytest.mark.slow
def test_two_processes_give_the_weights_of_one(
    tiny_checkpoint: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In float32, so that only mistakes differ: the optimiser blows up what rounding leaves of no gradient."""
    monkeypatch.setattr(lessons, "HALF", torch.float32)
    monkeypatch.setattr(stacked.Stacked, "HALF", torch.float32)
    job = Job(tiny_checkpoint, frozen(tmp_path / "set"), tmp_path / "one", tmp_path / "w1", recipe=RECIPE, threads=1)
    alone = list(train.train(job))[-1].adapter
    both = replace(job, out=tmp_path / "two", work=tmp_path / "w2")
    names = ("model", "set_folder", "out", "work", "parent", "fresh", "name", "who", "program", "threads")
    order = {name: getattr(both, name) for name in names} | {"recipe": asdict(both.recipe)}
    (tmp_path / "order.json").write_text(json.dumps(order, default=str))
    (tmp_path / "program.py").write_text(PROGRAM)
    launch = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
    surroundings = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), "CUDA_VISIBLE_DEVICES": ""}
    made = subprocess.run(
        [*launch, str(tmp_path / "program.py"), str(tmp_path / "order.json")], env=surroundings, capture_output=True,
        text=True, timeout=300, check=False,
    )  # fmt: skip
    assert made.returncode == 0, made.stderr[-2000:]
    (folder,) = (tmp_path / "two").iterdir()
    assert made.stdout.count("adapter None") == 1, "only the first one writes"
    assert alone is not None
    one, two = load_file(alone / train.WEIGHTS), load_file(folder / train.WEIGHTS)
    assert one.keys() == two.keys()
    b = torch.cat([one[key].flatten() for key in one if "lora_B" in key])
    other = torch.cat([two[key].flatten() for key in one if "lora_B" in key])
    assert b.norm() > 0 and float((b - other).norm() / b.norm()) < 0.01
