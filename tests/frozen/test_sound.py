"""The built program hears and speaks: through the system's ALSA into a server whose loudspeaker is its microphone.

Skipped where there is no PulseAudio, no screen or no xdotool.
"""

import shutil
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile

from tests.capture.booth import RATE, Booth
from tests.frozen.program import FOLDER, MARKS, Frozen, Window, press, screen

PITCH = 700.0
pytestmark = [*MARKS, pytest.mark.skipif(sys.platform != "linux", reason="the booth is made of PulseAudio")]


@pytest.fixture(scope="module")
def booth() -> Iterator[Booth]:
    if lacks := Booth.lacks():
        pytest.skip(f"no recording booth on this system: {lacks}")
    made = Booth()
    yield made
    made.close()


@pytest.fixture
def frozen(tmp_path: Path, booth: Booth) -> Frozen:
    (tmp_path / "home").mkdir()
    return Frozen(tmp_path / "home", tmp_path / "音 データ", booth.reached_by)


def tone(seconds: float) -> np.ndarray:
    return (0.3 * np.sin(np.arange(int(RATE * seconds)) * (2 * np.pi * PITCH / RATE))).astype(np.float32)


def loudness_of_the_tone(samples: np.ndarray, rate: int) -> float:
    """Share of the energy of a recording that lies within 5 Hz of the tone."""
    energy = np.abs(np.fft.rfft(samples)) ** 2
    pitches = np.fft.rfftfreq(len(samples), 1 / rate)
    return float(energy[np.abs(pitches - PITCH) < 5].sum() / (energy.sum() + 1e-9))


def until(condition: Callable[[], bool], window: Window, seconds: float) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        window.stays(0.5)


def again(key: str, condition: Callable[[], bool], window: Window, before: str = "") -> None:
    """Presses a key until it does something: a window that is still being built takes none."""
    for _ in range(12):
        if before:
            press(before)
            window.stays(1)
        press(key)
        for _ in range(20):
            window.stays(0.5)
            if condition():
                return
    pytest.fail(f"{key} does nothing")


def test_alsa_is_the_systems() -> None:
    """One that was brought along would look for its plugins where they were on the machine of the build."""
    assert not list((FOLDER / "_internal").glob("libasound*"))
    assert list((FOLDER / "_internal").glob("libportaudio*"))


def test_doctor_hears_through_the_microphone(frozen: Frozen, booth: Booth) -> None:
    booth.play(tone(120))
    try:
        (tried,) = (one for one in frozen.lines("doctor") if one["what"] == "chosen microphone")
    finally:
        booth.quiet()
    assert tried["ok"] and "-10 dB" in str(tried["found"]), tried


def test_a_note_is_recorded_played_and_kept(frozen: Frozen, booth: Booth, tmp_path: Path) -> None:
    """By the keys of the window: F3 begins and ends a note, F4 plays it, F5 has the unit judged and kept."""
    if shutil.which("xdotool") is None:
        pytest.skip("there is no xdotool here")
    with screen() as environment:
        window = Window(frozen, **environment)
        until(lambda: kept_voices(frozen.data) is not None, window, 120)
        again("F3", lambda: booth.streams("source-outputs"), window, before="Escape")  # a first start's set-up is open
        booth.play(tone(2.5))
        window.stays(4)
        press("F3")
        until(lambda: not booth.streams("source-outputs"), window, 30)
        window.stays(3)
        heard = booth.overheard(tmp_path / "played.raw", lambda: press("F4"), seconds=6)
        again("F5", lambda: bool(kept_voices(frozen.data)), window)
        window.stays(3)
        said = window.end()
    assert "Traceback" not in said
    (voice,) = kept_voices(frozen.data) or []
    samples, rate = soundfile.read(next((frozen.data / "media").rglob(f"{voice}.*")), dtype="float32")
    assert 1.5 < len(samples) / rate < 6 and loudness_of_the_tone(samples, rate) > 0.8
    assert np.abs(heard).max() > 0.1 and loudness_of_the_tone(heard, RATE) > 0.8


def kept_voices(data: Path) -> list[str] | None:
    """Hashes of the voice notes of kept units; None before there are records."""
    try:
        with sqlite3.connect(f"file:{data / 'kensa.db'}?mode=ro", uri=True) as database:
            rows = database.execute("select voice_sha256 from samples where voice_sha256 is not null").fetchall()
    except sqlite3.OperationalError:
        return None
    return [sha for (sha,) in rows]
