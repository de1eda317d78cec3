"""How far the program is: one named stage at a time, shown in one place. Knows no widget and no thread."""

from enum import Enum

from PySide6.QtCore import QObject, Signal

from inspector_app.ui.language import mark


class Stage(Enum):
    """The stages of a start, in order; `FAILED` ends it, files and history still work then."""

    STARTING = mark("Starting")
    RECORDS = mark("Opening the records")
    MODEL = mark("Loading the model")
    SELF_TEST = mark("Testing the model")
    READY = mark("Ready")
    FAILED = mark("The model is not ready")

    @property
    def busy(self) -> bool:
        """Something is still being waited for."""
        return self not in (Stage.READY, Stage.FAILED)


class Readiness(QObject):
    """The stage now; `changed` tells of every move."""

    changed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.stage = Stage.STARTING
        self.detail = ""

    def move(self, stage: Stage, detail: str = "") -> None:
        """Enter a stage; `detail` says more of it in a few words, as what to do when it failed."""
        self.stage, self.detail = stage, detail
        self.changed.emit(stage)
