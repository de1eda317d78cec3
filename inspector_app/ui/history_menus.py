"""The menus of the History page: saved views, the order, the columns. Knows the page's wishes as texts."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Signal
from PySide6.QtWidgets import QLineEdit, QMenu, QWidget

from inspector_app.records.filter import Sort
from inspector_app.ui.history_filter import SORTS, menu_icon
from inspector_app.ui.history_table import COLUMNS
from inspector_app.ui.language import mark, tr
from inspector_app.ui.review_desk import ReviewDesk
from inspector_app.ui.sheet import Sheet
from inspector_app.views import LONGEST, View, Views

if TYPE_CHECKING:
    from inspector_app.ui.history_page import HistoryPage


class HistoryMenus:
    """Views and columns lie in a file of the station; a menu opens above its button."""

    def __init__(self, page: HistoryPage, review: ReviewDesk) -> None:
        self._page, self._review = page, review
        self.kept = Views()
        self.menu: QMenu | None = None

    def load(self) -> None:
        """Read the file."""
        if self._review.desk.station is not None:
            self._review.ask(lambda: Views.load(self._review.places.views)).done.connect(self._came)

    def _came(self, views: Views) -> None:
        self.kept = views
        if views.columns:
            self._page.show_columns(views.columns)

    # -- the menus

    def views(self, button: QWidget) -> None:
        """Saved views; saving and deleting one."""
        menu = self._open(button)
        for view in self.kept.views:
            menu.addAction(menu_icon("bookmark"), view.name, partial(self.use, view))
        if self.kept.views:
            menu.addSeparator()
        menu.addAction(menu_icon("save"), tr("Save this view …"), self.ask_name)
        if self.kept.views:
            gone = menu.addMenu(menu_icon("trash-2"), tr("Delete a view"))
            for view in self.kept.views:
                gone.addAction(view.name, partial(self.drop, view.name))
        menu.addAction(menu_icon("x"), tr("All records, no conditions"), self._page.clear_filters)
        self._popup(menu, button)

    def order(self, button: QWidget) -> None:
        """Which record comes first."""
        menu = self._open(button)
        for sort, words in SORTS.items():
            self._check(menu, tr(words), sort is self._page.sort, partial(self._page.show_sort, sort))
        self._popup(menu, button)

    def columns(self, button: QWidget) -> None:
        """Which columns are shown."""
        menu = self._open(button)
        shown = self._page.columns
        for column in COLUMNS:
            if column.name != "verdict":
                self._check(menu, tr(column.title), column.name in shown, partial(self.toggle_column, column.name))
        self._popup(menu, button)

    # -- what they do

    def use(self, view: View) -> None:
        """Show what a view says."""
        if view.columns:
            self._page.show_columns(view.columns)
        self._page.show_wanted(view.wanted)

    def toggle_column(self, name: str) -> None:
        """Show a column, or show it no more."""
        shown = self._page.columns
        self._page.show_columns(tuple(one for one in shown if one != name) if name in shown else (*shown, name))
        self.keep(Views(self.kept.views, self._page.columns))

    def ask_name(self) -> None:
        """Under which name this view is kept."""
        dialog = NameOfView(self._page.window())
        dialog.named.connect(self.save)
        self._page.dialog_wanted.emit(dialog)

    def save(self, name: str) -> None:
        """Keep what is looked for, and the columns, under a name."""
        try:
            self.keep(self.kept.put(View(name, self._page.wanted, self._page.columns)))
        except Exception as error:  # noqa: BLE001 - said by the presenter of errors
            self._review.desk.problems.tell(error)

    def drop(self, name: str) -> None:
        """Keep that view no more."""
        self.keep(self.kept.drop(name))

    def keep(self, views: Views) -> None:
        """These from now on."""
        self.kept = views
        self._review.ask(lambda: self._write(views))

    def _write(self, views: Views) -> None:
        self._review.places.require_writable()
        views.save(self._review.places.views)

    def respeak(self) -> None:
        """The button of the order says which one it is."""
        button = self._page.buttons.get("order") if hasattr(self._page, "buttons") else None
        if button is not None:
            button.set_text(tr(SORTS[self._page.sort]))
            button.set_kind("picked" if self._page.sort is not Sort.NEWEST else "")

    # -- how

    def _open(self, button: QWidget) -> QMenu:
        self.menu = QMenu(button)
        return self.menu

    def _check(self, menu: QMenu, words: str, on: bool, job: Callable[[], object]) -> None:
        action = menu.addAction(words, job)
        action.setCheckable(True)
        action.setChecked(on)

    def _popup(self, menu: QMenu, button: QWidget) -> None:
        menu.popup(button.mapToGlobal(QPoint(0, -menu.sizeHint().height())))


class NameOfView(Sheet):
    """Asks for a name. `named` gives it."""

    named = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(
            mark("Save this view"),
            mark("Conditions, order and columns are kept; a view of that name is replaced."),
            parent,
        )
        self.edit = QLineEdit()
        self.edit.setMaxLength(LONGEST)
        self.say(self.edit.setAccessibleName, mark("Name"))
        self.body.addWidget(self.edit)
        self.add_button("x", mark("Cancel"), "Esc", self.reject)
        self.add_button("check", mark("Save"), "Return", self._save, "primary")
        self.resize(460, 0)
        self.edit.setFocus()

    def _save(self) -> None:
        if name := self.edit.text().strip():
            self.named.emit(name)
            self.accept()
