"""The settings dialog, built from the typed settings: each field says its label, help, choices and group itself.

Knows `Settings`; saves nothing: the caller gets the changed settings.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from inspector_app.capture.setup import CameraSetup
from inspector_app.setting_specs import Spec
from inspector_app.settings import Settings
from inspector_app.ui import settings_editors, theme
from inspector_app.ui.desk import Desk, Devices
from inspector_app.ui.device_tests import CameraTest, MicrophoneTest, device_name
from inspector_app.ui.language import mark, tr
from inspector_app.ui.sheet import Sheet, key_button
from inspector_app.ui.widgets import label, scrolled

if TYPE_CHECKING:
    from inspector_app.capture.microphone import MicrophoneName
    from inspector_app.capture.setup import CameraName
    from inspector_app.installed import Installed

GROUPS = {
    "look": mark("Language and looks"),
    "station": mark("Station"),
    "camera": mark("Camera and photo"),
    "voice": mark("Voice note"),
    "scanner": mark("Scanner"),
    "people": mark("People and shifts"),
    "model": mark("Model"),
    "sending": mark("Other systems"),
}
_BY_NAME = {"camera": "camera", "check": "camera", "microphone": "voice", "scanner": "scanner"}


def group_of(name: str, spec: Spec) -> str:
    """Where a field stands: by the first word of its name, else by what it says itself."""
    return _BY_NAME.get(name.split("_")[0], spec.group if spec.group in GROUPS else "station")


class _Row(QWidget):
    """One setting: its name, its editor, and the help in full: a glove cannot hover."""

    def __init__(self, name: str, spec: Spec, japanese: bool, editor: QWidget) -> None:
        super().__init__()
        title, hint = label("section", wrap=True), label("caption", wrap=True)
        title.setText(spec.label_ja if japanese else spec.label_en)
        hint.setText(spec.help_ja if japanese else spec.help_en)
        hint.setVisible(bool(hint.text()))
        title.setFixedWidth(190)
        title.setBuddy(editor)
        editor.setAccessibleName(title.text())
        self.words = " ".join((name, spec.label_en, spec.label_ja, spec.help_en, spec.help_ja)).casefold()
        right = QVBoxLayout()
        right.setSpacing(2)
        right.addWidget(editor)
        right.addWidget(hint)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.GAP_L)
        row.addWidget(title)
        row.addLayout(right, 1)


class SettingsDialog(Sheet):
    """Edits a copy; `settings` is the result after it was accepted."""

    set_up_wanted = Signal()
    people_wanted = Signal()

    def __init__(
        self, settings: Settings, devices: Devices, language: str, desk: Desk, parent: QWidget | None = None
    ) -> None:
        super().__init__(mark("Settings"), "", parent)
        self.settings = settings
        self._devices, self._desk, self._japanese = devices, desk, language == "ja"
        self._read: dict[str, Callable[[], Any]] = {}
        self.editors: dict[str, QWidget] = {}
        self.rows: dict[str, _Row] = {}
        self.headings: dict[str, QWidget] = {}
        self._extras: list[QWidget] = []
        self.search_edit = QLineEdit()
        self.camera_test, self.microphone_test = CameraTest(desk, devices), MicrophoneTest(desk, devices)
        self._build()
        self._look_for_devices()
        self._look_for_models()
        self.resize(760, 680)

    def _build(self) -> None:
        self.say(self.search_edit.setPlaceholderText, mark("Search the settings"))
        self.say(self.search_edit.setAccessibleName, mark("Search the settings"))
        self.search_edit.setClearButtonEnabled(True)
        self.search_edit.textChanged.connect(self._search)
        self.body.addWidget(self.search_edit)
        holder = QWidget()
        column = QVBoxLayout(holder)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.GAP)
        for group in GROUPS:
            self._add_group(column, group)
        self.body.addWidget(scrolled(holder, right=theme.GAP_L), 1)
        self.add_button("x", mark("Cancel"), "Esc", self.reject)
        self.add_button("sparkles", mark("Guided set-up"), "Ctrl+U", self._guide)
        self.add_button("check", mark("Save"), "Ctrl+Return", self.accept, "primary")

    def _add_group(self, column: QVBoxLayout, group: str) -> None:
        heading = label("strong")
        self.say(heading.setText, GROUPS[group])
        column.addSpacing(theme.GAP_S if self.rows else 0)
        column.addWidget(heading)
        self.headings[group] = heading
        for name, spec in Settings.specs().items():
            if spec.hidden or group_of(name, spec) != group:
                continue
            editor, read = settings_editors.editor(name, spec, getattr(self.settings, name), self._choices(name))
            self._read[name], self.editors[name] = read, editor
            self.rows[name] = _Row(name, spec, self._japanese, editor)
            column.addWidget(self.rows[name])
        self._add_test(column, group)

    def _add_test(self, column: QVBoxLayout, group: str) -> None:
        """What was chosen can be tried before it is saved."""
        camera, microphone = self.camera_test, self.microphone_test
        if group == "camera":
            button = key_button(self, "camera", mark("Test the camera"), "Ctrl+T", lambda: camera.test(self._camera()))
            column.addWidget(button)
            column.addWidget(camera)
            self._extras.append(button)
        elif group == "voice":
            chosen = self._read["microphone"]
            button = key_button(self, "mic", mark("Test the microphone"), "Ctrl+M", lambda: microphone.test(chosen()))
            column.addWidget(button)
            column.addWidget(microphone)
            self._extras.append(button)
        elif group == "people":
            self._extras.append(key_button(self, "users-round", mark("People"), "Ctrl+Shift+P", self._people))
            column.addWidget(self._extras[-1])

    def _camera(self) -> CameraSetup:
        return CameraSetup.of(self._chosen())

    def _choices(self, name: str) -> list[tuple[Any, str]]:
        """What this computer has for a field that names a device."""
        if name == "camera":
            return [(self.settings.camera, self.settings.camera)]
        if name == "microphone":
            return [(None, tr("As the system"))]
        if name == "model":
            return [(self.settings.model, self.settings.model)]
        if name == "adapter":
            return [(None, tr("The model's own"))]
        return []

    def _look_for_devices(self) -> None:
        """Each on its lane: a driver may take half a second to answer."""
        cameras = self._desk.on_camera(self._devices.cameras)
        cameras.done.connect(lambda found: self._offer("camera", found))
        microphones = self._desk.on_sound(self._devices.microphones)
        microphones.done.connect(lambda found: self._offer("microphone", found))

    def _offer(self, name: str, found: list[CameraName] | list[MicrophoneName]) -> None:
        editor = self.editors[name]
        if isinstance(editor, settings_editors.ChoiceBox):
            for one in found:
                editor.offer(one.source, device_name(one))

    def _look_for_models(self) -> None:
        """What is installed: on the disk's lane, for a network drive may take its time."""
        model = self.editors["model"]
        if self._desk.station is None or not isinstance(model, settings_editors.ChoiceBox):
            return
        self._desk.installed(model.read()).done.connect(lambda found: self._offer_models(*found))
        model.activated.connect(
            lambda _: self._desk.installed(model.read()).done.connect(lambda found: self._offer_models(*found))
        )

    def _offer_models(self, models: list[Installed], adapters: list[Installed]) -> None:
        """An adapter belongs to one model: those of another cannot be chosen."""
        for name, found in (("model", models), ("adapter", adapters)):
            editor = self.editors[name]
            if isinstance(editor, settings_editors.ChoiceBox):
                for one in found:
                    fault = tr("damaged") if one.fault else ""
                    editor.offer(one.name, "   ".join(part for part in (one.words, fault) if part), one.fault)
                if name == "adapter":
                    editor.keep_only([None, *(one.name for one in found)])

    def _search(self, text: str) -> None:
        wanted = text.strip().casefold()
        for extra in self._extras:
            extra.setVisible(not wanted)
        for row in self.rows.values():
            row.setVisible(wanted in row.words)
        specs = Settings.specs()
        for group, heading in self.headings.items():
            there = [row for name, row in self.rows.items() if group_of(name, specs[name]) == group]
            heading.setVisible(any(not row.isHidden() for row in there))

    def _people(self) -> None:
        self.reject()
        self.people_wanted.emit()

    def _guide(self) -> None:
        self.reject()
        self.set_up_wanted.emit()

    def _chosen(self) -> Settings:
        return self.settings.changed(**{name: read() for name, read in self._read.items()})

    def accept(self) -> None:
        """Take over what was chosen; what does not fit is named and nothing is lost."""
        for name, read in self._read.items():
            try:
                self.settings.changed(**{name: read()})
            except (ValueError, TypeError):
                spec = Settings.specs()[name]
                title = spec.label_ja if self._japanese else spec.label_en
                self.say_fault(tr("“{field}” cannot be this; correct it.", field=title))
                self.editors[name].setFocus()
                return
        self.settings = self._chosen()
        super().accept()

    def done(self, result: int) -> None:
        self.camera_test.stop()
        self.microphone_test.stop()
        super().done(result)
