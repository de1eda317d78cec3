"""`kensa verify`: whether the records are as they were written, fault by fault."""

from pathlib import Path

from inspector_app.commands.run import DONE, FIXABLE, Run
from inspector_app.records import anchor, check
from inspector_app.records.store import Store


def verify(run: Run) -> int:
    """Checks database, audit chain and the hash of every kept file; 0 when sound, else 2."""
    faults = [f"database: {run.places.database} is missing"] if check.database_is_lost(run.places) else []
    anchors = anchor.read(run.places.anchor) if run.places.anchor.exists() else []
    if run.args.anchor:
        anchors += anchor.read(Path(run.args.anchor))
    with Store.open(run.places) as store:
        found = check.counts(store)
        with run.terminal.meter(found.get("files", 0), "Checking files") as meter:
            faults += check.faults(store, lambda done, every: meter.step(), anchors)
    if run.terminal.json:
        for fault in faults:
            run.terminal.emit({"fault": fault})
        run.terminal.emit({"sound": not faults, "faults": len(faults), "checked": found})
    else:
        for fault in faults:
            run.terminal.write(fault)
        checked = ", ".join(f"{number} {name}" for name, number in found.items())
        verdict = f"{len(faults)} faults" if faults else "The records are sound"
        run.terminal.write(f"{verdict}: {checked} checked in {run.places.data}.")
    return FIXABLE if faults else DONE
