"""Figures with their intervals: shares, AUROC, comparison of two AUROCs, calibration, quantiles, ratios.

Knows numbers only: scores, labels, counts. Knows no photo, no verdict and no file. All intervals are of 95 %.
Order never matters: the same units in another order give the same figures.
"""

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model_runtime.intervals import LEVEL, TAIL, Z, clopper_pearson, two_sided

Numbers = NDArray[np.float64]
Flags = NDArray[np.bool_]

BINS = 10
RESAMPLES = 2000
SEED = 20260131
COVERAGE, OVERKILL = 0.80, 0.05
"""What a best pair of thresholds must reach, and what of false alarms is still called good (AIAG)."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A measured number, its 95 % interval, and the number of units, notes or letters that it was taken from."""

    value: float
    low: float
    high: float
    n: int
    count: int | None = None
    """Of a share: how many of the n."""

    def to_json(self) -> dict[str, Any]:
        """Fields by name; `count` only where there is one."""
        return {key: value for key, value in asdict(self).items() if value is not None}


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two AUROCs on the same units: `difference` is the first minus the second, with the p-value of its being none."""

    difference: float
    low: float
    high: float
    z: float
    p: float
    n: int

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Bin:
    """One row of the reliability table: units with p_ng in [low, high], their mean p_ng, and how many were NG."""

    low: float
    high: float
    mean: float
    ng: Figure


@dataclass(frozen=True, slots=True)
class Calibration:
    """Expected calibration error over bins of equal mass, Brier score, and the table that they come from."""

    ece: Figure
    brier: Figure
    bins: tuple[Bin, ...]


@dataclass(frozen=True, slots=True)
class OperatingPoint:
    """A pair of thresholds and what it gives."""

    ok_below: float
    ng_above: float
    miss: Figure
    overkill: Figure
    coverage: Figure


def share(count: int, n: int) -> Figure | None:
    """A share with its exact (Clopper-Pearson) interval; None of nothing."""
    return Figure(count / n, *clopper_pearson(count, n), n, count) if n else None


def share_of(flags: Sequence[bool]) -> Figure | None:
    """The share of true ones."""
    return share(sum(flags), len(flags))


def auroc(scores: Sequence[float] | Numbers, bad: Sequence[bool] | Flags) -> Figure | None:
    """Chance that a bad unit scores above a good one, ties counting half; None unless there are both.

    Variance by DeLong, DeLong and Clarke-Pearson (1988), interval on the logit scale, which stays inside 0..1.
    """
    values, flags = _pair(scores, bad)
    if not flags.any() or flags.all():
        return None
    order = np.lexsort((flags, values))
    of_bad, of_good = placements(values[order], flags[order])
    area, spread = float(of_bad.mean()), math.sqrt(_variance(of_bad, of_good))
    return Figure(area, *_area_bounds(area, spread, min(len(of_bad), len(of_good))), len(values))


def compare(
    one: Sequence[float] | Numbers, other: Sequence[float] | Numbers, bad: Sequence[bool] | Flags
) -> Comparison | None:
    """DeLong's paired test of two scores of the same units; None unless there are good and bad ones."""
    first, flags = _pair(one, bad)
    second, _ = _pair(other, bad)
    if not flags.any() or flags.all():
        return None
    order = np.lexsort((flags, second, first))
    bad_1, good_1 = placements(first[order], flags[order])
    bad_2, good_2 = placements(second[order], flags[order])
    difference = float(bad_1.mean() - bad_2.mean())
    spread = math.sqrt(_variance(bad_1 - bad_2, good_1 - good_2))
    if spread == 0:
        return _without_spread(float(bad_1.mean()), float(bad_2.mean()), len(bad_1), len(good_1))
    z = difference / spread
    low, high = max(-1.0, difference - Z * spread), min(1.0, difference + Z * spread)
    return Comparison(difference, low, high, z, two_sided(z), len(flags))


def _without_spread(one: float, other: float, bad: int, good: int) -> Comparison:
    """Both order the units alike, or at least one is without a fault: DeLong's variance has nothing to say there.

    Then as many disjoint pairs as there are were all ordered right by one of two equals: a sign test.
    """
    pairs, n = min(bad, good), bad + good
    if one == other:
        return Comparison(0.0, 0.0, 0.0, 0.0, 1.0, n)
    p = min(1.0, 2 * 0.5**pairs)
    bounds = [_area_bounds(area, 0.0, pairs) for area in (one, other)]
    low, high = bounds[0][0] - bounds[1][1], bounds[0][1] - bounds[1][0]
    z = math.copysign(NormalDist().inv_cdf(1 - max(p / 2, 1e-16)), one - other)
    return Comparison(one - other, low, high, z, p, n)


