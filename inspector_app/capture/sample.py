"""What one inspection is made of: a photo, a voice note, or both, and the words that trace the unit.

Reads and checks the files whole, once: the bytes that were checked are the bytes that are stored. Knows no database,
no camera and no model.
"""

from __future__ import annotations

import io
import stat
import warnings
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from inspector_app.errors import KensaError, from_os_error
from inspector_app.texts import storable

if TYPE_CHECKING:
    import soundfile

# What the model's own readers accept (model_runtime/photo.py, voice.py; held equal by a test): a sample that was kept
# can be judged. They cannot be asked here, since they load torch.
FORMATS = {
    "JPEG": ".jpg", "PNG": ".png", "BMP": ".bmp", "TIFF": ".tif", "WEBP": ".webp", "GIF": ".gif", "PPM": ".ppm",
    "JPEG2000": ".jp2", "AVIF": ".avif",
}  # fmt: skip
"""Photo formats that Pillow itself decodes, with the ending of a kept file; never one that starts a program (EPS)."""
MIN_SIDE, MAX_PIXELS, MAX_ASPECT = 8, 100_000_000, 20
MIN_SECONDS, MAX_SECONDS, SLACK_SECONDS = 0.1, 40.0, 0.05
RATES = range(1_000, 768_001)
MAX_CHANNELS = 64

MAX_BYTES = 256 * 1024 * 1024
"""Of a file; beyond it nothing is read into memory."""
PHOTO_SUFFIXES = frozenset(
    (".jpg", ".jpeg", ".png", ".bmp", ".tif", ".tiff", ".webp", ".gif", ".ppm", ".pgm", ".jp2", ".avif")
)
"""File endings that a folder is searched for."""
_VOICE_SUFFIX = {"WAVEX": ".wav", "RF64": ".wav", "MPEG": ".mp3"}
"""Formats whose own name is no file ending."""
_BLOCK = 1 << 16


@dataclass(frozen=True, slots=True)
class Photo:
    """A photo that decodes: its file's bytes, the name it came with, its size in pixels as stored (before EXIF)."""

    name: str
    data: bytes = field(repr=False)
    suffix: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Voice:
    """A voice note that decodes: its file's bytes, the name it came with, its length."""

    name: str
    data: bytes = field(repr=False)
    suffix: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Sample:
    """One unit as it was captured: photo or voice or both; a golden photo only beside a photo."""

    photo: Photo | None = None
    voice: Voice | None = None
    part: str = "general"
    lot: str | None = None
    serial: str | None = None
    operator: str | None = None
    golden: Photo | None = None
    defects: tuple[str, ...] | None = None
    """None: the classes of the part."""
    work_order: str | None = None
    retake_of: str | None = None
    """Id of the sample that this one replaces."""


def read_photo(path: Path, name: str | None = None) -> Photo:
    """The photo in the file; KensaError in one sentence when it is none. `name` is how the record calls it."""
    return photo_from_bytes(_read(path, "photo"), name or str(path))


def photo_from_bytes(data: bytes, name: str) -> Photo:
    """The photo in an encoded image, checked by its header first and then decoded whole."""
    from PIL import Image  # the libraries of files are not part of the window's start

    name = storable(name)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            image = Image.open(io.BytesIO(data), formats=_formats())
    except Image.DecompressionBombError as error:
        raise _photo_too_large(name) from error
    except Exception as error:  # Pillow's parsers raise a dozen kinds for what is no image
        raise KensaError(
            "photo_not_image", f"{name} is not a photo in a known format; give JPEG, PNG, BMP, TIFF or WebP."
        ) from error
    _check_size(image.width, image.height, name)
    try:
        image.load()
    except MemoryError as error:
        raise _photo_too_large(name) from error
    except Exception as error:  # and its decoders a dozen more for what is damaged
        raise KensaError("photo_broken", f"The photo {name} is damaged or cut off; take or copy it again.") from error
    return Photo(name, data, FORMATS.get(image.format or "", ".jpg"), image.width, image.height)


