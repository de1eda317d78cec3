"""`kensa audit`, `kensa review --undo` and `kensa history --decided`, at an open station and at one with people."""

import hashlib
import io
import json
from pathlib import Path

import pytest

from inspector_app.places import Places
from inspector_app.records.audit import START, canonical
from inspector_app.rights import Role
from tests.flow.conftest import Kensa
from tests.makers import png, station


@pytest.fixture
def unit(kensa: Kensa, judge, tmp_path: Path) -> str:  # type: ignore[no-untyped-def]
    """One judged NG."""
    judge.script.append(0.97)
    (tmp_path / "a.png").write_bytes(png())
    return str(kensa("judge", tmp_path / "a.png", "--json").lines[0]["id"])


def test_a_review_is_undone_from_the_command_line(kensa: Kensa, unit: str) -> None:
    assert kensa("review", unit, "--agree", "--disposition", "scrap").code == 0
    assert [line["id"] for line in kensa("history", "--decided", "reviewed", "--json").lines] == [unit]
    said = kensa("review", unit, "--undo", "--json")
    assert said.code == 0 and said.lines[0]["reviews"][0]["undone"] is True
    assert kensa("history", "--decided", "reviewed", "--json").lines == []
    again = kensa("review", unit, "--undo", "--json")
    assert again.code == 2 and again.lines[0]["error"]["code"] == "not_reviewed"


def test_the_worklist_says_why(kensa: Kensa, judge, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    judge.script.append(0.5)
    (tmp_path / "b.png").write_bytes(png(1))
    kensa("judge", tmp_path / "b.png")
    (line,) = kensa("review", "--json").lines
    assert line["causes"] == ["unclear"]
    assert "unclear" in kensa("review").out
    assert len(kensa("history", "--decided", "open", "--json").lines) == 1


def test_the_trail_is_read_and_written_with_its_chain(kensa: Kensa, unit: str, tmp_path: Path) -> None:
    lines = kensa("audit", "--json").lines
    assert [line["what"] for line in lines] == ["judged", "captured"]
    assert [line["seq"] for line in kensa("audit", "--what", "judged", "--about", unit, "--json").lines] == [2]
    assert "captured" in kensa("audit").out and "No entries" in kensa("audit", "--text", "nowhere").out
    out = tmp_path / "trail.jsonl"
    assert kensa("audit", "--out", out, "--json").lines == [{"file": str(out), "entries": 2}]
    previous = START
    for entry in reversed([json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]):
        old, new = (None if entry[name] is None else canonical(entry[name]) for name in ("old", "new"))
        told = [entry["seq"], entry["who"], entry["what"], entry["at"], entry["subject"], old, new, previous]
        assert entry["hash"] == hashlib.sha256(canonical(told).encode()).hexdigest()
        previous = entry["hash"]
    assert kensa("audit", "--limit", "1", "--json").lines[0]["what"] == "exported"
    assert kensa("audit", "--out", tmp_path / "trail.txt", "--json").lines[0]["error"]["code"] == "bad_format"
    assert kensa("verify").code == 0


def test_who_may_not_export_writes_nothing(
    kensa: Kensa, unit: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = station(tmp_path / "data")
    chief = at.people.add(None, "Yamada", Role.QUALITY, "2580")
    at.people.add(chief, "Sato", Role.OPERATOR, "3690")
    at.store.close()
    out = tmp_path / "trail.csv"
    assert kensa("audit", "--out", out, "--json").lines[0]["error"]["code"] == "not_signed_in"
    monkeypatch.setattr("sys.stdin", io.StringIO("3690\n"))
    refused = kensa("audit", "--out", out, "--as", "Sato", "--json")
    assert refused.code == 2 and refused.lines[0]["error"]["code"] == "no_right" and not out.exists()
    monkeypatch.setattr("sys.stdin", io.StringIO("2580\n"))
    assert kensa("audit", "--out", out, "--as", "Yamada").code == 0
    assert out.read_bytes()[:3] == b"\xef\xbb\xbf" and Places(tmp_path / "data").database.exists()
