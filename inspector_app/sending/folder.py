"""A folder that another system watches: one JSON file for each message, whole or not there. Knows files only."""

from collections.abc import Callable, Sequence
from pathlib import Path

from inspector_app.errors import KensaError, from_os_error
from inspector_app.sending.outbox import Letter
from inspector_app.whole import write_whole


class Folder:
    """Written beside its name and renamed, so that a watcher never reads half a file."""

    name = "folder"

    def __init__(self, path: Path) -> None:
        self._path = path

    def deliver(self, letters: Sequence[Letter], told: Callable[[int], None]) -> None:
        """Write them; KensaError where the folder is gone or full."""
        if not self._path.is_dir():
            raise KensaError(
                "send_folder_gone", f"The folder {self._path} for other systems is not there; check it or the share."
            )
        for letter in letters:
            try:
                write_whole(self._path / f"{letter.name}.json", letter.data + b"\n")
            except OSError as error:
                raise from_os_error(error, "folder for other systems", self._path) from error
            told(letter.number)

    def close(self) -> None:
        """Nothing is held."""
