"""The engine equals the library's own forward, for every kind of question and every layout of crops."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from model_runtime.checkpoint import load
from model_runtime.engine import Engine, Memory
from model_runtime.photo import PhotoTensors, prepare, stack
from model_runtime.verdict import Stopped
from model_runtime.voice import features
from tests.runtime import tiny
from tests.runtime.test_adapters import make_defect
from tests.runtime.test_photo import picture

IMAGE, AUDIO = tiny.SPECIAL.index("<|endoftext10|>"), tiny.SPECIAL.index("<|endoftext11|>")
CLOSE = 1e-4
"""Logits have a standard deviation of 1."""


@pytest.fixture(scope="module")
def engine(tiny_checkpoint: Path) -> Iterator[Engine]:
    checkpoint = load(tiny_checkpoint)
    make_defect(checkpoint, non_zero=True)
    torch.set_grad_enabled(False)
    yield Engine(checkpoint)
    torch.set_grad_enabled(True)


def photos(sizes: list[tuple[int, int]], dynamic_hd: int) -> list[PhotoTensors]:
    return [prepare(picture(*size, seed=number), tiny.CROP, 14, dynamic_hd) for number, size in enumerate(sizes)]


def ours(engine: Engine, ids: list[int], images: list[PhotoTensors], voice: Tensor | None, pieces: int = 1) -> Tensor:
    """Logits (vocabulary,) after the last id, fed in one or several pieces."""
    embedded, flat = engine.embed(ids), torch.tensor(ids)
    if images:
        embedded[flat == IMAGE] = torch.cat([engine.see(image) for image in images])
    if voice is not None:
        embedded[flat == AUDIO] = engine.hear(voice, int((flat == AUDIO).sum()), beside_photo=bool(images))
    memory = Memory(engine, len(ids))
    for piece in embedded.tensor_split(pieces):
        hidden = engine.read(piece, memory)
    return engine.scores(hidden, None)


def theirs(engine: Engine, ids: list[int], images: list[PhotoTensors], voice: Tensor | None) -> Tensor:
    inputs = stack(images) if images else {}
    if voice is not None:
        inputs |= {"audio_input_features": voice, "audio_embed_sizes": torch.tensor([ids.count(AUDIO)])}
    logits: Tensor = engine.checkpoint.model(input_ids=torch.tensor([ids]), **inputs).logits[0, -1]
    return logits


def question(images: list[PhotoTensors], voice_tokens: int) -> list[int]:
    ids = [1]
    for image in images:
        ids += [300, *[IMAGE] * image.tokens]
    return [*ids, 301, *[AUDIO] * voice_tokens, 302, 303, 2, 3]


LAYOUTS = {
    "square": ([(56, 56)], 1),
    "padded": ([(80, 60)], 1),
    "odd padding": ([(80, 41)], 1),
    "many crops": ([(300, 200)], 6),
    "tall": ([(57, 300)], 4),
    "golden and photo": ([(80, 61), (300, 130)], 6),
    "golden and photo alike": ([(56, 56), (56, 56)], 1),
}


def photos_equal_the_library(engine: Engine, layout: str, voice_tokens: int) -> None:
    """Photos, and a voice beside them, read in one piece and in pieces."""
    images = photos(*LAYOUTS[layout])
    voice = torch.randn(1, 8 * voice_tokens, 80) + 5 if voice_tokens else None
    ids = question(images, voice_tokens)
    engine.use(["vis_lora", "defect"])
    expected = theirs(engine, ids, images, voice)
    assert torch.allclose(ours(engine, ids, images, voice), expected, atol=CLOSE)
    assert torch.allclose(ours(engine, ids, images, voice, pieces=5), expected, atol=CLOSE)


@pytest.mark.parametrize("voice_tokens", [0, 7])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_photos_equal_the_library(engine: Engine, layout: str, voice_tokens: int) -> None:
    photos_equal_the_library(engine, layout, voice_tokens)


@pytest.mark.parametrize("seconds", [0.1, 1.0, 3.3])
def test_voice_alone_equals_the_library(engine: Engine, seconds: float) -> None:
    heard = features(
        np.random.default_rng(0).normal(0, 0.1, int(16000 * seconds)).astype(np.float32), engine.config.audio_config
    )
    ids = question([], heard.tokens)
    engine.use(["sp_lora", "defect"])
    assert torch.allclose(ours(engine, ids, [], heard.features), theirs(engine, ids, [], heard.features), atol=CLOSE)


def test_the_two_audio_projections_differ(engine: Engine) -> None:
    """Else the test beside a photo would prove nothing."""
    voice = torch.randn(1, 40, 80)
    assert not torch.allclose(engine.hear(voice, 5, True), engine.hear(voice, 5, False), atol=0.01)


def test_text_alone_equals_the_library(engine: Engine) -> None:
    engine.use([])
    ids = question([], 0)
    assert torch.allclose(ours(engine, ids, [], None), theirs(engine, ids, [], None), atol=CLOSE)


def test_stacked_adapters_equal_folded_ones(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    images = photos([(80, 60)], 1)
    ids = question(images, 0)
    engine.use(["vis_lora", "defect"])
    folded = ours(engine, ids, images, None)
    monkeypatch.setattr("model_runtime.engine.MERGED_BYTES", 0)
    engine.forget()
    assert torch.allclose(ours(engine, ids, images, None), folded, atol=CLOSE)
    engine.forget()
    engine.use(["vis_lora"])
    assert not torch.allclose(ours(engine, ids, images, None), folded, atol=0.01)
    engine.forget()


def test_eager_attention_gives_the_same(engine: Engine) -> None:
    """An all-ones patch mask must not make the vision encoder causal under SDPA."""
    images = photos([(56, 56)], 1)
    model = engine.checkpoint.base
    seen = engine.see(images[0])
    for implementation, expected in (("eager", True), ("sdpa", True)):
        model.set_attn_implementation(implementation)
        assert torch.allclose(engine.see(images[0]), seen, atol=CLOSE) is expected
    changed = images[0].pixel_values.clone()
    changed[:, :, -14:, -14:] = 1
    first = engine.crops(images[0].pixel_values, images[0].mask)[0, 0, 0]
    assert not torch.allclose(engine.crops(changed, images[0].mask)[0, 0, 0], first, atol=1e-3)


def test_equal_crops_are_computed_once(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    batches: list[int] = []
    original = engine._patches

    def counted(pixels: Tensor, *rest: object) -> Tensor:
        batches.append(len(pixels))
        return original(pixels, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(engine, "_patches", counted)
    engine.see(photos([(56, 56)], 1)[0])
    assert batches == [1]
    engine.see(photos([(80, 60)], 1)[0])
    assert batches == [1, 1, 1], "padding makes the crop another one than the overview"


def test_scores_of_some_rows_are_those_of_all(engine: Engine) -> None:
    hidden = torch.randn(64)
    assert torch.allclose(engine.scores(hidden, [5, 400, 7]), engine.scores(hidden, None)[[5, 400, 7]], atol=1e-6)


def test_a_fork_leaves_the_original_alone(engine: Engine) -> None:
    engine.use([])
    memory = Memory(engine, 4)
    engine.read(engine.embed([1, 300, 301, 302]), memory)
    before = memory.store.clone()
    fork = memory.fork(engine, 9)
    engine.read(engine.embed([303, 304]), fork)
    assert (memory.length, fork.length) == (4, 6)
    assert torch.equal(memory.store, before)
    with pytest.raises(ValueError, match="room"):
        engine.read(engine.embed([1]), memory)


def test_every_layer_is_a_place_to_stop(engine: Engine) -> None:
    def after(count: int) -> object:
        asked = iter(range(100))
        return lambda: next(asked) >= count

    image = photos([(56, 56)], 1)[0]
    with pytest.raises(Stopped):
        engine.see(image, after(0))  # type: ignore[arg-type]
    engine.use([])
    memory = Memory(engine, 2)
    with pytest.raises(Stopped):
        engine.read(engine.embed([1, 2]), memory, after(1))  # type: ignore[arg-type]
    assert memory.length == 0
