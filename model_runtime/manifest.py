"""The checkpoint's own papers: kensa.json, which names every file with its size and SHA-256.

Knows files and hashes. Knows no torch, no model class and nothing of what the tensors mean.
"""

import hashlib
import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from model_runtime.verdict import Fixable

MANIFEST = "kensa.json"
FORMAT = 1
FULL_PROMPT = {"order": "instruction golden photo voice"}
"""Lets most of a prompt be read once and kept. The published examples show photos first; what the order does to the
full model's judgments has not been measured."""
UNLISTED = ("README.md", MANIFEST)
"""Files that may change without changing the model."""
UNLISTED_FOLDERS = ("defect-lora", "known")
"""Adapters carry their own hash in card.json, so that a new one does not make a new base."""

Progress = Callable[[str, float], None]
"""Told what is being done, and how much of the whole is done (0..1)."""


def in_words(faults: Sequence[str]) -> str:
    """What follows a colon: one fault in the same line, several as a list."""
    return f" {faults[0]}" if len(faults) == 1 else "\n" + "\n".join(f"- {fault}" for fault in faults)


class CheckpointFaults(Fixable):
    """A model folder that cannot be used, with everything that is wrong with it."""

    def __init__(self, faults: list[str], folder: Path) -> None:
        super().__init__("checkpoint", f"The model folder {folder} cannot be used:{in_words(faults)}")
        self.faults = faults


@dataclass(frozen=True, slots=True)
class FileRecord:
    """One file as it was when the checkpoint was made."""

    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class Manifest:
    """What kensa.json says. `prompt` is empty where the defaults of the full model apply."""

    name: str
    files: Mapping[str, FileRecord]
    sha256: str
    layout: str = "native"
    prompt: Mapping[str, Any] = field(default_factory=dict)
    source: str = ""
    license: str = ""

    @property
    def identity(self) -> str:
        """`name@sha256`, as it goes into every verdict."""
        return f"{self.name}@{self.sha256}"

    @property
    def size(self) -> int:
        """Bytes of all listed files together."""
        return sum(record.size for record in self.files.values())

    def to_json(self) -> dict[str, Any]:
        """The content of kensa.json."""
        content: dict[str, Any] = {"format": FORMAT, "name": self.name, "layout": self.layout, "sha256": self.sha256}
        content["files"] = files_to_json(self.files)
        if self.prompt:
            content["prompt"] = dict(self.prompt)
        return content | {"source": self.source, "license": self.license}


def files_to_json(files: Mapping[str, FileRecord]) -> dict[str, Any]:
    """The `files` object of kensa.json."""
    return {name: {"sha256": record.sha256, "bytes": record.size} for name, record in files.items()}


def canonical_sha256(content: Any) -> str:
    """SHA-256 of JSON in one fixed spelling, so that equal contents have equal hashes."""
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


