"""Voice notes: every kind of sound file, silence and clipping, and the published log-mel features."""

import math
from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from transformers import Phi4MultimodalFeatureExtractor
from transformers.models.phi4_multimodal.configuration_phi4_multimodal import Phi4MultimodalAudioConfig

from model_runtime.verdict import Fixable
from model_runtime.voice import RATE, Samples, VoiceClip, clip_of, count_tokens, features, load_voice

AUDIO = Phi4MultimodalAudioConfig()


def babble(seconds: float, rate: int = RATE, level: float = 0.3) -> Samples:
    """A tone that swells four times a second, like syllables, with pauses between."""
    t = np.arange(int(seconds * rate)) / rate
    swell = np.maximum(0, np.sin(2 * np.pi * 4 * t))
    return (level * swell * np.sin(2 * np.pi * 440 * t)).astype(np.float32)


def written(path: Path, samples: np.ndarray, rate: int = RATE, **options: str) -> Path:
    soundfile.write(path, samples, rate, **options)
    return path


def code_of(path: Path) -> str:
    with pytest.raises(Fixable) as refusal:
        load_voice(path)
    message = refusal.value.message
    assert path.name in message
    assert message.endswith(".")
    assert "\n" not in message
    return refusal.value.code


def peak_frequency(clip: VoiceClip) -> float:
    spectrum = np.abs(np.fft.rfft(clip.samples * np.hanning(len(clip.samples))))
    return float(np.argmax(spectrum) * RATE / len(clip.samples))


@pytest.mark.parametrize(
    ("suffix", "rate", "channels", "subtype"),
    [
        ("wav", 16000, 1, "PCM_16"),
        ("wav", 96000, 6, "PCM_U8"),
        ("wav", 44100, 2, "FLOAT"),
        ("wav", 8000, 1, "ULAW"),
        ("wav", 22050, 1, "PCM_24"),
        ("flac", 48000, 2, "PCM_16"),
        ("ogg", 32000, 2, "VORBIS"),
        ("mp3", 44100, 1, "MPEG_LAYER_III"),
    ],
)
def test_any_rate_and_channel_count(tmp_path: Path, suffix: str, rate: int, channels: int, subtype: str) -> None:
    samples = np.repeat(babble(1.5, rate)[:, None], channels, axis=1)
    clip = load_voice(written(tmp_path / f"v.{suffix}", samples, rate, subtype=subtype))
    assert clip.samples.dtype == np.float32
    assert clip.samples.ndim == 1
    assert clip.seconds == pytest.approx(1.5, abs=0.06)
    assert peak_frequency(clip) == pytest.approx(440, abs=8)
    assert np.abs(clip.samples).max() == pytest.approx(0.3, abs=0.03)
    assert not clip.silent
    assert not clip.clipped


def test_resampling_leaves_no_alias(tmp_path: Path) -> None:
    t = np.arange(96000) / 96000
    clip = load_voice(written(tmp_path / "high.wav", 0.5 * np.sin(2 * np.pi * 11000 * t), 96000))
    assert np.sqrt(np.mean(clip.samples[1000:-1000] ** 2)) < 1e-3


def test_files_that_are_no_voice(tmp_path: Path) -> None:
    (tmp_path / "empty.wav").touch()
    (tmp_path / "text.wav").write_text("scratch on the left edge\n" * 50)
    (tmp_path / "text.mp3").write_text("scratch on the left edge\n" * 50)
    (tmp_path / "note.raw").write_bytes(bytes(5000))
    (tmp_path / "random.ogg").write_bytes(np.random.default_rng(0).bytes(5000))
    (tmp_path / "photo.wav").write_bytes(b"\xff\xd8\xff\xe0\x00\x10JFIF" + bytes(1000))
    assert code_of(tmp_path / "empty.wav") == "voice_empty"
    for name in ("text.wav", "text.mp3", "note.raw", "random.ogg", "photo.wav"):
        assert code_of(tmp_path / name) == "voice_not_sound"
    assert code_of(tmp_path / "gone.wav") == "voice_missing"
    (tmp_path / "folder.wav").mkdir()
    assert code_of(tmp_path / "folder.wav") == "voice_unreadable"


