"""The program's own judge over labelled units: what it said of each, and which of its places and classes are right.

Knows questions, verdicts and labels. Knows no statistics, no parts and no screen: `scoring` makes the figures.
"""

import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from model_runtime.labelled import Box, Labelled
from model_runtime.verdict import (
    GRID,
    Answer,
    Fixable,
    Judge,
    Judgment,
    Question,
    Region,
    StopCheck,
    Stopped,
    Thresholds,
    Verdict,
)

BUG = "internal_error"
EVERY_NG = Thresholds(0.0, 1.0)
"""Class and place are asked, whatever p_ng is."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Case:
    """A labelled unit of a folder and the question that the station would ask of it."""

    folder: str
    labelled: Labelled
    question: Question


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the judge said of one case, or the code and sentence of why it said nothing.

    `asked`: what it says of a unit that is truly NG when it has to name class and place, also where it called it OK.
    """

    case: Case
    verdict: Verdict | None = None
    asked: Judgment | None = None
    place_right: bool | None = None
    """None: the label has no place."""
    code: str = ""
    message: str = ""

    @property
    def passed(self) -> bool:
        return self.verdict is not None and self.verdict.judgment.verdict is Answer.OK

    @property
    def rejected(self) -> bool:
        return self.verdict is not None and self.verdict.judgment.verdict is Answer.NG


def evaluate(judge: Judge, cases: Iterable[Case], stop: StopCheck | None = None) -> Iterator[Outcome]:
    """One outcome after the other; what cannot be judged holds up nothing. Raises `Stopped` when `stop` says so."""
    for case in cases:
        try:
            if case.labelled.problem:
                raise case.labelled.problem
            yield _judged(judge, case, stop)
        except Fixable as error:
            yield Outcome(case, code=error.code, message=error.message)
        except Stopped:
            raise
        except Exception as error:  # noqa: BLE001 - one bug must not cost the other figures; it is logged and told
            _log.exception("a unit could not be evaluated")
            message = f"Kensa failed with {type(error).__name__}; the details are in the log of the data folder."
            yield Outcome(case, code=BUG, message=message)


def _judged(judge: Judge, case: Case, stop: StopCheck | None) -> Outcome:
    verdict = judge.judge(case.question, stop)
    if not case.labelled.bad:
        return Outcome(case, verdict)
    asked = verdict.judgment
    if asked.defect == "none":
        asked = judge.judge(replace(case.question, thresholds=EVERY_NG), stop).judgment
    return Outcome(case, verdict, asked, place_right(case.labelled, asked.region))


def place_right(labelled: Labelled, region: Region | None) -> bool | None:
    """Whether the region lies within one cell of a box or of the mask; None when the label has neither."""
    cells = true_cells(labelled)
    if cells is None or not cells.any():
        return None
    if region is None:
        return False
    rows, columns = np.nonzero(cells)
    return bool((np.maximum(abs(rows - region.row), abs(columns - region.col)) <= 1).any())


def true_cells(labelled: Labelled, grid: int = GRID) -> NDArray[np.bool_] | None:
    """The cells (grid, grid) that a box or the mask touches; None when the label has neither."""
    if labelled.photo is not None and labelled.boxes:
        return _cells_of_boxes(labelled.boxes, _size(labelled.photo), grid)
    return _cells_of_mask(labelled.mask, grid) if labelled.mask else None


def _cells_of_boxes(boxes: Iterable[Box], size: tuple[int, int], grid: int) -> NDArray[np.bool_]:
    cells = np.zeros((grid, grid), dtype=bool)
    for x0, y0, x1, y1 in boxes:
        columns, rows = _run(x0, x1, size[0], grid), _run(y0, y1, size[1], grid)
        cells[rows, columns] = True
    return cells


def _run(low: float, high: float, length: int, grid: int) -> slice:
    """The cells that [low, high) pixels of `length` touch; an edge on a border belongs to the cell before it."""
    first = min(grid - 1, max(0, int(low * grid / length)))
    last = min(grid, max(first + 1, int(np.ceil(high * grid / length))))
    return slice(first, last)


def _cells_of_mask(path: Path, grid: int) -> NDArray[np.bool_]:
    """Cells with any pixel that is not black. The photo's own size does not matter: both show the same view."""
    try:
        with Image.open(path) as image:
            mask = np.asarray(image.convert("L")) > 0
    except OSError as error:
        raise Fixable("mask_unreadable", f"The mask {path.name} cannot be read ({error}); save it again.") from error
    cells = np.zeros((grid, grid), dtype=bool)
    rows, columns = np.nonzero(mask)
    cells[rows * grid // mask.shape[0], columns * grid // mask.shape[1]] = True
    return cells


def _size(path: Path) -> tuple[int, int]:
    """(width, height) as stored: boxes are in pixels of the file."""
    with Image.open(path) as image:
        return image.size
