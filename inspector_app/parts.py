"""The parts (品番) that can be judged: what may be wrong with each, its golden photo, thresholds and criterion.

Reads two TOML files: the one that ships with the program and the data folder's own, which adds or replaces by name.
Knows no database and no model.
"""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from inspector_app.errors import KensaError, from_os_error
from inspector_app.places import Places, resources
from model_runtime.verdict import DEFECTS, Thresholds

GENERAL = "general"
"""The part of a sample that names none."""
MODALITIES = ("photo", "voice")
_KEYS = {"title", "defects", "modalities", "golden", "golden_expected", "thresholds", "criteria"}
_DEFECT = re.compile(r"[A-Za-z0-9][A-Za-z0-9_ -]{0,59}")


@dataclass(frozen=True, slots=True)
class Part:
    """One part number; `defects` are the classes that the model may answer."""

    name: str
    title_ja: str
    title_en: str
    defects: tuple[str, ...] = DEFECTS
    modalities: tuple[str, ...] = MODALITIES
    golden: Path | None = None
    golden_expected: bool = False
    thresholds: Thresholds | None = None
    criteria: str = ""

    def title(self, language: str) -> str:
        """The name for people, Japanese for "ja", else English."""
        return self.title_ja if language == "ja" else self.title_en


class Parts:
    """All known parts by name; the general one is always there."""

    def __init__(self, parts: dict[str, Part]) -> None:
        self._parts = {GENERAL: Part(GENERAL, "一般", "General"), **parts}

    @classmethod
    def load(cls, places: Places) -> "Parts":
        """Those of the program and those of the data folder; KensaError names the first fault of a file."""
        shipped = _read(resources() / "parts.toml")
        own = _read(places.parts) if places.parts.exists() else {}
        return cls({**shipped, **own})

    def __iter__(self) -> Iterator[Part]:
        return iter(self._parts.values())

    def __contains__(self, name: str) -> bool:
        return name in self._parts

    @property
    def names(self) -> list[str]:
        return list(self._parts)

    def get(self, name: str) -> Part:
        """The part; KensaError with the known names when there is none."""
        if name not in self._parts:
            known = ", ".join(self._parts)
            raise KensaError("unknown_part", f"The part {name!r} is not known; known parts are: {known}.")
        return self._parts[name]

    def get_or_general(self, name: str) -> Part:
        """For parts that a folder declared and no file names: the general one."""
        return self._parts.get(name, self._parts[GENERAL])


def is_defect(text: str) -> bool:
    """Whether the text can be a defect class: letters, digits, dash, underscore, space; never "none"."""
    return text != "none" and _DEFECT.fullmatch(text) is not None


def _read(path: Path) -> dict[str, Part]:
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise from_os_error(error, "file of parts", path) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise KensaError("bad_parts", f"{path} is not a valid file of parts ({error}); correct it.") from error
    return {name: _part(name, entry, path) for name, entry in table.items()}


def _part(name: str, entry: Any, path: Path) -> Part:
    try:
        return _checked(name, entry, path)
    except (TypeError, ValueError, AttributeError) as error:
        raise KensaError("bad_parts", f"{path}: the part {name!r} is not valid ({error}); correct it.") from error


def _checked(name: str, entry: dict[str, Any], path: Path) -> Part:
    """One table of the file as a part; ValueError or TypeError tell what is wrong with it."""
    if unknown := sorted(set(entry) - _KEYS):
        raise ValueError(f"unknown key {unknown[0]!r}")
    defects = tuple(entry.get("defects", DEFECTS))
    if not defects or not all(isinstance(d, str) and is_defect(d) for d in defects) or len(set(defects)) < len(defects):
        raise ValueError("defects must be different words of letters, digits, - and _, without 'none'")
    modalities = tuple(entry.get("modalities", MODALITIES))
    if not modalities or not set(modalities) <= set(MODALITIES):
        raise ValueError(f"modalities must be from {', '.join(MODALITIES)}")
    title = entry.get("title", {})
    criteria = entry.get("criteria", "")
    if not isinstance(criteria, str):
        raise TypeError("criteria must be a text")
    return Part(
        name=name,
        title_ja=str(title.get("ja", name)),
        title_en=str(title.get("en", name)),
        defects=defects,
        modalities=modalities,
        golden=path.parent / str(entry["golden"]) if "golden" in entry else None,
        golden_expected=bool(entry.get("golden_expected", "golden" in entry)),
        thresholds=Thresholds(**entry["thresholds"]) if "thresholds" in entry else None,
        criteria=criteria,
    )
