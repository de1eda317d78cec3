"""Adapters that the audit trail knows nothing of: what a program that was killed as a training ended could not tell.

A training ends in a process of its own by giving the adapter its name; the program that ordered it tells the trail
right after. Killed in between, the adapter is whole and there, and nothing says where it came from. So the next start
looks, and tells what it found, as the program and not in the name of whoever ordered it.

Knows the trail and the cards of adapters and sets; knows no training. Reads no weights.
"""

from pathlib import Path

from inspector_app.places import Places
from inspector_app.records.filter import AuditFilter
from inspector_app.records.history import History
from inspector_app.records.store import Store
from inspector_app.rights import PROGRAM
from model_runtime.verdict import Fixable

TRAINED, IMPORTED, FOUND = "adapter_trained", "adapter_imported", "adapter_found"


def tell_unheard(store: Store, places: Places) -> list[str]:
    """Tells the trail of every adapter that it does not know; their names. KensaError when nothing can be written.

    One that a set of this data folder taught is told as trained, any other one as found. A folder that explains itself
    to nobody is left out: the shelf says what is wrong with it.
    """
    folders = sorted(path for path in places.adapters.glob("*@*") if path.is_dir() and not path.name.startswith("."))
    return [folder.name for folder in folders if _tell(store, places, folder)]


def _tell(store: Store, places: Places, folder: Path) -> bool:
    from model_runtime.adapter_card import read_card

    subject = f"adapter:{folder.name}"
    try:
        card = read_card(folder)
    except Fixable:
        return False
    for entry in History.of(store).audit_trail(AuditFilter(subject=subject, limit=None)):
        told = entry.new if isinstance(entry.new, dict) else {}
        # Entries of older programs do not say which weights they mean.
        if entry.what in (TRAINED, IMPORTED, FOUND) and told.get("adapter", card.identity) == card.identity:
            return False
    about = {name: card.training.get(name) for name in ("set", "recipe", "who")}
    here = _taught_here(places, about["set"], card.training.get("set_sha256"))
    told = {**about, "adapter": card.identity, "created": card.created, "late": True}
    store.note(PROGRAM, TRAINED if here else FOUND, subject, new=told)
    return True


def _taught_here(places: Places, name: object, sha256: object) -> bool:
    """Whether the set that the card names is one of this data folder, with the very content."""
    from model_runtime.dataset import read_card

    if not isinstance(name, str) or Path(name).name != name:
        return False
    try:
        return bool(read_card(places.sets / name).get("sha256") == sha256)
    except Fixable:
        return False
