"""What the embedded model, as it came, makes of every photo of a set: its log-odds of NG, and how the photo looks.

Asked as the station would, beside the golden photo, but without any voice note: a note tells what the operator thought.
Knows the folder and the frozen model; teaches nothing and draws no conclusion (doubt.py does).
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file

from model_runtime.checkpoint import load
from model_runtime.dataset import Example, examples
from model_runtime.engine import Engine
from model_runtime.grammar import NG, OK, OPENING, Vocabulary
from model_runtime.inputs import InputReader
from model_runtime.lessons import Lessons, Senses
from model_runtime.lora import WEIGHTS, read_lora
from model_runtime.prompt import PromptSettings
from model_runtime.stacked import Stacked
from model_runtime.verdict import Fixable, StopCheck, Stopped


@dataclass(frozen=True, slots=True)
class Glimpse:
    """One photo. `odds`: log-odds of NG; `look`: (d,), the model's state where it decides, and the photo's tokens."""

    name: str
    odds: float
    look: NDArray[np.float32]


def glimpses(model: Path, folder: Path, threads: int | None = None, stop: StopCheck | None = None) -> Iterator[Glimpse]:
    """Of each unit of the set with a photo, in the order of its table. Raises `Fixable`, `Stopped`."""
    if threads:
        torch.set_num_threads(threads)
    eye = _Eye(model)
    for example in examples(folder):
        if stop is not None and stop():
            raise Stopped
        if example.question.photo is not None:
            yield eye.glance(example)


class _Eye:
    """The frozen model with the adapter that came with it."""

    def __init__(self, model: Path) -> None:
        checkpoint = load(model, "cpu")
        engine = Engine(checkpoint)
        vocabulary = Vocabulary(checkpoint.tokenizer, engine.head.shape[0])
        reader = InputReader(checkpoint.config, PromptSettings.of(checkpoint.manifest.prompt), vocabulary)
        own = model / "defect-lora"
        lora = read_lora(own)[0] if own.is_dir() else None
        if lora is None:
            raise Fixable("adapter_missing", f"The model {checkpoint.manifest.name} came without an adapter.")
        self.stacked = Stacked(checkpoint, engine, lora, 0)
        self.stacked.load(load_file(own / WEIGHTS))
        self.lessons = Lessons(Senses(engine, reader, 1, "0"), (1.0, 1.0))
        self.at = len(vocabulary.encode(OPENING.text))
        self.ids = [vocabulary.option(NG)[0], vocabulary.option(OK)[0]]

    @torch.no_grad()
    def glance(self, example: Example) -> Glimpse:
        """The photo as it is, beside the part's own golden photo."""
        silent = replace(example, question=replace(example.question, voice=None))
        unit = self.lessons.senses.unit(silent, 1)
        batch = self.lessons.batch([self.lessons.plainly(unit)])
        states = self.stacked.states(batch.embedded, batch.kind)
        state = states[0, batch.places[0, self.at]]
        scores = self.stacked.scores(state)
        tokens = unit.photos[0].tokens.float()
        look = torch.cat([state.float(), tokens.mean(0), tokens.std(0)])
        return Glimpse(example.name, float(scores[self.ids[0]] - scores[self.ids[1]]), look.cpu().numpy())
