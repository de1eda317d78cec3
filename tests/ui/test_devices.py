"""Camera and microphone: one contract, passed by the fakes and, where there is hardware, by the real ones."""

import io
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile
from PIL import Image

from inspector_app.capture import microphone as microphone_module
from inspector_app.capture.camera import Camera, CameraLike, cameras
from inspector_app.capture.microphone import (
    VOICE_RATE,
    Microphone,
    MicrophoneLike,
    Speaker,
    microphones,
    portaudio,
    voice_from_samples,
)
from inspector_app.errors import KensaError
from tests.ui.fake_devices import FakeCamera, FakeMicrophone, scene


def until(condition: Callable[[], bool], seconds: float = 5.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.01)


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Forty pictures at 20 a second, as Motion JPEG."""
    import cv2

    path = tmp_path_factory.mktemp("film") / "film.avi"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 20.0, (320, 240))
    assert writer.isOpened()
    for number in range(40):
        writer.write(np.ascontiguousarray(scene(number)[:, :, ::-1]))
    writer.release()
    return path


@pytest.fixture(params=["fake", "film", "hardware"])
def camera(request: pytest.FixtureRequest, film: Path) -> Iterator[CameraLike]:
    if request.param == "hardware" and not cameras():
        pytest.skip("no camera on this computer")
    made: CameraLike = {
        "fake": FakeCamera,
        "film": lambda: Camera(str(film)),
        "hardware": Camera,
    }[request.param]()
    yield made
    made.close()


class TestCameraContract:
    def test_nothing_comes_before_it_is_open(self, camera: CameraLike) -> None:
        assert camera.latest() is None and camera.age() is None
        with pytest.raises(KensaError):
            camera.still()

    def test_open_means_that_a_frame_came(self, camera: CameraLike) -> None:
        camera.open()
        frame = camera.latest()
        assert frame is not None and frame.pixels.dtype == np.uint8 and frame.pixels.shape[2] == 3
        age = camera.age()
        assert age is not None and age < 1.0

    def test_frames_go_on(self, camera: CameraLike) -> None:
        camera.open()
        first = camera.latest()
        assert first is not None
        until(lambda: (frame := camera.latest()) is not None and frame.number > first.number)

    def test_a_still_is_a_photo_of_the_same_size(self, camera: CameraLike) -> None:
        camera.open()
        photo, frame = camera.still(), camera.latest()
        assert frame is not None
        assert (photo.height, photo.width) == frame.pixels.shape[:2]
        assert Image.open(io.BytesIO(photo.data)).format == "JPEG"

    def test_close_twice_does_no_harm(self, camera: CameraLike) -> None:
        camera.open()
        camera.close()
        camera.close()


def test_colours_come_as_red_green_blue(tmp_path: Path) -> None:
    import cv2

    path = tmp_path / "red.avi"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 20.0, (64, 64))
    for _ in range(5):
        writer.write(np.full((64, 64, 3), (0, 0, 230), np.uint8))
    writer.release()
    camera = Camera(str(path))
    camera.open()
    frame, photo = camera.latest(), camera.still()
    camera.close()
    assert frame is not None
    seen = np.asarray(Image.open(io.BytesIO(photo.data)))
    for pixels in (frame.pixels, seen):
        assert pixels[32, 32, 0] > 200 and pixels[32, 32, 2] < 40


def test_a_camera_that_ends_is_opened_again(film: Path) -> None:
    camera = Camera(str(film))
    camera.open()
    # The film has 40 frames: more can come only after it was opened again.
    until(lambda: (frame := camera.latest()) is not None and frame.number > 45, seconds=8)
    camera.close()


def test_an_absent_camera_is_said_at_once(tmp_path: Path) -> None:
    camera = Camera(str(tmp_path / "nothing.avi"), open_seconds=5)
    before = time.monotonic()
    with pytest.raises(KensaError) as caught:
        camera.open()
    assert caught.value.code == "no_camera" and time.monotonic() - before < 3


class _Silent:
    """A device that opens and never delivers: `read` waits as a bad driver does."""

    def __init__(self) -> None:
        self.let_go = threading.Event()
        self.released = False

    def isOpened(self) -> bool:
        return True

    def get(self, _: int) -> float:
        return 0.0

    def read(self) -> tuple[bool, None]:
        self.let_go.wait(20)
        return False, None

    def release(self) -> None:
        self.released = True


def test_a_driver_that_hangs_ends_in_time_and_is_released_later(monkeypatch: pytest.MonkeyPatch) -> None:
    device = _Silent()
    monkeypatch.setattr("inspector_app.capture.camera._device", lambda _: device)
    camera = Camera("0", open_seconds=0.3)
    before = time.monotonic()
    with pytest.raises(KensaError) as caught:
        camera.open()
    assert caught.value.code == "silent_camera" and time.monotonic() - before < 4
    device.let_go.set()
    until(lambda: device.released)


def test_windows_trap_is_set_before_opencv_is_loaded(film: Path) -> None:
    import os

    camera = Camera(str(film))
    camera.open()
    camera.close()
    assert os.environ["OPENCV_VIDEOIO_MSMF_ENABLE_HW_TRANSFORMS"] == "0"


@pytest.fixture(params=["fake", "hardware"])
def microphone(request: pytest.FixtureRequest) -> Iterator[MicrophoneLike]:
    if request.param == "hardware" and not microphones():
        pytest.skip("no microphone on this computer")
    made: MicrophoneLike = FakeMicrophone() if request.param == "fake" else Microphone()
    yield made
    made.discard()


class TestMicrophoneContract:
    def test_a_note_is_mono_at_16_khz_and_as_long_as_it_was_recorded(self, microphone: MicrophoneLike) -> None:
        microphone.start()
        until(lambda: microphone.seconds() >= 0.5)
        length = microphone.seconds()
        voice = microphone.stop()
        with soundfile.SoundFile(io.BytesIO(voice.data)) as sound:
            assert (sound.samplerate, sound.channels) == (VOICE_RATE, 1)
        assert abs(voice.seconds - length) < 0.3

    def test_discard_forgets(self, microphone: MicrophoneLike) -> None:
        microphone.start()
        until(lambda: microphone.seconds() > 0.2)
        microphone.discard()
        assert microphone.seconds() == 0 and microphone.level() == 0 and not microphone.full()

    def test_too_short_a_note_is_refused(self, microphone: MicrophoneLike) -> None:
        microphone.start()
        with pytest.raises(KensaError):
            microphone.stop()


class _Stream:
    """PortAudio's stream: gives its callback what a test pushes."""

    def __init__(self, **asked: object) -> None:
        self.asked = asked
        self.closed = False

    def start(self) -> None:
        return None

    def close(self) -> None:
        self.closed = True


