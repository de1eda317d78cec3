"""The demonstration part: a machined cover with a turned boss, a bronze bush, two dowel pins and four socket screws.

Gives the relief that `studio` photographs; what can go wrong with it is in `flaws`. All comes from numbers and a seed.
Coordinates are the part's own: x -1.05..1.05, y -0.74..0.74.
"""

import math
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from model_runtime.nano.studio import Array, Mask, Material, Relief, floats, grid, noise

BENCH, FACE, TURNED, WALL, OXIDE, SOCKET, BRONZE, PIN, FRACTURE, BARE, GAP, SCORE = range(12)
MATERIALS = (
    Material((0.03, 0.03, 0.03), (0.105, 0.135, 0.165), 0.3),
    Material((0.72, 0.725, 0.735), (0.10, 0.10, 0.10), 0.10, 0.22, 0.055),
    Material((0.80, 0.80, 0.81), (0.05, 0.05, 0.05), 0.045, 0.20, 0.030),
    Material((0.42, 0.42, 0.43), (0.06, 0.06, 0.06), 0.12),
    Material((0.085, 0.085, 0.09), (0.010, 0.010, 0.011), 0.07, 0.16, 0.02),
    Material((0.03, 0.03, 0.032), (0.006, 0.006, 0.006), 0.1),
    Material((0.74, 0.48, 0.20), (0.05, 0.03, 0.01), 0.05, 0.18, 0.03),
    Material((0.85, 0.85, 0.86), (0.03, 0.03, 0.03), 0.05),
    Material((0.20, 0.20, 0.20), (0.40, 0.40, 0.41), 0.3),
    Material((0.95, 0.95, 0.95), (0.75, 0.75, 0.75), 0.25),
    Material((0.01, 0.01, 0.01), (0.006, 0.006, 0.006), 0.3),
    Material((0.13, 0.13, 0.135), (0.02, 0.02, 0.02), 0.15),
)

TOP, BOSS_TOP = 0.17, 0.225
SCREWS = ((-0.85, -0.53), (0.85, -0.53), (-0.85, 0.53), (0.85, 0.53))
BOSS, PORT = (-0.30, 0.0), (0.55, -0.06)
PINS = ((0.55, -0.47), (0.55, 0.47))
TEXTURE = 1.5
"""Half the side of the square that a texture covers."""


@dataclass(frozen=True, slots=True)
class Pose:
    """Where the part lies: shift in units of half the picture's height, turn in degrees."""

    x: float = 0.0
    y: float = 0.0
    turn: float = 0.0


