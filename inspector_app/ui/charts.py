"""One chart on a card: title, legend, the numbers of the point that is looked at, and its ways out: image, table, file.

Keys while it has the focus: left and right look at the next point, Ctrl+C copies the picture, Ctrl+Shift+C the table,
Ctrl+S writes a file. Knows no figure of the field.
"""

from html import escape

from PySide6.QtCore import QBuffer, QPoint, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QGuiApplication, QKeyEvent, QKeySequence, QPixmap
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QMenu,
    QSizePolicy,
    QStackedLayout,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from inspector_app.ui import icons, theme
from inspector_app.ui.chart_data import ChartData
from inspector_app.ui.chart_plot import Plot
from inspector_app.ui.language import Spoken, tr
from inspector_app.ui.theme import Themed
from inspector_app.ui.widgets import label, set_look

_SHARP = 2.0
"""Pixels of a copied picture for each on the screen."""


class Chart(Spoken, Themed, QFrame):
    """`export_wanted` gives this chart, which is to be written to a file; `copied` what was put on the clipboard."""

    export_wanted = Signal(object)
    copied = Signal(str)

    def __init__(self, height: int = 250) -> None:
        super().__init__()
        self.setObjectName("card")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.data = ChartData("")
        self.plot = Plot()
        self.title, self.legend, self.told = label("section"), QLabel(), label("caption")
        self.empty = label("caption", wrap=True)
        self.more = QToolButton()
        self.setMinimumHeight(height)
        self._build()
        self.plot.looked_at.connect(self._tell)
        self.respeak()
        self.restyle()

    def _build(self) -> None:
        self.body = QWidget()
        column, top = QVBoxLayout(self), QHBoxLayout()
        column.setContentsMargins(theme.GAP_L, theme.GAP, theme.GAP_S, theme.GAP_S)
        column.setSpacing(2)
        top.setSpacing(theme.GAP)
        self.legend.setTextFormat(Qt.TextFormat.RichText)
        self.more.setObjectName("quiet")
        self.more.setFixedSize(40, 40)
        self.more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.more.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # the keys of the chart do the same
        self.more.clicked.connect(self.open_menu)
        top.addWidget(self.title)
        top.addWidget(self.legend, 1)
        top.addWidget(self.more)
        # A long line must not make the card wider than its column.
        self.told.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.legend.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.layers = QStackedLayout(self.body)
        self.layers.addWidget(self.plot)
        self.layers.addWidget(self.empty)
        column.addLayout(top)
        column.addWidget(self.told)
        column.addWidget(self.body, 1)

    def show_data(self, data: ChartData) -> None:
        """Show other data; the point looked at is kept where it still is there."""
        kept = self.data.labels[self.plot.at] if 0 <= self.plot.at < len(self.data.labels) else None
        self.data = data
        self.title.setText(data.title)
        self.setAccessibleName(data.title)
        self.empty.setText(data.empty)
        self.layers.setCurrentIndex(1 if data.empty else 0)
        self.plot.show_data(data)
        self._legend()
        self._tell(-1)
        if kept in data.labels:
            self.plot.look_at(data.labels.index(kept))

    # -- what the person does

    def copy_image(self) -> None:
        """The chart as it is seen, onto the clipboard."""
        QGuiApplication.clipboard().setPixmap(self.picture())
        self.copied.emit(tr("The picture is on the clipboard."))

    def copy_table(self) -> None:
        """Its numbers onto the clipboard, as cells of a spreadsheet."""
        QGuiApplication.clipboard().setText(self.data.tabbed())
        self.copied.emit(tr("The table is on the clipboard."))

    def export(self) -> None:
        """Ask for a file to write."""
        if not self.data.empty:
            self.export_wanted.emit(self)

    def picture(self) -> QPixmap:
        """The card without its button, twice as sharp as the screen."""
        pixmap = QPixmap(QSize(int(self.width() * _SHARP), int(self.height() * _SHARP)))
        pixmap.setDevicePixelRatio(_SHARP)
        pixmap.fill(theme.tokens().card)
        self.more.hide()
        set_look(self, "focused", "no")
        self.render(pixmap, QPoint(0, 0))
        self.more.show()
        set_look(self, "focused", "yes" if self.hasFocus() else "no")
        return pixmap

    def png_bytes(self) -> bytes:
        """The same as a file."""
        buffer = QBuffer()
        buffer.open(QBuffer.OpenModeFlag.WriteOnly)
        self.picture().save(buffer, "PNG")
        return bytes(buffer.data().data())

    def open_menu(self) -> None:
        """The ways out, by mouse or by the menu key."""
        if not self.data.empty:
            menu = self._menu()
            menu.popup(self.more.mapToGlobal(QPoint(0, self.more.height())))

    def _menu(self) -> QMenu:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for words, key, job in (
            (tr("Copy picture"), "Ctrl+C", self.copy_image),
            (tr("Copy table"), "Ctrl+Shift+C", self.copy_table),
            (tr("Save as PNG, SVG or CSV …"), "Ctrl+S", self.export),
        ):
            shown = QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText)
            menu.addAction(f"{words}\t{shown}").triggered.connect(job)
        return menu

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        last = len(self.data.labels) - 1
        if step is not None and last >= 0 and not self.data.empty:
            start = last + 1 if self.plot.at < 0 and step < 0 else self.plot.at
            self.plot.look_at(max(0, min(last, start + step)))
        elif event.key() in (Qt.Key.Key_Home, Qt.Key.Key_End):
            self.plot.look_at(0 if event.key() == Qt.Key.Key_Home else last)
        elif event.matches(QKeySequence.StandardKey.Copy):
            self.copy_image()
        elif QKeySequence(event.keyCombination()) == QKeySequence("Ctrl+Shift+C"):
            self.copy_table()
        elif event.matches(QKeySequence.StandardKey.Save):
            self.export()
        elif event.key() == Qt.Key.Key_Menu:
            self.open_menu()
        else:
            super().keyPressEvent(event)

    # -- what is seen

    def _tell(self, number: int) -> None:
        said = self.data.told[number] if 0 <= number < len(self.data.told) else self.data.note
        self.told.setText(said)
        self.told.setToolTip(said)
        self.setAccessibleDescription(said)

    def _legend(self) -> None:
        now = theme.tokens()
        shown = [s for s in self.data.series if s.listed]
        words = (
            f'<span style="color:{getattr(now, s.ink)}">■</span>&nbsp;<span style="color:{now.muted}">'
            f"{escape(s.name)}</span>"
            for s in shown
        )
        self.legend.setText("&nbsp;&nbsp; ".join(words) if len(shown) > 1 else "")

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        set_look(self, "focused", "yes")

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        set_look(self, "focused", "no")

    def respeak(self) -> None:
        self.more.setToolTip(tr("Copy or save this chart"))
        self.more.setAccessibleName(tr("Copy or save this chart"))

    def restyle(self) -> None:
        self.more.setIcon(icons.icon("save", theme.tokens().muted))
        self.plot.draw()
        self._legend()
