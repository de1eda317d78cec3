"""Parts that never were: grounds, shapes, figures and cut-out things, drawn in batches."""

import math

import torch
import torch.nn.functional as F

from model_runtime.nano.canvas import Canvas

SHAPES = 8
THINGS = 4


class Drawing(Canvas):
    """Draws undamaged parts; of each shape there is a mask, so that it can be damaged."""

    def _ground(self, batch: int, plain: torch.Tensor) -> torch.Tensor:
        angle, frequency, ratio = (
            self.u(0, math.pi, batch, 1, 1),
            self.u(8, 80, batch, 1, 1),
            self.u(0.2, 1, batch, 1, 1),
        )
        along = self.x * torch.cos(angle) + self.y * torch.sin(angle)
        across = -self.x * torch.sin(angle) + self.y * torch.cos(angle)
        waves, grid = torch.sin(along * frequency), torch.sin(along * frequency) * torch.sin(across * frequency * ratio)
        grain = sum(self.noise(batch, n) * self.u(0, 1, batch, 1, 1) ** 2 for n in (5, 16, 50, 180))
        vertical = self.chance(0.5, batch, 1, 1)
        brushed = torch.where(vertical, self.noise(batch, 4, 200), self.noise(batch, 200, 4)) * 2
        kind = torch.randint(0, 6, (batch, 1, 1), device=self.device)
        texture = torch.where(
            kind == 0,
            waves,
            torch.where(kind == 1, grid, torch.where(kind == 2, grain * 2, torch.where(kind == 3, brushed, 0 * waves))),
        )
        amplitude = self.u(0.02, 0.25, batch, 1, 1) * torch.where(plain[:, None, None], 0.1, 1.0)
        base = self.u(0.05, 0.95, batch, 3, 1, 1)
        base = torch.where(
            self.chance(0.5, batch, 1, 1, 1),
            base.mean(1, keepdim=True) + (base - base.mean(1, keepdim=True)) * 0.2,
            base,
        )
        base = torch.where(plain[:, None, None, None] & self.chance(0.6, batch, 1, 1, 1), 0.8 + 0.2 * base, base)
        return base + (texture * amplitude + grain * torch.where(plain[:, None, None], 0.02, 0.12))[:, None]

    def _shapes(self, batch: int, family: torch.Tensor) -> dict[str, torch.Tensor]:
        s = {
            "x": self.u(-0.85, 0.85, batch, SHAPES),
            "y": self.u(-0.85, 0.85, batch, SHAPES),
            "angle": self.u(0, 2 * math.pi, batch, SHAPES),
            "half": self.u(0.05, 0.3, batch, SHAPES),
            "flat": self.u(0.25, 1, batch, SHAPES),
            "round": self.u(0, 1, batch, SHAPES),
            "ring": self.chance(0.2, batch, SHAPES).float(),
            "color": torch.rand(batch, SHAPES, 3, device=self.device),
        }
        alike = self.chance(0.5, batch)
        s["color"] = torch.where(
            alike[:, None, None], s["color"][:, :1] + self.u(-0.05, 0.05, batch, SHAPES, 1), s["color"]
        )
        count = torch.where(
            family == 0,
            torch.randint(0, 3, (batch,), device=self.device),
            torch.randint(1, SHAPES + 1, (batch,), device=self.device),
        )
        # a figure: the first shape is the body, the others start at its rim and point away
        figure = (family == 2)[:, None]
        body_x, body_y = self.u(-0.2, 0.2, batch, 1), self.u(-0.2, 0.2, batch, 1)
        turn, reach, length = (
            self.u(0, 2 * math.pi, batch, SHAPES),
            self.u(0.12, 0.4, batch, 1),
            self.u(0.12, 0.38, batch, SHAPES),
        )
        limb_x, limb_y = (
            body_x + torch.cos(turn) * (reach * 0.7 + length * 0.8),
            body_y + torch.sin(turn) * (reach * 0.7 + length * 0.8),
        )
        limb = {
            "x": limb_x,
            "y": limb_y,
            "angle": turn + self.u(-0.4, 0.4, batch, SHAPES),
            "half": length,
            "flat": self.u(0.15, 0.5, batch, SHAPES),
            "round": self.u(0.4, 1, batch, SHAPES),
            "ring": s["ring"] * 0,
        }
        for key, first in (
            ("x", body_x),
            ("y", body_y),
            ("half", reach),
            ("flat", self.u(0.35, 1, batch, 1)),
            ("round", self.u(0.4, 1, batch, 1)),
        ):
            limb[key] = torch.cat([first, limb[key][:, 1:]], 1)
        for key, value in limb.items():
            s[key] = torch.where(figure, value, s[key])
        s["color"] = torch.where(
            figure[..., None], s["color"][:, :1] + self.u(-0.06, 0.06, batch, SHAPES, 1), s["color"]
        )
        s["count"] = torch.where(family == 2, torch.randint(3, SHAPES + 1, (batch,), device=self.device), count)
        return s

    def _paint(
        self, ground: torch.Tensor, s: dict[str, torch.Tensor], grain: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        image, masks = ground, []
        for k in range(SHAPES):
            one = {name: value[:, k] for name, value in s.items() if value.dim() > 1}
            image, mask = self._cover(image, one, k < s["count"], grain, s["gloss"])
            masks.append(mask)
        return image, torch.stack(masks, 1)

    def _cover(
        self,
        image: torch.Tensor,
        s: dict[str, torch.Tensor],
        there: torch.Tensor,
        grain: torch.Tensor,
        gloss: torch.Tensor,
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """One shape over the image; its mask."""
        x, y, angle, half, flat, rounded, ring = (
            s[name][:, None, None] for name in ("x", "y", "angle", "half", "flat", "round", "ring")
        )
        dx, dy = self.x - x, self.y - y
        along, across = dx * torch.cos(angle) + dy * torch.sin(angle), -dx * torch.sin(angle) + dy * torch.cos(angle)
        tall = half * flat
        corner = rounded * torch.minimum(half, tall)
        qx, qy = along.abs() - (half - corner), across.abs() - (tall - corner)
        distance = torch.hypot(qx.clamp(min=0), qy.clamp(min=0)) + torch.maximum(qx, qy).clamp(max=0) - corner
        distance = torch.where(ring > 0, (distance + tall * 0.3).abs() - tall * 0.2, distance)
        mask = torch.sigmoid(-distance / 0.008) * there[:, None, None]
        bulge = (1 - (-distance / (tall + 1e-3)).clamp(0, 1)) ** 2  # darker towards the rim, as a rounded body is
        shade = grain * 0.1 - bulge * 0.25 * gloss[:, None, None]
        return image * (1 - mask[:, None]) + mask[:, None] * (s["color"][..., None, None] + shade[:, None]), mask

    def _things(
        self, ground: torch.Tensor, cutouts: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor, dict[str, torch.Tensor]]:
        """Cut-outs (M, 4, C, C uint8, last channel opaqueness) on a ground: often one large thing, or some small."""
        batch = ground.shape[0]
        large = self.chance(0.6, batch, 1)
        first = torch.where(large, self.u(0.5, 0.95, batch, 1), self.u(0.15, 0.4, batch, 1))
        reach = torch.where(large, 0.2, 0.7)
        s = {
            "x": torch.cat([self.u(-1, 1, batch, 1) * reach, self.u(-0.75, 0.75, batch, THINGS - 1)], 1),
            "y": torch.cat([self.u(-1, 1, batch, 1) * reach, self.u(-0.75, 0.75, batch, THINGS - 1)], 1),
            "angle": self.u(0, 2 * math.pi, batch, THINGS),
            "half": torch.cat([first, self.u(0.12, 0.35, batch, THINGS - 1)], 1),
            "count": torch.where(
                self.chance(0.5, batch) & large[:, 0], 1, torch.randint(1, THINGS + 1, (batch,), device=self.device)
            ),
        }
        upright = self.chance(0.5, batch, THINGS)
        s["angle"] = torch.where(upright, self.u(-0.3, 0.3, batch, THINGS), s["angle"])
        image, masks = ground, []
        chosen = torch.randint(0, cutouts.shape[0], (batch, THINGS), device=self.device)
        alike = self.chance(0.3, batch, 1)  # several of one kind, as screws in a tray
        chosen = torch.where(alike, chosen[:, :1], chosen)
        for k in range(THINGS):
            image, mask = self._lay(
                image,
                cutouts[chosen[:, k]],
                s["x"][:, k],
                s["y"][:, k],
                s["angle"][:, k],
                s["half"][:, k],
                k < s["count"],
            )
            masks.append(mask)
        return image, torch.stack(masks, 1), s

    def _lay(
        self, image: torch.Tensor, thing: torch.Tensor, x: torch.Tensor, y: torch.Tensor, angle: torch.Tensor,
        half: torch.Tensor, there: torch.Tensor,
    ) -> tuple[torch.Tensor, torch.Tensor]:  # fmt: skip
        batch = image.shape[0]
        dx, dy = self.x - x[:, None, None], self.y - y[:, None, None]
        c, n, size = torch.cos(angle)[:, None, None], torch.sin(angle)[:, None, None], half[:, None, None]
        wide = torch.where(self.chance(0.5, batch, 1, 1), 1.0, -1.0) * self.u(0.8, 1.25, batch, 1, 1)
        where = torch.stack([(dx * c + dy * n) / size * wide, (-dx * n + dy * c) / size], -1)
        seen = F.grid_sample(thing.float() / 255, where, align_corners=False)
        mask = seen[:, 3] * there[:, None, None]
        color = seen[:, :3] / seen[:, 3:].clamp(min=0.05)  # at the rim the colour has faded with the opaqueness
        grey = self.chance(0.3, batch, 1, 1, 1)
        color = torch.where(grey, color.mean(1, keepdim=True), color)
        color = color * self.u(0.5, 1.1, batch, 3, 1, 1) + self.u(-0.1, 0.25, batch, 1, 1, 1)
        return image * (1 - mask[:, None]) + mask[:, None] * color.clamp(0, 1), mask
