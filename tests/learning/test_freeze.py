"""Frozen sets: by rule from the records or from a folder; split whole, locked for good, looked at before use."""

import json
import shutil
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from inspector_app.errors import KensaError
from inspector_app.inspection import Station
from inspector_app.learning import Learning, Rule
from inspector_app.places import Places
from inspector_app.quality import balance
from inspector_app.quality.likeness import fingerprint, near_pairs
from inspector_app.records.check import faults
from inspector_app.records.record import Disposition, Opinion
from inspector_app.records.store import Spoken
from inspector_app.rights import Person, Role
from inspector_app.settings import Settings
from inspector_app.training_sets import Candidate, Shares, Unit, split
from inspector_app.ui.training_words import near_words
from model_runtime.dataset import read_set, set_faults
from model_runtime.labelled import read_labelled
from model_runtime.verdict import Answer, Fixable, Region, Severity
from tests.fakes import FakeJudge
from tests.learning.makers import labelled_folder, read_table, spotted, write_table
from tests.makers import sample, station, voice

SUZUKI = Person.typed("鈴木")


@pytest.fixture
def at(tmp_path: Path) -> Station:
    return station(tmp_path / "data")


@pytest.fixture
def night(at: Station, tmp_path: Path) -> Learning:
    return night_of(at, tmp_path)


def night_of(at: Station, tmp_path: Path) -> Learning:
    from inspector_app.places import Places

    return Learning(at.store, at.people, Places(tmp_path / "data"), at.parts, at.settings)


def judged(at: Station, count: int, **words: object) -> list[str]:
    ids = [at.keep(sample(seed, part="pcb", **words)) for seed in range(count)]
    for sample_id in ids:
        at.judge(sample_id)
    return ids


def reviewed(at: Station, ids: list[str], reason: str = "見た") -> None:
    for number, sample_id in enumerate(ids):
        bad = number % 2 == 1
        opinion = (
            Opinion(Answer.NG, Disposition.SCRAP, at.parts.get("pcb").defects[0], Severity.MAJOR, Region(2, 5), reason)
            if bad
            else Opinion(Answer.OK, Disposition.ACCEPT, reason=reason)
        )
        at.review(sample_id, SUZUKI, opinion)


# --- from the records ---


def test_only_what_a_person_decided_is_learned_from(at: Station, night: Learning) -> None:
    ids = judged(at, 24, lot="L-1", serial=None)
    at.withdraw(ids.pop(0), SUZUKI, "wrong part")
    reviewed(at, ids[:20])
    at.accept(ids[20], SUZUKI)
    frozen = night.freeze(SUZUKI, Rule(part="pcb"))
    rows = read_table(frozen.folder)
    assert {row["record"] for row in rows} == set(ids[:20])
    bad = next(row for row in rows if row["record"] == ids[1])
    assert (bad["verdict"], bad["severity"], bad["reason"], bad["lot"]) == ("NG", "major", "見た", "L-1")
    assert json.loads(bad["boxes"])[0]["box"] == [30.0, 8.0, 36.0, 12.0], "row 2, column 5 of 8 of a photo of 48 x 32"
    assert not set_faults(frozen.folder)
    assert list(faults(at.store)) == []


def test_accepted_units_come_in_when_they_are_asked_for(at: Station, night: Learning) -> None:
    ids = judged(at, 20)
    decided = [i for i in ids if at.store.get(i).answer in (Answer.OK, Answer.NG)]
    for sample_id in decided:
        at.accept(sample_id, SUZUKI)
    with pytest.raises(KensaError, match="review some units"):
        night.freeze(SUZUKI, Rule(part="pcb"))
    frozen = night.freeze(SUZUKI, Rule(part="pcb", reviewed=False))
    assert {row["record"] for row in read_table(frozen.folder)} == set(decided)


