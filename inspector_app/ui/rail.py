"""The rail at the left: a button for each page and for what is opened over them. It grows closer when there are many.

Knows the table of actions; knows no page.
"""

from collections.abc import Iterable

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QVBoxLayout

from inspector_app.ui import theme
from inspector_app.ui.actions import Act
from inspector_app.ui.widgets import RailButton, label

WIDTH = 104
_BRAND, _ROOMY = 48, 88
"""Heights in pixels: of the name at the top, and of a button that shows icon, word and key one below the other."""
_FIRST_BELOW = "show_problems"
"""What is no page stands at the lower end, from this one on."""


class Rail(QFrame):
    """`buttons` by the name of their action. Never below the height of a gloved finger."""

    def __init__(self, acts: Iterable[Act]) -> None:
        super().__init__()
        self.setObjectName("rail")
        self.setFixedWidth(WIDTH)
        self.buttons = {act.name: RailButton(act.icon, act.text, act.key) for act in acts}
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.GAP_S, theme.GAP_S, theme.GAP_S, theme.GAP_S)
        column.setSpacing(4)
        brand = label("brand")
        brand.setAlignment(Qt.AlignmentFlag.AlignCenter)
        brand.setFixedHeight(_BRAND)
        brand.setText("検査")
        column.addWidget(brand)
        for name, button in self.buttons.items():
            if name == _FIRST_BELOW:
                column.addStretch(1)
            column.addWidget(button)
            button.setCheckable(name.startswith("go_"))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        count = len(self.buttons)
        room = (event.size().height() - _BRAND - 2 * theme.GAP_S - 4 * (count + 1)) // max(count, 1)
        height = max(theme.TARGET, min(room, _ROOMY))
        for button in self.buttons.values():
            button.set_close(height < _ROOMY - 8)
            button.setFixedHeight(height)
