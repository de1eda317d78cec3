"""Photos as the screen shows them: upright, eight bits, not larger than a screen needs. Safe on any thread.

Knows Pillow and QImage; knows no widget. The libraries of pictures come with the first one: not part of the start.
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QImage

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL import Image

SCREEN_SIDE, _LEAST_SIDE, _SHARE = 2048, 1024, 0.75
"""Pixels; a larger photo is scaled down for display only. No page gives a photo more than this share of a screen."""
_side = SCREEN_SIDE


def fit_to(screen: int) -> None:
    """Photos are decoded for a screen of so many pixels, on the lanes: the window has less left to scale."""
    global _side  # a property of the computer, as the screen itself
    _side = min(SCREEN_SIDE, max(_LEAST_SIDE, round(screen * _SHARE)))


def picture(data: bytes, side: int | None = None) -> QImage:
    """An encoded photo, turned as EXIF says, as large as the screen needs or `side`. Raises what Pillow raises for one
    that does not decode.
    """
    import numpy as np
    from PIL import Image, ImageOps

    side = side or _side
    with Image.open(io.BytesIO(data)) as image:
        image.draft("RGB", (side, side))
        upright = ImageOps.exif_transpose(image)
        upright = _eight_bits(upright)
        upright.thumbnail((side, side), Image.Resampling.LANCZOS)
        return from_pixels(np.asarray(upright))


def picture_file(path: Path, side: int | None = None) -> QImage:
    """The same from a file."""
    return picture(path.read_bytes(), side)


def from_pixels(pixels: NDArray[np.uint8]) -> QImage:
    """RGB bytes (height, width, 3) as an image that owns its memory, four bytes a pixel: three would be painted three
    times as slowly.
    """
    import numpy as np

    height, width = pixels.shape[:2]
    whole = np.ascontiguousarray(pixels)
    seen = QImage(whole.data, width, height, 3 * width, QImage.Format.Format_RGB888)
    return seen.convertToFormat(QImage.Format.Format_RGB32)


def smaller(seen: QImage, side: int) -> QImage:
    """A picture again, its longer side `side` pixels at most."""
    if max(seen.width(), seen.height()) <= side:
        return seen
    return seen.scaled(side, side, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation)


def _eight_bits(image: Image.Image) -> Image.Image:
    """Any mode as RGB; 16-bit and float grey are stretched to what they hold, transparency lies on white."""
    import numpy as np
    from PIL import Image

    if image.mode.startswith(("I", "F")):
        grey = np.asarray(image, np.float32)
        low, high = float(grey.min()), float(grey.max())
        return Image.fromarray(((grey - low) * (255 / max(high - low, 1e-6))).astype(np.uint8)).convert("RGB")
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        seen = image.convert("RGBA")
        white = Image.new("RGBA", seen.size, "white")
        return Image.alpha_composite(white, seen).convert("RGB")
    return image.convert("RGB")
