"""The Training page: sets, the running training, the comparison with its gate, the family tree of adapters.

Knows which tabs there are and what leads from one to the other; knows no figure.
"""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from inspector_app.ui import theme
from inspector_app.ui.actions import TRAINING_ACTS, bind
from inspector_app.ui.adapter_tree import AdapterTab, now_words
from inspector_app.ui.language import Spoken, tr
from inspector_app.ui.training_desk import TrainingDesk
from inspector_app.ui.training_run import RunTab
from inspector_app.ui.training_sets import SetsTab
from inspector_app.ui.training_weigh import WeighTab
from inspector_app.ui.widgets import KeyButton, label, set_look

Tab = SetsTab | RunTab | WeighTab | AdapterTab
TABS = ("show_sets", "show_run", "show_weighing", "show_adapters")


class TrainingPage(Spoken, QWidget):
    """`dialog_wanted` gives a dialog to be opened over the window; `unit_wanted` the id of a record to look at."""

    help_groups = ("Training",)

    dialog_wanted = Signal(object)
    unit_wanted = Signal(object)
    help_groups = ("Training",)

    def __init__(self, desk: TrainingDesk) -> None:
        super().__init__()
        self.setObjectName("page")
        self.desk = desk
        self.sets, self.run, self.weighing, self.adapters = (
            SetsTab(desk),
            RunTab(desk),
            WeighTab(desk),
            AdapterTab(desk),
        )
        made: tuple[Tab, ...] = (self.sets, self.run, self.weighing, self.adapters)
        self.tabs = dict(zip(TABS, made, strict=True))
        self.stack, self.said = QStackedWidget(), label("caption")
        self.buttons: dict[str, KeyButton] = {}
        self.open = "show_sets"
        self._build()
        self._connect()
        self.actions_by_name: dict[str, QAction] = bind(self, TRAINING_ACTS)

    def _build(self) -> None:
        column, row = QVBoxLayout(self), QHBoxLayout()
        column.setContentsMargins(theme.GAP_L, theme.GAP, theme.GAP_L, theme.GAP)
        column.setSpacing(theme.GAP)
        row.setSpacing(theme.GAP_S)
        for act in TRAINING_ACTS:
            button = KeyButton(act.icon, act.text, act.key, "quiet")
            button.setProperty("low", "yes")
            button.clicked.connect(getattr(self, act.name))
            self.buttons[act.name] = button
            if act.name == "show_privacy":
                row.addWidget(self.said, 1)
            row.addWidget(button)
        column.addLayout(row)
        for tab in self.tabs.values():
            self.stack.addWidget(tab)
        column.addWidget(self.stack, 1)

    def _connect(self) -> None:
        for asking in (self.sets, self.weighing, self.adapters):
            asking.dialog_wanted.connect(self.dialog_wanted)
        self.sets.training_begun.connect(self._training_begun)
        self.sets.unit_wanted.connect(self.unit_wanted)
        self.run.compare_wanted.connect(self._compare)
        self.adapters.compare_wanted.connect(self._compare)
        self.adapters.said.connect(self.tell)
        self.weighing.promoted.connect(lambda came: self.tell(now_words(came)))
        self.desk.changed.connect(self.reload)
        self.desk.ended.connect(self._ended)

    # -- what the person does

    def show_sets(self) -> None:
        """The training sets."""
        self._go("show_sets")

    def show_run(self) -> None:
        """The training that runs."""
        self._go("show_run")

    def show_weighing(self) -> None:
        """The comparison and the gate."""
        self._go("show_weighing")

    def show_adapters(self) -> None:
        """The family tree."""
        self._go("show_adapters")

    def show_privacy(self) -> None:
        """What is kept for how long."""
        from inspector_app.ui.training_privacy import PrivacySheet  # seldom opened

        task = self.desk.policy()
        task.failed.connect(self.desk.desk.problems.tell)
        task.done.connect(
            lambda came: self.dialog_wanted.emit(PrivacySheet(self.desk, came[0], came[1], self.window()))
        )

    def reload(self) -> None:
        """Read again what is looked at."""
        self.tabs[self.open].reload()
        for name in TABS:
            set_look(self.buttons[name], "kind", "chosen" if name == self.open else "quiet")

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.reload()

    def tell(self, words: str) -> None:
        """A sentence beside the tabs, until the next one."""
        self.said.setText(words)

    def _go(self, name: str) -> None:
        self.open = name
        self.said.clear()
        self.stack.setCurrentWidget(self.tabs[name])
        self.reload()
        self.tabs[name].setFocus()

    def _training_begun(self) -> None:
        self.run.begun()
        self.show_run()

    def _compare(self, name: str) -> None:
        self.weighing.compare(name)
        self.show_weighing()

    def _ended(self, what: str, came: object) -> None:
        if what == "train":
            self.tell(tr("{name} is trained.", name=came))
