"""Units of a folder judged side by side, before the station asks for each: one that was is answered at once.

Knows the border to the model. Knows no records and no window.
"""

import time
from collections.abc import Sequence

from inspector_app.watchdog import Guarded
from model_runtime.verdict import ModelIdentity, Question, StopCheck, Verdict

WIDE = 16
"""Units that are kept and judged together. How many of them share a pass of the model is the model's own business."""


class Ahead:
    """A judge that knows some answers already."""

    def __init__(self, judge: Guarded) -> None:
        self._judge = judge
        self._known: dict[Question, Verdict] = {}
        self.units, self.seconds = 0, 0.0

    @property
    def identity(self) -> ModelIdentity:
        return self._judge.identity

    def prepare(self, questions: Sequence[Question], stop: StopCheck | None = None) -> None:
        """Judges these side by side, where the model can; the answers wait for `judge`."""
        begun = time.monotonic()
        self._known = self._judge.judge_many(questions, stop)
        self.seconds += time.monotonic() - begun

    def judge(self, question: Question, stop: StopCheck | None = None) -> Verdict:
        """See `Judge.judge`."""
        begun = time.monotonic()
        self.units += 1
        try:
            return self._known[question] if question in self._known else self._judge.judge(question, stop)
        finally:
            self.seconds += time.monotonic() - begun

    def pace(self) -> str:
        """How many units a second were judged, as a sentence; empty for fewer than two."""
        if self.units < 2 or self.seconds <= 0:
            return ""
        return f"{self.units} units were judged in {self.seconds:.1f} s, {self.units / self.seconds:.1f} a second."
