"""What eight bits change in a small trained model's verdicts.

    python -m tests.benchmarks.bench_nano_int8 MODEL FOLDER... [--limit 100]

Each labelled folder's photos (test rows, with their golden photo or the first good one of the training rows) are judged
in floats and in eight bits: verdicts and classes that change, AUROC of both where there are good units, how far p_ng
moves. MODEL gets a folder of prepared weights beside its files: give a copy.
"""

import argparse
from pathlib import Path

import numpy as np

from model_runtime.figures import auroc
from model_runtime.labelled import Labelled, read_labelled
from model_runtime.runtime import ModelJudge, load_judge
from model_runtime.verdict import Question, Verdict


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=Path)
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--limit", type=int, default=100)
    options = parser.parse_args()
    judges = [load_judge(options.model, numbers=numbers) for numbers in ("float", "int8")]
    print(" and ".join(judge.identity.engine for judge in judges))
    for folder in options.folders:
        print(f"{folder.name}: {compared(judges, folder, options.limit)}", flush=True)


def compared(judges: list[ModelJudge], folder: Path, limit: int) -> str:
    """One folder's line."""
    units = spread([unit for unit in read_labelled(folder) if unit.photo and unit.verdict], limit)
    golden = next((unit.photo for unit in read_labelled(folder, "train") if unit.verdict == "OK"), None)
    asked = [Question(photo=unit.photo, golden=unit.golden or golden) for unit in units]
    exact, rounded = ([judge.judge(question) for question in asked] for judge in judges)
    chances = [np.array([verdict.p_ng for verdict in verdicts]) for verdicts in (exact, rounded)]
    changed = [a.judgment.verdict != b.judgment.verdict for a, b in zip(exact, rounded, strict=True)]
    classes = [_class(a) != _class(b) for a, b in zip(exact, rounded, strict=True)]
    moved = np.abs(chances[0] - chances[1])
    line = f"n {len(units)}, {sum(changed)} verdicts and {sum(classes)} classes changed, "
    line += f"p_ng moved by {moved.mean():.4f}, {moved.max():.4f} at most"
    bad = [unit.bad for unit in units]
    before, after = (auroc(chance, bad) for chance in chances)
    if before is not None and after is not None:
        line += f"; AUROC {before.value:.4f} and {after.value:.4f}, {after.value - before.value:+.4f}"
    for index in np.flatnonzero(changed):
        line += f"\n    {units[index].name}: {chances[0][index]:.4f} became {chances[1][index]:.4f}"
    return line


def spread(units: list[Labelled], limit: int) -> list[Labelled]:
    """So many of them, from all over the table."""
    return [units[index] for index in np.linspace(0, len(units) - 1, min(limit, len(units))).round().astype(int)]


def _class(verdict: Verdict) -> str:
    return verdict.judgment.defect


if __name__ == "__main__":
    main()
