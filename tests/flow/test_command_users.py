"""users, parts, models use: who may do what on the command line; a PIN is a line of stdin."""

import io
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from inspector_app.rights import Person
from tests.flow.conftest import Kensa, Said
from tests.makers import station

ROOT = Path(__file__).parents[2]


@pytest.fixture
def typing(kensa: Kensa, monkeypatch: pytest.MonkeyPatch):  # type: ignore[no-untyped-def]
    """kensa with lines on stdin."""

    def call(lines: str, *args: object) -> Said:
        monkeypatch.setattr(sys, "stdin", io.StringIO(lines))
        return kensa(*args)

    return call


def test_people_come_and_go(typing) -> None:  # type: ignore[no-untyped-def]
    assert "Nobody is registered" in typing("", "users").out
    assert typing("2580\n", "users", "add", "田中", "--role", "operator").code == 2
    assert typing("2580\n", "users", "add", "田中", "--role", "quality").code == 0
    assert typing("1379\n", "users", "add", "Sato").code == 2
    assert typing("2580\n1379\nEMP-000123\n", "users", "add", "Sato", "--badge", "--as", "田中").code == 0
    (admin, sato) = typing("", "users", "list", "--json").lines
    assert admin == {"name": "田中", "role": "quality", "badge": False, "disabled": False}
    assert sato == {"name": "Sato", "role": "operator", "badge": True, "disabled": False}
    wrong = typing("0000\n", "users", "disable", "Sato", "--as", "田中", "--json")
    assert wrong.code == 2 and wrong.lines[0]["error"]["code"] == "wrong_pin"
    no_right = typing("1379\n", "users", "disable", "田中", "--as", "Sato", "--json")
    assert no_right.code == 2 and no_right.lines[0]["error"]["code"] == "no_right"
    assert typing("2580\n9753\n", "users", "reset", "Sato", "--as", "田中").code == 0
    assert typing("2580\n", "users", "disable", "Sato", "--as", "田中", "--json").lines[0]["disabled"]
    assert typing("2580\n", "users", "enable", "Sato", "--as", "田中").code == 0
    assert "Sato" in typing("", "users").out
    assert typing("", "verify").code == 0


def test_a_pin_that_does_not_come_is_said(typing) -> None:  # type: ignore[no-untyped-def]
    said = typing("", "users", "add", "田中", "--role", "quality")
    assert said.code == 2 and "PIN" in said.err and "Traceback" not in said.err


@pytest.mark.skipif(os.name == "nt", reason="no such terminals there")
def test_on_a_terminal_a_pin_is_asked_twice_and_not_shown(tmp_path: Path) -> None:
    pid, terminal = pty.fork()
    if pid == 0:  # pragma: no cover - the program itself
        os.chdir(ROOT)
        os.execv(
            sys.executable,
            [
                sys.executable,
                "-m",
                "inspector_app",
                "users",
                "add",
                "Ito",
                "--role",
                "quality",
                "--data",
                str(tmp_path),
            ],
        )
    shown = b""
    for _ in range(2):
        while not shown.rstrip().endswith(b":"):
            shown += os.read(terminal, 1024)
        os.write(terminal, b"86420\n")
        shown += b"|"
    while True:
        try:
            shown += os.read(terminal, 1024)
        except OSError:  # the program has ended, and its terminal with it
            break
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0, shown
    assert b"86420" not in shown and b"Ito (quality) is registered." in shown


def test_only_who_may_chooses_the_model(typing, tmp_path: Path, tiny_checkpoint: Path) -> None:  # type: ignore[no-untyped-def]
    assert typing("", "models", "use", tiny_checkpoint).code == 0
    assert typing("2580\n", "users", "add", "田中", "--role", "quality").code == 0
    said = typing("", "models", "use", "kensa-nano", "--json")
    assert said.code == 2 and said.lines[0]["error"]["code"] == "not_signed_in"
    assert typing("2580\n", "models", "use", tiny_checkpoint, "--as", "田中").code == 0


def test_parts_as_they_stand(typing, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    from dataclasses import replace

    names = [line["name"] for line in typing("", "parts", "--json").lines]
    assert "pcb" in names and "general" in names
    at = station(tmp_path / "data")
    at.save_part(Person.typed("Sato"), replace(at.parts.get("pcb"), name="board-7", defects=("short",)), "new board")
    at.store.close()
    (told,) = typing("", "parts", "show", "board-7", "--json").lines
    assert told["defects"] == ["short"] and told["versions"][0]["reason"] == "new board"
    assert "board-7" in typing("", "parts").out and "new board" in typing("", "parts", "show", "board-7").out
    assert typing("", "parts", "show", "nothing").code == 2


def test_a_part_made_in_the_program_is_judged_by_the_command(typing, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    from dataclasses import replace

    from tests.makers import png

    at = station(tmp_path / "data")
    at.save_part(Person.typed("Sato"), replace(at.parts.get("pcb"), name="board-7"))
    at.store.close()
    (tmp_path / "1.png").write_bytes(png(1))
    said = typing("", "judge", tmp_path / "1.png", "--part", "board-7", "--work-order", "W7", "--serial", "S1")
    assert said.code == 0 and "board-7 has no golden sample" in said.err
    (row,) = typing("", "history", "--work-order", "W7", "--json").lines
    assert row["part"] == "board-7" and row["lines"][0]["text"] == "golden_missing"
    assert (
        "S1 was inspected before" in typing("", "judge", tmp_path / "1.png", "--part", "board-7", "--serial", "S1").err
    )


def test_the_command_is_there(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "inspector_app", "users", "--data", str(tmp_path)],
        capture_output=True,
        text=True,
        cwd=ROOT,
    )
    assert done.returncode == 0 and "Nobody" in done.stdout
