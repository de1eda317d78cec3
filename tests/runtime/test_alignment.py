"""A photo is laid onto its golden photo where that is possible, and left alone where it is not."""

import math

import numpy as np
import pytest
import torch
from PIL import Image

from model_runtime import alignment

SIDE = 192


def part(seed: int = 3) -> Image.Image:
    """A part on a light ground: blobs of many sizes, nothing that repeats."""
    r = np.random.default_rng(seed)
    line = np.linspace(-1, 1, SIDE)
    x, y = np.meshgrid(line, line)
    picture = np.full((SIDE, SIDE), 0.9)
    for _ in range(14):
        cx, cy, size, shade = r.uniform(-0.5, 0.5), r.uniform(-0.5, 0.5), r.uniform(0.05, 0.2), r.uniform(0, 0.7)
        picture = np.where(np.hypot(x - cx, y - cy) < size, shade, picture)
    return Image.fromarray((np.stack([picture] * 3, -1) * 255).astype(np.uint8))


def laid_down(picture: Image.Image, turn: float, across: float, down: float, scale: float = 1.0) -> Image.Image:
    c, n = math.cos(turn) * scale, math.sin(turn) * scale
    return alignment.moved(picture, torch.tensor([[c, -n, across], [n, c, down]]))


def gap(one: Image.Image, other: Image.Image) -> float:
    rim = SIDE // 6  # what lay outside the photo is not known
    a, b = (np.asarray(p, dtype=float)[rim:-rim, rim:-rim] for p in (one, other))
    return float(np.abs(a - b).mean())


@pytest.mark.parametrize(
    ("turn", "across", "down", "scale"),
    [(0.0, 0.12, -0.08, 1.0), (0.1, 0.05, 0.05, 1.0), (-0.15, -0.1, 0.0, 1.06), (0.0, 0.0, 0.0, 0.94)],
)
def test_a_part_laid_down_otherwise_is_found(turn: float, across: float, down: float, scale: float) -> None:
    golden = part()
    photo = laid_down(golden, turn, across, down, scale)
    where = alignment.pose(alignment.grey(golden), alignment.grey(photo))
    assert where is not None
    assert gap(alignment.moved(photo, where), golden) < 0.25 * gap(photo, golden)


def test_other_light_does_not_mislead_it() -> None:
    golden = part()
    dark = Image.fromarray((np.asarray(laid_down(golden, 0.05, 0.1, 0.0), dtype=float) * 0.6 + 20).astype(np.uint8))
    where = alignment.pose(alignment.grey(golden), alignment.grey(dark))
    assert where is not None
    assert float(where[0, 2]) == pytest.approx(-0.1, abs=0.02)


def test_a_defect_stays_a_defect() -> None:
    golden = part()
    broken = np.asarray(golden).copy()
    broken[80:110, 80:110] = 255
    photo = laid_down(Image.fromarray(broken), 0.0, 0.1, 0.05)
    where = alignment.pose(alignment.grey(golden), alignment.grey(photo))
    assert where is not None
    seen = np.asarray(alignment.moved(photo, where), dtype=float)
    assert np.abs(seen - broken)[80:110, 80:110].mean() < 20
    assert np.abs(seen - np.asarray(golden, dtype=float))[80:110, 80:110].mean() > 60


def test_what_lies_as_it_should_is_left_alone() -> None:
    small = alignment.grey(part())
    assert alignment.pose(small, small) is None


@pytest.mark.parametrize("other", ["another part", "blank", "noise"])
def test_what_is_no_such_part_is_left_alone_or_moved_little(other: str) -> None:
    r = np.random.default_rng(1)
    picture = {
        "another part": part(9),
        "blank": Image.new("RGB", (SIDE, SIDE), (128, 128, 128)),
        "noise": Image.fromarray(r.integers(0, 256, (SIDE, SIDE, 3), dtype=np.uint8)),
    }[other]
    where = alignment.pose(alignment.grey(part()), alignment.grey(picture))
    if where is not None:
        most = alignment.FARTHEST
        assert abs(float(where[0, 0]) - 1) <= most[0] and abs(float(where[1, 0])) <= most[1]
        assert float(where[:, 2].abs().max()) <= most[2]
    if other == "blank":
        assert where is None
