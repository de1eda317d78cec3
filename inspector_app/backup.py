"""Backups: all that a station must not lose as one file, and the way back.

A ZIP (zip64): its directory lets every file be proved and taken out by itself, any tool opens it, and it knows no limit
of size; photos and sound, which are compressed already, are stored as they are. `manifest.json` names every file with
size and SHA-256. Base models and logs are not in it: models are installed again. Knows the data folder, the records'
own copy and ZIP files; knows no window.
"""

import hashlib
import json
import os
import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import IO, Any

from inspector_app import replacing
from inspector_app.errors import KensaError, from_os_error
from inspector_app.places import Places
from inspector_app.records import copies
from inspector_app.records.anchor import Anchor
from inspector_app.records.store import Store
from inspector_app.version import APP_VERSION
from inspector_app.whole import sync_folder

SUFFIX = ".kensa-backup"
MANIFEST, DATABASE = "manifest.json", "kensa.db"
FORMAT = 1
APART = frozenset(("models", "logs", "backups", "training"))
"""Names of the data folder that are in no backup and stay where they are: installed, told or begun anew."""
ANCHOR = "anchor.jsonl"
"""In no backup either, since it witnesses from outside; a restore puts it aside with the trail that it witnessed."""
LARGEST_MANIFEST = 400_000_000
SPARE = 50_000_000
"""Bytes that stay free beside a backup or what is restored."""
_STORED = frozenset((".jpg", ".jpeg", ".png", ".webp", ".flac", ".ogg", ".mp3", ".kensa-adapter"))
_BROKEN = (zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError)
_CHUNK = 1 << 20

Progress = Callable[[int, int], None]
"""Bytes done, bytes in all."""


@dataclass(frozen=True, slots=True)
class Backup:
    """What a backup says of itself."""

    file: Path
    made: str
    program: str
    schema: str
    audit: Anchor | None
    files: dict[str, tuple[int, str]]
    """Name with forward slashes -> bytes, SHA-256."""

    @property
    def bytes(self) -> int:
        return sum(size for size, _ in self.files.values())

    def to_json(self) -> dict[str, Any]:
        """All but the list of files."""
        told = {"file": str(self.file), "made": self.made, "program": self.program, "schema": self.schema}
        return {
            **told,
            "files": len(self.files),
            "bytes": self.bytes,
            "audit": asdict(self.audit) if self.audit else None,
        }


# --- one file of it all ---


def make(places: Places, store: Store, target: Path, progress: Progress | None = None) -> Backup:
    """Writes the backup while the station works on, reads it all again, and only then gives it its name.

    KensaError when the records are damaged, the disk is too small or refuses, or the file is there already.
    """
    if target.exists():
        raise KensaError("exists", f"{target} exists already; choose another name.")
    if not target.parent.is_dir():
        raise KensaError("missing", f"The folder {target.parent} does not exist; make it, or choose another.")
    draft = target.with_name(f".{target.name}.tmp")
    try:
        with tempfile.TemporaryDirectory(prefix=".backup-", dir=target.parent) as room:
            copy = Path(room) / DATABASE
            _need_room(target.parent, store.database.path.stat().st_size)
            store.database.copy_to(copy)
            state = copies.prove(copy)
            # Listed after the copy was made: a file is kept before its row, so that none of the copy's can be missing.
            sources = {DATABASE: copy, **dict(_sources(places))}
            _need_room(target.parent, sum(path.stat().st_size for path in sources.values()))
            _write(draft, sources, state, progress)
        made = check(draft)
        _need_all_media(made, state.media)
        os.replace(draft, target)
        try:
            sync_folder(target.parent)
        except OSError:
            target.unlink(missing_ok=True)  # what is not surely there must not look as if it were
            raise
    except OSError as error:
        raise from_os_error(error, "backup", target) from error
    finally:
        draft.unlink(missing_ok=True)
    return Backup(target, made.made, made.program, made.schema, made.audit, made.files)


def _sources(places: Places) -> Iterator[tuple[str, Path]]:
    """Everything that is backed up but the records: name, path."""
    for top in sorted(places.data.iterdir()):
        if top.name in (*APART, ANCHOR) or not _is_ours(top.name):
            continue
        for path in [top] if top.is_file() else sorted(p for p in top.rglob("*") if p.is_file()):
            inside = path.relative_to(places.data)
            if not path.is_symlink() and not any(part.startswith(".") for part in inside.parts):
                yield inside.as_posix(), path


