"""What several tests of the runtime share: one question of each kind, logits, and a way to change JSON."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

from model_runtime.adapters import activate
from model_runtime.checkpoint import Checkpoint
from tests.runtime import tiny

CASES: dict[str, tuple[list[str], dict[str, torch.Tensor]]] = {
    "text": ([], tiny.text_inputs()),
    "photo": (["vis_lora"], tiny.photo_inputs()),
    "voice": (["sp_lora"], tiny.voice_inputs()),
    "photo and voice": (["vis_lora"], tiny.both_inputs()),
}


def logits(checkpoint: Checkpoint, names: list[str], inputs: dict[str, torch.Tensor]) -> torch.Tensor:
    activate(checkpoint, names)
    with torch.no_grad():
        out: torch.Tensor = checkpoint.model(**inputs).logits
    return out


def edit_json(path: Path, change: Callable[[dict[str, Any]], Any]) -> None:
    content = json.loads(path.read_text(encoding="utf-8"))
    change(content)
    path.write_text(json.dumps(content), encoding="utf-8")
