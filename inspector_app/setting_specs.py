"""How a setting is declared, and the settings of where the station is and of what leaves it: backups, and messages to
other systems.

Knows labels, bounds and checks; knows no file. settings.py joins all of them.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any


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
    group: str = "station"
    personal: bool = False
    """Anybody's own choice; all others are the station's, and changing them needs the right to."""
    hidden: bool = False
    """Remembered by the program; in no dialog."""
    secret: bool = False
    """Never shown, nor told in the audit trail."""
    check: Callable[[Any], object] | None = None
    """Raises ValueError for what does not fit."""


def setting(default: Any, spec: Spec) -> Any:
    """A field of a settings class, with what a dialog needs to know of it."""
    if isinstance(default, dict):
        return field(default_factory=lambda: dict(default), metadata={"spec": spec})
    return field(default=default, metadata={"spec": spec})


@dataclass(frozen=True, slots=True, init=False, repr=False, eq=False)  # Settings makes these for all fields
class PlaceSettings:
    """Where in the plant this is."""

    line: str = setting(
        "", Spec("Line", "ライン", "Kept with every unit; empty: none", "すべての記録に残ります。空欄: なし")
    )
    station: str = setting(
        "",
        Spec(
            "Station",
            "工程",
            "Kept with every unit; empty: the computer's name",
            "すべての記録に残ります。空欄: コンピュータ名",
        ),
    )

    @property
    def line_told(self) -> str | None:
        """The line as the records tell it; None: it has no name."""
        return self.line.strip() or None

    @property
    def station_told(self) -> str | None:
        """The station as the records tell it: by its name, else as its computer; None where both have none."""
        import platform  # 2 ms that no start of the window should wait for

        return self.station.strip() or platform.node() or None


@dataclass(frozen=True, slots=True, init=False, repr=False, eq=False)  # Settings makes these for all fields
class SafetySettings(PlaceSettings):
    """Backups."""

    backup_every: str = setting(
        "off",
        Spec(
            "Backups",
            "バックアップ",
            "off, or one file each day or shift",
            "off: しない、day: 毎日、shift: 直ごと",
            choices=("off", "day", "shift"),
        ),
    )
    backup_folder: str = setting(
        "",
        Spec(
            "Folder of backups",
            "バックアップ先",
            "Best on another disk; empty: backups in the data folder",
            "別のディスクを推奨。空欄: データフォルダの backups",
        ),
    )
    backup_keep: int = setting(
        7,
        Spec(
            "Backups kept",
            "保存するバックアップ数",
            "The oldest are deleted",
            "古いものから削除します",
            low=1,
            high=1000,
        ),
    )


def topic_of(text: str) -> str:
    """An MQTT topic to publish below; ValueError for one that brokers refuse."""
    if not text.strip("/ ") or any(sign in text for sign in "+#\0") or text.startswith("$"):
        raise ValueError(f"{text!r} is no topic to publish to")
    return text


# fmt: off
@dataclass(frozen=True, slots=True, init=False, repr=False, eq=False)  # Settings makes these for all fields
class SendingSettings(SafetySettings):
    """Messages to other systems; all of it is off as long as neither a folder nor a broker is named."""

    send_folder: str = setting("", Spec(
        "Folder for other systems", "連携フォルダ",
        "Each verdict and review as a JSON file; empty: off", "判定・確認ごとに JSON を書き出します。空欄: しない",
        group="sending"))
    mqtt_host: str = setting("", Spec(
        "MQTT broker", "MQTT ブローカー", "Name or address; empty: off", "ホスト名またはアドレス。空欄: 送信しない",
        group="sending"))
    mqtt_port: int = setting(1883, Spec(
        "MQTT port", "MQTT ポート", "Usually 1883, with TLS 8883", "通常 1883、TLS は 8883", low=1, high=65_535,
        group="sending"))
    mqtt_tls: bool = setting(False, Spec(
        "MQTT with TLS", "MQTT の TLS", "Encrypted, and the broker proves who it is",
        "暗号化し、ブローカーを検証します", group="sending"))
    mqtt_authority: str = setting("", Spec(
        "MQTT certificates", "MQTT の CA 証明書",
        "File with those of the broker's authority; those of the system where it stays empty",
        "ブローカーの認証局のファイル。なければシステムの証明書を使います", group="sending"))
    mqtt_user: str = setting("", Spec("MQTT user", "MQTT ユーザー", group="sending"))
    mqtt_password: str = setting("", Spec(
        "MQTT password", "MQTT パスワード", "Kept in the settings file, which only this user may read",
        "このユーザーだけが読める設定ファイルに保存します", group="sending", secret=True))
    mqtt_topic: str = setting("kensa", Spec(
        "MQTT topic", "MQTT トピック", "Messages go to TOPIC/STATION/unit", "送信先: トピック/工程/unit",
        group="sending", check=topic_of))
    send_identity: bool = setting(True, Spec(
        "Send lot and serial number", "ロット・製造番号を送る", "With work order, shift and the photo's hash",
        "指図・直・写真のハッシュも含みます", group="sending"))
    send_model: bool = setting(True, Spec(
        "Send model and thresholds", "モデルとしきい値を送る", group="sending"))
    send_operator: bool = setting(False, Spec(
        "Send names of people", "氏名を送る", "Operator and supervisor", "作業者と監督者", group="sending"))
    send_transcript: bool = setting(False, Spec(
        "Send what was heard", "音声の内容を送る", "The words of the voice note, and the model's remark",
        "音声メモの文字とモデルの所見", group="sending"))
    send_reasons: bool = setting(False, Spec(
        "Send reasons", "理由を送る", "Of reviews and disagreements", "確認・異議の理由", group="sending"))
# fmt: on
