"""Photos and notes that are good raise no alarm; the same ones spoiled do, each with its own sentence."""

from pathlib import Path

import cv2
import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image

from inspector_app.capture.checks import (
    PhotoLimits,
    check_photo,
    check_photo_file,
    check_samples,
    check_voice,
    decibel,
)
from inspector_app.capture.sample import read_photo, read_voice
from inspector_app.places import resources

SAMPLES = sorted((resources() / "samples").glob("*.jpg"))


def codes(image: np.ndarray, limits: PhotoLimits | None = None) -> list[str]:
    return [finding.code for finding in check_photo(image, limits or PhotoLimits())]


@pytest.fixture(scope="module")
def part() -> np.ndarray:
    return np.asarray(Image.open(resources() / "samples/demo-01.jpg").convert("RGB"))


def noisy(picture: np.ndarray) -> np.ndarray:
    """As a sensor sees it."""
    noise = np.random.default_rng(0).normal(0, 1.5, picture.shape)
    return np.clip(picture + noise, 0, 255).astype(np.uint8)


def shining(picture: np.ndarray, radius: float) -> np.ndarray:
    """A lamp that is mirrored in the part."""
    rows, columns = np.mgrid[0 : picture.shape[0], 0 : picture.shape[1]]
    far = (rows - picture.shape[0] * 0.55) ** 2 + (columns - picture.shape[1] * 0.45) ** 2
    return np.clip(picture + 900 * np.exp(-far / (2 * radius**2))[..., None], 0, 255).astype(np.uint8)


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.name)
def test_the_bundled_photos_are_good(path: Path) -> None:
    assert check_photo_file(read_photo(path)) == []


