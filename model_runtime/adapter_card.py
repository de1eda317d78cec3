"""card.json of an adapter folder: what it says, read without torch. Knows no weights and no model."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from model_runtime.manifest import in_words, write_json
from model_runtime.verdict import Fixable, Thresholds

CARD = "card.json"
FORMAT = 1


class AdapterFaults(Fixable):
    """An adapter that cannot be used with this model, with everything that is wrong with it."""

    def __init__(self, faults: list[str], folder: Path) -> None:
        super().__init__("adapter", f"The adapter {folder} cannot be used:{in_words(faults)}")
        self.faults = faults


@dataclass(frozen=True, slots=True)
class Card:
    """What card.json says. `base` is the SHA-256 of the checkpoint it was trained on, `sha256` of its own weights."""

    name: str
    version: int
    base: str
    rank: int
    alpha: float
    target_modules: str | tuple[str, ...]
    sha256: str
    parent: str | None = None
    temperature: float = 1.0
    thresholds: Thresholds = field(default_factory=Thresholds)
    trained_on: str = ""
    figures: Mapping[str, Any] = field(default_factory=dict)
    training: Mapping[str, Any] = field(default_factory=dict)
    """How it came to be: the set and its SHA-256, recipe, steps, versions, who."""
    created: str = ""

    @property
    def identity(self) -> str:
        """`name@version/sha256`, as it goes into every verdict."""
        return f"{self.name}@{self.version}/{self.sha256}"

    def to_json(self) -> dict[str, Any]:
        """The content of card.json."""
        targets = self.target_modules if isinstance(self.target_modules, str) else list(self.target_modules)
        return {
            "format": FORMAT,
            "name": self.name,
            "version": self.version,
            "base": self.base,
            "parent": self.parent,
            "rank": self.rank,
            "alpha": self.alpha,
            "target_modules": targets,
            "sha256": self.sha256,
            "temperature": self.temperature,
            "thresholds": {"ok_below": self.thresholds.ok_below, "ng_above": self.thresholds.ng_above},
            "trained_on": self.trained_on,
            "figures": dict(self.figures),
            "training": dict(self.training),
            "created": self.created,
        }


def read_card(folder: Path) -> Card:
    """Reads card.json. Raises `AdapterFaults` when it is missing, unreadable or of a newer format."""
    try:
        content = json.loads((folder / CARD).read_text(encoding="utf-8"))
        json.dumps(content, ensure_ascii=False).encode()  # halves of letters, which no file could be written with
        if content["format"] > FORMAT:
            known = f"this program knows {FORMAT}; install a newer program"
            raise AdapterFaults([f"{CARD} has format {content['format']}, {known}."], folder)
        return parsed(content)
    except FileNotFoundError:
        fault = f"{CARD} is missing; this is not an adapter folder, or the copy did not finish."
    except (OSError, ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError) as error:
        fault = f"{CARD} cannot be read ({error!r}); get the adapter again."
    raise AdapterFaults([fault], folder)


def evaluated(folder: Path, thresholds: Thresholds | None, evaluation: Mapping[str, Any]) -> None:
    """Writes onto card.json what the adapter was let in by: its figures, and its thresholds unless None. The weights,
    and with them the adapter's identity, stay. Raises `AdapterFaults`, OSError."""
    card = read_card(folder)
    figures = {**card.figures, "evaluation": dict(evaluation)}
    write_json(folder / CARD, replace(card, figures=figures, thresholds=thresholds or card.thresholds).to_json())


def parsed(content: Mapping[str, Any]) -> Card:
    """A card from its JSON; KeyError, ValueError or TypeError when it is none."""
    targets = content["target_modules"]
    return Card(
        name=str(content["name"]),
        version=int(content["version"]),
        base=str(content["base"]),
        rank=int(content["rank"]),
        alpha=float(content["alpha"]),
        target_modules=targets if isinstance(targets, str) else tuple(sorted(map(str, targets))),
        sha256=str(content["sha256"]),
        parent=content.get("parent"),
        temperature=_above_zero(content.get("temperature", 1.0)),
        thresholds=Thresholds(**{key: float(value) for key, value in content.get("thresholds", {}).items()}),
        trained_on=str(content.get("trained_on", "")),
        figures=dict(content.get("figures") or {}),
        training=dict(content.get("training") or {}),
        created=str(content.get("created", "")),
    )


def _above_zero(value: object) -> float:
    number = float(value)  # type: ignore[arg-type]
    if not 0.0 < number < float("inf"):
        raise ValueError(f"temperature must be above zero, not {value}")
    return number