def placements(scores: Numbers, bad: Flags) -> tuple[Numbers, Numbers]:
    """For each bad unit the share of good ones scored below it, for each good unit the share of bad ones above it."""
    positive, negative = scores[bad], scores[~bad]
    up, down = np.sort(negative), np.sort(positive)
    below = (np.searchsorted(up, positive, "left") + np.searchsorted(up, positive, "right")) / 2
    beneath = (np.searchsorted(down, negative, "left") + np.searchsorted(down, negative, "right")) / 2
    return below / len(negative), 1 - beneath / len(positive)


def ratio(parts: Sequence[float], wholes: Sequence[float]) -> Figure | None:
    """Sum of parts over sum of wholes (a character error rate), resampled by row; None of nothing. n: the whole."""
    if not sum(wholes):
        return None
    rows = np.array(sorted(zip(parts, wholes, strict=True)), dtype=np.float64)
    value = float(rows[:, 0].sum() / rows[:, 1].sum())
    drawn = _resampled(len(rows))
    tops, bottoms = rows[drawn, 0].sum(axis=1), rows[drawn, 1].sum(axis=1)
    means = tops[bottoms > 0] / bottoms[bottoms > 0]
    low, high = (float(bound) for bound in np.quantile(means, [TAIL, 1 - TAIL]))
    if not rows[:, 0].any():
        # Resampling never sees an error that did not happen: as many rows without one bound it exactly.
        high = clopper_pearson(0, len(rows))[1]
    return Figure(value, min(low, value), max(high, value), int(rows[:, 1].sum()))


def quantile(values: Sequence[float], q: float) -> Figure | None:
    """The q-quantile; bounds are the order statistics between which it lies by the binomial distribution."""
    if not values:
        return None
    ordered = np.sort(np.asarray(values, dtype=np.float64))
    n = len(ordered)
    chances = np.cumsum([_binomial(k, n, q) for k in range(n + 1)])
    low = int(np.searchsorted(chances, TAIL, "right"))
    high = int(np.searchsorted(chances, 1 - TAIL, "left"))
    value = float(np.quantile(ordered, q))
    bounds = float(ordered[max(0, low - 1)]), float(ordered[min(n - 1, high)])
    return Figure(value, min(bounds[0], value), max(bounds[1], value), n)


def calibration(p: Sequence[float] | Numbers, bad: Sequence[bool] | Flags, bins: int = BINS) -> Calibration | None:
    """How far `p` is from the share of bad units among those that have it; None of nothing."""
    values, flags = _pair(p, bad)
    if not len(values):
        return None
    order = np.lexsort((flags, values))
    values, flags = values[order], flags[order]
    table = []
    for start, stop in bins_of(values, bins):
        figure = share(int(flags[start:stop].sum()), stop - start)
        assert figure is not None
        table.append(Bin(float(values[start]), float(values[stop - 1]), float(values[start:stop].mean()), figure))
    drawn = _resampled(len(values))
    errors = [_ece(values[rows], flags[rows], bins) for rows in np.sort(drawn[:500], axis=1)]
    squares = (values - flags) ** 2
    ece = _resampled_figure(_ece(values, flags, bins), np.array(errors), len(values))
    brier = _resampled_figure(float(squares.mean()), squares[drawn].mean(axis=1), len(values))
    return Calibration(ece, brier, tuple(table))


def bins_of(ordered: Numbers, bins: int) -> list[tuple[int, int]]:
    """Bounds of at most `bins` runs of about equal length; equal values are never parted."""
    ends = np.flatnonzero(np.append(np.diff(ordered) > 0, True)) + 1
    wanted = [len(ordered) * (k + 1) / bins for k in range(bins)]
    stops = sorted({int(ends[np.searchsorted(ends, want - 1e-9)]) for want in wanted})
    return list(zip([0, *stops[:-1]], stops, strict=True))


def _ece(values: Numbers, flags: Flags, bins: int) -> float:
    gaps = [abs(float(values[a:b].sum() - flags[a:b].sum())) for a, b in bins_of(values, bins)]
    return sum(gaps) / len(values)


