"""The window: pages at the left, counters, person and readiness at the top, banner and help above all.

Knows pages and settings; builds no thread, no database and no model: app.py does.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QSize, Signal
from PySide6.QtGui import QAction, QCloseEvent, QGuiApplication, QResizeEvent
from PySide6.QtWidgets import QDialog, QFrame, QHBoxLayout, QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from inspector_app.capture.setup import CameraSetup
from inspector_app.capture.wedge import Wedge
from inspector_app.settings import Settings
from inspector_app.ui import pictures, theme
from inspector_app.ui.actions import RAIL, WINDOW_ACTS, bind, with_own_keys
from inspector_app.ui.counters import CountersBar
from inspector_app.ui.desk import Desk, Devices
from inspector_app.ui.desk_pages import DeskPages
from inspector_app.ui.gate import Gate
from inspector_app.ui.inspect_page import InspectPage
from inspector_app.ui.language import Spoken, mark, tr
from inspector_app.ui.problems import Banner, Problem
from inspector_app.ui.rail import Rail
from inspector_app.ui.readiness import Readiness
from inspector_app.ui.ready import ReadinessChip
from inspector_app.ui.scanner import Scanner, watch_window
from inspector_app.ui.widgets import KeyButton

if TYPE_CHECKING:
    from inspector_app.parts import Parts
    from inspector_app.records.counters import Counters
    from inspector_app.ui.device_tests import CameraTest
    from inspector_app.ui.help_overlay import HelpOverlay
    from inspector_app.ui.quality_page import QualityPage
    from inspector_app.ui.training_page import TrainingPage

_WANTED, _LEAST, _TITLE = QSize(1280, 800), QSize(1240, 650), QSize(0, 32)
"""Sizes in pixels. The least is what a screen of 1920 x 1080 at 150 % leaves beside title and task bar."""
_ACTS = {act.name: act for act in WINDOW_ACTS}


class MainWindow(DeskPages, Spoken, QMainWindow):
    """Two pages and what surrounds them. `settings_changed` gives the settings that were saved in the dialog."""

    settings_changed = Signal(object)

    def __init__(self, desk: Desk, devices: Devices, readiness: Readiness, settings: Settings) -> None:
        super().__init__()
        self._desk, self._devices, self._settings, self._readiness = desk, devices, settings, readiness
        self._parts: Parts | None = None
        self._language: Callable[[], str] = lambda: "en"
        self._bound: dict[str, QAction] = {}
        self.inspect_page = InspectPage(desk, devices, readiness)
        self.pages = QStackedWidget()
        self.chip, self.counters = ReadinessChip(readiness), CountersBar()
        self._build()
        self.banner = Banner(self)
        self.gate = Gate(self, desk)
        self._scanner = Scanner(self)
        self._scanner.scanned.connect(self._scanned)
        self._connect()
        self._bind()
        self.go_inspect()
        self.setMinimumSize(_LEAST)
        # Not under the task bar, where the screen has less room than is wanted; a smaller screen has no choice.
        screens = QGuiApplication.screens()
        pictures.fit_to(round(max(max(s.size().toTuple()) * s.devicePixelRatio() for s in screens)))
        room = self.screen().availableSize() - _TITLE
        self.resize(_WANTED.boundedTo(room) if room == room.expandedTo(_LEAST) else _WANTED)

    # -- what is made when it is first looked at: not part of the start

    @cached_property
    def quality_page(self) -> QualityPage:
        """Charts, goals, agreement studies, reports."""
        from inspector_app.ui.quality_page import QualityPage

        page = QualityPage(self._desk, lambda: self._language())
        page.dialog_wanted.connect(self.open_dialog)
        self.pages.addWidget(page)
        return page

    @cached_property
    def training_page(self) -> TrainingPage:
        """Sets, trainings, the gate, adapters."""
        from inspector_app.ui.training_watch import page

        return page(self, self._desk)

    @cached_property
    def help(self) -> HelpOverlay:
        """All keys."""
        from inspector_app.ui.help_overlay import HelpOverlay

        return HelpOverlay(self)

    # -- how it is put together

    def _build(self) -> None:
        self.pages.addWidget(self.inspect_page)
        body, whole = QWidget(), QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._build_top())
        column.addWidget(self.pages, 1)
        row = QHBoxLayout(whole)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        rail = Rail(_ACTS[name] for name in RAIL)
        self.rail = rail.buttons
        for name, button in self.rail.items():
            button.clicked.connect(getattr(self, name))
        row.addWidget(rail)
        row.addWidget(body, 1)
        self.setCentralWidget(whole)
        self.say(self.setWindowTitle, mark("Kensa"))

    def _build_top(self) -> QFrame:
        top = QFrame()
        top.setObjectName("topbar")
        top.setFixedHeight(64)
        self.person_button = KeyButton("user-round", _ACTS["sign_in"].text, _ACTS["sign_in"].key, "quiet")
        self.person_button.clicked.connect(self.sign_in)
        self.chip.clicked.connect(self.show_ready)
        row = QHBoxLayout(top)
        row.setContentsMargins(theme.GAP_XL, 0, theme.GAP_L, 0)
        row.setSpacing(theme.GAP)
        row.addWidget(self.counters)
        row.addStretch(1)
        row.addWidget(self.person_button)
        row.addWidget(self.chip)
        return top

    def _connect(self) -> None:
        self._desk.problems.added.connect(self._show_problem)
        self._desk.counted.connect(self._counted)
        self._desk.person_changed.connect(lambda _: self.respeak())
        self.banner.details_wanted.connect(self.show_problems)
        self.inspect_page.dialog_wanted.connect(self.open_dialog)

    def _bind(self) -> None:
        for action in self._bound.values():
            self.removeAction(action)
        self._bound = bind(self, with_own_keys(WINDOW_ACTS, self._settings.keys))

    def load(self, parts: Parts, language: Callable[[], str]) -> None:
        """Fill what comes from files: the parts, the last part and lot; open the devices."""
        self._parts, self._language = parts, language
        self.inspect_page.form.load(parts, language(), self._settings.last_part, self._settings.last_lot)
        self._use_settings(None)
        self._desk.early().done.connect(self.inspect_page.flow.load)
        self._desk.count()
        self.gate.begin(self._settings)

    def _scanned(self, code: str) -> None:
        """Codes go to the Inspect page, whatever page is open: the next part may come while somebody looks back."""
        if self.inspect_page.locked:
            return
        self.go_inspect()
        self.inspect_page.scanned(code)

    def welcome(self) -> None:
        """The guided set-up, where it was never seen."""
        if not self._settings.set_up_done:
            self.show_set_up()

    # -- actions

    def go_inspect(self) -> None:
        """The Inspect page."""
        self._go(self.inspect_page, "go_inspect")

    def go_quality(self) -> None:
        """Charts, goals, agreement studies, reports."""
        self._go(self.quality_page, "go_quality")
        self.quality_page.reload()

    def go_training(self) -> None:
        """Sets, trainings, the gate, adapters."""
        self._go(self.training_page, "go_training")

    def show_problems(self) -> None:
        """All problems of this run."""
        from inspector_app.ui.problems_dialog import ProblemsDialog

        self.banner.hide()
        self.open_dialog(ProblemsDialog(self._desk.problems, self))

    def show_settings(self) -> None:
        """Change the settings."""
        from inspector_app.ui.settings_dialog import (
            SettingsDialog,
        )

        dialog = SettingsDialog(self._settings, self._devices, self._language(), self._desk, self)
        dialog.accepted.connect(lambda: self.change_settings(dialog.settings))
        dialog.set_up_wanted.connect(self.show_set_up)
        dialog.people_wanted.connect(self.show_people)
        self._lend_camera(dialog, dialog.camera_test)
        self.open_dialog(dialog)

    def show_parts(self) -> None:
        """What is known of each part; a supervisor may change it."""
        if self._parts is None:
            return
        from inspector_app.ui.parts_editor import PartsDialog

        dialog = PartsDialog(self._desk, self._parts, self.inspect_page.form.part, self._language(), self)
        dialog.changed.connect(self._parts_changed)
        self.open_dialog(dialog)

    def show_people(self) -> None:
        """Who may sign in here."""
        from inspector_app.ui.people_dialog import PeopleDialog

        dialog = PeopleDialog(self._desk, self)
        dialog.began.connect(self.gate.first)
        dialog.dialog_wanted.connect(self.open_dialog)
        self.open_dialog(dialog)

    def show_ready(self) -> None:
        """What is ready and what is not."""
        from inspector_app.ui.ready_dialog import ReadyDialog

        self.open_dialog(ReadyDialog(self._readiness, self))

    def show_about(self) -> None:
        """Versions and licences."""
        from inspector_app.ui.about import AboutDialog

        self.open_dialog(AboutDialog(self._desk, self))

    def show_set_up(self) -> None:
        """The guided set-up, step by step; each can be skipped."""
        from inspector_app.ui.set_up import SetUp

        guide = SetUp(self._settings, self._devices, self._desk, self._readiness, self._parts, self._language(), self)
        guide.chosen.connect(self.change_settings)
        guide.began.connect(self.gate.first)
        self._lend_camera(guide, guide.camera_test)
        self.open_dialog(guide)

    def show_help(self) -> None:
        """Cover the window with the list of keys."""
        self.help.open(getattr(self.pages.currentWidget(), "help_groups", ("Capture", "Answer")))

    def sign_in(self) -> None:
        """Another person, or nobody: the station is locked."""
        self.gate.ask_person()

    def full_screen(self) -> None:
        """The whole screen, and back; out of kiosk mode only with a supervisor's PIN."""
        self.gate.toggle_full_screen()

    def close_window(self) -> None:
        """End the program."""
        self.close()

    def closeEvent(self, event: QCloseEvent) -> None:
        if self.gate.may_close():
            super().closeEvent(event)
        else:
            event.ignore()

    def _lend_camera(self, dialog: QDialog, test: CameraTest) -> None:
        """A device can be open once only: the page lets it go while it is tested, and has it again after."""
        feed = self.inspect_page.feed
        test.began.connect(feed.close)
        dialog.finished.connect(self._camera_back)

    def _camera_back(self) -> None:
        page = self.inspect_page
        if page.feed.state == "closed":
            page.feed.open(page.camera_setup)

    def open_dialog(self, dialog: QDialog) -> None:
        """Over this window, which gets the keys back after it, also where no window manager does that."""
        dialog.finished.connect(lambda _: self._back(dialog.parentWidget()))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()
        dialog.activateWindow()
        watch_window(dialog, self.gate)

    def _back(self, below: QWidget | None) -> None:
        if isinstance(below, QDialog) and below.isVisible():
            below.activateWindow()
            return
        self.activateWindow()
        if page := self.pages.currentWidget():
            page.setFocus()

    def change_settings(self, settings: Settings) -> None:
        """Use other settings from now on."""
        before, self._settings = self._settings, settings
        self.settings_changed.emit(settings)
        self._use_settings(before)

    def take_settings(self, settings: Settings) -> None:
        """Go back to settings that were used before: the others were refused."""
        before, self._settings = self._settings, settings
        self._use_settings(before)

    def keep_settings(self, settings: Settings) -> None:
        """Settings that were changed elsewhere, with nothing to be opened for them."""
        self._settings = settings

    @property
    def settings(self) -> Settings:
        return self._settings

    def _use_settings(self, before: Settings | None) -> None:
        """Open what was chosen, unless it is open already."""
        page, now = self.inspect_page, self._settings
        page.use(now)
        self._bind()
        self._scanner.wedge = Wedge.of(now)
        setup = CameraSetup.of(now)
        if before is None or page.camera_setup != setup:
            page.camera_setup = setup
            page.feed.open(setup)
        if before is None or before.microphone != now.microphone:
            page.voice_card.use(now.microphone or "")
        self.gate.use(before, now)

    def _parts_changed(self, parts: Parts) -> None:
        self._parts = parts
        self.inspect_page.form.load(parts, self._language())

    def _go(self, page: QWidget, name: str) -> None:
        self.pages.setCurrentWidget(page)
        for other in (one for one in self.rail if one.startswith("go_")):
            self.rail[other].setChecked(other == name)
        page.setFocus()

    def _counted(self, counts: Counters) -> None:
        self.counters.show_counts(counts)
        self.respeak()

    def _show_problem(self, problem: Problem) -> None:
        self.banner.show_problem(problem)

    # -- what is seen

    def respeak(self) -> None:
        person = self._desk.person
        shift = self.counters.tally.name if self._settings.shift_plan else ""
        nobody = tr("Who works here?") if self.gate.open_station else tr("Nobody signed in")
        name = nobody if person is None or self.gate.nameless else person.name
        self.person_button.set_text("   ".join(part for part in (name, shift) if part))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange and self._parts is not None:
            self.inspect_page.form.load(self._parts, self._language())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.banner.fit()
