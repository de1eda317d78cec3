"""The kill harness: `python -m tests.harness.kill --kills 500 --out figures.json`.

A station at work is ended by SIGKILL at random instants, again and again, and looked at after each: the records are
sound, everything that was acknowledged is there, nothing is there twice, the queue goes on. Work is forked from a
process that has loaded everything, so that the instants fall into work and not into imports; a few rounds start a fresh
interpreter. What a kill cannot show is what a disk loses that lies to fsync: that is between SQLite and the disk.
"""

import argparse
import collections
import json
import os
import random
import shutil
import signal
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from inspector_app import backup, instance, replacing
from inspector_app.inspection import Station
from inspector_app.learning import Learning
from inspector_app.places import Places, bundled_model
from inspector_app.quality.gate import Gate
from inspector_app.records import anchor, check
from inspector_app.records.history import Filter, History
from inspector_app.records.learned import Learned
from inspector_app.records.record import Disposition, LineKind, Opinion, State
from inspector_app.records.store import Store
from inspector_app.rights import Person
from inspector_app.settings import Settings
from inspector_app.weighing import Evaluation
from model_runtime.adapter_card import read_card
from model_runtime.verdict import Answer, Fixable
from tests.fakes import FakeJudge
from tests.makers import photo, sample, station, undo_last, voice

DATABASES = Path(__file__).parents[1] / "databases"
SATO, SUZUKI = Person.typed("Sato"), Person.typed("Suzuki")
ROUNDS = 20
"""Kills of one data folder, before another one is begun."""
LONGEST, SLOWEST = 0.7, 30.0
"""Seconds of its own time after which work is killed at the latest; seconds of the clock."""

Say = Callable[..., None]


@dataclass
class Told:
    """What was acknowledged in one data folder: only what was said after the call had come back."""

    kept: dict[str, str] = field(default_factory=dict)
    """Id -> serial number."""
    judged: dict[str, str] = field(default_factory=dict)
    reviewed: dict[str, str] = field(default_factory=dict)
    """Reason, which is said once only -> id."""
    lines: dict[str, str] = field(default_factory=dict)
    withdrawn: set[str] = field(default_factory=set)
    promoted: list[str] = field(default_factory=list)
    backups: list[str] = field(default_factory=list)
    begun: collections.Counter[str] = field(default_factory=collections.Counter)

    def take(self, line: str) -> None:
        what, *rest = line.split("\t")
        if what == "kept":
            self.kept[rest[0]] = rest[1]
        elif what == "judged":
            self.judged[rest[0]] = rest[1]
        elif what == "reviewed":
            self.reviewed[rest[1]] = rest[0]
        elif what == "line":
            self.lines[rest[1]] = rest[0]
        elif what == "withdrawn":
            self.withdrawn.add(rest[0])
        elif what == "promoted":
            self.promoted.append(rest[0])
        elif what == "backup":
            self.backups.append(rest[0])
        elif what == "begun":
            self.begun[rest[0]] += 1


# --- what is killed ---


def work(data: Path, number: int, say: Say) -> None:
    """A line that captures, judges, reviews, withdraws, promotes and backs up, all at once, as fast as it can."""
    at = station(data, FakeJudge(seconds=0.002))
    chance, kept = random.Random(number), collections.deque[str](maxlen=50)
    at.queue.load()
    for job in (_judge, _review):
        threading.Thread(target=job, args=(at, kept, say), daemon=True).start()
    threading.Thread(target=_upkeep, args=(at, Places(data), number, say), daemon=True).start()
    for unit in range(10_000):
        serial = f"{number}-{unit}"
        made = at.keep(sample(chance.randrange(50), serial=serial, voice=voice() if unit % 3 == 0 else None))
        say("kept", made, serial)
        kept.append(made)
        if unit % 7 == 3:
            undone = undo_last(at, SATO)
            if undone:
                say("withdrawn", undone.id)