def test_the_rule_chooses_classes_and_times(at: Station, night: Learning) -> None:
    reviewed(at, judged(at, 12))
    assert night.freeze(SUZUKI, Rule(part="pcb")).card["units"] == 12
    only_good = night.freeze(SUZUKI, Rule(part="pcb", classes=("no-such",)))
    assert only_good.card["counts"]["train"]["NG"] == 0 and only_good.card["units"] == 6
    since = at.store.get(judged(at, 1)[0]).captured_at
    with pytest.raises(KensaError):
        night.freeze(SUZUKI, Rule(part="pcb", since=since))
    with pytest.raises(KensaError, match="nosuch"):
        night.freeze(SUZUKI, Rule(part="nosuch"))


def test_a_set_that_was_frozen_stays_when_the_records_go_on(at: Station, night: Learning) -> None:
    ids = judged(at, 12)
    reviewed(at, ids)
    first = night.freeze(SUZUKI, Rule(part="pcb"))
    at.review(ids[0], SUZUKI, Opinion(Answer.NG, Disposition.SCRAP, "damaged", reason="後で見つけた"))
    second = night.freeze(SUZUKI, Rule(part="pcb"))
    assert (first.folder.name, second.folder.name) == ("pcb@1", "pcb@2")
    verdicts = [{r["record"]: r["verdict"] for r in read_table(f.folder)}[ids[0]] for f in (first, second)]
    assert verdicts == ["OK", "NG"]
    assert not set_faults(first.folder)
    photo = next((first.folder / "photos").iterdir())
    assert photo.stat().st_mode & 0o222 == 0, "nobody writes into it by accident"


def test_an_operator_may_not_freeze(at: Station, night: Learning) -> None:
    at.people.add(None, "田中", Role.QUALITY, "2580")
    admin = at.people.sign_in("田中", "2580")
    operator = at.people.add(admin, "佐藤", Role.OPERATOR, "1379")
    with pytest.raises(KensaError) as error:
        night.freeze(operator, Rule())
    assert error.value.code == "no_right"


# --- locked for good ---


def test_what_measures_never_teaches_and_what_taught_never_measures(night: Learning, tmp_path: Path) -> None:
    source = labelled_folder(tmp_path / "source", 60, lot=lambda n: f"L{n // 6}")
    first = night.freeze_folder(SUZUKI, source, Rule())
    more = labelled_folder(tmp_path / "more", 120, lot=lambda n: f"L{n // 6}")
    second = night.freeze_folder(SUZUKI, more, Rule(), shares=Shares(golden=0.5))

    def sides(frozen_folder: Path) -> dict[str, bool]:
        return {row["lot"]: row["split"] == "test" for row in read_table(frozen_folder)}

    before, after = sides(first.folder), sides(second.folder)
    assert any(before.values()) and not all(before.values())
    assert all(after[lot] == golden for lot, golden in before.items())
    assert sum(after.values()) > sum(before.values()), "new lots may still measure"
    assert len(after) == 20


def test_a_lot_is_never_split(night: Learning, tmp_path: Path) -> None:
    source = labelled_folder(tmp_path / "source", 60, lot=lambda n: f"L{n // 4}")
    rows = read_table(night.freeze_folder(SUZUKI, source, Rule()).folder)
    where: dict[str, set[str]] = {}
    for row in rows:
        where.setdefault(row["lot"], set()).add(row["split"])
    assert all(len(splits) == 1 for splits in where.values())
    assert set().union(*where.values()) == {"train", "val", "test"}


def test_with_one_lot_the_units_are_split_and_it_says_so(night: Learning, tmp_path: Path) -> None:
    frozen = night.freeze_folder(SUZUKI, labelled_folder(tmp_path / "source", 40, lot="L1"), Rule())
    assert "too few lots" in frozen.card["split_by"]
    assert all(sum(frozen.card["counts"][name].values()) >= 8 for name in ("train", "val", "test"))


def test_the_same_photo_stays_where_it_was_though_its_lot_is_known_later(night: Learning, tmp_path: Path) -> None:
    first = night.freeze_folder(SUZUKI, labelled_folder(tmp_path / "a", 40), Rule())
    second = night.freeze_folder(SUZUKI, labelled_folder(tmp_path / "b", 40, lot=lambda n: f"L{n // 4}"), Rule())
    golden = [{r["file_name"] for r in read_table(f.folder) if r["split"] == "test"} for f in (first, second)]
    assert golden[0] and golden[0] == golden[1]


