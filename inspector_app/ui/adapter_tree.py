"""The tab of the adapters: their family tree with figures, who and when; rollback, export, import, keys.

Knows cards and promotions; knows no model.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from inspector_app.adapter_files import SUFFIX
from inspector_app.ui import theme
from inspector_app.ui.language import Spoken, mark, tr
from inspector_app.ui.review_widgets import LowButton
from inspector_app.ui.sentences import sentence
from inspector_app.ui.theme import Themed
from inspector_app.ui.training_desk import Beside, TrainingDesk
from inspector_app.ui.training_points import on_key
from inspector_app.ui.training_sheets import KeySheet, SignSheet
from inspector_app.ui.training_table import Table
from inspector_app.ui.training_weeks import Weeks
from inspector_app.ui.training_words import FIGURES, figure_words
from inspector_app.ui.widgets import card, label, scrolled
from model_runtime.verdict import Fixable

if TYPE_CHECKING:
    from inspector_app.shelf import AdapterOnShelf, Shelf

COLUMNS = ((mark("Adapter"), 0), (mark("AUROC"), 76), (mark("Misses"), 84), (mark("By"), 96), (mark("When"), 104))


class AdapterTab(Spoken, Themed, QWidget):
    """`dialog_wanted` gives a dialog; `compare_wanted` an adapter's name; `said` a sentence for the page."""

    dialog_wanted = Signal(object)
    compare_wanted = Signal(str)
    said = Signal(str)

    def __init__(self, desk: TrainingDesk) -> None:
        super().__init__()
        self.desk = desk
        self.shelf: Shelf | None = None
        self.beside: Beside | None = None
        self.table = Table(COLUMNS)
        self.title, self.state, self.told = label("strong"), label(wrap=True), label(wrap=True, selectable=True)
        self.beside_words, self.weeks = label(wrap=True), Weeks()
        self._build()
        self.table.itemSelectionChanged.connect(self._show)
        desk.beside_judged.connect(self._ask_beside)

    def _build(self) -> None:
        row, left = QHBoxLayout(self), QVBoxLayout()
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.GAP_L)
        frame, inside = card(), QVBoxLayout()
        frame.setLayout(inside)
        inside.setContentsMargins(4, 4, 4, 4)
        inside.addWidget(self.table)
        left.addWidget(frame, 1)
        below, within = card(), QVBoxLayout()
        below.setLayout(within)
        within.setContentsMargins(theme.GAP_L, theme.GAP, theme.GAP_L, theme.GAP)
        heading = label("section")
        self.say(heading.setText, mark("Candidate beside"))
        within.addWidget(heading)
        within.addWidget(self.beside_words)
        left.addWidget(below)
        left.addLayout(self._build_buttons())
        side, about, words = card(), QVBoxLayout(), QWidget()
        side.setLayout(about)
        about.setContentsMargins(theme.GAP_L, theme.GAP, theme.GAP, theme.GAP)
        column = QVBoxLayout(words)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.state)
        column.addWidget(self.told)
        column.addWidget(self.weeks)
        about.addWidget(self.title)
        about.addWidget(scrolled(words, right=theme.GAP), 1)
        row.addLayout(left, 6)
        row.addWidget(side, 5)

    def _build_buttons(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setSpacing(theme.GAP_S)
        self.compare_button = LowButton("columns-2", mark("Compare, let in"), "Ctrl+Return")
        self.beside_button = LowButton("eye", mark("Run beside, deciding nothing"), "Ctrl+B")
        self.back_button = LowButton("undo-2", mark("Put the last one back"), "Ctrl+Z")
        self.export_button = LowButton("upload", mark("Export"), "Ctrl+E")
        self.import_button = LowButton("folder-open", mark("Import"), "Ctrl+O")
        self.keys_button = LowButton("lock", mark("Trusted keys"), "Ctrl+K")
        for number, (button, job) in enumerate(
            (
                (self.compare_button, self.compare),
                (self.beside_button, self.run_beside),
                (self.back_button, self.put_back),
                (self.export_button, self.export),
                (self.import_button, self.take_in),
                (self.keys_button, self.keys),
            )  # fmt: skip
        ):
            on_key(self, button, job)
            grid.addWidget(button, number // 3, number % 3)
        for column in range(3):
            grid.setColumnStretch(column, 1)
        return grid

    # -- what the person does

    def compare(self) -> None:
        """Weigh the chosen one against the active one."""
        if (one := self.chosen) and one.folder and not one.error:
            self.compare_wanted.emit(one.name)

    def run_beside(self) -> None:
        """The chosen one judges beside the active one; once more, and it ends."""
        one = self.chosen
        if one is None or one.folder is None:
            return
        task = self.desk.stop_beside() if one.shadow else self.desk.start_beside(one.name)
        task.failed.connect(self._refused)

    def put_back(self) -> None:
        """The adapter before the newest promotion judges again."""
        sheet = SignSheet(
            mark("Put the last one back"),
            mark("The adapter before the newest promotion judges from the next unit on."),
            mark("Put it back"), False, lambda reason, _: self.desk.rollback(reason), self.window(),
        )  # fmt: skip
        sheet.finished_with.connect(lambda came: self.said.emit(now_words(came)))
        self.dialog_wanted.emit(sheet)

    def export(self) -> None:
        """One signed file of the chosen one."""
        one = self.chosen
        if one is None or one.folder is None:
            return
        path, _ = QFileDialog.getSaveFileName(self, tr("Export"), f"{one.name}{SUFFIX}", f"*{SUFFIX}")
        if path:
            self.write(one.name, path)

    def write(self, name: str, path: str) -> None:
        """The same without a dialog."""
        from pathlib import Path

        task = self.desk.export(name, Path(path))
        task.done.connect(lambda _: self.said.emit(tr("{file} is written and signed.", file=Path(path).name)))
        task.failed.connect(self._refused)

    def take_in(self) -> None:
        """An adapter from a signed file."""
        path, _ = QFileDialog.getOpenFileName(self, tr("Import"), "", f"*{SUFFIX}")
        if path:
            self.read(path)

    def read(self, path: str) -> None:
        """The same without a dialog."""
        from pathlib import Path

        task = self.desk.take_in(Path(path))
        task.done.connect(lambda came: self.said.emit(_taken_in(*came)))
        task.failed.connect(self._refused)

    def keys(self) -> None:
        """Whose adapters are taken in."""
        self.desk.keys().done.connect(
            lambda came: self.dialog_wanted.emit(KeySheet(came[0], came[1], self.desk.trust, self.window()))
        )

    def reload(self) -> None:
        """What there is now."""
        self.desk.shelf().done.connect(self.show_shelf)
        self.desk.weeks().done.connect(self.weeks.show_weeks)
        self._ask_beside()

    # -- what is seen

    @property
    def chosen(self) -> AdapterOnShelf | None:
        """The chosen adapter; the base has no folder."""
        rows = list(self.shelf.walk()) if self.shelf else []
        row = self.table.currentRow()
        return rows[row][1] if 0 <= row < len(rows) else None

    def show_shelf(self, shelf: Shelf) -> None:
        """Another tree."""
        self.shelf = shelf
        rows, inks = [], []
        for depth, one in shelf.walk():
            area, miss = one.figure("auroc"), one.figure("miss")
            shown = f"{'    ' * max(0, depth - 1)}{'└ ' if depth else ''}{_called(one)}{_marks(one)}"
            counted = f"{miss['count']} / {miss['n']}" if miss and miss.get("count") is not None else ""
            rows.append((shown, f"{area['value']:.3f}" if area else "", counted, one.who, one.created[:10]))
            inks.append(theme.tokens().accent if one.active else theme.tokens().ng if one.error else "")
        self.table.fill(rows, inks)
        self._show()

    def _ask_beside(self) -> None:
        self.desk.beside().done.connect(self._came_beside)

    def _came_beside(self, found: Beside) -> None:
        self.beside = found
        self.beside_words.setText(beside_words(found))

    def _refused(self, error: Exception) -> None:
        self.said.emit(sentence(error) if isinstance(error, Fixable) else str(error))

    def _show(self) -> None:
        one = self.chosen
        real = one is not None and one.folder is not None
        usable = real and not (one is not None and one.error)
        self.compare_button.setEnabled(bool(usable and one and not one.active))
        self.beside_button.setEnabled(bool(usable and one and not one.active))
        self.beside_button.set_text(
            tr("End running beside") if one and one.shadow else tr("Run beside, deciding nothing")
        )
        self.export_button.setEnabled(bool(usable))
        self.back_button.setEnabled(bool(self.shelf and self.shelf.can_roll_back))
        self.title.setText(_called(one) if one else "")
        self.state.setText(_state(one) if one else "")
        self.told.setText(_about(one) if one else "")
        names = [other.name for other in self.shelf.adapters] if self.shelf else []
        self.weeks.show_of(one.name if one and one.folder is not None else "", names)

    def respeak(self) -> None:
        self.table.say_headings()
        if self.shelf is not None:
            self.show_shelf(self.shelf)
        if self.beside is not None:
            self._came_beside(self.beside)

    def restyle(self) -> None:
        self.respeak()


def beside_words(found: Beside) -> str:
    """What the candidate beside has said so far."""
    if found.name is None:
        words = tr("No adapter judges beside the active one.")
        return (
            words + " " + tr("A promotion asks for {count} units beside.", count=found.asked_for)
            if found.asked_for
            else words
        )
    told = tr(
        "{name} has judged {units} units beside: {agree} alike, {differ} otherwise (they go to the review).",
        name=found.name, **{key: found.summary.get(key, 0) for key in ("units", "agree", "differ")},
    )  # fmt: skip
    if found.summary.get("reviewed"):
        told += " " + tr(
            "Of {reviewed} reviewed ones it missed {missed} ({active_missed} the active one) and rejected {overkill}"
            " good ones ({active_overkill}).",
            **{
                key: found.summary[key]
                for key in ("reviewed", "missed", "active_missed", "overkill", "active_overkill")
            },
        )
    if found.asked_for:
        told += " " + tr("{count} are asked for before a promotion.", count=found.asked_for)
    return told


def _taken_in(name: str, who: str) -> str:
    return tr("{name}, signed by {who}, is installed; it judges nothing yet.", name=name, who=who)


def now_words(promotion: Any) -> str:
    """Which adapter judges from the next unit on."""
    if promotion.adapter is None:
        return tr("From the next unit on judges the adapter that came with the model.")
    return tr("From the next unit on judges {name}.", name=promotion.adapter)


def _called(one: AdapterOnShelf) -> str:
    return one.name if one.folder is not None else tr("{model}, as it came", model=one.name)


def _marks(one: AdapterOnShelf) -> str:
    said = [tr("judges now")] if one.active else []
    said += [tr("beside")] if one.shadow else []
    return f"   ● {', '.join(said)}" if said else ""


def _state(one: AdapterOnShelf) -> str:
    if one.error:
        return one.error
    if one.active:
        return tr("It judges now.")
    return tr("It judges beside, deciding nothing.") if one.shadow else tr("It judges nothing.")


def _about(one: AdapterOnShelf) -> str:
    lines = []
    if one.trained_on:
        lines.append(tr("Trained on {set} by {who}, {when}.", set=one.trained_on, who=one.who, when=one.created[:16]))
    if one.folder is not None and not one.error:
        lines.append(
            tr("It grew from {parent}.", parent=one.parent) if one.parent else tr("It grew from the model's own.")
        )
        lines += [f"{tr(words)}: {figure_words(name, one.figure(name))}" for name, words in FIGURES.items()
                  if one.figure(name)]  # fmt: skip
        limits = one.card.get("thresholds", {})
        if limits:
            lines.append(tr("OK below {low}, NG above {high}.", low=limits["ok_below"], high=limits["ng_above"]))
        lines.append(tr("Rank {rank}, temperature {temperature}.", rank=one.card.get("rank"),
                        temperature=one.card.get("temperature")))  # fmt: skip
    for promotion in one.promoted:
        at = promotion.at.astimezone().strftime("%Y-%m-%d %H:%M")
        words = (
            mark("Let in {at} by {who}: {reason}")
            if promotion.kind == "promoted"
            else mark("Put back {at} by {who}: {reason}")
        )
        lines.append(tr(words, at=at, who=promotion.who, reason=promotion.reason))
    return "\n".join(lines)
