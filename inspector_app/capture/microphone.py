"""A microphone: records at the device's own rate with a level to show, gives a 16 kHz mono voice note; and playback.

Knows PortAudio through sounddevice and does without it in words; knows no window.
"""

import io
import threading
from dataclasses import dataclass
from datetime import datetime
from types import ModuleType
from typing import Any, Protocol

import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray

from inspector_app.capture.sample import MAX_SECONDS, Voice, voice_from_bytes
from inspector_app.errors import KensaError

VOICE_RATE = 16_000
"""Samples a second of a kept voice note: what the model hears."""


@dataclass(frozen=True, slots=True)
class MicrophoneName:
    """A microphone that can be chosen; `source` is its name in PortAudio, which outlives re-plugging."""

    source: str
    name: str


class MicrophoneLike(Protocol):
    """What the window needs of a microphone; the scriptable fake of the tests passes the same contract."""

    def start(self) -> None: ...
    def level(self) -> float: ...
    def seconds(self) -> float: ...
    def full(self) -> bool: ...
    def stop(self) -> Voice: ...
    def discard(self) -> None: ...


class SpeakerLike(Protocol):
    """What the window needs to play a voice note."""

    def play(self, data: bytes) -> float: ...
    def stop(self) -> None: ...


def portaudio() -> ModuleType:
    """The sounddevice module; KensaError where PortAudio is not installed."""
    try:
        import sounddevice
    except (OSError, ImportError) as error:
        raise KensaError(
            "no_portaudio", "Sound needs the PortAudio library; install it (Debian: libportaudio2), or use sound files."
        ) from error
    module: ModuleType = sounddevice
    return module


def microphones() -> list[MicrophoneName]:
    """The microphones that are plugged in now; none where PortAudio is missing."""
    try:
        sound = portaudio()
    except KensaError:
        return []
    found = [device for device in sound.query_devices() if device["max_input_channels"] > 0]
    names = dict.fromkeys(str(device["name"]) for device in found)
    return [MicrophoneName(name, name) for name in names]


class Microphone:
    """Records one note at a time. `source` is a device's name; "" is the system's default."""

    def __init__(self, source: str = "", max_seconds: float = MAX_SECONDS) -> None:
        self.source = source
        self.max_seconds = max_seconds
        self._lock = threading.Lock()
        self._blocks: list[NDArray[np.float32]] = []
        self._frames = 0
        self._level = 0.0
        self._rate = VOICE_RATE
        self._stream: Any = None

    def start(self) -> None:
        """Begin to record; KensaError when there is no microphone or it cannot be opened. May take a moment."""
        self.discard()
        sound = portaudio()
        try:
            device = self._device(sound)
            # At any other rate PortAudio calls many a device invalid.
            self._rate = int(device["default_samplerate"])
            stream = sound.InputStream(
                device=device["index"], samplerate=self._rate, channels=1, dtype="float32", callback=self._take
            )
            self._stream = stream
            stream.start()
        except (sound.PortAudioError, ValueError) as error:
            self.discard()
            raise KensaError("no_microphone", "There is no microphone; connect one, or use a sound file.") from error

    def level(self) -> float:
        """Loudest of the newest block, 0 to 1; 1 is clipped."""
        return self._level

    def seconds(self) -> float:
        """Length recorded so far."""
        return min(self._frames / self._rate, self.max_seconds)

    def full(self) -> bool:
        """Whether the longest note is reached; what is said after is not kept."""
        return self._frames >= int(self.max_seconds * self._rate)

    def stop(self) -> Voice:
        """End the recording and give it as 16 kHz mono FLAC; KensaError when it is too short."""
        self._end()
        with self._lock:
            blocks, self._blocks, self._frames = self._blocks, [], 0
        samples = np.concatenate(blocks) if blocks else np.zeros(0, np.float32)
        return voice_from_samples(samples[: int(self.max_seconds * self._rate)], self._rate)

    def discard(self) -> None:
        """End the recording and forget it."""
        self._end()
        with self._lock:
            self._blocks, self._frames, self._level = [], 0, 0.0

    def _device(self, sound: Any) -> Any:
        if self._stream is None:
            # PortAudio reads its list of devices once: read it again, for what was plugged in since.
            sound._terminate()
            sound._initialize()
        return sound.query_devices(self.source or None, "input")

    def _take(self, block: NDArray[np.float32], frames: int, when: object, status: object) -> None:
        mono = np.asarray(block[:, 0], np.float32)
        with self._lock:
            self._level = float(np.abs(mono).max(initial=0.0))
            if not self.full():
                self._blocks.append(mono.copy())
                self._frames += len(mono)

    def _end(self) -> None:
        stream, self._stream = self._stream, None
        if stream is not None:
            stream.close()


class Speaker:
    """Plays a kept voice note through the system's default output."""

    def __init__(self) -> None:
        self._used = False

    def play(self, data: bytes) -> float:
        """Start playing an encoded sound file; gives its length in seconds. KensaError when there is no output."""
        sound = portaudio()
        samples, rate = soundfile.read(io.BytesIO(data), dtype="float32", always_2d=True)
        try:
            output = sound.query_devices(None, "output")
            own = int(output["default_samplerate"])
            self._used = True
            sound.play(soxr.resample(samples.mean(axis=1), rate, own), own)
        except (sound.PortAudioError, ValueError) as error:
            raise KensaError("no_speaker", "There is no loudspeaker to play the note; connect one.") from error
        return len(samples) / float(rate)

    def stop(self) -> None:
        """Be silent. Loads nothing when nothing was ever played."""
        if self._used:
            portaudio().stop()


def voice_from_samples(samples: NDArray[np.float32], rate: int) -> Voice:
    """A recording (mono float, any rate) as a 16 kHz FLAC voice note."""
    heard = soxr.resample(samples, rate, VOICE_RATE, quality="HQ") if rate != VOICE_RATE else samples
    # The resampler may end a few samples past the limit.
    heard = np.clip(heard[: int(MAX_SECONDS * VOICE_RATE)], -1.0, 1.0)
    file = io.BytesIO()
    soundfile.write(file, heard, VOICE_RATE, format="FLAC", subtype="PCM_16")
    return voice_from_bytes(file.getvalue(), f"voice-{datetime.now():%Y%m%d-%H%M%S}.flac")
