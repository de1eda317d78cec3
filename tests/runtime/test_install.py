"""Installing model folders: native copied, the original layout converted to equal logits, nothing left on failure."""

import math
import shutil
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file

from model_runtime import install as installing
from model_runtime import weights
from model_runtime.checkpoint import CheckpointFaults, install, load, read_manifest, verify
from model_runtime.lora import Lora, expected_shapes
from model_runtime.original_layout import native_config
from model_runtime.verdict import Fixable
from model_runtime.weights import Entry, structure_of
from tests.runtime import tiny
from tests.runtime.helpers import CASES, edit_json, logits


def test_native_is_copied_with_its_identity(tiny_checkpoint: Path, tmp_path: Path) -> None:
    manifest = install(tiny_checkpoint, tmp_path / "models" / "copy")
    assert manifest == read_manifest(tiny_checkpoint)
    assert verify(tmp_path / "models" / "copy") == []
    assert [path.name for path in (tmp_path / "models").iterdir()] == ["copy"]


def test_native_without_manifest_gets_one(folder: Path, tmp_path: Path) -> None:
    (folder / "kensa.json").unlink()
    (folder / "pytorch_model.bin").write_bytes(b"stays behind")
    (folder / ".cache").mkdir()
    manifest = install(folder, tmp_path / "mine")
    assert manifest.name == "mine"
    assert "pytorch_model.bin" not in manifest.files
    assert verify(tmp_path / "mine") == []
    load(tmp_path / "mine")


def test_native_without_manifest_needs_both_loras(folder: Path, tmp_path: Path) -> None:
    (folder / "kensa.json").unlink()
    shutil.rmtree(folder / "speech-lora")
    with pytest.raises(CheckpointFaults, match="speech-lora"):
        install(folder, tmp_path / "mine")
    assert not (tmp_path / "mine").exists()


def test_a_damaged_source_is_not_installed(folder: Path, tmp_path: Path) -> None:
    path = folder / "model.safetensors"
    content = bytearray(path.read_bytes())
    content[-50] ^= 1
    path.write_bytes(content)
    with pytest.raises(CheckpointFaults, match="damaged"):
        install(folder, tmp_path / "models" / "copy")
    assert list((tmp_path / "models").iterdir()) == []


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("shard_bytes", [150_000, 2_000_000_000])
def test_original_layout_gives_equal_logits(
    tiny_original: Path, tiny_checkpoint: Path, tmp_path: Path, case: str, shard_bytes: int
) -> None:
    manifest = installing.install(tiny_original, tmp_path / "model", shard_bytes=shard_bytes)
    shards = [name for name in manifest.files if name.startswith("model") and name.endswith(".safetensors")]
    assert len(shards) == (1 if shard_bytes > 10**9 else 6)
    assert verify(tmp_path / "model") == []
    names, inputs = CASES[case]
    converted = logits(load(tmp_path / "model"), names, inputs)
    assert torch.equal(converted, logits(load(tiny_checkpoint), names, inputs))


def test_original_layout_runs_no_code_and_keeps_none(tiny_original: Path, tmp_path: Path) -> None:
    manifest = install(tiny_original, tmp_path / "model")
    assert manifest.license == "MIT"
    assert not any(name.endswith(".py") for name in manifest.files)
    for path in (tmp_path / "model").rglob("*.json"):
        assert "auto_map" not in path.read_text(encoding="utf-8")


def test_the_published_config_is_understood() -> None:
    """The numbers of microsoft/Phi-4-multimodal-instruct, checked against what the native class expects."""
    content = tiny.original_config(tiny.tiny_config())
    del content["img_processor"]
    content |= {"vocab_size": 200064, "hidden_size": 3072, "intermediate_size": 8192, "num_hidden_layers": 32}
    content |= {"num_attention_heads": 24, "num_key_value_heads": 8, "max_position_embeddings": 131072}
    content |= {"bos_token_id": 199999, "eos_token_id": 199999, "pad_token_id": 199999, "sliding_window": 262144}
    content["rope_scaling"] = {"type": "longrope", "short_factor": [1.0] * 48, "long_factor": [2.0] * 48}
    content["embd_layer"]["image_embd_layer"]["crop_size"] = 448
    audio = content["audio_processor"]["config"]
    audio |= {"attention_dim": 1024, "attention_heads": 16, "linear_units": 1536, "num_blocks": 24}
    audio |= {"ext_pw_out_channel": 1024, "depthwise_seperable_out_channel": 1024}
    audio["nemo_conv_settings"] = {"conv_channels": 1024}
    audio["relative_attention_bias_args"] = {"t5_bias_max_distance": 500, "type": "t5"}
    tower = "model.embed_tokens_extend.image_embed.img_processor."
    shapes = {
        "embeddings.patch_embedding.weight": (1152, 3, 14, 14),
        "embeddings.position_embedding.weight": (1024, 1152),
        **{f"encoder.layers.{layer}.mlp.fc1.weight": (4304, 1152) for layer in range(27)},
    }
    tensors = {tower + key: (Path(), Entry("BF16", shape, 0, 0)) for key, shape in shapes.items()}
    config, faults = native_config(content, tensors, {})
    assert faults == [] and config is not None
    vision: Any = config.vision_config
    assert (vision.image_size, vision.crop_size, vision.num_attention_heads) == (448, 448, 16)
    assert (vision.num_hidden_layers, vision.image_token_id, vision.feature_layer) == (27, 200010, -2)
    assert config.eos_token_id == [199999, 200020]
    assert config.rope_parameters["partial_rotary_factor"] == 0.75  # type: ignore[index]
    assert config.rope_parameters["rope_type"] == "longrope"  # type: ignore[index]
    structure = structure_of(config)
    layers = r"model\.layers\.\d+\.(mlp\.(gate_up|down)|self_attn\.(qkv|o))_proj"
    loras = [expected_shapes(Lora(rank, 2 * rank, layers), structure.linears) for rank in (256, 320)]
    base = {name: shape for name, shape in structure.shapes.items() if name not in structure.optional}
    assert sum(math.prod(shape) for shapes in (base, *loras) for shape in shapes.values()) == 5_574_460_384


