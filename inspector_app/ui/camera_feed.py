"""The live picture on the GUI thread: opens the camera on its lane, passes the newest frame on, tells when it stops.

Knows the camera's protocol. Knows no page.
"""

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Signal

from inspector_app.capture.camera import STALE_SECONDS, CameraLike
from inspector_app.tasks import Task
from inspector_app.ui.desk import Desk, still
from inspector_app.ui.pictures import from_pixels

_FRAME_MS = 33


class CameraFeed(QObject):
    """State "off", "opening", "live", "lost" (stopped, it is being opened again) or "none" (could not be opened)."""

    frame = Signal(object)
    state_changed = Signal(str)

    def __init__(self, desk: Desk, make: Callable[[str], CameraLike], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk, self._make = desk, make
        self._camera: CameraLike | None = None
        self._number = 0
        self._wanted = True
        self.state = "off"
        self.error: Exception | None = None
        self._timer = QTimer(self, interval=_FRAME_MS)
        self._timer.timeout.connect(self._look)

    def open(self, source: str) -> None:
        """Open another camera; the one before is closed first."""
        self.close()
        camera = self._make(source)
        self._camera = camera
        self._move("opening")
        task = self._desk.on_camera(camera.open)
        task.done.connect(lambda _: self._opened(camera))
        task.failed.connect(lambda error: self._failed(camera, error))

    def close(self) -> None:
        """Let the device go, off this thread."""
        camera, self._camera = self._camera, None
        self._timer.stop()
        if camera is not None:
            self._desk.on_camera(camera.close)
        self._move("off")

    def release(self) -> None:
        """Let the device go at once, on this thread: the program ends."""
        camera, self._camera = self._camera, None
        self._timer.stop()
        if camera is not None:
            camera.close()

    def show(self, wanted: bool) -> None:
        """Pass frames on only while someone looks at them."""
        self._wanted = wanted

    def still(self) -> Task | None:
        """The picture of now; None where no camera is open. The task gives (Photo, QImage)."""
        if self._camera is None or self.state not in ("live", "lost"):
            return None
        return self._desk.on_camera(still, self._camera)

    def _opened(self, camera: CameraLike) -> None:
        if camera is self._camera:
            self._number = 0
            self._timer.start()
            self._move("live")

    def _failed(self, camera: CameraLike, error: Exception) -> None:
        if camera is self._camera:
            self._camera, self.error = None, error
            self._move("none")

    def _look(self) -> None:
        if self._camera is None:
            return
        age = self._camera.age()
        self._move("lost" if age is None or age > STALE_SECONDS else "live")
        newest = self._camera.latest()
        if self._wanted and newest is not None and newest.number != self._number:
            self._number = newest.number
            self.frame.emit(from_pixels(newest.pixels))

    def _move(self, state: str) -> None:
        if state != self.state:
            self.state = state
            self.state_changed.emit(state)
