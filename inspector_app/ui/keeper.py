"""The window's share of what keeps a station safe: a model that is loaded again where it hangs or fails, backups and
anchors made by themselves, and one window that writes for each data folder.

Joins watchdog, upkeep and the folder's locks to the lanes; knows no widget but the sheet that says the folder is taken.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QWidget

from inspector_app.errors import KensaError
from inspector_app.places import Places
from inspector_app.settings import Settings
from inspector_app.tasks import Lane
from inspector_app.ui.language import mark
from inspector_app.ui.problems import Problems
from inspector_app.ui.readiness import Phase, Readiness, Trouble
from inspector_app.ui.sheet import Sheet
from model_runtime.verdict import Fixable, Judge

if TYPE_CHECKING:
    from inspector_app.instance import Hold
    from inspector_app.records.store import Store
    from inspector_app.upkeep import Upkeep
    from inspector_app.watchdog import Guarded

_log = logging.getLogger(__name__)
EVERY_MS = 60_000
"""How often it is asked whether something is due."""
REASONS = (
    mark("No judgment: the model took longer than it may."),
    mark("No judgment: the memory was not enough."),
    mark("No judgment: the model failed."),
    mark("No judgment: the model gave no number."),
    mark("No judgment: the program ended twice while it judged this unit."),
)
"""The remarks of the watchdog, for the translators: `tr` speaks them where a record is shown."""


class Keeper(QObject):
    """What runs beside the work of one window. `open` and `guard` are called on lanes, all else on the GUI thread."""

    _told = Signal(str, object)

    def __init__(
        self,
        places: Places,
        model: Lane,
        problems: Problems,
        readiness: Readiness,
        settings: Callable[[], Settings],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.places = places
        self._model, self._problems, self._readiness, self._settings = model, problems, readiness, settings
        # A backup takes its time, and nobody who keeps a unit is to wait for it: not the lane of the disk.
        self._lane = Lane("upkeep")
        self._hold: Hold | None = None
        self._guard: Guarded | None = None
        self._upkeep: Upkeep | None = None
        self._timer = QTimer(self, interval=EVERY_MS)
        self._timer.timeout.connect(self.tend)
        self._told.connect(self._heard)

    # 1 one window that writes

    def open(self) -> Places:
        """The folder as this window may use it: read only where another window has it open."""
        from inspector_app import instance

        if not self.places.read_only:
            self._hold = instance.window(self.places)
            if self._hold is None:
                self.places = replace(self.places, read_only=True)
        return self.places

    # 2 a model that answers

    def guard(self, load: Callable[[], Judge]) -> Judge:
        """Loads a judge that is watched."""
        from inspector_app.watchdog import Attempts, Guarded

        self._guard = Guarded(
            load,
            lambda: self._settings().judge_seconds,
            lambda what, error: self._told.emit(what, error),
            Attempts(self.places.data / ".judging"),
        )
        return self._guard

    def _heard(self, what: str, error: BaseException | None) -> None:
        if what == "left":
            self._problems.tell(
                KensaError(
                    "too_slow", "The model took too long for a unit; it is inconclusive, the model is loaded anew."
                )
            )
        elif what == "failed" and error is not None:
            self._problems.tell(error)
        with suppress(ValueError):  # while the program closes nothing follows
            if what == "loading":
                self._readiness.move(Phase.LOADING)
            elif what == "well" and self._readiness.phase is not Phase.READY:
                self._readiness.move(Phase.READY)
        if what in ("left", "failed") and self._guard is not None:
            # At once, and not when the next unit waits for it.
            self._model.start(self._guard.recover).failed.connect(self._lost)

    def _lost(self, error: Exception) -> None:
        self._problems.tell(error)
        self._readiness.fail(error)

    # 3 what is due

    def begin(self, store: Store) -> None:
        """The records are open: look at them once, and begin to tend them."""
        from inspector_app.upkeep import Upkeep

        if not self.places.read_only:
            self._upkeep = Upkeep(self.places, store, self._settings())
            self._timer.start()
            self.tend()
        self._lane.start(store.database.damage).done.connect(self._looked)

    def tend(self) -> None:
        """Whatever is due now, on a lane of its own."""
        if self._upkeep is not None and not len(self._lane):
            self._upkeep.settings = self._settings()
            self._lane.start(self._upkeep.tend).failed.connect(self._problems.tell)

    def _looked(self, damage: list[str] | None) -> None:
        if damage:
            _log.error("the records are damaged: %d faults", len(damage))
            self._problems.tell(KensaError("database_damaged", f"The records are damaged ({damage[0]}); salvage them."))
            self._readiness.set(Trouble.RECORDS_DAMAGED, True)

    def close(self) -> None:
        """Ends what runs, tells the end of the audit trail once more, and gives the folder back."""
        self._timer.stop()
        self._lane.close()
        if self._guard is not None:
            self._guard.close()
        if self._upkeep is not None:
            with suppress(Fixable):
                self._upkeep.witness()
        if self._hold is not None:
            self._hold.close()


class TakenSheet(Sheet):
    """Another window has the data folder open: go on reading, or leave."""

    def __init__(self, leave: Callable[[], object], parent: QWidget | None = None) -> None:
        super().__init__(
            mark("Kensa is already open"),
            mark(
                "Another window works with this data folder. This one reads everything, but keeps and changes nothing."
            ),
            parent,
        )
        self.add_button("history", mark("Only read"), "Return", self.accept, "primary")
        self.add_button("x", mark("Close"), "Esc", self.reject)
        self.rejected.connect(leave)
