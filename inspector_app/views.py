"""Saved views of the history: a name for what is looked for, and the columns that are shown. A small JSON file.

Knows the file; what the fields mean is known to the window. A file that cannot be read is taken for an empty one: no
view is worth a program that does not start.
"""

import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from inspector_app.errors import KensaError, from_os_error
from inspector_app.texts import storable
from inspector_app.whole import write_whole

MOST, LONGEST = 100, 60
"""Views that are kept; letters of a name."""


@dataclass(frozen=True, slots=True)
class View:
    """One view: what is looked for, as field -> text, and the names of the columns."""

    name: str
    wanted: dict[str, str]
    columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Views:
    """All views of a station, by name, and the columns as they were left."""

    views: tuple[View, ...] = ()
    columns: tuple[str, ...] = ()

    @classmethod
    def load(cls, path: Path) -> "Views":
        """What of the file is sound."""
        try:
            said = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError, RecursionError):
            return cls()
        if not isinstance(said, dict):
            return cls()
        listed = said.get("views")
        found = [view for entry in (listed if isinstance(listed, list) else []) if (view := _view(entry))]
        return cls(tuple(sorted(found[:MOST], key=lambda view: view.name)), _texts(said.get("columns")))

    def save(self, path: Path) -> None:
        """KensaError when the disk refuses."""
        try:
            write_whole(path, json.dumps({"version": 1, **asdict(self)}, ensure_ascii=False, indent=1).encode())
        except OSError as error:
            raise from_os_error(error, "file of views", path) from error

    def put(self, view: View) -> "Views":
        """The same with that view, in the place of one of its name. KensaError for a name that is none."""
        name = storable(view.name).strip()
        if not name or len(name) > LONGEST or not name.isprintable():
            raise KensaError("bad_view", f"A view needs a name of 1 to {LONGEST} letters.")
        others = [one for one in self.views if one.name != name]
        if len(others) >= MOST:
            raise KensaError("many_views", f"There are {MOST} views already; delete one of them first.")
        return replace(self, views=tuple(sorted([*others, replace(view, name=name)], key=lambda one: one.name)))

    def drop(self, name: str) -> "Views":
        """The same without that view."""
        return replace(self, views=tuple(one for one in self.views if one.name != name))


def _view(entry: Any) -> View | None:
    if not isinstance(entry, dict) or not isinstance(entry.get("name"), str) or not entry["name"].strip():
        return None
    wanted = entry.get("wanted")
    fields = wanted if isinstance(wanted, dict) else {}
    texts = {storable(key): storable(value) for key, value in fields.items() if isinstance(value, str)}
    return View(storable(entry["name"]).strip(), texts, _texts(entry.get("columns")))


def _texts(said: Any) -> tuple[str, ...]:
    return tuple(storable(one) for one in said if isinstance(one, str)) if isinstance(said, list) else ()
