"""Labelled folders that are small and real: photos with and without a dark spot, in lots, by two operators."""

import csv
import io
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageDraw

from tests.makers import wav

COLUMNS = ("file_name", "verdict", "defect", "part", "lot", "serial", "operator", "split", "voice_file_name",
           "transcript", "voice_says", "boxes")  # fmt: skip


def spotted(seed: int, bad: bool, size: tuple[int, int] = (64, 48)) -> Image.Image:
    """A grainy photo; a bad one has a dark spot."""
    r = np.random.default_rng(seed)
    base = r.integers(90, 200, (6, 8, 3))
    image = Image.fromarray(base.astype(np.uint8)).resize(size, Image.Resampling.BICUBIC)
    if bad:
        x, y = int(r.integers(10, size[0] - 10)), int(r.integers(10, size[1] - 10))
        ImageDraw.Draw(image).ellipse((x - 5, y - 5, x + 5, y + 5), fill=(5, 5, 5))
    return image


def labelled_folder(folder: Path, units: int = 40, **columns: Any) -> Path:
    """`units` photos, every other one NG. `columns`: a value, or a function of the number, for each row."""
    (folder / "images").mkdir(parents=True)
    rows = []
    for number in range(units):
        bad = number % 2 == 1
        name = f"images/{number:03}.png"
        spotted(number, bad).save(folder / name)
        verdict, defect = ("NG", "stain") if bad else ("OK", "none")
        row: dict[str, str] = {"file_name": name, "verdict": verdict, "defect": defect, "part": "plate"}
        row |= {key: str(value(number) if callable(value) else value) for key, value in columns.items()}
        rows.append(row)
    write_table(folder, rows)
    return folder


def write_table(folder: Path, rows: list[dict[str, str]]) -> None:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, COLUMNS, restval="")
    writer.writeheader()
    writer.writerows(rows)
    (folder / "metadata.csv").write_text(text.getvalue(), encoding="utf-8")


def read_table(folder: Path) -> list[dict[str, str]]:
    with (folder / "metadata.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def note(folder: Path, name: str = "note.wav") -> Path:
    (folder / name).write_bytes(wav(0.6))
    return folder / name
