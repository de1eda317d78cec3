"""The kill harness of the night: `python -m tests.harness.kill_training --kills 60 --out figures.json`.

A program that trains kensa-nano in a process of its own (as the window does), lets other adapters in meanwhile and goes
on judging, is ended by SIGKILL at random instants: the training, the program, or both. Then: the one that is left says
so or ends by itself; the records are sound; no adapter that can be seen is half; the trail knows each of them, once,
also one that nobody was left to hear of; a training that had reached a state goes on from there, and ends with the very
weights of one that nobody disturbed. The model is loaded once and every training forked with it, but for a few.
"""

import argparse
import json
import os
import random
import select
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import redirect_stdout, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest.mock import patch

import psutil

from inspector_app.__main__ import main as kensa
from inspector_app.places import Places, bundled_model
from inspector_app.records.filter import AuditFilter
from inspector_app.records.history import History
from inspector_app.records.store import Store
from inspector_app.settings import Settings
from inspector_app.shelf import shelf
from inspector_app.unheard import tell_unheard
from model_runtime.adapter_card import read_card
from tests.harness.kill import Told, asked, forked, look
from tests.harness.training_at_work import EVERY, GIVEN, SET, STEPS, work
from tests.learning.makers import labelled_folder

ROUNDS = 15
"""Kills of one data folder."""
FRESH = 0.1
"""Share of the trainings that are started by the window's own means."""
SLOWEST = 500.0
"""Seconds after which something hangs."""
WHOM = ("the training", "the program", "both")


@dataclass
class Night(Told):
    """What was acknowledged, with what was told of the training."""

    made: list[str] = field(default_factory=list)
    reached: int = 0
    """The newest step that was told of the training that is not done yet."""
    steps: list[int] = field(default_factory=list)
    """Steps told in this round."""
    phase: str = "loading"
    training: int = 0
    ended: str = ""
    """How the program says that the training ended."""

    def take(self, line: str) -> None:
        what, *rest = line.split("\t")
        if what == "told":
            if self.phase == "loading":
                with suppress(psutil.Error):  # it steps aside for a line, and here there is none
                    psutil.Process(self.training).nice(os.getpriority(os.PRIO_PROCESS, 0))
            self.phase = rest[0]
            if rest[0] == "learn":
                self.steps.append(int(rest[1]))
                self.reached = int(rest[1])
        elif what == "made":
            self.made.append(rest[0])
            self.ended, self.reached = "made", 0
        elif what == "training":
            self.training = int(rest[0])
        elif what in ("broken", "stopped"):
            self.ended = what
        else:
            super().take(line)


# --- what is looked at ---


def look_at_night(data: Path, told: Night, unheard: list[str], whole: tuple[Any, Any], weights: str) -> Iterator[str]:
    """Every promise that was broken."""
    from model_runtime.adapters import faults_of

    yield from look(data, told)
    places = Places(data)
    with Store.open(places) as store:
        late = tell_unheard(store, places)  # as the next start does
        there = shelf(store, places)
        trail = Counter(
            entry.subject for entry in History.of(store).audit_trail(AuditFilter(what="adapter_trained", limit=None))
        )
    active = Settings.load(places.settings).adapter
    if active is not None and active not in {one.name for one in there.adapters}:
        yield f"{active} is to judge, and is not there"
    for one in there.adapters:
        assert one.folder is not None
        yield from (f"{one.name}: {fault}" for fault in faults_of(one.folder, *whole))
        if one.name not in GIVEN and read_card(one.folder).sha256 != weights:
            yield f"{one.name} has other weights than a training that nobody disturbed"
    here = {one.name for one in there.adapters}
    yield from (f"{name} was made, and is not there" for name in told.made if name not in here)
    for one in there.adapters:
        if one.name not in GIVEN and trail[f"adapter:{one.name}"] != 1:
            yield f"the trail tells {trail[f'adapter:{one.name}']} times that {one.name} was trained"
    yield from (f"{name} was told of late, though its program heard of it" for name in late if name in told.made)
    if told.reached >= EVERY and there.training != SET and not unheard:
        yield f"a training at step {told.reached} is not offered to go on"


# --- the harness ---


