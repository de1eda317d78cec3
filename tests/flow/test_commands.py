"""history, show, verify, models, doctor, demo: what they answer and how they end."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from inspector_app.commands.terminal import Terminal
from inspector_app.records.history import History
from inspector_app.records.record import Disposition, Opinion
from inspector_app.rights import Person
from inspector_app.settings import Settings
from model_runtime.verdict import Answer
from tests.flow.conftest import Kensa, LoadedJudge
from tests.makers import png, station

CHECKED = {
    "samples": 2,
    "verdicts": 2,
    "lines": 0,
    "reviews": 0,
    "signatures": 0,
    "parts": 0,
    "people": 0,
    "promotions": 0,
    "files": 2,
    "audit": 4,
}


@pytest.fixture
def judged(kensa: Kensa, judge: LoadedJudge, tmp_path: Path) -> Kensa:
    """Two units in the records: an OK of lot L1 and an NG of lot L2."""
    judge.script = [0.05, 0.95]
    for number in (1, 2):
        path = tmp_path / f"{number}.png"
        path.write_bytes(png(number))
        assert kensa("judge", path, "--lot", f"L{number}").code == 0
    return kensa


def test_history_newest_first_with_filters(judged: Kensa) -> None:
    assert [line["lot"] for line in judged("history", "--json").lines] == ["L2", "L1"]
    assert [line["lot"] for line in judged("history", "--json", "--limit", 1).lines] == ["L2"]
    assert [line["lot"] for line in judged("history", "--json", "--verdict", "ok").lines] == ["L1"]
    assert judged("history", "--json", "--since", "2100-01-01").lines == []
    assert judged("history", "--json", "--until", "2001-01-01").lines == []
    assert len(judged("history", "--json", "--since", "2001-01-01T00:00+09:00").lines) == 2
    text = judged("history", "--text", "scratch")
    assert text.code == 0 and "1 of 1 inspections." in text.out and "NG" in text.out


def test_until_a_date_means_the_whole_day(judged: Kensa) -> None:
    captured = judged("history", "--json").lines[0]["captured_at"]
    from datetime import datetime

    day = datetime.fromisoformat(captured).astimezone().date().isoformat()
    assert len(judged("history", "--json", "--until", day).lines) == 2
    assert len(judged("history", "--json", "--since", day, "--until", day).lines) == 2


@pytest.mark.parametrize("wrong", [["--since", "yesterday"], ["--limit", "-1"], ["--verdict", "maybe"], ["--nothing"]])
def test_wrong_filters_are_refused(kensa: Kensa, wrong: list[str]) -> None:
    assert kensa("history", *wrong).code == 2


def test_an_empty_history(kensa: Kensa) -> None:
    assert kensa("history").out == "No inspections.\n"
    said = kensa("history", "--json")
    assert (said.code, said.out) == (0, "")


def test_show_tells_everything(judged: Kensa) -> None:
    line = judged("history", "--json").lines[0]
    said = judged("show", line["id"], "--json")
    assert said.code == 0
    assert {key: value for key, value in said.lines[0].items() if key != "audit"} == line
    assert [entry["what"] for entry in said.lines[0]["audit"]] == ["captured", "judged"]
    text = judged("show", line["id"].lower())
    assert line["photo"]["sha256"] in text.out and "captured by kensa" in text.out


def test_verify(judged: Kensa, tmp_path: Path) -> None:
    said = judged("verify", "--json")
    assert said.code == 0
    assert said.lines == [{"sound": True, "faults": 0, "checked": CHECKED}]
    for path in (tmp_path / "data" / "media").rglob("*.png"):
        path.unlink()
    said = judged("verify", "--json")
    assert said.code == 2 and [line for line in said.lines[:-1] if "is missing" in line["fault"]] == said.lines[:2]
    assert judged("verify").code == 2


def test_verify_finds_a_lost_database(judged: Kensa, tmp_path: Path) -> None:
    for path in (tmp_path / "data").glob("kensa.db*"):
        path.unlink()
    said = judged("verify")
    assert said.code == 2 and "kensa.db is missing" in said.out


def test_a_newer_database_is_refused_by_every_command(judged: Kensa, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "data" / "kensa.db")) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()
    for command in (["history"], ["verify"], ["show", "x"], ["judge", tmp_path / "1.png"]):
        said = judged(*command, "--json")
        assert said.code == 2 and said.lines[0]["error"]["code"] == "newer_database"
        assert "newer Kensa" in said.err and "\n" not in said.err.strip()


def test_the_data_folder_is_taken_before_and_after_the_command(kensa: Kensa, tmp_path: Path) -> None:
    assert kensa("--data", tmp_path / "one", "history").code == 0
    assert kensa("history", "--data", tmp_path / "two").code == 0
    assert (tmp_path / "one" / "kensa.db").exists() and (tmp_path / "two" / "kensa.db").exists()
    assert not (tmp_path / "data").exists()


def test_a_data_folder_that_cannot_be_is_said_in_one_sentence(kensa: Kensa, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    said = kensa("history", "--data", tmp_path / "file" / "data")
    assert said.code == 2 and said.out == "" and len(said.err.strip().splitlines()) == 1


def test_our_bug_is_exit_1_and_in_the_log(kensa: Kensa, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("ours")

    monkeypatch.setattr("inspector_app.records.history.History.search", broken)
    said = kensa("history")
    assert said.code == 1 and "ZeroDivisionError" in said.err and "Traceback" not in said.err
    assert "Traceback" in (tmp_path / "data" / "logs" / "kensa.log").read_text()


def test_models_are_installed_checked_and_chosen(
    kensa: Kensa, judge: LoadedJudge, tiny_checkpoint: Path, tmp_path: Path
) -> None:
    installed = kensa("models", "install", tiny_checkpoint, "--name", "tiny", "--json")
    assert installed.code == 0 and installed.lines[0]["name"] == "tiny"
    assert kensa("models", "install", tiny_checkpoint, "--name", "tiny").code == 2
    assert kensa("models", "verify", "tiny", "--json").lines == [{"name": "tiny", "sound": True, "faults": []}]
    assert kensa("models", "use", "tiny").code == 0
    listed = {line["name"]: line for line in kensa("models", "list", "--json").lines}
    assert listed["tiny"]["in_use"] and not listed["kensa-nano"]["in_use"]
    assert listed["tiny"]["sha256"] == installed.lines[0]["sha256"]
    assert "tiny" in kensa("models").out

    (tmp_path / "1.png").write_bytes(png())
    kensa("judge", tmp_path / "1.png")
    assert judge.loaded[0][0] == tmp_path / "data" / "models" / "tiny"

    spoiled = tmp_path / "data" / "models" / "tiny" / "tokenizer.json"
    spoiled.write_text(spoiled.read_text() + " ")
    said = kensa("models", "verify", "--json")
    assert said.code == 2 and said.lines[0]["faults"]


@pytest.mark.parametrize(
    ("args", "code"),
    [
        (["models", "use", "nothing"], "unknown_model"),
        (["models", "verify", "nothing"], "unknown_model"),
        (["models", "install", "./nothing"], "missing"),
        (["models", "install", ".", "--name", "../up"], "bad_name"),
        (["models", "install", ".", "--name", "kensa-nano"], "model_exists"),
    ],
)
def test_models_that_cannot_be_are_refused(
    kensa: Kensa, args: list[str], code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    said = kensa(*args, "--json")
    assert said.code == 2 and said.lines[-1]["error"]["code"] == code


def test_the_hub_out_of_reach_is_said_in_one_sentence(kensa: Kensa) -> None:
    said = kensa("models", "install", "nobody/no-such-model", "--json")
    assert said.code == 2 and said.lines == [
        {"error": {"code": "download_failed", "message": said.err.splitlines()[-1]}}
    ]


def test_doctor_looks_at_everything_and_names_what_is_missing(
    kensa: Kensa, tiny_checkpoint: Path, tmp_path: Path
) -> None:
    Settings().changed(model=str(tiny_checkpoint)).save(tmp_path / "data" / "settings.json")
    said = kensa("doctor", "--json")
    found = {line["what"]: line for line in said.lines}
    for what in ("python", "torch", "PySide6_Essentials", "memory", "disk", "torch device", "data folder"):
        assert found[what]["ok"], found[what]
    assert {"window", "camera", "model files", "model self-test"} <= set(found)
    assert found["model files"]["ok"] and found["model self-test"]["ok"]
    assert said.code == (0 if all(line["ok"] or not line["needed"] for line in said.lines) else 2)
    Settings().changed(model="gone").save(tmp_path / "data" / "settings.json")
    broken = kensa("doctor")
    assert broken.code == 2 and "MISSING" in broken.out and "gone" in broken.out


@pytest.fixture
def samples(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Bundled samples of three units."""
    folder = tmp_path / "resources"
    (folder / "samples").mkdir(parents=True)
    for number in range(3):
        (folder / "samples" / f"{number}.png").write_bytes(png(number))
    rows = ["0.png,OK,none,washer", "1.png,NG,scratch,washer", "2.png,NG,dent,bracket"]
    (folder / "samples" / "metadata.csv").write_text("\n".join(["file_name,verdict,defect,part", *rows]))
    monkeypatch.setattr("inspector_app.commands.demo.resources", lambda: folder)
    return folder


