"""What two or three adapters said of the same units, side by side: figures, slices, and what got better and worse.

Everything is data for a page and a file (docs/training.md names the keys). Knows outcomes; knows no model, no records.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from inspector_app.quality.gate import Pair
from model_runtime import scoring
from model_runtime.evaluate import Outcome
from model_runtime.thresholds import under
from model_runtime.verdict import Thresholds

NEW, ACTIVE, BASE = "new", "active", "base"
GROUPS = ("operator", "shift", "language", "lot", "line", "station", "lighting")
"""Columns of a labelled folder by which units are sliced; class is a slice of its own."""
SHOWN = ("units", "ok", "ng", "auroc", "miss", "overkill", "coverage", "defect_right", "region_right", "ece")
LEAST_SLICE, MOST_SLICES = 3, 30
GALLERY = 24
UNCLEAR = "INCONCLUSIVE"

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Side:
    """One unit: what it is, where its files lie, and what each adapter said of it (by NEW, ACTIVE, BASE)."""

    name: str
    record: str
    groups: Mapping[str, str]
    said: Mapping[str, Outcome]

    @property
    def bad(self) -> bool:
        return self.said[NEW].case.labelled.bad

    def verdict(self, who: str) -> str:
        """OK, NG or INCONCLUSIVE; what could not be judged is the last."""
        verdict = self.said[who].verdict
        return str(verdict.judgment.verdict) if verdict else UNCLEAR

    def p_ng(self, who: str) -> float | None:
        verdict = self.said[who].verdict
        return round(verdict.p_ng, 5) if verdict else None

    def rank(self, who: str) -> int:
        """2 right, 1 unclear, 0 wrong."""
        said = self.verdict(who)
        return 1 if said == UNCLEAR else 2 * (said == ("NG" if self.bad else "OK"))

    def gain(self) -> float:
        """How much better the new one is: whole steps of the verdict first, then the probability of the truth."""
        new, old = self.p_ng(NEW), self.p_ng(ACTIVE)
        nearer = 0.0 if new is None or old is None else (new - old if self.bad else old - new)
        return self.rank(NEW) - self.rank(ACTIVE) + nearer

    def pair(self) -> Pair:
        """As the gate looks at it."""
        groups = {by: group for by, group in self.groups.items() if group and (by != "class" or self.bad)}
        return Pair(self.name, self.bad, self.verdict(ACTIVE), self.verdict(NEW), groups)

    def to_json(self) -> Json:
        label = self.said[NEW].case.labelled
        files = {name: str(path) if path else None for name, path in (("photo", label.photo), ("golden", label.golden))}
        found = {who: outcome.asked or (outcome.verdict.judgment if outcome.verdict else None)
                 for who, outcome in self.said.items()}  # fmt: skip
        places = {w: [j.region.row, j.region.col, j.region.grid] if j and j.region else None for w, j in found.items()}
        return {
            "name": self.name, "record": self.record, "bad": self.bad, "defect": label.defect, "part": label.part,
            "groups": dict(self.groups), **files, "voice": str(label.voice) if label.voice else None,
            "verdict": {who: self.verdict(who) for who in self.said},
            "p_ng": {who: self.p_ng(who) for who in self.said},
            "said_defect": {who: one.defect if one else "" for who, one in found.items()}, "region": places,
        }  # fmt: skip


def with_thresholds(outcome: Outcome, thresholds: Thresholds) -> Outcome:
    """The same outcome as it would have been under other thresholds."""
    if outcome.verdict is None:
        return outcome
    return replace(outcome, verdict=under(outcome.verdict, thresholds, outcome.case.question.photo is not None))


def told(sides: Sequence[Side], whos: Sequence[str]) -> Json:
    """Figures, slices, galleries and every unit of one collection (the golden evaluation set, or recent units)."""
    ranked = sorted((side for side in sides if ACTIVE in side.said), key=lambda side: side.gain())
    worse = [s.name for s in ranked if s.gain() < -0.05][:GALLERY]
    better = [s.name for s in reversed(ranked) if s.gain() > 0.05][:GALLERY]
    return {
        "figures": {who: _figures([side.said[who] for side in sides]) for who in whos},
        "slices": slices(sides, whos),
        "better": better,
        "worse": worse,
        "units": [side.to_json() for side in sides],
    }


def slices(sides: Sequence[Side], whos: Sequence[str]) -> list[Json]:
    """Figures of each group, where there is more than one of its kind."""
    found: list[Json] = []
    for by in (*GROUPS, "class"):
        groups: dict[str, list[Side]] = {}
        for side in sides:
            # A class is told from all good units; it has none of its own.
            if (group := side.groups.get(by, "")) and (by != "class" or side.bad):
                groups.setdefault(group, []).append(side)
        if len(groups) < 2:
            continue
        shown = sorted(groups.items(), key=lambda item: (-len(item[1]), item[0]))
        for group, members in shown[:MOST_SLICES]:
            if len(members) >= LEAST_SLICE:
                found.append({"by": by, "group": group, "figures": {
                    who: _small(_figures([side.said[who] for side in members])) for who in whos}})  # fmt: skip
    return found


def _figures(outcomes: Sequence[Outcome]) -> Json:
    whole = scoring.figures_of(outcomes)
    return {name: whole.get(name) for name in (*SHOWN, "brier", "confusion", "reliability")}


def _small(figures: Json) -> Json:
    return {name: figures[name] for name in SHOWN}
