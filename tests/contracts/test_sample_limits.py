"""The program refuses at capture what the model would refuse: both read by the same limits, written down twice."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from inspector_app.capture import sample
from model_runtime import photo, voice
from model_runtime.verdict import Fixable
from tests.makers import encoded, png, png_header, wav


def test_the_limits_are_equal() -> None:
    assert tuple(sample.FORMATS) == photo.FORMATS
    assert (sample.MIN_SIDE, sample.MAX_PIXELS, sample.MAX_ASPECT) == (
        photo.MIN_SIDE,
        photo.MAX_PIXELS,
        photo.MAX_ASPECT,
    )
    assert (sample.MIN_SECONDS, sample.MAX_SECONDS, sample.SLACK_SECONDS) == (
        voice.SHORTEST,
        voice.LONGEST,
        voice.SLACK,
    )
    assert (sample.RATES, sample.MAX_CHANNELS) == (voice.RATES, voice.MOST_CHANNELS)


PHOTOS = {
    "good": png(),
    "grey": encoded(Image.new("L", (30, 30)), "PNG"),
    "cmyk": encoded(Image.new("CMYK", (30, 30)), "JPEG"),
    "deep": encoded(Image.new("I;16", (30, 30)), "TIFF"),
    "gif": encoded(Image.new("P", (30, 30)), "GIF"),
    "small": encoded(Image.new("RGB", (7, 30)), "PNG"),
    "least": encoded(Image.new("RGB", (8, 8)), "PNG"),
    "thin": encoded(Image.new("RGB", (200, 9)), "PNG"),
    "thinnest": encoded(Image.new("RGB", (200, 10)), "PNG"),
    "bomb": png_header(30_000, 30_000),
    "cut": png()[:-1000],
    "text": b"hello",
    "empty": b"",
    "sound": wav(),
}
VOICES = {
    "good": wav(),
    "short": wav(0.05),
    "long": wav(41, 8_000),
    "most": wav(40, 8_000),
    "wide": wav(0.5, 96_000, 6, subtype="PCM_U8"),
    "mp3": wav(1.0, kind="MP3"),
    "ogg": wav(1.0, kind="OGG"),
    "nan": wav(0.5, subtype="FLOAT")[:-4] + np.float32("nan").tobytes(),
    "text": b"hello" * 500,
    "empty": b"",
    "photo": png(),
}


@pytest.mark.parametrize("name", PHOTOS)
def test_photos(tmp_path: Path, name: str) -> None:
    path = tmp_path / "photo"
    path.write_bytes(PHOTOS[name])
    assert code(lambda: sample.read_photo(path)) == code(lambda: photo.load_photo(path))


@pytest.mark.parametrize("name", VOICES)
def test_voices(tmp_path: Path, name: str) -> None:
    path = tmp_path / "note"
    path.write_bytes(VOICES[name])
    assert code(lambda: sample.read_voice(path)) == code(lambda: voice.load_voice(path))


def code(read) -> str:  # type: ignore[no-untyped-def]
    try:
        read()
    except Fixable as error:
        return error.code
    return "taken"
