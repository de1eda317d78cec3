"""Adapters from station to station: out as a signed file, in from whom an administrator trusts, whole or not at all.

Joins the files (adapter_files.py) to rights and audit trail; knows no window and no terminal.
"""

import shutil
from pathlib import Path

from inspector_app import adapter_files
from inspector_app.adapter_files import Keys
from inspector_app.errors import KensaError, from_os_error
from inspector_app.people import People
from inspector_app.places import Places
from inspector_app.records.store import Store
from inspector_app.rights import PROGRAM, Person, Right
from inspector_app.settings import Settings


class Exchange:
    """Of one data folder."""

    def __init__(self, store: Store, people: People, places: Places, settings: Settings) -> None:
        self._store, self._people, self._places, self._settings = store, people, places, settings
        self.keys = Keys(places.data / "keys")

    def export(self, person: Person | None, name: str, target: Path) -> str:
        """Writes one signed file of an adapter; the public key that it is signed with."""
        self._people.require(person, Right.MODELS)
        folder = self._places.adapter(name)
        adapter_files.export(folder, target, self.keys)
        key = self.keys.public()
        self._store.note(_who(person), "adapter_exported", f"adapter:{folder.name}", new={"key": key})
        return key

    def take_in(self, person: Person | None, file: Path, model: str | None = None) -> tuple[str, str]:
        """Installs an adapter from a signed file, if all of it fits; its NAME@VERSION and who signed. It judges nothing
        yet. KensaError with everything that is wrong."""
        from model_runtime.adapters import faults_of
        from model_runtime.checkpoint import build_structure, read_config
        from model_runtime.manifest import read_manifest

        self._people.require(person, Right.MODELS)
        if not file.is_file():
            raise KensaError("missing", f"The file {file} does not exist; check the name.")
        self._places.make()
        draft = self._places.adapters / f".{file.name}.new"
        try:
            name, signer = adapter_files.unpack(file, draft, self.keys)
            base = self._places.model(model or self._settings.model)
            structure, faults = build_structure(read_config(base)[0])
            faults += faults_of(draft, read_manifest(base), structure.linears if structure else {})
            if faults:
                raise KensaError("adapter_refused", f"{file.name} is refused: {' '.join(faults)}")
            target = self._places.adapters / name
            if target.exists():
                raise KensaError("exists", f"There is an adapter {name} already; nothing was changed.")
            draft.rename(target)
        except OSError as error:
            raise from_os_error(error, "adapter", draft) from error
        finally:
            shutil.rmtree(draft, ignore_errors=True)
        self._store.note(_who(person), "adapter_imported", f"adapter:{name}", new={"signed_by": signer})
        return name, signer

    def trust(self, person: Person | None, key: str, called: str) -> str:
        """Adapters signed with this key are taken in from now on; the key as it is kept."""
        self._people.require(person, Right.MODELS)
        key = self.keys.trust(key, called)
        self._store.note(_who(person), "key_trusted", f"key:{key}", new={"name": called})
        return key


def _who(person: Person | None) -> str:
    return person.name if person else PROGRAM
