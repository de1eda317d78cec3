"""The bundled samples: complete, small, reproducible, visibly good or bad, read by `kensa demo` and `kensa judge`."""

import csv
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile
from PIL import Image

from inspector_app.parts import Parts
from inspector_app.places import Places, resources
from model_runtime.nano import samples, words
from model_runtime.nano.samples import GOLDEN, GOLDEN_UNIT, UNITS, Unit
from model_runtime.nano.studio import HEIGHT, WIDTH, Array
from model_runtime.verdict import Answer, Question, Verdict, VoiceSays
from tests.fakes import Step
from tests.flow.conftest import Kensa, LoadedJudge

FOLDER = resources() / "samples"
FLAWED = [unit for unit in UNITS if unit.flaw]
SPOKEN = [unit for unit in UNITS if unit.note]
SIDE = 280  # kensa-nano sees every photo at this size


def name_of(unit: Unit) -> str:
    return unit.name


def rows() -> list[dict[str, str]]:
    with (FOLDER / "metadata.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def bundled(unit: Unit) -> Array:
    return np.asarray(Image.open(FOLDER / unit.photo), dtype=np.float32) / 255


def as_seen(photo: Array) -> Array:
    image = Image.fromarray((photo * 255 + 0.5).astype(np.uint8))
    return np.asarray(image.resize((SIDE, SIDE), Image.Resampling.BICUBIC), dtype=np.float32) / 255


def test_the_table_is_that_of_the_units() -> None:
    assert (FOLDER / "metadata.csv").read_text(encoding="utf-8") == samples.table()
    for row, unit in zip(rows(), UNITS, strict=True):
        assert (row["transcript"], row["language"]) == (
            (unit.note.transcript, unit.note.language) if unit.note else ("", "")
        )
        assert Answer(row["verdict"]) and row["voice_says"] in ("OK", "NG", "nothing")


def test_the_units_tell_every_story() -> None:
    verdicts = [unit.verdict for unit in UNITS]
    assert (verdicts.count("OK"), verdicts.count("NG"), verdicts.count("INCONCLUSIVE")) == (3, 4, 1)
    assert {row["defect"] for row in rows()} == {"none", "scratch", "missing", "chip", "stain", "crack"}
    assert {row["language"] for row in rows()} == {"ja", "en", ""}
    for unit in UNITS:
        contradicts = unit.note is not None and unit.note.says == ("OK" if unit.flaw else "NG")
        assert unit.verdict == ("INCONCLUSIVE" if contradicts else "NG" if unit.flaw else "OK")


def test_the_folder_holds_what_the_table_names_and_is_small() -> None:
    named = {row[column] for row in rows() for column in ("file_name", "voice_file_name", "golden_file_name")} - {""}
    assert {path.name for path in FOLDER.iterdir()} == named | {"metadata.csv", "README.md"}
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) < 2_500_000


def test_the_part_knows_the_defects(tmp_path: Path) -> None:
    part = Parts.load(Places(tmp_path)).get(samples.PART)
    assert {unit.flaw.kind for unit in FLAWED if unit.flaw} <= set(part.defects)


@pytest.mark.parametrize("unit", [GOLDEN_UNIT, *UNITS], ids=name_of)
def test_photos_lie_like_their_golden_twin(unit: Unit) -> None:
    image = Image.open(FOLDER / unit.photo)
    assert (image.format, image.mode, image.size) == ("JPEG", "RGB", (WIDTH, HEIGHT))
    apart, golden = unit.pose, GOLDEN_UNIT.pose
    assert abs(apart.x - golden.x) <= 0.02 * 2 * WIDTH / HEIGHT and abs(apart.y - golden.y) <= 0.02 * 2
    assert abs(apart.turn - golden.turn) <= 2


@pytest.mark.parametrize("unit", SPOKEN, ids=name_of)
def test_notes_are_clean_speech(unit: Unit) -> None:
    sound, rate = soundfile.read(FOLDER / unit.voice, dtype="float32", always_2d=True)
    assert (rate, sound.shape[1]) == (16_000, 1)
    assert 1 < len(sound) / rate < 8
    assert 0.3 < float(np.abs(sound).max()) < 0.95
    assert float(np.sqrt(np.mean(sound**2))) > 0.02


