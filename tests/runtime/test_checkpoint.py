"""Loading, verifying and installing model folders, on real tiny checkpoints in both layouts."""

import json
import math
import pickle
import shutil
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from peft import PeftModel
from safetensors.torch import load_file, save_file

from model_runtime import install as installing
from model_runtime import weights
from model_runtime.adapters import activate
from model_runtime.checkpoint import (
    Checkpoint,
    CheckpointFaults,
    install,
    load,
    make_bidirectional,
    read_manifest,
    verify,
)
from model_runtime.lora import Lora, expected_shapes
from model_runtime.manifest import make_manifest, write_manifest
from model_runtime.original_layout import native_config
from model_runtime.verdict import Fixable
from model_runtime.weights import Entry, structure_of
from tests.runtime import tiny

CASES: dict[str, tuple[list[str], dict[str, torch.Tensor]]] = {
    "text": ([], tiny.text_inputs()),
    "photo": (["vis_lora"], tiny.photo_inputs()),
    "voice": (["sp_lora"], tiny.voice_inputs()),
    "photo and voice": (["vis_lora"], tiny.both_inputs()),
}


@pytest.fixture
def folder(tiny_checkpoint: Path, tmp_path: Path) -> Path:
    """A copy that may be broken."""
    return Path(shutil.copytree(tiny_checkpoint, tmp_path / "model"))


@pytest.fixture
def original(tiny_original: Path, tmp_path: Path) -> Path:
    """A copy of the original layout that may be broken."""
    return Path(shutil.copytree(tiny_original, tmp_path / "original"))


def logits(checkpoint: Checkpoint, names: list[str], inputs: dict[str, torch.Tensor]) -> torch.Tensor:
    activate(checkpoint, names)
    with torch.no_grad():
        out: torch.Tensor = checkpoint.model(**inputs).logits
    return out


def sign(folder: Path) -> None:
    """Writes a manifest for the folder as it is now, so that only the structure can be wrong."""
    write_manifest(folder, make_manifest(folder, "tiny"))


def edit_json(path: Path, change: Callable[[dict[str, Any]], Any]) -> None:
    content = json.loads(path.read_text(encoding="utf-8"))
    change(content)
    path.write_text(json.dumps(content), encoding="utf-8")


def edit_tensors(path: Path, change: Callable[[dict[str, torch.Tensor]], Any]) -> None:
    tensors = load_file(path)
    change(tensors)
    save_file(tensors, path)


# ---- load ----


def test_loads_frozen_in_fp32_with_both_loras_and_none_active(tiny_checkpoint: Path) -> None:
    checkpoint = load(tiny_checkpoint)
    assert checkpoint.engine == "cpu-fp32"
    assert isinstance(checkpoint.model, PeftModel)
    assert set(checkpoint.model.peft_config) == {"vis_lora", "sp_lora"}
    assert checkpoint.base is checkpoint.model.get_base_model()
    assert not any(parameter.requires_grad for parameter in checkpoint.model.parameters())
    assert not any(module.training for module in checkpoint.model.modules())
    assert checkpoint.manifest.identity.startswith("tiny@")
    assert checkpoint.tokenizer.convert_tokens_to_ids("<|user|>") == 1


@pytest.mark.parametrize("case", CASES)
def test_equals_the_class_with_the_loras_added_by_hand(tiny_checkpoint: Path, case: str) -> None:
    names, inputs = CASES[case]
    reference = tiny.random_model(0)
    make_bidirectional(reference)
    for name in names:
        lora = tiny_checkpoint / {"vis_lora": "vision-lora", "sp_lora": "speech-lora"}[name]
        tensors = load_file(lora / "adapter_model.safetensors")
        for key in [key for key in tensors if key.endswith("lora_A.weight")]:
            module: Any = reference.get_submodule(key.removeprefix("base_model.model.").removesuffix(".lora_A.weight"))
            with torch.no_grad():
                module.weight += 2.0 * tensors[key.replace("lora_A", "lora_B")] @ tensors[key]  # alpha / rank = 2
    with torch.no_grad():
        expected = reference(**inputs).logits
    torch.testing.assert_close(logits(load(tiny_checkpoint), names, inputs), expected, rtol=1e-4, atol=1e-4)