def test_faults_of_an_original_folder_are_told_at_once(original: Path, tmp_path: Path) -> None:
    (original / "model-00002-of-00003.safetensors").unlink()
    path = original / "model-00003-of-00003.safetensors"
    path.write_bytes(path.read_bytes()[:-10])
    (original / "tokenizer.json").unlink()
    edit_json(original / "config.json", lambda content: content.update(mlp_bias=True))
    with pytest.raises(CheckpointFaults) as caught:
        install(original, tmp_path / "model")
    for word in ("00002-of-00003.safetensors is missing", "cut off", "tokenizer.json is missing", "mlp_bias"):
        assert any(word in fault for fault in caught.value.faults), word
    assert not (tmp_path / "model").exists()


BROKEN: dict[str, tuple[Callable[[dict[str, Any]], Any], str]] = {
    "audio config gone": (lambda content: content.pop("audio_processor"), "audio_processor"),
    "lora rank": (lambda content: content["vision_lora"].update(r=5), "rank 5"),
    "lora gone": (lambda content: content.pop("speech_lora"), "speech LoRA"),
    "streaming audio": (lambda content: content["audio_processor"]["config"].update(causal=False), "causal"),
    "other crops": (
        lambda content: content["embd_layer"]["image_embd_layer"].update(hd_transform_order="glb_sub"),
        "hd_transform_order",
    ),
    "too few layers": (lambda content: content.update(num_hidden_layers=1), "do not belong"),
    "heads": (lambda content: content["img_processor"].update(num_attention_heads=5), "5 attention heads"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_original_configs_that_do_not_fit(original: Path, tmp_path: Path, name: str) -> None:
    change, word = BROKEN[name]
    edit_json(original / "config.json", change)
    with pytest.raises(CheckpointFaults) as caught:
        install(original, tmp_path / "model")
    assert word in caught.value.message
    assert not (tmp_path / "model").exists()


def test_original_without_one_lora(original: Path, tmp_path: Path) -> None:
    for path in original.glob("*.safetensors"):
        tensors = load_file(path)
        save_file({key: value for key, value in tensors.items() if ".speech." not in key or "audio" in key}, path)
    with pytest.raises(CheckpointFaults, match="speech LoRA is missing"):
        install(original, tmp_path / "model")


def test_stopping_leaves_nothing_behind(tiny_original: Path, tmp_path: Path) -> None:
    heard: list[float] = []

    def progress(what: str, part: float) -> None:
        heard.append(part)
        if part > 0.5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        install(tiny_original, tmp_path / "models" / "model", progress)
    assert list((tmp_path / "models").iterdir()) == []
    assert heard == sorted(heard)
    install(tiny_original, tmp_path / "models" / "model")


def test_what_is_there_is_not_overwritten(tiny_checkpoint: Path, tmp_path: Path) -> None:
    (tmp_path / "model").mkdir()
    with pytest.raises(Fixable, match="exists already"):
        install(tiny_checkpoint, tmp_path / "model")
    with pytest.raises(Fixable, match="lies inside"):
        install(tiny_checkpoint, tiny_checkpoint / "model")
    with pytest.raises(Fixable, match="not a folder"):
        install(tmp_path / "none", tmp_path / "other")


def test_a_full_disk_is_told_before_anything_is_written(
    tiny_original: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(tmp_path)._replace(free=1_000_000)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage)
    with pytest.raises(Fixable, match="too full") as caught:
        install(tiny_original, tmp_path / "models" / "model")
    assert caught.value.code == "disk_full"
    assert list((tmp_path / "models").iterdir()) == []


def test_memory_stays_small_whatever_the_size(tmp_path: Path) -> None:
    source = tmp_path / "big.safetensors"
    save_file({"one": torch.zeros(8, 1 << 20), "two": torch.zeros(8, 1 << 20)}, source)  # 2 x 32 MiB
    tensors = {f"new.{key}": (source, entry) for key, entry in weights.read_header(source).items()}
    opened: list[Path] = []
    tracemalloc.start()
    record = installing._write_tensors(tmp_path / "out.safetensors", tensors, lambda count: opened.append(source))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert record.size > 64 << 20
    assert peak < 16 << 20
    assert torch.equal(load_file(tmp_path / "out.safetensors")["new.two"], torch.zeros(8, 1 << 20))