def _is_ours(name: str) -> bool:
    """Neither hidden, nor a database (the copy stands for it), nor what was put aside before."""
    return not name.startswith((".", "before-")) and not name.endswith((".db", ".db-wal", ".db-shm", ".tmp"))


def _write(draft: Path, sources: dict[str, Path], state: copies.State, progress: Progress | None) -> None:
    total, done, files = sum(path.stat().st_size for path in sources.values()), 0, {}
    with draft.open("xb") as file:
        os.chmod(draft, 0o600)
        with zipfile.ZipFile(file, "w", allowZip64=True) as archive:
            for name, path in sources.items():
                kind = zipfile.ZIP_STORED if path.suffix.lower() in _STORED else zipfile.ZIP_DEFLATED
                entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))  # no clock in it: the manifest tells the time
                entry.compress_type, entry.external_attr = kind, 0o600 << 16
                try:
                    with path.open("rb") as source, archive.open(entry, "w", force_zip64=True) as put:
                        files[name] = _pass_on(source, put)
                except FileNotFoundError:
                    continue  # erased meanwhile; whether the records need it is asked at the end
                done += files[name][0]
                if progress:
                    progress(min(done, total), total)
            told = {"format": FORMAT, "made": datetime.now(UTC).isoformat(timespec="seconds"), "program": APP_VERSION,
                    "schema": state.schema, "audit": asdict(state.audit) if state.audit else None,
                    "files": files}  # fmt: skip
            entry = zipfile.ZipInfo(MANIFEST, (1980, 1, 1, 0, 0, 0))
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o600 << 16
            archive.writestr(entry, json.dumps(told, indent=0))
        file.flush()
        os.fsync(file.fileno())


def _need_room(folder: Path, needed: int) -> None:
    free = shutil.disk_usage(folder).free
    if free < needed + SPARE:
        lacking = f"{_large(needed + SPARE)} are needed in {folder}, {_large(free)} are free"
        raise KensaError("disk_full", f"There is too little room: {lacking}; free some space, or choose another disk.")


def _large(size: int) -> str:
    return f"{size / 1e9:.1f} GB" if size >= 1e9 else f"{size / 1e6:.0f} MB"


def _need_all_media(made: Backup, media: frozenset[str]) -> None:
    lacking = media - {PurePosixPath(name).stem for name in made.files if name.startswith("media/")}
    if lacking:
        raise KensaError(
            "incomplete",
            f"{len(lacking)} kept files are missing, so this would be no whole backup; see `kensa verify`.",
        )


def _pass_on(source: IO[bytes], target: IO[bytes] | None, most: int | None = None) -> tuple[int, str]:
    """Bytes and SHA-256 of what was copied; KensaError when there is more than `most`."""
    digest, done = hashlib.sha256(), 0
    while chunk := source.read(_CHUNK):
        done += len(chunk)
        if most is not None and done > most:
            raise _refused("a file in it is larger than its manifest says")
        digest.update(chunk)
        if target is not None:
            target.write(chunk)
    return done, digest.hexdigest()


# --- proved ---


def check(file: Path) -> Backup:
    """Reads all of a backup against its manifest, and says what it holds; KensaError `backup_refused` for any fault."""
    with _opened(file) as archive:
        said = _manifest(archive, file)
        for name, (size, sha256) in said.files.items():
            with archive.open(name) as source:
                if _pass_on(source, None, size) != (size, sha256):
                    raise _refused(f"{name} in it is not what was backed up")
    return said


