"""Fuzzing: `python -m tests.harness.fuzz --inputs 200000 --out figures.json`.

Whatever comes from outside (photo, voice, barcode, tables, cards, weights, settings, parts, databases, adapters,
backups, anchors) is changed at random, thousands of times: each input must be taken, or refused by a `Fixable` in one
sentence; nothing else may be raised, nothing may hang, no process may die, no memory beyond the limit be taken. Each
input comes from a seed and its number, so that a finding is made again by `--only TARGET --number N --seed S`.
"""

import argparse
import copy
import io
import json
import math
import mmap
import os
import random
import resource
import shutil
import signal
import sys
import tempfile
import time
import traceback
import warnings
import zipfile
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image

from inspector_app import adapter_files, backup
from inspector_app.capture import codes, sample
from inspector_app.capture.code_fields import fields_of
from inspector_app.capture.wedge import Wedge
from inspector_app.commands import targets
from inspector_app.parts import Parts
from inspector_app.places import Places, bundled_model
from inspector_app.records import anchor
from inspector_app.records.database import Database
from inspector_app.records.history import History
from inspector_app.records.store import Store
from inspector_app.settings import Settings
from model_runtime import adapter_card, labelled, weights
from model_runtime.photo import load_photo
from model_runtime.verdict import Fixable
from model_runtime.voice import load_voice
from tests.harness.fuzz_kept import kept_targets
from tests.makers import encoded, png, station, wav
from tests.makers import sample as unit

ROOT = Path(__file__).parents[2]
SECONDS = 10
"""The longest that one input may take, on a loaded computer."""
MEMORY = 1_000_000_000
"""Bytes that a process may take beyond what it had before its first input."""
BATCH = 500
_ODD = [0, 1, 127, 128, 255, 256, 32767, 65535, 65536, 2**31 - 1, 2**31, 2**32 - 1, 2**63 - 1, 2**64 - 1]
_STRANGE: list[Any] = [
    None, True, -1, 0, 1.5, 1e308, 10**30, math.nan, math.inf, "", "x" * 5000, "\0", "../../etc/passwd", "C:\\x",
    "\ud800", "\u202e", [], {}, [[[]]], [0] * 100, {"a": {"b": {}}},
]  # fmt: skip

Look = Callable[[bytes, Path], object]


@dataclass(frozen=True)
class Target:
    """One thing from outside: good examples, and what the program does with it. `weight`: its share of the inputs."""

    seeds: list[bytes]
    look: Look
    weight: int
    json: bool = False


# --- what is fuzzed ---


def look_photo(data: bytes, room: Path) -> None:
    photo = sample.photo_from_bytes(data, "a.png")
    path = room / f"p{photo.suffix}"
    path.write_bytes(data)
    load_photo(path)


def look_voice(data: bytes, room: Path) -> None:
    voice = sample.voice_from_bytes(data, "a.wav")
    path = room / f"v{voice.suffix}"
    path.write_bytes(data)
    load_voice(path)


def look_barcode(data: bytes, room: Path) -> None:
    """A text as a scanner sends it, and the same bytes as a picture."""
    text = data.decode("utf-8", "replace")
    fields_of(text)
    Parts.load(Places(room / "none"))
    wedge = Wedge()
    for number, letter in enumerate(text[:300]):
        wedge.key(letter, number * 0.01)


def look_picture_of_code(data: bytes, room: Path) -> None:
    codes.read_codes_of(sample.photo_from_bytes(data, "a.png"))


def look_table(data: bytes, room: Path) -> None:
    (room / "metadata.csv").write_bytes(data)
    targets.of_arguments([str(room)], None, targets.Words(), Parts.load(Places(room / "none")))
    labelled.read_labelled(room, None)


def look_card(data: bytes, room: Path) -> None:
    (room / "card.json").write_bytes(data)
    adapter_card.read_card(room)


def look_weights(data: bytes, room: Path) -> None:
    path = room / "model.safetensors"
    path.write_bytes(data)
    try:
        weights.read_header(path)
    except weights.BadWeights as error:  # gathered with all other faults of a folder
        assert str(error)


def look_settings(data: bytes, room: Path) -> None:
    path = room / "settings.json"
    path.write_bytes(data)
    Settings.load(path).save(path)


