"""A defect that was missed once is learned from that one confirmed example and its exposures."""

from dataclasses import replace
from pathlib import Path

import pytest

from inspector_app.candidates import of_folder
from inspector_app.training_sets import freeze
from model_runtime.exposures import Strength, expose
from model_runtime.photo import load_photo
from model_runtime.runtime import load_judge
from model_runtime.train import Job, Recipe, train
from model_runtime.verdict import Judge, Question
from tests.learning.makers import labelled_folder, spotted


def p_ng(judge: Judge, photos: list[Path], golden: Path) -> float:
    found = [judge.judge(Question(photo, golden=golden, part="plate", defects=("stain",))).p_ng for photo in photos]
    return sum(found) / len(found)


@pytest.mark.slow
def test_one_example_is_enough_to_find_it_again(tiny_checkpoint: Path, tmp_path: Path) -> None:
    source = labelled_folder(
        tmp_path / "source",
        16,
        verdict=lambda n: "NG" if n == 5 else "OK",
        defect=lambda n: "stain" if n == 5 else "none",
    )
    for number in (*range(1, 5, 2), *range(7, 16, 2)):
        spotted(number, False).save(source / f"images/{number:03}.png")
    golden = source / "images/000.png"
    units = [replace(unit, files={**unit.files, "golden_file_name": golden}) for unit in of_folder(source)[1:]]
    parts = {"plate": {"defects": ["stain"], "criteria": ""}}
    frozen = freeze(tmp_path / "plate@1", units, {}, {"name": "plate@1", "parts": parts})
    assert frozen.card["counts"]["train"]["NG"] == 1
    picture = load_photo(source / "images/005.png")
    again, good = [], []
    for number in range(6):  # as it would look on another day: none of these was learned from
        path = tmp_path / f"again{number}.png"
        expose(picture, None, f"another day {number}", Strength())[0].save(path)
        again.append(path)
        spotted(100 + number, False).save(path := tmp_path / f"good{number}.png")
        good.append(path)
    before = p_ng(load_judge(tiny_checkpoint), again, golden)
    job = Job(
        tiny_checkpoint, frozen.folder, tmp_path / "adapters", tmp_path / "work",
        recipe=Recipe(steps=80, batch=8, exposures=6, rate=3e-3), threads=1,
    )  # fmt: skip
    *_, last = train(job)
    judge = load_judge(tiny_checkpoint, adapter=last.adapter)
    after, of_good = p_ng(judge, again, golden), p_ng(judge, good, golden)
    assert after > before and after > of_good + 0.2, (before, after, of_good)
