"""What can be wrong with the demonstration part: scratch, missing screw, chip, stain, crack.

Each is worked into a `Flange` that is otherwise finished. Knows nothing of light and camera.
"""

import math
from dataclasses import dataclass

import numpy as np

from model_runtime.nano.flange import BARE, BENCH, FRACTURE, GAP, OXIDE, SCORE, SCREWS, SOCKET, TOP, Flange, Pose
from model_runtime.nano.studio import Array, Relief, floats, step

Point = tuple[float, float]
KINDS = ("scratch", "missing", "chip", "stain", "crack")


@dataclass(frozen=True, slots=True)
class Flaw:
    """`kind` is one of KINDS; `x`, `y` in the part's coordinates (of a missing screw: its place, as in SCREWS)."""

    kind: str
    x: float
    y: float


def unit(pose: Pose, r: np.random.Generator, flaw: Flaw | None) -> Relief:
    """The relief of one unit, good or with the flaw."""
    part = Flange(pose, r)
    part.machine()
    for place in SCREWS:
        if not (flaw and flaw.kind == "missing" and place == (flaw.x, flaw.y)):
            part.screw(*place)
    if flaw and flaw.kind != "missing":
        {"scratch": _scratch, "chip": _chip, "stain": _stain, "crack": _crack}[flaw.kind](part, flaw)
    return part.relief()


def _chip(part: Flange, flaw: Flaw) -> None:
    """A bite out of the rim. The break falls steeply, grainy and without the tool's marks; beyond it lies the bench."""
    far = np.hypot(part.x - flaw.x, (part.y - flaw.y) * 0.9)
    bite = far - 0.245 + part.wander(0.020, 14) + part.wander(0.007, 60) + part.wander(0.002, 200)
    slope, inside = 0.055, part.outside() < 0
    fall = np.clip(-bite / slope, 0, 1)
    steps = 0.009 * np.sin(fall * 5 + part.wander(0.5, 9))
    broken = TOP - 0.012 - fall * 0.10 + steps + part.wander(0.0022, 70) + part.wander(0.0010, 240)
    part.stamp(inside & (bite < 0), floats(broken), FRACTURE)
    part.stamp(inside & (bite < -slope), 0.0, BENCH)


def _scratch(part: Flange, flaw: Flaw) -> None:
    """Something hard was dragged along: a furrow with metal thrown up on one side, and finer strokes beside it."""
    strokes = (
        ((0.096, -0.40), (0.066, -0.06), (0.020, 0.26), 0.0034, BARE),
        ((0.074, -0.47), (0.040, -0.08), (-0.012, 0.30), 0.0046, SCORE),
        ((-0.006, -0.20), (-0.028, 0.12), (-0.074, 0.46), 0.0034, BARE),
        ((0.022, -0.36), (-0.012, 0.06), (-0.060, 0.42), 0.0026, SCORE),
        ((0.050, -0.53), (0.014, -0.04), (-0.046, 0.51), 0.0135, SCORE),
    )
    for start, bend, end, most, material in strokes:
        far, along = _line(part, _curve(start, bend, end, flaw.x, flaw.y), 0.0008, 40)
        width = floats(most * np.clip(np.minimum(along * 7, (1 - along) * 3.5), 0, 1) ** 0.7)
        width = floats(np.where(width > 0.0014, width, 0))  # thinner than a pixel it would only be dust
        part.stamp(far < width, floats(part.height - 0.4 * np.maximum(width - far, 0)), material)
        if most > 0.01:
            lip, _ = _line(part, _curve(start, bend, end, flaw.x - most * 1.15, flaw.y), 0.0008, 40)
            part.stamp((lip < 0.3 * width) & (far >= width), floats(part.height + 0.002), BARE)


