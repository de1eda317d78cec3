"""`kensa judge`: photos, folders and voice notes in, a verdict for each out, all of it kept.

Each unit is kept before the model sees it; a unit that cannot be judged is named and the others go on.
"""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from inspector_app import loading, watchdog
from inspector_app.ahead import WIDE, Ahead
from inspector_app.capture.sample import Photo, Sample, read_photo
from inspector_app.commands.cells import verdict_cells
from inspector_app.commands.known import known_parts
from inspector_app.commands.run import DONE, FIXABLE, OUR_BUG, Run
from inspector_app.commands.targets import Target, Words, of_arguments, undeclared
from inspector_app.commands.terminal import Meter
from inspector_app.errors import KensaError
from inspector_app.inspection import Station
from inspector_app.parts import Parts
from inspector_app.records.record import Inspection, State
from inspector_app.records.store import Store
from model_runtime.verdict import Fixable

COLUMNS = ("file", "verdict", "defect", "severity", "place", "p_ng", "heard", "id")
BUG = "internal_error"
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one target: an inspection, or the code and sentence of what was in the way."""

    target: Target
    inspection: Inspection | None = None
    code: str = ""
    message: str = ""

    @property
    def exit_code(self) -> int:
        said = self.inspection.verdict if self.inspection else None
        if self.code == BUG or (said is not None and said.judgment.remark == watchdog.BROKEN):
            return OUR_BUG
        return FIXABLE if self.code else DONE

    def to_json(self) -> dict[str, Any]:
        """The contract's line: the judged unit, or its file and why it was not judged."""
        if self.inspection:
            return self.inspection.to_json()
        told: dict[str, Any] = {"photo": {"file": self.target.photo.file} if self.target.photo else None}
        if self.target.voice:
            told["voice"] = {"file": self.target.voice.file}
        return {**told, "error": {"code": self.code, "message": self.message}}


def judge(run: Run) -> int:
    """Judges what the arguments name; 0 when all of it was judged, else 2, or 1 for a bug of ours."""
    args = run.args
    parts = known_parts(run)
    targets = of_arguments(args.targets, args.voice, Words(args.part, args.lot, args.serial, args.work_order), parts)
    golden = read_photo(Path(args.golden), args.golden) if args.golden else None
    if golden and not any(target.photo for target in targets):
        raise KensaError("golden_alone", "A golden photo needs a photo to compare; add one or leave it out.")
    worst, rows = DONE, []
    for outcome in outcomes_of(run, targets, parts, golden):
        worst = worse(worst, outcome.exit_code)
        tell(run, outcome)
        if outcome.inspection and not run.terminal.json:
            rows.append((outcome.target.name, *verdict_cells(outcome.inspection), outcome.inspection.id))
    if rows:
        run.terminal.table(COLUMNS, rows)
    return worst


def outcomes_of(run: Run, targets: list[Target], parts: Parts, golden: Photo | None = None) -> Iterator[Outcome]:
    """Keeps and judges the targets, some side by side; the model is loaded when the first of them can be read."""
    for part in undeclared(targets):
        run.terminal.say(f"The part {part} is known to this folder only; it is judged by the defects named there.")
    model, adapter, threads = loading.chosen(run.places, run.settings, run.args.model, run.args.adapter)
    operator = run.args.operator or run.settings.operator or None
    said: set[str] = set()
    with Store.open(run.places) as store, run.terminal.meter(len(targets), "Judging") as meter:
        station = Station(store, None, parts, run.settings.thresholds, run.settings)
        for first in range(0, len(targets), WIDE):
            group = [_read(target, operator, golden) for target in targets[first : first + WIDE]]
            if station.model is None and any(one.sample for one in group):
                station.model = Ahead(
                    watchdog.Guarded(
                        lambda: loading.load_judge(model, adapter, threads, meter.tell),
                        lambda: run.settings.judge_seconds,
                        attempts=watchdog.Attempts(run.places.data / ".judging"),
                    )
                )
                judge_left_over(run, station, meter)
            for one in group:
                _keep(run, station, one, said)
            if isinstance(station.model, Ahead):
                meter.tell(f"Judging {group[0].target.name}")
                station.model.prepare([station.question(station.store.get(one.id)) for one in group if one.id])
            for one in group:
                yield one.outcome or _judged(station, one)
                meter.step()
        if isinstance(station.model, Ahead) and (pace := station.model.pace()):
            run.terminal.say(pace)


@dataclass(slots=True)
class _Unit:
    """One target on its way: read, then kept, then judged; or what was in the way."""

    target: Target
    sample: Sample | None = None
    id: str = ""
    outcome: Outcome | None = None


def _read(target: Target, operator: str | None, golden: Photo | None) -> _Unit:
    try:
        return _Unit(target, target.read(operator, golden))
    except Fixable as error:
        return _Unit(target, outcome=Outcome(target, None, error.code, error.message))


def judge_left_over(run: Run, station: Station, meter: Meter) -> None:
    """What an earlier run kept and never judged, since it was ended in between, comes first."""
    waiting = len(station.store.waiting())
    if not waiting:
        return
    meter.tell(f"Judging {waiting} left over")
    judged = sum(1 for inspection in station.judge_waiting() if inspection.state is State.JUDGED)
    run.terminal.say(
        f"{judged} of {waiting} samples that an earlier run had left were judged first; see kensa history."
    )


def tell(run: Run, outcome: Outcome) -> None:
    """The JSON line, or for people the sentence of what failed; verdicts come in a table at the end."""
    if outcome.code:
        name = outcome.target.name
        run.terminal.say(outcome.message if name in outcome.message else f"{name}: {outcome.message}")
    if run.terminal.json:
        run.terminal.emit(outcome.to_json())


def worse(one: int, other: int) -> int:
    """The exit code of both together: a bug of ours before what the person can fix, both before done."""
    return OUR_BUG if OUR_BUG in (one, other) else max(one, other)


def _keep(run: Run, station: Station, one: _Unit, said: set[str]) -> None:
    if one.sample is None:
        return
    try:
        for caution in station.cautions(one.sample):
            if caution.message not in said:  # what holds for the part is said once, not for every unit
                said.add(caution.message)
                run.terminal.say(caution.message)
        one.id = station.keep(one.sample)
    except Fixable as error:
        one.outcome = Outcome(one.target, None, error.code, error.message)
    except Exception as error:  # noqa: BLE001 - see _bug
        one.outcome = _bug(one.target, error)


def _judged(station: Station, one: _Unit) -> Outcome:
    try:
        inspection = station.judge(one.id)
    except Fixable as error:
        return Outcome(one.target, None, error.code, error.message)
    except Exception as error:  # noqa: BLE001 - see _bug
        return _bug(one.target, error)
    if inspection.state is State.FAILED:
        return Outcome(one.target, None, inspection.failure_code or "", inspection.failure_message or "")
    return Outcome(one.target, inspection)


def _bug(target: Target, error: Exception) -> Outcome:
    """One bug must not cost the rest of the batch; it is logged and the exit code is 1."""
    _log.error("a unit could not be judged", exc_info=error)
    message = f"Kensa failed with {type(error).__name__}; the details are in the log of the data folder."
    return Outcome(target, None, BUG, message)
