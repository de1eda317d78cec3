"""How long capture takes, step by step: python -m tests.benchmarks.bench_capture

Pictures of three sizes; the median of twenty. What runs on the camera's thread thirty times a second is `preview`.
"""

import statistics
import time
from collections.abc import Callable

import cv2
import numpy as np
from PIL import Image

from inspector_app.capture.camera import Camera, _photo
from inspector_app.capture.checks import check_photo, check_voice
from inspector_app.capture.codes import read_codes
from inspector_app.capture.microphone import voice_from_samples
from inspector_app.capture.readers import Shot
from inspector_app.capture.setup import View
from inspector_app.places import resources

SIZES = {"1280x720": (1280, 720), "1920x1080": (1920, 1080), "4000x3000": (4000, 3000)}
ROUNDS = 20


def milliseconds(job: Callable[[], object]) -> float:
    """Median of twenty, after one to warm up."""
    job()
    taken = []
    for _ in range(ROUNDS):
        before = time.perf_counter()
        job()
        taken.append(1000 * (time.perf_counter() - before))
    return statistics.median(taken)


def main() -> None:
    """Print the table."""
    part = np.asarray(Image.open(resources() / "samples/demo-01.jpg").convert("RGB"))
    camera = Camera("simulated")
    for name, size in SIZES.items():
        bgr = cv2.resize(part[:, :, ::-1], size, interpolation=cv2.INTER_CUBIC)
        rgb = np.ascontiguousarray(bgr[:, :, ::-1])
        print(
            f"{name:>10}",
            f"preview {milliseconds(lambda b=bgr: camera._preview(b, 0.0)):6.1f} ms",
            f"still {milliseconds(lambda b=bgr: _photo(Shot(b), View())):6.1f} ms",
            f"checks {milliseconds(lambda r=rgb: check_photo(r)):6.1f} ms",
            f"codes {milliseconds(lambda r=rgb: read_codes(r)):6.1f} ms",
        )
    sound = np.random.default_rng(0).normal(0, 0.1, 40 * 48_000).astype(np.float32)
    note = voice_from_samples(sound, 48_000)
    print(
        f"40 s of voice: resampled and packed {milliseconds(lambda: voice_from_samples(sound, 48_000)):.0f} ms,",
        end=" ",
    )
    print(f"checked {milliseconds(lambda: check_voice(note)):.0f} ms")


if __name__ == "__main__":
    main()
