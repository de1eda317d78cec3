"""The sample of labels: how many, which ones, looked at again from the queue or by photo; the gate that waits."""

import math
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspector_app import loading
from inspector_app.capture.sample import Sample, read_photo
from inspector_app.doubts import AGREED, CONFIRMED, CONTRADICTED, CORRECTED, DRAWN
from inspector_app.learning import Learning, Rule
from inspector_app.parts import Parts
from inspector_app.people import People
from inspector_app.places import Places
from inspector_app.quality.gate import Pair, decide, with_labels
from inspector_app.quality.labels import SecondLook, drawn, sample_size
from inspector_app.records import worklist
from inspector_app.records.files import hash_of
from inspector_app.records.history import History
from inspector_app.records.store import Store
from inspector_app.records.worklist_causes import Cause, causes
from inspector_app.settings import Settings
from model_runtime.glimpse import Glimpse
from model_runtime.labelled import read_rows
from tests.flow.conftest import Kensa
from tests.learning.judges import judges
from tests.learning.makers import labelled_folder, read_table, write_table
from tests.learning.test_labels import judges_of, review

FLIPPED = range(2, 40, 5)
"""A fifth of 40 units, good and bad ones."""
SAMPLE = sample_size(29) + sample_size(10)
"""Of the 39 units of the made set 29 teach and 10 are its golden evaluation set: 11 and 8 of them."""


def test_the_sample_is_as_large_as_by_hand() -> None:
    """5 units, 1 wrong: only all of them hold it for sure. 10, 2: C(8, 8) / C(10, 8) = 1 / 45, but 3 / 45 of seven."""
    assert [sample_size(units) for units in (0, 1, 5, 10, 20, 40, 100)] == [0, 1, 5, 8, 10, 12, 13]
    assert sample_size(100_000) == 14, "of very many: the first n with 0.8 ** n <= 0.05"


@pytest.mark.parametrize("units", [7, 24, 40, 77, 99, 250])
def test_the_size_is_that_of_the_hypergeometric_distribution(units: int) -> None:
    stats = pytest.importorskip("scipy.stats")
    wrong, n = math.ceil(units / 5), sample_size(units)
    assert stats.hypergeom(units, wrong, n).pmf(0) <= 0.05 < stats.hypergeom(units, wrong, n - 1).pmf(0)


@given(st.integers(1, 400), st.text("0123456789abcdef", min_size=64, max_size=64), st.randoms())
def test_the_draw_is_the_same_whoever_draws(units: int, seed: str, r: object) -> None:
    names = [f"photos/{number}.png" for number in range(units)]
    found = drawn(names, seed)
    r.shuffle(names)  # type: ignore[attr-defined]
    assert drawn(names, seed) == found and len(set(found)) == sample_size(units) and set(found) <= set(names)


def test_every_unit_is_drawn_as_often() -> None:
    """Of 40 units each is in 12 of 40 samples; 4000 draws, six sigma."""
    names = [f"{number}" for number in range(40)]
    often = np.zeros(40)
    for seed in range(4000):
        for name in drawn(names, f"{seed:064x}"):
            often[int(name)] += 1
    assert abs(often / 4000 - 12 / 40).max() < 6 * math.sqrt(12 / 40 * 28 / 40 / 4000)


def test_the_gate_waits_for_the_sample_and_takes_none_that_is_wrong() -> None:
    opened = decide([Pair(f"{n}", n % 2 == 0, "INCONCLUSIVE", "NG" if n % 2 == 0 else "OK") for n in range(20)])
    for second, lets_in in (
        (None, True), (SecondLook(11, 11, ()), True), (SecondLook(11, 10, ()), False),
        (SecondLook(11, 9, ("a",)), False), (SecondLook(11, 10, ("a",)), False),
    ):  # fmt: skip
        gate = with_labels(opened, [], [second.sentence] if second else [], None, second)
        assert gate.open is lets_in and gate.figures["fits"]["labels"] is lets_in
    assert "1 of 11 labels looked at again were wrong: a." in gate.sentences[-1]
    assert "9 of 11 drawn at random were looked at again; closed until all" in SecondLook(11, 9, ()).sentence


# --- a set from a folder ---


def believing(folder: Path, *_: object) -> Iterator[Glimpse]:
    """Sees on every photo just what its label says: as where the labels are wrong that hardly tell."""
    for number, row in enumerate(read_rows(folder)):
        noise = np.random.default_rng(number).normal(size=8)
        noise[:5] += 4 if row["verdict"] == "NG" else -4
        yield Glimpse(row["file_name"], 0.0, noise.astype(np.float32))


@pytest.fixture
def asked(ready: Kensa, data: Path, monkeypatch: pytest.MonkeyPatch) -> Kensa:
    """The clean set plate@1 of 39 units and its adapter, at a station that asks for a second look."""
    monkeypatch.setattr(loading, "load_glimpses", believing)
    Settings.load(data / "settings.json").changed(label_sample=41).save(data / "settings.json")
    return ready


def sampled(kensa: Kensa) -> dict[str, str]:
    """Photos of the sample of the newest set, and how far each is."""
    (told,) = kensa("labels", "plate", "--json").lines
    assert not told["doubts"] and told["second"]["units"] == len(told["sample"])
    return {one["name"]: one["why"] for one in told["sample"]}


def words(option: str, names: list[str]) -> list[str]:
    return [word for name in names for word in (option, name)]


