"""What identifies the unit: part (品番), lot, serial number. Knows the parts; knows no photo and no verdict."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QFrame, QGridLayout, QLineEdit

from inspector_app.parts import Part, Parts
from inspector_app.ui import theme
from inspector_app.ui.language import Spoken, mark
from inspector_app.ui.widgets import label

_LONGEST = 100


class UnitForm(Spoken, QFrame):
    """Part, lot and serial; the lot stays from unit to unit, the serial is asked anew."""

    part_changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("card")
        self._parts: Parts | None = None
        self._language = "en"
        self.part_box, self.lot_edit, self.serial_edit = QComboBox(), QLineEdit(), QLineEdit()
        self._build()
        self.part_box.currentIndexChanged.connect(self.part_changed)

    def _build(self) -> None:
        grid = QGridLayout(self)
        grid.setContentsMargins(theme.GAP_L, theme.GAP, theme.GAP_L, theme.GAP_L)
        grid.setHorizontalSpacing(theme.GAP)
        grid.setVerticalSpacing(4)
        fields = (
            (mark("Part"), self.part_box, 0, 0, 2),
            (mark("Lot"), self.lot_edit, 2, 0, 1),
            (mark("Serial number"), self.serial_edit, 2, 1, 1),
        )
        for title, field, row, column, span in fields:
            caption = label("caption")
            caption.setBuddy(field)
            self.say(caption.setText, title)
            self.say(field.setAccessibleName, title)
            grid.addWidget(caption, row, column, 1, span)
            grid.addWidget(field, row + 1, column, 1, span)
        for edit in (self.lot_edit, self.serial_edit):
            edit.setMaxLength(_LONGEST)
        self.part_box.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setTabOrder(self.part_box, self.lot_edit)
        self.setTabOrder(self.lot_edit, self.serial_edit)

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
    def lot(self) -> str | None:
        return self.lot_edit.text().strip() or None

    @property
    def serial(self) -> str | None:
        return self.serial_edit.text().strip() or None

    def next_unit(self) -> None:
        """Ask for the serial anew."""
        self.serial_edit.clear()

    def next_field(self) -> bool:
        """Move the focus on; False after the last field."""
        fields = (self.part_box, self.lot_edit, self.serial_edit)
        for here, after in zip(fields, fields[1:], strict=False):
            if here.hasFocus():
                after.setFocus(Qt.FocusReason.ShortcutFocusReason)
                return True
        if self.serial_edit.hasFocus():
            return False
        fields[0].setFocus(Qt.FocusReason.ShortcutFocusReason)
        return True