def killed(data: Path, number: int, chance: random.Random, told: Night) -> tuple[str, list[str]]:
    """One round: who was killed (nobody, if all was done before), and what was wrong with those who were left."""
    told.steps, told.phase, told.training, told.ended = [], "loading", 0, ""
    child, out = forked(lambda say: work(data, number, chance.random() < FRESH, say))
    lines, whom, wrong = _Lines(out, told), chance.choice(WHOM), []
    _wait(lines, told, chance)
    victims = {WHOM[0]: [told.training], WHOM[1]: [child], WHOM[2]: chance.sample([told.training, child], 2)}[whom]
    if told.ended or not told.training:
        whom, victims = "nobody", []
    for victim in victims:
        with suppress(ProcessLookupError):
            os.kill(victim, signal.SIGKILL)
    if not lines.rest():
        os.kill(child, signal.SIGKILL)
        wrong.append("the program did not come to an end")
    _, status = os.waitpid(child, 0)
    if child not in victims and not told.ended:
        wrong.append(f"the program said nothing of how the training ended ({os.waitstatus_to_exitcode(status)})")
    if not _gone(told.training):
        os.kill(told.training, signal.SIGKILL)
        wrong.append("the training went on without its program")
    return whom, wrong + lines.wrong


def _wait(lines: "_Lines", told: Night, chance: random.Random) -> None:
    """Until the instant: somewhere in the loading, or a little after a certain line of the training."""
    end = time.monotonic() + SLOWEST
    if chance.random() < 0.1:
        seconds = chance.uniform(0.1, 8.0)
        while not told.training and time.monotonic() < end and lines.more(0.01):
            pass
        end = time.monotonic() + seconds
        while time.monotonic() < end and lines.more(0.01):
            pass
        return
    wanted = chance.choice((*range(1, STEPS + 1), *range(EVERY, STEPS + 1, EVERY), "look", "choose", "choose", "done"))
    while time.monotonic() < end and not told.ended and lines.more(0.01):
        if told.phase == wanted or (told.phase == "learn" and told.steps[-1] == wanted):
            break
    end = time.monotonic() + chance.choice((0.0, chance.uniform(0, 0.05), chance.uniform(0, 1.0)))
    while time.monotonic() < end and lines.more(0.002):
        pass


def _gone(training: int) -> bool:
    """A training whose program is gone ends by itself."""
    end = time.monotonic() + SLOWEST
    while training and time.monotonic() < end:
        try:
            if psutil.Process(training).status() == psutil.STATUS_ZOMBIE:
                return True
        except psutil.Error:
            return True
        time.sleep(0.05)
    return not training


class _Lines:
    """What the program says, as it comes."""

    def __init__(self, out: int, told: Night) -> None:
        self.out, self.told, self.kept, self.open = out, told, b"", True
        self.wrong: list[str] = []

    def more(self, seconds: float) -> bool:
        """Takes what there is, after at most so long; False at the end."""
        if self.open and select.select([self.out], [], [], seconds)[0]:
            data = os.read(self.out, 65536)
            self.open = bool(data)
            *lines, self.kept = (self.kept + data).split(b"\n")
            for line in map(bytes.decode, lines):
                self.wrong += [line.removeprefix("wrong\t")] if line.startswith("wrong\t") else []
                self.told.take(line)
        return self.open

    def rest(self) -> bool:
        """All of it; False when it does not end."""
        end = time.monotonic() + SLOWEST
        while time.monotonic() < end and self.more(0.1):
            pass
        os.close(self.out)
        return not self.open


def prepare(room: Path) -> Path:
    """A data folder with a frozen set and two adapters to be let in by turns."""
    data, plates = room / "data", labelled_folder(room / "plate", 16)
    with redirect_stdout(sys.stderr):
        words = ["freeze", "--from", str(plates), "--golden", str(plates / "images/000.png"), "--data", str(data)]
        assert kensa(words) == 0
    for number in (1, 2):
        shutil.copytree(bundled_model() / "defect-lora", Places(data).adapters / f"defect@{number}")
    return data


