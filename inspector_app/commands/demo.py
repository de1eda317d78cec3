"""`kensa demo`: the bundled samples judged by the embedded model, kept, shown as a table, then in the window."""

from inspector_app.commands import window
from inspector_app.commands.cells import verdict_cells
from inspector_app.commands.judge import Outcome, outcomes_of, tell, worse
from inspector_app.commands.known import known_parts
from inspector_app.commands.run import DONE, Run
from inspector_app.commands.targets import Words, of_arguments
from inspector_app.places import BUNDLED_MODEL, resources
from model_runtime.verdict import Fixable

COLUMNS = ("file", "expected", "verdict", "defect", "severity", "place", "p_ng", "heard")


def demo(run: Run) -> int:
    """Judges the samples that ship with the program; the window opens on them where there is a display."""
    run.args.model, run.args.adapter, run.args.operator = BUNDLED_MODEL, None, None
    parts = known_parts(run)
    targets = of_arguments([str(resources() / "samples")], None, Words(), parts)
    worst, rows, hits = DONE, [], 0
    for outcome in outcomes_of(run, targets, parts):
        worst = worse(worst, outcome.exit_code)
        tell(run, outcome)
        if outcome.inspection:
            cells = verdict_cells(outcome.inspection)
            hits += cells[0] == outcome.target.expected
            rows.append((_name(outcome), outcome.target.expected, *cells))
    if run.terminal.json:
        return worst
    run.terminal.table(COLUMNS, rows)
    run.terminal.write(f"{hits} of {len(rows)} verdicts as expected; kept in {run.places.data}.")
    if worst == DONE and not run.args.no_window and window.has_display():
        _show(run)
    return worst


def _name(outcome: Outcome) -> str:
    target = outcome.target
    return f"{target.name} + {target.voice.file}" if target.photo and target.voice else target.name


def _show(run: Run) -> None:
    """The demo itself is done by now: a window that cannot open is told, and no failure."""
    try:
        window.window(run, on_history=True)
    except Fixable as error:
        run.terminal.say(error.message)
