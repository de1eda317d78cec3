"""`kensa audit`: the audit trail, newest first; or as a file, every entry with its hash and the one before it."""

from pathlib import Path

from inspector_app.commands.acting import acting
from inspector_app.commands.run import DONE, Run
from inspector_app.people import People
from inspector_app.records.filter import AuditFilter
from inspector_app.records.history import History
from inspector_app.records.store import Store
from inspector_app.rights import Right

COLUMNS = ("seq", "at", "who", "what", "about", "hash")
SHOWN = 50
"""Entries for people when no limit is given; programs and files get all."""


def audit(run: Run) -> int:
    """Lists what passes the filters, or writes it to a file, for which the right to export is needed."""
    args = run.args
    short = args.limit is None and not run.terminal.json and not args.out
    wanted = AuditFilter(
        args.text, args.who, args.what, args.about, args.since, args.until, None, SHOWN if short else args.limit
    )
    with Store.open(run.places) as store:
        if args.out:
            return _export(run, store, wanted)
        entries = History.of(store).audit_pages(wanted)
        if run.terminal.json:
            for entry in entries:
                run.terminal.emit(entry.to_json())
            return DONE
        rows = [(str(one.seq), one.at, one.who, one.what, one.subject, one.hash[:12]) for one in entries]
    if rows:
        run.terminal.table(COLUMNS, rows)
    run.terminal.write(f"{len(rows)} entries." if rows else "No entries.")
    return DONE


def _export(run: Run, store: Store, wanted: AuditFilter) -> int:
    from inspector_app.reports.trail import export_trail

    people, out = People(store), Path(run.args.out)
    count = export_trail(store, people, acting(run, people, Right.EXPORT), out, wanted)
    if run.terminal.json:
        run.terminal.emit({"file": str(out), "entries": count})
    else:
        run.terminal.write(f"{count} entries written to {out}.")
    return DONE
