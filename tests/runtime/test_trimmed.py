"""The library without its dead work, as the full-size benchmark measures it, says what the whole library says."""

from pathlib import Path

import pytest
import torch

from model_runtime.adapters import activate
from model_runtime.checkpoint import load
from tests.benchmarks.full_rows import merged, trim
from tests.runtime import tiny


@pytest.mark.parametrize("inputs", [tiny.photo_inputs(), tiny.both_inputs()], ids=["photo", "photo and voice"])
def test_what_is_taken_out_of_the_library_is_dead(tiny_checkpoint: Path, inputs: dict[str, torch.Tensor]) -> None:
    whole = load(tiny_checkpoint, "cpu", torch.bfloat16)
    activate(whole, ["vis_lora"])
    smaller = merged(tiny_checkpoint)
    with torch.inference_mode():
        told = smaller.base(**inputs, logits_to_keep=1).logits
        attached = whole.model(**inputs, logits_to_keep=1).logits
        assert torch.allclose(told, attached, atol=0.1), "folding the LoRA in changes roundings alone"
        layers = smaller.base.model.embed_tokens_extend.image_embed.img_processor.encoder.layers
        before = len(layers)
        trim(smaller)
        again = smaller.base(**inputs, logits_to_keep=1).logits
        assert torch.allclose(again, told, atol=1e-2)
    kept = smaller.base.model.embed_tokens_extend.image_embed.img_processor.encoder.layers
    assert len(kept) < before
