"""What went wrong, told once: a sentence for what people can fix, "details" for our bugs.

The only presenter of errors. Knows the codes of fixable errors; knows no page.
"""

import logging
import traceback
from dataclasses import dataclass, field
from datetime import datetime

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QWidget

from inspector_app.ui import icons, theme
from inspector_app.ui.language import Spoken, mark, tr
from inspector_app.ui.sentences import sentence
from inspector_app.ui.theme import Themed
from inspector_app.ui.widgets import IconButton, KeyButton, label, set_look
from model_runtime.verdict import Fixable

_log = logging.getLogger(__name__)
_MOST = 200
_BUG = mark("Something went wrong inside the program; the details were written to the log. You can go on.")


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that went wrong. `level`: "fix" (a person can fix it), "bug" (we must), "news" (nothing is wrong)."""

    level: str
    error: BaseException | None
    text: str = ""
    details: str = ""
    at: datetime = field(default_factory=datetime.now)

    def sentence(self) -> str:
        """What the person reads, in the language in use."""
        if self.level == "news":
            return self.text
        return sentence(self.error) if isinstance(self.error, Fixable) else tr(_BUG)


class Problems(QObject):
    """The list of problems of this run, and the signal that a new one came."""

    added = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.entries: list[Problem] = []

    def tell(self, error: BaseException) -> None:
        """Tell of an error, of either kind."""
        if isinstance(error, Fixable):
            _log.warning("told the person: %s", error.code)
            self._add(Problem("fix", error, details=error.message))
        else:
            details = "".join(traceback.format_exception(error))
            _log.error("unexpected error", exc_info=error)
            self._add(Problem("bug", error, details=details))

    def news(self, text: str) -> None:
        """Say something that is not a problem, as a verdict that came while another unit is on the stage."""
        self.added.emit(Problem("news", None, text))

    def _add(self, problem: Problem) -> None:
        self.entries = [*self.entries, problem][-_MOST:]
        self.added.emit(problem)


LOOKS = {"fix": "triangle-alert", "bug": "circle-x", "news": "info"}
"""Level -> icon."""


class Banner(Spoken, Themed, QFrame):
    """The newest problem in one sentence, over the page; it goes by itself and stays in the list."""

    details_wanted = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("banner")
        self._problem: Problem | None = None
        self._icon, self._text = QLabel(), label(wrap=True)
        self._details = KeyButton("list", mark("Details"), kind="quiet")
        self._close = IconButton("x", mark("Close"))
        self._timer = QTimer(self, singleShot=True, interval=12_000)
        self._build()
        self._timer.timeout.connect(self.hide)
        self._close.clicked.connect(self.hide)
        self._details.clicked.connect(self.details_wanted)
        self.hide()

    def _build(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.GAP_L, 4, 4, 4)
        row.setSpacing(theme.GAP)
        row.addWidget(self._icon)
        row.addWidget(self._text, 1)
        row.addWidget(self._details)
        row.addWidget(self._close)

    @property
    def text(self) -> str:
        """The sentence that is shown."""
        return self._text.text()

    def show_problem(self, problem: Problem) -> None:
        """Show it in place of the one before."""
        self._problem = problem
        self._timer.start(5_000 if problem.level == "news" else 12_000)
        set_look(self, "level", problem.level)
        self._details.setVisible(problem.level == "bug" or "\n" in problem.details)
        self.respeak()
        self.restyle()
        self.fit()
        self.show()
        self.raise_()

    def fit(self) -> None:
        """Lie low over the page, beside the rail: never over the verdict."""
        parent = self.parentWidget()
        if parent is None:
            return
        left = 104 + 2 * theme.GAP_L
        width = min(760, parent.width() - left - 2 * theme.GAP_L - 408)
        self.setFixedWidth(width)
        layout = self.layout()
        height = layout.heightForWidth(width) if layout else self.sizeHint().height()
        height = max(height, 60)
        self.setGeometry(left, parent.height() - 92 - height, width, height)

    def respeak(self) -> None:
        if self._problem is not None:
            self._text.setText(self._problem.sentence())

    def restyle(self) -> None:
        if self._problem is not None:
            name = LOOKS[self._problem.level]
            self._icon.setPixmap(icons.pixmap(name, theme.tokens().text, 24, self.devicePixelRatioF()))
