"""The bundled samples: eight units of one part with their golden photo, spoken notes, and the table that names them.

    python -m model_runtime.nano.samples resources/samples [--photos-only]

Photos and table depend on the seed alone. The voices need espeak-ng, flite, hts_engine and the extra `nano`.
"""

import argparse
import csv
import io
import os
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from model_runtime.nano import flaws
from model_runtime.nano.flange import Pose
from model_runtime.nano.flaws import Flaw
from model_runtime.nano.studio import Array, Exposure, Light, photograph

SEED, PART, GOLDEN, TABLE = 8, "demo-part", "golden.jpg", "metadata.csv"
QUALITY = 90
RATE = 16_000
COLUMNS = ("file_name", "verdict", "defect", "voice_file_name", "transcript", "language", "voice_says", "part", "lot",
           "golden_file_name")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Spoken:
    """A note as it is heard, as the engine is given it, what it says of the verdict, and the speaker (see `speak`)."""

    language: str
    transcript: str
    reading: str
    says: str
    speaker: dict[str, Any] = field(hash=False)


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit as it lay under the camera. `verdict` is what the station should answer."""

    name: str
    verdict: str
    pose: Pose
    light: Light
    gain: float
    flaw: Flaw | None = None
    note: Spoken | None = None
    lot: str = "2407"

    @property
    def photo(self) -> str:
        return f"{self.name}.jpg"

    @property
    def voice(self) -> str:
        return f"{self.name}.flac" if self.note else ""


def _hts(alpha: float, tone: float, rate: float) -> dict[str, Any]:
    return {"engine": "hts", "alpha": alpha, "tone": tone, "rate": rate, "gv": 0.9}


def _flite(voice: str, stretch: float) -> dict[str, Any]:
    return {"engine": "flite", "voice": voice, "stretch": stretch, "pitch": 1.0}


GOLDEN_UNIT = Unit("golden", "OK", Pose(0.0, 0.0, 0.3), Light(), 1.24)
UNITS = (
    Unit("demo-01", "OK", Pose(0.016, -0.012, -0.6), Light((-0.66, -0.64), key=5.3, warmth=0.02), 1.21,
         note=Spoken("ja", "問題ありません", "もんだいありません", "OK", _hts(0.55, -1.0, 1.0))),
    Unit("demo-02", "NG", Pose(-0.020, 0.010, 0.9), Light((-0.56, -0.72), warmth=0.01), 1.25,
         Flaw("scratch", 0.26, 0.0),
         Spoken("ja", "中央に長い傷があります不良です", "ちゅうおうにながいきずがありますふりょうです", "NG",
                _hts(0.46, 2.0, 1.05))),
    Unit("demo-03", "OK", Pose(-0.014, -0.016, 1.2), Light((-0.52, -0.68), key=6.0, warmth=0.05), 1.30,
         note=Spoken("en", "looks good no scratches", "looks good no scratches", "OK", _flite("slt", 1.0))),
    Unit("demo-04", "NG", Pose(0.010, 0.014, -0.4), Light((-0.60, -0.62), key=5.4), 1.23,
         Flaw("missing", 0.85, -0.53),
         Spoken("en", "missing screw at the upper right reject it", "missing screw at the upper right reject it", "NG",
                {"engine": "espeak", "voice": "en-us+m3", "speed": 140, "pitch": 45})),
    Unit("demo-05", "NG", Pose(0.022, -0.006, 0.8), Light((-0.64, -0.72), dome=0.86, warmth=0.02), 1.20,
         Flaw("chip", 0.14, 0.655),
         Spoken("ja", "下側に大きな欠けがありますNGです", "したがわにおおきなかけがありますえぬじーです", "NG",
                _hts(0.58, -6.0, 1.0)), "2408"),
    Unit("demo-06", "OK", Pose(0.004, 0.018, -1.0), Light((-0.68, -0.60), key=5.0, dome=0.9, warmth=-0.02), 1.22,
         lot="2408"),
    Unit("demo-07", "NG", Pose(-0.012, 0.012, -0.8), Light((-0.58, -0.66), warmth=0.03), 1.25,
         Flaw("stain", 0.26, -0.36),
         Spoken("ja", "ロット2408", "ろっとによんぜろはち", "nothing", _hts(0.56, -3.0, 0.95)), "2408"),
    Unit("demo-08", "INCONCLUSIVE", Pose(0.014, 0.006, 1.0), Light((-0.62, -0.76), key=5.8), 1.24,
         Flaw("crack", -0.60, 0.31),
         Spoken("en", "no cracks looks good", "no cracks looks good", "OK", _flite("awb", 1.05)), "2408"),
)  # fmt: skip
"""The last one contradicts its photo: the photo is NG, the voice says OK, so that a person must decide."""


def pixels(unit: Unit, seed: int = SEED) -> Array:
    """The photo before it is compressed: (720, 960, 3) in 0..1. Same unit and seed, same pixels, but for rounding."""
    r = np.random.default_rng([seed, *unit.name.encode()])
    return photograph(flaws.unit(unit.pose, r, unit.flaw), unit.light, Exposure(unit.gain), r)


def jpeg(photo: Array) -> bytes:
    out = io.BytesIO()
    Image.fromarray((photo * 255 + 0.5).astype(np.uint8)).save(out, "JPEG", quality=QUALITY, subsampling=0)
    return out.getvalue()


def row(unit: Unit) -> dict[str, str]:
    """The unit's line in the table."""
    said = unit.note
    return {
        "file_name": unit.photo,
        "verdict": unit.verdict,
        "defect": unit.flaw.kind if unit.flaw else "none",
        "voice_file_name": unit.voice,
        "transcript": said.transcript if said else "",
        "language": said.language if said else "",
        "voice_says": said.says if said else "nothing",
        "part": PART,
        "lot": unit.lot,
        "golden_file_name": GOLDEN,
    }


