"""Ctrl-C in the terminal: it comes between any two instructions, and must not close windows there and then."""

import os
import signal
import sys
import threading
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from PySide6.QtCore import QObject, Signal
from pytestqt.qtbot import QtBot

from inspector_app.app import Program


class Ended(QObject):
    """What `catch_errors` uses of a program, closing as the real one does: with the lock of a lane."""

    _caught = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.lock = threading.Lock()
        self.closed: list[bool] = []
        self._application = SimpleNamespace(quit=lambda: self.closed.append(self.lock.acquire(blocking=False)))


@pytest.fixture
def _as_before(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    before = signal.getsignal(signal.SIGINT)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl-C cannot be sent to one process there")
@pytest.mark.usefixtures("_as_before")
def test_ctrl_c_waits_until_locks_are_given_back(qtbot: QtBot) -> None:
    program = Ended()
    Program.catch_errors(program)  # type: ignore[arg-type]
    with program.lock:
        os.kill(os.getpid(), signal.SIGINT)
        sum(range(1000))  # the handler comes within these instructions
    qtbot.waitUntil(lambda: program.closed != [])
    assert program.closed == [True]