def look_parts(data: bytes, room: Path) -> None:
    places = Places(room)
    places.parts.write_bytes(data)
    Parts.load(places)


def look_database(data: bytes, room: Path) -> None:
    path = room / "kensa.db"
    for ending in ("-wal", "-shm"):
        Path(f"{path}{ending}").unlink(missing_ok=True)
    path.write_bytes(data)
    with closing(Database.open(path)) as database:
        if not database.damage():
            with Store.open(Places(room)) as store:
                History.of(store).search()


def look_adapter(data: bytes, room: Path) -> None:
    (room / "a.kensa-adapter").write_bytes(data)
    adapter_files.unpack(room / "a.kensa-adapter", room / "draft", adapter_files.Keys(room / "keys"))


def look_backup(data: bytes, room: Path) -> None:
    (room / "b.kensa-backup").write_bytes(data)
    backup.check(room / "b.kensa-backup")
    _, draft = backup.unpack(Places(room / "data"), room / "b.kensa-backup")
    shutil.rmtree(draft)


def look_anchor(data: bytes, room: Path) -> None:
    (room / "anchor.jsonl").write_bytes(data)
    anchor.read(room / "anchor.jsonl")


def all_targets(room: Path) -> dict[str, Target]:
    """The good examples are made by the program itself."""
    picture = Image.open(io.BytesIO(png(1)))
    photos = [png(1), *(encoded(picture, kind) for kind in ("JPEG", "WEBP", "BMP", "TIFF", "GIF"))]
    photos.append(encoded(picture.convert("CMYK"), "TIFF"))
    photos.append(encoded(picture.convert("I;16") if False else picture.convert("L"), "PNG"))
    voices = [wav(0.3), wav(0.3, 44_100, 2), wav(0.3, kind="FLAC"), wav(0.3, kind="OGG"), wav(0.2, kind="MP3")]
    scans = [
        b"LOT=L-1;SN=7",
        b"]C1010491234567890410L22\x1d21S1",
        "ロット:一;品番:基板".encode(),
        b"[)>\x1e06\x1dPabc\x1d1TL1\x1e\x04",
    ]
    table = (
        b'file_name,verdict,defect,part,lot,boxes\nimages/a.png,OK,none,plate,L1,\n"b,c.png",NG,dent,plate,L2,1 2 3 4\n'
    )
    card = (bundled_model() / "defect-lora" / "card.json").read_bytes()
    head = json.dumps(
        {"a": {"dtype": "F32", "shape": [2, 2], "data_offsets": [0, 16]}, "__metadata__": {"x": "y"}}
    ).encode()
    tensors = len(head).to_bytes(8, "little") + head + bytes(16)
    kept = [path.read_bytes() for path in sorted((ROOT / "tests/databases").glob("schema-*.db"))]
    adapter, whole, line = _archives(room)
    return {
        "photo": Target(photos, look_photo, 16),
        "voice": Target(voices, look_voice, 14),
        "barcode": Target(scans, look_barcode, 14),
        "picture of a code": Target(photos[:3], look_picture_of_code, 3),
        "metadata.csv": Target([table, table.replace(b",", b";"), "\ufeff".encode() + table], look_table, 12),
        "card.json": Target([card], look_card, 12, json=True),
        "safetensors": Target([tensors], look_weights, 14),
        "settings.json": Target([json.dumps(Settings().to_json()).encode()], look_settings, 12, json=True),
        "parts.toml": Target([(ROOT / "resources/parts.toml").read_bytes()], look_parts, 8),
        "database": Target(kept, look_database, 3),
        "adapter": Target([adapter], look_adapter, 5),
        "backup": Target([whole], look_backup, 5),
        "anchor": Target([line], look_anchor, 6, json=True),
        **{name: Target(*what) for name, what in kept_targets(room).items()},
    }  # fmt: skip


def _archives(room: Path) -> tuple[bytes, bytes, bytes]:
    """A signed adapter (its weights a few bytes), a backup of one unit, and an anchor."""
    folder = room / "defect@1"
    folder.mkdir()
    for name in adapter_files.FILES:
        (folder / name).write_bytes(b"{}")
    adapter_files.export(folder, room / "a.kensa-adapter", adapter_files.Keys(room / "keys"))
    at = station(room / "data")
    at.judge(at.keep(unit(0)))
    backup.make(Places(room / "data"), at.store, room / "b.kensa-backup")
    anchor.export(at.store.database, room / "anchor.jsonl")
    at.store.close()
    return tuple((room / name).read_bytes() for name in ("a.kensa-adapter", "b.kensa-backup", "anchor.jsonl"))  # type: ignore[return-value]


