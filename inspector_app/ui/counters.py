"""The counters of the shift in one line: units, OK, NG, INCONCLUSIVE, yield, and the takt against its target.

Knows a tally of numbers; knows no record.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QLocale
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from inspector_app.ui import icons, theme
from inspector_app.ui.language import Spoken, mark, tr
from inspector_app.ui.theme import Themed
from inspector_app.ui.widgets import label, set_look
from model_runtime.verdict import Answer

if TYPE_CHECKING:
    from inspector_app.records.counters import Counters

SHOWN = ("units", Answer.OK, Answer.NG, Answer.INCONCLUSIVE, "yield", "takt")
_TITLES = {
    "units": mark("Units"),
    Answer.OK: mark("OK"),
    Answer.NG: mark("NG"),
    Answer.INCONCLUSIVE: mark("INCONCLUSIVE"),
    "yield": mark("Yield"),
    "takt": mark("Takt"),
}


@dataclass(frozen=True, slots=True)
class Tally:
    """`name` is the shift; `yield_` from 0 to 1; takt in seconds per unit; None: not known yet."""

    name: str = ""
    units: int = 0
    ok: int = 0
    ng: int = 0
    inconclusive: int = 0
    yield_: float | None = None
    takt_s: float | None = None
    target_s: float | None = None

    @property
    def slow(self) -> bool:
        """Slower than the target."""
        return self.takt_s is not None and self.target_s is not None and self.takt_s > self.target_s


class CountersBar(Spoken, Themed, QWidget):
    """Shows the tally of this shift."""

    def __init__(self) -> None:
        super().__init__()
        self.tally = Tally()
        self.values: dict[str, QLabel] = {}
        self._marks: dict[Answer, QLabel] = {}
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.GAP_XL)
        for name in SHOWN:
            row.addLayout(self._cell(name))
        self.respeak()
        self.restyle()

    def _cell(self, name: str) -> QHBoxLayout:
        cell, words = QHBoxLayout(), QVBoxLayout()
        cell.setSpacing(theme.GAP_S)
        words.setSpacing(0)
        words.setContentsMargins(0, 6, 0, 6)
        if isinstance(name, Answer):
            self._marks[name] = QLabel()
            cell.addWidget(self._marks[name])
        caption, value = label("counter"), label("count")
        self.say(caption.setText, _TITLES[name])
        words.addWidget(caption)
        words.addWidget(value)
        cell.addLayout(words)
        self.values[name] = value
        return cell

    def show_counts(self, counts: Counters) -> None:
        """What the records count for this shift."""
        self.show_tally(
            Tally(
                counts.name,
                counts.units,
                counts.ok,
                counts.ng,
                counts.inconclusive,
                counts.yield_,
                counts.takt_s,
                counts.target_s,
            )
        )

    def show_tally(self, tally: Tally) -> None:
        """Other numbers."""
        if tally != self.tally:
            self.tally = tally
            self.respeak()

    def respeak(self) -> None:
        now, speak = self.tally, QLocale()
        texts = {
            "units": speak.toString(now.units),
            Answer.OK: speak.toString(now.ok),
            Answer.NG: speak.toString(now.ng),
            Answer.INCONCLUSIVE: speak.toString(now.inconclusive),
            "yield": "–" if now.yield_ is None else f"{speak.toString(100 * now.yield_, 'f', 1)} %",
            "takt": self._takt(),
        }
        for name, text in texts.items():
            self.values[name].setText(text)
        set_look(self.values["takt"], "level", "late" if now.slow else "")
        self.setToolTip(now.name)

    def _takt(self) -> str:
        now, speak = self.tally, QLocale()
        if now.takt_s is None and now.target_s is None:
            return "–"
        takt = "–" if now.takt_s is None else speak.toString(float(now.takt_s), "f", 1)
        if now.target_s is None:
            return tr("{seconds} s", seconds=takt)
        return tr("{seconds} / {target} s", seconds=takt, target=speak.toString(float(now.target_s), "g", 3))

    def restyle(self) -> None:
        colours = theme.tokens()
        for answer, place in self._marks.items():
            ink = {Answer.OK: colours.ok, Answer.NG: colours.ng, Answer.INCONCLUSIVE: colours.text}[answer]
            place.setPixmap(icons.pixmap(icons.VERDICT_ICONS[answer], ink, 22, self.devicePixelRatioF()))
