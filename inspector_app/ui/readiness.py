"""The program's readiness with a signal and words: what inspector_app/readiness.py decides, as the window says it.

Knows no widget and no thread: it is moved on the GUI thread.
"""

from PySide6.QtCore import QObject, Signal

from inspector_app import readiness
from inspector_app.readiness import Phase, Trouble
from inspector_app.ui.language import mark, tr
from inspector_app.ui.sentences import sentence

__all__ = ["Phase", "Readiness", "Trouble", "trouble_words"]

_PHASES = {
    Phase.STARTING: mark("Starting"),
    Phase.RECORDS: mark("Opening the records"),
    Phase.LOADING: mark("Loading the model"),
    Phase.SELF_TEST: mark("Testing the model"),
    Phase.WARMING_UP: mark("Warming up"),
    Phase.READY: mark("Ready"),
    Phase.JUDGING: mark("Ready"),  # the strip shows what is judged
    Phase.FAILED: mark("Not ready"),
    Phase.CLOSING: mark("Closing"),
}
_TROUBLES = {
    Trouble.RECORDS_FAILED: mark("the records are not open"),
    Trouble.MODEL_FAILED: mark("the model is not loaded"),
    Trouble.RECORDS_DAMAGED: mark("the records are damaged"),
    Trouble.READ_ONLY: mark("only reading"),
    Trouble.DISK_LOW: mark("the disk is nearly full"),
    Trouble.NO_CAMERA: mark("no camera"),
    Trouble.CAMERA_STALE: mark("the camera has stopped"),
    Trouble.NO_MICROPHONE: mark("no microphone"),
    Trouble.NO_SPEAKER: mark("no loudspeaker"),
    Trouble.NOT_SENT: mark("other systems do not answer"),
    Trouble.GOLDEN_EXPIRED: mark("a golden or limit sample has expired"),
    Trouble.SAMPLE_EXPIRES: mark("a golden or limit sample expires soon"),
}


def trouble_words(trouble: Trouble) -> str:
    """What is missing, in the language in use."""
    return tr(_TROUBLES[trouble])


class Readiness(QObject):
    """The stage now; `changed` tells of every move."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._state = readiness.Readiness()
        self._state.watch(self.changed.emit)

    def move(self, phase: Phase, detail: str = "") -> None:
        """Enter a phase; `detail` says more of it in a few words."""
        self._state.move(phase, detail)

    def fail(self, error: Exception) -> None:
        """What was going on failed; what can be fixed is said."""
        self._state.fail(error)

    def set(self, trouble: Trouble, there: bool) -> None:
        """Something is missing, or is there again."""
        self._state.set(trouble, there)

    @property
    def phase(self) -> Phase:
        return self._state.phase

    @property
    def troubles(self) -> tuple[Trouble, ...]:
        """What is missing, the worst first."""
        return self._state.troubles

    @property
    def can_judge(self) -> bool:
        """The model is there."""
        return self.phase in (Phase.READY, Phase.JUDGING)

    @property
    def busy(self) -> bool:
        """Something is being waited for, and nothing can be judged meanwhile."""
        return not self.can_judge and self.phase is not Phase.FAILED

    @property
    def failed(self) -> bool:
        """The start ended without a model or without records."""
        return self.phase is Phase.FAILED

    @property
    def words(self) -> str:
        """The stage by name."""
        return tr(_PHASES[self.phase])

    @property
    def detail(self) -> str:
        """What there is to say beside the stage's name, in the language in use."""
        if self._state.fixable is not None:
            return sentence(self._state.fixable)
        if self._state.detail:
            return tr(self._state.detail)
        return ", ".join(trouble_words(trouble) for trouble in self.troubles) if not self.busy else ""
