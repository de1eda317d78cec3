"""Files that leave the station: who may write one, and the line of the audit trail that tells of it.

The right is asked before anything is written; the line names file, hash, filter and count. A file that was written and
could not be told of is taken away again.
"""

import hashlib
from dataclasses import fields
from datetime import datetime
from pathlib import Path
from typing import Any

from inspector_app.errors import from_os_error
from inspector_app.people import People
from inspector_app.records.filter import Filter
from inspector_app.records.store import Store
from inspector_app.rights import PROGRAM, Person, Right
from inspector_app.whole import write_whole

EXPORTED = "exported"
_NOT_TOLD = ("limit", "before", "sort")


def may_export(people: People, person: Person | None) -> None:
    """KensaError for a person who may not."""
    people.require(person, Right.EXPORT)


def export_file(
    store: Store, people: People, person: Person | None, path: Path, data: bytes, wanted: Filter, facts: dict[str, Any]
) -> None:
    """Writes the file whole and tells of it; KensaError when it may not be, or cannot be."""
    may_export(people, person)
    store.database.require_writable()
    try:
        write_whole(path, data)
    except OSError as error:
        raise from_os_error(error, "report", path) from error
    try:
        tell(store, person, path, wanted, facts)
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def tell(store: Store, person: Person | None, path: Path, wanted: Filter, facts: dict[str, Any]) -> None:
    """The line of the audit trail about a file that was written."""
    told = {"file": path.name, "sha256": _sha256(path), "filter": filter_facts(wanted), **facts}
    store.note(person.name if person else PROGRAM, EXPORTED, f"export:{path.name}", new=told)


def filter_facts(wanted: Filter) -> dict[str, str]:
    """What was looked for, without what was not."""
    told = {}
    for field in fields(wanted):
        value = getattr(wanted, field.name)
        if value is not None and field.name not in _NOT_TOLD:
            told[field.name] = value.isoformat() if isinstance(value, datetime) else str(value)
    return told


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
