"""What is to be judged: the arguments of `kensa judge` as a list of units, each with its files and words.

Knows folders and metadata.csv; opens no photo, so that a folder of a million files costs only their names.
"""

import csv
import io
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any

from inspector_app.capture.sample import PHOTO_SUFFIXES, Photo, Sample, read_photo, read_voice
from inspector_app.errors import KensaError, from_os_error
from inspector_app.parts import GENERAL, Parts, is_defect
from inspector_app.texts import storable
from model_runtime.verdict import DEFECTS

METADATA = "metadata.csv"


@dataclass(frozen=True, slots=True)
class Source:
    """A file to read and the name the answer calls it by."""

    path: Path
    file: str


@dataclass(frozen=True, slots=True)
class Target:
    """One unit to judge. `problem` says why it cannot even be read; `expected` is the folder's own verdict, if any."""

    photo: Source | None = None
    voice: Source | None = None
    golden: Source | None = None
    part: str = GENERAL
    lot: str | None = None
    serial: str | None = None
    work_order: str | None = None
    defects: tuple[str, ...] | None = None
    expected: str = ""
    problem: KensaError | None = None

    @property
    def name(self) -> str:
        """How it is called on the screen."""
        source = self.photo or self.voice
        return source.file if source else ""

    def read(self, operator: str | None, golden: Photo | None) -> Sample:
        """The sample, its files read and checked; `golden` is that of all units that have none of their own."""
        if self.problem:
            raise self.problem
        photo = read_photo(self.photo.path, self.photo.file) if self.photo else None
        own = read_photo(self.golden.path, self.golden.file) if self.golden else None
        return Sample(
            photo=photo,
            voice=read_voice(self.voice.path, self.voice.file) if self.voice else None,
            golden=(own or golden) if photo else None,
            part=self.part,
            lot=self.lot,
            serial=self.serial,
            work_order=self.work_order,
            operator=operator,
            defects=self.defects,
        )


@dataclass(frozen=True, slots=True)
class Words:
    """What the command line says of all units; a row of metadata.csv stands above it."""

    part: str | None = None
    lot: str | None = None
    serial: str | None = None
    work_order: str | None = None


def of_arguments(names: list[str], voice: str | None, words: Words, parts: Parts) -> list[Target]:
    """One target for each file, and for each photo or row of each folder. What is missing is a target too."""
    part = parts.get(words.part).name if words.part else GENERAL
    note = Source(Path(voice), voice) if voice else None
    if note and (len(names) > 1 or (names and Path(names[0]).is_dir())):
        raise KensaError(
            "voice_for_many", "One voice note goes with one photo; give one, or name the notes in metadata.csv."
        )
    if not names:
        if note is None:
            raise KensaError("nothing_to_judge", "There is nothing to judge; name a photo, a folder or a voice note.")
        return [Target(voice=note, part=part, **_told(words))]
    targets: list[Target] = []
    for name in names:
        path = Path(name)
        if path.is_dir():
            targets += _of_folder(path, words, parts)
        else:
            targets.append(Target(Source(path, name), note, part=part, **_told(words)))
    return targets


def _told(words: Words) -> dict[str, Any]:
    return {"lot": words.lot, "serial": words.serial, "work_order": words.work_order}


def undeclared(targets: list[Target]) -> list[str]:
    """Parts that only their folder knows, each once."""
    return list(dict.fromkeys(target.part for target in targets if target.defects is not None))


def _of_folder(folder: Path, words: Words, parts: Parts) -> list[Target]:
    try:
        if (folder / METADATA).is_file():
            return _of_metadata(folder, words, parts)
        files = list(_photos(folder))
        if not files:
            raise KensaError("no_photos", f"There are no photos in the folder {storable(str(folder))}; check the path.")
    except KensaError as error:
        return [Target(Source(folder, str(folder)), problem=error)]
    part = parts.get(words.part).name if words.part else GENERAL
    return [Target(Source(folder / file, file), part=part, **_told(words)) for file in files]