def test_a_clean_set_is_let_in_once_its_sample_was_looked_at(
    asked: Kensa, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loading, "load_judge", judges({}, data))
    promoting = ("adapters", "promote", "defect@1", "--reason", "r")
    names = list(sampled(asked))
    assert len(names) == SAMPLE and list(sampled(asked)) == names, "it stays the same"
    closed = asked(*promoting)
    assert closed.code == 2 and f"0 of {SAMPLE} drawn at random were looked at again" in closed.out
    assert asked("labels", "plate", *words("--confirm", names[1:]), "--reason", "二度見た").code == 0
    closed = asked(*promoting)
    assert closed.code == 2 and f"{SAMPLE - 1} of {SAMPLE} drawn at random were looked at again; closed" in closed.out
    assert asked("labels", "plate", "--confirm", names[0], "--reason", "二度見た").code == 0
    assert set(sampled(asked).values()) == {AGREED} and asked(*promoting).code == 0
    assert asked("verify").code == 0


def test_larger_sets_and_a_setting_of_zero_ask_for_none(asked: Kensa, data: Path) -> None:
    for below in (39, 0):
        Settings.load(data / "settings.json").changed(label_sample=below).save(data / "settings.json")
        (told,) = asked("labels", "plate", "--json").lines
        assert told["second"] is None and not told["sample"]


def test_labels_flipped_where_the_photos_do_not_tell_are_refused(
    asked: Kensa, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fifth of 40 labels; none is doubted, and whoever looks at the sample again finds them there."""
    source = labelled_folder(tmp_path / "wrong", 40)
    rows = read_table(source)
    for number in FLIPPED:
        bad = rows[number]["verdict"] == "OK"
        rows[number] |= {"verdict": "NG" if bad else "OK", "defect": "stain" if bad else "none"}
    write_table(source, rows)
    flipped = {f"photos/{hash_of(source / rows[number]['file_name'])[:20]}.png" for number in FLIPPED}
    newest, names = 1, dict[str, str]()
    while not flipped & set(names) and newest < 12:  # a sample misses all once in twenty times; each set has its own
        assert asked("freeze", "--from", source, "--name", "plate").code == 0
        newest, names = newest + 1, sampled(asked)
    assert set(names.values()) == {DRAWN}
    wrong = sorted(flipped & set(names))
    right = sorted(set(names) - flipped)
    assert asked("labels", "plate", *words("--confirm", right), "--reason", "seen").code == 0 if right else True
    said = asked("labels", "plate", *words("--wrong", wrong), "--reason", "seen")
    assert said.code == 2 and f"{len(wrong)} of {len(names)} labels looked at again were wrong" in said.out
    (told,) = asked("labels", "plate", "--json").lines
    assert told["second"]["wrong"] and sorted(told["second"]["wrong"]) == wrong and told["refused"]
    assert {one["name"]: one["why"] for one in told["doubts"]} == dict.fromkeys(wrong, CORRECTED)
    monkeypatch.setattr(loading, "load_judge", judges_of(data, f"plate@{newest}"))
    closed = asked("adapters", "promote", "defect@1", "--set", f"plate@{newest}", "--reason", "r")
    assert closed.code == 2 and f"labels looked at again were wrong: {told['second']['wrong'][0]}" in closed.out
    assert Settings.load(data / "settings.json").adapter is None
    with Store.open(Places(data)) as store:
        trail = [one.what for one in History.of(store).trail_of(f"set:plate@{newest}")]
    assert trail[:2] == ["set_frozen", "labels_checked"] and set(trail[2:]) <= {CONFIRMED, CONTRADICTED}


# --- a set of reviewed units ---


def test_the_sample_waits_in_the_queue_and_only_later_reviews_count(
    tmp_path: Path, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    places = Places(data)
    places.make()
    monkeypatch.setattr(loading, "load_glimpses", believing)
    source = labelled_folder(tmp_path / "source", 40)
    with Store.open(places) as store:
        learning = Learning(store, People(store), places, Parts.load(places), Settings())
        bad = {}
        for number, row in enumerate(read_table(source)):
            one = store.add_sample(Sample(read_photo(source / row["file_name"], f"{number}.png"), part="plate"))
            bad[one] = row["verdict"] == "NG"
            review(store, one, bad[one])
            review(store, one, bad[one])
        learning.freeze(None, Rule(), "units")
        found = learning.labels("units")
        assert [one.why for one in found.sample] == [DRAWN] * SAMPLE, (
            "two reviews before the set was frozen are no look"
        )
        records = {one.record for one in found.sample}
        assert learning.send_doubted(None, "units") == SAMPLE and learning.send_doubted(None, "units") == 0
        queue = worklist.waiting(store)
        assert {unit.id for unit in queue.units} == records and queue.counts[Cause.SECOND_LOOK] == SAMPLE
        assert Cause.SECOND_LOOK in causes(queue.units[0]) and Cause.DOUBTED not in causes(queue.units[0])
        for number, one in enumerate(sorted(records)):
            now = learning.labels_kept("units")
            assert now is not None and now.second is not None and now.second.open == SAMPLE - number
            assert not now.refused and all(unit.waits for unit in now.sample if unit.why == DRAWN)
            review(store, one, bad[one])
        now = learning.labels_kept("units")
        assert now is not None and now.second is not None and now.second.passed and not worklist.waiting(store).units
        last = sorted(records)[-1]
        review(store, last, not bad[last])
        now = learning.labels_kept("units")
        assert now is not None and now.second is not None and now.refused and len(now.second.wrong) == 1
        assert [one.record for one in now.sample if one.why == CORRECTED] == [last]