class _Sound:
    """The part of sounddevice that the microphone uses, with one device of an odd rate."""

    class PortAudioError(Exception):
        pass

    def __init__(self, rate: float = 44_100.0, *, absent: bool = False) -> None:
        self.rate, self.absent = rate, absent
        self.streams: list[_Stream] = []
        self.rescans = 0

    def _terminate(self) -> None:
        self.rescans += 1

    def _initialize(self) -> None:
        return None

    def query_devices(self, source: str | None, kind: str) -> dict[str, object]:
        if self.absent:
            raise self.PortAudioError("no default device")
        return {"index": 3, "default_samplerate": self.rate}

    def InputStream(self, **asked: object) -> _Stream:
        self.streams.append(_Stream(**asked))
        return self.streams[-1]


def test_recording_is_at_the_devices_own_rate(monkeypatch: pytest.MonkeyPatch) -> None:
    sound = _Sound(44_100.0)
    monkeypatch.setattr(microphone_module, "portaudio", lambda: sound)
    microphone = Microphone("Headset")
    microphone.start()
    assert sound.streams[0].asked["samplerate"] == 44_100 and sound.rescans == 1
    push = sound.streams[0].asked["callback"]
    tone = (0.5 * np.sin(np.arange(44_100) * (2 * np.pi * 1000 / 44_100))).astype(np.float32)
    for block in np.split(tone, 10):
        push(block[:, None], len(block), None, None)  # type: ignore[operator]
    assert microphone.level() == pytest.approx(0.5, abs=0.01) and microphone.seconds() == pytest.approx(1.0)
    voice = microphone.stop()
    assert sound.streams[0].closed
    samples, rate = soundfile.read(io.BytesIO(voice.data))
    peak = np.argmax(np.abs(np.fft.rfft(samples))) * rate / len(samples)
    assert rate == VOICE_RATE and peak == pytest.approx(1000, abs=2)


def test_after_40_seconds_nothing_more_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    sound = _Sound(8_000.0)
    monkeypatch.setattr(microphone_module, "portaudio", lambda: sound)
    microphone = Microphone()
    microphone.start()
    second = np.full((8_000, 1), 0.1, np.float32)
    for _ in range(45):
        sound.streams[0].asked["callback"](second, 8_000, None, None)  # type: ignore[operator]
    assert microphone.full() and microphone.seconds() == 40
    assert microphone.stop().seconds == pytest.approx(40, abs=0.01)


def test_no_device_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(microphone_module, "portaudio", lambda: _Sound(absent=True))
    with pytest.raises(KensaError) as caught:
        Microphone().start()
    assert caught.value.code == "no_microphone"


def test_without_portaudio_it_is_said_and_nothing_is_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "sounddevice", None)
    assert microphones() == []
    for act in (Microphone().start, lambda: Speaker().play(b"")):
        with pytest.raises(KensaError) as caught:
            act()
        assert caught.value.code == "no_portaudio"
    Speaker().stop()


def test_portaudio_is_there_or_said() -> None:
    try:
        portaudio()
    except KensaError as error:
        pytest.skip(error.message)


def test_a_loud_recording_is_clipped_not_wrapped() -> None:
    loud = np.full(48_000, 1.5, np.float32)
    voice = voice_from_samples(loud, 48_000)
    samples, _ = soundfile.read(io.BytesIO(voice.data))
    assert samples.max() > 0.99 and samples.min() > -0.6
