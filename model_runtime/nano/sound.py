"""Speech for training in batches on the device: synthetic and real utterances, rooms, noises, other tempos."""

import json
import math
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F

RATE = 16_000


@dataclass
class SoundBatch:
    """sound (N, L) float in -1..1, right-padded; samples (N,) that count; rows: text, says, defect, place, language."""

    sound: torch.Tensor
    samples: torch.Tensor
    rows: list[dict[str, Any]]


def _read_real(folder: Path) -> np.ndarray:
    import soundfile

    with soundfile.SoundFile(folder / "real.ogg") as file:
        return np.concatenate([(block * 32767).astype(np.int16) for block in file.blocks(RATE * 60, dtype="float32")])


class Speech:
    """All utterances end to end as int16 on the device, and which of them belong to which split."""

    def __init__(self, folder: Path, device: torch.device | str, seed: int = 0) -> None:
        self.device = torch.device(device)
        self.r = np.random.default_rng(seed)
        ready = (folder / "speech.npy").exists()  # else only what people spoke
        spoken: list[dict[str, Any]] = json.loads((folder / "speech.json").read_text(encoding="utf-8")) if ready else []
        real: list[dict[str, Any]] = json.loads((folder / "real.json").read_text(encoding="utf-8"))
        synthetic = np.load(folder / "speech.npy") if ready else np.zeros(0, np.int16)
        for row in real:
            row["at"] += synthetic.size
        everything = np.concatenate([synthetic, _read_real(folder)])
        self.wave = torch.from_numpy(everything).to(self.device)
        self.rows = [row for row in spoken + real if row["at"] + row["n"] <= everything.size]
        noise = np.load(folder / "noises.npz")
        self.noises = [
            torch.from_numpy(noise[k]).to(self.device).float() / 32768
            for k in noise.files
            if "rir" not in k.split("_")[-2]
        ]
        self.rooms = [
            torch.from_numpy(noise[k]).to(self.device).float() / 32768 for k in noise.files if "rir" in k.split("_")[-2]
        ]
        self.pools = {
            split: self._by_length([i for i, r in enumerate(self.rows) if r["split"] == split])
            for split in ("train", "test")
        }

    def _by_length(self, indices: list[int]) -> np.ndarray:
        return np.array(sorted(indices, key=lambda i: self.rows[i]["n"]))

    def indices(self, split: str, **wanted: str) -> list[int]:
        return [int(i) for i in self.pools[split] if all(self.rows[i].get(k) == v for k, v in wanted.items())]

    def batch(self, indices: list[int]) -> SoundBatch:
        rows = [self.rows[i] for i in indices]
        at = torch.tensor([r["at"] for r in rows], device=self.device)
        samples = torch.tensor([r["n"] for r in rows], device=self.device)
        step = torch.arange(max(r["n"] for r in rows), device=self.device)
        inside = step < samples[:, None]
        where = (at[:, None] + step).clamp(max=self.wave.numel() - 1)
        return SoundBatch(self.wave[where].float() / 32768 * inside, samples, rows)

    def draw(
        self, count: int, seconds: float | None = None, notes_only: bool = False, shortest: float = 1.0
    ) -> SoundBatch:
        """Utterances of like length; `seconds` caps the length of the batch in all, `notes_only` leaves out real words,
        `shortest` is the share of the pool, from the shortest on, that is drawn from."""
        pool = self.pools["train"]
        if notes_only:
            return self.batch([int(i) for i in self.r.choice(self.notes, count)])
        start = int(self.r.integers(0, max(1, int((len(pool) - count) * shortest))))
        if seconds is not None:
            longest = self.rows[int(pool[min(len(pool), start + count) - 1])]["n"] / RATE
            count = max(8, min(count, int(seconds / longest)))
        window = pool[start : start + count * 3]
        return self.batch([int(i) for i in self.r.choice(window, count, replace=len(window) < count)])

    def words(self, count: int) -> SoundBatch:
        """Single words that people spoke, digits every other time: few speakers, so their voices are changed much."""
        kind = "fsdd_digits_en" if self.r.random() < 0.5 else "tofugu_words_ja"
        pool = [i for i in self.spoken_words if self.rows[i]["kind"] == kind]
        b = self.batch([int(i) for i in self.r.choice(pool, count)])
        return self._at_tempo(b, float(self.r.uniform(0.75, 1.3)))

    @cached_property
    def spoken_words(self) -> list[int]:
        return self.indices("train", kind="fsdd_digits_en") + self.indices("train", kind="tofugu_words_ja")

    @cached_property
    def notes(self) -> np.ndarray:
        """Training utterances that are notes or free text, under six seconds."""
        found = [
            i for i in self.pools["train"] if self.rows[i]["kind"] in ("note", "free") and self.rows[i]["n"] < 6 * RATE
        ]
        return np.array(found)

    def augment(self, b: SoundBatch) -> SoundBatch:
        """Other tempo and pitch (by resampling), room, noise, loudness, narrow band: each by chance."""
        if self.r.random() < 0.7:
            b = self._at_tempo(b, float(self.r.uniform(0.86, 1.16)))
        sound, samples = b.sound, b.samples
        if self.rooms and self.r.random() < 0.25:
            room = self.rooms[int(self.r.integers(len(self.rooms)))][: RATE // 2]
            size = sound.shape[1] + room.numel()
            wet = torch.fft.irfft(torch.fft.rfft(sound, size) * torch.fft.rfft(room / room.abs().max(), size), size)[
                :, : sound.shape[1]
            ]
            sound = wet / wet.abs().amax(1, keepdim=True).clamp(min=1e-3) * 0.7
        if self.r.random() < 0.15:  # a telephone's or a cheap headset's band
            spectrum = torch.fft.rfft(sound)
            keep = torch.arange(spectrum.shape[1], device=self.device) < spectrum.shape[1] * float(
                self.r.uniform(0.42, 0.9)
            )
            sound = torch.fft.irfft(spectrum * keep, sound.shape[1])
        if self.r.random() < 0.75:
            sound = sound + self._noise(sound)
        gain = 10 ** (torch.rand(sound.shape[0], 1, device=self.device) * 1.0 - 0.85)
        inside = torch.arange(sound.shape[1], device=self.device) < samples[:, None]
        return SoundBatch((sound * gain).clamp(-1, 1) * inside, samples, b.rows)

    @staticmethod
    def _at_tempo(b: SoundBatch, factor: float) -> SoundBatch:
        """`factor` times as fast, and as high."""
        width = int(b.sound.shape[1] / factor)
        sound = F.interpolate(b.sound[:, None], size=width, mode="linear", align_corners=False)[:, 0]
        return SoundBatch(sound, (b.samples.float() / factor).long().clamp(max=width), b.rows)

    def add_noise(self, b: SoundBatch, decibel: float) -> SoundBatch:
        """Noise at a given signal-to-noise ratio in dB, for the test."""
        noise = self._noise(b.sound, torch.full((b.sound.shape[0], 1), decibel, device=self.device))
        return SoundBatch((b.sound + noise).clamp(-1, 1), b.samples, b.rows)

    def _noise(self, sound: torch.Tensor, decibel: torch.Tensor | None = None) -> torch.Tensor:
        count, width = sound.shape
        if self.noises and self.r.random() < 0.6:
            source = self.noises[int(self.r.integers(len(self.noises)))]
            source = source.repeat(-(-width // source.numel()) + 1)
            shift = torch.randint(0, source.numel() - width, (count, 1), device=self.device)
            noise = source[shift + torch.arange(width, device=self.device)]
        else:
            spectrum = torch.fft.rfft(torch.randn(count, width, device=self.device))
            tilt = torch.arange(1, spectrum.shape[1] + 1, device=self.device) ** -(
                torch.rand(count, 1, device=self.device)
            )
            noise = torch.fft.irfft(spectrum * tilt, width)
        level = torch.rand(count, 1, device=self.device) * 35 + 5 if decibel is None else decibel
        power = sound.pow(2).mean(1, keepdim=True).clamp(min=1e-8)
        return noise / noise.pow(2).mean(1, keepdim=True).clamp(min=1e-10).sqrt() * (power * 10 ** (-level / 10)).sqrt()


def other_throats(features: torch.Tensor, spread: float = 0.18) -> torch.Tensor:
    """Log-mel features (N, T, 80) as throats of other lengths would give them: each row's frequencies scaled by up to
    `spread`, pitch and tempo left alone (vocal tract length perturbation, Jaitly and Hinton 2013)."""
    rows, _, bands = features.shape
    top = 2595 * math.log10(1 + RATE / 2 / 700)
    mel = torch.arange(1, bands + 1, device=features.device) * top / (bands + 1)
    hertz = 700 * (10 ** (mel / 2595) - 1)
    scale = torch.exp((torch.rand(rows, 1, device=features.device) * 2 - 1) * spread)
    at = 2595 * torch.log10(1 + hertz * scale / 700) * (bands + 1) / top - 1
    at = at.clamp(0, bands - 1.001)
    low = at.floor().long()
    share = (at - low)[:, None]
    index = low[:, None].expand(-1, features.shape[1], -1)
    return torch.lerp(features.gather(2, index), features.gather(2, index + 1), share)


def mask_features(features: torch.Tensor, r: np.random.Generator) -> torch.Tensor:
    """SpecAugment: two bands of mel channels and two stretches of time set to the mean."""
    features = features.clone()
    mean = features.mean()
    for _ in range(2):
        low, wide = int(r.integers(0, 70)), int(r.integers(0, 14))
        features[:, :, low : low + wide] = mean
        begin, long = (
            int(r.integers(0, max(1, features.shape[1] - 20))),
            int(r.integers(0, min(20, features.shape[1] // 8 + 1))),
        )
        features[:, begin : begin + long] = mean
    return features
