"""The soak: `python -m tests.harness.soak --units 20000 --out figures.json`.

Units in a row through a station as the window has it (queue, watchdog, records, upkeep), with reviews, disagreements
and withdrawals on the way; three times a training set is frozen from the newest five hundred units, and twice
kensa-nano is trained on it in a process of its own while the line goes on. Memory, handles, threads and latency are
recorded from the first minute to the last. The judge is a quick fake: what is soaked is the program around the model,
unless --model asks for kensa-nano itself.

Counted is the resident memory of this process after a garbage collection. Growth is that from unit 1,000 on (with fewer
units: from their first tenth on), when everything that is loaded or filled on first use was used once, a set and a
training with it: the first night lies before, and its training is waited for there. What the harness itself remembers
is made before the first unit.
"""

import argparse
import gc
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from array import array
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil

from inspector_app import loading
from inspector_app.inspection import Station
from inspector_app.learning import Learning, Rule
from inspector_app.parts import Parts
from inspector_app.places import Places, bundled_model
from inspector_app.records import check
from inspector_app.records.record import Disposition, Opinion
from inspector_app.records.store import Store
from inspector_app.rights import Person
from inspector_app.settings import Settings
from inspector_app.upkeep import Upkeep
from inspector_app.watchdog import Attempts, Guarded
from model_runtime.verdict import Answer, Judge, Question, StopCheck, Verdict
from tests.fakes import FakeJudge
from tests.makers import sample, voice

SATO, SUZUKI = Person.typed("Sato"), Person.typed("Suzuki")
LOOKS = 40
"""Looks at memory and handles, spread over all units."""
WARM, NIGHT = 1000, 500
"""Units after which growth is counted; units of one training set."""
SHORTEST_WITH_NIGHTS = 4000
"""Too few units have nothing to learn from."""


class Forgetful(FakeJudge):
    """A fake that does not remember what it was asked: its memory would be taken for the program's."""

    def judge(self, question: Question, stop: StopCheck | None = None) -> Verdict:
        self.questions.clear()
        return super().judge(question, stop)


