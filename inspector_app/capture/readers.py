"""Where pictures come from: a device, a stream, a video or photo file. Each blocks in `read` and gives up in words.

Knows OpenCV's and Pillow's readers. Knows nothing of threads, states and repeated attempts: camera.py does that.
"""

import math
import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from inspector_app.capture.sample import PHOTO_SUFFIXES, Photo, read_photo
from inspector_app.capture.setup import CameraSetup, shown
from inspector_app.errors import KensaError

STREAM_OPEN_MS, STREAM_READ_MS = 8_000, 5_000
_STILL_SECONDS = 0.1
"""A picture that does not move is shown again so often: as a sign of life."""


@dataclass(frozen=True, slots=True)
class Shot:
    """What a reader read: BGR bytes (h, w, 3) as OpenCV has them; None: nothing new, but all is well.

    `photo`: the file that it was read from, kept as it is where the view changes nothing. `pushed`: it came by itself.
    `error`: something came that is no picture; the reading goes on.
    """

    bgr: NDArray[np.uint8] | None = None
    photo: Photo | None = None
    pushed: bool = False
    error: KensaError | None = None


class Reader:
    """One attempt at a source: `open`, `read` again and again, `close`. All on one thread, but for `taken`."""

    pushes = False
    """Whether photos come by themselves and `still` must not look at the screen's picture."""

    def open(self) -> None:
        """Begin; KensaError with the reason where that cannot be."""

    def read(self) -> Shot:
        """The next picture, waited for; KensaError when there are no more."""
        raise NotImplementedError

    def taken(self) -> None:
        """A still was taken of what was read last. May come from any thread."""

    def close(self) -> None:
        """Let go of the source."""


class DeviceReader(Reader):
    """A camera of this computer: its number, or on Linux the path of its device file."""

    def __init__(self, setup: CameraSetup) -> None:
        self._setup = setup
        self._device: Any = None

    def open(self) -> None:
        source = self._setup.source
        cv2 = opencv()
        self._need(source)
        backend = cv2.CAP_V4L2 if sys.platform.startswith("linux") else cv2.CAP_ANY
        self._device = cv2.VideoCapture(int(source) if source.isdigit() else source, backend)
        if not self._device.isOpened():
            raise KensaError(
                "camera_refused",
                f"The camera {source} cannot be opened; close other programs that use it, or reconnect it.",
            )
        _configure(cv2, self._device, self._setup)

    def read(self) -> Shot:
        came, picture = self._device.read()
        if not came or picture is None or picture.size == 0:
            raise KensaError("camera_gone", f"The camera {self._setup.source} gives no more pictures; check its cable.")
        return Shot(bgr_of(np.asarray(picture)))

    def close(self) -> None:
        if self._device is not None:
            self._device.release()

    def _need(self, source: str) -> None:
        """On Linux the device file tells why, before OpenCV only says no."""
        if not sys.platform.startswith("linux"):
            return
        path = Path(f"/dev/video{source}" if source.isdigit() else source)
        if not path.exists():
            raise KensaError("no_camera", f"There is no camera {source}; connect one, or work with files.")
        if not os.access(path, os.R_OK | os.W_OK):
            raise KensaError(
                "camera_forbidden", f"The camera {source} may not be used by this user; add them to the group video."
            )


class StreamReader(Reader):
    """A network camera: RTSP, or HTTP with Motion JPEG or anything else that FFmpeg knows."""

    def __init__(self, setup: CameraSetup) -> None:
        self._source = setup.source
        self._stream: Any = None

    def open(self) -> None:
        cv2 = opencv()
        limits = [cv2.CAP_PROP_OPEN_TIMEOUT_MSEC, STREAM_OPEN_MS, cv2.CAP_PROP_READ_TIMEOUT_MSEC, STREAM_READ_MS]
        self._stream = cv2.VideoCapture(self._source, cv2.CAP_FFMPEG, limits)
        if not self._stream.isOpened():
            raise KensaError(
                "no_stream",
                f"The stream {shown(self._source)} does not answer; check its address, password, network and power.",
            )

    def read(self) -> Shot:
        came, picture = self._stream.read()
        if not came or picture is None or picture.size == 0:
            raise KensaError(
                "stream_gone",
                f"The stream {shown(self._source)} has stopped; check the network and the camera's power.",
            )
        return Shot(bgr_of(np.asarray(picture)))

    def close(self) -> None:
        if self._stream is not None:
            self._stream.release()


