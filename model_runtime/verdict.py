"""Question in, Verdict out: all that crosses the border between the program and the model.

Knows the words of the field and the JSON contract. Knows no torch, no files, no window: standard library only.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol

GRID = 8
"""Rows and columns of the region grid laid over the whole photo."""

DEFECTS = (
    "scratch",
    "crack",
    "dent",
    "stain",
    "hole",
    "chip",
    "foreign",
    "missing",
    "deformation",
    "damaged",
)
"""Defect classes of a part that names none of its own."""


class Answer(StrEnum):
    """The decision on one unit (判定)."""

    OK = "OK"
    NG = "NG"
    INCONCLUSIVE = "INCONCLUSIVE"


class Severity(StrEnum):
    """How bad a defect is (程度)."""

    NONE = "none"
    MINOR = "minor"
    MAJOR = "major"
    CRITICAL = "critical"


class VoiceSays(StrEnum):
    """What the spoken note says of the unit."""

    OK = "OK"
    NG = "NG"
    NOTHING = "nothing"


class Fixable(Exception):
    """What the person at the station can put right: one sentence, and a stable code for programs."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class Stopped(Exception):
    """The judgment was cancelled before it ended; nothing was decided."""


@dataclass(frozen=True, slots=True)
class Region:
    """One cell of the grid over the photo; row 0 is the top, column 0 the left."""

    row: int
    col: int
    grid: int = GRID


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Below `ok_below` a unit is OK, above `ng_above` NG, between them INCONCLUSIVE. Probabilities of NG."""

    ok_below: float = 0.2
    ng_above: float = 0.8

    def __post_init__(self) -> None:
        if not 0.0 <= self.ok_below <= self.ng_above <= 1.0:
            raise ValueError(f"thresholds must satisfy 0 <= ok_below <= ng_above <= 1, not {self}")


SURE = 2 / 3
"""So probable is what a voice must not speak against: two to one."""


def contradicts(voice_says: str | None, p_ng: float, thresholds: Thresholds) -> bool:
    """The voice calls the unit good where the judgment is NG, or bad where it is OK: beyond the thresholds, or by two
    to one within them. A unit between the thresholds is INCONCLUSIVE either way; so it is also said why."""
    if voice_says == VoiceSays.OK:
        return p_ng > min(thresholds.ng_above, SURE)
    return voice_says == VoiceSays.NG and p_ng < max(thresholds.ok_below, 1 - SURE)


def decide(p_ng: float, thresholds: Thresholds, contradiction: bool = False) -> Answer:
    """OK below the thresholds, NG above them; INCONCLUSIVE between them, and where a voice contradicts the photo."""
    if contradiction:
        return Answer.INCONCLUSIVE
    if p_ng < thresholds.ok_below:
        return Answer.OK
    return Answer.NG if p_ng > thresholds.ng_above else Answer.INCONCLUSIVE


@dataclass(frozen=True, slots=True)
class Question:
    """All that the model needs to judge one unit. Photo, voice or both; a golden photo only beside a photo."""

    photo: Path | None = None
    voice: Path | None = None
    golden: Path | None = None
    part: str | None = None
    defects: tuple[str, ...] = DEFECTS
    criteria: str = ""
    thresholds: Thresholds | None = None
    """None: those of the adapter's card."""


@dataclass(frozen=True, slots=True)
class Judgment:
    """What the model says, after the runtime has applied thresholds and contradiction."""

    verdict: Answer
    defect: str = "none"
    severity: Severity = Severity.NONE
    region: Region | None = None
    heard: str = ""
    voice_says: VoiceSays = VoiceSays.NOTHING
    remark: str = ""


@dataclass(frozen=True, slots=True)
class ModelIdentity:
    """Which model said it: `name@sha256`, `name@version/sha256`, sha256 of the prompt, device and number type."""

    base: str
    adapter: str
    prompt: str
    engine: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """All that the model said of one unit. `p_ng` is the calibrated probability of NG against OK."""

    judgment: Judgment
    p_ng: float
    confidence: float
    contradiction: bool
    thresholds: Thresholds
    model: ModelIdentity
    timings_ms: dict[str, float] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """The verdict's part of the JSON contract, ready for `json.dumps`."""
        return asdict(self)


StopCheck = Callable[[], bool]
"""Asked between the stages of a judgment; True ends it with `Stopped`."""


class Judge(Protocol):
    """Judges one question at a time; not safe to call from two threads at once."""

    @property
    def identity(self) -> ModelIdentity: ...

    def judge(self, question: Question, stop: StopCheck | None = None) -> Verdict:
        """Raises `Fixable` for input that cannot be judged, `Stopped` when `stop` said so."""
        ...