# --- how it is changed ---


def changed(target: Target, chance: random.Random) -> bytes:
    """A good example with one to eight changes."""
    seed = chance.choice(target.seeds)
    if target.json and chance.random() < 0.6:
        return _other_json(seed, chance)
    if seed[:2] == b"PK" and chance.random() < 0.5:
        return _other_zip(seed, chance)
    data = bytearray(seed)
    for _ in range(chance.choice((1, 1, 2, 3, 8))):
        chance.choice(_CHANGES)(data, chance, target)
    return bytes(data)


def _flip(data: bytearray, chance: random.Random, target: Target) -> None:
    if data:
        data[chance.randrange(len(data))] = chance.randrange(256)


def _number(data: bytearray, chance: random.Random, target: Target) -> None:
    size = chance.choice((1, 2, 4, 8))
    at = chance.randrange(max(1, min(len(data), 600) - size + 1))
    value = chance.choice(_ODD) % 256**size
    data[at : at + size] = value.to_bytes(size, chance.choice(("little", "big")))


def _cut(data: bytearray, chance: random.Random, target: Target) -> None:
    at = chance.randrange(len(data) + 1)
    del data[at : at + chance.choice((1, 4, 100, len(data)))]


def _again(data: bytearray, chance: random.Random, target: Target) -> None:
    at = chance.randrange(len(data) + 1)
    some = bytes(data[at : at + chance.choice((1, 8, 64, 500))])
    data[at:at] = some * chance.choice((1, 2, 50))


def _junk(data: bytearray, chance: random.Random, target: Target) -> None:
    at = chance.randrange(len(data) + 1)
    data[at:at] = chance.randbytes(chance.choice((1, 3, 16, 300)))


def _joined(data: bytearray, chance: random.Random, target: Target) -> None:
    other = chance.choice(target.seeds)
    at = chance.randrange(min(len(data), len(other)) + 1)
    data[at:] = other[at:]


def _word(data: bytearray, chance: random.Random, target: Target) -> None:
    words = (
        b"\0",
        b"\r\n",
        b'"',
        b"[",
        b"{" * 3000,
        b"[" * 90000,
        b"../",
        b"\xff\xfe",
        b"1e999",
        b"NaN",
        "一".encode() * 99,
        b"'''",
    )
    at = chance.randrange(len(data) + 1)
    data[at:at] = chance.choice(words)


_CHANGES = (_flip, _flip, _number, _number, _cut, _again, _junk, _joined, _word)


def _other_json(seed: bytes, chance: random.Random) -> bytes:
    """The same document with something strange in one place."""
    try:
        value = json.loads(
            seed.splitlines()[0] if seed.count(b"\n") and seed[:1] == b"{" and seed[-2:] == b"}\n" else seed
        )
    except ValueError:
        value = json.loads(seed)
    for _ in range(chance.choice((1, 1, 3))):
        holder = value
        while True:
            keys = list(holder) if isinstance(holder, dict) else list(range(len(holder)))
            if not keys:
                break
            key = chance.choice(keys)
            if isinstance(holder[key], (dict, list)) and holder[key] and chance.random() < 0.7:
                holder = holder[key]
                continue
            if chance.random() < 0.2 and isinstance(holder, dict):
                del holder[key]
            else:
                holder[key] = copy.deepcopy(chance.choice(_STRANGE))
            break
    return json.dumps(value).encode()


def _other_zip(seed: bytes, chance: random.Random) -> bytes:
    """The same archive with one entry changed, named otherwise, left out, or there twice."""
    target, what = io.BytesIO(), chance.randrange(4)
    with zipfile.ZipFile(io.BytesIO(seed)) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        chosen = chance.randrange(len(old.namelist()))
        for number, name in enumerate(old.namelist()):
            data = old.read(name)
            if number == chosen and what == 0:
                data = changed(Target([data], look_anchor, 1, json=data[:1] in (b"{", b"[")), chance)
            elif number == chosen and what == 1:
                name = chance.choice(("../x", "/x", "C:/x", "a/../../x", "x" * 300, name.upper(), "", "媒体", "con"))
            elif number == chosen and what == 2:
                continue
            new.writestr(name or "x", data)
            if number == chosen and what == 3:
                new.writestr(name, bytes(chance.choice((0, 10**6))))
    return target.getvalue()


