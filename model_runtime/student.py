"""The LoRA in training: what it is shown, its steps, the look at the validation units, its state on disk.

Knows batches, losses and the optimiser. Knows no job, no adapter folder and no card.
"""

import json
import math
import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file, save_file
from torch import Tensor
from torch.nn import functional

from model_runtime.checkpoint import Checkpoint
from model_runtime.dataset import TrainingSet
from model_runtime.engine import Engine
from model_runtime.grammar import NG, OK, OPENING, Vocabulary
from model_runtime.inputs import InputReader
from model_runtime.lessons import Asked, Batch, Lessons, Senses, Unit, in_batches
from model_runtime.lora import Lora
from model_runtime.prompt import PromptSettings
from model_runtime.several import Team
from model_runtime.stacked import Stacked
from model_runtime.verdict import Fixable, StopCheck, Stopped

ENOUGH, FEW = 8, 4
"""Validation units of both kinds together, from which on they may set temperature and thresholds, and, fewer, stop a
training: without them a small set is learned by heart, and what the parent knew is lost."""
DECAY, WARM, SMOOTH = 0.02, 20, 0.97
"""Weight decay, steps of warm-up, and how much of the running mean of the weights each step keeps."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """How it is trained; 0 for `steps` and `exposures` means: by the size of the set."""

    seed: int = 0
    steps: int = 0
    batch: int = 16
    rate: float = 6e-4
    exposures: int = 0
    miss_cost: float = 1.0
    overkill_cost: float = 1.0
    every: int = 20
    """Steps between two looks at the validation units, and between two states on disk."""
    patience: int = 6
    """Looks without a better one after which it stops."""

    def sized(self, units: int) -> "Recipe":
        """The same with steps and exposures filled in: few photos are shown more often and in more exposures."""
        steps = self.steps or max(120, min(400, 3 * units))
        exposures = self.exposures or max(3, min(12, 400 // max(1, units)))
        return Recipe(**{**asdict(self), "steps": steps, "exposures": exposures})


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a training stands; `adapter` is set at the very end."""

    phase: str
    """"look", "learn", "choose" or "done"."""
    step: int
    steps: int
    loss: float | None = None
    validation: float | None = None
    seconds_left: float | None = None
    memory_mb: int = 0
    adapter: Path | None = None

    def to_json(self) -> dict[str, Any]:
        """What programs read, without the folder. A loss over no units is no number, and JSON knows none such."""
        said = {key: value for key, value in asdict(self).items() if key != "adapter"}
        said = {k: None if isinstance(v, float) and not math.isfinite(v) else v for k, v in said.items()}
        return {k: round(v, 5) if isinstance(v, float) else v for k, v in said.items()}


