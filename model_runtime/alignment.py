"""Lays the photo of a part onto its golden photo: turned, shifted and scaled, as a hand lays it down.

Knows two square pictures. Knows no model and no verdict. Gauss-Newton over a pyramid on the correlation of the two
pictures (B. D. Lucas, T. Kanade, 1981; the enhanced correlation coefficient of G. Evangelidis, E. Psarakis, 2008).
"""

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
    line = torch.linspace(-1, 1, side + 1)[:-1] + 1 / side
    y, x = torch.meshgrid(line, line, indexing="ij")
    slope_y, slope_x = torch.gradient(photo, spacing=2 / side)
    layers = torch.stack([photo, slope_x, slope_y])
    for _ in range(STEPS):
        there = _seen(layers, _matrix(values))
        inside = torch.isfinite(there[0])
        if int(inside.sum()) < inside.numel() // 2:
            return torch.full_like(values, torch.nan)
        wanted, seen = golden[inside], there[0][inside]
        spread = seen.std().clamp(min=1e-3)
        gap = (seen - seen.mean()) / spread - (wanted - wanted.mean()) / wanted.std().clamp(min=1e-3)
        dx, dy, px, py = there[1][inside], there[2][inside], x[inside], y[inside]
        ways = torch.stack([dx * px + dy * py, dy * px - dx * py, dx, dy], 1) / spread
        ways = (ways - ways.mean(0)).double()
        step = torch.linalg.lstsq(ways.T @ ways + 1e-6 * torch.eye(4), -(ways.T @ gap.double())[:, None]).solution[:, 0]
        values = values + step
        if float(step.abs().max()) < STILL / 10:
            break
    return values
