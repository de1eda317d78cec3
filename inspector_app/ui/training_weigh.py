"""The tab of the comparison: new, active and the model alone on the same units; what got better and worse; the gate.

Shows what weighing.py found; knows no judge.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QProgressBar, QStackedWidget, QVBoxLayout, QWidget

from inspector_app.ui import theme
from inspector_app.ui.language import Spoken, mark, tr
from inspector_app.ui.review_widgets import LowButton
from inspector_app.ui.sentences import sentence
from inspector_app.ui.theme import Themed
from inspector_app.ui.training_desk import TrainingDesk
from inspector_app.ui.training_gallery import Strip, UnitSheet, unit_words
from inspector_app.ui.training_points import Points, on_key
from inspector_app.ui.training_sheets import SignSheet
from inspector_app.ui.training_table import Table
from inspector_app.ui.training_words import (
    FIGURES,
    GROUPS,
    SIDES,
    figure_words,
    gate_words,
    group_word,
    thresholds_words,
)
from inspector_app.ui.widgets import card, label, scrolled
from model_runtime.verdict import Fixable

if TYPE_CHECKING:
    from inspector_app.shelf import Shelf
    from inspector_app.weighing import Evaluation

SETS = {"golden": mark("Golden evaluation set"), "recent": mark("Recent reviewed units")}


class WeighTab(Spoken, Themed, QWidget):
    """`dialog_wanted` gives a dialog; `promoted` when an adapter was let in."""

    dialog_wanted = Signal(object)
    promoted = Signal(object)

    def __init__(self, desk: TrainingDesk) -> None:
        super().__init__()
        self.desk = desk
        self.shelf: Shelf | None = None
        self.found: Evaluation | None = None
        self._shows = "golden"
        self.adapter, self.set_box = QComboBox(), QComboBox()
        self.said, self.bar = label("caption", wrap=True), QProgressBar()
        self.points, self.thresholds = Points(), label("caption", wrap=True)
        self.figures = Table([(mark("Figure"), 140), *((SIDES[who], 0) for who in SIDES)], chosen=False)
        self.slices = Table(
            [(mark("Group"), 200), (mark("Units"), 56), (mark("Misses"), 0), (mark("Overkill"), 0)], chosen=False
        )
        self.worse, self.better = Strip(desk.desk), Strip(desk.desk)
        self.worse_title, self.better_title = label("section"), label("section")
        self._build()
        self._connect()
        self.show_view(0)
        self._show()

    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.GAP)
        column.addLayout(self._build_top())
        row = QHBoxLayout()
        row.setSpacing(theme.GAP_L)
        row.addWidget(self._build_gate(), 4)
        row.addWidget(self._build_units(), 7)
        column.addLayout(row, 1)
        column.addLayout(self._build_buttons())

    def _build_top(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(theme.GAP)
        self.adapter.setMinimumWidth(220)
        self.set_box.setMinimumWidth(260)
        self.say(self.adapter.setAccessibleName, mark("Adapter to compare"))
        self.say(self.set_box.setAccessibleName, mark("Which units"))
        self.weigh_button = LowButton("play", mark("Compare now"), "Ctrl+T")
        self.stop_button = LowButton("square", mark("Stop"), "Ctrl+S")
        self.bar.setFixedHeight(10)
        self.bar.setTextVisible(False)
        row.addWidget(self.adapter)
        row.addWidget(self.weigh_button)
        row.addWidget(self.stop_button)
        row.addWidget(self.bar, 1)
        row.addWidget(self.said, 2)
        row.addWidget(self.set_box)
        return row

    def _build_gate(self) -> QWidget:
        frame, inside = card(), QVBoxLayout()
        frame.setLayout(inside)
        inside.setContentsMargins(theme.GAP_L, theme.GAP, theme.GAP, theme.GAP)
        self.verdict = label("strong", wrap=True)
        inside.addWidget(self.verdict)
        whole, within = QWidget(), QVBoxLayout()
        whole.setLayout(within)
        within.setContentsMargins(0, 0, 0, 0)
        within.addWidget(self.points)
        within.addWidget(self.thresholds)
        inside.addWidget(scrolled(whole, right=theme.GAP), 1)
        return frame

    def _build_units(self) -> QWidget:
        whole, outer, top = QWidget(), QVBoxLayout(), QHBoxLayout()
        whole.setLayout(outer)
        outer.setContentsMargins(0, 0, 0, 0)
        self.figures_button = LowButton("list", mark("Figures and groups"), "Ctrl+F")
        self.photos_button = LowButton("image", mark("Photo by photo"), "Ctrl+G")
        top.addWidget(self.figures_button, 1)
        top.addWidget(self.photos_button, 1)
        outer.addLayout(top)
        figures, galleries = card(), card()
        column, beside = QVBoxLayout(figures), QVBoxLayout(galleries)
        for layout in (column, beside):
            layout.setContentsMargins(theme.GAP_S, theme.GAP_S, theme.GAP_S, theme.GAP_S)
            layout.setSpacing(theme.GAP_S)
        column.addWidget(self.figures)
        self.figures.fit(len(FIGURES))
        column.addWidget(self.slices, 1)
        for title, strip in ((self.worse_title, self.worse), (self.better_title, self.better)):
            beside.addWidget(title)
            beside.addWidget(strip)
        beside.addStretch(1)
        self.views = QStackedWidget()
        self.views.addWidget(figures)
        self.views.addWidget(galleries)
        outer.addWidget(self.views, 1)
        return whole

    def _build_buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(theme.GAP_S)
        self.beside_button = LowButton("eye", mark("Run beside, deciding nothing"), "Ctrl+B")
        self.sign_button = LowButton("pencil", mark("Sign and let it in"), "Ctrl+Return")
        row.addWidget(self.beside_button, 1)
        row.addWidget(self.sign_button, 1)
        return row

    def _connect(self) -> None:
        on_key(self, self.weigh_button, self.weigh)
        on_key(self, self.stop_button, self.desk.stop)
        on_key(self, self.sign_button, self.sign)
        on_key(self, self.beside_button, self.run_beside)
        on_key(self, self.figures_button, lambda: self.show_view(0))
        on_key(self, self.photos_button, lambda: self.show_view(1))
        self.adapter.currentIndexChanged.connect(self._chosen)
        self.set_box.currentIndexChanged.connect(self._other_set)
        for strip in (self.worse, self.better):
            strip.chosen.connect(lambda unit: self.dialog_wanted.emit(UnitSheet(self.desk.desk, unit, self.window())))
        self.desk.progress.connect(self._progress)
        self.desk.ended.connect(lambda what, found: self._weighed(found) if what == "weigh" else None)
        self.desk.failed.connect(lambda what, error: self._failed(error) if what == "weigh" else None)
        self.desk.stopped.connect(lambda what: self._show() if what == "weigh" else None)

    # -- what the person does

    def weigh(self) -> None:
        """Judge the same units with all of them."""
        if self.name and not self.desk.busy:
            self.bar.setRange(0, 0)
            self.desk.weigh(self.name)
            self._show(tr("The judges are loaded in a process of their own; the line goes on."))

    def sign(self) -> None:
        """A reason and a PIN; then it judges from the next unit on."""
        if self.found is None or not self.found.gate.open:
            return
        name = self.name
        station = self.desk.desk.station
        pin = station is not None and not self.desk.desk_is_open()
        sheet = SignSheet(
            mark("Let the adapter in"), mark("It judges from the next unit on. One action puts the old one back."),
            mark("Sign and let it in"), pin, lambda reason, digits: self.desk.promote(name, reason, digits),
            self.window(),
        )  # fmt: skip
        sheet.finished_with.connect(self.promoted)
        self.dialog_wanted.emit(sheet)

    def run_beside(self) -> None:
        """Let it judge beside the active one, or end that."""
        if self.shelf is None or not self.name:
            return
        now = next((one.shadow for one in self.shelf.adapters if one.name == self.name), False)
        task = self.desk.stop_beside() if now else self.desk.start_beside(self.name)
        task.failed.connect(self._failed)

    def show_view(self, number: int) -> None:
        """Figures and groups, or photo by photo."""
        self.views.setCurrentIndex(number)
        for at, button in enumerate((self.figures_button, self.photos_button)):
            button.set_kind("picked" if at == number else "")

    def compare(self, name: str) -> None:
        """Choose an adapter and weigh it, unless what was found of it holds still."""
        at = self.adapter.findData(name)
        if at >= 0:
            self.adapter.setCurrentIndex(at)
        self._wanted = name

    def reload(self) -> None:
        """What there is now."""
        self.desk.shelf().done.connect(self.show_shelf)

    # -- what is told

    @property
    def name(self) -> str:
        """The chosen adapter."""
        return str(self.adapter.currentData() or "")

    _wanted = ""

    def show_shelf(self, shelf: Shelf) -> None:
        """Other adapters; the newest that is not in use is chosen at first."""
        self.shelf = shelf
        wanted = self._wanted or self.name
        self._wanted = ""
        self.adapter.blockSignals(True)
        self.adapter.clear()
        for one in reversed(shelf.adapters):
            if not one.error and not one.active:
                self.adapter.addItem(one.name, one.name)
        at = self.adapter.findData(wanted)
        self.adapter.setCurrentIndex(max(at, 0) if self.adapter.count() else -1)
        self.adapter.blockSignals(False)
        self._chosen()

    def _chosen(self) -> None:
        self.found = None
        self._show()
        if self.name:
            name = self.name
            self.desk.evaluation(name).done.connect(lambda found: self._kept(name, found))

    def _kept(self, name: str, found: Evaluation | None) -> None:
        if name == self.name and not self.desk.busy:
            self.found = found
            self._show()

    def _other_set(self) -> None:
        self._shows = str(self.set_box.currentData() or "golden")
        self._show_units()

    def _progress(self, told: dict[str, Any]) -> None:
        if self.desk.busy == "weigh" and told.get("phase") == "weigh":
            self.bar.setRange(0, told["steps"])
            self.bar.setValue(told["step"])
            self.said.setText(tr("Judging {step} of {steps}", step=told["step"], steps=told["steps"]))

    def _weighed(self, found: Evaluation | None) -> None:
        self.found = found
        self._show()

    def _failed(self, error: Exception) -> None:
        self._show(sentence(error) if isinstance(error, Fixable) else str(error))

    # -- what is seen

    def _show(self, said: str = "") -> None:
        busy = self.desk.busy == "weigh"
        self.weigh_button.setEnabled(bool(self.name) and not self.desk.busy)
        self.stop_button.setEnabled(busy)
        self.bar.setHidden(not busy)
        self.said.setText(said or ("" if self.found or self.name else tr("Train an adapter first.")))
        gate = self.found.gate if self.found else None
        self.sign_button.setEnabled(bool(gate and gate.open))
        self.beside_button.setEnabled(bool(self.name))
        beside = self.shelf and any(one.shadow and one.name == self.name for one in self.shelf.adapters)
        self.beside_button.set_text(tr("End running beside") if beside else tr("Run beside, deciding nothing"))
        if gate is None:
            self.verdict.setText(tr("Not compared yet") if self.name else "")
        else:
            self.verdict.setText(
                tr("The gate is open: not measurably worse.") if gate.open else tr("The gate stays closed.")
            )
        self.points.show_points(gate_words(gate.to_json()) if gate else [])
        self.thresholds.setText(thresholds_words(self.found.content) if self.found else "")
        self._fill_sets()
        self._show_units()

    def _fill_sets(self) -> None:
        there = list(self.found.content["sets"]) if self.found else []
        self.set_box.blockSignals(True)
        self.set_box.clear()
        for name in there:
            self.set_box.addItem(tr(SETS[name]), name)
        self.set_box.setHidden(len(there) < 2)
        self.set_box.setCurrentIndex(max(0, self.set_box.findData(self._shows)))
        self._shows = str(self.set_box.currentData() or "golden")
        self.set_box.blockSignals(False)

    def _show_units(self) -> None:
        some: Mapping[str, Any] = self.found.content["sets"].get(self._shows, {}) if self.found else {}
        figures = some.get("figures", {})
        rows = []
        for name, words in FIGURES.items():
            rows.append(
                [tr(words), *(figure_words(name, figures[w].get(name)) if w in figures else "–" for w in SIDES)]
            )
        self.figures.fill(rows)
        self.figures.setColumnHidden(3, "base" not in figures)
        self._show_slices(some)
        units = {unit["name"]: unit for unit in some.get("units", [])}
        for names, strip in ((some.get("worse", []), self.worse), (some.get("better", []), self.better)):
            strip.show_units([(units[n]["photo"], unit_words(units[n]), units[n]) for n in names])
        self.worse_title.setText(tr("Got worse: {count}", count=len(some.get("worse", []))))
        self.better_title.setText(tr("Got better: {count}", count=len(some.get("better", []))))

    def _show_slices(self, some: Mapping[str, Any]) -> None:
        rows, inks = [], []
        for one in some.get("slices", []):
            new, active = one["figures"]["new"], one["figures"]["active"]
            name = f"{tr(GROUPS.get(one['by'], one['by']))}: {group_word(one['by'], one['group'])}"
            cells = [_arrow(active.get(figure), new.get(figure)) for figure in ("miss", "overkill")]
            worse = any(_count(new.get(f)) > _count(active.get(f)) for f in ("miss", "overkill"))
            rows.append([name, str(new["units"]), *cells])
            inks.append(theme.tokens().ng if worse else "")
        self.slices.fill(rows, inks)

    def respeak(self) -> None:
        for table in (self.figures, self.slices):
            table.say_headings()
        self._show()

    def restyle(self) -> None:
        self._show()


def _count(figure: Mapping[str, Any] | None) -> int:
    return int(figure["count"]) if figure and figure.get("count") is not None else 0


def _arrow(active: Mapping[str, Any] | None, new: Mapping[str, Any] | None) -> str:
    """Until now → with the new one, of how many."""
    if not active or not new:
        return "–"
    return f"{_count(active)} → {_count(new)} / {new['n']}"