class Student:
    """The LoRA in training with all that it learns from."""

    def __init__(
        self,
        checkpoint: Checkpoint,
        lora: Lora,
        recipe: Recipe,
        training_set: TrainingSet,
        team: Team | None = None,
    ) -> None:
        self.team = team or Team()
        self.checkpoint, self.recipe, self.set = checkpoint, recipe, training_set
        engine = Engine(checkpoint)
        vocabulary = Vocabulary(checkpoint.tokenizer, engine.head.shape[0])
        reader = InputReader(checkpoint.config, PromptSettings.of(checkpoint.manifest.prompt), vocabulary)
        self.stacked = Stacked(checkpoint, engine, lora, recipe.seed)
        self.on_card = checkpoint.device.type == "cuda"
        self.senses = Senses(engine, reader, recipe.exposures, str(recipe.seed))
        self.lessons = Lessons(self.senses, (recipe.miss_cost, recipe.overkill_cost))
        self.verdict_at = len(vocabulary.encode(OPENING.text))
        self.verdict_ids = [vocabulary.option(NG)[0], vocabulary.option(OK)[0]]
        self.units: list[Unit] = []
        self.checked_units: list[Unit] = []
        self.checked: list[Batch] = []
        self.order: list[int] = []
        """Of which validation unit each row of `checked` is."""
        self.bad: list[bool] = []
        self.step, self.best, self.worse, self.key = 0, math.inf, 0, ""
        self.history: list[tuple[int, float, float]] = []

    def begin(self) -> None:
        """The optimiser over the weights as they stand, and their running mean."""
        self.parameters: list[Tensor] = [*self.stacked.parameters()]
        self.optimiser = torch.optim.AdamW(
            self.parameters, lr=self.recipe.rate, betas=(0.9, 0.98), weight_decay=DECAY, foreach=self.on_card
        )
        self.mean = [p.detach().clone() for p in self.parameters]
        self.chosen = [m.clone() for m in self.mean]

    def look(self, stop: StopCheck | None) -> Iterator[Progress]:
        """What the encoders make of every exposure, kept; it is the same each time."""
        started, jobs = time.monotonic(), [(e, self.recipe.exposures) for e in self.set.train]
        jobs += [(example, 1) for example in self.set.validation]
        total = sum(exposures for _, exposures in jobs)
        done, checked = 0, self.checked_units
        for number, (example, exposures) in enumerate(jobs):
            if stop is not None and stop():
                raise Stopped
            unit = self.senses.unit(example, exposures)
            if unit.photos or unit.voices:
                (self.units if number < len(self.set.train) else checked).append(unit)
            done += exposures
            left = (time.monotonic() - started) / done * (total - done)
            yield Progress("look", done, total, seconds_left=left, memory_mb=memory_mb())
        if not {unit.kind for unit in self.units}:
            raise Fixable("nothing_to_see", f"The training set {self.set.name} has nothing to see and nothing to hear.")
        self.stacked.prepare({unit.kind for unit in [*self.units, *checked]})
        of = {id(unit): number for number, unit in enumerate(checked)}
        for asked in in_batches([self.lessons.plainly(unit) for unit in checked], self.recipe.batch):
            self.checked.append(self.lessons.batch(asked))
            self.order += [of[id(one.unit)] for one in asked]
        self.bad = [unit.example.target.bad for unit in checked]

    @property
    def can_check(self) -> bool:
        """Whether there are enough validation units, good and bad."""
        return len(self.bad) >= ENOUGH and any(self.bad) and not all(self.bad)

    @property
    def can_stop(self) -> bool:
        """Whether there are enough validation units, good and bad, to say which weights are the best."""
        return len(self.bad) >= FEW and any(self.bad) and not all(self.bad)

    def learn(self) -> Iterator[Progress]:
        """One step after the other, until all are done or the validation units have got no better for long."""
        started, before, total = time.monotonic(), self.step, self.recipe.steps
        while self.step < total and not (self.can_stop and self.worse > self.recipe.patience):
            loss = self._learn()
            self.step += 1
            found = None
            if self.step % self.recipe.every == 0 or self.step == total:
                found = self._check()
                self.history.append((self.step, round(loss, 5), round(found, 5)))
            left = (time.monotonic() - started) / (self.step - before) * (total - self.step)
            yield Progress("learn", self.step, total, loss, found, left, memory_mb())

    def _learn(self) -> float:
        recipe = self.recipe
        asked = self.lessons.draw(self.units, recipe.batch, f"{recipe.seed}/{self.step}")
        self.optimiser.zero_grad(set_to_none=True)
        loss = self._shared(asked) if self.team.size > 1 else self.gradients(self.lessons.batch(asked))
        rate = recipe.rate * min(1.0, (self.step + 1) / WARM) * (0.02 + 0.98 * _fall(self.step / recipe.steps))
        for group in self.optimiser.param_groups:
            group["lr"] = rate
        self.update()
        return loss

    def _shared(self, asked: Sequence[Asked]) -> float:
        """The same for a batch of which each process takes its share: every answer weighs as in the whole batch."""
        mine, team = self.team.share(asked), self.team
        batch = self.lessons.batch(mine) if mine else None
        own = batch.weights.sum() if batch is not None else torch.zeros((), device=self.stacked.device)
        share = own / team.added(own.clone()).clamp(min=1e-6)
        loss = share * 0.0
        if batch is not None:
            loss = share * self.gradients(batch)
            for p in self.parameters:
                if p.grad is not None:
                    p.grad.mul_(share)
        team.add_gradients(self.parameters)
        return float(team.added(loss))

    def update(self) -> None:
        """One step of the optimiser with the gradients as they stand, and of the running mean."""
        torch.nn.utils.clip_grad_norm_(self.parameters, 1.0)
        self.optimiser.step()
        keep = min(SMOOTH, (self.step + 1) / (self.step + 10))
        with torch.no_grad():
            torch._foreach_lerp_(self.mean, self.parameters, 1 - keep)

    def gradients(self, batch: Batch) -> float:
        """Forward and back; where the card's memory is not enough, once more with every layer computed again."""
        try:
            loss = self.loss(batch)
            loss.backward()  # type: ignore[no-untyped-call]
        except torch.OutOfMemoryError:
            if not self.stacked.kept:
                raise
            self.stacked.kept = 0
            self.optimiser.zero_grad(set_to_none=True)
            torch.cuda.empty_cache()
            loss = self.loss(batch)
            loss.backward()  # type: ignore[no-untyped-call]
        return float(loss.detach())

    def loss(self, batch: Batch) -> Tensor:
        """Weighted cross entropy of the answer alone, and of it only where something is to be chosen: the logits of
        a large vocabulary are the greatest single piece of a step."""
        states = self.stacked.states(batch.embedded, batch.kind)
        rows, at = batch.weights.nonzero(as_tuple=True)
        scores = self.stacked.scores(states[rows, batch.places[rows, at]])
        each = functional.cross_entropy(scores, batch.ids[rows, at], reduction="none")
        weights = batch.weights[rows, at]
        return (each * weights).sum() / weights.sum().clamp(min=1e-6)

    def _check(self) -> float:
        """The verdict's loss on the validation units with the running mean of the weights; keeps the best one."""
        with self._as(self.mean):
            odds = self.odds()
        found: float = self.team.agreed(nll(odds, np.array(self.bad), 1.0) if len(odds) else math.nan)
        if not self.can_stop or found < self.best - 1e-4:
            self.best, self.worse = found, 0
            self.chosen = [m.clone() for m in self.mean]
        else:
            self.worse += 1
        return found

    @torch.no_grad()
    def odds(self) -> Any:
        """Log-odds of NG against OK of the validation units, (n,), before any temperature."""
        found = []
        for batch in self.checked:
            states = self.stacked.states(batch.embedded, batch.kind)
            at = batch.places[:, self.verdict_at]
            scores = self.stacked.scores(states[torch.arange(len(states), device=states.device), at])
            found.append((scores[:, self.verdict_ids[0]] - scores[:, self.verdict_ids[1]]).double().cpu().numpy())
        if not found:
            return np.zeros(0)
        return np.concatenate(found)[np.argsort(self.order)]

    def _as(self, weights: Sequence[Tensor]) -> "_Swapped":
        return _Swapped(self.parameters, weights)

    def choose(self) -> Any:
        """Puts the best weights in place; their log-odds on the validation units."""
        with torch.no_grad():
            for p, best in zip(self.parameters, self.chosen, strict=True):
                p.copy_(best)
        return self.odds()

    # --- state on disk ---

    def keep(self, path: Path) -> None:
        """All that the next step depends on, in one file, whole or not at all; the first process writes it."""
        if not self.team.first:
            return
        tensors: dict[str, Tensor] = {}
        for i, p in enumerate(self.parameters):
            moments = self.optimiser.state.get(p, {})
            now = {"p": p.detach(), "mean": self.mean[i], "chosen": self.chosen[i], **moments}
            tensors |= {f"{i}.{name}": value.detach().cpu().contiguous() for name, value in now.items()}
        facts = {"key": self.key, "step": self.step, "best": self.best, "worse": self.worse, "history": self.history}
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_suffix(".new")
        save_file(tensors, draft, metadata={"facts": json.dumps(facts)})
        os.replace(draft, path)

    def resume(self, path: Path, key: str) -> None:
        """Goes on from a kept state of the same job; one of another job, or a broken one, is left aside."""
        self.key = key
        try:
            with safe_open(path, framework="pt") as file:
                facts = json.loads((file.metadata() or {})["facts"])
            if facts["key"] != key:
                return
            tensors = load_file(path)
        except (OSError, KeyError, ValueError, RuntimeError, SafetensorError):
            return
        with torch.no_grad():
            for i, p in enumerate(self.parameters):
                p.copy_(tensors[f"{i}.p"])
                self.mean[i].copy_(tensors[f"{i}.mean"])
                self.chosen[i].copy_(tensors[f"{i}.chosen"])
                names = ("step", "exp_avg", "exp_avg_sq")
                if f"{i}.step" in tensors:
                    self.optimiser.state[p] = {
                        n: tensors[f"{i}.{n}"].to("cpu" if n == "step" else p.device) for n in names
                    }
        self.step, self.best, self.worse = facts["step"], facts["best"], facts["worse"]
        self.history = [tuple(entry) for entry in facts["history"]]


