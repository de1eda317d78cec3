"""Files of packed weights: written piece by piece, checked whole when opened, then used where they lie in the file.

Knows the file's layout and how oneDNN's opaque tensors are laid down and picked up again. Knows no model, no rounding.
The layout is that of safetensors, every tensor on a cache line's border.
"""

import contextlib
import ctypes
import hashlib
import json
import logging
import os
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import torch
from safetensors import safe_open
from torch import Tensor

from model_runtime.int8 import Int8Linear, pack
from model_runtime.weights import BadWeights, read_header

_log = logging.getLogger(__name__)

FORMAT = 1
BORDER = 64
MKLDNN, CHAR = 3, 1
"""torch's numbers for the opaque layout and for signed bytes, as its C interface takes them."""
NAMES = {torch.uint8: "U8", torch.int8: "I8", torch.int64: "I64", torch.float32: "F32"}


class NotUsable(Exception):
    """A file that is not there, is damaged, or was written for other weights or another machine."""


class Opaque:
    """Picks an opaque oneDNN tensor up from memory where it lies; torch has this for compiled models only."""

    def __init__(self) -> None:
        """Raises OSError or AttributeError where this torch has no such way."""
        name = {"nt": "torch_cpu.dll", "posix": "libtorch_cpu.so"}[os.name]
        library = ctypes.CDLL(str(Path(torch.__file__).parent / "lib" / name))
        self._create = library.aoti_torch_create_tensor_from_blob_v2
        if library.aoti_torch_layout__mkldnn() != MKLDNN:
            raise AttributeError("another number for the opaque layout")
        self._take = torch._C._aoti.alloc_tensor_by_stealing_from_void_ptr
        self._capsule = ctypes.pythonapi.PyCapsule_New
        self._capsule.restype = ctypes.py_object
        self._capsule.argtypes = (ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p)

    def at(self, bytes_: Tensor, shape: tuple[int, int], layout: Tensor) -> Tensor:
        """The tensor whose packed bytes are `bytes_`, which must outlive it; `layout` as torch serialises it."""
        number = ctypes.c_int64
        handle = ctypes.c_void_p()
        failed = self._create(
            ctypes.c_void_p(bytes_.data_ptr()),
            number(2),
            (number * 2)(*shape),
            (number * 2)(1, 1),
            number(0),
            ctypes.c_int(CHAR),
            ctypes.c_int(0),
            ctypes.c_int(0),
            ctypes.byref(handle),
            ctypes.c_int(MKLDNN),
            ctypes.c_void_p(layout.data_ptr()),
            number(layout.numel()),
        )
        if failed:
            raise NotUsable("torch could not pick up a packed weight")
        taken: Tensor = self._take(self._capsule(handle, None, None))
        return taken


def opaque() -> Opaque | None:
    """The way to pick up packed weights, or None: then plain bytes are kept and packed at every start."""
    try:
        return Opaque()
    except (OSError, AttributeError, KeyError) as error:
        _log.info("packed weights cannot be mapped into memory here: %s", error)
        return None


def machine() -> dict[str, Any]:
    """What the packed layout depends on beside the weights."""
    return {"torch": torch.__version__, "cpu": torch.backends.cpu.get_cpu_capability(), "blocked": opaque() is not None}


