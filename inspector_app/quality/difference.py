"""The plain comparison with a golden photo, without any model: how much two photos of a part differ once they lie on
each other and are lit alike. What a model must beat.

Knows OpenCV and two pictures; knows no labels and no verdict.
"""

import contextlib
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

SIDE = 512
"""Pixels of the longer side on which is compared: more shows grain, not defects."""
BLUR, LIGHT = 2.0, 24.0
"""Sigma in pixels: of what is too fine to be a defect, and of what is light and no surface."""
QUANTILES = (0.95, 0.99, 0.999)
"""What of the pixels may differ more than the score says: a tenth of a per cent for small flaws on a part that always
looks the same, five for large ones where pose and gloss differ. A maximum would measure the camera's worst pixel."""
USUAL = 1
"""The quantile where there is nothing to choose it by."""
FEATURES, KEPT, LEAST_MATCHES = 1500, 0.8, 12
STEPS = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, 60, 1e-5)

Grey = NDArray[np.float32]
# The stubs of OpenCV know neither all that it has nor what it returns.
_cv: Any = cv2


def scores(photo: Path, golden: Path) -> tuple[float, ...]:
    """How much the photo differs from the golden one, from 0, at each of QUANTILES; OSError when one is unreadable."""
    one = _grey(photo)
    other = _cv.resize(_grey(golden), (one.shape[1], one.shape[0]), interpolation=cv2.INTER_AREA)
    moved, seen = registered(other, one)
    gap = cv2.GaussianBlur(np.abs(lit_alike(one) - lit_alike(moved)), (0, 0), BLUR)
    return tuple(float(value) for value in np.quantile(gap[seen], QUANTILES))


def registered(golden: Grey, photo: Grey) -> tuple[Grey, NDArray[np.bool_]]:
    """The golden photo laid onto the photo, and the pixels where both are seen.

    As it is, by ECC (affine, precise) and by ORB (homography, from afar): whichever correlates best.
    """
    size = (photo.shape[1], photo.shape[0])
    best: tuple[Grey, NDArray[np.bool_]] = (golden, np.ones(photo.shape, dtype=bool))
    highest = _correlation(golden, photo, best[1])
    for found in (_by_ecc(golden, photo), _by_orb(golden, photo)):
        if found is None:
            continue
        moved: Grey = _cv.warpPerspective(golden, found, size, flags=cv2.INTER_LINEAR)
        seen = _cv.warpPerspective(np.ones_like(golden), found, size, flags=cv2.INTER_NEAREST) > 0
        seen = cv2.erode(seen.astype(np.uint8), np.ones((7, 7), np.uint8), borderValue=1) > 0
        # A match that throws half of the photo away is none.
        if seen.mean() > 0.5 and (value := _correlation(moved, photo, seen)) > highest + 1e-4:
            best, highest = (moved, seen), value
    return best


def lit_alike(picture: Grey) -> Grey:
    """The surface without its light: divided by its own blur, then brought to the same spread."""
    light: Grey = _cv.GaussianBlur(picture, (0, 0), LIGHT)
    even: Grey = picture / (light + 8.0)
    level: Grey = (even - even.mean()) / (even.std() + 1e-3)
    return level


def _grey(path: Path) -> Grey:
    data = np.frombuffer(path.read_bytes(), dtype=np.uint8)
    picture = cv2.imdecode(data, cv2.IMREAD_GRAYSCALE) if data.size else None
    if picture is None:
        raise OSError(f"{path.name} is not a photo that OpenCV reads")
    scale = SIDE / max(picture.shape)
    if scale < 1:
        picture = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return picture.astype(np.float32)


def _correlation(one: Grey, other: Grey, seen: NDArray[np.bool_]) -> float:
    a, b = one[seen], other[seen]
    spread = float(a.std() * b.std())
    return float(((a - a.mean()) * (b - b.mean())).mean()) / spread if spread > 0 else 0.0


def _by_ecc(golden: Grey, photo: Grey) -> NDArray[np.float32] | None:
    warp = np.eye(2, 3, dtype=np.float32)
    with contextlib.suppress(cv2.error):  # it says so when it does not converge
        _, warp = _cv.findTransformECC(photo, golden, warp, cv2.MOTION_AFFINE, STEPS, None, 5)
        # ECC maps the photo's points into the golden one; the way back is wanted.
        whole = np.vstack([warp, [0, 0, 1]]).astype(np.float32)
        return np.linalg.inv(whole).astype(np.float32)
    return None


def _by_orb(golden: Grey, photo: Grey) -> NDArray[np.float32] | None:
    finder = _cv.ORB_create(FEATURES)
    cv2.setRNGSeed(0)  # RANSAC draws; the same photos give the same score
    points_g, marks_g = finder.detectAndCompute(_bytes(golden), None)
    points_p, marks_p = finder.detectAndCompute(_bytes(photo), None)
    if marks_g is None or marks_p is None or len(marks_g) < 2 or len(marks_p) < 2:
        return None
    pairs = cv2.BFMatcher(cv2.NORM_HAMMING).knnMatch(marks_g, marks_p, k=2)
    good = [pair[0] for pair in pairs if len(pair) == 2 and pair[0].distance < KEPT * pair[1].distance]
    if len(good) < LEAST_MATCHES:
        return None
    source = np.array([points_g[match.queryIdx].pt for match in good], dtype=np.float32)
    target = np.array([points_p[match.trainIdx].pt for match in good], dtype=np.float32)
    found, kept = cv2.findHomography(source, target, cv2.RANSAC, 4.0)
    if found is None or kept is None or int(kept.sum()) < LEAST_MATCHES:
        return None
    return found.astype(np.float32)


def _bytes(picture: Grey) -> NDArray[np.uint8]:
    return np.clip(picture, 0, 255).astype(np.uint8)
