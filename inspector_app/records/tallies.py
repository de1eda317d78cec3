"""The units of a period, those that say the same put together: a month among a million records in a moment.

Reads the small tables that the search's triggers fill. Units with something of their own (reviewed, picked by chance,
taken anew) come one by one, as records/figures.py gives them; all others are counted by quarter of an hour, so that any
shift and any day of any time zone can still be made of them. Knows no formula.
"""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import column, text
from sqlalchemy.orm import Session

from inspector_app.records import figures, search
from inspector_app.records.database import Database
from inspector_app.records.figures import Unit
from inspector_app.records.filter import Filter
from inspector_app.records.record import LineKind
from inspector_app.records.search import Reach, capture_conditions, microseconds, reach
from inspector_app.records.tables import SampleRow

QUARTER = 15 * 60 * 1_000_000
"""Microseconds; all time zones differ by whole quarters of an hour."""
CELLS = 200
"""Parts of equal width that the range of p_ng is counted in."""
_LOTS = 300
_ONE_BY_ONE = (LineKind.WITHDRAWN, LineKind.RETAKEN, LineKind.PICKED)
_BEGIN = datetime(1970, 1, 1, tzinfo=UTC)


def tallies(database: Database, wanted: Filter, grain: int = QUARTER) -> list[Unit]:
    """As `figures.units`, with like units in one row; part, lot, operator, shift, line, station, adapter,
    since and until are looked at. `grain`: the microseconds that like units may lie apart, a divisor of a quarter of an
    hour.
    """
    with database.read() as session:
        found = reach(session, wanted)
        if found is None:
            return []
        own = _own(session, found)
        single = _single(session, wanted, own)
        return [*_alike(session, wanted, found, own, grain), *single]


def spread(database: Database, wanted: Filter, first: int | None = None) -> list[int]:
    """How many units have their p_ng in each of the CELLS parts from 0 to 1, of all or of the `first` ones; withdrawn
    ones are among them."""
    counts = [0] * CELLS
    with database.read() as session:
        found = reach(session, wanted)
        if found is not None:
            where, values = _conditions(wanted, found)
            some = f"SELECT u.p_ng AS p FROM search_units u WHERE {where} AND u.p_ng >= 0"
            some += f" ORDER BY u.n LIMIT {int(first)}" if first else ""
            query = f"SELECT min({CELLS - 1}, CAST(p * {CELLS} AS INTEGER)), count(*) FROM ({some}) GROUP BY 1"
            for cell, count in session.execute(text(query), values):
                counts[cell] = count
    return counts


def values(database: Database, column: str) -> list[str]:
    """The different values of a property that there are units of, as the parts; of lots the newest 300."""
    with database.read() as session:
        if column == "adapter":
            rows = session.execute(text("SELECT DISTINCT adapter FROM search_answers")).scalars()
            return sorted({name.split("/")[0] for name in rows} - {""})
        if column == "lot":
            query = (
                f"SELECT lot FROM search_captures WHERE lot <> '' GROUP BY lot ORDER BY max(last) DESC LIMIT {_LOTS}"
            )
            return list(session.execute(text(query)).scalars())
        return search.values(session, column)


def moments(database: Database, wanted: Filter) -> list[tuple[datetime, str]]:
    """When each unit was captured and by whom, in order; withdrawn ones are among them."""
    with database.read() as session:
        found = reach(session, wanted)
        if found is None:
            return []
        where, values = _conditions(wanted, found)
        query = (
            f"SELECT u.at, c.operator FROM search_units u JOIN search_captures c ON c.id = u.capture WHERE {where}"
            " ORDER BY u.at"
        )
        return [(_BEGIN + timedelta(microseconds=at), who) for at, who in session.execute(text(query), values)]


