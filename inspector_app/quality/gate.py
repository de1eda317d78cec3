"""The gate: whether a new adapter is let in, by the same golden evaluation set judged by both; said in words.

A gain in the mean must not hide a group that got worse: each operator, shift, language, lot and class is looked at.
Knows what both said of each unit and what is right. Knows no model, no records and no people.
"""

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from inspector_app.quality.labels import SecondLook, Share

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
    groups: Mapping[str, str] = field(default_factory=dict)
    """By what ("operator") -> its group; of a class only bad units have one."""


@dataclass(frozen=True, slots=True)
class Margins:
    """How much worse the new one may be, as shares of the units: overkill of the good ones, coverage of all; and in one
    group, in units that more got worse than better."""

    overkill: float = 0.02
    coverage: float = 0.10
    group: int = 2


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


def decide(pairs: Sequence[Pair], margins: Margins | None = None, recent: Sequence[Pair] = ()) -> Gate:
    """Open only if the new one misses no more than the active one, neither overkill nor coverage is worse beyond the
    margin, no group is, and the `recent` reviewed units do not surely say otherwise."""
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
    worse = groups_worse(pairs, margins)
    lately, lately_fits, lately_said = _lately(recent)
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
        *lately_said,
        *(one.sentence for one in worse),
    )
    fits = {"miss": misses_fit, "overkill": overkill_fits, "coverage": coverage_fits, "recent": lately_fits}
    figures = {
        "bad": len(bad), "good": len(good), "miss": miss.to_json(), "overkill": overkill.to_json(),
        "unclear": unclear.to_json(), "recent": lately, "groups": [one.to_json() for one in worse], "fits": fits,
        "margins": {"overkill": margins.overkill, "coverage": margins.coverage, "group": margins.group},
    }  # fmt: skip
    return Gate(all(fits.values()) and not any(one.blocks for one in worse), sentences, figures)


def with_labels(
    gate: Gate,
    shares: Sequence[Share],
    sentences: Sequence[str],
    without: Gate | None = None,
    second: SecondLook | None = None,
) -> Gate:
    """The same with what is known of the labels: too many in doubt refuse, whatever the adapter does, and so does a
    second look (where one is asked for) that is not over or found wrong ones. `without`: the gate without the golden
    units whose labels are doubted; what only those let in is not let in."""
    hold = not any(share.refused for share in shares) and (second is None or second.passed)
    stands = without is None or without.open or not gate.open
    said = (*gate.sentences, *sentences)
    if without is not None and not stands:
        said += ("It would be let in only by golden units whose labels are doubted; without them: refused.",)
    fits = {**gate.figures.get("fits", {}), "labels": hold and stands}
    figures = {
        **gate.figures,
        "fits": fits,
        "labels": {
            "shares": [s.to_json() for s in shares],
            "only_by_doubted": not stands,
            "second": second.to_json() if second else None,
        },
    }
    return Gate(gate.open and hold and stands, said, figures)


@dataclass(frozen=True, slots=True)
class Worse:
    """A group of which more units got worse than better: misses of its bad units, or overkill of its good ones."""

    by: str
    group: str
    error: str
    units: int
    active: int
    new: int
    p: float
    blocks: bool

    @property
    def sentence(self) -> str:
        did, kind = ("misses", "bad") if self.error == "miss" else ("rejects", "good")
        of = f"of {self.units} {kind} units the active adapter {did} {self.active}, the new one {self.new}"
        what = "Refused." if self.blocks else "Look at it before signing."
        return f"The {self.by} {self.group} got worse: {of} (p = {self.p:.3f}). {what}"

    def to_json(self) -> dict[str, Any]:
        names = ("by", "group", "error", "units", "active", "new", "p", "blocks")
        return {name: getattr(self, name) for name in names}


def groups_worse(pairs: Sequence[Pair], margins: Margins) -> list[Worse]:
    """Groups that got worse, those that block first. One blocks when the exact test calls it worse, or when more units
    got worse than the margin allows; any other is a warning."""
    members: defaultdict[tuple[str, str], list[Pair]] = defaultdict(list)
    for pair in pairs:
        for by, group in pair.groups.items():
            members[by, group].append(pair)
    found = []
    for (by, group), inside in members.items():
        # A group of all bad, or all good, units says nothing that the sentences above did not.
        for error, said, wrong in (("miss", "OK", True), ("overkill", "NG", False)):
            some = [pair for pair in inside if pair.bad is wrong]
            if len(some) == sum(pair.bad is wrong for pair in pairs):
                continue
            change = _Change.of(some, said)
            more = change.new - change.active
            if more > 0:
                allowed = (
                    max(margins.group, int(margins.overkill * len(some))) if error == "overkill" else margins.group
                )
                blocks = change.p <= SURE or more > allowed
                found.append(Worse(by, group, error, len(some), change.active, change.new, change.p, blocks))
    return sorted(found, key=lambda one: (not one.blocks, one.error != "miss", one.p, one.by, one.group))


def _lately(recent: Sequence[Pair]) -> tuple[dict[str, Any] | None, bool, tuple[str, ...]]:
    """Recent reviewed units: figures, whether they let it in, a sentence. They were mostly reviewed since the active
    adapter was unsure or wrong, so they favour a new one: they can refuse it, and prove nothing for it."""
    bad, good = [p for p in recent if p.bad], [p for p in recent if not p.bad]
    if not bad:
        return None, True, ()
    miss, overkill = _Change.of(bad, "OK"), _Change.of(good, "NG")
    fits = miss.new <= miss.active or miss.p > SURE
    said = f"Recent reviewed units: {miss.words('missed', len(bad), 'bad')} {'' if fits else 'Worse: refused.'}"
    figures = {"bad": len(bad), "good": len(good), "miss": miss.to_json(), "overkill": overkill.to_json()}
    return figures, fits, (said.strip(),)


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
