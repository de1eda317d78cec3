"""The judge over labelled units, the figures that come of it, probes and the small network."""

import json
import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from model_runtime import baselines, probes, scoring
from model_runtime.evaluate import Case, Outcome, evaluate, place_right, true_cells
from model_runtime.labelled import Labelled
from model_runtime.verdict import Answer, Fixable, Question, Region, Stopped, Thresholds, Verdict, VoiceSays
from tests.fakes import FakeJudge
from tests.makers import png, wav

CLASSES = ("crack", "dent")


def case(folder: Path, name: str = "a.png", voice: bool = False, seed: int = 0, **labels: Any) -> Case:
    """A unit with a photo of noise (and a note), asked about with CLASSES."""
    photo, note = folder / name, folder / f"{name}.wav"
    photo.write_bytes(png(seed))
    if voice:
        note.write_bytes(wav())
    labelled = Labelled(name, photo, note if voice else None, **labels)
    return Case("f", labelled, Question(photo=photo, voice=labelled.voice, defects=CLASSES))


def says(p_ng: float, **changes: Any) -> Callable[[Question], Verdict]:
    """A judge's step: this probability, and these fields of the judgment."""

    def step(question: Question) -> Verdict:
        verdict = FakeJudge().verdict(question, p_ng)
        return replace(verdict, judgment=replace(verdict.judgment, **changes))

    return step


def outcomes(judge: FakeJudge, *cases: Case) -> list[Outcome]:
    return list(evaluate(judge, cases))


# ---- judging ----


def test_a_missed_unit_is_asked_again_for_class_and_place(tmp_path: Path) -> None:
    judge = FakeJudge([0.05, says(0.05, defect="dent")])
    (found,) = outcomes(judge, case(tmp_path, verdict="NG", defect="dent"))
    assert found.passed and not found.rejected
    assert found.verdict is not None and found.verdict.judgment.defect == "none"
    assert found.asked is not None and found.asked.defect == "dent"
    assert judge.questions[1].thresholds == Thresholds(0.0, 1.0)


def test_a_found_unit_and_a_good_one_are_asked_once(tmp_path: Path) -> None:
    judge = FakeJudge([0.95, 0.05])
    bad, good = outcomes(judge, case(tmp_path, verdict="NG"), case(tmp_path, "b.png", verdict="OK"))
    assert len(judge.questions) == 2
    assert bad.rejected and bad.asked is not None and good.passed and good.asked is None


def test_what_cannot_be_judged_is_named_and_the_others_go_on(tmp_path: Path) -> None:
    broken = Labelled("row", problem=Fixable("bad_label", "Row 2 is wrong."))
    judge = FakeJudge([Fixable("photo_broken", "damaged"), RuntimeError("bug"), 0.5])
    found = outcomes(judge, Case("f", broken, Question()), *(case(tmp_path, f"{k}.png") for k in range(3)))
    assert [outcome.code for outcome in found] == ["bad_label", "photo_broken", "internal_error", ""]
    assert found[0].message == "Row 2 is wrong."
    assert scoring.figures_of(found)["judged"] == 1


def test_it_can_be_stopped(tmp_path: Path) -> None:
    with pytest.raises(Stopped):
        list(evaluate(FakeJudge(seconds=5), [case(tmp_path)], lambda: True))


@pytest.mark.parametrize(
    ("row", "col", "right"), [(2, 2, True), (1, 1, True), (4, 3, True), (0, 2, False), (2, 5, False), (5, 2, False)]
)
def test_a_place_is_right_within_one_cell(tmp_path: Path, row: int, col: int, right: bool) -> None:
    """The box covers rows 2 and 3, columns 2 and 3 of a grid of 8; it ends just where the next cell begins."""
    photo = tmp_path / "a.png"
    Image.new("RGB", (160, 80)).save(photo)
    label = Labelled("a", photo, verdict="NG", boxes=((40.0, 20.0, 80.0, 40.0),))
    cells = true_cells(label)
    assert cells is not None and np.argwhere(cells).tolist() == [[2, 2], [2, 3], [3, 2], [3, 3]]
    assert place_right(label, Region(row, col)) is right
    assert place_right(label, None) is False
    assert place_right(replace(label, boxes=()), Region(row, col)) is None


