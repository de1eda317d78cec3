"""Puts a model folder in its place: native copied, original converted; whole or not at all.

Knows files, disk space and hashes. Tensors go from file to file in pieces of a few MB, whatever the model's size.
"""

import contextlib
import errno
import hashlib
import shutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from model_runtime.checkpoint import LORAS, native_files, structure_faults, verify
from model_runtime.lora import CONFIG as LORA_CONFIG
from model_runtime.lora import WEIGHTS as LORA_WEIGHTS
from model_runtime.manifest import (
    MANIFEST,
    CheckpointFaults,
    FileRecord,
    Manifest,
    Progress,
    flush_folder,
    flush_names,
    make_manifest,
    read_manifest,
    write_json,
    write_manifest,
)
from model_runtime.original_layout import TENSORS, Plan, clean_json, is_original, make_plan
from model_runtime.verdict import Fixable
from model_runtime.weights import FLOATS, INDEX, SINGLE, BadWeights, pack_header, read_bytes

SHARD = 2_000_000_000
"""Bytes of tensors in one target file."""
SPARE = 64_000_000
"""Bytes that must stay free on the disk."""
DEFECT = "defect-lora"

Moved = Callable[[int], None]


def install(
    source: Path, target: Path, progress: Progress | None = None, shard_bytes: int = SHARD, origin: str = ""
) -> Manifest:
    """Installs the model folder `source` as `target`, which must not exist. Returns its manifest, which names as its
    source `origin`, or else the folder.

    Raises `CheckpointFaults` with everything that is wrong with the source, `Fixable` for a full disk or a target that
    cannot be written. Whatever `progress` raises stops the work; then, too, nothing is left behind.
    """
    source, target = Path(source), Path(target)
    _check_places(source, target)
    draft = target.with_name(f".{target.name}.partial")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir()
        manifest = _fill(source, draft, target.name, progress or (lambda what, part: None), shard_bytes)
        if origin:
            manifest = replace(manifest, source=origin)
            write_manifest(draft, manifest)
        flush_folder(draft)
        draft.rename(target)
        flush_names(target.parent)
        return manifest
    except BadWeights as error:  # a source that changes while it is read
        raise CheckpointFaults([str(error)], source) from error
    except OSError as error:
        raise _told(error, target) from error
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _check_places(source: Path, target: Path) -> None:
    if not source.is_dir():
        raise Fixable("model_not_found", f"{source} is not a folder; name the folder that holds the model's files.")
    if target.exists():
        raise Fixable("model_exists", f"{target} exists already; remove it first or install under another name.")
    if target.resolve().is_relative_to(source.resolve()):
        raise Fixable("model_target", f"{target} lies inside {source}; choose another place.")


def _told(error: OSError, target: Path) -> Fixable:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return Fixable("disk_full", f"The disk is full; make room for {target} and install again.")
    return Fixable("model_not_installed", f"The model could not be installed to {target}: {error}.")


def _fill(source: Path, draft: Path, name: str, progress: Progress, shard_bytes: int) -> Manifest:
    if is_original(source):
        manifest = _convert(source, draft, name, progress, shard_bytes)
    else:
        manifest = _copy_native(source, draft, name, progress)
    progress("checking", 1.0)
    if faults := verify(draft, full=False):
        raise CheckpointFaults(faults, source)
    return manifest


def _counter(progress: Progress, what: str, total: int) -> Moved:
    done = 0

    def moved(count: int) -> None:
        nonlocal done
        done += count
        progress(what, min(1.0, done / max(1, total)))

    return moved


def _need_space(folder: Path, size: int) -> None:
    free = shutil.disk_usage(folder).free
    if free < size + SPARE:
        gigabytes = f"{size / 1e9:.1f} GB are needed, {free / 1e9:.1f} GB are free"
        raise Fixable("disk_full", f"The disk is too full for this model: {gigabytes}; make room and install again.")


# ---- native ----


def _copy_native(source: Path, draft: Path, name: str, progress: Progress) -> Manifest:
    manifest = read_manifest(source) if (source / MANIFEST).is_file() else None
    if faults := verify(source, full=False) if manifest else _bare_faults(source):
        raise CheckpointFaults(faults, source)
    files = sorted({*(manifest.files if manifest else native_files(source)), *_extras(source)})
    total = sum((source / file).stat().st_size for file in files)
    _need_space(draft, total)
    moved = _counter(progress, "copying", total)
    records = {file: _copy(source / file, draft / file, moved) for file in files}
    if manifest:
        if altered := [file for file in manifest.files if records[file] != manifest.files[file]]:
            raise CheckpointFaults([f"{file} is damaged (SHA-256 differs); get it again." for file in altered], source)
        write_manifest(draft, manifest)
        return manifest
    made = make_manifest(draft, name, source=str(source.resolve()), license=_license(source), known=records)
    write_manifest(draft, made)
    return made


