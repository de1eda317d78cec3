"""A camera: opened and read on a thread of its own, the newest frame ready at any time, a still photo on demand.

"Open" means that a frame came. A camera that stops is opened again by itself. Knows OpenCV; knows no window.
"""

import os
import re
import sys
import threading
import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from inspector_app.capture.sample import Photo, photo_from_bytes
from inspector_app.errors import KensaError

if TYPE_CHECKING:
    import cv2

OPEN_SECONDS = 10.0
"""How long a camera may take to deliver its first frame."""
STALE_SECONDS = 2.0
"""A frame older than this is not what lies under the camera now."""
_RETRY_SECONDS = 1.0
_QUALITY = 95


@dataclass(frozen=True, slots=True)
class Frame:
    """One picture: `pixels` are RGB bytes (height, width, 3), `number` counts up, `at` is monotonic seconds."""

    pixels: NDArray[np.uint8]
    number: int
    at: float


@dataclass(frozen=True, slots=True)
class CameraName:
    """A camera that can be chosen: what to open, and what to call it."""

    source: str
    name: str


class CameraLike(Protocol):
    """What the window needs of a camera; the scriptable fake of the tests passes the same contract."""

    def open(self) -> None: ...
    def latest(self) -> Frame | None: ...
    def age(self) -> float | None: ...
    def still(self) -> Photo: ...
    def close(self) -> None: ...


def cameras() -> list[CameraName]:
    """The cameras of this computer, without opening any."""
    if sys.platform.startswith("linux"):
        return [_linux_name(folder) for folder in sorted(Path("/sys/class/video4linux").glob("video*"))]
    return [CameraName(str(index), f"Camera {index + 1}") for index in range(4)]


class Camera:
    """A device number ("0"), a file or a stream address. All methods may be called from any thread."""

    def __init__(self, source: str = "0", open_seconds: float = OPEN_SECONDS) -> None:
        self.source = source
        self._open_seconds = open_seconds
        self._closing = threading.Event()
        self._first = threading.Event()
        self._frame: Frame | None = None
        self._refused = False
        # A daemon: a driver that never answers must not keep the program from ending.
        self._thread = threading.Thread(target=self._work, name=f"kensa-camera-{source}", daemon=True)

    def open(self) -> None:
        """Wait for the first frame; KensaError when none came in time. Blocks: call it off the GUI thread."""
        self._thread.start()
        until = time.monotonic() + self._open_seconds
        while time.monotonic() < until and not self._closing.is_set():
            if self._first.wait(0.05):
                return
            if self._refused:
                break
        self.close()
        if self._refused:
            raise KensaError("no_camera", f"There is no camera {self.source}; connect one, or work with files.")
        raise KensaError(
            "silent_camera", f"The camera {self.source} gives no picture; reconnect it, or work with files."
        )

    def latest(self) -> Frame | None:
        """The newest frame, or None before the first."""
        return self._frame

    def age(self) -> float | None:
        """Seconds since the newest frame came."""
        frame = self._frame
        return None if frame is None else time.monotonic() - frame.at

    def still(self) -> Photo:
        """The picture of now as a photo (JPEG); KensaError when the camera has stopped."""
        import cv2

        frame = self._frame
        if frame is None or time.monotonic() - frame.at > STALE_SECONDS:
            raise KensaError("stale_camera", "The camera has stopped; check its cable, then take the photo again.")
        bgr = np.ascontiguousarray(frame.pixels[:, :, ::-1])
        done, data = cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
        if not done:
            raise KensaError("camera_format", "The camera's picture cannot be kept as a photo; use another camera.")
        return photo_from_bytes(data.tobytes(), f"camera-{datetime.now():%Y%m%d-%H%M%S}.jpg")

    def close(self) -> None:
        """Release the device; waits a moment for its thread, never for a driver that hangs."""
        self._closing.set()
        if self._thread.is_alive() and self._thread is not threading.current_thread():
            self._thread.join(timeout=2.0)

    # -- on the camera's own thread

    def _work(self) -> None:
        number = 0
        while not self._closing.is_set():
            device = _device(self.source)
            try:
                if not device.isOpened() and not self._first.is_set():
                    self._refused = True
                    return
                number = self._read(device, number)
            finally:
                device.release()
            # Unplugged, or the end of a file: try again, without hurry.
            self._closing.wait(_RETRY_SECONDS)

    def _read(self, device: "cv2.VideoCapture", number: int) -> int:
        """Read until the device says no more; gives the last frame's number."""
        pause = _pause(self.source, device)
        while not self._closing.is_set():
            came, bgr = device.read()
            if not came or bgr is None or bgr.size == 0:
                return number
            number += 1
            self._frame = Frame(_rgb(np.asarray(bgr, np.uint8)), number, time.monotonic())
            self._first.set()
            if pause:
                self._closing.wait(pause)
        return number


def _device(source: str) -> Any:
    # Read when cv2 loads; without it Windows' Media Foundation can take minutes to open a camera.
    os.environ.setdefault("OPENCV_VIDEOIO_MSMF_ENABLE_HW_TRANSFORMS", "0")
    os.environ.setdefault("OPENCV_LOG_LEVEL", "ERROR")
    import cv2

    return cv2.VideoCapture(int(source) if source.isdigit() else source)


def _pause(source: str, device: Any) -> float:
    """A file is played at its own speed; a device sets the pace itself."""
    if source.isdigit() or "://" in source or source.startswith("/dev/"):
        return 0.0
    import cv2

    rate = float(device.get(cv2.CAP_PROP_FPS) or 0)
    return 1.0 / min(max(rate, 1.0), 60.0)


def _rgb(bgr: NDArray[np.uint8]) -> NDArray[np.uint8]:
    if bgr.ndim == 2:
        return np.repeat(bgr[:, :, None], 3, axis=2)
    return np.ascontiguousarray(bgr[:, :, 2::-1])


def _linux_name(folder: Path) -> CameraName:
    index = re.sub(r"\D", "", folder.name)
    try:
        name = (folder / "name").read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        name = folder.name
    return CameraName(index, name or folder.name)
