"""How the units of a part are identified: a pattern, an example, and what becomes of it for the next unit.

Knows the rules of identity.py; knows no part.
"""

from PySide6.QtWidgets import QCheckBox, QComboBox, QGridLayout, QLineEdit, QWidget

from inspector_app.identity import FIELDS, NEXT, FieldRule, Identification
from inspector_app.ui import theme
from inspector_app.ui.language import mark, tr
from inspector_app.ui.widgets import label

_NAMES = {"lot": mark("Lot"), "serial": mark("Serial number"), "work_order": mark("Work order")}
_NEXT = {"keep": mark("stays"), "ask": mark("asked anew"), "count": mark("counted up")}


class IdentityEditor(QWidget):
    """A row for each field, and the pattern of a scanned code."""

    def __init__(self, known: Identification) -> None:
        super().__init__()
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(theme.GAP_S)
        grid.setVerticalSpacing(4)
        for column, words in enumerate(("", tr("Pattern"), tr("Example"), tr("Next unit"), "")):
            caption = label("caption")
            caption.setText(words)
            grid.addWidget(caption, 0, column)
        self._rows: dict[str, tuple[QLineEdit, QLineEdit, QComboBox, QCheckBox]] = {}
        for line, name in enumerate(FIELDS, 1):
            rule = known.rule(name)
            row = (QLineEdit(rule.pattern), QLineEdit(rule.example), QComboBox(), QCheckBox(tr("required")))
            row[2].addItems([tr(_NEXT[one]) for one in NEXT])
            row[2].setCurrentIndex(NEXT.index(rule.next))
            row[3].setChecked(rule.required)
            title = label("section")
            title.setText(tr(_NAMES[name]))
            parts: tuple[QWidget, ...] = (title, *row)
            for column, part in enumerate(parts):
                part.setAccessibleName(tr(_NAMES[name]))
                grid.addWidget(part, line, column)
            self._rows[name] = row
        self.scan = QLineEdit(known.scan)
        caption = label("section")
        caption.setText(tr("Scanned code"))
        self.scan.setAccessibleName(caption.text())
        self.scan.setPlaceholderText(r"(?P<lot>L-\d+) (?P<serial>\d+)")
        grid.addWidget(caption, len(FIELDS) + 1, 0)
        grid.addWidget(self.scan, len(FIELDS) + 1, 1, 1, 4)
        grid.setColumnStretch(1, 2)
        grid.setColumnStretch(2, 1)

    def identification(self) -> Identification:
        """What was entered; ValueError for a rule that contradicts itself."""
        rules = {
            name: FieldRule(
                pattern.text().strip(), example.text().strip(), required.isChecked(), NEXT[after.currentIndex()]
            )
            for name, (pattern, example, after, required) in self._rows.items()
        }
        return Identification(rules, self.scan.text().strip())
