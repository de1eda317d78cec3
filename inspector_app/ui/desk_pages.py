"""The supervisor's pages in the window: history, review, limit samples, audit trail. Each is built when it is first
looked at: none of it is part of the start.

Knows which pages there are and how they call each other. Knows nothing of what they show.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QDialog, QMainWindow, QStackedWidget, QWidget

if TYPE_CHECKING:
    from inspector_app.parts import Parts
    from inspector_app.records.record import Inspection
    from inspector_app.settings import Settings
    from inspector_app.ui.audit_page import AuditPage
    from inspector_app.ui.book_page import BookPage
    from inspector_app.ui.desk import Desk, Devices
    from inspector_app.ui.history_page import HistoryPage
    from inspector_app.ui.review_desk import ReviewDesk
    from inspector_app.ui.review_page import ReviewPage

    _Mixin = QMainWindow
else:
    _Mixin = object  # as in language.py


class DeskPages(_Mixin):
    """Mixed into the window, which has desk, devices, settings and the stack of pages."""

    _desk: Desk
    _devices: Devices
    _settings: Settings
    _language: Callable[[], str]
    pages: QStackedWidget

    if TYPE_CHECKING:

        def open_dialog(self, dialog: QDialog) -> None: ...

        def _go(self, page: QWidget, name: str) -> None: ...

        def _parts_changed(self, parts: Parts) -> None: ...

    @cached_property
    def review_desk(self) -> ReviewDesk:
        """What the supervisor's pages ask for."""
        from inspector_app.ui.review_desk import ReviewDesk

        return ReviewDesk(self._desk, self)

    @cached_property
    def history_page(self) -> HistoryPage:
        """All records."""
        from inspector_app.ui.history_page import HistoryPage
        from inspector_app.ui.training_erase import add_erase

        page = HistoryPage(self.review_desk, self._devices)
        add_erase(self, page)  # type: ignore[arg-type]
        page.review_wanted.connect(self.go_review_of)
        page.book_wanted.connect(self.go_book_with)
        page.dialog_wanted.connect(self.open_dialog)
        self.pages.addWidget(page)
        return page

    @cached_property
    def review_page(self) -> ReviewPage:
        """What waits for the supervisor."""
        from inspector_app.ui.review_page import ReviewPage

        page = ReviewPage(self.review_desk, self._devices, lambda: self._settings.microphone or "")
        page.dialog_wanted.connect(self.open_dialog)
        page.finished.connect(self.go_history)
        self.pages.addWidget(page)
        return page

    @cached_property
    def book_page(self) -> BookPage:
        """Criteria, golden and limit samples of each part."""
        from inspector_app.ui.book_page import BookPage

        page = BookPage(self.review_desk, lambda: self._language())
        page.dialog_wanted.connect(self.open_dialog)
        page.changed.connect(self._parts_changed)
        self.pages.addWidget(page)
        return page

    @cached_property
    def audit_page(self) -> AuditPage:
        """Who did what, and whether the records are as they were written."""
        from inspector_app.ui.audit_page import AuditPage

        page = AuditPage(self.review_desk)
        page.dialog_wanted.connect(self.open_dialog)
        self.pages.addWidget(page)
        return page

    # -- actions

    def go_history(self) -> None:
        """The History page."""
        self._go(self.history_page, "go_history")
        self.history_page.reload()
        self.history_page.to_table()

    def go_review(self) -> None:
        """What waits for the supervisor."""
        self._go(self.review_page, "go_review")
        self.review_page.show_queue()

    def go_review_of(self, record: Inspection) -> None:
        """One unit of the history, to be decided."""
        self._go(self.review_page, "go_review")
        self.review_page.show_unit(record)

    def go_book(self) -> None:
        """Criteria, golden and limit samples."""
        self._go(self.book_page, "go_book")
        self.book_page.load()

    def go_book_with(self, record: Inspection) -> None:
        """The photo of a record, to become a limit sample of its part."""
        self._go(self.book_page, "go_book")
        self.book_page.load_with(record)

    def go_audit(self) -> None:
        """The audit trail."""
        self._go(self.audit_page, "go_audit")
        self.audit_page.reload()
