"""The window: pages at the left, the one place for readiness and queue at the top, banner and help above all.

Knows pages and settings; builds no thread, no database and no model: app.py does.
"""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QMainWindow,
    QProgressBar,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from inspector_app.parts import Parts
from inspector_app.settings import Settings
from inspector_app.ui import icons, theme
from inspector_app.ui.actions import WINDOW_ACTS, bind
from inspector_app.ui.desk import Desk, Devices
from inspector_app.ui.help_overlay import HelpOverlay
from inspector_app.ui.history_page import HistoryPage
from inspector_app.ui.inspect_page import InspectPage
from inspector_app.ui.language import Spoken, mark, tr
from inspector_app.ui.problems import Banner, Problem, ProblemsDialog
from inspector_app.ui.readiness import Readiness, Stage
from inspector_app.ui.settings_dialog import SettingsDialog
from inspector_app.ui.theme import Themed
from inspector_app.ui.widgets import RailButton, label

_ACTS = {act.name: act for act in WINDOW_ACTS}
_RAIL = 104
_DETAIL = 460
"""Widest that the detail of the readiness may be, in pixels."""


class ReadinessChip(Spoken, Themed, QWidget):
    """Where the program stands: the stage by name, moving while it is busy."""

    def __init__(self, readiness: Readiness) -> None:
        super().__init__()
        self._readiness = readiness
        self._icon, self._words, self._detail = QLabel(), label("section"), label("caption")
        self._bar = QProgressBar(maximum=0, textVisible=False)
        self._bar.setFixedSize(96, 6)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.GAP_S)
        for part in (self._icon, self._words, self._bar, self._detail):
            row.addWidget(part)
        readiness.changed.connect(lambda _: self.respeak())
        self.respeak()

    def text(self) -> str:
        """What it says."""
        return self._words.text()

    def respeak(self) -> None:
        stage, now = self._readiness.stage, theme.tokens()
        self._words.setText(tr(stage.value))
        detail = self._readiness.detail
        self._detail.setText(self._detail.fontMetrics().elidedText(detail, Qt.TextElideMode.ElideRight, _DETAIL))
        self._detail.setToolTip(detail)
        self._bar.setVisible(stage.busy)
        self._icon.setVisible(not stage.busy)
        name, colour = ("circle-check", now.ok) if stage is Stage.READY else ("triangle-alert", now.ng)
        self._icon.setPixmap(icons.pixmap(name, colour, 20, self.devicePixelRatioF()))

    def restyle(self) -> None:
        self.respeak()