class _opened:
    """A backup's ZIP; whatever the standard library says of a damaged one becomes one sentence."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def __enter__(self) -> zipfile.ZipFile:
        try:
            self._archive = zipfile.ZipFile(self._file)
        except Exception as error:
            self.__exit__(type(error), error, None)
            raise
        return self._archive

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if hasattr(self, "_archive"):
            self._archive.close()
        if isinstance(error, (*_BROKEN, ValueError, LookupError, TypeError, AttributeError, ArithmeticError)):
            raise _refused(f"{self._file.name} is damaged, or no backup ({str(error)[:100]})") from error
        if isinstance(error, OSError):
            raise from_os_error(error, "backup", self._file) from error


def _manifest(archive: zipfile.ZipFile, file: Path) -> Backup:
    """Names and sizes are checked before anything is unpacked."""
    entries = archive.infolist()
    names = [entry.filename for entry in entries]
    if any(entry.compress_size > file.stat().st_size for entry in entries):
        raise _refused(f"{file.name} is damaged: it cannot hold what it says")
    if names.count(MANIFEST) != 1 or archive.getinfo(MANIFEST).file_size > LARGEST_MANIFEST:
        raise _refused(f"{file.name} is no backup of Kensa: it has no manifest")
    with archive.open(MANIFEST) as source:
        said = json.loads(source.read(LARGEST_MANIFEST))
    if said["format"] != FORMAT:
        raise _refused(f"{file.name} was made by a newer Kensa; update this one")
    files = {str(name): (int(size), str(sha256)) for name, (size, sha256) in said["files"].items()}
    if sorted(names) != sorted((*files, MANIFEST)):
        raise _refused("what it holds is not what its manifest names")
    if DATABASE not in files:
        raise _refused("it holds no records")
    for name in files:
        if not is_safe(name):
            raise _refused(f"{name[:100]!r} in it leads out of the folder, or is none of a backup")
    for entry in entries:
        if entry.filename != MANIFEST and entry.file_size != files[entry.filename][0]:
            raise _refused(f"{entry.filename} in it has not the size that its manifest says")
    audit = Anchor(**said["audit"]) if said["audit"] else None
    return Backup(file, str(said["made"]), str(said["program"]), str(said["schema"]), audit, files)


def is_safe(name: str) -> bool:
    """Whether a name in an archive stays in the folder on every system, and is none that the program keeps apart."""
    windows, parts = PureWindowsPath(name), name.split("/")
    clean = all(part and not part.startswith(".") and not part.endswith((".", " ")) for part in parts)
    plain = not windows.drive and not windows.root and "\\" not in name and ":" not in name and name.isprintable()
    top = parts[0]
    return clean and plain and top not in (*APART, ANCHOR) and (name == DATABASE or _is_ours(top))


def _refused(why: str) -> KensaError:
    return KensaError("backup_refused", f"The backup is refused: {why}. Nothing was changed.")


# --- the way back ---


def unpack(places: Places, file: Path, progress: Progress | None = None) -> tuple[Backup, Path]:
    """Unpacks into a new folder beside the data, proving every file, the records, their audit trail and schema; the
    folder is ready for `put_in_place`. KensaError with what is wrong; then nothing is left behind.
    """
    places.make()
    draft = Path(tempfile.mkdtemp(prefix=".restoring-", dir=places.data))
    try:
        with _opened(file) as archive:
            said, done = _manifest(archive, file), 0
            _need_room(places.data, said.bytes)
            for name, (size, sha256) in said.files.items():
                done += _unpack_one(archive, draft, name, size, sha256)
                if progress:
                    progress(done, said.bytes)
        state = copies.prove(draft / DATABASE)
        if state.schema != said.schema or state.audit_hash != (said.audit.hash if said.audit else None):
            raise _refused("its records are not those that its manifest tells of")
        _need_all_media(said, state.media)
    except BaseException as error:
        shutil.rmtree(draft, ignore_errors=True)
        if isinstance(error, OSError):
            raise from_os_error(error, "data folder", places.data) from error
        raise
    return said, draft


def _unpack_one(archive: zipfile.ZipFile, draft: Path, name: str, size: int, sha256: str) -> int:
    path = draft / name
    path.parent.mkdir(parents=True, exist_ok=True)
    with archive.open(name) as source, open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as put:
        if _pass_on(source, put, size) != (size, sha256):
            raise _refused(f"{name} in it is not what was backed up")
        put.flush()
        os.fsync(put.fileno())
    return size


def put_in_place(places: Places, draft: Path) -> Path:
    """What was unpacked becomes the data; the old data are kept aside, in the folder that is given back.

    The caller has the data folder for itself.
    """
    aside = places.data / f"before-restore-{datetime.now(UTC):%Y%m%dT%H%M%S%f}"
    old = [
        path.name
        for path in places.data.iterdir()
        if path.name not in APART
        and (_is_ours(path.name) or path.name in (DATABASE, f"{DATABASE}-wal", f"{DATABASE}-shm"))
    ]
    replacing.replace(places.data, draft, aside, old)
    return aside
