"""The queue: units that are kept and wait for the model, in the order in which they will be judged.

What waits is written in the records, so a crash loses nothing; here is only the order, and who is being judged. Units
of this run come first, in the order of capture, since their operator stands in front of them; what an earlier run left
gets every fourth turn, so that neither starves the other. Knows no model and no window.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from threading import Lock

from inspector_app.records.history import History
from inspector_app.records.record import State
from inspector_app.records.store import Store

FRESH_IN_A_ROW = 3
"""Units of this run that are judged before one that was left over."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """One unit of the queue; position 1 is judged next, or now where `judging`."""

    id: str
    position: int
    photo: Path | None
    part: str
    lot: str | None
    serial: str | None
    captured_at: datetime
    judging: bool


class Queue:
    """The units that wait. Safe to call from several threads; at most one is taken at a time for each caller."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = Lock()
        self._fresh: list[str] = []
        self._left: list[str] = []
        self._judging: list[str] = []
        self._set_aside: set[str] = set()
        self._in_a_row = 0
        self._watchers: list[Callable[[], None]] = []

    def watch(self, changed: Callable[[], None]) -> None:
        """`changed` is called after every change, on whatever thread made it."""
        self._watchers.append(changed)

    def load(self) -> int:
        """Takes in what the records say is waiting and is not here yet; how many. For the start of the program."""
        waiting = self._store.waiting()
        with self._lock:
            known = {*self._fresh, *self._left, *self._judging, *self._set_aside}
            new = [sample_id for sample_id in waiting if sample_id not in known]
            self._left = sorted({*self._left, *new})
        if new:
            self._tell()
        return len(new)

    def add(self, sample_id: str) -> None:
        """A unit was kept just now."""
        with self._lock:
            self._fresh.append(sample_id)
        self._tell()

    def take(self) -> str | None:
        """The unit to be judged next, until it is `done` or `set_aside`; None when nothing waits."""
        with self._lock:
            line = self._next_line()
            if not line:
                return None
            sample_id = line.pop(0)
            self._in_a_row = self._in_a_row + 1 if line is self._fresh else 0
            self._judging.append(sample_id)
        self._tell()
        return sample_id

    def done(self, sample_id: str) -> None:
        """It was judged, refused or withdrawn: it waits no more."""
        with self._lock:
            gone = any(self._remove(sample_id, line) for line in (self._judging, self._fresh, self._left))
        if gone:
            self._tell()

    def set_aside(self, sample_id: str) -> None:
        """A bug of ours kept it from being judged: it waits for the next start and holds up nobody."""
        with self._lock:
            self._set_aside.add(sample_id)
        self.done(sample_id)

    def put_back(self, sample_id: str) -> None:
        """Its judgment was stopped: it is the next one again."""
        with self._lock:
            if self._remove(sample_id, self._judging):
                self._fresh.insert(0, sample_id)
        self._tell()

    def __len__(self) -> int:
        with self._lock:
            return len(self._judging) + len(self._fresh) + len(self._left)

    def __contains__(self, sample_id: str) -> bool:
        return sample_id in self.ids()

    def ids(self) -> list[str]:
        """All that wait, in the order of their turns."""
        with self._lock:
            return [*self._judging, *self._order()]

    def waiting(self, most: int = 200) -> list[Waiting]:
        """The next `most` of them with what there is to show."""
        ids = self.ids()[:most]
        with self._lock:
            now = set(self._judging)
        found = {kept.id: kept for kept in History.of(self._store).some(ids) if kept.state is State.CAPTURED}
        return [
            Waiting(
                id=kept.id,
                position=position,
                photo=kept.photo.path if kept.photo else None,
                part=kept.part,
                lot=kept.lot,
                serial=kept.serial,
                captured_at=kept.captured_at,
                judging=kept.id in now,
            )
            for position, kept in enumerate((found[i] for i in ids if i in found), start=1)
        ]

    def _next_line(self) -> list[str]:
        """The line whose turn it is."""
        if not self._left:
            return self._fresh
        return self._left if not self._fresh or self._in_a_row >= FRESH_IN_A_ROW else self._fresh

    def _order(self) -> list[str]:
        """As `take` would give them, were nothing added."""
        fresh, left, order, run = list(self._fresh), list(self._left), [], self._in_a_row
        while fresh or left:
            from_left = bool(left) and (not fresh or run >= FRESH_IN_A_ROW)
            order.append((left if from_left else fresh).pop(0))
            run = 0 if from_left else run + 1
        return order

    @staticmethod
    def _remove(sample_id: str, line: list[str]) -> bool:
        if sample_id not in line:
            return False
        line.remove(sample_id)
        return True

    def _tell(self) -> None:
        for changed in list(self._watchers):
            changed()
