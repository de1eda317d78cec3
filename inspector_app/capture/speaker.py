"""Plays a voice note through the system's default output.

Knows PortAudio's output streams. Loads no library of sound before something is played: it is made with the window.
"""

from __future__ import annotations

import io
import threading
from typing import TYPE_CHECKING, Any, Protocol

from inspector_app.errors import KensaError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class SpeakerLike(Protocol):
    """What the window needs to play a voice note."""

    def play(self, data: bytes) -> float: ...
    def playing(self) -> bool: ...
    def stop(self) -> None: ...


class Speaker:
    """Plays a voice note through the system's default output."""

    def __init__(self) -> None:
        self._stream: Any = None
        self._lock = threading.Lock()

    def play(self, data: bytes) -> float:
        """Start playing an encoded sound file; gives its length in seconds. KensaError when there is no output."""
        import soundfile
        import soxr

        from inspector_app.capture import portaudio as audio

        audio.portaudio()
        samples, rate = soundfile.read(io.BytesIO(data), dtype="float32", always_2d=True)
        self.stop()
        with audio.in_use() as sound:
            device = audio.find(sound, "", "output")
            tape = _Tape(soxr.resample(samples.mean(axis=1), rate, device.rate), max(1, min(2, device.channels)))
            try:
                stream = sound.OutputStream(
                    device=device.index,
                    samplerate=device.rate,
                    channels=tape.channels,
                    dtype="float32",
                    callback=lambda out, frames, when, status: tape.fill(sound, out),
                )
                self._stream = stream
                stream.start()
            except (sound.PortAudioError, ValueError) as error:
                self._stream = None
                raise KensaError("no_speaker", "There is no loudspeaker to play the note; connect one.") from error
        return len(samples) / float(rate)

    def playing(self) -> bool:
        """Whether a note is being played now."""
        stream = self._stream
        return stream is not None and bool(stream.active)

    def stop(self) -> None:
        """Be silent. Loads nothing when nothing was ever played."""
        with self._lock:
            stream, self._stream = self._stream, None
        if stream is not None:
            from inspector_app.capture import portaudio as audio

            audio.close(stream)


class _Tape:
    """Samples that a stream plays block by block until they end."""

    def __init__(self, samples: NDArray[np.float32], channels: int) -> None:
        self._samples, self._position, self.channels = samples, 0, channels

    def fill(self, sound: Any, out: NDArray[np.float32]) -> None:
        part = self._samples[self._position : self._position + len(out)]
        out[: len(part)] = part[:, None]
        out[len(part) :] = 0
        self._position += len(out)
        if self._position >= len(self._samples) + len(out):
            raise sound.CallbackStop
