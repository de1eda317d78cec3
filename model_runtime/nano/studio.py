"""A photo studio in numbers: soft light over a bench, a camera above it, metals that shine as they were machined.

Takes a relief (a height for every point of the picture and the material there) and gives the photo. Knows nothing of what the
relief shows. Lengths: 1 is half the picture's height, x to the right, y down, height up towards the camera.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Array = NDArray[np.float32]

WIDTH, HEIGHT = 960, 720
FINE = 2
"""Rays per pixel and axis."""
SCALE = HEIGHT * FINE / 2
"""Fine pixels per unit of length."""
FAR = 3.6
"""Height of the camera: what lies off its axis is seen, and shines, at a slant."""
TABLE = 512


@dataclass(frozen=True, slots=True)
class Material:
    """Colours in linear light. `smooth` and `groove`: spread of the surface's tilt along and across the tool's marks."""

    shine: tuple[float, float, float]
    colour: tuple[float, float, float]
    smooth: float = 0.06
    groove: float = 0.0
    marks: float = 0.0


@dataclass(frozen=True, slots=True)
class Light:
    """A soft box at `where` on a ceiling one unit up, of half size `size`; `dome` is all other light."""

    where: tuple[float, float] = (-0.60, -0.70)
    size: tuple[float, float] = (0.42, 0.34)
    key: float = 5.6
    dome: float = 0.80
    warmth: float = 0.0


@dataclass(frozen=True, slots=True)
class Exposure:
    """What the camera does: gain, grain (standard deviation of a mid-grey pixel), fall-off to the corners."""

    gain: float = 1.0
    grain: float = 0.010
    vignette: float = 0.20


@dataclass
class Relief:
    """Per fine pixel: height, index into `materials`, direction across the tool's marks, tilt added by fine texture.

    `film` multiplies the finished colours, for what lies on the surface.
    """

    height: Array
    material: NDArray[np.uint8]
    across_x: Array
    across_y: Array
    tilt: Array
    materials: list[Material]
    tone: Array
    wall: int
    film: Array | None = None


def grid() -> tuple[Array, Array]:
    """x and y of every fine pixel."""
    rows, cols = HEIGHT * FINE, WIDTH * FINE
    y = (np.arange(rows, dtype=np.float32) + 0.5 - rows / 2) / SCALE
    x = (np.arange(cols, dtype=np.float32) + 0.5 - cols / 2) / SCALE
    return np.broadcast_to(x, (rows, cols)), np.broadcast_to(y[:, None], (rows, cols))


def resized(values: Array, rows: int, cols: int, how: Image.Resampling = Image.Resampling.BICUBIC) -> Array:
    return np.asarray(Image.fromarray(values).resize((cols, rows), how), dtype=np.float32)


def noise(r: np.random.Generator, bumps_y: int, bumps_x: int, rows: int, cols: int) -> Array:
    """Smooth noise of mean 0 and standard deviation 1 with about bumps_y x bumps_x bumps."""
    field_ = resized(r.standard_normal((bumps_y, bumps_x)).astype(np.float32), rows, cols)
    return (field_ - field_.mean()) / (field_.std() + np.float32(1e-6))


def blurred(values: Array, sigma: float) -> Array:
    """Gaussian blur by the Fourier transform, edges mirrored; sigma in pixels."""
    pad = math.ceil(3 * sigma)
    wide = np.pad(values, pad, mode="edge")
    rows, cols = wide.shape
    fall = lambda n: np.exp(-2 * (math.pi * sigma * n) ** 2)  # noqa: E731
    gain = fall(np.fft.fftfreq(rows))[:, None] * fall(np.fft.rfftfreq(cols))[None]
    out = np.fft.irfft2(np.fft.rfft2(wide) * gain, s=wide.shape)
    return out[pad : rows - pad, pad : cols - pad].astype(np.float32)


def step(distance: Array, soft: float) -> Array:
    """1 where the distance is below zero, 0 where above, smooth over +- soft."""
    t = np.clip(0.5 - distance / np.float32(2 * soft), 0, 1)
    return t * t * (3 - 2 * t)


def photograph(relief: Relief, light: Light, exposure: Exposure, r: np.random.Generator) -> Array:
    """The photo as (HEIGHT, WIDTH, 3) in 0..1, gamma-encoded."""
    dy, dx = np.gradient(relief.height, 1 / SCALE)
    length = np.sqrt(1 + dx * dx + dy * dy)
    seen = _Seen(relief, -dx / length, -dy / length, _shadow(relief.height, light), _openness(relief.height))
    seen.from_above()
    colours = _shaded(seen, light)
    if relief.film is not None:
        colours *= relief.film[seen.rows, seen.cols]
    return _exposed(colours, exposure, r)


class _Seen:
    """What each pixel sees. The camera stands above the middle: walls that face it come into view."""

    def __init__(self, relief: Relief, nx: Array, ny: Array, shade: Array, open_: Array) -> None:
        self.relief, self.nx, self.ny, self.shade, self.open = relief, nx, ny, shade, open_

    def from_above(self) -> None:
        height = self.relief.height
        shape, top = height.shape, float(height.max()) + 1e-3
        x, y = (a.reshape(-1) for a in grid())
        left = np.arange(x.size)
        at, depth = np.zeros(x.size, np.int64), np.zeros(x.size, np.float32)
        flat = height.reshape(-1)
        steps = 30
        for k in range(steps + 1):
            level = np.float32(top * (1 - k / steps))
            where = _index(x[left] * (1 - level / FAR), y[left] * (1 - level / FAR), shape)
            hit = (flat[where] >= level) | (k == steps)
            at[left[hit]], depth[left[hit]] = where[hit], level
            left = left[~hit]
        below = (flat[at] - depth).reshape(shape)
        self.rows, self.cols = np.divmod(at.reshape(shape), shape[1])
        wall = below > 1.5 * top / steps
        material, here = self.relief.material[self.rows, self.cols], (self.rows, self.cols)
        smooth = blurred(height, 2.5)
        gy, gx = np.gradient(smooth)
        size = np.hypot(gx, gy)[here] + np.float32(1e-6)
        self.nx = np.where(wall, -gx[here] / size * 0.72, self.nx[here]).astype(np.float32)
        self.ny = np.where(wall, -gy[here] / size * 0.72, self.ny[here]).astype(np.float32)
        sunk = np.exp(-below / np.float32(0.09))
        self.shade = np.where(wall, sunk, self.shade[here]).astype(np.float32)
        self.open = np.where(wall, 0.75 * sunk, self.open[here]).astype(np.float32)
        self.material = np.where(wall, np.uint8(self.relief.wall), material)
        self.ax, self.ay = self.relief.across_x[here], self.relief.across_y[here]
        self.tilt, self.tone = self.relief.tilt[here], np.where(wall, 1, self.relief.tone[here]).astype(np.float32)


def _index(x: Array, y: Array, shape: tuple[int, ...]) -> NDArray[np.int64]:
    row = np.clip((y * SCALE + shape[0] / 2).astype(np.int64), 0, shape[0] - 1)
    col = np.clip((x * SCALE + shape[1] / 2).astype(np.int64), 0, shape[1] - 1)
    return row * shape[1] + col


def _tables(light: Light, spread: float) -> tuple[Array, Array]:
    """Light that a surface sends to the camera by its tilt (nx, ny in -1..1): from the soft box, and from all else."""
    line = np.linspace(-1, 1, TABLE, dtype=np.float32)
    nx, ny = np.meshgrid(line, line)
    square = np.minimum(nx * nx + ny * ny, 0.999)
    nz = np.sqrt(1 - square)
    rx, ry, rz = 2 * nz * nx, 2 * nz * ny, 2 * nz * nz - 1
    up = np.maximum(rz, 0.05)
    u, v = rx / up, ry / up
    box = step(np.abs(u - light.where[0]) - light.size[0], 0.08) * step(np.abs(v - light.where[1]) - light.size[1], 0.08)
    strip = step(np.abs(u - 1.7) - 0.25, 0.2) * step(np.abs(v - 0.4) - 1.2, 0.3)
    above = np.clip(rz * 4 + 0.5, 0, 1)
    key = light.key * box * above
    rest = light.dome * (0.05 + above * (0.22 + 0.30 * np.clip(rz, 0, 1) - 0.10 * ry - 0.06 * rx) + 0.9 * strip * above)
    cells = spread * TABLE / 2
    return blurred(key, cells), blurred(rest.astype(np.float32), cells)


def _look(table: Array, nx: Array, ny: Array) -> Array:
    half = TABLE / 2
    col = np.clip((nx + 1) * half, 0, TABLE - 1).astype(np.int32)
    row = np.clip((ny + 1) * half, 0, TABLE - 1).astype(np.int32)
    return table[row, col]


def _shaded(seen: _Seen, light: Light) -> Array:
    """Linear colours (rows, cols, 3): mirror-like light spread over the tilts of the tool's marks, and scattered light."""
    x, y = grid()
    warm = np.array([1 + light.warmth, 1, 1 - light.warmth], np.float32)
    cool = np.array([0.97, 1.0, 1.045], np.float32)
    scatter = _tables(light, 0.42)
    out = np.zeros((*x.shape, 3), np.float32)
    for index, made in enumerate(seen.relief.materials):
        here = np.nonzero(seen.material == index)
        if not here[0].size:
            continue
        nx, ny, ax, ay = seen.nx[here], seen.ny[here], seen.ax[here], seen.ay[here]
        tilt = seen.tilt[here] * np.float32(made.marks)
        mx, my = nx + x[here] / (2 * FAR) + ax * tilt, ny + y[here] / (2 * FAR) + ay * tilt
        key, rest = _spread(_tables(light, made.smooth), mx, my, ax, ay, made.groove)
        s, o = seen.shade[here], seen.open[here]
        shine, colour = np.array(made.shine, np.float32), np.array(made.colour, np.float32)
        bright = (key * s)[:, None] * warm + (rest * o)[:, None] * cool
        near = 1.9 - 0.34 * x[here] - 0.34 * y[here]  # the soft box hangs on one side
        soft = (_look(scatter[0], nx, ny) * s * near)[:, None] * warm + (_look(scatter[1], nx, ny) * o * np.float32(0.75))[:, None] * cool
        out[here] = (bright * shine + soft * colour) * seen.tone[here][:, None]
    return out


