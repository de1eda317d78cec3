"""A frozen training set as training reads it: the units it may learn from, those it is stopped by, and what is right.

Knows the folder, its card and its labels. What is learned from never holds a row of the split `test`: those are the
part's golden evaluation set. Knows no tensors and no model.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from model_runtime.evaluate import true_cells
from model_runtime.exposures import Point
from model_runtime.labelled import Labelled, read_labelled, read_rows
from model_runtime.manifest import canonical_sha256, sha256_of
from model_runtime.verdict import DEFECTS, Fixable, Question, Severity

CARD, ERASED = "card.json", "erased.json"
FORMAT = 1
TRAIN, VALIDATION, GOLDEN = "train", "val", "test"
"""Splits of a set. `test` is the golden evaluation set, by the name that labelled folders use."""


@dataclass(frozen=True, slots=True)
class Target:
    """What is right for one unit; an empty text or None is not known and teaches nothing."""

    verdict: str
    defect: str = ""
    severity: str = ""
    point: Point | None = None
    """Where the defect is, x and y in 0..1 of the photo."""
    heard: str | None = None
    voice_says: str = ""

    @property
    def bad(self) -> bool:
        return self.verdict == "NG"


@dataclass(frozen=True, slots=True)
class Example:
    """One unit: what the station would ask of it, and what is right."""

    name: str
    question: Question
    target: Target


@dataclass(frozen=True, slots=True)
class TrainingSet:
    """A frozen set, its golden evaluation set left out."""

    folder: Path
    name: str
    sha256: str
    train: tuple[Example, ...]
    validation: tuple[Example, ...]
    card: Mapping[str, Any] = field(default_factory=dict)


def read_card(folder: Path) -> dict[str, Any]:
    """card.json of a frozen set. Raises `Fixable` when the folder is none."""
    try:
        content = json.loads((folder / CARD).read_text(encoding="utf-8"))
        if content["kind"] != "training set" or not isinstance(content["files"], dict):
            raise ValueError("it describes no training set")
        if content["format"] > FORMAT:
            raise Fixable("bad_set", f"The training set {folder.name} is of a newer program; update this one.")
        return dict(content)
    except FileNotFoundError:
        sentence = f"{folder} is no frozen training set; freeze it first: `kensa freeze --from {folder}`."
        raise Fixable("not_frozen", sentence) from None
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise Fixable("bad_set", f"The card of the training set {folder.name} cannot be read ({error}).") from error


def erased_files(folder: Path) -> dict[str, str]:
    """File -> SHA-256 of what was erased of a set since it was frozen: a voice, on somebody's request."""
    try:
        content = json.loads((folder / ERASED).read_text(encoding="utf-8"))
        return {str(name): str(told["sha256"]) for name, told in content.items()}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise Fixable("bad_set", f"{folder.name}/{ERASED} cannot be read ({error}); restore it.") from error


def without_erased(unit: Labelled) -> Labelled | None:
    """The unit as it is without files that are not there any more; None when nothing is left of it."""
    voice = unit.voice if unit.voice is not None and unit.voice.is_file() else None
    photo = unit.photo if unit.photo is not None and unit.photo.is_file() else None
    if photo is None and (unit.photo is not None or voice is None):
        return None
    return replace(unit, voice=voice, transcript=unit.transcript if voice else "")


def set_faults(folder: Path) -> list[str]:
    """What was changed in a frozen set since, as sentences; empty when it is as it was."""
    card = read_card(folder)
    faults, erased = [], erased_files(folder)
    if canonical_sha256({key: value for key, value in card.items() if key != "sha256"}) != card.get("sha256"):
        faults.append(f"{CARD} was changed.")
    for name, sha256 in card["files"].items():
        path = folder / name
        if erased.get(name) == sha256:
            continue  # on request, and told so; what it was is known by its hash
        if not path.is_file():
            faults.append(f"{name} is missing.")
        elif sha256_of(path) != sha256:
            faults.append(f"{name} was changed.")
    return faults


def read_set(folder: Path) -> TrainingSet:
    """The set, checked whole. Raises `Fixable` when it was changed or has nothing to learn from."""
    card = read_card(folder)
    if faults := set_faults(folder):
        told = " ".join(faults[:5])
        raise Fixable("changed_set", f"The training set {folder.name} is not what was frozen: {told} Freeze it again.")
    units = list(zip(read_labelled(folder, None), read_rows(folder), strict=True))
    found: dict[str, list[Example]] = {TRAIN: [], VALIDATION: []}
    for labelled, row in units:
        unit = without_erased(labelled)
        if unit is not None and row.get("split") in found and unit.verdict and unit.problem is None:
            found[row["split"]].append(_example(unit, row, card, folder))
    verdicts = {example.target.verdict for example in found[TRAIN]}
    if verdicts != {"OK", "NG"}:
        lacks = " and ".join(sorted({"OK", "NG"} - verdicts)) or "labels"
        raise Fixable("one_sided", f"The training set {folder.name} has no {lacks} to learn from; add such units.")
    return TrainingSet(folder, card["name"], card["sha256"], tuple(found[TRAIN]), tuple(found[VALIDATION]), card)


def examples(folder: Path) -> list[Example]:
    """Every unit of the set, those that measure too, as they are labelled: for looking at the labels, never for
    learning. Raises `Fixable` when the folder is no set."""
    card = read_card(folder)
    rows = zip(read_labelled(folder, None), read_rows(folder), strict=True)
    units = [(without_erased(labelled), row) for labelled, row in rows if labelled.verdict and not labelled.problem]
    return [_example(unit, row, card, folder) for unit, row in units if unit is not None]


def _example(unit: Labelled, row: Mapping[str, str], card: Mapping[str, Any], folder: Path) -> Example:
    part = card.get("parts", {}).get(unit.part, {})
    severity = row.get("severity", "")
    classes = tuple(part.get("defects", ())) or DEFECTS
    heard, says = unit.transcript, unit.voice_says
    voice = unit.voice
    spoken = row.get("reason_voice_file_name") if row.get("split") == TRAIN else None
    if voice is None and spoken and (folder / spoken).is_file():
        # Why the supervisor decided so, as it was spoken: what an operator would have said of this very unit. Never
        # beside a unit that measures or stops: there it would tell the answer.
        voice, heard, says = folder / spoken, row.get("reason", ""), unit.verdict
    question = Question(
        photo=unit.photo,
        voice=voice,
        golden=unit.golden if unit.photo else None,
        part=unit.part or None,
        defects=classes,
        criteria=str(part.get("criteria", "")),
    )
    target = Target(
        verdict=unit.verdict,
        defect=unit.defect if unit.defect in classes else "",
        severity=severity if severity in set(Severity) - {Severity.NONE} else "",
        point=_point(unit),
        heard=heard or None,
        voice_says=says,
    )
    return Example(unit.name, question, target)


def _point(unit: Labelled) -> Point | None:
    """The middle of the cells that the label names; of those the one nearest to it, so that it lies on the defect."""
    cells = true_cells(unit) if unit.bad else None
    if cells is None or not cells.any():
        return None
    where = np.argwhere(cells) + 0.5
    y, x = where[np.square(where - where.mean(0)).sum(1).argmin()] / cells.shape[0]
    return float(x), float(y)
