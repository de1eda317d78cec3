"""Weight files looked at from outside: safetensors headers, the shard index, and whether both fit the model class.

Knows names, shapes and byte ranges. Reads no tensor, runs no model and never unpickles anything.
"""

import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from transformers import Phi4MultimodalConfig, Phi4MultimodalForCausalLM

SINGLE = "model.safetensors"
INDEX = "model.safetensors.index.json"
FLOATS = {"F32": 4, "F16": 2, "BF16": 2}
SIZES = FLOATS | {"F64": 8, "I64": 8, "U64": 8, "I32": 4, "U32": 4, "I16": 2, "U16": 2, "I8": 1, "U8": 1, "BOOL": 1}
PICKLES = (".bin", ".pt", ".pth", ".ckpt", ".pkl", ".pickle")
LONGEST_HEADER = 100_000_000
SHOWN = 5
"""How many names a fault spells out before it only counts."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One tensor in a file: number type, shape, and its bytes [begin, end) counted from the start of the file."""

    dtype: str
    shape: tuple[int, ...]
    begin: int
    end: int

    @property
    def size(self) -> int:
        """Bytes."""
        return self.end - self.begin


class BadWeights(Exception):
    """A weight file that is not what it says; the sentence names the file."""


def read_header(path: Path) -> dict[str, Entry]:
    """The tensors of a safetensors file, every range checked. Raises `BadWeights` with a sentence."""
    size = path.stat().st_size
    with path.open("rb") as file:
        start = file.read(8)
        first = file.read(1)  # a header's length may begin with a pickle's byte too; its text begins with a brace
        if start[:4] == b"PK\x03\x04" or (start[:1] == b"\x80" and first != b"{"):
            raise BadWeights(f"{path.name} is a pickle under another name, which could run foreign code; refused.")
        length = int.from_bytes(start, "little")
        if len(start) < 8 or length > min(LONGEST_HEADER, size - 8):
            raise BadWeights(f"{path.name} is not a safetensors file, or is cut off; get the file again.")
        raw = first + file.read(max(0, length - 1))
    try:
        content = json.loads(raw)
        entries = {name: _entry(name, about, 8 + length) for name, about in content.items() if name != "__metadata__"}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadWeights(f"{path.name} has a damaged safetensors header ({error}); get the file again.") from None
    _check_ranges(path.name, entries, 8 + length, size)
    return entries


def _entry(name: str, about: Mapping[str, Any], data: int) -> Entry:
    begin, end = about["data_offsets"]
    shape = tuple(about["shape"])
    numbers = (begin, end, *shape)
    if not all(isinstance(number, int) and not isinstance(number, bool) and number >= 0 for number in numbers):
        raise ValueError(f"{name} has a bad shape or offset")
    if about["dtype"] not in SIZES:
        raise ValueError(f"{name} has the unknown number type {about['dtype']}")
    if end - begin != math.prod(shape) * SIZES[about["dtype"]]:
        raise ValueError(f"{name} has {end - begin} bytes for the shape {shape}")
    return Entry(about["dtype"], shape, data + begin, data + end)


def _check_ranges(name: str, entries: Mapping[str, Entry], data: int, size: int) -> None:
    """Tensors lie one after the other and fill the file: nothing outside, nothing overlapping, nothing hidden."""
    position = data
    for entry in sorted(entries.values(), key=lambda entry: (entry.begin, entry.end)):
        if entry.begin != position:
            raise BadWeights(f"{name} has overlapping or unused bytes between its tensors; get the file again.")
        position = entry.end
    if position > size:
        raise BadWeights(f"{name} is cut off: it ends {position - size:,} bytes too early; get the file again.")
    if position < size:
        raise BadWeights(f"{name} has {size - position:,} bytes after its last tensor; get the file again.")


def weight_files(folder: Path) -> tuple[dict[str, Path], list[str]]:
    """Names and paths of the base model's weight files, and what is wrong with the list itself."""
    if (folder / SINGLE).is_file():
        return {SINGLE: folder / SINGLE}, []
    if not (folder / INDEX).is_file():
        return {}, [_no_weights(folder)]
    try:
        names = sorted(set(json.loads((folder / INDEX).read_text(encoding="utf-8"))["weight_map"].values()))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        return {}, [f"{INDEX} cannot be read ({error!r}); get the file again."]
    faults = [f"{INDEX} names a file that cannot be used: {name}." for name in names if not _plain(name)]
    good = {name: folder / name for name in names if _plain(name)}
    faults += [
        f"{name} is missing (a shard of the weights); get the file again."
        for name, path in good.items()
        if not path.is_file()
    ]
    return {name: path for name, path in good.items() if path.is_file()}, faults


