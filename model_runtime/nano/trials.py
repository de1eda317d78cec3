"""Labelled folders that kensa-nano is measured on: spoken notes, real speech, notes that contradict their photo.

    python -m model_runtime.nano.trials --data ../shared/data --jobs .work/nano/jobs.jsonl.gz --out .work/trials
    kensa evaluate DATA/images/* .work/trials/* --model FOLDER --out DIR

Nothing in them was trained on: voices, speaker, words, photos and stretches of noise are those kept apart. Needs the
speech engines that `prepare` needs; KENSA_HTS_VOICE names the HTS voice.
"""

import argparse
import csv
import gzip
import json
import random
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
from numpy.typing import NDArray
from PIL import Image

from model_runtime.nano import speak, words
from model_runtime.nano.prepare import HELD_OUT_SPEAKER, cell_boxes, rows_of, tile_places, word_is_kept_apart

COLUMNS = ("file_name", "voice_file_name", "golden_file_name", "verdict", "defect", "part", "transcript", "reading",
           "language", "speaker", "noise", "voice_says", "voice_defect", "voice_place", "split", "lot",
           "boxes")  # fmt: skip
RATE = speak.RATE
HEARD_IN_TRAINING = 20
"""Seconds of each noise that training heard (`prepare.noises`); what follows is new."""
Sound = NDArray[np.float32]


def kept_apart(jobs: Path, count: int) -> list[tuple[dict[str, Any], Sound]]:
    """Notes of the test split with their sound, in voices that training never heard."""
    with gzip.open(jobs, "rt", encoding="utf-8") as lines:
        chosen = [job for job in map(json.loads, lines) if job["split"] == "test" and job["kind"] == "note"]
    random.Random(0).shuffle(chosen)
    found = []
    for job in chosen[:count]:
        sound = speak.speak(job)
        if sound is not None:
            found.append((job, np.asarray(sound / 32768, np.float32)))
    return found


def spoken_words(job: dict[str, Any]) -> dict[str, str]:
    """The defect and the place that the note speaks of, as it says them."""
    if job["language"] == "en":
        defects, places = words.EN_DEFECTS.get(job["defect"], ()), words.EN_PLACES.get(job["place"], ())
    else:
        defects = tuple(word for word, _ in words.JA_DEFECTS.get(job["defect"], ()))
        places = tuple(word for word, _ in words.JA_PLACES.get(job["place"], ()))
    said = [max((w for w in known if w in job["text"]), key=len, default="") for known in (defects, places)]
    return {"voice_defect": said[0], "voice_place": said[1]}


def speaker_of(job: dict[str, Any]) -> str:
    voice = job["speaker"]
    return f"{voice['engine']} {voice.get('voice') or format(voice['alpha'], '.2f')}"


def row_of(job: dict[str, Any], **more: str) -> dict[str, str]:
    return {"transcript": job["text"], "language": job["language"], "speaker": speaker_of(job), "split": "test",
            "voice_says": job["says"], **spoken_words(job), **more}  # fmt: skip


def unheard_noise(data: Path) -> Sound:
    folder = data / "speech" / "picovoice_noise"
    sound, rate = soundfile.read(folder / rows_of(folder)[0]["file_name"], dtype="float32", always_2d=True)
    assert rate == RATE
    return np.asarray(sound.mean(1)[HEARD_IN_TRAINING * RATE :], np.float32)


def at_ratio(sound: Sound, noise: Sound, decibel: float, r: np.random.Generator) -> Sound:
    """Sound in noise at a signal-to-noise ratio in dB, at most full scale."""
    start = int(r.integers(0, noise.size - sound.size))
    behind = noise[start : start + sound.size]
    scale = np.sqrt(float((sound**2).mean()) / max(1e-9, float((behind**2).mean())) * 10 ** (-decibel / 10))
    mixed = sound + behind * scale
    return np.asarray(mixed / max(1.0, float(np.abs(mixed).max())), np.float32)


def write_table(folder: Path, rows: Iterable[dict[str, str]]) -> None:
    with (folder / "metadata.csv").open("w", encoding="utf-8", newline="") as out:
        table = csv.DictWriter(out, COLUMNS, restval="")
        table.writeheader()
        table.writerows(rows)


