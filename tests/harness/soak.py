"""The soak: `python -m tests.harness.soak --units 20000 --out figures.json`.

Units in a row through a station as the window has it (queue, watchdog, records, upkeep), with reviews, disagreements
and withdrawals on the way and a frozen training set in the middle; memory, handles, threads and latency are recorded
from the first minute to the last. The judge is a quick fake: what is soaked is the program around the model, unless
--model asks for kensa-nano itself.
"""

import argparse
import gc
import json
import os
import statistics
import sys
import tempfile
import time
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
        keeper = Upkeep(places, store, settings)
        looks, kept_ms, judged_ms = [], [], []
        begun = time.monotonic()
        for number in range(units):
            kept, judged = unit(at, number)
            kept_ms.append(kept)
            judged_ms.append(judged)
            if number == units // 2:
                night(at, places, settings)
            if time.monotonic() - begun > 60 * minutes:
                units = number + 1
                looks.append(look(process, units, time.monotonic() - begun))
                break
            if (number + 1) % max(1, units // LOOKS) == 0:
                keeper.tend()
                gc.collect()
                looks.append(look(process, number + 1, time.monotonic() - begun))
                print(json.dumps(looks[-1]), flush=True)
        faults = list(check.faults(store))
    return figures(units, looks, kept_ms, judged_ms, faults, time.monotonic() - begun)


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
        at.review(kept, SUZUKI, Opinion(Answer.NG, Disposition.REWORK, "scratch", reason="seen"))
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


def night(at: Station, places: Places, settings: Settings) -> None:
    """What was reviewed until now becomes a training set."""
    Learning(at.store, at.people, places, at.parts, settings).freeze(SUZUKI, Rule(), "soak")


def look(process: psutil.Process, units: int, seconds: float) -> dict[str, float]:
    return {
        "units": units,
        "seconds": round(seconds, 1),
        "memory MB": round(process.memory_info().rss / 1e6, 1),
        "handles": process.num_fds() if os.name != "nt" else process.num_handles(),
        "threads": process.num_threads(),
    }


def figures(
    units: int, looks: list[dict[str, float]], kept: list[float], judged: list[float], faults: list[str], seconds: float
) -> dict[str, Any]:
    """First tenth against last tenth; memory from the fourth look on, since the first still load."""
    tenth = max(1, units // 10)
    base = looks[min(3, len(looks) - 1)]
    return {
        "units": units,
        "minutes": round(seconds / 60, 1),
        "memory growth %": round(100 * (looks[-1]["memory MB"] / base["memory MB"] - 1), 2),
        "handles": [base["handles"], looks[-1]["handles"]],
        "threads": [base["threads"], looks[-1]["threads"]],
        "keep ms p50, p99 (first, last tenth)": [_two(kept[:tenth]), _two(kept[-tenth:])],
        "judge ms p50, p99 (first, last tenth)": [_two(judged[:tenth]), _two(judged[-tenth:])],
        "faults": faults,
        "looks": looks,
    }


def _two(values: list[float]) -> list[float]:
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