def _plain(name: object) -> bool:
    return isinstance(name, str) and re.fullmatch(r"[\w.-]+\.safetensors", name) is not None


def _no_weights(folder: Path) -> str:
    pickles = sorted(path.name for path in folder.iterdir() if path.suffix in PICKLES)
    if pickles:
        names = listing(pickles)
        return f"The weights are pickles ({names}), which could run foreign code; get the safetensors version."
    return f"{SINGLE} is missing (and there is no {INDEX}); get the weights again."


def read_headers(folder: Path) -> tuple[dict[str, tuple[Path, Entry]], list[str]]:
    """Every tensor of the base model with its file, and everything wrong with the files."""
    files, faults = weight_files(folder)
    tensors: dict[str, tuple[Path, Entry]] = {}
    for path in files.values():
        try:
            entries = read_header(path)
        except (BadWeights, OSError) as error:
            faults.append(str(error))
            continue
        if twice := entries.keys() & tensors.keys():
            faults.append(f"{path.name} repeats tensors of another shard: {listing(twice)}; get the files again.")
        tensors |= {name: (path, entry) for name, entry in entries.items()}
    return tensors, faults


@dataclass(frozen=True, slots=True)
class Structure:
    """What the model class holds under a config: every tensor's shape, and the linear layers as (out, in)."""

    shapes: Mapping[str, tuple[int, ...]]
    linears: Mapping[str, tuple[int, int]]
    optional: frozenset[str]


def structure_of(config: Phi4MultimodalConfig) -> Structure:
    """Builds the class on the meta device, which takes no memory, and notes its shapes."""
    with torch.device("meta"):
        return structure_of_model(Phi4MultimodalForCausalLM(config))


def structure_of_model(model: Phi4MultimodalForCausalLM) -> Structure:
    """The same from a bare model that is there already."""
    shapes = {name: tuple(tensor.shape) for name, tensor in model.state_dict().items()}
    linears = {
        name: (module.out_features, module.in_features)
        for name, module in model.named_modules()
        if isinstance(module, torch.nn.Linear)
    }
    optional = frozenset(["lm_head.weight"]) if model.config.tie_word_embeddings else frozenset[str]()
    return Structure(shapes, linears, optional)


def weight_faults(tensors: Mapping[str, tuple[Path, Entry]], structure: Structure) -> list[str]:
    """What does not fit: tensors missing, unknown, of another shape, or not floating point."""
    faults = []
    if missing := structure.shapes.keys() - tensors.keys() - structure.optional:
        faults.append(f"{len(missing)} tensors of the model are missing: {listing(missing)}; get the weights again.")
    if unknown := tensors.keys() - structure.shapes.keys():
        faults.append(f"{len(unknown)} tensors do not belong to this model: {listing(unknown)}; wrong weights?")
    wrong = [
        f"{name} is {list(entry.shape)}, config.json says {list(structure.shapes[name])}"
        for name, (_, entry) in tensors.items()
        if name in structure.shapes and entry.shape != structure.shapes[name]
    ]
    if wrong:
        faults.append(f"{len(wrong)} tensors have another shape than config.json says: {listing(wrong, '; ')}.")
    if other := [name for name, (_, entry) in tensors.items() if entry.dtype not in FLOATS]:
        faults.append(f"{len(other)} tensors are not F32, F16 or BF16: {listing(other)}; quantised weights?")
    return faults


def listing(names: Iterable[str], gap: str = ", ") -> str:
    """The first few names, and how many more there are."""
    ordered = sorted(names)
    more = f" and {len(ordered) - SHOWN} more" if len(ordered) > SHOWN else ""
    return gap.join(ordered[:SHOWN]) + more


def pack_header(tensors: Iterable[tuple[str, Entry]]) -> bytes:
    """The first bytes of a new safetensors file that holds these tensors one after the other."""
    content: dict[str, Any] = {"__metadata__": {"format": "pt"}}
    position = 0
    for name, entry in tensors:
        content[name] = {
            "dtype": entry.dtype,
            "shape": list(entry.shape),
            "data_offsets": [position, position + entry.size],
        }
        position += entry.size
    raw = json.dumps(content, separators=(",", ":")).encode()
    raw += b" " * (-len(raw) % 8)
    return len(raw).to_bytes(8, "little") + raw


def read_bytes(path: Path, begin: int, end: int, piece: int = 1 << 22) -> Iterator[bytes]:
    """The bytes [begin, end) of a file in pieces, so that no tensor is ever whole in memory."""
    with path.open("rb") as file:
        file.seek(begin)
        while begin < end:
            read = file.read(min(piece, end - begin))
            if not read:
                raise BadWeights(f"{path.name} ended while it was being read; get the file again.")
            begin += len(read)
            yield read
