"""Stage 1, text: the decoder learns the judgment's form, the notes' language, and to compare two grids.

Comparing is taught before anything is seen: a grid of symbols beside a golden grid, the place of the difference asked.
The decoder is frozen after this stage; the LoRAs of photo and voice find the circuits that copy and compare there.
"""

import random
from pathlib import Path
from typing import Any

import torch
from transformers import Phi4MultimodalForCausalLM

from model_runtime.nano import blueprint, forward, mixture, tokens, training
from model_runtime.nano.answers import Answers, Target
from model_runtime.nano.tokens import CLASSES

CELLS = blueprint.CELLS
SYMBOLS = (700, 1900)  # token ids that stand for what a cell looks like
ROW_END, SEPARATOR = 690, 691


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


def blocks(cells: torch.Tensor) -> torch.Tensor:
    """(N, cells, cells) symbols -> tokens in the layout of an image: rows, separator, the same rows again."""
    count = cells.shape[0]
    rows = torch.cat([cells, torch.full((count, CELLS, 1), ROW_END, device=cells.device)], 2).flatten(1)
    return torch.cat([rows, torch.full((count, 1), SEPARATOR, device=cells.device), rows], 1)


def grids(answers: Answers, count: int) -> tuple[torch.Tensor, list[Target], torch.Tensor]:
    """Prompts of a golden grid and a unit's grid, their targets, and which cells differ (N, cells, cells)."""
    device = training.device()
    golden = torch.randint(*SYMBOLS, (count, CELLS, CELLS), device=device)
    other = torch.randint(*SYMBOLS, (count, CELLS, CELLS), device=device)
    bad = torch.rand(count, device=device) < 0.5
    order = torch.rand(count, CELLS * CELLS, device=device).argsort(1).view(count, CELLS, CELLS)
    differs = (order < torch.randint(1, 4, (count, 1, 1), device=device)) & bad[:, None, None] & (other != golden)
    unit = torch.where(differs, other, golden)

    def say(piece: tuple[int, ...]) -> torch.Tensor:
        return torch.tensor(piece, device=device).expand(count, -1)

    first_half = (say((tokens.USER, *answers.prompt("golden"))), blocks(golden))
    prompt = torch.cat([*first_half, say(answers.prompt("photo")), blocks(unit), say(answers.closing)], 1)
    first = differs.flatten(1).int().argmax(1).tolist()
    targets = []
    for is_bad, at, symbol in zip(differs.flatten(1).any(1).tolist(), first, unit.flatten(1).tolist(), strict=True):
        name = CLASSES[symbol[at] % len(CLASSES)]
        targets.append(
            Target("NG", name, row=at // CELLS * 8 // CELLS, col=at % CELLS * 8 // CELLS) if is_bad else Target("OK")
        )
    return prompt, targets, differs


def grid_losses(
    model: Phi4MultimodalForCausalLM, head: torch.nn.Linear, answers: Answers, count: int
) -> tuple[torch.Tensor, torch.Tensor]:
    """Which cells differ, read from the decoder's states at the unit's second block; and the answer."""
    prompt, targets, differs = grids(answers, count)
    ids, weights = answers.batch(targets, photo=True, voice=False, device=prompt.device)
    hidden = forward.decode(model, forward.embed(model, torch.cat([prompt, ids[:, :-1]], 1)))
    start = prompt.shape[1] - len(answers.closing) - CELLS * (CELLS + 1)
    view = hidden[:, start : start + CELLS * (CELLS + 1)].reshape(count, CELLS, CELLS + 1, -1)[:, :, :CELLS]
    weight = torch.tensor([0.1, 1.0], device=prompt.device)
    dense = torch.nn.functional.cross_entropy(head(view).float().flatten(0, 2), differs.long().flatten(), weight=weight)
    return dense, forward.answer_loss(model, hidden[:, -ids.shape[1] :], ids, weights)


def batch(
    answers: Answers, r: random.Random, notes: list[dict[str, Any]], size: int
) -> tuple[torch.Tensor, torch.Tensor]:
    rows = [note_sample(answers, r, r.choice(notes)) for _ in range(size)]
    for _ in range(size // 4):  # plain language, every token counts
        text = list(answers.encode(r.choice(notes)["text"]))
        rows.append(([tokens.USER, *text, tokens.END], [0.0, *([0.5] * (len(text) + 1))]))
    width = max(len(ids) for ids, _ in rows)
    ids, weights = torch.full((len(rows), width), tokens.PAD), torch.zeros(len(rows), width)
    for i, (row, weight) in enumerate(rows):
        ids[i, : len(row)], weights[i, : len(row)] = torch.tensor(row), torch.tensor(weight)
    return ids.to(training.device()), weights.to(training.device())


def run(folder: Path, out: Path, notes: list[dict[str, Any]], until: float, size: int = 96, pairs: int = 48) -> None:
    answers, r = Answers(folder), random.Random(7)
    model, mixtures, _ = training.restore(None)
    mixture.use(mixtures)
    head = torch.nn.Linear(model.config.hidden_size, 2).to(training.device())
    decoder = [*model.model.embed_tokens.parameters(), *model.model.layers.parameters(), *model.model.norm.parameters()]
    trainer = training.Trainer([(decoder, 1.2e-3), (head.parameters(), 1.2e-3)])
    clock = training.Clock(until)
    for share in clock:
        ids, weights = batch(answers, r, notes, size)
        with training.autocast():
            hidden = forward.decode(model, forward.embed(model, ids[:, :-1]))
            loss = forward.answer_loss(model, hidden, ids[:, 1:], weights[:, 1:])
            dense, answer = grid_losses(model, head, answers, pairs)
        trainer.step(loss + 3 * dense + answer, share)
        if clock.step % 100 == 0:
            print(
                f"text {clock.step}: notes {loss.item():.3f} cells {dense.item():.3f} grids {answer.item():.3f}",
                flush=True,
            )
    right = compare_rate(model, answers)
    training.save(model, mixtures, out)
    print(f"text: {clock.step} steps, notes {loss.item():.3f}, grid verdicts right {right:.3f}", flush=True)


@torch.no_grad()
def compare_rate(model: Phi4MultimodalForCausalLM, answers: Answers, count: int = 200) -> float:
    """Share of right verdicts on grids never seen."""
    prompt, targets, _ = grids(answers, count)
    start = torch.tensor(answers.encode('{"verdict": "'), device=prompt.device).expand(count, -1)
    with training.autocast():
        scores = forward.logits(
            model, forward.decode(model, forward.embed(model, torch.cat([prompt, start], 1)))[:, -1]
        )
    ng = scores[:, answers.encode("NG")[0]] > scores[:, answers.encode("OK")[0]]
    truth = torch.tensor([t.verdict == "NG" for t in targets], device=prompt.device)
    return float((ng == truth).float().mean())
