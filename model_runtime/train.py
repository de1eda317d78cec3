"""Training: a frozen set becomes a defect-judgment LoRA over the frozen base and its modality LoRAs.

A generator that reads as the night goes: look, learn, choose, write. Each yield is progress and the place to stop.
Everything that is drawn comes from the seed and the number of the step, so a training that was stopped goes on to the
very weights that an uninterrupted one has. Knows no records, no people and no screen.
"""

import json
import math
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file, save_file
from torch import Tensor
from torch.nn import functional

from model_runtime import adapters, figures
from model_runtime.checkpoint import LORAS, Checkpoint, load
from model_runtime.dataset import TrainingSet, read_set
from model_runtime.engine import Engine
from model_runtime.grammar import NG, OK, OPENING, Vocabulary
from model_runtime.inputs import InputReader
from model_runtime.lessons import Batch, Lessons, Senses, Unit, in_batches
from model_runtime.lora import WEIGHTS, Lora, read_lora
from model_runtime.manifest import canonical_sha256
from model_runtime.prompt import PromptSettings
from model_runtime.stacked import KINDS, Stacked
from model_runtime.verdict import Fixable, StopCheck, Stopped, Thresholds

STATE = "state.safetensors"
ENOUGH = 8
"""Validation units of both kinds together, from which on they may stop a training and set its temperature."""
DECAY, WARM, SMOOTH = 0.02, 20, 0.97
"""Weight decay, steps of warm-up, and how much of the running mean of the weights each step keeps."""
BAND = (0.4, 0.6)
"""The unclear band is never narrower, however well a few validation units are told apart."""
DEFAULT_LORA = (16, 32.0)


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
class Job:
    """One training. `out` is the folder that gets NAME@VERSION, `work` the one for the states of this training."""

    model: Path
    set_folder: Path
    out: Path
    work: Path
    parent: Path | None = None
    """None: the adapter that came with the model, if one did."""
    fresh: bool = False
    """Start from zero rather than from the parent."""
    name: str = adapters.DEFECT
    recipe: Recipe = field(default_factory=Recipe)
    who: str = ""
    program: str = ""
    threads: int | None = None
    device: str = "cpu"


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
        """What programs read, without the folder."""
        said = {key: value for key, value in asdict(self).items() if key != "adapter"}
        return {k: round(v, 5) if isinstance(v, float) else v for k, v in said.items()}


def train(job: Job, stop: StopCheck | None = None) -> Iterator[Progress]:
    """Looks, learns, chooses temperature and thresholds, writes the adapter folder.

    Raises `Stopped` when `stop` says so, with the state kept: the same job goes on from there. Raises `Fixable` for a
    set or an adapter that cannot be used.
    """
    if job.threads:
        torch.set_num_threads(job.threads)
    training_set = read_set(job.set_folder)
    recipe = job.recipe.sized(len(training_set.train))
    checkpoint = load(job.model, job.device)
    lora, parent = _start(job, checkpoint)
    student = _Student(checkpoint, lora, recipe, training_set)
    if parent is not None and not job.fresh:
        student.stacked.load(load_file(parent / WEIGHTS))
    student.begin()

    yield from student.look(stop)
    state = job.work / STATE
    student.resume(state, _key(job, recipe, checkpoint, training_set, parent))
    for progress in student.learn():
        if stop is not None and stop():
            student.keep(state)
            raise Stopped
        if student.step % recipe.every == 0:
            student.keep(state)
        yield progress

    yield Progress("choose", student.step, recipe.steps, memory_mb=_memory())
    folder = _write(job, student, parent)
    state.unlink(missing_ok=True)
    yield Progress("done", student.step, recipe.steps, memory_mb=_memory(), adapter=folder)


