"""The block at the end of a report: three boxes to stamp or sign in, or filled by an electronic signature.

Knows names and times; proves nothing itself: that the PIN was right is asked before (exporting.py).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from inspector_app.reports.paper import BOTTOM, MARGIN, PALE, RULE, WIDTH, Paper
from inspector_app.reports.words import word

ROLES = ("prepared", "checked", "approved")
_HEIGHT, _HEAD = 30.0, 6.5


@dataclass(frozen=True, slots=True)
class Signed:
    """Who put the own name to a report: in which box, when, and the hash of what the report says."""

    role: str
    name: str
    at: datetime
    sha256: str


def signature_boxes(paper: Paper, signed: Sequence[Signed] = ()) -> None:
    """Three boxes, kept together."""
    if paper.get_y() + _HEIGHT + 10 > BOTTOM:
        paper.add_page()
    paper.ln(8)
    top, width = paper.get_y(), WIDTH / 3
    by_role = {one.role: one for one in signed}
    for number, role in enumerate(ROLES):
        left = MARGIN + number * width
        paper.set_draw_color(*RULE)
        paper.rect(left, top, width, _HEIGHT)
        paper.line(left, top + _HEAD, left + width, top + _HEAD)
        paper.set_xy(left, top + 0.5)
        paper.words(9)
        paper.cell(width, 5.5, word(role, paper.language), align="C")
        _inside(paper, by_role.get(role), left, top, width)
    paper.set_xy(MARGIN, top + _HEIGHT)


def _inside(paper: Paper, one: Signed | None, left: float, top: float, width: float) -> None:
    if one is None:
        paper.words(7.5, PALE)
        for row, field in enumerate(("name", "date")):
            paper.set_xy(left + 1, top + _HEIGHT - 10 + 5 * row)
            paper.cell(width, 5, word(field, paper.language))
        return
    paper.set_xy(left, top + _HEAD + 2.5)
    paper.words(11)
    paper.cell(width, 6, paper.fitting(one.name, width - 4), align="C")
    lines = (f"{one.at.astimezone():%Y-%m-%d %H:%M}", word("esigned", paper.language), f"SHA-256 {one.sha256[:16]}…")
    for row, text in enumerate(lines):
        paper.words(7.5, PALE)
        paper.set_xy(left, top + _HEAD + 9 + 4.2 * row)
        paper.cell(width, 4, text, align="C")
