"""Charts of the field: p-chart (p管理図) with variable n and the Western Electric rules, Pareto (パレート図).

Knows counts only. Sources: W. A. Shewhart's p-chart as in D. C. Montgomery, Introduction to Statistical Quality
Control, 7.2 (variable sample size: limits of their own for each subgroup); rules: Western Electric, Statistical Quality
Control Handbook (1956), applied to (p - centre) / sigma of the subgroup, since n varies. Limits of a binomial by the
normal approximation are honest from about n * p >= 5; `small` says where it is not so.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

ENOUGH = 5
"""Expected NG units of a subgroup from which its limits can be believed."""


class Rule(StrEnum):
    """Western Electric's four, of a point and those before it on the same side."""

    BEYOND_3 = "beyond_3_sigma"
    TWO_OF_THREE = "two_of_three_beyond_2_sigma"
    FOUR_OF_FIVE = "four_of_five_beyond_1_sigma"
    EIGHT_IN_A_ROW = "eight_in_a_row"


_RUNS = ((Rule.BEYOND_3, 1, 1, 3.0), (Rule.TWO_OF_THREE, 2, 3, 2.0), (Rule.FOUR_OF_FIVE, 4, 5, 1.0))


@dataclass(frozen=True, slots=True)
class Group:
    """A subgroup: its name, NG units, all units."""

    name: str
    ng: int
    n: int


@dataclass(frozen=True, slots=True)
class Point:
    """A subgroup with its own limits; `rules` are those that it breaks."""

    name: str
    ng: int
    n: int
    p: float
    lower: float
    upper: float
    z: float
    small: bool
    rules: tuple[Rule, ...] = ()


@dataclass(frozen=True, slots=True)
class PChart:
    """The points in order; `centre` is p-bar."""

    centre: float
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Bar:
    """A class of the Pareto: its count, its share, the share of it and all before."""

    name: str
    count: int
    share: float
    cumulative: float


def p_chart(groups: Iterable[Group], centre: float | None = None) -> PChart:
    """The chart of subgroups with units in them; `centre` of an earlier period, else of these."""
    there = [group for group in groups if group.n > 0]
    total = sum(group.n for group in there)
    if centre is None:
        centre = sum(group.ng for group in there) / total if total else 0.0
    sigmas = [math.sqrt(centre * (1 - centre) / group.n) for group in there]
    z = [(g.ng / g.n - centre) / s if s else 0.0 for g, s in zip(there, sigmas, strict=True)]
    broken = western_electric(z)
    return PChart(
        centre,
        tuple(
            Point(
                name=group.name,
                ng=group.ng,
                n=group.n,
                p=group.ng / group.n,
                lower=max(0.0, centre - 3 * sigma),
                upper=min(1.0, centre + 3 * sigma),
                z=z[index],
                small=group.n * min(centre, 1 - centre) < ENOUGH,
                rules=broken[index],
            )
            for index, (group, sigma) in enumerate(zip(there, sigmas, strict=True))
        ),
    )


def western_electric(z: Sequence[float]) -> list[tuple[Rule, ...]]:
    """For each point, in sigmas from the centre, the rules that it and those before it break."""
    found = []
    for index, value in enumerate(z):
        side = math.copysign(1.0, value)
        rules = []
        for rule, least, among, beyond in _RUNS:
            window = z[max(0, index - among + 1) : index + 1]
            if value * side > beyond and sum(v * side > beyond for v in window) >= least:
                rules.append(rule)
        if index >= 7 and all(v * side > 0 for v in z[index - 7 : index + 1]):
            rules.append(Rule.EIGHT_IN_A_ROW)
        found.append(tuple(rules))
    return found


def pareto(counts: dict[str, int]) -> tuple[Bar, ...]:
    """Classes by falling count, those of equal count by name; without those that did not occur."""
    total = sum(counts.values())
    bars, so_far = [], 0
    for name, count in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        if count:
            so_far += count
            bars.append(Bar(name, count, count / total, so_far / total))
    return tuple(bars)
