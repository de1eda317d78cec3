"""An agreement study from its making to its figures: blind, resumable, in nobody else's name, not to be changed."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from inspector_app.errors import KensaError
from inspector_app.inspection import Station
from inspector_app.places import Places
from inspector_app.quality import blind
from inspector_app.quality.blind import Offered, Rater, proposal
from inspector_app.records.filter import Filter
from inspector_app.records.history import History
from inspector_app.rights import Person, Role
from inspector_app.studies import OWN, Studies, adapters_of, rater
from tests.fakes import FakeJudge
from tests.makers import png, station
from tests.quality.month import fill

SATO, SUZUKI = Person.typed("佐藤"), Person.typed("鈴木")
RATERS = [Rater("佐藤"), Rater("鈴木"), rater(OWN)]


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Station]:
    made = station(tmp_path / "data")
    yield made
    made.store.close()


@pytest.fixture
def studies(at: Station) -> Studies:
    return Studies(at.store, at.people, Places(at.store.database.path.parent))


@pytest.fixture
def units(tmp_path: Path) -> list[Offered]:
    found = []
    for number in range(21):
        path = tmp_path / f"{number}.png"
        path.write_bytes(png(number))
        found.append(Offered(f"n{number}", path, "NG" if number % 3 == 0 else "OK", "pcb"))
    return found


def judged(studies: Studies, study_id: str, person: Person, wrong: int = 0) -> blind.BlindStudy:
    """Everything right but the first `wrong` judgments."""
    found = studies.get(study_id)
    while (turn := found.turn(person.name)) is not None:
        truth = turn.unit.reference
        said = ("OK" if truth == "NG" else "NG") if found.count(person.name) < wrong else truth
        found = studies.say(person, study_id, turn.unit.name, said)
    return found


def test_from_making_to_figures(at: Station, studies: Studies, units: list[Offered]) -> None:
    made = studies.make(SATO, "秋の評価", units, RATERS, 2)
    assert len(made.units) == 21 and not blind.photo_faults(made)
    assert Counter(unit.reference for unit in made.units) == {"OK": 14, "NG": 7}
    with pytest.raises(KensaError, match="Nobody"):
        made.figures()
    judged(studies, made.id, SATO)
    judged(studies, made.id, SUZUKI, wrong=3)
    judge = FakeJudge([0.05] * 42)
    for _ in range(42):
        found = studies.judge_one(made.id, OWN, judge, at.parts, None, lambda: False)
    figures = {one.name: one for one in found.figures().appraisers}
    assert figures["佐藤"].effectiveness.value == 1 and figures["佐藤"].band == "good"
    assert figures["鈴木"].decisions.hits == 39 and figures[OWN].miss.value == 1 and figures[OWN].false_alarm.value == 0
    done = studies.finish(SATO, made.id)
    assert done.finished_at and studies.faults(done) == []
    assert [entry.what for entry in History.of(at.store).trail_of(f"study:{made.id}")] == [
        "study_made", "study_finished",
    ]  # fmt: skip
    with pytest.raises(KensaError):
        studies.say(SATO, made.id, done.units[0].name, "OK")


def test_every_trial_in_another_order_and_blind(studies: Studies, units: list[Offered]) -> None:
    made = studies.make(SATO, "", units, RATERS, 3)
    orders = []
    found = made
    for _ in range(3):
        order = []
        for _ in range(21):
            turn = found.turn("佐藤")
            assert turn is not None
            order.append(turn.unit.name)
            found = found.judged("佐藤", turn.unit.name, "OK")
        orders.append(order)
    assert all(sorted(order) == sorted(u.name for u in made.units) for order in orders)
    assert orders[0] != orders[1] != orders[2]
    # Neither name nor file tells what a unit is.
    assert all("n0" not in unit.name and unit.name == f"U{n:02}" for n, unit in enumerate(made.units, start=1))


def test_it_goes_on_where_it_was_left(studies: Studies, units: list[Offered]) -> None:
    made = studies.make(SATO, "", units, RATERS, 2)
    for _ in range(5):
        turn = studies.get(made.id).turn("佐藤")
        assert turn is not None
        studies.say(SATO, made.id, turn.unit.name, "OK")
    again = studies.get(made.id)
    turn = again.turn("佐藤")
    assert turn is not None and turn.number == 6 and again.count("鈴木") == 0
    back = studies.take_back(SATO, made.id)
    assert back.count("佐藤") == 4 and back.turn("佐藤").number == 5  # type: ignore[union-attr]
    assert studies.take_back(SUZUKI, made.id).count("佐藤") == 4


def test_nobody_judges_for_another(at: Station, studies: Studies, units: list[Offered]) -> None:
    made = studies.make(SATO, "", units, [Rater("伊藤"), rater(OWN)], 2)
    first = made.turn("伊藤")
    assert first is not None
    with pytest.raises(KensaError) as refused:
        studies.say(SATO, made.id, first.unit.name, "OK")
    assert refused.value.code == "not_a_rater"
    with pytest.raises(KensaError) as refused:
        studies.say(Person.typed(OWN), made.id, first.unit.name, "OK")
    assert refused.value.code == "not_a_rater"
    other = next(unit for unit in made.units if unit.name != first.unit.name)
    with pytest.raises(KensaError) as refused:
        studies.say(Person.typed("伊藤"), made.id, other.name, "OK")
    assert refused.value.code == "not_the_turn"


def test_an_operator_makes_no_study(at: Station, studies: Studies, units: list[Offered]) -> None:
    chief = at.people.add(None, "山田", Role.QUALITY, "2580")
    operator = at.people.add(chief, "佐藤", Role.OPERATOR, "2580")
    with pytest.raises(KensaError) as refused:
        studies.make(operator, "", units, RATERS, 2)
    assert refused.value.code == "no_right" and studies.all() == []


@pytest.mark.parametrize(
    ("change", "code"),
    [("units", "study_units"), ("kind", "study_one_kind"), ("raters", "study_raters"), ("trials", "study_trials")],
)
def test_a_study_that_tells_nothing_is_not_made(studies: Studies, units: list[Offered], change: str, code: str) -> None:
    few, good = units[:5], [replace(unit, reference="OK") for unit in units]
    chosen = few if change == "units" else good if change == "kind" else units
    raters = [Rater("佐藤"), Rater("佐藤")] if change == "raters" else RATERS
    with pytest.raises(KensaError) as refused:
        studies.make(SATO, "", chosen, raters, 5 if change == "trials" else 2)
    assert refused.value.code == code and studies.all() == []


def test_a_changed_file_is_noticed(studies: Studies, units: list[Offered]) -> None:
    made = studies.make(SATO, "", units, [Rater("佐藤")], 2)
    done = judged(studies, made.id, SATO, wrong=4)
    done = studies.finish(SATO, made.id)
    path = done.folder / blind.FILE
    content = json.loads(path.read_text(encoding="utf-8"))
    content["said"][0]["verdict"] = "NG" if content["said"][0]["verdict"] == "OK" else "OK"
    path.write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(KensaError) as refused:
        studies.get(made.id)
    assert refused.value.code == "study_changed" and isinstance(studies.all()[0], KensaError)
    # With its own hash made anew it can be read, but the audit trail knows better.
    changed = replace(done, said=done.said[:-1] + (replace(done.said[-1], verdict="INCONCLUSIVE"),))
    blind.save(changed)
    assert studies.faults(studies.get(made.id)) == ["study.json"]
    changed.photo(changed.units[2]).write_bytes(b"another")
    assert studies.faults(changed) == ["study.json", "photo of U03"]


def test_units_of_the_history(at: Station, studies: Studies) -> None:
    fill(at.store, days=6, per_shift=20)
    found = studies.from_history(Filter(part="gasket-A"))
    assert len(found) >= 20 and {unit.reference for unit in found} == {"OK", "NG"}
    assert found[0].doubt >= found[-1].doubt and all(unit.photo.is_file() for unit in found)
    chosen = proposal(found, 20)
    assert len(chosen) == 20 and 1 <= sum(unit.reference == "NG" for unit in chosen) <= 10
    assert adapters_of(Places(at.store.database.path.parent)) == [OWN]


def test_a_labelled_folder(studies: Studies, tmp_path: Path) -> None:
    folder = tmp_path / "set"
    folder.mkdir()
    (folder / "a.png").write_bytes(png(1))
    (folder / "metadata.csv").write_text("file_name,verdict\na.png,NG\nb.png,OK\n", encoding="utf-8")
    assert [(unit.name, unit.reference) for unit in studies.from_folder(folder)] == [("a.png", "NG")]
    (folder / "good.png").write_bytes(png(2))
    rows = "".join(f"a.png,{'NG' if n % 2 else 'OK'},good.png\n" for n in range(20))
    (folder / "metadata.csv").write_text(f"file_name,verdict,golden_file_name\n{rows}", encoding="utf-8")
    made = studies.make(SATO, "", studies.from_folder(folder), [rater(OWN)], 2)
    goldens = {made.golden(unit) for unit in made.units}
    assert len(goldens) == 1 and goldens.pop().read_bytes() == png(2)  # type: ignore[union-attr]
    with pytest.raises(KensaError):
        (folder / "metadata.csv").write_text("file_name,verdict\nb.png,OK\n", encoding="utf-8")
        studies.from_folder(folder)
