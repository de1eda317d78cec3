"""Microphones: one contract, passed by the fake and by PortAudio in the recording booth; and what goes wrong."""

import io
import sys
from collections.abc import Iterator

import numpy as np
import pytest
import soundfile

from inspector_app.capture import portaudio as audio
from inspector_app.capture.microphone import (
    VOICE_RATE,
    Level,
    Microphone,
    MicrophoneLike,
    microphones,
    try_microphone,
    voice_from_samples,
)
from inspector_app.capture.speaker import Speaker
from inspector_app.errors import KensaError
from tests.capture.conftest import until
from tests.ui.fake_devices import FakeMicrophone


@pytest.fixture(params=["fake", "portaudio"])
def microphone(request: pytest.FixtureRequest) -> Iterator[MicrophoneLike]:
    if request.param == "portaudio":
        request.getfixturevalue("booth")
    made: MicrophoneLike = FakeMicrophone() if request.param == "fake" else Microphone()
    yield made
    made.discard()


class TestMicrophoneContract:
    def test_a_note_is_mono_at_16_khz_and_as_long_as_it_was_recorded(self, microphone: MicrophoneLike) -> None:
        microphone.start()
        until(lambda: microphone.seconds() >= 0.5)
        length = microphone.seconds()
        assert microphone.problem() is None
        assert microphone.remaining() == pytest.approx(40 - length, abs=0.3)
        voice = microphone.stop()
        with soundfile.SoundFile(io.BytesIO(voice.data)) as sound:
            assert (sound.samplerate, sound.channels) == (VOICE_RATE, 1)
        assert abs(voice.seconds - length) < 0.3

    def test_discard_forgets(self, microphone: MicrophoneLike) -> None:
        microphone.start()
        until(lambda: microphone.seconds() > 0.2)
        microphone.discard()
        assert microphone.seconds() == 0 and microphone.level() == Level() and not microphone.full()

    def test_too_short_a_note_is_refused(self, microphone: MicrophoneLike) -> None:
        microphone.start()
        with pytest.raises(KensaError):
            microphone.stop()

    def test_it_records_again_after_a_note(self, microphone: MicrophoneLike) -> None:
        for _ in range(2):
            microphone.start()
            until(lambda: microphone.seconds() >= 0.2)
            assert microphone.stop().seconds >= 0.2


class _Stream:
    """PortAudio's stream: gives its callback what a test pushes."""

    def __init__(self, gives: bool, **asked: object) -> None:
        self.gives, self.asked = gives, asked
        self.closed = False
        self.active = True

    def start(self) -> None:
        if self.gives:
            self.asked["callback"](np.zeros((0, self.asked["channels"])), 0, None, None)  # type: ignore

    def close(self) -> None:
        self.closed = True


class _Sound:
    """The part of sounddevice that is used, with the devices of a test. The names are those of real systems."""

    class PortAudioError(Exception):
        pass

    class CallbackStop(Exception):
        pass

    def __init__(self, *names: str, rate: float = 44_100.0) -> None:
        self.names, self.rate = names, rate
        self.refuses_channels: set[int] = set()
        self.gives = True
        self.streams: list[_Stream] = []
        self.rescans = 0

    def _terminate(self) -> None:
        assert all(stream.closed for stream in self.streams), "streams die when the list is read again"
        self.rescans += 1

    def _initialize(self) -> None:
        return None

    def query_hostapis(self) -> list[dict[str, object]]:
        return [{"name": "ALSA"}]

    def query_devices(self, source: object = None, kind: str | None = None) -> object:
        found = [
            {
                "index": index,
                "name": name,
                "hostapi": 0,
                "default_samplerate": self.rate,
                "max_input_channels": 2,
                "max_output_channels": 2,
            }
            for index, name in enumerate(self.names)
        ]
        if kind is None:
            return found
        if not found:
            raise self.PortAudioError("no default device")
        return found[0]

    def InputStream(self, **asked: object) -> _Stream:
        if asked["channels"] in self.refuses_channels:
            raise self.PortAudioError("Invalid number of channels")
        self.streams.append(_Stream(self.gives, **asked))
        return self.streams[-1]

    OutputStream = InputStream

    def push(self, block: np.ndarray) -> None:
        self.streams[-1].asked["callback"](block, len(block), None, None)  # type: ignore[operator]


