"""Notes into sound: espeak-ng, flite and an HTS voice (Open JTalk labels) speak them, each note in a voice of its own.

Run as a program on the machine that trains: `python -m model_runtime.nano.speak JOBS OUT`. JOBS are the gzipped JSON
lines that `write_jobs` wrote; OUT gets `speech.npy` (int16, 16 kHz, end to end) and `speech.json` (a row each).
Needs the Debian packages espeak-ng, flite and htsengine on the path, and KENSA_HTS_VOICE, the path of an HTS voice.
"""

import gzip
import io
import json
import os
import random
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

RATE = 16_000
ESPEAK_TRAINED = (
    "m1 m2 m3 m4 m6 m7 m8 f1 f2 f4 f5 Alex Andy Annie Diogo Gene Hugo Jacky Lee Linda Marco Mario Michael Mike "
    "adam aunty belinda boris david ed edward2 grandpa klatt2 klatt4 max pablo rob steph"
).split()
ESPEAK_KEPT_APART = ("m5", "f3", "klatt3", "Denis", "anika", "zac")
ESPEAK_ENGLISH = ("en-us", "en-us", "en-gb", "en-gb-scotland", "en-029", "en-gb-x-rp", "en-us-nyc")
FLITE_TRAINED, FLITE_KEPT_APART = ("kal16", "awb", "slt"), ("rms",)


def voice_of(r: random.Random, language: str, apart: bool) -> dict[str, Any]:
    """Engine and its parameters for one utterance; `apart` draws from the voices that training never hears."""
    if language == "en" and r.random() < 0.4:
        name = r.choice(FLITE_KEPT_APART if apart else FLITE_TRAINED)
        return {"engine": "flite", "voice": name, "stretch": r.uniform(0.8, 1.25), "pitch": r.uniform(0.85, 1.2)}
    if language == "ja" and r.random() < 0.6:
        # an all-pass constant moves the formants: each value is another speaker; 0.50-0.53 is kept apart
        alpha = r.uniform(0.50, 0.53) if apart else r.choice((r.uniform(0.42, 0.495), r.uniform(0.535, 0.62)))
        return {
            "engine": "hts",
            "alpha": alpha,
            "tone": r.uniform(-9, 4),
            "rate": r.uniform(0.8, 1.35),
            "gv": r.uniform(0.4, 1.3),
        }
    accent = "ja" if language == "ja" else r.choice(ESPEAK_ENGLISH)
    name = r.choice(ESPEAK_KEPT_APART if apart else ESPEAK_TRAINED)
    speed = r.uniform(120, 190) if language == "en" else r.uniform(110, 180)
    return {"engine": "espeak", "voice": f"{accent}+{name}", "speed": speed, "pitch": r.uniform(25, 75)}


def write_jobs(path: Path, jobs: list[dict[str, Any]]) -> None:
    with gzip.open(path, "wt", encoding="utf-8") as out:
        out.writelines(json.dumps(job, ensure_ascii=False) + "\n" for job in jobs)


def _command(job: dict[str, Any], folder: str) -> tuple[list[str], str]:
    voice, wav = job["speaker"], os.path.join(folder, "out.wav")
    if voice["engine"] == "flite":
        pitch = {"kal16": 100, "awb": 120, "slt": 180, "rms": 100}[voice["voice"]] * voice["pitch"]
        return ["flite", "-voice", voice["voice"], "--setf", f"duration_stretch={voice['stretch']:.3f}", "--setf",
                f"int_f0_target_mean={pitch:.1f}", "-t", job["reading"], "-o", wav], wav  # fmt: skip
    if voice["engine"] == "hts":
        labels = os.path.join(folder, "in.lab")
        Path(labels).write_text("\n".join(job["labels"]) + "\n", encoding="utf-8")
        return ["hts_engine", "-m", os.environ["KENSA_HTS_VOICE"], "-a", f"{voice['alpha']:.3f}",
                "-fm", f"{voice['tone']:.2f}", "-r", f"{voice['rate']:.3f}", "-jf", f"{voice['gv']:.2f}",
                "-ow", wav, labels], wav  # fmt: skip
    return [
        "espeak-ng",
        "-v",
        voice["voice"],
        "-s",
        f"{voice['speed']:.0f}",
        "-p",
        f"{voice['pitch']:.0f}",
        "-w",
        wav,
        job["reading"],
    ], wav


def speak(job: dict[str, Any]) -> NDArray[np.int16] | None:
    """One utterance as int16 at 16 kHz, edges of silence trimmed to 0.1 s; None when the engine gave nothing."""
    from scipy.io import wavfile
    from scipy.signal import resample_poly

    with tempfile.TemporaryDirectory(dir="/dev/shm" if os.path.isdir("/dev/shm") else None) as folder:
        command, wav = _command(job, folder)
        libraries = os.environ.get("KENSA_TTS_LIB")  # engines carried along bring their own libraries
        env = os.environ | ({"LD_LIBRARY_PATH": libraries} if libraries else {})
        subprocess.run(command, capture_output=True, timeout=60, check=False, env=env)
        if not os.path.exists(wav) or os.path.getsize(wav) < 2000:  # an engine may well crash after it has spoken
            return None
        rate, data = wavfile.read(io.BytesIO(Path(wav).read_bytes()))
    sound = data.astype(np.float32) / 32768
    if rate != RATE:
        common = np.gcd(rate, RATE)
        sound = resample_poly(sound, RATE // common, rate // common).astype(np.float32)
    loud = np.flatnonzero(np.abs(sound) > 0.01)
    if loud.size == 0:
        return None
    sound = sound[max(0, loud[0] - 1600) : loud[-1] + 1600]
    even = np.clip(sound / max(1e-3, float(np.abs(sound).max())) * 0.7, -1, 1)
    return np.asarray(even * 32767, np.int16)


def _batches(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def main(jobs: Path, out: Path) -> None:
    out.mkdir(parents=True, exist_ok=True)
    rows, sounds, at = [], [], 0
    work = list(_batches(jobs))
    with ProcessPoolExecutor(max(1, (os.cpu_count() or 2) - 5)) as pool:
        for job, sound in zip(work, pool.map(speak, work, chunksize=16), strict=True):
            if sound is None or not 0.2 * RATE < sound.size < 16 * RATE:
                continue
            rows.append(
                {**{k: v for k, v in job.items() if k not in ("labels", "reading")}, "at": at, "n": int(sound.size)}
            )
            sounds.append(sound)
            at += sound.size
    np.save(out / "speech.tmp.npy", np.concatenate(sounds))
    (out / "speech.json").write_text(json.dumps(rows, ensure_ascii=False), encoding="utf-8")
    (out / "speech.tmp.npy").rename(out / "speech.npy")
    print(f"spoken: {len(rows)} of {len(work)}, {at / RATE / 3600:.1f} h", flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
