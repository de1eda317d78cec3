"""Labels in doubt: found from the others, listed, sent to the review queue, settled; the gate that waits for it."""

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from inspector_app import loading
from inspector_app.capture.sample import Sample, read_photo
from inspector_app.doubts import CONFIRMED, CORRECTED, LOOKS, TWICE, Doubts
from inspector_app.learning import Learning, Rule
from inspector_app.parts import Parts
from inspector_app.people import People
from inspector_app.places import Places, bundled_model
from inspector_app.quality.gate import Pair, decide, with_labels
from inspector_app.quality.labels import ALL, GOLDEN, TEACH, Share, Unit, share, shares
from inspector_app.records import worklist
from inspector_app.records.history import History
from inspector_app.records.record import Decision, Disposition, Opinion
from inspector_app.records.store import Store
from inspector_app.records.worklist_causes import Cause, causes
from inspector_app.settings import Settings
from model_runtime.doubt import Checked, check
from model_runtime.glimpse import Glimpse, glimpses
from model_runtime.labelled import read_rows
from model_runtime.verdict import Answer
from tests.flow.conftest import Kensa
from tests.learning.judges import judges
from tests.learning.makers import labelled_folder, read_table, write_table

WRONG = (4, 7, 18, 23, 30, 33, 41, 44, 52, 59, 62, 71, 73, 78)


