"""What can judge on this computer: models and adapters with name, version and hash, to be chosen from.

Reads manifests and cards; loads no weights. Knows the data folder; knows no window.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from inspector_app.places import Places
from model_runtime.verdict import Fixable

_SHOWN = 8
"""Digits of a hash that tell two versions apart."""


@dataclass(frozen=True, slots=True)
class Installed:
    """One choice: its name as the settings hold it, the start of its hash, what else tells it apart.

    `fault`: why it cannot be used, in a sentence; "" where it can.
    """

    name: str
    hash: str = ""
    told: str = ""
    fault: str = ""

    @property
    def words(self) -> str:
        """As a line of a list."""
        return "   ".join(part for part in (self.name, self.told, self.hash) if part)


def models(places: Places) -> list[Installed]:
    """The embedded model first, then the installed ones; damaged ones with their fault."""
    return [_model(places, name) for name in places.model_names()]


def adapters(places: Places, model: str) -> list[Installed]:
    """The adapters of the data folder that were trained on this model, and those whose card cannot be read."""
    from model_runtime.adapter_card import read_card
    from model_runtime.manifest import read_manifest

    try:
        base = read_manifest(places.model(model)).sha256
    except Fixable:
        return []
    found = []
    for folder in _folders(places.adapters):
        try:
            card = read_card(folder)
        except Fixable as error:
            found.append(Installed(folder.name, fault=error.message))
            continue
        if card.base == base:
            found.append(Installed(folder.name, card.sha256[:_SHOWN], card.created[:10]))
    return found


def _model(places: Places, name: str) -> Installed:
    from model_runtime.manifest import read_manifest

    try:
        manifest = read_manifest(places.model(name))
    except Fixable as error:
        return Installed(name, fault=error.message)
    return Installed(name, manifest.sha256[:_SHOWN], f"{max(1, round(manifest.size / 1e6))} MB")


def _folders(parent: Path) -> Iterator[Path]:
    for folder in sorted(parent.glob("*")):
        if folder.is_dir() and not folder.name.startswith("."):
            yield folder
