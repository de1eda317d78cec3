"""The settings: one typed, versioned model in a JSON file of the data folder, written whole or not at all.

A value that does not fit falls back to its default alone, so a damaged file never keeps the program from starting.
Each field carries its choices, label and help: a dialog can build itself from `specs()`.
"""

import dataclasses
import json
import logging
import types
import typing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from inspector_app.errors import from_os_error
from inspector_app.places import BUNDLED_MODEL
from inspector_app.whole import write_whole
from model_runtime.verdict import Thresholds

VERSION = 1
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Spec:
    """How a field is shown and what it may hold; `low`/`high` bound numbers, `choices` bound texts."""

    label_en: str
    label_ja: str
    help_en: str = ""
    help_ja: str = ""
    choices: tuple[str, ...] = ()
    low: int | None = None
    high: int | None = None


def _setting(default: Any, spec: Spec) -> Any:
    return field(default=default, metadata={"spec": spec})


@dataclass(frozen=True, slots=True)
class Settings:
    """All that the person may choose. Change with `dataclasses.replace` or `changed`, then `save`."""

    language: str = _setting(
        "auto",
        Spec("Language", "言語", "auto: as the system", "auto: システムに合わせる", choices=("auto", "ja", "en")),
    )
    theme: str = _setting(
        "auto",
        Spec("Theme", "配色", "auto: as the system", "auto: システムに合わせる", choices=("auto", "light", "dark")),
    )
    operator: str = _setting("", Spec("Operator", "作業者", "Kept with every sample", "すべての記録に残ります"))
    model: str = _setting(BUNDLED_MODEL, Spec("Model", "モデル", "One of the installed models", "導入済みのモデル"))
    adapter: str | None = _setting(None, Spec("Adapter", "アダプタ", "Empty: the model's own", "空欄: モデル付属"))
    threads: int | None = _setting(
        None,
        Spec(
            "Threads",
            "スレッド数",
            "Empty: as many as the computer has cores",
            "空欄: コア数に合わせる",
            low=1,
            high=256,
        ),
    )
    camera: int = _setting(0, Spec("Camera", "カメラ", "Number of the camera", "カメラの番号", low=0, high=63))
    microphone: str | None = _setting(None, Spec("Microphone", "マイク", "Empty: the system's", "空欄: システム既定"))
    last_part: str = _setting("general", Spec("Last part", "前回の品番"))
    last_lot: str = _setting("", Spec("Last lot", "前回のロット"))
    thresholds: Thresholds | None = _setting(
        None, Spec("Thresholds", "判定しきい値", "Empty: those of part and adapter", "空欄: 品番とアダプタの値")
    )

    @classmethod
    def load(cls, path: Path) -> "Settings":
        """The settings in the file; defaults where it is missing, damaged or says something that does not fit."""
        try:
            said = json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return cls()
        except (OSError, ValueError) as error:
            _log.warning("settings could not be read, defaults are used: %s", type(error).__name__)
            return cls()
        return cls.from_json(said if isinstance(said, dict) else {})

    @classmethod
    def from_json(cls, said: dict[str, Any]) -> "Settings":
        """Field by field; what does not fit is left at its default."""
        hints = typing.get_type_hints(cls)
        good = {}
        for known in dataclasses.fields(cls):
            if known.name not in said:
                continue
            try:
                good[known.name] = _fit(said[known.name], hints[known.name], known.metadata["spec"])
            except (TypeError, ValueError):
                _log.warning("setting %s does not fit, its default is used", known.name)
        return cls(**good)

    def changed(self, **values: Any) -> "Settings":
        """A copy with other values; ValueError or TypeError for one that does not fit."""
        hints = typing.get_type_hints(type(self))
        specs = type(self).specs()
        return dataclasses.replace(self, **{name: _fit(v, hints[name], specs[name]) for name, v in values.items()})

    def save(self, path: Path) -> None:
        """Writes the file whole; KensaError when the disk refuses."""
        body = json.dumps({"version": VERSION, **dataclasses.asdict(self)}, ensure_ascii=False, indent=2)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            write_whole(path, (body + "\n").encode())
        except OSError as error:
            raise from_os_error(error, "settings file", path) from error

    @classmethod
    def specs(cls) -> dict[str, Spec]:
        """Field name -> how to show it, in the order of a dialog."""
        return {known.name: known.metadata["spec"] for known in dataclasses.fields(cls)}


def _fit(value: Any, hint: Any, spec: Spec) -> Any:
    """The value in the field's type, or TypeError / ValueError."""
    kinds = typing.get_args(hint) if isinstance(hint, types.UnionType) else (hint,)
    if value is None and types.NoneType in kinds:
        return None
    if Thresholds in kinds:
        return value if isinstance(value, Thresholds) else Thresholds(**value)
    if isinstance(value, bool) or not isinstance(value, kinds):
        raise TypeError(f"{value!r} is not of type {hint}")
    if spec.choices and value not in spec.choices:
        raise ValueError(f"{value!r} is none of {spec.choices}")
    if isinstance(value, int) and not (spec.low or 0) <= value <= (spec.high or value):
        raise ValueError(f"{value!r} is out of range")
    return value