class _Swapped:
    """Other weights in the place of the parameters, for the time of a `with`."""

    def __init__(self, parameters: Sequence[Tensor], weights: Sequence[Tensor]) -> None:
        self.parameters, self.weights = parameters, weights
        self.own = [p.detach().clone() for p in parameters]

    def __enter__(self) -> None:
        self._put(self.weights)

    def __exit__(self, *_: object) -> None:
        self._put(self.own)

    @torch.no_grad()
    def _put(self, weights: Sequence[Tensor]) -> None:
        for p, value in zip(self.parameters, weights, strict=True):
            p.copy_(value)


def nll(odds: Any, bad: Any, temperature: float) -> float:
    """Mean cross entropy of log-odds (n,) over the truth, drawn in a little as in Platt's scaling."""
    positives, negatives = int(np.sum(bad)), int(np.sum(~np.asarray(bad, dtype=bool)))
    target = np.where(bad, (positives + 1) / (positives + 2), 1 / (negatives + 2))
    z = odds / temperature
    return float(np.mean(np.logaddexp(0.0, z) - target * z))


def _fall(share: float) -> float:
    return 0.5 * (1 + math.cos(math.pi * share))


def memory_mb() -> int:
    """Memory of this process, in MB."""
    return int(psutil.Process().memory_info().rss / 1e6)