def test_demo_shows_what_was_expected_and_what_came(kensa: Kensa, judge: LoadedJudge, samples: Path) -> None:
    judge.script = [0.05, 0.95, 0.5]
    said = kensa("demo")
    assert said.code == 0
    assert "2 of 3 verdicts as expected" in said.out and "INCONCLUSIVE" in said.out and "expected" in said.out
    assert len(kensa("history", "--json").lines) == 3
    assert len(kensa("demo", "--json").lines) == 3


def test_demo_opens_the_window_where_there_is_a_display(
    kensa: Kensa, samples: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[object] = []
    monkeypatch.setattr("inspector_app.commands.window.window", lambda run, on_history: opened.append(on_history))
    monkeypatch.setattr("inspector_app.commands.window.sys.platform", "linux")
    kensa("demo")
    assert opened == []
    monkeypatch.setenv("DISPLAY", ":9")
    kensa("demo", "--no-window")
    kensa("demo", "--json")
    assert opened == []
    kensa("demo")
    assert opened == [True]  # on what was judged


def test_help_and_version(kensa: Kensa) -> None:
    assert kensa("--help").code == 0 and kensa("--version").out.startswith("kensa ")
    assert kensa("no-such-command").code == 2


def test_the_log_tells_no_names(judged: Kensa, tmp_path: Path) -> None:
    (tmp_path / "secret.png").write_bytes(png())
    judged("judge", tmp_path / "secret.png", "--operator", "Sato", "--lot", "geheim")
    log = (tmp_path / "data" / "logs" / "kensa.log").read_text()
    assert "kensa 0" in log
    assert not [word for word in ("secret", "Sato", "geheim", "scratch") if word in log]


def test_what_people_said_is_shown(judged: Kensa, tmp_path: Path) -> None:
    at = station(tmp_path / "data")
    bad, good = (row.id for row in History.of(at.store).search())
    at.review(bad, Person.typed("Ito"), Opinion(Answer.OK, Disposition.ACCEPT, reason="within the limit sample"))
    at.withdraw(good, Person.typed("Sato"), "photographed twice")
    at.store.close()
    shown = judged("show", bad).out
    assert "within the limit sample" in shown and "overridden" in shown and "reviewed by Ito" in shown
    listed = judged("history").out
    assert "NG, then OK" in listed and "OK (withdrawn)" in listed


def test_a_model_travels_as_one_file(kensa: Kensa, tiny_checkpoint: Path, tmp_path: Path) -> None:
    assert kensa("models", "install", tiny_checkpoint, "--name", "tiny").code == 0
    stick = tmp_path / "stick"
    stick.mkdir()
    packed = kensa("models", "pack", "tiny", stick / "tiny.kensa-model", "--json")
    assert packed.code == 0
    again = kensa("models", "pack", "tiny", stick / "tiny.kensa-model", "--json")
    assert again.code == 2 and again.lines[-1]["error"]["code"] == "file_exists"
    wrong = kensa("models", "pack", "tiny", stick / "tiny.zip", "--json")
    assert wrong.code == 2 and wrong.lines[-1]["error"]["code"] == "bad_name"
    added = kensa("--data", tmp_path / "other", "models", "add", stick, "--json")
    assert added.lines[-1]["sha256"] == packed.lines[0]["sha256"]
    name = added.lines[-1]["name"]
    assert kensa("--data", tmp_path / "other", "models", "verify", name).code == 0


def test_nothing_is_fetched_unless_the_hub_is_named(
    kensa: Kensa, tiny_checkpoint: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*args: object) -> None:
        raise AssertionError("the network was used")

    monkeypatch.setattr("model_runtime.hub.fetch", refuse)
    assert kensa("models", "add", tiny_checkpoint, "--name", "tiny").code == 0
    assert kensa("models", "install", tiny_checkpoint, "--name", "again").code == 0


def test_what_is_no_number_is_null_in_json(capsys: pytest.CaptureFixture[str]) -> None:
    Terminal(True).emit({"auroc": float("nan"), "range": [0.5, float("inf")], "more": {"loss": -float("inf")}})
    assert json.loads(capsys.readouterr().out) == {"auroc": None, "range": [0.5, None], "more": {"loss": None}}
