"""Frozen training sets: candidates become a folder that never changes, with a card that says all of it.

Knows labels, groups and files; where the candidates come from is known to learning.py. A golden evaluation set is
locked for good: the groups that it is made of come in from the records and go back there.
"""

import csv
import hashlib
import io
import os
import shutil
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from inspector_app.errors import KensaError, from_os_error
from inspector_app.quality import balance, likeness
from inspector_app.records.files import hash_of
from inspector_app.version import APP_VERSION
from inspector_app.whole import write_whole

GOLDEN, VALIDATION, TRAIN = "test", "val", "train"
KIND, FORMAT = "training set", 1
COLUMNS = (
    "file_name", "verdict", "defect", "severity", "boxes", "mask_file_name", "voice_file_name", "transcript",
    "language", "voice_says", "golden_file_name", "part", "lot", "serial", "operator", "shift", "line", "station",
    "lighting", "reason", "reason_voice_file_name", "record", "group", "split",
)  # fmt: skip
BALANCED_BY = ("operator", "shift", "line", "station", "language", "lighting", "lot")
LEAST_GROUPS = 5
"""Fewer lots than that cannot be split: then serial numbers are, or the units themselves."""
FLOOR = {GOLDEN: (5, 0.5), VALIDATION: (4, 0.25)}
"""Good and bad units, each, that a split gets at least, and the share of them that it may get for that."""
LEAST_SPLIT = 3
"""Units of a class from which on some may measure rather than teach."""
LEAST_LIT, APART = 12, 8.0
"""Photos, and levels of 255 between the darkest and the brightest, from which on lighting is a question."""
LISTED = 200
"""Pairs of near-duplicates that the card names; it always says how many there are."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One labelled unit. `files` are by column, as file_name; `said` are the other columns of metadata.csv."""

    files: Mapping[str, Path]
    said: Mapping[str, str]
    split: str = ""
    """As its folder says it; empty where it says nothing."""

    @property
    def part(self) -> str:
        return self.said.get("part", "")

    @property
    def bad(self) -> bool:
        return self.said["verdict"] == "NG"

    @property
    def first(self) -> Path:
        """What it is known by: the photo, else the note."""
        return self.files.get("file_name") or self.files["voice_file_name"]


@dataclass(frozen=True, slots=True)
class Unit:
    """A candidate and the names (part, group) that it is locked by: its lot or serial first, its content last."""

    candidate: Candidate
    keys: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Shares:
    """Of the groups: how much measures for good, how much of the rest stops a training."""

    golden: float = 0.2
    validation: float = 0.2


@dataclass(frozen=True, slots=True)
class Frozen:
    """A frozen set: its folder, its card, and the groups (part, name) -> golden that are locked by it."""

    folder: Path
    card: dict[str, Any]
    groups: dict[tuple[str, str], bool] = field(default_factory=dict)


def freeze(
    folder: Path,
    candidates: Sequence[Candidate],
    locked: Mapping[tuple[str, str], bool],
    about: Mapping[str, Any],
    shares: Shares | None = None,
) -> Frozen:
    """Writes the set, whole or not at all. `about` goes into the card (name, rule, parts, who).

    Raises KensaError when there is nothing to freeze or the disk refuses.
    """
    prints = [hash_of(candidate.first) for candidate in candidates]
    kept, repeated, conflicts = _without_repeats(candidates, prints)
    if not kept:
        raise KensaError("nothing_to_freeze", "No labelled unit fits this rule; review some units, or widen the rule.")
    found, grouped_by = _units([candidates[i] for i in kept], [prints[i] for i in kept])
    units = [unit.candidate for unit in found]
    splits = split(found, locked, shares or Shares())
    rows = [
        {**unit.candidate.said, "group": unit.keys[0][1], "split": where}
        for unit, where in zip(found, splits, strict=True)
    ]
    pairs, across = _alike(units, splits)
    for row, light in zip(rows, _lighting(units), strict=True):
        row.setdefault("lighting", light)
    draft = folder.with_name(f".{folder.name}.new")
    shutil.rmtree(draft, ignore_errors=True)
    try:
        files = _copy(draft, units, rows)
        card = {
            "kind": KIND,
            "format": FORMAT,
            **about,
            "created": datetime.now(UTC).isoformat(timespec="seconds"),
            "program": APP_VERSION,
            "units": len(rows),
            "counts": _counts(rows),
            "split_by": grouped_by,
            "repeated": repeated,
            "near_duplicates": {
                "pairs": len(pairs),
                "across": across,
                "listed": pairs[:LISTED],
                "sentence": _said_alike(len(pairs), across),
            },
            "conflicts": conflicts + _conflicts(units, pairs),
            "balance": [one.to_json() for one in balance.check(rows, BALANCED_BY)],
            "files": files,
        }
        card["sha256"] = _sha256(card)
        _write_card(draft, card)
        os.replace(draft, folder)
    except OSError as error:
        raise from_os_error(error, "training set", folder) from error
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    locks = {key: where == GOLDEN for unit, where in zip(found, splits, strict=True) for key in reversed(unit.keys)}
    return Frozen(folder, card, locks)


