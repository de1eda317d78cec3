"""Line icons in the colours of the theme, drawn sharp at any size. Knows only the folder of SVG files."""

from functools import lru_cache
from pathlib import Path

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from inspector_app.places import resources
from model_runtime.verdict import Answer

VERDICT_ICONS = {Answer.OK: "circle-check", Answer.NG: "octagon-x", Answer.INCONCLUSIVE: "diamond-question"}
"""Each verdict has a shape of its own, so that it can be told without colour."""


@lru_cache(maxsize=1)
def _folder() -> Path:
    return resources() / "icons"


@lru_cache(maxsize=64)
def _source(name: str) -> str:
    return (_folder() / f"{name}.svg").read_text(encoding="utf-8")


@lru_cache(maxsize=256)
def _renderer(name: str, colour: str) -> QSvgRenderer:
    svg = _source(name).replace("currentColor", colour)
    return QSvgRenderer(QByteArray(svg.encode()))


def draw(painter: QPainter, name: str, colour: QColor | str, place: QRectF) -> None:
    """Draw an icon into a rectangle of any size."""
    _renderer(name, QColor(colour).name()).render(painter, place)


def pixmap(name: str, colour: QColor | str, size: int, ratio: float = 1.0) -> QPixmap:
    """An icon of `size` logical pixels."""
    return _pixmap(name, QColor(colour).name(), size, ratio)


@lru_cache(maxsize=512)
def _pixmap(name: str, colour: str, size: int, ratio: float) -> QPixmap:
    image = QPixmap(QSize(round(size * ratio), round(size * ratio)))
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    draw(painter, name, colour, QRectF(image.rect()))
    painter.end()
    image.setDevicePixelRatio(ratio)
    return image


def icon(name: str, colour: QColor | str) -> QIcon:
    """An icon for a Qt widget, with the sizes that screens ask for."""
    made = QIcon()
    for size in (16, 20, 24, 32, 48, 64):
        made.addPixmap(pixmap(name, colour, size))
    return made
