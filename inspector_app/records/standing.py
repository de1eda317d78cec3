"""Which review of a unit stands: the newest one that was not undone. Conditions for the queries of other modules.

An undone review stays; a line of the unit names it by its number, so that nothing is ever changed.
"""

from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, String, cast, exists, func, select
from sqlalchemy.orm import aliased

from inspector_app.records.record import LineKind
from inspector_app.records.tables import LineRow, ReviewRow

MARK = "#"
"""Stands before the number, so that a search for a number does not find it."""


def mark_of(review_id: int) -> str:
    """How a line names the review that it undoes."""
    return f"{MARK}{review_id}"


def undone(review: Any) -> ColumnElement[bool]:
    """The condition that a review (the table or an alias of it) was undone."""
    line = aliased(LineRow)
    return exists().where(
        line.sample_id == review.sample_id,
        line.kind == str(LineKind.UNDONE),
        line.text == MARK + cast(review.id, String),
    )


def standing(sample_id: Any) -> ScalarSelect[int | None]:
    """The number of the review that stands; NULL where none does."""
    review = aliased(ReviewRow)
    return select(func.max(review.id)).where(review.sample_id == sample_id, ~undone(review)).scalar_subquery()


def decided(sample_id: Any) -> ColumnElement[bool]:
    """The condition that a review of the sample stands."""
    review = aliased(ReviewRow)
    return exists().where(review.sample_id == sample_id, ~undone(review))
