"""Who has a data folder open: every program that works with it, the one window, and whoever needs it alone.

Locks of the operating system on two small files, so that a crash leaves none behind. Knows paths and processes; knows
no database. Where a disk knows no locks (some network drives) nobody is kept out, as before.
"""

import json
import logging
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from io import FileIO
from pathlib import Path
from types import TracebackType

from inspector_app import replacing
from inspector_app.errors import KensaError, from_os_error
from inspector_app.places import Places

_log = logging.getLogger(__name__)
USE, WINDOW, WRITE = ".kensa.lock", ".window.lock", ".write.lock"
_PAUSE = 0.002


class Hold:
    """A lock that is held until it is closed, or the process ends."""

    def __init__(self, file: FileIO | None) -> None:
        self._file = file

    def close(self) -> None:
        """Give it back; may be called twice."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def __enter__(self) -> "Hold":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def use(places: Places) -> Hold:
    """Works with the folder beside others; KensaError `data_in_use` while somebody needs it alone.

    What a crash left half restored or salvaged is ended first.
    """
    if replacing.is_open(places.data):
        with alone(places):
            replacing.finish(places.data)
    held = _locked(places.data / USE, exclusive=False)
    if held is None:
        raise KensaError(
            "data_in_use", f"The data folder {places.data} is being restored or salvaged; try again when that is done."
        )
    return held


def alone(places: Places) -> Hold:
    """Nobody else works with the folder while this is held; KensaError `data_in_use` when somebody does."""
    held = _locked(places.data / USE, exclusive=True)
    if held is None:
        who = f" (the window, process {window_process(places)})" if window_process(places) else ""
        raise KensaError(
            "data_in_use", f"Another Kensa{who} has the data folder {places.data} open; close it and try again."
        )
    return held


def window(places: Places) -> Hold | None:
    """The one window that writes into the folder; None when there is another one."""
    held = _locked(places.data / WINDOW, exclusive=True)
    if held is not None and held._file is not None:
        told = {"process": os.getpid(), "since": datetime.now(UTC).isoformat(timespec="seconds")}
        with suppress(OSError):  # on a full disk it is held all the same, and only nobody can tell by whom
            held._file.truncate(0)
            held._file.write(json.dumps(told).encode())
            held._file.flush()
    return held


def window_process(places: Places) -> int | None:
    """The number of the process whose window has the folder open; None when there is none."""
    path = places.data / WINDOW
    if not path.is_file():
        return None
    held = _locked(path, exclusive=True)
    if held is not None:
        held.close()
        return None
    try:
        said = json.loads(path.read_bytes())
        return int(said["process"])
    except (OSError, ValueError, KeyError, TypeError, OverflowError, RecursionError):
        return 0


@contextmanager
def turn(folder: Path, seconds: float) -> Iterator[None]:
    """One program writes into the records at a time; KensaError `database_busy` when the turn does not come.

    SQLite has a lock of its own, but before 3.51.3 two programs that write and tidy its log in the same instant may
    lose what was written ("WAL-reset bug"); one after the other they cannot.
    """
    end = time.monotonic() + seconds
    while (held := _locked(folder / WRITE, exclusive=True)) is None:
        if time.monotonic() > end:
            raise KensaError("database_busy", f"Another program holds the records in {folder}; close it and try again.")
        time.sleep(_PAUSE)
    with held:
        yield


def _locked(path: Path, exclusive: bool) -> Hold | None:
    """The lock, or None when another holds it; KensaError when the file cannot be made."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = open(os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600), "ab+", buffering=0)
    except OSError as error:
        raise from_os_error(error, "data folder", path.parent) from error
    try:
        _lock(file, exclusive)
    except BlockingIOError:
        file.close()
        return None
    except OSError as error:
        _log.warning("the disk of the data folder knows no locks: %s", error.strerror)
    return Hold(file)


if sys.platform == "win32":
    import msvcrt

    def _lock(file: FileIO, exclusive: bool) -> None:
        """Windows' simple lock is never shared, so that there only the window keeps others out."""
        if exclusive:
            try:
                msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
            except PermissionError:
                raise BlockingIOError from None
else:
    import fcntl

    def _lock(file: FileIO, exclusive: bool) -> None:
        fcntl.flock(file, (fcntl.LOCK_EX if exclusive else fcntl.LOCK_SH) | fcntl.LOCK_NB)
