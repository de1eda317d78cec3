"""Stage 1, text: the decoder learns to read streams of letters and to write judgments; after it, it is frozen.

What a voice will say to it later is here made from written notes (`letters.spread`): no sound is needed, and every step
sees notes that were never seen before.
"""

import random
from pathlib import Path
from typing import Any

import torch

from model_runtime.nano import forward, mixture, tokens, training, words
from model_runtime.nano import notes as spoken
from model_runtime.nano.answers import Answers, Target, corrupt
from model_runtime.nano.letters import Letters, LetterStream, spread
from model_runtime.nano.tokens import CLASSES

STATES = (24, 32, 44, 60, 84)
"""Lengths of streams, in states of 80 ms; a note goes into one that it fills as speech does."""
SEVERITIES = ("minor", "major", "critical")


def note_target(answers: Answers, note: dict[str, Any], r: random.Random | None = None) -> Target:
    """What a note alone says of the unit: its verdict, and its defect where one is named.

    With `r`, every other target has a verdict and a class that are not asked and need not be right.
    """
    heard, says = answers.encode(note["text"]), note["says"]
    if r is not None and r.random() < 0.5:
        severity = r.choice(SEVERITIES)
        return Target(r.choice(("OK", "NG")), r.choice(CLASSES), severity, heard=heard, says=says, asked=False)
    defect = note["defect"] if note["defect"] in CLASSES else None
    return Target(says if says != "nothing" else None, defect, heard=heard, says=says)


def vocabulary(rows: list[dict[str, Any]]) -> tuple[list[str], list[str]]:
    """Words that training may say: the English ones of free notes, the Japanese readings."""
    english = {w for row in rows if row["language"] == "en" and row["kind"] == "free" and row["split"] == "train"
               for w in row["text"].split() if len(w) > 2}  # fmt: skip
    japanese = {row["text"] for row in rows if row["language"] == "ja" and row["kind"] == "tofugu_words_ja"}
    return sorted(english), sorted(japanese)


def write_notes(count: int, english: list[str], japanese: list[str], seed: int) -> list[dict[str, Any]]:
    """Half of them notes, half free text, in both languages; single words as well."""
    r = random.Random(seed)
    written = []
    for _ in range(count):
        kind, ja = r.random(), r.random() < 0.55
        if kind < 0.5:
            note = spoken.japanese_note(r) if ja else spoken.english_note(r)
        elif kind < 0.9:
            note = spoken.free_japanese(r, japanese) if ja else spoken.free_english(r, english)
        else:
            text = r.choice(japanese) if ja else r.choice((*english, *words.EN_DIGITS))
            note = spoken.Note("ja" if ja else "en", text, text, "nothing", kind="word")
        written.append(note.as_dict())
    return written


class Written:
    """Notes as letters and as answers, ready on the device, in groups by the length of stream that suits them."""

    def __init__(self, answers: Answers, letters: Letters, notes: list[dict[str, Any]], seed: int = 7) -> None:
        self.notes, self.letters = notes, letters
        self.spelled, self.counts = letters.table((n["text"] for n in notes), training.device())
        lengths = self.counts.tolist()
        r = random.Random(seed)
        self.fits: dict[int, list[int]] = {}
        for states in STATES:
            fit = [i for i, n in enumerate(lengths) if 0.3 * states <= n <= 1.45 * states]
            if fit:
                self.fits[states] = fit
        rows = [answers.sequence(note_target(answers, n, r), photo=False, voice=True) for n in notes]
        width = max(len(ids) for ids, _ in rows)
        ids, weights = torch.full((len(rows), width), tokens.PAD), torch.zeros(len(rows), width)
        for i, (row, weight) in enumerate(rows):
            ids[i, : len(row)], weights[i, : len(row)] = torch.tensor(row), torch.tensor(weight)
        self.ids, self.weights = ids.to(training.device()), weights.to(training.device())

    def draw(self, r: random.Random, states: int, size: int) -> tuple[list[int], torch.Tensor]:
        """Indices of notes, and their letters over `states` states: (N, states, 2)."""
        chosen = r.choices(self.fits[states], k=size)
        at = torch.tensor(chosen, device=self.spelled.device)
        return chosen, spread(self.spelled[at], self.counts[at], states, len(self.letters.letters))