def run(data: Path, units: int, model: bool, minutes: float) -> dict[str, Any]:
    """All units; the figures."""
    places, process = Places(data), psutil.Process()
    settings = Settings(random_share=5)
    load = (lambda: loading.load_judge(bundled_model(), None, 1)) if model else (lambda: Forgetful(heard="a scratch"))
    judge: Judge = Guarded(load, lambda: 60.0, None, Attempts(data / ".judging"))
    with Store.open(places) as store:
        at = Station(store, judge, Parts.load(places), None, settings)
        keeper, training, ended = Upkeep(places, store, settings), None, []
        gc.freeze()  # as the window does when the model is there
        # Written to once, so that what is remembered of each unit takes no more memory later on.
        kept_ms, judged_ms = array("d", [1.0] * units), array("d", [1.0] * units)
        warm, looks, begun, since = min(WARM, units // 10), [], time.monotonic(), datetime.now(UTC)
        nights = [NIGHT, units // 2, units - units // 4] if units >= SHORTEST_WITH_NIGHTS else []
        for number in range(units):
            kept_ms[number], judged_ms[number] = unit(at, number)
            if number in nights:
                order = night(at, places, settings, since)
                training = trained(data, order) if number in nights[:2] else training
            elif number + NIGHT in nights:
                since = datetime.now(UTC)
            if number + 1 == warm and training is not None:
                training.wait()
            if training is not None and training.stdin and training.poll() is not None:
                training.stdin.close()
                ended.append(training.returncode)
                training = None
            over = time.monotonic() - begun > 60 * minutes
            if over or number + 1 in (warm, units) or (number + 1) % max(1, units // LOOKS) == 0:
                keeper.tend()
                gc.collect()
                looks.append(look(process, number + 1, time.monotonic() - begun))
                print(json.dumps(looks[-1]), flush=True)
            if over:
                units = number + 1
                break
        seconds, faults = time.monotonic() - begun, list(check.faults(store))
    if training is not None:
        ended.append(training.wait())
    return {"trainings ended with": ended, **figures(units, warm, looks, kept_ms, judged_ms, faults, seconds)}


def unit(at: Station, number: int) -> tuple[float, float]:
    """One unit with what people do with it: milliseconds of keeping, of judging."""
    spoken = voice() if number % 4 == 0 else None
    one = sample(number, serial=f"S{number}", lot=f"L{number // 200}", operator="Sato", voice=spoken)
    begun = time.perf_counter()
    kept = at.keep(one)
    middle = time.perf_counter()
    at.judge_next()
    end = time.perf_counter()
    if number % 10 == 0:
        bad = Opinion(Answer.NG, Disposition.REWORK, "scratch", reason="seen")
        at.review(kept, SUZUKI, bad if number % 20 else Opinion(Answer.OK, Disposition.ACCEPT, reason="seen"))
    elif number % 10 == 1:
        at.disagree(kept, SATO, "dust")
    elif number % 10 == 2:
        at.accept(kept, SATO)
    elif number % 100 == 3:
        at.withdraw(kept, SATO, "again")
    if number % 50 == 0:
        at.to_review()
        at.today()
    return 1000 * (middle - begun), 1000 * (end - middle)


def night(at: Station, places: Places, settings: Settings, since: datetime) -> dict[str, Any]:
    """What was reviewed since becomes a training set; the order to train on it."""
    learning = Learning(at.store, at.people, places, at.parts, settings)
    learning.freeze(SUZUKI, Rule(since=since), "soak")
    return learning.order(SUZUKI, "soak", {"steps": 6, "batch": 2, "exposures": 1})


def trained(data: Path, order: dict[str, Any]) -> "subprocess.Popen[bytes]":
    """A training in a process of its own, as the window begins it; its stdin is closed with this process."""
    command = [sys.executable, "-m", "inspector_app", "night-work", "--json", "--data", str(data)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
    assert process.stdin is not None
    process.stdin.write(json.dumps({"what": "train", "order": order}).encode() + b"\n")
    process.stdin.flush()
    return process


def look(process: psutil.Process, units: int, seconds: float) -> dict[str, float]:
    return {
        "units": units,
        "seconds": round(seconds, 1),
        "memory MB": round(process.memory_info().rss / 1e6, 1),
        "handles": process.num_fds() if os.name != "nt" else process.num_handles(),
        "threads": process.num_threads(),
    }


def figures(
    units: int,
    warm: int,
    looks: list[dict[str, float]],
    kept: Sequence[float],
    judged: Sequence[float],
    faults: list[str],
    seconds: float,
) -> dict[str, Any]:
    """First tenth against last tenth; memory from the look at unit `warm` on, at the end and at its largest."""
    tenth = max(1, units // 10)
    base = next((one for one in looks if one["units"] >= warm), looks[-1])
    since = [100 * (one["memory MB"] / base["memory MB"] - 1) for one in looks[looks.index(base) :]]
    return {
        "units": units,
        "minutes": round(seconds / 60, 1),
        "memory MB": [base["memory MB"], looks[-1]["memory MB"]],
        "memory growth %": round(since[-1], 2),
        "largest growth %": round(max(since), 2),
        "handles": [base["handles"], looks[-1]["handles"]],
        "threads": [base["threads"], looks[-1]["threads"]],
        "keep ms p50, p99 (first, last tenth)": [_two(kept[:tenth]), _two(kept[units - tenth : units])],
        "judge ms p50, p99 (first, last tenth)": [_two(judged[:tenth]), _two(judged[units - tenth : units])],
        "faults": faults,
        "looks": looks,
    }


def _two(values: Sequence[float]) -> list[float]:
    ordered = sorted(values)
    return [round(statistics.median(ordered), 2), round(ordered[int(0.99 * (len(ordered) - 1))], 2)]


def main() -> int:
    """Soaks, and writes the figures; 1 when a fault was found or something grew beyond its limit."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--units", type=int, default=2000)
    options.add_argument("--model", action="store_true", help="kensa-nano judges, and not the fake")
    options.add_argument("--minutes", type=float, default=1e9, help="stop after so many, with the figures until then")
    options.add_argument("--out", type=Path)
    args = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="kensa-soak-") as room:
        found = run(Path(room) / "data", args.units, args.model, args.minutes)
    if args.out:
        args.out.write_text(json.dumps(found, indent=1) + "\n")
    print(json.dumps({name: value for name, value in found.items() if name != "looks"}))
    grew = found["memory growth %"] > 2 or found["handles"][0] != found["handles"][1]
    return 1 if grew or found["faults"] else 0


if __name__ == "__main__":
    sys.exit(main())
