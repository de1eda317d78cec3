"""judge(question): features -> encoders -> prefill (its unchanging part kept) -> decode -> Verdict.

Knows the order of a judgment, thresholds, contradiction and what is kept between judgments. Knows no window, no
database, and nothing of how pixels, samples, prompts, decoding and arithmetic work inside.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from model_runtime import stream
from model_runtime.adapters import AdapterFaults, Card, attach, attached, check, detach
from model_runtime.batch import Begun, begin, put, walk_all
from model_runtime.checkpoint import Checkpoint
from model_runtime.choose import choose_engine
from model_runtime.clock import Clock
from model_runtime.decoding import Answer, NotANumber, walk
from model_runtime.engine import Engine, Memory
from model_runtime.fast_engine import FastEngine
from model_runtime.grammar import NG, OPENING, Vocabulary
from model_runtime.inputs import InputReader, Inputs, defects_of, halt
from model_runtime.numbers import load_in
from model_runtime.prompt import PromptSettings
from model_runtime.verdict import Answer as Decision
from model_runtime.verdict import (
    Fixable,
    Judgment,
    ModelIdentity,
    Question,
    Region,
    Severity,
    StopCheck,
    Thresholds,
    Verdict,
    VoiceSays,
    contradicts,
    decide,
)

ADAPTER = "defect-lora"
KEPT = 4
"""Beginnings of prompts, with and without golden photos, whose state is kept; 128 KiB a token in the full model."""
WORTH_KEEPING = 16
"""Tokens; a beginning of fewer words and no photo is read anew."""
NO_MEMORY = "There was not enough memory to judge."
ALLOCATOR = ("can't allocate memory", "not enough memory", "out of memory")
"""How torch words a failed allocation on the CPU, where it raises a plain RuntimeError."""


def load_judge(
    model: Path,
    adapter: Path | None = None,
    device: str | None = None,
    threads: int | None = None,
    progress: Callable[[str], None] | None = None,
    numbers: str | None = None,
) -> "ModelJudge":
    """Loads a model folder and its defect adapter. Raises `Fixable` with everything that is wrong with either.

    `adapter` None: the folder's own defect-lora, if it has one. `device` None: CUDA where there is one, else the CPU.
    `numbers`: "int8" or "float"; None takes eight bits for a large model on the CPU.
    """
    say = progress or (lambda _: None)
    if threads:
        torch.set_num_threads(threads)
    model = Path(model)
    say(f"loading the model {model.name}")
    checkpoint = load_in(model, device or ("cuda" if torch.cuda.is_available() else "cpu"), numbers, say)
    own = model / ADAPTER
    card = None
    if adapter is not None or own.is_dir():
        chosen = Path(adapter) if adapter is not None else own
        say(f"attaching the adapter {chosen.name}")
        card = attach(checkpoint, chosen)
    return ModelJudge(checkpoint, card)


class ModelJudge:
    """Judges one question at a time with one loaded checkpoint; a `Judge`."""

    def __init__(self, checkpoint: Checkpoint, card: Card | None = None) -> None:
        self.checkpoint, self.card = checkpoint, card
        self.engine = choose_engine(checkpoint)
        self.vocabulary = Vocabulary(checkpoint.tokenizer, self.engine.head.shape[0])
        settings = PromptSettings.of(checkpoint.manifest.prompt)
        self.reader = InputReader(checkpoint.config, settings, self.vocabulary)
        self._prefixes: OrderedDict[tuple[str, str, tuple[int, ...]], Memory] = OrderedDict()

    @property
    def identity(self) -> ModelIdentity:
        """The model with the prompt of a part that names no defects and criteria of its own."""
        return self._identity(Question())

    def _identity(self, question: Question) -> ModelIdentity:
        return ModelIdentity(
            base=self.checkpoint.manifest.identity,
            adapter=self.card.identity if self.card else "none",
            prompt=self.reader.prompts.sha256(defects_of(question), question.criteria),
            engine=self.checkpoint.engine,
        )

    def warm_up(self) -> None:
        """Does what the first judgment would have to: folds the LoRAs, marks the plain tokens, touches the weights."""
        _ = self.vocabulary.plain
        config: Any = self.checkpoint.config
        side = self.reader.crop_size // self.reader.patch_size
        with torch.inference_mode():
            for photo in (True, False)[: self.engine.sets]:
                if self.lora(photo) not in attached(self.checkpoint):
                    continue
                self.use_adapters(photo)
                self.engine.read(self.engine.embed([0] * 8), Memory(self.engine, 8))
            blank = torch.zeros(1, 3, self.reader.crop_size, self.reader.crop_size)
            self.engine.crops(blank, torch.ones(1, side, side, dtype=torch.bool))
            self.engine.hear(torch.zeros(1, 64, config.audio_config.input_size), 8, beside_photo=True)

    def self_test(self) -> list[str]:
        """Faults that would stay silent in use, as sentences; empty when all is well.

        The samples that came with the model must be judged as they were when it was made.
        """
        from model_runtime import selftest

        adapter = self.card.sha256 if self.card else "none"
        return selftest.self_test(self, selftest.known_answers(self.checkpoint.folder, adapter))

    def change_adapter(self, folder: Path | None) -> None:
        """Judges with another adapter from the next question on; None: with the one that came with the model.

        Raises `AdapterFaults` for one that cannot be used; then the old one goes on judging.
        """
        own = self.checkpoint.folder / ADAPTER
        chosen = folder or (own if own.is_dir() else None)
        if chosen is not None and (faults := check(chosen, self.checkpoint)):
            raise AdapterFaults(faults, chosen)
        if self.card is not None:
            detach(self.checkpoint, self.card.name)
        self.card = attach(self.checkpoint, chosen) if chosen is not None else None
        self.engine.forget()
        self.forget_kept()

    def forget_kept(self) -> None:
        """Frees what is kept of instructions and golden photos."""
        self._prefixes.clear()

    def judge(self, question: Question, stop: StopCheck | None = None) -> Verdict:
        """See `Judge.judge`. NaN and lack of memory give INCONCLUSIVE, and the remark says so."""
        clock = Clock()
        inputs: Inputs | None = None
        answer: Answer | NotANumber | None = None
        notes: list[str] = []
        try:
            with torch.inference_mode():
                inputs = self.reader.read(question, clock, stop)
                if not inputs.empty:
                    answer = self.answer(inputs, self.thresholds(question).ok_below, clock, stop)
        except NotANumber as error:
            answer = error
        except (MemoryError, torch.OutOfMemoryError):
            notes.append(NO_MEMORY)
        except RuntimeError as error:
            if not any(words in str(error) for words in ALLOCATOR):
                raise
            notes.append(NO_MEMORY)
        return self.verdict(question, inputs, answer, clock, notes)

    def judge_many(
        self, questions: Iterable[Question], stop: StopCheck | None = None, wide: int | None = None
    ) -> Iterator[Verdict | Fixable]:
        """What becomes of each question, in their order, units sharing the model's passes where that pays."""
        return stream.judge_many(self, questions, stop, wide)

    def thresholds(self, question: Question) -> Thresholds:
        """The question's own, else those of the adapter's card."""
        return question.thresholds or (self.card.thresholds if self.card else Thresholds())

    def answer(
        self, inputs: Inputs, ok_below: float, clock: Clock | None = None, stop: StopCheck | None = None
    ) -> Answer:
        """The model's part of a judgment, before thresholds. Needs `torch.inference_mode`."""
        clock = clock or Clock()
        if isinstance(self.engine, FastEngine):
            (answer,) = self.answer_all([inputs], [ok_below], clock, stop)
            if isinstance(answer, NotANumber):
                raise answer
            return answer
        looks = [(_Step(self.engine, memory, stop), hidden) for hidden, memory in self.prefill(inputs, clock, stop)]
        with clock.measure("decode"):
            return walk(
                *looks[0],
                self.vocabulary,
                inputs.shape,
                temperature=self._temperature,
                ok_below=ok_below,
                stop=stop,
                also=looks[1:],
            )

    def answer_all(
        self, several: Sequence[Inputs], ok_below: Sequence[float], clock: Clock, stop: StopCheck | None = None
    ) -> list[Answer | NotANumber]:
        """The same for several questions side by side, all with a photo or all without; needs a `FastEngine`."""
        assert isinstance(self.engine, FastEngine)
        begun = self._begin(self.engine, several, clock, stop)
        with clock.measure("decode"):
            return walk_all(self.engine, self.vocabulary, several, begun, ok_below, self._temperature)

    @property
    def _temperature(self) -> float:
        return self.card.temperature if self.card else 1.0

    def _begin(self, engine: FastEngine, several: Sequence[Inputs], clock: Clock, stop: StopCheck | None) -> Begun:
        self.use_adapters(photo=several[0].photo is not None)
        kept = [self._kept(inputs, clock, stop) for inputs in several]
        return begin(engine, self.vocabulary, several, kept, clock, stop)

    def prefill(self, inputs: Inputs, clock: Clock, stop: StopCheck | None = None) -> list[tuple[Tensor, Memory]]:
        """Everything up to the verdict's place: the hidden state there, and the memory to go on from.

        One of each for the photo as it lies and, where there is one, for the second look at it.
        """
        engine, prompt = self.engine, inputs.prompt
        if isinstance(engine, FastEngine):
            begun = self._begin(engine, [inputs], clock, stop)
            return [(state, begun.memory.row(engine, row)) for row, state in enumerate(begun.states)]
        self.use_adapters(photo=inputs.photo is not None)
        capacity = len(prompt.ids) + self.vocabulary.longest(inputs.shape)
        kept = self._kept(inputs, clock, stop)
        known = kept.length if kept else 0
        embedded = engine.embed([*prompt.ids[known:], *self.vocabulary.encode(OPENING.text)])
        if inputs.voice is not None and prompt.voice:
            halt(stop)
            with clock.measure("audio"):
                heard = engine.hear(inputs.voice.features, inputs.voice.tokens, inputs.photo is not None)
                put(embedded, heard, prompt.voice, known, "the voice note")
        looks = []
        for photo in (inputs.photo, inputs.second) if inputs.second else (inputs.photo,):
            if photo is not None and prompt.photo:
                with clock.measure("vision"):
                    put(embedded, engine.see(photo, stop), prompt.photo, known, "the photo")
            memory = kept.fork(engine, capacity) if kept else Memory(engine, capacity)
            with clock.measure("prefill"):
                looks.append((engine.read(embedded, memory, stop), memory))
        return looks

    def lora(self, photo: bool) -> str:
        """The LoRA of a question with or without a photo."""
        return "vis_lora" if photo else "sp_lora"

    def use_adapters(self, photo: bool) -> None:
        """The LoRAs of the question's kind, asserted. Raises `Fixable` when the model folder lacks one."""
        name = self.lora(photo)
        if name not in attached(self.checkpoint):
            kind = "photos" if photo else "voice notes alone"
            raise Fixable("adapter_missing", f"The model {self.checkpoint.manifest.name} cannot judge {kind}.")
        self.engine.use([name, *([self.card.name] if self.card else [])])

    def _kept(self, inputs: Inputs, clock: Clock, stop: StopCheck | None) -> Memory | None:
        """The decoder's state after what is the same for every unit of the part: read once, then kept.

        It counts for these words, this golden photo's content and crops, and the LoRA of the question's kind.
        """
        prompt = inputs.prompt
        golden = inputs.golden if prompt.golden is not None else None
        if prompt.prefix < WORTH_KEEPING and golden is None:
            return None
        key = self.lora(inputs.photo is not None), golden.key if golden else "", prompt.ids[: prompt.prefix]
        if key not in self._prefixes:
            embedded = self.engine.embed(prompt.ids[: prompt.prefix])
            if golden is not None and prompt.golden is not None:
                with clock.measure("photo"):
                    cut = self.reader.cut(golden)
                with clock.measure("vision"):
                    put(embedded, self.engine.see(cut, stop), prompt.golden, 0, "the golden photo")
            memory = Memory(self.engine, prompt.prefix)
            with clock.measure("prefill"):
                self.engine.read(embedded, memory, stop)
            self._prefixes[key] = memory
            if len(self._prefixes) > KEPT:
                self._prefixes.popitem(last=False)
        self._prefixes.move_to_end(key)
        return self._prefixes[key]

    def verdict(
        self,
        question: Question,
        inputs: Inputs | None,
        answer: Answer | NotANumber | None,
        clock: Clock,
        notes: Sequence[str] = (),
    ) -> Verdict:
        """The answer with thresholds and contradiction applied; INCONCLUSIVE where there is none, and why."""
        notes = [*(inputs.notes if inputs else ()), *notes]
        if isinstance(answer, NotANumber):
            notes.append(f"The model failed: no number at {answer.where}.")
            answer = None
        thresholds = self.thresholds(question)
        p_ng = answer.p_ng if answer else 0.5
        said = answer.fields if answer else {}
        contradiction = question.photo is not None and contradicts(said.get("voice_says"), p_ng, thresholds)
        decision = decide(p_ng, thresholds, contradiction) if answer else Decision.INCONCLUSIVE
        return Verdict(
            judgment=_judgment(said, decision, notes),
            p_ng=p_ng,
            confidence=max(p_ng, 1 - p_ng),
            contradiction=contradiction,
            thresholds=thresholds,
            model=self._identity(question),
            timings_ms=clock.read(),
        )


class _Step:
    """The engine in the middle of one answer, as the walker sees it."""

    def __init__(self, engine: Engine, memory: Memory, stop: StopCheck | None) -> None:
        self.engine, self.memory, self.stop = engine, memory, stop

    def step(self, ids: Sequence[int]) -> Tensor:
        return self.engine.read(self.engine.embed(ids), self.memory, self.stop)

    def scores(self, hidden: Tensor, rows: Sequence[int] | None) -> Tensor:
        return self.engine.scores(hidden, rows)


def _judgment(said: Mapping[str, str], decision: Decision, notes: Sequence[str]) -> Judgment:
    judgment = Judgment(
        verdict=decision,
        heard=said.get("heard", ""),
        voice_says=VoiceSays(said.get("voice_says", VoiceSays.NOTHING)),
        remark=" ".join(part for part in (said.get("remark", ""), *notes) if part),
    )
    if said.get("verdict") != NG:
        return judgment
    place = Region(int(said["row"]), int(said["col"])) if "row" in said else None
    return replace(judgment, defect=said["defect"], severity=Severity(said["severity"]), region=place)
