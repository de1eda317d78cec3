"""The verdict as people read it: a band for two metres' distance, and the details for near by.

Knows the verdict and its words. Knows no page and no database.
"""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QGridLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from inspector_app.ui import icons, theme
from inspector_app.ui.language import Spoken, mark, tr
from inspector_app.ui.widgets import label
from inspector_app.ui.words import SEVERITIES, defect_word, doubt, place_words, summary, verdict_word
from model_runtime.verdict import Answer, Severity, Thresholds, Verdict

_BUSY = "loader-circle"
"""The icon that turns while it is shown."""


class VerdictBand(Spoken, QWidget):
    """Colour, shape and word of the verdict; before it, what to do or what is being waited for."""

    def __init__(self, height: int = 116) -> None:
        super().__init__()
        self._verdict: Verdict | None = None
        self._icon, self._title, self._hint = "camera", "", ""
        self._angle = 0
        self._spin = QTimer(self, interval=40)
        self._spin.timeout.connect(self._turn)
        self.setFixedHeight(height)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    @property
    def answer(self) -> Answer | None:
        """The verdict that is shown, if one is."""
        return self._verdict.judgment.verdict if self._verdict else None

    @property
    def title(self) -> str:
        """The large word, as it is on the screen."""
        return verdict_word(self._verdict.judgment.verdict) if self._verdict else tr(self._title)

    def show_verdict(self, verdict: Verdict) -> None:
        """Say the verdict."""
        self._verdict = verdict
        self._spin.stop()
        self.respeak()

    def show_state(self, icon: str, title: str, hint: str) -> None:
        """Say what to do or what is going on; both texts are sources for `tr`, or said already."""
        self._verdict, self._icon, self._title, self._hint = None, icon, title, hint
        if (icon == _BUSY) != self._spin.isActive():
            self._spin.stop() if icon != _BUSY else self._spin.start()
        self.respeak()

    def _turn(self) -> None:
        self._angle = (self._angle + 12) % 360
        self.update()

    def respeak(self) -> None:
        self.setAccessibleName(f"{self.title}. {self._second_line()}")
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(360, self.height())

    def _second_line(self) -> str:
        if self._verdict is None:
            return tr(self._hint) if self._hint else ""
        return summary(self._verdict)

    def paintEvent(self, event: QPaintEvent) -> None:
        now = theme.tokens()
        fill, ink, icon, size = QColor(now.card), QColor(now.text), self._icon, 30
        if self._verdict is not None:
            fill, ink = now.verdict(self._verdict.judgment.verdict)
            icon, size = icons.VERDICT_ICONS[self._verdict.judgment.verdict], 64
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(now.line), 1) if self._verdict is None else Qt.PenStyle.NoPen)
        painter.setBrush(fill)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 12, 12)
        side = self.height() * (0.66 if self._verdict else 0.48)
        mark_place = QRectF(theme.GAP_XL, (self.height() - side) / 2, side, side)
        self._paint_icon(painter, icon, ink, mark_place)
        room = QRectF(mark_place.right() + theme.GAP_XL, 0, self.width() - mark_place.right() - 2 * theme.GAP_XL,
                      self.height())  # fmt: skip
        self._paint_words(painter, room, ink, size)
        painter.end()

    def _paint_icon(self, painter: QPainter, icon: str, ink: QColor, place: QRectF) -> None:
        painter.save()
        if icon == _BUSY:
            painter.translate(place.center())
            painter.rotate(self._angle)
            painter.translate(-place.center())
        icons.draw(painter, icon, ink, place)
        painter.restore()

    def _paint_words(self, painter: QPainter, room: QRectF, ink: QColor, size: int) -> None:
        second = self._second_line()
        first_font = _fitting(self.font(), self.title, room.width(), min(size, int(self.height() * 0.52)), True)
        second_font = _fitting(self.font(), second, room.width(), min(20 if self._verdict else 16, size), False)
        # Set by what is seen of the letters: the fonts' own line heights leave holes above and below.
        high, low = 0.76 * first_font.pixelSize(), 0.76 * second_font.pixelSize() if second else 0.0
        gap = 0.27 * first_font.pixelSize() + 4 if second else 0.0
        baseline = (self.height() - high - gap - low) / 2 + high
        painter.setPen(ink)
        for font, text, line in ((first_font, self.title, baseline), (second_font, second, baseline + gap + low)):
            painter.setFont(font)
            painter.drawText(QPointF(room.left(), line), text)


