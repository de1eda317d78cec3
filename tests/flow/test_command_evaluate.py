"""`kensa evaluate`: what it prints, writes and refuses, from the arguments on; the judge is a fake."""

import csv
import json
from pathlib import Path

import pytest

from model_runtime.verdict import Fixable, Thresholds
from tests.flow.conftest import Kensa, LoadedJudge
from tests.makers import png, wav
from tests.runtime.test_evaluate_labels import write


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Six labelled photos of the test split, of two lots, one of them with a note, and two of the train split."""
    rows = [
        {"file_name": f"{k}.png", "verdict": "NG" if k % 2 else "OK",
         "defect": ("none", "crack", "none", "dent")[k % 4],
         "part": "bolt", "lot": f"L{k // 4}", "split": "test" if k < 6 else "train"}
        for k in range(8)
    ]  # fmt: skip
    rows[0] |= {"voice_file_name": "n.wav", "transcript": "a scratch on the left", "language": "en", "voice_says": "NG"}
    place = write(tmp_path / "units", *rows)
    for k in range(8):
        (place / f"{k}.png").write_bytes(png(k))
    (place / "n.wav").write_bytes(wav())
    return place


def test_json_is_one_object(kensa: Kensa, judge: LoadedJudge, folder: Path) -> None:
    judge.script = [0.05, 0.95, 0.1, 0.9, 0.2, 0.3]
    said = kensa("evaluate", folder, "--json")
    assert said.code == 0
    (found,) = said.lines
    assert list(found) == [
        "format", "model", "split", "interval", "folders", "together", "peak_memory_mb", "failed",
    ]  # fmt: skip
    part = found["folders"]["units"]
    assert part["auroc"]["value"] == 1.0 and part["auroc"]["n"] == 6
    assert part["coverage"] == {**part["coverage"], "value": pytest.approx(4 / 6), "n": 6, "count": 4}
    assert part["cer"]["value"] == 0.0 and part["voice_says_right"]["count"] == 0
    assert part["baselines"] is None and part["probes"] is None
    assert found["peak_memory_mb"] > 0 and found["failed"] == []
    assert "Judging: 6 of 6" in said.err


def test_documented_names_are_those_that_are_printed(kensa: Kensa, folder: Path) -> None:
    """docs/evaluation.md names every field of a folder, and no other."""
    text = (Path(__file__).resolve().parents[2] / "docs/evaluation.md").read_text(encoding="utf-8")
    (found,) = kensa("evaluate", folder, "--json").lines
    missing = [name for name in (*found, *found["folders"]["units"]) if f"`{name}`" not in text]
    assert not missing


def test_people_get_a_table(kensa: Kensa, folder: Path) -> None:
    said = kensa("evaluate", folder)
    assert said.code == 0
    for words in ("AUROC of p_ng", "miss rate", "coverage", "latency p95", "peak memory", "95 %"):
        assert words in said.out


def test_the_folder_of_the_answer(kensa: Kensa, folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "a" / "out"
    said = kensa("evaluate", folder, "--out", out, "--json")
    assert said.code == 0
    names = {path.name for path in out.iterdir()}
    drawn = {f"{plot}-units.svg" for plot in ("roc", "reliability", "confusion")}
    assert names == {"figures.json", "predictions.csv", "report.html"} | drawn
    assert json.loads((out / "figures.json").read_text(encoding="utf-8")) == said.lines[0]
    with (out / "predictions.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["file"] for row in rows] == [f"{k}.png" for k in range(6)]
    assert (
        rows[0]["voice"] == "n.wav" and rows[0]["heard"] == "a scratch on the left" and 0 <= float(rows[1]["p_ng"]) <= 1
    )
    assert "units" in (out / "report.html").read_text(encoding="utf-8")


def test_a_unit_that_cannot_be_judged_is_named_and_the_exit_code_says_so(
    kensa: Kensa, judge: LoadedJudge, folder: Path
) -> None:
    judge.script = [0.5, Fixable("photo_broken", "1.png is damaged."), 0.5, 0.5, 0.5, 0.5]
    said = kensa("evaluate", folder, "--json")
    assert said.code == 2
    assert said.lines[0]["failed"] == [
        {"folder": "units", "file": "1.png", "error": {"code": "photo_broken", "message": "1.png is damaged."}}
    ]
    assert said.lines[0]["folders"]["units"]["judged"] == 5
    assert "units/1.png: 1.png is damaged." in said.err
    judge.script = [RuntimeError("bug")]
    assert kensa("evaluate", folder).code == 1


def test_a_folder_of_voices_alone(kensa: Kensa, tmp_path: Path) -> None:
    rows = [
        {"file_name": f"{k}.wav", "transcript": "a scratch on the left" if k else "nothing", "speaker": f"s{k}"}
        for k in range(3)
    ]
    voices = write(tmp_path / "voices", *rows)
    for k in range(3):
        (voices / f"{k}.wav").write_bytes(wav())
    said = kensa("evaluate", voices, "--json", "--baselines", "--probes")
    (found,) = said.lines
    part = found["folders"]["voices"]
    assert said.code == 0
    assert part["auroc"] is None and part["notes_right"]["count"] == 2 and part["cer"]["n"] == 42 + 7
    assert part["probes"] == {"blank_photo": None, "wrong_golden": None}
    assert all(one["auroc"] is None and one["why"] for one in part["baselines"].values())
    assert kensa("evaluate", voices).code == 0


def test_golden_split_limit_model_and_thresholds_are_taken(kensa: Kensa, judge: LoadedJudge, folder: Path) -> None:
    data = folder.parent / "data"
    data.mkdir(exist_ok=True)
    (data / "parts.toml").write_text('[bolt]\ndefects = ["bent"]\nthresholds = {ok_below = 0.3, ng_above = 0.6}\n')
    kensa("evaluate", folder, "--golden", folder / "6.png", "--split", "train", "--limit", "1", "--model", folder)
    (question, *_) = judge.questions
    assert len({question.photo for question in judge.questions}) == 1
    assert (question.golden, question.photo) == (folder / "6.png", folder / "6.png")
    assert (question.defects, question.thresholds) == (("bent",), Thresholds(0.3, 0.6))
    assert judge.loaded[0][0] == folder


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["{}/none"], "not_labelled"),
        (["{}/units", "--split", "val"], "no_units"),
        (["{}/units", "--golden", "{}/none.png"], "missing"),
        (["{}/units", "--model", "none"], "unknown_model"),
        (["{}/units", "--out", "{}/units/0.png"], "unreadable"),
    ],
)
def test_what_is_wrong_is_said_before_anything_is_loaded(
    kensa: Kensa, judge: LoadedJudge, folder: Path, arguments: list[str], code: str
) -> None:
    said = kensa("evaluate", *(argument.format(folder.parent) for argument in arguments), "--json")
    assert said.code == 2
    assert said.lines[0]["error"]["code"] == code
    assert judge.loaded == []


def test_nothing_goes_into_the_records(kensa: Kensa, folder: Path) -> None:
    kensa("evaluate", folder)
    assert kensa("history", "--json").out == ""


def test_what_was_judged_before_a_stop_is_not_lost(
    kensa: Kensa, judge: LoadedJudge, folder: Path, tmp_path: Path
) -> None:
    judge.script = [0.5, 0.6, KeyboardInterrupt()]
    said = kensa("evaluate", folder, "--out", tmp_path / "out", "--json")
    assert said.code == 130 and said.out == ""
    assert "Stopped after 2 units" in said.err
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["predictions.csv"]
    with (tmp_path / "out/predictions.csv").open(encoding="utf-8-sig", newline="") as file:
        assert [row["p_ng"] for row in csv.DictReader(file)] == ["0.5", "0.6"]


def test_a_folder_of_bad_units_only(kensa: Kensa, judge: LoadedJudge, tmp_path: Path) -> None:
    """Nothing can be told apart, which is said; misses are measured all the same; one class is no choice."""
    place = write(tmp_path / "bad", *({"file_name": f"{k}.png", "verdict": "NG", "defect": "hole"} for k in range(3)))
    for k in range(3):
        (place / f"{k}.png").write_bytes(png(k))
    options = ("--out", tmp_path / "out", "--probes", "--baselines", "--golden", place / "0.png", "--json")
    said = kensa("evaluate", place, *options)
    assert said.code == 0
    part = said.lines[0]["folders"]["bad"]
    assert part["auroc"] is None and part["miss"]["n"] == 3 and part["defect_right"] is None
    beside = [*part["baselines"].values(), *part["probes"].values()]
    assert len(beside) == 4 and all(one["auroc"] is None and one["why"] for one in beside)
    assert "roc-bad.svg" not in {path.name for path in (tmp_path / "out").iterdir()}
