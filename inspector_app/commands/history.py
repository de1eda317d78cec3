"""`kensa history` and `kensa show`: what was judged, newest first, and all that is kept of one unit."""

from typing import Any

from inspector_app.commands.cells import verdict_cells
from inspector_app.commands.run import DONE, Run
from inspector_app.records.filter import Decided
from inspector_app.records.history import Filter, History, Sort
from inspector_app.records.record import Inspection, State
from inspector_app.records.store import Store
from model_runtime.verdict import Answer

COLUMNS = ("id", "captured", "file", "part", "lot", "serial", "verdict", "defect", "p_ng", "heard")
SHOWN = 50
"""Rows for people when no limit is given; programs get all."""


def history(run: Run) -> int:
    """Lists what passes the filters, newest first."""
    args = run.args
    limit = args.limit if args.limit is not None or run.terminal.json else SHOWN
    wanted = Filter(
        text=args.text,
        part=args.part,
        lot=args.lot,
        serial=args.serial,
        work_order=args.work_order,
        verdict=Answer(args.verdict) if args.verdict else None,
        state=State(args.state) if args.state else None,
        since=args.since,
        until=args.until,
        before=args.before,
        limit=limit,
        operator=args.operator,
        shift=args.shift,
        line=args.line,
        station=args.station,
        standing=Answer(args.standing) if args.standing else None,
        defect=args.defect,
        adapter=args.adapter,
        sort=Sort(args.sort),
        decided=Decided(args.decided) if args.decided else None,
    )
    with Store.open(run.places) as store:
        found = History.of(store)
        if run.terminal.json:
            for inspection in found.pages(wanted):
                run.terminal.emit(inspection.to_full_json())
            return DONE
        rows = found.search(wanted)
        every = found.count(wanted)
    if rows:
        run.terminal.table(COLUMNS, [_cells(inspection) for inspection in rows])
    run.terminal.write(f"{len(rows)} of {every} inspections." if every else "No inspections.")
    return DONE


def show(run: Run) -> int:
    """Prints everything of one inspection, with what the audit trail tells of it."""
    with Store.open(run.places) as store:
        found = History.of(store)
        inspection = found.get(run.args.id)
        trail = [entry.to_json() for entry in found.trail(inspection.id)]
    if run.terminal.json:
        run.terminal.emit({**inspection.to_full_json(), "audit": trail})
        return DONE
    facts = list(_facts(inspection.to_full_json()))
    facts += [(what, str(medium.path)) for what, medium in _media(inspection)]
    facts += [("audit", f"{entry['at']} {entry['what']} by {entry['who']}") for entry in trail]
    run.terminal.table(("what", "value"), facts)
    return DONE


def _cells(inspection: Inspection) -> tuple[str, ...]:
    source = inspection.photo or inspection.voice
    verdict, defect, _, _, p_ng, heard = verdict_cells(inspection)
    return (
        inspection.id,
        inspection.captured_at.astimezone().strftime("%Y-%m-%d %H:%M"),
        source.file if source else "",
        inspection.part,
        inspection.lot or "",
        inspection.serial or "",
        verdict,
        defect,
        p_ng,
        heard,
    )


def _facts(value: dict[str, Any], above: str = "") -> list[tuple[str, str]]:
    """A nested object as rows: names joined by dots; what is not there is left out."""
    rows: list[tuple[str, str]] = []
    for name, inner in value.items():
        if isinstance(inner, dict):
            rows += _facts(inner, f"{above}{name}.")
        elif isinstance(inner, list):
            rows += [(f"{above}{name}", _told(entry)) for entry in inner]
        elif inner not in (None, ""):
            rows.append((f"{above}{name}", str(inner)))
    return rows


def _told(entry: Any) -> str:
    """What was added to a unit, in one line."""
    values = entry.values() if isinstance(entry, dict) else [entry]
    return ", ".join(str(value) for value in values if value not in (None, "", "none"))


def _media(inspection: Inspection) -> list[tuple[str, Any]]:
    media = {"photo.path": inspection.photo, "voice.path": inspection.voice, "golden.path": inspection.golden}
    return [(what, medium) for what, medium in media.items() if medium]