def test_half_precision_weights_are_loaded_to_fp32(folder: Path) -> None:
    def halve(tensors: dict[str, torch.Tensor]) -> None:
        tensors.update({key: value.half() for key, value in tensors.items()})

    edit_tensors(folder / "model.safetensors", halve)
    sign(folder)
    checkpoint = load(folder)
    assert {parameter.dtype for parameter in checkpoint.model.parameters()} == {torch.float32}
    names, inputs = CASES["photo and voice"]
    assert torch.isfinite(logits(checkpoint, names, inputs)).all()


def test_bf16_when_asked(tiny_checkpoint: Path) -> None:
    checkpoint = load(tiny_checkpoint, dtype=torch.bfloat16)
    assert checkpoint.engine == "cpu-bf16"
    assert {parameter.dtype for parameter in checkpoint.model.parameters()} == {torch.bfloat16}


def test_lora_keys_without_prefix_are_taken_too(folder: Path, tiny_checkpoint: Path) -> None:
    path = folder / "vision-lora" / "adapter_model.safetensors"
    bare = {key.removeprefix("base_model.model."): value for key, value in load_file(path).items()}
    save_file(bare, path)
    sign(folder)
    names, inputs = CASES["photo"]
    assert torch.equal(logits(load(folder), names, inputs), logits(load(tiny_checkpoint), names, inputs))


def test_a_base_without_loras_loads_when_its_manifest_lists_none(folder: Path) -> None:
    shutil.rmtree(folder / "vision-lora")
    shutil.rmtree(folder / "speech-lora")
    assert len(verify(folder)) == 4
    sign(folder)
    checkpoint = load(folder)
    assert checkpoint.model is checkpoint.base
    activate(checkpoint, [])


# ---- the vision encoder sees both ways ----


def _features(checkpoint: Checkpoint, pixels: torch.Tensor) -> torch.Tensor:
    tower = checkpoint.base.model.embed_tokens_extend.image_embed.img_processor
    mask = torch.ones(len(pixels), 4, 4, dtype=torch.bool)
    with torch.no_grad():
        out: torch.Tensor = tower(pixels, patch_attention_mask=mask, output_hidden_states=True).hidden_states[-1]
    return out


def test_the_first_patch_sees_the_last(tiny_checkpoint: Path) -> None:
    checkpoint = load(tiny_checkpoint)
    pixels = tiny.photo_inputs()["image_pixel_values"][0]
    changed = pixels.clone()
    changed[:, :, -14:, -14:] += 1.0
    moved = (_features(checkpoint, changed) - _features(checkpoint, pixels))[:, 0].abs().max()
    assert moved > 1e-3
    for module in checkpoint.base.modules():  # the proof can fail: as the library builds it, nothing moves
        if type(module).__name__ == "Phi4MultimodalVisionAttention":
            module.is_causal = True  # type: ignore[assignment]
    assert torch.equal(_features(checkpoint, changed)[:, 0], _features(checkpoint, pixels)[:, 0])


def test_eager_equals_sdpa_with_an_all_ones_mask(tiny_checkpoint: Path) -> None:
    sdpa, eager = load(tiny_checkpoint), load(tiny_checkpoint)
    eager.base.set_attn_implementation("eager")
    pixels = tiny.photo_inputs()["image_pixel_values"][0]
    torch.testing.assert_close(_features(eager, pixels), _features(sdpa, pixels), rtol=1e-4, atol=1e-4)


# ---- verify ----


def test_a_good_folder_has_no_faults(tiny_checkpoint: Path) -> None:
    assert verify(tiny_checkpoint) == []


def one_fault(folder: Path, *words: str, full: bool = True) -> None:
    """Exactly one sentence, with these words in it; and load refuses with the same."""
    faults = verify(folder, full)
    assert len(faults) == 1, faults
    for word in words:
        assert word in faults[0]
    with pytest.raises(CheckpointFaults) as caught:
        load(folder)
    assert caught.value.faults == faults
    assert faults[0] in caught.value.message


def test_truncated_file(folder: Path) -> None:
    path = folder / "model.safetensors"
    path.write_bytes(path.read_bytes()[:-100])
    one_fault(folder, "model.safetensors is cut off", "install the model again")


def test_flipped_byte_is_found_by_the_hash_alone(folder: Path) -> None:
    path = folder / "model.safetensors"
    content = bytearray(path.read_bytes())
    content[-50] ^= 1
    path.write_bytes(content)
    assert verify(folder, full=False) == []
    one_fault(folder, "model.safetensors is damaged", "SHA-256")


