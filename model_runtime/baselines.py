"""A small supervised network as an honest rival: trained on a folder's own `train` split, judged on its test split.

Knows photos, golden photos and labels; nothing of the model. Same seed, same photos: same scores.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from model_runtime.evaluate import Case
from model_runtime.photo import load_photo
from model_runtime.verdict import Fixable, StopCheck, Stopped

SIDE, WIDTHS = 192, (24, 48, 96, 160)
"""Pixels of the squeezed photo, and channels of the stages, each of which halves it."""
BATCH, RATE, DECAY, SMOOTHING = 16, 2e-3, 0.05, 0.05
STEPS, LEAST = 600, 8
"""Training steps (a few minutes on two cores), and the good and the bad photos that it needs at least."""
SEED = 7
TOO_FEW = "its train split has too few good or bad photos"


@dataclass(frozen=True, slots=True)
class Rival:
    """What the network says of the test cases, in their order: a score that grows with NG, and a defect class."""

    scores: list[float]
    defects: list[str]
    trained_on: int
    parameters: int
    train_seconds: float
    ms: float
    """Median time of one photo, reading included."""


class SmallNet(nn.Module):
    """Residual stages, then mean and maximum over the photo: a small flaw must not drown in the mean."""

    def __init__(self, channels: int, classes: int) -> None:
        super().__init__()
        stages: list[nn.Module] = [nn.Conv2d(channels, WIDTHS[0], 5, stride=2, padding=2, bias=False)]
        for before, after in zip((WIDTHS[0], *WIDTHS), WIDTHS, strict=False):
            stages.append(_Stage(before, after))
        self.body = nn.Sequential(*stages)
        self.drop = nn.Dropout(0.2)
        self.head = nn.Linear(2 * WIDTHS[-1], 1 + classes)

    def forward(self, pictures: Tensor) -> Tensor:
        """(n, channels, SIDE, SIDE) to (n, 1 + classes): the logit of NG, then of each class."""
        seen = self.body(pictures)
        pooled = torch.cat([seen.mean(dim=(2, 3)), seen.amax(dim=(2, 3))], dim=1)
        logits: Tensor = self.head(self.drop(pooled))
        return logits


class _Stage(nn.Module):
    def __init__(self, before: int, after: int) -> None:
        super().__init__()
        self.first = nn.Sequential(nn.Conv2d(before, after, 3, 2, 1, bias=False), nn.BatchNorm2d(after), nn.ReLU())
        self.second = nn.Sequential(nn.Conv2d(after, after, 3, 1, 1, bias=False), nn.BatchNorm2d(after))
        self.skip = nn.Conv2d(before, after, 1, 2, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        return functional.relu(self.second(self.first(x)) + self.skip(x))


def rival(
    train: Sequence[Case],
    test: Sequence[Case],
    progress: Callable[[float, str], None] | None = None,
    stop: StopCheck | None = None,
    steps: int = STEPS,
) -> Rival:
    """Trains on one split and scores the other. Raises `Fixable` when there is too little to learn from, `Stopped`."""
    labels = [case.labelled.bad for case in train]
    if min(sum(labels), len(labels) - sum(labels)) < LEAST:
        raise Fixable("too_few_to_train", f"There is no small network to compare with: {TOO_FEW}.")
    names = sorted({case.labelled.defect for case in train if case.labelled.bad and case.labelled.defect})
    paired = any(case.question.golden for case in [*train, *test])
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # sums in the same order on every computer, and no waiting for a busy core
    try:
        began = time.perf_counter()
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(SEED)
            net = SmallNet(6 if paired else 3, len(names))
            _train(net, train, names, paired, steps, progress or (lambda part, what: None), stop)
        seconds = time.perf_counter() - began
        scores, defects, times = _scored(net, test, names, paired)
    finally:
        torch.set_num_threads(threads)
    parameters = sum(weight.numel() for weight in net.parameters())
    return Rival(scores, defects, len(train), parameters, seconds, float(np.median(times)) if times else 0.0)


def _scored(
    net: SmallNet, cases: Sequence[Case], names: list[str], paired: bool
) -> tuple[list[float], list[str], list[float]]:
    """The logit of NG, the likeliest class, and the milliseconds of each case."""
    net.train(False)
    scores, defects, times = [], [], []
    for case in cases:
        began = time.perf_counter()
        with torch.inference_mode():
            logits = net(_seen(_picture(case, paired)[None].float()))[0]
        times.append((time.perf_counter() - began) * 1000)
        scores.append(float(logits[0]))
        defects.append(names[int(logits[1:].argmax())] if names else "")
    return scores, defects, times


def _train(
    net: SmallNet,
    cases: Sequence[Case],
    names: list[str],
    paired: bool,
    steps: int,
    progress: Callable[[float, str], None],
    stop: StopCheck | None,
) -> None:
    """As many good as bad photos in each batch; one cycle of the learning rate."""
    pictures = torch.stack([_picture(case, paired) for case in cases])
    bad = torch.tensor([case.labelled.bad for case in cases])
    classes = torch.tensor([names.index(c.labelled.defect) if c.labelled.defect in names else -1 for c in cases])
    goods, bads = torch.nonzero(~bad)[:, 0], torch.nonzero(bad)[:, 0]
    optimiser = torch.optim.AdamW(net.parameters(), lr=RATE, weight_decay=DECAY)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, RATE, total_steps=steps)
    net.train(True)
    for step in range(steps):
        if stop is not None and stop():
            raise Stopped
        progress(step / steps, "Training the small network")
        rows = torch.cat([side[torch.randint(len(side), (BATCH // 2,))] for side in (goods, bads)])
        logits = net(_seen(_varied(pictures[rows])))
        target = bad[rows].float() * (1 - 2 * SMOOTHING) + SMOOTHING
        loss = functional.binary_cross_entropy_with_logits(logits[:, 0], target)
        named = classes[rows] >= 0
        if len(names) > 1 and bool(named.any()):
            loss = loss + 0.5 * functional.cross_entropy(logits[named, 1:], classes[rows][named])
        optimiser.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        schedule.step()


def _varied(pictures: Tensor) -> Tensor:
    """Mirrored and moved at random; photo and golden alike, since they belong together."""
    varied = []
    for picture in pictures.float():
        flips = [axis for axis in (1, 2) if torch.rand(()) < 0.5]
        shift = torch.randint(-8, 9, (2,)).tolist()
        varied.append(torch.roll(picture.flip(flips), shift, (1, 2)))
    return torch.stack(varied)


def _seen(pictures: Tensor) -> Tensor:
    """Each photo brought to the same light and contrast; beside it, where there is one, what the golden photo lacks.

    The difference is given: to find out that two photos are to be subtracted takes more photos than a folder has.
    """
    sides = []
    for side in torch.split(pictures, 3, dim=1):
        level, spread = side.mean(dim=(1, 2, 3), keepdim=True), side.std(dim=(1, 2, 3), keepdim=True)
        sides.append((side - level) / (spread + 4.0))
    return torch.cat([sides[0], *(sides[0] - golden for golden in sides[1:])], dim=1)


def _picture(case: Case, paired: bool) -> Tensor:
    """(3 or 6, SIDE, SIDE) uint8: the photo, and its golden photo where some have one (itself where it has none)."""
    assert case.question.photo is not None
    shown = [case.question.photo, case.question.golden or case.question.photo] if paired else [case.question.photo]
    return torch.cat([_squeezed(path) for path in shown])


def _squeezed(path: Path) -> Tensor:
    picture = load_photo(path).resize((SIDE, SIDE))
    return torch.from_numpy(np.asarray(picture, dtype=np.uint8).copy()).permute(2, 0, 1)
