"""What the program tells of itself: its version and build, and one file for support that names nobody.

Knows versions, settings that are numbers or choices, and the shape of the log. Never reads records, photos or notes;
what could name a person (texts of settings, paths with a user's name, device names, messages) is left out or replaced.
"""

import getpass
import json
import platform
import re
import sys
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from inspector_app.errors import from_os_error
from inspector_app.places import Places, resources
from inspector_app.settings import Settings
from inspector_app.version import APP_VERSION

DEVICES = ("microphone", "camera", "chosen microphone", "chosen camera")
"""Findings whose words name a device, and with it perhaps its owner."""
LOG_LINES = 400
_LINE = re.compile(r"^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d),\d+ ([A-Z]+) \d+ ([\w.]+):")
_FRAME = re.compile(r'^  File "(?:.*[/\\])?((?:inspector_app|model_runtime)[/\\][^"]+)", line (\d+), in (\w+)')
_ERROR = re.compile(r"^((?:\w+\.)*\w*(?:Error|Exception|Fixable|Interrupt))(?::|$)")


def built() -> dict[str, str]:
    """Commit and day of the build, from the file that the installer's build writes; empty when run from the sources."""
    with suppress(OSError, ValueError):
        told = json.loads((resources() / "build.json").read_text(encoding="utf-8"))
        return {key: str(told[key]) for key in ("commit", "built") if told.get(key)}
    return {}


def version_words() -> str:
    """`0.1.0 (v0.1.0-3-gabcdef, 2026-11-24)`."""
    told = ", ".join(built().values())
    return f"{APP_VERSION} ({told})" if told else APP_VERSION


def write_report(places: Places, settings: Settings, findings: Iterable[Mapping[str, Any]], file: Path) -> None:
    """Writes the file; KensaError where the disk refuses."""
    hidden = _hidden(places)
    report = {
        "kensa": APP_VERSION,
        **built(),
        "made": datetime.now(UTC).isoformat(timespec="minutes"),
        "frozen": hasattr(sys, "_MEIPASS"),
        "system": platform.platform(),
        "python": platform.python_version(),
        "findings": [_finding(found, hidden) for found in findings],
        "settings": _settings(settings),
        "sizes": _sizes(places),
        "log": list(_log(places)),
    }
    try:
        file.write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    except OSError as error:
        raise from_os_error(error, "report", file) from error


def _hidden(places: Places) -> list[tuple[str, str]]:
    """What stands for whom, the longest first, so that a folder is replaced before the name in it."""
    found = {str(places.data): "<data folder>", str(Path.home()): "<home>", platform.node(): "<host>"}
    with suppress(Exception):  # a system without a user's name
        found[getpass.getuser()] = "<user>"
    return sorted(((text, word) for text, word in found.items() if len(text) > 2), key=lambda pair: -len(pair[0]))


def _without(text: str, hidden: list[tuple[str, str]]) -> str:
    for name, word in hidden:
        text = text.replace(name, word)
    # Paths outside of the known folders: only what they end with may be needed.
    return re.sub(r"(?:[A-Za-z]:\\Users\\|/home/|/Users/|/media/|/mnt/)[^\s;,'\"]+", "<path>", text)


def _finding(found: Mapping[str, Any], hidden: list[tuple[str, str]]) -> dict[str, Any]:
    words = str(found.get("found", ""))
    told = "a device" if found.get("what") in DEVICES and found.get("ok") else _without(words, hidden)
    if found.get("what") in DEVICES and not found.get("ok"):
        told = "not as it should be"
    return {"what": found.get("what"), "ok": found.get("ok"), "needed": found.get("needed"), "found": told}


def _settings(settings: Settings) -> dict[str, Any]:
    """Numbers, switches and choices; of texts only whether there is one."""
    told: dict[str, Any] = {}
    for one in fields(settings):
        value, spec = getattr(settings, one.name), one.metadata.get("spec")
        if spec is None or spec.secret:
            continue
        if value is None or isinstance(value, bool | int | float) or (spec.choices and value in spec.choices):
            told[one.name] = value
        else:
            told[one.name] = "is set" if value else "is empty"
    return told


def _sizes(places: Places) -> dict[str, int]:
    """Bytes of the database and the log, and how many models and adapters there are."""
    sizes = {}
    for name, path in (("database", places.database), ("log", places.logs / "kensa.log")):
        with suppress(OSError):
            sizes[name] = path.stat().st_size
    for name, folder in (("models", places.models), ("adapters", places.adapters), ("sets", places.sets)):
        with suppress(OSError):
            sizes[name] = sum(1 for path in folder.iterdir() if path.is_dir() and not path.name.startswith("."))
    return sizes


def _log(places: Places) -> Iterable[str]:
    """When, how grave and where; of errors their kind and our lines. No message: some hold what a person wrote."""
    lines: list[str] = []
    with suppress(OSError):
        text = (places.logs / "kensa.log").read_text(encoding="utf-8", errors="replace")
        for line in text.splitlines():
            if head := _LINE.match(line):
                lines.append(" ".join(head.groups()))
            elif frame := _FRAME.match(line):
                lines.append("  {}:{} {}".format(*frame.groups()).replace("\\", "/"))
            elif error := _ERROR.match(line):
                lines.append(f"  {error.group(1)}")
    return lines[-LOG_LINES:]
