"""Whether today's photos look as those did that the adapter was measured on: light, contrast, sharpness (ドリフト).

Looks at a sample of the photos, small. Knows files of photos; knows no records.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from inspector_app.quality.drift import ks

SAMPLE = 60
"""Photos that are looked at on either side: some tenths of a second."""
LEAST = 20
SURE = 0.01
"""The p-value of Kolmogorov and Smirnov below which a figure is said to have changed."""
_SIDE = 640
NAMES = ("light", "contrast", "sharpness")


@dataclass(frozen=True, slots=True)
class Look:
    """One photo: mean and standard deviation of its grey in per cent, and how fine its detail is, in per cent of what
    is coarse."""

    light: float
    contrast: float
    sharpness: float


@dataclass(frozen=True, slots=True)
class Compared:
    """One figure of the photos: the median now and before, from where to where nine tenths of them lie, and p."""

    name: str
    now: tuple[float, float, float]
    before: tuple[float, float, float]
    p: float

    @property
    def changed(self) -> bool:
        return self.p < SURE


@dataclass(frozen=True, slots=True)
class Photos:
    """Both sides; `figures` is empty where there are too few photos. `source` as of board.Moved."""

    now: int
    before: int
    source: str
    figures: tuple[Compared, ...]


def compare(now: Sequence[Look], before: Sequence[Look], source: str) -> Photos:
    """Figure by figure."""
    if min(len(now), len(before)) < LEAST:
        return Photos(len(now), len(before), source, ())
    found = []
    for name in NAMES:
        one, other = ([getattr(look, name) for look in looks] for looks in (now, before))
        found.append(Compared(name, _middle(one), _middle(other), ks(other, one)[1]))
    return Photos(len(now), len(before), source, tuple(found))


def looks(paths: Iterable[Path]) -> list[Look]:
    """All photos that can be read."""
    return [found for path in paths if (found := look(path)) is not None]


def look(path: Path) -> Look | None:
    """One photo; None where it cannot be read."""
    import numpy as np
    from PIL import Image

    from inspector_app.capture.checks import sharpness

    try:
        with Image.open(path) as photo:
            photo.draft("L", (_SIDE, _SIDE))
            small = photo.convert("L")
            small.thumbnail((_SIDE, _SIDE))
            grey = np.asarray(small, dtype=np.uint8)
    except (OSError, ValueError, Image.DecompressionBombError):
        return None
    fine = sharpness(grey)
    return Look(float(grey.mean()) / 2.55, float(grey.std()) / 2.55, 100 * (fine or 0.0))


def _middle(values: Sequence[float]) -> tuple[float, float, float]:
    """Median, and the bounds of nine tenths."""
    ordered, n = sorted(values), len(values)
    return ordered[n // 2], ordered[n // 20], ordered[n - 1 - n // 20]
