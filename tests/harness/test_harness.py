"""A small share of each harness, so that they stay runnable; CONTRIBUTING.md tells how to run them in earnest."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.makers import png, wav

ROOT = Path(__file__).resolve().parents[2]


def harness(name: str, *words: str) -> "subprocess.CompletedProcess[str]":
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-m", f"tests.harness.{name}", *words]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=200)


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork and SIGKILL")
def test_kills() -> None:
    done = harness("kill", "--kills", "4")
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    assert '"broken": []' in done.stdout


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_fuzz() -> None:
    done = harness("fuzz", "--inputs", "300", "--seed", "5")
    assert done.returncode == 0, done.stdout[-3000:]


@pytest.mark.slow
def test_faults() -> None:
    if shutil.which("strace") is None or not sys.platform.startswith("linux"):
        pytest.skip("needs Linux and strace: apt-get install strace")
    done = harness("faults", "--every", "120")
    if "strace cannot work here" in done.stderr:
        pytest.skip("this system lets no process be traced")
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-2000:]


@pytest.mark.slow
def test_soak() -> None:
    done = harness("soak", "--units", "60")
    assert "Traceback" not in done.stderr, done.stderr[-2000:]
    assert '"faults": []' in done.stdout


@pytest.mark.slow
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs fork and /proc")
def test_files_of_elsewhere(tmp_path: Path) -> None:
    for name, content in {
        "a.wav": png(),
        "b.png": wav(),
        "c.jpg": png()[:300],
        "d": b"",
        "e.mp3": b"\xff" * 900,
    }.items():
        (tmp_path / name).write_bytes(content)
    done = harness("corpora", str(tmp_path))
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-2000:]
    told = json.loads(done.stdout.splitlines()[-1])
    assert told["files"] == 5 and told["photo"]["taken"] == told["voice"]["taken"] == 1
