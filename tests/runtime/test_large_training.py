"""Training as a large model is trained: the base's weights without copies, layers computed again, logits only where
something is chosen. It must be the same training as the plain one of peft and transformers."""

from pathlib import Path

import pytest
import torch

from model_runtime import lessons, stacked
from model_runtime.lora import Lora
from model_runtime.student import Recipe, Student
from tests.benchmarks import bench_train


@pytest.fixture
def exact(monkeypatch: pytest.MonkeyPatch) -> None:
    """All products in float32, so that only mistakes differ."""
    monkeypatch.setattr(lessons, "HALF", torch.float32)
    monkeypatch.setattr(stacked.Stacked, "HALF", torch.float32)


@pytest.mark.usefixtures("exact")
@pytest.mark.parametrize("first", [0, 1])
def test_loss_and_gradients_are_those_of_the_plain_loop(tmp_path: Path, first: int) -> None:
    checkpoint = bench_train.random_checkpoint("cpu", True, tmp_path)
    data = bench_train.photos(tmp_path, 56, 8)
    lora = Lora(4, 32.0, bench_train.LAYERS.format(f"[{first}-1]"))
    student = Student(checkpoint, lora, Recipe(batch=4, exposures=1), data)
    student.begin()
    student.units = [student.senses.unit(example, 1) for example in data.train]
    asked = student.lessons.draw(student.units, 4, "a")
    plain = bench_train.Plain(checkpoint, lora, student)
    student.stacked.load(plain.state())
    inputs = plain.inputs(asked, bench_train._Cuts(student).__getitem__)
    found = []
    for apart, kept in ((False, 2), (True, 2), (True, 0), (True, 1)):
        if apart:
            student.stacked.prepare_apart()
        student.stacked.kept = kept
        found.append(bench_train.compared(plain, student, inputs, asked))
    for one in found:
        assert one["ours"] == pytest.approx(one["plain"], abs=1e-5)
        assert one["cosine"] == pytest.approx(1, abs=1e-6) and one["norms"] == pytest.approx(1, abs=1e-4)
    assert len(student.stacked.a) == 4 * (2 - first)


@pytest.mark.usefixtures("exact")
def test_a_large_model_takes_its_lora_into_its_own_weights(tmp_path: Path) -> None:
    """One kind of question: no copy of the decoder, and the same states as before."""
    checkpoint = bench_train.random_checkpoint("cpu", True, tmp_path)
    data = bench_train.photos(tmp_path, 56, 4)
    student = Student(checkpoint, Lora(4, 8.0, bench_train.LAYERS.format(".")), Recipe(batch=2, exposures=1), data)
    student.begin()
    student.units = [student.senses.unit(example, 1) for example in data.train]
    batch = student.lessons.batch(student.lessons.draw(student.units, 2, "a"))
    with torch.no_grad():
        before = student.stacked.states(batch.embedded, "photo")
        student.stacked.large = True
        student.stacked.prepare({"photo"})
        after = student.stacked.states(batch.embedded, "photo")
    assert torch.equal(before, after)
    module = student.stacked._module(student.stacked.names[0])
    assert module.base_layer.weight.data_ptr() == student.stacked._frozen["photo"][student.stacked.names[0]].data_ptr()
    assert not module.lora_A, "the modality LoRAs' memory is free"
