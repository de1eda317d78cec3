"""How alike two photos are: a perceptual hash of 128 bits, and the pairs that are nearly the same.

Knows pixels only. Two photos of one unit a moment apart are near-duplicates; so are, on a fixed camera, two good units.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

BITS = 128
NEAR = 4
"""Bits that may differ between near-duplicates: JPEG and a little noise change up to three."""
_CHUNK = 512


def fingerprint(photo: Path) -> NDArray[np.bool_]:
    """Whether each of 8 x 8 places is brighter than the one at its right, and than the one below; (128,) bool.

    OSError for what is no photo.
    """
    with Image.open(photo) as image:
        small = np.asarray(image.convert("L").resize((9, 9), Image.Resampling.BOX), dtype=np.int16)
    right, below = small[:8, :8] > small[:8, 1:], small[:8, :8] > small[1:, :8]
    return np.concatenate([right.ravel(), below.ravel()])


def near_pairs(prints: Sequence[NDArray[np.bool_]], near: int = NEAR) -> Iterator[tuple[int, int, int]]:
    """(i, j, bits that differ) of all pairs i < j that differ in at most `near` bits."""
    if not prints:
        return
    packed = np.packbits(np.stack(prints), axis=1)
    for start in range(0, len(packed), _CHUNK):
        rows = packed[start : start + _CHUNK]
        apart = np.bitwise_count(rows[:, None] ^ packed[None]).sum(-1)
        for i, j in zip(*np.nonzero(apart <= near), strict=True):
            if start + i < j:
                yield start + int(i), int(j), int(apart[i, j])


Look = NDArray[np.float32]
"""How a photo looks as a whole, (LOOK,): brightness in 12 x 12 places, colour, contrast, fine structure."""


def look(photo: Path) -> Look:
    """What is compared to tell how unlike a photo is; OSError for what is no photo."""
    with Image.open(photo) as image:
        image.draft("RGB", (96, 96))
        small = np.asarray(image.convert("RGB").resize((48, 48), Image.Resampling.BOX), dtype=np.float32) / 255
    grey = small.mean(-1)
    places = grey.reshape(12, 4, 12, 4).mean((1, 3)).ravel()
    fine = np.abs(np.diff(grey, axis=0)).mean() + np.abs(np.diff(grey, axis=1)).mean()
    # A place is one of 144: what is said of the whole weighs as much as all of them.
    whole = np.array([*small.mean((0, 1)), grey.std(), 4 * fine], dtype=np.float32) * 5
    return np.concatenate([places, whole]).astype(np.float32)


def unlike(known: Sequence[Look], new: Sequence[Look]) -> list[float]:
    """How far each new photo lies from the nearest known one, as a multiple of how far the known ones usually lie from
    their own nearest. ValueError with fewer than two known."""
    if len(known) < 2:
        raise ValueError("two known photos are needed")
    if not new:
        return []
    there = np.stack(known)
    between = np.linalg.norm(there[:, None] - there[None], axis=-1)
    np.fill_diagonal(between, np.inf)
    usual = max(float(np.median(between.min(1))), 1e-3)
    return [float(np.linalg.norm(there - one, axis=-1).min()) / usual for one in new]


def brightness(photo: Path) -> float:
    """The median brightness of a photo, 0..255: a small defect does not move it. OSError for what is no photo."""
    with Image.open(photo) as image:
        image.draft("L", (64, 64))
        return float(np.median(np.asarray(image.convert("L").resize((64, 64), Image.Resampling.BOX))))
