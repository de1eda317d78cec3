"""Files of other projects' test suites: `python -m tests.harness.corpora FOLDER ARCHIVE … --out figures.json`.

Every file in the folders and archives (.tar.gz, .zip; as `pip download --no-binary :all: --no-deps pillow mutagen`
brings them) is given to capture as a photo and as a voice note, whatever its name says; what is taken goes on to where
the model reads it and, a photo, to the reader of codes. Each file in a process of its own: taken, or refused in one
sentence; nothing else may be raised, nothing hang or die. None of the files is kept.
"""

import argparse
import json
import os
import resource
import select
import signal
import sys
import tarfile
import tempfile
import time
import traceback
import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from inspector_app.capture.codes import read_codes_of
from inspector_app.capture.sample import photo_from_bytes, voice_from_bytes
from model_runtime.photo import load_photo
from model_runtime.verdict import Fixable
from model_runtime.voice import load_voice
from tests.makers import photo, voice

SECONDS = 60
"""The longest that one file may take, on a loaded computer."""
MEMORY = 1_500_000_000
"""Bytes of address space that a file may take beyond what the process has."""
LARGEST = 100_000_000


def files(given: list[Path]) -> Iterator[tuple[str, bytes]]:
    """Name and content of each file of the folders and archives."""
    for source in given:
        if source.is_dir():
            for path in sorted(path for path in source.rglob("*") if path.is_file()):
                yield str(path), path.read_bytes()
        elif zipfile.is_zipfile(source):
            with zipfile.ZipFile(source) as archive:
                for name in (one.filename for one in archive.infolist() if not one.is_dir()):
                    yield f"{source.name}:{name}", archive.read(name)
        else:
            with tarfile.open(source) as tar:
                for member in tar:
                    content = tar.extractfile(member) if member.isfile() and member.size < LARGEST else None
                    if content is not None:
                        yield f"{source.name}:{member.name}", content.read()


def given(data: bytes, name: str, room: Path) -> dict[str, str]:
    """What comes of one file as a photo and as a voice note: `taken`, or the code of the refusal."""
    said = {}
    for what, read in (("photo", _photo), ("voice", _voice)):
        try:
            read(data, name, room)
            said[what] = "taken"
        except Fixable as error:
            assert error.message.strip() and "\n" not in error.message, error.message
            error.message.encode()
            said[what] = error.code
    return said


def _photo(data: bytes, name: str, room: Path) -> None:
    kept = photo_from_bytes(data, name)
    path = room / f"photo{kept.suffix}"
    path.write_bytes(data)
    load_photo(path)
    read_codes_of(kept)


def _voice(data: bytes, name: str, room: Path) -> None:
    kept = voice_from_bytes(data, name)
    path = room / f"voice{kept.suffix}"
    path.write_bytes(data)
    load_voice(path)


def tried(data: bytes, name: str, room: Path) -> dict[str, str]:
    """The same in a process of its own; `broken` says what must not be."""
    out, into = os.pipe()
    child = os.fork()
    if child == 0:
        used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (used + MEMORY, used + MEMORY))
        try:
            said = given(data, name, room)
        except BaseException:  # noqa: BLE001 - told to the harness
            said = {"broken": traceback.format_exc()[-1500:]}
        os.write(into, json.dumps(said).encode())
        os._exit(0)
    os.close(into)
    with os.fdopen(out, "rb") as answer:
        in_time = bool(select.select([answer], [], [], SECONDS)[0])
        if not in_time:
            os.kill(child, signal.SIGKILL)
        told = answer.read()
    _, status = os.waitpid(child, 0)
    if not in_time:
        return {"broken": f"it took longer than {SECONDS} seconds"}
    return json.loads(told) if told else {"broken": f"it died ({os.waitstatus_to_exitcode(status)})"}


def main() -> int:
    """Gives all files, and says what came of them; 1 when one broke something."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("source", type=Path, nargs="+")
    options.add_argument("--out", type=Path)
    args = options.parse_args()
    begun, count = time.monotonic(), 0
    found: dict[str, Counter[str]] = {"photo": Counter(), "voice": Counter()}
    broken: list[str] = []
    with tempfile.TemporaryDirectory(prefix="kensa-corpora-") as room:
        for known in (photo().data, voice().data):  # what the first use loads is loaded once, before anything is forked
            given(known, "known", Path(room))
        for name, data in files(args.source):
            count += 1
            said = tried(data, name, Path(room))
            if "broken" in said:
                broken.append(f"{name}: {said['broken']}")
                print(broken[-1], flush=True)
            for what, code in said.items():
                if what in found:
                    found[what][code] += 1
    figures: dict[str, Any] = {
        "files": count, "minutes": round((time.monotonic() - begun) / 60, 1), **found, "broken": broken,
    }  # fmt: skip
    if args.out:
        args.out.write_text(json.dumps(figures, indent=1) + "\n")
    print(json.dumps({**figures, "broken": len(broken)}))
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
