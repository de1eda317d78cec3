"""A report from the wish to the file: gathered, signed, written, and told in the audit trail.

Knows who may do it and what is told of it; what a report looks like is known by pdf.py and render.py.
"""

import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from inspector_app.errors import KensaError, from_os_error
from inspector_app.people import People
from inspector_app.records.audit import sha256_of
from inspector_app.records.filter import Filter, Sort
from inspector_app.records.history import History
from inspector_app.records.record import Inspection
from inspector_app.records.store import Store
from inspector_app.reports.exporting import filter_facts, may_export, tell
from inspector_app.reports.signatures import ROLES, Signed
from inspector_app.reports.summary import Report
from inspector_app.rights import Person, Right
from inspector_app.shifts import ShiftPlan, Span

FORMATS = (".csv", ".xlsx", ".pdf")
SIGNED = "report_signed"
Spoken = Callable[[str], str]
"""How a person is named outside: the name, or a pseudonym where the site wants it so."""


@dataclass(frozen=True, slots=True)
class Written:
    """A file that was written, and how many units it tells of."""

    path: Path
    units: int


def content_sha256(report: Report) -> str:
    """The hash of what a report says, whenever it is made and in whichever language."""
    return sha256_of(_plain({name: getattr(report, name) for name in _TOLD} | {"units": [u.id for u in report.ng]}))


def sign(store: Store, people: People, person: Person | None, pin: str, report: Report, role: str) -> Signed:
    """The own name in a box of the report, bound to what it says; the PIN proves whose name it is."""
    if role not in ROLES:
        raise ValueError(f"{role} is no box of a report")
    people.require(person, Right.EXPORT)
    if person is None or person.id is None:
        raise KensaError("cannot_sign", "Only registered people can sign; register them, or decide otherwise.")
    people.confirm(person.name, pin, Right.EXPORT)
    signed = Signed(role, person.name, datetime.now(UTC), content_sha256(report))
    facts = {"meaning": role, "sha256": signed.sha256, "kind": report.kind, "filter": filter_facts(report.wanted)}
    store.note(person.name, SIGNED, f"report:{signed.sha256[:16]}", new=facts)
    return signed


def write(
    store: Store, people: People, person: Person | None, report: Report, path: Path, language: str,
    signed: Sequence[Signed] = (), spoken: Spoken = str,
) -> Written:  # fmt: skip
    """The report as the ending of the name says: PDF, XLSX or CSV. KensaError when it may not be, or cannot be."""
    kind = path.suffix.lower()
    if kind not in FORMATS:
        raise KensaError("bad_format", f"{path.name} is none of CSV, XLSX, PDF; let its name end so.")
    facts = {"kind": report.kind, "signed": [one.name for one in signed]}
    if kind == ".csv":
        return write_units(store, people, person, report.wanted, path, report.kind, spoken)
    return _told(
        store, people, person, report.wanted, path, facts,
        lambda: _write(store, report, path, language, signed, spoken),
    )  # fmt: skip


def write_units(
    store: Store, people: People, person: Person | None, wanted: Filter, path: Path, kind: str, spoken: Spoken = str
) -> Written:
    """The units alone as CSV, however many: no figure is counted for it."""
    from inspector_app.reports.render import write_csv

    units = named(History.of(store).pages(replace(wanted, limit=None, sort=Sort.OLDEST)), spoken)
    return _told(store, people, person, wanted, path, {"kind": kind}, lambda: write_csv(units, path))


def _told(
    store: Store, people: People, person: Person | None, wanted: Filter, path: Path, facts: dict[str, Any],
    job: Callable[[], int],
) -> Written:  # fmt: skip
    """Writes a file if the person may, and tells of it; a new one that cannot be told of is taken away again."""
    may_export(people, person)
    store.database.require_writable()
    existed = path.exists()
    try:
        count = job()
    except OSError as error:
        raise from_os_error(error, "report", path) from error
    try:
        tell(store, person, path, wanted, {**facts, "format": path.suffix.lower()[1:], "count": count})
    except BaseException:
        if not existed:
            path.unlink(missing_ok=True)
        raise
    return Written(path, count)


def _write(store: Store, report: Report, path: Path, language: str, signed: Sequence[Signed], spoken: Spoken) -> int:
    from inspector_app.reports.render import write_xlsx

    units = named(History.of(store).pages(replace(report.wanted, limit=None, sort=Sort.OLDEST)), spoken)
    if path.suffix.lower() == ".xlsx":
        return write_xlsx(renamed(report, spoken), units, path, language)
    from inspector_app.reports.pdf import report_pdf
    from inspector_app.whole import write_whole

    write_whole(path, report_pdf(renamed(report, spoken), language, signed))
    return report.figures.units


def named(units: Iterable[Inspection], spoken: Spoken) -> Iterator[Inspection]:
    """Units with their operators as people are named outside."""
    for unit in units:
        yield replace(unit, operator=spoken(unit.operator)) if unit.operator else unit


def renamed(report: Report, spoken: Spoken) -> Report:
    """The report with its people as they are named outside."""
    slices = tuple(replace(one, value=spoken(one.value)) if one.by == "operator" and one.value else one
                   for one in report.slices)  # fmt: skip
    return replace(report, slices=slices, ng=tuple(named(report.ng, spoken)))


def shifts_of(plan: ShiftPlan, day: date) -> list[Span]:
    """The shifts of a working day; the day itself where there are none."""
    noon = datetime.combine(day, plan.starts[0][1] if plan.starts else time()).astimezone(UTC)
    whole = plan.day(noon + timedelta(minutes=1))
    if not plan.starts:
        return [whole]
    found = []
    moment = whole.since
    while moment < whole.until:
        span = plan.shift(moment)
        assert span is not None
        found.append(span)
        moment = span.until
    return found


def of_span(span: Span, shift: str | None = None) -> Filter:
    """The units of a shift or a day."""
    return Filter(since=span.since, until=span.until - timedelta(microseconds=1), shift=shift, limit=None)


_TOLD = ("kind", "station", "since", "until", "figures", "slices", "chart", "pareto", "goals", "person_minutes")


def _plain(value: Any) -> Any:
    """As JSON can say it, numbers rounded so that they read the same everywhere."""
    if hasattr(value, "__dataclass_fields__"):
        return _plain(asdict(value))
    if isinstance(value, dict):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, float):
        return str(value) if value != value or abs(value) == float("inf") else round(value, 9)
    return value if isinstance(value, int | str | None) else str(value)


def pages(data: bytes, width: int, most: int) -> tuple[list[tuple[int, int, int, bytes]], int]:
    """Pages of a PDF as pictures, so many pixels wide: width, height, bytes a line, BGR bytes; and how many it has."""
    import pypdfium2

    document = pypdfium2.PdfDocument(io.BytesIO(data))
    try:
        found = []
        for number in range(min(most, len(document))):
            page = document[number]
            bitmap = page.render(scale=width / page.get_width())
            found.append((bitmap.width, bitmap.height, bitmap.stride, bytes(bitmap.buffer)))
            bitmap.close()
            page.close()
        return found, len(document)
    finally:
        document.close()
