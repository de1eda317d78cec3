"""The walk through the grammar: the model is asked only where there is a choice, known spans go in one pass.

Knows segments, tokens and probabilities. Knows no photo, no sound, no weights: the model is a `Stepper`.
"""

import math
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import torch
from torch import Tensor

from model_runtime.grammar import (
    NG,
    OK,
    OPENING,
    VERDICT,
    Choice,
    Free,
    Literal,
    Segment,
    Shape,
    Vocabulary,
    after,
    answer_ids,
)
from model_runtime.verdict import Stopped

__all__ = ["Answer", "NotANumber", "Shape", "Stepper", "Vocabulary", "answer_ids", "walk"]

LONGEST_LOOP, LOOPS = 12, 4
"""Free text ends when its last n tokens (n <= 12) have come four times in a row: a model in a loop."""


class NotANumber(Exception):
    """The model answered with NaN or infinity; `where` is the field it was asked for."""

    def __init__(self, where: str) -> None:
        super().__init__(f"the model gave no number at {where}")
        self.where = where


@dataclass(slots=True)
class Ask:
    """What the walk wants to know: feed `ids`, then tell the scores of `rows`, or the likeliest token under `mask`."""

    where: str
    """The field that is asked for."""
    ids: list[int]
    """Said since the last question; none at the verdict of most tokenizers."""
    rows: Sequence[int] | None
    mask: Tensor | None = None
    ahead: Sequence[Sequence[int]] = ()
    """For each option of a choice what is said up to the next question if it is chosen; none where none comes. Of free
    text: what is said if it ends here."""


Asking = Generator[Ask, Any, "Answer"]
"""Yields questions, is sent the scores (a list of floats) or the token, and returns the answer.

The first question goes to every look at the unit: it is sent one list of scores for each of them.
"""


class Stepper(Protocol):
    """The model in the middle of an answer."""

    def step(self, ids: Sequence[int]) -> Tensor:
        """Feeds tokens in one pass; the last one's hidden state (hidden,)."""
        ...

    def scores(self, hidden: Tensor, rows: Sequence[int] | None) -> Tensor:
        """Logits of these tokens, or of all; float32 on the CPU."""
        ...


@dataclass(slots=True)
class Answer:
    """What the walk gave: chosen texts by field, `p_ng` calibrated, the probability of each choice, all tokens."""

    p_ng: float
    fields: dict[str, str] = field(default_factory=dict)
    probabilities: dict[str, float] = field(default_factory=dict)
    ids: list[int] = field(default_factory=list)
    passes: int = 0
    """Forward passes after the prompt's."""


def walk(
    stepper: Stepper,
    hidden: Tensor,
    vocabulary: Vocabulary,
    shape: Shape,
    *,
    temperature: float = 1.0,
    ok_below: float = 0.5,
    stop: Callable[[], bool] | None = None,
    also: Sequence[tuple[Stepper, Tensor]] = (),
) -> Answer:
    """Answers by the grammar. `hidden` (hidden,) is the state after prompt and OPENING, which are fed already.

    `also`: other looks at the same unit in the same state. The verdict's log odds are the mean of all looks; what
    follows is said from the first. The NG branch is followed when p_ng >= `ok_below`. Raises `NotANumber`, and
    `Stopped` between two steps.
    """
    looks = [_Look(stepper, hidden, stop), *(_Look(*look, stop) for look in also)]
    walking = asking(vocabulary, shape, temperature=temperature, ok_below=ok_below)
    ask = next(walking)
    told: Any = [look.told(ask) for look in looks]
    while True:
        try:
            ask = walking.send(told)
        except StopIteration as end:
            answer: Answer = end.value
            return answer
        told = looks[0].told(ask)


class _Look:
    """One stepper with the state it has come to."""

    def __init__(self, stepper: Stepper, hidden: Tensor, stop: Callable[[], bool] | None) -> None:
        self.stepper, self.hidden, self.stop = stepper, hidden, stop

    def told(self, ask: Ask) -> list[float] | int:
        """The reply to a question. Raises `NotANumber` and `Stopped`."""
        if self.stop is not None and self.stop():
            raise Stopped
        if ask.ids:
            self.hidden = self.stepper.step(ask.ids)
        if not torch.isfinite(self.hidden).all():
            raise NotANumber(ask.where)
        scores = self.stepper.scores(self.hidden, ask.rows)
        if not torch.isfinite(scores).all():
            raise NotANumber(ask.where)
        if ask.mask is None:
            return scores.tolist()
        return int(scores.masked_fill(~ask.mask, -math.inf).argmax())


def asking(vocabulary: Vocabulary, shape: Shape, *, temperature: float = 1.0, ok_below: float = 0.5) -> Asking:
    """The walk as questions, for one who answers those of many units in one pass; see `walk`."""
    walker = _Walker(vocabulary)
    odds = yield from walker.odds()
    p_ng = 1 / (1 + math.exp(min(700.0, -sum(odds) / len(odds) / temperature)))
    verdict = NG if p_ng >= ok_below else OK
    answer = Answer(p_ng, {"verdict": verdict}, {"verdict": p_ng if verdict == NG else 1 - p_ng})
    walker.take(VERDICT.options.index(verdict))
    segments = after(verdict, shape)
    for number, segment in enumerate(segments):
        match segment:
            case Literal(text):
                walker.push(vocabulary.encode(text))
            case Choice(name, options):
                chosen, answer.probabilities[name] = yield from walker.choose(
                    name, options, _first(segments[number + 1], vocabulary), _then(segments[number + 1 :], vocabulary)
                )
                answer.fields[name] = options[chosen]
            case Free(name, budget):
                then = _then(segments[number + 1 :], vocabulary)
                answer.fields[name] = yield from walker.free(
                    name, budget, _first(segments[number + 1], vocabulary), then
                )
    answer.ids, answer.passes = [*vocabulary.encode(OPENING.text), *walker.said], walker.passes
    return answer


def _first(segment: Segment, vocabulary: Vocabulary) -> int:
    """The token that ends what stands before a literal."""
    assert isinstance(segment, Literal), "choices and free text are followed by a literal"
    return vocabulary.encode(segment.text)[0]


def _then(segments: Sequence[Segment], vocabulary: Vocabulary) -> tuple[int, ...]:
    """What is said without a question in between, up to the next one; nothing where none comes."""
    said: list[int] = []
    for segment in segments:
        if not isinstance(segment, Literal):
            return tuple(said)
        said.extend(vocabulary.encode(segment.text))
    return ()


class _Walker:
    """Holds what was said and what of it the model has not been fed yet."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self.said: list[int] = []
        self.pending: list[int] = []
        self.passes = 0
        self._paths = [vocabulary.option(option) for option in VERDICT.options]

    def push(self, ids: Sequence[int]) -> None:
        self.said.extend(ids)
        self.pending.extend(ids)

    def ask(
        self,
        where: str,
        rows: Sequence[int] | None,
        mask: Tensor | None = None,
        ahead: Sequence[Sequence[int]] = (),
    ) -> Generator[Ask, Any, Any]:
        """Asks at this place, everything said so far fed in one pass."""
        ids, self.pending = self.pending, []
        self.passes += bool(ids)
        told = yield Ask(where, ids, rows, mask, ahead)
        return told

    def odds(self) -> Generator[Ask, Any, list[float]]:
        """Log odds of NG by look, not calibrated, at the first token where OK and NG part."""
        ok, ng = self._paths
        same = next((i for i, (a, b) in enumerate(zip(ok, ng, strict=False)) if a != b), None)
        if same is None:
            raise ValueError("OK and NG are not told apart by this tokenizer")
        self.push(ok[:same])
        self._paths = [ok[same:], ng[same:]]
        looks = yield from self.ask("verdict", [ok[same], ng[same]])
        return [ng_score - ok_score for ok_score, ng_score in looks]

    def take(self, option: int) -> None:
        self.push(self._paths[option])

    def choose(
        self, name: str, options: Sequence[str], end: int, then: Sequence[int] = ()
    ) -> Generator[Ask, Any, tuple[int, float]]:
        """Down the trie of the options' tokens, likeliest branch first: which option, and its probability.

        Where one option goes on after another has ended, `end` stands for having ended. `then` is what follows the
        choice up to the next question.
        """
        paths = [(*self.vocabulary.option(option), end) for option in options]
        alive, depth, probability = list(range(len(paths))), 0, 1.0
        while len(alive) > 1:
            heads = list(dict.fromkeys(paths[i][depth] for i in alive))
            best = 0
            if len(heads) > 1:
                ahead = [(*paths[i][depth:-1], *then) for i in alive] if then else []
                scores = yield from self.ask(name, heads, ahead=ahead)
                chances = torch.softmax(torch.tensor(scores), dim=-1)
                best = int(chances.argmax())
                probability *= float(chances[best])
            alive = [i for i in alive if paths[i][depth] == heads[best]]
            if ended := [i for i in alive if depth == len(paths[i]) - 1]:
                return ended[0], probability
            self.push(heads[best : best + 1])
            depth += 1
        self.push(paths[alive[0]][depth:-1])
        return alive[0], probability

    def free(self, name: str, budget: int, end: int, then: Sequence[int] = ()) -> Generator[Ask, Any, str]:
        """Greedy plain text until `end` is likeliest, the budget is spent or the model turns in circles."""
        mask = self.vocabulary.free_mask(end)
        text: list[int] = []
        while len(text) < budget:
            token: int = yield from self.ask(name, None, mask, [then])
            if token == end:
                break
            self.push([token])
            text.append(token)
            if loop := _loop(text):
                del text[len(text) - loop * (LOOPS - 1) :]
                break
        return self.vocabulary.decode(text)


def _loop(ids: Sequence[int]) -> int:
    """Length of the n-gram that the text has ended with LOOPS times, or 0."""
    for size in range(1, min(LONGEST_LOOP, len(ids) // LOOPS) + 1):
        tail = ids[len(ids) - size * LOOPS :]
        if all(tail[i] == tail[i % size] for i in range(size, len(tail))):
            return size
    return 0