def some_ids(database: Database, wanted: Filter, count: int, first: int | None = None) -> list[str]:
    """Up to `count` units with a photo, evenly over those that pass, or over the `first` of them."""
    with database.read() as session:
        found = reach(session, wanted)
        if found is None:
            return []
        where, values = _conditions(wanted, found)
        query = f"SELECT u.sample_id FROM search_units u WHERE {where} ORDER BY u.n"
        ids = list(session.execute(text(query + (f" LIMIT {int(first)}" if first else "")), values).scalars())
    return ids if len(ids) <= count else [ids[k * len(ids) // count] for k in range(count)]


def _conditions(wanted: Filter, found: Reach) -> tuple[str, dict[str, Any]]:
    """What search_units as `u` must fulfil."""
    parts = ["u.n BETWEEN :lowest AND :highest"]
    values: dict[str, Any] = {"lowest": found.lowest, "highest": found.highest}
    captured = capture_conditions(wanted)
    if captured.parts:
        # The sign keeps SQLite from walking an index that is not in order of the numbers.
        column = "u.capture" if found.few else "+u.capture"
        parts.append(f"{column} IN (SELECT c.id FROM search_captures c WHERE {captured})")
        values |= captured.values
    if wanted.adapter is not None:
        whole = "substr(a.adapter, 1, length(:adapter) + 1) = :adapter || '/'"
        parts.append(f"u.answer IN (SELECT a.id FROM search_answers a WHERE a.adapter = :adapter OR {whole})")
        values["adapter"] = wanted.adapter
    if wanted.since is not None:
        parts.append("u.at >= :since")
        values["since"] = microseconds(wanted.since)
    if wanted.until is not None:
        parts.append("u.at <= :until")
        values["until"] = microseconds(wanted.until)
    return " AND ".join(parts), values


def _own(session: Session, found: Reach) -> str:
    """Ids of units in reach that were reviewed, picked, withdrawn, taken anew, or are a new photo of an older one; as a
    list in JSON, which a query can take whole."""
    bounds = {"low": found.lowest, "high": found.highest}
    ends = "SELECT sample_id FROM search_units WHERE n BETWEEN :low AND :high ORDER BY n {} LIMIT 1"
    low, high = (session.execute(text(ends.format(order)), bounds).scalar() for order in ("ASC", "DESC"))
    kinds = ", ".join(f"'{kind}'" for kind in _ONE_BY_ONE)
    query = (
        f"SELECT sample_id FROM lines WHERE kind IN ({kinds}) AND sample_id BETWEEN :low AND :high"
        " UNION SELECT sample_id FROM reviews WHERE sample_id BETWEEN :low AND :high"
        " UNION SELECT text FROM lines WHERE kind = 'retaken' AND text BETWEEN :low AND :high"
    )
    return json.dumps(session.execute(text(query), {"low": low, "high": high}).scalars().all())


def _single(session: Session, wanted: Filter, own: str) -> list[Unit]:
    listed = text("SELECT value FROM json_each(:own)").bindparams(own=own).columns(column("value"))
    rows = session.execute(figures.query(wanted).where(SampleRow.id.in_(listed)))
    found = [figures.unit(*row) for row in rows]
    return [unit for unit in found if wanted.adapter in (None, unit.adapter.split("/")[0])]


def _alike(session: Session, wanted: Filter, found: Reach, own: str, grain: int) -> list[Unit]:
    where, values = _conditions(wanted, found)
    query = (
        f"SELECT u.capture, u.answer, u.at / {grain}, count(*) FROM search_units u WHERE {where}"
        " AND u.sample_id NOT IN (SELECT value FROM json_each(:own)) GROUP BY 1, 2, 3"
    )
    rows = session.execute(text(query), {**values, "own": own}).all()
    told = ("part", "lot", "shift", "operator", "line", "station")
    captures = _named(session, "search_captures", told, {row[0] for row in rows})
    answers = _named(session, "search_answers", ("verdict", "defect", "adapter"), {row[1] for row in rows} - {None})
    units = []
    for capture, answer, step, count in rows:
        part, lot, shift, operator, line, station = captures[capture]
        called, defect, adapter = answers[answer] if answer is not None else (None, "", "")
        at = _BEGIN + timedelta(microseconds=step * grain)
        units.append(
            Unit("", at, part, lot, shift, operator, False, called, defect, None, adapter, None, "", "", "", None, None,
                 count, line, station)
        )  # fmt: skip
    return units


def _named(session: Session, table: str, columns: tuple[str, ...], ids: set[int]) -> dict[int, tuple[str, ...]]:
    listed = "(SELECT value FROM json_each(:ids))"
    query = text(f"SELECT id, {', '.join(columns)} FROM {table} WHERE id IN {listed}")
    return {row[0]: tuple(row[1:]) for row in session.execute(query, {"ids": json.dumps(sorted(ids))})}
