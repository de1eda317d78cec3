"""The parts editor for a supervisor: what a part is judged by, its defects, criterion, thresholds, samples, identity.

Knows parts and the desk; what may be changed by whom, and what is valid, the station decides.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QDateTime, QLocale, Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QPlainTextEdit,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from inspector_app.identity import Identification
from inspector_app.parts import Part, Parts, Reference
from inspector_app.ui import theme
from inspector_app.ui.desk import Desk
from inspector_app.ui.identity_editor import IdentityEditor
from inspector_app.ui.language import mark, tr
from inspector_app.ui.reference_editor import ReferenceEditor
from inspector_app.ui.settings_editors import threshold_box
from inspector_app.ui.sheet import Sheet, key_button
from inspector_app.ui.widgets import KeyButton, label, scrolled
from model_runtime.verdict import DEFECTS, Fixable, Thresholds

if TYPE_CHECKING:
    from inspector_app.part_editor import Effect
    from inspector_app.records.audit import Entry
    from inspector_app.records.worklist import Reviewed

_NEEDS = ("none", "optional", "required")
_NEED_WORDS = {"none": mark("not used"), "optional": mark("optional"), "required": mark("required")}


class PartsDialog(Sheet):
    """A list of parts and the one that is edited. `changed` gives all parts after one was saved."""

    changed = Signal(object)

    def __init__(self, desk: Desk, parts: Parts, chosen: str, language: str, parent: QWidget | None = None) -> None:
        super().__init__(
            mark("Parts"), mark("What each part is judged by. A change holds from the next unit on."), parent
        )
        self._desk, self._language = desk, language
        self._parts = list(parts)
        self.names, self.reason = QListWidget(), QLineEdit()
        self.changed_words = label("caption")
        self.form = PartForm(desk, self._parts[0])
        self._area: QScrollArea | None = None
        self._build()
        at = next((n for n, part in enumerate(self._parts) if part.name == chosen), 0)
        self.names.setCurrentRow(at)
        self.resize(1120, 720)

    def _build(self) -> None:
        row, self._right = QHBoxLayout(), QVBoxLayout()
        row.setSpacing(theme.GAP_L)
        left = QVBoxLayout()
        self.names.setFixedWidth(230)
        self.names.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.names.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.names.addItems([part.title(self._language) for part in self._parts])
        self.names.currentRowChanged.connect(self._choose)
        left.addWidget(self.names, 1)
        left.addWidget(key_button(self, "plus", mark("New part"), "Ctrl+N", self._add))
        row.addLayout(left)
        row.addLayout(self._right, 1)
        self.body.addLayout(row, 1)
        self.say(self.reason.setPlaceholderText, mark("Reason for the change, kept with it"))
        self.say(self.reason.setAccessibleName, mark("Reason for the change, kept with it"))
        self.body.addWidget(self.changed_words)
        self.body.addWidget(self.reason)
        self.add_button("x", mark("Close"), "Esc", self.reject)
        self.save_button = self.add_button("check", mark("Save"), "Ctrl+Return", self.save, "primary")

    def _choose(self, row: int) -> None:
        if 0 <= row < len(self._parts):
            self._show(PartForm(self._desk, self._parts[row]))

    def _add(self) -> None:
        self.names.clearSelection()
        self._show(PartForm(self._desk, None))
        self.form.number.setFocus()

    def _show(self, form: PartForm) -> None:
        if self._area is not None:
            self._right.removeWidget(self._area)
            self._area.deleteLater()
        self.form = form
        self.changed_words.hide()
        if form.known and (history := self._desk.history) is not None:
            task = self._desk.ask_people(history.trail_of, f"part:{form.known}")
            task.done.connect(lambda trail: self._show_last(form, trail))
        self._area = scrolled(form, right=theme.GAP)
        self._right.addWidget(self._area, 1)
        self.clear_fault()

    def _show_last(self, form: PartForm, trail: list[Entry]) -> None:
        """Who changed this part last, and when; all of it stands in the audit trail."""
        if form is self.form and trail:
            at = QDateTime.fromString(trail[-1].at, Qt.DateFormat.ISODate).toLocalTime()
            when = QLocale().toString(at, QLocale.FormatType.ShortFormat)
            self.changed_words.setText(tr("Changed last by {name}, {when}", name=trail[-1].who, when=when))
            self.changed_words.show()

    def save(self) -> None:
        """Keep what was entered as a new version of the part."""
        station = self._desk.station
        if station is None:
            return
        try:
            part = self.form.part()
        except (ValueError, TypeError) as error:
            self._refuse(Fixable("bad_part", f"This part is not valid: {error}."))
            return
        task = self._desk.ask_people(station.save_part, self._desk.person, part, self.reason.text().strip())
        task.done.connect(self._saved)
        task.failed.connect(self._refuse)

    def _saved(self, part: Part) -> None:
        station = self._desk.station
        assert station is not None
        self._parts = list(station.parts)
        self.names.blockSignals(True)
        self.names.clear()
        self.names.addItems([one.title(self._language) for one in self._parts])
        self.names.blockSignals(False)
        self.names.setCurrentRow([one.name for one in self._parts].index(part.name))
        self.reason.clear()
        self.changed.emit(station.parts)
        self._desk.problems.news(tr("{name} was saved.", name=part.title(self._language)))

    def _refuse(self, error: Exception) -> None:
        self.refuse(error, self._desk.problems.tell)


class PartForm(QWidget):
    """All fields of one part; None: a new one."""

    def __init__(self, desk: Desk, known: Part | None) -> None:
        super().__init__()
        self._desk, self._known = desk, known
        self.known = known.name if known else ""
        part = known or Part("new", "", "")
        self.number = QLineEdit(known.name if known else "")
        self.number.setReadOnly(known is not None)
        self.title_ja, self.title_en = QLineEdit(part.title_ja), QLineEdit(part.title_en)
        self.photo_need, self.voice_need = _need_box(part.photo), _need_box(part.voice)
        self.defects, self.criteria = QLineEdit(", ".join(part.defects)), QPlainTextEdit(part.criteria)
        self.takt = QLineEdit("" if part.target_takt is None else f"{part.target_takt:g}")
        self.identity = IdentityEditor(part.identification)
        self.thresholds = ThresholdsEditor(desk, known.name if known else "", part.thresholds)
        self.references: list[ReferenceEditor] = []
        self.golden: ReferenceEditor | None = None
        self._build(part)

    def _build(self, part: Part) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.GAP)
        column.addLayout(_side_by_side((tr("Part number"), self.number), (tr("Name, Japanese"), self.title_ja),
                                       (tr("Name, English"), self.title_en)))  # fmt: skip
        column.addLayout(_side_by_side((tr("Photo"), self.photo_need), (tr("Voice note"), self.voice_need),
                                       (tr("Target takt (s)"), self.takt)))  # fmt: skip
        column.addLayout(_side_by_side((tr("Defect classes, with commas between them"), self.defects)))
        self.criteria.setFixedHeight(96)
        self.criteria.setProperty("role", "heard")
        self.criteria.setTabChangesFocus(True)
        column.addLayout(_side_by_side((tr("Criterion, in the words of the inspection standard"), self.criteria)))
        column.addWidget(_heading(tr("Thresholds")))
        column.addWidget(self.thresholds)
        column.addWidget(_heading(tr("Golden and limit samples")))
        self._samples = QVBoxLayout()
        self._samples.setSpacing(theme.GAP_S)
        column.addLayout(self._samples)
        for number, reference in enumerate((part.golden_sample, *part.limits)):
            if reference is not None:
                self._add_reference(reference, golden=number == 0)
        column.addLayout(self._adders())
        column.addWidget(_heading(tr("Lot, serial number, work order")))
        column.addWidget(self.identity)
        column.addStretch(1)

    def _adders(self) -> QHBoxLayout:
        row = QHBoxLayout()
        for text, golden in ((mark("Golden sample"), True), (mark("Limit sample"), False)):
            button = KeyButton("plus", text)
            button.clicked.connect(lambda _, golden=golden: self._add_reference(None, golden=golden))
            row.addWidget(button, 1)
        return row

    def _add_reference(self, reference: Reference | None, *, golden: bool) -> None:
        if golden and self.golden is not None:
            return
        person = self._desk.person
        title = mark("Golden sample") if golden else mark("Limit sample")
        made = ReferenceEditor(self._desk, title, reference, person.name if person else "")
        made.removed.connect(lambda: self._remove(made))
        if golden:
            self.golden = made
            self._samples.insertWidget(0, made)
        else:
            self.references.append(made)
            self._samples.addWidget(made)

    def _remove(self, editor: ReferenceEditor) -> None:
        if editor is self.golden:
            self.golden = None
        else:
            self.references.remove(editor)
        self._samples.removeWidget(editor)
        editor.deleteLater()

    def part(self) -> Part:
        """What was entered; ValueError or TypeError for what contradicts itself."""
        needs = {"photo": _NEEDS[self.photo_need.currentIndex()], "voice": _NEEDS[self.voice_need.currentIndex()]}
        golden = self.golden.reference() if self.golden else None
        name = self.number.text().strip()
        base = self._known or Part(name or "?", name, name)
        if not name:
            raise ValueError("it has no part number")
        return replace(
            base,
            name=name,
            title_ja=self.title_ja.text().strip() or name,
            title_en=self.title_en.text().strip() or name,
            defects=tuple(word.strip() for word in self.defects.text().split(",") if word.strip()) or DEFECTS,
            modalities=tuple(what for what, need in needs.items() if need != "none"),
            required=tuple(what for what, need in needs.items() if need == "required"),
            golden_sample=golden,
            limits=tuple(found for editor in self.references if (found := editor.reference()) is not None),
            thresholds=self.thresholds.thresholds(),
            criteria=self.criteria.toPlainText().strip(),
            identification=self._identification(),
            target_takt=float(self.takt.text()) if self.takt.text().strip() else None,
        )

    def _identification(self) -> Identification:
        return self.identity.identification()


class ThresholdsEditor(QWidget):
    """The part's own thresholds or none, and what they would have done to the units that were reviewed."""

    def __init__(self, desk: Desk, part: str, known: Thresholds | None) -> None:
        super().__init__()
        self._desk, self._part = desk, part
        limits = known or Thresholds()
        self.own = QCheckBox(tr("own thresholds"))
        self.own.setChecked(known is not None)
        self.low, self.high = threshold_box(limits.ok_below), threshold_box(limits.ng_above)
        self.effect = label("caption", wrap=True)
        self._reviewed: list[Reviewed] | None = None
        self._pause = QTimer(self, singleShot=True, interval=60)
        self._pause.timeout.connect(self._compute)
        row = QHBoxLayout()
        row.setSpacing(theme.GAP)
        for part_of_row in (self.own, _caption(tr("OK below")), self.low, _caption(tr("NG above")), self.high):
            row.addWidget(part_of_row)
        row.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(row)
        column.addWidget(self.effect)
        self.own.toggled.connect(self._switch)
        for box in (self.low, self.high):
            box.valueChanged.connect(self._pause.start)
        self._switch(self.own.isChecked())
        self._ask()

    def thresholds(self) -> Thresholds | None:
        """What was entered; ValueError when they cross."""
        return Thresholds(self.low.value(), self.high.value()) if self.own.isChecked() else None

    def _switch(self, own: bool) -> None:
        for box in (self.low, self.high):
            box.setEnabled(own)

    def _ask(self) -> None:
        """The reviewed units are read once; the thresholds are moved to and fro over them."""
        station = self._desk.station
        if station is not None and self._part:
            task = self._desk.ask_people(station.editor.reviewed, self._part)
            task.done.connect(self._came)
            task.failed.connect(self._desk.problems.tell)

    def _came(self, reviewed: list[Reviewed]) -> None:
        self._reviewed = reviewed
        self._compute()

    def _compute(self) -> None:
        if self._reviewed is None or self.low.value() > self.high.value():
            return
        from inspector_app.part_editor import effect  # with the database's library: not part of the start

        limits, units = Thresholds(self.low.value(), self.high.value()), self._reviewed
        self._desk.ask_people(lambda: effect(units, limits)).done.connect(self._show)

    def _show(self, effect: Effect) -> None:
        if effect.records == 0:
            self.effect.setText(tr("No unit of this part was reviewed yet; the effect is shown when some were."))
            return
        self.effect.setText(
            tr(
                "On {count} reviewed units, {random} of them picked at random: missed {miss}, "
                "rejected wrongly {overkill}, decided without a person {coverage}.",
                count=effect.records,
                random=effect.at_random,
                miss=_percent(effect.miss.value),
                overkill=_percent(effect.overkill.value),
                coverage=_percent(effect.coverage.value),
            )
        )


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{QLocale().toString(100 * share, 'f', 1)} %"


def _need_box(need: str) -> QComboBox:
    box = QComboBox()
    box.addItems([tr(_NEED_WORDS[one]) for one in _NEEDS])
    box.setCurrentIndex(_NEEDS.index(need))
    return box


def _side_by_side(*fields: tuple[str, QWidget]) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(theme.GAP)
    for text, field in fields:
        column = QVBoxLayout()
        column.setSpacing(2)
        caption = _caption(text)
        field.setAccessibleName(text)
        column.addWidget(caption)
        column.addWidget(field)
        row.addLayout(column, 1)
    return row


def _heading(text: str) -> QWidget:
    made = label("strong")
    made.setText(text)
    return made


def _caption(text: str) -> QWidget:
    made = label("caption")
    made.setText(text)
    return made
