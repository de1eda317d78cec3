"""A photo studio in numbers: soft light over a bench, a camera above it, metals that shine as they were machined.

Takes a relief (a height for every point of the scene and the material there) and gives the photo. Knows nothing of what
the relief shows. Lengths: 1 is half the picture's height, x to the right, y down, height up towards the camera.
"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Array = NDArray[np.float32]
Mask = NDArray[np.bool_]
Places = tuple[NDArray[np.int64], NDArray[np.int64]]

WIDTH, HEIGHT = 960, 720
FINE = 2
"""Fine pixels per pixel and axis."""
SCALE = HEIGHT * FINE / 2
"""Fine pixels per unit of length."""
FAR = 3.6
"""Height of the camera: what lies off its axis is seen, and shines, at a slant."""
TABLE = 512
SLICES = 30
"""Levels at which a ray is tested on its way down."""
COOL = np.array([0.97, 1.0, 1.045], np.float32)
"""Colour of the light that does not come from the soft box."""


@dataclass(frozen=True, slots=True)
class Material:
    """Colours in linear light; `smooth`, `groove`: spread of the tilt, and that across the tool's marks alone.

    `marks`: how much the relief's fine tilt shows.
    """

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
    """Per fine pixel: height, index into `materials`, direction across the tool's marks, tilt that way, brightness.

    `film` (rows, cols, 3) multiplies the finished colours, for what lies on the surface; `wall`: the material of walls.
    """

    height: Array
    material: NDArray[np.uint8]
    across_x: Array
    across_y: Array
    tilt: Array
    tone: Array
    materials: tuple[Material, ...]
    wall: int
    film: Array | None = None


@dataclass
class _Seen:
    """What the camera sees, per fine pixel: the relief's values, the surface's tilt, the light that gets there."""

    nx: Array
    ny: Array
    key: Array
    dome: Array
    material: NDArray[np.uint8]
    across_x: Array
    across_y: Array
    tilt: Array
    tone: Array
    film: Array | None


def floats(values: NDArray[Any]) -> Array:
    return np.asarray(values, dtype=np.float32)


def grid() -> tuple[Array, Array]:
    """x and y of every fine pixel."""
    rows, cols = HEIGHT * FINE, WIDTH * FINE
    y = (np.arange(rows, dtype=np.float32) + 0.5 - rows / 2) / SCALE
    x = (np.arange(cols, dtype=np.float32) + 0.5 - cols / 2) / SCALE
    return floats(np.broadcast_to(x, (rows, cols))), floats(np.broadcast_to(y[:, None], (rows, cols)))


def noise(r: np.random.Generator, bumps_y: int, bumps_x: int, rows: int, cols: int) -> Array:
    """Smooth noise of mean 0 and standard deviation 1 with about bumps_y x bumps_x bumps: (rows, cols)."""
    drawn = _resized(floats(r.standard_normal((bumps_y, bumps_x))), rows, cols)
    return floats((drawn - drawn.mean()) / (drawn.std() + 1e-6))


def step(distance: Array, soft: float) -> Array:
    """1 where the distance is below zero, 0 where above, smooth over +- soft."""
    t = np.clip(0.5 - distance / (2 * soft), 0, 1)
    return floats(t * t * (3 - 2 * t))


def photograph(relief: Relief, light: Light, exposure: Exposure, r: np.random.Generator) -> Array:
    """The photo as (HEIGHT, WIDTH, 3) in 0..1, gamma-encoded."""
    seen = _seen(relief, light)
    colours = _shaded(seen, relief.materials, light)
    if seen.film is not None:
        colours *= seen.film
    return _exposed(colours, exposure, r)


def _resized(values: Array, rows: int, cols: int, how: Image.Resampling = Image.Resampling.BICUBIC) -> Array:
    return floats(np.asarray(Image.fromarray(np.ascontiguousarray(values)).resize((cols, rows), how)))


def _blurred(values: Array, sigma: float) -> Array:
    """Gaussian blur by the Fourier transform, edges repeated; sigma in pixels."""
    pad = math.ceil(3 * sigma)
    wide = np.pad(values, pad, mode="edge")
    rows, cols = wide.shape
    down = np.exp(-2 * (math.pi * sigma * np.fft.fftfreq(rows)) ** 2)
    right = np.exp(-2 * (math.pi * sigma * np.fft.rfftfreq(cols)) ** 2)
    out = np.fft.irfft2(np.fft.rfft2(wide) * down[:, None] * right, s=wide.shape)
    return floats(out[pad : rows - pad, pad : cols - pad])


# -- what is seen ---------------------------------------------------------------------------------------------------


def _seen(relief: Relief, light: Light) -> _Seen:
    """The camera stands above the middle, so that walls that face it come into view."""
    height = relief.height
    here, below = _hits(height)
    wall = below > 1.5 * float(height.max()) / SLICES
    dy, dx = np.gradient(height, 1 / SCALE)
    length = np.sqrt(1 + dx * dx + dy * dy)
    out_y, out_x = np.gradient(_blurred(height, 2.5))
    size = np.hypot(out_x, out_y) + 1e-6
    lit = np.exp(-below / 0.09)  # light fades on the way down a wall
    return _Seen(
        nx=floats(np.where(wall, (-0.72 * out_x / size)[here], (-dx / length)[here])),
        ny=floats(np.where(wall, (-0.72 * out_y / size)[here], (-dy / length)[here])),
        key=floats(np.where(wall, lit, _sunlit(height, light)[here])),
        dome=floats(np.where(wall, 0.75 * lit, _openness(height)[here])),
        material=np.where(wall, np.uint8(relief.wall), relief.material[here]),
        across_x=relief.across_x[here],
        across_y=relief.across_y[here],
        tilt=relief.tilt[here],
        tone=floats(np.where(wall, 1, relief.tone[here])),
        film=None if relief.film is None else relief.film[here],
    )


def _hits(height: Array) -> tuple[Places, Array]:
    """Row and column of the relief that each ray meets first, and how far below the top there (0 unless on a wall)."""
    rows, cols = height.shape
    x, y = (a.reshape(-1) for a in grid())
    top, flat = float(height.max()) + 1e-3, height.reshape(-1)
    left, at = np.arange(x.size), np.zeros(x.size, np.int64)
    depth = np.zeros(x.size, np.float32)
    for k in range(SLICES + 1):
        level = top * (1 - k / SLICES)
        nearer = 1 - level / FAR
        row = np.clip((y[left] * nearer * SCALE + rows / 2).astype(np.int64), 0, rows - 1)
        col = np.clip((x[left] * nearer * SCALE + cols / 2).astype(np.int64), 0, cols - 1)
        where = row * cols + col
        hit = flat[where] >= level - 1e-7
        at[left[hit]], depth[left[hit]] = where[hit], level
        left = left[~hit]
    row, col = np.divmod(at.reshape(height.shape), cols)
    return (row, col), floats((flat[at] - depth).reshape(height.shape))


def _sunlit(height: Array, light: Light) -> Array:
    """Share of the soft box that each point sees, 0..1; marched at the photo's own resolution."""
    low = _resized(height, HEIGHT, WIDTH, Image.Resampling.BOX)
    top, reach, spots = float(low.max()), 16, (-0.8, -0.4, 0.0, 0.4, 0.8)
    seen = np.zeros_like(low)
    for u in (light.where[0] + a * light.size[0] for a in spots):
        for v in (light.where[1] + a * light.size[1] for a in spots):
            hidden = np.zeros_like(low)
            for t in (top * k / reach for k in range(1, reach + 1)):
                towards = _shifted(low, round(v * t * HEIGHT / 2), round(u * t * HEIGHT / 2))
                np.maximum(hidden, (towards - low - np.float32(t)) / np.float32(0.012), out=hidden)
            seen += 1 - np.minimum(hidden, 1)
    return _resized(_blurred(floats(seen / len(spots) ** 2), 0.8), *height.shape)


