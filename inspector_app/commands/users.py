"""`kensa users`: who is registered at this station, new people, new PINs and badges, and who may not work any more."""

from typing import Any

from inspector_app.commands.acting import acting, new_pin, secret
from inspector_app.commands.run import DONE, Run
from inspector_app.people import People
from inspector_app.records.store import Store
from inspector_app.rights import Person, Right, Role

COLUMNS = ("name", "role", "badge", "may work")


def list_users(run: Run) -> int:
    """Everybody who was ever registered."""
    with Store.open(run.places) as store:
        people = People(store).all()
    if run.terminal.json:
        for person in people:
            run.terminal.emit(_told(person))
        return DONE
    if not people:
        run.terminal.write(
            "Nobody is registered: no sign-in is asked. `kensa users add NAME --role quality` starts it."
        )
        return DONE
    rows = [(p.name, str(p.role), "yes" if p.has_badge else "", "no" if p.disabled else "yes") for p in people]
    run.terminal.table(COLUMNS, rows)
    return DONE


def add(run: Run) -> int:
    """Registers somebody; the first one must be a quality administrator."""
    args = run.args
    with Store.open(run.places) as store:
        people = People(store)
        by = None if people.open_mode else acting(run, people, Right.PEOPLE)
        pin = new_pin(run, args.name)
        badge = secret("Scan the badge: ") if args.badge else ""
        return _say(run, people.add(by, args.name, Role(args.role), pin, badge), "is registered")


def reset(run: Run) -> int:
    """A new PIN, and a new badge if wanted; frees who was locked out."""
    args = run.args
    with Store.open(run.places) as store:
        people = People(store)
        by = acting(run, people, Right.PEOPLE)
        pin = new_pin(run, args.name)
        badge = secret("Scan the badge: ") if args.badge else None
        return _say(run, people.reset(by, args.name, pin, badge), "has a new PIN")


def disable(run: Run) -> int:
    """May not sign in any more."""
    with Store.open(run.places) as store:
        people = People(store)
        return _say(run, people.disable(acting(run, people, Right.PEOPLE), run.args.name), "may not work here any more")


def enable(run: Run) -> int:
    """May sign in again."""
    with Store.open(run.places) as store:
        people = People(store)
        return _say(run, people.enable(acting(run, people, Right.PEOPLE), run.args.name), "may work here again")


def _say(run: Run, person: Person, what: str) -> int:
    if run.terminal.json:
        run.terminal.emit(_told(person))
    else:
        run.terminal.write(f"{person.name} ({person.role}) {what}.")
    return DONE


def _told(person: Person) -> dict[str, Any]:
    return {
        "name": person.name,
        "role": str(person.role),
        "badge": person.has_badge,
        "disabled": person.disabled,
    }
