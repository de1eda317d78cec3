"""Training on a tiny random checkpoint: what is learned from, that it resumes to the bit, and what comes out."""

import json
import random
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from safetensors.torch import load_file

from inspector_app.candidates import of_folder
from inspector_app.training_sets import Candidate, freeze
from model_runtime import adapters, lessons, student, train
from model_runtime.checkpoint import load
from model_runtime.dataset import read_set, set_faults
from model_runtime.exposures import PLAIN, Strength, expose, speak
from model_runtime.lora import WEIGHTS
from model_runtime.runtime import load_judge
from model_runtime.thresholds import BAND, choose
from model_runtime.train import Job, Progress, Recipe, fit_temperature
from model_runtime.verdict import Fixable, Stopped, Thresholds
from tests.learning.makers import labelled_folder, note, spotted

STEPS = 6
RECIPE = Recipe(seed=3, steps=STEPS, batch=4, exposures=2, every=2)


def frozen(tmp: Path, change: Callable[[Candidate, int], Candidate] | None = None, units: int = 40) -> Path:
    """A frozen set of a part with a golden photo; every fourth unit has a voice note."""
    source = labelled_folder(tmp / "source", units)
    spotted(900, False).save(tmp / "golden.png")
    spoken = note(tmp)
    found = []
    for number, unit in enumerate(of_folder(source)):
        files = {**unit.files, "golden_file_name": tmp / "golden.png"}
        said = dict(unit.said)
        if number % 4 < 2:
            files["voice_file_name"] = spoken
            said |= {"transcript": "a stain at the left", "voice_says": "NG"}
        unit = replace(unit, files=files, said=said)
        found.append(change(unit, number) if change else unit)
    parts = {"plate": {"defects": ["stain", "crack"], "criteria": ""}}
    return freeze(tmp / "plate@1", found, {}, {"name": "plate@1", "parts": parts}).folder


