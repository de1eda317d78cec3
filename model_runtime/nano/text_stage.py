"""Stage 1, text: the decoder learns the judgment's form and the language of the notes; after it, it is frozen."""

import random
from pathlib import Path
from typing import Any

import torch

from model_runtime.nano import forward, mixture, tokens, training
from model_runtime.nano.answers import Answers, Target
from model_runtime.nano.tokens import CLASSES


def note_sample(answers: Answers, note: dict[str, Any]) -> tuple[list[int], list[float]]:
    """The written note in the place of the spoken one."""
    text = answers.encode(note["text"])
    prompt = [tokens.USER, *answers.prompt("voice"), *text, *answers.closing]
    ids, weights = answers.sequence(note_target(answers, note), photo=False, voice=True)
    return prompt + ids, [0.0] * len(prompt) + weights


def note_target(answers: Answers, note: dict[str, Any]) -> Target:
    """What a note alone says of the unit: its verdict, and its defect where one is named."""
    says = note["says"]
    defect = note["defect"] if note["defect"] in CLASSES else None
    return Target(says if says != "nothing" else None, defect, heard=answers.encode(note["text"]), says=says)


def batch(
    answers: Answers, r: random.Random, notes: list[dict[str, Any]], size: int
) -> tuple[torch.Tensor, torch.Tensor]:
    rows = [note_sample(answers, r.choice(notes)) for _ in range(size)]
    for _ in range(size // 4):  # plain language, every token counts
        text = list(answers.encode(r.choice(notes)["text"]))
        rows.append(([tokens.USER, *text, tokens.END], [0.0, *([0.5] * (len(text) + 1))]))
    width = max(len(ids) for ids, _ in rows)
    ids, weights = torch.full((len(rows), width), tokens.PAD), torch.zeros(len(rows), width)
    for i, (row, weight) in enumerate(rows):
        ids[i, : len(row)], weights[i, : len(row)] = torch.tensor(row), torch.tensor(weight)
    return ids.to(training.device()), weights.to(training.device())


def run(folder: Path, out: Path, notes: list[dict[str, Any]], until: float, size: int = 256) -> None:
    """Trains embedding, layers and norm until `until` (`time.time()`); what is `out` of it stays frozen."""
    answers, r = Answers(folder), random.Random(7)
    model, mixtures, _ = training.restore(None)
    mixture.use(mixtures)
    decoder = [*model.model.embed_tokens.parameters(), *model.model.layers.parameters(), *model.model.norm.parameters()]
    trainer = training.Trainer([(decoder, 1.5e-3)])
    clock = training.Clock(until)
    for share in clock:
        ids, weights = batch(answers, r, notes, size)
        with training.autocast():
            hidden = forward.decode(model, forward.embed(model, ids[:, :-1]))
            loss = forward.answer_loss(model, hidden, ids[:, 1:], weights[:, 1:])
        trainer.step(loss, share)
        if clock.step % 100 == 0:
            print(f"text {clock.step}: {loss.item():.3f}", flush=True)
    training.save(model, mixtures, out)
    print(f"text: {clock.step} steps, loss {loss.item():.3f}", flush=True)
