"""The night from the command line: freeze, train, weigh, promote, roll back, export and import on a tiny model."""

import io
import json
import shutil
import sys
from pathlib import Path

import pytest

from inspector_app import loading
from inspector_app.places import Places
from inspector_app.records.history import History
from inspector_app.records.store import Store
from inspector_app.settings import Settings
from model_runtime.dataset import read_card
from tests.flow.conftest import Kensa
from tests.learning.judges import golden, judges
from tests.learning.makers import labelled_folder
from tests.runtime.helpers import edit_json


def test_a_set_and_an_adapter_are_made(ready: Kensa, data: Path) -> None:
    (told,) = ready("adapters", "list", "--json").lines
    assert told["name"] == "defect@1" and not told["in_use"]
    assert told["training"]["set"] == "plate@1"
    assert told["training"]["set_sha256"] == read_card(data / "sets/plate@1")["sha256"]
    assert "defect@1" in ready("adapters").out
    assert ready("verify").code == 0


def test_training_tells_programs_how_far_it_is(ready: Kensa, data: Path) -> None:
    said = ready("train", "plate@1", "--steps", 3, "--batch", 4, "--json")
    *progress, last = said.lines
    assert last["adapter"] == "defect@2"
    learn = [line for line in progress if line["phase"] == "learn"]
    assert [line["step"] for line in learn] == [1, 2, 3]
    assert all(line["loss"] > 0 and line["memory_mb"] > 0 and line["seconds_left"] >= 0 for line in learn)
    assert (data / "adapters/defect@2/card.json").is_file()


