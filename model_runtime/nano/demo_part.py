"""Units of the demonstration part for training: other poses, lights and flaws than those of the bundled samples."""

import math
import os
from concurrent.futures import ProcessPoolExecutor

import numpy as np
from PIL import Image

from model_runtime.nano import flaws, studio
from model_runtime.nano.flange import SCREWS, Pose

SIDE = 320


def unit(number: int) -> tuple[Image.Image, str, float, float]:
    """One random unit, squeezed into a square: photo, flaw or "none", and the flaw's place in 0..1 (x, y)."""
    studio.FINE = 1  # a quarter of the work; the photo is made small anyway
    studio.SCALE = studio.HEIGHT * studio.FINE / 2
    r = np.random.default_rng([77, number])
    kind = "none" if number % 2 else str(r.choice(flaws.KINDS))
    x, y = float(r.uniform(-0.7, 0.7)), float(r.uniform(-0.45, 0.45))
    if kind == "missing":
        x, y = SCREWS[int(r.integers(len(SCREWS)))]
    elif kind == "chip":
        turn = r.uniform(0, 2 * math.pi)
        x, y = (0.95 * math.cos(turn), 0.655 * np.sign(math.sin(turn))) if r.random() < 0.6 else (1.0 * np.sign(x), y)
    pose = Pose(float(r.uniform(-0.03, 0.03)), float(r.uniform(-0.02, 0.02)), float(r.uniform(-1.5, 1.5)))
    light = studio.Light((float(r.uniform(-0.7, -0.5)), float(r.uniform(-0.78, -0.6))), key=float(r.uniform(5, 6.1)),
                         warmth=float(r.uniform(-0.03, 0.05)))  # fmt: skip
    relief = flaws.unit(pose, r, flaws.Flaw(kind, x, y) if kind != "none" else None)
    photo = studio.photograph(relief, light, studio.Exposure(float(r.uniform(1.15, 1.32))), r)
    small = Image.fromarray((photo * 255 + 0.5).astype(np.uint8)).resize((SIDE, SIDE), Image.Resampling.BICUBIC)
    across = ((x + pose.x) * studio.HEIGHT / studio.WIDTH + 1) / 2
    return small, kind, float(across), float((y + pose.y + 1) / 2)


def units(first: int, count: int) -> list[tuple[Image.Image, str, float, float]]:
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        return list(pool.map(unit, range(first, first + count), chunksize=4))
