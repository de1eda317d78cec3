"""The file for support: what it tells, and that nothing in it names a person or repeats what one said."""

import json
import logging
from pathlib import Path

import pytest

from inspector_app import logs, support
from inspector_app.places import Places
from inspector_app.settings import Settings


@pytest.fixture
def report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(support.Path, "home", lambda: tmp_path / "home" / "suzuki.taro")
    monkeypatch.setattr(support.getpass, "getuser", lambda: "suzuki.taro")
    monkeypatch.setattr(support.platform, "node", lambda: "pc-of-suzuki")
    places = Places(tmp_path / "home" / "suzuki.taro" / "kensa")
    logs.start(places)
    log = logging.getLogger("inspector_app.test")
    log.info("judged 3 units")
    try:
        raise ValueError("deep scratch, said Hanako")
    except ValueError:
        log.exception("the note of Hanako failed")
    findings = [
        {"what": "data folder", "ok": True, "needed": True, "found": str(places.data)},
        {"what": "microphone", "ok": True, "needed": False, "found": "Hanako's headset"},
        {"what": "chosen microphone", "ok": False, "needed": False, "found": "Hanako's headset is not plugged in"},
        {"what": "model", "ok": False, "needed": True, "found": "/media/suzuki.taro/stick/model is damaged"},
        {"what": "torch", "ok": True, "needed": True, "found": "2.13.0"},
    ]
    settings = Settings().changed(operator="Hanako", station="Hanako line", model="/home/hanako/m", kiosk=True)
    support.write_report(places, settings, findings, tmp_path / "report.json")
    logs.start(Places(tmp_path / "elsewhere"))
    return (tmp_path / "report.json").read_text(encoding="utf-8")


def test_it_tells_what_support_needs(report: str) -> None:
    told = json.loads(report)
    assert told["kensa"] == support.APP_VERSION
    assert {"what": "torch", "ok": True, "needed": True, "found": "2.13.0"} in told["findings"]
    assert told["findings"][0]["found"] == "<data folder>"
    assert told["settings"]["kiosk"] is True and told["settings"]["operator"] == "is set"
    assert any(line.endswith("ERROR inspector_app.test") for line in told["log"])
    assert "  ValueError" in told["log"]


@pytest.mark.parametrize("name", ["suzuki", "taro", "Hanako", "hanako", "scratch"])
def test_it_names_nobody(report: str, name: str) -> None:
    assert name not in report


def test_a_build_is_told_beside_the_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(support, "resources", lambda: tmp_path)
    assert support.version_words() == support.APP_VERSION
    (tmp_path / "build.json").write_text('{"commit": "v9-1-gabc", "built": "2026-01-02"}', encoding="utf-8")
    assert support.version_words() == f"{support.APP_VERSION} (v9-1-gabc, 2026-01-02)"