def split(units: Sequence[Unit], locked: Mapping[tuple[str, str], bool], shares: Shares) -> list[str]:
    """The split of each unit. Locked ones stay on their side of the border; what its folder says comes next; the other
    groups are taken whole, good and bad ones by their share, in an order that depends on their names alone."""
    members: dict[tuple[str, str], list[int]] = {}
    sides: dict[int, str] = {}
    for number, unit in enumerate(units):
        known = [locked[key] for key in unit.keys if key in locked]
        if known:
            sides[number] = GOLDEN if known[0] else ""
        else:
            members.setdefault(unit.keys[0], []).append(number)
    told = any(unit.candidate.split for unit in units)
    halved = {unit.keys[0] for number, unit in enumerate(units) if number in sides}
    for key, numbers in members.items():
        said = {units[i].candidate.split for i in numbers}
        if told or key in halved:  # the rest of a lot that taught already may not measure
            side = GOLDEN if GOLDEN in said else VALIDATION if said == {VALIDATION} else ""
            sides |= dict.fromkeys(numbers, side)
    if not told:
        # Of a class with one or two units all teach: a defect that was missed once is learned from that one example.
        few = {name for name, n in Counter(c.said.get("defect", "") for c in _bad(units)).items() if n < LEAST_SPLIT}
        rare = {i for i, u in enumerate(units) if u.candidate.bad and u.candidate.said.get("defect", "") in few}
        for key, numbers in members.items():
            if key not in halved and rare.intersection(numbers):
                sides |= dict.fromkeys(numbers, TRAIN)
        sides |= {number: TRAIN for number in rare if sides.get(number) == ""}
    order = sorted(members, key=lambda key: hashlib.sha256("\0".join(key).encode()).digest())
    free = [key for key in order if members[key][0] not in sides]
    _take(GOLDEN, shares.golden, units, [members[key] for key in free], range(len(units)), sides)
    teaching = [i for i in range(len(units)) if sides.get(i) != GOLDEN]
    groups = [[i for i in members[key] if not sides.get(i)] for key in order]
    groups += [[i] for i in teaching if units[i].keys[0] not in members]
    _take(VALIDATION, shares.validation, units, groups, teaching, sides)
    return [sides.get(i) or TRAIN for i in range(len(units))]


def _bad(units: Sequence[Unit]) -> list[Candidate]:
    return [unit.candidate for unit in units if unit.candidate.bad]


def _take(
    where: str,
    share: float,
    units: Sequence[Unit],
    groups: Sequence[list[int]],
    of: Sequence[int],
    sides: dict[int, str],
) -> None:
    """Whole groups into a split, until it has its share of the good and of the bad units in `of`."""
    have = Counter(units[i].candidate.bad for i in of if sides.get(i) == where)
    there = Counter(units[i].candidate.bad for i in of)
    # Few units would leave one or two to measure with: then up to a half, or a quarter, of them is set aside.
    least, most = FLOOR[where]
    want = {bad: max(share * n, min(least, n * most)) if share else 0.0 for bad, n in there.items()}
    for numbers in groups:
        if not numbers or sides.get(numbers[0]):
            continue
        bad = sum(units[i].candidate.bad for i in numbers) * 2 >= len(numbers)
        if have[bad] + len(numbers) / 2 <= want[bad]:
            sides |= dict.fromkeys(numbers, where)
            have.update(units[i].candidate.bad for i in numbers)


def _units(candidates: Sequence[Candidate], prints: Sequence[str]) -> tuple[list[Unit], str]:
    """The candidates with the names of their groups, and by what they are grouped, in words."""
    for names in (("lot",), ("lot", "serial"), ("serial",)):
        found = [next((f"{n}:{c.said[n]}" for n in names if c.said.get(n)), "") for c in candidates]
        if all(found) and len(set(found)) >= LEAST_GROUPS:
            words = ", else ".join(names)
            break
    else:
        found, words = [""] * len(candidates), "unit, since there are too few lots and serial numbers"
    units = []
    for candidate, group, sha256 in zip(candidates, found, prints, strict=True):
        own = f"unit:{sha256}"
        keys = dict.fromkeys((candidate.part, name) for name in (group, own) if name)
        units.append(Unit(candidate, tuple(keys)))
    return units, words


def _without_repeats(
    candidates: Sequence[Candidate], prints: Sequence[str]
) -> tuple[list[int], int, list[dict[str, str]]]:
    """Of the same file twice one is kept; where its labels differ, none. What is kept, how many fell out, conflicts."""
    by_print: dict[str, list[int]] = {}
    for number, sha256 in enumerate(prints):
        by_print.setdefault(sha256, []).append(number)
    kept, conflicts = [], []
    for numbers in by_print.values():
        if len({candidates[i].said["verdict"] for i in numbers}) == 1:
            kept.append(numbers[0])
            continue
        one, other = (
            candidates[numbers[0]],
            next(candidates[i] for i in numbers if candidates[i].bad != candidates[numbers[0]].bad),
        )
        why = f"the same photo is {one.said['verdict']} and {other.said['verdict']}; neither is in the set"
        conflicts.append({"one": one.first.name, "other": other.first.name, "sentence": why})
    return sorted(kept), len(candidates) - len(kept), conflicts