def _spread(tables: tuple[Array, Array], mx: Array, my: Array, ax: Array, ay: Array, groove: float) -> tuple[Array, Array]:  # fmt: skip
    """Both tables averaged over the tilts across the grooves."""
    if groove <= 0:
        return _look(tables[0], mx, my), _look(tables[1], mx, my)
    nodes = np.linspace(-2.2, 2.2, 13, dtype=np.float32)
    weights = np.exp(-nodes * nodes / 2)
    key, rest = np.zeros_like(mx), np.zeros_like(mx)
    for node, weight in zip(nodes * np.float32(groove), weights / weights.sum(), strict=True):
        px, py = mx + ax * node, my + ay * node
        key += weight * _look(tables[0], px, py)
        rest += weight * _look(tables[1], px, py)
    return key, rest


def _shadow(height: Array, light: Light) -> Array:
    """Share of the soft box that each point sees, 0..1; marched at the photo's own resolution."""
    low = resized(height, HEIGHT, WIDTH, Image.Resampling.BOX)
    top, reach = float(low.max()), 16
    seen = np.zeros_like(low)
    spots = [(a, b) for a in (-0.75, -0.25, 0.25, 0.75) for b in (-0.75, -0.25, 0.25, 0.75)]
    for a, b in spots:
        u, v = light.where[0] + a * light.size[0], light.where[1] + b * light.size[1]
        hidden = np.zeros_like(low)
        for k in range(1, reach + 1):
            t = top * k / reach
            shifted = _shifted(low, round(v * t * SCALE / FINE), round(u * t * SCALE / FINE))
            np.maximum(hidden, (shifted - low - t) / np.float32(0.012), out=hidden)
        seen += 1 - np.clip(hidden, 0, 1)
    return resized(blurred(seen / np.float32(len(spots)), 0.8), *height.shape)


