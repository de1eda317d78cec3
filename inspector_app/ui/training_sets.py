"""The tab of training sets: what is frozen, what should be looked at before it is learned from, what to do next."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from inspector_app.ui import theme
from inspector_app.ui.language import Spoken, mark, tr
from inspector_app.ui.review_widgets import LowButton
from inspector_app.ui.theme import Themed
from inspector_app.ui.training_desk import TrainingDesk
from inspector_app.ui.training_doubts import DoubtCard
from inspector_app.ui.training_gallery import Strip
from inspector_app.ui.training_points import Points, on_key
from inspector_app.ui.training_sheets import FreezeSheet, TrainSheet
from inspector_app.ui.training_table import Table
from inspector_app.ui.training_words import balance_words, conflict_words, near_words, split_words, suggestion_words
from inspector_app.ui.widgets import EmptyState, card, label, scrolled

if TYPE_CHECKING:
    from inspector_app.monitoring import Suggestion
    from inspector_app.shelf import SetOnShelf, Shelf

COLUMNS = (
    (mark("Set"), 0),
    (mark("To learn"), 92),
    (mark("To stop by"), 92),
    (mark("To measure"), 100),
    (mark("Frozen"), 104),
)


class SetsTab(Spoken, Themed, QWidget):
    """`dialog_wanted` gives a dialog; `training_wanted` when one was begun; `unit_wanted` a record's id."""

    dialog_wanted = Signal(object)
    training_begun = Signal()
    unit_wanted = Signal(object)

    def __init__(self, desk: TrainingDesk) -> None:
        super().__init__()
        self.desk = desk
        self.shelf: Shelf | None = None
        self.suggested: Suggestion | None = None
        self.table, self.points = Table(COLUMNS), Points()
        self.title, self.hint = label("strong"), label("caption", wrap=True)
        self.next, self.strip, self.doubts = label(wrap=True), Strip(desk.desk), DoubtCard(desk)
        self.nothing = EmptyState(
            "layers", mark("No training set yet"), mark("Freeze reviewed units, or import a labelled folder.")
        )
        self._build()
        self.table.itemSelectionChanged.connect(self._show)
        self.strip.chosen.connect(self.unit_wanted)
        self.doubts.dialog_wanted.connect(self.dialog_wanted)
        self.doubts.pointed.connect(self._show_points)

    def _build(self) -> None:
        row, left, right = QHBoxLayout(self), QVBoxLayout(), QVBoxLayout()
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.GAP_L)
        frame, inside = card(), QVBoxLayout()
        frame.setLayout(inside)
        inside.setContentsMargins(4, 4, 4, 4)
        inside.addWidget(self.table, 1)
        inside.addWidget(self.nothing, 1)
        left.addWidget(frame, 1)
        left.addWidget(self._build_next())
        left.addLayout(self._build_buttons())
        side, within = card(), QVBoxLayout()
        side.setLayout(within)
        within.setContentsMargins(theme.GAP_L, theme.GAP, theme.GAP, theme.GAP)
        within.addWidget(self.title)
        within.addWidget(self.hint)
        within.addSpacing(theme.GAP_S)
        within.addWidget(scrolled(self.points, right=theme.GAP), 1)
        within.addWidget(self.doubts)
        right.addWidget(side, 1)
        row.addLayout(left, 6)
        row.addLayout(right, 5)

    def _build_next(self) -> QWidget:
        frame, inside = card(), QVBoxLayout()
        frame.setLayout(inside)
        inside.setContentsMargins(theme.GAP_L, theme.GAP, theme.GAP_L, theme.GAP)
        heading = label("section")
        self.say(heading.setText, mark("What to do next"))
        inside.addWidget(heading)
        inside.addWidget(self.next)
        inside.addWidget(self.strip)
        self.strip.hide()
        return frame

    def _build_buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(theme.GAP_S)
        self.freeze_button = LowButton("lock", mark("Freeze reviewed units"), "Ctrl+N")
        self.import_button = LowButton("folder-open", mark("Import a folder"), "Ctrl+O")
        self.train_button = LowButton("play", mark("Train on it"), "Ctrl+T")
        for button, job in (
            (self.freeze_button, self.freeze), (self.import_button, self.take_folder), (self.train_button, self.train),
        ):  # fmt: skip
            on_key(self, button, job)
            row.addWidget(button, 1)
        return row

    # -- what the person does

    def freeze(self) -> None:
        """A set of reviewed units."""
        self._freeze(False)

    def take_folder(self) -> None:
        """A set from a labelled folder."""
        self._freeze(True)

    def _freeze(self, folder: bool) -> None:
        sheet = FreezeSheet(self.desk.parts(), self.desk.freeze, self.desk.freeze_folder, folder, self.window())
        sheet.finished_with.connect(lambda frozen: self.desk.labels.check(frozen.folder.name))
        self.dialog_wanted.emit(sheet)

    def train(self) -> None:
        """Train on the chosen set."""
        chosen = self.chosen
        if chosen is None or chosen.error or self.shelf is None:
            return
        names = [one.name for one in self.shelf.adapters if not one.error]
        sheet = TrainSheet(chosen.name, names, self.desk.train, self.window())
        sheet.finished_with.connect(lambda _: self.training_begun.emit())
        self.dialog_wanted.emit(sheet)

    def reload(self) -> None:
        """What there is now, and what to do next."""
        self.desk.shelf().done.connect(self.show_shelf)
        self.desk.suggestion().done.connect(self.show_suggestion)

    # -- what is seen

    @property
    def chosen(self) -> SetOnShelf | None:
        """The chosen set."""
        row = self.table.currentRow()
        sets = self.shelf.sets if self.shelf else ()
        return sets[row] if 0 <= row < len(sets) else None

    def show_shelf(self, shelf: Shelf) -> None:
        """Other sets."""
        self.shelf = shelf
        rows = [
            (one.name, *("{} + {}".format(*one.count(split)) for split in ("train", "val", "test")),
             str(one.card.get("created", ""))[:10])
            for one in shelf.sets
        ]  # fmt: skip
        self.table.setHidden(not rows)
        self.nothing.setHidden(bool(rows))
        self.table.fill(rows)
        self._show()

    def show_suggestion(self, found: Suggestion) -> None:
        """What the monitoring says, with the photos that are most unlike."""
        self.suggested = found
        self.next.setText(suggestion_words(found))
        odd = [one for one in found.photos if one.times >= 2] if found.code != "none" or found.values["unlike"] else []
        self.strip.setHidden(not odd)
        self.strip.show_units(
            [
                (str(one.unit.photo), tr("{times} times as far", times=f"{one.times:.1f}"), one.unit.sample_id)
                for one in odd
            ]
        )

    def _show(self) -> None:
        chosen = self.chosen
        self.train_button.setEnabled(chosen is not None and not chosen.error)
        self.title.setText(chosen.name if chosen else "")
        self.hint.setText(_about(chosen) if chosen else tr("Choose a set at the left."))
        self.doubts.show_set(chosen.name if chosen and not chosen.error else "")
        self._show_points()

    def _show_points(self) -> None:
        chosen = self.chosen
        self.points.show_points([*self.doubts.points, *_points(chosen)] if chosen else [])

    def respeak(self) -> None:
        self.table.say_headings()
        if self.shelf is not None:
            self.show_shelf(self.shelf)
        if self.suggested is not None:
            self.show_suggestion(self.suggested)

    def restyle(self) -> None:
        self.respeak()


