"""The Quality page: charts, goals, agreement studies, reports, each a tab that is made when it is first looked at.

Knows which tabs there are; knows no figure.
"""

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from inspector_app.ui import theme
from inspector_app.ui.actions import QUALITY_ACTS, bind
from inspector_app.ui.desk import Desk
from inspector_app.ui.language import Spoken
from inspector_app.ui.quality_desk import QualityDesk
from inspector_app.ui.widgets import KeyButton, label, set_look

TABS = ("go_charts", "go_goals", "go_study", "go_reports")
_SAID_MS = 6000


class QualityPage(Spoken, QWidget):
    """`dialog_wanted` gives a dialog to be opened over the window."""

    help_groups = ("Quality", "A chart")

    dialog_wanted = Signal(object)
    help_groups = ("Quality", "A chart")
    """Headings of the keys that the help shows here."""

    def __init__(self, desk: Desk, language: Callable[[], str]) -> None:
        super().__init__()
        self.setObjectName("page")
        self.desk = QualityDesk(desk)
        self._language = language
        self.tabs: dict[str, Any] = {}
        self.stack, self.said = QStackedWidget(), label("caption")
        self.buttons: dict[str, KeyButton] = {}
        self.open = ""
        self._build()
        self.actions_by_name: dict[str, QAction] = bind(self, QUALITY_ACTS)

    def _build(self) -> None:
        column, row = QVBoxLayout(self), QHBoxLayout()
        column.setContentsMargins(theme.GAP_L, theme.GAP, theme.GAP_L, theme.GAP)
        column.setSpacing(theme.GAP)
        row.setSpacing(theme.GAP_S)
        for act in QUALITY_ACTS:
            button = KeyButton(act.icon, act.text, act.key, "quiet")
            button.setProperty("low", "yes")
            button.clicked.connect(getattr(self, act.name))
            self.buttons[act.name] = button
            if act.name == "reload":
                row.addWidget(self.said, 1)
            row.addWidget(button)
        column.addLayout(row)
        column.addWidget(self.stack, 1)

    # -- what the person does

    def go_charts(self) -> None:
        """The charts."""
        self._go("go_charts")

    def go_goals(self) -> None:
        """Goals of the proof of concept."""
        self._go("go_goals")

    def go_study(self) -> None:
        """Agreement studies."""
        self._go("go_study")

    def go_reports(self) -> None:
        """Reports to print and to keep."""
        self._go("go_reports")

    def reload(self) -> None:
        """Count again what is looked at."""
        if not self.open:
            self.go_charts()
            return
        self.tabs[self.open].reload()

    def tell(self, words: str) -> None:
        """A sentence beside the tabs, until the next one."""
        self.said.setText(words)

    def _go(self, name: str) -> None:
        if name not in self.tabs:
            tab = self.tabs[name] = _MADE[name](self)
            self.stack.addWidget(tab)
        self.open = name
        self.said.clear()
        self.stack.setCurrentWidget(self.tabs[name])
        for tab_name in TABS:
            set_look(self.buttons[tab_name], "kind", "chosen" if tab_name == name else "quiet")
        self.tabs[name].reload()
        self.setFocusProxy(self.tabs[name])
        self.setFocus()

    def _charts(self) -> Any:
        from inspector_app.ui.quality_charts import ChartsTab  # pyqtgraph: only when it is looked at

        tab = ChartsTab(self.desk)
        tab.said.connect(self.tell)
        return tab

    def _goals(self) -> Any:
        from inspector_app.ui.kpi_page import GoalsTab

        tab = GoalsTab(self.desk, self._language)
        tab.dialog_wanted.connect(self.dialog_wanted)
        return tab

    def _study(self) -> Any:
        from inspector_app.ui.study_page import StudyTab

        tab = StudyTab(self.desk, self._language)
        tab.dialog_wanted.connect(self.dialog_wanted)
        tab.said.connect(self.tell)
        return tab

    def _reports(self) -> Any:
        from inspector_app.ui.report_page import ReportsTab

        tab = ReportsTab(self.desk, self._language)
        tab.dialog_wanted.connect(self.dialog_wanted)
        tab.said.connect(self.tell)
        return tab


_MADE: dict[str, Callable[[QualityPage], Any]] = {
    "go_charts": QualityPage._charts,
    "go_goals": QualityPage._goals,
    "go_study": QualityPage._study,
    "go_reports": QualityPage._reports,
}
