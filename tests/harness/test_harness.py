"""A small share of each harness, so that they stay runnable; CONTRIBUTING.md tells how to run them in earnest."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

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
