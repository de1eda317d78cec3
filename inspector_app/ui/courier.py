"""Sending to other systems, as the window sees it: begun and ended off the GUI thread, its state told in words.

Knows the readiness and the list of problems; what is sent, and to whom, inspector_app/sending knows.
"""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from inspector_app.setting_specs import SafetySettings, SendingSettings
from inspector_app.settings import Settings
from inspector_app.tasks import Lane
from inspector_app.ui.problems import Problems
from inspector_app.ui.readiness import Readiness, Trouble

if TYPE_CHECKING:
    from inspector_app.errors import KensaError
    from inspector_app.places import Places
    from inspector_app.records.store import Store
    from inspector_app.sending.messages import Choice
    from inspector_app.sending.sender import Sending

_KEPT_APART = {field.name for field in fields(SafetySettings)}
_OWN = [field.name for field in fields(SendingSettings) if field.name not in _KEPT_APART] + ["station"]


class Courier(QObject):
    """Lives as long as the program; sends nothing, and loads nothing for it, while no receiver is named."""

    _heard = Signal(str, int, object)

    def __init__(self, problems: Problems, readiness: Readiness, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._problems, self._readiness = problems, readiness
        self._lane = Lane("sending")
        self._sending: Sending | None = None
        self._settings = Settings()
        self._codes: dict[str, str] = {}
        self._waiting: dict[str, int] = {}
        self._heard.connect(self._hear)

    @property
    def waiting(self) -> int:
        """Messages that some receiver lacks because it is away."""
        return max(self._waiting.values(), default=0)

    def begin(self, store: Store, places: Places, settings: Settings) -> None:
        """The records are open: send from now on, where that is wanted."""
        self._settings = settings
        self._lane.start(self._open, store, places).failed.connect(self._problems.tell)

    def use(self, settings: Settings) -> None:
        """Other settings; what is told is asked anew for each message, where it goes only when that changed."""
        before, self._settings = self._settings, settings
        if any(getattr(before, name) != getattr(settings, name) for name in _OWN):
            self._codes, self._waiting = {}, {}
            self._readiness.set(Trouble.NOT_SENT, False)
            self._lane.start(self._begin).failed.connect(self._problems.tell)

    def close(self) -> None:
        """End; what was not sent waits for the next start."""
        self._lane.close()
        if self._sending is not None:
            self._sending.close()

    # -- on the lane

    def _open(self, store: Store, places: Places) -> None:
        from inspector_app.sending.outbox import Outbox
        from inspector_app.sending.sender import Sending

        self._sending = Sending(Outbox(store, places.outbox, self._choice), self._heard.emit)
        self._begin()

    def _begin(self) -> None:
        from inspector_app.sending.sender import receivers_of

        if self._sending is not None:
            self._sending.use(receivers_of(self._settings))

    def _choice(self) -> Choice:
        from inspector_app.sending.messages import Choice

        return Choice.of(self._settings)

    # -- on the GUI thread

    def _hear(self, name: str, waiting: int, error: KensaError | None) -> None:
        """Each reason is said once; the chip says that something waits until nothing does."""
        code = error.code if error is not None else ""
        if error is not None and self._codes.get(name) != code:
            self._problems.tell(error)
        self._codes[name], self._waiting[name] = code, waiting if error is not None else 0
        self._readiness.set(Trouble.NOT_SENT, any(self._codes.values()))
