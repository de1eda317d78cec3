"""A layout that puts its widgets one after the other and goes on in the next line, as words do."""

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem, QWidget


class FlowLayout(QLayout):
    """As wide as there is room, as high as it must be."""

    def __init__(self, parent: QWidget, gap: int = 4) -> None:
        super().__init__(parent)
        self._items: list[QLayoutItem] = []
        self._gap = gap
        self.setContentsMargins(0, 0, 0, 0)

    def addItem(self, item: QLayoutItem) -> None:
        self._items.append(item)

    def count(self) -> int:
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return self._arrange(QRect(0, 0, width, 0), only_look=True)

    def setGeometry(self, place: QRect) -> None:
        super().setGeometry(place)
        self._arrange(place, only_look=False)

    def sizeHint(self) -> QSize:
        return self.minimumSize()

    def minimumSize(self) -> QSize:
        size = QSize()
        for item in self._items:
            size = size.expandedTo(item.minimumSize())
        return size

    def _arrange(self, place: QRect, *, only_look: bool) -> int:
        x, y, line = place.x(), place.y(), 0
        for item in self._items:
            wanted = item.sizeHint()
            if x > place.x() and x + wanted.width() > place.right() + 1:
                x, y, line = place.x(), y + line + self._gap, 0
            if not only_look:
                item.setGeometry(QRect(QPoint(x, y), wanted))
            x, line = x + wanted.width() + self._gap, max(line, wanted.height())
        return y + line - place.y()