def _shifted(values: Array, down: int, right: int) -> Array:
    """values[y + down, x + right], edges repeated."""
    rows = np.clip(np.arange(values.shape[0]) + down, 0, values.shape[0] - 1)
    cols = np.clip(np.arange(values.shape[1]) + right, 0, values.shape[1] - 1)
    return values[rows][:, cols]


def _openness(height: Array) -> Array:
    """How much of the dome each point sees: what lies below its surroundings sees less."""
    low = resized(height, HEIGHT, WIDTH, Image.Resampling.BOX)
    closed = np.zeros_like(low)
    for reach, strength in ((5, 1.2), (14, 1.3), (40, 1.2)):
        closed += np.maximum(blurred(low, reach) - low, 0) * np.float32(strength / (reach * FINE / SCALE) / 3)
    return resized((1 / (1 + 3.0 * closed)).astype(np.float32), *height.shape)


def _exposed(colours: Array, exposure: Exposure, r: np.random.Generator) -> Array:
    """Lens, sensor and gamma: linear light in, the photo's numbers out."""
    small = np.stack([resized(np.ascontiguousarray(colours[..., c]), HEIGHT, WIDTH, Image.Resampling.BOX) for c in range(3)], -1)  # fmt: skip
    x, y = np.meshgrid(np.linspace(-1, 1, WIDTH, dtype=np.float32), np.linspace(-1, 1, HEIGHT, dtype=np.float32))
    small = np.stack([blurred(small[..., c], 0.55) for c in range(3)], -1)
    small *= (1 - np.float32(exposure.vignette) * (x * x + y * y) / 2)[..., None] * np.float32(exposure.gain)
    small = small * (1 + small * np.float32(0.06)) / (1 + small * np.float32(0.55))  # highlights roll off as on film
    coded = np.where(small < 0.0031, 12.92 * small, 1.055 * np.maximum(small, 1e-6) ** (1 / 2.4) - 0.055)
    grain = r.standard_normal(small.shape).astype(np.float32) * 0.45 + r.standard_normal(small.shape[:2]).astype(np.float32)[..., None]  # fmt: skip
    grain = np.stack([blurred(np.ascontiguousarray(grain[..., c]), 0.6) for c in range(3)], -1)
    return np.clip(coded + grain * np.float32(exposure.grain * 1.6) * (0.6 + 0.8 * (1 - coded)), 0, 1).astype(np.float32)
