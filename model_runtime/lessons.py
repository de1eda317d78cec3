"""Units as batches for the decoder: what the frozen encoders saw and heard of them, in several exposures, kept.

The encoders never change, so they run once for each exposure, and every step costs the decoder alone. Knows prompts
and the grammar of the answer; knows no optimiser.
"""

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import torch
from PIL import Image
from torch import Tensor

from model_runtime.dataset import Example, Target
from model_runtime.engine import Engine
from model_runtime.exposures import PLAIN, Point, Strength, expose, speak
from model_runtime.grammar import OPENING, VERDICT, Choice, Free, Literal, Shape, after, plain
from model_runtime.inputs import InputReader
from model_runtime.photo import load_photo, prepare
from model_runtime.prompt import check_length
from model_runtime.verdict import GRID
from model_runtime.voice import clip_of, load_voice

WEIGHT = {"verdict": 2.0, "defect": 1.0, "severity": 0.3, "row": 0.7, "col": 0.7, "heard": 1.0, "voice_says": 2.0}
"""How much each field of the answer counts: of a text each token, of a choice each one where its options part. A long
name of a class is so taught as firmly as a short one, and nothing is learned where the judge never asks."""
HALF = torch.bfloat16
"""Number type of what is kept: half the memory, and what the decoder multiplies in anyway."""
NAMED_GOLDEN, ALONE, WITHOUT_VOICE = 0.6, 0.1, 0.3
"""Shares of the questions in training: beside the part's own golden photo rather than another good unit of the train
split, without any, without the voice note that belongs to it. Each is learned from as it lies; the judge's second look,
laid onto the golden photo, is left to it."""


@dataclass(slots=True)
class Glance:
    """One exposure of a photo: its tokens (n, hidden) and where the defect then lies."""

    tokens: Tensor
    point: Point | None = None


@dataclass(slots=True)
class Unit:
    """One example with all that was seen and heard of it. The first of each is the photo or note as it is."""

    example: Example
    photos: list[Glance] = field(default_factory=list)
    voices: list[dict[str, Tensor]] = field(default_factory=list)
    """Tokens (n, hidden) by kind of question: `photo` or `voice`."""

    @property
    def kind(self) -> str:
        return "photo" if self.photos else "voice"


@dataclass(frozen=True, slots=True)
class Asked:
    """One question of a batch: what lies beside what."""

    unit: Unit
    photo: Glance | None
    golden: Tensor | None
    voice: Tensor | None


@dataclass(slots=True)
class Batch:
    """Embeddings (N, L, hidden), right-padded; the answer's ids and weights (N, A) and where its states lie (N, A)."""

    kind: str
    embedded: Tensor
    ids: Tensor
    weights: Tensor
    places: Tensor


class Senses:
    """The frozen encoders over pictures and notes."""

    def __init__(self, engine: Engine, reader: InputReader, exposures: int, seed: str) -> None:
        """Each unit of the train split and each golden photo is seen in so many `exposures`."""
        self.engine, self.reader, self.exposures, self.seed = engine, reader, exposures, seed
        self._golden: dict[Path, list[Tensor]] = {}

    @torch.no_grad()
    def see(self, picture: Image.Image, place: Point | None, crops: int | None = None) -> Glance:
        """What the encoder makes of a fitted picture, in so many crops at most; None: as many as the prompt says."""
        reader = self.reader
        cut = prepare(picture, reader.crop_size, reader.patch_size, crops or reader.settings.dynamic_hd)
        return Glance(self.keep(self.engine.see(cut)), place)

    @staticmethod
    def keep(tokens: Tensor) -> Tensor:
        """In half the bytes, in the computer's memory: a set's exposures are too many for a card."""
        return tokens.to(HALF).cpu()

    def show(self, path: Path, point: Point | None, seed: str, strength: Strength) -> tuple[Image.Image, Point | None]:
        """One exposure of a photo as the model wants it, and where the point lies in it."""
        picture, place = load_photo(path), point
        if strength is not PLAIN:
            picture, place = expose(picture, point, seed, strength)
        return self.reader.fit(picture), place

    @torch.no_grad()
    def hear(self, path: Path, seed: str | None, kinds: Sequence[str]) -> dict[str, Tensor]:
        """One exposure of a note, for each kind of question it is asked in; empty when it is silent."""
        clip = load_voice(path)
        if seed is not None:
            clip = clip_of(speak(clip.samples, seed), 16_000)
        heard = self.reader.listen(clip, [])
        if heard is None:
            return {}
        return {kind: self.keep(self.engine.hear(heard.features, heard.tokens, kind == "photo")) for kind in kinds}

    def goldens(self, path: Path) -> list[Tensor]:
        """The part's own golden photo in its exposures, seen once for all units of the part."""
        if path not in self._golden:
            strengths = [PLAIN, *[Strength()] * (self.exposures - 1)]
            shown = [self.show(path, None, f"{self.seed}/golden/{n}", s) for n, s in enumerate(strengths)]
            seen = [self.see(*one) for one in shown]
            self._golden[path] = [glance.tokens for glance in seen]
        return self._golden[path]

    def unit(self, example: Example, exposures: int) -> Unit:
        """An example in so many exposures; the first is the photo as it is."""
        question, unit = example.question, Unit(example)
        seed = f"{self.seed}/{example.name}"
        if question.photo is not None:
            for number in range(exposures):
                strength = Strength() if number else PLAIN
                unit.photos.append(
                    self.see(*self.show(question.photo, example.target.point, f"{seed}/{number}", strength))
                )
        if question.voice is not None:
            kinds = ("photo",) if question.photo else ("voice",)
            for number in range(min(exposures, 4)):
                heard = self.hear(question.voice, f"{seed}/{number}" if number else None, kinds)
                unit.voices += [heard] if heard else []
        return unit


