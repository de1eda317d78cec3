"""Fault injection: `python -m tests.harness.faults --out figures.json`. Linux, with strace.

A day's work is done again and again; each time another one of its calls that write (write, pwrite64, fsync, fdatasync,
ftruncate, rename) is refused by the system, once with "no space left" and once with "input/output error", as strace
can do to a process that it is attached to. Each refusal must be a sentence for people, nothing that was acknowledged
may be lost, and after it the station goes on.
"""

import argparse
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from inspector_app import backup
from inspector_app.inspection import Station
from inspector_app.places import Places
from inspector_app.records import anchor, check
from inspector_app.records.history import Filter, History
from inspector_app.records.record import Disposition, Opinion
from inspector_app.records.store import Store
from inspector_app.rights import Person
from inspector_app.settings import Settings
from model_runtime.verdict import Answer, Fixable
from tests.fakes import FakeJudge
from tests.makers import sample, station, voice

CALLS = ("write", "pwrite64", "fsync", "fdatasync", "ftruncate", "rename")
ERRORS = ("ENOSPC", "EIO")
MOST = 400
"""Calls of one kind in a day, at most."""
SATO = Person.typed("Sato")


def day(data: Path, say: Callable[[str], None]) -> None:  # noqa: C901 - one step after the other, as on any day
    """Each step by itself: one that is refused in words does not end the day. What is said came back as done."""
    places = Places(data)
    at: list[Station] = []
    unit = [""]

    def opened() -> None:
        at.append(station(data, FakeJudge([0.9])))

    def kept() -> None:
        unit[0] = at[0].keep(sample(7, serial="new", voice=voice()))
        say(f"kept {unit[0]}")

    def judged() -> None:
        at[0].judge(unit[0])
        say(f"judged {unit[0]}")

    def disagreed() -> None:
        at[0].disagree(unit[0], SATO, "dust", voice("why.wav"))
        say(f"disagreed {unit[0]}")

    def reviewed() -> None:
        at[0].review(unit[0], SATO, Opinion(Answer.NG, Disposition.SCRAP, "scratch", reason="deep"))
        say(f"reviewed {unit[0]}")

    def settings() -> None:
        Settings(station="new").save(places.settings)
        say("settings")

    def backed_up() -> None:
        backup.make(places, at[0].store, data.parent / "day.kensa-backup")
        say("backup")

    def anchored() -> None:
        anchor.export(at[0].store.database, places.anchor)

    for step in (opened, kept, judged, disagreed, reviewed, settings, backed_up, anchored):
        try:
            step()
        except Fixable as error:
            say(f"refused {error.code}")
        except IndexError:
            say("refused no_records")
    if at:
        at[0].store.close()


def look(data: Path, said: list[str]) -> list[str]:
    """What is missing of what was acknowledged, and whatever else is wrong; then the station goes on."""
    at = station(data, FakeJudge([0.1, 0.1]))
    wrong = list(check.faults(at.store))
    rows = {row.id: row for row in History.of(at.store).search(Filter(limit=None))}
    for line in said:
        what, _, unit = line.partition(" ")
        row = rows.get(unit)
        if what in ("kept", "judged", "disagreed", "reviewed") and row is None:
            wrong.append(f"{line}: gone")
        elif row is not None and what == "judged" and row.verdict is None:
            wrong.append(f"{line}: its verdict is gone")
        elif row is not None and what == "reviewed" and len(row.reviews) != 1:
            wrong.append(f"{line}: {len(row.reviews)} reviews")
        elif row is not None and what == "disagreed" and len(row.lines) != 1:
            wrong.append(f"{line}: {len(row.lines)} lines")
    settings = Settings.load(Places(data).settings).station
    if settings not in ("old", "new") or ("settings" in said and settings != "new"):
        wrong.append(f"settings: {settings!r}")
    if "backup" in said:
        backup.check(data.parent / "day.kensa-backup")
    elif (data.parent / "day.kensa-backup").exists():
        wrong.append("a backup that was not acknowledged")
    at.queue.load()
    while at.judge_next() is not None:
        pass
    at.judge(at.keep(sample(9)))
    at.store.close()
    return wrong


