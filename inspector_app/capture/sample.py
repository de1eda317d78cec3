"""What one inspection is made of: a photo, a voice note, or both, and the words that trace the unit.

Reads and checks the files whole, once: the bytes that were checked are the bytes that are stored. Knows no database,
no camera and no model.
"""

import io
import stat
import warnings
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import soundfile
from PIL import Image, UnidentifiedImageError

from inspector_app.errors import KensaError, from_os_error

MIN_SIDE = 16
"""Pixels; nothing can be seen on less."""
MAX_PIXELS = 128_000_000
"""More than the largest phone cameras give at once, and what still fits an old computer's memory when decoded."""
MAX_PHOTO_BYTES = 256 * 1024 * 1024
MAX_VOICE_BYTES = 128 * 1024 * 1024
MIN_SECONDS, MAX_SECONDS = 0.1, 40.0

# Only formats with a decoder inside Pillow: never one that starts another program (EPS) or guesses (TGA).
_PHOTO_SUFFIX = {
    "JPEG": ".jpg", "MPO": ".jpg", "PNG": ".png", "BMP": ".bmp", "TIFF": ".tif", "WEBP": ".webp", "GIF": ".gif",
    "PPM": ".ppm", "JPEG2000": ".jp2", "AVIF": ".avif",
}  # fmt: skip
PHOTO_SUFFIXES = frozenset(
    (".jpg", ".jpeg", ".png", ".bmp", ".tif", ".tiff", ".webp", ".gif", ".ppm", ".pgm", ".jp2", ".avif")
)
"""File endings that a folder is searched for."""
_VOICE_SUFFIX = {"WAV": ".wav", "WAVEX": ".wav", "RF64": ".wav", "FLAC": ".flac", "OGG": ".ogg", "MPEG": ".mp3",
                 "AIFF": ".aiff", "CAF": ".caf", "W64": ".w64", "AU": ".au"}  # fmt: skip
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


def read_photo(path: Path, name: str | None = None) -> Photo:
    """The photo in the file; KensaError in one sentence when it is none. `name` is how the record calls it."""
    data = _read(path, "photo", MAX_PHOTO_BYTES)
    return photo_from_bytes(data, name or str(path))


def photo_from_bytes(data: bytes, name: str) -> Photo:
    """The photo in an encoded image, checked by its header first and then decoded whole."""
    name = _storable(name)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            image = Image.open(io.BytesIO(data), formats=_formats())
            _check_size(image.width, image.height, name)
            image.load()
    except KensaError:
        raise
    except UnidentifiedImageError as error:
        raise KensaError("not_a_photo", f"{name} is not a photo; give a JPEG, PNG, BMP, TIFF or WebP file.") from error
    except Image.DecompressionBombError as error:
        raise _too_large(name, "too many pixels") from error
    except Exception as error:  # Pillow's decoders raise a dozen kinds for damaged files
        raise KensaError("damaged_photo", f"The photo {name} is damaged or cut off; take or copy it again.") from error
    return Photo(name, data, _PHOTO_SUFFIX[image.format or "PNG"], image.width, image.height)


def read_voice(path: Path, name: str | None = None) -> Voice:
    """The voice note in the file, 0.1 to 40 seconds; KensaError in one sentence when it is none."""
    data = _read(path, "voice note", MAX_VOICE_BYTES)
    return voice_from_bytes(data, name or str(path))


def voice_from_bytes(data: bytes, name: str) -> Voice:
    """The voice note in an encoded sound file, decoded whole in blocks; never more than 40 seconds of it."""
    name = _storable(name)
    try:
        with soundfile.SoundFile(io.BytesIO(data)) as sound:
            suffix = _VOICE_SUFFIX.get(sound.format)
            frames = _count_frames(sound, name) if suffix else 0
            rate = sound.samplerate
    except KensaError:
        raise
    except (soundfile.SoundFileError, RuntimeError, ValueError, TypeError) as error:
        raise _no_voice(name) from error
    if suffix is None or rate <= 0:
        raise _no_voice(name)
    if frames / rate < MIN_SECONDS:
        raise KensaError("voice_too_short", f"The voice note {name} is shorter than 0.1 seconds; record it again.")
    return Voice(name, data, suffix, frames / rate)


def _count_frames(sound: soundfile.SoundFile, name: str) -> int:
    """Frames that really decode; the header alone is not trusted, except to refuse early."""
    most = int(MAX_SECONDS * sound.samplerate) + 1
    frames = 0
    while len(block := sound.read(_BLOCK, dtype="float32", always_2d=True)):
        frames += len(block)
        if frames > most:
            raise KensaError("voice_too_long", f"The voice note {name} is longer than 40 seconds; shorten it.")
        if not np.isfinite(block).all():
            raise KensaError("damaged_voice", f"The voice note {name} is damaged; record or copy it again.")
    return frames


def _formats() -> list[str]:
    """The formats that this Pillow can open; the rarer ones depend on how it was built."""
    Image.init()
    return [name for name in _PHOTO_SUFFIX if name in Image.OPEN]


def _read(path: Path, what: str, most: int) -> bytes:
    """The bytes of a regular file of bounded size."""
    shown = _storable(str(path))
    try:
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            raise KensaError("is_a_folder", f"{shown} is a folder, not a {what}; name a file.")
        if not stat.S_ISREG(status.st_mode):
            raise KensaError("not_a_file", f"{shown} is not a regular file; name a {what}.")
        if status.st_size > most:
            raise KensaError("file_too_large", f"The {what} {shown} has more than {most >> 20} MB; give a smaller one.")
        data = path.read_bytes()
    except OSError as error:
        raise from_os_error(error, what, shown) from error
    except ValueError as error:  # a NUL inside the path
        raise KensaError("missing", f"The {what} {shown!r} does not exist; check the name.") from error
    if not data:
        raise KensaError("empty_file", f"The {what} {shown} is empty; take or copy it again.")
    return data


def _check_size(width: int, height: int, name: str) -> None:
    if min(width, height) < MIN_SIDE:
        raise KensaError(
            "photo_too_small",
            f"The photo {name} has only {width}x{height} pixels; take one of at least {MIN_SIDE}x{MIN_SIDE}.",
        )
    if width * height > MAX_PIXELS:
        raise _too_large(name, f"{width}x{height} pixels")


def _too_large(name: str, size: str) -> KensaError:
    most = f"{MAX_PIXELS // 1_000_000} million"
    return KensaError("photo_too_large", f"The photo {name} has {size}; give one of at most {most} pixels.")


def _no_voice(name: str) -> KensaError:
    return KensaError("not_a_voice", f"{name} is not a sound file that can be read; give WAV, FLAC, OGG or MP3.")


def _storable(name: str) -> str:
    """The name in characters that UTF-8 can hold: undecodable bytes of a file name become replacement marks."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