def run(
    folder: Path, out: Path, rows: list[dict[str, Any]], until: float, size: int = 384, count: int = 60_000
) -> None:
    """Trains embedding, layers and norm until `until` (`time.time()`); what is `out` of it stays frozen.

    `rows` are the speech jobs and the real words; of them only the words of the train split are used.
    """
    answers, r = Answers(folder), random.Random(7)
    model, mixtures, _ = training.restore(None)
    mixture.use(mixtures)
    letters = Letters(answers)
    stream = LetterStream(letters, model.config.hidden_size).to(training.device())
    written = Written(answers, letters, write_notes(count, *vocabulary(rows), seed=7))
    training.compile_layers(model.model.layers)
    decoder = [*model.model.embed_tokens.parameters(), *model.model.layers.parameters(), *model.model.norm.parameters()]
    trainer = training.Trainer([(decoder, 1.5e-3), (stream.parameters(), 3e-3)])
    clock = training.Clock(until)

    def make() -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        chosen, slots = written.draw(r, r.choice(list(written.fits)), size)
        return slots, written.ids[chosen], written.weights[chosen]

    ahead = training.Ahead(make)
    for share in clock:
        slots, ids, weights = ahead.take()
        with training.autocast():
            hidden = _read(model, answers, stream(slots), corrupt(ids, weights, 0.1))
            loss = forward.answer_loss(model, hidden, ids, weights)
        trainer.step(loss, share)
        ahead.prepare()
        if clock.step % 250 == 0:
            print(f"text {clock.step} {share:.2f}: {loss.item():.3f}", flush=True)
    extra = {f"reader.{k}": v for k, v in stream.state_dict().items()}
    training.save(model, mixtures, out, extra)
    print(
        f"text: {clock.step} steps, loss {loss.item():.3f}; right {_right(model, answers, stream, rows):.3f}",
        flush=True,
    )


def _read(model: Any, answers: Answers, streamed: torch.Tensor, fed: torch.Tensor) -> torch.Tensor:
    """States before each of the answer's tokens, of which those `fed` come before."""
    rows = len(fed)
    opening = answers.on_device((tokens.USER, *answers.prompt("voice"))).expand(rows, -1)
    tail = torch.cat([answers.on_device(answers.closing).expand(rows, -1), fed[:, :-1]], 1)
    embeds = torch.cat([forward.embed(model, opening), streamed, forward.embed(model, tail)], 1)
    return forward.decode(model, embeds)[:, -fed.shape[1] :]


@torch.no_grad()
def _right(model: Any, answers: Answers, stream: LetterStream, rows: list[dict[str, Any]], states: int = 44) -> float:
    """Share of right tokens of transcript and `voice_says` on notes of the test split, each after the right ones."""
    apart = [row for row in rows if row["split"] == "test" and row["kind"] in ("note", "free")]
    written = Written(answers, Letters(answers), apart[:400])
    chosen = written.fits.get(states, [])[:128]
    if not chosen:
        return float("nan")
    at = torch.tensor(chosen, device=training.device())
    slots = spread(written.spelled[at], written.counts[at], states, len(written.letters.letters))
    ids, weights = written.ids[at], written.weights[at]
    with training.autocast(), training.plainly():
        scores = forward.logits(model, _read(model, answers, stream(slots, 0.0), ids))
    hit = (scores.argmax(-1) == ids)[weights >= 1]
    return float(hit.float().mean())


def reader(extra: dict[str, torch.Tensor], letters: Letters, width: int) -> LetterStream:
    """The stream's embeddings as the text stage left them."""
    stream = LetterStream(letters, width)
    stream.load_state_dict({k[7:]: v for k, v in extra.items() if k.startswith("reader.")})
    for p in stream.parameters():
        p.requires_grad_(False)
    return stream.to(training.device())
