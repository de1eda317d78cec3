"""Who may do what: people with a PIN or a badge, the rights of their roles, and a wait after wrong PINs.

Knows the records' roster and argon2; knows no window. A station with nobody registered is open: nothing is asked, and
the operator's name is what was typed. A hash takes about a tenth of a second: call from the disk's lane.
"""

import hashlib
import math
import re
import unicodedata
from datetime import UTC, datetime, timedelta
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from inspector_app.errors import KensaError
from inspector_app.records.roster import Entry, Roster
from inspector_app.records.store import Store
from inspector_app.rights import PROGRAM, RIGHTS, ROLE_WORDS, Person, Right, Role
from inspector_app.texts import printable, storable

FREE_FAILURES, FIRST_WAIT, LONGEST_WAIT = 3, 15, 3600
"""Wrong PINs before a wait; seconds of the first wait, doubled by each further one, up to the longest."""
BADGES = "badge"
"""Under this key failed badges are counted, since nobody knows whose they were; no person can have this name."""
_PIN = re.compile(r"[0-9]{4,12}")
_ROW = "01234567890123456789"
_SHORTEST_BADGE, _LONGEST_TEXT = 6, 100
_hasher = PasswordHasher()


class LockedOut(KensaError):
    """Too many wrong PINs; `seconds` until it may be tried again."""

    def __init__(self, seconds: int) -> None:
        super().__init__("locked_out", f"Too many failed attempts; wait {seconds} seconds and try again.")
        self.seconds = seconds


class People:
    """The people of one station. Safe to call from several threads."""

    def __init__(self, store: Store) -> None:
        self._roster = Roster(store.database)

    @property
    def open_mode(self) -> bool:
        """Nobody is registered: no sign-in is asked."""
        return self._roster.count() == 0

    def all(self) -> list[Person]:
        return [_person(entry) for entry in self._roster.all()]

    def get(self, name: str) -> Person:
        """KensaError `unknown_person` when there is none of that name."""
        return _person(self._entry(name))

    # -- may this person?

    def require(self, person: Person | None, right: Right) -> None:
        """KensaError unless the person, as registered now, has the right; at an open station everybody has it."""
        if person is None or person.id is None:
            if not self.open_mode:
                raise KensaError("not_signed_in", "Sign in first; this station has registered people.")
            return
        now = self._entry(person.name)
        if now.disabled:
            raise KensaError(
                "person_disabled", f"{person.name} may not work here any more; ask a quality administrator."
            )
        if Role(now.role) not in RIGHTS[right]:
            may = " or ".join(ROLE_WORDS[role] for role in Role if role in RIGHTS[right])
            raise KensaError("no_right", f"{person.name} has no right to do this; ask {may}.")

    def may(self, person: Person | None, right: Right) -> bool:
        """The same as a question; for what is shown or greyed out."""
        try:
            self.require(person, right)
        except KensaError:
            return False
        return True

    # -- in and out

    def sign_in(self, name: str, pin: str) -> Person:
        """By name and PIN; KensaError `wrong_pin`, or `LockedOut` after too many."""
        return self._signed_in(self._verified(name, pin), "pin")

    def sign_in_badge(self, code: str) -> Person:
        """By a scanned badge; KensaError `wrong_badge`, or `LockedOut` after too many."""
        code = storable(code).strip()
        self._refuse_locked(BADGES)
        for entry in self._roster.with_tag(_tag(code)):
            if not entry.disabled and entry.badge_hash and _matches(entry.badge_hash, code):
                self._roster.succeeded(BADGES)
                return self._signed_in(entry, "badge")
        self._fail(BADGES, PROGRAM)
        raise KensaError("wrong_badge", "This badge is not registered here; sign in by name and PIN.")

    def sign_out(self, person: Person) -> None:
        """Recorded; for a typed name there is nothing to record."""
        if person.id is not None:
            self._roster.tell(person.name, "signed_out", person.name)

    def confirm(self, name: str, pin: str, right: Right) -> Person:
        """A PIN for one act, as leaving kiosk mode: checked and recorded, and whoever is signed in stays so."""
        person = _person(self._verified(name, pin))
        self.require(person, right)
        self._roster.tell(person.name, f"confirmed_{right}", person.name)
        return person

    # -- who is registered

    def add(self, by: Person | None, name: str, role: Role, pin: str, badge: str = "") -> Person:
        """Registers somebody. The first one is a quality administrator, added by whoever sets the station up."""
        self.require(by, Right.PEOPLE)  # before anything is said of who is registered
        name = _checked_name(name)
        columns = {"name": name, "role": str(role), "pin_hash": _pin_hash(pin), **_badge_columns(badge)}
        if self._roster.find(name) is not None:
            raise KensaError("name_taken", f"{name} is registered already; choose another name.")
        self._refuse_known_badge(badge, name)
        # A right checked before the transaction could be that of an open station that is open no more.
        self.require(by, Right.PEOPLE)

        def check(there: int) -> None:
            if there == 0 and role is not Role.QUALITY:
                raise KensaError("first_admin", "The first person must be a quality administrator; choose that role.")
            if there > 0 and (by is None or by.id is None):
                raise KensaError("not_signed_in", "Sign in first; this station has registered people.")

        return _person(self._roster.add(by.name if by else name, check, **columns))

    def reset(self, by: Person | None, name: str, pin: str, badge: str | None = None) -> Person:
        """A new PIN, and a new badge unless None ("" takes it away); also frees who was locked out.

        A person may change the own PIN; all others need the right.
        """
        if by is None or by.id is None or by.name != name:
            self.require(by, Right.PEOPLE)
        else:
            self.require(by, Right.INSPECT)
        columns = {"pin_hash": _pin_hash(pin)}
        if badge is not None:
            self._refuse_known_badge(badge, name)
        entry = self._change(by, name, **columns, **({} if badge is None else _badge_columns(badge)))
        self._roster.succeeded(name)
        return _person(entry)

    def set_badge(self, by: Person | None, name: str, badge: str) -> Person:
        """Another badge; "" takes it away."""
        self.require(by, Right.PEOPLE)
        self._refuse_known_badge(badge, name)
        return _person(self._change(by, name, **_badge_columns(badge)))

    def set_role(self, by: Person | None, name: str, role: Role) -> Person:
        """Another role; the last quality administrator stays one."""
        self.require(by, Right.PEOPLE)
        return _person(self._change(by, name, role=str(role)))

    def disable(self, by: Person | None, name: str) -> Person:
        """May not sign in any more; what they did stays theirs."""
        self.require(by, Right.PEOPLE)
        return _person(self._change(by, name, disabled=True))

    def enable(self, by: Person | None, name: str) -> Person:
        self.require(by, Right.PEOPLE)
        return _person(self._change(by, name, disabled=False))

    def _change(self, by: Person | None, name: str, **columns: object) -> Entry:
        def check(people: list[Entry]) -> None:
            if not any(e.role == Role.QUALITY and not e.disabled for e in people):
                raise KensaError(
                    "last_admin", f"{name} is the last quality administrator; make somebody else one first."
                )

        self._entry(name)
        return self._roster.change(by.name if by else PROGRAM, name, check, **columns)

    def _entry(self, name: str) -> Entry:
        entry = self._roster.find(name)
        if entry is None:
            raise KensaError("unknown_person", f"Nobody is registered as {name!r}; `kensa users list` tells who is.")
        return entry

    # -- PINs, badges, waiting

    def _verified(self, name: str, pin: str) -> Entry:
        name = _plain(name)
        self._refuse_locked(name)
        entry = self._roster.find(name)
        right = _matches(entry.pin_hash if entry else _nobody(), pin)
        if entry is None or entry.disabled or not right:
            self._fail(name, name if entry else PROGRAM)
            raise KensaError("wrong_pin", "Name and PIN do not belong together; try again.")
        self._roster.succeeded(name)
        return entry

    def _signed_in(self, entry: Entry, how: str) -> Person:
        self._roster.tell(entry.name, f"signed_in_{how}", entry.name)
        return _person(entry)

    def _refuse_locked(self, key: str) -> None:
        _, until = self._roster.attempts(key)
        left = (until - datetime.now(UTC)).total_seconds() if until else 0.0
        if left > 0:
            # A clock that was set back must not lock anybody out for longer than the longest wait.
            raise LockedOut(math.ceil(min(left, LONGEST_WAIT)))

    def _fail(self, key: str, who: str) -> None:
        self._roster.failed(key, who, _wait_until)

    def _refuse_known_badge(self, badge: str, name: str) -> None:
        code = badge.strip()
        if not code:
            return
        for entry in self._roster.with_tag(_tag(code)):
            if entry.name != name and entry.badge_hash and _matches(entry.badge_hash, code):
                raise KensaError("bad_badge", "This badge belongs to somebody else already; scan another one.")