def _judge(at: Station, kept: Any, say: Say) -> None:
    while True:
        judged = at.judge_next()
        if judged is None:
            time.sleep(0.001)
        elif judged.verdict:
            say("judged", judged.id, f"{judged.verdict.p_ng:.6f}")


def _review(at: Station, kept: Any, say: Say) -> None:
    for turn in range(10_000_000):
        if not kept:
            time.sleep(0.001)
            continue
        unit, reason = random.choice(list(kept)), f"{os.getpid()}-{turn}-{time.time_ns()}"
        try:
            if turn % 2:
                at.review(unit, SUZUKI, Opinion(Answer.NG, Disposition.REWORK, "scratch", reason=reason))
                say("reviewed", unit, reason)
            else:
                at.disagree(unit, SATO, reason, voice("why.wav") if turn % 4 else None)
                say("line", unit, reason)
        except Fixable:  # not judged yet, withdrawn meanwhile, or decided already
            time.sleep(0.001)


def _upkeep(at: Station, places: Places, number: int, say: Say) -> None:
    """A promotion and a backup in each round, with the anchor."""
    night = Learning(at.store, at.people, places, at.parts, Settings.load(places.settings).changed(shadow_units=0))
    (places.data / "out").mkdir(exist_ok=True)
    for turn in range(10_000):
        say("begun", "promotion")
        name = f"defect@{1 + turn % 2}"
        promotion = night.promote(SUZUKI, name, f"{number}-{turn}", weighed(places.adapter(name)))
        say("promoted", promotion.reason)
        say("begun", "backup")
        made = backup.make(places, at.store, places.data.parent / f"{number}-{turn}{backup.SUFFIX}")
        say("backup", str(made.file))
        anchor.export(at.store.database, places.anchor)


def weighed(folder: Path) -> Evaluation:
    """As if the adapter had been measured and found better."""
    content = {
        "adapter": read_card(folder).identity,
        "thresholds": {"ok_below": 0.2, "ng_above": 0.8, "chosen": False},
        "sets": {},
        "set": "x@1",
    }
    return Evaluation(Gate(True, (), {}), None, {**content, "created": "", "gate": Gate(True, (), {}).to_json()})


def migrate(data: Path, say: Say) -> None:
    """An old database is brought up to date, on and on."""
    kept = sorted(DATABASES.glob("schema-*.db"))[:-1]
    for turn in range(10_000):
        shutil.rmtree(data, ignore_errors=True)
        data.mkdir()
        shutil.copy(kept[turn % len(kept)], data / ".copy")
        os.replace(data / ".copy", data / "kensa.db")
        say("begun", "migration")
        Store.open(Places(data)).close()


def put_back(data: Path, say: Say) -> None:
    """A backup is restored, on and on, over data that differ from it."""
    file = data.parent / "base.kensa-backup"
    places = Places(data)
    for _ in range(10_000):
        say("begun", "restore")
        with instance.alone(places):
            replacing.finish(data)
            _, draft = backup.unpack(places, file)
            backup.put_in_place(places, draft)
        say("restored")


# --- what is looked at after each kill ---


def look(data: Path, told: Told) -> list[str]:
    """Every promise that was broken; none, as it must be."""
    with Store.open(Places(data)) as store:
        anchors = anchor.read(Places(data).anchor) if Places(data).anchor.exists() else []
        wrong = list(check.faults(store, anchors=anchors))
        rows = {row.id: row for row in History.of(store).search(Filter(limit=None))}
        wrong += [f"{i}: acknowledged, and not there" for i in told.kept if i not in rows]
        wrong += [f"{i}: its serial is another" for i, s in told.kept.items() if i in rows and rows[i].serial != s]
        serials = collections.Counter(row.serial for row in rows.values())
        wrong += [f"serial {serial} is there {n} times" for serial, n in serials.items() if serial and n > 1]
        wrong += list(_verdicts(rows, told)) + list(_said(rows, told)) + list(_learned(store, told))
        waiting = set(store.waiting())
        wrong += [
            f"{i}: neither judged nor waiting"
            for i, row in rows.items()
            if row.counts and row.state is State.CAPTURED and i not in waiting
        ]
    for file in told.backups[-1:]:
        backup.check(Path(file))
    return wrong


