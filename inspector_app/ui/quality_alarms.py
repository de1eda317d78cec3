"""Alarms of the monitoring at the top of the quality page: what is out of order, one line each. Knows words only."""

from collections.abc import Sequence

from PySide6.QtWidgets import QVBoxLayout, QWidget

from inspector_app.monitoring import Alarm
from inspector_app.ui import theme
from inspector_app.ui.language import Spoken
from inspector_app.ui.widgets import label


class AlarmStrip(Spoken, QWidget):
    """Hidden while there are none."""

    def __init__(self) -> None:
        super().__init__()
        self._alarms: tuple[Alarm, ...] = ()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(theme.GAP_S)
        self.hide()

    def show_alarms(self, alarms: Sequence[Alarm]) -> None:
        """Others, or none any more."""
        self._alarms = tuple(alarms)
        self.respeak()

    def respeak(self) -> None:
        from inspector_app.ui.training_words import alarm_words

        while (item := self._column.takeAt(0)) is not None:
            if widget := item.widget():
                widget.deleteLater()
        for title, detail in map(alarm_words, self._alarms):
            line = label("warning", wrap=True, selectable=True)
            line.setText(f"{title}\n{detail}" if detail else title)
            self._column.addWidget(line)
        self.setVisible(bool(self._alarms))
