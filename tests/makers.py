"""Small real files for the tests: photos that decode, sounds that play, a station over a fresh data folder."""

import io
import struct
import zlib
from pathlib import Path

import numpy as np
import soundfile
from PIL import Image

from inspector_app.capture.sample import Photo, Sample, Voice, photo_from_bytes, voice_from_bytes
from inspector_app.inspection import Station
from inspector_app.parts import Parts
from inspector_app.places import Places
from inspector_app.records.record import Inspection
from inspector_app.records.store import Store
from inspector_app.rights import Person
from model_runtime.verdict import Judge
from tests.fakes import FakeJudge


def png(seed: int = 0, size: tuple[int, int] = (48, 32)) -> bytes:
    """A photo of noise, the same for the same seed."""
    pixels = np.random.default_rng(seed).integers(0, 256, (size[1], size[0], 3), dtype=np.uint8)
    return encoded(Image.fromarray(pixels), "PNG")


def encoded(image: Image.Image, kind: str) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind)
    return buffer.getvalue()


def wav(
    seconds: float = 0.5, rate: int = 16_000, channels: int = 1, kind: str = "WAV", subtype: str | None = None
) -> bytes:
    """A tone."""
    time = np.arange(int(seconds * rate)) / rate
    tone = np.repeat((0.3 * np.sin(2 * np.pi * 220 * time))[:, None], channels, axis=1)
    buffer = io.BytesIO()
    soundfile.write(buffer, tone, rate, format=kind, subtype=subtype)
    return buffer.getvalue()


def png_header(width: int, height: int) -> bytes:
    """A PNG that claims a size and has almost no pixels: a bomb for whoever decodes before looking."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(b"\0" * 100)) + chunk(b"IEND", b"")


def photo(seed: int = 0, name: str = "a.png") -> Photo:
    return photo_from_bytes(png(seed), name)


def voice(name: str = "a.wav", seed: int = 0) -> Voice:
    return voice_from_bytes(wav(0.5 + seed / 100), name)


def sample(seed: int = 0, **words: object) -> Sample:
    """A photo, and whatever else is given."""
    return Sample(**{"photo": photo(seed, f"{seed}.png"), **words})  # type: ignore[arg-type]


def large_sample(side: int = 400) -> Sample:
    """A photo of about `side` x `side` x 3 bytes."""
    return Sample(photo=photo_from_bytes(png(0, (side, side)), "large.png"))


def station(data: Path, judge: Judge | None = None) -> Station:
    places = Places(data)
    return Station(Store.open(places), judge or FakeJudge(), Parts.load(places))


def undo_last(at: Station, person: Person | None) -> Inspection | None:
    """What the undo key of the window does: the newest unit of this run that still counts is withdrawn."""
    for sample_id in reversed(at._kept):
        kept = at.store.get(sample_id)
        if kept.counts and kept.review is None:
            return at.withdraw(sample_id, person, "undone")
    return None
