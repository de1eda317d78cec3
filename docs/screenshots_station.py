"""Pictures of the station's dialogs: people, settings of what is sent, the set-up's steps. For docs/screenshots.py."""

from typing import Any

from inspector_app.rights import Person
from inspector_app.ui.people_dialog import PeopleDialog
from inspector_app.ui.set_up import SetUp
from inspector_app.ui.settings_dialog import SettingsDialog


def station(session: Any) -> None:
    """While nobody is registered."""
    session.dialog("people-empty", session.window.show_people)
    session.dialog("settings-sending", lambda: _sending(session))
    session.dialog("settings-model", lambda: _model(session))
    for step in (1, 2, 3, 5):
        session.dialog(f"set-up-{step}", lambda step=step: _step(session, step))


def people(session: Any, chief: Person) -> None:
    """With people; nobody has locked the station yet."""
    session.program.desk.sign(chief)
    session.dialog("people", session.window.show_people)
    session.dialog("person", lambda: _form(session))


def _sending(session: Any) -> None:
    session.window.show_settings()
    (dialog,) = (one for one in session.dialogs() if isinstance(one, SettingsDialog))
    dialog.search_edit.setText("send")


def _model(session: Any) -> None:
    session.window.show_settings()
    (dialog,) = (one for one in session.dialogs() if isinstance(one, SettingsDialog))
    dialog.search_edit.setText("model")


def _step(session: Any, step: int) -> None:
    session.window.show_set_up()
    (dialog,) = (one for one in session.dialogs() if isinstance(one, SetUp))
    while dialog.step < step:
        dialog.next()


def _form(session: Any) -> None:
    session.window.show_people()
    (dialog,) = (one for one in session.dialogs() if isinstance(one, PeopleDialog))
    session.wait(lambda: bool(dialog.people))
    dialog.add_person()
