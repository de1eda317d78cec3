"""Goals of the proof of concept (KPI) and where each stands: met, not met, not enough data, how many more units.

Knows goals, counts and estimates only. A share has met its goal when the whole exact interval (Clopper-Pearson, 95 %)
lies on the good side of it, and has not when all of it lies on the other side.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import median

from inspector_app.quality.rates import Estimate, Rate
from model_runtime.intervals import LEVEL, clopper_pearson

MOST = 10_000_000
"""Units after which nobody waits for an answer any more."""


ENOUGH = 100
"""Units from which an amount per 100 units is told."""


class Says(StrEnum):
    """Where a goal stands."""

    MET = "met"
    NOT_MET = "not_met"
    NOT_ENOUGH = "not_enough_data"


@dataclass(frozen=True, slots=True)
class Standing:
    """One goal. `more`: units that are still needed if all goes on as so far; None: known already, or never to be known
    since the figure lies on the goal. `unit` of miss, overkill and coverage: units drawn, or judged.
    """

    name: str
    goal: float
    value: float | None
    low: float
    high: float
    n: int
    says: Says
    more: int | None = None


def at_most(name: str, goal: float, found: Rate) -> Standing:
    """A share that shall not exceed its goal."""
    return _standing(name, goal, found, upper=True)


def at_least(name: str, goal: float, found: Rate) -> Standing:
    """A share that shall reach its goal: coverage."""
    return _standing(name, goal, found, upper=False)


def estimate_at_most(name: str, goal: float, at: Callable[[float], Estimate]) -> Standing:
    """An estimated share that shall not exceed its goal: miss, overkill. `at` gives it as it would be of so many times
    as many drawn units that tell the same; of one time, as it is.
    """
    found = at(1.0)
    says = _says(found, goal, upper=True)
    more = None
    if says is Says.NOT_ENOUGH and found.drawn and found.value is not None and found.value != goal:
        n = found.drawn
        more = _first(lambda total: _says(at(total / n), goal, upper=True) is not Says.NOT_ENOUGH, n)
    elif says is Says.NOT_ENOUGH and not found.drawn:
        more = units_needed(0, 0, goal)
    return Standing(name, goal, found.value, found.low, found.high, found.drawn, says, more)


def time_at_most(name: str, goal: float, values: Sequence[float]) -> Standing:
    """A time whose median shall not exceed its goal; bounds by order statistics (exact, binomial with 1/2)."""
    ordered, n = sorted(values), len(values)
    if not ordered:
        return Standing(name, goal, None, 0.0, math.inf, 0, Says.NOT_ENOUGH, 6)
    rank = _median_rank(n)
    low, high = (ordered[rank - 1], ordered[n - rank]) if rank else (0.0, math.inf)
    says = Says.MET if high <= goal else Says.NOT_MET if low > goal else Says.NOT_ENOUGH
    more = max(0, 6 - n) or None if says is Says.NOT_ENOUGH else None  # from six on there are bounds at all
    return Standing(name, goal, median(ordered), low, high, n, says, more)


def units_needed(hits: int, n: int, goal: float, upper: bool = True, level: float = LEVEL) -> int | None:
    """How many more units until the interval leaves the goal, if the share stays as it is; None: never (or > 10^7).

    `upper`: the share shall be at most the goal. Of nothing seen yet it is hoped that all will be right.
    """
    share = hits / n if n else (0.0 if upper else 1.0)
    if share == goal:
        return None

    def known(total: int) -> bool:
        count = hits + round(share * (total - n))
        low, high = clopper_pearson(min(count, total), total, level)
        return high <= goal if share < goal else low >= goal

    return _first(known, n)


def _standing(name: str, goal: float, found: Rate, upper: bool) -> Standing:
    says = _says(found, goal, upper)
    more = units_needed(found.hits, found.total, goal, upper) if says is Says.NOT_ENOUGH else None
    return Standing(name, goal, found.value, found.low, found.high, found.total, says, more)


def says(found: Rate | Estimate, goal: float, upper: bool) -> Says:
    """Where a share stands to its goal."""
    return _says(found, goal, upper)


def _says(found: Rate | Estimate, goal: float, upper: bool) -> Says:
    better, worse = (found.high <= goal, found.low > goal) if upper else (found.low >= goal, found.high < goal)
    return Says.NOT_ENOUGH if found.value is None or not (better or worse) else Says.MET if better else Says.NOT_MET


def _first(known: Callable[[int], bool], n: int) -> int | None:
    """The least number over n that is known, by doubling and halving; rounding makes it nearly the least."""
    step = 1
    while not known(n + step):
        step *= 2
        if step > MOST:
            return None
    low, high = step // 2, step
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if known(n + middle) else (middle, high)
    return high


def _median_rank(n: int, level: float = LEVEL) -> int:
    """The largest k with P(fewer than k of n lie below the median) <= (1 - level) / 2; 0 where there is none."""
    # Summed in logarithms: 2^-n alone is no float from n = 1075 on.
    total, rank, tail = 0.0, 0, (1 - level) / 2
    for k in range(n):
        total += math.exp(math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1) - n * math.log(2))
        if total > tail:
            break
        rank = k + 1
    return rank


def amount_at_most(name: str, goal: float, value: float | None, n: int) -> Standing:
    """An amount that is known as a whole, so without bounds, once there are 100 units."""
    if value is None or n < ENOUGH:
        return Standing(name, goal, value, 0.0, math.inf, n, Says.NOT_ENOUGH, ENOUGH - n)
    return Standing(name, goal, value, value, value, n, Says.MET if value <= goal else Says.NOT_MET)
