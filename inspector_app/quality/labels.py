"""Whether the labels of a set can be believed: the share of doubted ones against a margin, by an exact test; and a
random sample of them, looked at again.

Knows counts and names; which labels are doubted is found elsewhere (model_runtime/doubt.py), and people can settle each
of them.
"""

import hashlib
import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from model_runtime.intervals import clopper_pearson, incomplete_beta

MARGIN = 0.05
"""Doubted labels that a set may have: so many are doubted for hard units, and by mistake."""
SURE, SURE_OF_FEW, ENOUGH = 0.05, 0.01, 40
"""Below which p the test says "more than the margin"; of fewer units than ENOUGH it must be surer, since they say
little."""
CLEAR = 0.2
"""And among the units that are told most surely it must say so too, below this p: hard units are not wrong labels."""
LEAST = 8
ONE_IN, RISK, ACCEPTED = 5, 20, 0
"""A set of which one label in five is wrong passes its sample once in twenty times at most; the acceptance number."""
ALL, TEACH, GOLDEN = "all", "teach", "golden"
_WORDS = {ALL: "all units", TEACH: "the units that teach", GOLDEN: "the golden evaluation set"}


@dataclass(frozen=True, slots=True)
class Share:
    """The doubted labels of one group of units. `p`: how probable so many are, if the margin were the truth."""

    of: str
    units: int
    doubted: int
    low: float
    high: float
    p: float
    refused: bool

    @property
    def sentence(self) -> str:
        interval = f"{self.low:.0%} to {self.high:.0%}"
        told = f"Labels of {_WORDS[self.of]}: {self.doubted} of {self.units} are doubted ({interval})"
        if not self.refused:
            return f"{told}; not measurably more than {MARGIN:.0%} (p = {self.p:.3f})."
        return f"{told}, more than {MARGIN:.0%} (p = {self.p:.4f}): refused until they have been reviewed again."

    def to_json(self) -> dict[str, Any]:
        names = ("of", "units", "doubted", "low", "high", "p", "refused")
        return {**{name: getattr(self, name) for name in names}, "margin": MARGIN, "sentence": self.sentence}


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit of a set: whether it measures, its label is doubted, and it is told surely."""

    golden: bool
    doubted: bool
    clear: bool


def share(of: str, units: Sequence[Unit]) -> Share:
    """The one-sided exact binomial test of one group, with the 95 % interval of its share."""
    doubted = sum(unit.doubted for unit in units)
    clear = [unit.doubted for unit in units if unit.clear]
    p, low_high = _chance(doubted, len(units)), clopper_pearson(doubted, len(units))
    sure = SURE if len(units) >= ENOUGH else SURE_OF_FEW
    refused = len(units) >= LEAST and p < sure and _chance(sum(clear), len(clear)) < CLEAR
    return Share(of, len(units), doubted, *low_high, p, refused)


def shares(units: Sequence[Unit]) -> list[Share]:
    """Of all units, of those that teach or stop, and of those that measure."""
    sides = {
        ALL: list(units),
        TEACH: [unit for unit in units if not unit.golden],
        GOLDEN: [unit for unit in units if unit.golden],
    }
    return [share(of, some) for of, some in sides.items() if some]


def _chance(count: int, of: int) -> float:
    """How probable so many or more are, if the margin were the truth."""
    return incomplete_beta(MARGIN, count, of - count + 1) if count else 1.0


# --- the sample ---


def sample_size(units: int) -> int:
    """How many labels are looked at again: the fewest n of N units of which D = ceil(N / 5) are wrong that hold none of
    them with a probability C(N - D, n) / C(N, n) of 1 / 20 at most.

    It is the hypergeometric ("type A") operating characteristic of an isolated lot at a limiting quality with
    acceptance number 0 (ISO 2859-2; Schilling, Neubauer: Acceptance Sampling in Quality Control, chapter 5).
    """
    right = units - -(-units // ONE_IN)
    return next(n for n in range(units + 1) if not units or RISK * math.comb(right, n) <= math.comb(units, n))


def drawn(names: Collection[str], seed: str) -> list[str]:
    """The sample: the units first in the order of their hashes with `seed`, the set's own hash. So nobody chooses it,
    and it is the same wherever it is drawn."""
    return sorted(names, key=lambda name: hashlib.sha256(f"{seed}/{name}".encode()).digest())[: sample_size(len(names))]


@dataclass(frozen=True, slots=True)
class SecondLook:
    """What came of the sample so far: how many were drawn, how many of them were found right, and which wrong."""

    units: int
    right: int
    wrong: tuple[str, ...]

    @property
    def open(self) -> int:
        return self.units - self.right - len(self.wrong)

    @property
    def refused(self) -> bool:
        return len(self.wrong) > ACCEPTED

    @property
    def passed(self) -> bool:
        return not self.open and not self.refused

    @property
    def sentence(self) -> str:
        done = self.units - self.open
        if self.refused:
            told = f"{len(self.wrong)} of {done} labels looked at again were wrong: {', '.join(self.wrong)}"
            return f"Second look at labels: {told}. Refused: review all of them and freeze the set anew."
        if self.open:
            told = f"{done} of {self.units} drawn at random were looked at again"
            return f"Second look at labels: {told}; closed until all of them were."
        return f"Second look at labels: all {self.units} drawn at random were looked at again and are right."

    def to_json(self) -> dict[str, Any]:
        names = ("units", "right", "open", "refused", "passed", "sentence")
        return {**{name: getattr(self, name) for name in names}, "wrong": list(self.wrong), "accepted": ACCEPTED}
