"""The audit trail as rows, and one entry in words: who, what, when, old -> new, reason, hashes. Knows entries only."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt

from inspector_app.ui.language import mark, tr
from inspector_app.ui.review_words import act_word

if TYPE_CHECKING:
    from inspector_app.records.audit import Entry

Index = QModelIndex | QPersistentModelIndex
COLUMNS = ((mark("No."), 76), (mark("Time"), 168), (mark("Who"), 110), (mark("What"), 170), (mark("About"), 120))
_TOLD_ABOVE = ("id", "at", "reason")
ENTRY = Qt.ItemDataRole.UserRole


class AuditModel(QAbstractTableModel):
    """Entries, newest first; pages are added at the end."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[Entry] = []

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else len(COLUMNS)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        entry = self.rows[index.row()]
        if role == ENTRY:
            return entry
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return (str(entry.seq), when(entry), entry.who, act_word(entry.what), entry.subject)[index.column()]
        return None

    def headerData(self, section: int, way: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role == Qt.ItemDataRole.DisplayRole and way == Qt.Orientation.Horizontal:
            return tr(COLUMNS[section][0])
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        return None

    def replace(self, rows: list[Entry]) -> None:
        """A new search."""
        self.beginResetModel()
        self.rows = list(rows)
        self.endResetModel()

    def extend(self, rows: list[Entry]) -> None:
        """The next page."""
        if rows:
            self.beginInsertRows(QModelIndex(), len(self.rows), len(self.rows) + len(rows) - 1)
            self.rows.extend(rows)
            self.endInsertRows()

    def respeak(self) -> None:
        """The language changed."""
        if self.rows:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self.rows) - 1, len(COLUMNS) - 1))
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(COLUMNS) - 1)


def when(entry: Entry) -> str:
    """As the clock on the wall showed."""
    return f"{datetime.fromisoformat(entry.at).astimezone():%Y-%m-%d %H:%M:%S}"


def details(entry: Entry) -> str:
    """All of one entry, a line each; of what changed only what differs."""
    lines = [
        f"{tr('No.')}: {entry.seq}",
        f"{tr('Time')}: {when(entry)}  ({entry.at})",
        f"{tr('Who')}: {entry.who}",
        f"{tr('What')}: {act_word(entry.what)}  ({entry.what})",
        f"{tr('About')}: {entry.subject}",
    ]
    if reason := _reason(entry):
        lines.append(f"{tr('Reason')}: {reason}")
    changes = list(differences(entry.old, entry.new))
    if changes:
        lines += ["", tr("Before → after")]
        lines += [f"{name}: {before} → {after}" for name, before, after in changes]
    return "\n".join([*lines, "", f"{tr('Hash')}: {entry.hash}", f"{tr('Hash before it')}: {entry.previous}"])


def differences(old: Any, new: Any, above: str = "") -> list[tuple[str, str, str]]:
    """Name, before, after of each value that differs; names of nested values joined by dots."""
    before, after = (value if isinstance(value, dict) else {} for value in (old, new))
    if not before and not after:
        return [] if old == new else [(above.rstrip(".") or "–", _said(old), _said(new))]
    found = []
    for name in dict.fromkeys((*before, *after)):
        if not above and name in _TOLD_ABOVE:
            continue
        one, other = before.get(name), after.get(name)
        if isinstance(one, dict) or isinstance(other, dict):
            found += differences(one or {}, other or {}, f"{above}{name}.")
        elif one != other:
            found.append((f"{above}{name}", _said(one), _said(other)))
    return found


def _said(value: Any) -> str:
    if value in (None, "", {}, []):
        return "–"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _reason(entry: Entry) -> str:
    return str(entry.new.get("reason") or "") if isinstance(entry.new, dict) else ""
