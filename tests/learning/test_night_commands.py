"""`kensa purge`, `kensa adapters shadow`, and the work that the window has done in a process of its own."""

import io
import json
import sys
from pathlib import Path

import pytest

from inspector_app.commands import night_work
from inspector_app.places import Places
from inspector_app.records.store import Store
from inspector_app.settings import Settings
from inspector_app.shelf import shelf
from tests.fakes import FakeJudge
from tests.flow.conftest import Kensa
from tests.learning.judges import judges
from tests.makers import sample, station, voice


@pytest.fixture
def kept(kensa: Kensa, data: Path) -> str:
    """One judged unit with a voice; its id."""
    at = station(data, FakeJudge([0.97], heard="深い傷"))
    one = at.judge(at.keep(sample(1, voice=voice(), part="general")))
    at.store.close()
    return one.id


def test_a_policy_is_made_shown_and_carried_out(kensa: Kensa, kept: str) -> None:
    assert "kept for ever" in kensa("purge", "--dry-run").out
    assert "voice of all parts: kept 30 days" in kensa("purge", "--keep", "all", "voice", 30).out
    said = kensa("purge", "--keep", "general", "voice", "forever", "--json").lines[0]["policy"]
    assert said["rules"] == [
        {"part": "all", "kind": "voice", "days": 30}, {"part": "general", "kind": "voice", "days": None},
    ]  # fmt: skip
    plan, told = kensa("purge", "--dry-run", "--json").lines
    assert plan["policy"] and told["voice"]["files"] == 0 and not told["done"]
    assert kensa("purge", "--json").lines[0]["done"]
    for wrong in (("all", "smell", 30), ("all", "voice", 0), ("all", "voice", "soon")):
        assert kensa("purge", "--keep", *wrong).code == 2
    assert kensa("verify").code == 0


def test_a_voice_is_erased_by_its_number(kensa: Kensa, kept: str, data: Path) -> None:
    assert kensa("purge", "--voice", kept).code == 2, "a reason is needed"
    said = kensa("purge", "--voice", kept, "--reason", "本人の希望", "--json")
    assert said.lines == [{"id": kept, "erased": 1}]
    assert not list(Places(data).media.glob("*/*.wav"))
    shown = kensa("show", kept, "--json").lines[0]
    assert shown["judgment"]["verdict"] == "NG" and shown["judgment"]["heard"] == ""
    assert kensa("verify").code == 0
    assert kensa("purge", "--voice", "nosuch", "--reason", "r").code == 2


def test_pseudonyms_are_switched(kensa: Kensa, kept: str) -> None:
    assert kensa("purge", "--pseudonyms", "on", "--json").lines[0]["policy"]["pseudonyms"]
    assert "pseudonyms" in kensa("purge", "--dry-run").out
    assert not kensa("purge", "--pseudonyms", "off", "--json").lines[0]["policy"]["pseudonyms"]


def test_a_candidate_is_started_and_ended(ready: Kensa, data: Path) -> None:
    assert "No adapter judges beside" in ready("adapters", "shadow").out
    assert ready("adapters", "shadow", "nosuch@1").code == 2
    assert ready("adapters", "shadow", "defect@1").code == 0
    assert Settings.load(data / "settings.json").shadow == "defect@1"
    (told,) = ready("adapters", "shadow", "--json").lines
    assert told["shadow"] == "defect@1" and told["units"] == 0
    with Store.open(Places(data)) as store:
        (one,) = shelf(store, Places(data)).adapters
    assert one.shadow and not one.active and one.parent is None and one.figure("auroc") is not None
    assert ready("adapters", "shadow", "--stop").code == 0
    assert Settings.load(data / "settings.json").shadow is None


class Line(io.StringIO):
    """A stdin that gives one line and then stays open, as the window's."""

    def read(self, *_: object) -> str:
        import time

        time.sleep(30)
        return ""


def test_work_for_the_window_is_done_line_by_line(ready: Kensa, data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from inspector_app import loading

    monkeypatch.setattr(night_work, "step_aside", lambda: None)
    monkeypatch.setattr(loading, "load_judge", judges({}, data))
    monkeypatch.setattr(sys, "stdin", Line(json.dumps({"what": "weigh", "adapter": "defect@1"}) + "\n"))
    *steps, last = ready("night-work").lines
    assert last == {"weighed": "defect@1"} and steps[-1]["step"] == steps[-1]["steps"]
    assert (data / "evaluations/defect@1.json").is_file()
    for wrong in ("", "{}", '{"what": "promote"}', "no json"):
        monkeypatch.setattr(sys, "stdin", io.StringIO(wrong + "\n"))
        assert ready("night-work").lines[-1]["error"]["code"] == "bad_order"
    monkeypatch.setattr(sys, "stdin", io.StringIO(json.dumps({"what": "weigh", "adapter": "nosuch@1"}) + "\n"))
    assert ready("night-work").lines[-1]["error"]["code"] == "unknown_adapter"