def test_a_mask_is_a_place_too(tmp_path: Path) -> None:
    mask = np.zeros((40, 80), dtype=np.uint8)
    mask[39, 79] = 255
    Image.fromarray(mask).save(tmp_path / "m.png")
    label = Labelled("a", tmp_path / "a.png", verdict="NG", mask=tmp_path / "m.png")
    assert place_right(label, Region(6, 6)) is True
    assert place_right(label, Region(5, 7)) is False
    Image.fromarray(np.zeros((8, 8), np.uint8)).save(tmp_path / "m.png")
    assert place_right(label, Region(0, 0)) is None  # an empty mask shows no place


def test_boxes_beyond_the_photo_stay_on_it(tmp_path: Path) -> None:
    Image.new("RGB", (80, 80)).save(tmp_path / "a.png")
    label = Labelled("a", tmp_path / "a.png", verdict="NG", boxes=((-5.0, 75.0, 2.0, 900.0), (80.0, 0.0, 80.0, 0.0)))
    cells = true_cells(label)
    assert cells is not None and np.argwhere(cells).tolist() == [[0, 7], [7, 0]]


# ---- figures ----


def value(found: dict[str, Any], name: str) -> tuple[float, int]:
    return found[name]["value"], found[name]["n"]


def test_the_figures_of_a_case_by_hand(tmp_path: Path) -> None:
    """Four bad units, two good ones: one missed, one held; one good one rejected."""
    truth = ["NG", "NG", "NG", "NG", "OK", "OK"]
    steps: list[Any] = [says(0.9, defect="crack"), says(0.95, defect="dent"), 0.1, 0.5, 0.05, 0.85]
    steps.insert(3, says(0.1, defect="crack"))  # asked again after the miss
    units = [
        case(tmp_path, f"{k}.png", verdict=v, defect="crack" if v == "NG" else "none") for k, v in enumerate(truth)
    ]
    found = scoring.figures_of(outcomes(FakeJudge(steps), *units))
    assert (found["units"], found["judged"], found["ok"], found["ng"]) == (6, 6, 2, 4)
    assert value(found, "miss") == (0.25, 4)
    assert value(found, "overkill") == (0.5, 2)
    assert value(found, "coverage") == (5 / 6, 6)
    assert value(found, "auroc") == (6 / 8, 6)  # of 8 pairs, 0.1 and 0.5 lie below 0.85
    assert value(found, "defect_right") == (0.75, 4)
    assert value(found, "defect_right_and_not_missed") == (0.5, 4)
    assert found["confusion"] == {"labels": ["crack", "dent"], "counts": [[3, 1], [0, 0]]}
    assert value(found, "brier")[0] == pytest.approx((0.01 + 0.0025 + 0.81 + 0.25 + 0.0025 + 0.7225) / 6)
    assert found["region_right"] is None and found["cer"] is None
    assert sum(row["ng"]["n"] for row in found["reliability"]) == 6
    assert found["miss_at_coverage"]["overkill"]["value"] <= 0.05
    json.dumps(found, allow_nan=False)


def test_speech_is_measured_by_language_speaker_and_noise(tmp_path: Path) -> None:
    units = []
    for k in range(10):
        said = Labelled("", transcript="scratch left" if k < 5 else "左に傷", language="en" if k < 5 else "ja")
        said = replace(said, speaker=f"s{k % 2}", noise="clean", voice_says="NG")
        said = replace(said, voice_defect="scratch|傷", voice_place="left|左")
        one = case(tmp_path, f"{k}.png", voice=True)
        units.append(replace(one, labelled=replace(said, name=f"{k}.png")))
    steps = [says(0.5, heard="scratch left", voice_says=VoiceSays.NG)] * 5
    steps += [says(0.5, heard="左に橋", voice_says=VoiceSays.OK)] * 5
    found = scoring.figures_of(outcomes(FakeJudge(steps), *units))
    assert value(found, "cer") == (5 / (5 * 12 + 5 * 3), 75)
    assert (
        value(found, "notes_right")
        == value(found, "voice_says_right")
        == value(found, "voice_defect_heard")
        == (0.5, 10)
    )
    assert value(found, "voice_place_heard") == (1.0, 10)
    assert value(found, "word_errors") == (0.0, 10)
    by = found["slices"]
    assert value(by["language"]["en"], "cer")[0] == 0.0
    assert value(by["language"]["ja"], "cer") == (1 / 3, 15)
    assert set(by["speaker"]) == {"s0", "s1"}
    assert "noise" not in by and "part" not in by  # there is but one