def table() -> str:
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(row(unit) for unit in UNITS)
    return out.getvalue()


def spoken(unit: Unit, seed: int = SEED) -> Array:
    """The unit's note at 16 kHz with the hiss of a microphone; RuntimeError when the engine says nothing."""
    from model_runtime.nano import speak

    assert unit.note is not None
    job: dict[str, Any] = {"reading": unit.note.reading, "speaker": unit.note.speaker}
    if unit.note.speaker["engine"] == "hts":
        import pyopenjtalk

        voice = Path(pyopenjtalk.__file__).parent / "htsvoice" / "mei_normal.htsvoice"
        os.environ.setdefault("KENSA_HTS_VOICE", str(voice))
        job["labels"] = pyopenjtalk.extract_fullcontext(unit.note.reading)
    sound = speak.speak(job)
    if sound is None:
        raise RuntimeError(f"the engine {unit.note.speaker['engine']} said nothing for {unit.name}")
    r = np.random.default_rng([seed, *unit.name.encode(), 1])
    quiet = np.zeros(RATE // 5, np.float32)
    clean = np.concatenate([quiet, sound.astype(np.float32) / 32768, quiet])
    return np.asarray(clean + r.standard_normal(clean.size) * 0.0012, dtype=np.float32)


def write(folder: Path, voices: bool = True) -> None:
    """Photos, table and, unless left out, the notes."""
    import soundfile

    folder.mkdir(parents=True, exist_ok=True)
    for unit in (GOLDEN_UNIT, *UNITS):
        (folder / unit.photo).write_bytes(jpeg(pixels(unit)))
        if voices and unit.note:
            soundfile.write(folder / unit.voice, spoken(unit), RATE, format="FLAC", subtype="PCM_16")
        print(f"{unit.name}: {unit.verdict} {unit.flaw.kind if unit.flaw else ''}", flush=True)
    (folder / TABLE).write_text(table(), encoding="utf-8", newline="")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("folder", type=Path)
    options.add_argument("--photos-only", action="store_true", help="leave the voice notes as they are")
    given = options.parse_args()
    lacking = [name for name in ("espeak-ng", "flite", "hts_engine") if not shutil.which(name)]
    if lacking and not given.photos_only:
        raise SystemExit(f"The voices need {', '.join(lacking)}; install them, or give --photos-only.")
    write(given.folder, not given.photos_only)


if __name__ == "__main__":
    main()
