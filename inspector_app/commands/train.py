"""`kensa train SET`: trains on a frozen set; Ctrl-C keeps its state, the same command goes on from it."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event
from typing import TYPE_CHECKING

from inspector_app.commands.acting import acting
from inspector_app.commands.night import night
from inspector_app.commands.run import DONE, Run
from inspector_app.commands.terminal import Meter
from inspector_app.rights import Right
from model_runtime.verdict import Stopped

if TYPE_CHECKING:
    from model_runtime.train import Progress

INTERRUPTED = 130
PHASES = {"look": "Looking at the photos", "learn": "Learning", "choose": "Choosing thresholds", "done": "Done"}


def train(run: Run) -> int:
    """Trains, tells how far it is, and ends with the adapter's name."""
    step_aside()
    args = run.args
    recipe = {"seed": args.seed, "steps": args.steps or 0, "batch": args.batch,
              "miss_cost": args.miss_cost, "overkill_cost": args.overkill_cost}  # fmt: skip
    adapter = None
    with night(run) as learning, _until_interrupted() as stop:
        person = acting(run, learning.people, Right.REVIEW)
        order = learning.order(
            person, args.set, recipe, model=args.model, parent=args.adapter, name=args.name, fresh=args.fresh
        )
        going = learning.train(order, stop.is_set)
        if (labels := learning.labels_kept(order["set_folder"])) is not None and labels.refused:
            run.terminal.say(" ".join(labels.sentences))
        try:
            with run.terminal.meter(1000, "Training") as meter:
                for progress in going:
                    _show(run, meter, progress)
                    adapter = progress.adapter
        except Stopped:
            run.terminal.say("Stopped; the same command goes on from here.")
            return INTERRUPTED
    if adapter is None:
        return DONE  # one of several processes; the first one has written the adapter, and tells of it
    if run.terminal.json:
        run.terminal.emit({"adapter": adapter.name, "folder": str(adapter)})
    else:
        run.terminal.write(
            f"{adapter.name} is trained. `kensa adapters promote {adapter.name}` weighs it and lets it in."
        )
    return DONE


def step_aside() -> None:
    """The line goes on judging meanwhile: whoever else wants the processor comes first. Before torch is imported, since
    its threads else spin for a core that is taken, which costs a busy computer five times the time."""
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    os.environ.setdefault("GOMP_SPINCOUNT", "0")
    import psutil

    psutil.Process().nice(psutil.BELOW_NORMAL_PRIORITY_CLASS if os.name == "nt" else 10)


def _show(run: Run, meter: Meter, progress: "Progress") -> None:
    if run.terminal.json:
        run.terminal.emit(progress.to_json())
    share = progress.step / max(1, progress.steps)
    # Looking takes about a fifth of the time.
    part = {"look": 0.2 * share, "learn": 0.2 + 0.8 * share}.get(progress.phase, 1.0)
    said = [f"{PHASES[progress.phase]} {progress.step}/{progress.steps}"]
    if progress.loss is not None:
        said.append(f"loss {progress.loss:.3f}")
    if progress.seconds_left is not None:
        said.append(
            f"{progress.seconds_left / 60:.0f} min left"
            if progress.seconds_left > 90
            else f"{progress.seconds_left:.0f} s left"
        )
    said.append(f"{progress.memory_mb} MB")
    meter.reach(part, ", ".join(said))


@contextmanager
def _until_interrupted() -> Iterator[Event]:
    """Ctrl-C asks to stop after the step that is under way; a second one ends the program at once."""
    stop = Event()
    before = signal.getsignal(signal.SIGINT)

    def asked(*_: object) -> None:
        stop.set()
        signal.signal(signal.SIGINT, before)

    try:
        signal.signal(signal.SIGINT, asked)
    except ValueError:  # not the main thread: nobody can press Ctrl-C there
        yield stop
        return
    try:
        yield stop
    finally:
        signal.signal(signal.SIGINT, before)
