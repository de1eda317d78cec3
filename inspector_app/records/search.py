"""The ids that a filter finds, a page at a time, also among a million: over the tables that the search's triggers fill.

Knows which way is short: few units of a lot are taken from their index and looked at one by one; otherwise units are
walked in the wanted order until the page is full, between the first and the last that can pass, and only small numbers
are read. Texts are found by runs of three letters (FTS5, trigram), also in Japanese; a shorter text by the runs that
begin with it, for which each kept text ends with two line ends.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import Enum
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from inspector_app.records.filter import Decided, Filter, Sort
from inspector_app.records.record import State
from inspector_app.records.standing import OPEN, UNDONE, stands

FEW = 3000
"""So many units are looked at one by one rather than walked past."""
PLACES = 256
"""Texts of a unit in search_texts: from its number times this on."""
SPAN = 4096
"""Units of a row of search_spans."""
SHORTEST = 3
"""Letters of a run; a shorter text is looked up otherwise."""
MOST_RUNS = 400
"""Runs that a short text may begin; where there are more, the text says too little to look for."""
_ULID = re.compile(r"[0-9A-HJKMNP-TV-Z]{10,26}", re.IGNORECASE)
_CAPTURED = ("part", "lot", "work_order", "operator", "shift", "line", "station")
_MORE = (
    "text", "serial", "state", "verdict", "defect", "adapter", "since", "until", "before", "decided", "standing",
)  # fmt: skip
"""What else a filter may ask."""
_ORDERS = {
    Sort.NEWEST: "u.n DESC",
    Sort.OLDEST: "u.n",
    Sort.P_NG: "u.p_ng DESC, u.n DESC",
}


@dataclass
class Where:
    """Conditions joined by AND, with their values."""

    parts: list[str] = field(default_factory=list)
    values: dict[str, Any] = field(default_factory=dict)

    def add(self, condition: str, **values: Any) -> None:
        self.parts.append(condition)
        self.values.update(values)

    def __str__(self) -> str:
        return " AND ".join(self.parts) or "1"


def ids(session: Session, wanted: Filter) -> list[str]:
    """Ids of the page, in the wanted order."""
    found: list[str] = []
    seen: set[str] = set()
    if wanted.limit == 0:
        return found
    for sample_id in _walk(session, wanted):
        if sample_id not in seen:  # several texts of one unit may hold what is looked for
            seen.add(sample_id)
            found.append(sample_id)
            if len(found) == wanted.limit:
                break
    return found


def count(session: Session, wanted: Filter) -> int:
    """How many units pass, whatever the limit and the page."""
    if all(getattr(wanted, name) is None for name in _MORE):
        where = capture_conditions(wanted)
        said = f"SELECT coalesce(sum(c.units), 0) FROM search_captures c WHERE {where}"
        return int(session.execute(text(said), where.values).scalar_one())
    way = _way(session, wanted)
    if way is None:
        return 0
    query = f"SELECT count(DISTINCT u.n) FROM {way.tables} WHERE {way.where}"
    return int(session.execute(text(query), way.where.values).scalar_one())


def values(session: Session, column: str) -> list[str]:
    """The different parts, lots, work orders, operators, shifts, lines, stations, defects or adapters, sorted.
    ValueError for any other name."""
    if column in ("defect", "adapter"):
        query = f"SELECT DISTINCT {column} FROM search_answers WHERE {column} NOT IN ('', 'none')"
        found = session.execute(text(query)).scalars()
        return sorted({name.partition("/")[0] if column == "adapter" else name for name in found})
    if column not in _CAPTURED:
        raise ValueError(f"{column} is nothing that units have in common")
    query = f"SELECT DISTINCT {column} FROM search_captures WHERE {column} <> '' ORDER BY {column}"
    return list(session.execute(text(query)).scalars())


def _walk(session: Session, wanted: Filter) -> Iterator[str]:
    """Ids in order; several times the same where a text is found more than once in a unit."""
    way = _way(session, wanted)
    if way is None:
        return
    query = f"SELECT u.sample_id FROM {way.tables} WHERE {way.where} ORDER BY {way.order}"
    if wanted.limit is not None and not wanted.text and wanted.decided is not Decided.REVIEWED:
        query += f" LIMIT {int(wanted.limit)}"
    result = session.execute(text(query), way.where.values)
    try:
        for (sample_id,) in result:
            yield sample_id
    finally:
        result.close()


@dataclass(frozen=True)
class _Way:
    """What is walked, in which order, and what passes."""

    tables: str
    where: Where
    order: str


def _way(session: Session, wanted: Filter) -> _Way | None:
    """None: nothing can pass."""
    within = reach(session, wanted)
    if within is None:
        return None
    where, tables, order = Where(), "search_units u", _ORDERS[wanted.sort]
    # The sign keeps SQLite on the index of p_ng, which is in order already.
    number = "+u.n" if wanted.sort is Sort.P_NG and not within.few else "u.n"
    where.add(f"{number} BETWEEN :lowest AND :highest", lowest=within.lowest, highest=within.highest)
    one = _sample_conditions(where, wanted)
    if wanted.standing is not None:
        alone = not (one or within.few or wanted.text or wanted.decided or wanted.sort is Sort.P_NG)
        tables += " INDEXED BY ix_search_units_standing" if alone else ""
        where.add(f"{'' if alone else '+'}u.standing = :standing", standing=str(wanted.standing))
    if one:
        tables = "samples s CROSS JOIN search_units u ON u.sample_id = s.id"
    _unit_conditions(where, wanted, "u.capture" if within.few else "+u.capture")
    _page(session, where, wanted)
    if wanted.decided is not None:
        driven = _decided(where, wanted, one or within.few or bool(wanted.text))
        tables, order = driven or (tables, order)
    if wanted.text:
        match = _text_conditions(session, where, wanted, one or within.few)
        if match is _Match.NOTHING:
            return None
        if match is _Match.WALKED:
            tables = f"search_texts t CROSS JOIN search_units u ON u.n = t.rowid / {PLACES}"
            order = "t.rowid DESC" if wanted.sort is Sort.NEWEST else "t.rowid"
    return _Way(tables, where, order)


@dataclass(frozen=True)
class Reach:
    """Between which numbers all units lie that can pass, and whether few have the wanted part, lot, operator."""

    lowest: int
    highest: int
    few: bool


class _Match(Enum):
    """How a text is looked for."""

    NOTHING = "nothing"  # it cannot be anywhere
    WALKED = "walked"  # from text to text, in the order of units
    ASKED = "asked"  # as one condition more


def reach(session: Session, wanted: Filter) -> Reach | None:
    """What lies between the first and the last unit that can pass; None: nothing can."""
    captured, answered, lowest, highest, few = capture_conditions(wanted), _answered(wanted), 0, 2**53, False
    query = f"SELECT sum(c.units), min(c.first), max(c.last) FROM search_captures c WHERE {captured}"
    bounds = [session.execute(text(query), captured.values).one()]
    few = bool(captured.parts) and (bounds[0][0] or 0) <= FEW
    if wanted.verdict or wanted.defect or wanted.adapter:
        query = f"SELECT 1, min(a.first), max(a.last) FROM search_answers a WHERE {answered}"
        bounds.append(session.execute(text(query), answered.values).one())
    if wanted.standing is not None:
        ends = "(SELECT n FROM search_units WHERE standing = :standing ORDER BY n {} LIMIT 1)"  # not a walk over all
        query = f"SELECT 1, {ends.format('')}, {ends.format('DESC')}"
        bounds.append(session.execute(text(query), {"standing": str(wanted.standing)}).one())
    if wanted.since is not None or wanted.until is not None:
        spans = Where()
        if wanted.since is not None:
            spans.add("latest >= :since", since=microseconds(wanted.since))
        if wanted.until is not None:
            spans.add("earliest <= :until", until=microseconds(wanted.until))
        query = f"SELECT 1, min(span) * {SPAN}, max(span) * {SPAN} + {SPAN - 1} FROM search_spans WHERE {spans}"
        bounds.append(session.execute(text(query), spans.values).one())
    for _, first, last in bounds:
        if first is None:
            return None
        lowest, highest = max(lowest, first), min(highest, last)
    return Reach(lowest, highest, few) if lowest <= highest else None


def _decided(where: Where, wanted: Filter, asked: bool) -> tuple[str, str] | None:
    """Whether a supervisor has decided: asked of each unit that is met otherwise; else the units are taken from the
    reviews, or from the worklist, and this gives tables and order.
    """
    if wanted.decided is Decided.OPEN:
        if asked:
            where.add(f"u.sample_id IN ({OPEN})")
            return None
        return f"({OPEN}) o CROSS JOIN search_units u ON u.sample_id = o.id", _ORDERS[wanted.sort]
    if asked or wanted.sort is Sort.P_NG:
        where.add(stands("u.sample_id"))
        return None
    where.add(f"w.id NOT IN ({UNDONE})")  # few, and looked up once
    # Ids grow as numbers do, and here they are in order already; twice where two reviews stand.
    order = "w.sample_id DESC" if wanted.sort is Sort.NEWEST else "w.sample_id"
    return "reviews w CROSS JOIN search_units u ON u.sample_id = w.sample_id", order


def _sample_conditions(where: Where, wanted: Filter) -> bool:
    """Adds serial number and state; whether they leave few, to be taken from the index of the samples."""
    if wanted.state is State.JUDGED:
        where.add("u.answer IS NOT NULL")
    elif wanted.state is not None:
        where.add("u.answer IS NULL AND u.sample_id IN (SELECT id FROM samples WHERE state = :state)")
        where.values["state"] = str(wanted.state)
    if wanted.serial is not None:
        where.add("s.serial = :serial", serial=wanted.serial)
    return wanted.serial is not None


def capture_conditions(wanted: Filter) -> Where:
    """What a row of search_captures, as `c`, must fulfil."""
    where = Where()
    for name in _CAPTURED:
        if (value := getattr(wanted, name)) is not None:
            where.add(f"c.{name} = :{name}", **{name: value})
    return where


def _answered(wanted: Filter) -> Where:
    where = Where()
    if wanted.part is not None:
        where.add("a.part = :part", part=wanted.part)
    if wanted.verdict is not None:
        where.add("a.verdict = :verdict", verdict=str(wanted.verdict))
    if wanted.defect is not None:
        where.add("a.defect = :defect", defect=wanted.defect)
    if wanted.adapter is not None:
        whole = "substr(a.adapter, 1, length(:adapter) + 1) = :adapter || '/'"
        where.add(f"(a.adapter = :adapter OR {whole})", adapter=wanted.adapter)
    return where


def _unit_conditions(where: Where, wanted: Filter, capture: str) -> None:
    captured, answered = capture_conditions(wanted), _answered(wanted)
    if captured.parts:
        where.add(f"{capture} IN (SELECT c.id FROM search_captures c WHERE {captured})", **captured.values)
    if wanted.verdict or wanted.defect or wanted.adapter:
        where.add(f"u.answer IN (SELECT a.id FROM search_answers a WHERE {answered})", **answered.values)
    if wanted.since is not None:
        where.add("u.at >= :since", since=microseconds(wanted.since))
    if wanted.until is not None:
        where.add("u.at <= :until", until=microseconds(wanted.until))


def _page(session: Session, where: Where, wanted: Filter) -> None:
    """Only what follows the unit with which the last page ended."""
    if wanted.before is None:
        return
    before = wanted.before.upper()
    found = session.execute(
        text("SELECT n, p_ng FROM search_units WHERE sample_id = :id"), {"id": before}
    ).one_or_none()
    if found is None:
        where.add("u.sample_id < :before" if wanted.sort is Sort.NEWEST else "u.sample_id > :before", before=before)
        return
    where.values.update(n=found.n)
    if wanted.sort is Sort.NEWEST:
        where.add("u.n < :n")
    elif wanted.sort is Sort.OLDEST:
        where.add("u.n > :n")
    else:
        where.add("(u.p_ng, u.n) < (:p, :n)", p=found.p_ng)


def _text_conditions(session: Session, where: Where, wanted: Filter, few: bool) -> _Match:
    """Adds the condition for the text."""
    assert wanted.text is not None
    if _ULID.fullmatch(wanted.text):
        begin = wanted.text.upper()
        query = text("SELECT 1 FROM search_units WHERE sample_id >= :a AND sample_id < :b LIMIT 1")
        if session.execute(query, {"a": begin, "b": begin + "~"}).first():
            where.add("u.sample_id >= :begin AND u.sample_id < :end", begin=begin, end=begin + "~")
            return _Match.ASKED
    match = _match(session, wanted.text)
    if match is None:
        return _Match.NOTHING
    lowest, highest = where.values["lowest"], where.values["highest"]
    if "n" in where.values and wanted.sort is not Sort.P_NG:
        lowest = lowest if wanted.sort is Sort.NEWEST else max(lowest, where.values["n"] + 1)
        highest = highest if wanted.sort is Sort.OLDEST else min(highest, where.values["n"] - 1)
    there = "search_texts MATCH :match AND t.rowid BETWEEN :text_lowest AND :text_highest"
    bounds = {"text_lowest": lowest * PLACES, "text_highest": highest * PLACES + PLACES - 1}
    if few or wanted.sort is Sort.P_NG:
        there = f"u.n IN (SELECT t.rowid / {PLACES} FROM search_texts t WHERE {there})"
    where.add(there, match=match, **bounds)
    return _Match.ASKED if few or wanted.sort is Sort.P_NG else _Match.WALKED


def _match(session: Session, wanted: str) -> str | None:
    """What FTS5 is asked: the text as it is, or all runs that begin with a text too short for one."""
    if len(wanted) >= SHORTEST:
        return _quoted(wanted)
    begin = wanted.lower()
    runs = session.execute(
        text("SELECT term FROM search_runs WHERE term >= :a AND term < :b LIMIT :most"),
        {"a": begin, "b": begin + chr(0x10FFFF), "most": MOST_RUNS},
    )
    return " OR ".join(_quoted(run) for run in runs.scalars()) or None


def _quoted(words: str) -> str:
    return '"' + words.replace('"', '""') + '"'


def microseconds(moment: datetime) -> int:
    """As search_units tells times."""
    since = moment.astimezone(UTC) - datetime(1970, 1, 1, tzinfo=UTC)
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds
