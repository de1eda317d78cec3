"""A model that comes without a network: from a folder, a USB stick or one `.kensa-model` file, copied piece by piece.

A copy that was interrupted goes on where it stopped; every byte is hashed before the model may judge. Knows files and
manifests. Knows no tensors: what has no manifest yet is converted by `install`.
"""

import contextlib
import errno
import hashlib
import json
import os
import shutil
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Protocol

from model_runtime.install import SPARE
from model_runtime.manifest import (
    MANIFEST,
    CheckpointFaults,
    FileRecord,
    Manifest,
    Progress,
    file_faults,
    flush_folder,
    flush_names,
    read_manifest,
    sha256_of,
    write_manifest,
)
from model_runtime.verdict import Fixable

SUFFIX = ".kensa-model"
PIECE = 1 << 22
"""Bytes that are read at once."""
_BROKEN = (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError)
"""What the archive's reader says of one that is cut, changed, locked by a password or of a kind that nobody makes."""
_PAPERS = ("README.md", "LICENSE")
_ADAPTER = "defect-lora"


class Source(Protocol):
    """Where a model's files come from."""

    path: Path

    def manifest(self) -> Manifest: ...

    def extras(self) -> dict[str, int]:
        """Files beside the base model (its card, the defect adapter) with their sizes."""
        ...

    def open(self, name: str) -> IO[bytes]:
        """A file to read, which can be moved in."""
        ...


class FolderSource:
    """A model folder with its manifest."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def manifest(self) -> Manifest:
        return read_manifest(self.path)

    def extras(self) -> dict[str, int]:
        inside = (file for file in self.path.rglob("*") if file.is_file())
        names = {file.relative_to(self.path).as_posix(): file.stat().st_size for file in inside}
        return {name: size for name, size in names.items() if _is_extra(name)}

    def open(self, name: str) -> IO[bytes]:
        return (self.path / name).open("rb")


class FileSource:
    """A `.kensa-model`: a zip archive that stores, so that copying can go on in the middle of a file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._archive = zipfile.ZipFile(path)
        except (*_BROKEN, OverflowError) as error:
            told = f"{path} is no whole {SUFFIX} file; copy it again from where it came."
            raise Fixable("bad_model_file", told) from error
        if any(info.compress_type != zipfile.ZIP_STORED for info in self._archive.infolist()):
            raise Fixable("bad_model_file", f"{path} was not made by `kensa models pack`; make it again with that.")

    def manifest(self) -> Manifest:
        from tempfile import TemporaryDirectory

        with TemporaryDirectory() as folder:
            with contextlib.suppress(KeyError):
                Path(folder, MANIFEST).write_bytes(self._archive.read(MANIFEST))
            try:
                return read_manifest(Path(folder))
            except CheckpointFaults as error:
                raise CheckpointFaults(error.faults, self.path) from error

    def extras(self) -> dict[str, int]:
        return {i.filename: i.file_size for i in self._archive.infolist() if _is_extra(i.filename)}

    def open(self, name: str) -> IO[bytes]:
        try:
            return self._archive.open(name)
        except KeyError as error:
            raise FileNotFoundError(errno.ENOENT, "is not in the file", name) from error


def _is_extra(name: str) -> bool:
    """The card for people, the licence, and the adapter that comes with the model; nothing outside the folder."""
    parts = name.split("/")
    known = name in _PAPERS or (parts[0] == _ADAPTER and len(parts) == 2)
    return known and not name.endswith("/") and "\\" not in name and ".." not in parts


def find(source: Path) -> Path:
    """The model that is meant: the folder or file itself, or the only one on a stick. Fixable when none or several."""
    if source.is_file() or (source / MANIFEST).is_file() or (source / "config.json").is_file():
        return source
    if not source.is_dir():
        told = f"{source} does not exist; name a folder, a stick or a {SUFFIX} file."
        raise Fixable("model_not_found", told)
    found = sorted({*source.glob(f"*{SUFFIX}"), *source.glob(f"*/*{SUFFIX}")})
    found += sorted({path.parent for pattern in (f"*/{MANIFEST}", f"*/*/{MANIFEST}") for path in source.glob(pattern)})
    if len(found) == 1:
        return found[0]
    if not found:
        told = f"There is no model on {source}; it holds neither a {SUFFIX} file nor a folder with {MANIFEST}."
        raise Fixable("model_not_found", told)
    listed = ", ".join(str(path) for path in found)
    raise Fixable("several_models", f"There are {len(found)} models on {source}; name one of them: {listed}.")


def has_manifest(found: Path) -> bool:
    """Whether it can be copied as it is; else `install` converts it."""
    return found.is_file() or (found / MANIFEST).is_file()


def open_source(found: Path) -> Source:
    """What `find` found, ready to be read."""
    return FileSource(found) if found.is_file() else FolderSource(found)


