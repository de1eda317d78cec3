"""A microphone: records at the device's own rate with a level to show, gives a 16 kHz mono voice note.

Knows PortAudio's streams; knows no window. Everything but the figures of a running recording takes time: it is not for
the GUI thread.
"""

import io
import threading
import time
from collections import deque
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray

from inspector_app.capture import portaudio as audio
from inspector_app.capture.checks import Finding, check_samples, decibel
from inspector_app.capture.sample import MAX_SECONDS, Voice, voice_from_bytes
from inspector_app.errors import KensaError

VOICE_RATE = 16_000
"""Samples a second of a kept voice note: what the model hears."""
SILENT_SECONDS = 1.5
"""A device that gives nothing for so long is unplugged; PortAudio itself does not tell."""
START_SECONDS = 5.0
"""How long a microphone may take until its first sound."""
_LEVEL_SECONDS = 0.1
"""What the meter shows: longer than the pause between two looks, so that nothing clips unseen."""
_CLIPPED = 0.985
_LATENCY = 0.2
"""Seconds of sound that the system may hold back for us: on a busy computer, what is not fetched in time is lost."""


@dataclass(frozen=True, slots=True)
class MicrophoneName:
    """A microphone that can be chosen; `source` is its lasting name: it outlives re-plugging."""

    source: str
    name: str


@dataclass(frozen=True, slots=True)
class Level:
    """How loud it is now: loudest sample and root mean square of the last moment, 0 to 1."""

    peak: float = 0.0
    rms: float = 0.0

    @property
    def peak_db(self) -> float:
        """dB of full scale, -120 for silence."""
        return decibel(self.peak)

    @property
    def rms_db(self) -> float:
        """dB of full scale, -120 for silence."""
        return decibel(self.rms)

    @property
    def clipped(self) -> bool:
        """Louder than the device can tell."""
        return self.peak >= _CLIPPED


@dataclass(frozen=True, slots=True)
class Trial:
    """What a microphone heard when it was tried: its loudest level, and what is wrong with it."""

    level: Level
    findings: list[Finding]


class MicrophoneLike(Protocol):
    """What the window needs of a microphone; the scriptable fake of the tests passes the same contract."""

    def start(self) -> None: ...
    def level(self) -> Level: ...
    def seconds(self) -> float: ...
    def remaining(self) -> float: ...
    def full(self) -> bool: ...
    def problem(self) -> KensaError | None: ...
    def stop(self) -> Voice: ...
    def discard(self) -> None: ...


def microphones() -> list[MicrophoneName]:
    """The microphones that are plugged in now; none where PortAudio is missing."""
    try:
        return [MicrophoneName(device.name, device.name) for device in audio.inputs()]
    except KensaError:
        return []


def try_microphone(source: str = "", seconds: float = 1.0) -> Trial:
    """Record a moment and say how loud it was; KensaError where there is no microphone. Takes `seconds`."""
    microphone = Microphone(source)
    microphone.start()
    loudest = Level()
    end = time.monotonic() + seconds + SILENT_SECONDS
    while microphone.seconds() < seconds and time.monotonic() < end and microphone.problem() is None:
        time.sleep(0.02)
        now = microphone.level()
        loudest = Level(max(loudest.peak, now.peak), max(loudest.rms, now.rms))
    samples, rate = microphone.end()
    if not len(samples):
        raise _unplugged()
    return Trial(loudest, check_samples(samples, rate))