class VideoReader(Reader):
    """A video file, played at its own speed and from the beginning again."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: Any = None
        self._pause, self._due = 0.0, 0.0

    def open(self) -> None:
        cv2 = opencv()
        self._file = cv2.VideoCapture(str(self._path), cv2.CAP_FFMPEG)
        if not self._file.isOpened():
            raise KensaError("bad_video", f"{self._path} is no video that can be played; choose another file.")
        rate = float(self._file.get(cv2.CAP_PROP_FPS) or 0)
        self._pause = 1.0 / min(max(rate if math.isfinite(rate) else 0, 1.0), 60.0)

    def read(self) -> Shot:
        came, picture = self._file.read()
        if not came:
            self._file.release()
            self.open()
            came, picture = self._file.read()
        if not came or picture is None or picture.size == 0:
            raise KensaError("bad_video", f"{self._path} is no video that can be played; choose another file.")
        now = time.monotonic()
        time.sleep(max(0.0, min(self._due - now, self._pause)))
        self._due = max(now, self._due) + self._pause
        return Shot(bgr_of(np.asarray(picture)))

    def close(self) -> None:
        if self._file is not None:
            self._file.release()


class PhotoReader(Reader):
    """A photo file that lies under the camera, so to speak."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._shot = Shot()

    def open(self) -> None:
        photo = read_photo(self._path, self._path.name)
        self._shot = Shot(decoded(photo), photo)

    def read(self) -> Shot:
        time.sleep(_STILL_SECONDS)
        return self._shot


def file_reader(path: Path) -> Reader:
    """For a photo or a video, by the file's ending; KensaError where there is none."""
    if not path.is_file():
        raise KensaError("missing", f"The file {path} does not exist; check the name.")
    return PhotoReader(path) if path.suffix.lower() in PHOTO_SUFFIXES else VideoReader(path)


def opencv() -> Any:
    """The cv2 module, with what must be set before it is loaded."""
    # Without it Windows' Media Foundation can take minutes to open a camera.
    os.environ.setdefault("OPENCV_VIDEOIO_MSMF_ENABLE_HW_TRANSFORMS", "0")
    os.environ.setdefault("OPENCV_LOG_LEVEL", "ERROR")
    # FFmpeg would write addresses with passwords to the terminal.
    os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")
    os.environ.setdefault("OPENCV_FFMPEG_CAPTURE_OPTIONS", "rtsp_transport;tcp|fflags;nobuffer|flags;low_delay")
    import cv2

    return cv2


def decoded(photo: Photo) -> NDArray[np.uint8]:
    """A photo upright as BGR bytes."""
    import io

    with Image.open(io.BytesIO(photo.data)) as image:
        rgb = np.asarray(ImageOps.exif_transpose(image).convert("RGB"))
    return np.ascontiguousarray(rgb[:, :, ::-1])


def bgr_of(picture: NDArray[Any]) -> NDArray[np.uint8]:
    """What a device gave as three channels of bytes: grey, 16 bit and four channels too."""
    if picture.dtype == np.uint16:
        # Of 10, 12 or 16 bits: by the smallest that holds what is there.
        picture = picture >> max(0, int(picture.max(initial=0)).bit_length() - 8)
    bytes_ = picture.astype(np.uint8, copy=False)
    if bytes_.ndim == 2 or bytes_.shape[2] == 1:
        return np.repeat(bytes_.reshape(*bytes_.shape[:2], 1), 3, axis=2)
    return bytes_[:, :, :3]


def _configure(cv2: Any, device: Any, setup: CameraSetup) -> None:
    """Resolution and exposure, as near as the device can; what it cannot it leaves alone."""
    if size := setup.size():
        # Uncompressed, most cameras manage a large picture a few times a second only.
        device.set(cv2.CAP_PROP_FOURCC, cv2.VideoWriter.fourcc(*"MJPG"))
        device.set(cv2.CAP_PROP_FRAME_WIDTH, size[0])
        device.set(cv2.CAP_PROP_FRAME_HEIGHT, size[1])
    # A picture that waited in a queue is not what lies under the camera now.
    device.set(cv2.CAP_PROP_BUFFERSIZE, 1)
    manual, automatic, exposure = _exposure(setup.exposure_ms)
    if setup.exposure_ms is None:
        device.set(cv2.CAP_PROP_AUTO_EXPOSURE, automatic)
    else:
        device.set(cv2.CAP_PROP_AUTO_EXPOSURE, manual)
        device.set(cv2.CAP_PROP_EXPOSURE, exposure)


def _exposure(milliseconds: int | None) -> tuple[float, float, float]:
    """Manual and automatic mode, and the time in the unit of this system's drivers."""
    time_ms = milliseconds or 1
    if sys.platform.startswith("linux"):
        return 1, 3, time_ms * 10  # V4L2 counts in 100 microseconds
    return 0.25, 0.75, round(math.log2(time_ms / 1000))  # Windows: powers of two of a second
