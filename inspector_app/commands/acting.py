"""Who acts in a command: at a station with registered people, `--as NAME` and that person's PIN.

Knows the terminal's way to ask for a PIN: unseen on a terminal, else a line of stdin, so that scripts can give it.
"""

import getpass
import sys

from inspector_app.commands.run import Run
from inspector_app.errors import KensaError
from inspector_app.people import People
from inspector_app.rights import Person, Right


def acting(run: Run, people: People, right: Right) -> Person | None:
    """The person who may do this, by `--as` and PIN; None at a station with nobody registered."""
    name = run.args.acting
    if people.open_mode:
        return Person.typed(run.settings.operator)
    if not name:
        raise KensaError("not_signed_in", "This station has registered people; say --as NAME and give the PIN.")
    return people.confirm(name, secret(f"PIN of {name}: "), right)


def new_pin(run: Run, name: str) -> str:
    """A PIN for somebody; on a terminal it is asked twice."""
    pin = secret(f"New PIN of {name} (4 to 12 digits): ")
    if sys.stdin.isatty() and secret("The same again: ") != pin:
        raise KensaError("bad_pin", "The two PINs differ; try again.")
    return pin


def secret(prompt: str) -> str:
    """What is typed unseen, or the next line of stdin where there is no terminal."""
    if sys.stdin.isatty():
        return getpass.getpass(prompt)
    line = sys.stdin.readline()
    if not line:
        raise KensaError("bad_pin", "There is no PIN to read; type it, or give it as a line on stdin.")
    return line.rstrip("\r\n")
