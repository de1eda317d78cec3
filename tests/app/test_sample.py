"""Photos and voices: what is taken, and the one sentence for what is not."""

import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from inspector_app.capture.sample import photo_from_bytes, read_photo, read_voice, voice_from_bytes
from inspector_app.errors import KensaError
from tests.makers import encoded, png, png_header, wav


@pytest.mark.parametrize(
    ("kind", "suffix"), [("PNG", ".png"), ("JPEG", ".jpg"), ("BMP", ".bmp"), ("TIFF", ".tif"), ("WEBP", ".webp")]
)
def test_photo_formats_are_known_by_content(tmp_path: Path, kind: str, suffix: str) -> None:
    path = tmp_path / "photo.dat"
    path.write_bytes(encoded(Image.new("RGB", (40, 30)), kind))
    photo = read_photo(path)
    assert (photo.width, photo.height, photo.suffix) == (40, 30, suffix)
    assert photo.data == path.read_bytes()


@pytest.mark.parametrize("mode", ["L", "RGBA", "CMYK", "I;16", "1", "P"])
def test_photo_modes_are_taken(mode: str) -> None:
    kind = "JPEG" if mode == "CMYK" else "PNG"
    assert photo_from_bytes(encoded(Image.new(mode, (20, 20)), kind), "x").width == 20


BAD_PHOTOS = {
    "photo_empty": b"",
    "photo_not_image": b"this is a text, not a photo",
    "photo_broken": png()[:-2000],
    "photo_too_small": encoded(Image.new("RGB", (1, 1)), "PNG"),
    "photo_aspect": encoded(Image.new("RGB", (2000, 9)), "PNG"),
    "photo_too_large": png_header(30_000, 30_000),
}


@pytest.mark.parametrize("code", BAD_PHOTOS)
def test_bad_photo_is_refused_in_one_sentence(tmp_path: Path, code: str) -> None:
    path = tmp_path / "photo.jpg"
    path.write_bytes(BAD_PHOTOS[code])
    with pytest.raises(KensaError) as caught:
        read_photo(path)
    assert caught.value.code == code
    assert_one_sentence(caught.value.message)


@pytest.mark.parametrize("cut", [0.1, 0.5, 0.9])
@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF", "BMP", "WEBP"])
def test_a_photo_cut_anywhere_is_refused(kind: str, cut: float) -> None:
    noise = Image.fromarray(np.random.default_rng(0).integers(0, 256, (200, 200, 3), dtype=np.uint8))
    data = encoded(noise, kind)
    with pytest.raises(KensaError) as caught:
        photo_from_bytes(data[: int(len(data) * cut)], "cut")
    assert caught.value.code in ("photo_broken", "photo_not_image")


def test_a_sound_is_no_photo_and_a_photo_no_sound() -> None:
    with pytest.raises(KensaError, match="not a photo"):
        photo_from_bytes(wav(), "a.wav")
    with pytest.raises(KensaError, match="not a sound"):
        voice_from_bytes(png(), "a.png")


def test_postscript_never_reaches_a_decoder() -> None:
    script = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 100 100\n%%EndComments\nshowpage\n"
    with pytest.raises(KensaError) as caught:
        photo_from_bytes(script, "a.eps")
    assert caught.value.code == "photo_not_image"


@pytest.mark.parametrize(("name", "code"), [("none.png", "missing"), (".", "is_a_folder"), ("a/b.png", "missing")])
def test_what_is_no_file_is_named(tmp_path: Path, name: str, code: str) -> None:
    with pytest.raises(KensaError) as caught:
        read_photo(tmp_path / name)
    assert caught.value.code == code
    assert_one_sentence(caught.value.message)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names on this system")
def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.png")
    with pytest.raises(KensaError) as caught:
        read_photo(tmp_path / "pipe.png")
    assert caught.value.code == "not_a_file"


@pytest.mark.parametrize(("kind", "suffix"), [("WAV", ".wav"), ("FLAC", ".flac"), ("OGG", ".ogg"), ("MP3", ".mp3")])
def test_voice_formats(kind: str, suffix: str) -> None:
    voice = voice_from_bytes(wav(1.0, kind=kind), "note")
    assert voice.suffix == suffix
    assert voice.seconds == pytest.approx(1.0, abs=0.15)


def test_eight_bit_six_channels_at_96_khz_is_taken() -> None:
    assert voice_from_bytes(wav(0.5, 96_000, 6, subtype="PCM_U8"), "note.wav").seconds == pytest.approx(0.5)


BAD_VOICES = {
    "voice_empty": b"",
    "voice_not_sound": b"a text, not a voice note " * 200,
    "voice_too_short": wav(0.01),
    "voice_too_long": wav(180, 8_000),
    "voice_broken": wav(0.5, subtype="FLOAT")[:-4] + np.float32("nan").tobytes(),
}


@pytest.mark.parametrize("code", BAD_VOICES)
def test_bad_voice_is_refused_in_one_sentence(tmp_path: Path, code: str) -> None:
    path = tmp_path / "note.wav"
    path.write_bytes(BAD_VOICES[code])
    with pytest.raises(KensaError) as caught:
        read_voice(path)
    assert caught.value.code == code
    assert_one_sentence(caught.value.message)


def test_forty_seconds_are_taken_and_forty_one_are_not() -> None:
    assert voice_from_bytes(wav(40.0, 8_000), "note.wav").seconds == pytest.approx(40.0)
    with pytest.raises(KensaError, match="longer than 40"):
        voice_from_bytes(wav(41.0, 8_000), "note.wav")


@pytest.mark.skipif(os.name == "nt", reason="file names are text there")
def test_a_file_name_that_is_no_text_can_be_stored(tmp_path: Path) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff.png"))
    path.write_bytes(png())
    read_photo(path).name.encode("utf-8")


def assert_one_sentence(message: str) -> None:
    assert message.endswith(".") and "\n" not in message
    assert message.count(". ") == 0
    assert len(message) < 400
