"""Cases as the station asks them, golden difference, plots and the page."""

import json
import re
import runpy
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from inspector_app.errors import KensaError
from inspector_app.parts import GENERAL, Part, Parts
from inspector_app.quality import difference, evaluation, evaluation_report, evaluation_words, plots
from inspector_app.quality.cases import Asked, LabelledFolder, read_folders
from model_runtime.evaluate import Outcome
from model_runtime.verdict import DEFECTS, Thresholds
from tests.fakes import FAKE_IDENTITY, FakeJudge
from tests.makers import png
from tests.runtime.test_evaluate_labels import write

PARTS = Parts(
    {"bolt": Part("bolt", "ボルト", "Bolt", defects=("bent",), thresholds=Thresholds(0.3, 0.7), criteria="c")}
)


def photos(folder: Path, *rows: dict[str, str]) -> Path:
    """A labelled folder whose photos are there."""
    write(folder, *rows)
    for number, row in enumerate(rows):
        for name in (row.get("file_name", ""), row.get("golden_file_name", "")):
            if name and not (folder / name).exists():
                (folder / name).write_bytes(png(number))
    return folder


# ---- cases ----


def test_a_known_part_brings_its_classes_and_thresholds(tmp_path: Path) -> None:
    rows = [
        {"file_name": "a.png", "part": "bolt", "defect": "odd"},
        {"file_name": "b.png", "part": "new", "defect": "odd"},
    ]
    rows += [{"file_name": "c.png", "part": "new", "defect": "none", "split": "train"}, {"file_name": "d.png"}]
    for row in rows:
        row.setdefault("split", "test")
    (folder,) = read_folders([str(photos(tmp_path / "x", *rows))], PARTS, Asked())
    known, new, nameless = (case.question for case in folder.cases)
    assert (known.defects, known.thresholds, known.criteria) == (("bent",), Thresholds(0.3, 0.7), "c")
    assert (new.defects, new.thresholds, new.part) == (("odd",), None, "new")
    assert (nameless.defects, nameless.part) == (DEFECTS, GENERAL)
    (strict,) = read_folders([str(tmp_path / "x")], PARTS, Asked(thresholds=Thresholds(0.1, 0.9)))
    assert strict.cases[0].question.thresholds == Thresholds(0.1, 0.9)  # the site's stand above


def test_a_golden_of_others_is_compared_with_itself(tmp_path: Path) -> None:
    rows = [{"file_name": "a.png", "golden_file_name": "g.png"}, {"file_name": "g.png"}, {"file_name": "o.png"}]
    folder = photos(tmp_path / "x", *rows)
    (found,) = read_folders([str(folder)], PARTS, Asked())
    assert [case.question.golden for case in found.cases] == [folder / "g.png", folder / "g.png", None]
    assert found.own_golden == 1
    (given,) = read_folders([str(folder)], PARTS, Asked(golden=folder / "o.png"))
    assert [case.question.golden for case in given.cases] == [folder / "g.png", folder / "g.png", folder / "o.png"]


def test_with_several_folders_a_golden_is_for_its_own(tmp_path: Path) -> None:
    one, other = (photos(tmp_path / name, {"file_name": "a.png"}) for name in ("one", "other"))
    first, second = read_folders([str(one), str(other)], PARTS, Asked(golden=one / "a.png"))
    assert first.cases[0].question.golden == one / "a.png"
    assert second.cases[0].question.golden is None
    with pytest.raises(KensaError, match="does not exist"):
        read_folders([str(one)], PARTS, Asked(golden=one / "no.png"))


def test_folders_of_one_name_are_told_apart_and_each_is_taken_once(tmp_path: Path) -> None:
    paths = [tmp_path / place / "x" for place in ("1", "2")]
    for path in paths:
        path.mkdir(parents=True)
        photos(path, {"file_name": "a.png"})
    found = read_folders([str(path) for path in (*paths, paths[0])], PARTS, Asked())
    assert [folder.name for folder in found] == [str(path) for path in paths]


def test_a_limit_takes_units_from_all_of_the_folder_and_training_stays_apart(tmp_path: Path) -> None:
    rows = [{"file_name": f"{k}.png", "split": "train" if k < 10 else "test", "verdict": "OK"} for k in range(30)]
    folder = str(photos(tmp_path / "x", *rows))
    (found,) = read_folders([folder], PARTS, Asked(limit=4, train=True))
    assert [case.labelled.name for case in found.cases] == ["10.png", "15.png", "20.png", "25.png"]
    assert len(found.train) == 10
    (same,) = read_folders([folder], PARTS, Asked(split="train", train=True))
    assert same.train == ()  # nothing is trained on what it is measured on