def notes(folder: Path, spoken: list[tuple[dict[str, Any], Sound]], noise: Sound) -> None:
    """Every note clean, and in factory noise at 10 dB."""
    folder.mkdir(parents=True, exist_ok=True)
    rows, r = [], np.random.default_rng(0)
    for number, (job, sound) in enumerate(spoken):
        for name, heard in (("clean", sound), ("10 dB", at_ratio(sound, noise, 10.0, r))):
            file = f"{number:03}-{name.replace(' ', '')}.wav"
            soundfile.write(folder / file, heard, RATE)
            rows.append(row_of(job, file_name=file, noise=name))
    write_table(folder, rows)


def real_speech(out: Path, data: Path) -> None:
    """Digits of a speaker never heard, Japanese words never trained on; both spoken by people."""
    for name, source in (("digits", "fsdd_digits_en"), ("kana", "tofugu_words_ja")):
        folder, rows = out / name, []
        folder.mkdir(parents=True, exist_ok=True)
        for row in rows_of(data / "speech" / source):
            apart = row["speaker"] == HELD_OUT_SPEAKER if name == "digits" else word_is_kept_apart(row["reading"])
            if apart and (name == "digits" or row["reading"]):
                file = Path(row["file_name"]).name
                (folder / file).write_bytes((data / "speech" / source / row["file_name"]).read_bytes())
                kept = {key: row[key] for key in ("transcript", "reading", "language", "speaker")}
                rows.append(kept | {"file_name": file, "split": "test"})
        write_table(folder, rows)


def contradictions(folder: Path, data: Path, spoken: list[tuple[dict[str, Any], Sound]], count: int) -> None:
    """Photos of tiles and boards with notes that say OK or NG, half of them the contrary of what the photo is."""
    folder.mkdir(parents=True, exist_ok=True)
    r = random.Random(2)
    photos = [(name, row) for name in ("magnetic_tile", "deeppcb") for row in rows_of(data / "images" / name)
              if row["split"] == "test"]  # fmt: skip
    by_verdict = {v: [p for p in photos if p[1]["verdict"] == v] for v in ("OK", "NG")}
    rows = []
    deciding = [(job, sound) for job, sound in spoken if job["says"] in by_verdict]
    for number, (job, sound) in enumerate(deciding[:count]):
        verdict = r.choice(("OK", "NG"))
        name, row = r.choice(by_verdict[verdict])
        soundfile.write(folder / f"{number:03}.wav", sound, RATE)
        taken = {}
        own = row["golden_file_name"] or (row["file_name"] if name == "deeppcb" else "")
        for column, file in (("file_name", row["file_name"]), ("golden_file_name", own)):
            if file:
                taken[column] = f"{name}-{Path(file).name}"
                (folder / taken[column]).write_bytes((data / "images" / name / file).read_bytes())
        kept = {"verdict": verdict, "defect": row["defect"], "part": row["part"]}
        rows.append(row_of(job, **taken, **kept, voice_file_name=f"{number:03}.wav"))
    write_table(folder, rows)


def tiles(folder: Path, data: Path) -> None:
    """The test split of magnetic tiles with the places that were marked by eye as boxes."""
    places, source, rows = tile_places(), data / "images" / "magnetic_tile", []
    for row in rows_of(source):
        if row["split"] != "test":
            continue
        target = folder / row["file_name"]
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes((source / row["file_name"]).read_bytes())
        kept = {key: row[key] for key in ("file_name", "verdict", "defect", "part", "lot", "split")}
        with Image.open(target) as photo:
            marked = places.get(row["file_name"])
            rows.append(kept | {"boxes": json.dumps(cell_boxes(marked, *photo.size)) if marked else ""})
    write_table(folder, rows)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--data", type=Path, required=True)
    options.add_argument("--jobs", type=Path, required=True)
    options.add_argument("--out", type=Path, required=True)
    options.add_argument("--notes", type=int, default=240)
    given = options.parse_args()
    spoken = kept_apart(given.jobs, given.notes)
    notes(given.out / "notes", spoken, unheard_noise(given.data))
    real_speech(given.out, given.data)
    contradictions(given.out / "contradictions", given.data, spoken, 200)
    tiles(given.out / "tiles", given.data)


if __name__ == "__main__":
    main()