class _Student:
    """The LoRA in training with all that it learns from."""

    def __init__(self, checkpoint: Checkpoint, lora: Lora, recipe: Recipe, training_set: TrainingSet) -> None:
        self.checkpoint, self.recipe, self.set = checkpoint, recipe, training_set
        engine = Engine(checkpoint)
        vocabulary = Vocabulary(checkpoint.tokenizer, engine.head.shape[0])
        reader = InputReader(checkpoint.config, PromptSettings.of(checkpoint.manifest.prompt), vocabulary)
        self.stacked = Stacked(checkpoint, engine, lora, recipe.seed)
        self.senses = Senses(engine, reader, recipe.exposures, str(recipe.seed))
        self.lessons = Lessons(self.senses, (recipe.miss_cost, recipe.overkill_cost))
        self.verdict_at = len(vocabulary.encode(OPENING.text))
        self.verdict_ids = [vocabulary.option(NG)[0], vocabulary.option(OK)[0]]
        self.units: list[Unit] = []
        self.checked_units: list[Unit] = []
        self.checked: list[Batch] = []
        self.bad: list[bool] = []
        self.step, self.best, self.worse, self.key = 0, math.inf, 0, ""
        self.history: list[tuple[int, float, float]] = []

    def begin(self) -> None:
        """The optimiser over the weights as they stand, and their running mean."""
        self.parameters = self.stacked.parameters()
        self.optimiser = torch.optim.AdamW(
            self.parameters, lr=self.recipe.rate, betas=(0.9, 0.98), weight_decay=DECAY, foreach=False
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
            yield Progress("look", done, total, seconds_left=left, memory_mb=_memory())
        if not {unit.kind for unit in self.units}:
            raise Fixable("nothing_to_see", f"The training set {self.set.name} has nothing to see and nothing to hear.")
        for asked in in_batches([self.lessons.plainly(unit) for unit in checked], self.recipe.batch):
            self.checked.append(self.lessons.batch(asked))
            self.bad += [one.unit.example.target.bad for one in asked]

    @property
    def can_check(self) -> bool:
        """Whether there are enough validation units, good and bad."""
        return len(self.bad) >= ENOUGH and any(self.bad) and not all(self.bad)

    def learn(self) -> Iterator[Progress]:
        """One step after the other, until all are done or the validation units have got no better for long."""
        started, before, total = time.monotonic(), self.step, self.recipe.steps
        while self.step < total and not (self.can_check and self.worse > self.recipe.patience):
            loss = self._learn()
            self.step += 1
            found = None
            if self.step % self.recipe.every == 0 or self.step == total:
                found = self._check()
                self.history.append((self.step, round(loss, 5), round(found, 5)))
            left = (time.monotonic() - started) / (self.step - before) * (total - self.step)
            yield Progress("learn", self.step, total, loss, found, left, _memory())

    def _learn(self) -> float:
        recipe = self.recipe
        asked = self.lessons.draw(self.units, recipe.batch, f"{recipe.seed}/{self.step}")
        loss = self._loss(self.lessons.batch(asked))
        rate = recipe.rate * min(1.0, (self.step + 1) / WARM) * (0.02 + 0.98 * _fall(self.step / recipe.steps))
        for group in self.optimiser.param_groups:
            group["lr"] = rate
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self.parameters, 1.0)
        self.optimiser.step()
        keep = min(SMOOTH, (self.step + 1) / (self.step + 10))
        with torch.no_grad():
            for mean, p in zip(self.mean, self.parameters, strict=True):
                mean.lerp_(p, 1 - keep)
        return float(loss.detach())

    def _loss(self, batch: Batch) -> Tensor:
        """Weighted cross entropy of the answer alone."""
        states = self.stacked.states(batch.embedded, batch.kind)
        rows = torch.arange(len(states), device=states.device)[:, None]
        scores = self.stacked.scores(states[rows, batch.places])
        each = functional.cross_entropy(scores.flatten(0, 1), batch.ids.flatten(), reduction="none")
        return (each.view_as(batch.weights) * batch.weights).sum() / batch.weights.sum().clamp(min=1e-6)

    def _check(self) -> float:
        """The verdict's loss on the validation units with the running mean of the weights; keeps the best one."""
        with self._as(self.mean):
            odds = self.odds()
        found = _nll(odds, np.array(self.bad), 1.0) if len(odds) else math.nan
        if not self.can_check or found < self.best - 1e-4:
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
        return np.concatenate(found) if found else np.zeros(0)

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
        """All that the next step depends on, in one file, whole or not at all."""
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


