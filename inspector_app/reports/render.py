"""Tables as files: CSV that Excel opens right, XLSX with the figures beside the units. The PDF is made by pdf.py.

Knows rows and figures; reads no records.
"""

import csv
import io
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from inspector_app.quality.agreement import Kappa
from inspector_app.quality.rates import Estimate, Rate
from inspector_app.quality.summary import Figures
from inspector_app.records.record import Inspection
from inspector_app.reports.lines import figure_lines, goal_lines
from inspector_app.reports.rows import COLUMNS, Cell, row
from inspector_app.reports.summary import Report
from inspector_app.reports.words import word
from inspector_app.whole import write_whole

_RISKY = ("=", "+", "-", "@", "\t", "\r")
"""How a text begins that a spreadsheet would take for a formula and run."""
_MOST_ROWS = 1_048_575
_WIDE, _NARROW = 24, 12


def write_csv(units: Iterable[Inspection], path: Path) -> int:
    """UTF-8 with a byte order mark, so that Excel reads Japanese; the number of units. OSError as it comes.

    A text that a spreadsheet would run as a formula gets an apostrophe before it, as spreadsheets themselves do.
    """
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    count = 0
    for unit in units:
        writer.writerow([_plain(cell) for cell in row(unit).values()])
        count += 1
    write_whole(path, buffer.getvalue().encode("utf-8-sig"))
    return count


def write_xlsx(report: Report, units: Iterable[Inspection], path: Path, language: str) -> int:
    """Three sheets: units, figures, figures by part, line, shift and so on. The number of units."""
    import xlsxwriter

    buffer = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(buffer, options) as book:
        bold = book.add_format({"bold": True, "bottom": 1})
        count = _units_sheet(book.add_worksheet("units"), units, bold)
        _figures_sheet(book.add_worksheet("figures"), report, language, bold)
        _slices_sheet(book.add_worksheet("slices"), report, bold)
    write_whole(path, buffer.getvalue())
    return count


def _plain(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "1" if cell else "0"
    if isinstance(cell, str) and cell.startswith(_RISKY):
        return "'" + cell
    return str(cell)


def _units_sheet(sheet: Any, units: Iterable[Inspection], bold: Any) -> int:
    sheet.write_row(0, 0, list(COLUMNS), bold)
    sheet.freeze_panes(1, 1)
    sheet.set_column(0, 1, _WIDE)
    sheet.set_column(2, len(COLUMNS) - 1, _NARROW)
    count = 0
    for count, unit in enumerate(units, start=1):
        if count > _MOST_ROWS:
            raise ValueError("a sheet holds no more rows")
        for column, cell in enumerate(row(unit).values()):
            _write(sheet, count, column, cell)
    sheet.autofilter(0, 0, count, len(COLUMNS) - 1)
    return count


def _figures_sheet(sheet: Any, report: Report, language: str, bold: Any) -> None:
    sheet.set_column(0, 0, 2 * _WIDE)
    sheet.set_column(1, 3, _WIDE)
    sheet.write_row(0, 0, [word(key, language) for key in ("figure", "value", "interval", "count")], bold)
    at = 1
    for line in figure_lines(report, language):
        sheet.write_row(at, 0, line)
        at += 1
    if report.goals:
        sheet.write_row(at + 1, 0, [word(key, language) for key in ("goals", "goal", "value", "standing")], bold)
        for number, line in enumerate(goal_lines(report, language), start=at + 2):
            sheet.write_row(number, 0, line)


def _slices_sheet(sheet: Any, report: Report, bold: Any) -> None:
    sheet.set_column(0, 1, _WIDE)
    sheet.write_row(0, 0, ["by", "value", *slice_cells(report.figures)], bold)
    for number, one in enumerate(report.slices, start=1):
        for column, cell in enumerate([one.by, one.value, *slice_cells(one.figures).values()]):
            _write(sheet, number, column, cell)


def slice_cells(figures: Figures) -> dict[str, Cell]:
    """Figures as cells, by names that stay."""
    cells: dict[str, Cell] = {
        name: getattr(figures, name) for name in ("units", "ok", "ng", "inconclusive", "reviewed")
    }
    shares: dict[str, Rate | Estimate | Kappa] = {
        "yield": figures.yield_, "first_pass": figures.first_pass, "override": figures.override,
        "coverage": figures.coverage, "miss": figures.truth.miss, "overkill": figures.truth.overkill,
        "bad_among_ok": figures.truth.bad_among_ok, "kappa": figures.kappa,
    }  # fmt: skip
    for name, found in shares.items():
        cells |= {name: found.value, f"{name}_low": found.low, f"{name}_high": found.high}
    return {**cells, "drawn": figures.drawn, "takt_s": figures.takt}


def _write(sheet: Any, at: int, column: int, cell: Cell) -> None:
    if isinstance(cell, bool):
        sheet.write_boolean(at, column, cell)
    elif isinstance(cell, int | float):
        sheet.write_number(at, column, cell)
    elif cell is not None:
        sheet.write_string(at, column, cell[:32_000])  # a cell of Excel holds no more