class Lessons:
    """Draws questions from units and lays them out as batches."""

    def __init__(self, senses: Senses, costs: tuple[float, float]) -> None:
        """`costs`: of a miss and of an overkill; only their ratio counts."""
        self.senses, self.engine, self.reader = senses, senses.engine, senses.reader
        self.vocabulary = senses.reader.vocabulary
        miss, overkill = costs
        self.costs = {"NG": 2 * miss / (miss + overkill), "OK": 2 * overkill / (miss + overkill)}

    def draw(self, units: Sequence[Unit], size: int, seed: str) -> list[Asked]:
        """A batch of one kind, as many bad as good; the same for the same seed."""
        r = random.Random(seed)
        kind = r.choice([unit.kind for unit in units])
        of_kind = [unit for unit in units if unit.kind == kind]
        sides = [
            side for side in ([u for u in of_kind if u.example.target.bad == bad] for bad in (True, False)) if side
        ]
        weights = [_weights(side) for side in sides]
        asked = []
        for number in range(size):
            side = number % len(sides)
            unit = r.choices(sides[side], weights[side])[0]
            asked.append(self._question(unit, of_kind, r))
        return asked

    def _question(self, unit: Unit, units: Sequence[Unit], r: random.Random) -> Asked:
        question = unit.example.question
        voice = r.choice(unit.voices)[unit.kind] if unit.voices else None
        if not unit.photos:
            return Asked(unit, None, None, voice)
        if voice is not None and r.random() < WITHOUT_VOICE:
            voice = None
        golden = None
        if question.golden is not None and r.random() >= ALONE:
            others = [u for u in units if u is not unit and _can_be_golden(u, question.part)]
            named = self.senses.goldens(question.golden)
            own = not others or r.random() < NAMED_GOLDEN
            golden = r.choice(named) if own else r.choice(r.choice(others).photos).tokens
        return Asked(unit, r.choice(unit.photos), golden, voice)

    def plainly(self, unit: Unit) -> Asked:
        """The unit as the station would ask: photo and note as they are, beside the part's own golden photo."""
        golden = unit.example.question.golden
        beside = self.senses.goldens(golden)[0] if golden and unit.photos else None
        voice = unit.voices[0][unit.kind] if unit.voices else None
        return Asked(unit, unit.photos[0] if unit.photos else None, beside, voice)

    def batch(self, asked: Sequence[Asked]) -> Batch:
        """Questions of one kind, laid out; each must have something to see or to hear."""
        rows, answers = [], []
        for one in asked:
            ids, weights = self.answer(one)
            rows.append(torch.cat([self._asked(one), self.engine.embed(ids[:-1]).to(HALF)]).detach())
            answers.append((ids, weights))
        count, width = len(rows), max(len(ids) for ids, _ in answers)
        device = self.engine.device
        embedded = torch.zeros(count, max(map(len, rows)), rows[0].shape[1], dtype=HALF, device=device)
        told = torch.zeros(count, width, dtype=torch.long)
        counts, places = torch.zeros(count, width), torch.zeros(count, width, dtype=torch.long)
        for number, (row, (ids, weights)) in enumerate(zip(rows, answers, strict=True)):
            embedded[number, : len(row)] = row
            told[number, : len(ids)] = torch.tensor(ids)
            counts[number, : len(ids)] = torch.tensor(weights)
            places[number, : len(ids)] = torch.arange(len(row) - len(ids), len(row))
        return Batch(asked[0].unit.kind, embedded, told.to(device), counts.to(device), places.to(device))

    def _asked(self, one: Asked) -> Tensor:
        """The prompt's embeddings with what was seen and heard in its places; (n, hidden)."""
        question = one.unit.example.question
        seen = one.photo.tokens if one.photo else None
        golden, voice = one.golden, one.voice
        prompt = self.reader.prompts.build(
            golden=None if golden is None else len(golden),
            photo=None if seen is None else len(seen),
            voice=None if voice is None else len(voice),
            defects=question.defects,
            criteria=question.criteria,
        )
        check_length(prompt, self.vocabulary.longest(self._shape(one)), self.reader.limit)
        embedded = self.engine.embed(prompt.ids).detach().to(HALF, copy=True)
        for values, span in ((golden, prompt.golden), (seen, prompt.photo), (voice, prompt.voice)):
            if values is not None and span is not None:
                embedded[span[0] : span[1]] = values
        return embedded

    def _shape(self, one: Asked) -> Shape:
        question = one.unit.example.question
        return self.reader.prompts.shape(question.defects, one.photo is not None, one.voice is not None)

    def answer(self, one: Asked) -> tuple[list[int], list[float]]:
        """Ids of the right answer and the weight of each; what is not known, or not the model's choice, weighs none."""
        return self._spelled(one.unit.example.target, self._shape(one), one.photo.point if one.photo else None)

    def _spelled(self, target: Target, shape: Shape, point: Point | None) -> tuple[list[int], list[float]]:
        encode, option = self.vocabulary.encode, self.vocabulary.option
        known = _known(target, point)
        ids, weights = [*encode(OPENING.text)], [0.0] * len(encode(OPENING.text))

        def say(tokens: Sequence[int], weight: float = 0.0) -> None:
            ids.extend(tokens)
            weights.extend([weight] * len(tokens))

        def choose(value: str, options: Sequence[str], weight: float) -> float:
            """The weight at the token after it: some where another option goes on there."""
            own, paths = option(value), [option(other) for other in options]
            ids.extend(own)
            weights.extend([weight if parts else 0.0 for parts in partings(own, paths)])
            return weight if any(len(path) > len(own) and path[: len(own)] == own for path in paths) else 0.0

        open_text = choose(target.verdict, VERDICT.options, WEIGHT["verdict"] * self.costs[target.verdict])
        for segment in after(target.verdict, shape):
            match segment:
                case Literal(text):
                    tokens = encode(text)
                    say(tokens[:1], open_text)  # the first one ends a text, and is chosen there
                    say(tokens[1:])
                    open_text = 0.0
                case Choice(name, options):
                    value = known.get(name, "")
                    weight = WEIGHT[name] if value in options else 0.0
                    open_text = choose(value if value in options else options[0], options, weight)
                case Free(name, budget):
                    spoken = encode(plain(known.get(name, "")))[: budget - 1]
                    open_text = WEIGHT[name] if name in known else 0.0
                    say(spoken, open_text)
        return ids, weights


