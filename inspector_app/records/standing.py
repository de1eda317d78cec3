"""Which review of a unit stands: the newest one that was not undone. Conditions for the queries of other modules.

An undone review stays; a line of the unit names it by its number, so that nothing is ever changed.
"""

from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, String, cast, exists, func, select
from sqlalchemy.orm import aliased

from inspector_app.records.record import SENT, LineKind
from inspector_app.records.tables import LineRow, ReviewRow

_STANDS = (
    "EXISTS (SELECT 1 FROM reviews r WHERE r.sample_id = {0} AND NOT EXISTS (SELECT 1 FROM lines d "
    "WHERE d.sample_id = {0} AND d.kind = 'undone' AND d.text = '#' || r.id))"
)
_SENT = "(" + ", ".join(f"'{kind}'" for kind in SENT) + ")"
OPEN = f"""
    SELECT o.id FROM (
        SELECT u.sample_id AS id FROM search_units u WHERE u.standing = 'INCONCLUSIVE'
               AND NOT EXISTS (SELECT 1 FROM reviews r WHERE r.sample_id = u.sample_id)
        UNION SELECT l.sample_id FROM lines l WHERE l.kind IN {_SENT}
               AND NOT EXISTS (SELECT 1 FROM reviews r WHERE r.sample_id = l.sample_id)
        UNION SELECT s.id FROM samples s WHERE s.state = 'failed'
               AND NOT EXISTS (SELECT 1 FROM reviews r WHERE r.sample_id = s.id)
        UNION SELECT l.sample_id FROM lines l JOIN samples s ON s.id = l.sample_id
               WHERE l.kind = 'undone' AND NOT {_STANDS.format("l.sample_id")} AND (s.state = 'failed'
               OR EXISTS (SELECT 1 FROM verdicts v WHERE v.sample_id = s.id AND v.verdict = 'INCONCLUSIVE')
               OR EXISTS (SELECT 1 FROM lines w WHERE w.sample_id = s.id AND w.kind IN {_SENT}))
    ) o WHERE NOT EXISTS (SELECT 1 FROM lines g WHERE g.sample_id = o.id AND g.kind IN ('withdrawn', 'retaken'))"""
"""Ids of all units that wait for the supervisor, as SQL. Each cause is walked in an index of its own: of the unclear
ones only those of which no review stands are met, so a hundred thousand decided units cost nothing.
"""
UNDONE = "SELECT CAST(substr(d.text, 2) AS INTEGER) FROM lines d WHERE d.kind = 'undone'"
"""Numbers of all reviews that were undone, as SQL."""
MARK = "#"
"""Stands before the number, so that a search for a number does not find it."""


STANDING = """(SELECT r.verdict FROM reviews r WHERE r.sample_id = {0} AND NOT EXISTS (SELECT 1 FROM lines d
    WHERE d.sample_id = {0} AND d.kind = 'undone' AND d.text = '#' || r.id) ORDER BY r.id DESC LIMIT 1)"""
"""The verdict of the review that stands, as SQL; NULL where none does."""


def stands(sample_id: str) -> str:
    """The condition that a review of the sample stands, as SQL; `sample_id` is a column."""
    return _STANDS.format(sample_id)


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
