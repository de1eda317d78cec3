"""Stage 1, text: the decoder learns the judgment's form, the notes' language, and to compare two grids.

Comparing is taught before anything is seen: a grid of symbols beside a golden grid, the place of the difference asked. The
decoder is frozen after this stage; the LoRAs of photo and voice find the circuits that copy and compare already there.
"""

import random
from pathlib import Path
from typing import Any

import torch

from model_runtime.nano import forward, mixture, tokens, training
from model_runtime.nano.answers import Answers, Target
from model_runtime.nano.tokens import CLASSES

GRID = 8
SYMBOLS = range(700, 1900)  # token ids that stand for what a cell looks like


def note_sample(answers: Answers, r: random.Random, note: dict[str, Any]) -> tuple[list[int], list[float]]:
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


def grid_sample(answers: Answers, r: random.Random) -> tuple[list[int], list[float]]:
    golden = [r.choice(SYMBOLS) for _ in range(GRID * GRID)]
    unit, bad, at = list(golden), r.random() < 0.5, r.randrange(GRID * GRID)
    if bad:
        unit[at] = r.choice(SYMBOLS)
    target = Target("NG", CLASSES[unit[at] % len(CLASSES)], row=at // GRID, col=at % GRID) if bad else Target("OK")
    prompt = [tokens.USER, *answers.prompt("golden"), *golden, *answers.prompt("photo"), *unit, *answers.closing]
    ids, weights = answers.sequence(target, photo=True, voice=False)
    return prompt + ids, [0.0] * len(prompt) + weights


def batch(
    answers: Answers, r: random.Random, notes: list[dict[str, Any]], size: int
) -> tuple[torch.Tensor, torch.Tensor]:
    rows = [grid_sample(answers, r) if i % 3 == 0 else note_sample(answers, r, r.choice(notes)) for i in range(size)]
    for _ in range(size // 4):  # plain language, every token counts
        text = list(answers.encode(r.choice(notes)["text"]))
        rows.append(([tokens.USER, *text, tokens.END], [0.0, *([0.5] * (len(text) + 1))]))
    width = max(len(ids) for ids, _ in rows)
    ids, weights = torch.full((len(rows), width), tokens.PAD), torch.zeros(len(rows), width)
    for i, (row, weight) in enumerate(rows):
        ids[i, : len(row)], weights[i, : len(row)] = torch.tensor(row), torch.tensor(weight)
    return ids.to(training.device()), weights.to(training.device())


def run(folder: Path, out: Path, notes: list[dict[str, Any]], minutes: float, size: int = 192) -> None:
    answers, r = Answers(folder), random.Random(7)
    model, mixtures, _ = training.restore(None)
    mixture.use(mixtures)
    decoder = [*model.model.embed_tokens.parameters(), *model.model.layers.parameters(), *model.model.norm.parameters()]
    trainer = training.Trainer([(decoder, 1.5e-3)])
    clock = training.Clock(minutes)
    for share in clock:
        ids, weights = batch(answers, r, notes, size)
        with training.autocast():
            hidden = forward.decode(model, forward.embed(model, ids[:, :-1]))
            loss = forward.answer_loss(model, hidden, ids[:, 1:], weights[:, 1:])
        trainer.step(loss, share)
        if clock.step % 200 == 0:
            print(f"text {clock.step} loss {loss.item():.3f}", flush=True)
    right = compare_rate(model, answers, random.Random(8))
    print(f"text: {clock.step} steps, loss {loss.item():.3f}, grid verdicts right {right:.3f}", flush=True)
    training.save(model, mixtures, out)


@torch.no_grad()
def compare_rate(model: torch.nn.Module, answers: Answers, r: random.Random, count: int = 256) -> float:
    """Share of right verdicts on grids never seen; the gate of this stage asks for 0.9."""
    rows = [grid_sample(answers, r)[0] for _ in range(count)]
    at = min(len(row) for row in rows)
    head = rows[0].index(answers.encode('{"verdict": "')[0]) + 1
    ids = torch.tensor([row[:at] for row in rows], device=training.device())
    hidden = forward.decode(model, forward.embed(model, ids[:, :head]))[:, -1]
    scores = forward.logits(model, hidden)
    ng = scores[:, answers.encode("NG")[0]] > scores[:, answers.encode("OK")[0]]
    truth = ids[:, head] == answers.encode("NG")[0]
    return float((ng == truth).float().mean())
