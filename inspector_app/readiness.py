"""How far the program is: one state machine with named stages, shown in one place. No Qt, no device, no model.

A phase is where the start or the work is; troubles are what is missing beside it. Both together give the stage that a
person reads: a station that works without its camera is degraded, and says why. Safe to call from several threads.
"""

import shutil
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from threading import RLock

from model_runtime.verdict import Fixable

LEAST_FREE = 2 * 1024**3
"""Bytes on the disk below which it counts as nearly full: about a day of photos."""


class Phase(StrEnum):
    """Where the program stands by itself; each may only follow some others (`FOLLOWS`)."""

    STARTING = "starting"
    RECORDS = "records"  # opening them
    LOADING = "loading"  # the model
    SELF_TEST = "self_test"
    WARMING_UP = "warming_up"
    READY = "ready"
    JUDGING = "judging"
    FAILED = "failed"  # no records or no model; files and history still work where they can
    CLOSING = "closing"


class Stage(StrEnum):
    """What a person is told: the phase, or that the station works with something missing."""

    STARTING = "starting"
    RECORDS = "records"
    LOADING = "loading"
    SELF_TEST = "self_test"
    WARMING_UP = "warming_up"
    READY = "ready"
    JUDGING = "judging"
    DEGRADED = "degraded"
    CLOSING = "closing"

    @property
    def busy(self) -> bool:
        """Something is being waited for."""
        return self not in (Stage.READY, Stage.DEGRADED)


class Trouble(StrEnum):
    """Why a station is degraded, the worst first."""

    RECORDS_FAILED = "records_failed"
    MODEL_FAILED = "model_failed"
    RECORDS_DAMAGED = "records_damaged"
    READ_ONLY = "read_only"
    DISK_LOW = "disk_low"
    NO_CAMERA = "no_camera"
    CAMERA_STALE = "camera_stale"
    NO_MICROPHONE = "no_microphone"
    NO_SPEAKER = "no_speaker"
    NOT_SENT = "not_sent"  # other systems do not answer; what they are to be told waits on the disk
    GOLDEN_EXPIRED = "golden_expired"  # or a limit sample of the part
    SAMPLE_EXPIRES = "sample_expires"  # soon


_START = (Phase.RECORDS, Phase.LOADING, Phase.SELF_TEST, Phase.WARMING_UP)
FOLLOWS: dict[Phase, frozenset[Phase]] = {
    Phase.STARTING: frozenset((Phase.RECORDS, Phase.FAILED)),
    Phase.RECORDS: frozenset((Phase.LOADING, Phase.FAILED)),
    # A model that has no self-test, or needs no warming up, is ready at once.
    Phase.LOADING: frozenset((Phase.SELF_TEST, Phase.WARMING_UP, Phase.READY, Phase.FAILED)),
    Phase.SELF_TEST: frozenset((Phase.WARMING_UP, Phase.READY, Phase.FAILED)),
    Phase.WARMING_UP: frozenset((Phase.SELF_TEST, Phase.READY, Phase.FAILED)),
    Phase.READY: frozenset((Phase.JUDGING, Phase.LOADING, Phase.FAILED)),
    Phase.JUDGING: frozenset((Phase.READY, Phase.FAILED)),
    Phase.FAILED: frozenset((Phase.RECORDS, Phase.LOADING)),
    Phase.CLOSING: frozenset(),
}
"""Phase -> those that may come next, besides closing, which may come after any. Staying is no move."""
NOTICES = frozenset((Trouble.SAMPLE_EXPIRES,))
"""To be known in time: nothing is missing yet."""
_FAILURES = (Trouble.RECORDS_FAILED, Trouble.MODEL_FAILED)


class Readiness:
    """The phase and the troubles now, and the stage that they give. Watchers are told of every change."""

    def __init__(self) -> None:
        self.phase = Phase.STARTING
        self.detail = ""
        self.error: Exception | None = None
        self._troubles: set[Trouble] = set()
        self._watchers: list[Callable[[], None]] = []
        self._lock = RLock()

    def watch(self, changed: Callable[[], None]) -> None:
        """`changed` is called after every change, on whatever thread made it."""
        self._watchers.append(changed)

    @property
    def stage(self) -> Stage:
        """What a person is told."""
        with self._lock:
            if self.phase is Phase.FAILED or (self.phase is Phase.READY and self._troubles - NOTICES):
                return Stage.DEGRADED
            return Stage(self.phase)

    @property
    def troubles(self) -> tuple[Trouble, ...]:
        """What is missing, the worst first; also while something is waited for."""
        with self._lock:
            return tuple(trouble for trouble in Trouble if trouble in self._troubles)

    @property
    def can_judge(self) -> bool:
        """Whether a unit that is kept now is judged without anybody doing anything."""
        return self.phase in (*_START, Phase.STARTING, Phase.READY, Phase.JUDGING)

    @property
    def fixable(self) -> Fixable | None:
        """Why it failed, where a person can do something about it."""
        return self.error if isinstance(self.error, Fixable) else None

    def move(self, phase: Phase, detail: str = "") -> None:
        """Enters a phase; `detail` says more of it in a few words. ValueError for one that may not come now."""
        with self._lock:
            if phase is not self.phase and phase is not Phase.CLOSING and phase not in FOLLOWS[self.phase]:
                raise ValueError(f"{phase} does not follow {self.phase}")
            if phase is Phase.FAILED:
                raise ValueError("say with fail() why")
            if self.phase is Phase.CLOSING:
                return
            if phase in (Phase.RECORDS, Phase.LOADING) and phase is not self.phase:
                self.error = None
                self._troubles -= set(_FAILURES)
            self.phase, self.detail = phase, detail
        self._tell()

    def fail(self, error: Exception) -> None:
        """What was going on failed; it may be tried again."""
        with self._lock:
            if self.phase in (Phase.CLOSING, Phase.FAILED):
                return
            no_records = self.phase in (Phase.STARTING, Phase.RECORDS)
            self._troubles.add(Trouble.RECORDS_FAILED if no_records else Trouble.MODEL_FAILED)
            self.phase, self.detail, self.error = Phase.FAILED, "", error
        self._tell()

    def set(self, trouble: Trouble, there: bool) -> None:
        """Something is missing, or is there again. The two failures come from `fail` alone."""
        if trouble in _FAILURES:
            raise ValueError(f"{trouble} is said by fail()")
        with self._lock:
            if there == (trouble in self._troubles):
                return
            (self._troubles.add if there else self._troubles.discard)(trouble)
        self._tell()

    def add(self, trouble: Trouble) -> None:
        """Something is missing."""
        self.set(trouble, True)

    def clear(self, trouble: Trouble) -> None:
        """It is there again."""
        self.set(trouble, False)

    def _tell(self) -> None:
        for changed in list(self._watchers):
            changed()


def disk_is_low(folder: Path, least: int = LEAST_FREE) -> bool:
    """Whether the disk of a folder is nearly full; a folder that cannot be asked is not."""
    try:
        return shutil.disk_usage(folder).free < least
    except OSError:
        return False
