"""Shares with exact intervals: miss rate, overkill rate, coverage. Knows counts only."""

from dataclasses import dataclass

from model_runtime.intervals import LEVEL, clopper_pearson


@dataclass(frozen=True, slots=True)
class Rate:
    """`hits` of `total`; `low` and `high` bound the true share (Clopper-Pearson). `value` is None of nothing."""

    hits: int
    total: int
    low: float
    high: float

    @property
    def value(self) -> float | None:
        return self.hits / self.total if self.total else None


def rate(hits: int, total: int, level: float = LEVEL) -> Rate:
    """The share with its exact interval; ValueError unless 0 <= hits <= total."""
    return Rate(hits, total, *clopper_pearson(hits, total, level))
