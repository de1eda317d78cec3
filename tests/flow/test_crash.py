"""The program dies at the worst moments, for real: what was kept is judged at the next start."""

import subprocess
import sys
from pathlib import Path

import pytest

from inspector_app.records import check
from inspector_app.records.record import State
from tests.makers import sample, station

NONE = dict.fromkeys(("samples", "verdicts", "lines", "reviews", "parts", "people", "files", "audit"), 0)
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
