"""Stand-ins for the edges, scriptable, and held to the same contract suites as the real ones (tests/contracts)."""

import hashlib
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from model_runtime.verdict import (
    Fixable,
    Judgment,
    ModelIdentity,
    Question,
    Region,
    Severity,
    StopCheck,
    Stopped,
    Thresholds,
    Verdict,
    VoiceSays,
    contradicts,
    decide,
)

FAKE_IDENTITY = ModelIdentity(base="fake@" + "0" * 64, adapter="defect@0/" + "0" * 64, prompt="1" * 64, engine="fake")

Step = float | Verdict | BaseException | Callable[[Question], Verdict]
"""What one judgment does: a probability of NG, a whole verdict, an error to raise, or a function of the question."""


class FakeJudge:
    """Judges by script, then by a probability taken from the photo's bytes. `questions` holds all that was asked."""

    def __init__(
        self,
        script: Iterable[Step] = (),
        *,
        heard: str = "a scratch on the left",
        voice_says: VoiceSays = VoiceSays.NOTHING,
        seconds: float = 0.0,
    ) -> None:
        self.script = list(script)
        self.heard = heard
        self.voice_says = voice_says
        self.seconds = seconds
        self.questions: list[Question] = []

    @property
    def identity(self) -> ModelIdentity:
        return FAKE_IDENTITY

    def judge(self, question: Question, stop: StopCheck | None = None) -> Verdict:
        """As the contract says: Fixable for missing input, Stopped when asked to."""
        self.questions.append(question)
        self._check(question)
        self._wait(stop)
        step: Step = self.script.pop(0) if self.script else _chance(question)
        if isinstance(step, BaseException):
            raise step
        if isinstance(step, Verdict):
            return step
        if isinstance(step, (int, float)):
            return self.verdict(question, float(step))
        return step(question)

    def self_test(self) -> list[str]:
        return []

    def warm_up(self) -> None:
        return None

    def verdict(self, question: Question, p_ng: float) -> Verdict:
        """The verdict for a probability, by the rules of the runtime."""
        limits = question.thresholds or Thresholds()
        says = self.voice_says if question.voice else VoiceSays.NOTHING
        both = question.voice is not None and question.photo is not None
        contradiction = both and contradicts(says, p_ng, limits)
        bad = p_ng >= limits.ok_below
        judgment = Judgment(
            verdict=decide(p_ng, limits, contradiction),
            defect=question.defects[0] if bad else "none",
            severity=Severity.MAJOR if bad else Severity.NONE,
            region=Region(2, 5) if bad and question.photo else None,
            heard=self.heard if question.voice else "",
            voice_says=says,
        )
        timings = {"photo": 1.0, "prefill": 2.0, "decode": 3.0, "total": 6.0}
        return Verdict(judgment, p_ng, max(p_ng, 1 - p_ng), contradiction, limits, FAKE_IDENTITY, timings)

    def _check(self, question: Question) -> None:
        if question.photo is None and question.voice is None:
            raise Fixable("empty_question", "There is neither a photo nor a voice note; give at least one.")
        for path in (question.photo, question.voice, question.golden):
            if path is not None and not Path(path).is_file():
                raise Fixable("missing", f"{path} does not exist; check the name.")

    def _wait(self, stop: StopCheck | None) -> None:
        end = time.monotonic() + self.seconds
        while True:
            if stop is not None and stop():
                raise Stopped
            left = end - time.monotonic()
            if left <= 0:
                return
            time.sleep(min(0.01, left))


def _chance(question: Question) -> float:
    """The same photo gives the same probability."""
    path = question.photo or question.voice
    assert path is not None
    return hashlib.sha256(Path(path).read_bytes()).digest()[0] / 255
