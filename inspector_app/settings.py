"""The settings: one typed, versioned model in a JSON file of the data folder, written whole or not at all.

A value that does not fit falls back to its default alone, so a damaged file never keeps the program from starting.
Each field carries its choices, label and help: a dialog can build itself from `specs()`.
"""

import dataclasses
import json
import logging
import types
import typing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from inspector_app.errors import from_os_error
from inspector_app.places import BUNDLED_MODEL
from inspector_app.setting_specs import SendingSettings, Spec, setting
from inspector_app.whole import write_whole
from model_runtime.verdict import Thresholds

VERSION = 1
CHECKS = {"focus": 12, "dark": 8, "bright": 96, "glare": 3}
"""Photo checks as they are set at first: docs/capture.md says what the figures mean and how they were found."""
_log = logging.getLogger(__name__)


def region_of(text: str) -> tuple[float, float, float, float] | None:
    """Left, top, width, height as fractions, from a text in per cent; None for ""; ValueError where they do not fit."""
    if not text.strip():
        return None
    left, top, width, height = (float(part) / 100 for part in text.split(","))
    # Rounded figures of a dialog may end a hair beyond the picture.
    if not (min(left, top) >= 0 and min(width, height) >= 0.01 and max(left + width, top + height) <= 1.0001):
        raise ValueError(f"{text!r} is no part of a picture")
    return left, top, width, height


def plan_of(text: str) -> object:
    """The shifts that a text means; ValueError for one that means none."""
    from inspector_app.shifts import ShiftPlan

    return ShiftPlan.parse(text)


