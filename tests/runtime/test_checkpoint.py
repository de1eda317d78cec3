"""Loading and verifying model folders, on real tiny checkpoints."""

import json
import pickle
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from peft import PeftModel
from safetensors.torch import load_file, save_file

from model_runtime import install as installing
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
from model_runtime.manifest import make_manifest, write_manifest
from model_runtime.verdict import Fixable
from tests.runtime import tiny
from tests.runtime.helpers import CASES, edit_json, logits


def sign(folder: Path) -> None:
    """Writes a manifest for the folder as it is now, so that only the structure can be wrong."""
    write_manifest(folder, make_manifest(folder, "tiny"))


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


def test_the_embedding_is_tied_not_doubled(tiny_checkpoint: Path) -> None:
    base = load(tiny_checkpoint).base
    assert base.lm_head.weight is base.model.embed_tokens.weight


def test_a_hand_made_folder_without_manifest_loads_and_is_named_as_install_would(folder: Path, tmp_path: Path) -> None:
    (folder / "kensa.json").unlink()
    (folder / "modeling.py").write_text("raise SystemExit")
    assert any("kensa.json is missing" in fault for fault in verify(folder))
    assert load(folder).manifest.sha256 == install(folder, tmp_path / "other").sha256
    (folder / "tokenizer.json").unlink()
    with pytest.raises(CheckpointFaults, match="tokenizer.json is missing"):
        load(folder)


def test_a_config_that_asks_for_code_or_another_attention(folder: Path) -> None:
    def change(content: dict[str, Any]) -> None:
        content["auto_map"] = {"AutoModelForCausalLM": "modeling.Trap"}
        content["_attn_implementation"] = "flash_attention_2"
        content["vision_config"]["_attn_implementation"] = "flash_attention_2"

    edit_json(folder / "config.json", change)
    sign(folder)
    assert load(folder).base.config._attn_implementation == "sdpa"


def test_no_cuda_here(tiny_checkpoint: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(Fixable, match="choose the CPU"):
        load(tiny_checkpoint, device="cuda")


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


NONSENSE: tuple[dict[str, Any], ...] = (
    {"num_attention_heads": 0},
    {"num_attention_heads": -4},
    {"num_attention_heads": "big"},
    {"num_attention_heads": 7},
    {"num_attention_heads": None},
    {"num_hidden_layers": 10**9},
    {"hidden_size": 4 * 10**17},
    {"hidden_act": "dance"},
    {"vision_config": 3},
    {"rope_parameters": {"rope_type": "mystery"}},
)


@pytest.mark.parametrize("fields", NONSENSE)
def test_nonsense_in_the_config(folder: Path, fields: dict[str, Any]) -> None:
    edit_json(folder / "config.json", lambda content: content.update(fields))
    sign(folder)
    one_fault(folder, "config.json")


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
