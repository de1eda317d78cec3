"""The audit trail as a file: CSV for people, JSON lines for programs; every entry with its hash and the one before it.

Whoever has the file can compute the chain anew: docs/supervisor.md says how. Knows no window.
"""

import csv
import json
import os
from collections.abc import Iterable
from pathlib import Path

from inspector_app.errors import KensaError, from_os_error
from inspector_app.people import People
from inspector_app.records.audit import Entry, canonical
from inspector_app.records.filter import AuditFilter, Filter
from inspector_app.records.history import History
from inspector_app.records.store import Store
from inspector_app.reports.exporting import filter_facts, may_export, tell
from inspector_app.rights import Person

FORMATS = (".csv", ".jsonl")
COLUMNS = ("seq", "at", "who", "what", "subject", "old", "new", "previous", "hash")


def export_trail(store: Store, people: People, person: Person | None, path: Path, wanted: AuditFilter) -> int:
    """Writes what passes, newest first, and tells of it in the trail itself; how many entries. KensaError for a person
    who may not, a name that says no format, or a disk that refuses.
    """
    may_export(people, person)
    if path.suffix.lower() not in FORMATS:
        raise KensaError("bad_format", f"{path.name} is none of CSV, JSON lines; let its name end with .csv or .jsonl.")
    store.database.require_writable()
    beside = path.with_name(f".{path.name}.part")
    try:
        count = _write(History.of(store).audit_pages(wanted), beside, path.suffix.lower() == ".csv")
        os.replace(beside, path)
    except OSError as error:
        raise from_os_error(error, "file of the audit trail", path) from error
    finally:
        beside.unlink(missing_ok=True)
    try:
        tell(store, person, path, Filter(), {"entries": count, "trail": filter_facts(wanted)})  # type: ignore[arg-type]
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return count


def _write(entries: Iterable[Entry], path: Path, as_csv: bool) -> int:
    """The byte order mark is for spreadsheets; a text that one would run gets an apostrophe, as in other tables."""
    count = 0
    with path.open("w", encoding="utf-8-sig" if as_csv else "utf-8", newline="") as file:
        table = csv.writer(file)
        if as_csv:
            table.writerow(COLUMNS)
        for entry in entries:
            count += 1
            if as_csv:
                table.writerow([_cell(getattr(entry, name)) for name in COLUMNS])
            else:
                file.write(json.dumps(entry.to_json(), ensure_ascii=False) + "\n")
        file.flush()
        os.fsync(file.fileno())
    return count


def _cell(value: object) -> object:
    if value is None or isinstance(value, int):
        return "" if value is None else value
    text = value if isinstance(value, str) else canonical(value)
    return f"'{text}" if text.startswith(("=", "+", "-", "@")) else text
