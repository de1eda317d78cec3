"""Where the units of a training set come from: what people decided in the records, or any labelled folder.

Knows records and labels; knows no splits and writes nothing.
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from PIL import Image

from inspector_app.errors import KensaError
from inspector_app.parts import Parts
from inspector_app.records.filter import Filter
from inspector_app.records.history import History
from inspector_app.records.learned import reviewed_units
from inspector_app.records.record import Inspection, LineKind
from inspector_app.records.store import Store
from inspector_app.training_sets import Candidate
from model_runtime.verdict import Answer, Region

DECIDED = (Answer.OK, Answer.NG)


def of_records(
    store: Store,
    parts: Parts,
    part: str | None,
    since: datetime | None,
    until: datetime | None,
    reviewed: bool,
    limit: int | None = None,
    station: str = "",
) -> list[Candidate]:
    """Units that count and whose truth is known: by a supervisor's review, or, unless `reviewed`, by an operator who
    accepted what the model said; newest first. One whose photo or only note was erased teaches nothing any more.
    """
    if part is not None:
        parts.get(part)  # an unknown one is said at once
    if reviewed:
        found: Iterable[Inspection] = reviewed_units(store, part, since, until, limit)
    else:
        found = History.of(store).pages(Filter(part=part, since=since, until=until, limit=limit))
    known = (one for one in found if one.counts and _is_known(one, reviewed))
    made = (_candidate(one, parts, station) for one in known)
    return [candidate for candidate in made if candidate is not None]


def _is_known(one: Inspection, reviewed: bool) -> bool:
    if one.review is not None:
        return one.review.verdict in DECIDED
    accepted = one.last(LineKind.ACCEPTED) is not None and one.last(LineKind.DISAGREED) is None
    return not reviewed and accepted and one.answer in DECIDED


def _candidate(one: Inspection, parts: Parts, station: str) -> Candidate | None:
    part = parts.get_or_general(one.part)
    golden = part.golden or (one.golden.path if one.golden else None)
    files: dict[str, Path] = {}
    if one.photo:
        if not one.photo.path.is_file():
            return None
        files["file_name"] = one.photo.path
        if golden is not None and golden.is_file():
            files["golden_file_name"] = golden
    if one.voice and one.voice.path.is_file():
        files["voice_file_name"] = one.voice.path
    if not files:
        return None
    typed = one.last(LineKind.HEARD)  # what the model heard by itself teaches it nothing
    said = {
        "verdict": str(one.answer), "part": one.part, "lot": one.lot or "", "serial": one.serial or "",
        "operator": one.operator or "", "shift": one.shift or "", "line": one.line or "",
        "station": one.station or station,
        "transcript": typed.text if typed else "", "record": one.id, **_finding(one),
    }  # fmt: skip
    reason = one.last(LineKind.REASON) if one.review else None
    if reason is not None:
        # Spoken by the supervisor: in words it belongs to the label, as a note it is one more lesson in hearing.
        said["reason"] = said.get("reason") or reason.text
        if reason.voice and reason.voice.path.is_file():
            files["reason_voice_file_name"] = reason.voice.path
    return Candidate(files, said)


def _finding(one: Inspection) -> dict[str, str]:
    """Class, severity, place and reason, as the review says them; of an accepted unit, as the model does."""
    found = one.review.opinion if one.review else one.verdict.judgment if one.verdict else None
    if found is None or one.answer is not Answer.NG:
        return {"defect": "none", "severity": "none"}
    told = {"defect": "" if found.defect == "none" else found.defect, "severity": str(found.severity)}
    if one.review:
        told["reason"] = one.review.opinion.reason
    region = found.region
    if region is None and one.review and one.verdict and one.verdict.judgment.defect == found.defect:
        region = one.verdict.judgment.region  # confirmed without a word about the place
    if region is not None and one.photo:
        told["boxes"] = _box(one.photo.path, region, found.defect)
    return told


def _box(photo: Path, region: Region, defect: str) -> str:
    """The cell as a box in pixels of the photo."""
    with Image.open(photo) as image:
        width, height = image.size
    wide, high = width / region.grid, height / region.grid
    corners = (region.col * wide, region.row * high, (region.col + 1) * wide, (region.row + 1) * high)
    return json.dumps([{"defect": defect, "box": [round(value, 1) for value in corners]}])


def of_folder(folder: Path) -> list[Candidate]:
    """The usable units of a labelled folder. Raises `Fixable` when it is none, or names a file that is not there."""
    from model_runtime.labelled import METADATA, read_labelled, read_rows

    if not (folder / METADATA).is_file() and (sorted_in := _of_subfolders(folder)):
        return sorted_in
    found = []
    for unit, row in zip(read_labelled(folder, None), read_rows(folder), strict=True):
        if unit.problem:
            raise unit.problem
        if unit.verdict not in DECIDED:
            continue
        files = {"file_name": unit.photo, "voice_file_name": unit.voice, "golden_file_name": unit.golden,
                 "mask_file_name": unit.mask}  # fmt: skip
        there = {column: path for column, path in files.items() if path is not None}
        for path in there.values():
            if not path.is_file():
                raise KensaError("missing", f"{path} is named in metadata.csv and is not there; correct the table.")
        said = {name: row[name] for name in _TAKEN if row.get(name)}
        found.append(Candidate(there, {**said, "verdict": unit.verdict, "part": unit.part}, row.get("split", "")))
    return found


def _of_subfolders(folder: Path) -> list[Candidate]:
    """Photos that are labelled by the folder they lie in, as `train/good/1.png`: good ones by GOOD, all others are NG,
    of a class called as their folder. Folders named as a split say it; masks (ground_truth) are no units."""
    found = []
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() not in PHOTOS or not path.is_file():
            continue
        above = [part.lower() for part in path.relative_to(folder).parts[:-1]]
        names = [name for name in above if name not in SPLITS]
        if len(names) != 1 or names[0].startswith("ground_truth"):
            continue
        good, split = names[0] in GOOD, next((SPLITS[name] for name in above if name in SPLITS), "")
        defect = "none" if good else "" if names[0] in BAD else names[0]
        said = {"verdict": "OK" if good else "NG", "defect": defect, "part": folder.resolve().name}
        found.append(Candidate({"file_name": path}, said, split))
    # A split with units of one kind only, as in sets made for learning from good ones, says nothing here.
    told = {split: {one.bad for one in found if one.split == split} for split in {one.split for one in found}}
    if any(len(kinds) < 2 for kinds in told.values()):
        found = [replace(one, split="") for one in found]
    return found


PHOTOS = (".png", ".jpg", ".jpeg", ".bmp", ".webp", ".tif", ".tiff")
GOOD, BAD = ("ok", "good", "normal", "良品"), ("ng", "bad", "defect", "defective", "anomaly", "不良")
SPLITS = {"train": "train", "training": "train", "val": "val", "validation": "val", "valid": "val", "test": "test"}
_TAKEN = (
    "defect", "severity", "boxes", "transcript", "language", "voice_says", "lot", "serial", "operator", "shift",
    "reason", "line", "station", "lighting",
)  # fmt: skip


def with_operator(one: Candidate, called: Callable[[str], str]) -> Candidate:
    """The same with another name for the operator, as a pseudonym."""
    return replace(one, said={**one.said, "operator": called(one.said.get("operator", ""))})
