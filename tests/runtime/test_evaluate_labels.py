"""What is read from a labelled folder, and how what was heard is compared with what was said."""

import csv
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model_runtime import heard
from model_runtime.labelled import Labelled, read_labelled
from model_runtime.verdict import Fixable


def write(folder: Path, *rows: dict[str, str], encoding: str = "utf-8") -> Path:
    folder.mkdir(exist_ok=True)
    columns = list(dict.fromkeys(name for row in rows for name in row))
    with (folder / "metadata.csv").open("w", newline="", encoding=encoding) as file:
        writer = csv.DictWriter(file, columns, restval="")
        writer.writeheader()
        writer.writerows(rows)
    return folder


def one(folder: Path, **row: str) -> Labelled:
    (unit,) = read_labelled(write(folder, {"file_name": "a.png", **row}))
    return unit


def test_every_label_is_read(tmp_path: Path) -> None:
    boxes = json.dumps([{"defect": "scratch", "box": [1, 2, 3.5, 4]}])
    unit = one(
        tmp_path, voice_file_name="n.wav", golden_file_name="g.png", mask_file_name="m.png", verdict="NG", boxes=boxes,
        defect="scratch", transcript="scratch on the left", reading="", language="en", speaker="kal", noise="10 dB",
        voice_says="ng", voice_defect="scratch", voice_place="left", contradiction="no", part="p", lot="l", serial="s",
    )  # fmt: skip
    assert unit == Labelled(
        "a.png", tmp_path / "a.png", tmp_path / "n.wav", tmp_path / "g.png", "NG", "scratch", ((1.0, 2.0, 3.5, 4.0),),
        tmp_path / "m.png", "scratch on the left", "", "en", "kal", "10 dB", "NG", "scratch", "left", False,
        "p", "l", "s",
    )  # fmt: skip
    assert unit.bad


def test_a_sound_in_file_name_is_a_voice_note(tmp_path: Path) -> None:
    (unit,) = read_labelled(write(tmp_path, {"file_name": "audio/0.OGG", "transcript": "(noise)", "speaker": "x"}))
    assert (unit.photo, unit.voice) == (None, tmp_path / "audio/0.OGG")
    assert unit.transcript == ""  # nobody spoke


@pytest.mark.parametrize(
    ("row", "word"),
    [
        ({"verdict": "bad"}, "verdict is 'bad'"),
        ({"voice_says": "perhaps"}, "voice_says"),
        ({"contradiction": "maybe"}, "contradiction"),
        ({"boxes": "[{"}, "Row 2"),
        ({"boxes": '[{"box": [1, 2, 3]}]'}, "Row 2"),
        ({"boxes": '[{"box": [5, 2, 3, 4]}]'}, "no box"),
        ({"golden_file_name": "../g.png"}, "leads out"),
        ({"mask_file_name": "C:\\m.png"}, "leads out"),
        ({"file_name": "n.wav", "voice_file_name": "o.wav"}, "another voice note"),
    ],
)
def test_a_wrong_label_is_the_rows_own_problem(tmp_path: Path, row: dict[str, str], word: str) -> None:
    good = {"file_name": "b.png", "verdict": "OK"}
    bad, fine = read_labelled(write(tmp_path, {"file_name": "a.png", **row}, good))
    assert bad.problem is not None and bad.problem.code == "bad_label" and word in bad.problem.message
    assert fine.problem is None and fine.verdict == "OK"


def test_a_row_without_files_is_named_by_its_number(tmp_path: Path) -> None:
    (unit,) = read_labelled(write(tmp_path, {"file_name": "", "verdict": "OK"}))
    assert unit.problem is not None and unit.name == "metadata.csv row 2"


def test_a_split_is_chosen_and_a_folder_without_splits_is_taken_whole(tmp_path: Path) -> None:
    rows = [{"file_name": f"{k}.png", "split": split} for k, split in enumerate(("train", "test", "test"))]
    folder = write(tmp_path, *rows)
    assert [unit.name for unit in read_labelled(folder)] == ["1.png", "2.png"]
    assert len(read_labelled(folder, None)) == 3
    with pytest.raises(Fixable, match="'val'; there are: test, train"):
        read_labelled(folder, "val")
    assert len(read_labelled(write(tmp_path / "b", {"file_name": "a.png"}, {"file_name": "b.png"}), "val")) == 2