def _verdicts(rows: dict[str, Any], told: Told) -> Iterator[str]:
    for unit, p_ng in told.judged.items():
        row = rows.get(unit)
        if row is None or row.verdict is None or f"{row.verdict.p_ng:.6f}" != p_ng:
            yield f"{unit}: its verdict is gone or another"


def _said(rows: dict[str, Any], told: Told) -> Iterator[str]:
    reviews = collections.Counter(r.opinion.reason for row in rows.values() for r in row.reviews)
    lines = collections.Counter(x.text for row in rows.values() for x in row.lines if x.kind is LineKind.DISAGREED)
    for name, there, acknowledged in (("review", reviews, told.reviewed), ("line", lines, told.lines)):
        yield from (f"{name} {reason} is gone" for reason in acknowledged if not there[reason])
        yield from (f"{name} {reason} is there {n} times" for reason, n in there.items() if n > 1)
    for unit in told.withdrawn:
        if unit in rows and rows[unit].counts:
            yield f"{unit}: withdrawn, and counts again"


def _learned(store: Store, told: Told) -> Iterator[str]:
    there = collections.Counter(promotion.reason for promotion in Learned(store.database).promotions())
    yield from (f"promotion {reason} is gone" for reason in told.promoted if not there[reason])
    yield from (f"promotion {reason} is there {n} times" for reason, n in there.items() if n > 1)


def look_migrated(data: Path) -> list[str]:
    """The old records or the new ones, whole; their files are not part of the kept databases."""
    if not (data / "kensa.db").exists():
        return []
    with Store.open(Places(data)) as store:
        faults = [fault for fault in check.faults(store) if "the file is missing" not in fault]
        return faults + ([] if len(History.of(store).search(Filter(limit=None))) == 5 else ["units are missing"])


def look_restored(data: Path) -> list[str]:
    """After the next start the folder is the backup's or the one before, never a mixture."""
    with Store.open(Places(data)) as store:
        faults = list(check.faults(store))
        units = len(History.of(store).search(Filter(limit=None)))
    return faults + ([] if units in (3, 4) else [f"{units} units of neither"])


def finish(data: Path, told: Told) -> list[str]:
    """All that waits is judged, in its order."""
    at = station(data, FakeJudge())
    at.queue.load()
    order = at.queue.ids()
    done = [judged.id for judged in iter(at.judge_next, None)]
    at.store.close()
    return ([] if done == order else ["the queue lost its order"]) + look(data, told)


# --- the harness ---


def forked(job: Callable[[Say], Any]) -> tuple[int, int]:
    """Runs the job in a process of its own; its number, and where its lines come out."""
    out, into = os.pipe()
    sys.stdout.flush()
    child = os.fork()
    if child:
        os.close(into)
        return child, out
    os.close(out)

    def say(*words: str) -> None:
        os.write(into, ("\t".join(words).replace("\n", " | ") + "\n").encode())

    threading.excepthook = lambda args: say("wrong", "".join(traceback.format_exception(args.exc_value)))
    try:
        for wrong in job(say) or ():
            say("wrong", wrong)
    except BaseException:  # noqa: BLE001 - told to the harness, which fails
        say("wrong", traceback.format_exc())
    os._exit(0)


def killed(job: Callable[[Say], Any], seconds: float, told: Told) -> list[str]:
    """The job, killed after so long; what it acknowledged goes into `told`. What it said was wrong."""
    child, out = forked(job)
    process, end = psutil.Process(child), time.monotonic() + SLOWEST
    # Of its own time, so that on a loaded computer the instants fall into work all the same.
    while sum(process.cpu_times()[:2]) < seconds and time.monotonic() < end:
        time.sleep(0.002)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return _read(out, told)


def asked(job: Callable[[Say], Any], told: Told) -> list[str]:
    """What the job, run to its end in a process of its own, finds wrong."""
    child, out = forked(job)
    wrong = _read(out, told)
    _, status = os.waitpid(child, 0)
    return wrong + ([] if status == 0 else [f"ended with {status}"])


