"""A unit beside a golden photo is learned from as it is judged: as it lies, and laid onto the golden photo."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from inspector_app.training_sets import Candidate, freeze
from model_runtime import adapters, lessons, student, train
from model_runtime.checkpoint import load
from model_runtime.dataset import read_set
from model_runtime.runtime import load_judge
from model_runtime.student import Recipe, Student
from model_runtime.train import Job
from tests.runtime import tiny
from tests.runtime.test_alignment import laid_down, part

RECIPE = Recipe(seed=1, steps=3, batch=4, exposures=4, every=2)


@pytest.fixture(autouse=True)
def twice(monkeypatch: pytest.MonkeyPatch) -> None:
    """Off as it is shipped."""
    monkeypatch.setattr(lessons, "TWICE", True)


@pytest.fixture(scope="module")
def job(tmp_path_factory: pytest.TempPathFactory) -> Job:
    """A part that lies otherwise on every photo, for a model that looks twice."""
    folder = tmp_path_factory.mktemp("looks")
    model = tiny.build_native(folder / "model", prompt=tiny.PROMPT | {"square": True, "second_look": True})
    part().save(folder / "golden.png")
    return Job(model, _frozen(folder, folder / "golden.png"), folder / "adapters", folder / "work", recipe=RECIPE)


def _frozen(folder: Path, golden: Path | None, units: int = 30) -> Path:
    photos = folder / ("with" if golden else "without")
    photos.mkdir()
    found = []
    for number in range(units):
        bad = number % 2 == 1
        picture = part()
        if bad:
            picture.paste((0, 0, 0), (60, 60, 84, 84))
        turned = laid_down(picture, 0.02 * (number % 5) + 0.04, 0.04, -0.03)
        turned.save(photos / f"{number}.png")
        said = {"verdict": "NG" if bad else "OK", "defect": "stain" if bad else "none", "part": "plate"}
        files = {"file_name": photos / f"{number}.png", **({"golden_file_name": golden} if golden else {})}
        found.append(Candidate(files, said))
    parts = {"plate": {"defects": ["stain", "crack"], "criteria": ""}}
    name = f"plate@{1 if golden else 2}"
    return freeze(folder / name, found, {}, {"name": name, "parts": parts}).folder


def pupil(job: Job) -> Student:
    checkpoint = load(job.model)
    lora, _ = train._start(job, checkpoint)
    return Student(checkpoint, lora, RECIPE, read_set(job.set_folder))


def test_what_it_learns_from_is_laid_onto_the_golden_photo(job: Job) -> None:
    """The very tokens that the judge's second look has, and they are drawn beside the plain golden photo alone."""
    made = pupil(job)
    example = made.set.train[0]
    unit = made.senses.unit(example, 4)
    inputs = made.senses.reader.read(example.question)
    assert inputs.second is not None and unit.second is not None
    with torch.no_grad():
        judged = made.senses.engine.see(inputs.second).to(lessons.HALF)
    assert torch.equal(unit.second.tokens, judged)
    assert len(unit.laid) == 2 and len(unit.photos) == 3, "the first in both ways, of the others every other one"
    asked = [one for n in range(40) for one in made.lessons.draw([unit], 1, str(n))]
    laid = [one for one in asked if any(one.photo is glance for glance in unit.laid)]
    golden = made.senses.goldens(example.question.golden or Path())
    assert 8 < len(laid) < 32
    assert all(one.golden is golden[0] for one in laid)


def test_validation_looks_twice_as_the_judge_does(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    """Temperature and thresholds are chosen on the mean of both looks, which is what they are used on."""
    monkeypatch.setattr(lessons, "HALF", torch.float32)
    monkeypatch.setattr(student.Stacked, "HALF", torch.float32)
    trained = list(train.train(job))[-1].adapter or pytest.fail("no adapter")
    made = pupil(job)
    made.stacked.load(adapters_weights(trained))
    made.begin()
    list(made.look(None))
    assert len(made.looks) == 2 * len(made.bad), "each of them is looked at twice"
    judge, card = load_judge(job.model, trained), adapters.read_card(trained)
    said = [judge.judge(unit.example.question).p_ng for unit in made.checked_units]
    assert np.allclose(1 / (1 + np.exp(-made.odds() / card.temperature)), said, atol=2e-5)


def adapters_weights(folder: Path) -> dict[str, torch.Tensor]:
    from safetensors.torch import load_file

    return load_file(folder / train.WEIGHTS)


def test_a_part_without_a_golden_photo_is_looked_at_once(job: Job, tmp_path: Path) -> None:
    made = pupil(replace(job, set_folder=_frozen(tmp_path, None, 20)))
    unit = made.senses.unit(made.set.train[0], 4)
    assert (len(unit.photos), unit.laid, unit.second) == (4, [], None)
    assert len(made.lessons.plainly(unit)) == 1


@pytest.mark.parametrize("turn", [lambda image: laid_down(image, 0.1, 0.08, -0.05)])
def test_the_place_moves_with_the_laid_photo(job: Job, turn: Callable[[Image.Image], Image.Image]) -> None:
    """A mark at a known place of the golden photo is found again where it was before the photo was turned."""
    from model_runtime import alignment

    golden, there = part(), (0.3, 0.6)
    where = alignment.pose(alignment.grey(golden), alignment.grey(turn(golden)))
    assert where is not None
    x, y = (2 * value - 1 for value in there)
    seen = (where @ torch.tensor([x, y, 1.0], dtype=where.dtype)).tolist()
    back = lessons._laid(tuple((v + 1) / 2 for v in seen), where)  # type: ignore[arg-type]
    assert back == pytest.approx(there, abs=1e-6)
    assert lessons._laid(None, where) is None and lessons._laid((0.0, 5.0), where) is None