def test_a_japanese_table_of_excel(tmp_path: Path) -> None:
    folder = write(tmp_path, {"file_name": "部品.png", "transcript": "傷あり"}, encoding="cp932")
    (unit,) = read_labelled(folder)
    assert (unit.name, unit.transcript) == ("部品.png", "傷あり")


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"a,b\n1,2\n", b"", b'file_name\n"x'])
def test_what_is_no_table_is_refused_in_words(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "metadata.csv").write_bytes(content)
    with pytest.raises(Fixable, match="metadata.csv"):
        read_labelled(tmp_path)


def test_a_folder_without_a_table_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Fixable, match=r"has no metadata\.csv"):
        read_labelled(tmp_path)
    (tmp_path / "a.png").write_bytes(b"")
    with pytest.raises(Fixable, match=r"has no metadata\.csv"):
        read_labelled(tmp_path / "a.png")


@given(st.text(max_size=30), st.text(max_size=30))
@settings(max_examples=60, deadline=None)
def test_any_text_in_a_cell_gives_a_unit(tmp_path_factory: pytest.TempPathFactory, name: str, boxes: str) -> None:
    text = {
        "file_name": name.replace("\0", "").encode("utf-8", "ignore").decode(),
        "boxes": boxes.encode("utf-8", "ignore").decode().replace("\0", ""),
    }
    folder = write(tmp_path_factory.mktemp("any"), text, {"file_name": "x.png"})
    units = read_labelled(folder)
    assert units[-1].name == "x.png"


# ---- what was heard ----


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("Scratch, on the LEFT edge!", "scratch on the left edge"),
        ("左端に、深い 傷。", "左端に深い傷"),
        ("ＯＫです", "okです"),
        ("コーナー", "コーナー"),
        ("ｺｰﾅｰ", "コーナー"),
    ],
)
def test_case_width_punctuation_and_japanese_spaces_do_not_count(said: str, told: str) -> None:
    assert heard.plain(said) == told


def test_letters_are_counted_against_the_nearer_spelling() -> None:
    assert heard.letter_errors("sctatch", "scratch") == (1, 7)
    assert heard.letter_errors("しゅくだい", "宿題", "しゅくだい") == (0, 5)
    assert heard.letter_errors("シュクダイ", "宿題", "しゅくだい") == (0, 5)
    assert heard.letter_errors("宿題", "宿題", "しゅくだい") == (0, 2)
    assert heard.letter_errors("", "left") == (4, 4)
    assert heard.letter_errors("noise", "") == (0, 0)


def test_words_and_digits() -> None:
    assert heard.word_errors("lot 7", "lot seven") == (0, 2)
    assert heard.word_errors("scratch left edge", "scratch on the left edge") == (2, 5)
    assert heard.word_errors("傷", "傷") == (0, 0)
    assert heard.digit_errors("lot two two 9 1", "LOT 2-2-9-1") == (0, 4)
    assert heard.digit_errors("two three", "two nine three") == (1, 3)
    assert heard.digit_errors("scratch", "scratch") == (0, 0)


@pytest.mark.parametrize(
    ("text", "expected", "found"),
    [
        ("deep scratch on the left", "scratch", True),
        ("deep scratches", "scratch", False),
        ("there is a mark", "scratch|mark", True),
        ("upper left", "left", True),
        ("ひだりにきずがあります", "キズ|傷", True),
        ("左上に傷", "左上", True),
        ("left edge", "left  edge", True),
        ("", "left", False),
    ],
)
def test_words_are_heard_whole(text: str, expected: str, found: bool) -> None:
    assert heard.holds(text, expected) is found


@given(st.text("abc ", max_size=12), st.text("abc ", max_size=12), st.text("abc ", max_size=12))
def test_distance_is_a_distance(a: str, b: str, c: str) -> None:
    assert heard.distance(a, a) == 0
    assert heard.distance(a, b) == heard.distance(b, a) <= max(len(a), len(b))
    assert heard.distance(a, c) <= heard.distance(a, b) + heard.distance(b, c)
    assert heard.distance(a, b) >= abs(len(a) - len(b))


def test_distance_of_the_textbook() -> None:
    assert heard.distance("kitten", "sitting") == 3
    assert heard.distance("intention", "execution") == 5