# ---- golden difference ----


def board(seed: int = 0) -> NDArray[np.uint8]:
    """A part with enough corners to be laid onto another photo of it."""
    random = np.random.default_rng(seed)
    picture = np.full((240, 320), 120, dtype=np.uint8)
    for _ in range(60):
        x, y, w, h = random.integers(0, 280), random.integers(0, 200), random.integers(6, 40), random.integers(6, 30)
        picture[y : y + h, x : x + w] = random.integers(40, 230)
    return picture


def saved(pixels: NDArray[Any], path: Path) -> Path:
    Image.fromarray(pixels.clip(0, 255).astype(np.uint8)).filter(ImageFilter.GaussianBlur(1)).save(path)
    return path


@pytest.fixture
def golden(tmp_path: Path) -> Path:
    return saved(board()[20:220, 20:300], tmp_path / "golden.png")


def taken(tmp_path: Path, flaw: bool, seed: int) -> Path:
    """Another photo of the part: moved, turned a little, darker to one side, with noise."""
    random = np.random.default_rng(seed)
    pixels = board()
    if flaw:
        x, y = random.integers(80, 220), random.integers(70, 150)
        pixels[y : y + 20, x : x + 20] += 128  # uint8 goes round: nothing stays as it was
    turned = Image.fromarray(pixels).rotate(float(random.uniform(-3, 3)), resample=Image.Resampling.BICUBIC)
    lit = np.asarray(turned, dtype=float) * np.linspace(0.75, 1.1, 320)[None, :] + random.normal(0, 4, (240, 320))
    x, y = random.integers(14, 26, 2)  # cut out, so that no border comes into view
    return saved(lit[y : y + 200, x : x + 280], tmp_path / f"{flaw}-{seed}.png")


def test_the_same_photo_differs_by_nothing(golden: Path) -> None:
    assert difference.scores(golden, golden) == (0.0, 0.0, 0.0)


def test_a_flaw_is_told_from_another_pose_and_light(golden: Path, tmp_path: Path) -> None:
    good = [difference.scores(taken(tmp_path, False, seed), golden)[-1] for seed in range(6)]
    bad = [difference.scores(taken(tmp_path, True, seed), golden)[-1] for seed in range(6)]
    assert sum(b > g for b in bad for g in good) >= 32  # of 36


def test_registration_is_what_makes_it_so(golden: Path, tmp_path: Path) -> None:
    moved = difference._grey(taken(tmp_path, False, 1))
    laid, seen = difference.registered(difference._grey(golden), moved)
    before = difference._correlation(difference._grey(golden), moved, np.ones(moved.shape, dtype=bool))
    assert difference._correlation(laid, moved, seen) > max(0.95, before + 0.05)


def test_photos_without_any_mark_are_compared_as_they_are(tmp_path: Path) -> None:
    flat = saved(np.full((40, 60), 90), tmp_path / "flat.png")
    assert max(difference.scores(flat, saved(np.full((30, 30), 200), tmp_path / "other.png"))) < 1e-3
    (tmp_path / "none.png").write_bytes(b"")
    with pytest.raises(OSError):
        difference.scores(tmp_path / "none.png", flat)


def test_the_score_is_the_same_each_time(golden: Path, tmp_path: Path) -> None:
    photo = taken(tmp_path, True, 3)
    assert difference.scores(photo, golden) == difference.scores(photo, golden)


def test_the_quantile_is_chosen_on_the_train_split(golden: Path, tmp_path: Path) -> None:
    """Small flaws under changing light show in the few pixels that differ most; without a train split, the usual."""
    rows = []
    for seed in range(10):
        taken(tmp_path, seed % 2 == 1, seed).rename(tmp_path / f"{seed}.png")
        rows.append({"file_name": f"{seed}.png", "verdict": "NG" if seed % 2 else "OK"})
    for names, chosen, count in ((("train", "test"), 0.999, 6), (("test", "test"), 0.99, 0)):
        write(tmp_path, *({**row, "split": names[k >= 6]} for k, row in enumerate(rows)))
        (folder,) = read_folders([str(tmp_path)], PARTS, Asked(golden=golden, train=True))
        found = evaluation.judge_folder(evaluation.Measured(folder), FakeJudge(), lambda outcome: None)
        evaluation.compare_folder(found, lambda done, what: None)
        rival = found.baselines["golden_difference"]
        assert (rival["quantile"], rival["quantile_chosen_on"]) == (chosen, count)
    assert rival["auroc"]["n"] == 10


