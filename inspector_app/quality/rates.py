"""Shares with exact intervals, and miss and overkill of all units from the few that were reviewed at random.

Knows counts and weights only. Exact bounds: C. J. Clopper, E. S. Pearson, Biometrika 26 (1934). Where units were drawn
with different chances, each stands for 1 / chance units and the bounds are those of the effective number of units:
E. L. Korn, B. I. Graubard, Survey Methodology 24 (1998); with equal chances both are the same.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from model_runtime.intervals import LEVEL, beta_quantile, clopper_pearson


@dataclass(frozen=True, slots=True)
class Rate:
    """`hits` of `total`; `low` and `high` bound the true share (Clopper-Pearson). `value` is None of nothing."""

    hits: int
    total: int
    low: float
    high: float

    @property
    def value(self) -> float | None:
        return self.hits / self.total if self.total else None


@dataclass(frozen=True, slots=True)
class Estimate:
    """A share of all units that was estimated from `drawn` of them; None where nothing was drawn that tells."""

    value: float | None
    low: float
    high: float
    drawn: int


@dataclass(frozen=True, slots=True)
class Drawn:
    """A unit that chance sent to the supervisor: what the model called it, whether it is truly bad, and its chance."""

    called: str
    bad: bool
    chance: float


@dataclass(frozen=True, slots=True)
class Truth:
    """What is estimated of all units. `bad_among_ok`: of the units called OK, the truly bad (escapes); `good_among_ng`
    the reverse; `miss`: of the truly bad, those called OK; `overkill`: of the truly good, those called NG.
    """

    bad_among_ok: Estimate
    good_among_ng: Estimate
    miss: Estimate
    overkill: Estimate


def rate(hits: int, total: int, level: float = LEVEL) -> Rate:
    """The share with its exact interval; ValueError unless 0 <= hits <= total."""
    return Rate(hits, total, *clopper_pearson(hits, total, level))


def weighted(flags: Sequence[bool], weights: Sequence[float], level: float = LEVEL, scale: float = 1.0) -> Estimate:
    """The share of true ones, each counting for its weight; (0, 1) of nothing. Equal weights: exact.

    `scale`: the bounds as they would be of so many times as many units that tell the same.
    """
    if not flags:
        return Estimate(None, 0.0, 1.0, 0)
    total, n = sum(weights), len(flags)
    value = sum(w for flag, w in zip(flags, weights, strict=True) if flag) / total
    effective = min(float(n), total**2 / sum(w * w for w in weights))
    effective *= scale
    hits, tail = value * effective, (1 - level) / 2
    low = beta_quantile(tail, hits, effective - hits + 1) if hits > 1e-12 else 0.0
    high = beta_quantile(1 - tail, hits + 1, effective - hits) if effective - hits > 1e-12 else 1.0
    return Estimate(value, min(low, value), max(high, value), n)


def truth(units: Mapping[str, int], drawn: Sequence[Drawn], level: float = LEVEL, scale: float = 1.0) -> Truth:
    """Miss and overkill of all `units` (called OK, NG, INCONCLUSIVE -> how many), by what was drawn from each.

    The bounds of miss and overkill take each call's share at its bound, at the level that makes them hold together
    (Bonferroni): never narrower than the truth, often wider. `scale`: as of `weighted`.
    """
    of = {call: [d for d in drawn if d.called == call] for call in ("OK", "NG", "INCONCLUSIVE")}
    there = [call for call in of if units.get(call, 0)]
    own = {call: _bad_share(of[call], level, scale) for call in of}
    wide = {call: _bad_share(of[call], 1 - (1 - level) / max(1, len(there)), scale) for call in of}
    ng = own["NG"]
    good_among_ng = Estimate(None if ng.value is None else 1 - ng.value, 1 - ng.high, 1 - ng.low, ng.drawn)
    miss = _share_of(units, wide, there, "OK", bad=True)
    return Truth(own["OK"], good_among_ng, miss, _share_of(units, wide, there, "NG", bad=False))


def _bad_share(drawn: Sequence[Drawn], level: float, scale: float) -> Estimate:
    return weighted([d.bad for d in drawn], [1 / d.chance for d in drawn], level, scale)


def _share_of(
    units: Mapping[str, int], found: Mapping[str, Estimate], there: Sequence[str], wrong: str, bad: bool
) -> Estimate:
    """Of all truly bad (or good) units, those with the wrong call. A call without units adds none; one of which nothing
    was drawn leaves the value unknown, and the bounds as wide as they are.
    """

    def amounts(pick_wrong: str, pick_right: str) -> tuple[float, float]:
        in_wrong = in_right = 0.0
        for call in there:
            bound = getattr(found[call], pick_wrong if call == wrong else pick_right)
            share = bound if bad else 1 - bound
            if call == wrong:
                in_wrong += units[call] * share
            else:
                in_right += units[call] * share
        return in_wrong, in_right

    least, most = ("low", "high") if bad else ("high", "low")
    low, high = _part(*amounts(least, most)), _part(*amounts(most, least))
    drawn = sum(found[call].drawn for call in there)
    if any(found[call].value is None for call in there) or not there:
        return Estimate(None, low if low is not None else 0.0, high if high is not None else 1.0, drawn)
    value = _part(*amounts("value", "value"))
    return Estimate(value, low if low is not None else 0.0, high if high is not None else 1.0, drawn)


def _part(one: float, rest: float) -> float | None:
    return one / (one + rest) if one + rest > 0 else None
