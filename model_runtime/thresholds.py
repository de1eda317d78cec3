"""Thresholds chosen from labelled units, and what verdicts become under other thresholds. Knows numbers and verdicts;
knows no model and no training.
"""

from dataclasses import replace
from typing import Any

from model_runtime import figures
from model_runtime.verdict import Answer, Thresholds, Verdict, VoiceSays

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


def under(verdict: Verdict, thresholds: Thresholds, has_photo: bool) -> Verdict:
    """The same verdict under other thresholds, by the runtime's rule: voice against photo is neither OK nor NG."""
    says = verdict.judgment.voice_says
    answer = Answer.INCONCLUSIVE
    if verdict.p_ng < thresholds.ok_below:
        answer = Answer.OK
    elif verdict.p_ng > thresholds.ng_above:
        answer = Answer.NG
    against = {Answer.OK: VoiceSays.NG, Answer.NG: VoiceSays.OK}.get(answer)
    contradiction = has_photo and against is not None and says is against
    said = replace(verdict.judgment, verdict=Answer.INCONCLUSIVE if contradiction else answer)
    return replace(verdict, judgment=said, contradiction=contradiction, thresholds=thresholds)