def cloud(units: int, apart: float, seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Looks of good and bad units so far apart, log-odds that tell nothing, and what is true."""
    r = np.random.default_rng(seed)
    bad = np.arange(units) % 2 == 1
    looks = r.normal(size=(units, 12))
    looks[:, 0] += apart * np.where(bad, 1, -1)
    return looks.astype(np.float32), r.normal(size=units), bad


def flipped(bad: np.ndarray, share: float, seed: int = 1) -> np.ndarray:
    found = bad.copy()
    found[np.random.default_rng(seed).choice(len(bad), round(share * len(bad)), replace=False)] ^= True
    return found


def counted(units: int, doubted: int, clear: int | None = None) -> Share:
    """So many doubted ones, all of them (or so many) among the clear half."""
    sure = doubted if clear is None else clear
    return share(ALL, [Unit(False, n < doubted, n < sure or n >= units // 2 + sure) for n in range(units)])


def believed(found: Checked) -> bool:
    return not share(
        ALL, [Unit(False, bool(d), bool(c)) for d, c in zip(found.doubted, found.clear, strict=True)]
    ).refused


@pytest.mark.parametrize("units", [40, 100])
def test_flipped_labels_are_told_from_hard_units(units: int) -> None:
    """Clean and easy, clean and hard: believed. A fifth flipped: found, most of them by name."""
    for apart, seed in ((3.0, 0), (3.0, 1), (1.5, 2), (1.5, 3)):
        looks, odds, bad = cloud(units, apart, seed)
        clean = check(looks, odds, bad)
        assert clean is not None and believed(clean), (apart, seed)
    looks, odds, bad = cloud(units, 3.0)
    wrong = flipped(bad, 0.2)
    found = check(looks, odds, wrong)
    assert found is not None and not believed(found)
    assert found.doubted[wrong != bad].mean() >= 0.65 and found.doubted[wrong == bad].mean() <= 0.1
    again = check(looks, odds, wrong)
    assert again is not None and (again.p_ng == found.p_ng).all(), "the same for the same data"


def test_few_or_onesided_units_are_not_held_against_each_other() -> None:
    looks, odds, bad = cloud(19, 3.0)
    assert check(looks, odds, bad) is None
    looks, odds, _ = cloud(60, 3.0)
    assert check(looks, odds, np.arange(60) < 5) is None


def test_the_test_is_exact_and_each_side_is_asked() -> None:
    sure = [counted(40, doubted) for doubted in range(21)]
    assert [one.refused for one in sure].index(True) == 5 and sure[5].p == pytest.approx(0.0480, abs=1e-4)
    assert [counted(20, doubted).refused for doubted in range(11)].index(True) == 5
    assert not counted(7, 3).refused, "too few to say anything"
    assert not counted(40, 8, clear=1).refused, "hard units are not wrong labels"
    found = {one.of: one for one in shares([Unit(n >= 60, 60 <= n < 69, n % 2 == 0) for n in range(100)])}
    assert found[GOLDEN].refused and not found[TEACH].refused and found[ALL].doubted == 9


def test_what_only_doubted_golden_units_let_in_stays_out() -> None:
    pairs = [Pair(f"{n}", n % 2 == 0, "INCONCLUSIVE", "NG" if n % 2 == 0 else "OK") for n in range(20)]
    worse = [Pair("x", True, "NG", "OK"), *pairs]
    opened, closed = decide(pairs), decide(worse)
    assert opened.open and not closed.open
    assert with_labels(opened, [counted(40, 1)], ["said"], opened).open
    held = with_labels(opened, [counted(40, 1)], ["said"], closed)
    assert not held.open and "without them" in held.sentences[-1]
    refused = with_labels(opened, [counted(40, 9)], [counted(40, 9).sentence])
    assert not refused.open and refused.figures["fits"]["labels"] is False and "reviewed again" in refused.sentences[-1]


# --- a set from a folder ---


def eyes(folder: Path, *_: object) -> Iterator[Glimpse]:
    """Sees the dark spot of a bad photo, whatever its label says."""
    from PIL import Image

    for number, row in enumerate(read_rows(folder)):
        with Image.open(folder / row["file_name"]) as image:
            spot = 1.0 if np.asarray(image.convert("L")).min() < 40 else -1.0
        noise = np.random.default_rng(number).normal(size=8)
        noise[:5] = 3 * spot + noise[:5]
        yield Glimpse(row["file_name"], 0.0, noise.astype(np.float32))


@pytest.fixture
def poisoned(ready: Kensa, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The set plate@2 of 80 units, 14 of them labelled wrong; the names of those."""
    source = labelled_folder(tmp_path / "wrong", 80)
    rows = read_table(source)
    for number in WRONG:
        bad = rows[number]["verdict"] == "OK"
        rows[number] |= {"verdict": "NG" if bad else "OK", "defect": "stain" if bad else "none"}
    write_table(source, rows)
    monkeypatch.setattr(loading, "load_glimpses", eyes)
    assert ready("freeze", "--from", source, "--name", "plate").code == 0
    from inspector_app.records.files import hash_of

    return sorted(f"photos/{hash_of(source / rows[number]['file_name'])[:20]}.png" for number in WRONG)


def test_a_poisoned_set_is_told_and_refused_until_it_is_looked_at(
    poisoned: list[str], ready: Kensa, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (told,) = ready("labels", "plate", "--json").lines
    assert told["refused"] and [one["of"] for one in told["shares"]][0] == ALL
    named = [one["name"] for one in told["doubts"]]
    assert len(set(named) & set(poisoned)) >= 9 and len(set(named) - set(poisoned)) <= 3
    assert "look at it again" in told["doubts"][0]["sentence"]
    said = ready("labels", "plate")
    assert said.code == 2 and "refused until they have been reviewed again" in said.out
    monkeypatch.setattr(loading, "load_judge", judges_of(data, "plate@2"))
    promoting = ("adapters", "promote", "defect@1", "--set", "plate@2", "--reason", "r")
    closed = ready(*promoting)
    assert (
        closed.code == 2
        and "Labels of all units" in closed.out
        and Settings.load(data / "settings.json").adapter is None
    )
    confirm = [word for name in named for word in ("--confirm", name)]
    assert ready("labels", "plate", *confirm).code == 2, "a reason is asked for"
    assert ready("labels", "plate", "--confirm", "photos/none.png", "--reason", "r").code == 2
    (after,) = ready("labels", "plate", *confirm, "--reason", "二度見た", "--json").lines
    assert not after["refused"] and after["confirmed"] == len(named) and not after["doubts"]
    assert ready(*promoting).code == 0
    with Store.open(Places(data)) as store:
        trail = [one.what for one in History.of(store).trail_of("set:plate@2")]
    assert trail == ["set_frozen", "labels_checked", CONFIRMED]
    assert ready("verify").code == 0


def judges_of(data: Path, name: str):  # type: ignore[no-untyped-def]
    """Judges that know the labels of another set, right or wrong as they are."""
    there = data / "sets" / name
    (data / "sets/plate@1").rename(data / "sets/aside@1")
    there.rename(data / "sets/plate@1")
    try:
        return judges({}, data)
    finally:
        (data / "sets/plate@1").rename(there)
        (data / "sets/aside@1").rename(data / "sets/plate@1")


def test_a_changed_file_of_doubts_counts_for_nothing(poisoned: list[str], ready: Kensa, data: Path) -> None:
    assert ready("labels", "plate").code == 2
    file = data / "sets/plate@2/labels.json"
    content = json.loads(file.read_text())
    for unit in content["units"]:
        unit["doubted"] = False
    file.write_text(json.dumps(content))
    assert ready("labels", "plate").code == 2, "it is looked at anew"
    file.write_text("[]")
    assert ready("labels", "plate").code == 2


# --- a set of reviewed units ---


def test_reviewed_units_go_to_the_queue_and_are_settled(
    tmp_path: Path, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    places = Places(data)
    places.make()
    monkeypatch.setattr(loading, "load_glimpses", eyes)
    source = labelled_folder(tmp_path / "source", 40)
    with Store.open(places) as store:
        learning = Learning(store, People(store), places, Parts.load(places), Settings(label_sample=0))
        ids = []
        for number, row in enumerate(read_table(source)):
            photo = read_photo(source / row["file_name"], f"{number}.png")
            ids.append(store.add_sample(Sample(photo, part="plate")))
            bad = (row["verdict"] == "NG") != (number in WRONG[:8])
            if number == 0:
                review(store, ids[-1], not bad)
            review(store, ids[-1], bad)
        frozen = learning.freeze(None, Rule(), "units")
        found = learning.labels("units")
        assert found.refused
        there = {one.record: one for one in found.doubts}
        wrong = [ids[number] for number in WRONG[:8] if number < 40]
        assert len(set(wrong) & set(there)) >= len(wrong) - 2 and {one.why for one in found.doubts} == {LOOKS, TWICE}
        assert [one.record for one in found.doubts if one.why == TWICE] == [ids[0]], "two reviews differ"
        assert learning.send_doubted(None, "units") == len(there)
        assert learning.send_doubted(None, "units") == 0, "they wait already"
        queue = worklist.waiting(store)
        assert {unit.id for unit in queue.units} == set(there) and queue.counts[Cause.DOUBTED] == len(there)
        assert Cause.DOUBTED in causes(queue.units[0])
        waiting = learning.labels_kept("units")
        assert waiting is not None and waiting.refused and all(one.waits for one in waiting.doubts)
        # Reviewed again: the one with two reviews is right as it was labelled, the others were wrong.
        others = [record for record in there if record != ids[0]]
        review(store, ids[0], there[ids[0]].verdict == "NG")
        for other in others:
            review(store, other, there[other].verdict == "OK")
        now = learning.labels_kept("units")
        assert now is not None and {one.record: one.why for one in now.doubts} == dict.fromkeys(others, CORRECTED)
        assert not worklist.waiting(store).units
        learning.freeze(None, Rule(), "units")
        better = learning.labels("units")
        assert frozen.folder.name == "units@1" and not better.refused, "the corrected labels are in a new set"
        assert not {one.record for one in better.doubts} & {ids[0], *others}


def review(store: Store, sample_id: str, bad: bool) -> None:
    opinion = Opinion(Answer.NG if bad else Answer.OK, Disposition.HOLD, "stain" if bad else "none", reason="r")
    store.add_review(sample_id, opinion, Decision.DECIDED, "鈴木")


def test_the_embedded_model_looks(tmp_path: Path, data: Path) -> None:
    """Glimpses of real photos by the real model: finite, told apart, in the order of the table."""
    if not (bundled_model() / "model.safetensors").is_file():
        pytest.skip("the embedded model is not there")
    places = Places(data)
    places.make()
    with Store.open(places) as store:
        learning = Learning(store, People(store), places, Parts.load(places), Settings())
        folder = learning.freeze_folder(None, labelled_folder(tmp_path / "few", 6), Rule(), "few").folder
        found = list(glimpses(bundled_model(), folder, 1))
        assert [one.name for one in found] == [row["file_name"] for row in read_rows(folder)]
        assert all(np.isfinite(one.look).all() and np.isfinite(one.odds) for one in found)
        assert not np.allclose(found[0].look, found[1].look)
        assert Doubts(store).check(folder).sentences[0].startswith("Labels: there are too few")