def read_voice(path: Path, name: str | None = None) -> Voice:
    """The voice note in the file, 0.1 to 40 seconds; KensaError in one sentence when it is none."""
    return voice_from_bytes(_read(path, "voice note"), name or str(path))


def voice_from_bytes(data: bytes, name: str) -> Voice:
    """The voice note in an encoded sound file, decoded whole in blocks; never much more than 40 seconds of it."""
    import soundfile

    name = storable(name)
    try:
        with soundfile.SoundFile(io.BytesIO(data)) as sound:
            suffix, rate = _VOICE_SUFFIX.get(sound.format, f".{sound.format.lower()[:7]}"), sound.samplerate
            if rate not in RATES or sound.channels > MAX_CHANNELS:
                raise KensaError(
                    "voice_format",
                    f"The voice note {name} has {sound.channels} channels at {rate} Hz; record it again as mono.",
                )
            frames = _count_frames(sound, name)
    except (soundfile.SoundFileError, RuntimeError, ValueError, TypeError) as error:
        raise KensaError(
            "voice_not_sound", f"{name} is not a sound in a known format; give WAV, FLAC, OGG or MP3."
        ) from error
    if frames / rate < MIN_SECONDS:
        raise KensaError("voice_too_short", f"The voice note {name} is shorter than 0.1 seconds; record it again.")
    return Voice(name, data, suffix, frames / rate)


def _count_frames(sound: soundfile.SoundFile, name: str) -> int:
    """Frames that really decode; the header is believed only to refuse early."""
    import numpy as np

    most = (MAX_SECONDS + SLACK_SECONDS) * sound.samplerate
    frames = 0
    while frames <= most and sound.frames <= most:
        block = sound.read(_BLOCK, dtype="float32", always_2d=True)
        if not len(block):
            return frames
        if not np.isfinite(block).all():
            raise KensaError("voice_broken", f"The voice note {name} is damaged; record or copy it again.")
        frames += len(block)
    raise KensaError("voice_too_long", f"The voice note {name} is longer than 40 seconds; shorten it.")


def _formats() -> list[str]:
    """The formats that this Pillow can open; the rarer ones depend on how it was built."""
    from PIL import Image

    Image.init()
    return [name for name in FORMATS if name in Image.OPEN]


def _read(path: Path, what: str) -> bytes:
    """The bytes of a regular file of bounded size."""
    shown = storable(str(path))
    kind = "photo" if what == "photo" else "voice"
    try:
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            raise KensaError("is_a_folder", f"{shown} is a folder, not a {what}; name a file.")
        if not stat.S_ISREG(status.st_mode):
            raise KensaError("not_a_file", f"{shown} is not a regular file; name a {what}.")
        if status.st_size > MAX_BYTES:
            raise KensaError(
                f"{kind}_too_large", f"The {what} {shown} has over {MAX_BYTES >> 20} MB; give a smaller one."
            )
        data = path.read_bytes()
    except OSError as error:
        raise from_os_error(error, what, shown) from error
    except ValueError as error:  # a NUL inside the path
        raise KensaError("missing", f"The {what} {shown!r} does not exist; check the name.") from error
    if not data:
        raise KensaError(f"{kind}_empty", f"The {what} {shown} is empty (0 bytes); take or copy it again.")
    return data


def _check_size(width: int, height: int, name: str) -> None:
    if width * height > MAX_PIXELS:
        raise _photo_too_large(name)
    least, shown = f"{MIN_SIDE}x{MIN_SIDE}", f"{width}x{height}"
    if min(width, height) < MIN_SIDE:
        raise KensaError("photo_too_small", f"The photo {name} has only {shown} pixels; take one of at least {least}.")
    if max(width, height) > MAX_ASPECT * min(width, height):
        raise KensaError("photo_aspect", f"The photo {name} is too long and thin ({shown}); cut it to {MAX_ASPECT}:1.")


def _photo_too_large(name: str) -> KensaError:
    most = MAX_PIXELS // 1_000_000
    return KensaError("photo_too_large", f"The photo {name} has more than {most} megapixels; give a smaller one.")
