"""The cache of packed weights: used where it lies, checked, made again when it does not fit, done without."""

import logging
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from model_runtime import packed
from model_runtime.checkpoint import verify
from model_runtime.int8 import Int8Linear, quantise_rows, quantise_weight
from model_runtime.int8_engine import Int8Engine
from model_runtime.int8_weights import FOLDER
from model_runtime.numbers import load_int8
from model_runtime.weights import read_header
from tests.runtime.test_int8_engine import logits


@pytest.fixture
def model(tiny_checkpoint: Path, tmp_path: Path) -> Iterator[Path]:
    torch.set_grad_enabled(False)
    yield Path(shutil.copytree(tiny_checkpoint, tmp_path / "model"))
    torch.set_grad_enabled(True)


def answer(model: Path, said: list[str] | None = None) -> torch.Tensor:
    return logits(Int8Engine(load_int8(model, torch.float32, (said if said is not None else []).append)), ["vis_lora"])


@pytest.mark.parametrize("mapped", [True, False])
def test_a_weight_comes_back_as_it_was(tmp_path: Path, mapped: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if not mapped:
        monkeypatch.setattr(packed, "opaque", lambda: None)
    elif packed.opaque() is None:
        pytest.skip("this torch cannot pick up packed weights from memory")
    floats = {"a": (torch.randn(48, 96), torch.randn(48)), "b": (torch.randn(5, 33), None)}
    packed.write(
        tmp_path / "w.safetensors", "key", ((n, *quantise_weight(w.clone()), b) for n, (w, b) in floats.items())
    )
    file = packed.Packed(tmp_path / "w.safetensors", "key")
    for name, (weight, bias) in floats.items():
        rows = quantise_rows(torch.randn(7, weight.shape[1]))
        assert torch.equal(file.linear(name)(rows), Int8Linear.of(weight, bias)(rows))
    with pytest.raises(KeyError):
        file.linear("c")
    assert list(tmp_path.iterdir()) == [tmp_path / "w.safetensors"], "nothing is left lying about"


@pytest.mark.parametrize("harm", ["byte", "cut", "empty", "key"])
def test_a_file_that_does_not_fit_is_not_used(tmp_path: Path, harm: str) -> None:
    path = tmp_path / "w.safetensors"
    packed.write(path, "key", [("a", *quantise_weight(torch.randn(48, 96)), None)])
    content = bytearray(path.read_bytes())
    if harm == "byte":
        content[-2000] ^= 1
    path.write_bytes({"cut": bytes(content[:-100]), "empty": b""}.get(harm, bytes(content)))
    with pytest.raises(packed.NotUsable):
        packed.Packed(path, "another" if harm == "key" else "key")


def test_the_second_start_makes_nothing(model: Path) -> None:
    said: list[str] = []
    first = answer(model, said)
    assert len(said) == 4
    times = {path: path.stat().st_mtime_ns for path in (model / FOLDER).iterdir()}
    said.clear()
    assert torch.equal(answer(model, said), first)
    assert said == []
    assert {path: path.stat().st_mtime_ns for path in (model / FOLDER).iterdir()} == times


def test_a_damaged_cache_is_made_again(model: Path, caplog: pytest.LogCaptureFixture) -> None:
    first = answer(model)
    for path in (model / FOLDER).iterdir():
        content = bytearray(path.read_bytes())
        content[-2000] ^= 0x40
        path.write_bytes(content)
    with caplog.at_level(logging.WARNING):
        assert torch.equal(answer(model), first)
    assert "made again" in caplog.text
    caplog.clear()
    assert torch.equal(answer(model), first)
    assert "made again" not in caplog.text


def test_the_cache_of_another_model_is_neither_used_nor_kept(model: Path, tmp_path: Path) -> None:
    from tests.runtime import tiny

    answer(model)
    old = set((model / FOLDER).iterdir())
    other = tiny.build_native(tmp_path / "other", seed=5)
    shutil.copytree(model / FOLDER, other / FOLDER)
    fresh = tiny.build_native(tmp_path / "fresh", seed=5)
    assert torch.equal(answer(other), answer(fresh))
    assert not {path.name for path in old} & {path.name for path in (other / FOLDER).iterdir()}


def test_a_model_that_cannot_be_written_is_kept_in_the_cache_of_the_user(
    model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "cache"))
    if sys.platform == "darwin":
        pytest.skip("the cache of macOS cannot be moved")
    (model / FOLDER).write_text("no folder can be made here, for nobody, not even root")
    said: list[str] = []
    first = answer(model, said)
    assert len(said) == 4 == len(list((tmp_path / "cache").rglob("*.safetensors")))
    said.clear()
    assert torch.equal(answer(model, said), first) and said == []
    (model / FOLDER).unlink()
    next((tmp_path / "cache").rglob("int8")).rename(tmp_path / "elsewhere")
    assert torch.equal(answer(model), first) and len(list((model / FOLDER).iterdir())) == 4
    assert not list((tmp_path / "cache").rglob("*.safetensors"))


def test_without_room_for_the_cache_it_works_from_memory(
    model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "file"))
    (model / FOLDER).write_text("no folder can be made here")
    with caplog.at_level(logging.WARNING):
        first = answer(model)
    assert "cannot be kept" in caplog.text
    (model / FOLDER).unlink()
    assert torch.equal(answer(model), first)


def test_the_cache_is_no_part_of_the_model(model: Path) -> None:
    before = verify(model)
    answer(model)
    assert verify(model) == before == []


def test_a_header_may_begin_with_the_byte_of_a_pickle(tmp_path: Path) -> None:
    """0x80 is a length like any other; only what is no header at all is called a pickle."""
    from safetensors.torch import save_file

    for size in range(64):
        save_file({"a": torch.ones(2)}, tmp_path / "w.safetensors", metadata={"x": "y" * size})
        if (tmp_path / "w.safetensors").read_bytes()[0] == 0x80:
            assert list(read_header(tmp_path / "w.safetensors")) == ["a"]
            return
    pytest.fail("no header of that length was made")
