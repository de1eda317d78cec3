"""Small photos in a row, to be walked with the arrow keys and opened with Enter; and one of them in full.

Knows what was said of a unit; knows no adapter and no records.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QIcon, QImage, QPainter, QPixmap
from PySide6.QtWidgets import QHBoxLayout, QLabel, QListView, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from inspector_app.ui import icons, theme
from inspector_app.ui.desk import Desk
from inspector_app.ui.language import mark, tr
from inspector_app.ui.sheet import Sheet
from inspector_app.ui.training_words import SIDES
from inspector_app.ui.widgets import label
from inspector_app.ui.words import VERDICTS, defect_word
from model_runtime.verdict import Answer

SIDE = QSize(116, 88)
_SHORT = {Answer.OK: mark("OK"), Answer.NG: mark("NG"), Answer.INCONCLUSIVE: mark("unclear")}
_DATA = Qt.ItemDataRole.UserRole


class Strip(QListWidget):
    """Photos in a row. `chosen` gives what was put in for one of them."""

    chosen = Signal(object)

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk, self._asked = desk, 0
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setFlow(QListView.Flow.LeftToRight)
        self.setWrapping(False)
        self.setMovement(QListView.Movement.Static)
        self.setIconSize(SIDE)
        self.setGridSize(QSize(SIDE.width() + 16, SIDE.height() + 44))
        self.setFixedHeight(SIDE.height() + 74)
        self.setUniformItemSizes(True)
        self.setWordWrap(True)
        self.setTextElideMode(Qt.TextElideMode.ElideNone)
        self.setObjectName("strip")
        self.setHorizontalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.itemActivated.connect(lambda item: self.chosen.emit(item.data(_DATA)))
        self.itemClicked.connect(lambda item: self.chosen.emit(item.data(_DATA)))

    def show_units(self, units: Sequence[tuple[str | None, str, Any]]) -> None:
        """Each a path of a photo (None: a voice alone), the words below it, and what `chosen` shall give."""
        self._asked += 1
        asked = self._asked
        self.clear()
        for path, words, what in units:
            item = QListWidgetItem(QIcon(_blank("mic" if path is None else "image")), words)
            item.setData(_DATA, what)
            item.setToolTip(words)
            item.setTextAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)
            self.addItem(item)
            if path is not None and Path(path).is_file():
                task = self._desk.picture(Path(path))
                task.done.connect(lambda image, item=item: self._came(asked, item, image))

    def _came(self, asked: int, item: QListWidgetItem, image: QImage) -> None:
        if asked == self._asked:
            item.setIcon(QIcon(_framed(image)))


def _framed(image: QImage) -> QPixmap:
    made = QPixmap(SIDE)
    made.fill(QColor(theme.tokens().stage))
    scaled = image.scaled(SIDE, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation)
    painter = QPainter(made)
    painter.drawImage((SIDE.width() - scaled.width()) // 2, (SIDE.height() - scaled.height()) // 2, scaled)
    painter.end()
    return made


def _blank(name: str) -> QPixmap:
    made = QPixmap(SIDE)
    made.fill(QColor(theme.tokens().sunk))
    painter = QPainter(made)
    icons.draw(painter, name, theme.tokens().muted, QRectF(SIDE.width() / 2 - 16, SIDE.height() / 2 - 16, 32, 32))
    painter.end()
    return made


class UnitSheet(Sheet):
    """One unit of an evaluation: its photo beside the golden one, what is right, what each adapter said."""

    def __init__(self, desk: Desk, unit: Mapping[str, Any], parent: QWidget | None = None) -> None:
        super().__init__(mark("What was said of one unit"), parent=parent)
        self._desk, self._unit = desk, unit
        row = QHBoxLayout()
        row.setSpacing(theme.GAP)
        self.photo, self.golden = self._picture(row, "photo"), self._picture(row, "golden")
        self.body.addLayout(row, 1)
        self.body.addWidget(self._words())
        self.add_button("x", mark("Close"), "Esc", self.reject)
        self.resize(1000, 640)

    def _picture(self, row: QHBoxLayout, name: str) -> QLabel:
        frame, column = QWidget(), QVBoxLayout()
        frame.setLayout(column)
        column.setContentsMargins(0, 0, 0, 0)
        heading, shown = label("section"), QLabel()
        heading.setText(tr("Golden sample") if name == "golden" else tr("Photo"))
        shown.setAlignment(Qt.AlignmentFlag.AlignCenter)
        shown.setMinimumSize(420, 320)
        column.addWidget(heading)
        column.addWidget(shown, 1)
        row.addWidget(frame, 1)
        path = self._unit.get(name)
        if path and Path(path).is_file():
            region = (self._unit.get("region") or {}).get("new") if name == "photo" else None
            self._desk.picture(Path(path)).done.connect(lambda image: shown.setPixmap(large(image, region)))
        else:
            frame.setVisible(False) if frame.parent() else frame.hide()
        return shown

    def _words(self) -> QLabel:
        unit, told = self._unit, label(wrap=True)
        truth = (
            tr("It is NG: {defect}", defect=defect_word(unit.get("defect") or "none"))
            if unit["bad"]
            else tr("It is OK")
        )
        lines = [truth]
        for who in SIDES:
            if who in unit["verdict"]:
                p = unit["p_ng"].get(who)
                said = tr(VERDICTS[Answer(unit["verdict"][who])])
                lines.append(f"{tr(SIDES[who])}: {said}" + (f"  p(NG) {p:.3f}" if p is not None else ""))
        told.setText("\n".join(lines))
        return told


def large(image: QImage, region: Sequence[int] | None = None) -> QPixmap:
    """The photo, with the place that an adapter named."""
    scaled = image.scaled(460, 380, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation)
    made = QPixmap.fromImage(scaled)
    if region is not None:
        row, column, grid = region
        wide, high = made.width() / grid, made.height() / grid
        painter = QPainter(made)
        pen = painter.pen()
        pen.setWidth(3)
        pen.setColor(QColor(theme.tokens().ng))
        painter.setPen(pen)
        painter.drawRect(QRectF(column * wide, row * high, wide, high))
        painter.end()
    return made


def unit_words(unit: Mapping[str, Any]) -> str:
    """Below a small photo: what was said until now, and what the new one says."""
    active, new = (tr(_SHORT[Answer(unit["verdict"][who])]) for who in ("active", "new"))
    p = [unit["p_ng"].get(who) for who in ("active", "new")]
    numbers = " → ".join("–" if value is None else f"{value:.2f}" for value in p)
    return f"{active} → {new}\n{numbers}"
