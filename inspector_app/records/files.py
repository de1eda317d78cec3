"""Photos and voices on disk, named by the hash of their content; a file is whole or it is not there.

Knows bytes and paths only; which sample a file belongs to is written in the database.
"""

import hashlib
import time
from contextlib import suppress
from pathlib import Path

from inspector_app.errors import from_os_error
from inspector_app.whole import sync_folder, write_whole

_STALE_SECONDS = 24 * 3600


class MediaFiles:
    """The folder of kept files: `ab/abcd….jpg`, two letters of the hash to a subfolder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, sha256: str, suffix: str) -> Path:
        """Where a file of that content lies."""
        return self.folder / sha256[:2] / f"{sha256}{suffix}"

    def put(self, data: bytes, suffix: str) -> tuple[str, Path | None]:
        """Keeps the bytes; their SHA-256, and the path when a file was newly made. KensaError when the disk refuses."""
        sha256 = hashlib.sha256(data).hexdigest()
        path = self.path(sha256, suffix)
        if path.exists() and hash_of(path) == sha256:
            return sha256, None
        try:
            _make_folder(path.parent)
            write_whole(path, data)
        except OSError as error:
            raise from_os_error(error, "kept file", path) from error
        return sha256, path

    def sweep(self) -> None:
        """Removes what a crash left half-written a day ago or longer; younger ones may belong to a running program."""
        for leftover in self.folder.glob("*/.*.tmp"):
            with suppress(OSError):  # another program may be sweeping too; what stays is swept another day
                if time.time() - leftover.stat().st_mtime > _STALE_SECONDS:
                    leftover.unlink()


def hash_of(path: Path) -> str:
    """SHA-256 of a file's content."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _make_folder(folder: Path) -> None:
    if not folder.is_dir():
        folder.mkdir(parents=True, exist_ok=True)
        sync_folder(folder.parent)