@pytest.mark.parametrize("unit", SPOKEN, ids=name_of)
def test_transcripts_are_in_house_spelling(unit: Unit) -> None:
    """The model hears only what its training wrote: words of the field in kanji, all else in kana; plain lower case."""
    assert unit.note
    if unit.note.language == "en":
        phrases = (*words.EN_OK, *words.EN_NG, *words.EN_NEUTRAL, "no on at the ng")
        tables = (*words.EN_DEFECTS.values(), *words.EN_PLACES.values())
        known = " ".join([*phrases, *(phrase for table in tables for phrase in table)]).split()
        assert set(unit.note.transcript.split(" ")) <= set(known)
        return
    entries = [*words.JA_OK, *words.JA_NG, *words.JA_SIZES, *words.JA_NEUTRAL, *words.JA_DIGITS]
    entries += [entry for table in (words.JA_DEFECTS, words.JA_PLACES) for group in table.values() for entry in group]
    written = "".join(entry[0] for entry in entries)
    kanji = {letter for letter in unit.note.transcript if not "\u3041" <= letter <= "\u3096"}
    assert kanji <= set(written)
    assert all("\u3041" <= letter <= "\u3096" or letter == "ー" for letter in unit.note.reading)


def test_the_script_draws_the_same_photo_again() -> None:
    unit = UNITS[3]
    again = samples.pixels(unit)
    assert float(np.abs(again - bundled(unit)).mean()) < 0.012


@pytest.mark.slow
@pytest.mark.parametrize("unit", [GOLDEN_UNIT, *(unit for unit in UNITS if unit is not UNITS[3])], ids=name_of)
def test_the_script_draws_every_photo_again(unit: Unit) -> None:
    assert float(np.abs(samples.pixels(unit) - bundled(unit)).mean()) < 0.012


@pytest.mark.slow
@pytest.mark.parametrize("unit", FLAWED, ids=name_of)
def test_defects_are_seen_at_the_size_that_the_model_sees(unit: Unit) -> None:
    difference = np.abs(as_seen(bundled(unit)) - as_seen(samples.pixels(replace(unit, flaw=None)))).mean(2)
    seen = difference > 0.08
    assert seen.sum() > 150 and float(difference[seen].mean()) > 0.1
    y, x = (float(axis.mean()) for axis in np.nonzero(seen))
    assert unit.flaw
    expected_x, expected_y = (unit.flaw.x * HEIGHT / WIDTH + 1) * SIDE / 2, (unit.flaw.y + 1) * SIDE / 2
    assert abs(x - expected_x) < SIDE / 12 and abs(y - expected_y) < SIDE / 12


def sees_and_hears(judge: LoadedJudge) -> list[Step]:
    """A judge that makes no mistake: for each unit the photo's truth and what the note says."""

    def answer(unit: Unit) -> Callable[[Question], Verdict]:
        def step(question: Question) -> Verdict:
            judge.voice_says = VoiceSays(unit.note.says if unit.note else "nothing")
            return judge.verdict(question, 0.95 if unit.flaw else 0.05)

        return step

    return [answer(unit) for unit in UNITS]


def test_demo_reads_them_all(kensa: Kensa, judge: LoadedJudge) -> None:
    judge.script = sees_and_hears(judge)
    said = kensa("demo", "--no-window")
    assert said.code == 0, said.err
    assert "8 of 8 verdicts as expected" in said.out
    assert all(asked.golden for asked in judge.questions) and (FOLDER / GOLDEN).is_file()


def test_judge_reads_them_all(kensa: Kensa, judge: LoadedJudge) -> None:
    judge.script = sees_and_hears(judge)
    said = kensa("judge", FOLDER, "--json")
    assert said.code == 0, said.err
    assert [line["photo"]["file"] for line in said.lines] == [unit.photo for unit in UNITS]
    assert [(line["voice"] or {}).get("file", "") for line in said.lines] == [unit.voice for unit in UNITS]
    assert [line["judgment"]["verdict"] for line in said.lines] == [unit.verdict for unit in UNITS]
    assert [line["contradiction"] for line in said.lines] == [unit.verdict == "INCONCLUSIVE" for unit in UNITS]
    assert {line["part"] for line in said.lines} == {samples.PART}
    assert [line["lot"] for line in said.lines] == [unit.lot for unit in UNITS]
