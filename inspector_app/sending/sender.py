"""Tells each receiver what it lacks, on a thread of its own; tries again and again while it is away.

Knows the outbox and what a receiver is; knows neither files nor brokers, and no window.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from inspector_app.errors import KensaError
from inspector_app.sending.outbox import Letter, Outbox
from inspector_app.settings import Settings

BATCH = 20
LOOK_SECONDS = 1.0
"""How long a verdict may wait at most; another program may have kept it, so there is nobody who calls."""
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 30.0
_log = logging.getLogger(__name__)

Heard = Callable[[str, int, KensaError | None], None]
"""Called on the sender's thread when something changed: receiver, messages that wait, why they do."""


class Receiver(Protocol):
    """Where messages go. All calls come from one thread."""

    @property
    def name(self) -> str: ...

    def deliver(self, letters: Sequence[Letter], told: Callable[[int], None]) -> None:
        """`told` for each that has arrived, in order; KensaError for why the others have not."""

    def close(self) -> None: ...


def receivers_of(settings: Settings) -> list[Receiver]:
    """Those that the settings name; none by default."""
    found: list[Receiver] = []
    if settings.send_folder.strip():
        from inspector_app.sending.folder import Folder

        found.append(Folder(Path(settings.send_folder.strip()).expanduser()))
    if settings.mqtt_host.strip():
        from inspector_app.sending.mqtt import Broker, Mqtt

        found.append(Mqtt(Broker.of(settings)))
    return found


class Sender:
    """One receiver and its thread, from `start` to `close`."""

    def __init__(self, outbox: Outbox, receiver: Receiver, heard: Heard) -> None:
        self._outbox, self._receiver, self._heard = outbox, receiver, heard
        self._stop = threading.Event()
        self._said: tuple[int, str] | None = None
        self._thread = threading.Thread(target=self._work, name=f"kensa-send-{receiver.name}", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def close(self, seconds: float = 5.0) -> None:
        """End; what was not told waits for the next start."""
        self._stop.set()
        self._thread.join(seconds)

    def _work(self) -> None:
        pause = FIRST_PAUSE
        try:
            while not self._stop.is_set():
                try:
                    self._send()
                    pause = FIRST_PAUSE
                    self._stop.wait(LOOK_SECONDS)
                except KensaError as error:
                    self._say(error)
                    self._stop.wait(pause)
                    pause = min(2 * pause, LONGEST_PAUSE)
        except Exception:  # noqa: BLE001 - our bug must not be silent, and must not end the program
            if not self._stop.is_set():  # else the records were closed under a receiver that hung
                _log.exception("sending to %s ended", self._receiver.name)
                why = KensaError("sending_ended", "Sending to other systems ended by a fault; start Kensa again.")
                self._heard(self._receiver.name, 0, why)
        finally:
            self._receiver.close()

    def _send(self) -> None:
        """All that waits, batch by batch."""
        name = self._receiver.name
        while not self._stop.is_set():
            letters = self._outbox.next(name, BATCH)
            # Also without any: a broker then knows that the station is there.
            self._receiver.deliver(letters, lambda number: self._outbox.told(name, number))
            if not letters:
                break
        self._say(None)

    def _say(self, error: KensaError | None) -> None:
        waiting = self._outbox.waiting(self._receiver.name)
        now = (waiting, error.code if error else "")
        if now != self._said:
            self._said = now
            self._heard(self._receiver.name, waiting, error)


class Sending:
    """All receivers of a station. `use` begins, and begins anew after other settings."""

    def __init__(self, outbox: Outbox, heard: Heard) -> None:
        self._outbox, self._heard = outbox, heard
        self._senders: list[Sender] = []

    def use(self, receivers: Sequence[Receiver]) -> None:
        """Tell these from now on."""
        self.close()
        self._outbox.serve([receiver.name for receiver in receivers])
        self._senders = [Sender(self._outbox, receiver, self._heard) for receiver in receivers]
        for sender in self._senders:
            sender.start()

    def close(self) -> None:
        """End all of them."""
        senders, self._senders = self._senders, []
        for sender in senders:
            sender.close()