def base_identity(files: Mapping[str, FileRecord]) -> str:
    """SHA-256 over the canonical JSON of `files`: one name for all the bytes of the base model."""
    canonical = json.dumps(files_to_json(files), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def sha256_of(path: Path, moved: Callable[[int], None] | None = None) -> str:
    """SHA-256 of a file, read in pieces; `moved` hears how many bytes each piece had."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(1 << 22):
            digest.update(piece)
            if moved:
                moved(len(piece))
    return digest.hexdigest()


def listed_files(folder: Path) -> Iterator[str]:
    """Names, relative and with forward slashes, of the files that make up the base model; hidden ones are not of it."""
    for path in sorted(folder.rglob("*")):
        parts = path.relative_to(folder).parts
        if not path.is_file() or any(part.startswith(".") for part in parts):
            continue
        if parts[0] in UNLISTED_FOLDERS or "/".join(parts) in UNLISTED:
            continue
        yield "/".join(parts)


def make_manifest(
    folder: Path,
    name: str,
    *,
    prompt: Mapping[str, Any] | None = None,
    source: str = "",
    license: str = "",
    known: Mapping[str, FileRecord] | None = None,
    only: Iterable[str] | None = None,
) -> Manifest:
    """Describes a folder as it lies there now; `only` these files of it, where given. `known` holds records of files
    that need not be read again. `prompt` None: what suits the full model, as it is published."""
    known = known or {}
    prompt = FULL_PROMPT if prompt is None else prompt
    names = listed_files(folder) if only is None else sorted(only)
    files = {file: known.get(file) or record_of(folder / file) for file in names}
    return Manifest(name, files, base_identity(files), prompt=dict(prompt), source=source, license=license)


def record_of(path: Path) -> FileRecord:
    """Size and hash of a file."""
    return FileRecord(sha256_of(path), path.stat().st_size)


def write_manifest(folder: Path, manifest: Manifest) -> Path:
    """Writes kensa.json, whole or not at all."""
    path = folder / MANIFEST
    write_json(path, manifest.to_json())
    return path


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    """Writes JSON beside the target, flushes it to the disk and puts it in place."""
    draft = path.with_name(path.name + ".new")
    with draft.open("w", encoding="utf-8", newline="\n") as file:
        json.dump(content, file, indent=2, ensure_ascii=False)
        file.write("\n")
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def flush_folder(folder: Path) -> None:
    """Forces every file below the folder, and the folder's own list of names, onto the disk."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            with path.open("rb+") as file:
                os.fsync(file.fileno())
    for path in (*(path for path in folder.rglob("*") if path.is_dir()), folder):
        flush_names(path)


def flush_names(folder: Path) -> None:
    """Forces a folder's list of names onto the disk; Windows does it by itself."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def read_manifest(folder: Path) -> Manifest:
    """Reads kensa.json. Raises `CheckpointFaults` when it is missing, unreadable or of a newer format."""
    path = folder / MANIFEST
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        return _parsed(content, folder)
    except FileNotFoundError:
        fault = f"{MANIFEST} is missing; install the folder with `kensa models install {folder}`, which writes it."
    except (OSError, ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError) as error:
        fault = f"{MANIFEST} cannot be read ({error!r}); install the model again."
    raise CheckpointFaults([fault], folder)


def _parsed(content: dict[str, Any], folder: Path) -> Manifest:
    if content["format"] > FORMAT:
        fault = f"{MANIFEST} has format {content['format']}, this program knows {FORMAT}; install a newer program."
        raise CheckpointFaults([fault], folder)
    files = {name: FileRecord(str(record["sha256"]), int(record["bytes"])) for name, record in content["files"].items()}
    if outside := [name for name in files if not _stays_inside(name)]:
        raise CheckpointFaults([f"{MANIFEST} names files outside the folder: {', '.join(outside)}."], folder)
    return Manifest(
        name=str(content["name"]),
        files=files,
        sha256=str(content["sha256"]),
        layout=str(content.get("layout", "native")),
        prompt=dict(content.get("prompt") or {}),
        source=str(content.get("source", "")),
        license=str(content.get("license", "")),
    )


def _stays_inside(name: str) -> bool:
    return not (name.startswith("/") or "\\" in name or ":" in name or ".." in name.split("/"))


def file_faults(folder: Path, manifest: Manifest, hashes: bool) -> dict[str, str]:
    """What differs between the folder and its manifest, by file: gone, of another size, and with `hashes` changed."""
    faults = {}
    if base_identity(manifest.files) != manifest.sha256:
        faults[MANIFEST] = f"{MANIFEST} was altered: its own checksum does not fit; install the model again."
    for name, record in manifest.files.items():
        fault = _file_fault(folder / name, name, record, hashes)
        if fault:
            faults[name] = fault
    return faults


def _file_fault(path: Path, name: str, record: FileRecord, hashes: bool) -> str | None:
    try:
        there = path.is_file()
    except OSError:  # no name of a file
        there = False
    if not there:
        return f"{name[:200]} is missing; install the model again."
    size = path.stat().st_size
    if size != record.size:
        how = "is cut off" if size < record.size and path.suffix == ".safetensors" else "was changed"
        return f"{name} {how}: {size:,} bytes instead of {record.size:,}; install the model again."
    if hashes and sha256_of(path) != record.sha256:
        return f"{name} is damaged: its content is not what was installed (SHA-256 differs); install the model again."
    return None
