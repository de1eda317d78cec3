"""No network connection is opened unless a stream is configured: watched from inside and from the kernel's tables."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from inspector_app.places import resources
from tests.capture.test_stream import MjpegServer

# The hook sees what Python does; FFmpeg, PortAudio and torch do not ask Python, so the kernel is asked as well.
GUARD = """
import os, sys, threading, time
seen = set()

def hook(event, args):
    if event in ("socket.connect", "socket.sendto", "socket.bind") and args[0].family.name != "AF_UNIX":
        seen.add(f"{event} {args[1]}")
    elif event in ("socket.getaddrinfo", "socket.gethostbyname"):
        seen.add(f"{event} {args[0]}")

def inodes():
    found = set()
    for name in os.listdir("/proc/self/fd"):
        try:
            target = os.readlink(f"/proc/self/fd/{name}")
        except OSError:
            continue
        if target.startswith("socket:["):
            found.add(target[8:-1])
    return found

def look():
    while True:
        mine = inodes()
        for table in ("tcp", "tcp6", "udp", "udp6", "raw") if mine else ():
            for line in open(f"/proc/self/net/{table}").readlines()[1:]:
                fields = line.split()
                if fields[9] in mine:
                    seen.add(f"{table} to {fields[2]}")
        time.sleep(0.005)

sys.addaudithook(hook)
if os.path.isdir("/proc/self/net"):
    threading.Thread(target=look, daemon=True).start()
"""

CAPTURE = """
from pathlib import Path
from inspector_app.capture.camera import Camera
from inspector_app.capture.checks import check_photo_file, check_voice
from inspector_app.capture.codes import read_codes_of
from inspector_app.capture.microphone import microphones
from inspector_app.capture.sample import read_voice
from inspector_app.capture.setup import cameras

cameras(), microphones()
for source in SOURCES:
    camera = Camera(source)
    camera.open()
    time.sleep(0.3)
    if not source.startswith("folder"):
        photo = camera.still()
        check_photo_file(photo), read_codes_of(photo)
    camera.close()
for note in Path(SAMPLES).glob("*.flac"):
    check_voice(read_voice(note))
"""

JUDGE = """
from inspector_app.__main__ import main
code = main(["judge", f"{SAMPLES}/demo-02.jpg", "--voice", f"{SAMPLES}/demo-02.flac", "--part", "demo-part", "--json"])
code = code or main(["history"]) or main(["verify"])
assert code == 0, code
"""


def run(script: str, tmp_path: Path, sources: list[str]) -> "subprocess.CompletedProcess[str]":
    """The script in a process of its own; the last line it says is what the guard saw."""
    words = f"SOURCES, SAMPLES = {sources!r}, {str(resources() / 'samples')!r}\n"
    whole = GUARD + words + script + "\ntime.sleep(0.05)\nprint()\nprint(sorted(seen), flush=True)\n"
    environment = {**os.environ, "KENSA_DATA": str(tmp_path / "data"), "HF_HUB_OFFLINE": ""}
    return subprocess.run(
        [sys.executable, "-c", whole], capture_output=True, text=True, env=environment, timeout=200, cwd=tmp_path
    )


def watched(done: "subprocess.CompletedProcess[str]") -> str:
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()[-1]


@pytest.fixture
def server() -> Iterator[MjpegServer]:
    made = MjpegServer()
    yield made
    made.stop()


def test_capture_opens_no_connection(tmp_path: Path, film: Path) -> None:
    sources = ["simulated", f"file:{film}", f"file:{resources() / 'samples/demo-01.jpg'}", f"folder:{tmp_path}"]
    assert watched(run(CAPTURE, tmp_path, sources)) == "[]"


@pytest.mark.slow
def test_judging_files_and_keeping_them_opens_no_connection(tmp_path: Path) -> None:
    assert watched(run(JUDGE, tmp_path, [])) == "[]"


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only there the kernel's tables can be read")
def test_a_configured_stream_is_the_one_connection(tmp_path: Path, server: MjpegServer) -> None:
    """And the guard is shown to see: FFmpeg opens this one without Python's knowing."""
    seen = watched(run(CAPTURE, tmp_path, [server.address]))
    assert seen == f"['tcp to 0100007F:{server.server_port:04X}']"


def test_the_guard_sees_what_python_does(tmp_path: Path) -> None:
    script = "import socket\nwith socket.socket() as s:\n    s.settimeout(1)\n    s.connect_ex(('127.0.0.1', 9))\n"
    assert "socket.connect ('127.0.0.1', 9)" in watched(run(script, tmp_path, []))
