"""A watched folder: a tethered camera's program puts each photo there, and it is taken once it is completely written.

Knows directories and the endings of photos. Follows one folder, not those inside it.
"""

import os
import threading
import time
from pathlib import Path

from inspector_app.capture.readers import Reader, Shot, decoded
from inspector_app.capture.sample import PHOTO_SUFFIXES, read_photo
from inspector_app.errors import KensaError

POLL_SECONDS = 0.1
QUIET_SECONDS = 0.3
"""A file that did not grow for so long may be complete; whether it is, decoding tells."""
PATIENCE_SECONDS = 20.0
"""A file that does not decode for so long, and does not grow, is no photo."""
HICCUP_SECONDS = 1.5
"""How long a share may be away without being lost."""

_Mark = tuple[int, int]
"""Size and time of change: the same name with another mark is a new photo."""


class FolderReader(Reader):
    """Gives every photo that comes into the folder after opening, oldest first; never one that was there before."""

    pushes = True

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._known: dict[str, _Mark] = {}
        self._growing: dict[str, tuple[_Mark, float, float]] = {}  # mark, since when the same, since when seen
        self._in_a_burst = False
        self._listing = 0.0  # seconds
        self._stop = threading.Event()

    def open(self) -> None:
        """Everything that lies there now is old."""
        self._known = self._look()

    def read(self) -> Shot:
        """A new photo, or an empty shot after a moment without one."""
        if not self._in_a_burst:
            # A folder with very many files takes a while to list: then it is listed less often.
            self._stop.wait(max(POLL_SECONDS, 5 * self._listing))
        seen = self._look_patiently()
        # What was deleted may come again under the same name.
        self._known = {name: mark for name, mark in self._known.items() if name in seen}
        self._growing = {name: told for name, told in self._growing.items() if name in seen}
        new = [name for name, mark in seen.items() if self._known.get(name) != mark]
        for name in sorted(new, key=lambda name: (seen[name][1], name)):
            if self._is_quiet(name, seen[name]):
                if (shot := self._take(name, seen[name])) is not None:
                    self._in_a_burst = True
                    return shot
        self._in_a_burst = False
        return Shot()

    def close(self) -> None:
        self._stop.set()

    def _look_patiently(self) -> dict[str, _Mark]:
        """A share that hiccups is asked again: a photo that came meanwhile must not be taken for an old one."""
        end = time.monotonic() + HICCUP_SECONDS
        while True:
            try:
                return self._look()
            except KensaError:
                if time.monotonic() > end or self._stop.wait(POLL_SECONDS):
                    raise

    def _look(self) -> dict[str, _Mark]:
        found, before = {}, time.monotonic()
        try:
            with os.scandir(self._folder) as entries:
                for entry in entries:
                    if Path(entry.name).suffix.lower() in PHOTO_SUFFIXES and not entry.name.startswith("."):
                        mark = _mark(entry)
                        if mark is not None:
                            found[entry.name] = mark
        except OSError as error:
            raise KensaError(
                "folder_gone",
                f"The folder {self._folder} cannot be read ({error.strerror}); check path, share and rights.",
            ) from error
        self._listing = time.monotonic() - before
        return found

    def _is_quiet(self, name: str, mark: _Mark) -> bool:
        now = time.monotonic()
        before, since, first = self._growing.get(name, (mark, now, now))
        if before != mark:
            since = first = now
        self._growing[name] = (mark, since, first)
        return now - since >= QUIET_SECONDS and mark[0] > 0

    def _take(self, name: str, mark: _Mark) -> Shot | None:
        """The photo, or None while it does not decode: a slow copy may rest for a while."""
        path = self._folder / name
        try:
            photo = read_photo(path, name)
            bgr = decoded(photo)
        except KensaError as error:
            if time.monotonic() - self._growing[name][2] < PATIENCE_SECONDS:
                return None
            self._settle(name, mark)
            return Shot(pushed=True, error=error)
        self._settle(name, mark)
        return Shot(bgr, photo, pushed=True)

    def _settle(self, name: str, mark: _Mark) -> None:
        self._known[name] = mark
        self._growing.pop(name, None)


def _mark(entry: "os.DirEntry[str]") -> _Mark | None:
    try:
        if not entry.is_file():
            return None
        status = entry.stat()
    except OSError:  # gone since it was listed
        return None
    return status.st_size, status.st_mtime_ns
