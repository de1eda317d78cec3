"""What a camera is to the rest of the program: its frames, its state with a reason, and the few things it can do.

Knows no device and no library of pictures; the real cameras and the scripted one of the tests follow the same protocol.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol, TypeAlias

from inspector_app.errors import KensaError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from inspector_app.capture.sample import Photo

Pixels: TypeAlias = "NDArray[np.uint8]"
"""RGB bytes, (height, width, 3)."""

OPEN_SECONDS = 10.0
"""How long a camera may take to deliver its first frame."""
STALE_SECONDS = 2.0
"""A frame older than this is not what lies under the camera now."""
LOST_SECONDS = 8.0
"""After so long without a frame nobody hopes any more: the camera is opened again."""


class State(StrEnum):
    """How a camera is doing. From `LOST` it comes back by itself; only `CLOSED` stays."""

    CLOSED = "closed"
    OPENING = "opening"
    LIVE = "live"
    STALE = "stale"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class Status:
    """The state, and where it is not a good one, why: one sentence for the operator."""

    state: State
    error: KensaError | None = None


@dataclass(frozen=True, slots=True)
class Frame:
    """One picture for the screen, as the view shows it; `number` counts up, `at` is monotonic seconds."""

    pixels: Pixels
    number: int
    at: float


class CameraLike(Protocol):
    """What the window needs of a camera. All methods may be called from any thread."""

    def start(self) -> None:
        """Begin to open it and come back at once; `status` tells how it goes."""

    def open(self) -> None:
        """Wait for the first frame; KensaError when none came in time: it goes on trying. Not on the GUI thread."""

    def latest(self) -> Frame | None:
        """The newest frame, or None before the first."""

    def age(self) -> float | None:
        """Seconds since the newest frame came."""

    def status(self) -> Status:
        """How it is doing now, and why."""

    def still(self) -> Photo:
        """The picture of now at full resolution; KensaError when there is none. Not on the GUI thread."""

    def arrived(self) -> list[Photo | KensaError]:
        """What came by itself since the last call, as from a tethered camera; or why it is no photo."""

    def close(self) -> None:
        """Let the device go; never waits for a driver that hangs."""
