"""The settings dialog, built from the typed settings: each field says its label, help and choices itself.

Knows `Settings`; saves nothing: the caller gets the changed settings.
"""

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QDialog, QGridLayout, QHBoxLayout, QLineEdit, QSpinBox, QVBoxLayout, QWidget

from inspector_app.settings import Settings, Spec
from inspector_app.ui import theme
from inspector_app.ui.desk import Devices
from inspector_app.ui.language import mark, tr
from inspector_app.ui.widgets import KeyButton, label

FIELDS = ("language", "theme", "camera", "microphone", "operator", "threads")
_CHOICE_WORDS = {
    "auto": mark("As the system"),
    "ja": "日本語",
    "en": "English",
    "light": mark("Light"),
    "dark": mark("Dark"),
}


class SettingsDialog(QDialog):
    """Edits a copy; `settings` is the result after it was accepted."""

    def __init__(self, settings: Settings, devices: Devices, language: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.settings = settings
        self._devices = devices
        self._language = language
        self._read: dict[str, Callable[[], Any]] = {}
        self.editors: dict[str, QWidget] = {}
        self.setWindowTitle(tr("Settings"))
        self._build()
        self.resize(560, 0)

    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.GAP_XL, theme.GAP_XL, theme.GAP_XL, theme.GAP_XL)
        column.setSpacing(theme.GAP_L)
        title = label("title")
        title.setText(tr("Settings"))
        column.addWidget(title)
        grid = QGridLayout()
        grid.setHorizontalSpacing(theme.GAP_L)
        grid.setVerticalSpacing(theme.GAP)
        grid.setColumnStretch(1, 1)
        for row, name in enumerate(FIELDS):
            self._add_field(grid, row, name, Settings.specs()[name])
        column.addLayout(grid)
        buttons = QHBoxLayout()
        save = KeyButton("check", mark("Save"), "Ctrl+Return", "primary")
        cancel = KeyButton("x", mark("Cancel"), "Esc")
        save.setMinimumHeight(theme.TARGET + 8)
        save.setShortcut("Ctrl+Return")
        save.clicked.connect(self.accept)
        cancel.clicked.connect(self.reject)
        for button in (cancel, save):
            button.setAutoDefault(False)
            buttons.addWidget(button, 1)
        column.addLayout(buttons)

    def _add_field(self, grid: QGridLayout, row: int, name: str, spec: Spec) -> None:
        words = label("section")
        japanese = self._language == "ja"
        words.setText(spec.label_ja if japanese else spec.label_en)
        words.setMinimumWidth(120)
        editor = self._editor(name, spec)
        words.setBuddy(editor)
        editor.setAccessibleName(words.text())
        help_text = spec.help_ja if japanese else spec.help_en
        grid.addWidget(words, row, 0, Qt.AlignmentFlag.AlignVCenter)
        grid.addWidget(editor, row, 1)
        editor.setToolTip(help_text)
        self.editors[name] = editor

    def _editor(self, name: str, spec: Spec) -> QWidget:
        value = getattr(self.settings, name)
        if name == "camera":
            names = [(int(found.source), found.name) for found in self._devices.cameras() if found.source.isdigit()]
            return self._choice(name, names or [(0, tr("No camera found"))], value)
        if name == "microphone":
            microphones = [(found.source, found.name) for found in self._devices.microphones()]
            return self._choice(name, [(None, tr("As the system")), *microphones], value)
        if spec.choices:
            return self._choice(
                name, [(choice, tr(_CHOICE_WORDS.get(choice, choice))) for choice in spec.choices], value
            )
        if name == "threads":
            return self._number(name, spec, value)
        edit = QLineEdit(str(value or ""))
        self._read[name] = lambda: edit.text().strip()
        return edit

    def _choice(self, name: str, choices: list[tuple[Any, str]], value: Any) -> QComboBox:
        box = QComboBox()
        values = [choice for choice, _ in choices]
        if value not in values:
            # What is set now but not plugged in now stays a choice.
            values.append(value)
            choices = [*choices, (value, str(value))]
        box.addItems([words for _, words in choices])
        box.setCurrentIndex(values.index(value))
        self._read[name] = lambda: values[box.currentIndex()]
        return box

    def _number(self, name: str, spec: Spec, value: int | None) -> QSpinBox:
        box = QSpinBox()
        box.setRange(0, spec.high or 256)
        box.setSpecialValueText(tr("As many as the computer has"))
        box.setValue(value or 0)
        self._read[name] = lambda: box.value() or None
        return box

    def accept(self) -> None:
        """Take over what was chosen."""
        self.settings = self.settings.changed(**{name: read() for name, read in self._read.items()})
        super().accept()