def _shifted(values: Array, down: int, right: int) -> Array:
    """values[y + down, x + right], edges repeated."""
    rows = np.clip(np.arange(values.shape[0]) + down, 0, values.shape[0] - 1)
    cols = np.clip(np.arange(values.shape[1]) + right, 0, values.shape[1] - 1)
    return floats(values[rows][:, cols])


def _openness(height: Array) -> Array:
    """How much of the dome each point sees: what lies below its surroundings sees less."""
    low = _resized(height, HEIGHT, WIDTH, Image.Resampling.BOX)
    closed = np.zeros_like(low)
    for reach, strength in ((5, 1.2), (14, 1.3), (40, 1.2)):
        closed += np.maximum(_blurred(low, reach) - low, 0) * np.float32(strength * HEIGHT / 2 / reach)
    return _resized(floats(1 / (1 + closed)), *height.shape)


# -- light ------------------------------------------------------------------------------------------------------------


def _tables(light: Light, spread: float) -> tuple[Array, Array]:
    """Light that a surface of tilt (nx, ny in -1..1) mirrors to the camera: from the soft box, and from all else."""
    line = np.linspace(-1, 1, TABLE, dtype=np.float32)
    nx, ny = np.meshgrid(line, line)
    nz = np.sqrt(1 - np.minimum(nx * nx + ny * ny, 0.999))
    rx, ry, rz = 2 * nz * nx, 2 * nz * ny, 2 * nz * nz - 1
    u, v = rx / np.maximum(rz, 0.05), ry / np.maximum(rz, 0.05)
    above = np.clip(rz * 4 + 0.5, 0, 1)
    box = step(np.abs(u - light.where[0]) - light.size[0], 0.08) * step(
        np.abs(v - light.where[1]) - light.size[1], 0.08
    )
    window = step(np.abs(u - 1.7) - 0.25, 0.2) * step(np.abs(v - 0.4) - 1.2, 0.3)  # far to the right, for the rims
    dome = 0.05 + above * (0.22 + 0.30 * np.clip(rz, 0, 1) - 0.10 * ry - 0.06 * rx + 0.9 * window)
    cells = spread * TABLE / 2
    return _blurred(floats(light.key * box * above), cells), _blurred(floats(light.dome * dome), cells)


