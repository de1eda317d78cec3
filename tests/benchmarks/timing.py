"""How long work takes, for benchmarks that compare in one run."""

import statistics
import time
from collections.abc import Callable


def median(work: Callable[[], object], rounds: int) -> float:
    """Seconds."""
    spent = []
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        spent.append(time.perf_counter() - start)
    return statistics.median(spent)