class MainWindow(Spoken, QMainWindow):
    """Two pages and what surrounds them. `settings_changed` gives the settings that were saved in the dialog."""

    settings_changed = Signal(object)

    def __init__(self, desk: Desk, devices: Devices, readiness: Readiness, settings: Settings) -> None:
        super().__init__()
        self._desk, self._devices, self._settings = desk, devices, settings
        self._parts: Parts | None = None
        self._language: Callable[[], str] = lambda: "en"
        self.inspect_page = InspectPage(desk, devices, readiness)
        self.history_page = HistoryPage(desk, devices)
        self.pages = QStackedWidget()
        self.chip = ReadinessChip(readiness)
        self.queue_label = label("caption")
        self._build()
        self.banner, self.help = Banner(self), HelpOverlay(self)
        bind(self, WINDOW_ACTS)
        self._connect()
        self.go_inspect()
        self.resize(QSize(1280, 800))
        self.setMinimumSize(QSize(1100, 700))

    # -- how it is put together

    def _build(self) -> None:
        for page in (self.inspect_page, self.history_page):
            self.pages.addWidget(page)
        body, whole = QWidget(), QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._build_top())
        column.addWidget(self.pages, 1)
        row = QHBoxLayout(whole)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self._build_rail())
        row.addWidget(body, 1)
        self.setCentralWidget(whole)
        self.say(self.setWindowTitle, mark("Kensa"))

    def _build_rail(self) -> QFrame:
        rail = QFrame()
        rail.setObjectName("rail")
        rail.setFixedWidth(_RAIL)
        self.rail = {
            name: RailButton(act.icon, act.text, act.key) for name, act in _ACTS.items() if name != "close_window"
        }
        column = QVBoxLayout(rail)
        column.setContentsMargins(theme.GAP_S, theme.GAP_S, theme.GAP_S, theme.GAP)
        column.setSpacing(theme.GAP_S)
        brand = label("brand")
        brand.setAlignment(Qt.AlignmentFlag.AlignCenter)
        brand.setFixedHeight(48)
        brand.setText("検査")
        column.addWidget(brand)
        for name, button in self.rail.items():
            if name == "show_problems":
                column.addStretch(1)
            column.addWidget(button)
            button.clicked.connect(getattr(self, name))
            button.setCheckable(name.startswith("go_"))
        return rail

    def _build_top(self) -> QFrame:
        top = QFrame()
        top.setObjectName("topbar")
        top.setFixedHeight(56)
        row = QHBoxLayout(top)
        row.setContentsMargins(theme.GAP_XL, 0, theme.GAP_XL, 0)
        row.setSpacing(theme.GAP_L)
        self.page_title = label("title")
        row.addWidget(self.page_title)
        row.addStretch(1)
        row.addWidget(self.queue_label)
        row.addWidget(self.chip)
        return top

    def _connect(self) -> None:
        self._desk.queue_changed.connect(lambda _: self.respeak())
        self._desk.problems.added.connect(self._show_problem)
        self.banner.details_wanted.connect(self.show_problems)

    def load(self, parts: Parts, language: Callable[[], str]) -> None:
        """Fill what comes from files: the parts, the last part and lot; open the devices."""
        self._parts, self._language = parts, language
        self.inspect_page.form.load(parts, language(), self._settings.last_part, self._settings.last_lot)
        self._use_settings(None)

    # -- actions

    def go_inspect(self) -> None:
        """The Inspect page."""
        self._go(self.inspect_page, "go_inspect")

    def go_history(self) -> None:
        """The History page."""
        self._go(self.history_page, "go_history")
        self.history_page.reload()
        self.history_page.to_table()

    def show_problems(self) -> None:
        """All problems of this run."""
        self.banner.hide()
        self._open(ProblemsDialog(self._desk.problems, self))

    def show_settings(self) -> None:
        """Change the settings."""
        dialog = SettingsDialog(self._settings, self._devices, self._language(), self)
        dialog.accepted.connect(lambda: self.change_settings(dialog.settings))
        self._open(dialog)

    def _open(self, dialog: QDialog) -> None:
        """Over this window, which gets the keys back after it, also where no window manager does that."""
        dialog.finished.connect(self._back)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _back(self) -> None:
        self.activateWindow()
        if page := self.pages.currentWidget():
            page.setFocus()

    def show_help(self) -> None:
        """Cover the window with the list of keys."""
        self.help.open()

    def close_window(self) -> None:
        """End the program."""
        self.close()

    def change_settings(self, settings: Settings) -> None:
        """Use other settings from now on."""
        before, self._settings = self._settings, settings
        self.settings_changed.emit(settings)
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
        page.operator = now.operator
        page.camera_source = str(now.camera)
        if before is None or before.camera != now.camera:
            page.feed.open(page.camera_source)
        if before is None or before.microphone != now.microphone:
            page.voice_card.use(now.microphone or "")

    def _go(self, page: QWidget, name: str) -> None:
        self.pages.setCurrentWidget(page)
        for other in ("go_inspect", "go_history"):
            self.rail[other].setChecked(other == name)
        self.respeak()
        page.setFocus()

    def _show_problem(self, problem: Problem) -> None:
        self.banner.show_problem(problem)

    # -- what is seen

    def respeak(self) -> None:
        on_history = self.pages.currentWidget() is self.history_page
        self.page_title.setText(tr(_ACTS["go_history" if on_history else "go_inspect"].text))
        count = self._desk.queue
        self.queue_label.setText(tr("{count} waiting for the model", count=count) if count else "")

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange and self._parts is not None:
            self.inspect_page.form.load(self._parts, self._language())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.banner.fit()
