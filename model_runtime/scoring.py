"""Outcomes become the figures of a folder, whole and slice by slice, as the JSON of docs/evaluation.md.

Knows which units a figure is taken from. Knows no statistics (`figures`) and no way to show them.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from model_runtime import figures, heard
from model_runtime.evaluate import Outcome
from model_runtime.figures import Figure, share_of
from model_runtime.verdict import Verdict

SMALLEST, MOST = 5, 40
"""Units that a slice needs, and slices of one kind; the rest goes together."""
FEW = "(others)"

Json = dict[str, Any]

SLICES: dict[str, Callable[[Outcome], str]] = {
    "folder": lambda o: o.case.folder,
    "input": lambda o: "+".join(k for k in ("golden", "photo", "voice") if getattr(o.case.question, k)),
    "part": lambda o: o.case.labelled.part,
    "lot": lambda o: o.case.labelled.lot,
    "language": lambda o: o.case.labelled.language,
    "speaker": lambda o: o.case.labelled.speaker,
    "noise": lambda o: o.case.labelled.noise,
}
"""What units are grouped by; defect classes are a slice of their own kind."""


def figures_of(outcomes: Sequence[Outcome]) -> Json:
    """All figures of these outcomes, with their slices; a figure that nothing was labelled for is None."""
    return {
        **_counts(outcomes),
        **_whole(outcomes),
        "confusion": confusion(outcomes),
        "reliability": reliability(outcomes),
        "slices": slices_of(outcomes),
    }


def slices_of(outcomes: Sequence[Outcome]) -> Json:
    """The figures by part, lot, language and so on, where there is more than one of them."""
    found: Json = {}
    for name, key in SLICES.items():
        groups: dict[str, list[Outcome]] = defaultdict(list)
        for outcome in outcomes:
            if value := key(outcome):
                groups[value].append(outcome)
        if len(shown := _largest(groups)) > 1:
            found[name] = {value: {**_counts(group), **_whole(group)} for value, group in shown}
    good = [outcome for outcome in outcomes if outcome.case.labelled.verdict == "OK"]
    classes: dict[str, list[Outcome]] = defaultdict(list)
    for outcome in outcomes:
        if outcome.case.labelled.bad and has_class(outcome):
            classes[outcome.case.labelled.defect].append(outcome)
    if len(shown := _largest(classes)) > 1:
        found["defect"] = {name: {**_counts(group), **_of_class(group, good)} for name, group in shown}
    return found


def _of_class(group: Sequence[Outcome], good: Sequence[Outcome]) -> Json:
    """A class alone has no AUROC, it is told from all good units; what only concerns those is left out."""
    found = {
        "auroc": figures.auroc(*truth_of([*group, *good])),
        "miss": _decisions(group)["miss"],
        "coverage": _decisions(group)["coverage"],
        **_classes(group),
    }
    return {name: to_json(figure) for name, figure in found.items()}


def _largest(groups: dict[str, list[Outcome]]) -> list[tuple[str, list[Outcome]]]:
    ranked = sorted(groups.items(), key=lambda item: (-len(item[1]), item[0]))
    shown = [(name, group) for name, group in ranked if len(group) >= SMALLEST][:MOST]
    rest = [outcome for name, group in ranked if all(name != kept for kept, _ in shown) for outcome in group]
    return [*sorted(shown), (FEW, rest)] if rest else sorted(shown)


def _counts(outcomes: Sequence[Outcome]) -> Json:
    judged = [outcome for outcome in outcomes if outcome.verdict]
    truth = Counter(outcome.case.labelled.verdict for outcome in judged)
    return {"units": len(outcomes), "judged": len(judged), "ok": truth["OK"], "ng": truth["NG"]}


def _whole(outcomes: Sequence[Outcome]) -> Json:
    p, bad = truth_of(outcomes)
    calibration = figures.calibration(p, bad)
    found: dict[str, Figure | None] = {
        "auroc": figures.auroc(p, bad),
        **_decisions(outcomes),
        **_classes(outcomes),
        "ece": calibration.ece if calibration else None,
        "brier": calibration.brier if calibration else None,
        **_speech(outcomes),
        **_contradiction(outcomes),
        **_latency(outcomes),
    }
    return {**{name: to_json(figure) for name, figure in found.items()}, "miss_at_coverage": _best(p, bad)}


def truth_of(outcomes: Sequence[Outcome]) -> tuple[list[float], list[bool]]:
    """p_ng and whether it is truly NG, of the judged units whose verdict is known."""
    known = [(o.verdict.p_ng, o.case.labelled.bad) for o in outcomes if o.verdict and o.case.labelled.verdict]
    return [p for p, _ in known], [bad for _, bad in known]


def _decisions(outcomes: Sequence[Outcome]) -> dict[str, Figure | None]:
    """By the verdicts themselves: thresholds and contradictions have had their say."""
    known = [outcome for outcome in outcomes if outcome.verdict and outcome.case.labelled.verdict]
    return {
        "miss": share_of([outcome.passed for outcome in known if outcome.case.labelled.bad]),
        "overkill": share_of([outcome.rejected for outcome in known if not outcome.case.labelled.bad]),
        "coverage": share_of([outcome.passed or outcome.rejected for outcome in known]),
    }


def has_class(outcome: Outcome) -> bool:
    """Whether the true class is known and there is a choice: of one class alone, all answers are right."""
    return outcome.case.labelled.defect not in ("", "none") and len(outcome.case.question.defects) > 1


def _classes(outcomes: Sequence[Outcome]) -> dict[str, Figure | None]:
    asked = [(outcome, outcome.asked) for outcome in outcomes if outcome.asked]
    right = [(o, said.defect == o.case.labelled.defect) for o, said in asked if has_class(o)]
    return {
        "defect_right": share_of([good for _, good in right]),
        "defect_right_and_not_missed": share_of([good and not outcome.passed for outcome, good in right]),
        "region_right": share_of([outcome.place_right for outcome, _ in asked if outcome.place_right is not None]),
    }


def _speech(outcomes: Sequence[Outcome]) -> dict[str, Figure | None]:
    said = [(o.case.labelled, o.verdict.judgment) for o in outcomes if o.verdict and o.case.question.voice]
    spoken = [(label, judgment.heard) for label, judgment in said if label.transcript or label.reading]
    letters = [heard.letter_errors(text, label.transcript, label.reading) for label, text in spoken]
    return {
        "cer": _ratio(letters),
        "notes_right": share_of([wrong == 0 for wrong, _ in letters]),
        "word_errors": _ratio([heard.word_errors(text, label.transcript) for label, text in spoken]),
        "digit_errors": _ratio([heard.digit_errors(text, label.transcript) for label, text in spoken]),
        "voice_says_right": share_of([j.voice_says == label.voice_says for label, j in said if label.voice_says]),
        "voice_defect_heard": share_of([heard.holds(j.heard, x.voice_defect) for x, j in said if x.voice_defect]),
        "voice_place_heard": share_of([heard.holds(j.heard, x.voice_place) for x, j in said if x.voice_place]),
    }


def _ratio(errors: Sequence[tuple[int, int]]) -> Figure | None:
    counted = [pair for pair in errors if pair[1]]
    return figures.ratio([wrong for wrong, _ in counted], [every for _, every in counted])


def contradicts(outcome: Outcome) -> bool | None:
    """Whether voice and photo truly contradict each other: as labelled, else by what both say; None if not known."""
    label, question = outcome.case.labelled, outcome.case.question
    if question.photo is None or question.voice is None:
        return None
    if label.contradiction is not None:
        return label.contradiction
    if not label.verdict or not label.voice_says:
        return None
    return label.voice_says != "nothing" and label.voice_says != label.verdict


def _contradiction(outcomes: Sequence[Outcome]) -> dict[str, Figure | None]:
    pairs = [(o.verdict.contradiction, contradicts(o)) for o in outcomes if o.verdict]
    known = [(found, true) for found, true in pairs if true is not None]
    return {
        "contradiction_precision": share_of([true for found, true in known if found]),
        "contradiction_recall": share_of([found for found, true in known if true]),
    }


def _latency(outcomes: Sequence[Outcome]) -> dict[str, Figure | None]:
    times = [o.verdict.timings_ms["total"] for o in outcomes if o.verdict and "total" in o.verdict.timings_ms]
    return {"latency_p50_ms": figures.quantile(times, 0.5), "latency_p95_ms": figures.quantile(times, 0.95)}


def _best(p: Sequence[float], bad: Sequence[bool]) -> Json | None:
    point = figures.operating_point(p, bad)
    if point is None:
        return None
    return {
        "coverage_at_least": figures.COVERAGE,
        "overkill_at_most": figures.OVERKILL,
        "chosen_on": "these units",
        "ok_below": point.ok_below,
        "ng_above": point.ng_above,
        "miss": point.miss.to_json(),
        "overkill": point.overkill.to_json(),
        "coverage": point.coverage.to_json(),
    }


def confusion(outcomes: Sequence[Outcome]) -> Json | None:
    """How often each true class (row) was answered as each class (column), among units that are truly NG."""
    pairs = Counter((o.case.labelled.defect, o.asked.defect) for o in outcomes if o.asked and has_class(o))
    if not pairs:
        return None
    true, said = ({pair[side] for pair in pairs} for side in (0, 1))
    labels = sorted(true | said)
    return {"labels": labels, "counts": [[pairs[row, column] for column in labels] for row in labels]}


def reliability(outcomes: Sequence[Outcome]) -> list[Json]:
    """Bins of about as many units each: bounds and mean of p_ng, and the share that was NG."""
    calibration = figures.calibration(*truth_of(outcomes))
    bins = calibration.bins if calibration else ()
    return [{"low": row.low, "high": row.high, "mean_p_ng": row.mean, "ng": row.ng.to_json()} for row in bins]


def roc(outcomes: Sequence[Outcome]) -> list[tuple[float, float]]:
    """(overkill, 1 - miss) from the strictest threshold to the mildest; empty unless there are good and bad units."""
    return curve(*truth_of(outcomes))


def curve(scores: Sequence[float], bad: Sequence[bool]) -> list[tuple[float, float]]:
    """The ROC curve of any score: one point for each different value."""
    values, flags = np.asarray(scores, dtype=float), np.asarray(bad, dtype=bool)
    if not flags.any() or flags.all():
        return []
    cuts = np.unique(values)[::-1]
    good_sorted, bad_sorted = np.sort(values[~flags]), np.sort(values[flags])
    false = 1 - np.searchsorted(good_sorted, cuts) / len(good_sorted)
    true = 1 - np.searchsorted(bad_sorted, cuts) / len(bad_sorted)
    return [(0.0, 0.0), *zip(false.tolist(), true.tolist(), strict=True)]


def to_json(figure: Figure | None) -> Json | None:
    return figure.to_json() if figure else None


def verdict_row(verdict: Verdict | None) -> Json:
    """The columns of predictions.csv that the judge filled."""
    if verdict is None:
        return {}
    said, region = verdict.judgment, verdict.judgment.region
    return {
        "said_verdict": str(said.verdict),
        "p_ng": verdict.p_ng,
        "contradiction": verdict.contradiction,
        "heard": said.heard,
        "said_voice_says": str(said.voice_says),
        "row": region.row if region else "",
        "col": region.col if region else "",
        "total_ms": verdict.timings_ms.get("total", ""),
        "ok_below": verdict.thresholds.ok_below,
        "ng_above": verdict.thresholds.ng_above,
    }