@pytest.mark.parametrize("side", [480, 960, 2400])
def test_what_is_blurred_is_said_at_every_size(part: np.ndarray, side: int) -> None:
    sized = cv2.resize(part, (side, side * 3 // 4), interpolation=cv2.INTER_AREA if side < 960 else cv2.INTER_CUBIC)
    blurred = cv2.GaussianBlur(sized, (0, 0), side / 200)
    if side <= 960:
        assert codes(noisy(sized)) == []
    assert codes(noisy(blurred)) == ["photo_blurred"]


def test_a_shaken_photo_is_said(part: np.ndarray) -> None:
    for path in (np.eye(40), np.eye(40)[:, ::-1], np.ones((1, 50))):
        assert codes(noisy(cv2.filter2D(part, -1, path / path.sum()))) == ["photo_blurred"]


def test_too_dark_and_too_bright_are_said_alone(part: np.ndarray) -> None:
    assert codes(noisy(part * 0.06)) == ["photo_dark"]
    assert codes(noisy(cv2.GaussianBlur(part, (0, 0), 6) * 0.06)) == ["photo_dark"]
    assert codes(noisy(part * 3.0 + 160.0)) == ["photo_bright"]
    assert codes(noisy(part * 0.5)) == [] and codes(noisy(part * 1.15)) == []


def test_glare_is_said_with_how_much_of_the_picture(part: np.ndarray) -> None:
    (finding,) = check_photo(shining(part, 60))
    assert finding.code == "photo_glare" and finding.value > finding.limit == 3
    assert codes(shining(part, 8)) == []


def test_white_things_are_no_glare(part: np.ndarray) -> None:
    paper = part.copy()
    paper[150:500, 200:600] = 255  # a label on the part
    assert codes(paper) == []
    table = part.copy()
    table[:, :300] = 255  # a light table at the edge
    table[:100] = 255
    assert codes(table) == []


def test_a_smooth_part_without_detail_is_not_called_blurred() -> None:
    plain = np.full((480, 640, 3), 140.0)
    assert codes(noisy(plain)) == []
    assert codes(np.full((480, 640, 3), 140, np.uint8)) == []


def test_a_small_part_on_a_light_table_is_not_too_bright() -> None:
    table = np.full((480, 640, 3), 252.0)
    table[180:330, 250:420] = noisy(np.full((150, 170, 3), 90.0))
    table[200:310:10, 260:410:7] = 20
    assert "photo_bright" not in codes(table.astype(np.uint8))


def test_limits_can_be_set_and_switched_off(part: np.ndarray) -> None:
    blurred = noisy(cv2.GaussianBlur(part, (0, 0), 6))
    assert codes(blurred, PhotoLimits(focus=0)) == []
    assert codes(part, PhotoLimits(focus=500)) == ["photo_blurred"]
    assert codes(noisy(part * 0.06), PhotoLimits(0, 0, 0, 0)) == []
    assert codes(part, PhotoLimits(bright=5)) == ["photo_bright"]


def test_findings_are_sentences(part: np.ndarray) -> None:
    for spoiled in (part * 0.05, cv2.GaussianBlur(part, (0, 0), 8), shining(part, 80)):
        for finding in check_photo(noisy(spoiled)):
            assert finding.message.endswith(".") and ";" in finding.message and "\n" not in finding.message


@settings(max_examples=40, deadline=None)
@given(arrays(np.uint8, st.tuples(st.integers(1, 40), st.integers(1, 40), st.just(3))))
def test_any_picture_is_looked_at(picture: np.ndarray) -> None:
    assert {finding.code for finding in check_photo(picture)} <= {
        "photo_dark",
        "photo_bright",
        "photo_blurred",
        "photo_glare",
    }


# -- voice

RATE = 16_000


def spoken(loud: float, rate: int = RATE, seconds: float = 1.5) -> np.ndarray:
    """Syllables: a buzzing tone that comes and goes, as quiet between as a room is."""
    at = np.arange(int(rate * seconds)) / rate
    voice = np.sin(2 * np.pi * 140 * at) + 0.5 * np.sin(2 * np.pi * 420 * at) + 0.3 * np.sin(2 * np.pi * 1260 * at)
    wave = voice / np.abs(voice).max() * (np.sin(2 * np.pi * 3 * at) > -0.2)
    return (loud * wave + np.random.default_rng(0).normal(0, 0.0005, len(at))).astype(np.float32)


def said(samples: np.ndarray, rate: int = RATE) -> list[str]:
    return [finding.code for finding in check_samples(samples, rate)]


@pytest.mark.parametrize("rate", [8_000, 16_000, 48_000])
def test_speech_of_usual_loudness_is_good(rate: int) -> None:
    for loud in (0.05, 0.2, 0.9):
        assert said(spoken(loud, rate), rate) == []


def test_clipped_silent_and_quiet_are_said() -> None:
    assert said(np.clip(spoken(3.0), -1, 1)) == ["voice_clipped"]
    assert said(np.zeros(RATE, np.float32)) == ["voice_silent"]
    assert said(np.zeros(0, np.float32)) == ["voice_silent"]
    assert said(np.random.default_rng(0).normal(0.2, 0.0004, RATE).astype(np.float32)) == ["voice_silent"]
    assert said(spoken(0.008)) == ["voice_quiet"]


def test_one_word_in_a_long_silence_is_heard() -> None:
    assert said(np.concatenate([np.zeros(RATE * 9, np.float32), spoken(0.2, seconds=0.4)])) == []


def test_notes_of_files_are_checked(tmp_path: Path) -> None:
    for path in sorted((resources() / "samples").glob("*.flac")):
        assert check_voice(read_voice(path)) == []
    soundfile.write(tmp_path / "silent.wav", np.zeros((RATE, 2)), RATE)
    (finding,) = check_voice(read_voice(tmp_path / "silent.wav"))
    assert finding.code == "voice_silent" and finding.value == -120


def test_decibel() -> None:
    assert decibel(1.0) == 0 and decibel(0.5) == pytest.approx(-6.02, abs=0.01) and decibel(0.0) == -120
