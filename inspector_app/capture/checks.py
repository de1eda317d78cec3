"""Whether a photo or a voice note is good enough to be judged: in focus, lit, free of glare; loud enough, not clipped.

Pure functions over pixels and samples. What the figures mean and how the limits were found: docs/capture.md.
"""

import io
from dataclasses import dataclass
from typing import Any

import numpy as np
import soundfile
from numpy.typing import NDArray

from inspector_app.capture.frames import Pixels
from inspector_app.capture.readers import decoded, opencv
from inspector_app.capture.sample import Photo, Voice
from inspector_app.settings import CHECKS, Settings

SIDE = 640
"""Photos are measured at this size: a limit then means the same for every camera."""
_SHINING = 250
_RIM, _SURROUND, _FADE = 165, 220, 25
"""Grey of the rim of a spot, at least, of what lies around, at most, and the difference: white on white is no glare."""
_WAYS = [
    np.array(way, np.float32)
    for way in (
        [[0, 0, 0], [1, -2, 1], [0, 0, 0]],
        [[0, 1, 0], [0, -2, 0], [0, 1, 0]],
        [[1, 0, 0], [0, -2, 0], [0, 0, 1]],
        [[0, 0, 1], [0, -2, 0], [1, 0, 0]],
    )
]
"""Second derivative along the rows, the columns and the two diagonals."""
_FLAT = 3.0
"""Standard deviation of a grey picture (of 255) below which there is nothing to focus on."""

_CLIPPED = 0.985
_SILENT_DB, _QUIET_DB = -55.0, -38.0


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to say about a photo or a note: code, a sentence for people, the figure and its limit."""

    code: str
    message: str
    value: float
    limit: float


@dataclass(frozen=True, slots=True)
class PhotoLimits:
    """The limits of the four checks; 0 switches a check off. `dark`, `bright`, `glare` in per cent."""

    focus: float = CHECKS["focus"]
    dark: float = CHECKS["dark"]
    bright: float = CHECKS["bright"]
    glare: float = CHECKS["glare"]

    @classmethod
    def of(cls, settings: Settings) -> "PhotoLimits":
        """As the station's settings say."""
        return cls(settings.check_focus, settings.check_dark, settings.check_bright, settings.check_glare)


def check_photo(image: Pixels, limits: PhotoLimits = PhotoLimits()) -> list[Finding]:
    """What is wrong with a photo (RGB bytes), worst first; empty when nothing is. Some milliseconds."""
    small = _small(image)
    grey = _grey(small)
    dark, bright = darkness(grey), brightness(grey)
    # One cause, one sentence: a picture that is too dark or too bright has no focus and no glare to speak of.
    if limits.dark and dark < limits.dark:
        return [
            _finding("photo_dark", "The photo is too dark; give more light, or a longer exposure.", dark, limits.dark)
        ]
    if limits.bright and bright > limits.bright:
        return [
            _finding(
                "photo_bright",
                "The photo is too bright; give less light, or a shorter exposure.",
                bright,
                limits.bright,
            )
        ]
    found = []
    if limits.focus and (sharp := sharpness(grey)) is not None and sharp < limits.focus:
        found.append(
            _finding(
                "photo_blurred",
                "The photo is blurred; hold still, or set the distance to the part.",
                sharp,
                limits.focus,
            )
        )
    if limits.glare and (shine := glare(small)) > limits.glare:
        found.append(
            _finding("photo_glare", "Light shines back from the part; turn the part or the lamp.", shine, limits.glare)
        )
    return found


def check_photo_file(photo: Photo, limits: PhotoLimits = PhotoLimits()) -> list[Finding]:
    """The same for a photo as it is kept. Decodes it: tens of milliseconds for a large one."""
    return check_photo(decoded(photo)[:, :, ::-1], limits)


def check_voice(voice: Voice) -> list[Finding]:
    """What is wrong with a voice note, at most one thing; empty when nothing is. Some milliseconds."""
    samples, rate = soundfile.read(io.BytesIO(voice.data), dtype="float32", always_2d=True)
    return check_samples(samples.mean(axis=1), rate)


def check_samples(samples: NDArray[np.float32], rate: int) -> list[Finding]:
    """The same for mono samples from -1 to 1."""
    clipped = 100 * float(np.mean(np.abs(samples) >= _CLIPPED)) if len(samples) else 0.0
    loud = loudest(samples, rate)
    if clipped > 0.1:
        return [
            _finding(
                "voice_clipped",
                "The voice note is distorted; speak less close, or turn the microphone down.",
                clipped,
                0.1,
            )
        ]
    if loud < _SILENT_DB:
        return [
            _finding(
                "voice_silent",
                "Nothing is heard in the voice note; check the microphone and its switch.",
                loud,
                _SILENT_DB,
            )
        ]
    if loud < _QUIET_DB:
        return [
            _finding("voice_quiet", "The voice note is very quiet; speak closer to the microphone.", loud, _QUIET_DB)
        ]
    return []


