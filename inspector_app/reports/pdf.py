"""A report on paper (A4): figures, goals, p-chart, Pareto, the NG units with their photos, a block for signatures.

Knows what stands where; paper.py knows how it is drawn. Knows no records.
"""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from inspector_app.reports.charts import Area, draw_p_chart, draw_pareto
from inspector_app.reports.lines import figure_lines, goal_lines
from inspector_app.reports.paper import MARGIN, PALE, WIDTH, Paper
from inspector_app.reports.signatures import Signed, signature_boxes
from inspector_app.reports.summary import Report
from inspector_app.reports.units import draw_units
from inspector_app.reports.words import word
from inspector_app.whole import write_whole

CHART_HEIGHT = 52.0
"""Millimetres."""


def write_pdf(report: Report, path: Path, language: str) -> None:
    """The report as PDF; KensaError without a Japanese font, OSError when it cannot be written."""
    write_whole(path, report_pdf(report, language))


def report_pdf(report: Report, language: str, signed: Sequence[Signed] = ()) -> bytes:
    """The same in memory, for whom it is shown to first; `signed`: electronic signatures of its content."""
    paper = Paper(_title(report, language), language)
    _head(paper, report)
    paper.section("figures")
    head = [word(key, language) for key in ("figure", "value", "interval", "count")]
    paper.grid((66, 52, 40, 22), head, figure_lines(report, language))
    if report.goals:
        paper.section("goals")
        head = [word(key, language) for key in ("figure", "goal", "value", "standing")]
        paper.grid((46, 22, 54, 58), head, goal_lines(report, language))
    _charts(paper, report)
    _slices(paper, report)
    draw_units(paper, report)
    signature_boxes(paper, signed)
    return bytes(paper.output())


def moment(at: datetime | None) -> str:
    """As the clock on the wall showed."""
    return at.astimezone().strftime("%Y-%m-%d %H:%M") if at else "–"


def _title(report: Report, language: str) -> str:
    name = {"lot": report.wanted.lot, "part": report.wanted.part, "shift": report.wanted.shift}.get(report.kind)
    return f"{word(report.kind, language)}{f'  {name}' if name else ''}"


def _head(paper: Paper, report: Report) -> None:
    paper.title_line()
    facts = {
        "station": report.station or "–",
        "part_number": report.wanted.part or word("all", paper.language),
        "lot_number": report.wanted.lot or word("all", paper.language),
        "shift_name": report.wanted.shift or word("all", paper.language),
        "from_to": f"{moment(report.since)} – {moment(report.until)}",
        "made": moment(report.made_at),
    }
    paper.facts({word(key, paper.language): value for key, value in facts.items()})


def _charts(paper: Paper, report: Report) -> None:
    for key, there in (("p_chart", report.chart.points), ("pareto", report.pareto)):
        paper.section(key, CHART_HEIGHT + 14)
        if not there:
            paper.words(9, PALE)
            paper.cell(WIDTH, 6, word("none", paper.language), new_x="LMARGIN", new_y="NEXT")
            continue
        area = Area(MARGIN, paper.get_y(), WIDTH, CHART_HEIGHT)
        if key == "p_chart":
            draw_p_chart(paper, report.chart, area)
        else:
            draw_pareto(paper, report.pareto, area)
        paper.set_xy(MARGIN, paper.get_y() + CHART_HEIGHT + 2)


def _slices(paper: Paper, report: Report) -> None:
    if not report.slices:
        return
    language = paper.language
    paper.section("slices")
    keys = ("units", "ng", "yield", "coverage", "override")
    rows = []
    for one in report.slices:
        found = one.figures
        shares = [found.yield_.value, found.coverage.value, found.override.value]
        name = f"{word('by_' + one.by, language)}: {one.value or '–'}"
        rows.append([name, str(found.units), str(found.ng), *("–" if s is None else f"{s:.1%}" for s in shares)])
    paper.grid((70, 20, 22, 22, 24, 22), ["", *(word(key, language) for key in keys)], rows)