class ProbabilityBar(Spoken, QWidget):
    """The probability of NG on a line from 0 to 1, with the two thresholds that divide it in three."""

    def __init__(self) -> None:
        super().__init__()
        self._p: float | None = None
        self._thresholds = Thresholds()
        self.setFixedHeight(66)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_probability(self, p_ng: float | None, thresholds: Thresholds) -> None:
        """Set the pointer; None shows the scale alone."""
        self._p, self._thresholds = p_ng, thresholds
        if p_ng is not None:
            self.setAccessibleName(tr("Probability of NG: {percent} %", percent=f"{100 * p_ng:.1f}"))
        self.update()

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
        font = self.font()
        font.setPixelSize(12)
        painter.setFont(font)
        for value in (self._thresholds.ok_below, self._thresholds.ng_above):
            x = track.left() + value * track.width()
            painter.setPen(QPen(QColor(now.card), 2))
            painter.drawLine(int(x), int(track.top()), int(x), int(track.bottom()))
            painter.setPen(QColor(now.muted))
            painter.drawText(QRectF(x - 30, track.bottom() + 3, 60, 18), Qt.AlignmentFlag.AlignHCenter, f"{value:.2f}")
        painter.setPen(QColor(now.muted))
        ends = QRectF(track.left(), track.bottom() + 3, track.width(), 18)
        painter.drawText(ends, Qt.AlignmentFlag.AlignLeft, "OK")
        painter.drawText(ends, Qt.AlignmentFlag.AlignRight, "NG")

    def _paint_pointer(self, painter: QPainter, track: QRectF, now: theme.Tokens) -> None:
        assert self._p is not None
        x = track.left() + self._p * track.width()
        font = QFont(self.font())
        font.setPixelSize(14)
        font.setBold(True)
        painter.setFont(font)
        text = f"{100 * self._p:.1f} %"
        width = QFontMetricsF(font).horizontalAdvance(text) + 4
        left = min(max(x - width / 2, 0), self.width() - width)
        painter.setPen(QColor(now.text))
        painter.drawText(QRectF(left, 0, width, 18), Qt.AlignmentFlag.AlignCenter, text)
        painter.setPen(QPen(QColor(now.card), 3))
        painter.setBrush(QColor(now.text))
        painter.drawEllipse(QRectF(x - 9, track.center().y() - 9, 18, 18))


class VerdictDetails(Spoken, QWidget):
    """What is wrong, how bad, where; the probability; what was heard; why a person must decide."""

    _ROWS = (("defect", mark("Defect")), ("severity", mark("Severity")), ("place", mark("Place")))

    def __init__(self) -> None:
        super().__init__()
        self._verdict: Verdict | None = None
        self._values: dict[str, QLabel] = {}
        self.bar = ProbabilityBar()
        self.warning = label("warning", wrap=True)
        self.heard = label("heard", wrap=True, selectable=True)
        self._heard_title, self._bar_title = label("caption"), label("caption")
        self._build()
        self.clear()

    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.GAP_S)
        grid = QGridLayout()
        grid.setHorizontalSpacing(theme.GAP)
        grid.setVerticalSpacing(0)
        for number, (name, title) in enumerate(self._ROWS):
            caption, value = label("caption"), label("section", wrap=True)
            self.say(caption.setText, title)
            grid.addWidget(caption, 0, number)
            grid.addWidget(value, 1, number)
            grid.setColumnStretch(number, 1)
            self._values[name] = value
        column.addLayout(grid)
        column.addWidget(self.warning)
        column.addWidget(self._bar_title)
        column.addWidget(self.bar)
        column.addWidget(self._heard_title)
        column.addWidget(self.heard)
        self.say(self._bar_title.setText, mark("Probability of NG, with the two thresholds"))
        self.say(self._heard_title.setText, mark("Heard in the voice note"))

    def clear(self) -> None:
        """Nothing is known yet."""
        self._verdict = None
        for value in self._values.values():
            value.setText("–")
        self.bar.show_probability(None, Thresholds())
        for part in (self.heard, self._heard_title, self.warning):
            part.hide()

    def show_verdict(self, verdict: Verdict) -> None:
        """Say all of it."""
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
        self.heard.setText(tr("“{words}”", words=said.heard))
        for part in (self.heard, self._heard_title):
            part.setVisible(bool(said.heard))
        why = doubt(self._verdict)
        self.warning.setText(why)
        self.warning.setVisible(bool(why))


def _fitting(base: QFont, text: str, width: float, pixels: int, bold: bool) -> QFont:
    """The font at `pixels`, or as much smaller as the text needs to fit."""
    font = QFont(base)
    font.setBold(bold)
    font.setPixelSize(max(pixels, 1))
    needed = QFontMetricsF(font).horizontalAdvance(text)
    if needed > width > 0:
        font.setPixelSize(max(10, int(pixels * width / needed)))
    return font
