"""How far a stage came, measured while it runs: a line of JSON each time, for the plots of what stopped where.

Photos of lots left out of the training (`val`) and of the test split are measured alike; nothing is chosen by either.
"""

import json
import time
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from transformers import Phi4MultimodalForCausalLM

from model_runtime.nano import forward, training
from model_runtime.nano.answers import Answers
from model_runtime.nano.photos import Batch, RealPhotos
from model_runtime.nano.vision_stage import look, measure, photo_prompt, prompt_ids

SPLITS = ("val", "test")


def note(file: Path, stage: str, step: int, **figures: float | dict[str, float]) -> None:
    """Appends {"stage", "step", "time", figures}; in several processes at once each line stays whole."""
    row: dict[str, Any] = {"stage": stage, "step": step, "time": round(time.time()), **figures}
    with file.open("a", encoding="utf-8") as out:
        out.write(json.dumps(row) + "\n")


def eye(model: Phi4MultimodalForCausalLM, answers: Answers, real: RealPhotos) -> dict[str, dict[str, float]]:
    """AUROC of tiles, boards and aliens, and the share of classes right on strip, tiles and boards, by split."""
    found = {}
    for split in SPLITS:
        found[split] = {k: round(v, 4) for k, v in measure(model, answers, real, split).items()}
        with training.plainly():
            for name in ("xsdd", "magnetic_tile", "deeppcb"):
                found[split][f"class {name}"] = round(classes_right(model, answers, real, name, split), 4)
    return found


@torch.no_grad()
def classes_right(model: Phi4MultimodalForCausalLM, answers: Answers, real: RealPhotos, name: str, split: str) -> float:
    """Share of bad photos of a set whose class is right, asked as the judge asks: only where names part."""
    rows = real.indices(name, split, "NG")
    options = sorted({real.rows[i]["defect"] for i in real.indices(name, "train", "NG")})
    right = 0
    for at in range(0, len(rows), 96):
        chosen = rows[at : at + 96]
        goldens = [real.rows[i]["golden_index"] for i in chosen]
        golden = real.take([g for g in goldens if g is not None]) if name == "deeppcb" else None
        test = real.take(chosen)
        with training.autocast():
            _, [seen] = look(model, Batch(golden, test, [], test[:, 0, 0]))
            embeds, _ = photo_prompt(model, answers, *seen)
            odds = torch.stack([_log_odds(model, answers, embeds, option, options) for option in options], 1)
        truth = [options.index(real.rows[i]["defect"]) for i in chosen]
        right += int((odds.argmax(1).cpu() == torch.tensor(truth)).sum())
    return right / max(1, len(rows))


def _log_odds(
    model: Phi4MultimodalForCausalLM, answers: Answers, embeds: Tensor, option: str, options: list[str]
) -> Tensor:
    """Log probability (N,) of one option among all, from the prompt's embeddings (N, L, hidden)."""
    named = [answers.encode(name) for name in options]
    ids, total = answers.encode(option), torch.zeros(len(embeds), device=embeds.device)
    ask = (*answers.closing, *answers.encode('{"verdict": "'), *answers.encode("NG"), *answers.encode('", "defect": "'))
    tail = forward.embed(model, prompt_ids(answers, len(embeds), ask, ids))
    hidden = forward.decode(model, torch.cat([embeds, tail.to(embeds.dtype)], 1))
    for k in range(len(ids)):
        heads = sorted({n[k] for n in named if len(n) > k and n[:k] == ids[:k]})
        if len(heads) > 1:
            scores = forward.logits(model, hidden[:, hidden.shape[1] - len(ids) + k - 1])[:, heads].log_softmax(-1)
            total = total + scores[:, heads.index(ids[k])]
    return total