def _crack(part: Flange, flaw: Flaw) -> None:
    """A jagged gap from a screw's seat through the boss to the bore, with a branch."""
    x, y = flaw.x, flaw.y
    far, along = _line(part, _jagged(part.r, (x - 0.24, y + 0.18), (x + 0.20, y - 0.20), 15, 0.026), 0.002, 90)
    branch, end = _line(part, _jagged(part.r, (x - 0.09, y + 0.06), (x - 0.17, y - 0.14), 8, 0.016), 0.002, 90)
    gap = np.minimum(far - 0.0135 * (1 - 0.5 * along), branch - 0.0085 * (1 - end)) + part.wander(0.0012, 150)
    solid = (part.height > TOP - 0.05) & (part.material != OXIDE) & (part.material != SOCKET)
    part.height = floats(np.where(solid, part.height - np.clip(0.007 - gap, 0, 0.007) * 0.6, part.height))
    part.stamp(solid & (gap < 0), floats(part.height - 0.09), GAP)


def _stain(part: Flange, flaw: Flaw) -> None:
    """Dried coolant: brown, darkest where it dried last, with drops beside it; the metal shines through."""
    far = np.hypot(part.x - flaw.x, (part.y - flaw.y) * 1.15)
    edge = far - 0.182 + part.wander(0.034, 7) + part.wander(0.014, 22) + part.wander(0.004, 70)
    for dx, dy, radius in ((0.20, 0.09, 0.024), (0.16, -0.14, 0.016), (-0.12, 0.17, 0.019), (0.235, 0.03, 0.010)):
        edge = np.minimum(edge, part.from_point(flaw.x + dx, flaw.y + dy) - radius + part.wander(0.005, 40))
    uneven = np.clip(0.55 + 0.35 * part.wander(1.0, 8) + 0.15 * part.wander(1.0, 26), 0.1, 1.3)
    rims = np.exp(-(((edge + 0.009) / 0.010) ** 2)) + 0.5 * np.exp(-(((edge + 0.045) / 0.008) ** 2))
    thick = step(floats(edge), 0.005) * (0.55 + uneven * (0.55 + 0.5 * rims)) * (part.height > TOP - 0.03)
    dye = np.array([0.85, 1.55, 2.7], np.float32)
    part.film = floats(np.exp(-np.clip(thick, 0, 2)[..., None] * dye))


# -- lines ------------------------------------------------------------------------------------------------------------


def _line(part: Flange, points: list[Point], sway: float, bumps: int) -> tuple[Array, Array]:
    """Distance to a polyline that sways a little, and the place along it, 0..1."""
    x, y = part.x + part.wander(sway, bumps), part.y + part.wander(sway, bumps)
    best, where = np.full(part.shape, 9, np.float32), np.zeros(part.shape, np.float32)
    for number, ((x0, y0), (x1, y1)) in enumerate(zip(points, points[1:], strict=False)):
        dx, dy = x1 - x0, y1 - y0
        t = np.clip(((x - x0) * dx + (y - y0) * dy) / (dx * dx + dy * dy), 0, 1)
        far = np.hypot(x - x0 - t * dx, y - y0 - t * dy)
        where = floats(np.where(far < best, (number + t) / (len(points) - 1), where))
        best = floats(np.minimum(best, far))
    return best, where


def _jagged(r: np.random.Generator, start: Point, end: Point, pieces: int, sway: float) -> list[Point]:
    """Points from start to end that leave the straight way by a random walk which comes home."""
    t = np.linspace(0, 1, pieces + 1)
    walk = np.cumsum(r.standard_normal(pieces + 1))
    off = ((walk - walk[0] - t * (walk[-1] - walk[0])) * 0.55 + r.standard_normal(pieces + 1) * 0.35) * sway
    off[[0, -1]] = 0
    dx, dy = end[0] - start[0], end[1] - start[1]
    size = math.hypot(dx, dy)
    xs, ys = start[0] + dx * t - dy / size * off, start[1] + dy * t + dx / size * off
    return list(zip(xs.tolist(), ys.tolist(), strict=True))


def _curve(start: Point, bend: Point, end: Point, x: float, y: float) -> list[Point]:
    """Twelve points of a parabola through three, moved by (x, y)."""
    t = np.linspace(0, 1, 12)
    a, b, c = (1 - t) * (1 - 2 * t), 4 * t * (1 - t), t * (2 * t - 1)
    xs, ys = (a * start[k] + b * bend[k] + c * end[k] for k in (0, 1))
    return list(zip((xs + x).tolist(), (ys + y).tolist(), strict=True))