def _about(one: SetOnShelf) -> str:
    rule: dict[str, Any] = dict(one.card.get("rule") or {})
    told = [tr("{units} units, each good + bad.", units=one.card.get("units", 0)), split_words(one.card)]
    if rule.get("from"):
        told.append(tr("From the folder {folder}.", folder=rule["from"]))
    elif one.card:
        told.append(tr("Of reviewed units.") if rule.get("reviewed") else tr("Of reviewed and of accepted units."))
    told.append(tr("Frozen by {who}.", who=one.card.get("who", "")))
    return " ".join(told) if not one.error else ""


def _points(one: SetOnShelf) -> list[tuple[bool | None, str]]:
    if one.error:
        return [(False, one.error)]
    found: list[tuple[bool | None, str]] = []
    for conflict in one.card.get("conflicts", [])[:20]:
        found.append((False, f"{conflict['one']} – {conflict['other']}: {conflict_words(conflict)}"))
    for balance in sorted(one.card.get("balance", []), key=lambda b: not b["out_of_balance"]):
        found.append((None if balance["out_of_balance"] else True, balance_words(balance)))
    # Units of one fixed camera look alike; what is learned and measured both makes the figures too good.
    across = one.card.get("near_duplicates", {}).get("across")
    found.append((None if across else True, near_words(one.card)))
    return found