# ---- plots ----

BIN = {"low": 0.1, "high": 0.3, "mean_p_ng": 0.2, "ng": {"value": 0.25, "low": 0.1, "high": 0.4, "n": 8, "count": 2}}


def numbers(svg: str) -> list[float]:
    return [float(number) for number in re.findall(r"-?\d+\.?\d*", " ".join(re.findall(r'points="([^"]*)"', svg)))]


def test_plots_are_svg_that_any_viewer_reads() -> None:
    curves = [("kensa", [(0.0, 0.0), (0.2, 0.9), (1.0, 1.0)]), ("a < b & c", [(0.0, 0.0), (1.0, 1.0)])]
    for svg in (plots.roc(curves), plots.reliability([BIN]), plots.confusion(["crack", "<dent>"], [[3, 1], [0, 0]])):
        tree = ElementTree.fromstring(svg)
        assert tree.tag == "{http://www.w3.org/2000/svg}svg"
        assert len(svg) < 10_000
    texts = [element.text for element in ElementTree.fromstring(plots.roc(curves)).iter() if element.text]
    assert "kensa" in texts and "a < b & c" in texts


def test_the_curve_lies_where_it_should() -> None:
    points = numbers(plots.roc([("kensa", [(0.0, 0.0), (0.0, 1.0), (1.0, 1.0)])]))
    left, top, side = plots.LEFT, plots.TOP, plots.SIDE
    assert points[-6:] == [left, top + side, left, top, left + side, top]


@given(st.lists(st.text(max_size=40), min_size=1, max_size=6, unique=True))
@settings(max_examples=40, deadline=None)
def test_any_class_name_can_be_drawn(labels: list[str]) -> None:
    clean = ["".join(c for c in label if c.isprintable()) for label in labels]
    ElementTree.fromstring(plots.confusion(clean, [[1] * len(clean)] * len(clean)))


# ---- the answer ----


@pytest.fixture
def measured(tmp_path: Path) -> list[evaluation.Measured]:
    """Two folders judged, compared and probed, one of them with golden photos and a unit that cannot be judged."""
    rows = [
        {"file_name": f"{k}.png", "verdict": "NG" if k % 2 else "OK", "defect": ("none", "bent", "none", "cut")[k % 4]}
        for k in range(8)
    ]
    one = photos(
        tmp_path / "one & only", *[{**row, "golden_file_name": "g.png"} for row in rows], {"file_name": "gone.png"}
    )
    (one / "gone.png").unlink()
    folders = read_folders([str(one), str(photos(tmp_path / "two", *rows))], PARTS, Asked())
    judge = FakeJudge()
    found = [evaluation.judge_folder(evaluation.Measured(folder), judge, lambda outcome: None) for folder in folders]
    for part in found:
        evaluation.probe_folder(part, judge, lambda outcome: None)
        evaluation.compare_folder(part, lambda done, what: None)
    return found


def test_the_object_of_figures(measured: list[evaluation.Measured]) -> None:
    found = evaluation.report(measured, FAKE_IDENTITY, "test", 512.0)
    one, two = found["folders"]["one & only"], found["folders"]["two"]
    assert (one["units"], one["judged"], found["together"]["judged"]) == (9, 8, 16)
    assert found["failed"][0]["file"] == "gone.png" and "does not exist" in found["failed"][0]["error"]["message"]
    assert one["baselines"]["golden_difference"]["auroc"]["n"] == 8
    assert two["baselines"]["golden_difference"]["why"] == evaluation.NO_GOLDEN
    assert "too few" in two["baselines"]["small_network"]["why"]
    assert one["probes"]["wrong_golden"]["how"] == "turned"
    assert two["probes"]["wrong_golden"] is None
    assert one["probes"]["blank_photo"]["auroc"]["value"] == 0.5  # one blank photo, so one answer
    assert set(found["together"]["slices"]["folder"]) == {"one & only", "two"}


