"""The same unit as it could have been photographed and recorded: small turns and shifts, other light, noise, focus.

Knows pictures and samples; knows no labels, no model and no folders. What it draws depends on its seed alone.
"""

import io
import math
import random
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageEnhance, ImageFilter

WIDEST = 1024
"""Pixels of a photo's longer side before it is turned: more is seen by no model that learns here."""

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Strength:
    """How far an exposure may differ; all zero would be the photo as it is."""

    turn: float = 3.0
    """Degrees to either side."""
    shift: float = 0.03
    """Of the width and height, to either side."""
    zoom: float = 0.05
    light: float = 0.18
    """Of brightness, contrast and colour, up or down."""


PLAIN = Strength(0.0, 0.0, 0.0, 0.0)


def expose(
    picture: Image.Image, point: Point | None, seed: str, strength: Strength | None = None
) -> tuple[Image.Image, Point | None]:
    """The picture anew, and where the point (x, y in 0..1 of it) lies then; None when it left the picture.

    The same seed gives the same pixels. Edges that come into view repeat the picture's own border.
    """
    r, s = random.Random(seed), strength or Strength()
    if max(picture.size) > WIDEST:
        picture = picture.copy()
        picture.thumbnail((WIDEST, WIDEST), Image.Resampling.BILINEAR)
    turn = math.radians(r.uniform(-s.turn, s.turn))
    zoom = 1.0 + r.uniform(-s.zoom, s.zoom)
    dx, dy = r.uniform(-s.shift, s.shift), r.uniform(-s.shift, s.shift)
    moved, place = _moved(picture, point, (turn, zoom, dx, dy))
    return _lit(moved, r, s), place


def _moved(
    picture: Image.Image, point: Point | None, by: tuple[float, float, float, float]
) -> tuple[Image.Image, Point | None]:
    turn, zoom, dx, dy = by
    width, height = picture.size
    cos, sin = math.cos(turn) / zoom, math.sin(turn) / zoom
    middle_x, middle_y = width / 2, height / 2
    to_x, to_y = middle_x + dx * width, middle_y + dy * height
    # From a pixel of the new picture back to one of the old.
    a, b, c = cos, sin, middle_x - cos * to_x - sin * to_y
    d, e, f = -sin, cos, middle_y + sin * to_x - cos * to_y
    room = math.ceil(0.12 * max(picture.size))
    padded = Image.fromarray(np.pad(np.asarray(picture), ((room, room), (room, room), (0, 0)), mode="edge"))
    moved = padded.transform(
        picture.size, Image.Transform.AFFINE, (a, b, c + room, d, e, f + room), Image.Resampling.BILINEAR
    )
    if point is None:
        return moved, None
    x, y = point[0] * width - middle_x, point[1] * height - middle_y
    cos, sin = math.cos(turn) * zoom, math.sin(turn) * zoom
    new = (to_x + cos * x - sin * y) / width, (to_y + sin * x + cos * y) / height
    return moved, new if all(0.0 <= value < 1.0 for value in new) else None


def _lit(picture: Image.Image, r: random.Random, s: Strength) -> Image.Image:
    for enhance in (ImageEnhance.Brightness, ImageEnhance.Contrast, ImageEnhance.Color):
        picture = enhance(picture).enhance(1.0 + r.uniform(-s.light, s.light))
    if s.light == 0.0:
        return picture
    if r.random() < 0.3:
        picture = picture.filter(ImageFilter.GaussianBlur(r.uniform(0.3, 1.0) * max(picture.size) / 600))
    if r.random() < 0.3:
        noise = np.random.default_rng(r.getrandbits(32)).normal(0.0, r.uniform(1.0, 5.0), (*picture.size[::-1], 3))
        picture = Image.fromarray((np.asarray(picture) + noise).clip(0, 255).astype(np.uint8))
    if r.random() < 0.3:
        buffer = io.BytesIO()
        picture.save(buffer, "JPEG", quality=r.randint(60, 90))
        picture = Image.open(buffer).convert("RGB")
    return picture


def speak(samples: NDArray[np.float32], seed: str) -> NDArray[np.float32]:
    """The note louder or softer, with the hiss of a shop floor; (n,) float32 in -1..1."""
    r = random.Random(seed)
    noise = np.random.default_rng(r.getrandbits(32)).normal(0.0, 1.0, len(samples))
    level = float(np.sqrt(np.mean(np.square(samples), dtype=np.float64))) or 1e-3
    louder = samples * 10 ** (r.uniform(-6.0, 6.0) / 20)
    hiss = noise * level * 10 ** (-r.uniform(15.0, 35.0) / 20)
    return np.clip(louder + hiss, -1.0, 1.0).astype(np.float32)
