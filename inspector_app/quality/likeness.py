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
