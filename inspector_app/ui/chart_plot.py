"""The area of a chart where lines, bars and points are drawn, with one point that is looked at. pyqtgraph's only user.

Knows chart data and the theme; knows no page.
"""

import math
from collections.abc import Sequence

import pyqtgraph as pg
from PySide6.QtCore import QBuffer, QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen, QWheelEvent
from PySide6.QtSvg import QSvgGenerator

from inspector_app.ui import theme
from inspector_app.ui.chart_data import ChartData, Kind, Series

_LINE, _DOT, _ALARM = 2.0, 7, 12
_BAR = 0.72
_GAP = 14
"""Pixels between two names on the axis, at least."""


class Plot(pg.PlotWidget):  # type: ignore[misc]
    """Draws chart data; `looked_at` tells the number of the point that the mouse or the keys are on, -1 for none."""

    looked_at = Signal(int)

    def __init__(self) -> None:
        super().__init__(background=None)
        self.shown = ChartData("")
        self.at = -1
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAntialiasing(True)
        self.setMenuEnabled(False)
        self.setMouseEnabled(False, False)
        self.hideButtons()
        self.setMinimumHeight(150)
        # What a chart shows is told as words beside it.
        self.viewport().setMouseTracking(True)
        self.viewport().setAutoFillBackground(False)
        self.setStyleSheet("background: transparent; border: none;")
        self._cursor = pg.InfiniteLine(angle=90, movable=False)
        self._cursor.setZValue(50)
        self.getViewBox().setDefaultPadding(0.0)

    def show_data(self, data: ChartData) -> None:
        """Draw other data; the point that is looked at is given up."""
        self.shown, self.at = data, -1
        self.draw()

    def draw(self) -> None:
        """Draw anew, as after a change of colours."""
        self.clear()
        self._axes()
        for series in self.shown.series:
            _DRAW[series.kind](self, series)
        self.addItem(self._cursor)
        self._cursor.setPen(pg.mkPen(theme.tokens().text, width=1.4))
        self._cursor.setVisible(self.at >= 0)
        self._names()

    def look_at(self, number: int) -> None:
        """Look at one point; -1 at none."""
        number = max(-1, min(number, len(self.shown.labels) - 1))
        if number == self.at:
            return
        self.at = number
        self._cursor.setVisible(number >= 0)
        self._cursor.setPos(number)
        self.looked_at.emit(number)

    def svg_bytes(self) -> bytes:
        """Lines and letters as a drawing, on the theme's paper."""
        buffer, generator = QBuffer(), QSvgGenerator()
        buffer.open(QBuffer.OpenModeFlag.WriteOnly)
        generator.setOutputDevice(buffer)
        size = QSize(self.width(), self.height() + 30)
        # The numbers beside the chart are drawn as for the screen, and would else be smaller than all the rest.
        generator.setResolution(self.logicalDpiX())
        generator.setSize(size)
        generator.setViewBox(QRectF(0, 0, size.width(), size.height()))
        generator.setTitle(self.shown.title)
        painter, now = QPainter(generator), theme.tokens()
        painter.fillRect(QRectF(0, 0, size.width(), size.height()), QColor(now.card))
        painter.setPen(QColor(now.text))
        painter.drawText(QPointF(10, 20), self.shown.title)
        self.render(painter, QRectF(0, 30, self.width(), self.height()), self.viewport().rect())
        painter.end()
        return bytes(buffer.data().data())

    # -- axes

    def _axes(self) -> None:
        now, data = theme.tokens(), self.shown
        font = QFont(self.font())
        font.setPixelSize(12)
        for side in ("left", "bottom"):
            axis = self.getAxis(side)
            axis.setPen(pg.mkPen(now.line))
            axis.setTextPen(pg.mkPen(now.muted))
            axis.setStyle(tickFont=font, tickLength=0, autoExpandTextSpace=True, hideOverlappingLabels=False)
        self.getAxis("bottom").setHeight(24)
        highest = data.top if data.top is not None else _highest(data)
        top = _nice(highest) if highest > 0 else 1.0
        top = min(top, 1.0) if data.percent and highest <= 1 else top
        bottom = data.bottom
        self.setYRange(bottom, top + 0.04 * (top - bottom), padding=0)
        self.setXRange(-0.6, max(0.6, len(data.labels) - 0.4), padding=0)
        parts = 5 if data.percent and abs(top - bottom - 0.5) < 1e-9 else 4
        steps = [bottom + (top - bottom) * k / parts for k in range(parts + 1)]
        self.getAxis("left").setTicks([[(step, _told(step, data.percent, top - bottom)) for step in steps]])
        for step in steps:
            faint = QColor(now.line)
            faint.setAlpha(110)
            line = pg.InfiniteLine(step, angle=0, pen=pg.mkPen(faint, width=0.6))
            line.setZValue(-20)
            self.addItem(line)
        for height, words in data.refs:
            self.addItem(pg.InfiniteLine(height, angle=0, pen=self._pen("muted", dashed=True), label=words or None,
                                         labelOpts={"color": now.muted, "position": 0.9}))  # fmt: skip

    def _names(self) -> None:
        """As many names as there is room for, always the first."""
        labels = self.shown.labels
        if not labels:
            self.getAxis("bottom").setTicks([[]])
            return
        font = QFont(self.font())
        font.setPixelSize(12)
        metrics = QFontMetrics(font)
        room = max(1.0, (self.width() - 70) / len(labels))
        widest = max(metrics.horizontalAdvance(label) for label in labels)
        step = max(1, math.ceil((min(widest, 170) + _GAP) / room))
        most = math.ceil(room * step) - _GAP + 4
        # One at the very end would be cut off.
        shown = [k for k in range(0, len(labels), step) if k < 2 or k <= len(labels) - step / 2]
        end = Qt.TextElideMode.ElideRight
        names = [(k, metrics.elidedText(labels[k], end, max(24, most))) for k in shown]
        self.getAxis("bottom").setTicks([names])

    # -- series

    def _line(self, series: Series) -> None:
        values = [math.nan if value is None else value for value in series.values]
        self.addItem(
            pg.PlotDataItem(
                list(range(len(values))), values, pen=self._pen(series.ink, series.dashed), connect="finite"
            )
        )
        if series.listed:
            self._points(series)

    def _steps(self, series: Series) -> None:
        xs: list[float] = []
        ys: list[float] = []
        for number, value in enumerate(series.values):
            height = math.nan if value is None else value
            xs += [number - 0.5, number + 0.5]
            ys += [height, height]
        self.addItem(pg.PlotDataItem(xs, ys, pen=self._pen(series.ink, series.dashed), connect="finite"))

    def _bars(self, series: Series) -> None:
        colour = QColor(getattr(theme.tokens(), series.ink))
        there = [(n, value) for n, value in enumerate(series.values) if value is not None]
        self.addItem(
            pg.BarGraphItem(x=[n for n, _ in there], height=[v for _, v in there], width=_BAR, brush=colour,
                            pen=QPen(Qt.PenStyle.NoPen))
        )  # fmt: skip

    def _dots(self, series: Series) -> None:
        there = [n for n, value in enumerate(series.values) if value is not None and series.low and series.high]
        if there:
            middle = [series.values[n] or 0.0 for n in there]
            below = [m - (series.low[n] or 0.0) for m, n in zip(middle, there, strict=True)]
            above = [(series.high[n] or 0.0) - m for m, n in zip(middle, there, strict=True)]
            places = _floats([n + series.shift for n in there])
            pen = self._pen(series.ink)
            self.addItem(
                pg.ErrorBarItem(
                    x=places, y=_floats(middle), top=_floats(above), bottom=_floats(below), beam=0.12, pen=pen
                )
            )
        self._points(series)

    def _points(self, series: Series) -> None:
        now = theme.tokens()
        spots = []
        for number, value in enumerate(series.values):
            if value is None:
                continue
            alarm = number in series.alarms
            ink = QColor(now.ng if alarm else getattr(now, series.ink))
            inside = QColor(now.card) if number in series.hollow and not alarm else ink
            spots.append({"pos": (number + series.shift, value), "size": _ALARM if alarm else _DOT, "brush": inside,
                          "pen": QPen(ink, 0.0), "symbol": "d" if alarm else "o"})  # fmt: skip
        if len(spots) <= 120 or series.kind is Kind.DOTS:
            self.addItem(pg.ScatterPlotItem(spots=spots, useCache=False))
        else:
            self.addItem(pg.ScatterPlotItem(spots=[s for s in spots if s["symbol"] == "d"], useCache=False))

    def _pen(self, ink: str, dashed: bool = False) -> QPen:
        style = Qt.PenStyle.DashLine if dashed else Qt.PenStyle.SolidLine
        pen: QPen = pg.mkPen(getattr(theme.tokens(), ink), width=1.4 if dashed else _LINE, style=style)
        return pen

    # -- the mouse

    def mouseMoveEvent(self, event: object) -> None:
        super().mouseMoveEvent(event)
        place = self.getViewBox().mapSceneToView(self.mapToScene(event.position().toPoint()))  # type: ignore[attr-defined]
        self.look_at(round(place.x()) if self.shown.labels else -1)

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self.look_at(-1)

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()  # the page scrolls, not the chart

    def resizeEvent(self, event: object) -> None:
        super().resizeEvent(event)
        if getattr(self, "shown", None) is not None:
            self._names()


_DRAW = {Kind.LINE: Plot._line, Kind.BARS: Plot._bars, Kind.DOTS: Plot._dots, Kind.STEPS: Plot._steps}


def _floats(values: Sequence[float]) -> object:
    import numpy as np

    return np.asarray(values, dtype=float)


def _highest(data: ChartData) -> float:
    every = [v for s in data.series for row in (s.values, s.high) for v in row if v is not None]
    return max([0.0, *every, *(height for height, _ in data.refs)])


def _nice(value: float) -> float:
    """The next of 1, 2, 4, 8 times a power of ten: four parts of it are round."""
    power: float = 10.0 ** math.floor(math.log10(value))
    return next(step * power for step in (1, 2, 4, 8, 10, 20) if step * power >= value * 0.9999)


def _told(value: float, percent: bool, span: float) -> str:
    if not percent:
        return f"{value:,.10g}"
    digits = 0 if span >= 0.04 else 1 if span >= 0.004 else 2
    return f"{value * 100:.{digits}f} %"
