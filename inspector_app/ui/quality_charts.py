"""The tab of charts: choices, a row of figures, alarms, and the charts, two or three in a row. Knows no formula."""

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFileDialog, QFrame, QGridLayout, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from inspector_app.quality.board import Board, Choices
from inspector_app.tasks import Task
from inspector_app.ui import theme
from inspector_app.ui.chart_data import ChartData
from inspector_app.ui.charts import Chart
from inspector_app.ui.language import Spoken, tr
from inspector_app.ui.quality_alarms import AlarmStrip
from inspector_app.ui.quality_desk import QualityDesk
from inspector_app.ui.quality_filter import FilterBar
from inspector_app.ui.quality_pictures import pictures, tiles
from inspector_app.ui.theme import Themed
from inspector_app.ui.widgets import label

CHARTS = 9
"""Eight of the board, one of the photos."""
_WIDE = 1500
"""Pixels from which three charts stand side by side."""


class Tile(QFrame):
    """One figure: its name, its value, its bounds."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("card")
        self.name, self.value, self.below = label("caption"), label("title"), label("caption")
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.GAP, theme.GAP_S, theme.GAP_S, theme.GAP_S)
        column.setSpacing(0)
        for part in (self.name, self.value, self.below):
            column.addWidget(part)

    def show_texts(self, name: str, value: str, below: str) -> None:
        """Other texts; a screen reader hears them as one."""
        self.name.setText(name)
        self.value.setText(value)
        self.below.setText(below)
        self.setAccessibleName(f"{name}: {value} {below}")


class ChartsTab(Spoken, Themed, QWidget):
    """`said` tells what was done, in a sentence."""

    said = Signal(str)

    def __init__(self, desk: QualityDesk) -> None:
        super().__init__()
        self._desk = desk
        self._asked = 0
        self.board: Board | None = None
        self._looking: Task | None = None
        self.photos: ChartData | None = None
        self.filter, self.alarms = FilterBar(), AlarmStrip()
        self.state = label("caption")
        self.tiles = [Tile() for _ in range(8)]
        self.charts = [Chart() for _ in range(CHARTS)]
        self._build()
        self.filter.changed.connect(self.reload)
        for chart in self.charts:
            chart.export_wanted.connect(self._export)
            chart.copied.connect(self.said)

    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.GAP)
        column.addWidget(self.filter)
        inner = QWidget()
        inner.setObjectName("scrolled")
        page = QVBoxLayout(inner)
        page.setContentsMargins(0, 0, theme.GAP_S, 0)
        page.setSpacing(theme.GAP)
        page.addWidget(self.alarms)
        row = QHBoxLayout()
        row.setSpacing(theme.GAP_S)
        for tile in self.tiles:
            row.addWidget(tile, 1)
        page.addLayout(row)
        page.addWidget(self.state)
        self.grid = QGridLayout()
        self.grid.setSpacing(theme.GAP)
        page.addLayout(self.grid)
        page.addStretch(1)
        self.area = QScrollArea()
        self.area.setWidgetResizable(True)
        self.area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.area.setFrameShape(QFrame.Shape.NoFrame)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.setWidget(inner)
        column.addWidget(self.area, 1)
        self.setFocusProxy(self.charts[0])
        self._columns = 0
        self._lay_out(2)

    def _lay_out(self, columns: int) -> None:
        if columns == self._columns:
            return
        self._columns = columns
        for number, chart in enumerate(self.charts):
            self.grid.addWidget(chart, number // columns, number % columns)
        for number in range(3):
            self.grid.setColumnStretch(number, 1 if number < columns else 0)

    # -- what the person does

    def reload(self) -> None:
        """Ask for the figures of what is chosen."""
        self._asked += 1
        number = self._asked
        if self._looking is not None:
            self._looking.stop()
            self._looking = None
        self.filter.plan = self._desk.plan
        self.state.setText(tr("Counting …"))
        self.state.show()
        wanted, by = self.filter.wanted(), self.filter.group
        task = self._desk.board(wanted, by)
        task.done.connect(lambda board: self._came(number, board))
        task.failed.connect(lambda _: self._failed(number))
        self._desk.choices().done.connect(self._offer)
        self._desk.alarms().done.connect(self.alarms.show_alarms)

    def focus_first(self) -> None:
        """Give the keys to the first chart."""
        self.charts[0].setFocus()

    def _export(self, chart: Chart) -> None:
        name = f"{chart.data.name}.png"
        path, _ = QFileDialog.getSaveFileName(self, tr("Save the chart"), name, "PNG (*.png);;SVG (*.svg);;CSV (*.csv)")
        if path:
            self.save(chart, Path(path))

    def save(self, chart: Chart, path: Path) -> None:
        """Write a chart as the ending of the name says; told in the audit trail."""
        assert self.board is not None
        task = self._desk.save_chart(chart, path, self.board.wanted)
        task.done.connect(lambda _: self.said.emit(tr("Saved: {file}", file=path.name)))

    # -- what comes

    def _offer(self, choices: Choices) -> None:
        self.filter.offer(choices)

    def _came(self, number: int, board: Board) -> None:
        if number != self._asked:
            return
        self.board = board
        self.state.hide()
        self.speak()
        self._looking = self._desk.photos(board)
        self._looking.done.connect(lambda found: self._photos_came(number, found))
        for end in (self._looking.done, self._looking.failed, self._looking.stopped):
            end.connect(lambda *_: self._looked(number))

    def _looked(self, number: int) -> None:
        if number == self._asked:
            self._looking = None

    def _photos_came(self, number: int, found: object) -> None:
        from inspector_app.ui.quality_photos import photo_chart

        if number == self._asked:
            self.photos = photo_chart(found)  # type: ignore[arg-type]
            self.charts[-1].show_data(self.photos)

    def _failed(self, number: int) -> None:
        if number == self._asked:
            self.state.setText(tr("The figures could not be counted; see Problems."))

    # -- what is seen

    def speak(self) -> None:
        """Say all again of the board that is here."""
        if self.board is None:
            return
        for tile, texts in zip(self.tiles, tiles(self.board), strict=True):
            tile.show_texts(*texts)
        for chart, data in zip(self.charts, pictures(self.board), strict=False):
            chart.show_data(data)
        waiting = ChartData(tr("Drift of photos"), empty=tr("Looking at photos …"))
        self.charts[-1].show_data(self.photos or waiting)

    def respeak(self) -> None:
        self.photos = None
        if self.board is not None:
            self.reload()

    def restyle(self) -> None:
        self.speak()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._lay_out(3 if self.width() >= _WIDE else 2)
