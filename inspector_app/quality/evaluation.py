"""An evaluation: labelled folders judged, probed and set beside honest baselines, as one object of figures.

Knows the order of the work and the shape of the answer (docs/evaluation.md). Knows no terminal; torch and OpenCV are
loaded only by the baselines that need them.
"""

import contextlib
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from statistics import median
from typing import Any

from inspector_app.quality.cases import LabelledFolder
from model_runtime import figures, scoring
from model_runtime.evaluate import Case, Outcome, evaluate
from model_runtime.labelled import Labelled
from model_runtime.verdict import Fixable, Judge, ModelIdentity, Question

Json = dict[str, Any]
Told = Callable[[Outcome], None]
Reach = Callable[[float, str], None]

FORMAT = 1
NO_GOLDEN = "There is no golden photo to compare with; name one with --golden."
ONE_KIND = "There are not both good and bad photos, so nothing can be told apart."
RIVALS = ("golden_difference", "small_network")


@dataclass
class Measured:
    """One folder and what was found out about it."""

    folder: LabelledFolder
    outcomes: list[Outcome] = field(default_factory=list)
    baselines: Json = field(default_factory=dict)
    probes: Json = field(default_factory=dict)
    beside: dict[str, dict[Labelled, float]] = field(default_factory=dict)
    """Scores of the baselines by unit; a photo may stand in several rows, so its name is not enough."""

    @property
    def photos(self) -> list[Outcome]:
        """Judged units with a photo and a known verdict: what baselines and probes are measured on."""
        return [o for o in self.outcomes if o.verdict and o.case.question.photo and o.case.labelled.verdict]


def judge_folder(measured: Measured, judge: Judge, told: Told) -> Measured:
    """Every unit judged, one outcome after the other; `told` hears of each."""
    for outcome in evaluate(judge, measured.folder.cases):
        measured.outcomes.append(outcome)
        told(outcome)
    return measured


def probe_folder(measured: Measured, judge: Judge, told: Told) -> None:
    """The same units with a blank photo, and with the wrong golden photo: is the picture looked at?"""
    from model_runtime import probes

    usable = [outcome.case for outcome in measured.photos]
    with tempfile.TemporaryDirectory() as place:
        how, wrong = probes.wrong_golden(usable, Path(place))
        trials = (("blank_photo", "grey", probes.blank(usable, Path(place))), ("wrong_golden", how, wrong))
        for name, kind, cases in trials:
            if not cases:
                measured.probes[name] = None
            elif len({case.labelled.verdict for case in cases}) == 1:  # nothing to tell apart, so nothing to ask
                measured.probes[name] = {"how": kind, "auroc": None, "why": ONE_KIND}
            else:
                measured.probes[name] = _probed(measured, list(_each(judge, cases, told)), kind)


def _each(judge: Judge, cases: Sequence[Case], told: Told) -> Iterator[Outcome]:
    """One outcome a case; what is asked again, as with blank photos, is not judged again."""
    known: dict[Question, Outcome] = {}
    for case in cases:
        outcome = known.get(case.question) or next(iter(evaluate(judge, [case])))
        known[case.question] = outcome
        told(outcome)
        yield replace(outcome, case=case)


def _probed(measured: Measured, outcomes: Sequence[Outcome], kind: str) -> Json:
    real = {o.case.labelled: o.verdict.p_ng for o in measured.photos if o.verdict}
    judged = [o for o in outcomes if o.verdict]
    probe = [o.verdict.p_ng for o in judged if o.verdict]
    model, bad = [real[o.case.labelled] for o in judged], [o.case.labelled.bad for o in judged]
    area = figures.auroc(probe, bad)
    return {
        "how": kind,
        "auroc": scoring.to_json(area),
        "why": None if area else ONE_KIND,
        "model_auroc": scoring.to_json(figures.auroc(model, bad)),
        "model_minus_probe": _compared(model, probe, bad),
    }


def compare_folder(measured: Measured, reach: Reach) -> None:
    """The model beside plain golden difference and a small supervised network, on the same units."""
    for name, make in zip(RIVALS, (_golden_difference, _small_network), strict=True):
        try:
            measured.baselines[name] = make(measured, reach)
        except Fixable as error:
            measured.baselines[name] = {"auroc": None, "why": error.message}


TUNED_ON = 100
"""Units of the train split that the quantile of golden difference is chosen on."""


