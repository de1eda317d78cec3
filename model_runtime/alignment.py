"""Lays the photo of a part onto its golden photo: turned, shifted and scaled, as a hand lays it down.

Knows two square pictures. Knows no model and no verdict. Gauss-Newton over a pyramid on the correlation of the two
pictures (B. D. Lucas, T. Kanade, 1981; the enhanced correlation coefficient of G. Evangelidis, E. Psarakis, 2008).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache

import numpy as np
import torch
from PIL import Image
from torch import Tensor
from torch.nn import functional

SIDES = (24, 48, 96)
"""Pixels of the pictures compared, coarse to fine."""
STEPS = 12
GAIN = 0.01
"""So much better must the two pictures correlate afterwards; else the photo stays as it lies."""
FARTHEST = (0.25, 0.35, 0.5)
"""The most of scaling, turning (radians) and shifting (half sides) that is a part laid down, and no other picture."""
STILL = 0.004
"""Less than this, in half sides, is no movement."""


def grey(picture: Image.Image) -> Tensor:
    """A square picture as it is compared: (96, 96) float32 in 0..1."""
    side = SIDES[-1]
    small = picture.convert("L").resize((side, side), Image.Resampling.BOX)
    return torch.from_numpy(np.asarray(small, dtype=np.float32) / 255)


def pose(golden: Tensor, photo: Tensor) -> Tensor | None:
    """Where the golden picture's points lie in the photo: (2, 3), in half sides from the middle.

    Both as `grey` gives them. None where they cannot be laid onto each other better than they lie, or lie so already.
    """
    with _one_thread():
        return _pose(golden, photo)


def _pose(golden: Tensor, photo: Tensor) -> Tensor | None:
    found = torch.zeros(4, dtype=torch.float64)
    for side in SIDES:
        found = _refined(_smaller(golden, side), _smaller(photo, side), found)
    scale, turn, across, down = (abs(float(v)) for v in found)
    if not torch.isfinite(found).all() or scale > FARTHEST[0] or turn > FARTHEST[1] or max(across, down) > FARTHEST[2]:
        return None
    if max(scale, turn, across, down) < STILL:
        return None
    before, after = (_correlation(golden, _seen(photo, where)) for where in (_matrix(torch.zeros(4)), _matrix(found)))
    return _matrix(found) if after > before + GAIN else None


@contextmanager
def _one_thread() -> Iterator[None]:
    """Pictures so small are compared three times as fast by one thread as by two that wait for each other."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def moved(picture: Image.Image, where: Tensor) -> Image.Image:
    """The picture in the golden photo's pose; its rim goes on where nothing was photographed."""
    pixels = torch.from_numpy(np.array(picture)).permute(2, 0, 1)[None].float()
    grid = functional.affine_grid(where[None].float(), list(pixels.shape), align_corners=False)
    laid = functional.grid_sample(pixels, grid, padding_mode="border", align_corners=False)
    return Image.fromarray(laid[0].round().clamp(0, 255).byte().permute(1, 2, 0).numpy())


def _smaller(picture: Tensor, side: int) -> Tensor:
    return functional.adaptive_avg_pool2d(picture[None, None], side)[0, 0]


def _matrix(values: Tensor) -> Tensor:
    """A similarity from (scaling - 1, turning, shift across, shift down); (2, 3)."""
    scale, turn, across, down = values
    return torch.stack([torch.stack([1 + scale, -turn, across]), torch.stack([turn, 1 + scale, down])])


def _seen(pictures: Tensor, where: Tensor) -> Tensor:
    """(H, W) or (C, H, W), sampled at `where`; what lies outside is NaN."""
    layers = pictures.reshape(1, -1, *pictures.shape[-2:])
    grid = functional.affine_grid(where[None].float(), list(layers.shape), align_corners=False)
    sampled = functional.grid_sample(layers, grid, padding_mode="border", align_corners=False)[0]
    outside = grid[0].abs().amax(-1) > 1
    return sampled.masked_fill(outside, torch.nan).reshape(pictures.shape)


def _correlation(one: Tensor, other: Tensor) -> float:
    inside = torch.isfinite(other)
    if int(inside.sum()) < inside.numel() // 2:
        return -1.0
    a, b = one[inside] - one[inside].mean(), other[inside] - other[inside].mean()
    return float((a * b).sum() / (a.norm() * b.norm()).clamp(min=1e-6))


def _refined(golden: Tensor, photo: Tensor, values: Tensor) -> Tensor:
    """Gauss-Newton steps from `values` (4,); both pictures (S, S), compared at mean 0 and deviation 1."""
    side = golden.shape[-1]
    places = _places(side)
    slope_y, slope_x = torch.gradient(photo, spacing=2 / side)
    layers = torch.stack([photo, slope_x, slope_y])[None]
    wanted = golden.reshape(1, -1)
    for _ in range(STEPS):
        grid = places @ _matrix(values).float().T
        inside = (grid.abs().amax(-1) <= 1).float()
        count = float(inside.sum())
        if not count >= len(inside) // 2:
            return torch.full_like(values, torch.nan)
        there = functional.grid_sample(
            layers, grid.view(1, side, side, 2), padding_mode="border", align_corners=False
        ).view(3, -1)
        step = _step(there, wanted, places, inside, count)
        values = values + step
        if not float(step.abs().max()) >= STILL / 10:
            break
    return values


def _step(there: Tensor, wanted: Tensor, places: Tensor, inside: Tensor, count: float) -> Tensor:
    """One step (4,), float64: everything it needs are the products of six rows with each other, weighed by `inside`."""
    seen, dx, dy = there
    x, y = places[:, 0], places[:, 1]
    rows = torch.cat([seen[None], wanted, torch.stack([dx * x + dy * y, dy * x - dx * y, dx, dy])])
    means = (rows @ inside) / count
    centred = ((rows - means[:, None]) * inside).double()
    products = (centred @ centred.T).numpy()
    spread = max(float(np.sqrt(products[0, 0] / (count - 1))), 1e-3)
    other = max(float(np.sqrt(products[1, 1] / (count - 1))), 1e-3)
    ways = products[2:, 2:] / spread**2 + 1e-6 * np.eye(4)
    gap = (products[2:, 0] / spread - products[2:, 1] / other) / spread
    if not (np.isfinite(ways).all() and np.isfinite(gap).all()):
        return torch.full((4,), torch.nan, dtype=torch.float64)
    return torch.from_numpy(np.linalg.solve(ways, -gap))


@lru_cache(maxsize=8)
def _places(side: int) -> Tensor:
    """The middles of a picture's pixels: (side x side, 3) with x, y in half sides from the middle, and one."""
    line = torch.linspace(-1, 1, side + 1)[:-1] + 1 / side
    y, x = torch.meshgrid(line, line, indexing="ij")
    return torch.stack([x, y, torch.ones_like(x)], dim=-1).reshape(-1, 3)