def test_contradiction_as_labelled_or_as_both_say(tmp_path: Path) -> None:
    labels: list[dict[str, Any]] = [
        {"verdict": "NG", "voice_says": "OK"},  # contradicts, found
        {"verdict": "OK", "voice_says": "NG"},  # contradicts, not found
        {"verdict": "NG", "voice_says": "NG"},  # no contradiction, but claimed
        {"verdict": "OK", "voice_says": "nothing"},
        {"verdict": "OK", "voice_says": "OK", "contradiction": True},  # the label's word stands above both; found
        {"verdict": "OK"},  # not known
    ]
    claims = [True, False, True, False, True, True]
    steps = [lambda q, claim=claim: replace(FakeJudge().verdict(q, 0.9), contradiction=claim) for claim in claims]
    units = [case(tmp_path, f"{k}.png", voice=True, **label) for k, label in enumerate(labels)]
    found = scoring.figures_of(outcomes(FakeJudge(steps), *units))
    assert value(found, "contradiction_precision") == (2 / 3, 3)
    assert value(found, "contradiction_recall") == (2 / 3, 3)
    assert scoring.contradicts(Outcome(case(tmp_path, verdict="NG", voice_says="OK"))) is None  # no voice note


def test_a_contradiction_decides_nothing(tmp_path: Path) -> None:
    judge = FakeJudge([0.9], voice_says=VoiceSays.OK)
    (found,) = outcomes(judge, case(tmp_path, voice=True, verdict="NG"))
    assert found.verdict is not None and found.verdict.judgment.verdict is Answer.INCONCLUSIVE
    assert not found.passed and not found.rejected


def test_slices_by_lot_gather_the_small_ones_and_classes_meet_all_good_units(tmp_path: Path) -> None:
    lots = ["a"] * 7 + ["b"] * 8 + ["c", "d"]
    truth = ["NG"] * 5 + ["OK"] * 2 + ["NG"] * 5 + ["OK"] * 3 + ["NG", "OK"]
    units = [
        case(tmp_path, f"{k}.png", verdict=v, lot=lot, defect=("crack" if k < 5 else "dent") if v == "NG" else "none")
        for k, (lot, v) in enumerate(zip(lots, truth, strict=True))
    ]
    found = scoring.figures_of(outcomes(FakeJudge([0.9 if v == "NG" else 0.1 for v in truth]), *units))
    assert {name: group["units"] for name, group in found["slices"]["lot"].items()} == {"a": 7, "b": 8, "(others)": 2}
    defects = found["slices"]["defect"]
    assert {name: group["units"] for name, group in defects.items()} == {"crack": 5, "dent": 6}
    assert all(group["ok"] == 0 for group in defects.values())  # counts are the class's own
    assert value(defects["dent"], "auroc") == (1.0, 12)  # six bad ones against all six good
    assert value(defects["dent"], "miss") == (0.0, 6)


def test_the_roc_curve_encloses_the_area(tmp_path: Path) -> None:
    scores, bad = [0.1, 0.4, 0.4, 0.7, 0.8], [False, True, False, False, True]
    points = scoring.curve(scores, bad)
    assert points[0] == (0.0, 0.0) and points[-1] == (1.0, 1.0)
    area = sum((b[0] - a[0]) * (a[1] + b[1]) / 2 for a, b in zip(points, points[1:], strict=False))
    from model_runtime.figures import auroc

    whole = auroc(scores, bad)
    assert whole is not None and area == pytest.approx(whole.value)
    assert scoring.curve([0.1], [True]) == []


# ---- probes ----


def test_blank_photos_keep_size_and_golden_and_lose_the_voice(tmp_path: Path) -> None:
    golden = tmp_path / "g.png"
    golden.write_bytes(png(9))
    one = case(tmp_path, voice=True)
    one = replace(one, question=replace(one.question, golden=golden))
    (blank,) = probes.blank([one], tmp_path)
    assert (blank.question.golden, blank.question.voice) == (golden, None)
    assert blank.question.photo is not None
    with Image.open(blank.question.photo) as image:
        assert image.size == (48, 32) and image.getcolors() == [(48 * 32, (128, 128, 128))]


