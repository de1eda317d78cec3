"""The judgment as a sequence of tokens for training: the spans and choices of the runtime's grammar, with weights."""

from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

import torch
from tokenizers import Tokenizer

from model_runtime.nano import tokens
from model_runtime.nano.tokens import CLASSES

WEIGHT = {"verdict": 2.0, "defect": 2.0, "severity": 0.3, "place": 1.0, "heard": 1.0, "says": 2.0}
FORCED = 0.05
"""Share of a class's weight at tokens that follow from those before them: the judge never asks there."""


@dataclass(frozen=True, slots=True)
class Target:
    """What is right for one sample; None where it is not known or not asked (no loss there).

    `asked` False: verdict, defect, severity and place stand there without a loss, right or not. So the transcript
    learns not to lean on what was written before it.
    """

    verdict: str | None
    defect: str | None = None
    severity: str | None = None
    row: int | None = None
    col: int | None = None
    heard: tuple[int, ...] | None = None
    says: str | None = None
    asked: bool = True


class Answers:
    """Encodes targets; `photo` says whether a place is asked, `voice` whether a transcript is."""

    def __init__(self, folder: Path) -> None:
        self.tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self.encode = lru_cache(maxsize=None)(self._encode)
        self.on_device = lru_cache(maxsize=None)(self._on_device)
        self.parting = lru_cache(maxsize=None)(self._parting)

    def _encode(self, text: str) -> tuple[int, ...]:
        return tuple(self.tokenizer.encode(text, add_special_tokens=False).ids)

    @staticmethod
    def _on_device(ids: tuple[int, ...]) -> torch.Tensor:
        """Kept there: a copy to the GPU in the middle of a step would wait for all that is under way."""
        return torch.tensor(ids, device="cuda" if torch.cuda.is_available() else "cpu")

    @cached_property
    def names(self) -> list[tuple[int, ...]]:
        """The tokens of every class."""
        return [self.encode(name) for name in CLASSES]

    def _parting(self, name: str) -> list[bool]:
        """For each token of a class's name, whether another class begins the same and goes on otherwise."""
        ids = self.encode(name)
        return [any(len(n) > k and n[:k] == ids[:k] and n[k] != ids[k] for n in self.names) for k in range(len(ids))]

    def prompt(self, name: str) -> tuple[int, ...]:
        return self.encode(name)

    @property
    def closing(self) -> tuple[int, ...]:
        """Instruction, end of the user's turn, start of the answer."""
        return (*self.encode("judge"), tokens.END, tokens.ASSISTANT)

    def sequence(self, t: Target, photo: bool, voice: bool) -> tuple[list[int], list[float]]:
        """Token ids and loss weights; ends after the last choice that is asked."""
        ids: list[int] = []
        weights: list[float] = []

        def say(text: str, weight: float = 0.0) -> None:
            piece = self.encode(text)
            ids.extend(piece)
            weights.extend([weight / len(piece)] * len(piece))

        def choose(name: str, value: str | int | None, default: str) -> None:
            say(default if value is None else str(value), WEIGHT[name] if t.asked and value is not None else 0.0)

        def name_defect(value: str | None) -> None:
            """The whole weight at each token where names part: a long name is taught as firmly as a short one."""
            name = value or "damaged"
            weight = WEIGHT["defect"] if t.asked and value else 0.0
            ids.extend(self.encode(name))
            weights.extend(weight * (1.0 if parts else FORCED) for parts in self.parting(name))

        say('{"verdict": "')
        bad = t.verdict == "NG"
        choose("verdict", t.verdict, "OK")
        if bad:
            say('", "defect": "')
            name_defect(t.defect)
            say('", "severity": "')
            choose("severity", t.severity, "major")
            if photo:
                say('", "region": {"row": ')
                choose("place", t.row, "0")
                say(', "col": ')
                choose("place", t.col, "0")
        if not voice:
            return ids, weights
        if bad:
            say('}, "heard": "' if photo else '", "region": null, "heard": "')
        else:
            say('", "defect": "none", "severity": "none", "region": null, "heard": "')
        for token in t.heard or ():
            ids.append(token)
            weights.append(WEIGHT["heard"])
        say('", "voice_says": "', WEIGHT["heard"])
        say(t.says or "nothing", WEIGHT["says"] if t.says else 0.0)
        return ids, weights

    def batch(
        self, targets: list[Target], photo: bool, voice: bool, device: torch.device | str, width: int = 0
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """ids and weights (N, A), right-padded with weight 0; a `width` cuts and pads, so shapes stay the same."""
        rows = [self.sequence(t, photo, voice) for t in targets]
        width = width or max(len(ids) for ids, _ in rows)
        ids = torch.full((len(rows), width), tokens.PAD)
        weights = torch.zeros(len(rows), width)
        for i, (row, weight) in enumerate(rows):
            row, weight = row[:width], weight[:width]
            ids[i, : len(row)] = torch.tensor(row)
            weights[i, : len(row)] = torch.tensor(weight)
        return ids.to(device, non_blocking=True), weights.to(device, non_blocking=True)


def corrupt(ids: torch.Tensor, weights: torch.Tensor, share: float) -> torch.Tensor:
    """Replaces a share of the free tokens (those with a loss that are no span and no choice) by random ones."""
    free = (
        (weights == 1.0)
        & (ids < tokens.VOCABULARY - len(tokens.SPANS))
        & (torch.rand(ids.shape, device=ids.device) < share)
    )
    return torch.where(
        free, torch.randint(len(tokens.SPECIAL) + 256, tokens.VOCABULARY - 20, ids.shape, device=ids.device), ids
    )