def key_of(about: Mapping[str, Any]) -> str:
    """Hash of what the content of a file depends on, with the machine and the format."""
    text = json.dumps({**about, "format": FORMAT, **machine()}, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def write(path: Path, key: str, linears: Iterable[tuple[str, Tensor, Tensor, Tensor | None]]) -> None:
    """Writes weights one after the other: (name, signed bytes (n, k), steps (n,), bias (n,) or None).

    Whole or not at all; one weight in memory at a time. Raises OSError, for example for a full disk.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    draft, body = path.with_suffix(".new"), path.with_suffix(".body")
    blocked = opaque() is not None
    try:
        with body.open("wb") as file:
            entries = {}
            for name, weight, step, bias in linears:
                for part, tensor in _parts(weight, step, bias, blocked):
                    entries[f"{name}.{part}"] = _append(file, tensor)
        with draft.open("wb") as file, body.open("rb") as source:
            file.write(_header(key, entries))
            while piece := source.read(1 << 24):
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        for left in (draft, body):
            left.unlink(missing_ok=True)


def _parts(weight: Tensor, step: Tensor, bias: Tensor | None, blocked: bool) -> Iterator[tuple[str, Tensor]]:
    yield "step", step
    if bias is not None:
        yield "bias", bias
    if not blocked:
        yield "plain", weight
        return
    packed = pack(weight)
    size = torch.ops.mkldnn._nbytes(packed)
    start = torch.ops.mkldnn.data_ptr(packed)
    yield "blocks", torch.frombuffer((ctypes.c_uint8 * size).from_address(start), dtype=torch.uint8)
    yield "layout", torch.ops.mkldnn._get_mkldnn_serialized_md(packed)
    yield "shape", torch.tensor(packed.shape)


def _append(file: Any, tensor: Tensor) -> dict[str, Any]:
    """Writes a tensor at the next border; its entry for the header."""
    begin = file.tell()
    raw = _bytes(tensor.contiguous())
    file.write(raw)
    file.write(bytes(-len(raw) % BORDER))
    about = {"dtype": NAMES[tensor.dtype], "shape": list(tensor.shape), "begin": begin, "bytes": len(raw)}
    return about | {"sha256": hashlib.sha256(raw).hexdigest()}


def _header(key: str, entries: Mapping[str, Mapping[str, Any]]) -> bytes:
    """A safetensors header that ends on a border. What fills the gaps has names too: no byte may be hidden."""
    hashes = {name: about["sha256"] for name, about in entries.items()}
    content: dict[str, Any] = {"__metadata__": {"key": key, "sha256": json.dumps(hashes)}}
    for number, (name, about) in enumerate(entries.items()):
        begin, end = about["begin"], about["begin"] + about["bytes"]
        content[name] = {"dtype": about["dtype"], "shape": about["shape"], "data_offsets": [begin, end]}
        if gap := -about["bytes"] % BORDER:
            content[f"gap{number}"] = {"dtype": "U8", "shape": [gap], "data_offsets": [end, end + gap]}
    raw = json.dumps(content, separators=(",", ":")).encode()
    raw += b" " * (-(len(raw) + 8) % BORDER)
    return len(raw).to_bytes(8, "little") + raw


class Packed:
    """An open file of packed weights. What it gives lies in the file's own pages."""

    def __init__(self, path: Path, key: str, checked: bool = False, threads: int = 2) -> None:
        """Checks every byte, unless `checked` already; that reads the file once. Raises `NotUsable`."""
        self.path = path
        try:
            read_header(path)
            with safe_open(path, framework="pt") as file:
                about = file.metadata() or {}
                self._tensors: dict[str, Tensor] = {name: file.get_tensor(name) for name in file.keys()}
            expected: dict[str, str] = json.loads(about.get("sha256", "{}"))
        except (OSError, BadWeights, ValueError, RuntimeError) as error:
            raise NotUsable(f"{path.name}: {error}") from None
        if about.get("key") != key:
            raise NotUsable(f"{path.name} was made of other weights or for another machine")
        self._opaque = opaque()
        if checked:
            return
        with ThreadPoolExecutor(threads) as pool:
            found = pool.map(lambda name: _sha256(self._tensors.get(name)), expected)
            if wrong := [name for name, sha in zip(expected, found, strict=True) if sha != expected[name]]:
                raise NotUsable(f"{path.name} is damaged at {wrong[0]}")

    def linear(self, name: str) -> Int8Linear:
        """One weight, ready to multiply. Raises KeyError for a name that is not in the file."""
        parts = self._tensors
        step, bias = parts[f"{name}.step"], parts.get(f"{name}.bias")
        if f"{name}.plain" in parts:
            return Int8Linear(pack(parts[f"{name}.plain"]), step, bias)
        if self._opaque is None:
            raise NotUsable(f"{self.path.name} holds packed weights, which cannot be picked up here")
        rows, columns = parts[f"{name}.shape"].tolist()
        blocks, layout = parts[f"{name}.blocks"], parts[f"{name}.layout"]
        linear = Int8Linear(self._opaque.at(blocks, (rows, columns), layout), step, bias)
        linear.keep = (blocks, layout)
        return linear


def _sha256(tensor: Tensor | None) -> str:
    if tensor is None:
        return ""
    return hashlib.sha256(_bytes(tensor)).hexdigest()


def _bytes(tensor: Tensor) -> memoryview:
    array: Any = tensor.view(torch.uint8).reshape(-1).numpy()
    return memoryview(array)


def remove_others(path: Path, pattern: str) -> None:
    """Deletes files that a newer one stands for; one that is in use elsewhere may stay."""
    for other in path.parent.glob(pattern):
        if other != path:
            with contextlib.suppress(OSError):
                other.unlink()