def test_every_golden_is_another_ones(tmp_path: Path) -> None:
    cases = []
    for k in range(5):
        one = case(tmp_path, f"{k}.png")
        cases.append(replace(one, question=replace(one.question, golden=tmp_path / f"g{k // 2}.png")))
    how, wrong = probes.wrong_golden(cases, tmp_path)
    assert how == "shuffled"
    pairs = [(a.question.golden, b.question.golden) for a, b in zip(cases, wrong, strict=True)]
    assert all(a != b for a, b in pairs)
    assert {b for _, b in pairs} == {a for a, _ in pairs}


def test_the_only_golden_is_turned(tmp_path: Path) -> None:
    golden = tmp_path / "g.png"
    golden.write_bytes(png(9))
    one = case(tmp_path)
    one = replace(one, question=replace(one.question, golden=golden))
    how, (wrong,) = probes.wrong_golden([one], tmp_path)
    assert how == "turned" and wrong.question.golden is not None
    before, after = (np.asarray(Image.open(path)) for path in (golden, wrong.question.golden))
    assert np.array_equal(before[::-1, ::-1], after)
    assert probes.wrong_golden([case(tmp_path)], tmp_path)[1] == []


# ---- the small network ----


def spotted(folder: Path, count: int, seed: int) -> list[Case]:
    """Grey photos; each second one has a dark spot at some place."""
    random = np.random.default_rng(seed)
    found = []
    for k in range(count):
        pixels = random.normal(150, 12, (64, 64, 3))
        if k % 2:
            x, y = random.integers(4, 50, 2)
            pixels[y : y + 10, x : x + 10] -= 110
        path = folder / f"{seed}-{k}.png"
        Image.fromarray(pixels.clip(0, 255).astype(np.uint8)).save(path)
        labelled = Labelled(path.name, path, verdict="NG" if k % 2 else "OK", defect="hole" if k % 2 else "none")
        found.append(Case("f", labelled, Question(photo=path)))
    return found


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(baselines, "SIDE", 32)
    monkeypatch.setattr(baselines, "WIDTHS", (8, 16, 32))


def test_the_small_network_learns(small: None, tmp_path: Path) -> None:
    train, test = spotted(tmp_path, 32, 0), spotted(tmp_path, 20, 1)
    told: list[float] = []
    found = baselines.rival(train, test, lambda part, what: told.append(part), steps=50)
    good = [score for score, one in zip(found.scores, test, strict=True) if not one.labelled.bad]
    bad = [score for score, one in zip(found.scores, test, strict=True) if one.labelled.bad]
    assert np.mean([g < b for g in good for b in bad]) > 0.9
    assert found.defects == ["hole"] * 20 and found.trained_on == 32
    assert told == sorted(told) and found.ms > 0


def test_the_small_network_repeats_itself(small: None, tmp_path: Path) -> None:
    train, test = spotted(tmp_path, 16, 0), spotted(tmp_path, 4, 1)
    first, second = (baselines.rival(train, test, steps=3) for _ in range(2))
    assert first.scores == second.scores and len(set(first.scores)) > 1


def test_the_small_network_leaves_the_programs_random_numbers_alone(small: None, tmp_path: Path) -> None:
    import torch

    torch.manual_seed(1)
    before = torch.random.get_rng_state()
    baselines.rival(spotted(tmp_path, 16, 0), spotted(tmp_path, 2, 1), steps=2)
    assert torch.equal(before, torch.random.get_rng_state())


def test_the_small_network_sees_the_golden_photo(small: None, tmp_path: Path) -> None:
    train = [
        replace(one, question=replace(one.question, golden=one.question.photo)) for one in spotted(tmp_path, 16, 0)
    ]
    found = baselines.rival(train, train, steps=2)
    assert all(math.isfinite(score) for score in found.scores)
    other = [replace(one, question=replace(one.question, golden=train[0].question.photo)) for one in train]
    assert baselines.rival(train, other, steps=2).scores != found.scores


def test_too_little_to_learn_from_is_said(tmp_path: Path) -> None:
    for train in ([], spotted(tmp_path, 6, 0), [one for one in spotted(tmp_path, 40, 0) if one.labelled.bad]):
        with pytest.raises(Fixable, match="too few"):
            baselines.rival(train, [])


def test_training_can_be_stopped(small: None, tmp_path: Path) -> None:
    with pytest.raises(Stopped):
        baselines.rival(spotted(tmp_path, 16, 0), [], stop=lambda: True)
