"""Which cameras there are, which one a station has, and how its picture is turned.

Knows the texts of the settings, how Linux names its cameras, and pixels; opens nothing.
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from inspector_app.errors import KensaError
from inspector_app.settings import Settings, region_of

if TYPE_CHECKING:
    from inspector_app.capture.frames import Pixels

SIMULATED = "simulated"
_CLASS, _LINKS = Path("/sys/class/video4linux"), Path("/dev/v4l/by-id")
MAX_SIDE = 10_000
"""Asked for as "max": no camera has more, so the driver gives the most that it has."""


@dataclass(frozen=True, slots=True)
class CameraName:
    """A camera that can be chosen: what to open, and what to call it."""

    source: str
    name: str


@dataclass(frozen=True, slots=True)
class Region:
    """The part of the picture that matters, as fractions of its width and height: it outlives a new resolution."""

    left: float
    top: float
    width: float
    height: float

    @classmethod
    def parse(cls, text: str) -> Region | None:
        """ "left,top,width,height" in per cent; None for an empty text; KensaError for one that does not fit."""
        try:
            region = region_of(text)
        except ValueError as error:
            raise KensaError(
                "bad_region",
                f"The region of interest {text!r} does not fit; give left, top, width, height in per cent.",
            ) from error
        return None if region is None else cls(*region)

    def __str__(self) -> str:
        return ",".join(f"{100 * value:g}" for value in (self.left, self.top, self.width, self.height))


@dataclass(frozen=True, slots=True)
class View:
    """How the picture is turned: mirrored, then rotated clockwise, then cut. The same for preview and still."""

    mirror: bool = False
    rotation: int = 0
    region: Region | None = None

    @property
    def plain(self) -> bool:
        """Whether the picture stays as it is."""
        return self == View()

    def apply(self, pixels: Pixels) -> Pixels:
        """The picture as the station wants it; a view into the same memory where nothing must be moved."""
        seen = pixels[:, ::-1] if self.mirror else pixels
        if self.rotation % 360:
            import numpy as np

            seen = np.rot90(seen, -(self.rotation // 90) % 4)
        return seen if self.region is None else _cut(seen, self.region)


@dataclass(frozen=True, slots=True)
class CameraSetup:
    """All that a camera is opened with. `resolution`: "auto" (the camera's own), "max" or "1920x1080"."""

    source: str = "0"
    resolution: str = "auto"
    exposure_ms: int | None = None
    view: View = View()

    @classmethod
    def of(cls, settings: Settings) -> CameraSetup:
        """As the station's settings say."""
        region = Region.parse(settings.camera_region)
        view = View(settings.camera_mirror, int(settings.camera_rotation), region)
        return cls(settings.camera.strip(), settings.camera_resolution, settings.camera_exposure_ms, view)

    def size(self) -> tuple[int, int] | None:
        """Width and height to ask the device for, or None to take what it gives."""
        if self.resolution == "max":
            return MAX_SIDE, MAX_SIDE
        found = re.fullmatch(r"(\d{2,5})x(\d{2,5})", self.resolution)
        return (int(found[1]), int(found[2])) if found else None


def cameras() -> list[CameraName]:
    """The cameras of this computer and the simulated one; none is opened."""
    return [*devices(), CameraName(SIMULATED, "Simulated camera")]


def devices() -> list[CameraName]:
    """The cameras of this computer. Elsewhere than on Linux they cannot be named without opening them."""
    if sys.platform.startswith("linux"):
        return linux_devices(_CLASS, _LINKS)
    return [CameraName(str(index), f"Camera {index + 1}") for index in range(4)]


def linux_devices(known: Path, links: Path) -> list[CameraName]:
    """The cameras that the kernel lists, by a path that outlives re-plugging where there is one, else by number."""
    lasting = {link.resolve().name: link for link in sorted(links.glob("*"))} if links.is_dir() else {}
    found = []
    for folder in sorted(known.glob("video*"), key=lambda folder: int(re.sub(r"\D", "", folder.name) or 0)):
        # A camera's second device file carries data about pictures, no pictures.
        if _read(folder / "index") in ("", "0"):
            link = lasting.get(folder.name)
            source = str(link) if link else re.sub(r"\D", "", folder.name)
            found.append(CameraName(source, _read(folder / "name") or folder.name))
    return found


def is_stream(source: str) -> bool:
    """Whether the source is reached through a network."""
    return bool(re.match(r"(rtsps?|rtmp|https?|udp|tcp)://", source, re.IGNORECASE))


def is_device(source: str) -> bool:
    """Whether the source is a camera of this computer, which can be open once only."""
    return source.isdigit() or source.startswith("/dev/")


def shown(source: str) -> str:
    """The source as it may stand in a message or a log: without a password."""
    if not is_stream(source):
        return source
    from urllib.parse import urlsplit, urlunsplit

    try:
        parts = urlsplit(source)
        where = parts.hostname or ""
        where += f":{parts.port}" if parts.port else ""
    except ValueError:
        return source.split("://", 1)[0] + "://…"
    # A query often carries a token.
    return urlunsplit((parts.scheme, where, parts.path, "…" if parts.query else "", ""))


def _cut(pixels: Pixels, region: Region) -> Pixels:
    height, width = pixels.shape[:2]
    left, top = int(region.left * width), int(region.top * height)
    right = max(left + 1, round((region.left + region.width) * width))
    bottom = max(top + 1, round((region.top + region.height) * height))
    return pixels[top:bottom, left:right]


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""
