"""How far appraisers agree (計数値MSA): kappa with its interval, effectiveness, miss, false alarm, AIAG bands.

Knows trials of a study, (unit, appraiser, trial) -> category, and the reference; knows no records and no file. Sources:
- kappa of two: J. Cohen, "A coefficient of agreement for nominal scales", Educ. Psychol. Meas. 20 (1960); its standard
  error: J. L. Fleiss, J. Cohen, B. S. Everitt, Psychol. Bull. 72 (1969), for an agreement that is not nothing.
- kappa of many: J. L. Fleiss, Psychol. Bull. 76 (1971); its standard error, over units drawn by chance: K. L. Gwet,
  "Computing inter-rater reliability and its variance in the presence of high agreement", Br. J. Math. Stat. Psychol. 61
  (2008), in the form for Fleiss' kappa.
- effectiveness, miss, false alarm, bands: AIAG, Measurement Systems Analysis, 4th ed. (2010), III-C.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations

from inspector_app.quality.rates import Rate, rate
from model_runtime.intervals import Z

GOOD, BAD = "OK", "NG"
KAPPA_GOOD, KAPPA_MARGINAL = 0.9, 0.7
"""Bands of kappa that a site may change."""


class Band(StrEnum):
    """What AIAG calls an appraiser."""

    GOOD = "good"
    MARGINAL = "marginal"
    REJECT = "reject"


@dataclass(frozen=True, slots=True)
class Kappa:
    """Agreement beyond chance. `value` is None where nothing could disagree: all said the same of all units."""

    value: float | None
    low: float
    high: float
    agreed: float
    by_chance: float
    n: int


@dataclass(frozen=True, slots=True)
class Trial:
    """What one appraiser said of one unit in one trial."""

    unit: str
    appraiser: str
    trial: int
    verdict: str


@dataclass(frozen=True, slots=True)
class Appraiser:
    """One appraiser's figures. `effectiveness`: units always judged right; `decisions`: right ones of all."""

    name: str
    trials: int
    effectiveness: Rate
    decisions: Rate
    miss: Rate
    false_alarm: Rate
    against_reference: Kappa
    within: Kappa | None
    repeated: Rate | None
    band: Band


@dataclass(frozen=True, slots=True)
class Pair:
    """Two appraisers, trial by trial."""

    one: str
    other: str
    kappa: Kappa


@dataclass(frozen=True, slots=True)
class Agreement:
    """All figures of a study. `everybody`: all trials of all; `together`: units on which all agree always."""

    units: int
    bad: int
    appraisers: tuple[Appraiser, ...]
    pairs: tuple[Pair, ...]
    everybody: Kappa | None
    together: Rate
    together_right: Rate


def cohen(pairs: Iterable[tuple[str, str]]) -> Kappa:
    """Kappa of two who said something of the same units."""
    table = Counter(pairs)
    n = sum(table.values())
    if n == 0:
        return Kappa(None, -1.0, 1.0, 0.0, 0.0, 0)
    names = sorted({name for pair in table for name in pair})
    rows = {name: sum(table[name, other] for other in names) / n for name in names}
    columns = {name: sum(table[other, name] for other in names) / n for name in names}
    agreed = sum(table[name, name] for name in names) / n
    chance = sum(rows[name] * columns[name] for name in names)
    if chance == 1:
        return Kappa(None, -1.0, 1.0, agreed, chance, n)
    kappa = (agreed - chance) / (1 - chance)
    same = sum(table[name, name] / n * (1 - (rows[name] + columns[name]) * (1 - kappa)) ** 2 for name in names)
    other = (1 - kappa) ** 2 * sum(
        table[a, b] / n * (columns[a] + rows[b]) ** 2 for a in names for b in names if a != b
    )
    variance = (same + other - (kappa - chance * (1 - kappa)) ** 2) / ((1 - chance) ** 2 * n)
    return _bounded(kappa, variance, agreed, chance, n)


def fleiss(said: Sequence[Sequence[str]]) -> Kappa:
    """Kappa of many; one row a unit, as many ratings in each. ValueError where they differ or are under two."""
    if not said:
        return Kappa(None, -1.0, 1.0, 0.0, 0.0, 0)
    raters, n = len(said[0]), len(said)
    if raters < 2 or any(len(row) != raters for row in said):
        raise ValueError("each unit needs the same number of ratings, two or more")
    counts = [Counter(row) for row in said]
    total = Counter(rating for row in said for rating in row)
    share = {name: count / (n * raters) for name, count in total.items()}
    chance = sum(p * p for p in share.values())
    each = [(sum(c * c for c in row.values()) - raters) / (raters * (raters - 1)) for row in counts]
    agreed = sum(each) / n
    if chance == 1:
        return Kappa(None, -1.0, 1.0, agreed, chance, n)
    kappa = (agreed - chance) / (1 - chance)
    if n == 1:
        return Kappa(kappa, -1.0, 1.0, agreed, chance, n)
    spread = 0.0
    for row, of_unit in zip(counts, each, strict=True):
        by_chance = sum(share[name] * count / raters for name, count in row.items())
        own = (of_unit - chance) / (1 - chance) - 2 * (1 - kappa) * (by_chance - chance) / (1 - chance)
        spread += (own - kappa) ** 2
    return _bounded(kappa, spread / (n * (n - 1)), agreed, chance, n)