class Microphone:
    """Records one note at a time. `source` is a device's lasting name; "" is the system's default."""

    def __init__(self, source: str = "", max_seconds: float = MAX_SECONDS) -> None:
        self.source = source
        self.max_seconds = max_seconds
        self._lock = threading.Lock()
        self._blocks: list[NDArray[np.float32]] = []
        self._frames = 0
        self._recent: deque[tuple[float, float, float, int]] = deque()  # when, peak, energy, samples
        self._rate = VOICE_RATE
        self._heard_at = 0.0
        self._first = threading.Event()
        self._stream: Any = None

    def start(self) -> None:
        """Begin to record; comes back when the first sound came, so that no word is lost. It may take a moment.

        KensaError when there is no microphone, it cannot be opened, or it gives nothing.
        """
        self.discard()
        self._first.clear()
        with audio.in_use() as sound:
            device = audio.find(sound, self.source, "input")
            self._stream = self._opened(sound, device)
        if not self._first.wait(START_SECONDS):
            self.discard()
            raise KensaError(
                "silent_microphone", f"The microphone {device.name} gives nothing; check its plug, or choose another."
            )

    def level(self) -> Level:
        """How loud the last tenth of a second is."""
        with self._lock:
            recent = list(self._recent)
        count = sum(part[3] for part in recent)
        if not count:
            return Level()
        return Level(max(part[1] for part in recent), (sum(part[2] for part in recent) / count) ** 0.5)

    def seconds(self) -> float:
        """Length recorded so far."""
        return min(self._frames / self._rate, self.max_seconds)

    def remaining(self) -> float:
        """Seconds until the longest note is reached."""
        return self.max_seconds - self.seconds()

    def full(self) -> bool:
        """Whether the longest note is reached; what is said after is not kept."""
        return self._frames >= int(self.max_seconds * self._rate)

    def problem(self) -> KensaError | None:
        """Why nothing comes any more while it should record; what came before is kept, `stop` gives it."""
        silent = self._stream is not None and time.monotonic() - self._heard_at > SILENT_SECONDS
        return _unplugged() if silent else None

    def stop(self) -> Voice:
        """End the recording and give it as 16 kHz mono FLAC; KensaError when it is too short."""
        samples, rate = self.end()
        return voice_from_samples(samples, rate)

    def end(self) -> tuple[NDArray[np.float32], int]:
        """End the recording and give it as it came: mono samples, samples a second."""
        self._end()
        with self._lock:
            blocks, self._blocks, self._frames = self._blocks, [], 0
            self._recent.clear()
        samples = np.concatenate(blocks) if blocks else np.zeros(0, np.float32)
        return samples[: int(self.max_seconds * self._rate)], self._rate

    def discard(self) -> None:
        """End the recording and forget it."""
        self.end()

    def _opened(self, sound: Any, device: audio.SoundDevice) -> Any:
        """A running stream. Some devices refuse one channel: then two, of which the mean is taken."""
        failed: Exception | None = None
        self._rate, self._heard_at = device.rate, time.monotonic()
        for channels in dict.fromkeys((1, min(2, device.channels))):
            stream = None
            try:
                # At any other rate than the device's own PortAudio calls many a device invalid.
                stream = sound.InputStream(
                    device=device.index,
                    samplerate=device.rate,
                    channels=channels,
                    dtype="float32",
                    latency=_LATENCY,
                    callback=self._take,
                )
                stream.start()
                self._heard_at = time.monotonic()
                return stream
            except (sound.PortAudioError, ValueError) as error:
                failed = error
                if stream is not None:
                    stream.close()
        raise KensaError(
            "microphone_refused",
            f"The microphone {device.name} cannot be opened; close other programs that use it, or reconnect it.",
        ) from failed

    def _take(self, block: NDArray[np.float32], frames: int, when: object, status: object) -> None:
        mono = np.asarray(block.mean(axis=1), np.float32)
        now, peak, energy = time.monotonic(), float(np.abs(block).max(initial=0.0)), float(np.sum(mono**2))
        with self._lock:
            self._heard_at = now
            self._recent.append((now, peak, energy, len(mono)))
            while now - self._recent[0][0] > _LEVEL_SECONDS:
                self._recent.popleft()
            if not self.full():
                self._blocks.append(mono.copy())
                self._frames += len(mono)
        self._first.set()

    def _end(self) -> None:
        stream, self._stream = self._stream, None
        if stream is not None:
            audio.close(stream)


def voice_from_samples(samples: NDArray[np.float32], rate: int) -> Voice:
    """A recording (mono float, any rate) as a 16 kHz FLAC voice note."""
    heard = soxr.resample(samples, rate, VOICE_RATE, quality="HQ") if rate != VOICE_RATE else samples
    # The resampler may end a few samples past the limit.
    heard = np.clip(heard[: int(MAX_SECONDS * VOICE_RATE)], -1.0, 1.0)
    file = io.BytesIO()
    soundfile.write(file, heard, VOICE_RATE, format="FLAC", subtype="PCM_16")
    return voice_from_bytes(file.getvalue(), f"voice-{datetime.now():%Y%m%d-%H%M%S}.flac")


def _unplugged() -> KensaError:
    return KensaError(
        "microphone_unplugged", "The microphone gives nothing any more; check its plug. What was said before is kept."
    )
