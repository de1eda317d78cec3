"""What every drawn photo starts from: the plane it is drawn on, and chance.

Coordinates run from -1 to 1 over the photo, x to the right, y down.
"""

import torch
import torch.nn.functional as F

SIDE = 288


class Canvas:
    """A plane of SIDE x SIDE points on one device, and random numbers there."""

    def __init__(self, device: torch.device | str) -> None:
        self.device = torch.device(device)
        line = torch.linspace(-1, 1, SIDE, device=self.device)
        self.y, self.x = torch.meshgrid(line, line, indexing="ij")

    def u(self, low: float, high: float, *shape: int) -> torch.Tensor:
        return torch.rand(*shape, device=self.device) * (high - low) + low

    def chance(self, p: float, *shape: int) -> torch.Tensor:
        return torch.rand(*shape, device=self.device) < p

    def noise(self, batch: int, rows: int, cols: int | None = None) -> torch.Tensor:
        """Smooth noise in -0.5..0.5 with about `rows` x `cols` bumps: (B, S, S)."""
        grid = torch.rand(batch, 1, rows, cols or rows, device=self.device)
        mode = "bicubic" if max(rows, cols or rows) < 64 else "bilinear"
        return F.interpolate(grid, size=(SIDE, SIDE), mode=mode, align_corners=False)[:, 0] - 0.5
