"""Weighing: three adapters side by side, slices, galleries, thresholds chosen anew, and the file that keeps it."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspector_app import loading
from inspector_app.learning import Learning
from inspector_app.parts import Parts
from inspector_app.people import People
from inspector_app.places import Places
from inspector_app.records.store import Store
from inspector_app.settings import Settings
from model_runtime import figures
from model_runtime.adapter_card import read_card
from model_runtime.thresholds import BAND, not_worse
from model_runtime.verdict import Question, Thresholds, Verdict
from tests.fakes import FakeJudge
from tests.flow.conftest import Kensa
from tests.learning.judges import judges
from tests.learning.makers import labelled_folder
from tests.runtime.helpers import edit_json


def golden_by_operator(data: Path) -> dict[str, list[str]]:
    from model_runtime.labelled import read_labelled, read_rows

    folder = data / "sets/plate@1"
    rows = [row for row in read_rows(folder) if row["split"] == "test"]
    found: dict[str, list[str]] = {}
    for unit, row in zip(read_labelled(folder, "test"), rows, strict=True):
        if unit.bad and unit.photo:
            found.setdefault(row["operator"], []).append(unit.photo.name)
    return found


@pytest.fixture
def weighed(ready: Kensa, data: Path, tmp_path: Path) -> Path:
    """The data folder with a set of two operators, one of each verdict from both."""
    source = labelled_folder(
        tmp_path / "two", 60, operator=lambda n: "佐藤" if n % 4 < 2 else "山田", lot="", part="two"
    )
    shutil.rmtree(data / "sets/plate@1")
    assert ready("freeze", "--from", source, "--name", "plate", "--golden-share", 50).code == 0
    return data


def test_one_group_that_got_worse_is_named(
    weighed: Path,
    ready: Kensa,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    who = golden_by_operator(weighed)
    assert min(map(len, who.values())) >= 4
    lies = {None: set(who["佐藤"][:4]), "defect@1": set(who["山田"][:3])}
    monkeypatch.setattr(loading, "load_judge", judges(lies, weighed))
    (told,) = ready("adapters", "promote", "defect@1", "--dry-run", "--json").lines
    assert not told["gate"]["open"] and told["gate"]["figures"]["fits"]["miss"]
    assert any("The operator 山田 got worse" in sentence for sentence in told["gate"]["sentences"])
    found = told["evaluation"]["sets"]["golden"]
    assert {one["group"] for one in found["slices"] if one["by"] == "operator"} == {"佐藤", "山田"}
    names = {unit["name"]: unit for unit in found["units"]}
    assert {Path(names[name]["photo"]).name for name in found["worse"]} == lies["defect@1"]
    assert {Path(names[name]["photo"]).name for name in found["better"]} == lies[None]
    one = names[found["worse"][0]]
    assert one["verdict"] == {"new": "OK", "active": "NG"} and one["bad"] and one["groups"]["operator"] == "山田"
    figures = found["figures"]["new"]
    assert figures["miss"]["count"] == 3 and figures["miss"]["low"] < figures["miss"]["value"] < figures["miss"]["high"]
    assert figures["ece"] and figures["auroc"] and figures["confusion"] is None


def test_the_base_alone_is_judged_too_where_another_adapter_is_active(
    weighed: Path,
    ready: Kensa,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(loading, "load_judge", judges({}, weighed))
    assert ready("train", "plate", "--steps", 3, "--batch", 4).code == 0
    assert ready("adapters", "promote", "defect@1", "--reason", "r").code == 0
    (told,) = ready("adapters", "promote", "defect@2", "--dry-run", "--json").lines
    assert told["evaluation"]["judged_by"] == ["new", "active", "base"]
    assert set(told["evaluation"]["sets"]["golden"]["figures"]) == {"new", "active", "base"}
    assert told["evaluation"]["active"].startswith("defect@1/")


def test_thresholds_chosen_anew_go_with_the_promotion(
    weighed: Path, ready: Kensa, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A new one that tells good from bad, at 0.3 and 0.7: its card's thresholds would call nothing."""
    from model_runtime.labelled import read_labelled

    truth = {u.photo.name: u.bad for u in read_labelled(weighed / "sets/plate@1", None) if u.photo}

    def load(model: Path, adapter: Path | None, threads: int | None, *_: object) -> FakeJudge:
        def say(question: Question) -> Verdict:
            assert question.photo is not None
            bad = truth[question.photo.name]
            p = (0.95 if bad else 0.05) if adapter is None else (0.7 if bad else 0.3)
            return fake.verdict(question, p)

        fake = FakeJudge([say] * 500)
        return fake

    monkeypatch.setattr(loading, "load_judge", load)
    edit_json(
        weighed / "adapters/defect@1/card.json", lambda c: c.update(thresholds={"ok_below": 0.2, "ng_above": 0.8})
    )
    (told,) = ready("adapters", "promote", "defect@1", "--dry-run", "--json").lines
    chosen = told["evaluation"]["thresholds"]
    assert told["gate"]["open"] and chosen == {"ok_below": 0.4, "ng_above": 0.6, "chosen": True, "by": "golden"}
    before = read_card(weighed / "adapters/defect@1").thresholds
    assert before == Thresholds(0.2, 0.8), "weighing alone changes nothing"
    assert ready("adapters", "promote", "defect@1", "--reason", "r").code == 0
    assert read_card(weighed / "adapters/defect@1").thresholds == Thresholds(0.4, 0.6)


