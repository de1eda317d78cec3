"""Letters in time: what the audio encoder reads with CTC, and how the decoder learns to read such a stream from text.

An audio state lasts 80 ms and holds two slots (English has more letters a second than the encoder has states); each
slot is a letter or CTC's blank. In the text stage the decoder reads streams made from written notes, spread over time
and damaged as hearing damages them: unlimited data without a sound. The speech stage then only has to turn a state
into the embedding that such a pair of slots has.
"""

from collections.abc import Iterable
from typing import Any

import torch
from torch import nn

from model_runtime.nano.answers import Answers

PER_STATE = 2
LONGEST = 112
"""Letters of the longest text that is spread."""


class Letters:
    """The tokenizer's single letters; 0 is CTC's blank. A letter it does not know is left out."""

    def __init__(self, answers: Answers) -> None:
        self.letters = ["", *sorted(c for c in answers.tokenizer.get_vocab() if len(c) == 1)]
        self.index = {c: i for i, c in enumerate(self.letters)}

    def spell(self, text: str) -> list[int]:
        return [self.index[c] for c in text if c in self.index]

    def targets(self, rows: list[dict[str, Any]], device: torch.device) -> tuple[torch.Tensor, torch.Tensor]:
        """All letters end to end, and how many each row has."""
        spelled = [self.spell(row["text"]) for row in rows]
        flat = torch.tensor([i for row in spelled for i in row], device=device)
        return flat, torch.tensor([len(row) for row in spelled], device=device)

    def table(self, texts: Iterable[str], device: torch.device) -> tuple[torch.Tensor, torch.Tensor]:
        """(M, LONGEST) letters, right-padded with 0, and their counts."""
        spelled = [self.spell(text)[:LONGEST] for text in texts]
        flat = torch.zeros(len(spelled), LONGEST, dtype=torch.long)
        for row, ids in zip(flat, spelled, strict=True):
            row[: len(ids)] = torch.tensor(ids, dtype=torch.long)
        return flat.to(device), torch.tensor([len(ids) for ids in spelled], device=device)

    def read(self, scores: torch.Tensor, count: int) -> str:
        """Greedy CTC of one row's (slots, letters)."""
        best = scores[: count * PER_STATE].argmax(-1).tolist()
        return "".join(self.letters[b] for a, b in zip([0, *best[:-1]], best, strict=True) if b != a and b != 0)


class LetterStream(nn.Module):
    """The embeddings of the two slots of a state; a state's embedding is the sum of both."""

    def __init__(self, letters: Letters, width: int) -> None:
        super().__init__()
        self.first = nn.Embedding(len(letters.letters), width)
        self.second = nn.Embedding(len(letters.letters), width)
        for table in (self.first, self.second):
            nn.init.normal_(table.weight, std=0.02)

    def forward(self, slots: torch.Tensor, unsure: float = 0.35) -> torch.Tensor:
        """(N, T, 2) letters -> (N, T, width); each slot up to `unsure` mixed with a random other letter."""
        parts = []
        for at, table in enumerate((self.first, self.second)):
            share = torch.rand(*slots.shape[:2], 1, device=slots.device) ** 2 * unsure
            share = share * (torch.rand_like(share) < 0.3)
            other = torch.randint(0, table.num_embeddings, slots.shape[:2], device=slots.device)
            parts.append((1 - share) * table(slots[..., at]) + share * table(other))
        both: torch.Tensor = parts[0] + parts[1]
        return both

    def expected(self, scores: torch.Tensor) -> torch.Tensor:
        """CTC scores (N, 2 T, letters) -> the embedding that is expected under them, (N, T, width)."""
        share = scores.softmax(-1)
        both: torch.Tensor = share[:, 0::2] @ self.first.weight + share[:, 1::2] @ self.second.weight
        return both


def spread(
    spelled: torch.Tensor, counts: torch.Tensor, states: int, alphabet: int, damage: float = 0.12
) -> torch.Tensor:
    """Letters (N, W) over `states` states, as CTC would read them: (N, states, 2).

    `alphabet` counts the letters, blank included.

    Each row ends somewhere in the last third; letters come at uneven times. A share of them, drawn for each row up to
    `damage`, is replaced, lost, or read twice.
    """
    rows, width = spelled.shape
    device = spelled.device
    rate = torch.rand(rows, 1, device=device) ** 2 * damage
    letter = torch.where(
        torch.rand(rows, width, device=device) < rate,
        torch.randint(1, alphabet, (rows, width), device=device),
        spelled,
    )
    letter = torch.where(torch.rand(rows, width, device=device) < rate * 0.5, 0, letter)
    slots = states * PER_STATE
    room = torch.minimum(
        torch.full_like(counts, slots),
        torch.maximum(counts, (slots * (0.67 + 0.33 * torch.rand_like(counts.float()))).long()),
    )
    inside = torch.arange(width, device=device) < counts[:, None]
    gaps = torch.rand(rows, width + 1, device=device) + 0.15
    gaps = gaps * torch.cat([inside, torch.ones_like(inside[:, :1])], 1)
    reached = gaps.cumsum(1)[:, :width] / gaps.sum(1, keepdim=True)
    place = (reached * (room - counts)[:, None]).long() + torch.arange(width, device=device)
    place = torch.where(inside, place, slots)  # what is no letter falls off the end
    out = torch.zeros(rows, slots + 2, dtype=torch.long, device=device)
    again = torch.rand(rows, width, device=device) < 0.08
    out.scatter_(1, torch.where(again & inside, place + 1, slots + 1), letter)
    out.scatter_(1, place.clamp(max=slots), torch.where(inside, letter, 0))
    return out[:, :slots].reshape(rows, states, PER_STATE)
