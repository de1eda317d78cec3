"""Draws what a training run of kensa-nano came to, step by step, into docs/evaluation/curve-*.svg.

python docs/nano_curves.py RUN/curve.jsonl
"""

import json
import sys
from pathlib import Path
from typing import Any

from inspector_app.quality import plots

TARGET = Path(__file__).with_name("evaluation")
CLASSES = (("steel strip, test", "test", "class xsdd"), ("steel strip, lots left out", "val", "class xsdd"),
           ("tiles, test", "test", "class magnetic_tile"))  # fmt: skip
ORDER = (("tiles, test", "test", "magnetic_tile"), ("boards, test", "test", "deeppcb"),
         ("aliens, test (three goldens)", "test", "aliens"))  # fmt: skip
HEARD = (("digits of a stranger", "digits en"), ("notes en", "notes en"), ("words ja", "words ja"))


def main(file: Path) -> None:
    rows: list[dict[str, Any]] = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    for stage in ("eye", "together"):
        here = [row for row in rows if row["stage"] == stage]
        for name, lines, lowest in (("classes", CLASSES, 0.5), ("auroc", ORDER, 0.8)):
            curves = [(words, [(row["step"], row[split][key]) for row in here]) for words, split, key in lines]
            write(f"curve-{stage}-{name}", curves, lowest, "class right" if name == "classes" else "AUROC")
    here = [row for row in rows if row["stage"] == "ear"]
    curves = [(words, [(row["step"], 1 - row[key]) for row in here if key in row]) for words, key in HEARD]
    write("curve-ear", curves, 0.5, "letters right (1 - CER)")


def write(name: str, curves: list[tuple[str, list[tuple[float, float]]]], lowest: float, up: str) -> None:
    (TARGET / f"{name}.svg").write_text(plots.progress(curves, lowest, "steps", up), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
