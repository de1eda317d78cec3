"""`kensa parts`: the parts that this station knows, and all that is known of one."""

from typing import Any

from inspector_app.commands.known import known_parts
from inspector_app.commands.run import DONE, Run
from inspector_app.part_editor import PartEditor
from inspector_app.parts import Part, table_of
from inspector_app.people import People
from inspector_app.records.store import Store

COLUMNS = ("name", "title", "judged by", "defects", "golden", "thresholds")


def list_parts(run: Run) -> int:
    """All parts with what they are judged by."""
    parts = known_parts(run)
    if run.terminal.json:
        for part in parts:
            run.terminal.emit(_told(part))
        return DONE
    run.terminal.table(COLUMNS, [_cells(part) for part in parts])
    return DONE


def show_part(run: Run) -> int:
    """One part as it stands, and how it came to be so."""
    part = known_parts(run).get(run.args.name)
    with Store.open(run.places) as store:
        editor = PartEditor(store, People(store))
        versions = [
            {"version": v.version, "who": v.who, "at": v.at.isoformat(timespec="seconds"), "reason": v.reason}
            for v in editor.versions(part.name)
        ]
    if run.terminal.json:
        run.terminal.emit({**_told(part), "versions": versions})
        return DONE
    facts = [(name, str(value)) for name, value in _told(part).items() if value not in (None, "", [], {})]
    facts += [(f"version {v['version']}", f"{v['at']} by {v['who']} {v['reason']}".strip()) for v in versions]
    run.terminal.table(("what", "value"), facts)
    return DONE


def _told(part: Part) -> dict[str, Any]:
    return {"name": part.name, **table_of(part, str)}


def _cells(part: Part) -> tuple[str, ...]:
    by = ", ".join(
        f"{what} ({need})" for what, need in (("photo", part.photo), ("voice", part.voice)) if need != "none"
    )
    limits = f"{part.thresholds.ok_below:g} / {part.thresholds.ng_above:g}" if part.thresholds else ""
    golden = part.golden.name if part.golden else "missing" if part.golden_expected else ""
    return (part.name, part.title_ja, by, ", ".join(part.defects), golden, limits)