def test_a_photo_in_two_rows_is_two_units(tmp_path: Path) -> None:
    rows = [{"file_name": "a.png", "verdict": "OK", "lot": "1"}, {"file_name": "a.png", "verdict": "NG", "lot": "2"}]
    folder = photos(tmp_path / "x", *rows)
    (read,) = read_folders([str(folder)], PARTS, Asked())
    found = evaluation.judge_folder(evaluation.Measured(read), FakeJudge([0.1, 0.9]), lambda outcome: None)
    evaluation.probe_folder(found, FakeJudge(), lambda outcome: None)
    assert found.probes["blank_photo"]["model_auroc"]["value"] == 1.0


def test_what_is_asked_again_is_not_judged_again(tmp_path: Path) -> None:
    rows = [{"file_name": f"{k}.png", "verdict": "OK" if k else "NG"} for k in range(6)]
    (read,) = read_folders([str(photos(tmp_path / "x", *rows))], PARTS, Asked())
    found = evaluation.judge_folder(evaluation.Measured(read), FakeJudge([0.9] * 6), lambda outcome: None)
    judge = FakeJudge([0.9])
    told: list[Outcome] = []
    evaluation.probe_folder(found, judge, told.append)
    assert len(judge.questions) == 1 and len(told) == 6


def test_the_page_stands_alone_and_says_all(measured: list[evaluation.Measured]) -> None:
    found = evaluation.report(measured, FAKE_IDENTITY, "test", 512.0)
    drawn = evaluation_words.plots(found, measured)
    assert {"roc-one-only", "roc-two", "reliability", "confusion-two"} <= set(drawn)
    page = evaluation_report.html(found, drawn)
    assert not re.search(r'(src|href)="', page) and "@import" not in page and "<script" not in page
    assert 'lang="ja"' in page and "見逃し率" in page and "miss rate" in page
    assert "one &amp; only" in page and "one & only" not in page.replace("one &amp; only", "")
    assert "gone.png" in page and evaluation.NO_GOLDEN in page and "512 MB" in page
    assert page.count("<svg") == len(drawn)
    assert page.count("<table>") == page.count("</table>") and page.count("<tr>") == page.count("</tr>")


def test_the_table_names_every_figure(measured: list[evaluation.Measured]) -> None:
    rows = evaluation_words.lines(evaluation.report(measured, FAKE_IDENTITY, "test", None))
    names = {(folder, figure) for folder, figure, *_ in rows}
    assert {("two", "AUROC of p_ng"), ("(together)", "miss rate"), ("two", "AUROC of blank photo")} <= names
    assert all(len(row) == 5 and row[2] for row in rows)


def test_predictions_have_a_row_a_unit(measured: list[evaluation.Measured]) -> None:
    rows = evaluation.predictions(measured)
    assert len(rows) == 17
    assert rows[0]["golden"] == "g.png" and rows[0]["golden_difference"] >= 0
    assert rows[8]["error"] and "p_ng" not in rows[8]


def test_memory_is_of_this_process() -> None:
    most = evaluation.peak_memory_mb()
    assert most is not None and 30 < most < 100_000


def test_a_folder_of_nothing_known_has_no_figures() -> None:
    empty = evaluation.Measured(LabelledFolder("x", Path("x"), ()))
    found = evaluation.report([empty], FAKE_IDENTITY, "test", None)
    evaluation.compare_folder(empty, lambda done, what: None)
    assert empty.baselines["golden_difference"]["auroc"] is None
    assert evaluation_words.lines(found) == []


def test_the_document_takes_its_figures_from_a_file(measured: list[evaluation.Measured], tmp_path: Path) -> None:
    (tmp_path / "figures.json").write_text(json.dumps(evaluation.report(measured, FAKE_IDENTITY, "test", 1.0)))
    path = Path(__file__).resolve().parents[2] / "docs/evaluation_figures.py"
    program = runpy.run_path(str(path))
    text = program["DOCUMENT"].read_text(encoding="utf-8")
    assert text.count(program["BEGIN"]) == text.count(program["END"]) == 1
    table = program["block"](tmp_path / "figures.json").splitlines()
    assert "fake@" in table[1] and any(line.startswith("| two | AUROC of p_ng |") for line in table)
    assert all(line.count("|") == 6 for line in table[3:])
