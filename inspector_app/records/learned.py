"""What the records know of learning: which groups of units measure and which teach, and which adapter was let in.

A group (a lot, a serial number, a photo) that was once part of a golden evaluation set is never learned from, and one
that was learned from never measures. Knows no folders, no cards and no model.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select

from inspector_app.records import audit
from inspector_app.records.database import Database
from inspector_app.records.record import Inspection, finite, iso
from inspector_app.records.rows import everything, inspections_of
from inspector_app.records.standing import standing, undone
from inspector_app.records.store import Store
from inspector_app.records.tables import LearningGroupRow, PromotionRow, ReviewRow, SampleRow

GROUP_LOCKED, SET_FROZEN = "group_locked", "set_frozen"
PROMOTED, ROLLED_BACK = "promoted", "rolled_back"
SUBJECT = "adapter"
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Promotion:
    """One change of the adapter that judges. `adapter` None: the one that came with the model."""

    id: int
    kind: str
    adapter: str | None
    identity: str
    previous: str | None
    model: str
    reason: str
    who: str
    at: datetime
    gate: dict[str, Any] | None = None

    def to_json(self) -> dict[str, Any]:
        names = ("kind", "adapter", "identity", "previous", "model", "reason", "who")
        return {**{name: getattr(self, name) for name in names}, "at": iso(self.at), "gate": self.gate}


@dataclass(frozen=True, slots=True)
class Said:
    """One review of a unit: its verdict, whether it was not undone, and when it was made."""

    verdict: str
    stands: bool
    at: datetime


class Learned:
    """Reads and writes of one data folder."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def groups(self, part: str) -> dict[str, bool]:
        """Name of each group of the part that was ever used -> whether it is golden."""
        query = select(LearningGroupRow.name, LearningGroupRow.golden).where(LearningGroupRow.part == part)
        with self._database.read() as session:
            return {name: golden for name, golden in session.execute(query)}

    def frozen(self, name: str, facts: Mapping[str, Any], groups: Mapping[tuple[str, str], bool], who: str) -> None:
        """A set was frozen: locks the groups (part, name) -> golden that are new, and tells of it."""
        with self._database.write() as session:
            known = session.execute(select(LearningGroupRow.part, LearningGroupRow.name))
            there = {(part, name) for part, name in known}
            for (part, group), golden in groups.items():
                if (part, group) in there:
                    continue
                row = LearningGroupRow(
                    part=part, name=group, golden=golden, training_set=name, who=who, at=datetime.now(UTC)
                )
                session.add(row)
                session.flush()
                audit.append(session, who, GROUP_LOCKED, f"part:{part}", new=group_facts(row))
            audit.append(session, who, SET_FROZEN, f"set:{name}", new=dict(facts))

    def said(self, ids: Sequence[str]) -> dict[str, list[Said]]:
        """All reviews of these units, oldest first, the undone ones too."""
        found: dict[str, list[Said]] = {}
        with self._database.read() as session:
            for start in range(0, len(ids), _AT_ONCE):
                some = ReviewRow.sample_id.in_(ids[start : start + _AT_ONCE])
                query = select(ReviewRow.sample_id, ReviewRow.verdict, undone(ReviewRow), ReviewRow.at).where(some)
                for sample_id, verdict, gone, at in session.execute(query.order_by(ReviewRow.id)):
                    found.setdefault(sample_id, []).append(Said(str(verdict), not gone, at))
        return found

    def promotions(self) -> list[Promotion]:
        """All of them, oldest first."""
        with self._database.read() as session:
            return [_promotion(row) for row in session.scalars(select(PromotionRow).order_by(PromotionRow.id))]

    def to_undo(self) -> Promotion | None:
        """The promotion that a rollback would undo: the newest that was not undone."""
        with self._database.read() as session:
            undone = select(PromotionRow.undoes).where(PromotionRow.undoes.is_not(None))
            query = select(PromotionRow).where(PromotionRow.kind == PROMOTED, PromotionRow.id.not_in(undone))
            row = session.scalars(query.order_by(PromotionRow.id.desc()).limit(1)).first()
            return _promotion(row) if row else None

    def add(
        self,
        kind: str,
        adapter: str | None,
        identity: str,
        previous: str | None,
        model: str,
        reason: str,
        who: str,
        gate: Mapping[str, Any] | None = None,
        undoes: int | None = None,
    ) -> Promotion:
        """A promotion or a rollback, with its entry in the audit trail."""
        with self._database.write() as session:
            row = PromotionRow(
                kind=kind, adapter=adapter, identity=identity, previous=previous, model=model, undoes=undoes,
                reason=reason, gate=finite(dict(gate)) if gate else None, who=who, at=datetime.now(UTC),
            )  # fmt: skip
            session.add(row)
            session.flush()
            audit.append(session, who, kind, SUBJECT, old={"adapter": previous}, new=promotion_facts(row))
            return _promotion(row)


def reviewed_units(
    store: Store, part: str | None, since: datetime | None, until: datetime | None, limit: int | None
) -> list[Inspection]:
    """Units of which a review stands, captured in that time, newest first; from the reviews, which are few."""
    reviewed = select(ReviewRow.sample_id).where(ReviewRow.id == standing(ReviewRow.sample_id))
    query = everything().where(SampleRow.id.in_(reviewed)).order_by(SampleRow.id.desc()).limit(limit)
    if part is not None:
        query = query.where(SampleRow.part.concat("") == part)  # not by the index of parts: there are far fewer reviews
    if since is not None:
        query = query.where(SampleRow.captured_at >= since)
    if until is not None:
        query = query.where(SampleRow.captured_at <= until)
    with store.database.read() as session:
        return list(inspections_of(session, session.execute(query), store.files))


def group_facts(row: LearningGroupRow) -> dict[str, Any]:
    """What the audit trail tells of a locked group."""
    names = ("id", "part", "name", "golden", "training_set")
    return {**{name: getattr(row, name) for name in names}, "at": iso(row.at)}


def promotion_facts(row: PromotionRow) -> dict[str, Any]:
    """What the audit trail tells of a promotion or rollback."""
    names = ("id", "adapter", "identity", "previous", "model", "undoes", "reason", "gate")
    return {**{name: getattr(row, name) for name in names}, "at": iso(row.at)}


def _promotion(row: PromotionRow) -> Promotion:
    return Promotion(
        row.id, row.kind, row.adapter, row.identity, row.previous, row.model, row.reason, row.who, row.at, row.gate
    )