@pytest.mark.parametrize(
    ("seconds", "code"), [(0.01, "voice_too_short"), (180, "voice_too_long"), (41, "voice_too_long")]
)
def test_length_is_limited(tmp_path: Path, seconds: float, code: str) -> None:
    assert code_of(written(tmp_path / "v.wav", babble(seconds, 8000), 8000)) == code


def test_length_comes_from_the_header(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = written(tmp_path / "long.wav", babble(180, 8000), 8000)

    def decoded(*_: object, **__: object) -> None:
        raise AssertionError("decoded before the length was known")

    monkeypatch.setattr(soundfile.SoundFile, "read", decoded)
    assert code_of(path) == "voice_too_long"


def test_forty_seconds_are_taken(tmp_path: Path) -> None:
    clip = load_voice(written(tmp_path / "v.flac", babble(40)))
    assert clip.seconds == 40
    assert features(clip.samples, AUDIO).tokens == 500


def test_a_file_cut_off_after_its_header(tmp_path: Path) -> None:
    path = written(tmp_path / "v.wav", babble(2))
    path.write_bytes(path.read_bytes()[:60])
    assert code_of(path) == "voice_too_short"


def test_values_that_are_no_numbers(tmp_path: Path) -> None:
    samples = babble(1)
    samples[100] = np.nan
    assert code_of(written(tmp_path / "v.wav", samples, subtype="FLOAT")) == "voice_broken"


@pytest.mark.parametrize("level", [0.0, 1e-4, 1e-3])
def test_silence_is_detected(level: float) -> None:
    noise = np.random.default_rng(0).normal(0, 1, 2 * RATE).astype(np.float32)
    assert clip_of(level * noise, RATE).silent
    assert clip_of(level * noise + 0.2, RATE).silent, "an offset is not speech"


def test_even_hiss_is_silence_but_a_short_word_is_not() -> None:
    noise = np.random.default_rng(0).normal(0, 0.008, 2 * RATE).astype(np.float32)
    assert clip_of(noise, RATE).silent
    assert not clip_of(noise[: RATE // 3], RATE).silent
    assert not clip_of(noise + babble(2, level=0.03), RATE).silent


def test_quiet_speech_is_not_silence() -> None:
    assert not clip_of(babble(1, level=0.01), RATE).silent


def test_clipping_is_detected(tmp_path: Path) -> None:
    assert clip_of(np.clip(babble(1, level=2.0), -1, 1), RATE).clipped
    assert not clip_of(babble(1, level=0.98), RATE).clipped
    loud = np.clip(babble(1, level=2.0), -1, 1)
    assert load_voice(written(tmp_path / "v.wav", loud, subtype="PCM_U8")).clipped


@given(length=st.integers(400, 50_000), seed=st.integers(0, 99))
@settings(max_examples=30, deadline=None)
def test_features_equal_the_librarys(length: int, seed: int) -> None:
    samples = np.random.default_rng(seed).normal(0, 0.1, length).astype(np.float32)
    theirs = Phi4MultimodalFeatureExtractor()(samples, sampling_rate=RATE, return_tensors="pt")
    ours = features(samples, AUDIO)
    assert ours.features.shape == theirs["audio_input_features"].shape
    assert torch.allclose(ours.features, theirs["audio_input_features"], atol=1e-4)
    assert ours.tokens == int(theirs["audio_embed_sizes"][0]) == count_tokens(length, AUDIO)


def test_silence_gives_finite_features() -> None:
    assert torch.isfinite(features(np.zeros(RATE, dtype=np.float32), AUDIO).features).all()


def test_features_refuse_what_crashes_the_library() -> None:
    for wrong in (np.zeros((RATE, 1), np.float32), np.zeros((RATE, 2), np.float32), np.zeros(399, np.float32)):
        with pytest.raises(ValueError, match="mono"):
            features(wrong, AUDIO)


def test_tokens_are_twelve_and_a_half_a_second() -> None:
    assert count_tokens(10 * RATE, AUDIO) == math.ceil(10 * 12.5)
