"""Long work of the night in a process of its own, at low priority: a training or a weighing, line by line.

The order goes in as one line of JSON, what comes of it comes back as lines; when this end closes, it stops and keeps
its state. Knows processes; knows no training.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QProcess, Signal

from inspector_app.errors import KensaError

PATIENCE_MS = 20_000
"""How long a step may take to end when it is asked to stop; a step of the full model takes seconds."""


class NightProcess(QObject):
    """One process. `told` gives each line; exactly one of the three ends comes."""

    told = Signal(object)
    done = Signal(object)
    failed = Signal(object)
    stopped = Signal()

    def __init__(self, data: Path, order: dict[str, Any], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._order, self._rest = order, b""
        self._last: dict[str, Any] = {}
        self._error: KensaError | None = None
        self._asked = self._ended = False
        self.process = QProcess(self)
        program, *first = command()
        self.process.setProgram(program)
        self.process.setArguments([*first, "night-work", "--json", "--data", str(data)])
        self.process.readyReadStandardOutput.connect(self._read)
        self.process.finished.connect(self._finished)
        self.process.errorOccurred.connect(self._not_started)

    def start(self) -> None:
        """Begins; the order is written as soon as the process takes it."""
        self.process.start()
        self.process.write(json.dumps(self._order).encode() + b"\n")

    def stop(self) -> None:
        """Asks it to stop after the step that is under way."""
        self._asked = True
        self.process.closeWriteChannel()

    def close(self) -> None:
        """Stops it and waits, as when the window goes; a process that does not listen is ended."""
        if self.process.state() == QProcess.ProcessState.NotRunning:
            return
        self.stop()
        if not self.process.waitForFinished(PATIENCE_MS):
            self.process.kill()
            self.process.waitForFinished(2000)

    @property
    def running(self) -> bool:
        return self.process.state() != QProcess.ProcessState.NotRunning

    def _read(self) -> None:
        *lines, self._rest = (self._rest + bytes(self.process.readAllStandardOutput().data())).split(b"\n")
        for line in lines:
            try:
                told = json.loads(line)
            except ValueError:
                continue
            if "error" in told:
                self._error = KensaError(told["error"]["code"], told["error"]["message"])
            else:
                self._last = told
                self.told.emit(told)

    def _finished(self, code: int, _status: QProcess.ExitStatus) -> None:
        self._read()
        if self._ended:
            return
        self._ended = True
        if code == 0:
            self.done.emit(self._last)
        elif self._asked or self._last.get("stopped"):
            self.stopped.emit()
        else:
            words = (
                f"The work in the background ended with {code}; the log of the data folder says why. Start it again."
            )
            self.failed.emit(self._error or KensaError("night_failed", words))

    def _not_started(self, error: QProcess.ProcessError) -> None:
        if error is QProcess.ProcessError.FailedToStart and not self._ended:
            self._ended = True
            self.failed.emit(KensaError("night_failed", "The work in the background could not be started; try again."))


def command() -> list[str]:
    """How this very program is started again."""
    if not getattr(sys, "frozen", False):
        return [sys.executable, "-m", "inspector_app"]
    # On Windows the window is a program without a terminal, and cannot be read from: the one beside it can.
    beside = Path(sys.executable).with_name("kensa" + Path(sys.executable).suffix)
    return [str(beside if beside.is_file() else sys.executable)]
