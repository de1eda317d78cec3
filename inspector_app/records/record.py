"""One inspection as it is read back: what was captured, what was said of it, and the JSON that programs get.

Knows no database; store.py and history.py fill it.
"""

import math
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from model_runtime.verdict import Verdict


class State(StrEnum):
    """Where a sample stands: kept, judged, or refused by the model with a reason."""

    CAPTURED = "captured"
    JUDGED = "judged"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Media:
    """A kept file: the name it came with, the hash of its content, where it lies now."""

    file: str
    sha256: str
    path: Path

    def to_json(self) -> dict[str, str]:
        return {"file": self.file, "sha256": self.sha256}


@dataclass(frozen=True, slots=True)
class Inspection:
    """All that is kept of one unit. `verdict` is None until it is judged; times are UTC."""

    id: str
    state: State
    photo: Media | None
    voice: Media | None
    golden: Media | None
    part: str
    lot: str | None
    serial: str | None
    operator: str | None
    captured_at: datetime
    app_version: str
    defects: tuple[str, ...] | None = None
    failure_code: str | None = None
    failure_message: str | None = None
    verdict: Verdict | None = None
    judged_at: datetime | None = None

    def to_json(self) -> dict[str, Any]:
        """The contract of one judged unit: what `kensa judge --json` prints."""
        said = finite(self.verdict.to_json()) if self.verdict else {"judgment": None}
        return {
            "id": self.id,
            "photo": self.photo.to_json() if self.photo else None,
            "voice": self.voice.to_json() if self.voice else None,
            "part": self.part,
            "lot": self.lot,
            "serial": self.serial,
            **said,
        }

    def to_full_json(self) -> dict[str, Any]:
        """The same and all else that is kept of it: what `kensa history --json` and `kensa show --json` print."""
        failure = {"code": self.failure_code, "message": self.failure_message} if self.failure_code else None
        return {
            **self.to_json(),
            "golden": self.golden.to_json() if self.golden else None,
            "state": str(self.state),
            "operator": self.operator,
            "captured_at": iso(self.captured_at),
            "judged_at": iso(self.judged_at) if self.judged_at else None,
            "app_version": self.app_version,
            "error": failure,
        }


def iso(moment: datetime) -> str:
    """A time as ISO 8601 in UTC with milliseconds."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def finite(value: Any) -> Any:
    """The value with None for every number that JSON and SQLite cannot hold (NaN, infinities)."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: finite(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [finite(inner) for inner in value]
    return value
