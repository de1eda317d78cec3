"""What identifies the unit: part (品番), lot, serial number, work order; typed, or set by a scanner.

Knows the parts and their rules; knows no photo and no verdict.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QFrame, QGridLayout, QLineEdit, QWidget

from inspector_app.identity import Identity
from inspector_app.ui import theme
from inspector_app.ui.language import Spoken, mark, tr
from inspector_app.ui.widgets import label, set_look

if TYPE_CHECKING:
    from inspector_app.parts import Part, Parts

_LONGEST = 100


class UnitForm(Spoken, QFrame):
    """Part, lot, serial and work order. What stays from unit to unit is the part's choice."""

    part_changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("card")
        self._parts: Parts | None = None
        self.part_box = QComboBox()
        self.edits = {"lot": QLineEdit(), "serial": QLineEdit(), "work_order": QLineEdit()}
        self._build()
        self.part_box.currentIndexChanged.connect(self.part_changed)
        for edit in self.edits.values():
            edit.textChanged.connect(self.respeak)

    @property
    def lot_edit(self) -> QLineEdit:
        return self.edits["lot"]

    @property
    def serial_edit(self) -> QLineEdit:
        return self.edits["serial"]

    def _build(self) -> None:
        grid = QGridLayout(self)
        grid.setContentsMargins(theme.GAP_L, theme.GAP, theme.GAP_L, theme.GAP_L)
        grid.setHorizontalSpacing(theme.GAP)
        grid.setVerticalSpacing(4)
        places: tuple[tuple[str, QWidget, int, int, int], ...] = (
            (mark("Part"), self.part_box, 0, 0, 4),
            (mark("Work order"), self.edits["work_order"], 0, 4, 2),
            (mark("Lot"), self.edits["lot"], 2, 0, 3),
            (mark("Serial number"), self.edits["serial"], 2, 3, 3),
        )
        for title, field, row, column, span in places:
            caption = label("caption")
            caption.setBuddy(field)
            self.say(caption.setText, title)
            self.say(field.setAccessibleName, title)
            grid.addWidget(caption, row, column, 1, span)
            grid.addWidget(field, row + 1, column, 1, span)
        for column in range(6):
            grid.setColumnStretch(column, 1)
        for edit in self.edits.values():
            edit.setMaxLength(_LONGEST)
            edit.setMinimumWidth(60)
            # An input method would swallow the keys of a scanner.
            edit.setInputMethodHints(Qt.InputMethodHint.ImhLatinOnly | Qt.InputMethodHint.ImhNoPredictiveText)
        self.part_box.setMinimumContentsLength(8)
        self.part_box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.part_box.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        order = self.fields()
        for here, after in zip(order, order[1:], strict=False):
            self.setTabOrder(here, after)

    def fields(self) -> tuple[QWidget, ...]:
        """In the order of the keyboard."""
        return (self.part_box, self.edits["work_order"], self.edits["lot"], self.edits["serial"])

    def load(self, parts: Parts, language: str, chosen: str = "", lot: str = "") -> None:
        """Offer the parts by their names in a language."""
        self._parts = parts
        chosen = chosen or self.part
        self.part_box.blockSignals(True)
        self.part_box.clear()
        for part in parts:
            title = part.title(language)
            self.part_box.addItem(
                title if title.casefold() == part.name.casefold() else f"{title}   {part.name}", part.name
            )
        self.part_box.setCurrentIndex(max(self.part_box.findData(chosen), 0))
        self.part_box.blockSignals(False)
        if lot:
            self.lot_edit.setText(lot)
        self.part_changed.emit()

    @property
    def part(self) -> str:
        return str(self.part_box.currentData() or "general")

    @property
    def chosen(self) -> Part | None:
        return self._parts.get_or_general(self.part) if self._parts else None

    @property
    def parts(self) -> Parts | None:
        return self._parts

    @property
    def lot(self) -> str | None:
        return self._text("lot")

    @property
    def serial(self) -> str | None:
        return self._text("serial")

    @property
    def identity(self) -> Identity:
        """What is typed, scanned or kept now."""
        return Identity(self.part, self._text("lot"), self._text("serial"), self._text("work_order"))

    def set_identity(self, identity: Identity) -> None:
        """Show another identity; a part that is not known leaves the one that is chosen."""
        at = self.part_box.findData(identity.part)
        if at >= 0 and at != self.part_box.currentIndex():
            self.part_box.setCurrentIndex(at)
        for name, edit in self.edits.items():
            edit.setText(getattr(identity, name) or "")

    def next_unit(self, sent: Identity) -> None:
        """What the next unit starts with: kept, counted up or asked anew, as the part says."""
        part = self.chosen
        if part is not None:
            self.set_identity(part.following(sent))

    def scanned(self, text: str) -> None:
        """A plain code that no part knows: into the field that waits, the first empty one after the focus."""
        order = [self.edits["serial"], self.edits["lot"], self.edits["work_order"]]
        empty = [edit for edit in order if not edit.text()]
        (empty or order)[0].setText(text)

    def next_field(self) -> bool:
        """Move the focus on; False after the last field."""
        fields = self.fields()
        for here, after in zip(fields, fields[1:], strict=False):
            if here.hasFocus():
                after.setFocus(Qt.FocusReason.ShortcutFocusReason)
                return True
        if fields[-1].hasFocus():
            return False
        fields[0].setFocus(Qt.FocusReason.ShortcutFocusReason)
        return True

    def respeak(self) -> None:
        """What does not fit the part's rule is framed, and the tip says how it looks."""
        part = self.chosen
        for name, edit in self.edits.items():
            text = edit.text().strip()
            bad = part is not None and bool(text) and part.field_fault(name, text) is not None
            set_look(edit, "fault", "yes" if bad else "no")
            example = part.identification.rule(name).example if part else ""
            edit.setPlaceholderText(tr("as {example}", example=example) if example else "")

    def _text(self, name: str) -> str | None:
        return self.edits[name].text().strip() or None
