"""How far each receiver has been told: a number of the audit trail for each, on the disk. What is beyond waits.

Knows the feed and the messages; knows no network. Nothing is queued a second time: the records are the queue.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

from inspector_app.errors import from_os_error
from inspector_app.records.audit import Entry
from inspector_app.records.feed import Feed
from inspector_app.records.store import Store
from inspector_app.sending.messages import Choice, encoded, message
from inspector_app.whole import write_whole

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Letter:
    """One message on its way: its number, a name that no other has, and its bytes."""

    number: int
    name: str
    data: bytes


class Outbox:
    """Of one data folder. `choice` is asked for each message, so that a change counts from the next one on."""

    def __init__(self, store: Store, file: Path, choice: Callable[[], Choice]) -> None:
        self._store, self._file, self._choice = store, file, choice
        self._feed = Feed(store.database)
        self._lock = Lock()
        self._told = self._read()

    def serve(self, names: Iterable[str]) -> None:
        """These receivers are on. A new one begins with what happens from now on; one that is off is forgotten."""
        last = self._feed.last()
        with self._lock:
            # After a restore the trail may end earlier than what was told.
            self._told = {name: min(self._told.get(name, last), last) for name in names}
            self._write()

    def waiting(self, name: str) -> int:
        """How many messages this receiver lacks."""
        return self._feed.count(self._told.get(name, 0))

    def next(self, name: str, most: int) -> list[Letter]:
        """What it is to be told next, oldest first."""
        return [self._letter(entry) for entry in self._feed.after(self._told[name], most)]

    def told(self, name: str, number: int) -> None:
        """It has everything up to this number, and has said so."""
        with self._lock:
            if name in self._told:
                self._told[name] = number
                self._write()

    def _letter(self, entry: Entry) -> Letter:
        unit = self._store.get(entry.subject)
        told = message(entry, unit, self._choice())
        return Letter(entry.seq, f"{entry.seq:010d}-{told['event']}-{unit.id}", encoded(told))

    def _read(self) -> dict[str, int]:
        if not self._file.exists():
            return {}
        try:
            said = json.loads(self._file.read_text(encoding="utf-8"))
            return {str(name): max(0, int(number)) for name, number in said.items()}
        except (OSError, ValueError, TypeError, AttributeError, OverflowError, RecursionError) as error:
            _log.warning("what was sent is not known, it begins anew: %s", type(error).__name__)
            return {}

    def _write(self) -> None:
        try:
            write_whole(self._file, json.dumps(self._told).encode())
        except OSError as error:
            raise from_os_error(error, "file of what was sent", self._file) from error