@dataclass(frozen=True, slots=True)
class Settings(SendingSettings):
    """All that the person may choose. Change with `dataclasses.replace` or `changed`, then `save`."""

    language: str = setting(
        "auto",
        Spec(
            "Language",
            "言語",
            "auto: as the system",
            "auto: システムに合わせる",
            choices=("auto", "ja", "en"),
            group="look",
            personal=True,
        ),
    )
    theme: str = setting(
        "auto",
        Spec(
            "Theme",
            "配色",
            "auto: as the system",
            "auto: システムに合わせる",
            choices=("auto", "light", "dark", "high-contrast"),
            group="look",
            personal=True,
        ),
    )
    operator: str = setting(
        "",
        Spec("Operator", "作業者", "Kept with every sample", "すべての記録に残ります", group="people", personal=True),
    )
    model: str = setting(
        BUNDLED_MODEL,
        Spec("Model", "モデル", "Judges from the next start on", "変更は次回起動から有効", group="model"),
    )
    adapter: str | None = setting(
        None, Spec("Adapter", "アダプタ", "It judges from the next unit on", "次の 1 個から使われます", group="model")
    )
    shadow: str | None = setting(
        None,
        Spec(
            "Candidate beside",
            "並走候補",
            "An adapter that judges the same units and decides nothing; empty: none",
            "同じワークを判定しますが、何も決めないアダプタです。空欄: なし",
            group="model",
            hidden=True,
        ),
    )
    shadow_units: int = setting(
        0,
        Spec(
            "Units beside before a promotion",
            "昇格に必要な並走数",
            "So many units must a candidate have judged beside the active adapter; 0: none",
            "候補のアダプタが並走で判定しておくべき数。0: 不要",
            low=0,
            high=100000,
            group="model",
        ),
    )
    label_sample: int = setting(
        100,
        Spec(
            "Second look at labels below",
            "ラベルの抜き取り確認 (個数未満)",
            "A set with fewer units lets an adapter in only after some of its labels were looked at again; 0: never",
            "これより小さい学習セットは、ラベルの抜き取り確認が済むまで昇格できません。0: 行わない",
            low=0,
            high=100000,
            group="model",
        ),
    )
    threads: int | None = setting(
        None,
        Spec(
            "Threads",
            "スレッド数",
            "Empty: as many as the computer has cores",
            "空欄: コア数に合わせる",
            low=1,
            high=256,
            group="model",
        ),
    )
    camera: str = setting(
        "0",
        Spec(
            "Camera",
            "カメラ",
            "Number of a camera, rtsp://… or http://…, folder:/path (a tethered camera's), file:/path, or simulated",
            "カメラの番号、rtsp://… か http://…、folder:/パス（テザー撮影のフォルダ）、file:/パス、または simulated",
        ),
    )
    camera_resolution: str = setting(
        "auto",
        Spec(
            "Resolution",
            "解像度",
            "The camera takes the nearest that it has; auto: the camera's own, max: its highest",
            "カメラが持つ最も近い値になります。auto: カメラの既定、max: 最大",
            choices=("auto", "640x480", "1280x720", "1920x1080", "2560x1440", "3840x2160", "max"),
        ),
    )
    camera_exposure_ms: int | None = setting(
        None,
        Spec("Exposure (ms)", "露光時間 (ms)", "Empty: automatic", "空欄: 自動", low=1, high=2000),
    )
    camera_mirror: bool = setting(
        False, Spec("Mirror", "左右反転", "Left and right change places", "左右を入れ替えます")
    )
    camera_rotation: str = setting(
        "0", Spec("Rotation", "回転", "Degrees, clockwise", "時計回りの角度", choices=("0", "90", "180", "270"))
    )
    camera_region: str = setting(
        "",
        Spec(
            "Region of interest",
            "対象範囲",
            "Left, top, width, height in per cent of the picture; empty: all of it",
            "左, 上, 幅, 高さ（画像に対する %）。空欄: 全体",
            check=region_of,
        ),
    )
    check_focus: int = setting(
        CHECKS["focus"],
        Spec("Least sharpness", "最低の鮮明さ", "0: not checked", "0: 確認しない", low=0, high=1000),
    )
    check_dark: int = setting(
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
    check_bright: int = setting(
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
    check_glare: int = setting(
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
    microphone: str | None = setting(None, Spec("Microphone", "マイク", "Empty: the system's", "空欄: システム既定"))
    scanner_prefix: str = setting(
        "", Spec("Scanner's prefix", "スキャナの先頭文字", "What it sends before the code", "コードの前に送る文字")
    )
    scanner_suffix: str = setting(
        "enter",
        Spec(
            "Scanner's ending",
            "スキャナの終端",
            "The key it sends after the code",
            "コードの後に送るキー",
            choices=("enter", "tab"),
        ),
    )
    scanner_gap_ms: int = setting(
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
    last_part: str = setting("general", Spec("Last part", "前回の品番", personal=True, hidden=True))
    last_lot: str = setting("", Spec("Last lot", "前回のロット", personal=True, hidden=True))
    thresholds: Thresholds | None = setting(
        None,
        Spec(
            "Thresholds", "判定しきい値", "Empty: those of part and adapter", "空欄: 品番とアダプタの値", group="model"
        ),
    )
    full_screen: bool = setting(False, Spec("Full screen", "全画面", group="look"))
    kiosk: bool = setting(
        False,
        Spec(
            "Kiosk", "キオスク", "Full screen; only a supervisor's PIN leaves it", "全画面。終了には監督者の PIN が必要"
        ),
    )
    sounds: bool = setting(
        True, Spec("Sounds", "音", "A sound of its own for each verdict", "判定ごとに異なる音", group="look")
    )
    auto_lock_minutes: int = setting(
        10,
        Spec(
            "Sign out after (min)",
            "自動サインアウト（分）",
            "When nothing is done for so long; 0: never",
            "操作がないとき。0: しない",
            low=0,
            high=480,
            group="people",
        ),
    )
    shift_plan: str = setting(
        "",
        Spec(
            "Shifts",
            "直",
            "Names and starts, as: Early 06:00, Late 14:00, Night 22:00",
            "名称と開始時刻。例: 早番 06:00, 遅番 14:00, 夜勤 22:00",
            check=plan_of,
            group="people",
        ),
    )
    target_takt: int | None = setting(
        None,
        Spec(
            "Target takt (s)",
            "目標タクト（秒）",
            "Seconds for each unit, where the part says nothing; empty: none",
            "品番に指定がないときの 1 個あたりの秒数。空欄: なし",
            low=1,
            high=86_400,
        ),
    )
    random_share: int = setting(
        0,
        Spec(
            "To the supervisor by chance (%)",
            "抜き取り確認 (%)",
            "Of the units judged OK or NG; only so is it known how many defects are missed",
            "OK・NG 判定のうち監督者も確認する割合。見逃しの実態はこれで分かります",
            low=0,
            high=100,
        ),
    )
    judge_seconds: int | None = setting(
        None,
        Spec(
            "Longest judgment (s)",
            "判定の制限時間（秒）",
            "Then the unit is inconclusive and the model is loaded anew. Empty: by the model's own pace; 0: no limit",
            "超えると「要確認」とし、モデルを読み込み直します。空欄: モデルの速さに合わせる、0: 制限なし",
            low=0,
            high=3600,
            group="model",
        ),
    )
    keys: dict[str, str] = setting({}, Spec("Keys", "キー", "For a foot pedal", "フットペダル用", group="look"))
    set_up_done: bool = setting(False, Spec("Set up", "初期設定済み", personal=True, hidden=True))

    @classmethod
    def load(cls, path: Path) -> "Settings":
        """The settings in the file; defaults where it is missing, damaged or says something that does not fit."""
        try:
            said = json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return cls()
        except (OSError, ValueError, RecursionError) as error:
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
            except (TypeError, ValueError, OverflowError):
                _log.warning("setting %s does not fit, its default is used", known.name)
        return cls(**good)

    def changed(self, **values: Any) -> "Settings":
        """A copy with other values; ValueError or TypeError for one that does not fit."""
        hints = typing.get_type_hints(type(self))
        specs = type(self).specs()
        return dataclasses.replace(self, **{name: _fit(v, hints[name], specs[name]) for name, v in values.items()})

    def save(self, path: Path) -> None:
        """Writes the file whole; KensaError when the disk refuses."""
        body = json.dumps({"version": VERSION, **self.to_json()}, ensure_ascii=False, indent=2)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            write_whole(path, (body + "\n").encode())
        except OSError as error:
            raise from_os_error(error, "settings file", path) from error

    def to_json(self) -> dict[str, Any]:
        """All fields as they are written."""
        return dataclasses.asdict(self)

    def told(self) -> dict[str, Any]:
        """The same for the audit trail: of a secret only whether there is one."""
        specs = type(self).specs()
        return {
            name: ("***" if value else "") if specs[name].secret else value for name, value in self.to_json().items()
        }

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
    if typing.get_origin(hint) is dict:
        return _words(value)
    if isinstance(value, bool) != (bool in kinds) or not isinstance(value, kinds):
        raise TypeError(f"{value!r} is not of type {hint}")
    if isinstance(value, str):
        value.encode()  # what no file can hold raises ValueError
    if spec.choices and value not in spec.choices:
        raise ValueError(f"{value!r} is none of {spec.choices}")
    if isinstance(value, int) and not isinstance(value, bool) and not (spec.low or 0) <= value <= (spec.high or value):
        raise ValueError(f"{value!r} is out of range")
    if spec.check is not None:
        spec.check(value)
    return value


def _words(value: Any) -> dict[str, str]:
    if not isinstance(value, dict) or not all(isinstance(text, str) for pair in value.items() for text in pair):
        raise TypeError(f"{value!r} is not a table of texts")
    "".join((*value, *value.values())).encode()
    return dict(value)