def test_a_folder_that_says_its_splits_is_believed(night: Learning, tmp_path: Path) -> None:
    source = labelled_folder(tmp_path / "source", 40, split=lambda n: "test" if n < 10 else "train")
    frozen = night.freeze_folder(SUZUKI, source, Rule())
    assert sum(frozen.card["counts"]["test"].values()) == 10
    assert sum(frozen.card["counts"]["val"].values()) >= 6


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 12), st.booleans(), st.sampled_from(["", "", "train", "test"])), max_size=80),
       st.dictionaries(st.integers(0, 12), st.booleans()))  # fmt: skip
def test_whatever_comes_locks_hold_and_everybody_has_a_split(
    rows: list[tuple[int, bool, str]], locks: dict[int, bool]
) -> None:
    units = []
    for number, (lot, bad, said) in enumerate(rows):
        candidate = Candidate({"file_name": Path(str(number))}, {"verdict": "NG" if bad else "OK", "part": "p"}, said)
        units.append(Unit(candidate, (("p", f"lot:{lot}"), ("p", f"unit:{number}"))))
    found = split(units, {("p", f"lot:{lot}"): golden for lot, golden in locks.items()}, Shares())
    assert len(found) == len(units) and set(found) <= {"train", "val", "test"}
    for (lot, _, _), where in zip(rows, found, strict=True):
        assert lot not in locks or (where == "test") == locks[lot]
    by_lot: dict[int, set[bool]] = {}
    for (lot, _, _), where in zip(rows, found, strict=True):
        by_lot.setdefault(lot, set()).add(where == "test")
    assert all(len(sides) == 1 for sides in by_lot.values()), "no lot on both sides"


# --- looked at before it is used ---


def test_repeats_and_conflicts_are_told(night: Learning, tmp_path: Path) -> None:
    source = labelled_folder(tmp_path / "source", 20)
    rows = read_table(source)
    for copy, of in (("again.png", rows[0]), ("other.png", rows[1])):
        shutil.copy(source / of["file_name"], source / "images" / copy)
        rows.append({**of, "file_name": f"images/{copy}", "verdict": "OK"})
    write_table(source, rows)
    frozen = night.freeze_folder(SUZUKI, source, Rule())
    assert frozen.card["units"] == 19, "the repeat once, the contradiction not at all"
    assert frozen.card["repeated"] == 3
    (conflict,) = frozen.card["conflicts"]
    assert {conflict["one"], conflict["other"]} == {"001.png", "other.png"}


def test_near_duplicates_are_found(tmp_path: Path) -> None:
    image = spotted(1, False, (320, 240))
    image.save(tmp_path / "a.png")
    image.save(tmp_path / "b.jpg", quality=70)
    image.resize((200, 150)).save(tmp_path / "c.png")
    spotted(2, False, (320, 240)).save(tmp_path / "d.png")
    prints = [fingerprint(tmp_path / name) for name in ("a.png", "b.jpg", "c.png", "d.png")]
    assert {(i, j) for i, j, _ in near_pairs(prints)} == {(0, 1), (0, 2), (1, 2)}
    assert list(near_pairs([])) == []