def partings(own: Sequence[int], paths: Sequence[Sequence[int]]) -> list[bool]:
    """For each token of a choice, whether another option begins the same and goes on otherwise, or ends there."""
    return [
        any(path[:at] == own[:at] and path[at : at + 1] != own[at : at + 1] for path in paths) for at in range(len(own))
    ]


def _weights(units: Sequence[Unit]) -> list[float]:
    """How often each is drawn: rare classes more than their share, so that one example of a defect is not drowned."""
    count = Counter(unit.example.target.defect for unit in units)
    return [count[unit.example.target.defect] ** -0.5 for unit in units]


def _known(target: Target, point: Point | None) -> dict[str, str]:
    known = {"defect": target.defect, "severity": target.severity, "voice_says": target.voice_says}
    if target.heard is not None:
        known["heard"] = target.heard
    if point is not None:
        known |= {"col": str(int(point[0] * GRID)), "row": str(int(point[1] * GRID))}
    return {name: value for name, value in known.items() if value}


def _can_be_golden(unit: Unit, part: str | None) -> bool:
    return bool(unit.photos) and not unit.example.target.bad and unit.example.question.part == part


def in_batches(asked: Sequence[Asked], size: int) -> Iterator[list[Asked]]:
    """Pieces of one kind each, in a fixed order."""
    for kind in ("photo", "voice"):
        of_kind = [one for one in asked if one.unit.kind == kind]
        for at in range(0, len(of_kind), size):
            yield of_kind[at : at + size]
