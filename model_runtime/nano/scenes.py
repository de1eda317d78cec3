"""Parts that never were, with and without defects: golden and test photo of one scene, and where the defect is.

Everything is drawn on the device in batches. Coordinates run from -1 to 1 over the photo, x to the right, y down.
A scene is a surface (texture, few shapes), an assembly (many shapes on a ground), a figure (a body with limbs), or made
of cut-out pictures of all kinds of things, so that the compared parts are not only of shapes that we thought of.
"""

import math
from dataclasses import dataclass, fields

import torch
import torch.nn.functional as F

from model_runtime.nano.drawing import Drawing
from model_runtime.nano.lens import Lens

GENERIC = ("none", "scratch", "crack", "dent", "stain", "hole", "chip", "foreign", "missing", "deformation")
SCRATCH, CRACK, DENT, STAIN, HOLE, CHIP, FOREIGN, MISSING, DEFORMATION = range(1, 10)
EVIDENT = (SCRATCH, CRACK, DENT, STAIN, HOLE, FOREIGN)
"""Classes that can be seen without a golden photo."""
HARDLY_SEEN = 0.045
"""Mean difference of brightness, 0..1, under which light and noise hide a defect."""


@dataclass
class Pairs:
    """golden, test: (B, 3, S, S) in 0..1; mask (B, S, S) in 0..1; label (B,) index into GENERIC, 0 = OK."""

    golden: torch.Tensor
    test: torch.Tensor
    mask: torch.Tensor
    label: torch.Tensor

    def to(self, device: torch.device | str) -> "Pairs":
        return Pairs(**{f.name: getattr(self, f.name).to(device) for f in fields(self)})


