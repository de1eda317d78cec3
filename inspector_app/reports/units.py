"""The NG units on paper: photo with the place of the defect, what was said and decided. Knows inspections and fpdf."""

from collections.abc import Iterator

from inspector_app.records.record import Inspection
from inspector_app.reports.paper import ALARM, BOTTOM, MARGIN, PALE, RULE, WIDTH, Paper, image, thumbnail
from inspector_app.reports.summary import Report
from inspector_app.reports.words import word

SIDE, GAP, COLUMNS, LINE = 36.0, 4.0, 2, 4.0


def draw_units(paper: Paper, report: Report) -> None:
    """Two units side by side, each photo beside its words."""
    paper.section("ng_units", SIDE + 14)
    paper.words(9, PALE)
    said = word("shown", paper.language).format(report.figures.ng, len(report.ng))
    paper.cell(WIDTH, 5, said if report.ng else word("none", paper.language), new_x="LMARGIN", new_y="NEXT")
    paper.ln(1)
    width = (WIDTH - GAP) / COLUMNS
    for start in range(0, len(report.ng), COLUMNS):
        if paper.get_y() + SIDE > BOTTOM:
            paper.add_page()
        top = paper.get_y()
        ends = [
            _unit(paper, unit, MARGIN + number * (width + GAP), top, width)
            for number, unit in enumerate(report.ng[start : start + COLUMNS])
        ]
        paper.set_xy(MARGIN, max(ends) + GAP)


def _unit(paper: Paper, unit: Inspection, left: float, top: float, width: float) -> float:
    """Draws one; where it ends."""
    end = _photo(paper, unit, left, top)
    at, room = top, width - SIDE - 3
    for label, value in _facts(unit, paper.language):
        if at + LINE > top + SIDE + 0.1:
            break
        paper.set_xy(left + SIDE + 3, at)
        paper.words(7, PALE)
        paper.cell(15, LINE, paper.fitting(label, 14.5))
        paper.words(7.5)
        paper.cell(room - 15, LINE, paper.fitting(value, room - 16))
        at += LINE
    return max(at, end)


def _photo(paper: Paper, unit: Inspection, left: float, top: float) -> float:
    photo = thumbnail(unit.photo.path) if unit.photo else None
    paper.set_draw_color(*RULE)
    paper.set_line_width(0.2)
    if photo is None:
        paper.rect(left, top, SIDE, SIDE)
        paper.set_xy(left, top + SIDE / 2 - 2)
        paper.words(7.5, PALE)
        paper.cell(SIDE, 4, word("no_photo", paper.language), align="C")
        return top + SIDE
    x, y, width, height = image(paper, photo, left, top, SIDE)
    region = unit.review.opinion.region if unit.review and unit.review.opinion.region else None
    region = region or (unit.verdict.judgment.region if unit.verdict else None)
    if region is not None:
        paper.set_draw_color(*ALARM)
        paper.set_line_width(0.5)
        cell_width, cell_height = width / region.grid, height / region.grid
        paper.rect(x + region.col * cell_width, y + region.row * cell_height, cell_width, cell_height)
    return y + height


def _facts(unit: Inspection, language: str) -> Iterator[tuple[str, str]]:
    """What is worth a line, most telling first; empty ones are left out."""
    review, said = unit.review, unit.verdict.judgment if unit.verdict else None
    defect = review.opinion.defect if review else said.defect if said else ""
    severity = str(review.opinion.severity if review else said.severity if said else "")
    facts = {
        "serial": unit.serial or "",
        "lot_number": unit.lot or "",
        "captured": f"{unit.captured_at.astimezone():%m-%d %H:%M:%S}  {unit.operator or ''}",
        "defect": " ".join(word(w, language) for w in (defect, severity) if w and w != "none"),
        "heard": unit.heard,
        "disposition": word(str(review.opinion.disposition), language) if review else "",
        "reason": review.opinion.reason if review else "",
        "reviewed_by": review.who if review else "",
        "signed": "".join(f"{s.who} {s.at.astimezone():%m-%d %H:%M}" for s in [unit.signature] if s),
    }  # fmt: skip
    yield from ((word(key, language), value) for key, value in facts.items() if value)
