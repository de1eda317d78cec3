"""In which numbers a model folder is loaded: whole floats, or eight bits on the CPU. Knows sizes; computes nothing."""

from collections.abc import Callable
from pathlib import Path

import torch

from model_runtime.checkpoint import Checkpoint, load
from model_runtime.int8_weights import Int8Weights, is_left_out
from model_runtime.weights import read_headers

INT8, FLOAT = "int8", "float"
LARGE = 2_000_000_000
"""Parameters from which on the CPU takes eight bits by itself, and 16 bits where it is asked for floats."""


def load_in(
    folder: Path, device: str, numbers: str | None = None, say: Callable[[str], None] | None = None
) -> Checkpoint:
    """Loads a folder for an engine. `numbers`: INT8, FLOAT, or None for what suits the device and the model's size.

    `say` hears that a model is made ready for eight bits, which takes minutes once. Raises ValueError for anything
    else, and what `checkpoint.load` raises.
    """
    if numbers not in (None, INT8, FLOAT):
        raise ValueError(f"the model computes in {INT8} or in {FLOAT}, not in {numbers!r}")
    if device != "cpu":
        if numbers == INT8:
            raise ValueError(f"{INT8} is for the CPU, not for {device}")
        return load(folder, device)
    large = parameters(folder) >= LARGE
    if numbers == INT8 or (numbers is None and large):
        return load_int8(folder, torch.bfloat16 if large else torch.float32, say)
    return load(folder, device, torch.bfloat16 if large else None)


def load_int8(
    folder: Path, dtype: torch.dtype = torch.bfloat16, say: Callable[[str], None] | None = None
) -> Checkpoint:
    """Loads what is used in floats, in `dtype`, and has the rest in bytes, from the folder's cache or made for it."""
    checkpoint = load(folder, "cpu", dtype, left_out=is_left_out)
    checkpoint.engine = f"cpu-{INT8}"
    checkpoint.elsewhere = Int8Weights(checkpoint, say)
    checkpoint.elsewhere.prepare()
    return checkpoint


def parameters(folder: Path) -> int:
    """How many numbers the base model's weight files hold; 0 for a folder that cannot be read."""
    try:
        tensors, _ = read_headers(Path(folder))
    except OSError:
        return 0
    return sum(torch.Size(entry.shape).numel() for _, entry in tensors.values())
