"""Which labels of a set contradict what all its other labels, and the model as it came, say of the photo.

Each unit is judged by a small classifier that never saw its label: a logistic regression on how the photos look to the
frozen model, drawn in towards simplicity, in several folds. A label counts as doubted as in confident learning
(Northcutt, Jiang, Chuang 2021): the probability of the other verdict is as high as it usually is for units that are
labelled so. A unit that is merely hard stays below that. Knows numbers; knows no photos and no files.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FOLDS, ROUNDS = 5, 3
"""Parts of which each is judged by what was learned from the others, and how often they are drawn."""
DIRECTIONS = 20
"""Main directions of the looks that are learned from."""
DRAWN, TOLD, FREE = 0.3, 0.05, 1e-3
"""How strongly the weights of the looks, of the model's own log-odds, and of the level are drawn to zero."""
STEPS = 25
LEAST = 20, 6
"""Units, and units of each verdict, below which labels cannot be held against each other."""

Values = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Checked:
    """`p_ng` (n,): of each unit by what was learned from the other labels; `doubted` (n,); `clear` (n,): the half of
    the good and of the bad looking ones that is told most surely. Where good and bad photos overlap, hard units
    contradict their labels too, but not among the clear ones; wrong labels are everywhere."""

    p_ng: Values
    doubted: Flags
    clear: Flags


def check(looks: NDArray[np.float32], odds: Values, bad: Flags) -> Checked | None:
    """Looks (n, d), the model's log-odds of NG (n,) and the labels (n,); None where there are too few of them. The same
    for the same data."""
    if len(bad) < LEAST[0] or min(int(bad.sum()), int((~bad).sum())) < LEAST[1]:
        return None
    x = _columns(np.asarray(looks, dtype=np.float64), np.asarray(odds, dtype=np.float64))
    scores = np.mean([_held_out(x, bad, np.random.default_rng(number)) for number in range(ROUNDS)], axis=0)
    p = 1 / (1 + np.exp(-np.clip(scores, -30, 30)))
    # As sure as one usually is of units that are labelled so, and never less than even.
    usual_bad, usual_good = max(0.5, float(p[bad].mean())), max(0.5, float((1 - p[~bad]).mean()))
    return Checked(p, np.where(bad, 1 - p >= usual_good, p >= usual_bad), _clear(scores))


def _clear(scores: Values) -> Flags:
    found = np.zeros(len(scores), dtype=bool)
    for side in (scores > 0, scores <= 0):
        members = np.flatnonzero(side)
        surest = members[np.argsort(-np.abs(scores[members]), kind="stable")]
        found[surest[: (len(members) + 1) // 2]] = True
    return found


def _columns(looks: Values, odds: Values) -> Values:
    """Main directions of the looks, with a mean square length of one, the log-odds, and ones; (n, k)."""
    centred = (looks - looks.mean(0)) / (looks.std(0) + 1e-6)
    left, sizes, _ = np.linalg.svd(centred, full_matrices=False)
    kept = min(DIRECTIONS, len(sizes))
    main = left[:, :kept] * sizes[:kept]
    main /= np.sqrt(np.square(main).sum(1).mean()) + 1e-12
    told = np.clip(odds, -8, 8)
    told = (told - np.median(told)) / (told.std() + 1e-6)
    return np.column_stack([main, told, np.ones(len(odds))])


def _held_out(x: Values, bad: Flags, draw: np.random.Generator) -> Values:
    """The score of each unit by the labels of the other folds; good and bad units are spread evenly over them."""
    fold = np.empty(len(bad), dtype=np.int64)
    for verdict in (False, True):
        members = draw.permutation(np.flatnonzero(bad == verdict))
        fold[members] = np.arange(len(members)) % FOLDS
    scores = np.zeros(len(bad))
    for number in range(FOLDS):
        here = fold == number
        scores[here] = x[here] @ _fitted(x[~here], bad[~here].astype(np.float64))
    return scores


def _fitted(x: Values, y: Values) -> Values:
    """Weights (k,) of the logistic regression, by Newton's method."""
    drawn = np.full(x.shape[1], DRAWN)
    drawn[-2:] = TOLD, FREE
    weights = np.zeros(x.shape[1])
    for _ in range(STEPS):
        p = 1 / (1 + np.exp(-np.clip(x @ weights, -30, 30)))
        slope = x.T @ (p - y) + drawn * weights
        bend = (x * (p * (1 - p))[:, None]).T @ x + np.diag(drawn)
        step = np.linalg.solve(bend, slope)
        weights -= step
        if np.abs(step).max() < 1e-6:
            break
    return weights
