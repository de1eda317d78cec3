"""Labelled folders: the rows of a metadata.csv with all that is known of each unit.

Knows the columns (docs/evaluation.md) and checks the labels; opens no photo and no sound. Knows no parts and no model.
"""

import csv
import io
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any

from model_runtime.verdict import Fixable

METADATA = "metadata.csv"
SOUNDS = frozenset((".wav", ".flac", ".ogg", ".oga", ".mp3"))
"""A `file_name` with such an ending is a voice note: folders of speech name their sounds there."""
YES, NO = ("1", "true", "yes"), ("0", "false", "no")

Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Labelled:
    """One unit and what is known of it; an empty text is not known. `problem` says why its row cannot be used."""

    name: str
    photo: Path | None = None
    voice: Path | None = None
    golden: Path | None = None
    verdict: str = ""
    """OK or NG."""
    defect: str = ""
    boxes: tuple[Box, ...] = ()
    """x0, y0, x1, y1 in pixels of the photo, from the left and the top."""
    mask: Path | None = None
    transcript: str = ""
    reading: str = ""
    """The transcript in kana."""
    language: str = ""
    speaker: str = ""
    noise: str = ""
    voice_says: str = ""
    """OK, NG or nothing."""
    voice_defect: str = ""
    voice_place: str = ""
    contradiction: bool | None = None
    part: str = ""
    lot: str = ""
    serial: str = ""
    problem: Fixable | None = None

    @property
    def bad(self) -> bool:
        return self.verdict == "NG"


def read_rows(folder: Path) -> list[dict[str, str]]:
    """The rows of the folder's metadata.csv as texts by column. Raises `Fixable` when it is no table of units."""
    path = folder / METADATA
    try:
        data = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        raise _unfit(f"{folder} has no {METADATA}; give a labelled folder.", "not_labelled") from None
    except OSError as error:
        raise _unfit(f"{path} cannot be read ({error.strerror or error}).") from error
    try:
        reader = csv.DictReader(io.StringIO(_decoded(data), newline=""), strict=True, restval="")
        rows = [{(k or "").strip(): v.strip() for k, v in row.items() if isinstance(v, str)} for row in reader]
        columns = {name.strip() for name in reader.fieldnames or ()}
    except (UnicodeDecodeError, csv.Error) as error:
        raise _unfit(f"{path} is not a table in UTF-8 with commas ({error}); save it again.") from error
    if not {"file_name", "voice_file_name"} & columns:
        raise _unfit(f"{path} has no column file_name; its first line must name the columns.")
    return rows


def read_labelled(folder: Path, split: str | None = "test") -> list[Labelled]:
    """The units of one split; all of them where the table knows no splits, or `split` is None.

    Raises `Fixable` when there are none.
    """
    rows = list(enumerate(read_rows(folder), start=2))
    splits = sorted({row["split"] for _, row in rows if row.get("split")})
    if split is not None and splits:
        rows = [(number, row) for number, row in rows if row.get("split") == split]
    if not rows:
        known = f"; there are: {', '.join(splits)}" if splits else ""
        raise _unfit(f"{folder / METADATA} has no rows of the split {split!r}{known}.", "no_units")
    return [_labelled(folder, number, row) for number, row in rows]


def _labelled(folder: Path, number: int, row: Mapping[str, str]) -> Labelled:
    name = row.get("file_name", "") or row.get("voice_file_name", "")
    try:
        return _checked(folder, name, row)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        sentence = f"Row {number} of {METADATA}: {error}; correct the table."
        return Labelled(name or f"{METADATA} row {number}", problem=Fixable("bad_label", sentence))


def _checked(folder: Path, name: str, row: Mapping[str, str]) -> Labelled:
    """The row with its labels; ValueError says what is wrong with one."""
    paths = {key: _inside(folder, row.get(f"{key}file_name", "")) for key in ("", "voice_", "golden_", "mask_")}
    photo, voice = paths[""], paths["voice_"]
    if photo is not None and photo.suffix.lower() in SOUNDS:
        if voice is not None:
            raise ValueError(f"{name!r} is a sound and there is another voice note")
        photo, voice = None, photo
    if photo is None and voice is None:
        raise ValueError("it names neither a photo nor a voice note")
    return Labelled(
        name,
        photo,
        voice,
        paths["golden_"],
        defect=row.get("defect", ""),
        verdict=_one_of(row, "verdict", ("OK", "NG", "INCONCLUSIVE")).replace("INCONCLUSIVE", ""),
        boxes=_boxes(row.get("boxes", "")),
        mask=paths["mask_"],
        transcript=_spoken(row.get("transcript", "")),
        reading=row.get("reading", ""),
        language=row.get("language", ""),
        speaker=row.get("speaker", "") or row.get("voice", ""),
        noise=row.get("noise", ""),
        voice_says=_one_of(row, "voice_says", ("OK", "NG", "nothing")),
        voice_defect=row.get("voice_defect", ""),
        voice_place=row.get("voice_place", ""),
        contradiction=_truth(row.get("contradiction", "")),
        part=row.get("part", ""),
        lot=row.get("lot", ""),
        serial=row.get("serial", ""),
    )


def _one_of(row: Mapping[str, str], column: str, known: tuple[str, ...]) -> str:
    text = row.get(column, "")
    found = {word.lower(): word for word in known}.get(text.lower(), "")
    if text and not found:
        raise ValueError(f"{column} is {text!r}, not {', '.join(known)}")
    return found


def _truth(text: str) -> bool | None:
    if text and text.lower() not in (*YES, *NO):
        raise ValueError(f"contradiction is {text!r}, not true or false")
    return text.lower() in YES if text else None


def _spoken(text: str) -> str:
    """A remark in brackets, like (noise), says that nobody spoke, or what is unknown."""
    return "" if text.startswith("(") and text.endswith(")") else text


def _boxes(text: str) -> tuple[Box, ...]:
    """`[{"defect": ..., "box": [x0, y0, x1, y1]}, ...]`, as JSON."""
    found: list[Box] = []
    for entry in _listed(text) if text else ():
        x0, y0, x1, y1 = (float(value) for value in entry["box"])
        if not (math.isfinite(x0 + y0 + x1 + y1) and x0 <= x1 and y0 <= y1):
            raise ValueError(f"boxes: {entry['box']} is no box x0, y0, x1, y1")
        found.append((x0, y0, x1, y1))
    return tuple(found)


def _listed(text: str) -> Any:
    """The JSON; ValueError for what is none, or is nested without end."""
    try:
        return json.loads(text)
    except RecursionError:
        raise ValueError("boxes: nested too deeply") from None


def _inside(folder: Path, name: str) -> Path | None:
    """The path in the folder, read as one of either kind of system."""
    windows = PureWindowsPath(name)
    outside = PurePosixPath(name).is_absolute() or windows.drive or windows.root or ".." in windows.parts
    if outside or "\0" in name:
        raise ValueError(f"{name!r} leads out of the folder")
    return folder / name if name else None


def _decoded(data: bytes) -> str:
    """UTF-8, or what a Japanese Excel writes."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp932")


def _unfit(sentence: str, code: str = "bad_metadata") -> Fixable:
    return Fixable(code, sentence)
