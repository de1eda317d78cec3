"""The limit-sample book: each part's criteria, golden and limit samples, section by section, and all versions of it.

Knows the book and the desk; what may be changed by whom, and what is valid, the station decides.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QDialog,
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from inspector_app.limit_book import Section, sections, with_criterion, with_golden, with_limit, worst
from inspector_app.parts import Part, Reference
from inspector_app.rights import Right
from inspector_app.ui import icons, theme
from inspector_app.ui.actions import BOOK_ACTS, bind
from inspector_app.ui.book_cards import CriterionSheet, ReferenceCard, RetireSheet, SampleSheet
from inspector_app.ui.book_words import ICONS
from inspector_app.ui.flow_layout import FlowLayout
from inspector_app.ui.language import Spoken, mark, tr
from inspector_app.ui.review_desk import ReviewDesk
from inspector_app.ui.review_widgets import LowButton
from inspector_app.ui.theme import Themed
from inspector_app.ui.widgets import label, scrolled
from inspector_app.ui.words import defect_word

if TYPE_CHECKING:
    from inspector_app.part_editor import PartVersion
    from inspector_app.records.record import Inspection
    from inspector_app.ui.book_print import BookPrinter

_LEFT, _RIGHT = 216, 264
_ACTS = {act.name: act for act in BOOK_ACTS}


class BookPage(Spoken, Themed, QWidget):
    """Parts at the left, the book in the middle, its versions at the right. `changed` gives all parts then."""

    help_groups = ("Limit book",)

    changed = Signal(object)
    dialog_wanted = Signal(QDialog)

    def __init__(self, review: ReviewDesk, language: Callable[[], str]) -> None:
        super().__init__()
        self.setObjectName("page")
        self._review, self._desk, self._said = review, review.desk, language
        self.part: Part | None = None
        self.shown: Part | None = None
        """The part as it is in the chosen version."""
        self.may = False
        self._offered: Inspection | None = None
        self.names, self.versions = QListWidget(), QListWidget()
        self.title, self.note = label("title"), label("warning", wrap=True)
        self._area: QScrollArea | None = None
        self._known: list[PartVersion] = []
        self._build()
        self.actions_by_name = bind(self, BOOK_ACTS)
        self.names.currentRowChanged.connect(self._choose)
        self.versions.currentRowChanged.connect(self._choose_version)

    def _build(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.GAP_L, theme.GAP_L, theme.GAP_L, theme.GAP_L)
        row.setSpacing(theme.GAP)
        self.names.setFixedWidth(_LEFT)
        self.names.setIconSize(QSize(18, 18))
        for one in (self.names, self.versions):
            one.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
            one.setTextElideMode(Qt.TextElideMode.ElideRight)
            one.setWordWrap(True)
        row.addWidget(self.names)
        middle, head = QVBoxLayout(), QHBoxLayout()
        middle.setSpacing(theme.GAP_S)
        head.setSpacing(theme.GAP_S)
        head.addWidget(self.title)
        head.addStretch(1)
        self.buttons: dict[str, LowButton] = {}
        for name in ("save_pdf", "print_book"):
            self.buttons[name] = LowButton(_ACTS[name].icon, _ACTS[name].text, _ACTS[name].key)
            self.buttons[name].clicked.connect(getattr(self, name))
            head.addWidget(self.buttons[name])
        middle.addLayout(head)
        middle.addWidget(self.note)
        self._middle = middle
        row.addLayout(middle, 1)
        right = QVBoxLayout()
        heading = label("section")
        self.say(heading.setText, mark("Versions"))
        right.addWidget(heading)
        right.addWidget(self.versions, 1)
        self.versions.setFixedWidth(_RIGHT)
        row.addLayout(right)
        self.note.hide()

    # -- which part, which version

    def load(self, chosen: str = "") -> None:
        """All parts as they are now; one of them is chosen."""
        station = self._desk.station
        if station is None:
            return
        wanted = chosen or (self.part.name if self.part else "")
        parts, today = list(station.parts), date.today()
        self.names.blockSignals(True)
        self.names.clear()
        for part in parts:
            item = QListWidgetItem(part.title(self._said()))
            item.setIcon(icons.icon(ICONS[worst(part, today)], theme.tokens().text))
            item.setData(Qt.ItemDataRole.UserRole, part)
            self.names.addItem(item)
        row = next((n for n, part in enumerate(parts) if part.name == wanted), 0)
        self.names.setCurrentRow(row)
        self.names.blockSignals(False)
        self._review.may(Right.PARTS).done.connect(lambda may: self._allowed(may, row))

    def load_with(self, record: Inspection) -> None:
        """The same, and the photo of a record is offered as a limit sample of its part and defect."""
        self._offered = record
        self.load(record.part)

    def _allowed(self, may: bool, row: int) -> None:
        self.may = may
        self._choose(row)
        record, self._offered = self._offered, None
        if record is not None and self.part is not None and self.part.name == record.part and may:
            self._offer(self.part, record)

    def _offer(self, part: Part, record: Inspection) -> None:
        opinion = record.review.opinion if record.review else None
        said = record.verdict.judgment.defect if record.verdict else ""
        defect = opinion.defect if opinion else said
        defect = defect if defect in part.defects else ""
        if record.photo is not None:
            known = Reference(record.photo.path, opinion.reason if opinion else "", defect=defect)
            self._ask_sample(part, None, known, defect, golden=False)

    def _choose(self, row: int) -> None:
        item = self.names.item(row)
        if item is None:
            return
        part: Part = item.data(Qt.ItemDataRole.UserRole)
        self.part = part
        station = self._desk.station
        assert station is not None
        self._show(part)
        task = self._review.ask(lambda: station.editor.versions(part.name))
        task.done.connect(lambda found: self._versions_came(part, found))

    def _versions_came(self, part: Part, found: list[PartVersion]) -> None:
        if self.part is not part:
            return
        self._known = found
        self.versions.blockSignals(True)
        self.versions.clear()
        for version in found:
            when = f"{version.at.astimezone():%Y-%m-%d %H:%M}"
            words = tr("Version {number}", number=version.version)
            self.versions.addItem(f"{words}   {when}\n{version.who}   {version.reason}".rstrip())
        if not found:
            self.versions.addItem(tr("As the file of parts says; never changed in the program."))
        self.versions.setCurrentRow(0)
        self.versions.blockSignals(False)

    def _choose_version(self, row: int) -> None:
        if self.part is None or not self._known or not 0 <= row < len(self._known):
            return
        newest = row == 0
        self._show(self.part if newest else self._known[row].part, None if newest else self._known[row])

    # -- what is seen

    def _show(self, part: Part, old: PartVersion | None = None) -> None:
        self.shown = part
        self.title.setText(part.title(self._said()))
        self.note.setVisible(old is not None)
        if old is not None:
            self.note.setText(tr("Version {number}: not in force any more.", number=old.version))
        holder = QWidget()
        column = QVBoxLayout(holder)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.GAP)
        editable = self.may and old is None
        for section in sections(part):
            column.addWidget(self._section(part, section, editable))
        column.addStretch(1)
        if self._area is not None:
            self._middle.removeWidget(self._area)
            self._area.hide()
            self._area.deleteLater()
        self._area = scrolled(holder, right=theme.GAP_S)
        self._middle.addWidget(self._area, 1)

    def _section(self, part: Part, section: Section, editable: bool) -> QFrame:
        frame = QFrame()
        frame.setObjectName("card")
        column, head = QVBoxLayout(frame), QHBoxLayout()
        column.setContentsMargins(theme.GAP, theme.GAP_S, theme.GAP, theme.GAP)
        column.setSpacing(theme.GAP_S)
        heading, words = label("strong"), label(wrap=True, selectable=True)
        heading.setText(defect_word(section.defect) if section.defect else tr("The whole part"))
        words.setText(section.criterion or tr("No criterion in words."))
        head.addWidget(heading)
        head.addStretch(1)
        if editable:
            for icon, text, job in self._jobs(part, section):
                button = LowButton(icon, text)
                button.clicked.connect(job)
                head.addWidget(button)
        column.addLayout(head)
        column.addWidget(words)
        cards = self._cards(part, section, editable)
        if cards:
            flow_holder = QWidget()
            flow = FlowLayout(flow_holder, theme.GAP)
            for card in cards:
                flow.addWidget(card)
            column.addWidget(flow_holder)
        return frame

    def _jobs(self, part: Part, section: Section) -> list[tuple[str, str, Callable[[], None]]]:
        jobs: list[tuple[str, str, Callable[[], None]]] = [
            ("pencil", mark("Change the criterion"), lambda: self.edit_section(part, section)),
        ]
        if not section.defect and part.golden_sample is None:
            jobs.append(("award", mark("Add the golden sample"), lambda: self.add_sample(part, section, golden=True)))
        jobs.append(("plus", mark("Add a limit sample"), lambda: self.add_sample(part, section, golden=False)))
        return jobs

    def _cards(self, part: Part, section: Section, editable: bool) -> list[ReferenceCard]:
        golden = part.golden_sample if not section.defect else None
        cards = []
        for reference in (golden, *section.limits):
            if reference is None:
                continue
            title = mark("Golden sample") if reference is golden else mark("Limit sample")
            card = ReferenceCard(self._desk, reference, title, editable=editable)
            card.renew_wanted.connect(lambda reference=reference: self.renew(part, reference))
            card.retire_wanted.connect(lambda reference=reference: self.retire(part, reference))
            cards.append(card)
        return cards

    # -- what the person does

    def edit_criterion(self) -> None:
        """The criterion of the whole part."""
        if self.part is not None and self.may:
            self.edit_section(self.part, sections(self.part)[0])

    def edit_section(self, part: Part, section: Section) -> None:
        """Another criterion for a defect, or for the whole part."""
        title = mark("Criterion")
        dialog = CriterionSheet(title, section.criterion, self.window())
        if section.defect:
            dialog.heading.setText(f"{tr(title)}: {defect_word(section.defect)}")
        dialog.given.connect(
            lambda text, reason: self._keep(lambda: with_criterion(part, section.defect, text), reason, dialog)
        )
        self.dialog_wanted.emit(dialog)

    def add_sample(self, part: Part, section: Section, *, golden: bool) -> None:
        """A golden sample, or one more limit sample of a defect."""
        self._ask_sample(part, None, None, section.defect, golden=golden)

    def renew(self, part: Part, old: Reference) -> None:
        """Another photo or another day: approved anew."""
        self._ask_sample(part, old, old, old.defect, golden=old is part.golden_sample)

    def _ask_sample(
        self, part: Part, old: Reference | None, known: Reference | None, defect: str, *, golden: bool
    ) -> None:
        title = mark("Golden sample") if golden else mark("Limit sample")
        dialog = SampleSheet(self._desk, title, known, defect, self.window())
        if defect:
            dialog.heading.setText(f"{tr(title)}: {defect_word(defect)}")

        def change(new: Reference) -> Part:
            return with_golden(part, new) if golden else with_limit(part, old, new)

        dialog.given.connect(lambda new, reason: self._keep(lambda: change(new), reason, dialog))
        self.dialog_wanted.emit(dialog)

    def retire(self, part: Part, old: Reference) -> None:
        """It is used no more."""
        golden = old is part.golden_sample
        dialog = RetireSheet(self.window())

        def change() -> Part:
            return with_golden(part, None) if golden else with_limit(part, old, None)

        dialog.given.connect(lambda reason: self._keep(change, reason, dialog))
        self.dialog_wanted.emit(dialog)

    def next_part(self) -> None:
        """The next part."""
        self.names.setCurrentRow(min(self.names.currentRow() + 1, self.names.count() - 1))

    def previous_part(self) -> None:
        """The part before."""
        self.names.setCurrentRow(max(self.names.currentRow() - 1, 0))

    def save_pdf(self) -> None:
        """The book as a file."""
        if self.shown is None:
            return
        proposed = tr("Limit samples {part}", part=self.shown.name) + ".pdf"
        name, _ = QFileDialog.getSaveFileName(self, tr("Save as PDF"), proposed, "PDF (*.pdf)")
        if name:
            self._printer().save(self.shown, self.version, name, self._said())

    def print_book(self) -> None:
        """The book on paper, after a look at it."""
        if self.shown is not None:
            self._printer().show(self.shown, self.version, self._said(), self)

    @property
    def version(self) -> int:
        """The number of the version that is shown; 0: as the file of parts says."""
        row = self.versions.currentRow()
        return self._known[row].version if 0 <= row < len(self._known) else 0

    def _printer(self) -> BookPrinter:
        from inspector_app.ui.book_print import BookPrinter

        return BookPrinter(self._desk)

    # -- how a change is kept

    def _keep(
        self, change: Callable[[], Part], reason: str, dialog: CriterionSheet | SampleSheet | RetireSheet
    ) -> None:
        """ValueError tells what contradicts itself; the dialog stays until the change is kept."""
        from model_runtime.verdict import Fixable

        station, person = self._review.station, self._desk.person

        def refused(error: Exception) -> None:
            dialog.refuse(error, self._desk.problems.tell)

        try:
            part: Part = change()
        except ValueError as error:
            refused(Fixable("bad_part", f"This part is not valid: {error}."))
            return
        task = self._desk.ask_people(station.save_part, person, part, reason)
        task.done.connect(lambda kept: self._kept(kept, dialog))
        task.failed.connect(refused)

    def _kept(self, part: Part, dialog: QDialog) -> None:
        dialog.accept()
        self.changed.emit(self._review.station.parts)
        self.load(part.name)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            self.next_part() if event.key() == Qt.Key.Key_Down else self.previous_part()
        else:
            super().keyPressEvent(event)

    def restyle(self) -> None:
        self.load()
