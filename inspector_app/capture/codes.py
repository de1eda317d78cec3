"""Barcodes and QR codes in a photo: their texts and where they are. What a text says code_fields.py knows.

Knows zxing-cpp.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from inspector_app.capture.frames import Pixels
from inspector_app.capture.readers import decoded, opencv
from inspector_app.capture.sample import Photo

_LARGEST = 2560
"""Pixels; a larger photo is made smaller first: the finest bar that a camera draws is two pixels wide."""


@dataclass(frozen=True, slots=True)
class Code:
    """A code that was read: its text, its kind ("QR Code"), its corners as (x, y) in pixels of the photo."""

    text: str
    format: str
    corners: tuple[tuple[int, int], ...]


def read_codes(image: Pixels) -> list[Code]:
    """The codes in a photo (RGB bytes), from top to bottom. Tens of milliseconds."""
    import zxingcpp

    scale = max(1.0, max(image.shape[:2]) / _LARGEST)
    found: dict[str, Code] = {}
    # What is not seen in the whole picture may be seen larger: fine print on a small photo.
    for factor in (1 / scale, 2.0):
        if found or (factor > 1 and max(image.shape[:2]) > _LARGEST // 2):
            break
        for code in zxingcpp.read_barcodes(_grey(image, factor), text_mode=zxingcpp.TextMode.Plain):
            if code.text:
                found.setdefault(code.text, Code(code.text, str(code.format), _corners(code.position, factor)))
    return sorted(found.values(), key=lambda code: (min(y for _, y in code.corners), code.corners[0][0]))


def read_codes_of(photo: Photo) -> list[Code]:
    """The same for a photo as it is kept."""
    return read_codes(decoded(photo)[:, :, ::-1])


def _grey(image: Pixels, factor: float) -> Any:
    cv2 = opencv()
    grey = cv2.cvtColor(np.ascontiguousarray(image), cv2.COLOR_RGB2GRAY)
    if factor == 1:
        return grey
    way = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
    return cv2.resize(grey, None, fx=factor, fy=factor, interpolation=way)


def _corners(position: Any, factor: float) -> tuple[tuple[int, int], ...]:
    points = (position.top_left, position.top_right, position.bottom_right, position.bottom_left)
    return tuple((round(point.x / factor), round(point.y / factor)) for point in points)
