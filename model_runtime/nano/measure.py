"""The figures of a kensa-nano folder, by the program's own judge, on the test splits and on voices kept apart.

    python -m model_runtime.nano.measure FOLDER --data ../shared/data --work .work/nano --out figures.json

Speaks its notes itself (espeak-ng, flite, htsengine on the path, KENSA_HTS_VOICE names the HTS voice).
"""

import argparse
import csv
import gzip
import json
import random
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
import torch

from model_runtime.nano import speak
from model_runtime.nano.training import auroc, edit_distance
from model_runtime.runtime import ModelJudge, load_judge
from model_runtime.verdict import Question, Thresholds

EVERY_NG = Thresholds(0.0, 1.0)
"""Class and place are asked of every photo, whatever its p_ng."""
SPOKEN = 240


def rows_of(folder: Path) -> list[dict[str, str]]:
    with (folder / "metadata.csv").open(encoding="utf-8", newline="") as lines:
        return [row for row in csv.DictReader(lines) if row.get("split", "test") == "test"]


def near_a_box(row: int, col: int, boxes: Iterable[list[float]], size: tuple[int, int], grid: int = 8) -> bool:
    """Whether the cell lies within one cell of any box; boxes are x0, y0, x1, y1 in pixels of a photo of that size."""
    for x0, y0, x1, y1 in boxes:
        columns = int(x0 / size[0] * grid) - 1, int(x1 / size[0] * grid) + 1
        rows = int(y0 / size[1] * grid) - 1, int(y1 / size[1] * grid) + 1
        if columns[0] <= col <= columns[1] and rows[0] <= row <= rows[1]:
            return True
    return False


def photos(judge: ModelJudge, folder: Path, golden: Path | None = None) -> dict[str, float]:
    """AUROC of p_ng, share of right classes and places among the NG photos; each with its number of photos."""
    from PIL import Image

    rows = rows_of(folder)
    classes = tuple(sorted({row["defect"] for row in rows} - {"none"}))
    scores, bad, named, placed = [], [], [], []
    for row in rows:
        path = folder / row["file_name"]
        own = folder / row["golden_file_name"] if row["golden_file_name"] else None
        pair = own or golden or (path if folder.name == "deeppcb" else None)
        verdict = judge.judge(Question(photo=path, golden=pair, defects=classes, thresholds=EVERY_NG))
        scores.append(verdict.p_ng)
        bad.append(row["verdict"] == "NG")
        if not bad[-1]:
            continue
        named.append(verdict.judgment.defect == row["defect"])
        region, boxes = verdict.judgment.region, [box["box"] for box in json.loads(row["boxes"] or "[]")]
        if boxes and region:
            placed.append(near_a_box(region.row, region.col, boxes, Image.open(path).size))
    found = {"n": float(len(rows)), "ng": float(sum(bad)), "class_right": float(np.mean(named))}
    if 0 < sum(bad) < len(bad):
        found["auroc"] = auroc(torch.tensor(scores), torch.tensor(bad))
    return found | ({"place_right": float(np.mean(placed))} if placed else {})


def speech(judge: ModelJudge, jobs: Path, work: Path, photo: Path | None = None) -> dict[str, float]:
    """CER and share of right `voice_says` on notes in voices kept apart; beside a photo when one is given."""
    with gzip.open(jobs, "rt", encoding="utf-8") as lines:
        chosen = [job for job in map(json.loads, lines) if job["split"] == "test" and job["kind"] == "note"]
    random.Random(0).shuffle(chosen)
    found: dict[str, float] = {}
    counts: dict[str, list[tuple[int, int, bool]]] = {"en": [], "ja": []}
    for i, job in enumerate(chosen[:SPOKEN]):
        wav = work / f"note-{i}.wav"
        if not wav.exists():
            sound = speak.speak(job)
            if sound is None:
                continue
            soundfile.write(wav, sound, speak.RATE)
        judgment = judge.judge(Question(voice=wav, photo=photo)).judgment
        wrong = edit_distance(judgment.heard, job["text"])
        counts[job["language"]].append((wrong, len(job["text"]), judgment.voice_says == job["says"]))
    for name, rows in (*counts.items(), ("all", counts["en"] + counts["ja"])):
        found[f"n_{name}"] = float(len(rows))
        found[f"cer_{name}"] = sum(w for w, _, _ in rows) / max(1, sum(n for _, n, _ in rows))
        found[f"says_{name}"] = float(np.mean([right for _, _, right in rows]))
    return found


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("model", type=Path)
    options.add_argument("--data", type=Path, required=True)
    options.add_argument("--work", type=Path, required=True)
    options.add_argument("--out", type=Path)
    given = options.parse_args()
    judge = load_judge(given.model)
    images, figures = given.data / "images", dict[str, Any]()
    good = next(row for row in csv.DictReader((images / "aliens" / "metadata.csv").open(encoding="utf-8"))
                if row["split"] == "train" and row["verdict"] == "OK")  # fmt: skip
    for name, golden in (("magnetic_tile", None), ("deeppcb", None), ("aliens", images / "aliens" / good["file_name"]),
                         ("xsdd", None), ("bsdata", None)):  # fmt: skip
        figures[name] = photos(judge, images / name, golden)
        print(name, {k: round(v, 3) for k, v in figures[name].items()}, flush=True)
    spoken = given.work / "spoken"
    spoken.mkdir(exist_ok=True)
    for name, photo in (("notes", None), ("notes beside a photo", images / "aliens" / good["file_name"])):
        figures[name] = speech(judge, given.work / "jobs.jsonl.gz", spoken, photo)
        print(name, {k: round(v, 3) for k, v in figures[name].items()}, flush=True)
    if given.out:
        given.out.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
