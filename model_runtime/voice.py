"""A sound file becomes 16 kHz mono samples, the samples log-mel features and the count of audio tokens.

Knows sound and the published features of Phi-4-multimodal. Knows no weights, no prompt and no microphone.
"""

import math
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
import soxr
import torch
from numpy.typing import NDArray
from torch import Tensor
from transformers.audio_utils import mel_filter_bank

from model_runtime.verdict import Fixable

RATE = 16_000
SHORTEST, LONGEST = 0.1, 40.0
"""Seconds. Below, nothing was said; above, the audio encoder was never trained."""
SLACK = 0.05
"""Seconds that a file may pass LONGEST by: encoders pad to whole frames."""
RATES = range(1_000, 768_001)
MOST_CHANNELS = 64
SILENT_DBFS = -50.0
"""Level of the loudest 30 ms below which nobody spoke."""
HISS_DBFS, HISS_SPREAD_DB, HISS_SECONDS = -38.0, 3.0, 1.0
"""A quiet recording as even as this is noise. Shorter ones may be a single word, cut tightly and as even."""
FRAME_SECONDS = 0.03
FULL_SCALE = 0.99
CLIPPED_SHARE = 0.001
WINDOW, HOP, FFT, PREEMPHASIS, TOP_HZ = 400, 160, 512, 0.97, 7690.0

Samples = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class VoiceClip:
    """One voice note: `samples` float32, 16 kHz, mono, -1..1."""

    samples: Samples
    silent: bool
    clipped: bool
    seconds: float
    level_dbfs: float
    """RMS of the loudest 30 ms."""


@dataclass(frozen=True, slots=True)
class VoiceTensors:
    """`features` (1, frames, mel bands) float32 and the audio tokens in the prompt."""

    features: Tensor
    tokens: int


def load_voice(path: Path) -> VoiceClip:
    """Reads WAV, FLAC, OGG or MP3 of any rate and channel count. Raises `Fixable` with one sentence."""
    name = path.name
    try:
        if path.stat().st_size == 0:
            raise _refused("empty", f"The voice note {name} is empty (0 bytes); record it again.")
        with path.open("rb") as file:
            samples, rate = _read(file, name)
    except FileNotFoundError:
        raise _refused("missing", f"The voice note {path} does not exist.") from None
    except OSError as error:
        raise _refused("unreadable", f"The voice note {name} cannot be read: {error.strerror or error}.") from error
    except MemoryError:
        raise _refused("too_long", f"There is not enough memory to open the voice note {name}.") from None
    if not np.isfinite(samples).all():
        raise _refused("broken", f"The voice note {name} holds values that are no numbers; record it again.")
    return clip_of(samples, rate)


def _refused(what: str, sentence: str) -> Fixable:
    return Fixable(f"voice_{what}", sentence)


def _read(file: Any, name: str) -> tuple[Samples, int]:
    """(frames, channels) float32 and the rate. The header is believed only to refuse early."""
    try:
        with soundfile.SoundFile(file) as sound:
            _check_header(sound, name)
            most = math.ceil((LONGEST + SLACK) * sound.samplerate) + 1
            samples = sound.read(most, dtype="float32", always_2d=True)
            rate = int(sound.samplerate)
    except (soundfile.SoundFileError, TypeError, ValueError):
        raise _refused("not_sound", f"{name} is not a sound in a known format (WAV, FLAC, OGG, MP3).") from None
    _check_length(len(samples) / rate, name)
    return samples, rate


def _check_header(sound: soundfile.SoundFile, name: str) -> None:
    if sound.samplerate not in RATES or sound.channels > MOST_CHANNELS:
        shape = f"{sound.samplerate} Hz, {sound.channels} channels"
        raise _refused("format", f"The voice note {name} has an unusable format ({shape}).")
    _check_length(sound.frames / sound.samplerate, name)


def _check_length(seconds: float, name: str) -> None:
    if seconds < SHORTEST:
        raise _refused("too_short", f"The voice note {name} lasts {seconds:.2f} s; at least {SHORTEST} s are needed.")
    if seconds > LONGEST + SLACK:
        raise _refused("too_long", f"The voice note {name} lasts {seconds:.0f} s; {LONGEST:.0f} s is the most.")


def clip_of(samples: Samples, rate: int) -> VoiceClip:
    """Samples (frames,) or (frames, channels) of any rate to a clip; what a microphone gives goes through here too."""
    clipped = bool(np.mean(np.abs(samples) >= FULL_SCALE) > CLIPPED_SHARE)
    mono = samples.mean(axis=1, dtype=np.float32) if samples.ndim == 2 else samples.astype(np.float32, copy=False)
    if rate != RATE:
        mono = soxr.resample(mono, rate, RATE, quality="HQ")
    mono = np.ascontiguousarray(mono[: int(LONGEST * RATE)], dtype=np.float32)
    level, spread = _levels(mono)
    hiss = level < HISS_DBFS and spread < HISS_SPREAD_DB and len(mono) >= HISS_SECONDS * RATE
    return VoiceClip(mono, level < SILENT_DBFS or hiss, clipped, len(mono) / RATE, level)


def _levels(mono: Samples) -> tuple[float, float]:
    """dBFS of the loudest 30 ms, and by how many dB it stands above the median."""
    size = int(FRAME_SECONDS * RATE)
    still = mono - mono.mean()
    frames = still[: len(still) // size * size].reshape(-1, size)
    power = np.mean(np.square(frames, dtype=np.float64), axis=1) + 1e-12
    decibel = 10 * np.log10(power)
    return float(decibel.max()), float(decibel.max() - np.median(decibel))


def count_tokens(samples: int, audio_config: Any) -> int:
    """Audio tokens of that many samples: 12.5 a second."""
    frames = (samples - WINDOW) // HOP + 1
    reduction, stride = int(audio_config.time_reduction), int(audio_config.downsample_rate)
    return math.ceil(math.ceil(frames / reduction) / stride)


def features(samples: Samples, audio_config: Any) -> VoiceTensors:
    """Log-mel features as the published extractor computes them.

    `samples` (n,) float32 at 16 kHz, n >= 400, else ValueError; `audio_config` gives mel bands and reductions.
    """
    if samples.ndim != 1 or len(samples) < WINDOW:
        raise ValueError(f"samples must be mono, at least {WINDOW} of them, not {samples.shape}")
    window, filters = _constants(audio_config.input_size)
    frames = torch.from_numpy(np.ascontiguousarray(samples, dtype=np.float32)).unfold(-1, WINDOW, HOP)
    # Pre-emphasis within each frame; the first sample, without a predecessor, takes itself.
    previous = torch.cat([frames[:, :1], frames[:, :-1]], dim=1)
    emphasised = (frames - PREEMPHASIS * previous) * 32768
    spectrum = torch.fft.rfft(window * emphasised, n=FFT, dim=1).to(torch.complex64)
    mel = torch.abs(spectrum) ** 2 @ filters
    return VoiceTensors(mel.clamp_(min=1.0).log_()[None], count_tokens(len(samples), audio_config))


@lru_cache(maxsize=4)
def _constants(bands: int) -> tuple[Tensor, Tensor]:
    """The window (400,) float64, as published, and the mel filters (257, bands) float32."""
    window = torch.hamming_window(WINDOW, periodic=False, dtype=torch.float64)
    filters = mel_filter_bank(
        num_frequency_bins=FFT // 2 + 1,
        num_mel_filters=bands,
        min_frequency=0,
        max_frequency=TOP_HZ,
        sampling_rate=RATE,
        triangularize_in_mel_space=True,
        mel_scale="kaldi",
    )
    return window, torch.from_numpy(filters).float()
