"""Cameras, microphones and a loudspeaker that do what a test says, held to the contracts of the real ones."""

import threading
import time
from dataclasses import dataclass, field

import numpy as np

from inspector_app.capture.camera import STALE_SECONDS, CameraLike, CameraName, Frame
from inspector_app.capture.microphone import MicrophoneLike, MicrophoneName, voice_from_samples
from inspector_app.capture.sample import MAX_SECONDS, Photo, Voice, photo_from_bytes
from inspector_app.errors import KensaError
from inspector_app.ui.desk import Devices


def scene(number: int = 0, width: int = 320, height: int = 240) -> np.ndarray:
    """A picture that differs from number to number."""
    rows, columns = np.mgrid[0:height, 0:width]
    return np.stack([(rows + number) % 256, columns % 256, (rows + columns) % 256], axis=2).astype(np.uint8)


class FakeCamera:
    """`refuses`: open fails. `stopped`: no more frames come, as after unplugging. `slow`: seconds that open takes."""

    def __init__(self, source: str = "0", *, refuses: bool = False, slow: float = 0.0) -> None:
        self.source, self.refuses, self.slow = source, refuses, slow
        self.stopped = False
        self.closed = False
        self._opened_at: float | None = None
        self._stopped_at = 0.0

    def open(self) -> None:
        time.sleep(self.slow)
        if self.refuses:
            raise KensaError("no_camera", f"There is no camera {self.source}; connect one, or work with files.")
        self._opened_at = time.monotonic()

    def stop(self) -> None:
        """Unplug it, long ago."""
        self.stopped, self._stopped_at = True, time.monotonic() - STALE_SECONDS - 1

    def latest(self) -> Frame | None:
        if self._opened_at is None:
            return None
        now = self._stopped_at if self.stopped else time.monotonic()
        number = max(int((now - self._opened_at) * 50), 0) + 1
        return Frame(scene(number), number, now)

    def age(self) -> float | None:
        frame = self.latest()
        return None if frame is None else time.monotonic() - frame.at

    def still(self) -> Photo:
        import cv2

        frame = self.latest()
        if frame is None or time.monotonic() - frame.at > STALE_SECONDS:
            raise KensaError("stale_camera", "The camera has stopped; check its cable, then take the photo again.")
        return photo_from_bytes(cv2.imencode(".jpg", frame.pixels[:, :, ::-1])[1].tobytes(), "camera-fake.jpg")

    def close(self) -> None:
        self.closed = True


class FakeMicrophone:
    """Hears a tone. `refuses`: start fails. `speed`: how much faster than the clock the note grows."""

    def __init__(self, source: str = "", *, refuses: bool = False, speed: float = 1.0) -> None:
        self.source, self.refuses, self.speed = source, refuses, speed
        self.max_seconds = MAX_SECONDS
        self._since: float | None = None

    def start(self) -> None:
        if self.refuses:
            raise KensaError("no_microphone", "There is no microphone; connect one, or use a sound file.")
        self._since = time.monotonic()

    def level(self) -> float:
        return 0.4 if self._since is not None else 0.0

    def seconds(self) -> float:
        return 0.0 if self._since is None else min((time.monotonic() - self._since) * self.speed, self.max_seconds)

    def full(self) -> bool:
        return self.seconds() >= self.max_seconds

    def stop(self) -> Voice:
        count = int(self.seconds() * 48_000)
        self._since = None
        tone = 0.4 * np.sin(np.arange(count) * (2 * np.pi * 440 / 48_000))
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

    def _camera(self, source: str) -> CameraLike:
        self.threads.add(threading.current_thread().name)
        self.made.append(FakeCamera(source, refuses=self.camera_refuses))
        return self.made[-1]

    def _microphone(self, source: str) -> MicrophoneLike:
        self.microphone = FakeMicrophone(source, refuses=self.microphone_refuses, speed=self.speed)
        return self.microphone
