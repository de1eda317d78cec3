"""A camera that is none: shows the bundled samples, the next one after each still. For a first try and for training.

Knows where the samples lie and reads them as files.
"""

import threading
import time
from pathlib import Path

from inspector_app.capture.readers import Reader, Shot, decoded
from inspector_app.capture.sample import read_photo
from inspector_app.errors import KensaError
from inspector_app.places import resources

_FRAME_SECONDS = 0.05


class SimulatedReader(Reader):
    """The sample photos in the order of their names, over and over."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder or resources() / "samples"
        self._files: list[Path] = []
        self._position = 0
        self._shown = -1
        self._shot = Shot()
        self._lock = threading.Lock()

    def open(self) -> None:
        self._files = sorted(self._folder.glob("demo-*.jpg"))
        if not self._files:
            raise KensaError("no_samples", f"There are no sample photos in {self._folder}; set the program up again.")

    def read(self) -> Shot:
        time.sleep(_FRAME_SECONDS)
        with self._lock:
            position = self._position
        if position != self._shown:
            path = self._files[position % len(self._files)]
            photo = read_photo(path, path.name)
            self._shot, self._shown = Shot(decoded(photo), photo), position
        return self._shot

    def taken(self) -> None:
        """The next part is put under the camera."""
        with self._lock:
            self._position = self._shown + 1