def test_the_adapter_judges_as_adapter(ready: Kensa, data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What `train` says is what `judge --adapter` takes, with the real runtime."""
    from model_runtime import runtime

    monkeypatch.setattr(loading, "load_judge", lambda m, a, t, p=None: runtime.load_judge(m, adapter=a, threads=t))
    photo = next((data / "sets/plate@1/photos").iterdir())
    (said,) = ready("judge", photo, "--adapter", "defect@1", "--json").lines
    assert said["model"]["adapter"].startswith("defect@1/")


def test_let_in_and_put_back(ready: Kensa, data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one = golden(data, True)[:1]
    monkeypatch.setattr(loading, "load_judge", judges({None: set(one)}, data))
    said = ready("adapters", "promote", "defect@1", "--reason", "40 reviewed units")
    assert said.code == 0 and "1 got better, 0 worse" in said.out
    assert Settings.load(data / "settings.json").adapter == "defect@1"
    assert ready("adapters", "list", "--json").lines[0]["in_use"]
    back = ready("adapters", "rollback", "--reason", "夜勤で過検出", "--json").lines[0]
    assert back["adapter"] is None and back["previous"] == "defect@1" and back["reason"] == "夜勤で過検出"
    assert Settings.load(data / "settings.json").adapter is None
    assert ready("adapters", "rollback").code == 2, "nothing is left to undo"
    with Store.open(Places(data)) as store:
        promoted, rolled = History.of(store).trail_of("adapter")
    assert (promoted.what, promoted.new["reason"]) == ("promoted", "40 reviewed units")
    assert promoted.new["gate"]["open"] and promoted.new["identity"].startswith("defect@1/")
    assert rolled.what == "rolled_back" and rolled.new["undoes"] == promoted.new["id"]
    assert ready("verify").code == 0


def test_rollback_goes_back_step_by_step(ready: Kensa, data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert ready("train", "plate", "--steps", 3, "--batch", 4).code == 0
    monkeypatch.setattr(loading, "load_judge", judges({}, data))
    for name in ("defect@1", "defect@2"):
        assert ready("adapters", "promote", name, "--reason", "r").code == 0
    active = []
    for _ in range(2):
        assert ready("adapters", "rollback").code == 0
        active.append(Settings.load(data / "settings.json").adapter)
    assert active == ["defect@1", None]


def test_the_gate_stays_closed(ready: Kensa, data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lies = {"defect@1": set(golden(data, True)[:1])}
    monkeypatch.setattr(loading, "load_judge", judges(lies, data))
    said = ready("adapters", "promote", "defect@1", "--reason", "r")
    assert said.code == 2 and "Worse: refused" in said.out and "is not let in" in said.out
    assert Settings.load(data / "settings.json").adapter is None
    lies["defect@1"] = set(golden(data, False)[:2])
    assert "Overkill" in ready("adapters", "promote", "defect@1", "--reason", "r").out
    assert ready("adapters", "promote", "defect@1", "--reason", "r", "--overkill-margin", 90).code == 0


def test_weighing_alone_changes_nothing(ready: Kensa, data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loading, "load_judge", judges({}, data))
    (told,) = ready("adapters", "promote", "defect@1", "--dry-run", "--json").lines
    assert told["gate"]["open"] and not told["promoted"]
    assert Settings.load(data / "settings.json").adapter is None
    assert ready("adapters", "promote", "defect@1").code == 2, "a promotion needs a reason"


def test_only_whoever_may_lets_in(ready: Kensa, data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loading, "load_judge", judges({}, data))

    def typing(lines: str, *args: object):  # type: ignore[no-untyped-def]
        monkeypatch.setattr(sys, "stdin", io.StringIO(lines))
        return ready(*args)

    assert typing("2580\n", "users", "add", "田中", "--role", "quality").code == 0
    assert typing("2580\n1379\n", "users", "add", "佐藤", "--role", "supervisor", "--as", "田中").code == 0
    promote = ("adapters", "promote", "defect@1", "--reason", "r", "--json")
    assert typing("", *promote).lines[0]["error"]["code"] == "not_signed_in"
    assert typing("1379\n", *promote, "--as", "佐藤").lines[0]["error"]["code"] == "no_right"
    assert typing("2580\n", *promote, "--as", "田中").lines[0]["who"] == "田中"
    assert typing("1379\n", "adapters", "rollback", "--json", "--as", "佐藤").lines[0]["error"]["code"] == "no_right"


def test_from_station_to_station(ready: Kensa, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "a.kensa-adapter"
    key = ready("adapters", "export", "defect@1", file, "--json").lines[0]["key"]
    other = tmp_path / "other"
    shutil.copytree(data / "models", other / "models")
    shutil.copy(data / "settings.json", other / "settings.json")
    assert "does not trust" in ready("adapters", "import", file, "--data", other).err
    assert list((other / "adapters").glob("*")) == []
    assert ready("adapters", "trust", key, "工場1", "--data", other).code == 0
    assert ready("adapters", "import", file, "--data", other, "--json").lines == [
        {"adapter": "defect@1", "signed_by": "工場1"}
    ]
    assert ready("adapters", "import", file, "--data", other).code == 2, "it is there already"
    same = [(d / "adapters/defect@1/adapter_model.safetensors").read_bytes() for d in (data, other)]
    assert same[0] == same[1]
    assert ready("verify", "--data", other).code == 0


def test_a_foreign_base_or_a_wrong_rank_is_refused_though_it_is_signed(
    ready: Kensa, data: Path, tmp_path: Path
) -> None:
    folder = data / "adapters/defect@1"
    edit_json(folder / "card.json", lambda card: card.update(base="0" * 64, rank=7))
    file = tmp_path / "a.kensa-adapter"
    assert ready("adapters", "export", "defect@1", file).code == 0
    shutil.rmtree(folder)
    said = ready("adapters", "import", file)
    assert said.code == 2 and "trained on the base 000000000000" in said.err and "do not agree on rank" in said.err
    assert list((data / "adapters").glob("*")) == []


def test_a_set_that_was_changed_lets_nobody_in(ready: Kensa, data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loading, "load_judge", judges({}, data))
    table = data / "sets/plate@1/metadata.csv"
    table.chmod(0o644)
    table.write_text(table.read_text(encoding="utf-8").replace("NG,stain", "OK,none", 1), encoding="utf-8")
    said = ready("adapters", "promote", "defect@1", "--reason", "r")
    assert said.code == 2 and "was changed" in said.err
    assert ready("train", "plate").code == 2


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (("train", "nosuch"), "There is no training set 'nosuch'; frozen are: plate@1"),
        (("train", "plate", "--adapter", "nosuch@1"), "no adapter 'nosuch@1'"),
        (("train", "plate", "--name", "my@1"), "cannot name an adapter"),
        (("adapters", "promote", "nosuch@1", "--reason", "r"), "no adapter"),
        (("adapters", "import", "nosuch.kensa-adapter"), "does not exist"),
        (("adapters", "trust", "abc", "x"), "64 hexadecimal"),
        (("freeze", "--part", "nosuch"), "nosuch"),
        (("freeze", "--from", "/nosuch"), "no metadata.csv"),
    ],
)
def test_what_a_person_gets_wrong_is_said(ready: Kensa, command: tuple[str, ...], words: str) -> None:
    said = ready(*command)
    assert said.code == 2 and words in said.err and "Traceback" not in said.err


def test_what_freeze_says(kensa: Kensa, tmp_path: Path) -> None:
    source = labelled_folder(tmp_path / "plate", 40, operator=lambda n: "佐藤" if n % 2 else "山田")
    said = kensa("freeze", "--from", source)
    assert "are never learned from" in said.out and "Out of balance: Operator tells good from bad" in said.out
    told = kensa("freeze", "--from", source, "--name", "again", "--json").lines[0]
    assert told["set"] == "again@1" and told["units"] == 40
    assert json.dumps(told)
    assert [line["set"] for line in kensa("freeze", "--list", "--json").lines] == ["again@1", "plate@1"]
    assert "again@1" in kensa("freeze", "--list").out
