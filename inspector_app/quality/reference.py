"""What an adapter was measured on: p_ng of the units of its evaluation set, as the training page keeps them.

Knows one kind of file, places.evaluations / "ADAPTER.json"; one that cannot be read counts as not there.
"""

import json
from pathlib import Path
from typing import Any

from inspector_app.places import Places


def evaluation_of(places: Places, adapter: str) -> list[float]:
    """p_ng of all evaluated units; empty where the adapter was not measured here."""
    return [p for unit in _units(places, adapter) if (p := _number(unit)) is not None]


def photos_of(places: Places, adapter: str) -> list[Path]:
    """Photos of the evaluated units that are still there."""
    named = (unit.get("photo") for unit in _units(places, adapter))
    paths = [places.data / name for name in named if isinstance(name, str) and name]
    return [path for path in paths if _is_there(path)]


def _is_there(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # no name of a file
        return False


def _units(places: Places, adapter: str) -> list[dict[str, Any]]:
    try:
        content = json.loads((places.data / "evaluations" / f"{adapter}.json").read_text(encoding="utf-8"))
        sets = content["sets"]
        return [unit for name in sorted(sets) for unit in sets[name]["units"] if isinstance(unit, dict)]
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return []


def _number(unit: dict[str, Any]) -> float | None:
    said = unit.get("p_ng")
    value = said.get("new") if isinstance(said, dict) else said
    return float(value) if isinstance(value, int | float) and 0.0 <= value <= 1.0 else None