def _alike(units: Sequence[Candidate], splits: Sequence[str]) -> tuple[list[dict[str, Any]], int]:
    """Pairs of photos that are nearly the same, and how many of them the border of the golden evaluation set parts."""
    photos = [(number, unit.files["file_name"]) for number, unit in enumerate(units) if "file_name" in unit.files]
    try:
        prints = [likeness.fingerprint(path) for _, path in photos]
    except OSError as error:
        raise KensaError("unreadable", f"A photo of the set cannot be read ({error}); take it out.") from error
    pairs = [{"one": photos[i][0], "other": photos[j][0], "bits": bits} for i, j, bits in likeness.near_pairs(prints)]
    across = sum((splits[p["one"]] == GOLDEN) != (splits[p["other"]] == GOLDEN) for p in pairs)
    return pairs, across


def _said_alike(pairs: int, across: int) -> str:
    border = f", {across} of them across the border of the golden evaluation set" if across else ""
    return f"{pairs} pairs of photos are nearly the same{border}."


def _lighting(units: Sequence[Candidate]) -> list[str]:
    """dark, middle or bright, a third of the photos each, where they differ at all; a model could learn the lamp."""
    levels = [likeness.brightness(unit.files["file_name"]) if "file_name" in unit.files else None for unit in units]
    known = sorted(level for level in levels if level is not None)
    if len(known) < LEAST_LIT or known[-1] - known[0] < APART:
        return ["" if level is None else "even" for level in levels]
    low, high = known[len(known) // 3], known[2 * len(known) // 3]
    return [
        "" if level is None else "dark" if level < low else "bright" if level >= high else "middle" for level in levels
    ]


def _conflicts(units: Sequence[Candidate], pairs: list[dict[str, Any]]) -> list[dict[str, str]]:
    """Nearly the same photo with another verdict; the pairs get names in the place of numbers."""
    found = []
    for pair in pairs:
        one, other = units[pair["one"]], units[pair["other"]]
        pair["one"], pair["other"] = one.first.name, other.first.name
        if one.bad != other.bad and pair["bits"] <= 1:
            why = f"nearly the same photo is {one.said['verdict']} and {other.said['verdict']}; look at both"
            found.append({"one": pair["one"], "other": pair["other"], "sentence": why})
    return found[:LISTED]


def _counts(rows: Sequence[Mapping[str, str]]) -> dict[str, dict[str, int]]:
    found = {where: {"OK": 0, "NG": 0} for where in (TRAIN, VALIDATION, GOLDEN)}
    for row in rows:
        found[row["split"]][row["verdict"]] += 1
    return found


def _copy(draft: Path, units: Sequence[Candidate], rows: list[dict[str, str]]) -> dict[str, str]:
    """The files under names of their content, and metadata.csv; name -> SHA-256."""
    files: dict[str, str] = {}
    for unit, row in zip(units, rows, strict=True):
        for column, source in unit.files.items():
            sha256 = hash_of(source)
            name = f"{_SHELF[column]}/{sha256[:20]}{source.suffix.lower()}"
            row[column] = name
            if name not in files:
                (draft / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(source, draft / name)
                (draft / name).chmod(0o444)
                files[name] = sha256
    table = io.StringIO(newline="")
    writer = csv.DictWriter(table, COLUMNS, restval="", extrasaction="ignore")
    writer.writeheader()
    writer.writerows(rows)
    write_whole(draft / "metadata.csv", table.getvalue().encode())
    (draft / "metadata.csv").chmod(0o444)
    files["metadata.csv"] = hash_of(draft / "metadata.csv")
    return files


_SHELF = {
    "file_name": "photos",
    "voice_file_name": "voices",
    "reason_voice_file_name": "voices",
    "golden_file_name": "goldens",
    "mask_file_name": "masks",
}


def _write_card(draft: Path, card: Mapping[str, Any]) -> None:
    from model_runtime.manifest import write_json

    write_json(draft / "card.json", card)
    (draft / "card.json").chmod(0o444)


def _sha256(card: Mapping[str, Any]) -> str:
    from model_runtime.manifest import canonical_sha256

    return canonical_sha256(card)


def with_golden(candidates: Sequence[Candidate], golden: Path) -> list[Candidate]:
    """The same with a golden photo for units with a photo that have none; it is no unit of the set itself."""
    sha256 = hash_of(golden)
    return [
        unit if "golden_file_name" in unit.files or "file_name" not in unit.files
        else replace(unit, files={**unit.files, "golden_file_name": golden})
        for unit in candidates
        if hash_of(unit.first) != sha256
    ]  # fmt: skip
