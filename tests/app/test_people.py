"""People: PINs and badges kept as hashes, rights by role, waits after wrong PINs, an open station that asks nothing."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from inspector_app import people as module
from inspector_app.errors import KensaError
from inspector_app.people import FREE_FAILURES, LONGEST_WAIT, LockedOut, People
from inspector_app.places import Places
from inspector_app.records import audit, check
from inspector_app.records.store import Store
from inspector_app.rights import RIGHTS, Person, Right, Role

PIN, OTHER = "2580", "1379"


@pytest.fixture
def store(tmp_path: Path):  # type: ignore[no-untyped-def]
    with Store.open(Places(tmp_path)) as opened:
        yield opened


@pytest.fixture
def people(store: Store) -> People:
    return People(store)


@pytest.fixture
def admin(people: People) -> Person:
    return people.add(None, "田中", Role.QUALITY, PIN)


def refused(code: str, job, *args: object) -> KensaError:  # type: ignore[no-untyped-def]
    with pytest.raises(KensaError) as caught:
        job(*args)
    assert caught.value.code == code
    return caught.value


def test_an_open_station_asks_nothing(people: People) -> None:
    assert people.open_mode
    for right in Right:
        people.require(None, right)
        people.require(Person.typed("Sato"), right)


def test_the_first_person_is_a_quality_administrator(people: People) -> None:
    refused("first_admin", people.add, None, "Sato", Role.OPERATOR, PIN)
    assert people.open_mode
    people.add(None, "Sato", Role.QUALITY, PIN)
    assert not people.open_mode


def test_a_registered_station_lets_nobody_work_without_signing_in(people: People, admin: Person) -> None:
    refused("not_signed_in", people.require, None, Right.INSPECT)
    refused("not_signed_in", people.require, Person.typed("田中"), Right.PEOPLE)
    refused("not_signed_in", people.add, None, "Mallory", Role.QUALITY, PIN)


def test_every_right_is_held_by_the_roles_of_the_table(people: People, admin: Person) -> None:
    by_role = {Role.QUALITY: admin} | {
        role: people.add(admin, str(role), role, OTHER) for role in (Role.OPERATOR, Role.SUPERVISOR)
    }
    assert set(RIGHTS) == set(Right)
    for right, roles in RIGHTS.items():
        assert {role for role, person in by_role.items() if people.may(person, right)} == roles
    said = refused("no_right", people.require, by_role[Role.OPERATOR], Right.REVIEW).message
    assert "operator" in said and "a supervisor or a quality administrator" in said


def test_a_right_ends_with_the_role_and_with_the_person(people: People, admin: Person) -> None:
    sato = people.add(admin, "Sato", Role.SUPERVISOR, OTHER)
    people.require(sato, Right.REVIEW)
    people.set_role(admin, "Sato", Role.OPERATOR)
    refused("no_right", people.require, sato, Right.REVIEW)
    people.disable(admin, "Sato")
    refused("person_disabled", people.require, sato, Right.INSPECT)
    refused("wrong_pin", people.sign_in, "Sato", OTHER)
    people.enable(admin, "Sato")
    people.require(people.sign_in("Sato", OTHER), Right.INSPECT)


def test_sign_in_by_pin_and_by_badge(people: People, admin: Person) -> None:
    people.add(admin, "Sato", Role.OPERATOR, OTHER, badge="EMP-000123")
    assert people.sign_in("Sato", OTHER).role is Role.OPERATOR
    assert people.sign_in("  Sato ", OTHER).name == "Sato"
    assert people.sign_in_badge("EMP-000123\r").name == "Sato"
    refused("wrong_badge", people.sign_in_badge, "EMP-000124")
    refused("bad_badge", people.add, admin, "Ito", Role.OPERATOR, OTHER, "EMP-000123")
    people.reset(admin, "Sato", OTHER, "")
    refused("wrong_badge", people.sign_in_badge, "EMP-000123")


def test_nothing_that_is_kept_shows_pin_or_badge(people: People, admin: Person, store: Store, tmp_path: Path) -> None:
    people.add(admin, "Sato", Role.OPERATOR, "86420975", badge="EMP-000123")
    with store.database.read() as session:
        kept = [
            str(row)
            for row in session.execute(
                text("SELECT * FROM people UNION ALL SELECT 0,seq,new,old,who,hash,at,what FROM audit")
            )
        ]
        hashes = list(session.scalars(text("SELECT pin_hash FROM people")))
    assert all(hash_.startswith("$argon2id$") for hash_ in hashes) and len(set(hashes)) == 2
    assert not any("86420975" in row or "EMP-000123" in row for row in kept)
    store.close()
    assert not any(b"86420975" in f.read_bytes() for f in tmp_path.iterdir() if f.is_file())


class Clock(datetime):
    """A clock that the test sets."""

    ahead = timedelta()

    @classmethod
    def now(cls, tz=None):  # type: ignore[no-untyped-def]
        return datetime.now(tz) + cls.ahead


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> type[Clock]:
    Clock.ahead = timedelta()
    monkeypatch.setattr(module, "datetime", Clock)
    return Clock


def test_wrong_pins_make_it_wait_ever_longer(people: People, admin: Person, store: Store, clock: type[Clock]) -> None:
    for _ in range(FREE_FAILURES):
        refused("wrong_pin", people.sign_in, "田中", "0001")
    waits = []
    for _ in range(3):
        locked = refused("locked_out", people.sign_in, "田中", PIN)
        assert isinstance(locked, LockedOut) and str(locked.seconds) in locked.message
        waits.append(locked.seconds)
        again = People(store)  # a new start of the program frees nobody
        refused("locked_out", again.sign_in, "田中", PIN)
        clock.ahead += timedelta(seconds=locked.seconds + 1)
        refused("wrong_pin", people.sign_in, "田中", "0001")
    assert waits == [15, 30, 60]
    clock.ahead += timedelta(seconds=LONGEST_WAIT)
    assert people.sign_in("田中", PIN).name == "田中"
    refused("wrong_pin", people.sign_in, "田中", "0001")  # and the count begins anew
    assert people.sign_in("田中", PIN)


def test_a_clock_that_was_set_back_locks_nobody_out_for_ever(people: People, admin: Person, clock: type[Clock]) -> None:
    for _ in range(FREE_FAILURES):
        refused("wrong_pin", people.sign_in, "田中", "0001")
    clock.ahead = timedelta(days=-400)
    locked = refused("locked_out", people.sign_in, "田中", PIN)
    assert isinstance(locked, LockedOut) and locked.seconds <= LONGEST_WAIT


def test_badges_are_counted_together_and_names_apart(people: People, admin: Person) -> None:
    people.add(admin, "Sato", Role.OPERATOR, OTHER, badge="EMP-000123")
    for number in range(FREE_FAILURES):
        refused("wrong_badge", people.sign_in_badge, f"guess-{number}")
    refused("locked_out", people.sign_in_badge, "EMP-000123")
    assert people.sign_in("Sato", OTHER)


def test_unknown_names_wait_too(people: People, admin: Person) -> None:
    for _ in range(FREE_FAILURES):
        refused("wrong_pin", people.sign_in, "nobody", PIN)
    refused("locked_out", people.sign_in, "nobody", PIN)


def test_a_new_pin_frees_who_was_locked_out(people: People, admin: Person) -> None:
    sato = people.add(admin, "Sato", Role.OPERATOR, OTHER)
    for _ in range(FREE_FAILURES):
        refused("wrong_pin", people.sign_in, "Sato", "0001")
    people.reset(admin, "Sato", "9753")
    assert people.sign_in("Sato", "9753")
    refused("no_right", people.reset, sato, "田中", "9753")
    people.reset(sato, "Sato", "97531")  # the own one


@pytest.mark.parametrize(
    "pin", ["", "123", "1234567890123", "12a4", "１２３４", "1234", "0000", "8901", "7654321", "999999999999"]
)
def test_a_pin_that_is_none_is_refused(people: People, pin: str) -> None:
    refused("bad_pin", people.add, None, "Sato", Role.QUALITY, pin)


@pytest.mark.parametrize("name", ["", "  ", "x" * 101, "a\nb", "kensa", "badge"])
def test_a_name_that_is_none_is_refused(people: People, name: str) -> None:
    refused("bad_name", people.add, None, name, Role.QUALITY, PIN)


def test_the_last_administrator_stays(people: People, admin: Person) -> None:
    refused("last_admin", people.disable, admin, "田中")
    refused("last_admin", people.set_role, admin, "田中", Role.OPERATOR)
    people.add(admin, "Sato", Role.QUALITY, OTHER)
    people.disable(admin, "田中")
    refused("name_taken", people.add, people.get("Sato"), "田中", Role.OPERATOR, PIN)
    refused("unknown_person", people.disable, people.get("Sato"), "Ito")


def test_a_pin_for_one_act(people: People, admin: Person) -> None:
    people.add(admin, "Sato", Role.OPERATOR, OTHER)
    assert people.confirm("田中", PIN, Right.LEAVE_KIOSK).name == "田中"
    refused("no_right", people.confirm, "Sato", OTHER, Right.LEAVE_KIOSK)


def test_all_of_it_is_in_the_audit_trail(people: People, admin: Person, store: Store) -> None:
    sato = people.add(admin, "Sato", Role.OPERATOR, OTHER, badge="EMP-000123")
    people.sign_in("Sato", OTHER)
    people.sign_out(sato)
    people.sign_in_badge("EMP-000123")
    refused("wrong_pin", people.sign_in, "Sato", "0001")
    people.set_role(admin, "Sato", Role.SUPERVISOR)
    with store.database.read() as session:
        entries = audit.trail(session, "person:Sato")
    assert [(entry.who, entry.what) for entry in entries] == [
        ("田中", "person_added"),
        ("Sato", "signed_in_pin"),
        ("Sato", "signed_out"),
        ("Sato", "signed_in_badge"),
        ("Sato", "sign_in_failed"),
        ("田中", "person_changed"),
    ]
    assert entries[-1].old["role"] == "operator" and entries[-1].new["role"] == "supervisor"
    assert list(check.faults(store)) == []


def test_an_open_station_closes_under_the_hand_of_a_slow_one(store: Store) -> None:
    """Two set the station up at once: the second is refused inside the transaction."""
    one, two = People(store), People(store)
    require = two.require

    def slow(person: Person | None, right: Right) -> None:
        require(person, right)
        one.add(None, "田中", Role.QUALITY, PIN)

    two.require = slow  # type: ignore[method-assign]
    refused("not_signed_in", two.add, None, "Mallory", Role.QUALITY, PIN)
    assert [person.name for person in two.all()] == ["田中"]
