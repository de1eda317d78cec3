"""The hand-written engine equals the library's own forward, alone and side by side, for every kind of question."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from model_runtime.checkpoint import load
from model_runtime.cuda_decoder import CudaDecoder
from model_runtime.engine import Engine, Memory
from model_runtime.fast_engine import FastEngine, Rows
from model_runtime.photo import PhotoTensors
from model_runtime.plain_decoder import Decoder
from model_runtime.products import GELU, GELU_TANH, Halved, Packed, Plain, Product, halves
from model_runtime.voice import VoiceTensors, features
from tests.runtime.test_adapters import make_defect
from tests.runtime.test_engine import CLOSE, LAYOUTS, ours, photos, photos_equal_the_library, question, theirs


@pytest.fixture(scope="module", params=[Decoder, CudaDecoder])
def engine(tiny_checkpoint: Path, request: pytest.FixtureRequest) -> Iterator[FastEngine]:
    """With either order of calls; which CUDA takes is the same arithmetic on the CPU."""
    checkpoint = load(tiny_checkpoint)
    make_defect(checkpoint, non_zero=True)
    torch.set_grad_enabled(False)
    engine = FastEngine(checkpoint)
    engine.decoder = request.param(engine.body, engine.config, engine.cosines, engine.sines)
    engine.decoder.few = 64 if request.param is CudaDecoder else 0
    yield engine
    torch.set_grad_enabled(True)


def voice_of(seconds: float, engine: Engine, seed: int = 0) -> VoiceTensors:
    samples = np.random.default_rng(seed).normal(0, 0.1, int(16000 * seconds)).astype(np.float32)
    return features(samples, engine.config.audio_config)


@pytest.mark.parametrize("voice_tokens", [0, 7])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_photos_equal_the_library(engine: FastEngine, layout: str, voice_tokens: int) -> None:
    photos_equal_the_library(engine, layout, voice_tokens)


@pytest.mark.parametrize("seconds", [0.1, 1.0, 3.3])
def test_voice_alone_equals_the_library(engine: FastEngine, seconds: float) -> None:
    heard = voice_of(seconds, engine)
    ids = question([], heard.tokens)
    engine.use(["sp_lora", "defect"])
    assert torch.allclose(ours(engine, ids, [], heard.features), theirs(engine, ids, [], heard.features), atol=CLOSE)


def test_photos_side_by_side_look_as_each_alone(engine: FastEngine) -> None:
    images = [image for layout in LAYOUTS.values() for image in photos(*layout)]
    for together, image in zip(engine.see_all(images), images, strict=True):
        assert torch.allclose(together, engine.see(image), atol=CLOSE)


def test_masked_padding_looks_as_cut_padding(engine: FastEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    """As it is done on CUDA, where all crops share one pass."""
    wide_photos = photos([(80, 60), (57, 300), (80, 41)], 4)
    cut = [engine.see(image) for image in wide_photos]

    def whole(pixels: Tensor, mask: Tensor, stop: object = None) -> Tensor:
        return engine.vision._patches(pixels, mask, (mask.shape[1], mask.shape[1]), None)

    monkeypatch.setattr(engine.vision, "crops", whole)
    for before, masked in zip(cut, engine.see_all(wide_photos), strict=True):
        assert torch.allclose(before, masked, atol=CLOSE)


@pytest.mark.parametrize("beside_photo", [False, True])
def test_notes_side_by_side_sound_as_each_alone(engine: FastEngine, beside_photo: bool) -> None:
    notes = [voice_of(seconds, engine, seed) for seed, seconds in enumerate((0.1, 2.0, 0.73, 1.31))]
    for together, note in zip(engine.hear_all(notes, beside_photo), notes, strict=True):
        alone = engine.hear(note.features, note.tokens, beside_photo)
        assert together.shape == alone.shape
        assert torch.allclose(together, alone, atol=CLOSE)


def test_rows_side_by_side_read_as_each_alone(engine: FastEngine) -> None:
    """Rows of different length, on from different places, some fed nothing: as if each were by itself."""
    engine.use(["vis_lora"])
    random = torch.Generator().manual_seed(1)
    drawn = [torch.randint(300, 440, (length,), generator=random).tolist() for length in (9, 4, 13)]
    memory = engine.rows(3, 40)
    states = engine.read_rows([engine.embed(ids) for ids in drawn], memory)
    alone = [engine.rows(1, 40) for _ in drawn]
    for row, ids in enumerate(drawn):
        assert torch.allclose(engine.read(engine.embed(ids), alone[row]), states[row], atol=CLOSE)
    for spans in ([[301], [302, 303, 304], [305, 306]], [[], [310], [311] * 7], [[400, 401], [], [402]]):
        states = engine.step_rows(spans, memory)
        for row, span in enumerate(spans):
            if span:
                assert torch.allclose(engine.read(engine.embed(span), alone[row]), states[row], atol=CLOSE)
    assert memory.lengths == [one.lengths[0] for one in alone]
    kept = memory.keep(engine, [2, 0])
    again = engine.step_rows([[333], [334, 335]], kept)
    assert torch.allclose(again[0], engine.read(engine.embed([333]), alone[2]), atol=CLOSE)
    assert torch.allclose(again[1], engine.read(engine.embed([334, 335]), alone[0]), atol=CLOSE)


def test_rows_go_on_from_golden_photos_of_different_length(engine: FastEngine) -> None:
    engine.use(["vis_lora"])
    prefixes = [Memory(engine, 5), Memory(engine, 3)]
    for prefix in prefixes:
        engine.read(engine.embed(list(range(300, 300 + prefix.capacity))), prefix)
    memory = engine.rows(3, 30)
    for row, prefix in enumerate([*prefixes, None]):
        if prefix is not None:
            memory.store[:, :, row, :, : prefix.length] = prefix.store[:, :, 0]
            memory.lengths[row] = prefix.length
    states = engine.read_rows([engine.embed([350, 351, 352])] * 3, memory)
    for row, known in enumerate([list(range(300, 305)), list(range(300, 303)), []]):
        whole = engine.read(engine.embed([*known, 350, 351, 352]), Memory(engine, 12))
        assert torch.allclose(states[row], whole, atol=CLOSE)


def test_too_much_is_refused_before_it_is_written(engine: FastEngine) -> None:
    engine.use([])
    memory = Rows(engine, 2, 4)
    with pytest.raises(ValueError, match="room"):
        engine.read_rows([engine.embed([1] * 3), engine.embed([1] * 5)], memory)
    assert memory.lengths == [0, 0]


def test_scores_and_likeliest_tokens_are_those_of_all_logits(engine: FastEngine) -> None:
    hidden = torch.randn(2, engine.head.shape[1])
    logits = hidden @ engine.head.t()
    some = engine.scores_rows(hidden, [[5, 400, 7], [9, 8]])
    assert torch.allclose(some[0], logits[0, [5, 400, 7]], atol=1e-5)
    assert torch.allclose(some[1], logits[1, [9, 8]], atol=1e-5)
    masks = [torch.zeros(len(engine.head), dtype=torch.bool) for _ in range(2)]
    masks[0][[3, 4]], masks[1][[300, 301, 302]] = True, True
    expected = [max((3, 4), key=lambda t: logits[0, t]), max((300, 301, 302), key=lambda t: logits[1, t])]
    assert engine.likeliest(hidden, masks) == [(expected[0], True), (expected[1], True)]
    hidden[1, 0] = float("nan")
    assert [sane for _, sane in engine.likeliest(hidden, masks)] == [True, False]


@pytest.mark.parametrize("activation", ["", GELU, GELU_TANH])
@pytest.mark.parametrize("biased", [True, False])
def test_packed_products_are_torchs_own(activation: str, biased: bool) -> None:
    random = torch.Generator().manual_seed(3)
    weight, values, plus = (torch.randn(*size, generator=random) for size in ((7, 5), (2, 3, 5), (2, 3, 7)))
    bias = torch.randn(7, generator=random) if biased else None
    kinds: list[Product] = [Plain(weight, bias, activation), Packed(weight, bias, activation)]
    one, other = (kind(values) for kind in kinds)
    assert torch.allclose(one, other, atol=1e-5)
    if not activation:
        assert torch.allclose(kinds[0](values, plus), kinds[1](values, plus), atol=1e-5)


def test_large_products_in_half_the_bits_are_nearly_the_same() -> None:
    random = torch.Generator().manual_seed(5)
    weight, values, plus = (torch.randn(*size, generator=random) for size in ((256, 320), (3, 320), (3, 256)))
    if not halves(weight):
        pytest.skip("this processor has no bfloat16")
    exact, half = Packed(weight), Halved(weight)
    assert half(values).dtype == half(values, plus).dtype == torch.float32
    assert torch.allclose(exact(values, plus), half(values, plus), atol=0.3)  # of sums with a deviation of 18
    assert not torch.equal(exact(values), half(values))
    assert not halves(weight[:8]), "small products gain nothing and stay as they are"


def test_one_photo_is_one_pass(engine: FastEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    passes: list[int] = []
    encode = engine.vision._encode
    monkeypatch.setattr(
        engine.vision, "_encode", lambda pixels, *rest: (passes.append(len(pixels)), encode(pixels, *rest))[1]
    )
    square: PhotoTensors = photos([(56, 56)], 1)[0]
    engine.see(square)
    assert passes == [1], "a square photo is its own overview"
    engine.see_all([square, photos([(56, 56), (56, 56)], 1)[1]])
    assert passes == [1, 2], "both photos in one pass"