def _bare_faults(source: Path) -> list[str]:
    """What is wrong with a folder that has no manifest yet; it must have both LoRAs, as the published one does."""
    return structure_faults(source) + [
        f"{lora}/{LORA_WEIGHTS} is missing; without it the model cannot judge, get the whole folder."
        for lora in LORAS.values()
        if not (source / lora).is_dir()
    ]


def _extras(source: Path) -> set[str]:
    """Files beside the base model: its card for people, and the defect adapter."""
    names = {"README.md", *(f"{DEFECT}/{name}" for name in ("card.json", LORA_CONFIG, LORA_WEIGHTS))}
    return {name for name in names if (source / name).is_file()}


def _copy(source: Path, target: Path, moved: Moved) -> FileRecord:
    return _write(target, read_bytes(source, 0, source.stat().st_size), moved)


def _write(target: Path, pieces: Iterable[bytes], moved: Moved) -> FileRecord:
    """Writes pieces one after the other, hashing on the way: each byte is read once and never held for long."""
    target.parent.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256()
    size = 0
    with target.open("wb") as file:
        for piece in pieces:
            file.write(piece)
            digest.update(piece)
            size += len(piece)
            moved(len(piece))
    return FileRecord(digest.hexdigest(), size)


# ---- original ----


def _convert(source: Path, draft: Path, name: str, progress: Progress, shard_bytes: int) -> Manifest:
    plan, faults = make_plan(source)
    if plan is None:
        raise CheckpointFaults(faults, source)
    groups = [plan.base, *(tensors for _, tensors in plan.loras.values())]
    total = sum(entry.size for tensors in groups for _, entry in tensors.values())
    _need_space(draft, total)
    moved = _counter(progress, "converting", total)
    records = dict(_write_base(plan, draft, moved, shard_bytes))
    for folder, (lora, tensors) in plan.loras.items():
        records[f"{folder}/{LORA_WEIGHTS}"] = _write_tensors(draft / folder / LORA_WEIGHTS, tensors, moved)
        write_json(draft / folder / LORA_CONFIG, lora.to_json())
    _write_papers(plan, source, draft)
    made = make_manifest(draft, name, source=str(source.resolve()), license=_license(source), known=records)
    write_manifest(draft, made)
    return made


def _write_base(plan: Plan, draft: Path, moved: Moved, shard_bytes: int) -> Iterator[tuple[str, FileRecord]]:
    shards = list(_shards(plan.base, shard_bytes))
    if len(shards) == 1:
        yield SINGLE, _write_tensors(draft / SINGLE, shards[0], moved)
        return
    where: dict[str, str] = {}
    for number, shard in enumerate(shards, 1):
        name = f"model-{number:05d}-of-{len(shards):05d}.safetensors"
        yield name, _write_tensors(draft / name, shard, moved)
        where |= dict.fromkeys(shard, name)
    total = sum(entry.size for _, entry in plan.base.values())
    write_json(draft / INDEX, {"metadata": {"total_size": total}, "weight_map": where})


def _shards(tensors: TENSORS, limit: int) -> Iterator[TENSORS]:
    """Tensors in the order of the source, so that its shards are read one after the other; none above the limit
    unless a single tensor is."""
    shard: TENSORS = {}
    size = 0
    for key, (path, entry) in tensors.items():
        if shard and size + entry.size > limit:
            yield shard
            shard, size = {}, 0
        shard[key] = (path, entry)
        size += entry.size
    yield shard


def _write_tensors(target: Path, tensors: TENSORS, moved: Moved) -> FileRecord:
    """One safetensors file, its tensors copied byte by byte; the widest numbers first, which keeps all aligned."""
    ordered = sorted(tensors.items(), key=lambda item: -FLOATS[item[1][1].dtype])

    def pieces() -> Iterator[bytes]:
        yield pack_header((key, entry) for key, (_, entry) in ordered)
        for _, (path, entry) in ordered:
            yield from read_bytes(path, entry.begin, entry.end)

    return _write(target, pieces(), moved)


def _write_papers(plan: Plan, source: Path, draft: Path) -> None:
    """Config, tokenizer and licence."""
    plan.config.save_pretrained(draft)
    numbers = {name: getattr(plan.config, name) for name in ("bos_token_id", "eos_token_id", "pad_token_id")}
    write_json(draft / "generation_config.json", {"_from_model_config": True} | numbers)
    shutil.copyfile(source / "tokenizer.json", draft / "tokenizer.json")
    for name in ("tokenizer_config.json", "preprocessor_config.json"):
        if (source / name).is_file():
            with contextlib.suppress(ValueError, AttributeError):  # neither is needed to judge
                write_json(draft / name, dict(clean_json(source / name)))
    for name in ("LICENSE", "README.md"):
        if (source / name).is_file():
            shutil.copyfile(source / name, draft / name)


def _license(source: Path) -> str:
    """MIT when the licence file starts so, else empty: nothing is guessed."""
    with contextlib.suppress(OSError):
        text = (source / "LICENSE").read_text(encoding="utf-8", errors="replace")
        return "MIT" if "MIT License" in text[:200] else ""
    return ""
