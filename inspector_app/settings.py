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
CHECKS = {"focus": 12, "dark": 8, "bright": 96, "glare": 3}
"""Photo checks as they are set at first: docs/capture.md says what the figures mean and how they were found."""
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
    camera: str = _setting(
        "0",
        Spec(
            "Camera",
            "カメラ",
            "Number of a camera, rtsp://… or http://…, folder:/path (a tethered camera's), file:/path, or simulated",
            "カメラの番号、rtsp://… か http://…、folder:/パス（テザー撮影のフォルダ）、file:/パス、または simulated",
        ),
    )
    camera_resolution: str = _setting(
        "auto",
        Spec(
            "Resolution",
            "解像度",
            "The camera takes the nearest that it has; auto: the camera's own, max: its highest",
            "カメラが持つ最も近い値になります。auto: カメラの既定、max: 最大",
            choices=("auto", "640x480", "1280x720", "1920x1080", "2560x1440", "3840x2160", "max"),
        ),
    )
    camera_exposure_ms: int | None = _setting(
        None,
        Spec("Exposure (ms)", "露光時間 (ms)", "Empty: automatic", "空欄: 自動", low=1, high=2000),
    )
    camera_mirror: bool = _setting(
        False, Spec("Mirror", "左右反転", "Left and right change places", "左右を入れ替えます")
    )
    camera_rotation: str = _setting(
        "0", Spec("Rotation", "回転", "Degrees, clockwise", "時計回りの角度", choices=("0", "90", "180", "270"))
    )
    camera_region: str = _setting(
        "",
        Spec(
            "Region of interest",
            "対象範囲",
            "Left, top, width, height in per cent of the picture; empty: all of it",
            "左, 上, 幅, 高さ（画像に対する %）。空欄: 全体",
        ),
    )
    check_focus: int = _setting(
        CHECKS["focus"],
        Spec("Least sharpness", "最低の鮮明さ", "0: not checked", "0: 確認しない", low=0, high=1000),
    )
    check_dark: int = _setting(
        CHECKS["dark"],
        Spec(
            "Darkest (%)",
            "暗さの限度 (%)",
            "Least brightness; 0: not checked",
            "最低の明るさ。0: 確認しない",
            low=0,
            high=100,
        ),
    )
    check_bright: int = _setting(
        CHECKS["bright"],
        Spec(
            "Brightest (%)",
            "明るさの限度 (%)",
            "Most brightness; 0: not checked",
            "最高の明るさ。0: 確認しない",
            low=0,
            high=100,
        ),
    )
    check_glare: int = _setting(
        CHECKS["glare"],
        Spec(
            "Glare (%)",
            "反射の限度 (%)",
            "Most of the picture that may shine; 0: not checked",
            "反射が占めてよい割合。0: 確認しない",
            low=0,
            high=100,
        ),
    )
    microphone: str | None = _setting(None, Spec("Microphone", "マイク", "Empty: the system's", "空欄: システム既定"))
    scanner_prefix: str = _setting(
        "", Spec("Scanner's prefix", "スキャナの先頭文字", "What it sends before the code", "コードの前に送る文字")
    )
    scanner_suffix: str = _setting(
        "enter",
        Spec(
            "Scanner's ending",
            "スキャナの終端",
            "The key it sends after the code",
            "コードの後に送るキー",
            choices=("enter", "tab"),
        ),
    )
    scanner_gap_ms: int = _setting(
        35,
        Spec(
            "Scanner's pace (ms)",
            "スキャナの間隔 (ms)",
            "Longest pause between two of its keys",
            "キーとキーの最長の間隔",
            low=5,
            high=200,
        ),
    )
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
    if str in kinds and isinstance(value, int) and not isinstance(value, bool):
        value = str(value)  # older files name the camera by its number
    if isinstance(value, bool) != (bool in kinds) or not isinstance(value, kinds):
        raise TypeError(f"{value!r} is not of type {hint}")
    if spec.choices and value not in spec.choices:
        raise ValueError(f"{value!r} is none of {spec.choices}")
    if isinstance(value, int) and not isinstance(value, bool) and not (spec.low or 0) <= value <= (spec.high or value):
        raise ValueError(f"{value!r} is out of range")
    return value
