"""The live picture on the GUI thread: begins and ends a camera on its lane, passes the newest frame and its state on.

The camera looks after itself: it is opened again by itself when it stops, so a feed stays open until it is closed.
Knows the camera's protocol. Knows no page.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING
from weakref import WeakSet

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QImage

from inspector_app.capture.frames import CameraLike, State, Status
from inspector_app.capture.setup import CameraSetup, is_device
from inspector_app.tasks import Task
from inspector_app.ui.desk import Desk, still
from inspector_app.ui.pictures import from_pixels, picture
from inspector_app.ui.sentences import sentence
from model_runtime.verdict import Fixable

if TYPE_CHECKING:
    from inspector_app.capture.sample import Photo

_FRAME_MS = 33
_feeds: WeakSet[CameraFeed] = WeakSet()
"""All feeds of the program: a device can be open once only, so one that tries it takes it from the page for a while."""


class CameraFeed(QObject):
    """Live picture and state: "closed", "opening", "live", "stale" (no new picture), "lost" (being opened again).

    `arrived` (Photo, QImage): a photo that came by itself, from the folder of a tethered camera.
    """

    frame = Signal(object)
    arrived = Signal(object, object)
    state_changed = Signal(str)
    aged = Signal(int)
    """Whole seconds since the newest picture, when they change."""

    def __init__(self, desk: Desk, make: Callable[..., CameraLike], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk, self._make = desk, make
        self._camera: CameraLike | None = None
        self._setup: CameraSetup | None = None
        self._paused: list[CameraFeed] = []
        self._number = self._aged = 0
        self._wanted = True
        self.status = Status(State.CLOSED)
        self._timer = QTimer(self, interval=_FRAME_MS)
        self._timer.timeout.connect(self._look)
        _feeds.add(self)

    @property
    def state(self) -> str:
        """The state as a word."""
        return self.status.state.value

    @property
    def reason(self) -> str:
        """Why the state is not a good one, in the operator's language; "" where it is."""
        return sentence(self.status.error) if self.status.error is not None else ""

    @property
    def age(self) -> float | None:
        """Seconds since the newest picture; None before the first."""
        return self._camera.age() if self._camera is not None else None

    def open(self, setup: CameraSetup | str) -> None:
        """Use another camera from now on; the one before is closed first. Comes back at once."""
        self.close()
        self._setup = setup if isinstance(setup, CameraSetup) else CameraSetup(setup)
        self._take_from_others()
        camera = self._make(self._setup)
        self._camera, self._number = camera, 0
        self._desk.on_camera(camera.start)
        self._timer.start()
        self._move(Status(State.OPENING))

    def close(self) -> None:
        """Let the device go, off this thread. Where it was taken from another feed, that one has it again."""
        self._pause()
        paused, self._paused = self._paused, []
        for feed in paused:
            if feed._camera is None and feed._setup is not None:
                feed.open(feed._setup)

    def release(self) -> None:
        """Let the device go at once, on this thread: the program ends."""
        camera = self._forget()
        if camera is not None:
            camera.close()

    def show(self, wanted: bool) -> None:
        """Pass frames on only while someone looks at them."""
        self._wanted = wanted

    def still(self) -> Task | None:
        """The picture of now; None where no camera is chosen. The task gives (Photo, QImage), or the reason."""
        return None if self._camera is None else self._desk.on_camera(still, self._camera)

    def _take_from_others(self) -> None:
        for feed in list(_feeds):
            if feed is not self and feed._camera is not None and feed._setup is not None and self._setup is not None:
                if feed._setup.source == self._setup.source and is_device(feed._setup.source):
                    feed._pause()
                    self._paused.append(feed)

    def _pause(self) -> None:
        camera = self._forget()
        if camera is not None:
            self._desk.on_camera(camera.close)

    def _forget(self) -> CameraLike | None:
        camera, self._camera = self._camera, None
        self._timer.stop()
        self._move(Status(State.CLOSED))
        return camera

    def _look(self) -> None:
        camera = self._camera
        if camera is None:
            return
        status = camera.status()
        # Until its thread runs, a camera that was begun a moment ago says that it is closed.
        self._move(Status(State.OPENING) if status.state is State.CLOSED else status)
        for came in camera.arrived():
            if isinstance(came, Fixable):
                self._desk.problems.tell(came)
            else:
                self._desk.on_camera(_shown, came).done.connect(lambda shown: self.arrived.emit(*shown))
        seconds = int(camera.age() or 0)
        if seconds != self._aged:
            self._aged = seconds
            self.aged.emit(seconds)
        newest = camera.latest()
        if self._wanted and newest is not None and newest.number != self._number:
            self._number = newest.number
            self.frame.emit(from_pixels(newest.pixels))

    def _move(self, status: Status) -> None:
        """The page is told of another state, and of another reason for the same."""
        before, self.status = self.status, status
        if (before.state, _code(before)) != (status.state, _code(status)):
            self.state_changed.emit(self.state)


def _code(status: Status) -> str:
    return "" if status.error is None else status.error.code


def _shown(photo: Photo) -> tuple[Photo, QImage]:
    return photo, picture(photo.data)
