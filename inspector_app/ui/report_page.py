"""The tab of reports: of a shift, a lot, a part, a period; its pages are shown, printed, signed, saved.

Knows what can be chosen; knows no figure.
"""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QDate, QRectF, QTimer, Signal
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QComboBox, QDateEdit, QFileDialog, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from inspector_app.quality.board import Choices
from inspector_app.records.filter import Filter
from inspector_app.reports.signatures import Signed
from inspector_app.ui import theme
from inspector_app.ui.language import Spoken, mark, tr
from inspector_app.ui.quality_desk import QualityDesk
from inspector_app.ui.quality_filter import FilterBar
from inspector_app.ui.report_desk import Preview, ReportDesk
from inspector_app.ui.report_pages import Pages
from inspector_app.ui.report_sign import SignDialog
from inspector_app.ui.sentences import sentence
from inspector_app.ui.sheet import key_button
from inspector_app.ui.widgets import card, label
from model_runtime.verdict import Fixable

KINDS = {
    "shift": mark("Shift report"),
    "lot": mark("Lot report"),
    "part": mark("Part report"),
    "period": mark("Report of a period"),
}
_LANGUAGES = {"ja": "日本語", "en": "English"}
_WIDTH = 320


class ReportsTab(Spoken, QWidget):
    """What is wanted at the left, its pages at the right."""

    dialog_wanted = Signal(object)
    said = Signal(str)

    def __init__(self, desk: QualityDesk, language: Callable[[], str]) -> None:
        super().__init__()
        self._quality, self._desk = desk, ReportDesk(desk)
        self._asked = 0
        self.preview: Preview | None = None
        self.signed: list[Signed] = []
        self.kind, self.day, self.shift, self.language = QComboBox(), QDateEdit(), QComboBox(), QComboBox()
        self.lot, self.part, self.span = QComboBox(), QComboBox(), FilterBar(by=False, fields=())
        self.pages, self.state = Pages(), label("caption", wrap=True)
        self.heads: dict[str, QLabel] = {}
        self._pause = QTimer(self, singleShot=True, interval=150)
        self._build()
        self.respeak()
        self.language.setCurrentIndex(max(0, self.language.findData(language())))
        self._connect()
        self._show_fields()

    def _build(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.GAP_L)
        side = card()
        side.setFixedWidth(_WIDTH)
        column = QVBoxLayout(side)
        column.setContentsMargins(theme.GAP_L, theme.GAP_L, theme.GAP_L, theme.GAP_L)
        column.setSpacing(4)
        self.day.setCalendarPopup(True)
        self.day.setDisplayFormat("yyyy-MM-dd")
        self.day.setDate(QDate.currentDate())
        fields: list[tuple[str, str, QWidget]] = [
            ("kind", mark("Report of"), self.kind),
            ("day", mark("Working day"), self.day),
            ("shift", mark("Shift"), self.shift),
            ("lot", mark("Lot"), self.lot),
            ("part", mark("Part number"), self.part),
            ("span", "", self.span),
            ("language", mark("Language of the report"), self.language),
        ]
        for name, words, widget in fields:
            head = self.heads[name] = label("caption")
            if words:
                self.say(head.setText, words)
                self.say(widget.setAccessibleName, words)
                column.addWidget(head)
            column.addWidget(widget)
        column.addWidget(self.state)
        column.addStretch(1)
        self.buttons = {
            name: key_button(self, icon, words, key, job)
            for name, icon, words, key, job in (
                ("sign", "pencil", mark("Sign …"), "Ctrl+G", self.sign),
                ("print", "printer", mark("Print …"), "Alt+P", self.print_pages),
                ("pdf", "save", mark("Save PDF …"), "Ctrl+S", lambda: self.save_as("pdf")),
                ("xlsx", "save", mark("Save XLSX …"), "Ctrl+Shift+X", lambda: self.save_as("xlsx")),
                ("csv", "save", mark("Save CSV …"), "Ctrl+Shift+S", lambda: self.save_as("csv")),
            )
        }
        for button in self.buttons.values():
            column.addWidget(button)
        row.addWidget(side)
        row.addWidget(self.pages, 1)
        self.setFocusProxy(self.kind)

    def _connect(self) -> None:
        self.kind.currentIndexChanged.connect(self._kind_chosen)
        self.day.dateChanged.connect(self._day_chosen)
        for box in (self.shift, self.lot, self.part, self.language):
            box.currentIndexChanged.connect(self._wanted_changed)
        self.span.changed.connect(self._wanted_changed)
        self._pause.timeout.connect(self._ask)

    # -- what is wanted

    def reload(self) -> None:
        """Gather again."""
        self.span.plan = self._quality.plan
        self._quality.choices().done.connect(self._choices_came)
        self._fill_shifts()
        self._ask()

    def wanted(self) -> tuple[Filter, str] | None:
        """The units of the report, and what it is of; None where nothing is chosen."""
        kind = str(self.kind.currentData())
        if kind == "shift":
            from inspector_app.reports.making import of_span, shifts_of

            spans = shifts_of(self._quality.plan, self.day.date().toPython())  # type: ignore[arg-type]
            span = spans[max(0, min(self.shift.currentIndex(), len(spans) - 1))]
            return of_span(span, span.name if self._quality.plan.starts else None), kind
        if kind in ("lot", "part"):
            value = (self.lot if kind == "lot" else self.part).currentData()
            if not value:
                return None
            whole = self.span.wanted()
            return (Filter(lot=value, limit=None) if kind == "lot" else
                    Filter(part=value, since=whole.since, until=whole.until, limit=None)), kind  # fmt: skip
        return self.span.wanted(), kind

    def _kind_chosen(self) -> None:
        self._show_fields()
        self._wanted_changed()

    def _day_chosen(self) -> None:
        self._fill_shifts()
        self._wanted_changed()

    def _wanted_changed(self) -> None:
        self.signed = []
        self._pause.start()

    def _show_fields(self) -> None:
        kind = self.kind.currentData()
        shown = {"day": kind == "shift", "shift": kind == "shift", "lot": kind == "lot", "part": kind == "part",
                 "span": kind in ("part", "period")}  # fmt: skip
        for name, visible in shown.items():
            self.heads[name].setVisible(visible and bool(self.heads[name].text()))
            getattr(self, name).setVisible(visible)

    def _ask(self) -> None:
        wanted = self.wanted()
        self._asked += 1
        number = self._asked
        if wanted is None:
            self.preview = None
            self.pages.show_images(())
            self.state.setText(tr("Choose one; there is none in the records yet."))
            self._enable()
            return
        self.state.setText(tr("Making the report …"))
        task = self._desk.preview(*wanted, str(self.language.currentData()), tuple(self.signed))
        task.done.connect(lambda found: self._came(number, found))
        task.failed.connect(lambda error: self._failed(number, error))

    # -- what the person does

    def sign(self) -> None:
        """The own name into a box, by PIN."""
        if self.preview is not None:
            taken = {one.role for one in self.signed}
            dialog = SignDialog(self._desk, self.preview.report, taken, self)
            dialog.signed.connect(self._was_signed)
            self.dialog_wanted.emit(dialog)

    def save_as(self, kind: str) -> None:
        """Ask for a file."""
        if self.preview is None:
            return
        title = f"{tr(KINDS[self.preview.report.kind])}.{kind}".replace(" ", "-")
        path, _ = QFileDialog.getSaveFileName(self, tr("Save the report"), title, f"{kind.upper()} (*.{kind})")
        if path:
            self.save(Path(path) if Path(path).suffix else Path(f"{path}.{kind}"))

    def save(self, path: Path) -> None:
        """Write the report; its ending says as what."""
        assert self.preview is not None
        task = self._desk.write(self.preview.report, path, str(self.language.currentData()), tuple(self.signed))
        task.done.connect(lambda _: self.said.emit(tr("Saved: {file}", file=path.name)))
        task.failed.connect(self._refused)

    def print_pages(self) -> None:
        """Choose a printer, then all pages."""
        from PySide6.QtPrintSupport import QPrintDialog, QPrinter

        if self.preview is None:
            return
        printer = QPrinter(QPrinter.PrinterMode.HighResolution)
        dialog = QPrintDialog(printer, self)
        dialog.accepted.connect(lambda: self.print_on(printer))
        self.dialog_wanted.emit(dialog)

    def print_on(self, printer: object) -> None:
        """All pages on a printer (or into a file, if the printer is one)."""
        assert self.preview is not None
        language = str(self.language.currentData())
        task = self._desk.for_paper(self.preview.report, language, tuple(self.signed))
        task.done.connect(lambda images: self._print(printer, images))
        task.failed.connect(self._refused)

    def _print(self, printer: object, images: list[QImage]) -> None:
        painter = QPainter(printer)  # type: ignore[call-overload]
        if not painter.isActive():
            self.said.emit(tr("The printer cannot be reached; check it, or save a PDF."))
            return
        for number, image in enumerate(images):
            if number:
                printer.newPage()  # type: ignore[attr-defined]
            room = QRectF(painter.viewport())
            scale = min(room.width() / image.width(), room.height() / image.height())
            painter.drawImage(QRectF(0, 0, image.width() * scale, image.height() * scale), image)
        painter.end()
        self.said.emit(tr("Sent to the printer: {count} pages", count=len(images)))

    # -- what comes and is seen

    def _came(self, number: int, found: Preview) -> None:
        if number != self._asked:
            return
        self.preview = found
        self.pages.show_images(found.images)
        if not found.report.figures.units:
            self.state.setText(tr("No units in this period. Choose a longer one, or fewer conditions."))
        elif found.pages > len(found.images):
            self.state.setText(tr("{shown} of {pages} pages are shown; all are saved and printed.",
                                  shown=len(found.images), pages=found.pages))  # fmt: skip
        else:
            self.state.setText(tr("{pages} pages, {units} units", pages=found.pages,
                                  units=f"{found.report.figures.units:,}"))  # fmt: skip
        self._enable()

    def _failed(self, number: int, error: Exception) -> None:
        if number == self._asked:
            self.preview = None
            self.pages.show_images(())
            self._refused(error)
            self._enable()

    def _refused(self, error: Exception) -> None:
        if isinstance(error, Fixable):
            self.state.setText(sentence(error))
            self.said.emit(sentence(error))
        else:
            self._quality.desk.problems.tell(error)

    def _was_signed(self, signed: Signed) -> None:
        self.signed = [*self.signed, signed]
        self._ask()

    def _choices_came(self, choices: Choices) -> None:
        for box, values in ((self.lot, choices.lots), (self.part, choices.parts)):
            chosen = box.currentData()
            box.blockSignals(True)
            box.clear()
            for value in values:
                box.addItem(value, value)
            box.setCurrentIndex(max(0, box.findData(chosen)))
            box.blockSignals(False)

    def _fill_shifts(self) -> None:
        from inspector_app.reports.making import shifts_of

        chosen = self.shift.currentIndex()
        self.shift.blockSignals(True)
        self.shift.clear()
        for span in shifts_of(self._quality.plan, self.day.date().toPython()):  # type: ignore[arg-type]
            times = f"{span.since.astimezone():%H:%M}–{span.until.astimezone():%H:%M}"
            self.shift.addItem(f"{span.name}   {times}" if self._quality.plan.starts else times)
        self.shift.setCurrentIndex(max(0, min(chosen, self.shift.count() - 1)))
        self.shift.blockSignals(False)

    def _enable(self) -> None:
        for button in self.buttons.values():
            button.setEnabled(self.preview is not None)

    def respeak(self) -> None:
        chosen, tongue = max(0, self.kind.currentIndex()), max(0, self.language.currentIndex())
        for box in (self.kind, self.language):
            box.blockSignals(True)
            box.clear()
        for name, words in KINDS.items():
            self.kind.addItem(tr(words), name)
        for code, words in _LANGUAGES.items():
            self.language.addItem(words, code)
        self.kind.setCurrentIndex(chosen)
        self.language.setCurrentIndex(tongue)
        for box in (self.kind, self.language):
            box.blockSignals(False)
