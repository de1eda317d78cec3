"""Thresholds chosen from labelled units, and what verdicts become under other thresholds. Knows numbers and verdicts;
knows no model and no training.
"""

from dataclasses import replace
from typing import Any

import numpy as np

from model_runtime import figures
from model_runtime.verdict import Thresholds, Verdict, contradicts, decide

ENOUGH = 4
"""Good units and bad units, each, from which on thresholds are chosen anew."""
BAND = (0.4, 0.6)
"""The unclear band is never narrower, however well a few units are told apart."""


def choose(
    p: Any, bad: Any, coverage: float = figures.COVERAGE, overkill: float = figures.OVERKILL
) -> Thresholds | None:
    """The fewest misses at that coverage and overkill, for p_ng (n,) and truth (n,); None unless good and bad."""
    point = figures.operating_point(p, bad, coverage, overkill)
    if point is None:
        return None
    return Thresholds(round(min(point.ok_below, BAND[0]), 4), round(max(point.ng_above, BAND[1]), 4))


def not_worse(p: Any, bad: Any, misses: int, overkill: float, coverage: float) -> Thresholds | None:
    """The fewest misses, at most `misses`, that reach the coverage, with no more overkill (both shares); p_ng (n,) and
    truth (n,). None where there are too few units on either side, or no such pair. As narrow a band as that allows.
    """
    values, flags = np.asarray(p, dtype=np.float64), np.asarray(bad, dtype=bool)
    good_p, bad_p = np.sort(values[~flags]), np.sort(values[flags])
    if min(len(good_p), len(bad_p)) < ENOUGH:
        return None
    # The lowest upper threshold that rejects no more good units than allowed.
    allowed = int(overkill * len(good_p) + 1e-9)
    above = _between(values, good_p[-1 - allowed]) if allowed < len(good_p) else 0.0
    high = max(above, BAND[1])
    for missed in range(misses + 1):
        low = min(_below(values, bad_p[missed]) if missed < len(bad_p) else BAND[0], BAND[0])
        if ((values < low) | (values > high)).mean() >= coverage - 1e-9:
            return Thresholds(round(low, 4), round(high, 4))
    return None


def _below(values: Any, value: float) -> float:
    """Half-way between a value and the next lower one."""
    lower = values[values < value]
    return float((value + lower.max()) / 2) if len(lower) else float(value) / 2


def _between(values: Any, value: float) -> float:
    """Half-way between a value and the next higher one."""
    higher = values[values > value]
    return float((value + higher.min()) / 2) if len(higher) else float(value + 1) / 2


def under(verdict: Verdict, thresholds: Thresholds, has_photo: bool) -> Verdict:
    """The same verdict under other thresholds, by the runtime's rule: voice against photo is neither OK nor NG."""
    contradiction = has_photo and contradicts(verdict.judgment.voice_says, verdict.p_ng, thresholds)
    said = replace(verdict.judgment, verdict=decide(verdict.p_ng, thresholds, contradiction))
    return replace(verdict, judgment=said, contradiction=contradiction, thresholds=thresholds)