def operating_point(
    p: Sequence[float] | Numbers,
    bad: Sequence[bool] | Flags,
    coverage: float = COVERAGE,
    overkill: float = OVERKILL,
) -> OperatingPoint | None:
    """The fewest misses that any pair of thresholds gives with this coverage and at most this overkill.

    Chosen on the very units that it is measured on, so a bound of what thresholds can do, not a promise. Without a
    bound on overkill it would be no figure at all: calling everything NG misses nothing. None unless good and bad.
    """
    values, flags = _pair(p, bad)
    if not flags.any() or flags.all():
        return None
    cuts = _cuts(values)
    ordered, ordered_good = np.sort(values), np.sort(values[~flags])
    ordered_bad, n = np.sort(values[flags]), len(values)
    below = np.searchsorted(ordered, cuts)
    misses = np.searchsorted(ordered_bad, cuts)
    above, false = n - below, len(ordered_good) - np.searchsorted(ordered_good, cuts)
    best: tuple[float, ...] | None = None
    for i in range(len(cuts)):
        decided = below[i] + above[i:]
        fits = np.flatnonzero((decided >= coverage * n - 1e-9) & (false[i:] <= overkill * len(ordered_good) + 1e-9))
        if len(fits):
            j = i + int(fits[-1])  # the highest: fewest false alarms at the same misses
            found = (misses[i], false[j], -int(decided[j - i]), i, j)
            best = min(best, found) if best else found
    assert best is not None, "to call every unit OK covers all and rejects none"
    return at_thresholds(values, flags, float(cuts[int(best[3])]), float(cuts[int(best[4])]))


def at_thresholds(p: Numbers, bad: Flags, ok_below: float, ng_above: float) -> OperatingPoint:
    """What a pair of thresholds gives on these units."""
    passed, rejected = p < ok_below, p > ng_above
    miss = share(int((passed & bad).sum()), int(bad.sum()))
    false = share(int((rejected & ~bad).sum()), int((~bad).sum()))
    decided = share(int((passed | rejected).sum()), len(p))
    assert miss and false and decided
    return OperatingPoint(ok_below, ng_above, miss, false, decided)


def _cuts(values: Numbers) -> Numbers:
    """Thresholds between neighbouring values, and one outside at either end."""
    unique = np.unique(values)
    return np.concatenate([[0.0], (unique[1:] + unique[:-1]) / 2, [1.0 if unique[-1] < 1 else np.nextafter(1, 2)]])


def _pair(scores: Sequence[float] | Numbers, bad: Sequence[bool] | Flags) -> tuple[Numbers, Flags]:
    values, flags = np.asarray(scores, dtype=np.float64), np.asarray(bad, dtype=bool)
    if values.shape != flags.shape or values.ndim != 1:
        raise ValueError(f"{values.shape} scores for {flags.shape} labels")
    if not np.isfinite(values).all():
        raise ValueError("a score is not a number")
    return values, flags


def _variance(of_bad: Numbers, of_good: Numbers) -> float:
    """DeLong's variance of the mean placement; a single unit on one side has none to show."""
    return sum(float(side.var(ddof=1)) / len(side) for side in (of_bad, of_good) if len(side) > 1)


def _area_bounds(area: float, spread: float, pairs: int) -> tuple[float, float]:
    if 0 < area < 1 and spread > 0:
        logit, width = math.log(area / (1 - area)), Z * spread / (area * (1 - area))
        return tuple(1 / (1 + math.exp(-max(-700.0, min(700.0, logit + s * width)))) for s in (-1, 1))  # type: ignore[return-value]
    # All ordered right, or all wrong: so were any `pairs` disjoint pairs of one good and one bad unit, which are
    # independent; the exact bound of their share holds for the area.
    if area in (0.0, 1.0):
        return clopper_pearson(int(area) * pairs, pairs, LEVEL)
    # All scored alike: a score that says nothing, and surely so, unless there are two units only.
    return (area, area) if pairs > 1 else (0.0, 1.0)


def _resampled(n: int) -> NDArray[np.int64]:
    """Row numbers (resamples, n), drawn with replacement, the same each time."""
    return np.random.default_rng(SEED).integers(0, n, (max(200, min(RESAMPLES, 4_000_000 // n)), n))


def _resampled_figure(value: float, drawn: Numbers, n: int) -> Figure:
    """Percentiles of the resamples, stretched to the estimate where resampling is biased (ECE is)."""
    low, high = (float(bound) for bound in np.quantile(drawn, [TAIL, 1 - TAIL]))
    return Figure(value, min(low, value), max(high, value), n)


def _binomial(k: int, n: int, q: float) -> float:
    if q in (0.0, 1.0):
        return float(k == (n if q else 0))
    log = math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)
    return math.exp(log + k * math.log(q) + (n - k) * math.log1p(-q))
