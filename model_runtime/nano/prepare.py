"""What the training machine needs, in one folder: speech jobs, real speech, real photos, noises, the tokenizer.

    python -m model_runtime.nano.prepare --data ../shared/data --out .work/nano

Needs the extra `nano` (pyopenjtalk-plus writes the labels that the HTS voice speaks from). Nothing here trains.
"""

import argparse
import csv
import io
import json
import random
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray
from PIL import Image

from model_runtime.nano import demo_part, notes, speak, words
from model_runtime.nano.tokens import build_tokenizer

RATE = 16_000
SIDE = 320
CUTOUT = 144
WORD_LIST = Path("/usr/share/dict/american-english-small")
TILE_PLACES = Path(__file__).with_name("tile_places.csv")
HELD_OUT_SPEAKER = "theo"  # of fsdd: never trained on
HELD_OUT_WORD_EVERY = 12  # of the Japanese readings: one in twelve is never trained on

Sound = NDArray[np.float32]


def rows_of(folder: Path) -> list[dict[str, str]]:
    with (folder / "metadata.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def word_is_kept_apart(reading: str) -> bool:
    return sum(reading.encode()) % HELD_OUT_WORD_EVERY == 0


def plain_words() -> list[str]:
    return sorted({w.lower() for w in WORD_LIST.read_text().split() if w.isascii() and w.isalpha() and 2 < len(w) < 12})


def speech_jobs(readings: list[str], count: int, seed: int) -> list[dict[str, Any]]:
    """`count` utterances: six in ten are notes, the rest free text; one in 25 is the test's, in a voice kept apart."""
    import pyopenjtalk

    r, english = random.Random(seed), plain_words()
    jobs = []
    for i in range(count):
        apart = i % 25 == 0
        free, ja = r.random() < 0.4, r.random() < 0.55
        if ja:
            note = notes.free_japanese(r, readings) if free else notes.japanese_note(r)
        else:
            note = notes.free_english(r, english) if free else notes.english_note(r)
        speaker = speak.voice_of(r, note.language, apart)
        job: dict[str, Any] = note.as_dict() | {"split": "test" if apart else "train", "speaker": speaker}
        if speaker["engine"] == "hts":
            spoken = note.text if r.random() < 0.7 and note.kind == "note" else note.reading
            job["labels"] = [
                line.split("/A:")[0] + "/A:" + line.split("/A:")[1] for line in pyopenjtalk.extract_fullcontext(spoken)
            ]
        jobs.append(job)
    return jobs


def digit_jobs(count: int, seed: int) -> list[dict[str, Any]]:
    """One to three English digits each, in the training's voices: people's own are few."""
    r, jobs = random.Random(seed), []
    for _ in range(count):
        text = " ".join(r.choice(words.EN_DIGITS) for _ in range(r.choice((1, 1, 1, 2, 3))))
        note = notes.Note("en", text, text, "nothing", kind="free")
        jobs.append(note.as_dict() | {"split": "train", "speaker": speak.voice_of(r, "en", False)})
    return jobs


def _clip(path: Path) -> Sound:
    sound, rate = soundfile.read(path, dtype="float32", always_2d=True)
    mono = sound.mean(axis=1)
    mono = mono if rate == RATE else soxr.resample(mono, rate, RATE)
    loud = np.flatnonzero(np.abs(mono) > 0.01)
    mono = mono[max(0, loud[0] - 1600) : loud[-1] + 1600] if loud.size else mono
    return np.asarray(mono / max(1e-3, float(np.abs(mono).max())) * 0.7, np.float32)


def real_speech(data: Path) -> tuple[list[dict[str, Any]], Sound]:
    """Japanese words and English digits, spoken by people; one speaker and one word in twelve kept for the test."""
    rows, sounds, at = [], [], 0
    for name in ("tofugu_words_ja", "fsdd_digits_en"):
        for row in rows_of(data / "speech" / name):
            text = row["reading"] or row["transcript"]
            apart = row["speaker"] == HELD_OUT_SPEAKER if row["language"] == "en" else word_is_kept_apart(text)
            sound = _clip(data / "speech" / name / row["file_name"])
            rows.append({"language": row["language"], "text": text, "says": "nothing", "defect": "none", "place": "",
                         "kind": name, "split": "test" if apart else "train", "at": at, "n": sound.size})  # fmt: skip
            sounds.append(sound)
            at += sound.size
    return rows, np.concatenate(sounds)


def _small(path: Path) -> tuple[bytes, tuple[int, int], tuple[int, int]]:
    image = Image.open(path).convert("RGB")
    size = image.size
    scale = min(1.0, SIDE / max(size))
    image = image.resize((max(1, round(size[0] * scale)), max(1, round(size[1] * scale))), Image.Resampling.LANCZOS)
    out = io.BytesIO()
    image.save(out, "WEBP", quality=78)
    return out.getvalue(), image.size, size


def tile_places() -> dict[str, dict[str, str]]:
    """Where the defect lies on tiles, which have no boxes: cells of the 8 x 8 grid, marked by eye; by file name."""
    with TILE_PLACES.open(encoding="utf-8", newline="") as lines:
        return {row["file_name"]: row for row in csv.DictReader(lines)}


def cell_boxes(marked: dict[str, str], width: float, height: float) -> list[dict[str, Any]]:
    """Marked cells ("row:column ...") as boxes in pixels of a photo."""
    boxes = []
    for cell in marked["cells"].split():
        row, column = (int(part) for part in cell.split(":"))
        edges = [column * width / 8, row * height / 8, (column + 1) * width / 8, (row + 1) * height / 8]
        boxes.append({"defect": marked["defect"], "box": edges})
    return boxes


def real_photos(data: Path) -> tuple[list[dict[str, Any]], bytes]:
    """The photos of every set, at most 320 px on the long side, with boxes scaled alike."""
    rows, blob, places = [], bytearray(), tile_places()
    for name in ("magnetic_tile", "deeppcb", "bsdata", "xsdd", "aliens"):
        for row in rows_of(data / "images" / name):
            packed, (width, height), (full_width, full_height) = _small(data / "images" / name / row["file_name"])
            fx, fy = width / full_width, height / full_height
            marked = places.get(row["file_name"]) if name == "magnetic_tile" else None
            boxes = [
                {
                    "defect": b["defect"],
                    "box": [edge * scale for edge, scale in zip(b["box"], (fx, fy) * 2, strict=True)],
                }
                for b in (cell_boxes(marked, full_width, full_height) if marked else json.loads(row["boxes"] or "[]"))
            ]
            kept = {key: row[key] for key in ("verdict", "defect", "part", "lot", "split")}
            names = {"set": name, "file": row["file_name"], "golden": row["golden_file_name"]}
            rows.append({**names, **kept, "boxes": boxes, "at": len(blob), "n": len(packed)})
            blob += packed
    return rows, bytes(blob)


def demo_photos(count: int) -> tuple[list[dict[str, Any]], bytes]:
    """Photos of the demonstration part, as `real_photos` gives them; each is a lot of its own."""
    rows, blob = [], bytearray()
    for number, (photo, kind, x, y) in enumerate(demo_part.units(1000, count)):
        out = io.BytesIO()
        photo.save(out, "WEBP", quality=85)
        around = [(x - 0.04) * SIDE, (y - 0.05) * SIDE, (x + 0.04) * SIDE, (y + 0.05) * SIDE]
        boxes = [{"defect": kind, "box": around}] if kind != "none" else []
        rows.append({"set": "demo", "file": f"{number}.webp", "golden": "", "part": "demo-part", "lot": str(number),
                     "split": "train", "verdict": "NG" if boxes else "OK", "defect": kind, "boxes": boxes,
                     "at": len(blob), "n": out.tell()})  # fmt: skip
        blob += out.getvalue()
    return rows, bytes(blob)


def cutouts(folder: Path, count: int) -> tuple[list[int], bytes]:
    """Up to `count` pictures of single things on a transparent ground, CUTOUT px: bytes of each, all end to end."""
    paths = [path for path in sorted(folder.rglob("*.png")) if path.stat().st_size < 200_000]  # some are posters
    random.Random(3).shuffle(paths)
    sizes, blob = [], bytearray()
    for path in paths:
        image = Image.open(path).convert("RGBA")
        opaque = np.asarray(image.getchannel("A"), np.float32) / 255
        box = image.getchannel("A").getbbox()
        if box is None or not 0.15 < opaque.mean() < 0.9 or min(image.size) < 80:
            continue
        image = image.crop(box)
        image.thumbnail((CUTOUT, CUTOUT), Image.Resampling.LANCZOS)
        square = Image.new("RGBA", (CUTOUT, CUTOUT))
        square.paste(image, ((CUTOUT - image.width) // 2, (CUTOUT - image.height) // 2))
        out = io.BytesIO()
        square.save(out, "WEBP", quality=60, alpha_quality=60, method=6)
        sizes.append(out.tell())
        blob += out.getvalue()
        if len(sizes) == count:
            break
    return sizes, bytes(blob)


def noises(data: Path) -> dict[str, NDArray[np.int16]]:
    found = {}
    for name in ("picovoice_noise", "speechbrain_noise_rir"):
        for row in rows_of(data / "speech" / name):
            key = f"{name}_{row['note']}_{Path(row['file_name']).stem}"
            found[key] = (_clip(data / "speech" / name / row["file_name"])[: 20 * RATE] * 32767).astype(np.int16)
    return found


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--data", type=Path, required=True)
    options.add_argument("--out", type=Path, required=True)
    options.add_argument("--utterances", type=int, default=30_000)
    options.add_argument("--demo", type=int, default=360, help="photos of the demonstration part")
    options.add_argument("--cutouts", type=Path, default=Path("/usr/share/openclipart/png"),
                         help="Debian's openclipart-png (public domain)")  # fmt: skip
    options.add_argument("--seed", type=int, default=1)
    given = options.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    readings = sorted({row["reading"] for row in rows_of(given.data / "speech" / "tofugu_words_ja") if row["reading"]})
    readings = [x for x in readings if not word_is_kept_apart(x)]
    jobs = speech_jobs(readings, given.utterances, given.seed)
    jobs += digit_jobs(given.utterances // 8, given.seed)
    speak.write_jobs(given.out / "jobs.jsonl.gz", jobs)
    build_tokenizer([job["text"] for job in jobs] + readings, given.out)
    rows, sound = real_speech(given.data)
    with soundfile.SoundFile(
        given.out / "real.ogg", "w", RATE, 1, "VORBIS", format="OGG", compression_level=0.85
    ) as out:
        for start in range(0, sound.size, RATE):  # libsndfile's Vorbis writer crashes on very long blocks
            out.write(sound[start : start + RATE])
    (given.out / "real.json").write_text(json.dumps(rows, ensure_ascii=False), encoding="utf-8")
    rows, blob = real_photos(given.data)
    drawn, more = demo_photos(given.demo)
    rows += [row | {"at": row["at"] + len(blob)} for row in drawn]
    blob += more
    (given.out / "photos.bin").write_bytes(blob)
    (given.out / "photos.json").write_text(json.dumps(rows, ensure_ascii=False), encoding="utf-8")
    sizes, things = cutouts(given.cutouts, 2500)
    (given.out / "cutouts.bin").write_bytes(things)
    (given.out / "cutouts.json").write_text(json.dumps(sizes), encoding="utf-8")
    np.savez(given.out / "noises.npz", allow_pickle=False, **noises(given.data))


if __name__ == "__main__":
    main()
