"""The demonstration part: a machined pump cover with a turned boss, a bronze bush, four socket screws; and what can go wrong.

Gives the relief that `studio` photographs. All is drawn by numbers from a seed; nothing is loaded.
"""

import math
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from model_runtime.nano.studio import SCALE, Array, Material, Relief, grid, noise, step

BENCH, FACE, TURNED, WALL, OXIDE, SOCKET, BRONZE, PIN, FRACTURE, BARE, GAP = range(11)
MATERIALS = [
    Material((0.03, 0.03, 0.03), (0.105, 0.135, 0.165), 0.3),
    Material((0.72, 0.725, 0.735), (0.10, 0.10, 0.10), 0.10, 0.22, 0.055),
    Material((0.80, 0.80, 0.81), (0.05, 0.05, 0.05), 0.045, 0.20, 0.030),
    Material((0.42, 0.42, 0.43), (0.06, 0.06, 0.06), 0.12, 0.0, 0.0),
    Material((0.085, 0.085, 0.09), (0.010, 0.010, 0.011), 0.07, 0.16, 0.02),
    Material((0.03, 0.03, 0.032), (0.006, 0.006, 0.006), 0.1),
    Material((0.74, 0.48, 0.20), (0.05, 0.03, 0.01), 0.05, 0.18, 0.03),
    Material((0.85, 0.85, 0.86), (0.03, 0.03, 0.03), 0.05),
    Material((0.20, 0.20, 0.20), (0.30, 0.30, 0.31), 0.3),
    Material((0.95, 0.95, 0.95), (0.75, 0.75, 0.75), 0.25),
    Material((0.01, 0.01, 0.01), (0.006, 0.006, 0.006), 0.3),
]

TOP = 0.17
SCREWS = ((-0.85, -0.53), (0.85, -0.53), (-0.85, 0.53), (0.85, 0.53))
BOSS, PORT = (-0.30, 0.0), (0.55, -0.06)
PINS = ((0.55, -0.47), (0.55, 0.47))