def test_altered_manifest(folder: Path) -> None:
    edit_json(folder / "kensa.json", lambda content: content["files"]["config.json"].update(sha256="0" * 64))
    faults = verify(folder)
    assert any("kensa.json was altered" in fault for fault in faults)


def test_manifest_of_a_newer_program(folder: Path) -> None:
    edit_json(folder / "kensa.json", lambda content: content.update(format=99))
    with pytest.raises(CheckpointFaults, match="newer program"):
        read_manifest(folder)


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"format": "1"}', '{"format": 1, "files": []}'])
def test_garbled_manifest(folder: Path, content: str) -> None:
    (folder / "kensa.json").write_text(content)
    with pytest.raises(CheckpointFaults, match="kensa.json cannot be read"):
        read_manifest(folder)


def test_manifest_must_not_point_outside(folder: Path) -> None:
    edit_json(folder / "kensa.json", lambda content: content["files"].update({"../x": {"sha256": "", "bytes": 0}}))
    with pytest.raises(CheckpointFaults, match="outside"):
        read_manifest(folder)


def test_weights_slipped_in_beside_the_shards_are_refused(tiny_original: Path, tmp_path: Path) -> None:
    installing.install(tiny_original, tmp_path / "model", shard_bytes=300_000)
    tiny.build_native(tmp_path / "other", seed=9)
    shutil.copy(tmp_path / "other" / "model.safetensors", tmp_path / "model")
    one_fault(tmp_path / "model", "model.safetensors is not listed")


def test_a_missing_shard_is_named(tiny_original: Path, tmp_path: Path) -> None:
    installing.install(tiny_original, tmp_path / "model", shard_bytes=300_000)
    (tmp_path / "model" / "model-00002-of-00003.safetensors").unlink()
    one_fault(tmp_path / "model", "model-00002-of-00003.safetensors is missing")


def test_a_file_that_is_gone_is_told_once(folder: Path) -> None:
    (folder / "speech-lora" / "adapter_config.json").unlink()
    one_fault(folder, "speech-lora/adapter_config.json is missing")


def test_foreign_model_in_place_of_ours(folder: Path) -> None:
    (folder / "config.json").write_text(json.dumps({"model_type": "llama"}))
    faults = verify(folder)
    assert len(faults) == 2 and "was changed" in faults[0] and "'llama'" in faults[1]


def test_foreign_model(folder: Path) -> None:
    (folder / "config.json").write_text(json.dumps({"model_type": "llama", "hidden_size": 64}))
    sign(folder)
    one_fault(folder, "'llama'", "Phi-4-multimodal only")


def test_original_layout_is_sent_to_install(original: Path) -> None:
    assert any("kensa models install" in fault and "original layout" in fault for fault in verify(original))


@pytest.mark.parametrize("value", [0, -4, "big", 7, None, 10**9])
def test_nonsense_in_the_config(folder: Path, value: object) -> None:
    edit_json(folder / "config.json", lambda content: content.update(num_attention_heads=value))
    sign(folder)
    assert any("config.json" in fault for fault in verify(folder))


def test_pickle_under_another_name_is_refused(folder: Path) -> None:
    class Trap:
        def __reduce__(self) -> tuple[Any, ...]:
            return (Path.write_text, (folder / "sprung", "code was run"))

    (folder / "model.safetensors").write_bytes(pickle.dumps(Trap()))
    sign(folder)
    one_fault(folder, "pickle under another name")
    torch.save({"weights": torch.zeros(3)}, folder / "model.safetensors")
    sign(folder)
    one_fault(folder, "pickle under another name")
    assert not (folder / "sprung").exists()


def test_pickles_alone_are_refused_in_words(folder: Path) -> None:
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    sign(folder)
    one_fault(folder, "pytorch_model.bin", "get the safetensors version")


def _header(path: Path, change: Callable[[dict[str, Any]], Any]) -> None:
    raw = path.read_bytes()
    length = int.from_bytes(raw[:8], "little")
    header = json.loads(raw[8 : 8 + length])
    change(header)
    new = json.dumps(header).encode()
    path.write_bytes(len(new).to_bytes(8, "little") + new + raw[8 + length :])