def _look(table: Array, nx: Array, ny: Array) -> Array:
    col = np.clip((nx + 1) * (TABLE / 2), 0, TABLE - 1).astype(np.int32)
    row = np.clip((ny + 1) * (TABLE / 2), 0, TABLE - 1).astype(np.int32)
    return floats(table[row, col])


def _shaded(seen: _Seen, materials: tuple[Material, ...], light: Light) -> Array:
    """Linear colours (rows, cols, 3): light mirrored over the tilts of the tool's marks, and scattered light."""
    x, y = grid()
    warm = np.array([1 + light.warmth, 1, 1 - light.warmth], np.float32)
    key_scatter, dome_scatter = _tables(light, 0.42)
    out = np.zeros((*x.shape, 3), np.float32)
    for index, made in enumerate(materials):
        here = np.nonzero(seen.material == index)
        nx, ny, ax, ay = seen.nx[here], seen.ny[here], seen.across_x[here], seen.across_y[here]
        tilt = seen.tilt[here] * np.float32(made.marks)
        mx, my = nx + x[here] / (2 * FAR) + ax * tilt, ny + y[here] / (2 * FAR) + ay * tilt
        key, dome = (_spread(table, mx, my, ax, ay, made.groove) for table in _tables(light, made.smooth))
        near = 1.9 - 0.34 * (x[here] + y[here])  # the soft box hangs on one side
        lit, open_ = seen.key[here], seen.dome[here]
        mirrored = (key * lit)[:, None] * warm + (dome * open_)[:, None] * COOL
        scattered = (_look(key_scatter, nx, ny) * lit * near)[:, None] * warm
        scattered += (_look(dome_scatter, nx, ny) * open_ * np.float32(0.75))[:, None] * COOL
        colour = mirrored * floats(np.array(made.shine)) + scattered * floats(np.array(made.colour))
        out[here] = colour * seen.tone[here][:, None]
    return out


def _spread(table: Array, mx: Array, my: Array, ax: Array, ay: Array, groove: float) -> Array:
    """The table averaged over the tilts across the grooves: what stretches a highlight on brushed metal."""
    if groove <= 0:
        return _look(table, mx, my)
    nodes = np.linspace(-2.2, 2.2, 13, dtype=np.float32)
    weights = np.exp(-nodes * nodes / 2)
    total = np.zeros_like(mx)
    for node, weight in zip(nodes * np.float32(groove), weights / weights.sum(), strict=True):
        total += weight * _look(table, mx + ax * node, my + ay * node)
    return total


# -- camera -----------------------------------------------------------------------------------------------------------


def _exposed(colours: Array, exposure: Exposure, r: np.random.Generator) -> Array:
    """Lens, sensor and gamma: linear light in, the photo's numbers out."""
    planes = (_resized(colours[..., c], HEIGHT, WIDTH, Image.Resampling.BOX) for c in range(3))
    small = np.stack([_blurred(plane, 0.55) for plane in planes], -1)
    x, y = np.meshgrid(np.linspace(-1, 1, WIDTH), np.linspace(-1, 1, HEIGHT))
    small *= floats(1 - exposure.vignette * (x * x + y * y) / 2)[..., None] * np.float32(exposure.gain)
    small = np.maximum(small, 1e-6)
    small = small * (1 + 0.06 * small) / (1 + 0.55 * small)  # highlights roll off, they do not clip
    coded = np.where(small < 0.0031, 12.92 * small, 1.055 * small ** (1 / 2.4) - 0.055)
    bright, colour = r.standard_normal(small.shape[:2]), 0.45 * r.standard_normal(small.shape)
    grain = np.stack([_blurred(floats(bright + colour[..., c]), 0.6) for c in range(3)], -1)
    return floats(np.clip(coded + grain * 1.6 * exposure.grain * (1.4 - 0.8 * coded), 0, 1))