def _start(job: Job, checkpoint: Checkpoint) -> tuple[Lora, Path | None]:
    """The shape of the new LoRA, and the adapter that it starts from. Raises `AdapterFaults`."""
    parent = job.parent or job.model / "defect-lora"
    if job.parent is None and not parent.is_dir():
        parent = None  # type: ignore[assignment]
    if parent is not None:
        if faults := adapters.check(parent, checkpoint):
            raise adapters.AdapterFaults(faults, parent)
        lora, _ = read_lora(parent)
        assert lora is not None, "it was checked"
        return lora, parent
    below, _ = read_lora(job.model / LORAS[KINDS["photo"]])
    rank, alpha = DEFAULT_LORA
    if below is None:
        raise Fixable("adapter_missing", f"The model {checkpoint.manifest.name} has no vision LoRA to train over.")
    return Lora(rank, alpha, below.targets), None


def _key(job: Job, recipe: Recipe, checkpoint: Checkpoint, training_set: TrainingSet, parent: Path | None) -> str:
    """What a kept state must agree with to be gone on from."""
    told = [asdict(recipe), checkpoint.manifest.sha256, training_set.sha256, job.fresh]
    return canonical_sha256([*told, adapters.read_card(parent).identity if parent else None])


def _write(job: Job, student: _Student, parent: Path | None) -> Path:
    """Temperature, thresholds and figures on the validation units, and the folder with all of it."""
    odds, bad = student.choose(), np.array(student.bad, dtype=bool)
    above = adapters.read_card(parent) if parent else None
    temperature = above.temperature if above else 1.0
    thresholds = above.thresholds if above else Thresholds()
    found: dict[str, Any] = {"units": len(bad), "bad": int(bad.sum())}
    if student.can_check:
        temperature = fit_temperature(odds, bad)
        p = 1 / (1 + np.exp(-odds / temperature))
        thresholds = choose_thresholds(p, bad)
        area = figures.auroc(p, bad)
        point = figures.at_thresholds(p, bad, thresholds.ok_below, thresholds.ng_above)
        found |= {name: getattr(point, name).to_json() for name in ("miss", "overkill", "coverage")}
        found |= {"auroc": area.to_json() if area else None}
    number = _next_version(job.out, job.name, above.version if above and above.name == job.name else 0)
    fields: Mapping[str, Any] = {
        "version": number,
        "base": student.checkpoint.manifest.sha256,
        "parent": above.identity if above and not job.fresh else None,
        "temperature": temperature,
        "thresholds": asdict(thresholds),
        "trained_on": f"{student.set.name} ({student.set.sha256[:12]})",
        "figures": {"validation": found},
        "training": {
            "set": student.set.name,
            "set_sha256": student.set.sha256,
            "recipe": asdict(student.recipe),
            "steps": student.step,
            "history": student.history,
            "layers": len(student.stacked.a),
            "who": job.who,
            "versions": {"kensa": job.program, "torch": torch.__version__, "threads": torch.get_num_threads()},
        },
    }
    folder = job.out / f"{job.name}@{number}"
    adapters.write(folder, job.name, student.stacked.lora, student.stacked.state(), fields)
    return folder


def fit_temperature(odds: Any, bad: Any) -> float:
    """The divisor of the log-odds that is most likely; the targets are drawn in a little, so that a few units that are
    told apart without a fault do not make the model sure of everything (Platt)."""
    grid = [round(0.4 * 1.05**k, 4) for k in range(60)]
    return min(grid, key=lambda t: _nll(odds, bad, t))


def choose_thresholds(p: Any, bad: Any) -> Thresholds:
    """The fewest misses at 80 % coverage and 5 % overkill, with an unclear band that is never narrower than BAND."""
    point = figures.operating_point(p, bad)
    if point is None:
        return Thresholds()
    return Thresholds(round(min(point.ok_below, BAND[0]), 4), round(max(point.ng_above, BAND[1]), 4))


def _nll(odds: Any, bad: Any, temperature: float) -> float:
    positives, negatives = int(np.sum(bad)), int(np.sum(~np.asarray(bad, dtype=bool)))
    target = np.where(bad, (positives + 1) / (positives + 2), 1 / (negatives + 2))
    z = odds / temperature
    return float(np.mean(np.logaddexp(0.0, z) - target * z))


def _next_version(folder: Path, name: str, least: int) -> int:
    taken = [path.name.rpartition("@")[2] for path in folder.glob(f"{name}@*")]
    return max([least, *(int(number) for number in taken if number.isdecimal())]) + 1


def _fall(share: float) -> float:
    return 0.5 * (1 + math.cos(math.pi * share))


def _memory() -> int:
    return int(psutil.Process().memory_info().rss / 1e6)
