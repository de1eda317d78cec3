"""`kensa judge`: the contract of its lines, its exit codes, folders, and what it refuses."""

import csv
import hashlib
from pathlib import Path

import pytest

from inspector_app import watchdog
from inspector_app.records import check
from inspector_app.records.history import Filter, History
from inspector_app.records.record import State
from model_runtime.verdict import DEFECTS, Answer, Fixable, Thresholds
from tests.fakes import FAKE_IDENTITY
from tests.flow.conftest import Kensa, LoadedJudge
from tests.makers import png, station, wav


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """Photos, a voice note, and things that are neither."""
    folder = tmp_path / "photos"
    (folder / "sub").mkdir(parents=True)
    for number, name in enumerate(("b.png", "a.JPG", "sub/c.png", ".hidden.png")):
        (folder / name).write_bytes(png(number))
    (folder / "note.wav").write_bytes(wav())
    (folder / "readme.txt").write_text("no photo")
    return folder


def table(folder: Path, *rows: dict[str, str], encoding: str = "utf-8") -> None:
    columns = list(dict.fromkeys(name for row in rows for name in row))
    with (folder / "metadata.csv").open("w", newline="", encoding=encoding) as file:
        writer = csv.DictWriter(file, columns)
        writer.writeheader()
        writer.writerows(rows)


def test_the_line_is_the_contract(kensa: Kensa, judge: LoadedJudge, photos: Path) -> None:
    judge.script = [0.974]
    judge.heard = "deep scratch on the left edge"
    said = kensa(
        "judge", photos / "b.png", "--voice", photos / "note.wav", "--part", "pcb", "--lot", "L-2291", "--json"
    )
    assert said.code == 0
    (line,) = said.lines
    sha = {name: hashlib.sha256((photos / name).read_bytes()).hexdigest() for name in ("b.png", "note.wav")}
    assert len(line.pop("id")) == 26
    assert line == {
        "photo": {"file": str(photos / "b.png"), "sha256": sha["b.png"]},
        "voice": {"file": str(photos / "note.wav"), "sha256": sha["note.wav"]},
        "part": "pcb",
        "lot": "L-2291",
        "serial": None,
        "judgment": {
            "verdict": "NG",
            "defect": "open",
            "severity": "major",
            "region": {"row": 2, "col": 5, "grid": 8},
            "heard": "deep scratch on the left edge",
            "voice_says": "nothing",
            "remark": "",
        },
        "p_ng": 0.974,
        "confidence": 0.974,
        "contradiction": False,
        "thresholds": {"ok_below": 0.2, "ng_above": 0.8},
        "model": {"base": FAKE_IDENTITY.base, "adapter": FAKE_IDENTITY.adapter, "prompt": "1" * 64, "engine": "fake"},
        "timings_ms": {"photo": 1.0, "prefill": 2.0, "decode": 3.0, "total": 6.0},
    }


def test_a_folder_is_judged_whole_and_sorted(kensa: Kensa, photos: Path) -> None:
    said = kensa("--json", "judge", photos)
    assert said.code == 0
    assert [line["photo"]["file"] for line in said.lines] == ["a.JPG", "b.png", "sub/c.png"]
    assert {line["part"] for line in said.lines} == {"general"}


def test_what_cannot_be_judged_is_named_and_the_others_go_on(kensa: Kensa, judge: LoadedJudge, photos: Path) -> None:
    judge.script = [0.1, Fixable("too_dark", "The photo is too dark; take it again."), 0.9]
    (photos / "sub" / "d.png").write_bytes(png()[:500])
    missing = photos / "nothing.png"
    said = kensa("judge", photos, missing, photos / "note.wav", photos / "empty", "--json")
    assert said.code == 2
    assert [line.get("error", {}).get("code") for line in said.lines] == [
        None,
        "too_dark",
        None,
        "photo_broken",
        "missing",
        "photo_not_image",
        "missing",
    ]
    assert said.lines[4] == {
        "photo": {"file": str(missing)},
        "error": {"code": "missing", "message": f"The photo {missing} does not exist; check the name."},
    }
    for line in said.lines:
        if "error" in line:
            assert line["error"]["message"] in said.err
    assert kensa("history", "--json").lines[1]["error"]["code"] == "too_dark"


def test_a_bug_costs_one_unit_and_the_exit_code(kensa: Kensa, judge: LoadedJudge, photos: Path, tmp_path: Path) -> None:
    judge.script = [ZeroDivisionError("ours"), 0.1, 0.1]
    said = kensa("judge", photos, photos / "nothing.png", "--json")
    assert said.code == 1
    assert [line.get("error", {}).get("code") for line in said.lines] == [None, None, None, "missing"]
    assert [line["judgment"]["verdict"] for line in said.lines[:3]] == ["INCONCLUSIVE", "OK", "OK"]
    assert said.lines[0]["judgment"]["remark"] == watchdog.BROKEN
    assert "Traceback" not in said.err
    log = (tmp_path / "data" / "logs" / "kensa.log").read_text()
    assert "ZeroDivisionError" in log and "Traceback" in log
    again = kensa("judge", photos / "b.png", "--json")
    assert again.code == 0 and len(again.lines) == 1
    assert kensa("history", "--state", "captured", "--json").lines == []