def _wait_until(failures: int) -> datetime | None:
    over = failures - FREE_FAILURES
    if over < 0:
        return None
    return datetime.now(UTC) + timedelta(seconds=min(FIRST_WAIT * 2 ** min(over, 20), LONGEST_WAIT))


@cache
def _nobody() -> str:
    """Compared with where a name is unknown, so that the time taken does not tell which names exist."""
    return _hasher.hash("nobody")


def _plain(name: str) -> str:
    return unicodedata.normalize("NFC", storable(name)).strip()


def _checked_name(name: str) -> str:
    name = _plain(name)
    if not 1 <= len(name) <= _LONGEST_TEXT or not name.isprintable() or name in (BADGES, PROGRAM):
        raise KensaError("bad_name", f"{printable(name)!r} cannot be a name; give 1 to 100 letters.")
    return name


def _pin_hash(pin: str) -> str:
    plain = len(set(pin)) == 1 or pin in _ROW or pin in _ROW[::-1]
    if not _PIN.fullmatch(pin) or plain:
        raise KensaError("bad_pin", "A PIN has 4 to 12 digits and is not as plain as 1234; choose another.")
    return _hasher.hash(pin)


def _badge_columns(badge: str) -> dict[str, str | None]:
    code = storable(badge).strip()
    if not code:
        return {"badge_hash": None, "badge_tag": None}
    if not _SHORTEST_BADGE <= len(code) <= _LONGEST_TEXT:
        raise KensaError("bad_badge", "The code of a badge has 6 to 100 characters; scan it again.")
    return {"badge_hash": _hasher.hash(code), "badge_tag": _tag(code)}


def _tag(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()[:2]


def _matches(kept: str, said: str) -> bool:
    try:
        return _hasher.verify(kept, said)
    except (VerificationError, InvalidHashError):
        return False


def _person(entry: Entry) -> Person:
    return Person(entry.id, entry.name, Role(entry.role), entry.disabled, entry.badge_hash is not None)
