"""Adapters that no line of the audit trail tells of: they are told of at the next start, once, and as what they are."""

import shutil
from pathlib import Path
from typing import Any

from inspector_app import upkeep
from inspector_app.places import Places
from inspector_app.records import check
from inspector_app.records.filter import AuditFilter
from inspector_app.records.history import History
from inspector_app.records.store import Store
from inspector_app.rights import PROGRAM
from inspector_app.settings import Settings
from inspector_app.unheard import tell_unheard
from model_runtime.adapter_card import read_card
from tests.flow.conftest import Kensa
from tests.runtime.helpers import edit_json


def told(store: Store, name: str) -> list[tuple[str, str, dict[str, Any]]]:
    trail = History.of(store).audit_trail(AuditFilter(subject=f"adapter:{name}", limit=None))
    return [(entry.what, entry.who, entry.new) for entry in reversed(trail)]


def test_an_adapter_that_was_told_of_is_left_alone(ready: Kensa, data: Path) -> None:
    with Store.open(Places(data)) as store:
        assert tell_unheard(store, Places(data)) == []
        ((what, _, new),) = told(store, "defect@1")
        assert what == "adapter_trained" and new["adapter"] == read_card(data / "adapters/defect@1").identity


def test_a_training_whose_program_was_killed_is_told_of_at_the_next_start(ready: Kensa, data: Path) -> None:
    places = Places(data)
    # What is there after the kill: the adapter of a training on a set of this folder, and no line of it.
    shutil.move(data / "adapters/defect@1", data / "adapters/defect@2")
    edit_json(data / "adapters/defect@2/card.json", lambda card: card.update(version=2))
    with Store.open(places) as store:
        keeper = upkeep.Upkeep(places, store, Settings.load(places.settings))
        keeper.tend()
        keeper.tend()
        ((what, who, new),) = told(store, "defect@2")
        card = read_card(data / "adapters/defect@2")
        assert (what, who) == ("adapter_trained", PROGRAM)
        assert (new["set"], new["adapter"], new["late"]) == ("plate@1", card.identity, True)
        assert new["who"] == card.training["who"] and new["recipe"] == card.training["recipe"]
        assert list(check.faults(store)) == []
    assert ready("verify").code == 0


def test_the_next_training_tells_of_it_too(ready: Kensa, data: Path) -> None:
    shutil.copytree(data / "adapters/defect@1", data / "adapters/defect@5")
    edit_json(data / "adapters/defect@5/card.json", lambda card: card.update(version=5))
    assert ready("train", "plate", "--steps", 1, "--batch", 2).code == 0
    with Store.open(Places(data)) as store:
        assert [what for what, _, _ in told(store, "defect@5")] == ["adapter_trained"]


def test_one_of_elsewhere_and_one_with_other_weights_are_found(ready: Kensa, data: Path) -> None:
    places = Places(data)
    shutil.copytree(data / "adapters/defect@1", data / "adapters/defect@7")
    elsewhere = {"version": 7, "training": {"set": "../plate@1", "who": "Eve"}}
    edit_json(data / "adapters/defect@7/card.json", lambda card: card.update(elsewhere))
    edit_json(data / "adapters/defect@1/card.json", lambda card: card.update(sha256="0" * 64, training={}))
    (data / "adapters/broken@1").mkdir()
    with Store.open(places) as store:
        assert tell_unheard(store, places) == ["defect@1", "defect@7"]
        assert [what for what, _, _ in told(store, "defect@1")] == ["adapter_trained", "adapter_found"]
        assert [what for what, _, _ in told(store, "defect@7")] == ["adapter_found"]
        assert tell_unheard(store, places) == []
