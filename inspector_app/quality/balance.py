"""Whether a training set is in balance: counts and NG rates by operator, shift, language, lot and class, with a test.

A model learns whatever tells good from bad. Where one operator photographed all the bad units, it may learn the
operator. Knows labels and groups; knows no photos and no records.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

UNUSUAL = 0.01
"""Below this p a difference of NG rates is told; it is one of several questions, so 0.05 would cry wolf."""
TRIALS = 4000
LEAST_CLASS, LOPSIDED = 5, 0.10


@dataclass(frozen=True, slots=True)
class Slice:
    """One group: how many units, and how many of them are NG."""

    group: str
    units: int
    bad: int


@dataclass(frozen=True, slots=True)
class Balance:
    """One question, as "operator": its groups, and how probable so unequal NG rates are by chance."""

    by: str
    slices: tuple[Slice, ...]
    p: float | None
    sentence: str
    """What is out of balance, or that nothing is."""
    out: bool

    def to_json(self) -> dict[str, Any]:
        groups = [{"group": s.group, "units": s.units, "bad": s.bad} for s in self.slices]
        return {"by": self.by, "groups": groups, "p": self.p, "out_of_balance": self.out, "sentence": self.sentence}


def check(rows: Sequence[Mapping[str, str]], by: Sequence[str]) -> list[Balance]:
    """One answer for each question that the rows can answer, then one about verdicts and classes.

    Each row has `verdict` and `defect` and may have the columns of `by`; units whose column is empty are left out of
    that question.
    """
    found = [_by_group(rows, name) for name in by]
    return [*(one for one in found if one is not None), _by_verdict(rows), *_by_class(rows)]


def _by_group(rows: Sequence[Mapping[str, str]], by: str) -> Balance | None:
    known = [(row.get(by, ""), row["verdict"] == "NG") for row in rows if row.get(by)]
    names = sorted({name for name, _ in known})
    if not names:
        return None
    slices = tuple(Slice(n, sum(g == n for g, _ in known), sum(b for g, b in known if g == n)) for n in names)
    if len(names) == 1:
        return Balance(by, slices, None, f"All units are of one {_word(by)} ({names[0]}).", False)
    groups = np.array([names.index(name) for name, _ in known])
    p = unequal(groups, np.array([bad for _, bad in known]))
    out = p < UNUSUAL
    return Balance(
        by, slices, round(p, 5), _sentence(by, slices, p) if out else f"NG rates by {_word(by)} are alike.", out
    )


def unequal(groups: NDArray[np.int_], bad: NDArray[np.bool_]) -> float:
    """p of the hypothesis that the groups (n,) have the same NG rate, by Pearson's statistic and shuffled labels, so
    that it holds for few units too. The same for the same data."""
    count = np.bincount(groups)

    def statistic(flags: NDArray[np.bool_]) -> float:
        expected = count * flags.mean()
        return float((np.square(np.bincount(groups, flags, len(count)) - expected) / np.maximum(count, 1)).sum())

    seen, draw = statistic(bad), np.random.default_rng(5)
    hits = sum(statistic(draw.permutation(bad)) >= seen - 1e-12 for _ in range(TRIALS))
    return (hits + 1) / (TRIALS + 1)


def _sentence(by: str, slices: Sequence[Slice], p: float) -> str:
    high = max(slices, key=lambda s: s.bad / s.units)
    low = min(slices, key=lambda s: s.bad / s.units)
    return (
        f"{_word(by).capitalize()} tells good from bad: {high.bad} of {high.units} units are NG with {high.group},"
        f" {low.bad} of {low.units} with {low.group} (p = {p:.4f}). The model could learn the {_word(by)} instead of"
        f" the defect; add good units with {high.group} or bad ones with {low.group}."
    )


def _by_verdict(rows: Sequence[Mapping[str, str]]) -> Balance:
    count = Counter(row["verdict"] for row in rows)
    slices = tuple(Slice(name, count[name], count[name] if name == "NG" else 0) for name in ("OK", "NG"))
    less = min(("OK", "NG"), key=lambda name: count[name])
    out = count[less] < LOPSIDED * len(rows)
    sentence = f"{count['OK']} units are OK and {count['NG']} NG."
    if out:
        sentence += f" Only {count[less]} are {less}; collect more of them."
    return Balance("verdict", slices, None, sentence, out)


def _by_class(rows: Sequence[Mapping[str, str]]) -> list[Balance]:
    count = Counter(row.get("defect") or "unknown" for row in rows if row["verdict"] == "NG")
    if not count:
        return []
    few = sorted(name for name, number in count.items() if number < LEAST_CLASS)
    slices = tuple(Slice(name, number, number) for name, number in sorted(count.items()))
    sentence = f"Every class has at least {LEAST_CLASS} units."
    if few:
        sentence = (
            f"Fewer than {LEAST_CLASS} units are of the class {', '.join(few)}; it can hardly be learned or measured."
        )
    return [Balance("class", slices, None, sentence, bool(few))]


def _word(by: str) -> str:
    return {"language": "language", "work_order": "work order"}.get(by, by)