def injected(call: str, error: str, number: int, whole: Path, room: Path) -> tuple[bool, list[str], list[str]]:
    """One day with the call of that number refused: whether it came to it, what was said, what is wrong."""
    data = room / "data"
    shutil.rmtree(room, ignore_errors=True)
    shutil.copytree(whole, data)
    here, there = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    child = os.fork()
    if child == 0:
        _work(there, data)
    log = room / "strace"
    tracer = subprocess.Popen(
        [
            "strace",
            "-p",
            str(child),
            "-o",
            str(log),
            "-e",
            f"trace={call}",
            "-e",
            f"inject={call}:error={error}:when={number}",
        ],
        stderr=subprocess.PIPE,
        text=True,
    )
    assert tracer.stderr is not None
    attached = tracer.stderr.readline()
    here.send(b"go")
    said = []
    while (line := here.recv(100_000).decode()) != "end":
        said.append(line)
    os.waitpid(child, 0)
    tracer.wait(20)
    here.close()
    there.close()
    if "attached" not in attached:
        raise SystemExit(f"strace cannot work here: {attached}")
    hit = "INJECTED" in log.read_text(errors="replace")
    wrong = [line for line in said if line.startswith("wrong")]
    return hit, said, wrong


def _work(there: socket.socket, data: Path) -> None:
    there.recv(10)
    try:
        day(data, lambda line: there.send(line.encode()) and None)
    except BaseException:  # noqa: BLE001 - told to the harness
        there.send(("wrong " + traceback.format_exc()[-1500:]).encode())
    there.send(b"end")
    os._exit(0)


def looked(data: Path, said: list[str]) -> list[str]:
    """`look` in a process of its own."""
    out, into = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            wrong = look(data, said)
        except BaseException:  # noqa: BLE001 - told to the harness
            wrong = [traceback.format_exc()[-1500:]]
        os.write(into, json.dumps(wrong).encode())
        os._exit(0)
    os.close(into)
    with os.fdopen(out, "rb") as answer:
        wrong = json.loads(answer.read() or b'["it died"]')
    os.waitpid(child, 0)
    return list(wrong)


def prepare(data: Path) -> None:
    """A folder with a unit and settings, made in a process of its own, so that this one opens no database."""
    child = os.fork()
    if child == 0:
        at = station(data)
        at.judge(at.keep(sample(1)))
        at.store.close()
        Settings(station="old").save(Places(data).settings)
        with Store.open(Places(data)):
            pass
        os._exit(0)
    os.waitpid(child, 0)


def main() -> int:
    """Refuses every call in turn, and says what was found; 1 for any finding."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--every", type=int, default=1, help="only each so many calls")
    options.add_argument("--out", type=Path)
    args = options.parse_args()
    if shutil.which("strace") is None:
        raise SystemExit("strace is needed: apt-get install strace")
    figures: dict[str, Any] = {"refused calls": 0, "by call": {}, "sentences": {}, "found": []}
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="kensa-faults-") as folder:
        whole = Path(folder) / "whole"
        prepare(whole)
        for error in ERRORS:
            for call in CALLS:
                for number in range(1, MOST, args.every):
                    hit, said, wrong = injected(call, error, number, whole, Path(folder) / "room")
                    if not hit and not wrong:
                        break
                    wrong += looked(Path(folder) / "room" / "data", said)
                    figures["refused calls"] += 1
                    figures["by call"][call] = figures["by call"].get(call, 0) + 1
                    for line in said:
                        if line.startswith("refused"):
                            figures["sentences"][line[8:]] = figures["sentences"].get(line[8:], 0) + 1
                    figures["found"] += [f"{error} {call} {number}: {fault}" for fault in wrong]
                figures["minutes"] = round((time.monotonic() - begun) / 60, 1)
                if args.out:
                    args.out.write_text(json.dumps(figures, indent=1) + "\n")
                print(
                    error, call, figures["by call"].get(call, 0), "refused,", len(figures["found"]), "found", flush=True
                )
    for line in figures["found"][:50]:
        print(line)
    return 1 if figures["found"] else 0


if __name__ == "__main__":
    voice()
    sample(0)
    sys.exit(main())