def _photos(folder: Path) -> Iterator[str]:
    """Names of the photos below the folder, sorted, with forward slashes; nothing hidden."""
    found = []
    for place, folders, files in os.walk(folder, onerror=_refuse):
        folders[:] = [name for name in folders if not name.startswith(".")]
        below = Path(place).relative_to(folder)
        found += [
            (below / name).as_posix()
            for name in files
            if Path(name).suffix.lower() in PHOTO_SUFFIXES and not name.startswith(".")
        ]
    yield from sorted(found)


def _refuse(error: OSError) -> None:
    raise from_os_error(error, "folder", storable(str(error.filename)))


def _of_metadata(folder: Path, words: Words, parts: Parts) -> list[Target]:
    rows = _rows(folder / METADATA)
    declared = _declared(rows, parts)
    targets = []
    for number, row in enumerate(rows, start=2):
        part = row.get("part") or (parts.get(words.part).name if words.part else GENERAL)
        names = {key: row.get(key, "") for key in ("file_name", "voice_file_name", "golden_file_name")}
        sources = {key: Source(folder / name, name) if name else None for key, name in names.items()}
        problem = _name_problem(names, number)
        targets.append(
            Target(
                photo=sources["file_name"] or (Source(folder, f"{METADATA} row {number}") if problem else None),
                voice=sources["voice_file_name"],
                golden=sources["golden_file_name"],
                part=part,
                lot=row.get("lot") or words.lot,
                serial=row.get("serial") or words.serial,
                work_order=row.get("work_order") or words.work_order,
                defects=declared.get(part),
                expected=row.get("verdict", ""),
                problem=problem,
            )
        )
    return targets


def _rows(path: Path) -> list[dict[str, str]]:
    """The rows as text by column; KensaError when the file is no table of photos."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise from_os_error(error, "table", storable(str(path))) from error
    shown = storable(str(path))
    try:
        reader = csv.DictReader(io.StringIO(_decoded(data), newline=""), strict=True, restval="")
        rows = [
            {(key or "").strip(): value.strip() for key, value in row.items() if isinstance(value, str)}
            for row in reader
        ]
        columns = [name.strip() for name in reader.fieldnames or ()]
    except (UnicodeDecodeError, csv.Error) as error:
        raise KensaError(
            "bad_metadata", f"{shown} is not a table in UTF-8 with commas ({error}); save it again."
        ) from error
    if not {"file_name", "voice_file_name"} & set(columns):
        raise KensaError("bad_metadata", f"{shown} has no column file_name; its first line must name the columns.")
    if not rows:
        raise KensaError(
            "no_photos", f"{shown} names no photos; add rows, or remove it to judge all photos of the folder."
        )
    return rows


def _decoded(data: bytes) -> str:
    """UTF-8, or what a Japanese Excel writes."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp932")


def _name_problem(names: dict[str, str], row: int) -> KensaError | None:
    if not names["file_name"] and not names["voice_file_name"]:
        return KensaError("bad_metadata", f"Row {row} of {METADATA} names neither a photo nor a voice note; add one.")
    for name in names.values():
        if not _is_inside(name):
            return KensaError("path_outside", f"{name!r} in {METADATA} leads out of the folder; name files inside it.")
    return None


def _is_inside(name: str) -> bool:
    """Whether the name stays in the folder, read as a path of either kind of system."""
    windows = PureWindowsPath(name)
    return not (
        PurePosixPath(name).is_absolute() or windows.drive or windows.root or ".." in windows.parts or "\0" in name
    )


def _declared(rows: list[dict[str, str]], parts: Parts) -> dict[str, tuple[str, ...]]:
    """Part -> defects, for parts that only this table knows: the classes it names for them, or the general ones."""
    named: dict[str, dict[str, None]] = {}
    for row in rows:
        part, defect = row.get("part", ""), row.get("defect", "")
        if part and part not in parts:
            named.setdefault(part, {})
            if is_defect(defect):
                named[part][defect] = None
    return {part: tuple(sorted(defects)) or DEFECTS for part, defects in named.items()}