def test_a_voice_alone(kensa: Kensa, judge: LoadedJudge, photos: Path) -> None:
    said = kensa("judge", "--voice", photos / "note.wav", "--json")
    assert said.code == 0
    assert said.lines[0]["photo"] is None and said.lines[0]["voice"]["file"] == str(photos / "note.wav")
    assert judge.questions[0].photo is None
    bad = kensa("judge", "--voice", photos / "b.png", "--json")
    assert bad.code == 2 and bad.lines[0]["photo"] is None and bad.lines[0]["voice"] == {"file": str(photos / "b.png")}


def test_the_golden_photo_goes_with_all(kensa: Kensa, judge: LoadedJudge, photos: Path) -> None:
    assert kensa("judge", photos, "--golden", photos / "b.png").code == 0
    assert [asked.golden and asked.golden.read_bytes() for asked in judge.questions] == [png(0)] * 3


@pytest.mark.parametrize(
    ("args", "code"),
    [
        (["judge"], "nothing_to_judge"),
        (["judge", "b.png", "--part", "no-such"], "unknown_part"),
        (["judge", "b.png", "--golden", "readme.txt"], "photo_not_image"),
        (["judge", "b.png", "--golden", "nothing.png"], "missing"),
        (["judge", "--voice", "note.wav", "--golden", "b.png"], "golden_alone"),
        (["judge", "b.png", "a.JPG", "--voice", "note.wav"], "voice_for_many"),
        (["judge", "sub", "--voice", "note.wav"], "voice_for_many"),
        (["judge", "b.png", "--model", "no-such"], "unknown_model"),
        (["judge", "b.png", "--adapter", "no-such@1"], "unknown_adapter"),
        (["show", "nothing"], "unknown_id"),
    ],
)
def test_refused_before_anything_is_kept(
    kensa: Kensa, judge: LoadedJudge, photos: Path, monkeypatch: pytest.MonkeyPatch, args: list[str], code: str
) -> None:
    monkeypatch.chdir(photos)
    said = kensa("--json", *args)
    assert said.code == 2
    assert said.lines == [{"error": {"code": code, "message": said.err.strip()}}]
    assert "\n" not in said.err.strip()
    assert judge.loaded == [] and kensa("history", "--json").out == ""


def test_metadata_brings_voice_golden_part_lot_and_serial(kensa: Kensa, judge: LoadedJudge, photos: Path) -> None:
    table(
        photos,
        {"file_name": "b.png", "voice_file_name": "note.wav", "golden_file_name": "a.JPG", "part": "pcb", "lot": "L1",
         "serial": "S1", "verdict": "NG", "split": "test"},
        {"file_name": "sub/c.png"},
        {"voice_file_name": "note.wav"},
    )  # fmt: skip
    said = kensa("judge", photos, "--lot", "L9", "--golden", photos / "b.png", "--json")
    assert said.code == 0
    first, second, third = said.lines
    assert (first["photo"]["file"], first["voice"]["file"]) == ("b.png", "note.wav")
    assert (first["part"], first["lot"], first["serial"]) == ("pcb", "L1", "S1")
    assert (second["part"], second["lot"]) == ("general", "L9")
    assert third["photo"] is None and third["voice"]["file"] == "note.wav"
    assert [asked.golden and asked.golden.read_bytes() for asked in judge.questions] == [png(1), png(0), None]


def test_metadata_rows_that_cannot_be_are_named_and_the_others_go_on(kensa: Kensa, photos: Path) -> None:
    names = ["b.png", "gone.png", "../photos/b.png", str(photos / "b.png"), "C:\\x.png", "sub\\..\\..\\x.png", "a.JPG"]
    table(photos, *({"file_name": name} for name in names), {"file_name": "b.png", "voice_file_name": "../note.wav"})
    said = kensa("judge", photos, "--json")
    assert said.code == 2
    outside = "path_outside"
    assert [line.get("error", {}).get("code") for line in said.lines] == [
        None, "missing", outside, outside, outside, outside, None, outside,
    ]  # fmt: skip
    assert [line["photo"]["file"] for line in said.lines] == [*names, "b.png"]