def add(source: Source, target: Path, progress: Progress) -> Manifest:
    """Copies a model to `target`, which must not exist. Returns its manifest.

    What was copied stays when it is interrupted, also by what `progress` raises, and is gone on with next time. Raises
    `CheckpointFaults` for damaged files (those alone are copied anew next time), `Fixable` for a full disk.
    """
    if target.exists():
        raise Fixable("model_exists", f"{target} exists already; give another --name.")
    draft = draft_of(target)
    try:
        manifest = source.manifest()
        if draft.is_dir() and _draft_is_of_another(draft, manifest):
            shutil.rmtree(draft)
        draft.mkdir(parents=True, exist_ok=True)
        write_manifest(draft, manifest)
        _copy_all(source, manifest, draft, progress)
        progress("checking", 1.0)
        if faults := list(file_faults(draft, manifest, hashes=False).values()):
            raise CheckpointFaults(faults, source.path)
        flush_folder(draft)
        draft.rename(target)
        flush_names(target.parent)
        return manifest
    except OSError as error:
        raise _told(error, source.path, target) from error
    except _BROKEN as error:
        raise Fixable(
            "bad_model_file", f"{source.path} is damaged ({error}); copy it again from where it came."
        ) from error


def draft_of(target: Path) -> Path:
    """Where the copy grows; hidden from the list of models."""
    return target.with_name(f".{target.name}.coming")


def _draft_is_of_another(draft: Path, manifest: Manifest) -> bool:
    try:
        return read_manifest(draft).sha256 != manifest.sha256
    except CheckpointFaults:
        return True


def _copy_all(source: Source, manifest: Manifest, draft: Path, progress: Progress) -> None:
    extras = source.extras()
    total = manifest.size + sum(extras.values())
    _need_space(draft, total - _bytes_of(draft))
    done = 0

    def moved(count: int) -> None:
        nonlocal done
        done += count
        progress("copying", min(1.0, done / max(1, total)))

    faults = [f for name, record in sorted(manifest.files.items()) if (f := _copy(source, name, record, draft, moved))]
    for name in sorted(set(extras) - set(manifest.files)):
        _copy(source, name, None, draft, moved)
    if faults:
        raise CheckpointFaults(faults, source.path)


def _copy(source: Source, name: str, record: FileRecord | None, draft: Path, moved: Callable[[int], None]) -> str:
    """One file, gone on with where it stopped. Returns what is wrong with it, or ""; then nothing of it stays."""
    target = draft / name
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        file = source.open(name)
    except FileNotFoundError:
        return f"{name} is missing; get the whole model again."
    try:
        with file:
            digest = _go_on(file, target, record, moved)
    except _BROKEN:
        digest = ""
    if record is not None and (digest != record.sha256 or target.stat().st_size != record.size):
        target.unlink(missing_ok=True)
        return f"{name} is damaged (SHA-256 differs); get it again."
    return ""


def _go_on(file: IO[bytes], target: Path, record: FileRecord | None, moved: Callable[[int], None]) -> str:
    """Appends what the target lacks. Returns the SHA-256 of all of it, read back where it was there before."""
    digest = hashlib.sha256()
    there = target.stat().st_size if record is not None and target.is_file() else 0
    if record is not None and there > record.size:
        there = 0
    with target.open("rb+" if there else "wb") as out:
        while there and (piece := out.read(PIECE)):
            digest.update(piece)
            moved(len(piece))
        file.seek(there)
        while piece := file.read(PIECE):
            out.write(piece)
            digest.update(piece)
            moved(len(piece))
        out.flush()
        os.fsync(out.fileno())
    return digest.hexdigest()


def pack(folder: Path, file: Path, progress: Progress) -> Manifest:
    """Writes an installed model as one `.kensa-model` file, whole or not at all. Raises `CheckpointFaults` for a model
    that is damaged, `Fixable` for a full disk or a file that is there already."""
    if file.exists():
        raise Fixable("file_exists", f"{file} exists already; name another file.")
    source = FolderSource(folder)
    manifest = source.manifest()
    names = sorted({*manifest.files, *source.extras()})
    draft = file.with_name(f".{file.name}.coming")
    try:
        total = sum((folder / name).stat().st_size for name in names)
        _need_space(file.parent, total)
        with _kept_only_whole(draft), zipfile.ZipFile(draft, "w", zipfile.ZIP_STORED) as archive:
            archive.writestr(MANIFEST, json.dumps(manifest.to_json(), ensure_ascii=False, indent=2))
            done = 0
            for name in names:
                done += _store(archive, folder / name, name, manifest.files.get(name))
                progress("packing", done / max(1, total))
        draft.rename(file)
        flush_names(file.parent)
    except OSError as error:
        raise _told(error, folder, file) from error
    return manifest


@contextmanager
def _kept_only_whole(draft: Path) -> Iterator[None]:
    try:
        yield
    except BaseException:
        draft.unlink(missing_ok=True)
        raise


def _store(archive: zipfile.ZipFile, path: Path, name: str, record: FileRecord | None) -> int:
    if record is not None and sha256_of(path) != record.sha256:
        raise CheckpointFaults([f"{name} is damaged (SHA-256 differs); install the model again."], path.parent)
    archive.write(path, name)
    return path.stat().st_size


def _need_space(folder: Path, size: int) -> None:
    free = shutil.disk_usage(folder).free
    if free < size + SPARE:
        told = f"{size / 1e9:.1f} GB are needed, {free / 1e9:.1f} GB are free"
        raise Fixable("disk_full", f"The disk of {folder} is too full for this model: {told}; make room and try again.")


def _bytes_of(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


def _told(error: OSError, source: Path, target: Path) -> Fixable:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return Fixable("disk_full", f"The disk is full; make room for {target} and try again: copying goes on.")
    told = f"The model could not be copied from {source} to {target} ({error}); try again: copying goes on."
    return Fixable("model_not_installed", told)