def _golden_difference(measured: Measured, reach: Reach) -> Json:
    """With the quantile that tells good and bad units of the train split apart best: a weak rival proves nothing."""
    from inspector_app.quality import difference

    paired = [outcome for outcome in measured.photos if outcome.case.question.golden]
    if not paired:
        raise Fixable("no_golden", NO_GOLDEN)
    train = [case for case in measured.folder.train if case.question.golden]
    train = [train[i * len(train) // TUNED_ON] for i in range(TUNED_ON)] if len(train) > TUNED_ON else train
    every = len(train) + len(paired)
    learned, _ = _differences(train, lambda done: reach(done / every / 2, "Golden difference"))
    bad = [unit.bad for unit in learned]
    areas = [figures.auroc([at[q] for at in learned.values()], bad) for q in range(len(difference.QUANTILES))]
    known = [(area.value, -abs(q - difference.USUAL)) for q, area in enumerate(areas) if area]
    chosen = known.index(max(known)) if known else difference.USUAL
    cases = [outcome.case for outcome in paired]
    found, times = _differences(cases, lambda done: reach((len(train) + done) / every / 2, "Golden difference"))
    if not found:
        raise Fixable("no_golden", "OpenCV can read none of these photos.")
    return {
        **_beside(measured, "golden_difference", {unit: at[chosen] for unit, at in found.items()}),
        "quantile": difference.QUANTILES[chosen],
        "quantile_chosen_on": len(learned) if known else 0,
        "p50_ms": median(times),
    }


def _differences(
    cases: Sequence[Case], told: Callable[[int], None]
) -> tuple[dict[Labelled, tuple[float, ...]], list[float]]:
    """Scores at each quantile by unit, and milliseconds; what OpenCV cannot read is left out, and `n` says so."""
    from inspector_app.quality import difference

    found: dict[Labelled, tuple[float, ...]] = {}
    times: list[float] = []
    for number, case in enumerate(cases):
        told(number)
        assert case.question.photo and case.question.golden
        began = time.perf_counter()
        with contextlib.suppress(OSError):
            found[case.labelled] = difference.scores(case.question.photo, case.question.golden)
            times.append((time.perf_counter() - began) * 1000)
    return found, times


def _small_network(measured: Measured, reach: Reach) -> Json:
    from model_runtime import baselines

    photos = measured.photos
    if not photos:
        raise Fixable("no_photos", ONE_KIND)
    found = baselines.rival(
        measured.folder.train, [o.case for o in photos], lambda part, what: reach(0.5 + part / 2, what)
    )
    units = [outcome.case.labelled for outcome in photos]
    right = [
        said == o.case.labelled.defect
        for said, o in zip(found.defects, photos, strict=True)
        if o.case.labelled.bad and scoring.has_class(o)
    ]
    return {
        **_beside(measured, "small_network", dict(zip(units, found.scores, strict=True))),
        "defect_right": scoring.to_json(figures.share_of(right)),
        "trained_on": found.trained_on,
        "parameters": found.parameters,
        "train_seconds": round(found.train_seconds, 1),
        "p50_ms": found.ms,
    }


def _beside(measured: Measured, name: str, scores: dict[Labelled, float]) -> Json:
    """AUROC of a baseline, and the model's minus it on the units that both scored."""
    both = [o for o in measured.photos if o.case.labelled in scores]
    theirs, bad = [scores[o.case.labelled] for o in both], [o.case.labelled.bad for o in both]
    ours = [o.verdict.p_ng for o in both if o.verdict]
    measured.beside[name] = scores
    area = figures.auroc(theirs, bad)
    return {
        "auroc": scoring.to_json(area),
        "why": None if area else ONE_KIND,
        "model_auroc": scoring.to_json(figures.auroc(ours, bad)),
        "model_minus_baseline": _compared(ours, theirs, bad),
    }


def _compared(ours: Sequence[float], theirs: Sequence[float], bad: Sequence[bool]) -> Json | None:
    compared = figures.compare(ours, theirs, bad)
    return compared.to_json() if compared else None


def report(measured: Sequence[Measured], identity: ModelIdentity, split: str, memory: float | None) -> Json:
    """The one object of `--json` and figures.json."""
    outcomes = [outcome for one in measured for outcome in one.outcomes]
    return {
        "format": FORMAT,
        "model": asdict(identity),
        "split": split,
        "interval": 0.95,
        "folders": {one.folder.name: _of_folder(one) for one in measured},
        "together": scoring.figures_of(outcomes),
        "peak_memory_mb": memory,
        "failed": [_failed(outcome) for outcome in outcomes if outcome.code],
    }


def _of_folder(measured: Measured) -> Json:
    return {
        "path": str(measured.folder.path),
        "own_golden": measured.folder.own_golden,
        **scoring.figures_of(measured.outcomes),
        "baselines": measured.baselines or None,
        "probes": measured.probes or None,
    }


def _failed(outcome: Outcome) -> Json:
    error = {"code": outcome.code, "message": outcome.message}
    return {"folder": outcome.case.folder, "file": outcome.case.labelled.name, "error": error}


def predictions(measured: Sequence[Measured]) -> list[Json]:
    """One row a unit: what is known of it, what was said of it, and the scores of the baselines."""
    return [_row(one, outcome) for one in measured for outcome in one.outcomes]


def _row(measured: Measured, outcome: Outcome) -> Json:
    label, question = outcome.case.labelled, outcome.case.question
    known = {
        key: getattr(label, key)
        for key in ("verdict", "defect", "part", "lot", "serial", "language", "speaker", "noise", "transcript")
    }
    return {
        "folder": outcome.case.folder,
        "file": label.name,
        "voice": question.voice.name if question.voice else "",
        "golden": question.golden.name if question.golden else "",
        **known,
        "voice_says": label.voice_says,
        **scoring.verdict_row(outcome.verdict),
        "said_defect": outcome.asked.defect if outcome.asked else "",
        "place_right": "" if outcome.place_right is None else outcome.place_right,
        **{name: measured.beside[name].get(label, "") for name in RIVALS if name in measured.beside},
        "error": outcome.message,
    }


def peak_memory_mb() -> float | None:
    """The most memory that this process has held so far, in MB; None where the system does not say."""
    if sys.platform == "win32":
        import psutil

        return float(psutil.Process().memory_info().peak_wset) / 1e6
    import resource

    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / 1e6 if sys.platform == "darwin" else most * 1024 / 1e6