@dataclass(frozen=True, slots=True)
class Pose:
    """Where the part lies: shift in units of half the picture's height, turn in degrees, size."""

    x: float = 0.0
    y: float = 0.0
    turn: float = 0.0
    size: float = 1.0


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a unit, and where (in the part's own coordinates). `which`: the screw that is missing."""

    kind: str
    x: float = 0.0
    y: float = 0.0
    which: int = 0


class Flange:
    """One unit in one pose. Built by stamping feature after feature on the relief."""

    def __init__(self, pose: Pose, r: np.random.Generator, fault: Fault | None = None) -> None:
        self.r, self.fault = r, fault
        x, y = grid()
        c, s = math.cos(math.radians(pose.turn)), math.sin(math.radians(pose.turn))
        dx, dy = x - pose.x, y - pose.y
        self.x, self.y = ((dx * c + dy * s) / pose.size).astype(np.float32), ((dy * c - dx * s) / pose.size).astype(np.float32)
        self.c, self.s = c, s
        self.shape = x.shape
        self.h = np.zeros(self.shape, np.float32)
        self.m = np.full(self.shape, BENCH, np.uint8)
        # across the marks: brushed along x
        self.ax = np.full(self.shape, -s, np.float32)
        self.ay = np.full(self.shape, c, np.float32)
        self.tilt = np.zeros(self.shape, np.float32)
        self.tone = np.ones(self.shape, np.float32)
        self.film: Array | None = None

    def relief(self) -> Relief:
        self._bench()
        self._plate()
        self._boss()
        self._port()
        for place in PINS:
            self._pin(*place)
        self._label()
        for number, place in enumerate(SCREWS):
            self._seat(*place)
            if not (self.fault and self.fault.kind == "missing" and self.fault.which == number):
                self._screw(*place)
        if self.fault:
            draw = {"scratch": self._scratch, "crack": self._crack, "stain": self._stain}.get(self.fault.kind)
            if draw:
                draw(self.fault)
        return Relief(self.h, self.m, self.ax, self.ay, self.tilt, MATERIALS, self.tone, WALL, self.film)

    # -- surfaces ---------------------------------------------------------------------------------------------------

    def _bench(self) -> None:
        rows, cols = self.shape
        fine = noise(self.r, rows // 3, cols // 3, rows, cols)
        self.tone *= 1 + 0.055 * fine + 0.03 * noise(self.r, 9, 12, rows, cols)

    def _lookup(self, texture: Array) -> Array:
        """A texture over the part, -1.5..1.5 both ways, as it lies in the picture."""
        side = texture.shape[0]
        col = np.clip((self.x + 1.5) * (side / 3), 0, side - 1).astype(np.int32)
        row = np.clip((self.y + 1.5) * (side / 3), 0, side - 1).astype(np.int32)
        return texture[row, col]

    def _brushed(self) -> Array:
        side = 2048
        return self._lookup(0.6 * noise(self.r, side, 14, side, side) + 0.5 * noise(self.r, side // 2, 60, side, side)
                            + 0.35 * noise(self.r, side // 5, 7, side, side))  # fmt: skip

    def _turned(self, cx: float, cy: float, within: Array) -> None:
        """Concentric marks: the direction across them points away from the centre."""
        dx, dy = self.x - cx, self.y - cy
        far = np.hypot(dx, dy) + np.float32(1e-4)
        ux, uy = dx / far, dy / far
        rings = noise(self.r, 1, 1024, 2, 1024)[0]
        self.ax = np.where(within, ux * self.c - uy * self.s, self.ax)
        self.ay = np.where(within, ux * self.s + uy * self.c, self.ay)
        self.tilt = np.where(within, rings[np.clip(far * 1024, 0, 1023).astype(np.int32)], self.tilt)
        self.tone = np.where(within, 1, self.tone)

    def _stamp(self, within: Array, height: Array | float, material: int) -> None:
        self.h = np.where(within, np.float32(height) if isinstance(height, float) else height, self.h)
        self.m = np.where(within, np.uint8(material), self.m)
        self.tone = np.where(within & (material != FACE), np.float32(1), self.tone)

    def _disc(self, cx: float, cy: float) -> Array:
        return np.hypot(self.x - cx, self.y - cy)

    # -- the part ---------------------------------------------------------------------------------------------------

    def _outline(self) -> Array:
        """Signed distance to the plate's edge, negative inside: a waisted rectangle with four ears."""
        corner = 0.16
        qx, qy = np.abs(self.x) - (0.94 - corner), np.abs(self.y) - (0.60 - corner)
        plate = np.hypot(np.maximum(qx, 0), np.maximum(qy, 0)) + np.minimum(np.maximum(qx, qy), 0) - corner
        ears = np.hypot(np.abs(self.x) - 0.85, np.abs(self.y) - 0.53) - 0.205
        k = 0.10
        blend = np.clip(0.5 + 0.5 * (ears - plate) / k, 0, 1)
        return (ears * (1 - blend) + plate * blend - k * blend * (1 - blend)).astype(np.float32)

    def _plate(self) -> None:
        outside = self._outline()
        bite = None
        if self.fault and self.fault.kind == "chip":
            bite = self._bite(self.fault)
        edge = 0.030
        round_ = np.clip((edge + outside) / edge, 0, 1)
        height = TOP - edge * (1 - np.sqrt(1 - round_ * round_ * 0.98))
        inside = outside < 0
        self.tilt = np.where(inside, self._brushed(), self.tilt)
        rows, cols = self.shape
        self.tone = np.where(inside, 1 + 0.012 * noise(self.r, 7, 9, rows, cols), self.tone)
        self._stamp(inside, height, FACE)
        if bite is not None:
            self._broken(bite, inside, height)

    def _boss(self) -> None:
        far = self._disc(*BOSS)
        self._turned(*BOSS, far < 0.475)
        outer, lift, cham = 0.475, 0.055, 0.018
        height = TOP + lift - np.maximum(far - (outer - cham), 0)
        self._stamp(far < outer, height, TURNED)
        # a groove for the seal, a step down to the bore, and the bore right through
        groove = np.abs(far - 0.345) < 0.016
        self._stamp(groove, TOP + lift - 0.035, SOCKET)
        chamfer = np.clip((0.262 + 0.022 - far), 0, 0.022)
        self._stamp((far < 0.262 + 0.022), TOP + lift - chamfer, TURNED)
        self._stamp(far < 0.262, 0.0, BENCH)
        for k in range(6):
            a = math.radians(60 * k + 30)
            self._tapped(BOSS[0] + 0.415 * math.cos(a), BOSS[1] + 0.415 * math.sin(a), 0.026, TOP + lift)

    def _tapped(self, cx: float, cy: float, radius: float, top: float) -> None:
        far = self._disc(cx, cy)
        self._stamp(far < radius + 0.009, top - np.clip(radius + 0.009 - far, 0, 0.009), TURNED)
        self._stamp(far < radius, top - 0.12, GAP)

    def _port(self) -> None:
        far = self._disc(*PORT)
        self._turned(*PORT, far < 0.205)
        self._stamp(far < 0.205, TOP - 0.014 + np.clip(far - 0.197, 0, 0.008), TURNED)
        flat = np.clip(0.010 - np.abs(far - 0.136) + 0.030, 0, 0.010)
        self._stamp(np.abs(far - 0.136) < 0.040, TOP - 0.004 + flat, BRONZE)
        self._stamp(far < 0.097, 0.0, BENCH)

    def _pin(self, cx: float, cy: float) -> None:
        far = self._disc(cx, cy)
        self._stamp(far < 0.050, TOP - 0.02, GAP)
        dome = TOP + 0.028 - np.square(far / 0.044) * 0.010 - np.clip(far - 0.034, 0, 0.01)
        self._stamp(far < 0.044, dome.astype(np.float32), PIN)

    def _seat(self, cx: float, cy: float) -> None:
        """A counterbore with its through hole."""
        far = self._disc(cx, cy)
        self._stamp(far < 0.136, TOP - np.clip(0.136 - far, 0, 0.012), TURNED)
        self._turned(cx, cy, far < 0.136)
        self._stamp(far < 0.124, TOP - 0.075, TURNED)
        self._stamp(far < 0.064, 0.0, BENCH)

    def _screw(self, cx: float, cy: float) -> None:
        """A socket head screw, black oxide, its socket turned as it happened to stop."""
        far = self._disc(cx, cy)
        radius, top, edge = 0.108, TOP + 0.035, 0.016
        round_ = np.clip((far - (radius - edge)) / edge, 0, 1)
        self._stamp(far < radius, top - edge * (1 - np.sqrt(1 - round_ * round_ * 0.98)), OXIDE)
        turn = self.r.uniform(0, math.pi / 3)
        angle = np.arctan2(self.y - cy, self.x - cx) - turn
        hexagon = far * np.cos(np.mod(angle + math.pi / 6, math.pi / 3) - math.pi / 6)
        self._stamp(hexagon < 0.058, top - np.clip(0.058 - hexagon, 0, 0.006), OXIDE)
        self._stamp(hexagon < 0.052, top - 0.06, SOCKET)

    def _label(self) -> None:
        """Laser marking, darker than the face."""
        side = 1024
        sheet = Image.new("L", (side, side), 0)
        pen = ImageDraw.Draw(sheet)
        pen.text((side / 2, 140), "KENSA", 255, ImageFont.load_default(250), "ma")
        pen.text((side / 2, 440), "DP-08", 255, ImageFont.load_default(250), "ma")
        ink = np.asarray(sheet, np.float32) / 255
        scale = side / 0.36
        col, row = ((self.x - 0.55) * scale + side / 2).astype(np.int32), ((self.y - 0.155) * scale).astype(np.int32)
        ok = (col >= 0) & (col < side) & (row >= 0) & (row < side)
        marked = np.where(ok, ink[np.clip(row, 0, side - 1), np.clip(col, 0, side - 1)], 0)
        self.tone = self.tone * (1 - 0.68 * marked).astype(np.float32)

    # -- faults -----------------------------------------------------------------------------------------------------

    def _wander(self, scale: float, bumps: int) -> Array:
        return self._lookup(noise(self.r, bumps, bumps, 1024, 1024)) * np.float32(scale)

    def _bite(self, fault: Fault) -> Array:
        far = np.hypot(self.x - fault.x, (self.y - fault.y) * 0.9)
        return (far - 0.225 + self._wander(0.020, 14) + self._wander(0.007, 60) + self._wander(0.002, 200)).astype(np.float32)  # fmt: skip

    def _broken(self, bite: Array, inside: Array, height: Array) -> None:
        """A conchoidal break: steps that fall away to the ground, grainy and without the tool's marks."""
        slope = 0.085
        fall = np.clip(-bite / slope, 0, 1)
        steps = 0.045 * np.sin(fall * 5 + self._wander(0.5, 9)) / 5
        rough = height - 0.012 - fall * 0.10 + steps + self._wander(0.0022, 70) + self._wander(0.0010, 240)
        self._stamp(inside & (bite < 0), rough.astype(np.float32), FRACTURE)
        self._stamp(inside & (bite < -slope), 0.0, BENCH)

    def _line(self, points: list[tuple[float, float]], jag: float, bumps: int) -> tuple[Array, Array]:
        """Distance to a polyline that wanders, and the position along it, 0..1."""
        x, y = self.x + self._wander(jag, bumps), self.y + self._wander(jag, bumps)
        best, where = np.full(self.shape, 9, np.float32), np.zeros(self.shape, np.float32)
        pieces = list(zip(points, points[1:], strict=False))
        for number, ((x0, y0), (x1, y1)) in enumerate(pieces):
            dx, dy = x1 - x0, y1 - y0
            t = np.clip(((x - x0) * dx + (y - y0) * dy) / (dx * dx + dy * dy), 0, 1)
            far = np.hypot(x - x0 - t * dx, y - y0 - t * dy)
            closer = far < best
            best, where = np.where(closer, far, best), np.where(closer, (number + t) / len(pieces), where)
        return best.astype(np.float32), where.astype(np.float32)

    def _scratch(self, fault: Fault) -> None:
        """Strokes of one hard corner: bare metal, a thin furrow in shade beside it."""
        x, y = fault.x, fault.y
        strokes = (((0.050, -0.52), (0.012, -0.05), (-0.050, 0.50), 0.0105), ((0.100, -0.33), (0.075, -0.06), (0.045, 0.24), 0.0045),
                   ((-0.012, 0.06), (-0.030, 0.24), (-0.056, 0.40), 0.0035))  # fmt: skip
        for start, bend, end, width in strokes:
            far, along = self._line(_curve(start, bend, end, x, y), 0.002, 24)
            wide = width * np.clip(np.minimum(along * 9, (1 - along) * 4), 0, 1) * (0.85 + 0.15 * np.sin(along * 37))
            shade, _ = self._line(_curve(start, bend, end, x + width * 1.15, y), 0.002, 24)
            self._stamp(shade < wide * 0.45, (self.h - 0.006).astype(np.float32), GAP)
            self._stamp(far < wide, (self.h - 0.003).astype(np.float32), BARE)

    def _crack(self, fault: Fault) -> None:
        """A jagged gap from a screw's seat through the boss to the bore, with a branch."""
        x, y = fault.x, fault.y
        far, along = self._line(self._jagged((x - 0.24, y + 0.18), (x + 0.20, y - 0.20), 15, 0.026), 0.002, 90)
        branch, end = self._line(self._jagged((x - 0.02, y + 0.01), (x + 0.13, y + 0.13), 7, 0.018), 0.002, 90)
        gap = np.minimum(far - 0.0135 * (1 - 0.5 * along), branch - 0.0085 * (1 - end)) + self._wander(0.0012, 150)
        solid = self.h > TOP - 0.05
        lip = solid & (gap < 0.007)
        self.h = np.where(lip, self.h - np.clip(0.007 - gap, 0, 0.007) * 0.6, self.h).astype(np.float32)
        self._stamp(solid & (gap < 0), (self.h - 0.09).astype(np.float32), GAP)

    def _stain(self, fault: Fault) -> None:
        """Dried coolant: brown, darkest where it dried last, with drops beside it; the metal shines through."""
        far = np.hypot(self.x - fault.x, (self.y - fault.y) * 1.15)
        edge = far - 0.155 + self._wander(0.034, 7) + self._wander(0.014, 22) + self._wander(0.004, 70)
        drops = [np.hypot(self.x - fault.x - dx, self.y - fault.y - dy) - radius + self._wander(0.005, 40)
                 for dx, dy, radius in ((0.20, 0.09, 0.024), (0.16, -0.14, 0.016), (-0.12, 0.17, 0.019), (0.235, 0.03, 0.010))]  # fmt: skip
        edge = np.minimum(edge, np.minimum.reduce(drops)).astype(np.float32)
        inside = step(edge, 0.005)
        uneven = np.clip(0.55 + 0.35 * self._wander(1.0, 8) + 0.15 * self._wander(1.0, 26), 0.1, 1.3)
        rim = np.exp(-np.square((edge + 0.009) / 0.010)) + 0.5 * np.exp(-np.square((edge + 0.045) / 0.008))
        thick = inside * (0.38 + 0.42 * uneven) + 0.42 * rim * inside * uneven
        metal = self.h > TOP - 0.03
        dye = np.array([0.85, 1.55, 2.7], np.float32)
        self.film = np.exp(-np.clip(thick, 0, 1.6)[..., None] * dye * metal[..., None]).astype(np.float32)

    def _jagged(self, start: tuple[float, float], end: tuple[float, float], pieces: int, sway: float) -> list[tuple[float, float]]:  # fmt: skip
        """Points from start to end that leave the straight way by a random walk which comes home."""
        walk = np.cumsum(self.r.standard_normal(pieces + 1))
        t = np.linspace(0, 1, pieces + 1)
        walk = (walk - walk[0] - t * (walk[-1] - walk[0])) * 0.55 + self.r.standard_normal(pieces + 1) * 0.35
        walk[[0, -1]] = 0
        dx, dy = end[0] - start[0], end[1] - start[1]
        size = math.hypot(dx, dy)
        return [(float(start[0] + dx * a - dy / size * b * sway), float(start[1] + dy * a + dx / size * b * sway)) for a, b in zip(t, walk, strict=True)]  # fmt: skip


def _curve(start: tuple[float, float], bend: tuple[float, float], end: tuple[float, float], x: float, y: float) -> list[tuple[float, float]]:  # fmt: skip
    """Twelve points of a curve through three, moved by (x, y)."""
    out = []
    for t in np.linspace(0, 1, 12):
        a, b, c = (1 - t) * (1 - 2 * t), 4 * t * (1 - t), t * (2 * t - 1)
        out.append((float(a * start[0] + b * bend[0] + c * end[0] + x), float(a * start[1] + b * bend[1] + c * end[1] + y)))  # fmt: skip
    return out
