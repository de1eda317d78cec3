"""`kensa night-work`: what the window has done in a process of its own, at low priority: a training, a weighing,
a look at the labels of a set.

The order is the first line of stdin, as JSON; what comes of it are JSON lines on stdout. When stdin ends, as when the
window goes, it stops: a training keeps its state. It lets nobody in, so it asks nobody who they are.
"""

import json
import sys
from pathlib import Path
from threading import Event, Thread
from typing import Any

from inspector_app.commands.night import night
from inspector_app.commands.run import DONE, Run
from inspector_app.commands.train import INTERRUPTED, step_aside
from inspector_app.errors import KensaError
from inspector_app.learning import Learning
from inspector_app.quality.gate import Margins
from model_runtime.verdict import Fixable, Stopped


def work(run: Run) -> int:
    """Does the one thing that was ordered."""
    run.terminal.json = True
    try:
        order = json.loads(sys.stdin.readline())
        what = _WORK[order["what"]]
    except (ValueError, KeyError, TypeError) as error:
        raise KensaError("bad_order", "This command is for the window; use `kensa train`.") from error
    step_aside()
    stop = Event()
    Thread(target=_listen, args=(stop,), daemon=True).start()
    try:
        what(run, order, stop)
    except Stopped:
        run.terminal.emit({"stopped": True})
        return INTERRUPTED
    return DONE


def _listen(stop: Event) -> None:
    sys.stdin.read()
    stop.set()


def _train(run: Run, order: dict[str, Any], stop: Event) -> None:
    from model_runtime.train import job_of, train

    with night(run) as learning:
        try:
            _look(run, learning, order["order"]["set_folder"], stop)
        except Fixable as error:
            run.terminal.say(error.message)  # the gate says it again; learning is not hindered by it
    for progress in train(job_of(order["order"]), stop.is_set):
        run.terminal.emit(progress.to_json())
        if progress.adapter is not None:
            run.terminal.emit({"adapter": progress.adapter.name, "folder": str(progress.adapter)})


def _labels(run: Run, order: dict[str, Any], stop: Event) -> None:
    with night(run) as learning:
        _look(run, learning, order["set"], stop)


def _look(run: Run, learning: Learning, training_set: str, stop: Event) -> None:
    """The labels of the set, if nobody has looked at them yet."""
    found = learning.labels(
        training_set, lambda done, of: run.terminal.emit({"phase": "labels", "step": done, "steps": of}), stop.is_set
    )
    run.terminal.emit({"labels": Path(training_set).name, "refused": found.refused, "doubted": len(found.doubts)})


def _weigh(run: Run, order: dict[str, Any], stop: Event) -> None:
    margins = Margins(**order.get("margins", {}))
    with night(run) as learning:
        _look(run, learning, learning.set_of(order["adapter"], order.get("set")).name, stop)
        learning.weigh(
            order["adapter"], order.get("set"), margins,
            lambda done, of: run.terminal.emit({"phase": "weigh", "step": done, "steps": of}), stop.is_set,
        )  # fmt: skip
    run.terminal.emit({"weighed": Path(order["adapter"]).name})


_WORK = {"train": _train, "weigh": _weigh, "labels": _labels}
