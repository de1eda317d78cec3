"""Why a unit is for the supervisor. Knows no database, so that a window can be built before one is opened."""

from dataclasses import dataclass, field
from enum import StrEnum

from inspector_app.records.record import Inspection, LineKind, State
from model_runtime.verdict import Answer


class Cause(StrEnum):
    """Why a unit waits for the supervisor."""

    UNCLEAR = "unclear"  # INCONCLUSIVE: between the thresholds
    CONTRADICTION = "contradiction"  # voice and photo say different things
    DISAGREED = "disagreed"  # an operator saw something else
    CHANCE = "chance"  # picked at random, so that misses are found too
    SHADOW = "shadow"  # a candidate that judges beside the active adapter said otherwise
    DOUBTED = "doubted"  # its label contradicts those of a training set
    SECOND_LOOK = "second_look"  # its label was drawn from those of a training set, to be looked at again
    FAILED = "failed"  # the model could not judge it


@dataclass(frozen=True, slots=True)
class Worklist:
    """What waits for the supervisor: the first units, oldest first, of one cause or of all; how many wait in all, and
    how many for each cause. One unit may have several.
    """

    units: tuple[Inspection, ...] = ()
    total: int = 0
    counts: dict[Cause, int] = field(default_factory=dict)


def causes(unit: Inspection) -> tuple[Cause, ...]:
    """Why a unit is for the supervisor; empty for one that is not."""
    found = []
    said = unit.verdict
    if said is None and unit.state is State.FAILED:
        found.append(Cause.FAILED)
    if said is not None and said.contradiction:
        found.append(Cause.CONTRADICTION)
    elif said is not None and said.judgment.verdict is Answer.INCONCLUSIVE:
        found.append(Cause.UNCLEAR)
    if unit.last(LineKind.DISAGREED):
        found.append(Cause.DISAGREED)
    if unit.last(LineKind.PICKED):
        found.append(Cause.CHANCE)
    if unit.last(LineKind.SHADOW):
        found.append(Cause.SHADOW)
    if unit.last(LineKind.DOUBTED):
        found.append(Cause.DOUBTED)
    if unit.last(LineKind.SECOND_LOOK):
        found.append(Cause.SECOND_LOOK)
    return tuple(found)
