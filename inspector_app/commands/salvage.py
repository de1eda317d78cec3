"""`kensa salvage`: what can be read of damaged records becomes the records; the damaged ones are kept aside.

Exit code 0 when all is sound or all was saved, 2 when something is lost; each loss in one sentence.
"""

import shutil
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from inspector_app import instance, replacing
from inspector_app.commands.run import DONE, FIXABLE, Run
from inspector_app.errors import KensaError
from inspector_app.places import Places
from inspector_app.records import anchor, check
from inspector_app.records.database import Database
from inspector_app.records.salvage import Saved
from inspector_app.records.salvage import salvage as save
from inspector_app.records.store import Store
from inspector_app.rights import PROGRAM


def salvage(run: Run) -> int:
    """Reads what can be read, looks at it, and only then puts it in the place of the damaged records."""
    places = run.places
    places.require_writable()
    if not places.database.exists():
        raise KensaError("nothing_saved", f"There are no records in {places.data}; restore a backup.")
    with instance.alone(places):
        replacing.finish(places.data)
        if _is_sound(places):
            run.terminal.say("The records can be read to the end; there is nothing to salvage. See kensa verify.")
            return DONE
        saved, aside = _save(places)
    with Store.open(places) as store:
        told = {"read": saved.read, "made_again": saved.made_again, "gaps": saved.gaps, "aside": aside.name}
        store.note(PROGRAM, "salvaged", "records", new=told)
        anchors = anchor.read(places.anchor) if places.anchor.exists() else []
        faults = list(check.faults(store, anchors=anchors))
    _tell(run, saved, aside, faults)
    return FIXABLE if faults else DONE


def _is_sound(places: Places) -> bool:
    try:
        database = Database.open(places.database)
    except KensaError as error:
        if error.code != "database_damaged":
            raise
        return False
    try:
        return not database.damage()
    finally:
        database.close()


def _save(places: Places) -> tuple[Saved, Path]:
    draft = Path(tempfile.mkdtemp(prefix=".salvage-", dir=places.data))
    try:
        _, saved = save(places.database, draft, places.media)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    aside = places.data / f"before-salvage-{datetime.now(UTC):%Y%m%dT%H%M%S%f}"
    replacing.replace(places.data, draft, aside, [f"kensa.db{ending}" for ending in ("", "-wal", "-shm")])
    return saved, aside


def _tell(run: Run, saved: Saved, aside: Path, faults: list[str]) -> None:
    if run.terminal.json:
        for fault in faults:
            run.terminal.emit({"fault": fault})
        run.terminal.emit(
            {"read": saved.read, "made_again": saved.made_again, "gaps": saved.gaps, "faults": len(faults),
             "aside": str(aside)}
        )  # fmt: skip
        return
    for fault in faults:
        run.terminal.write(fault)
    read = ", ".join(f"{count} {table}" for table, count in saved.read.items() if count)
    again = ", ".join(f"{count} {table}" for table, count in saved.made_again.items()) or "none"
    run.terminal.write(f"Read: {read}. Made again from the audit trail and the files: {again}.")
    run.terminal.write(f"{len(faults)} faults remain. The damaged records are kept in {aside}.")
