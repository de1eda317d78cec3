"""Whether the model's probabilities of NG are spread today as they were in a reference period (ドリフト): PSI and KS.

Knows two lists of numbers. Sources: PSI, the population stability index, as in N. Siddiqi, Credit Risk Scorecards
(2006): sum of (a - e) ln(a / e) over ten bins of equal mass of the reference, below 0.1 stable, from 0.25 changed; the
two-sample statistic of Kolmogorov and Smirnov with the asymptotic p-value by M. A. Stephens' correction
(Numerical Recipes, 14.3).
"""

import math
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

BINS = 10
STABLE, CHANGED = 0.1, 0.25
LEAST = 100
"""Units on either side from which a verdict is given."""


class Drift(StrEnum):
    """What the figures say."""

    STABLE = "stable"
    WATCH = "watch"
    CHANGED = "changed"
    TOO_FEW = "too_few"


@dataclass(frozen=True, slots=True)
class Shift:
    """How far today is from the reference; `ks` is the largest distance of both cumulative shares, `p` its p-value."""

    psi: float
    ks: float
    p: float
    reference: int
    today: int

    @property
    def says(self) -> Drift:
        if min(self.reference, self.today) < LEAST:
            return Drift.TOO_FEW
        if self.psi >= CHANGED and self.p < 0.01:
            return Drift.CHANGED
        return Drift.WATCH if self.psi >= STABLE or self.p < 0.01 else Drift.STABLE


def drift(reference: Sequence[float], today: Sequence[float]) -> Shift | None:
    """Both figures; None where either is empty."""
    if not reference or not today:
        return None
    statistic, p = ks(reference, today)
    return Shift(psi(reference, today), statistic, p, len(reference), len(today))


def psi(reference: Sequence[float], today: Sequence[float], bins: int = BINS) -> float:
    """The population stability index; an empty bin counts as half a unit, so that it stays a number."""
    ordered = sorted(reference)
    cuts = sorted({ordered[min(len(ordered) - 1, len(ordered) * k // bins)] for k in range(1, bins)})
    expected, actual = _binned(ordered, cuts), _binned(sorted(today), cuts)
    total = 0.0
    for e, a in zip(expected, actual, strict=True):
        share_e, share_a = max(e, 0.5) / len(reference), max(a, 0.5) / len(today)
        total += (share_a - share_e) * math.log(share_a / share_e)
    return total


def ks(one: Sequence[float], other: Sequence[float]) -> tuple[float, float]:
    """The statistic of Kolmogorov and Smirnov of two samples, and its p-value. ValueError for an empty one."""
    if not one or not other:
        raise ValueError("both samples need values")
    first, second = sorted(one), sorted(other)
    values = sorted({*first, *second})
    statistic = max(abs(bisect_right(first, v) / len(first) - bisect_right(second, v) / len(second)) for v in values)
    n = math.sqrt(len(first) * len(second) / (len(first) + len(second)))
    return statistic, _kolmogorov((n + 0.12 + 0.11 / n) * statistic)


def _binned(ordered: Sequence[float], cuts: Sequence[float]) -> list[int]:
    """How many lie below the first cut, between each two, from the last on."""
    ends = [bisect_left(ordered, cut) for cut in cuts]
    return [b - a for a, b in zip([0, *ends], [*ends, len(ordered)], strict=True)]


def _kolmogorov(x: float) -> float:
    """Chance of a distance of at least x in Kolmogorov's limiting distribution."""
    if x < 0.2:
        return 1.0
    total = 2.0 * sum((-1.0) ** (k - 1) * math.exp(-2 * k * k * x * x) for k in range(1, 101))
    return min(1.0, max(0.0, total))
