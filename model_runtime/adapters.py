"""Adapter folders that explain themselves, and which LoRAs are at work: read, check whole, attach, activate, assert.

Knows cards and peft's adapter states. Knows no questions: which set a question needs is decided by the runtime.
"""

import shutil
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import torch
from peft import PeftModel, get_peft_model_state_dict
from peft.tuners.tuners_utils import BaseTunerLayer
from safetensors.torch import save_file

from model_runtime import lora as lora_files
from model_runtime.adapter_card import CARD, FORMAT, AdapterFaults, Card, parsed, read_card
from model_runtime.checkpoint import LORAS, Checkpoint
from model_runtime.lora import Lora, add_fresh, add_lora, freeze, lora_faults, plain_key, read_lora, tuner_of
from model_runtime.manifest import Manifest, flush_folder, sha256_of, write_json

__all__ = ["AdapterFaults", "Card", "attach", "check", "create", "detach", "read_card", "save", "write"]

DEFECT = "defect"


def check(folder: Path, checkpoint: Checkpoint) -> list[str]:
    """Everything that keeps the adapter from being put over this checkpoint, as sentences; empty when it fits."""
    return faults_of(folder, checkpoint.manifest, checkpoint.structure.linears)


def faults_of(folder: Path, manifest: Manifest, linears: Mapping[str, tuple[int, int]]) -> list[str]:
    """The same for a model that is not loaded: its manifest and its linear layers (name -> (out, in))."""
    if not folder.is_dir():
        return [f"{folder} is not a folder."]
    faults = lora_faults(folder, linears)
    try:
        card = read_card(folder)
    except AdapterFaults as error:
        return error.faults + faults
    return _card_faults(card, folder, manifest) + faults


def _card_faults(card: Card, folder: Path, manifest: Manifest) -> list[str]:
    faults = []
    if card.base != manifest.sha256:
        ours = f"{manifest.name} ({manifest.sha256[:12]})"
        faults.append(
            f"It was trained on the base {card.base[:12]}, the loaded one is {ours}; train it again on this one."
        )
    if not card.name or any(card.name in name or name in card.name for name in ("vision", "speech", *LORAS)):
        faults.append(f"Its name {card.name!r} cannot be used; rename it, for example to {DEFECT!r}.")
    weights = folder / lora_files.WEIGHTS
    if weights.is_file() and sha256_of(weights) != card.sha256:
        faults.append(f"{weights.name} is not the file that {CARD} describes (SHA-256 differs); get the adapter again.")
    lora, _ = read_lora(folder)
    if lora is not None and (lora.rank, lora.alpha, lora.targets) != (card.rank, card.alpha, card.target_modules):
        faults.append(f"{CARD} and {lora_files.CONFIG} do not agree on rank, alpha or layers; get the adapter again.")
    return faults


def attach(checkpoint: Checkpoint, folder: Path) -> Card:
    """Puts a checked adapter over the checkpoint, not yet active. Raises `AdapterFaults` with all faults."""
    folder = Path(folder)
    faults = check(folder, checkpoint)
    if not faults:
        card = read_card(folder)
        if card.name not in attached(checkpoint):
            active = active_names(checkpoint)
            checkpoint.model = add_lora(checkpoint.model, card.name, folder)
            checkpoint.cards[card.name] = card
            activate(checkpoint, active)
            return card
        faults = [f"An adapter named {card.name!r} is attached already; detach it first."]
    raise AdapterFaults(faults, folder)


def create(checkpoint: Checkpoint, name: str, rank: int, alpha: float, target_modules: str | Sequence[str]) -> None:
    """Puts a fresh LoRA over the checkpoint for training: B is zero, so that it changes nothing yet. Not active."""
    targets = target_modules if isinstance(target_modules, str) else tuple(sorted(target_modules))
    active = active_names(checkpoint)
    checkpoint.model = add_fresh(checkpoint.model, name, Lora(rank, alpha, targets))
    activate(checkpoint, active)


def detach(checkpoint: Checkpoint, name: str) -> None:
    """Takes an adapter off again and frees its memory; what else was active stays active."""
    model = checkpoint.model
    if name not in attached(checkpoint) or not isinstance(model, PeftModel):
        raise ValueError(f"no adapter {name!r} is attached, only {attached(checkpoint)}")
    active = [other for other in active_names(checkpoint) if other != name]
    others = [other for other in attached(checkpoint) if other != name]
    if not others:
        checkpoint.model = tuner_of(model).unload()
    else:
        activate(checkpoint, others)  # peft would pick another one by itself, and warn
        model.delete_adapter(name)
    checkpoint.cards.pop(name, None)
    activate(checkpoint, active)


def attached(checkpoint: Checkpoint) -> list[str]:
    """Names of all LoRAs over the model, active or not."""
    return list(checkpoint.model.peft_config) if isinstance(checkpoint.model, PeftModel) else []