# --- the harness ---


class Hang(BaseException):
    """An input takes too long; no `except Exception` may catch it."""


def batch(name: str, target: Target, seed: int, numbers: range, at: mmap.mmap, found: int) -> None:
    """In a process of its own: each input, and what it did that it must not."""

    def over(*_: object) -> None:
        raise Hang

    signal.signal(signal.SIGALRM, over)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # what libraries think of broken sound
    used = int(Path("/proc/self/statm").read_text().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    resource.setrlimit(resource.RLIMIT_AS, (used + MEMORY, used + MEMORY))
    with tempfile.TemporaryDirectory() as folder:
        for number in numbers:
            at[:8] = number.to_bytes(8, "little")
            data = changed(target, random.Random(f"{name} {seed} {number}"))
            signal.alarm(SECONDS)
            try:
                target.look(data, Path(folder))
            except Fixable as error:
                wrong = "" if error.message and "\n" not in error.code else "a refusal without words"
            except BaseException as error:  # noqa: BLE001 - that is what is looked for
                where = "".join(traceback.format_exception(error)[-3:]).replace("\n", " | ")
                wrong = f"{type(error).__name__}: {where}"
            else:
                wrong = ""
            signal.alarm(0)
            if wrong:
                os.write(found, f"{name} --number {number}: {wrong[:1500]}\n".encode())
    os._exit(0)


def run(name: str, target: Target, inputs: int, seed: int) -> list[str]:
    """All inputs of one target; what was found."""
    wrong: list[str] = []
    at = mmap.mmap(-1, 8)
    start = 0
    while start < inputs and len(wrong) < 20:
        numbers = range(start, min(start + BATCH, inputs))
        out, into = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(out)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                batch(name, target, seed, numbers, at, into)
        os.close(into)
        with os.fdopen(out, "rb") as lines:
            wrong += lines.read().decode(errors="replace").splitlines()
        _, status = os.waitpid(child, 0)
        reached = int.from_bytes(at[:8], "little")
        if status:
            wrong.append(f"{name} --number {reached}: the process died with {os.waitstatus_to_exitcode(status)}")
        start = numbers.stop if not status else reached + 1
    return wrong


def main() -> int:
    """Fuzzes, and says what was found; 1 for any finding."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--inputs", type=int, default=2000)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--only", metavar="TARGET", help="one target, or several with commas between them")
    options.add_argument("--number", type=int, help="only this one, with its traceback")
    options.add_argument("--out", type=Path)
    args = options.parse_args()
    os.environ["SOURCE_DATE_EPOCH"] = "0"
    figures: dict[str, Any] = {
        "seed": args.seed,
        "seconds an input": SECONDS,
        "memory": MEMORY,
        "inputs": {},
        "found": [],
    }
    with tempfile.TemporaryDirectory(prefix="kensa-fuzz-") as room:
        chosen = {
            name: t for name, t in all_targets(Path(room)).items() if not args.only or name in args.only.split(",")
        }
        if args.number is not None:
            ((name, target),) = chosen.items()
            target.look(changed(target, random.Random(f"{name} {args.seed} {args.number}")), Path(room))
            return 0
        for name, target in chosen.items():
            count = args.inputs * target.weight // sum(t.weight for t in chosen.values()) + 1
            begun = time.monotonic()
            figures["found"] += run(name, target, count, args.seed)
            figures["inputs"][name] = count
            figures["total"] = sum(figures["inputs"].values())
            print(
                f"{name}: {count} inputs, {time.monotonic() - begun:.0f} s, {len(figures['found'])} found", flush=True
            )
            if args.out:
                args.out.write_text(json.dumps(figures, indent=1) + "\n")
    for line in figures["found"]:
        print(line)
    return 1 if figures["found"] else 0


if __name__ == "__main__":
    sys.exit(main())