@pytest.fixture
def use(monkeypatch: pytest.MonkeyPatch) -> Iterator[object]:
    def use(sound: _Sound) -> _Sound:
        monkeypatch.setattr(audio, "portaudio", lambda: sound)
        return sound

    monkeypatch.setattr(audio, "_open", 0)
    yield use


def tone(rate: int, seconds: float = 1.0, loud: float = 0.5, channels: int = 1) -> np.ndarray:
    wave = loud * np.sin(np.arange(int(rate * seconds)) * (2 * np.pi * 1000 / rate))
    return np.repeat(wave[:, None], channels, axis=1).astype(np.float32)


def test_recording_is_at_the_devices_own_rate(use) -> None:  # type: ignore[no-untyped-def]
    sound = use(_Sound("Headset", rate=44_100.0))
    microphone = Microphone("Headset")
    microphone.start()
    assert sound.streams[0].asked["samplerate"] == 44_100 and sound.rescans == 1
    for block in np.split(tone(44_100), 10):
        sound.push(block)
    level = microphone.level()
    assert level.peak == pytest.approx(0.5, abs=0.01) and level.rms == pytest.approx(0.5 / 2**0.5, abs=0.01)
    assert level.peak_db == pytest.approx(-6, abs=0.2) and level.rms_db == pytest.approx(-9, abs=0.2)
    assert not level.clipped and microphone.seconds() == pytest.approx(1.0)
    voice = microphone.stop()
    assert sound.streams[0].closed
    samples, rate = soundfile.read(io.BytesIO(voice.data))
    peak = np.argmax(np.abs(np.fft.rfft(samples))) * rate / len(samples)
    assert rate == VOICE_RATE and peak == pytest.approx(1000, abs=2)


def test_after_40_seconds_nothing_more_is_kept(use) -> None:  # type: ignore[no-untyped-def]
    sound = use(_Sound("Headset", rate=8_000.0))
    microphone = Microphone()
    microphone.start()
    for _ in range(45):
        sound.push(np.full((8_000, 1), 0.1, np.float32))
    assert microphone.full() and microphone.seconds() == 40 and microphone.remaining() == 0
    assert microphone.stop().seconds == pytest.approx(40, abs=0.01)


def test_a_device_that_has_only_stereo_is_recorded_as_its_mean(use) -> None:  # type: ignore[no-untyped-def]
    sound = use(_Sound("Interface", rate=48_000.0))
    sound.refuses_channels = {1}
    microphone = Microphone()
    microphone.start()
    block = tone(48_000, channels=2)
    block[:, 1] = 0
    sound.push(block)
    assert sound.streams[0].asked["channels"] == 2
    assert microphone.level().peak == pytest.approx(0.5, abs=0.01)
    samples, _ = soundfile.read(io.BytesIO(microphone.stop().data))
    assert np.abs(samples[2000:-2000]).max() == pytest.approx(0.25, abs=0.01)


@pytest.mark.parametrize(
    ("names", "source", "code"),
    [((), "", "no_microphone"), ((), "Headset", "microphone_gone"), (("Webcam",), "Headset", "microphone_gone")],
)
def test_an_absent_microphone_is_said(use, names: tuple[str, ...], source: str, code: str) -> None:  # type: ignore[no-untyped-def]
    use(_Sound(*names))
    with pytest.raises(KensaError) as caught:
        Microphone(source).start()
    assert caught.value.code == code and source in caught.value.message
    assert audio._open == 0