def test_what_is_learned_and_measured_both_is_said(night: Learning, tmp_path: Path) -> None:
    """Ten exposures of one good and of one bad unit: some are learned from, others measured by."""
    source = labelled_folder(tmp_path / "source", 20)
    for number in range(20):
        image = spotted(number % 2, number % 2 == 1, (320, 240))
        Image.eval(image, lambda v, n=number: min(255, v + n // 2)).save(source / f"images/{number:03}.png")
    card = night.freeze_folder(SUZUKI, source, Rule()).card
    alike = card["near_duplicates"]
    assert alike["pairs"] >= 60 and 0 < alike["across"] < alike["pairs"]
    assert f"{alike['across']} of them across the border" in alike["sentence"]
    assert str(alike["across"]) in near_words(card)
    plain = near_words(card | {"near_duplicates": alike | {"across": 0}})
    assert str(alike["pairs"]) in plain and plain != near_words(card)


def test_near_pairs_agree_with_plain_counting() -> None:
    r = np.random.default_rng(0)
    base = r.random((700, 128)) < 0.5
    base[600:] = base[:100] ^ (r.random((100, 128)) < 0.02)
    found = set(near_pairs(list(base), near=4))
    expected = {(i, j, int((base[i] != base[j]).sum())) for i in range(700) for j in range(i + 1, 700)
                if (base[i] != base[j]).sum() <= 4}  # fmt: skip
    assert found == expected and len(expected) > 50


def test_an_operator_who_photographed_all_the_bad_units_is_told(night: Learning, tmp_path: Path) -> None:
    source = labelled_folder(tmp_path / "source", 40, operator=lambda n: "佐藤" if n % 2 else "山田")
    by = {one["by"]: one for one in night.freeze_folder(SUZUKI, source, Rule()).card["balance"]}
    assert by["operator"]["out_of_balance"] and by["operator"]["p"] < 0.001
    assert "20 of 20 units are NG with 佐藤" in by["operator"]["sentence"]
    assert "shift" not in by, "nothing is known of shifts"


def test_balance_is_not_cried_for_nothing() -> None:
    r = np.random.default_rng(4)
    alarms = 0
    for _ in range(60):
        rows = [
            {"verdict": "NG" if r.random() < 0.4 else "OK", "operator": str(r.integers(0, 4)), "defect": "x"}
            for _ in range(60)
        ]
        alarms += balance.check(rows, ["operator"])[0].out
    assert alarms <= 4


def test_too_few_of_a_class_is_told() -> None:
    rows = [{"verdict": "OK", "defect": "none"}] * 90 + [{"verdict": "NG", "defect": "crack"}] * 2
    verdicts, classes = balance.check(rows, ["operator"])
    assert verdicts.out and "Only 2 are NG" in verdicts.sentence
    assert classes.out and "crack" in classes.sentence


def test_a_class_with_one_example_teaches(night: Learning, tmp_path: Path) -> None:
    source = labelled_folder(tmp_path / "source", 40)
    rows = read_table(source)
    rows[7]["defect"] = "crack"
    write_table(source, rows)
    for name in ("one", "two"):
        frozen = night.freeze_folder(SUZUKI, source, Rule(), name)
        (crack,) = [row for row in read_table(frozen.folder) if row["defect"] == "crack"]
        assert crack["split"] == "train"
    alone = labelled_folder(tmp_path / "alone", 12, verdict=lambda n: "NG" if n == 5 else "OK",
                            defect=lambda n: "stain" if n == 5 else "none", part="alone")  # fmt: skip
    assert read_set(night.freeze_folder(SUZUKI, alone, Rule()).folder).train, (
        "one missed defect is enough to learn from"
    )


def test_folders_that_are_the_labels(night: Learning, tmp_path: Path) -> None:
    for number in range(24):
        bad = number % 3 == 0
        place = tmp_path / "board" / ("test" if number < 12 else "train") / ("scratch" if bad else "good")
        place.mkdir(parents=True, exist_ok=True)
        spotted(number, bad).save(place / f"{number:02}.png")
    (tmp_path / "board/ground_truth").mkdir()
    spotted(99, True).save(tmp_path / "board/ground_truth/0.png")
    frozen = night.freeze_folder(SUZUKI, tmp_path / "board", Rule())
    rows = read_table(frozen.folder)
    assert frozen.folder.name == "board@1" and len(rows) == 24
    assert {(row["verdict"], row["defect"]) for row in rows} == {("OK", "none"), ("NG", "scratch")}
    assert Counter(row["verdict"] for row in rows if row["split"] == "test") == {"OK": 8, "NG": 4}
    one_class = tmp_path / "one"
    for where in ("train/good", "test/good", "test/crack"):
        (one_class / where).mkdir(parents=True)
        for number in range(8):
            spotted(200 + 10 * len(where) + 100 * ("crack" in where) + number, "crack" in where).save(
                one_class / where / f"{number}.png"
            )
    kinds = Counter(row["split"] for row in read_table(night.freeze_folder(SUZUKI, one_class, Rule()).folder))
    assert set(kinds) >= {"train", "test"}, "its train folder holds no bad unit, so the split is drawn"


# --- what the supervisor said ---


def test_a_spoken_reason_becomes_part_of_the_label(tmp_path: Path) -> None:
    """In words in the table, as a note for the train split; never beside a unit that measures."""
    at = station(tmp_path / "data", FakeJudge([0.03, 0.97] * 10))
    for number in range(20):
        judged = at.judge(at.keep(sample(number, part="general")))
        bad = number % 2 == 1
        opinion = Opinion(Answer.NG if bad else Answer.OK, Disposition.HOLD, "chip" if bad else "none")
        spoken = Spoken(voice(f"{number}.wav", number), "縁に欠けがある") if number in (7, 9, 11) else None
        at.review(judged.id, SUZUKI, opinion, spoken=spoken)
    night = Learning(at.store, at.people, Places(tmp_path / "data"), at.parts, Settings())
    frozen = night.freeze(SUZUKI, Rule("general"))
    row, *_ = sorted(
        (row for row in read_table(frozen.folder) if row["reason_voice_file_name"]),
        key=lambda row: row["split"] != "train",
    )
    assert row["reason"] == "縁に欠けがある" and (frozen.folder / row["reason_voice_file_name"]).is_file()
    assert not row["voice_file_name"], "the operator said nothing"
    data = read_set(frozen.folder)
    assert not any(example.question.voice for example in data.validation)
    if row["split"] == "train":
        one, *_ = [e for e in data.train if e.question.voice]
        assert (one.target.heard, one.target.voice_says, one.target.bad) == ("縁に欠けがある", "NG", True)
    measured = read_labelled(frozen.folder, "test")
    assert measured and all(unit.voice is None for unit in measured)
    at.store.close()


# --- what cannot be frozen ---


@pytest.mark.parametrize("name", ["a/b", "..", "a@1", "", " "])
def test_a_name_that_is_none_is_refused(night: Learning, tmp_path: Path, name: str) -> None:
    with pytest.raises(KensaError, match="cannot name"):
        night.freeze_folder(SUZUKI, labelled_folder(tmp_path / "source", 4), Rule(), name or "é")


def test_a_missing_file_is_named_and_nothing_is_left(night: Learning, tmp_path: Path) -> None:
    source = labelled_folder(tmp_path / "source", 8)
    (source / "images/003.png").unlink()
    with pytest.raises(Fixable, match=r"003\.png"):
        night.freeze_folder(SUZUKI, source, Rule())
    assert list(night.places.sets.glob("*")) == []


def test_a_photo_that_is_none_leaves_nothing_behind(night: Learning, tmp_path: Path) -> None:
    source = labelled_folder(tmp_path / "source", 8)
    (source / "images/003.png").write_bytes(b"no photo")
    with pytest.raises(KensaError, match="take it out"):
        night.freeze_folder(SUZUKI, source, Rule())
    assert list(night.places.sets.glob("*")) == [] and night.learned.groups("plate") == {}


def test_the_golden_photo_goes_along_and_is_no_unit(night: Learning, tmp_path: Path) -> None:
    source = labelled_folder(tmp_path / "source", 20)
    frozen = night.freeze_folder(SUZUKI, source, Rule(), golden=source / "images/000.png")
    rows = read_table(frozen.folder)
    assert len(rows) == 19 and len({row["golden_file_name"] for row in rows}) == 1
    data = read_set(frozen.folder)
    assert all(example.question.golden for example in (*data.train, *data.validation))
    assert Counter(u.verdict for u in read_labelled(frozen.folder, "test"))["OK"] >= 4
    assert Image.open(data.train[0].question.golden).size == (64, 48)  # type: ignore[arg-type]
