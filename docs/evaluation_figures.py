"""Puts the figures of an evaluation into docs/evaluation.md, between the marks.

kensa evaluate FOLDER... --out DIR --baselines --probes
python docs/evaluation_figures.py DIR/figures.json
"""

import json
import sys
from pathlib import Path

from inspector_app.quality.evaluation_words import lines

DOCUMENT = Path(__file__).with_name("evaluation.md")
BEGIN, END = "<!-- figures: docs/evaluation_figures.py writes what follows -->", "<!-- end of figures -->"


def block(figures: Path) -> str:
    """The table of a figures.json as Markdown, with the model that it is of."""
    found = json.loads(figures.read_text(encoding="utf-8"))
    model = found["model"]
    rows = ["| folder | figure | value | 95 % | n |", "|---|---|---|---|---|"]
    rows += ["| " + " | ".join(cells) + " |" for cells in lines(found)]
    return f"\nModel `{model['base'][:24]}…`, adapter `{model['adapter'][:24]}…`, {model['engine']}.\n\n" + "\n".join(
        rows
    )


def main() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    before, rest = text.split(BEGIN)
    after = rest.split(END)[1]
    DOCUMENT.write_text(f"{before}{BEGIN}\n{block(Path(sys.argv[1]))}\n\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
