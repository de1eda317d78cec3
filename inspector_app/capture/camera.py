"""A camera that looks after itself: opened and read on threads of its own, opened again when it stops, never hanging.

"Open" means that a frame came (from a folder: that it can be read). One thread watches; each attempt at the source has
a thread of its own, so that a driver which never answers is left behind and not waited for. Knows readers; no window.
"""

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inspector_app.capture.frames import (
    LOST_SECONDS,
    OPEN_SECONDS,
    STALE_SECONDS,
    CameraLike,
    Frame,
    Pixels,
    State,
    Status,
)
from inspector_app.capture.readers import Reader, Shot, opencv
from inspector_app.capture.sample import Photo, photo_from_bytes
from inspector_app.capture.setup import CameraName, CameraSetup, View, cameras, shown
from inspector_app.capture.sources import reader_of
from inspector_app.errors import KensaError
from model_runtime.verdict import Fixable

__all__ = ["Camera", "CameraLike", "CameraName", "CameraSetup", "Frame", "Limits", "State", "Status", "cameras"]

PREVIEW_SIDE = 1280
"""Pixels; the screen needs no more, and the still is made from the whole picture."""
_PREVIEW_SECONDS = 1 / 45
_QUALITY = 95
_WATCH_SECONDS = 0.05
_MOST_LEFT_BEHIND = 3
_CLOSE_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds: for the first frame; until a frame is old; until the source is given up; between attempts, growing."""

    open: float = OPEN_SECONDS
    stale: float = STALE_SECONDS
    lost: float = LOST_SECONDS
    retry: float = 0.5
    retry_most: float = 8.0
    hang: float = 30.0
    """Until an attempt that never gave a frame is left behind; some drivers take their time."""


class Camera:
    """One source. All methods may be called from any thread; `open` and `still` take time."""

    def __init__(
        self,
        setup: CameraSetup | str = "0",
        limits: Limits = Limits(),
        make: Callable[[CameraSetup], Reader] = reader_of,
    ) -> None:
        self.setup = CameraSetup(setup) if isinstance(setup, str) else setup
        self._limits, self._make = limits, make
        self._closing, self._first, self._failed = threading.Event(), threading.Event(), threading.Event()
        self._lock = threading.Lock()
        self._frame: Frame | None = None
        self._shot: Shot | None = None
        self._seen_at: float | None = None  # the last sign of life
        self._error: Fixable | None = None  # why the last attempt ended; None again with the next sign of life
        self._pushed: deque[Photo | KensaError] = deque()
        self._attempt: _Attempt | None = None
        self._began = 0.0
        # A daemon, as all threads here: a driver that never answers must not keep the program from ending.
        self._thread = threading.Thread(target=self._watch, name="kensa-camera", daemon=True)

    def start(self) -> None:
        """Begin to open it and come back at once; nothing happens when it was closed already."""
        self._began = time.monotonic()
        if not self._closing.is_set():
            self._thread.start()

    def open(self) -> None:
        """Wait for the first frame; KensaError when none came in time, or the source refused: it goes on trying."""
        self.start()
        until = self._began + self._limits.open
        while time.monotonic() < until and not self._closing.is_set():
            if self._first.wait(0.05):
                return
            if self._failed.is_set():
                break
        raise self._reason()

    def latest(self) -> Frame | None:
        """The newest frame, or None before the first."""
        return self._frame

    def age(self) -> float | None:
        """Seconds since the newest frame came."""
        frame = self._frame
        return None if frame is None else time.monotonic() - frame.at

    def status(self) -> Status:
        """Closed, opening, live, stale or lost, with the reason."""
        if self._closing.is_set() or not self._thread.ident:
            return Status(State.CLOSED)
        now, seen, error = time.monotonic(), self._seen_at, self._error
        if error is not None:
            return Status(State.LOST, _as_kensa(error))
        if seen is None:
            opening = now - self._began < self._limits.open
            return Status(State.OPENING) if opening else Status(State.LOST, self._reason())
        if now - seen <= self._limits.stale:
            return Status(State.LIVE)
        return Status(State.STALE, _stale()) if now - seen <= self._limits.lost else Status(State.LOST, self._reason())

    def still(self) -> Photo:
        """The picture of now as a photo: the file as it came where the view changes nothing, else a JPEG."""
        if self.status().state is not State.LIVE:
            raise self.status().error or _stale()
        with self._lock:
            for came in self._pushed:
                if isinstance(came, Photo):
                    self._pushed.remove(came)
                    return came
            shot, attempt = self._shot, self._attempt
        if attempt is not None and attempt.reader.pushes:
            raise KensaError("no_new_photo", "No new photo has come into the folder; press the camera's shutter.")
        if shot is None:
            raise _stale()
        photo = _photo(shot, self.setup.view)
        if attempt is not None:
            attempt.reader.taken()
        return photo

    def arrived(self) -> list[Photo | KensaError]:
        """Photos that came by themselves since the last call, and why a file was none."""
        with self._lock:
            came = list(self._pushed)
            self._pushed.clear()
        return came

    def close(self) -> None:
        """Let the device go; waits a moment for it, never for a driver that hangs."""
        self._closing.set()
        attempt = self._attempt
        if attempt is not None:
            attempt.leave()
            attempt.ended.wait(_CLOSE_SECONDS)

    # -- on the watching thread

    def _watch(self) -> None:
        """Attempt after attempt, with growing pauses; one that hangs is left behind."""
        pause, left_behind = self._limits.retry, list[_Attempt]()
        while not self._closing.is_set():
            left_behind = [attempt for attempt in left_behind if not attempt.ended.is_set()]
            if len(left_behind) < _MOST_LEFT_BEHIND:
                attempt = _Attempt(self.setup, self._make, self._take)
                self._attempt = attempt
                attempt.start()
                while not (attempt.ended.wait(_WATCH_SECONDS) or self._closing.is_set() or self._hangs(attempt)):
                    pass
                attempt.leave()
                if self._closing.is_set():
                    return
                if not attempt.ended.is_set():
                    left_behind.append(attempt)
                self._error = attempt.error or self._reason()
                self._failed.set()
                pause = self._limits.retry if attempt.seen_at is not None else pause
            self._closing.wait(pause)
            pause = min(pause * 2, self._limits.retry_most)

    def _hangs(self, attempt: "_Attempt") -> bool:
        if attempt.seen_at is None:
            return time.monotonic() - attempt.began > max(self._limits.hang, self._limits.open)
        return time.monotonic() - attempt.seen_at > self._limits.lost

    def _reason(self) -> KensaError:
        if self._error is not None:
            return _as_kensa(self._error)
        source = shown(self.setup.source)
        return KensaError("silent_camera", f"The camera {source} gives no picture; reconnect it, or work with files.")

    # -- on the attempt's thread

    def _take(self, attempt: "_Attempt", shot: Shot) -> None:
        now = time.monotonic()
        came = (shot.error or _photo(shot, self.setup.view)) if shot.pushed else None
        due = self._frame is None or now - self._frame.at >= _PREVIEW_SECONDS or shot.pushed
        if shot.bgr is not None:
            frame = self._preview(shot.bgr, now) if due else None
            with self._lock:
                self._shot = shot
                self._frame = frame or self._frame
        if came is not None:
            with self._lock:
                self._pushed.append(came)
        self._seen_at, self._error = now, None
        self._failed.clear()
        self._first.set()

    def _preview(self, bgr: NDArray[np.uint8], now: float) -> Frame:
        cv2 = opencv()
        seen = self.setup.view.apply(bgr)
        scale = PREVIEW_SIDE / max(seen.shape[:2])
        if scale < 1:
            size = (max(1, round(seen.shape[1] * scale)), max(1, round(seen.shape[0] * scale)))
            # Area averaging looks a little better and takes ten times as long.
            seen = cv2.resize(np.ascontiguousarray(seen), size, interpolation=cv2.INTER_LINEAR)
        pixels: Pixels = cv2.cvtColor(np.ascontiguousarray(seen), cv2.COLOR_BGR2RGB)
        return Frame(pixels, 1 + (self._frame.number if self._frame else 0), now)


class _Attempt:
    """One reader on one thread, from opening to the end. What it says after it was left is not heard."""

    def __init__(
        self,
        setup: CameraSetup,
        make: Callable[[CameraSetup], Reader],
        take: Callable[["_Attempt", Shot], None],
    ) -> None:
        self._setup, self._make, self._take = setup, make, take
        self.reader = Reader()
        self.began = time.monotonic()
        self.seen_at: float | None = None
        self.error: Fixable | None = None
        self.ended, self._left = threading.Event(), threading.Event()

    def start(self) -> None:
        threading.Thread(target=self._work, name="kensa-camera-reader", daemon=True).start()

    def leave(self) -> None:
        """End at the next chance."""
        self._left.set()

    def _work(self) -> None:
        try:
            self.reader = self._make(self._setup)
            self.reader.open()
            while not self._left.is_set():
                shot = self.reader.read()
                if not self._left.is_set():
                    self.seen_at = time.monotonic()
                    self._take(self, shot)
        except Fixable as error:
            self.error = error
        except Exception as error:  # noqa: BLE001 - drivers raise anything; the camera must be opened again
            self.error = KensaError(
                "camera_failed",
                f"The camera {shown(self._setup.source)} failed ({type(error).__name__}); reconnect it.",
            )
        finally:
            _quietly(self.reader.close)
            self.ended.set()


def _photo(shot: Shot, view: View) -> Photo:
    """The shot as a photo. The name tells the time where no file gave one."""
    if shot.photo is not None and view.plain:
        return shot.photo
    assert shot.bgr is not None
    cv2 = opencv()
    done, data = cv2.imencode(".jpg", np.ascontiguousarray(view.apply(shot.bgr)), [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
    if not done:
        raise KensaError("camera_format", "The camera's picture cannot be kept as a photo; use another camera.")
    name = shot.photo.name if shot.photo else f"camera-{datetime.now():%Y%m%d-%H%M%S}.jpg"
    return photo_from_bytes(data.tobytes(), name)


def _stale() -> KensaError:
    return KensaError("stale_camera", "The camera has stopped; check its cable, then take the photo again.")


def _as_kensa(error: Fixable) -> KensaError:
    return error if isinstance(error, KensaError) else KensaError(error.code, error.message)


def _quietly(close: Callable[[], Any]) -> None:
    try:
        close()
    except Exception:  # noqa: BLE001 - a device that is gone may refuse to be closed
        return
