"""Sound through PortAudio for real: played into a booth, recorded from it, unplugged and plugged in again."""

import io
import shutil
import subprocess
import threading
import time

import numpy as np
import pytest
import soundfile
import soxr

from inspector_app.capture import portaudio as audio
from inspector_app.capture.checks import check_voice
from inspector_app.capture.microphone import (
    VOICE_RATE,
    Microphone,
    microphones,
    try_microphone,
    voice_from_samples,
)
from inspector_app.capture.speaker import Speaker
from inspector_app.errors import KensaError
from tests.capture.booth import RATE, Booth
from tests.capture.conftest import until


def tone(seconds: float, loud: float = 0.3, pitch: float = 700.0) -> np.ndarray:
    return (loud * np.sin(np.arange(int(RATE * seconds)) * (2 * np.pi * pitch / RATE))).astype(np.float32)


def speech() -> np.ndarray:
    """A spoken sentence at 16 kHz where espeak-ng is installed, else a sweep: both have one place where they fit."""
    if shutil.which("espeak-ng"):
        sentence = "scratch at the upper left, reject it"
        spoken = subprocess.run(["espeak-ng", "--stdout", sentence], capture_output=True, check=True)
        samples, rate = soundfile.read(io.BytesIO(spoken.stdout), dtype="float32")
        return np.asarray(soxr.resample(samples, rate, VOICE_RATE), np.float32)
    at = np.arange(2 * VOICE_RATE) / VOICE_RATE
    return (0.4 * np.sin(2 * np.pi * (200 * at + 600 * at**2))).astype(np.float32)


def likeness(heard: np.ndarray, said: np.ndarray) -> float:
    """How well what was heard fits what was said at the place where it fits best, 0 to 1."""
    size = 1 << (len(heard) + len(said)).bit_length()
    fit = np.fft.irfft(np.fft.rfft(heard, size) * np.conj(np.fft.rfft(said, size)), size)[: len(heard)]
    place = int(np.argmax(np.abs(fit)))
    part = heard[place : place + len(said)]
    return float(abs(np.dot(part, said[: len(part)])) / (np.linalg.norm(part) * np.linalg.norm(said) + 1e-9))


def test_the_booth_is_a_microphone(booth: Booth) -> None:
    assert microphones() and all(name.source == name.name for name in microphones())


def test_a_spoken_note_is_recorded_as_it_was_said(booth: Booth) -> None:
    """From another program's loudspeaker to our microphone: a sound server and PortAudio between them."""
    said = speech()
    microphone = Microphone()
    microphone.start()
    booth.play(soxr.resample(said, VOICE_RATE, RATE))
    levels = []
    until(lambda: levels.append(microphone.level()) is None and microphone.seconds() > len(said) / VOICE_RATE + 1.5, 20)
    heard = microphone.stop()
    assert check_voice(heard) == []
    assert max(level.peak for level in levels) > 0.2 and max(level.rms for level in levels) > 0.02
    samples, rate = soundfile.read(io.BytesIO(heard.data), dtype="float32")
    assert rate == VOICE_RATE and likeness(samples, said) > 0.9


def test_a_note_is_played_through_the_loudspeaker(booth: Booth) -> None:
    note = voice_from_samples(tone(1.5), RATE)
    microphone, speaker = Microphone(), Speaker()
    microphone.start()
    assert speaker.play(note.data) == pytest.approx(note.seconds, abs=0.01)
    assert speaker.playing()
    until(lambda: not speaker.playing(), 20)
    speaker.stop()
    samples, rate = microphone.end()
    # A busy computer may play it with small gaps; it must have its pitch and most of its length.
    heard = np.abs(samples) > 0.05
    pitch = np.argmax(np.abs(np.fft.rfft(samples))) * rate / len(samples)
    assert pitch == pytest.approx(700, abs=5) and 0.9 < heard.sum() / rate < 1.6


def test_what_another_program_plays_has_its_pitch(booth: Booth) -> None:
    """A wrong rate would be heard as a wrong pitch."""
    booth.play(tone(60.0))
    microphone = Microphone()
    microphone.start()
    until(lambda: microphone.level().peak > 0.25)
    start = microphone.seconds()
    until(lambda: microphone.seconds() > start + 1.0)
    level = microphone.level()
    voice = microphone.stop()
    samples, rate = soundfile.read(io.BytesIO(voice.data))
    pitch = np.argmax(np.abs(np.fft.rfft(samples))) * rate / len(samples)
    assert pitch == pytest.approx(700, abs=3)
    assert level.peak == pytest.approx(0.3, abs=0.03) and level.rms_db == pytest.approx(-13.5, abs=1)


def test_a_microphone_is_tried(booth: Booth) -> None:
    silent = try_microphone(seconds=0.4)
    assert [finding.code for finding in silent.findings] == ["voice_silent"] and silent.level.peak < 0.01
    booth.play(tone(60.0))
    loud = try_microphone(microphones()[0].source, seconds=1.0)
    assert loud.findings == [] and loud.level.peak == pytest.approx(0.3, abs=0.03)


def test_too_loud_is_seen_while_speaking_and_said_of_the_note(booth: Booth) -> None:
    booth.play(tone(60.0, loud=5.0))
    microphone = Microphone()
    microphone.start()
    until(lambda: microphone.level().clipped)
    until(lambda: microphone.seconds() > 0.5)
    assert [finding.code for finding in check_voice(microphone.stop())] == ["voice_clipped"]


def test_it_stops_at_the_limit(booth: Booth) -> None:
    microphone = Microphone(max_seconds=0.5)
    microphone.start()
    until(microphone.full)
    time.sleep(0.3)
    assert microphone.remaining() == 0 and microphone.stop().seconds == pytest.approx(0.5, abs=0.01)


def test_a_note_is_stopped_in_the_middle(booth: Booth) -> None:
    speaker = Speaker()
    speaker.play(voice_from_samples(tone(20.0), RATE).data)
    assert speaker.playing()
    speaker.stop()
    assert not speaker.playing()
    speaker.play(voice_from_samples(tone(0.3), RATE).data)
    until(lambda: not speaker.playing())
    speaker.stop()
    assert audio._open == 0


def test_unplugged_in_mid_sentence_then_plugged_in_again(booth: Booth) -> None:
    booth.play(tone(60.0))
    microphone = Microphone()
    microphone.start()
    until(lambda: microphone.seconds() > 0.7)
    booth.switch_off()
    until(lambda: microphone.problem() is not None, 10)
    problem = microphone.problem()
    assert problem is not None and problem.code == "microphone_unplugged"
    before = time.monotonic()
    voice = microphone.stop()
    assert voice.seconds >= 0.5 and time.monotonic() - before < 5
    with pytest.raises(KensaError):
        microphone.start()
    booth.switch_on()
    assert microphones()
    microphone.start()
    until(lambda: microphone.seconds() > 0.3)
    assert microphone.stop().seconds >= 0.3


def test_nothing_is_left_open(booth: Booth) -> None:
    microphone = Microphone()
    for _ in range(3):
        microphone.start()
        microphone.discard()
    assert audio._open == 0
    assert not [thread for thread in threading.enumerate() if thread.name == "kensa-sound-close"]
