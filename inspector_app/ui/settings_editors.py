"""An editor for each kind of setting: switch, choice, number, text, thresholds, keys. Knows types; knows no meaning.

Each gives a widget and a function that reads it.
"""

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QLocale
from PySide6.QtGui import QKeySequence, QStandardItemModel
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QGridLayout,
    QHBoxLayout,
    QKeySequenceEdit,
    QLineEdit,
    QSpinBox,
    QWidget,
)

from inspector_app.setting_specs import Spec
from inspector_app.ui import theme
from inspector_app.ui.actions import INSPECT_ACTS
from inspector_app.ui.language import mark, tr
from inspector_app.ui.widgets import label
from model_runtime.verdict import Thresholds

Made = tuple[QWidget, Callable[[], Any]]
_WORDS = {
    "auto": mark("automatic"),
    "ja": "日本語",
    "en": "English",
    "light": mark("Light"),
    "dark": mark("Dark"),
    "high-contrast": mark("High contrast"),
    "max": mark("highest"),
    "enter": "Enter",
    "tab": "Tab",
}
_PEDAL = ("go_on", "take_photo", "record", "disagree", "retake", "undo")
"""What a foot pedal or another key may be set to do."""


def editor(name: str, spec: Spec, value: Any, choices: list[tuple[Any, str]]) -> Made:
    """The editor for a field: by its choices, else by the kind of its value."""
    if spec.choices:
        return _choice([(choice, _word(choice)) for choice in spec.choices], value)
    if choices:
        return _choice(choices, value, free=name == "camera")
    if isinstance(value, bool):
        return _switch(value)
    if name == "thresholds":
        return _thresholds(value)
    if isinstance(value, dict):
        return _keys(value)
    if isinstance(value, int) or spec.high is not None:
        return _number(spec, value)
    edit = QLineEdit(str(value or ""))
    if spec.secret:
        edit.setEchoMode(QLineEdit.EchoMode.Password)
    empty = None if value is None else ""
    return edit, lambda: edit.text().strip() or empty


def _word(choice: str) -> str:
    return tr(_WORDS[choice]) if choice in _WORDS else choice


def _switch(value: bool) -> Made:
    box = QCheckBox()
    box.setChecked(value)
    box.setMinimumHeight(theme.TARGET)
    box.toggled.connect(lambda on: box.setText(tr("on") if on else tr("off")))
    box.setText(tr("on") if value else tr("off"))
    return box, box.isChecked


class ChoiceBox(QComboBox):
    """Values with their words; more may be offered later, when devices were found."""

    def __init__(self, value: Any) -> None:
        super().__init__()
        self.values: list[Any] = []
        self._value = value

    def offer(self, value: Any, words: str, fault: str = "") -> None:
        """One more, or other words for one that is there; what is set now stays chosen. With a fault: not to choose."""
        if value in self.values:
            self.setItemText(self.values.index(value), words)
            return
        self.values.append(value)
        self.addItem(words)
        entry = self.model()
        if fault and isinstance(entry, QStandardItemModel):
            item = entry.item(len(self.values) - 1)
            item.setEnabled(False)
            item.setToolTip(fault)
        if value == self._value:
            self.setCurrentIndex(len(self.values) - 1)

    def keep_only(self, values: list[Any]) -> None:
        """Take away what cannot be chosen any more; the first one that is left is chosen instead."""
        for at in reversed(range(len(self.values))):
            if self.values[at] not in values:
                del self.values[at]
                self.removeItem(at)

    def read(self) -> Any:
        """What is chosen, or was typed."""
        at = self.findText(self.currentText())
        return self.values[at] if at >= 0 else self.currentText().strip()


def _choice(choices: list[tuple[Any, str]], value: Any, free: bool = False) -> Made:
    box = ChoiceBox(value)
    for one, words in choices:
        box.offer(one, words)
    if value not in box.values:
        # What is set now but not plugged in now stays a choice.
        box.offer(value, str(value))
    box.setEditable(free)
    return box, box.read


def _number(spec: Spec, value: int | None) -> Made:
    box = QSpinBox()
    low, high = spec.low or 0, spec.high if spec.high is not None else 1_000_000
    optional = value is None or "empty" in spec.help_en.casefold()
    box.setRange(low - 1 if optional else low, high)
    if optional:
        box.setSpecialValueText(tr("automatic"))
    box.setValue(box.minimum() if value is None else value)
    return box, lambda: None if optional and box.value() == box.minimum() else box.value()


def _thresholds(value: Thresholds | None) -> Made:
    holder, own = QWidget(), QCheckBox(tr("own"))
    own.setChecked(value is not None)
    own.setMinimumHeight(theme.TARGET)
    limits = value or Thresholds()
    low, high = threshold_box(limits.ok_below), threshold_box(limits.ng_above)
    row = QHBoxLayout(holder)
    row.setContentsMargins(0, 0, 0, 0)
    for part in (own, _caption(tr("OK below")), low, _caption(tr("NG above")), high):
        row.addWidget(part)
    row.addStretch(1)
    for box in (low, high):
        box.setEnabled(own.isChecked())
        own.toggled.connect(box.setEnabled)
    return holder, lambda: Thresholds(low.value(), high.value()) if own.isChecked() else None


def threshold_box(value: float) -> QDoubleSpinBox:
    """A probability from 0 to 1 in steps of a hundredth."""
    box = QDoubleSpinBox()
    box.setLocale(QLocale())
    box.setRange(0.0, 1.0)
    box.setDecimals(2)
    box.setSingleStep(0.01)
    box.setValue(value)
    box.setMinimumWidth(104)
    return box


def _keys(value: dict[str, str]) -> Made:
    """A key of the site's own for what a foot pedal does; others that are set stay as they are."""
    holder = QWidget()
    grid = QGridLayout(holder)
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setVerticalSpacing(4)
    acts = {act.name: act for act in INSPECT_ACTS}
    edits: dict[str, QKeySequenceEdit] = {}
    for row, name in enumerate(_PEDAL):
        edit = QKeySequenceEdit(QKeySequence(value.get(name, "")))
        edit.setMaximumSequenceLength(1)
        edit.setClearButtonEnabled(True)
        edit.setMinimumHeight(theme.TARGET)
        edit.setAccessibleName(tr(acts[name].text))
        edits[name] = edit
        grid.addWidget(_caption(tr(acts[name].text)), row, 0)
        grid.addWidget(edit, row, 1)

    def read() -> dict[str, str]:
        chosen = {name: edit.keySequence().toString() for name, edit in edits.items()}
        return {name: key for name, key in {**value, **chosen}.items() if key}

    return holder, read


def _caption(text: str) -> QWidget:
    made = label("caption")
    made.setText(text)
    return made