def test_a_part_that_only_the_folder_knows_is_judged_by_its_defects(
    kensa: Kensa, judge: LoadedJudge, photos: Path
) -> None:
    table(
        photos,
        {"file_name": "b.png", "part": "gasket", "defect": "tear"},
        {"file_name": "a.JPG", "part": "gasket", "defect": "burr"},
        {"file_name": "a.JPG", "part": "gasket", "defect": "none"},
        {"file_name": "sub/c.png", "part": "plain", "defect": ""},
    )
    said = kensa("judge", photos, "--json")
    assert said.code == 0
    assert [asked.defects for asked in judge.questions] == [("burr", "tear")] * 3 + [DEFECTS]
    assert said.err.count("gasket") == 1 and said.err.count("plain") == 1


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "bad_metadata"),
        (b"name,verdict\na.JPG,OK\n", "bad_metadata"),
        (b"file_name,lot\n", "no_photos"),
        (b"\xff\xfe\x00\x81\x00", "bad_metadata"),
        (b'file_name,lot\n"a.JPG', "bad_metadata"),
        (b"file_name,lot\n,L1\n", "bad_metadata"),
    ],
)
def test_a_table_that_is_none_is_refused(kensa: Kensa, photos: Path, content: bytes, code: str) -> None:
    (photos / "metadata.csv").write_bytes(content)
    said = kensa("judge", photos, "--json")
    assert said.code == 2
    assert [line["error"]["code"] for line in said.lines] == [code]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932"])
def test_a_table_that_a_japanese_spreadsheet_wrote(kensa: Kensa, photos: Path, encoding: str) -> None:
    (photos / "表面.png").write_bytes(png())
    table(photos, {"file_name": "表面.png", "lot": "ロット一"}, encoding=encoding)
    (line,) = kensa("judge", photos, "--json").lines
    assert (line["photo"]["file"], line["lot"]) == ("表面.png", "ロット一")


def test_a_folder_without_photos_is_said(kensa: Kensa, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    said = kensa("judge", tmp_path / "empty", "--json")
    assert said.code == 2 and said.lines[0]["error"]["code"] == "no_photos"


def test_text_for_people(kensa: Kensa, judge: LoadedJudge, photos: Path) -> None:
    judge.script = [0.05, 0.95, 0.5]
    said = kensa("judge", photos)
    assert said.code == 0
    for word in ("a.JPG", "sub/c.png", "OK", "NG", "INCONCLUSIVE", "row 3 col 6", "0.950"):
        assert word in said.out
    assert "3 of 3" in said.err


def test_a_file_name_cannot_rewrite_the_screen(kensa: Kensa, tmp_path: Path) -> None:
    path = tmp_path / "a\x1b[2J\nb.png"
    path.write_bytes(png())
    said = kensa("judge", path)
    assert said.code == 0 and "\x1b" not in said.out + said.err


def test_operator_settings_and_threads(kensa: Kensa, judge: LoadedJudge, photos: Path, tmp_path: Path) -> None:
    from inspector_app.settings import Settings

    Settings().changed(operator="佐藤", threads=3, thresholds=Thresholds(0.4, 0.6)).save(
        tmp_path / "data" / "settings.json"
    )
    kensa("judge", photos / "b.png")
    kensa("judge", photos / "b.png", "--operator", "田中")
    assert [line["operator"] for line in kensa("history", "--json").lines] == ["田中", "佐藤"]
    assert judge.loaded[0][2] == 3 and judge.questions[0].thresholds == Thresholds(0.4, 0.6)


def test_threads_of_the_environment(
    kensa: Kensa, judge: LoadedJudge, photos: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KENSA_MODEL_THREADS", "2")
    assert kensa("judge", photos / "b.png").code == 0
    assert judge.loaded[0][2] == 2
    monkeypatch.setenv("KENSA_MODEL_THREADS", "many")
    assert kensa("judge", photos / "b.png").code == 2


def test_a_disk_that_fills_up_costs_what_does_not_fit(
    kensa: Kensa, photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import errno

    from inspector_app.records import files

    written = files.write_whole

    def fill_up(path: Path, data: bytes) -> None:
        if data == png(0):
            raise OSError(errno.ENOSPC, "No space left on device")
        written(path, data)

    monkeypatch.setattr(files, "write_whole", fill_up)
    said = kensa("judge", photos, "--json")
    assert said.code == 2
    assert [line.get("error", {}).get("code") for line in said.lines] == [None, "disk_full", None]
    at = station(tmp_path / "data")
    assert check.counts(at.store)["samples"] == 2 and list(check.faults(at.store)) == []
    assert [row.state for row in History.of(at.store).search(Filter())] == [State.JUDGED] * 2


def test_an_interrupted_batch_keeps_what_was_judged(kensa: Kensa, judge: LoadedJudge, photos: Path) -> None:
    judge.script = [0.1, KeyboardInterrupt()]
    said = kensa("judge", photos, "--json")
    assert said.code == 130 and len(said.lines) == 1
    states = [line["state"] for line in kensa("history", "--json").lines]
    assert states == ["captured", "captured", "judged"], "a group is kept before the first of it is judged"


def test_answers_are_those_of_the_vocabulary(kensa: Kensa, photos: Path) -> None:
    assert {line["judgment"]["verdict"] for line in kensa("judge", photos, "--json").lines} <= {str(a) for a in Answer}


def test_words_that_are_no_text_are_kept_as_marks(kensa: Kensa, photos: Path) -> None:
    said = kensa("judge", photos / "b.png", "--lot", "L\udcff", "--serial", "S\ud800", "--json")
    assert said.code == 0 and said.lines[0]["lot"].startswith("L\ufffd")
    assert len(kensa("history", "--lot", "L\udcff", "--json").lines) == 1
