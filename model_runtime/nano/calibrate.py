"""Temperature and thresholds of the verdict, from units that were neither trained on nor are in a test split.

    python -m model_runtime.nano.calibrate FOLDER --data ../shared/data --work .work/nano

The judge of the finished folder judges the validation lots of tiles and boards and pairs that are drawn now. The
temperature is the likeliest divisor of the log-odds (Guo et al., On Calibration of Modern Neural Networks, 2017).
`ok_below` lets the asked share of good units of known parts pass, and no more, since every unit under it is a possible
miss; `ng_above` stops no more good units than asked, those of unknown parts among them.
"""

import argparse
import json
import math
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from model_runtime import figures
from model_runtime.nano.photos import Mixer, RealPhotos, part_of, read_cutouts
from model_runtime.nano.prepare import rows_of
from model_runtime.nano.scenes import Scenes
from model_runtime.runtime import ModelJudge, load_judge
from model_runtime.train import fit_temperature
from model_runtime.verdict import Question

Unit = tuple[Question, bool]
LOWEST, HIGHEST = 0.02, 0.98


def validation(data: Path) -> Iterator[Unit]:
    """Tiles alone and boards beside their golden photo, of the lots that training left out."""
    for name in ("magnetic_tile", "deeppcb"):
        folder = data / "images" / name
        for row in rows_of(folder):
            known = {"set": name, "file": row["file_name"], "lot": row["lot"], "split": row["split"]}
            if part_of(known) == "val":
                golden = row["golden_file_name"] or (row["file_name"] if name == "deeppcb" else "")
                question = Question(folder / row["file_name"], golden=folder / golden if golden else None)
                yield question, row["verdict"] == "NG"


def drawn(work: Path, folder: Path, count: int) -> Iterator[Unit]:
    """Pairs of parts that never were, half of them of cut-out things, as files in `folder`."""
    torch.manual_seed(99)
    mixer = Mixer(RealPhotos(work, "cpu"), Scenes("cpu"), read_cutouts(work, "cpu"), seed=99)
    for start in range(0, count, 16):
        batch = mixer.scene_pairs(16, 1.0, things=start % 32 == 0)
        assert batch.golden is not None
        for i, target in enumerate(batch.targets):
            paths = folder / f"{start + i}-test.png", folder / f"{start + i}-golden.png"
            for path, photo in zip(paths, (batch.test[i], batch.golden[i]), strict=True):
                Image.fromarray((photo.permute(1, 2, 0).numpy() * 255).astype(np.uint8)).save(path)
            yield Question(paths[0], golden=paths[1]), target.verdict == "NG"


def log_odds(judge: ModelJudge, units: Iterator[Unit]) -> tuple[torch.Tensor, torch.Tensor]:
    """(N,) log-odds of NG at temperature 1, and which are NG."""
    before = judge.card.temperature if judge.card else 1.0
    odds, bad = [], []
    for question, is_bad in units:
        p = min(max(judge.judge(question).p_ng, 1e-9), 1 - 1e-9)
        odds.append(math.log(p / (1 - p)) * before)
        bad.append(is_bad)
    return torch.tensor(odds), torch.tensor(bad, dtype=torch.bool)


def quantile(p: torch.Tensor, share: float, low: float, high: float) -> float:
    """The value that `share` of `p` does not exceed, within low..high."""
    return round(min(high, max(low, float(torch.quantile(p, share, interpolation="higher")))), 3)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("model", type=Path)
    options.add_argument("--data", type=Path, required=True)
    options.add_argument("--work", type=Path, required=True)
    options.add_argument("--drawn", type=int, default=256)
    options.add_argument("--coverage", type=float, default=0.9)
    options.add_argument("--overkill", type=float, default=0.02)
    given = options.parse_args()
    judge = load_judge(given.model)
    with tempfile.TemporaryDirectory() as folder:
        sets = [
            log_odds(judge, units) for units in (validation(given.data), drawn(given.work, Path(folder), given.drawn))
        ]
    odds, bad = torch.cat([o for o, _ in sets]), torch.cat([b for _, b in sets])
    temperature = fit_temperature(odds.numpy(), bad.numpy())
    known, of_known = (torch.sigmoid(sets[0][0] / temperature), sets[0][1])
    thresholds = {
        "ok_below": quantile(known[~of_known], given.coverage, LOWEST, 0.5),
        "ng_above": quantile(torch.sigmoid(odds / temperature)[~bad], 1 - given.overkill, 0.5, HIGHEST),
    }
    told = [figures.auroc(o.tolist(), b.tolist()) for o, b in sets]
    said = {name: f and round(f.value, 4) for name, f in zip(("lots left out", "drawn"), told, strict=True)}
    counts = {"n": len(bad), "ng": int(bad.sum())}
    print(json.dumps({"temperature": round(temperature, 3), "thresholds": thresholds, **counts, "auroc": said}))


if __name__ == "__main__":
    main()
