"""Whole parts of a data folder changed for others, all of them or, after a crash, all of them at the next start.

What is new lies ready in a folder beside; what was there is moved into another one and stays. Only names are moved, so
that it works on every drive and costs no space. Knows paths; knows nothing of what is in them.
"""

import json
import os
import shutil
from collections.abc import Iterable
from pathlib import Path

from inspector_app.errors import KensaError, from_os_error
from inspector_app.whole import sync_folder, write_whole

JOURNAL = ".replacing.json"
"""What is to be moved; as long as it is there, the folder is neither the old nor the new one."""


def replace(data: Path, draft: Path, aside: Path, old: Iterable[str]) -> None:
    """Moves the `old` names of the folder into `aside`, and all that lies in `draft` into their place.

    `draft` and `aside` lie inside the folder. KensaError when the disk refuses; `finish` then goes on from there.
    """
    told = {"draft": draft.name, "aside": aside.name, "old": sorted(old), "new": sorted(os.listdir(draft))}
    try:
        aside.mkdir()
        write_whole(data / JOURNAL, json.dumps(told).encode())
    except OSError as error:
        raise from_os_error(error, "data folder", data) from error
    finish(data)


def is_open(data: Path) -> bool:
    """Whether a replacement was begun and not ended."""
    return (data / JOURNAL).exists()


def finish(data: Path) -> None:
    """Ends what was begun; nothing where nothing was. The caller has the folder for itself."""
    if not is_open(data):
        return
    try:
        said = json.loads((data / JOURNAL).read_bytes())
        draft, aside = data / _inside(said["draft"]), data / _inside(said["aside"])
        old, new = [_inside(name) for name in said["old"]], [_inside(name) for name in said["new"]]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise KensaError(
            "bad_journal", f"{data / JOURNAL} is damaged; what was there before lies in the folder's before-* folders."
        ) from error
    try:
        for name in old:
            # One whose successor is not in the draft any more is the successor itself.
            if (data / name).exists() and (name not in new or (draft / name).exists()):
                _move(data / name, aside)
        for name in new:
            if (draft / name).exists():
                os.replace(draft / name, data / name)
        sync_folder(data)
        (data / JOURNAL).unlink()
        sync_folder(data)
        shutil.rmtree(draft, ignore_errors=True)
    except OSError as error:
        raise from_os_error(error, "data folder", data) from error


def _move(path: Path, aside: Path) -> None:
    """Into the folder, over nothing that is there."""
    aside.mkdir(exist_ok=True)
    target, number = aside / path.name, 1
    while target.exists():
        target, number = aside / f"{path.name}.{number}", number + 1
    os.replace(path, target)


def _inside(name: object) -> str:
    if not isinstance(name, str) or name in ("", ".", "..") or Path(name).name != name:
        raise ValueError(f"{name!r} is no name")
    return name
