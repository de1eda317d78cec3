"""Roles, rights, and the one table that says which role may do what. Knows no database and no PIN: people.py does."""

from dataclasses import dataclass
from enum import StrEnum

from inspector_app.texts import storable

PROGRAM = "kensa"
"""Who did it, where no person did."""


class Role(StrEnum):
    """What a person is at the station: 作業者, 監督者, 品質管理者."""

    OPERATOR = "operator"
    SUPERVISOR = "supervisor"
    QUALITY = "quality"


class Right(StrEnum):
    """What may be done."""

    INSPECT = "inspect"  # capture, accept, disagree, withdraw, correct what was heard
    REVIEW = "review"
    EXPORT = "export"  # reports, tables and charts as files or on paper
    PARTS = "parts"  # what may be wrong with a part, how it is identified, golden and limit samples
    THRESHOLDS = "thresholds"
    SETTINGS = "settings"  # those of the station; language and the like are everybody's own
    LEAVE_KIOSK = "leave_kiosk"
    MODELS = "models"
    PEOPLE = "people"


ROLE_WORDS = {
    Role.OPERATOR: "an operator",
    Role.SUPERVISOR: "a supervisor",
    Role.QUALITY: "a quality administrator",
}
_ALL = frozenset(Role)
_LEADING = frozenset((Role.SUPERVISOR, Role.QUALITY))
_QUALITY = frozenset((Role.QUALITY,))
RIGHTS: dict[Right, frozenset[Role]] = {
    Right.INSPECT: _ALL,
    Right.REVIEW: _LEADING,
    Right.EXPORT: _LEADING,
    Right.PARTS: _LEADING,
    Right.THRESHOLDS: _LEADING,
    Right.SETTINGS: _LEADING,
    Right.LEAVE_KIOSK: _LEADING,
    Right.MODELS: _QUALITY,
    Right.PEOPLE: _QUALITY,
}
"""Operation -> who may. There is no other place that knows."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody at the station; `id` and `role` are None for a name that was only typed."""

    id: int | None
    name: str
    role: Role | None
    disabled: bool = False
    has_badge: bool = False

    @classmethod
    def typed(cls, name: str) -> "Person":
        """Who works at an open station; "kensa" where no name was given."""
        return cls(None, storable(name).strip() or PROGRAM, None)
