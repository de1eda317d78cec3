"""The gate: whether a new adapter is let in, by the same golden evaluation set judged by both; said in words.

Knows what both said of each unit and what is right. Knows no model, no records and no people.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

SURE = 0.05
"""Below this p a one-sided exact test says "worse"."""
LEAST = 4
"""Good units and bad units, each, below which nothing can be said."""


@dataclass(frozen=True, slots=True)
class Pair:
    """One unit: whether it is truly NG, and the verdicts (OK, NG, INCONCLUSIVE) of the active and the new adapter."""

    name: str
    bad: bool
    active: str
    new: str


@dataclass(frozen=True, slots=True)
class Margins:
    """How much worse the new one may be, as shares of the units: overkill of the good ones, coverage of all."""

    overkill: float = 0.02
    coverage: float = 0.10


@dataclass(frozen=True, slots=True)
class Gate:
    """The answer: open or not, why, and the units that got better and worse."""

    open: bool
    sentences: tuple[str, ...]
    figures: dict[str, Any]

    def to_json(self) -> dict[str, Any]:
        return {"open": self.open, "sentences": list(self.sentences), "figures": self.figures}


def chance_of_worse(worse: int, better: int) -> float:
    """McNemar, exact, one-sided: how probable so many changes for the worse are, if better and worse were as likely."""
    n = worse + better
    return sum(math.comb(n, k) for k in range(worse, n + 1)) / float(2**n)


def decide(pairs: Sequence[Pair], margins: Margins | None = None) -> Gate:
    """Open only if the new one misses no more than the active one, and neither overkill nor coverage is worse beyond
    the margin."""
    margins = margins or Margins()
    bad, good = [p for p in pairs if p.bad], [p for p in pairs if not p.bad]
    if min(len(bad), len(good)) < LEAST:
        few = f"The golden evaluation set has {len(bad)} bad and {len(good)} good units, and needs {LEAST} of each."
        return Gate(False, (few, "Freeze a set with more units."), {"bad": len(bad), "good": len(good)})
    miss, overkill = _Change.of(bad, "OK"), _Change.of(good, "NG")
    unclear = _Change.of(pairs, "INCONCLUSIVE")
    more_overkill = (overkill.new - overkill.active) / len(good)
    less_coverage = (unclear.new - unclear.active) / len(pairs)
    misses_fit = miss.new <= miss.active and miss.p > SURE
    overkill_fits = more_overkill <= margins.overkill + 1e-9 and (overkill.p > SURE or more_overkill <= 0)
    coverage_fits = less_coverage <= margins.coverage + 1e-9
    sentences = (
        f"Misses: {miss.words('missed', len(bad), 'bad')} {'Not worse.' if misses_fit else 'Worse: refused.'}",
        f"Overkill: {overkill.words('rejected', len(good), 'good')} "
        + (
            f"Within the margin of {margins.overkill:.0%}."
            if overkill_fits
            else f"Worse beyond {margins.overkill:.0%}: refused."
        ),
        f"Coverage: {_share(len(pairs) - unclear.active, len(pairs))} with the active adapter, "
        f"{_share(len(pairs) - unclear.new, len(pairs))} with the new one. "
        + ("Not worse beyond the margin." if coverage_fits else f"Lower by more than {margins.coverage:.0%}: refused."),
    )
    figures = {
        "bad": len(bad), "good": len(good), "miss": miss.to_json(), "overkill": overkill.to_json(),
        "unclear": unclear.to_json(), "margins": {"overkill": margins.overkill, "coverage": margins.coverage},
    }  # fmt: skip
    return Gate(misses_fit and overkill_fits and coverage_fits, sentences, figures)


@dataclass(frozen=True, slots=True)
class _Change:
    """Errors of one kind: of both adapters, and the units on which only one of them errs."""

    active: int
    new: int
    worse: tuple[str, ...]
    better: tuple[str, ...]

    @classmethod
    def of(cls, pairs: Sequence[Pair], error: str) -> "_Change":
        return cls(
            sum(p.active == error for p in pairs),
            sum(p.new == error for p in pairs),
            tuple(p.name for p in pairs if p.new == error != p.active),
            tuple(p.name for p in pairs if p.active == error != p.new),
        )

    @property
    def p(self) -> float:
        return chance_of_worse(len(self.worse), len(self.better))

    def words(self, did: str, units: int, kind: str) -> str:
        return (
            f"of {units} {kind} units the active adapter {did} {self.active}, the new one {self.new}; "
            f"{len(self.better)} got better, {len(self.worse)} worse. If both were equally good,"
            f" that many would get worse by chance with p = {self.p:.3f}."
        )

    def to_json(self) -> dict[str, Any]:
        return {
            "active": self.active,
            "new": self.new,
            "worse": list(self.worse),
            "better": list(self.better),
            "p": self.p,
        }


def _share(count: int, of: int) -> str:
    return f"{count / of:.1%}"
