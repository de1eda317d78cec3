"""Where the time of one judgment goes. Knows the names of the stages, nothing else."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

STAGES = ("photo", "voice", "vision", "audio", "prefill", "decode", "total")


class Clock:
    """Milliseconds by stage; `total` runs from the making of the clock."""

    def __init__(self) -> None:
        self.spent = dict.fromkeys(STAGES, 0.0)
        self._start = time.perf_counter()
        self._total: float | None = None

    @contextmanager
    def measure(self, stage: str) -> Iterator[None]:
        """Adds the time of a with-block to a stage, also when it raises."""
        start = time.perf_counter()
        try:
            yield
        finally:
            self.spent[stage] += (time.perf_counter() - start) * 1000

    def share(self, batch: "Clock", units: int) -> None:
        """Adds one unit's share of what a batch took; `total` is then the sum of the shares, not the time waited."""
        own, spent = dict(self.spent), batch.read()
        for stage in self.spent:
            self.spent[stage] += spent[stage] / units
        self._total = sum(own.values()) + spent["total"] / units

    def read(self) -> dict[str, float]:
        """All stages, rounded to a tenth of a millisecond."""
        elapsed = (time.perf_counter() - self._start) * 1000
        self.spent["total"] = elapsed if self._total is None else self._total
        return {stage: round(spent, 1) for stage, spent in self.spent.items()}
