"""A photo of a drawn or real part: pose, light, glare, focus, noise."""

import torch
import torch.nn.functional as F

from model_runtime.nano.canvas import Canvas


class Lens(Canvas):
    """Photographs pictures (B, 3, S, S) in 0..1 together with masks of what is wrong on them."""

    def photograph(
        self, image: torch.Tensor, mask: torch.Tensor, jitter: float = 1.0
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """A photo of the image: pose, light, glare, focus, noise. Returns it in 0..1 and the moved mask (B, S, S)."""
        photo, masks = self.photograph_masks(image, mask[:, None], jitter)
        return photo, masks[:, 0]

    def photograph_masks(
        self, image: torch.Tensor, masks: torch.Tensor, jitter: float
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """The same with several masks (B, M, S, S)."""
        batch = image.shape[0]
        wide = torch.where(self.chance(0.4, batch), 2.0, 1.0) * jitter
        turned = torch.where(self.chance(0.08, batch), 3.0, 1.0)  # laid down by hand
        turn, scale = self.u(-0.06, 0.06, batch) * wide * turned, 1 + self.u(-0.05, 0.05, batch) * wide
        tx, ty = self.u(-0.06, 0.06, batch) * wide, self.u(-0.06, 0.06, batch) * wide
        c, n = torch.cos(turn) * scale, torch.sin(turn) * scale
        pose = torch.stack([torch.stack([c, -n, tx], -1), torch.stack([n, c, ty], -1)], -2)
        photo, masks = self._warp(image, masks, pose, self._bend(batch) * jitter)
        return self.expose(photo), masks

    def _bend(self, batch: int) -> torch.Tensor:
        """Two good units are never quite the same: a smooth shift of up to 2 % of the side, (B, S, S, 2)."""
        shift = torch.stack([self.noise(batch, 5), self.noise(batch, 5)], -1)
        return shift * self.u(0, 0.04, batch, 1, 1, 1) * self.chance(0.6, batch, 1, 1, 1)

    def window(
        self, image: torch.Tensor, masks: torch.Tensor, zoom: torch.Tensor, tx: torch.Tensor, ty: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Cuts a window of `zoom` times the side, centred at (tx, ty), and enlarges it to the whole photo."""
        zero = torch.zeros_like(zoom)
        pose = torch.stack([torch.stack([zoom, zero, tx], -1), torch.stack([zero, zoom, ty], -1)], -2)
        return self._warp(image, masks, pose)

    @staticmethod
    def _warp(
        image: torch.Tensor, masks: torch.Tensor, pose: torch.Tensor, bend: torch.Tensor | float = 0.0
    ) -> tuple[torch.Tensor, torch.Tensor]:
        both = torch.cat([image, masks], 1)
        grid = F.affine_grid(pose, list(both.shape), align_corners=False) + bend
        both = F.grid_sample(both, grid, padding_mode="border", align_corners=False)
        return both[:, :3], both[:, 3:]

    def expose(self, photo: torch.Tensor) -> torch.Tensor:
        """Light, glare, focus, sensor: everything but the pose."""
        batch = photo.shape[0]

        def one(low: float, high: float) -> torch.Tensor:
            return self.u(low, high, batch, 1, 1, 1)

        photo = photo.clamp(0.01, 1) ** one(0.75, 1.33) * one(0.8, 1.2) + one(-0.07, 0.07)
        photo = photo * (1 + self.u(-0.05, 0.05, batch, 3, 1, 1))
        photo = photo + one(-0.12, 0.12) * self.x + one(-0.12, 0.12) * self.y
        glare = torch.exp(-((torch.hypot(self.x - one(-1, 1), self.y - one(-1, 1)) / one(0.1, 0.6)) ** 2))
        photo = photo + glare * one(-0.15, 0.25) * self.chance(0.3, batch, 1, 1, 1)
        soft = F.avg_pool2d(photo, 3, stride=1, padding=1, count_include_pad=False)
        photo = torch.lerp(photo, soft, one(0, 1) * self.chance(0.5, batch, 1, 1, 1))
        return (photo + torch.randn_like(photo) * one(0, 0.035)).clamp(0, 1)
