"""`kensa evaluate`: the program's own judge over labelled folders, and every figure with its interval.

Keeps nothing in the records: these units were judged before, by a person.
"""

import csv
import io
import json
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from inspector_app import loading
from inspector_app.commands.known import known_parts
from inspector_app.commands.run import DONE, FIXABLE, OUR_BUG, Run
from inspector_app.commands.terminal import Meter
from inspector_app.errors import from_os_error
from inspector_app.whole import write_whole

if TYPE_CHECKING:
    from inspector_app.quality.evaluation import Measured
    from model_runtime.evaluate import Outcome

BUG = "internal_error"
INTERRUPTED = 130
"""What shells expect of a program that Ctrl-C ended."""
COLUMNS = ("folder", "figure", "value", "95 %", "n")


def evaluate(run: Run) -> int:
    """Judges the split of each folder and tells the figures; 2 when a unit could not be judged, 1 for a bug of ours."""
    from inspector_app.quality import evaluation
    from inspector_app.quality.cases import Asked, read_folders

    args = run.args
    golden = Path(args.golden) if args.golden else None
    asked = Asked(args.split, golden, run.settings.thresholds, args.limit, train=args.baselines)
    measured = [evaluation.Measured(one) for one in read_folders(args.folders, known_parts(run), asked)]
    out = _made(Path(args.out)) if args.out else None
    try:
        found = _measure(run, measured)
    except KeyboardInterrupt:
        return _stopped(run, out, measured)
    if out:
        _write(run, out, found, measured)
    _tell(run, found)
    return _exit_code([outcome for one in measured for outcome in one.outcomes])


def _measure(run: Run, measured: "Sequence[Measured]") -> dict[str, Any]:
    """Judges, probes and compares, in this order; the object of figures."""
    from inspector_app.quality import evaluation

    args = run.args
    model, adapter, threads = loading.chosen(run.places, run.settings, args.model, args.adapter)
    with run.terminal.meter(sum(len(one.folder.cases) for one in measured), "Judging") as meter:
        judge = loading.load_judge(model, adapter, threads, meter.tell)
        if isinstance(judge, loading.SelfTesting):
            judge.warm_up()  # as a station has, before the first unit comes
        for one in measured:
            evaluation.judge_folder(one, judge, _teller(run, meter))
    memory = evaluation.peak_memory_mb()  # before anything else takes more
    if args.probes:
        with run.terminal.meter(_trials(measured), "Probing") as meter:
            for one in measured:
                evaluation.probe_folder(one, judge, _teller(None, meter))
    if args.baselines:
        with run.terminal.meter(100 * len(measured), "Baselines") as meter:
            for number, one in enumerate(measured):
                evaluation.compare_folder(one, _reacher(meter, one.folder.name, number, len(measured)))
    return evaluation.report(measured, judge.identity, args.split, memory)


def _stopped(run: Run, out: Path | None, measured: "Sequence[Measured]") -> int:
    """Ctrl-C: what was judged is not lost, but part of a folder has no figures, since its rows are in some order."""
    from inspector_app.quality import evaluation

    done = sum(len(one.outcomes) for one in measured)
    where = ""
    if out:
        _put(out, {"predictions.csv": _csv(evaluation.predictions(measured))})
        where = f"; what was said of them is in {out / 'predictions.csv'}"
    run.terminal.say(f"Stopped after {done} units{where}. There are no figures of a part.")
    return INTERRUPTED


def _teller(run: Run | None, meter: Meter) -> "Callable[[Outcome], None]":
    """Counts the units; with `run`, names those that could not be judged."""

    def told(outcome: "Outcome") -> None:
        if run is not None and outcome.code:
            run.terminal.say(f"{outcome.case.folder}/{outcome.case.labelled.name}: {outcome.message}")
        meter.tell(f"Judging {outcome.case.folder}")
        meter.step()

    return told


def _reacher(meter: Meter, name: str, number: int, of: int) -> Callable[[float, str], None]:
    return lambda part, what: meter.reach((number + part) / of, f"{what}: {name}")


def _trials(measured: "Sequence[Measured]") -> int:
    """Questions that the probes ask: one a photo, and one more where there is a golden photo."""
    return sum(1 + bool(outcome.case.question.golden) for one in measured for outcome in one.photos)


def _exit_code(outcomes: "Sequence[Outcome]") -> int:
    codes = {outcome.code for outcome in outcomes if outcome.code}
    return OUR_BUG if BUG in codes else FIXABLE if codes else DONE


def _made(folder: Path) -> Path:
    """The folder of the answer, there before minutes of work; KensaError when the system refuses."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise from_os_error(error, "folder", folder) from error
    return folder


def _write(run: Run, folder: Path, found: dict[str, Any], measured: "Sequence[Measured]") -> None:
    """figures.json, predictions.csv, report.html and the plots as SVG."""
    from inspector_app.quality import evaluation, evaluation_report, evaluation_words

    drawn = evaluation_words.plots(found, measured)
    texts = {
        "figures.json": json.dumps(found, ensure_ascii=False, indent=1, allow_nan=False) + "\n",
        "predictions.csv": _csv(evaluation.predictions(measured)),
        "report.html": evaluation_report.html(found, drawn),
        **{f"{name}.svg": svg for name, svg in drawn.items()},
    }
    _put(folder, texts)
    run.terminal.say(f"Figures, predictions, report and plots are in {folder}.")


def _put(folder: Path, texts: dict[str, str]) -> None:
    """The files, each whole or not there; tables so that Excel knows them for UTF-8."""
    try:
        for name, text in texts.items():
            write_whole(folder / name, text.encode("utf-8-sig" if name.endswith(".csv") else "utf-8"))
    except OSError as error:
        raise from_os_error(error, "folder", folder) from error


def _csv(rows: Sequence[dict[str, Any]]) -> str:
    columns = list(dict.fromkeys(name for row in rows for name in row))
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, columns, restval="")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def _tell(run: Run, found: dict[str, Any]) -> None:
    from inspector_app.quality import evaluation_words

    if run.terminal.json:
        run.terminal.emit(found)
        return
    run.terminal.table(COLUMNS, evaluation_words.lines(found))
    if found["failed"]:
        run.terminal.write(f"{len(found['failed'])} units could not be judged; they are in no figure.")
