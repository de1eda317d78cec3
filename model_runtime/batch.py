"""Several units judged side by side: encoders and prompts in one pass each, the answers walked in lock step.

Knows how units share the passes of a `FastEngine`. Knows no files, thresholds or verdicts. Units take different ways
through the grammar; in each pass every unit is fed what it has to say, be it many tokens, one or none.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from model_runtime.ahead import Ahead
from model_runtime.clock import Clock
from model_runtime.decoding import Answer, Ask, Asking, NotANumber, asking
from model_runtime.engine import Memory
from model_runtime.fast_engine import FastEngine, Rows
from model_runtime.grammar import OPENING, Vocabulary
from model_runtime.inputs import Inputs, halt
from model_runtime.verdict import StopCheck


@dataclass(slots=True)
class Begun:
    """Units whose prompts are read: the state of each look (looks, hidden), and which looks are whose."""

    states: Tensor
    memory: Rows
    owners: list[list[int]]
    stop: StopCheck | None = None


@dataclass(slots=True)
class _Unit:
    walking: Asking
    ask: Ask
    row: int
    """Of its first look, which goes on alone after the verdict."""
    looks: list[int]
    answer: Answer | NotANumber | None = None


def begin(
    engine: FastEngine,
    vocabulary: Vocabulary,
    several: Sequence[Inputs],
    goldens: Sequence[Memory | None],
    clock: Clock,
    stop: StopCheck | None = None,
) -> Begun:
    """Encoders and prompts up to the verdict's place. All units must be of one kind: with a photo or without.

    `goldens`: what is kept of each unit's golden photo, its LoRAs those in use. Raises `NotANumber`, `Stopped`.
    """
    beside = several[0].photo is not None
    looks = [(unit, photo) for unit, one in enumerate(several) for photo in _photos(one)]
    halt(stop)
    with clock.measure("audio"):
        voices = [one.voice for one in several if one.voice is not None]
        hearing = engine.hear_meanwhile(voices, beside)
    halt(stop)
    with clock.measure("vision"):
        photos = [photo for _, photo in looks if photo is not None]
        seen = iter(engine.see_all(photos, stop))
    with clock.measure("audio"):
        heard = iter(hearing())
        notes = [next(heard) if one.voice is not None else None for one in several]
    with clock.measure("prefill"):
        capacity = max(len(one.prompt.ids) + vocabulary.longest(one.shape) for one in several)
        memory = engine.rows(len(looks), capacity)
        embedded = []
        for row, (unit, photo) in enumerate(looks):
            golden = goldens[unit]
            known = golden.length if golden else 0
            memory.lengths[row] = known
            if golden is not None:
                memory.store[:, :, row, :, :known] = golden.store[:, :, 0, :, :known]
            ids = (*several[unit].prompt.ids[known:], *vocabulary.encode(OPENING.text))
            picture = None if photo is None else next(seen)
            embedded.append(_laid(engine.embed(ids), several[unit], picture, notes[unit], known))
        states = engine.read_rows(embedded, memory, stop)[: len(looks)]
    owners: list[list[int]] = [[] for _ in several]
    for row, (unit, _) in enumerate(looks):
        owners[unit].append(row)
    return Begun(states, memory, owners, stop)


def _photos(inputs: Inputs) -> list[Any]:
    return [inputs.photo, inputs.second] if inputs.second is not None else [inputs.photo]


def _laid(embedded: Tensor, inputs: Inputs, seen: Tensor | None, heard: Tensor | None, known: int) -> Tensor:
    """Photo and voice in their places of the prompt, of which `known` tokens were read before."""
    pieces = ((seen, inputs.prompt.photo, "the photo"), (heard, inputs.prompt.voice, "the voice note"))
    for values, span, what in pieces:
        if values is not None and span is not None:
            put(embedded, values, span, known, what)
    return embedded


def put(embedded: Tensor, values: Tensor, span: tuple[int, int], known: int, what: str) -> None:
    """Lays embeddings into their place in the prompt, of which `known` tokens were read before."""
    start, stop = span
    if len(values) != stop - start:
        raise RuntimeError(f"{what} gave {len(values)} embeddings for {stop - start} places in the prompt")
    # On CUDA the question would wait for the device; what is no number shows at the verdict.
    if values.device.type == "cpu" and not torch.isfinite(values).all():
        raise NotANumber(what)
    embedded[start - known : stop - known] = values


def walk_all(
    engine: FastEngine,
    vocabulary: Vocabulary,
    several: Sequence[Inputs],
    begun: Begun,
    ok_below: Sequence[float],
    temperature: float = 1.0,
) -> list[Answer | NotANumber]:
    """The answers of units that have begun, in their order; `NotANumber` in the place of one that gave none."""
    units = []
    for one, looks, threshold in zip(several, begun.owners, ok_below, strict=True):
        walking = asking(vocabulary, one.shape, temperature=temperature, ok_below=threshold)
        units.append(_Unit(walking, next(walking), looks[0], looks))
    states = begun.states
    if any(unit.ask.ids for unit in units):
        states = _fed(engine, [(row, unit.ask.ids) for unit in units for row in unit.looks], begun)
    rows = [unit.ask.rows or () for unit in units for _ in unit.looks]
    told = iter(engine.scores_rows(states[[row for unit in units for row in unit.looks]], rows))
    for unit in units:
        _reply(unit, [next(told) for _ in unit.looks])
    _forget_second_looks(engine, units, begun)
    if len(units) == 1 and engine.ahead:
        _alone(engine, units[0], begun)
    while going := [unit for unit in units if unit.answer is None]:
        _narrow(engine, going, begun)
        _pass(engine, going, begun)
    if any(isinstance(unit.answer, NotANumber) for unit in units):
        engine.clean()
    return [unit.answer for unit in units if unit.answer is not None]


def _alone(engine: FastEngine, unit: _Unit, begun: Begun) -> None:
    """The answer of a single unit: options of a choice, and texts that were said before, read in one pass."""
    looking = Ahead(engine, begun.memory.row(engine, unit.row), begun.stop)
    text: list[int] = []
    while unit.answer is None:
        ask = unit.ask
        if ask.mask is None:
            _reply(unit, engine.scores_rows(looking.state(ask.ids, ask.ahead), [ask.rows or ()]))
            continue
        (then,) = ask.ahead
        looking.state(ask.ids, [(*rest, *then) for rest in engine.notes.after(ask.where, text)])
        token, finite = looking.likeliest(ask.mask)
        _send(unit, token if finite else None)
        if not then or token != then[0]:
            text.append(token)
        if unit.answer is not None or unit.ask.mask is None or unit.ask.where != ask.where:
            engine.notes.add(ask.where, text)
            text = []
    if isinstance(unit.answer, Answer):
        unit.answer.passes = looking.passes


def _pass(engine: FastEngine, going: Sequence[_Unit], begun: Begun) -> None:
    """One pass of all units that are not done, and their replies. After the verdict each has something to be fed."""
    halt(begun.stop)
    fed = _fed(engine, [(unit.row, unit.ask.ids) for unit in going], begun)
    choosing = [unit for unit in going if unit.ask.rows is not None]
    writing = [unit for unit in going if unit.ask.rows is None]
    if choosing:
        rows = [unit.ask.rows or () for unit in choosing]
        scores = engine.scores_rows(fed[[unit.row for unit in choosing]], rows)
        for unit, one in zip(choosing, scores, strict=True):
            _reply(unit, [one])
    if writing:
        tokens = engine.likeliest(fed[[unit.row for unit in writing]], [unit.ask.mask for unit in writing])
        for unit, (token, finite) in zip(writing, tokens, strict=True):
            _send(unit, token if finite else None)


def _fed(engine: FastEngine, what: Sequence[tuple[int, Sequence[int]]], begun: Begun) -> Tensor:
    ids: list[Sequence[int]] = [()] * len(begun.memory.lengths)
    for row, tokens in what:
        ids[row] = tokens
    return engine.step_rows(ids, begun.memory, begun.stop)


def _reply(unit: _Unit, scores: Sequence[Tensor]) -> None:
    """Scores for a choice, of each look at the verdict."""
    if not all(bool(torch.isfinite(one).all()) for one in scores):
        _send(unit, None)
        return
    lists = [one.tolist() for one in scores]
    _send(unit, lists if unit.ask.where == "verdict" else lists[0])


def _send(unit: _Unit, told: object) -> None:
    """Goes on to the unit's next question, or to its end."""
    if told is None:
        unit.answer = NotANumber(unit.ask.where)
        return
    try:
        unit.ask = unit.walking.send(told)
    except StopIteration as end:
        unit.answer = end.value


def _forget_second_looks(engine: FastEngine, units: Sequence[_Unit], begun: Begun) -> None:
    if any(len(unit.looks) > 1 for unit in units) and not engine.graphs.enabled:
        begun.memory = begun.memory.keep(engine, [unit.row for unit in units])
        for row, unit in enumerate(units):
            unit.row = row


def _narrow(engine: FastEngine, going: Sequence[_Unit], begun: Begun) -> None:
    """Where shapes may change, units that are done no longer take part once they are half of all."""
    if engine.graphs.enabled or 2 * len(going) > len(begun.memory.lengths):
        return
    begun.memory = begun.memory.keep(engine, [unit.row for unit in going])
    for row, unit in enumerate(going):
        unit.row = row
