"""The program dies at the worst moments, for real: what was kept is judged at the next start."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from inspector_app.records import check
from inspector_app.records.record import State
from tests.makers import sample, station

NONE = dict.fromkeys(
    ("samples", "verdicts", "lines", "reviews", "signatures", "parts", "people", "promotions", "files", "audit"), 0
)
ROOT = Path(__file__).parents[2]

BEGIN = """
import os, sys
from pathlib import Path
from tests.fakes import FakeJudge
from tests.makers import sample, station
def die(*_, **__):
    os._exit(9)
at = station(Path(sys.argv[1]), FakeJudge([die]))
"""
MOMENTS = {
    "between keep and judge": "at.keep(sample()); die()",
    "while the model works": "at.judge(at.keep(sample()))",
    "after the verdict, before it is recorded": """
at.model = FakeJudge([0.9])
at.store.add_verdict = die
at.judge(at.keep(sample()))
""",
    "inside the transaction of the verdict": """
at.model = FakeJudge([0.9])
kept = at.keep(sample())
import inspector_app.records.audit
inspector_app.records.audit.append = die
at.judge(kept)
""",
}


def run(script: str, data: Path) -> int:
    return subprocess.run([sys.executable, "-c", BEGIN + script, str(data)], cwd=ROOT, timeout=60).returncode


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_kept_sample_outlives_the_program(tmp_path: Path, moment: str) -> None:
    assert run(MOMENTS[moment], tmp_path) == 9
    at = station(tmp_path)
    (judged,) = at.judge_waiting()
    assert judged.state is State.JUDGED
    assert check.counts(at.store) == NONE | {"samples": 1, "verdicts": 1, "files": 1, "audit": 2}
    assert list(check.faults(at.store)) == []


@pytest.mark.parametrize(
    "moment",
    [
        "import inspector_app.whole; inspector_app.whole.os.replace = die; at.keep(sample())",
        "import inspector_app.records.audit; inspector_app.records.audit.append = die; at.keep(sample())",
    ],
    ids=["half a file", "file without row"],
)
def test_what_was_not_kept_yet_is_not_half_there(tmp_path: Path, moment: str) -> None:
    assert run(moment, tmp_path) == 9
    at = station(tmp_path)
    assert at.store.waiting() == []
    assert list(check.faults(at.store)) == []
    at.judge(at.keep(sample()))  # the same photo that the dead program was storing
    assert list(check.faults(at.store)) == []


LINE_SPEED = """
import sys, threading
from pathlib import Path
from tests.fakes import FakeJudge
from tests.makers import sample, station, undo_last
at = station(Path(sys.argv[1]), FakeJudge(seconds=0.05))
def judge():
    while True:
        at.judge_next()
threading.Thread(target=judge, daemon=True).start()
number = 0
while True:
    number += 1
    print(at.keep(sample(number % 7, serial=f"S{number:04}")), flush=True)
    if number % 5 == 0:
        print("-" + undo_last(at, None).id, flush=True)
"""


@pytest.mark.skipif(os.name == "nt", reason="no SIGKILL there")
def test_a_queue_outlives_a_kill_in_the_middle_of_everything(tmp_path: Path) -> None:
    """SIGKILL while units are captured, judged and withdrawn: what was said to be kept is there, in its order."""
    said: list[str] = []
    for kept in (6, 11):
        program = subprocess.Popen(
            [sys.executable, "-c", LINE_SPEED, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE, text=True
        )
        assert program.stdout is not None
        for _ in range(kept):
            said.append(program.stdout.readline().strip())
        program.send_signal(signal.SIGKILL)
        said += [line.strip() for line in program.stdout if line.endswith("\n")]
        assert program.wait(20) == -signal.SIGKILL
    at = station(tmp_path)
    assert list(check.faults(at.store)) == []
    ids, undone = [i for i in said if not i.startswith("-")], {i[1:] for i in said if i.startswith("-")}
    assert len(ids) >= 13 and ids == sorted(ids)
    assert at.store.get(ids[4]).serial == "S0005"
    at.queue.load()
    waiting = at.queue.ids()
    assert waiting == sorted(waiting) and not undone & set(waiting)
    for kept_id in ids:
        kept = at.store.get(kept_id)
        assert kept.photo and kept.photo.path.is_file()
        assert kept.state is State.JUDGED or kept_id in waiting or not kept.counts
        assert kept_id not in undone or not kept.counts
    assert [done.id for done in iter(at.judge_next, None)] == waiting
    assert list(check.faults(at.store)) == []
