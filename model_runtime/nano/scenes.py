"""Parts that never were, with and without defects: golden and test photo of one scene, and where the defect is.

Everything is drawn on the device in batches. Coordinates run from -1 to 1 over the photo, x to the right, y down.
A scene is a surface (texture, few shapes), an assembly (many shapes on a ground), a figure (a body with limbs), or made
of cut-out pictures of all kinds of things, so that the compared parts are not only of shapes that we thought of.
"""

import math
from dataclasses import dataclass, fields

import torch
import torch.nn.functional as F

SIDE = 288
SHAPES = 8
THINGS = 4
GENERIC = ("none", "scratch", "crack", "dent", "stain", "hole", "chip", "foreign", "missing", "deformation")
SCRATCH, CRACK, DENT, STAIN, HOLE, CHIP, FOREIGN, MISSING, DEFORMATION = range(1, 10)
EVIDENT = (SCRATCH, CRACK, DENT, STAIN, HOLE, FOREIGN)
"""Classes that can be seen without a golden photo."""


@dataclass
class Pairs:
    """golden, test: (B, 3, S, S) in 0..1; mask (B, S, S) in 0..1; label (B,) index into GENERIC, 0 = OK."""

    golden: torch.Tensor
    test: torch.Tensor
    mask: torch.Tensor
    label: torch.Tensor

    def to(self, device: torch.device | str) -> "Pairs":
        return Pairs(**{f.name: getattr(self, f.name).to(device) for f in fields(self)})


class Scenes:
    """Draws pairs on one device. `jitter` 0..1 scales how far golden and test photo differ in pose."""

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

    def draw(self, batch: int, bad: float = 0.55, evident: bool = False, cutouts: torch.Tensor | None = None) -> Pairs:
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
        hidden = (label > 0) & ((seen < 0.025) | (mask.sum((1, 2)) < 12))
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
        turn, scale = self.u(-0.06, 0.06, batch) * wide, 1 + self.u(-0.05, 0.05, batch) * wide
        tx, ty = self.u(-0.06, 0.06, batch) * wide, self.u(-0.06, 0.06, batch) * wide
        c, n = torch.cos(turn) * scale, torch.sin(turn) * scale
        pose = torch.stack([torch.stack([c, -n, tx], -1), torch.stack([n, c, ty], -1)], -2)
        photo, masks = self._warp(image, masks, pose)
        return self.expose(photo), masks

    def window(
        self, image: torch.Tensor, masks: torch.Tensor, zoom: torch.Tensor, tx: torch.Tensor, ty: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Cuts a window of `zoom` times the side, centred at (tx, ty), and enlarges it to the whole photo."""
        zero = torch.zeros_like(zoom)
        pose = torch.stack([torch.stack([zoom, zero, tx], -1), torch.stack([zero, zoom, ty], -1)], -2)
        return self._warp(image, masks, pose)

    @staticmethod
    def _warp(image: torch.Tensor, masks: torch.Tensor, pose: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        both = torch.cat([image, masks], 1)
        both = F.grid_sample(
            both, F.affine_grid(pose, list(both.shape), align_corners=False), padding_mode="border", align_corners=False
        )
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
