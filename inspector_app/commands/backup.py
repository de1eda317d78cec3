"""`kensa backup` and `kensa restore`: all of a station as one file, and back. Exit code 0 done, 2 refused in words.

Knows how it is asked for and said; backup.py knows how it is done.
"""

from dataclasses import asdict
from pathlib import Path
from typing import Any

from inspector_app import backup as backups
from inspector_app import instance, replacing, upkeep
from inspector_app.commands.acting import acting
from inspector_app.commands.run import DONE, Run
from inspector_app.errors import KensaError
from inspector_app.people import People
from inspector_app.records import anchor
from inspector_app.records.anchor import Anchor
from inspector_app.records.store import Store
from inspector_app.rights import PROGRAM, Person, Right

PARTS = 1000
"""Steps of the progress bar."""


def backup(run: Run) -> int:
    """Makes one file of the records, the kept files, adapters, sets, settings and parts; or what the schedule asks."""
    args = run.args
    if not run.places.database.exists():
        raise KensaError("nothing_to_back_up", f"There are no records in {run.places.data}; check the data folder.")
    if args.check:
        said = backups.check(_file(args.file))
        run.terminal.emit(said.to_json()) if run.terminal.json else run.terminal.write(
            f"The backup is whole: {_told(said)}"
        )
        return DONE
    run.places.require_writable()  # a backup is told in the audit trail
    with Store.open(run.places) as store:
        if args.scheduled:
            made = upkeep.scheduled(run.places, store, run.settings)
        else:
            person = acting(run, People(store), Right.SETTINGS)
            with run.terminal.meter(PARTS, "Backing up") as meter:
                tell = lambda done, every: meter.reach(done / max(every, 1), "Backing up")  # noqa: E731
                made = backups.make(run.places, store, _file(args.file), tell)
            note = {"files": len(made.files), "bytes": made.bytes}
            store.note(person.name if person else PROGRAM, "backed_up", f"backup:{made.file.name}", new=note)
    if run.terminal.json:
        run.terminal.emit(made.to_json())
    else:
        run.terminal.write(f"{made.file}: {_told(made)}, read again and whole.")
    return DONE


def restore(run: Run) -> int:
    """Proves a backup whole before anything is replaced; what was there is kept aside."""
    places, file = run.places, _file(run.args.file)
    places.require_writable()
    if not file.is_file():
        raise KensaError("missing", f"The backup {file} does not exist; check the name.")
    person, before = _allowed(run)
    with run.terminal.meter(PARTS, "Proving") as meter:
        tell = lambda done, every: meter.reach(done / max(every, 1), "Proving and unpacking")  # noqa: E731
        with instance.alone(places):
            replacing.finish(places.data)
            said, draft = backups.unpack(places, file, tell)
            aside = backups.put_in_place(places, draft)
    with Store.open(places) as store:
        told: dict[str, Any] = {"made": said.made, "audit": said.audit.seq if said.audit else 0, "aside": aside.name}
        told["replaced"] = asdict(before) if before else None
        store.note(person.name if person else PROGRAM, "restored", f"backup:{file.name}", new=told)
        upkeep.Upkeep(places, store, run.settings).witness()
    if run.terminal.json:
        run.terminal.emit({**said.to_json(), "restored": True, "aside": str(aside)})
    else:
        run.terminal.write(f"Restored from {file}: {_told(said)}. What was there before is kept in {aside}.")
    return DONE


def _allowed(run: Run) -> tuple[Person | None, Anchor | None]:
    """A quality administrator of the records that are there, and the end of their trail; where none can be opened,
    there is nobody to ask.
    """
    if not run.places.database.exists():
        return None, None
    try:
        store = Store.open(run.places)
    except KensaError as error:
        if error.code == "data_in_use":
            raise
        run.terminal.say(f"The records that are there cannot be opened, so nobody is asked for a PIN: {error.message}")
        return None, None
    with store:
        return acting(run, People(store), Right.PEOPLE), anchor.newest(store.database)


def _file(name: str | None) -> Path:
    if not name:
        raise KensaError("no_file", "Name the file of the backup, or say --scheduled.")
    return Path(name).expanduser().absolute()


def _told(said: backups.Backup) -> str:
    return f"{len(said.files)} files, {said.bytes / 1e6:.1f} MB, made {said.made}, schema {said.schema}"
