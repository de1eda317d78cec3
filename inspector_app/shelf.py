"""What there is of the night: frozen sets, and adapters as a family tree with what they were let in by.

Reads cards, settings and promotions; knows no model and no window.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from inspector_app.places import Places
from inspector_app.records.learned import Learned, Promotion
from inspector_app.records.store import Store
from inspector_app.settings import Settings
from model_runtime.verdict import Fixable


@dataclass(frozen=True, slots=True)
class SetOnShelf:
    """A frozen set; `error` says why its card cannot be read."""

    name: str
    folder: Path
    card: Mapping[str, Any] = field(default_factory=dict)
    error: str = ""

    def count(self, split: str) -> tuple[int, int]:
        """Good and bad units of a split."""
        counts = self.card.get("counts", {}).get(split, {})
        return int(counts.get("OK", 0)), int(counts.get("NG", 0))


@dataclass(frozen=True, slots=True)
class AdapterOnShelf:
    """An adapter with its card's content. `parent`: the name of the adapter that it grew from, if that one is here."""

    name: str
    folder: Path | None
    card: Mapping[str, Any] = field(default_factory=dict)
    error: str = ""
    parent: str | None = None
    active: bool = False
    shadow: bool = False
    promoted: tuple[Promotion, ...] = ()

    @property
    def who(self) -> str:
        return str(self.card.get("training", {}).get("who", ""))

    @property
    def trained_on(self) -> str:
        return str(self.card.get("training", {}).get("set", ""))

    @property
    def created(self) -> str:
        return str(self.card.get("created", ""))

    def figure(self, name: str) -> Mapping[str, Any] | None:
        """A figure of the golden evaluation set, else of the validation units."""
        figures = self.card.get("figures", {})
        golden = (figures.get("evaluation") or {}).get("golden", {}).get("new", {})
        found = golden.get(name) or (figures.get("validation") or {}).get(name)
        return found if isinstance(found, Mapping) and "value" in found else None


@dataclass(frozen=True, slots=True)
class Shelf:
    """All of it. `base` stands for the adapter that came with the model."""

    sets: tuple[SetOnShelf, ...]
    adapters: tuple[AdapterOnShelf, ...]
    base: AdapterOnShelf
    can_roll_back: bool
    training: str = ""
    """A training that was stopped and can go on: the name of its set."""

    def children(self, of: str | None) -> list[AdapterOnShelf]:
        """Adapters that grew from one; of None: from the base, or from one that is not here."""
        return [one for one in self.adapters if one.parent == of]

    def walk(self) -> Iterator[tuple[int, AdapterOnShelf]]:
        """The tree from the base down, with how deep each lies."""
        yield 0, self.base

        def below(name: str | None, depth: int) -> Iterator[tuple[int, AdapterOnShelf]]:
            for one in self.children(name):
                yield depth, one
                yield from below(one.name, depth + 1)

        yield from below(None, 1)


def shelf(store: Store, places: Places) -> Shelf:
    """Read anew."""
    settings = Settings.load(places.settings)
    learned = Learned(store.database)
    promotions = learned.promotions()
    cards = {folder.name: _adapter_card(folder) for folder in _folders(places.adapters)}
    by_identity = {card["identity"]: name for name, (card, _) in cards.items() if card}
    adapters = []
    for name, (card, error) in cards.items():
        parent = by_identity.get(str(card.get("parent") or "")) if card else None
        adapters.append(
            AdapterOnShelf(
                name,
                places.adapters / name,
                card,
                error,
                parent if parent != name else None,
                settings.adapter == name,
                settings.shadow == name,
                tuple(p for p in promotions if p.adapter == name),
            )  # fmt: skip
        )
    base = AdapterOnShelf(
        settings.model, None, {}, "", None, settings.adapter is None, False,
        tuple(p for p in promotions if p.adapter is None),
    )  # fmt: skip
    adapters.sort(key=lambda one: (one.created, one.name))
    return Shelf(tuple(_sets(places)), tuple(adapters), base, learned.to_undo() is not None, _stopped(places))


def _sets(places: Places) -> Iterator[SetOnShelf]:
    from model_runtime.dataset import read_card

    folders = [path for path in places.sets.glob("*@*") if path.is_dir() and not path.name.startswith(".")]
    for folder in sorted(folders, key=lambda path: path.stat().st_mtime, reverse=True):
        try:
            yield SetOnShelf(folder.name, folder, read_card(folder))
        except Fixable as error:
            yield SetOnShelf(folder.name, folder, {}, error.message)


def _adapter_card(folder: Path) -> tuple[dict[str, Any], str]:
    from model_runtime.adapter_card import read_card

    try:
        card = read_card(folder)
        return {**card.to_json(), "identity": card.identity}, ""
    except Fixable as error:
        return {}, error.message


def _folders(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob("*") if path.is_dir() and not path.name.startswith("."))


def _stopped(places: Places) -> str:
    """The set of the newest training that left its state."""
    states = sorted((places.data / "training").glob("*/state.safetensors"), key=lambda path: path.stat().st_mtime)
    name = states[-1].parent.name.partition("-")[2] if states else ""
    return name if name and (places.sets / name).is_dir() else ""
