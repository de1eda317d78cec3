"""`kensa export`: what passes the filters as CSV, XLSX, or a PDF report; the ending of the file's name decides.

Needs the right to export, and tells of it in the audit trail: who, which filter, how many units, the file's hash.
"""

from datetime import datetime
from pathlib import Path

from inspector_app.commands.acting import acting
from inspector_app.commands.known import known_parts
from inspector_app.commands.run import DONE, Run
from inspector_app.errors import KensaError
from inspector_app.parts import Parts
from inspector_app.people import People
from inspector_app.privacy import Privacy
from inspector_app.records.history import Filter, Sort
from inspector_app.records.store import Store
from inspector_app.rights import Right

FORMATS = (".csv", ".xlsx", ".pdf")


def export(run: Run) -> int:
    """Writes one file; programs get its name and the number of units."""
    out = Path(run.args.out)
    if out.suffix.lower() not in FORMATS:
        raise KensaError(
            "bad_format", f"{out.name} is none of CSV, XLSX, PDF; let its name end with .csv, .xlsx or .pdf."
        )
    parts = known_parts(run)
    with Store.open(run.places) as store:
        count = _write(run, store, parts, out)
    if run.terminal.json:
        run.terminal.emit({"file": str(out), "units": count})
    else:
        run.terminal.write(f"{count} units written to {out}.")
    return DONE


def _write(run: Run, store: Store, parts: Parts, out: Path) -> int:
    from inspector_app.reports.making import write, write_units
    from inspector_app.reports.summary import gather

    people = People(store)
    person = acting(run, people, Right.EXPORT)
    spoken = Privacy(store, people, run.places).spoken()
    if out.suffix.lower() == ".csv":
        return write_units(store, people, person, _filter(run), out, _kind(run), spoken).units
    report = gather(store, parts, run.settings, _filter(run), _kind(run), _reference(run))
    return write(store, people, person, report, out, _language(run), spoken=spoken).units


def _filter(run: Run) -> Filter:
    args = run.args
    return Filter(
        part=args.part, lot=args.lot, serial=args.serial, operator=args.operator, shift=args.shift,
        line=args.line, station=args.station,
        since=args.since, until=args.until, limit=None, sort=Sort.OLDEST,
    )  # fmt: skip


def _kind(run: Run) -> str:
    """What the report is of, by the filters that are given."""
    args = run.args
    return "lot" if args.lot else "shift" if args.shift else "part" if args.part else "period"


def _reference(run: Run) -> tuple[datetime, datetime] | None:
    since, until = run.args.reference_since, run.args.reference_until
    if (since is None) != (until is None):
        raise KensaError("bad_reference", "A reference period needs --reference-since and --reference-until.")
    return None if since is None else (since, until)


def _language(run: Run) -> str:
    if run.args.language:
        return str(run.args.language)
    if run.settings.language in ("ja", "en"):
        return run.settings.language
    import locale

    return "ja" if (locale.getlocale()[0] or "").lower().startswith(("ja", "japanese")) else "en"