def test_thresholds_of_the_site_stand(weighed: Path, ready: Kensa, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loading, "load_judge", judges({}, weighed))
    settings = Settings.load(weighed / "settings.json")
    settings.changed(thresholds=Thresholds(0.3, 0.7)).save(weighed / "settings.json")
    (told,) = ready("adapters", "promote", "defect@1", "--dry-run", "--json").lines
    assert told["evaluation"]["thresholds"]["by"] == "site" and not told["evaluation"]["thresholds"]["chosen"]


@given(
    st.lists(st.floats(0, 1), min_size=8, max_size=30), st.lists(st.floats(0, 1), min_size=8, max_size=30),
    st.integers(0, 5), st.sampled_from([0.0, 0.02, 0.2]), st.sampled_from([0.0, 0.3, 0.8]),
)  # fmt: skip
def test_thresholds_chosen_anew_are_never_worse(
    good: list[float], bad: list[float], misses: int, overkill: float, coverage: float
) -> None:
    p, truth = np.array(good + bad), np.array([False] * len(good) + [True] * len(bad))
    found = not_worse(p, truth, misses, overkill, coverage)
    if found is not None:
        assert found.ok_below <= BAND[0] and found.ng_above >= BAND[1]
        point = figures.at_thresholds(p, truth, found.ok_below - 1e-4, found.ng_above + 1e-4)
        assert point.miss.count is not None and point.miss.count <= misses
        assert point.overkill.value <= overkill + 1e-9
        assert (
            figures.at_thresholds(p, truth, found.ok_below + 1e-4, found.ng_above - 1e-4).coverage.value
            >= coverage - 1e-9
        )


def test_few_units_choose_no_thresholds() -> None:
    assert not_worse([0.1] * 3 + [0.9] * 30, [False] * 3 + [True] * 30, 0, 0.02, 0.0) is None


def test_what_was_found_is_kept_as_long_as_it_holds(
    weighed: Path,
    ready: Kensa,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(loading, "load_judge", judges({}, weighed))
    assert ready("adapters", "promote", "defect@1", "--dry-run").code == 0
    places, settings = Places(weighed), Settings.load(weighed / "settings.json")
    with Store.open(places) as store:
        learning = Learning(store, People(store), places, Parts.load(places), settings)
        kept = learning.evaluation("defect@1")
        assert kept and kept.gate.open and json.dumps(kept.to_json())
        promotion = learning.promote(None, "defect@1", "40 units", kept)
        assert promotion.gate and promotion.gate["thresholds"]["by"] in ("golden", "card")
        card = read_card(weighed / "adapters/defect@1")
        assert card.figures["evaluation"]["golden"]["new"]["miss"]["count"] == 0
        if kept.thresholds:
            assert card.thresholds == kept.thresholds
        assert learning.evaluation("defect@1") is None, "another adapter is active now"
    assert ready("verify").code == 0


def test_a_promotion_can_ask_for_units_beside(
    weighed: Path,
    ready: Kensa,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(loading, "load_judge", judges({}, weighed))
    Settings.load(weighed / "settings.json").changed(shadow_units=5).save(weighed / "settings.json")
    said = ready("adapters", "promote", "defect@1", "--reason", "r")
    assert said.code == 2 and "has judged 0 units beside" in said.err


def test_the_rule_of_verdicts_is_the_runtimes() -> None:
    """`under` gives what the judge itself would have said under those thresholds."""
    from model_runtime.thresholds import under
    from model_runtime.verdict import VoiceSays

    here = Path(__file__)
    for says in VoiceSays:
        judge = FakeJudge(voice_says=says)
        for p in (0.05, 0.3, 0.5, 0.7, 0.95):
            for low, high in ((0.2, 0.8), (0.4, 0.6), (0.55, 0.9)):
                question = Question(photo=here, voice=here, thresholds=Thresholds(low, high))
                other = judge.verdict(Question(photo=here, voice=here, thresholds=Thresholds(0.1, 0.9)), p)
                own = judge.verdict(question, p)
                again = under(other, Thresholds(low, high), True)
                assert (again.judgment.verdict, again.contradiction) == (own.judgment.verdict, own.contradiction)
