"""The details of a verdict for near by: what is wrong, how sure the model is, what it heard.

Knows the verdict and its words. Knows no page and no database.
"""

from PySide6.QtCore import QLocale, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QFontMetricsF, QKeyEvent, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QPlainTextEdit, QSizePolicy, QVBoxLayout, QWidget

from inspector_app.ui import theme
from inspector_app.ui.language import Spoken, mark, tr
from inspector_app.ui.painting import sized
from inspector_app.ui.widgets import label
from inspector_app.ui.words import SEVERITIES, defect_word, place_words
from model_runtime.verdict import Answer, Severity, Thresholds, Verdict

_END = 38
"""Pixels that a threshold's number keeps from an end of the bar, so that the word there has room."""


class ProbabilityBar(Spoken, QWidget):
    """The probability of NG on a line from 0 to 1, with the two thresholds that divide it in three."""

    def __init__(self) -> None:
        super().__init__()
        self._p: float | None = None
        self._thresholds = Thresholds()
        self.setFixedHeight(70)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_probability(self, p_ng: float | None, thresholds: Thresholds) -> None:
        """Set the pointer; None shows the scale alone."""
        self._p, self._thresholds = p_ng, thresholds
        if p_ng is not None:
            self.setAccessibleName(tr("Probability of NG: {percent} %", percent=_percent(p_ng)))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(240, self.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        now = theme.tokens()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        track = QRectF(8, 26, self.width() - 16, 16)
        self._paint_zones(painter, track, now)
        self._paint_ticks(painter, track, now)
        if self._p is not None:
            self._paint_pointer(painter, track, now)
        painter.end()

    def _paint_zones(self, painter: QPainter, track: QRectF, now: theme.Tokens) -> None:
        path = QPainterPath()
        path.addRoundedRect(track, 8, 8)
        painter.save()
        painter.setClipPath(path)
        known = self._p is not None
        colours = (now.ok, now.hold, now.ng) if known else (now.ok_soft, now.hold_soft, now.ng_soft)
        limits = (0.0, self._thresholds.ok_below, self._thresholds.ng_above, 1.0)
        for start, end, colour in zip(limits, limits[1:], colours, strict=False):
            zone = QRectF(track.left() + start * track.width(), track.top(), (end - start) * track.width(), 16)
            painter.fillRect(zone, QColor(colour))
        painter.restore()

    def _paint_ticks(self, painter: QPainter, track: QRectF, now: theme.Tokens) -> None:
        painter.setFont(sized(self.font(), 13))
        for value in (self._thresholds.ok_below, self._thresholds.ng_above):
            x = track.left() + value * track.width()
            painter.setPen(QPen(QColor(now.card), 2))
            painter.drawLine(int(x), int(track.top()), int(x), int(track.bottom()))
            painter.setPen(QColor(now.muted))
            painter.drawText(
                QRectF(x - 30, track.bottom() + 3, 60, 18),
                Qt.AlignmentFlag.AlignHCenter,
                QLocale().toString(value, "f", 2),
            )
        painter.setPen(QColor(now.muted))
        ends = QRectF(track.left(), track.bottom() + 3, track.width(), 18)
        # A threshold's number may stand where an end's word would: then the colour says it alone.
        if self._thresholds.ok_below * track.width() > _END:
            painter.drawText(ends, Qt.AlignmentFlag.AlignLeft, "OK")
        if (1 - self._thresholds.ng_above) * track.width() > _END:
            painter.drawText(ends, Qt.AlignmentFlag.AlignRight, "NG")

    def _paint_pointer(self, painter: QPainter, track: QRectF, now: theme.Tokens) -> None:
        assert self._p is not None
        x = track.left() + self._p * track.width()
        font = sized(self.font(), 16, bold=True)
        painter.setFont(font)
        text = f"{_percent(self._p)} %"
        width = QFontMetricsF(font).horizontalAdvance(text) + 4
        left = min(max(x - width / 2, 0), self.width() - width)
        painter.setPen(QColor(now.text))
        painter.drawText(QRectF(left, 0, width, 22), Qt.AlignmentFlag.AlignCenter, text)
        painter.setPen(QPen(QColor(now.card), 3))
        painter.setBrush(QColor(now.text))
        painter.drawEllipse(QRectF(x - 9, track.center().y() - 9, 18, 18))


class HeardEdit(QPlainTextEdit):
    """What was heard, to be corrected by typing. `corrected` gives the new words when the person is done with them."""

    corrected = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._before = ""
        self.setProperty("role", "heard")
        self.setTabChangesFocus(True)
        self.setFixedHeight(104)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    def show_words(self, words: str) -> None:
        """Other words; what is being typed is left alone."""
        if self.hasFocus():
            return
        self._before = words
        if words != self.toPlainText():
            self.setPlainText(words)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.clearFocus()
        elif event.key() == Qt.Key.Key_Escape:
            self.setPlainText(self._before)
            self.clearFocus()
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        words = " ".join(self.toPlainText().split())
        if words != self._before:
            self._before = words
            self.corrected.emit(words)


class VerdictDetails(Spoken, QWidget):
    """What is wrong, how bad, where; the probability; what was heard. Why a person must decide stands on the band."""

    _ROWS = (("defect", mark("Defect")), ("severity", mark("Severity")), ("place", mark("Place")))
    corrected = Signal(str)

    def __init__(self, heard_key: str = "") -> None:
        super().__init__()
        self._verdict: Verdict | None = None
        self._values: dict[str, QLabel] = {}
        self.bar, self.heard = ProbabilityBar(), HeardEdit()
        self.heard.setReadOnly(not heard_key)
        self._heard_title, self._bar_title, self._heard_key = label("caption"), label("caption"), label("key")
        self._heard_key.setText(heard_key)
        self._build()
        self.heard.corrected.connect(self.corrected)
        self.clear()

    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.GAP_S)
        grid = QGridLayout()
        grid.setHorizontalSpacing(theme.GAP)
        grid.setVerticalSpacing(0)
        for number, (name, title) in enumerate(self._ROWS):
            caption, value = label("caption"), label("strong", wrap=True)
            self.say(caption.setText, title)
            grid.addWidget(caption, 0, number)
            grid.addWidget(value, 1, number)
            grid.setColumnStretch(number, 1)
            self._values[name] = value
        column.addLayout(grid)
        column.addWidget(self._bar_title)
        column.addWidget(self.bar)
        heading = QHBoxLayout()
        heading.addWidget(self._heard_title)
        heading.addStretch(1)
        heading.addWidget(self._heard_key)
        column.addLayout(heading)
        column.addWidget(self.heard)
        self.say(self._bar_title.setText, mark("Probability of NG, with the two thresholds"))
        self.say(self._heard_title.setText, mark("Heard in the voice note"))

    def clear(self) -> None:
        """Nothing is known yet."""
        self._verdict = None
        for value in self._values.values():
            value.setText("–")
        self.bar.show_probability(None, Thresholds())
        self._show_heard("")

    def show_verdict(self, verdict: Verdict, heard: str | None = None) -> None:
        """Say all of it; `heard` are the corrected words, where somebody corrected them."""
        self._show_heard(verdict.judgment.heard if heard is None else heard)
        if verdict is not self._verdict:
            self._verdict = verdict
            self.respeak()

    def value(self, name: str) -> str:
        """What stands under "defect", "severity" or "place"."""
        return self._values[name].text()

    def respeak(self) -> None:
        if self._verdict is None:
            return
        said = self._verdict.judgment
        good = said.verdict is Answer.OK
        none = said.severity is Severity.NONE
        self._values["defect"].setText(tr("none") if good else defect_word(said.defect))
        self._values["severity"].setText("–" if good or none else tr(SEVERITIES[said.severity]))
        self._values["place"].setText("–" if good or said.region is None else place_words(said.region))
        self.bar.show_probability(self._verdict.p_ng, self._verdict.thresholds)

    def _show_heard(self, words: str) -> None:
        self.heard.show_words(words)
        for part in (self.heard, self._heard_title):
            part.setVisible(bool(words))
        self._heard_key.setVisible(bool(words) and bool(self._heard_key.text()))


def _percent(share: float) -> str:
    return QLocale().toString(100 * share, "f", 1)
