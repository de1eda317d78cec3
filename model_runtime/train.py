"""Training: a frozen set becomes a defect-judgment LoRA over the frozen base and its modality LoRAs.

A generator that reads as the night goes: look, learn, choose, write. Each yield is progress and the place to stop.
Everything that is drawn comes from the seed and the number of the step, so a training that was stopped goes on to the
very weights that an uninterrupted one has. Knows no records, no people and no screen.
"""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import load_file

from model_runtime import adapters, figures
from model_runtime.checkpoint import LORAS, Checkpoint, load
from model_runtime.dataset import TrainingSet, read_set
from model_runtime.lora import WEIGHTS, Lora, read_lora
from model_runtime.manifest import canonical_sha256
from model_runtime.several import Team
from model_runtime.stacked import KINDS
from model_runtime.student import Progress, Recipe, Student, memory_mb, nll
from model_runtime.thresholds import choose
from model_runtime.verdict import Fixable, StopCheck, Stopped, Thresholds

__all__ = ["Job", "Progress", "Recipe", "job_of", "train"]

STATE = "state.safetensors"
DEFAULT_LORA = (16, 32.0)
LESSONS = 2
"""How units are shown. A state from before a change of it is no state of this training."""


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
    device: str | None = None
    """None: a card where there is one, else the processor."""


def job_of(order: Mapping[str, Any]) -> Job:
    """A training from plain data, as another process gets it. TypeError for what it does not know."""
    told: dict[str, Any] = {name: Path(order[name]) for name in ("model", "set_folder", "out", "work")}
    told |= {name: order[name] for name in ("fresh", "name", "who", "program", "threads")}
    parent = Path(order["parent"]) if order["parent"] else None
    return Job(**told, parent=parent, recipe=Recipe(**order["recipe"]))


def train(job: Job, stop: StopCheck | None = None) -> Iterator[Progress]:
    """Looks, learns, chooses temperature and thresholds, writes the adapter folder.

    Started by a launcher in several processes, each takes its share of every batch; the first one writes the adapter.
    Raises `Stopped` when `stop` says so, with the state kept: the same job goes on from there. Raises `Fixable` for a
    set or an adapter that cannot be used.
    """
    if job.threads:
        torch.set_num_threads(job.threads)
    team = Team.joined()
    training_set = read_set(job.set_folder)
    recipe = job.recipe.sized(len(training_set.train))
    checkpoint = load(job.model, job.device or team.device)
    lora, parent = _start(job, checkpoint)
    student = Student(checkpoint, lora, recipe, training_set, team)
    if parent is not None and not job.fresh:
        student.stacked.load(load_file(parent / WEIGHTS))
    student.begin()

    yield from student.look(stop)
    state = job.work / STATE
    student.resume(state, _key(job, recipe, checkpoint, training_set, parent))
    for progress in student.learn():
        if team.agreed(stop is not None and stop()):
            student.keep(state)
            raise Stopped
        if student.step % recipe.every == 0:
            student.keep(state)
        yield progress

    yield Progress("choose", student.step, recipe.steps, memory_mb=memory_mb())
    if not team.first:
        return
    folder = _write(job, student, parent)
    state.unlink(missing_ok=True)
    yield Progress("done", student.step, recipe.steps, memory_mb=memory_mb(), adapter=folder)


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
    told = [LESSONS, asdict(recipe), checkpoint.manifest.sha256, training_set.sha256, job.fresh]
    return canonical_sha256([*told, adapters.read_card(parent).identity if parent else None])


def _write(job: Job, student: Student, parent: Path | None) -> Path:
    """Temperature, thresholds and figures on the validation units, and the folder with all of it."""
    odds, bad = student.choose(), np.array(student.bad, dtype=bool)
    above = adapters.read_card(parent) if parent else None
    temperature = above.temperature if above else 1.0
    thresholds = above.thresholds if above else Thresholds()
    found: dict[str, Any] = {"units": len(bad), "bad": int(bad.sum())}
    if student.can_check:
        temperature = fit_temperature(odds, bad)
        p = 1 / (1 + np.exp(-odds / temperature))
        thresholds = choose(p, bad) or Thresholds()
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
    return min(grid, key=lambda t: nll(odds, bad, t))


def _next_version(folder: Path, name: str, least: int) -> int:
    taken = [path.name.rpartition("@")[2] for path in folder.glob(f"{name}@*")]
    return max([least, *(int(number) for number in taken if number.isdecimal())]) + 1
