"""The limit-sample book on paper or as a PDF: the same document for both, photos in it. Knows Qt's printing.

Knows a part; knows no page.
"""

from __future__ import annotations

from datetime import date
from html import escape
from typing import TYPE_CHECKING

from PySide6.QtCore import QMarginsF, QSizeF, QUrl
from PySide6.QtGui import QFont, QImage, QPageLayout, QPageSize, QTextDocument
from PySide6.QtPrintSupport import QPrinter, QPrintPreviewDialog
from PySide6.QtWidgets import QWidget

from inspector_app.errors import KensaError
from inspector_app.limit_book import sections, standing
from inspector_app.parts import Part, Reference
from inspector_app.ui import theme
from inspector_app.ui.book_words import STANDINGS, approval
from inspector_app.ui.language import tr
from inspector_app.ui.pictures import picture_file
from inspector_app.ui.words import defect_word

if TYPE_CHECKING:
    from inspector_app.ui.desk import Desk

_SIDE, _SHOWN = 900, 230
"""Pixels of a photo in the document, and how wide it is shown, in points of a page of A4."""
_CSS = (
    "h1 { font-size: 16pt; margin: 0; } h2 { font-size: 12pt; margin: 14pt 0 3pt 0; }"
    "p, td { font-size: 9.5pt; } td { padding: 5pt; vertical-align: top; } .small { font-size: 8pt; color: #444444; }"
)


class BookPrinter:
    """Makes the document from the photos' files, on the pictures' lane, and then prints it or saves it."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def save(self, part: Part, version: int, path: str, language: str) -> None:
        """As a PDF."""
        self._with_photos(part, lambda photos: self._save(part, version, path, language, photos))

    def show(self, part: Part, version: int, language: str, parent: QWidget) -> None:
        """A look at the pages, and the printer."""
        self._with_photos(part, lambda photos: self._show(part, version, language, photos, parent))

    def _with_photos(self, part: Part, use: object) -> None:
        paths = [one.photo for one in (part.golden_sample, *part.limits) if one is not None]
        task = self._desk.lanes.pictures.start(
            lambda: {str(path): picture_file(path, _SIDE) for path in paths if path.is_file()}
        )
        task.done.connect(use)
        task.failed.connect(self._desk.problems.tell)

    def _save(self, part: Part, version: int, path: str, language: str, photos: dict[str, QImage]) -> None:
        printer = _paper()
        printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
        printer.setOutputFileName(path)
        document(part, version, language, photos).print_(printer)
        if printer.printerState() is QPrinter.PrinterState.Error:
            self._desk.problems.tell(KensaError("unreadable", f"{path} cannot be written; choose another place."))
        else:
            self._desk.problems.news(tr("Saved: {file}", file=path))

    def _show(self, part: Part, version: int, language: str, photos: dict[str, QImage], parent: QWidget) -> None:
        printer = _paper()
        made = document(part, version, language, photos)
        preview = QPrintPreviewDialog(printer, parent)
        preview.paintRequested.connect(made.print_)
        preview.resize(900, 700)
        preview.finished.connect(preview.deleteLater)
        preview.open()


def document(part: Part, version: int, language: str, photos: dict[str, QImage]) -> QTextDocument:
    """The whole book of a part, ready for A4."""
    made = QTextDocument()
    font = QFont()
    font.setFamilies(list(theme.FONTS))
    made.setDefaultFont(font)
    made.setDefaultStyleSheet(_CSS)
    made.setPageSize(QSizeF(QPageSize.size(QPageSize.PageSizeId.A4, QPageSize.Unit.Point)))
    for name, seen in photos.items():
        made.addResource(QTextDocument.ResourceType.ImageResource, QUrl(f"photo:{name}"), seen)
    made.setHtml(_html(part, version, language, photos))
    return made


def _html(part: Part, version: int, language: str, photos: dict[str, QImage]) -> str:
    number = tr("Version {number}", number=version) if version else tr("As the file of parts says")
    lines = [
        f"<h1>{escape(tr('Limit samples'))}: {escape(part.title(language))} ({escape(part.name)})</h1>",
        f"<p class='small'>{escape(number)} &nbsp; {date.today().isoformat()}</p>",
    ]
    for section in sections(part):
        references = [*([part.golden_sample] if part.golden_sample and not section.defect else []), *section.limits]
        if section.defect and not section.criterion and not references:
            continue
        lines.append(f"<h2>{escape(defect_word(section.defect) if section.defect else tr('The whole part'))}</h2>")
        lines.append(f"<p>{escape(section.criterion or tr('No criterion in words.'))}</p>")
        lines.append(_rows(part, references, photos))
    lines.append(f"<p class='small'>{escape(tr('Approved'))}: ______________________ &nbsp; "
                 f"{escape(tr('Date'))}: ______________</p>")  # fmt: skip
    return "".join(lines)


def _rows(part: Part, references: list[Reference], photos: dict[str, QImage]) -> str:
    """Two samples beside each other."""
    cells = [_cell(part, one, photos) for one in references]
    rows = [cells[start : start + 2] for start in range(0, len(cells), 2)]
    return "<table width='100%'>" + "".join(f"<tr>{''.join(row)}</tr>" for row in rows) + "</table>" if rows else ""


def _cell(part: Part, reference: Reference, photos: dict[str, QImage]) -> str:
    name = tr("Golden sample") if reference is part.golden_sample else tr("Limit sample")
    state = tr(STANDINGS[standing(reference, date.today())])
    seen = str(reference.photo)
    image = f"<img src='photo:{escape(seen)}' width='{_SHOWN}'><br>" if seen in photos else ""
    words = "<br>".join(escape(line) for line in approval(reference).splitlines())
    told = f"<b>{escape(name)}</b> ({escape(state)})<br>{escape(reference.criterion)}<br>{words}"
    return f"<td width='50%'>{image}{told}</td>"


def _paper() -> QPrinter:
    printer = QPrinter(QPrinter.PrinterMode.HighResolution)
    printer.setPageSize(QPageSize(QPageSize.PageSizeId.A4))
    printer.setPageMargins(QMarginsF(15, 15, 15, 15), QPageLayout.Unit.Millimeter)
    return printer