def activate(checkpoint: Checkpoint, names: Sequence[str]) -> None:
    """Makes exactly these LoRAs work, stacked, and nothing trainable. With none the base answers alone, bit for bit."""
    names = list(names)
    if unknown := [name for name in names if name not in attached(checkpoint)]:
        raise ValueError(f"adapters {unknown} are not attached, only {attached(checkpoint)}")
    model = checkpoint.model
    if isinstance(model, PeftModel):
        if names:
            # The list form: a single name would drop the others. It also unfreezes what it names.
            tuner_of(model).set_adapter(names, inference_mode=True)
            tuner_of(model).enable_adapter_layers()
        else:
            tuner_of(model).disable_adapter_layers()
        freeze(model)


def active_names(checkpoint: Checkpoint) -> list[str]:
    """The LoRAs at work, as the first layer sees them; `assert_active` proves that all layers agree."""
    for layer in _layers(checkpoint):
        return _at_work(layer)
    return []


def assert_active(checkpoint: Checkpoint, names: Sequence[str]) -> None:
    """Raises RuntimeError unless every layer runs exactly these LoRAs, unmerged, and nothing is trainable.

    Without the right LoRA the model does not fail: it guesses, or politely refuses to listen.
    """
    expected = set(names)
    layers = 0
    for layer in _layers(checkpoint):
        layers += 1
        has = expected & layer.lora_A.keys()
        active = {name for name in _at_work(layer) if name in layer.lora_A}
        if active != has or set(_at_work(layer)) - expected:
            raise RuntimeError(f"wrong adapters: active {_at_work(layer)}, expected {sorted(expected)}")
        if layer.merged_adapters:
            raise RuntimeError(f"adapters {layer.merged_adapters} are merged into the base; expected them stacked")
    if missing := expected - set(attached(checkpoint)):
        raise RuntimeError(
            f"wrong adapters: active {active_names(checkpoint)}, expected {sorted(expected)}"
            f" ({sorted(missing)} not attached)"
        )
    if expected and not layers:
        raise RuntimeError(f"wrong adapters: the model has no adapter layers, expected {sorted(expected)}")
    if any(parameter.requires_grad for parameter in checkpoint.model.parameters()):
        raise RuntimeError("the model is trainable; activate the adapters again before judging")


def _layers(checkpoint: Checkpoint) -> Iterable[Any]:
    return (module for module in checkpoint.base.modules() if isinstance(module, BaseTunerLayer))


def _at_work(layer: Any) -> list[str]:
    return [] if layer.disable_adapters else list(layer.active_adapters)


def save(model: PeftModel, name: str, folder: Path, card_fields: Mapping[str, Any]) -> Card:
    """Writes the adapter `name` of a peft model as a folder that explains itself; see `write`."""
    config: Any = model.peft_config[name]
    targets = config.target_modules
    lora = Lora(
        rank=config.r,
        alpha=float(config.lora_alpha),
        targets=targets if isinstance(targets, str) else tuple(sorted(targets or ())),
        rank_stabilised=bool(config.use_rslora),
    )
    return write(folder, name, lora, get_peft_model_state_dict(model, adapter_name=name), card_fields)


def write(folder: Path, name: str, lora: Lora, state: Mapping[str, torch.Tensor], fields: Mapping[str, Any]) -> Card:
    """Writes a LoRA as a folder that explains itself; whole or not at all.

    `fields` of the card needs `version` and `base`; parent, temperature, thresholds, trained_on, figures, training are
    optional, rank, alpha, layers, hash and time are filled in. Raises FileExistsError when the folder is there already.
    """
    if folder.exists():
        raise FileExistsError(f"{folder} exists; adapters are never overwritten, choose a new version")
    draft = folder.with_name(f".{folder.name}.new")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    try:
        card = _write(draft, name, lora, state, fields)
        flush_folder(draft)
        draft.rename(folder)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    return card


def _write(folder: Path, name: str, lora: Lora, state: Mapping[str, torch.Tensor], fields: Mapping[str, Any]) -> Card:
    weights = {lora_files.PREFIX + plain_key(key): _plain(value) for key, value in state.items()}
    save_file(weights, folder / lora_files.WEIGHTS, metadata={"format": "pt"})
    write_json(folder / lora_files.CONFIG, lora.to_json())
    shutil.copymode(folder / lora_files.CONFIG, folder / lora_files.WEIGHTS)  # it comes readable by its owner alone
    known = {
        "format": FORMAT,
        "name": name,
        "rank": lora.rank,
        "alpha": lora.alpha,
        "target_modules": lora.to_json()["target_modules"],
        "sha256": sha256_of(folder / lora_files.WEIGHTS),
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    card = parsed({**fields, **known})
    write_json(folder / CARD, card.to_json())
    return card


def _plain(tensor: torch.Tensor) -> torch.Tensor:
    return tensor.detach().to("cpu").contiguous()