class Flange:
    """One unit in one pose, made by stamping feature after feature on a relief of the bench."""

    def __init__(self, pose: Pose, r: np.random.Generator) -> None:
        self.r = r
        x, y = grid()
        self.cos, self.sin = math.cos(math.radians(pose.turn)), math.sin(math.radians(pose.turn))
        self.x = floats((x - pose.x) * self.cos + (y - pose.y) * self.sin)
        self.y = floats((y - pose.y) * self.cos - (x - pose.x) * self.sin)
        self.shape = rows, cols = x.shape[0], x.shape[1]
        self.height = np.zeros(self.shape, np.float32)
        self.material = np.full(self.shape, BENCH, np.uint8)
        self.across_x, self.across_y = (
            np.full(self.shape, -self.sin, np.float32),
            np.full(self.shape, self.cos, np.float32),
        )
        self.tilt = np.zeros(self.shape, np.float32)
        mat = 0.055 * noise(r, rows // 3, cols // 3, rows, cols) + 0.03 * noise(r, 9, 12, rows, cols)
        self.tone = floats(1 + mat)
        self.film: Array | None = None

    def machine(self) -> None:
        """The plate and all that is cut into it or stands on it, without the screws."""
        self._plate()
        self._boss()
        self._port()
        for place in PINS:
            self._pin(*place)
        self._label()
        for place in SCREWS:
            self._seat(*place)

    def relief(self) -> Relief:
        marks = (self.across_x, self.across_y, self.tilt)
        return Relief(self.height, self.material, *marks, self.tone, MATERIALS, WALL, self.film)

    # -- tools ------------------------------------------------------------------------------------------------------

    def stamp(self, within: Mask, height: Array | float, material: int) -> None:
        """Gives the points within a height and a material."""
        self.height = floats(np.where(within, height, self.height))
        self.material = np.where(within, np.uint8(material), self.material)
        if material != FACE:
            self.tone = floats(np.where(within, 1, self.tone))

    def from_point(self, x: float, y: float) -> Array:
        return floats(np.hypot(self.x - x, self.y - y))

    def wander(self, size: float, bumps: int) -> Array:
        """Noise that lies on the part as the part lies on the bench."""
        return floats(self._lay(noise(self.r, bumps, bumps, 1024, 1024)) * size)

    def _lay(self, texture: Array) -> Array:
        side = texture.shape[0]
        col = np.clip((self.x + TEXTURE) * (side / 2 / TEXTURE), 0, side - 1).astype(np.int32)
        row = np.clip((self.y + TEXTURE) * (side / 2 / TEXTURE), 0, side - 1).astype(np.int32)
        return floats(texture[row, col])

    def _turn(self, x: float, y: float, within: Mask) -> None:
        """Concentric marks: the direction across them points away from the centre."""
        dx, dy = self.x - x, self.y - y
        far = np.hypot(dx, dy) + 1e-4
        rings = noise(self.r, 1, 1024, 2, 1024)[0]
        self.across_x = floats(np.where(within, (dx * self.cos - dy * self.sin) / far, self.across_x))
        self.across_y = floats(np.where(within, (dx * self.sin + dy * self.cos) / far, self.across_y))
        self.tilt = floats(np.where(within, rings[np.clip(far * 1024, 0, 1023).astype(np.int32)], self.tilt))

    # -- the part ---------------------------------------------------------------------------------------------------

    def outside(self) -> Array:
        """Signed distance to the plate's edge, negative inside: a rectangle with four ears, blended."""
        corner, blend = 0.16, 0.10
        qx, qy = np.abs(self.x) - (0.94 - corner), np.abs(self.y) - (0.60 - corner)
        plate = np.hypot(np.maximum(qx, 0), np.maximum(qy, 0)) + np.minimum(np.maximum(qx, qy), 0) - corner
        ears = np.hypot(np.abs(self.x) - 0.85, np.abs(self.y) - 0.53) - 0.205
        t = np.clip(0.5 + 0.5 * (ears - plate) / blend, 0, 1)
        return floats(ears * (1 - t) + plate * t - blend * t * (1 - t))

    def _plate(self) -> None:
        outside, (rows, cols), side = self.outside(), self.shape, 2048
        inside = outside < 0
        brushed = 0.6 * noise(self.r, side, 14, side, side) + 0.5 * noise(self.r, side // 2, 60, side, side)
        self.tilt = floats(
            np.where(inside, self._lay(floats(brushed + 0.35 * noise(self.r, side // 5, 7, side, side))), 0)
        )
        self.tone = floats(np.where(inside, 1 + 0.012 * noise(self.r, 7, 9, rows, cols), self.tone))
        self.stamp(inside, floats(TOP - _rounded(outside, 0.030)), FACE)

    def _boss(self) -> None:
        far = self.from_point(*BOSS)
        self._turn(*BOSS, far < 0.475)
        self.stamp(far < 0.475, floats(BOSS_TOP - np.maximum(far - 0.457, 0)), TURNED)
        self.stamp(np.abs(far - 0.345) < 0.016, BOSS_TOP - 0.035, SOCKET)  # the seal's groove
        self.stamp(far < 0.284, floats(BOSS_TOP - np.clip(0.284 - far, 0, 0.022)), TURNED)
        self.stamp(far < 0.262, 0.0, BENCH)
        for k in range(6):
            angle = math.radians(60 * k + 30)
            self._tapped(BOSS[0] + 0.415 * math.cos(angle), BOSS[1] + 0.415 * math.sin(angle))

    def _tapped(self, x: float, y: float) -> None:
        far = self.from_point(x, y)
        self.stamp(far < 0.035, floats(BOSS_TOP - np.clip(0.035 - far, 0, 0.009)), TURNED)
        self.stamp(far < 0.026, BOSS_TOP - 0.12, GAP)

    def _port(self) -> None:
        far = self.from_point(*PORT)
        self._turn(*PORT, far < 0.205)
        self.stamp(far < 0.205, floats(TOP - 0.014 + np.clip(far - 0.197, 0, 0.008)), TURNED)
        bush = np.abs(far - 0.136)
        self.stamp(bush < 0.040, floats(TOP - 0.004 + np.clip(0.040 - bush, 0, 0.010)), BRONZE)
        self.stamp(far < 0.097, 0.0, BENCH)

    def _pin(self, x: float, y: float) -> None:
        far = self.from_point(x, y)
        self.stamp(far < 0.050, TOP - 0.02, GAP)
        self.stamp(far < 0.044, floats(TOP + 0.028 - 5.2 * far * far - np.clip(far - 0.034, 0, 0.01)), PIN)

    def _seat(self, x: float, y: float) -> None:
        """A counterbore with its through hole."""
        far = self.from_point(x, y)
        self._turn(x, y, far < 0.136)
        self.stamp(far < 0.136, floats(TOP - np.clip(0.136 - far, 0, 0.012)), TURNED)
        self.stamp(far < 0.124, TOP - 0.075, TURNED)
        self.stamp(far < 0.064, 0.0, BENCH)

    def screw(self, x: float, y: float) -> None:
        """A socket head screw, black oxide, its socket turned as it happened to stop."""
        far, top = self.from_point(x, y), TOP + 0.035
        self.stamp(far < 0.108, floats(top - _rounded(floats(far - 0.108), 0.016)), OXIDE)
        angle = np.arctan2(self.y - y, self.x - x) - self.r.uniform(0, math.pi / 3)
        hexagon = far * np.cos(np.mod(angle + math.pi / 6, math.pi / 3) - math.pi / 6)
        self.stamp(hexagon < 0.058, floats(top - np.clip(0.058 - hexagon, 0, 0.006)), OXIDE)
        self.stamp(hexagon < 0.052, top - 0.06, SOCKET)

    def _label(self) -> None:
        """Laser marking, darker than the face; in the font that Pillow brings along."""
        side, font = 1024, ImageFont.load_default(250)
        sheet = Image.new("L", (side, side), 0)
        pen = ImageDraw.Draw(sheet)
        pen.text((side / 2, 140), "KENSA", 255, font, "ma")
        pen.text((side / 2, 440), "DP-08", 255, font, "ma")
        ink, scale = np.asarray(sheet, np.float32) / 255, side / 0.36
        col = np.clip((self.x - 0.55) * scale + side / 2, 0, side - 1).astype(np.int32)
        row = np.clip((self.y - 0.155) * scale, 0, side - 1).astype(np.int32)
        self.tone = floats(self.tone * (1 - 0.68 * ink[row, col]))


def _rounded(outside: Array, radius: float) -> Array:
    """How far a rounded edge lies below its face; `outside` is the signed distance to the edge."""
    t = np.clip((radius + outside) / radius, 0, 1)
    return floats(radius * (1 - np.sqrt(1 - 0.98 * t * t)))