def _read(out: int, told: Told) -> list[str]:
    with os.fdopen(out, "rb") as lines:
        said = lines.read().decode()
    whole = said[: said.rfind("\n") + 1].splitlines()
    for line in whole:
        told.take(line)
    return [line.removeprefix("wrong\t") for line in whole if line.startswith("wrong\t")]


def day(room: Path, kills: int, chance: random.Random, figures: dict[str, Any]) -> list[str]:
    """One data folder, killed so often, then finished."""
    data, told, wrong = room / "data", Told(), []
    prepare(Places(data))
    for number in range(kills):
        job = lambda say, n=number: work(data, n, say)  # noqa: E731
        wrong += killed(job, chance.uniform(0.01, LONGEST), told)
        wrong += [f"after kill {number}: {fault}" for fault in asked(lambda say: look(data, told), Told())]
        if wrong:
            return wrong
    wrong += asked(lambda say: finish(data, told), Told())
    for name in ("kept", "judged", "reviewed", "lines", "withdrawn", "promoted", "backups"):
        figures[name] = figures.get(name, 0) + len(getattr(told, name))
    return wrong


def prepare(places: Places) -> None:
    """A folder with two adapters to be let in by turns."""
    Store.open(places).close()
    for number in (1, 2):
        shutil.copytree(bundled_model() / "defect-lora", places.adapters / f"defect@{number}")


def others(room: Path, kills: int, chance: random.Random) -> list[str]:
    """Migrations and restores, killed in the middle."""
    wrong: list[str] = []
    old, back = room / "old", room / "back"
    for number in range(kills):
        wrong += killed(lambda say: migrate(old, say), chance.uniform(0.01, 0.4), Told())
        wrong += [f"migration {number}: {fault}" for fault in asked(lambda _: look_migrated(old), Told())]
    wrong += asked(lambda _: _base(back), Told())
    for number in range(kills):
        wrong += killed(lambda say: put_back(back, say), chance.uniform(0.01, 0.4), Told())
        wrong += [f"restore {number}: {fault}" for fault in asked(lambda _: look_restored(back), Told())]
        for aside in sorted(back.glob("before-*"))[:-1]:
            shutil.rmtree(aside)
    return wrong


def _base(data: Path) -> None:
    at = station(data)
    for number in range(3):
        at.judge(at.keep(sample(number)))
    backup.make(Places(data), at.store, data.parent / "base.kensa-backup")
    at.keep(sample(9))
    at.store.close()


def main() -> int:
    """Kills, and says what was found; 1 when a promise was broken."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--kills", type=int, default=500)
    options.add_argument("--seed", type=int, default=time.time_ns() % 2**32)
    options.add_argument("--out", type=Path)
    args = options.parse_args()
    chance, begun = random.Random(args.seed), time.monotonic()
    figures: dict[str, Any] = {"seed": args.seed, "kills": 0, "broken": []}
    wrong: list[str] = []
    while figures["kills"] < args.kills and not wrong:
        with tempfile.TemporaryDirectory(prefix="kensa-kill-") as room:
            some = min(ROUNDS, args.kills - figures["kills"])
            wrong += day(Path(room), some, chance, figures)
            few = max(1, some // 4)
            wrong += others(Path(room), few, chance)
            figures["kills"] += some + 2 * few
            figures["of them in migrations"] = figures.get("of them in migrations", 0) + few
            figures["of them in restores"] = figures.get("of them in restores", 0) + few
        figures["minutes"], figures["broken"] = round((time.monotonic() - begun) / 60, 1), wrong
        if args.out:
            args.out.write_text(json.dumps(figures, indent=1) + "\n")
        print(json.dumps(figures), flush=True)
    return 1 if wrong else 0


if __name__ == "__main__":
    # Whatever the first use would load is loaded before anything is forked.
    for warm in (photo, voice):
        warm()
    sys.exit(main())