@pytest.fixture(scope="module")
def training_set(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return frozen(tmp_path_factory.mktemp("set"))


@pytest.fixture(scope="module")
def job(training_set: Path, tiny_checkpoint: Path, tmp_path_factory: pytest.TempPathFactory) -> Job:
    folder = tmp_path_factory.mktemp("jobs")
    return Job(
        tiny_checkpoint, training_set, folder / "adapters", folder / "work", recipe=RECIPE, who="鈴木", threads=1
    )


@pytest.fixture(scope="module")
def trained(job: Job) -> Path:
    return finish(job)[-1].adapter or pytest.fail("no adapter")


def finish(job: Job) -> list[Progress]:
    return list(train.train(job))


def elsewhere(job: Job, tmp: Path, **other: object) -> Job:
    return replace(job, out=tmp / "adapters", work=tmp / "work", **other)  # type: ignore[arg-type]


def weights(folder: Path | None) -> dict[str, torch.Tensor]:
    assert folder is not None
    return load_file(folder / WEIGHTS)


def same(one: dict[str, torch.Tensor], other: dict[str, torch.Tensor]) -> bool:
    return one.keys() == other.keys() and all(torch.equal(one[key], other[key]) for key in one)


def test_it_tells_its_phases_and_ends_with_the_adapter(job: Job, tmp_path: Path) -> None:
    told = finish(elsewhere(job, tmp_path))
    assert list(dict.fromkeys(p.phase for p in told)) == ["look", "learn", "choose", "done"]
    learned = [p for p in told if p.phase == "learn"]
    assert [p.step for p in learned] == list(range(1, STEPS + 1))
    assert all(p.loss is not None and p.seconds_left is not None and p.memory_mb > 0 for p in learned)
    assert [p.step for p in learned if p.validation is not None] == [2, 4, 6]
    assert told[-1].adapter == tmp_path / "adapters/defect@1"
    assert not (tmp_path / "work" / train.STATE).exists(), "a finished training must not be resumed"
    json.dumps(told[5].to_json())


def test_a_stopped_training_goes_on_to_the_same_weights(job: Job, trained: Path, tmp_path: Path) -> None:
    mine = elsewhere(job, tmp_path)
    for limit in (2, 4):
        steps = [0]
        with pytest.raises(Stopped):
            for progress in train.train(mine, lambda seen=steps, last=limit: seen[0] >= last):  # type: ignore[misc]
                steps[0] = progress.step if progress.phase == "learn" else 0
    told = finish(mine)
    assert [p.step for p in told if p.phase == "learn"][0] == 6, "it began anew"
    assert same(weights(told[-1].adapter), weights(trained))


def test_what_was_cut_off_between_states_goes_on_from_the_last_one(job: Job, trained: Path, tmp_path: Path) -> None:
    mine = elsewhere(job, tmp_path)
    for progress in train.train(mine):
        if progress.phase == "learn" and progress.step == 5:
            break  # as when the power fails: nothing is said to it
    told = finish(mine)
    assert [p.step for p in told if p.phase == "learn"][0] == 5
    assert same(weights(told[-1].adapter), weights(trained))


def test_the_seed_decides(job: Job, trained: Path, tmp_path: Path) -> None:
    again = finish(elsewhere(job, tmp_path / "again"))[-1].adapter
    other = finish(elsewhere(job, tmp_path / "other", recipe=replace(RECIPE, seed=4)))[-1].adapter
    assert same(weights(again), weights(trained))
    assert not same(weights(other), weights(trained))


def test_a_state_of_another_job_or_a_broken_one_is_left_aside(job: Job, tmp_path: Path) -> None:
    mine = elsewhere(job, tmp_path)
    state = mine.work / train.STATE
    mine.work.mkdir(parents=True)
    state.write_bytes(b"no tensors")
    assert next(p for p in train.train(mine) if p.phase == "learn").step == 1
    for progress in train.train(mine):
        if progress.step == 4 and progress.phase == "learn":
            break
    assert state.is_file()
    other = replace(mine, recipe=replace(RECIPE, rate=1e-4))
    assert next(p for p in train.train(other) if p.phase == "learn").step == 1


def test_the_card_says_where_it_comes_from(trained: Path, training_set: Path, tiny_checkpoint: Path) -> None:
    card = adapters.read_card(trained)
    assert card.base == load(tiny_checkpoint).manifest.sha256
    assert card.training["set"] == "plate@1"
    assert card.training["set_sha256"] == read_set(training_set).sha256
    assert card.training["who"] == "鈴木" and card.training["steps"] == STEPS
    assert card.figures["validation"]["units"] == len(read_set(training_set).validation) >= student.ENOUGH
    assert card.temperature > 0 and card.created
    assert card.thresholds.ok_below <= BAND[0] and card.thresholds.ng_above >= BAND[1]


def test_a_child_starts_from_its_parent(job: Job, trained: Path, tmp_path: Path) -> None:
    """With no rate at all the child is the parent; from zero it is the base."""
    still = replace(RECIPE, rate=0.0)
    child = finish(elsewhere(job, tmp_path / "child", parent=trained, recipe=still))[-1].adapter
    assert child is not None and child.name == "defect@2"
    assert same(weights(child), weights(trained))
    assert adapters.read_card(child).parent == adapters.read_card(trained).identity
    fresh = finish(elsewhere(job, tmp_path / "fresh", parent=trained, fresh=True, recipe=still))[-1].adapter
    assert all(not value.any() for key, value in weights(fresh).items() if "lora_B" in key)
    assert adapters.read_card(fresh or tmp_path).parent is None


def test_training_asks_what_the_judge_is_asked(job: Job, trained: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same units through the station's own judge give the same probabilities: prompt, places, LoRAs, order."""
    monkeypatch.setattr(lessons, "HALF", torch.float32)
    monkeypatch.setattr(student.Stacked, "HALF", torch.float32)
    data = read_set(job.set_folder)
    checkpoint = load(job.model)
    lora, _ = train._start(replace(job, parent=trained), checkpoint)
    pupil = student.Student(checkpoint, lora, RECIPE, data)
    pupil.stacked.load(weights(trained))
    pupil.begin()
    list(pupil.look(None))
    odds, card = pupil.odds(), adapters.read_card(trained)
    judge = load_judge(job.model, trained)
    said = [judge.judge(unit.example.question).p_ng for unit in pupil.checked_units]
    p = 1 / (1 + np.exp(-odds / card.temperature))
    assert np.ptp(said) > 1e-4, "all alike would prove nothing"
    assert np.allclose(p, said, atol=2e-5)


def test_the_frozen_weights_stay_what_they_were(job: Job, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []
    monkeypatch.setattr(train, "load", lambda *args: seen.append(load(*args)) or seen[0])
    finish(elsewhere(job, tmp_path))
    now, before = seen[0].base.state_dict(), load(job.model).base.state_dict()
    assert all(torch.equal(now[key], before[key]) for key in before)


# --- the set ---


def test_the_golden_evaluation_set_is_never_read(training_set: Path) -> None:
    data = read_set(training_set)
    counts = data.card["counts"]
    assert len(data.train) == sum(counts["train"].values())
    assert len(data.validation) == sum(counts["val"].values())
    assert sum(counts["test"].values()) >= 8
    assert len(data.train) + len(data.validation) + sum(counts["test"].values()) == 40


@pytest.mark.parametrize("damage", ["photo", "label", "card", "missing"])
def test_a_changed_set_is_refused(training_set: Path, tmp_path: Path, damage: str) -> None:
    copy = Path(shutil.copytree(training_set, tmp_path / "plate@1"))
    photo = next((copy / "photos").iterdir())
    target = {"photo": photo, "label": copy / "metadata.csv", "card": copy / "card.json", "missing": photo}[damage]
    target.chmod(0o644)
    if damage == "missing":
        target.unlink()
    elif damage == "card":
        target.write_text(target.read_text(encoding="utf-8").replace('"crack"', '"chip"'), encoding="utf-8")
    else:
        target.write_bytes(target.read_bytes() + b" ")
    assert len(set_faults(copy)) == 1
    with pytest.raises(Fixable, match="not what was frozen") as error:
        read_set(copy)
    assert error.value.code == "changed_set"


def test_a_folder_that_was_not_frozen_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Fixable, match="kensa freeze --from"):
        read_set(labelled_folder(tmp_path / "source", 4))


def test_a_set_of_one_kind_is_refused(tmp_path: Path) -> None:
    def good(unit: Candidate, _: int) -> Candidate:
        return replace(unit, said={**unit.said, "verdict": "OK", "defect": "none"})

    with pytest.raises(Fixable, match="no NG to learn from"):
        read_set(frozen(tmp_path, good, 12))


def test_too_few_validation_units_stop_nothing(job: Job, tmp_path: Path) -> None:
    small = frozen(tmp_path / "small", units=10)
    told = finish(elsewhere(job, tmp_path, set_folder=small))
    card = adapters.read_card(told[-1].adapter or tmp_path)
    assert card.training["steps"] == STEPS
    assert (card.temperature, card.thresholds) == (1.0, Thresholds()), "nothing can be chosen on so few"


# --- the answer ---


def asked(job: Job, **target: object) -> tuple[list[int], list[float], lessons.Lessons]:
    data = read_set(job.set_folder)
    checkpoint = load(job.model)
    lora, _ = train._start(job, checkpoint)
    pupil = student.Student(checkpoint, lora, replace(RECIPE, miss_cost=3.0), data)
    example = next(e for e in data.train if e.target.bad and e.question.voice is None)
    unit = lessons.Unit(replace(example, target=replace(example.target, **target)))  # type: ignore[arg-type]
    unit.photos = [lessons.Glance(torch.zeros(4, 8), example.target.point)]
    ids, weight = pupil.lessons.answer(pupil.lessons.plainly(replace_golden(unit)))
    return ids, weight, pupil.lessons


def replace_golden(unit: lessons.Unit) -> lessons.Unit:
    unit.example = replace(unit.example, question=replace(unit.example.question, golden=None))
    return unit


def test_what_is_not_known_teaches_nothing(job: Job) -> None:
    _, all_known, _ = asked(job, defect="stain", severity="major")
    _, unknown, made = asked(job, defect="", severity="")
    known = sum(all_known) - sum(unknown)
    # "major" parts from "critical" at its first letter, and from "minor" at its second one.
    assert known == pytest.approx(lessons.WEIGHT["defect"] + 2 * lessons.WEIGHT["severity"])
    assert sum(unknown) == pytest.approx(lessons.WEIGHT["verdict"] * made.costs["NG"]), (
        "no place, no class: the verdict"
    )


@pytest.mark.parametrize(
    ("own", "others", "parts"),
    [
        ("stain", ["stain", "crack"], [1, 0, 0, 0, 0]),
        ("scratch", ["scratch", "scrap", "dent"], [1, 0, 0, 0, 1, 0, 0]),
        ("oxide_plate", ["oxide_plate", "oxide_water"], [0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0]),
        ("dented", ["dent", "dented"], [0, 0, 0, 0, 1, 0]),
        ("dent", ["dent", "dented"], [0, 0, 0, 0]),
        ("dent", ["dent"], [0, 0, 0, 0]),
    ],
)
def test_a_choice_is_taught_where_its_options_part(own: str, others: list[str], parts: list[int]) -> None:
    assert lessons.partings(own, others) == [bool(part) for part in parts]


def test_a_long_name_is_taught_as_firmly_as_a_short_one(job: Job) -> None:
    """Each token where the judge chooses weighs the whole of it, and none where it does not."""
    data = read_set(job.set_folder)
    checkpoint = load(job.model)
    lora, _ = train._start(job, checkpoint)
    made = student.Student(checkpoint, lora, RECIPE, data).lessons
    names = ("nick", "oxide_scale_of_the_plate_system", "oxide_scale", "dent")
    example = next(e for e in data.train if e.target.bad and e.question.voice is None)
    question = replace(example.question, defects=names, golden=None)
    told = {}
    for name in names:
        unit = lessons.Unit(replace(example, question=question, target=replace(example.target, defect=name)))
        ids, weights = made.answer(lessons.Asked(unit, None, None, None))
        text = [made.vocabulary.decode([i]) for i in ids]
        start = "".join(text).index(name)
        places = np.cumsum([len(part) for part in text]) - [len(part) for part in text]
        told[name] = [w for at, w in zip(places, weights, strict=True) if start <= at <= start + len(name)]
    assert {name: round(sum(weights), 6) for name, weights in told.items()} == {
        "nick": 1.0, "dent": 1.0, "oxide_scale": 2.0, "oxide_scale_of_the_plate_system": 2.0,
    }  # fmt: skip
    assert {w for weights in told.values() for w in weights} == {0.0, 1.0}


def test_a_miss_weighs_by_its_cost(job: Job) -> None:
    _, _, made = asked(job)
    assert made.costs == {"NG": pytest.approx(1.5), "OK": pytest.approx(0.5)}


# --- what it is shown ---


@settings(max_examples=40, deadline=None)
@given(st.floats(0.2, 0.8), st.floats(0.2, 0.8), st.integers(0, 10**6))
def test_the_defect_is_where_the_exposure_says(x: float, y: float, seed: int) -> None:
    image = Image.new("RGB", (200, 120), (30, 30, 30))
    left, top = int(x * 200), int(y * 120)
    image.paste((255, 255, 255), (left - 3, top - 3, left + 4, top + 4))
    shown, place = expose(image, (x, y), str(seed), Strength(8.0, 0.08, 0.1, 0.0))
    assert shown.size == image.size and place is not None
    rows, columns = np.nonzero(np.asarray(shown.convert("L")) > 120)
    assert abs(columns.mean() / 200 - place[0]) < 0.012
    assert abs(rows.mean() / 120 - place[1]) < 0.02


def test_a_defect_that_leaves_the_picture_has_no_place() -> None:
    image = Image.new("RGB", (200, 120))
    places = [expose(image, (0.999, 0.5), str(seed), Strength(0.0, 0.3, 0.0, 0.0))[1] for seed in range(20)]
    assert None in places


def test_the_same_seed_shows_the_same() -> None:
    image = spotted(1, True)
    one, other = (expose(image, None, "a")[0] for _ in range(2))
    assert np.array_equal(np.asarray(one), np.asarray(other))
    assert not np.array_equal(np.asarray(one), np.asarray(expose(image, None, "b")[0]))
    assert np.array_equal(np.asarray(expose(image, None, "a", PLAIN)[0]), np.asarray(image))


def test_a_note_stays_a_note() -> None:
    tone = np.sin(np.arange(8000) / 9).astype(np.float32) * 0.4
    heard = speak(tone, "s")
    assert heard.dtype == np.float32 and heard.shape == tone.shape and abs(heard).max() <= 1.0
    assert np.corrcoef(heard, tone)[0, 1] > 0.9
    assert np.array_equal(heard, speak(tone, "s")) and not np.array_equal(heard, speak(tone, "t"))


# --- temperature and thresholds ---


def test_the_temperature_is_found_again() -> None:
    r = np.random.default_rng(0)
    true = r.normal(0, 2, 4000)
    bad = r.random(4000) < 1 / (1 + np.exp(-true))
    assert fit_temperature(true * 3, bad) == pytest.approx(3.0, rel=0.1)


def test_a_few_units_told_apart_make_it_not_sure_of_everything() -> None:
    odds = np.array([-3.0, -2.0, -2.5, -4.0, 2.0, 3.0, 2.5, 4.0])
    p = 1 / (1 + np.exp(-odds / fit_temperature(odds, odds > 0)))
    assert 0.02 < p.min() and p.max() < 0.98


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 10**6), st.floats(0.0, 3.0))
def test_thresholds_leave_a_band(seed: int, apart: float) -> None:
    r = random.Random(seed)
    bad = [r.random() < 0.5 for _ in range(20)] + [True, False]
    p = [1 / (1 + np.exp(-(r.gauss(apart if b else -apart, 1)))) for b in bad]
    found = choose(np.array(p), np.array(bad))
    assert 0 <= found.ok_below <= BAND[0] and BAND[1] <= found.ng_above <= 1
