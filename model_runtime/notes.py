"""Free texts that were said before. Knows tokens and fields; knows no model, and decides nothing."""

from collections import OrderedDict
from collections.abc import Sequence

NOTES, LIKELY = 64, 3
"""Texts that are remembered, and how many of those that begin alike are read ahead."""


class Notes:
    """Free texts of earlier units, by field: at a line people say the same things again and again.

    They only say which tokens are read in one pass instead of several; what is said the model alone decides.
    """

    def __init__(self) -> None:
        self._known: OrderedDict[tuple[str, tuple[int, ...]], None] = OrderedDict()

    def add(self, field: str, text: Sequence[int]) -> None:
        """Remembers a text; the oldest goes when there are too many."""
        key = field, tuple(text)
        self._known[key] = None
        self._known.move_to_end(key)
        if len(self._known) > NOTES:
            self._known.popitem(last=False)

    def after(self, field: str, text: Sequence[int]) -> list[tuple[int, ...]]:
        """How texts that began so went on, the last ones first; empty where one ended so."""
        said, size = tuple(text), len(text)
        known = [other for name, other in reversed(self._known) if name == field and other[:size] == said]
        return [other[size:] for other in known[:LIKELY]]

    def clear(self) -> None:
        """Forgets all."""
        self._known.clear()
