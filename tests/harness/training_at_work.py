"""What the kill harness of the night ends: a program that trains in a process of its own, promotes and judges."""

import json
import os
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from threading import Thread
from typing import Any

from inspector_app.__main__ import main as kensa
from inspector_app.learning import Learning
from inspector_app.places import Places
from inspector_app.settings import Settings
from tests.fakes import FakeJudge
from tests.harness.kill import SUZUKI, Say, weighed
from tests.makers import sample, station

SET = "plate@1"
EVERY, STEPS = 2, 6
RECIPE = {"seed": 3, "steps": STEPS, "batch": 2, "exposures": 1, "every": EVERY}
PARENT, GIVEN = "defect@1", ("defect@1", "defect@2")
"""Named, so that what is let in meanwhile does not make another training of it; the adapters that are let in."""


def work(data: Path, number: int, fresh: bool, say: Say) -> None:
    """The program: a training in its own process, promotions and units beside it; ends when the training has ended.

    `fresh`: the process is started by the window's own means, which takes long; else it is forked from all that is
    loaded already.
    """
    training = None if fresh else _Forked(data)  # before there are threads and open records
    if fresh:
        import PySide6.QtCore  # noqa: F401 - as in the window: before any thread that imports something too
    places, at = Places(data), station(data, FakeJudge(seconds=0.01))
    night = Learning(at.store, at.people, places, at.parts, Settings.load(places.settings).changed(shadow_units=0))
    order = night.order(SUZUKI, SET, RECIPE, parent=PARENT)
    Thread(target=_promotions, args=(night, places, number, say), daemon=True).start()
    Thread(target=_units, args=(at, number, say), daemon=True).start()

    def done(last: Mapping[str, Any]) -> None:
        folder = Path(last["folder"])
        night.trained(order, folder)
        say("made", folder.name)

    def told(line: Mapping[str, Any]) -> None:
        say("told", line.get("phase", "end"), str(line.get("step", 0)))

    whole = {"what": "train", "order": order}
    if training is None:
        _by_the_window(data, whole, say, told, done)
    else:
        say("training", str(training.process))
        last, code = training.work(whole, told)
        done(last) if code == 0 else say("stopped" if last.get("stopped") else "broken")


def _by_the_window(data: Path, order: dict[str, Any], say: Say, told: Any, done: Any) -> None:
    from PySide6.QtCore import QCoreApplication

    from inspector_app.ui.training_process import NightProcess

    app = QCoreApplication([])
    process = NightProcess(data, order)
    process.told.connect(told)
    process.done.connect(done)
    process.failed.connect(lambda error: say("broken", error.code))
    process.stopped.connect(lambda: say("stopped"))
    for end in (process.done, process.failed, process.stopped):
        end.connect(app.quit)
    process.process.started.connect(lambda: say("training", str(process.process.processId())))
    process.start()
    app.exec()


class _Forked:
    """`kensa night-work` in a process that was forked from this one."""

    def __init__(self, data: Path) -> None:
        to_read, self.order = os.pipe()
        self.lines, to_write = os.pipe()
        self.process = os.fork()
        if self.process == 0:
            os.close(self.order)
            os.dup2(to_read, 0)
            os.dup2(to_write, 1)
            sys.stdin, sys.stdout = os.fdopen(0, closefd=False), os.fdopen(1, "w", closefd=False)
            code = 1
            try:
                code = kensa(["night-work", "--json", "--data", str(data)])
                sys.stdout.flush()
            finally:
                os._exit(code)
        os.close(to_read)
        os.close(to_write)

    def work(self, order: dict[str, Any], told: Any) -> tuple[dict[str, Any], int]:
        """Its last line and its exit code."""
        last: dict[str, Any] = {}
        with suppress(BrokenPipeError):
            os.write(self.order, json.dumps(order).encode() + b"\n")
        with os.fdopen(self.lines, encoding="utf-8") as lines:
            for line in lines:
                with suppress(ValueError):
                    last = json.loads(line)
                    told(last)
        return last, os.waitstatus_to_exitcode(os.waitpid(self.process, 0)[1])


def _promotions(night: Learning, places: Places, number: int, say: Say) -> None:
    for turn in range(10_000):
        name = f"defect@{1 + turn % 2}"
        say("promoted", night.promote(SUZUKI, name, f"{number}-{turn}", weighed(places.adapter(name))).reason)
        time.sleep(0.5)


def _units(at: Any, number: int, say: Say) -> None:
    for unit in range(10_000):
        serial = f"{number}-{unit}"
        made = at.keep(sample(unit % 20, serial=serial))
        say("kept", made, serial)
        judged = at.judge_next()
        say("judged", judged.id, f"{judged.verdict.p_ng:.6f}")
        time.sleep(0.5)