def _outside(header: dict[str, Any]) -> None:
    last = max((value for key, value in header.items() if key != "__metadata__"), key=lambda v: v["data_offsets"][1])
    last["data_offsets"][1] += 4096
    last["shape"] = [last["data_offsets"][1] - last["data_offsets"][0]]
    last["dtype"] = "U8"


HEADERS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "outside the file": _outside,
    "negative": lambda header: header["model.norm.weight"].update(data_offsets=[-8, 4]),
    "overlapping": lambda header: header["model.norm.weight"].update(header["model.embed_tokens.weight"]),
    "wrong length": lambda header: header["model.norm.weight"].update(shape=[65]),
    "unknown type": lambda header: header["model.norm.weight"].update(dtype="X9"),
    "not an object": lambda header: header.update({"model.norm.weight": 3}),
}


@pytest.mark.parametrize("name", HEADERS)
def test_hostile_headers(folder: Path, name: str) -> None:
    _header(folder / "model.safetensors", HEADERS[name])
    sign(folder)
    one_fault(folder, "model.safetensors")


NO_SAFETENSORS = (b"", b"abc", b"\xff" * 64, (10**6).to_bytes(8, "little") + b"{}", b"\x02" + bytes(7))


@pytest.mark.parametrize("content", NO_SAFETENSORS)
def test_files_that_are_no_safetensors(folder: Path, content: bytes) -> None:
    (folder / "model.safetensors").write_bytes(content)
    sign(folder)
    one_fault(folder, "model.safetensors")


def test_missing_unknown_and_misshapen_tensors_are_told_at_once(folder: Path) -> None:
    def change(tensors: dict[str, torch.Tensor]) -> None:
        del tensors["model.layers.0.mlp.down_proj.weight"]
        tensors["model.layers.7.extra"] = torch.zeros(2)
        tensors["model.norm.weight"] = torch.zeros(63)
        tensors["model.layers.1.input_layernorm.weight"] = torch.zeros(64, dtype=torch.int32)

    edit_tensors(folder / "model.safetensors", change)
    sign(folder)
    faults = verify(folder)
    words = ("model.layers.0.mlp.down_proj.weight", "model.layers.7.extra", "[63]", "not F32")
    assert len(faults) == 4
    for word in words:
        assert any(word in fault for fault in faults), word


def test_several_kinds_of_faults_are_told_at_once(folder: Path) -> None:
    (folder / "tokenizer.json").unlink()
    (folder / "speech-lora" / "adapter_model.safetensors").write_bytes(b"1234567890")
    edit_json(folder / "config.json", lambda content: content.update(num_hidden_layers=3))
    faults = verify(folder)
    lora = "speech-lora/adapter_model.safetensors is cut off"
    for word in ("tokenizer.json is missing", lora, "config.json was changed", "tensors of the model are missing"):
        assert any(word in fault for fault in faults), (word, faults)


def test_tokenizer_larger_than_the_embedding(folder: Path) -> None:
    token = {"id": 5000, "content": "<|more|>", "special": True}
    edit_json(folder / "tokenizer.json", lambda content: content["added_tokens"].append(token))
    sign(folder)
    one_fault(folder, "ids up to 5000", "knows 448")


def test_tokenizer_without_the_chat_tokens(folder: Path) -> None:
    edit_json(folder / "tokenizer.json", lambda content: content["added_tokens"].pop(1))
    sign(folder)
    one_fault(folder, "no <|user|> token")


def test_lora_of_another_rank_and_with_foreign_keys(folder: Path) -> None:
    edit_json(folder / "vision-lora" / "adapter_config.json", lambda content: content.update(r=8))
    path = folder / "speech-lora" / "adapter_model.safetensors"
    key = "base_model.model.model.layers.9.x.lora_A.weight"
    edit_tensors(path, lambda tensors: tensors.update({key: torch.ones(1)}))
    sign(folder)
    faults = verify(folder)
    assert len(faults) == 2
    assert "rank 8" in faults[0] and "vision-lora" in faults[0]
    assert "layers.9.x" in faults[1] and "speech-lora" in faults[1]


def test_a_folder_that_is_none(tmp_path: Path) -> None:
    assert "is not a folder" in verify(tmp_path / "nothing")[0]
    with pytest.raises(CheckpointFaults):
        load(tmp_path / "nothing")


# ---- install ----


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
