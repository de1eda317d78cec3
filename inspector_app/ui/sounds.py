"""The short sounds of the three verdicts, made here: told apart by rhythm and pitch, also in noise and by old ears.

Standard library only: no file, no Qt. Knows the verdict; knows no loudspeaker.
"""

import io
import math
import wave
from array import array
from functools import lru_cache

from model_runtime.verdict import Answer

RATE = 22_050
_LOUD = 0.5
_SOFT_S = 0.008
"""Seconds of rise and fall of each tone: without them a loudspeaker cracks."""

# Hertz and seconds; 0 Hz is silence. OK rises once; NG is low and comes twice; doubt is a triple knock.
TUNES: dict[Answer, tuple[tuple[float, float], ...]] = {
    Answer.OK: ((660, 0.07), (990, 0.13)),
    Answer.NG: ((330, 0.16), (0, 0.06), (330, 0.26)),
    Answer.INCONCLUSIVE: ((740, 0.07), (0, 0.06), (740, 0.07), (0, 0.06), (740, 0.07)),
}


@lru_cache(maxsize=8)
def chime(answer: Answer) -> bytes:
    """The sound of a verdict as a WAV file: mono, 16 bit, below a second."""
    samples = array("h")
    for pitch, seconds in TUNES[answer]:
        samples.extend(_tone(pitch, seconds))
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE)
        out.writeframes(samples.tobytes())
    return file.getvalue()


def _tone(pitch: float, seconds: float) -> list[int]:
    """A tone with its octave, so that small loudspeakers carry it, fading in and out."""
    count, soft = int(seconds * RATE), int(_SOFT_S * RATE)
    made = []
    for n in range(count):
        phase = 2 * math.pi * pitch * n / RATE
        shape = min(1.0, n / soft, (count - n) / soft)
        made.append(int(32_767 * _LOUD * shape * (0.75 * math.sin(phase) + 0.25 * math.sin(2 * phase))))
    return made