def sharpness(grey: NDArray[np.uint8]) -> float | None:
    """How much finer than coarse the detail is, in the direction where it is least: a shaken photo is sharp across it.

    Variance of the second derivative at 1 pixel over that at 4 pixels: a ratio, so that neither the light nor how much
    there is to see on the part matters. None where nothing is seen.
    """
    cv2 = opencv()
    values = grey.astype(np.float32)
    if float(values.std()) < _FLAT:
        return None
    fine, coarse = cv2.GaussianBlur(values, (0, 0), 1.0), cv2.GaussianBlur(values, (0, 0), 4.0)
    return min(_detail(fine, way) / (_detail(coarse, way) + 1e-4) for way in _WAYS)


def darkness(grey: NDArray[np.uint8]) -> float:
    """How bright the brightest twentieth is, in per cent: a dark part on a dark table may be mostly black."""
    return float(np.percentile(grey, 95)) / 2.55


def brightness(grey: NDArray[np.uint8]) -> float:
    """How bright all but the darkest twentieth is, in per cent: a small part on a light table may be mostly white."""
    return float(np.percentile(grey, 5)) / 2.55


def glare(image: Pixels) -> float:
    """Per cent of the picture that shines: white spots with a soft rim. White paper and lit windows end sharply."""
    cv2 = opencv()
    shining = (image.min(axis=2) >= _SHINING).astype(np.uint8)
    if not shining.any():
        return 0.0
    count, labels, stats, _ = cv2.connectedComponentsWithStats(shining, connectivity=8)
    least = max(12, image.shape[0] * image.shape[1] // 2000)
    grey = _grey(image)
    large = [spot for spot in range(1, count) if stats[spot, cv2.CC_STAT_AREA] >= least]
    area = sum(int(stats[spot, cv2.CC_STAT_AREA]) for spot in large if _soft_rim(grey, labels, spot, stats[spot]))
    return 100.0 * area / int(shining.size)


def loudest(samples: NDArray[np.float32], rate: int) -> float:
    """Level of the loudest quarter of a second, dB of full scale; -120 for silence."""
    block = max(rate // 4, 1)
    if not len(samples):
        return -120.0
    blocks = [samples[start : start + block] for start in range(0, len(samples), block)]
    blocks = blocks[:-1] if len(blocks) > 1 else blocks  # the last one is short
    # A constant offset of cheap sound cards is not loud.
    return decibel(max(float(np.std(part)) for part in blocks))


def decibel(value: float) -> float:
    """A level from 0 to 1 as dB of full scale; -120 at the least."""
    return max(20 * float(np.log10(max(value, 1e-9))), -120.0)


def _finding(code: str, message: str, value: float, limit: float) -> Finding:
    return Finding(code, message, round(value, 2), limit)


def _small(image: Pixels) -> Pixels:
    cv2 = opencv()
    height, width = image.shape[:2]
    scale = SIDE / max(height, width)
    if scale >= 1:
        return np.ascontiguousarray(image)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    small: Pixels = cv2.resize(np.ascontiguousarray(image), size, interpolation=cv2.INTER_AREA)
    return small


def _grey(image: Pixels) -> NDArray[np.uint8]:
    cv2 = opencv()
    grey: NDArray[np.uint8] = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
    return grey


def _detail(values: NDArray[np.float32], way: NDArray[np.float32]) -> float:
    return float(opencv().filter2D(values, -1, way).var())


def _soft_rim(grey: NDArray[np.uint8], labels: NDArray[np.int32], spot: int, box: Any) -> bool:
    """Whether a spot lies inside the picture, the light fades out around it, and what is farther off is darker."""
    cv2 = opencv()
    left, top, width, height = (int(value) for value in box[:4])
    rows, columns = grey.shape
    if left == 0 or top == 0 or left + width == columns or top + height == rows:
        return False
    far = 24
    window = np.s_[max(top - far, 0) : top + height + far, max(left - far, 0) : left + width + far]
    distance = cv2.distanceTransform((labels[window] != spot).astype(np.uint8), cv2.DIST_L2, 3)
    around = grey[window]
    rim, outside = around[(distance > 1) & (distance <= 4)], around[(distance > 14) & (distance <= far)]
    if not len(rim) or not len(outside):
        return False
    near, away = float(np.median(rim)), float(np.median(outside))
    return near >= _RIM and near - away >= _FADE and away <= _SURROUND
