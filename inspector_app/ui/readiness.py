"""How far the program is: one named stage at a time, shown in one place. Knows no widget and no thread."""

from enum import Enum

from PySide6.QtCore import QObject, Signal

from inspector_app.ui.language import mark, tr
from inspector_app.ui.sentences import sentence
from model_runtime.verdict import Fixable


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
        self._detail = ""
        self._error: Fixable | None = None

    def move(self, stage: Stage, detail: str = "") -> None:
        """Enter a stage; `detail` says more of it in a few words."""
        self.stage, self._detail, self._error = stage, detail, None
        self.changed.emit(stage)

    def fail(self, error: Exception) -> None:
        """The start ends here; what can be fixed is said."""
        self.stage, self._detail = Stage.FAILED, ""
        self._error = error if isinstance(error, Fixable) else None
        self.changed.emit(self.stage)

    @property
    def detail(self) -> str:
        """What there is to say beside the stage's name, in the language in use."""
        if self._error is not None:
            return sentence(self._error)
        return tr(self._detail) if self._detail else ""
