"""What the reports page asks for: a report with its pages as pictures, files, paper, signatures.

Joins reports and the lane of figures. Knows no widget.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtGui import QImage

from inspector_app.records.filter import Filter
from inspector_app.tasks import Task
from inspector_app.ui.quality_desk import QualityDesk

if TYPE_CHECKING:
    from inspector_app.reports.making import Spoken, Written
    from inspector_app.reports.signatures import Signed
    from inspector_app.reports.summary import Report

SCREEN_WIDTH, PAPER_WIDTH = 980, 2480
"""Pixels of a page: on the screen, and on A4 paper at 300 dots an inch."""
MOST_PAGES = 12
"""Pages that are shown; all are written and printed."""


@dataclass(frozen=True, slots=True)
class Preview:
    """A report, its first pages as pictures, how many pages there are."""

    report: Report
    images: tuple[QImage, ...]
    pages: int


class ReportDesk:
    """Requests about reports; the caller says what went wrong."""

    def __init__(self, desk: QualityDesk) -> None:
        self.quality, self.desk = desk, desk.desk

    def preview(self, wanted: Filter, kind: str, language: str, signed: Sequence[Signed]) -> Task:
        """The task gives a Preview."""
        return self.quality.try_to(self._preview, wanted, kind, language, signed)

    def write(self, report: Report, path: Path, language: str, signed: Sequence[Signed]) -> Task:
        """A file, as its name ends; the task gives what was Written."""
        return self.quality.try_to(self._write, report, path, language, signed, self.desk.person)

    def sign(self, report: Report, role: str, pin: str) -> Task:
        """The task gives what was Signed."""
        return self.quality.try_to(self._sign, report, role, pin, self.desk.person)

    def for_paper(self, report: Report, language: str, signed: Sequence[Signed]) -> Task:
        """All pages, sharp enough for paper; told in the audit trail as printed. The task gives a list of QImage."""
        return self.quality.try_to(self._for_paper, report, language, signed, self.desk.person)

    # -- on the lane

    def _preview(self, wanted: Filter, kind: str, language: str, signed: Sequence[Signed]) -> Preview:
        from inspector_app.reports.making import pages, renamed
        from inspector_app.reports.pdf import report_pdf
        from inspector_app.reports.summary import gather

        station = self.quality.station
        report = gather(station.store, station.parts, station.settings, wanted, kind)
        data = report_pdf(renamed(report, self._spoken()), language, signed)
        found, count = pages(data, SCREEN_WIDTH, MOST_PAGES)
        return Preview(report, tuple(_image(*one) for one in found), count)

    def _write(self, report: Report, path: Path, language: str, signed: Sequence[Signed], person: object) -> Written:
        from inspector_app.reports.making import write

        station = self.quality.station
        return write(station.store, station.people, person, report, path, language, signed, self._spoken())  # type: ignore[arg-type]

    def _sign(self, report: Report, role: str, pin: str, person: object) -> Signed:
        from inspector_app.reports.making import sign

        station = self.quality.station
        return sign(station.store, station.people, person, pin, report, role)  # type: ignore[arg-type]

    def _for_paper(self, report: Report, language: str, signed: Sequence[Signed], person: object) -> list[QImage]:
        from inspector_app.reports.exporting import filter_facts, may_export
        from inspector_app.reports.making import pages, renamed
        from inspector_app.reports.pdf import report_pdf
        from inspector_app.rights import PROGRAM

        station = self.quality.station
        may_export(station.people, person)  # type: ignore[arg-type]
        data = report_pdf(renamed(report, self._spoken()), language, signed)
        found, count = pages(data, PAPER_WIDTH, 10_000)
        facts = {"kind": report.kind, "format": "paper", "count": report.figures.units, "pages": count,
                 "filter": filter_facts(report.wanted)}  # fmt: skip
        who = getattr(person, "name", PROGRAM)
        station.store.note(who, "printed", f"export:{report.kind}", new=facts)
        return [_image(*one) for one in found]

    def _spoken(self) -> Spoken:
        from inspector_app.privacy import Privacy

        station = self.quality.station
        return Privacy(station.store, station.people, self.quality.places).spoken()


def _image(width: int, height: int, stride: int, data: bytes) -> QImage:
    return QImage(data, width, height, stride, QImage.Format.Format_BGR888).copy()
