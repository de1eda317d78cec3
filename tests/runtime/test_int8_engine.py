"""The engine in eight bits against the one in floats, on tiny checkpoints; and who chooses it."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from PIL import Image
from torch import Tensor

from model_runtime import numbers
from model_runtime.adapters import attach, detach, save
from model_runtime.checkpoint import load
from model_runtime.engine import Engine
from model_runtime.int8_engine import Int8Engine
from model_runtime.runtime import load_judge
from model_runtime.verdict import Question
from tests.runtime import tiny
from tests.runtime.test_adapters import make_defect
from tests.runtime.test_engine import LAYOUTS, ours, photos, question
from tests.runtime.test_photo import picture

NEAR = 0.12
"""Greatest difference of distributions over all tokens (total variation) that rounding may make; 0.07 was seen."""


@pytest.fixture(scope="module")
def folder(tiny_checkpoint: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One whose cache is filled once for all tests."""
    return Path(shutil.copytree(tiny_checkpoint, tmp_path_factory.mktemp("int8") / "model"))


@pytest.fixture(scope="module")
def floats(folder: Path) -> Engine:
    return Engine(load(folder))


@pytest.fixture
def engine(folder: Path) -> Iterator[Int8Engine]:
    torch.set_grad_enabled(False)
    yield Int8Engine(numbers.load_int8(folder, torch.float32))
    torch.set_grad_enabled(True)


def logits(engine: Engine, names: list[str], layout: str = "padded", pieces: int = 1) -> Tensor:
    engine.use(names)
    images = photos(*LAYOUTS[layout])
    voice = torch.randn(1, 40, 80, generator=torch.Generator().manual_seed(3)) + 5
    return ours(engine, question(images, 5), images, voice, pieces)


def apart(left: Tensor, right: Tensor) -> float:
    """Total variation."""
    return 0.5 * float((left.softmax(-1) - right.softmax(-1)).abs().sum())


@pytest.mark.parametrize("layout", LAYOUTS)
def test_photos_and_voice_are_near_the_floats(engine: Int8Engine, floats: Engine, layout: str) -> None:
    exact = logits(floats, ["vis_lora"], layout)
    assert apart(logits(engine, ["vis_lora"], layout), exact) < NEAR
    for image in photos(*LAYOUTS[layout]):
        seen, expected = engine.see(image), floats.see(image)
        assert float((seen - expected).norm() / expected.norm()) < 0.02


def test_in_pieces_it_is_the_same_to_the_last_bit_but_rounding(engine: Int8Engine) -> None:
    whole, pieces = (logits(engine, ["vis_lora"], "many crops", count) for count in (1, 7))
    assert torch.allclose(whole, pieces, atol=1e-5)


def test_loras_are_switched_exactly(engine: Int8Engine, floats: Engine) -> None:
    first = logits(engine, ["vis_lora"])
    other = logits(engine, ["sp_lora"])
    assert apart(first, other) > 0.3, "the two LoRAs would not be told apart"
    assert apart(other, logits(floats, ["sp_lora"])) < NEAR
    assert apart(logits(engine, []), logits(floats, [])) < NEAR
    assert torch.equal(logits(engine, ["vis_lora"]), first)


def test_an_adapter_beside_works_and_goes_without_a_trace(folder: Path, tmp_path: Path) -> None:
    torch.set_grad_enabled(False)
    exact, rounded = load(folder), numbers.load_int8(folder, torch.float32)
    make_defect(exact, non_zero=True)

    card = {"version": 1, "base": exact.manifest.sha256}
    save(exact.model, "defect", tmp_path / "defect", card)  # type: ignore[arg-type]
    engine = Int8Engine(rounded)
    before = logits(engine, ["vis_lora"])
    attach(rounded, tmp_path / "defect")
    with_it = logits(engine, ["vis_lora", "defect"])
    assert apart(with_it, before) > 0.3
    assert apart(with_it, logits(Engine(exact), ["vis_lora", "defect"])) < NEAR
    detach(rounded, "defect")
    engine.forget()
    assert torch.equal(logits(engine, ["vis_lora"]), before)
    torch.set_grad_enabled(True)


def test_some_tokens_are_scored_in_the_models_own_numbers(engine: Int8Engine) -> None:
    hidden = torch.randn(64)
    exact = engine.head.float() @ hidden
    assert torch.allclose(engine.scores(hidden, [5, 400, 7]), exact[[5, 400, 7]], atol=1e-5)
    every = engine.scores(hidden, None)
    assert apart(every, exact) < 0.02
    assert not torch.equal(every, exact)


def test_who_chooses_eight_bits(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert load_judge(folder).identity.engine == "cpu-fp32"
    small = load_judge(folder, numbers="int8")
    assert (small.identity.engine, small.engine.dtype) == ("cpu-int8", torch.float32)
    monkeypatch.setattr(numbers, "LARGE", 1000)
    large = load_judge(folder)
    assert (large.identity.engine, large.engine.dtype) == ("cpu-int8", torch.bfloat16)
    assert load_judge(folder, numbers="float").identity.engine == "cpu-bf16"
    with pytest.raises(ValueError, match="int4"):
        load_judge(folder, numbers="int4")


def test_a_verdict_with_a_golden_photo_is_repeated_and_noticed_when_anything_changes(
    folder: Path, tmp_path: Path
) -> None:
    """What is kept of a golden photo counts for that photo, that adapter and nothing else."""
    for name, seed in (("unit", 1), ("golden", 2), ("other", 3)):
        picture(56, 50, seed=seed).save(tmp_path / f"{name}.png")
    judge = load_judge(folder, numbers="int8")
    asked = Question(photo=tmp_path / "unit.png", golden=tmp_path / "golden.png")
    first, again = judge.judge(asked).p_ng, judge.judge(asked).p_ng
    assert first == again
    assert len(judge._prefixes) == 1
    other = judge.judge(Question(photo=asked.photo, golden=tmp_path / "other.png")).p_ng
    assert other != first
    assert isinstance(Image.open(tmp_path / "golden.png"), Image.Image)
    shutil.copy(tmp_path / "other.png", tmp_path / "golden.png")
    assert judge.judge(asked).p_ng == other, "the file's content counts, not its name"
    judge.change_adapter(None)
    assert not judge._prefixes


def test_the_library_alone_cannot_run_what_was_left_out(engine: Int8Engine) -> None:
    """The bytes are all there is: nothing falls back to floats without a word."""
    assert engine.body.layers[0].mlp.down_proj.base_layer.weight.is_meta
    assert tiny.VOCABULARY == len(engine.head)