def study(trials: Sequence[Trial], reference: dict[str, str]) -> Agreement:
    """All figures of a study. ValueError where an appraiser did not judge all units equally often, in words."""
    said = _ordered(trials, reference)
    names = sorted(said)
    appraisers = tuple(_appraiser(name, said[name], reference) for name in names)
    rounds = {name: min(len(row) for row in said[name].values()) for name in names}
    pairs = tuple(
        Pair(a, b, cohen(p for unit in sorted(reference) for p in zip(said[a][unit], said[b][unit], strict=False)))
        for a, b in combinations(names, 2)
    )
    every = [[v for name in names for v in said[name][unit]] for unit in sorted(reference)]
    agree = [len(set(row)) == 1 for row in every]
    right = [set(row) == {reference[unit]} for unit, row in zip(sorted(reference), every, strict=True)]
    return Agreement(
        units=len(reference),
        bad=sum(v == BAD for v in reference.values()),
        appraisers=appraisers,
        pairs=pairs,
        everybody=fleiss(every) if sum(rounds.values()) > 1 else None,
        together=rate(sum(agree), len(agree)),
        together_right=rate(sum(right), len(right)),
    )


def band(effectiveness: float, miss: float, false_alarm: float) -> Band:
    """AIAG's bands: good >= 90 %, <= 2 %, <= 5 %; marginal >= 80 %, <= 5 %, <= 10 %; the worst of the three counts."""
    if effectiveness >= 0.90 and miss <= 0.02 and false_alarm <= 0.05:
        return Band.GOOD
    if effectiveness >= 0.80 and miss <= 0.05 and false_alarm <= 0.10:
        return Band.MARGINAL
    return Band.REJECT


def kappa_band(kappa: float) -> Band:
    """What a kappa is called by default."""
    return Band.GOOD if kappa >= KAPPA_GOOD else Band.MARGINAL if kappa >= KAPPA_MARGINAL else Band.REJECT


def _appraiser(name: str, said: dict[str, list[str]], reference: dict[str, str]) -> Appraiser:
    units = sorted(reference)
    rounds = len(said[units[0]])
    every = [(reference[unit], verdict) for unit in units for verdict in said[unit]]
    always = rate(sum(set(said[unit]) == {reference[unit]} for unit in units), len(units))
    miss = rate(sum(v == GOOD for truth, v in every if truth == BAD), sum(t == BAD for t, _ in every))
    false = rate(sum(v == BAD for truth, v in every if truth == GOOD), sum(t == GOOD for t, _ in every))
    return Appraiser(
        name=name,
        trials=rounds,
        effectiveness=always,
        decisions=rate(sum(truth == verdict for truth, verdict in every), len(every)),
        miss=miss,
        false_alarm=false,
        against_reference=cohen(every),
        within=fleiss([said[unit] for unit in units]) if rounds > 1 else None,
        repeated=rate(sum(len(set(said[unit])) == 1 for unit in units), len(units)) if rounds > 1 else None,
        band=band(always.value or 0.0, miss.value or 0.0, false.value or 0.0),
    )


def _ordered(trials: Sequence[Trial], reference: dict[str, str]) -> dict[str, dict[str, list[str]]]:
    """Appraiser -> unit -> what was said, in the order of trials."""
    if not trials or not reference:
        raise ValueError("there is nothing to compare: a study needs units with a reference, and trials")
    said: defaultdict[str, defaultdict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    seen = set()
    for trial in sorted(trials, key=lambda t: t.trial):
        key = trial.appraiser, trial.unit, trial.trial
        if key in seen:
            raise ValueError(f"{trial.appraiser} has two verdicts of unit {trial.unit} in trial {trial.trial}")
        seen.add(key)
        if trial.unit not in reference:
            raise ValueError(f"unit {trial.unit} has no reference")
        said[trial.appraiser][trial.unit].append(trial.verdict)
    for name, units in said.items():
        if lacking := sorted(set(reference) - set(units)):
            raise ValueError(f"{name} did not judge unit {lacking[0]}")
        if len({len(row) for row in units.values()}) > 1:
            raise ValueError(f"{name} judged some units more often than others")
    return {name: dict(units) for name, units in said.items()}


def _bounded(kappa: float, variance: float, agreed: float, chance: float, n: int) -> Kappa:
    width = Z * math.sqrt(max(0.0, variance))
    return Kappa(kappa, max(-1.0, kappa - width), min(1.0, kappa + width), agreed, chance, n)
