"""Everything that can be done from the keyboard, as tables: name, words, icon, keys. Knows no page.

Each page binds its own table; the help overlay lists them all.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget

from inspector_app.ui.language import mark


@dataclass(frozen=True, slots=True)
class Act:
    """One action; the method of the same name does it. The first key is the one that is shown."""

    name: str
    text: str
    icon: str
    keys: tuple[str, ...]

    @property
    def key(self) -> str:
        return self.keys[0]


WINDOW_ACTS = (
    Act("go_inspect", mark("Inspect"), "scan-search", ("Ctrl+1",)),
    Act("go_history", mark("History"), "history", ("Ctrl+2",)),
    Act("go_review", mark("Review"), "user-check", ("Ctrl+3",)),
    Act("go_book", mark("Limit book"), "book", ("Ctrl+4",)),
    Act("go_audit", mark("Audit trail"), "ledger", ("Ctrl+5",)),
    Act("go_quality", mark("Quality"), "chart-column", ("Ctrl+7",)),
    Act("go_training", mark("Training"), "layers", ("Ctrl+6",)),
    Act("show_parts", mark("Parts"), "package", ("Ctrl+P",)),
    Act("show_people", mark("People"), "users-round", ("Ctrl+Shift+P",)),
    Act("show_problems", mark("Problems"), "triangle-alert", ("F8",)),
    Act("show_settings", mark("Settings"), "settings", ("Ctrl+,",)),
    Act("show_help", mark("Help"), "circle-question-mark", ("F1",)),
    Act("show_about", mark("About Kensa"), "info", ("Shift+F1",)),
    Act("show_ready", mark("Is all ready?"), "list-checks", ("Ctrl+R",)),
    Act("sign_in", mark("Sign in or lock"), "user-round", ("Ctrl+L",)),
    Act("show_set_up", mark("Guided set-up"), "sparkles", ("Ctrl+U",)),
    Act("full_screen", mark("Full screen"), "maximize", ("F11",)),
    Act("close_window", mark("Quit"), "x", ("Ctrl+Q",)),
)
RAIL = (
    "go_inspect", "go_history", "go_review", "go_book", "go_audit", "go_training", "go_quality",
    "show_parts", "show_problems", "show_settings", "show_help",
)  # fmt: skip
"""Those that have a button at the left."""
CAPTURE_ACTS = (
    Act("take_photo", mark("Take photo"), "camera", ("F2",)),
    Act("open_photo", mark("Open photo"), "folder-open", ("Ctrl+O",)),
    Act("open_golden", mark("Golden"), "award", ("Ctrl+G",)),
    Act("record", mark("Record"), "mic", ("F3",)),
    Act("play", mark("Play note"), "play", ("F4",)),
    Act("open_voice", mark("Open sound file"), "file-audio", ("Ctrl+M",)),
    Act("discard_voice", mark("Discard note"), "trash-2", ("Shift+F3",)),
    Act("next_field", mark("Part, lot, serial number"), "keyboard", ("F6",)),
    Act("go_on", mark("Judge; accept and next"), "arrow-right", ("Return", "Enter", "F5")),
    Act("clear", mark("Clear"), "x", ("Esc",)),
)
ANSWER_ACTS = (
    Act("disagree", mark("I disagree"), "hand", ("F7",)),
    Act("retake", mark("Retake"), "rotate-ccw", ("F9",)),
    Act("compare", mark("Compare"), "columns-2", ("F12",)),
    Act("correct", mark("Correct what was heard"), "pencil", ("Ctrl+E",)),
    Act("undo", mark("Undo the last"), "undo-2", ("F10", "Ctrl+Z")),
    Act("newer", mark("Newer unit"), "chevron-left", ("Ctrl+Left",)),
    Act("older", mark("Older unit"), "chevron-right", ("Ctrl+Right",)),
    Act("next_open", mark("Unit without an answer"), "eye", ("Ctrl+Down",)),
)
INSPECT_ACTS = (*CAPTURE_ACTS, *ANSWER_ACTS)
REVIEW_ACTS = (
    Act("save", mark("Keep and next"), "check", ("Return", "Enter")),
    Act("agree", mark("The model is right"), "user-check", ("A",)),
    Act("say_ok", mark("It is good"), "circle-check", ("O",)),
    Act("say_ng", mark("It is bad"), "octagon-x", ("N",)),
    Act("next_defect", mark("Next defect"), "chevron-right", ("D",)),
    Act("previous_defect", mark("Defect before"), "chevron-left", ("Shift+D",)),
    Act("severity_minor", mark("minor"), "list", ("6",)),
    Act("severity_major", mark("major"), "list", ("7",)),
    Act("severity_critical", mark("critical"), "list", ("8",)),
    Act("draw_place", mark("Place"), "target", ("P",)),
    Act("put_accept", mark("accept"), "list", ("1",)),
    Act("put_rework", mark("rework"), "list", ("2",)),
    Act("put_scrap", mark("scrap"), "list", ("3",)),
    Act("put_concession", mark("concession"), "list", ("4",)),
    Act("put_hold", mark("hold"), "list", ("5",)),
    Act("write_reason", mark("Write the reason"), "pencil", ("R",)),
    Act("say_reason", mark("Say the reason"), "mic", ("F3",)),
    Act("play_voice", mark("Play note"), "play", ("F4",)),
    Act("play_reason", mark("Play the operator's reason"), "play", ("Shift+F4",)),
    Act("compare", mark("Compare"), "columns-2", ("F12",)),
    Act("next_unit", mark("Next unit"), "chevron-right", ("Ctrl+Down", "PgDown")),
    Act("previous_unit", mark("Unit before"), "chevron-left", ("Ctrl+Up", "PgUp")),
    Act("next_cause", mark("Another cause"), "list-checks", ("F6",)),
    Act("undo", mark("Undo the last"), "undo-2", ("F10", "Ctrl+Z")),
    Act("leave", mark("Back"), "x", ("Esc",)),
)
TRAINING_ACTS = (
    Act("show_sets", mark("Training sets"), "layers", ("F2",)),
    Act("show_run", mark("Training"), "cpu", ("F3",)),
    Act("show_weighing", mark("Comparison"), "columns-2", ("F4",)),
    Act("show_adapters", mark("Adapters"), "blend", ("F6",)),
    Act("show_privacy", mark("Privacy"), "lock", ("F7",)),
    Act("reload", mark("Read again"), "rotate-ccw", ("F5",)),
)
BOOK_ACTS = (
    Act("next_part", mark("Next part"), "chevron-right", ("Ctrl+Down",)),
    Act("previous_part", mark("Part before"), "chevron-left", ("Ctrl+Up",)),
    Act("edit_criterion", mark("Change the criterion"), "pencil", ("Ctrl+E",)),
    Act("save_pdf", mark("Save as PDF"), "save", ("Ctrl+Shift+S",)),
    Act("print_book", mark("Print"), "printer", ("F7",)),
)
AUDIT_ACTS = (
    Act("search", mark("Search"), "search", ("Ctrl+F",)),
    Act("filters", mark("Conditions"), "list-checks", ("F6",)),
    Act("verify", mark("Check all records"), "shield", ("F9",)),
    Act("export", mark("Export"), "save", ("Ctrl+Shift+S",)),
    Act("to_table", mark("Back to the table"), "list", ("Esc",)),
)
HISTORY_ACTS = (
    Act("search", mark("Search"), "search", ("Ctrl+F",)),
    Act("filters", mark("Conditions"), "list-checks", ("F6",)),
    Act("clear_filters", mark("No conditions"), "x", ("Ctrl+0",)),
    Act("views", mark("Views"), "bookmark", ("Ctrl+D",)),
    Act("order", mark("Order"), "list", ("Ctrl+S",)),
    Act("choose_columns", mark("Columns"), "columns", ("Ctrl+K",)),
    Act("play_voice", mark("Play note"), "play", ("F4",)),
    Act("compare", mark("Compare"), "columns-2", ("F12",)),
    Act("review", mark("Decide about it"), "user-check", ("F9",)),
    Act("to_book", mark("Make it a limit sample"), "book", ("Ctrl+B",)),
    Act("to_table", mark("Back to the table"), "list", ("Esc",)),
)
QUALITY_ACTS = (
    Act("go_charts", mark("Charts"), "chart-column", ("Alt+1",)),
    Act("go_goals", mark("Goals (KPI)"), "target", ("Alt+2",)),
    Act("go_study", mark("Agreement study"), "user-check", ("Alt+3",)),
    Act("go_reports", mark("Reports"), "save", ("Alt+4",)),
    Act("reload", mark("Count again"), "rotate-ccw", ("F5",)),
)
CHART_ACTS = (
    Act("earlier_point", mark("Point before"), "chevron-left", ("Left",)),
    Act("later_point", mark("Next point"), "chevron-right", ("Right",)),
    Act("copy_image", mark("Copy picture"), "image", ("Ctrl+C",)),
    Act("copy_table", mark("Copy table"), "list", ("Ctrl+Shift+C",)),
    Act("export", mark("Save as PNG, SVG or CSV …"), "save", ("Ctrl+S",)),
)
"""Keys of the chart that has the focus; Tab goes to the next one."""
HELP = (
    (mark("Capture"), CAPTURE_ACTS),
    (mark("Answer"), ANSWER_ACTS),
    (mark("Review"), REVIEW_ACTS),
    (mark("History"), HISTORY_ACTS),
    (mark("Audit trail"), AUDIT_ACTS),
    (mark("Limit book"), BOOK_ACTS),
    (mark("Quality"), QUALITY_ACTS),
    (mark("A chart"), CHART_ACTS),
    (mark("Training"), TRAINING_ACTS),
    (mark("Everywhere"), WINDOW_ACTS),
)
"""Headings and tables of the help overlay."""


def with_own_keys(acts: Iterable[Act], own: dict[str, str]) -> tuple[Act, ...]:
    """The same actions with the site's own keys, as of a foot pedal, beside those of the program."""
    return tuple(replace(act, keys=(*act.keys, own[act.name])) if own.get(act.name) else act for act in acts)


def bind(widget: QWidget, acts: Iterable[Act]) -> dict[str, QAction]:
    """Give the widget its keys; they work while it is visible, wherever the focus is."""
    made = {}
    for act in acts:
        action = QAction(widget)
        action.setShortcuts([QKeySequence(key) for key in act.keys])
        action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
        action.setAutoRepeat(False)
        action.triggered.connect(getattr(widget, act.name))
        widget.addAction(action)
        made[act.name] = action
    return made