def test_a_microphone_that_another_program_holds_is_said(use) -> None:  # type: ignore[no-untyped-def]
    sound = use(_Sound("Headset"))
    sound.refuses_channels = {1, 2}
    with pytest.raises(KensaError) as caught:
        Microphone().start()
    assert caught.value.code == "microphone_refused" and "Headset" in caught.value.message and audio._open == 0


def test_a_microphone_that_gives_nothing_is_said(use, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    """Switched off at its cable, as some are: PortAudio opens it and calls it well."""
    sound = use(_Sound("Headset"))
    sound.gives = False
    monkeypatch.setattr("inspector_app.capture.microphone.START_SECONDS", 0.1)
    microphone = Microphone()
    with pytest.raises(KensaError) as caught:
        microphone.start()
    assert caught.value.code == "silent_microphone" and sound.streams[0].closed and audio._open == 0
    assert microphone.problem() is None


def test_names_outlive_replugging(use) -> None:  # type: ignore[no-untyped-def]
    sound = use(_Sound("USB Headset: Audio (hw:1,0)", "USB Headset: Audio (hw:2,0)", "Mikrofon (2- Jabra Link)"))
    names = [name.source for name in microphones()]
    assert names == ["USB Headset: Audio", "USB Headset: Audio #2", "Mikrofon (Jabra Link)"]
    # Plugged in again it is the third card; it is found by its name.
    sound.names = ("HDA Intel: ALC (hw:0,0)", "USB Headset: Audio (hw:3,0)")
    microphone = Microphone("USB Headset: Audio")
    microphone.start()
    assert sound.streams[0].asked["device"] == 1
    microphone.discard()


def test_the_list_is_not_read_again_while_something_records(use) -> None:  # type: ignore[no-untyped-def]
    sound = use(_Sound("Headset"))
    microphone = Microphone()
    microphone.start()
    assert sound.rescans == 1
    assert [name.name for name in microphones()] == ["Headset"] and sound.rescans == 1
    microphone.discard()
    microphones()
    assert sound.rescans == 2


def test_unplugged_while_recording_is_said_and_what_was_said_is_kept(use, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    sound = use(_Sound("Headset"))
    microphone = Microphone()
    microphone.start()
    sound.push(tone(44_100, 0.5))
    assert microphone.problem() is None
    monkeypatch.setattr("inspector_app.capture.microphone.SILENT_SECONDS", 0.05)
    until(lambda: microphone.problem() is not None)
    problem = microphone.problem()
    assert problem is not None and problem.code == "microphone_unplugged"
    assert microphone.stop().seconds == pytest.approx(0.5, abs=0.01)
    assert microphone.problem() is None


def test_a_driver_that_hangs_at_closing_is_not_waited_for(use, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    import threading
    import time

    sound, let_go = use(_Sound("Headset")), threading.Event()
    monkeypatch.setattr("inspector_app.capture.portaudio._CLOSE_SECONDS", 0.1)
    microphone = Microphone()
    microphone.start()
    sound.streams[0].close = lambda: let_go.wait(20)
    sound.push(tone(44_100, 0.5))
    before = time.monotonic()
    assert microphone.stop().seconds > 0.4 and time.monotonic() - before < 5
    # The list must not be read again under the stream that still closes.
    assert audio._open == 1
    let_go.set()
    until(lambda: audio._open == 0)


def test_without_portaudio_it_is_said_and_nothing_is_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sounddevice", None)
    assert microphones() == []
    for act in (Microphone().start, try_microphone, lambda: Speaker().play(b"")):
        with pytest.raises(KensaError) as caught:
            act()
        assert caught.value.code == "no_portaudio" and "libportaudio2" in caught.value.message
    Speaker().stop()
    assert not Speaker().playing()


def test_a_loud_recording_is_clipped_not_wrapped() -> None:
    loud = np.full(48_000, 1.5, np.float32)
    voice = voice_from_samples(loud, 48_000)
    samples, _ = soundfile.read(io.BytesIO(voice.data))
    assert samples.max() > 0.99 and samples.min() > -0.6
