"""Cameras, microphones and a loudspeaker that do what a test says, held to the contracts of the real ones."""

import threading
import time
from dataclasses import dataclass, field
from functools import cache

import numpy as np

from inspector_app.capture.frames import STALE_SECONDS, CameraLike, Frame, State, Status
from inspector_app.capture.microphone import Level, MicrophoneLike, MicrophoneName, voice_from_samples
from inspector_app.capture.sample import MAX_SECONDS, Photo, Voice, photo_from_bytes
from inspector_app.capture.setup import CameraName, CameraSetup
from inspector_app.errors import KensaError
from inspector_app.ui.desk import Devices


def scene(number: int = 0, width: int = 320, height: int = 240) -> np.ndarray:
    """A picture that differs from number to number."""
    rows, columns = np.mgrid[0:height, 0:width]
    return np.stack([(rows + number) % 256, columns % 256, (rows + columns) % 256], axis=2).astype(np.uint8)


@cache
def scenes() -> tuple[np.ndarray, ...]:
    """Half a second of pictures, drawn once: a real camera's are made on its own thread, not where they are shown."""
    return tuple(scene(number) for number in range(25))


class FakeCamera:
    """`refuses`: it cannot be opened. `stop()`: no more frames come, as after unplugging. `slow`: seconds to open.

    `push`: photos that come by themselves, as from a tethered camera.
    """

    def __init__(self, setup: CameraSetup | str = "0", *, refuses: bool = False, slow: float = 0.0) -> None:
        self.setup = CameraSetup(setup) if isinstance(setup, str) else setup
        self.refuses, self.slow = refuses, slow
        self.stopped = False
        self.closed = False
        self.push: list[Photo | KensaError] = []
        self._opened_at: float | None = None
        self._stopped_at = 0.0

    def start(self) -> None:
        scenes()
        self._opened_at = time.monotonic() + self.slow

    def open(self) -> None:
        self.start()
        time.sleep(self.slow)
        if self.refuses:
            raise self._refusal()

    def stop(self) -> None:
        """Unplug it, long ago."""
        self.stopped, self._stopped_at = True, time.monotonic() - STALE_SECONDS - 1

    def go_on(self) -> None:
        """Plug it in again."""
        self.stopped = False

    def status(self) -> Status:
        if self._opened_at is None or self.closed:
            return Status(State.CLOSED)
        if self.refuses:
            return Status(State.LOST, self._refusal())
        if time.monotonic() < self._opened_at:
            return Status(State.OPENING)
        return Status(State.STALE, self._stale()) if self.stopped else Status(State.LIVE)

    def latest(self) -> Frame | None:
        at = self._newest_at()
        if at is None or self._opened_at is None:
            return None
        number = max(int((at - self._opened_at) * 50), 0) + 1
        return Frame(scenes()[number % len(scenes())], number, at)

    def age(self) -> float | None:
        at = self._newest_at()
        return None if at is None else time.monotonic() - at

    def _newest_at(self) -> float | None:
        """When the newest frame came; None before the first. Draws nothing, as a real camera does not when asked."""
        if self._opened_at is None or self.refuses or time.monotonic() < self._opened_at:
            return None
        return self._stopped_at if self.stopped else time.monotonic()

    def still(self) -> Photo:
        import cv2

        frame, status = self.latest(), self.status()
        if frame is None or status.state is not State.LIVE:
            raise status.error or self._stale()
        return photo_from_bytes(cv2.imencode(".jpg", frame.pixels[:, :, ::-1])[1].tobytes(), "camera-fake.jpg")

    def arrived(self) -> list[Photo | KensaError]:
        came, self.push = self.push, []
        return came

    def close(self) -> None:
        self.closed = True

    def _refusal(self) -> KensaError:
        source = self.setup.source
        return KensaError("no_camera", f"There is no camera {source}; connect one, or work with files.")

    def _stale(self) -> KensaError:
        return KensaError("stale_camera", "The camera has stopped; check its cable, then take the photo again.")


class FakeMicrophone:
    """Hears a tone. `refuses`: start fails. `speed`: how much faster than the clock the note grows.

    `loudness`: amplitude of the tone, 1 is clipped. `unplug()`: nothing comes any more.
    """

    def __init__(self, source: str = "", *, refuses: bool = False, speed: float = 1.0) -> None:
        self.source, self.refuses, self.speed = source, refuses, speed
        self.max_seconds = MAX_SECONDS
        self.loudness = 0.4
        self._since: float | None = None
        self._unplugged_at: float | None = None

    def start(self) -> None:
        if self.refuses:
            raise KensaError("no_microphone", "There is no microphone; connect one, or use a sound file.")
        self._since, self._unplugged_at = time.monotonic(), None

    def unplug(self) -> None:
        """Nothing comes from now on."""
        self._unplugged_at = time.monotonic()

    def level(self) -> Level:
        return Level(self.loudness, self.loudness / 2**0.5) if self._since is not None else Level()

    def seconds(self) -> float:
        if self._since is None:
            return 0.0
        now = time.monotonic() if self._unplugged_at is None else self._unplugged_at
        return min((now - self._since) * self.speed, self.max_seconds)

    def remaining(self) -> float:
        return self.max_seconds - self.seconds()

    def full(self) -> bool:
        return self.seconds() >= self.max_seconds

    def problem(self) -> KensaError | None:
        if self._since is None or self._unplugged_at is None:
            return None
        return KensaError("microphone_unplugged", "The microphone gives nothing any more; check its plug.")

    def stop(self) -> Voice:
        count = int(self.seconds() * 48_000)
        self._since = None
        tone = self.loudness * np.sin(np.arange(count) * (2 * np.pi * 440 / 48_000))
        return voice_from_samples(tone.astype(np.float32), 48_000)

    def discard(self) -> None:
        self._since = None


class FakeSpeaker:
    """Remembers what was played."""

    def __init__(self) -> None:
        self.played: list[bytes] = []
        self.silenced = 0

    def play(self, data: bytes) -> float:
        self.played.append(data)
        return 1.0

    def playing(self) -> bool:
        return False

    def stop(self) -> None:
        self.silenced += 1


@dataclass
class Bench:
    """The devices of one test; `cameras` holds those that were made."""

    camera_refuses: bool = True
    microphone_refuses: bool = False
    speed: float = 1.0
    made: list[FakeCamera] = field(default_factory=list)
    microphone: FakeMicrophone | None = None
    speaker: FakeSpeaker = field(default_factory=FakeSpeaker)
    threads: set[str] = field(default_factory=set)

    def devices(self) -> Devices:
        return Devices(
            self._camera,
            self._microphone,
            self.speaker,
            lambda: [CameraName("0", "Fake camera")],
            lambda: [MicrophoneName("Fake microphone", "Fake microphone")],
        )

    def _camera(self, setup: CameraSetup | str) -> CameraLike:
        self.threads.add(threading.current_thread().name)
        self.made.append(FakeCamera(setup, refuses=self.camera_refuses))
        return self.made[-1]

    def _microphone(self, source: str) -> MicrophoneLike:
        self.microphone = FakeMicrophone(source, refuses=self.microphone_refuses, speed=self.speed)
        return self.microphone