def undisturbed(data: Path, told: Night) -> str:
    """The hash of the weights that the training has when nobody disturbs it."""
    child, out = forked(lambda say: work(data, 0, False, say))
    lines = _Lines(out, told)
    lines.rest()
    os.waitpid(child, 0)
    assert told.made and not lines.wrong, (lines.wrong, told)
    return read_card(Places(data).adapters / told.made[0]).sha256


def folder_of_kills(room: Path, kills: int, chance: random.Random, figures: dict[str, Any]) -> list[str]:
    """One data folder, killed so often."""
    data, told = prepare(room), Night()
    whole, weights = _whole(), undisturbed(data, told)
    done = number = 0
    while done < kills:
        number += 1
        before = told.reached
        whom, wrong = killed(data, number, chance, told)
        wrong += _went_on(before, told, figures)
        unheard = _unheard(data, told)
        wrong += asked(lambda _, u=unheard: look_at_night(data, told, u, whole, weights), Told())  # type: ignore[misc]
        if unheard:  # the next training begins anew
            told.made += unheard
            told.reached = 0
        for name in (whom, f"in {told.phase}", *["done, with nobody left to hear of it"] * len(unheard)):
            figures["rounds"][name] = figures["rounds"].get(name, 0) + 1
        done += whom != "nobody"
        figures["kills"] += whom != "nobody"
        if wrong:
            return [f"round {number} ({whom}, {told.phase}): {fault}" for fault in wrong]
    for name in ("kept", "judged", "promoted", "made"):
        figures[name] = figures.get(name, 0) + len(getattr(told, name))
    return []


def _went_on(before: int, told: Night, figures: dict[str, Any]) -> list[str]:
    """A training that had reached step `before` must go on from the state that was kept then."""
    kept = before - before % EVERY
    if not kept or not told.steps:
        return []
    figures["went on from a state"] += 1
    return [] if told.steps[0] > kept else [f"it had reached step {before}, and began again at {told.steps[0]}"]


def _unheard(data: Path, told: Night) -> list[str]:
    """Adapters that were done after their program was killed."""
    there = sorted(path.name for path in Places(data).adapters.glob("defect@*"))
    return [name for name in there if name not in (*GIVEN, *told.made)]


def _whole() -> tuple[Any, Any]:
    """What an adapter must fit to: manifest and layers of kensa-nano."""
    from model_runtime.checkpoint import build_structure, read_config
    from model_runtime.manifest import read_manifest

    structure, _ = build_structure(read_config(bundled_model())[0])
    assert structure is not None
    return read_manifest(bundled_model()), structure.linears


def _load_once() -> None:
    """The model, for every training that is forked from here: the instants fall into learning, and not into loading."""
    import torch

    from model_runtime import train
    from model_runtime.checkpoint import Checkpoint, load

    torch.set_num_threads(1)  # no thread of its own may be there when it is forked
    whole = load(bundled_model(), "cpu")

    def loaded(model: Path, device: str) -> Checkpoint:
        return whole if model == bundled_model() else load(model, device)

    patch.object(train, "load", loaded).start()


def main() -> int:
    """Kills, and says what was found; 1 when a promise was broken."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--kills", type=int, default=60)
    options.add_argument("--seed", type=int, default=time.time_ns() % 2**32)
    options.add_argument("--out", type=Path)
    args = options.parse_args()
    os.environ.update(OMP_NUM_THREADS="1", QT_QPA_PLATFORM="offscreen")  # the same sums in the same order
    _load_once()
    chance, begun = random.Random(args.seed), time.monotonic()
    figures: dict[str, Any] = {"seed": args.seed, "kills": 0, "went on from a state": 0, "rounds": {}, "broken": []}
    while figures["kills"] < args.kills and not figures["broken"]:
        with tempfile.TemporaryDirectory(prefix="kensa-kill-") as room:
            some = min(ROUNDS, args.kills - figures["kills"])
            figures["broken"] = folder_of_kills(Path(room), some, chance, figures)
        figures["minutes"] = round((time.monotonic() - begun) / 60, 1)
        if args.out:
            args.out.write_text(json.dumps(figures, indent=1) + "\n")
        print(json.dumps(figures), flush=True)
    return 1 if figures["broken"] else 0


if __name__ == "__main__":
    sys.exit(main())