class Scenes(Drawing, Lens):
    """Draws pairs on one device. `jitter` 0..1 scales how far golden and test photo differ in pose."""

    def _segment(
        self, ax: torch.Tensor, ay: torch.Tensor, bx: torch.Tensor, by: torch.Tensor, wx: torch.Tensor, wy: torch.Tensor
    ) -> torch.Tensor:
        x, y = self.x + wx, self.y + wy
        dx, dy = bx - ax, by - ay
        t = (((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy + 1e-6)).clamp(0, 1)
        return torch.hypot(x - ax - t * dx, y - ay - t * dy)

    def _marks(self, batch: int, cx: torch.Tensor, cy: torch.Tensor) -> dict[int, torch.Tensor]:
        """Soft masks of the defects that lie on a surface, centred at (cx, cy), each (B, S, S)."""

        def one(low: float, high: float) -> torch.Tensor:
            return self.u(low, high, batch, 1, 1)

        angle, length, bend = one(0, 2 * math.pi), one(0.06, 0.5), self.noise(batch, 8) * one(0, 0.12)
        bend2, jag, jag2 = (
            self.noise(batch, 8) * one(0, 0.12),
            self.noise(batch, 40) * 0.08,
            self.noise(batch, 40) * 0.08,
        )
        ax, ay = cx - torch.cos(angle) * length / 2, cy - torch.sin(angle) * length / 2
        bx, by = cx + torch.cos(angle) * length / 2, cy + torch.sin(angle) * length / 2
        scratch = torch.sigmoid((one(0.003, 0.014) - self._segment(ax, ay, bx, by, bend, bend2)) / 0.004)
        crack = torch.sigmoid((one(0.004, 0.02) - self._segment(ax, ay, bx, by, bend + jag, bend2 + jag2)) / 0.005)
        x, y = self.x - cx, (self.y - cy) * one(0.6, 1.6)
        radius, size = torch.hypot(x, y), one(0.025, 0.17)
        blot = radius - size * 1.2 + self.noise(batch, 14) * size * 1.8
        hole = torch.sigmoid((one(0.012, 0.07) - radius) / 0.008)
        second = torch.hypot(x - one(-0.15, 0.15), y - one(-0.15, 0.15)) - one(0.008, 0.04)
        hole = torch.where(self.chance(0.3, batch, 1, 1), torch.maximum(hole, torch.sigmoid(-second / 0.008)), hole)
        lump = (x + self.noise(batch, 20) * 0.06).abs() ** one(1, 3) + (y + self.noise(batch, 20) * 0.06).abs() ** one(
            1, 3
        )
        return {
            SCRATCH: scratch,
            CRACK: crack,
            DENT: torch.exp(-((radius / (size * 0.7)) ** 2)),
            STAIN: torch.sigmoid(-blot / 0.02),
            HOLE: hole,
            FOREIGN: torch.sigmoid((one(0.03, 0.09) - lump) / 0.01),
        }

    def _place(self, own: torch.Tensor, rim: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """A point of the shape `own` (B, S, S), on its rim where `rim` says so; one in five anywhere."""
        batch, raster = own.shape[0], 36
        small = F.adaptive_avg_pool2d(own[:, None], raster)[:, 0].flatten(1)
        likely = torch.where(rim[:, None], small * (1 - small) + 0.01 * small, small) + 1e-6
        at = torch.multinomial(likely, 1)[:, 0]
        anywhere = self.chance(0.2, batch) & ~rim | (own.amax((1, 2)) < 0.5)
        cell = 2.0 / raster
        cx = ((at % raster) + torch.rand(batch, device=self.device)) * cell - 1
        cy = ((at // raster) + torch.rand(batch, device=self.device)) * cell - 1
        cx = torch.where(anywhere, self.u(-0.85, 0.85, batch), cx).clamp(-0.93, 0.93)
        cy = torch.where(anywhere, self.u(-0.85, 0.85, batch), cy).clamp(-0.93, 0.93)
        return cx[:, None, None], cy[:, None, None]

    def on_surface(
        self, image: torch.Tensor, label: torch.Tensor, cx: torch.Tensor, cy: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Draws the surface defects named by `label` on `image`; also used to damage photos of real surfaces."""
        batch = image.shape[0]
        marks = self._marks(batch, cx, cy)
        sign = torch.where(self.chance(0.5, batch, 1, 1, 1), 1.0, -1.0)
        depth, color = self.u(0.07, 0.5, batch, 1, 1, 1), torch.rand(batch, 3, 1, 1, device=self.device)
        # foreign matter and stains are of one colour, or a piece of another picture
        pasted = image.roll(1, 0).flip(-1) if batch > 1 else color
        color = torch.where(self.chance(0.3, batch, 1, 1, 1), pasted, color)
        light = self.u(0, 2 * math.pi, batch, 1, 1)
        slope = ((self.x - cx) * torch.cos(light) + (self.y - cy) * torch.sin(light)) / 0.08
        m = {k: v[:, None] for k, v in marks.items()}
        drawn = {
            SCRATCH: image + m[SCRATCH] * depth * sign,
            CRACK: image * (1 - m[CRACK] * (0.35 + depth)),
            DENT: image + m[DENT] * slope[:, None].clamp(-2, 2) * depth * 0.5,
            STAIN: image * (1 - m[STAIN] * depth) + m[STAIN] * depth * color,
            HOLE: image * (1 - m[HOLE] * self.u(0.6, 1, batch, 1, 1, 1)),
            FOREIGN: image * (1 - m[FOREIGN]) + m[FOREIGN] * color,
        }
        out, mask = image, torch.zeros_like(marks[SCRATCH])
        for k in drawn:
            here = label == k
            out = torch.where(here[:, None, None, None], drawn[k], out)
            mask = torch.where(here[:, None, None], marks[k], mask)
        return out, mask

    def surfaces(self, batch: int) -> torch.Tensor:
        """Grounds with nothing on them, (B, 3, S, S)."""
        return self._ground(batch, self.chance(0.15, batch))

    def draw(self, batch: int, bad: float = 0.6, evident: bool = False, cutouts: torch.Tensor | None = None) -> Pairs:
        """Clean golden and damaged test image of the same pose; `evident` leaves out what needs a golden photo."""
        if cutouts is None:
            family = torch.randint(0, 3, (batch,), device=self.device)
            ground, grain = self._ground(batch, family == 2), self.noise(batch, 60)
            s = self._shapes(batch, family)
            s["gloss"] = self.u(-0.5, 1.5, batch)
            golden, masks = self._paint(ground, s, grain)
        else:
            family = torch.full((batch,), 2, device=self.device)
            ground = self._ground(batch, self.chance(0.7, batch))
            golden, masks, s = self._things(ground, cutouts)
        label = self._labels(batch, bad, evident, family, s["count"])
        k = (torch.rand(batch, device=self.device) * s["count"].clamp(min=1)).long()
        own = masks[torch.arange(batch, device=self.device), k]
        cx, cy = self._place(own, label == CHIP)
        test, mask = self.on_surface(golden, label, cx, cy)
        if not evident:
            test, mask = self._lost(test, mask, ground, own, masks, label, k, cx, cy)
            test, mask = self._bent(test, mask, label, cx, cy)
        return self._seen(golden, test, mask, label)

    @staticmethod
    def _seen(golden: torch.Tensor, test: torch.Tensor, mask: torch.Tensor, label: torch.Tensor) -> Pairs:
        """What nobody could see is no defect."""
        seen = ((test - golden).abs().mean(1) * mask).sum((1, 2)) / (mask.sum((1, 2)) + 1e-3)
        hidden = (label > 0) & ((seen < HARDLY_SEEN) | (mask.sum((1, 2)) < 16))
        label = torch.where(hidden, 0, label)
        test = torch.where(hidden[:, None, None, None], golden, test)
        return Pairs(golden, test, mask * (label > 0)[:, None, None], label)

    def _labels(self, batch: int, bad: float, evident: bool, family: torch.Tensor, count: torch.Tensor) -> torch.Tensor:
        if evident:
            label = torch.tensor(EVIDENT, device=self.device)[
                torch.randint(0, len(EVIDENT), (batch,), device=self.device)
            ]
        else:
            label = torch.randint(1, len(GENERIC), (batch,), device=self.device)
            structural = torch.tensor((CHIP, MISSING, CHIP, MISSING, DEFORMATION), device=self.device)[
                torch.randint(0, 5, (batch,), device=self.device)
            ]
            label = torch.where((family == 2) & self.chance(0.6, batch), structural, label)
            label = torch.where((count == 0) & (label >= CHIP) & (label != FOREIGN), STAIN, label)
        return torch.where(self.chance(bad, batch), label, 0)

    def _lost(
        self,
        test: torch.Tensor,
        mask: torch.Tensor,
        ground: torch.Tensor,
        own: torch.Tensor,
        masks: torch.Tensor,
        label: torch.Tensor,
        k: torch.Tensor,
        cx: torch.Tensor,
        cy: torch.Tensor,
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Chip: a bite out of a shape's rim. Missing: a whole shape, or its end cut off. The ground shows through."""
        batch = label.shape[0]
        later = torch.arange(masks.shape[1], device=self.device)[None] > k[:, None]
        above = 1 - (masks * later[..., None, None]).amax(1)
        bite = torch.hypot(self.x - cx, self.y - cy) - self.u(0.05, 0.18, batch, 1, 1) + self.noise(batch, 20) * 0.06
        chip = torch.sigmoid(-bite / 0.006) * masks.amax(1)
        turn = self.u(0, 2 * math.pi, batch, 1, 1)
        beyond = (self.x - cx) * torch.cos(turn) + (self.y - cy) * torch.sin(turn) + self.noise(batch, 20) * 0.04
        cut = torch.sigmoid(beyond / 0.006)
        gone = (own * 4).clamp(max=1) * above * torch.where(self.chance(0.5, batch, 1, 1), cut, torch.ones_like(cut))
        lost = torch.where(
            (label == CHIP)[:, None, None], chip, torch.where((label == MISSING)[:, None, None], gone, 0 * chip)
        )
        return test * (1 - lost[:, None]) + lost[:, None] * ground, torch.maximum(mask, lost)

    def _bent(
        self, test: torch.Tensor, mask: torch.Tensor, label: torch.Tensor, cx: torch.Tensor, cy: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        batch = label.shape[0]
        bump = torch.exp(-((torch.hypot(self.x - cx, self.y - cy) / self.u(0.12, 0.3, batch, 1, 1)) ** 2))
        turn, far = self.u(0, 2 * math.pi, batch, 1, 1), self.u(0.06, 0.15, batch, 1, 1)
        grid = torch.stack([self.x + bump * torch.cos(turn) * far, self.y + bump * torch.sin(turn) * far], -1)
        here = label == DEFORMATION
        bent = F.grid_sample(test, grid, padding_mode="reflection", align_corners=True)
        moved = ((bent - test).abs().mean(1) > 0.04).float()
        return torch.where(here[:, None, None, None], bent, test), torch.where(here[:, None, None], moved, mask)


def dense_labels(mask: torch.Tensor, label: torch.Tensor, cells: int = 8) -> torch.Tensor:
    """Class per image token: (B, cells, cells), 0 where nothing is wrong."""
    hit = F.adaptive_max_pool2d(mask[:, None], cells)[:, 0] > 0.4
    return hit.long() * label[:, None, None]


def centre(mask: torch.Tensor, grid: int = 8) -> tuple[torch.Tensor, torch.Tensor]:
    """Row and column of the defect's centre of mass on a `grid` x `grid` raster."""
    total = mask.sum((1, 2)) + 1e-6
    line = torch.arange(mask.shape[-1], device=mask.device, dtype=mask.dtype) / mask.shape[-1]
    row = (mask.sum(2) * line).sum(1) / total
    col = (mask.sum(1) * line).sum(1) / total
    return (row * grid).long().clamp(0, grid - 1), (col * grid).long().clamp(0, grid - 1)
