"""Which engine runs a checkpoint. Knows sizes and devices; runs nothing."""

from model_runtime.checkpoint import Checkpoint
from model_runtime.engine import MERGED_BYTES, Engine
from model_runtime.fast_engine import FastEngine
from model_runtime.int8_engine import Int8Engine


def choose_engine(checkpoint: Checkpoint) -> Engine:
    """The fast one where its folded weights fit: on CUDA, and for a small model on the CPU; else the careful one."""
    if checkpoint.engine.endswith("int8"):
        return Int8Engine(checkpoint)
    layers = checkpoint.base.model.layers
    size = sum(p.numel() * p.element_size() for p in layers.parameters())
    if checkpoint.device.type != "cuda" and size > MERGED_BYTES:
        return Engine(checkpoint)
    try:
        return FastEngine(checkpoint)
    except ValueError:  # an encoder of a kind that only the library's modules know
        return Engine(checkpoint)
