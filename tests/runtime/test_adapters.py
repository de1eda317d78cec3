"""Adapter folders and the active set, over a real tiny checkpoint."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file

from model_runtime.adapters import (
    AdapterFaults,
    activate,
    active_names,
    assert_active,
    attach,
    attached,
    check,
    create,
    detach,
    read_card,
    save,
)
from model_runtime.checkpoint import Checkpoint, load
from model_runtime.manifest import sha256_of
from tests.runtime import tiny


@pytest.fixture
def checkpoint(tiny_checkpoint: Path) -> Checkpoint:
    return load(tiny_checkpoint)


@pytest.fixture
def adapter(checkpoint: Checkpoint, tmp_path: Path) -> Path:
    """A defect adapter with non-zero weights, saved from a second model."""
    other = load(checkpoint.folder)
    make_defect(other, non_zero=True)
    fields = {"version": 3, "base": other.manifest.sha256, "temperature": 1.5, "trained_on": "nothing"}
    save(other.model, "defect", tmp_path / "defect-lora", fields)  # type: ignore[arg-type]
    return tmp_path / "defect-lora"


def make_defect(checkpoint: Checkpoint, non_zero: bool) -> None:
    create(checkpoint, "defect", rank=3, alpha=6, target_modules=tiny.LORA_MODULES)
    if non_zero:
        torch.manual_seed(5)
        for name, parameter in checkpoint.model.named_parameters():
            if "lora_B.defect" in name:
                with torch.no_grad():
                    parameter.copy_(torch.randn(parameter.shape) * 0.3)


def logits(checkpoint: Checkpoint, inputs: dict[str, torch.Tensor]) -> torch.Tensor:
    with torch.no_grad():
        out: torch.Tensor = checkpoint.model(**inputs).logits
    return out


def edit_card(folder: Path, **fields: object) -> None:
    content = json.loads((folder / "card.json").read_text())
    (folder / "card.json").write_text(json.dumps(content | fields))


def edit_tensors(folder: Path, change: Callable[[dict[str, torch.Tensor]], Any]) -> None:
    """Changes the weights and signs them again, so that only their structure can be wrong."""
    path = folder / "adapter_model.safetensors"
    tensors = load_file(path)
    change(tensors)
    save_file(tensors, path)
    edit_card(folder, sha256=sha256_of(path))


# ---- the active set ----


def test_text_alone_is_the_bare_base_bit_for_bit(checkpoint: Checkpoint) -> None:
    reference = tiny.random_model(0)
    with torch.no_grad():
        expected = reference(**tiny.text_inputs()).logits
    activate(checkpoint, ["vis_lora"])
    assert not torch.equal(logits(checkpoint, tiny.text_inputs()), expected)
    activate(checkpoint, [])
    assert_active(checkpoint, [])
    assert torch.equal(logits(checkpoint, tiny.text_inputs()), expected)


def test_each_lora_moves_the_logits_its_own_way(checkpoint: Checkpoint) -> None:
    seen = []
    for names in ([], ["vis_lora"], ["sp_lora"], ["vis_lora", "sp_lora"]):
        activate(checkpoint, names)
        assert_active(checkpoint, names)
        seen.append(logits(checkpoint, tiny.both_inputs()))
    for first in range(4):
        for second in range(first):
            assert (seen[first] - seen[second]).abs().max() > 0.1


def test_a_zero_third_lora_changes_nothing(checkpoint: Checkpoint) -> None:
    activate(checkpoint, ["vis_lora"])
    before = logits(checkpoint, tiny.both_inputs())
    make_defect(checkpoint, non_zero=False)
    assert_active(checkpoint, ["vis_lora"])
    activate(checkpoint, ["vis_lora", "defect"])
    assert_active(checkpoint, ["vis_lora", "defect"])
    torch.testing.assert_close(logits(checkpoint, tiny.both_inputs()), before, rtol=0, atol=1e-5)


def test_activation_leaves_nothing_trainable(checkpoint: Checkpoint) -> None:
    make_defect(checkpoint, non_zero=True)
    activate(checkpoint, ["vis_lora", "defect"])
    assert not any(parameter.requires_grad for parameter in checkpoint.model.parameters())


def test_an_unknown_name_is_refused(checkpoint: Checkpoint) -> None:
    with pytest.raises(ValueError, match="defect"):
        activate(checkpoint, ["vis_lora", "defect"])


def test_the_wrong_set_is_named(checkpoint: Checkpoint) -> None:
    make_defect(checkpoint, non_zero=True)
    activate(checkpoint, ["vis_lora", "defect"])
    with pytest.raises(RuntimeError, match=r"active \['vis_lora', 'defect'\], expected \['defect', 'sp_lora'\]"):
        assert_active(checkpoint, ["sp_lora", "defect"])
    with pytest.raises(RuntimeError, match="wrong adapters"):
        assert_active(checkpoint, [])
    with pytest.raises(RuntimeError, match="wrong adapters"):
        assert_active(checkpoint, ["vis_lora"])


def test_the_single_name_trap_is_caught(checkpoint: Checkpoint) -> None:
    make_defect(checkpoint, non_zero=True)
    activate(checkpoint, ["vis_lora", "defect"])
    checkpoint.model.set_adapter("defect")
    with pytest.raises(RuntimeError, match=r"active \['defect'\]"):
        assert_active(checkpoint, ["vis_lora", "defect"])


def test_one_layer_that_differs_is_caught(checkpoint: Checkpoint) -> None:
    activate(checkpoint, ["vis_lora"])
    layer: Any = checkpoint.base.model.layers[1].mlp.down_proj
    layer.set_adapter(["sp_lora"], inference_mode=True)
    with pytest.raises(RuntimeError, match="sp_lora"):
        assert_active(checkpoint, ["vis_lora"])


def test_one_disabled_layer_is_caught(checkpoint: Checkpoint) -> None:
    activate(checkpoint, ["vis_lora"])
    layer: Any = checkpoint.base.model.layers[0].mlp.down_proj
    layer.enable_adapters(False)
    with pytest.raises(RuntimeError, match=r"active \[\]"):
        assert_active(checkpoint, ["vis_lora"])


def test_a_merged_adapter_is_caught(checkpoint: Checkpoint) -> None:
    activate(checkpoint, ["vis_lora"])
    checkpoint.model.merge_adapter()  # type: ignore[operator]
    with pytest.raises(RuntimeError, match="merged"):
        assert_active(checkpoint, ["vis_lora"])


def test_a_trainable_model_is_caught(checkpoint: Checkpoint) -> None:
    activate(checkpoint, ["vis_lora"])
    next(iter(checkpoint.base.parameters())).requires_grad_(True)
    with pytest.raises(RuntimeError, match="trainable"):
        assert_active(checkpoint, ["vis_lora"])


# ---- folders ----


def test_saved_and_attached_again_gives_the_same_logits(checkpoint: Checkpoint, adapter: Path) -> None:
    other = load(checkpoint.folder)
    make_defect(other, non_zero=True)
    card = attach(checkpoint, adapter)
    assert card == read_card(adapter) == checkpoint.cards["defect"]
    assert card.identity == f"defect@3/{sha256_of(adapter / 'adapter_model.safetensors')}"
    assert (card.rank, card.alpha, card.temperature, card.thresholds.ok_below) == (3, 6.0, 1.5, 0.2)
    assert active_names(checkpoint) == []
    for one in (checkpoint, other):
        activate(one, ["vis_lora", "defect"])
    # peft draws A at random; take the saved one
    state = load_file(adapter / "adapter_model.safetensors")
    for name, parameter in other.model.named_parameters():
        if "lora_A.defect" in name:
            with torch.no_grad():
                parameter.copy_(state[name.replace(".defect", "")])
    assert torch.equal(logits(checkpoint, tiny.both_inputs()), logits(other, tiny.both_inputs()))
    activate(checkpoint, ["vis_lora"])
    assert (logits(checkpoint, tiny.both_inputs()) - logits(other, tiny.both_inputs())).abs().max() > 0.1


def test_attached_while_others_work_leaves_them_working(checkpoint: Checkpoint, adapter: Path) -> None:
    activate(checkpoint, ["sp_lora"])
    attach(checkpoint, adapter)
    assert_active(checkpoint, ["sp_lora"])
    activate(checkpoint, ["sp_lora", "defect"])
    detach(checkpoint, "defect")
    assert_active(checkpoint, ["sp_lora"])
    assert attached(checkpoint) == ["vis_lora", "sp_lora"] and checkpoint.cards == {}
    attach(checkpoint, adapter)


def test_the_same_name_twice_is_refused(checkpoint: Checkpoint, adapter: Path) -> None:
    attach(checkpoint, adapter)
    with pytest.raises(AdapterFaults, match="attached already"):
        attach(checkpoint, adapter)


def test_the_last_adapter_off_leaves_the_base(checkpoint: Checkpoint) -> None:
    activate(checkpoint, [])
    before = logits(checkpoint, tiny.text_inputs())
    for name in attached(checkpoint):
        detach(checkpoint, name)
    assert checkpoint.model is checkpoint.base
    assert torch.equal(logits(checkpoint, tiny.text_inputs()), before)
    assert_active(checkpoint, [])


def test_over_a_bare_base(checkpoint: Checkpoint, adapter: Path) -> None:
    for name in attached(checkpoint):
        detach(checkpoint, name)
    attach(checkpoint, adapter)
    assert_active(checkpoint, [])
    activate(checkpoint, ["defect"])
    assert_active(checkpoint, ["defect"])


def test_adapters_are_never_overwritten(checkpoint: Checkpoint, adapter: Path) -> None:
    make_defect(checkpoint, non_zero=True)
    with pytest.raises(FileExistsError):
        save(checkpoint.model, "defect", adapter, {"version": 1, "base": ""})  # type: ignore[arg-type]
    with pytest.raises(KeyError):
        save(checkpoint.model, "defect", adapter.with_name("new"), {"version": 1})  # type: ignore[arg-type]
    assert [path.name for path in adapter.parent.iterdir()] == ["defect-lora"]


def one_fault(checkpoint: Checkpoint, adapter: Path, *words: str) -> None:
    """Exactly one sentence, with these words in it; and attach refuses with the same and changes nothing."""
    faults = check(adapter, checkpoint)
    assert len(faults) == 1, faults
    for word in words:
        assert word in faults[0]
    with pytest.raises(AdapterFaults) as caught:
        attach(checkpoint, adapter)
    assert caught.value.faults == faults
    assert attached(checkpoint) == ["vis_lora", "sp_lora"]
    assert_active(checkpoint, [])


def test_a_good_adapter_has_no_faults(checkpoint: Checkpoint, adapter: Path) -> None:
    assert check(adapter, checkpoint) == []


def test_wrong_base(checkpoint: Checkpoint, adapter: Path) -> None:
    edit_card(adapter, base="ab" * 32)
    one_fault(checkpoint, adapter, "abababababab", "train it again")


def test_flipped_byte(checkpoint: Checkpoint, adapter: Path) -> None:
    path = adapter / "adapter_model.safetensors"
    content = bytearray(path.read_bytes())
    content[-3] ^= 1
    path.write_bytes(content)
    one_fault(checkpoint, adapter, "SHA-256")


def test_missing_tensors(checkpoint: Checkpoint, adapter: Path) -> None:
    edit_tensors(adapter, lambda tensors: tensors.pop(sorted(tensors)[0]))
    one_fault(checkpoint, adapter, "1 tensors are missing", "lora_A")


def test_foreign_tensors(checkpoint: Checkpoint, adapter: Path) -> None:
    edit_tensors(adapter, lambda tensors: tensors.update({"base_model.model.lm_head.lora_A.weight": torch.ones(3, 64)}))
    one_fault(checkpoint, adapter, "lm_head", "fit no layer")


def test_misshapen_tensors(checkpoint: Checkpoint, adapter: Path) -> None:
    edit_tensors(adapter, lambda tensors: tensors.update({min(tensors): torch.ones(3, 9)}))
    one_fault(checkpoint, adapter, "[3, 9]")


def test_renamed_keys_are_refused_though_peft_would_take_them(checkpoint: Checkpoint, adapter: Path) -> None:
    def rename(tensors: dict[str, torch.Tensor]) -> None:
        for key in list(tensors):
            tensors[key.replace("base_model.model.", "other.")] = tensors.pop(key)

    edit_tensors(adapter, rename)
    faults = check(adapter, checkpoint)
    assert len(faults) == 2 and "missing" in faults[0] and "fit no layer" in faults[1]


def test_card_and_config_disagree_on_the_rank(checkpoint: Checkpoint, adapter: Path) -> None:
    edit_card(adapter, rank=4)
    one_fault(checkpoint, adapter, "do not agree")


@pytest.mark.parametrize("name", ["vision", "speech", "vis_lora", "", "my vision"])
def test_names_that_peft_confuses(checkpoint: Checkpoint, adapter: Path, name: str) -> None:
    edit_card(adapter, name=name)
    one_fault(checkpoint, adapter, "cannot be used")


@pytest.mark.parametrize(
    "fields",
    [{"temperature": 0}, {"temperature": "hot"}, {"thresholds": {"ok_below": 0.9, "ng_above": 0.1}}, {"version": None}],
)
def test_cards_that_make_no_sense(checkpoint: Checkpoint, adapter: Path, fields: dict[str, object]) -> None:
    edit_card(adapter, **fields)
    one_fault(checkpoint, adapter, "card.json cannot be read")


def test_card_of_a_newer_program(adapter: Path) -> None:
    edit_card(adapter, format=2)
    with pytest.raises(AdapterFaults, match="newer program"):
        read_card(adapter)


def test_options_that_would_change_more_than_a_lora(checkpoint: Checkpoint, adapter: Path) -> None:
    content = json.loads((adapter / "adapter_config.json").read_text())
    content |= {"modules_to_save": ["lm_head"], "bias": "all", "use_dora": True}
    (adapter / "adapter_config.json").write_text(json.dumps(content))
    faults = check(adapter, checkpoint)
    for word in ("modules_to_save", "biases", "use_dora"):
        assert any(word in fault for fault in faults), word


def test_weights_as_a_pickle(checkpoint: Checkpoint, adapter: Path) -> None:
    (adapter / "adapter_model.safetensors").unlink()
    torch.save({}, adapter / "adapter_model.bin")
    one_fault(checkpoint, adapter, "pickle")


def test_all_faults_at_once(checkpoint: Checkpoint, adapter: Path) -> None:
    edit_tensors(adapter, lambda tensors: tensors.pop(sorted(tensors)[0]))
    edit_card(adapter, base="0" * 64, sha256="0" * 64, rank=9)
    assert len(check(adapter, checkpoint)) == 4


def test_a_folder_that_is_none(checkpoint: Checkpoint, tmp_path: Path) -> None:
    assert "not a folder" in check(tmp_path / "none", checkpoint)[0]
    (tmp_path / "empty").mkdir()
    faults = check(tmp_path / "empty", checkpoint)
    assert any("card.json is missing" in fault for fault in faults)
    shutil.rmtree(tmp_path / "empty")
