"""Training steps of a second: ours against a plain peft + transformers loop, same weights, photos, LoRA and batches.

    python -m tests.benchmarks.bench_train [--tiny] [--batch N] [--steps N] [--layers FIRST] [--out FILE]

Makes the full model's shape with random weights on the card (with --tiny, or without a card, a tiny one on the
processor), proves that both loops have the same loss and gradients, and measures samples a second and the peak of
memory. The plain loop runs the library's forward with labels, encoders and all logits in every step, once keeping what
the backward pass needs and once with gradient checkpointing. Pixels and prompts are made before: only steps count.
"""

import argparse
import gc
import json
import statistics
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image
from torch import Tensor
from transformers import Phi4MultimodalConfig, Phi4MultimodalForCausalLM

from model_runtime.adapters import activate, create, detach
from model_runtime.checkpoint import Checkpoint, load_tokenizer, make_bidirectional, read_config
from model_runtime.dataset import Example, Target, TrainingSet
from model_runtime.engine import Engine
from model_runtime.lessons import Asked, Batch
from model_runtime.lora import PREFIX, Lora, add_fresh, freeze
from model_runtime.manifest import Manifest
from model_runtime.photo import load_photo, prepare, stack
from model_runtime.student import Recipe, Student
from model_runtime.verdict import Question
from model_runtime.weights import structure_of_model

ROOT = Path(__file__).resolve().parents[2]
LAYERS = r"model.layers.{}.((self_attn.(qkv|o)_proj)|(mlp.(gate_up|down)_proj))"
RANK, ALPHA = 16, 32.0
WARM = 2
STARTED = time.perf_counter()
PHOTOS, STEPS, EXPOSURES = 100, 300, 4
"""The training that the encoders' time is counted for: photos, steps and exposures that the recipe gives them."""


@dataclass(frozen=True, slots=True)
class Found:
    """One way of training, measured."""

    way: str
    samples: float
    """A second, in the steps alone."""
    peak_gb: float
    """Of the card's memory; of the processor's nothing is known."""
    loss: float


def say(*words: object) -> None:
    print(*words, flush=True)


# --- a model of the true shape, made of nothing ---


def full_config(tokens: Any) -> Phi4MultimodalConfig:
    """The sizes of Phi-4-multimodal-instruct; image and audio tokens as in the config whose tokenizer is used."""
    rope: dict[str, Any] = {
        "partial_rotary_factor": 0.75,
        "rope_scaling": {"type": "longrope", "short_factor": [1.0] * 48, "long_factor": [2.0] * 48},
    }
    config = Phi4MultimodalConfig(
        **rope,
        num_attention_heads=24,  # the library's default is another model's
        tie_word_embeddings=True,
        pad_token_id=0,
        bos_token_id=0,
        eos_token_id=0,
    )
    parts: Any = config
    parts.vision_config.image_token_id = tokens.vision_config.image_token_id
    parts.audio_config.audio_token_id = tokens.audio_config.audio_token_id
    return config


def random_checkpoint(device: str, tiny: bool, scratch: Path) -> Checkpoint:
    """Random weights with two modality LoRAs that change something."""
    from tests.runtime import tiny as small

    small.write_tokenizer(scratch)
    nano = ROOT / "resources/models/kensa-nano"
    tokens, config = scratch, small.tiny_config()
    if not tiny:
        known, _ = read_config(nano)
        tokens, config = (scratch, full_config(config)) if known is None else (nano, full_config(known))
    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.float32 if device == "cpu" else torch.bfloat16)
    try:
        with torch.device(device):
            torch.manual_seed(0)
            base = Phi4MultimodalForCausalLM(config)
    finally:
        torch.set_default_dtype(before)
    with torch.no_grad():
        for parameter in base.parameters():
            if parameter.ndim > 1:
                parameter.normal_(0.0, 0.02)
    base.tie_weights()
    make_bidirectional(base)
    freeze(base)
    model: Any = base
    targets = LAYERS.format(r"\d+")
    for name, rank in (("vis_lora", 4 if tiny else 256), ("sp_lora", 6 if tiny else 320)):
        model = add_fresh(model, name, Lora(rank, 2.0 * rank, targets))
    _stir(model, ("vis_lora", "sp_lora"), 0.01)
    place = torch.device(device)
    manifest = Manifest("random", {}, "0" * 64, prompt=small.PROMPT if tiny else {})
    return Checkpoint(
        model, base, load_tokenizer(tokens, config), config, manifest, scratch, place, device, structure_of_model(base)
    )


@torch.no_grad()
def _stir(model: Any, names: Sequence[str], spread: float) -> None:
    """A LoRA begins with B = 0 and would change nothing."""
    for name, parameter in model.named_parameters():
        if any(f".lora_B.{lora}." in name for lora in names):
            parameter.normal_(0.0, spread)


def photos(folder: Path, side: int, count: int) -> TrainingSet:
    """Squares of noise with and without a spot, beside a golden one; half of them bad."""
    r = np.random.default_rng(0)
    examples = []
    for number in range(count + 1):
        pixels = np.asarray(
            Image.fromarray(r.integers(60, 200, (8, 8, 3), dtype=np.uint8)).resize(
                (side, side), Image.Resampling.BICUBIC
            )
        ).copy()
        bad = number % 2 == 1
        if bad:
            pixels[side // 3 : side // 2, side // 3 : side // 2] = 10
        Image.fromarray(pixels).save(folder / f"{number}.png")
        question = Question(folder / f"{number}.png", golden=folder / "0.png", part="plate", defects=("stain", "crack"))
        target = Target("NG", "stain", "major", (0.4, 0.4)) if bad else Target("OK", "none")
        examples.append(Example(f"{number}.png", question, target))
    return TrainingSet(folder, "random", "0" * 64, tuple(examples[1:]), ())


# --- the two loops ---


class Plain:
    """What one writes with peft and transformers: labels in, loss out, everything in every step."""

    def __init__(self, checkpoint: Checkpoint, lora: Lora, student: Student) -> None:
        create(checkpoint, "defect", lora.rank, lora.alpha, lora.targets)
        self.checkpoint, self.student = checkpoint, student
        self.model: Any = checkpoint.model
        activate(checkpoint, ["vis_lora", "defect"])
        self.parameters: dict[str, Tensor] = {}
        torch.manual_seed(1)
        _stir(self.model, ("defect",), 0.01)
        for name, parameter in self.model.named_parameters():
            if ".defect." in name:
                parameter.data = parameter.data.float()
                parameter.requires_grad_(True)
                self.parameters[name.replace(".defect.", ".")] = parameter
        self.optimiser = torch.optim.AdamW(self.parameters.values(), lr=1e-5)

    def state(self) -> dict[str, Tensor]:
        """The LoRA under peft's key names."""
        return {key: value.detach().clone() for key, value in self.parameters.items()}

    def keep_less(self, less: bool) -> None:
        """Gradient checkpointing on or off."""
        if less:
            self.model.train()
            self.model.gradient_checkpointing_enable({"use_reentrant": False})
        else:
            self.model.gradient_checkpointing_disable()
            self.model.eval()

    def inputs(self, asked: Sequence[Asked], cut: Callable[[Path], Any]) -> dict[str, Tensor]:
        """A batch as a data loader would hand it over: on the processor, padded at the right."""
        lessons, rows, labels, pictures = self.student.lessons, [], [], []
        for one in asked:
            question = one.unit.example.question
            assert question.photo is not None and one.photo is not None
            ids, weights = lessons.answer(one)
            golden = one.golden
            prompt = lessons.reader.prompts.build(
                golden=None if golden is None else len(golden),
                photo=len(one.photo.tokens),
                defects=question.defects,
                criteria=question.criteria,
            )
            rows.append([*prompt.ids, *ids])
            labels.append([-100] * len(prompt.ids) + [i if w else -100 for i, w in zip(ids, weights, strict=True)])
            if golden is not None:
                pictures.append(cut(self._path(golden, question)))
            pictures.append(cut(question.photo))
        width = max(map(len, rows))
        found = {
            "input_ids": torch.tensor([row + [0] * (width - len(row)) for row in rows]),
            "attention_mask": torch.tensor([[1] * len(row) + [0] * (width - len(row)) for row in rows]),
            "labels": torch.tensor([row + [-100] * (width - len(row)) for row in labels]),
            **stack(pictures),
        }
        dtype = next(self.checkpoint.base.parameters()).dtype
        found["image_pixel_values"] = found["image_pixel_values"].to(dtype)
        return {k: v.pin_memory() for k, v in found.items()} if self.student.on_card else found

    def _path(self, golden: Tensor, question: Question) -> Path:
        """The photo of an approved unit: the part's own one, or that of another good unit."""
        for unit in self.student.units:
            if unit.photos[0].tokens is golden and unit.example.question.photo is not None:
                return unit.example.question.photo
        assert question.golden is not None
        return question.golden

    def loss(self, inputs: dict[str, Tensor]) -> Tensor:
        device = self.checkpoint.device
        there = {key: value.to(device, non_blocking=True) for key, value in inputs.items()}
        half: AbstractContextManager[Any] = (
            torch.autocast("cuda", torch.bfloat16) if self.student.on_card else nullcontext()
        )
        with half:
            found: Tensor = self.model(**there, use_cache=False).loss
        return found

    def step(self, inputs: dict[str, Tensor]) -> float:
        self.optimiser.zero_grad(set_to_none=True)
        loss = self.loss(inputs)
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self.parameters.values(), 1.0)
        self.optimiser.step()
        return float(loss.detach())


def alike(batch: Batch) -> Batch:
    """The same with every token that is chosen counting alike, as labels do."""
    return replace(batch, weights=(batch.weights > 0).float())


def compared(plain: Plain, student: Student, inputs: dict[str, Tensor], asked: Sequence[Asked]) -> dict[str, float]:
    """Loss of both, and how far their gradients point the same way (1: the very same)."""
    plain.optimiser.zero_grad(set_to_none=True)
    theirs = plain.loss(inputs)
    theirs.backward()  # type: ignore[no-untyped-call]
    ours = student.loss(alike(student.lessons.batch(asked)))
    ours.backward()  # type: ignore[no-untyped-call]
    stacked, mine, other = student.stacked, [], []
    for name in stacked.a:
        for side, held in (("A", stacked.a), ("B", stacked.b)):
            gradient, known = held[name].grad, plain.parameters[f"{PREFIX}{name}.lora_{side}.weight"].grad
            assert gradient is not None and known is not None
            mine.append(gradient.flatten().double())
            other.append(known.flatten().double())
    a, b = torch.cat(mine), torch.cat(other)
    for parameter in (*plain.parameters.values(), *student.parameters):
        parameter.grad = None
    return {
        "plain": float(theirs.detach()),
        "ours": float(ours.detach()),
        "cosine": float(a @ b / (a.norm() * b.norm())),
        "norms": float(a.norm() / b.norm()),
    }


# --- measuring ---


def timed(way: str, step: Callable[[int], float], steps: int, batch: int, on_card: bool) -> Found:
    """Steps a second, the first ones left out, and the peak of the card's memory over all of them."""
    _clean(on_card)
    took, loss = [], 0.0
    for number in range(WARM + steps):
        begun = time.perf_counter()
        loss = step(number)
        if on_card:
            torch.cuda.synchronize()
        if number >= WARM:
            took.append(time.perf_counter() - begun)
    peak = torch.cuda.max_memory_allocated() / 1e9 if on_card else 0.0
    found = Found(way, batch / statistics.median(took), peak, loss)
    say(f"  {way:44} {found.samples:8.2f} samples/s  {peak:6.2f} GB  loss {loss:.4f}")
    return found


def _clean(on_card: bool) -> None:
    gc.collect()
    if on_card:
        torch.cuda.synchronize()
        torch.cuda.empty_cache()
        torch.cuda.reset_peak_memory_stats()


def tried(what: str, job: Callable[[], Any], told: dict[str, Any]) -> Any:
    """One stage; what fails is told, and the others go on."""
    begun = time.perf_counter()
    try:
        found = job()
    except torch.OutOfMemoryError as error:
        say(f"  {what}: out of memory ({str(error).splitlines()[0][:120]})")
        told.setdefault("failed", {})[what] = "out of memory"
        _clean(torch.cuda.is_available())
        return None
    except Exception as error:  # noqa: BLE001 - one stage must not take the others with it
        say(f"  {what} FAILED: {error!r}")
        traceback.print_exc(file=sys.stdout)
        sys.stdout.flush()
        told.setdefault("failed", {})[what] = repr(error)
        return None
    say(f"[{time.perf_counter() - begun:6.1f} s] {what}")
    return found


def run(options: argparse.Namespace) -> dict[str, Any]:
    """All stages; what was found, as JSON."""
    told: dict[str, Any] = {"torch": torch.__version__, "device": options.device}
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        checkpoint = tried("make the model", lambda: random_checkpoint(options.device, options.tiny, folder), told)
        if checkpoint is not None:
            _measure(options, checkpoint, folder, told)
    if options.out:
        Path(options.out).write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    return told


def _measure(options: argparse.Namespace, checkpoint: Checkpoint, folder: Path, told: dict[str, Any]) -> None:
    layers = len(checkpoint.base.model.layers)
    chosen = "|".join(map(str, range(options.layers, layers)))
    lora = Lora(4 if options.tiny else RANK, ALPHA, LAYERS.format(f"({chosen})"))
    data = photos(folder, int(checkpoint.config.vision_config.crop_size), options.batch * 2)  # type: ignore[union-attr]
    student = Student(checkpoint, lora, Recipe(batch=options.batch, exposures=1, rate=1e-5), data)
    student.stacked.large = True  # so that a tiny one is trained as a large one is
    student.begin()
    on_card = student.on_card
    engine: Engine = student.senses.engine

    def look() -> float:
        student.units = [student.senses.unit(example, 1) for example in data.train]
        return _seconds(lambda: engine.see(cuts[data.train[0].question.photo or folder]), on_card)

    cuts = _Cuts(student)
    see = tried("look at the photos", look, told)
    drawn = [student.lessons.draw(student.units, options.batch, f"bench/{n}") for n in range(WARM + options.steps)]
    plain = tried("put the LoRA on with peft", lambda: Plain(checkpoint, lora, student), told)
    if see is None or plain is None:
        return
    batches = [plain.inputs(asked, cuts.__getitem__) for asked in drawn]
    told |= {"tokens": int(batches[0]["input_ids"].numel()), "batch": options.batch, "layers": [options.layers, layers]}
    width = batches[0]["input_ids"].shape[1]
    say(f"  {options.batch} samples a batch, {width} tokens each; layers {options.layers} to {layers}")
    student.stacked.load(plain.state())
    student.stacked.prepare_apart()
    told["same"] = tried("same loss", partial(compared, plain, student, batches[0], drawn[0]), told)
    say(f"  {told['same']}")
    found: list[Found] = []
    for way, less in (("plain, keeping everything", False), ("plain, gradient checkpointing", True)):
        tried(f"{way}: set", partial(plain.keep_less, less), told)
        step = partial(_stepped, plain, batches)
        one = tried(way, partial(timed, way, step, options.steps, options.batch, on_card), told)
        found += [one] if one else []
    del plain, step
    batches.clear()
    tried("take peft's LoRA off", lambda: detach(checkpoint, "defect"), told)
    tried("fold the modality's LoRA in", lambda: student.stacked.prepare({"photo"}), told)
    for kept in _shares(layers - options.layers):
        if time.perf_counter() - STARTED > options.limit:
            say(f"  {kept} layers kept: left out, no time left")
            continue
        way = f"ours, {'as memory allows' if kept is None else f'{kept} layers kept'}"
        one = tried(way, partial(_ours, student, drawn, way, kept, options), told)
        found += [one] if one else []
    told["ways"] = [{"way": f.way, "samples_s": f.samples, "peak_gb": f.peak_gb, "loss": f.loss} for f in found]
    told["see_s"] = see
    tried("sum up", lambda: _summary(found, see, options.batch, told), told)


def _stepped(plain: Plain, batches: Sequence[dict[str, Tensor]], number: int) -> float:
    return plain.step(batches[number])


def _shares(layers: int) -> Iterator[int | None]:
    yield from (None, *sorted({0, layers // 4, layers // 2, 3 * layers // 4}))


def _ours(student: Student, drawn: list[list[Asked]], way: str, kept: int | None, options: argparse.Namespace) -> Found:
    student.stacked.kept = kept

    def step(number: int) -> float:
        student.optimiser.zero_grad(set_to_none=True)
        loss = student.gradients(alike(student.lessons.batch(drawn[number])))
        student.update()
        return loss

    found = timed(way, step, options.steps, options.batch, student.on_card)
    return replace(found, way=f"{way} ({student.stacked.kept} of {len(student.stacked.body.layers)} kept)")


class _Cuts:
    """Photos as the encoder takes them, each cut once."""

    def __init__(self, student: Student) -> None:
        self.reader, self.known = student.senses.reader, {}  # type: ignore[var-annotated]

    def __getitem__(self, path: Path) -> Any:
        reader = self.reader
        if path not in self.known:
            picture = reader.fit(load_photo(path))
            self.known[path] = prepare(picture, reader.crop_size, reader.patch_size, reader.settings.dynamic_hd)
        return self.known[path]


@torch.no_grad()
def _seconds(job: Callable[[], Any], on_card: bool, times: int = 5) -> float:
    took = []
    for _ in range(times):
        begun = time.perf_counter()
        job()
        if on_card:
            torch.cuda.synchronize()
        took.append(time.perf_counter() - begun)
    return statistics.median(took)


def _summary(found: list[Found], see: float, batch: int, told: dict[str, Any]) -> None:
    """The goal is 1.3 times the plain loop's speed at the same memory or less."""
    theirs = [one for one in found if one.way.startswith("plain")]
    ours = [one for one in found if one.way.startswith("ours")]
    for one in theirs:
        within = [mine for mine in ours if mine.peak_gb <= one.peak_gb]
        if not within:
            say(f"{one.way}: nothing of ours stays within its memory")
            continue
        best = max(within, key=lambda mine: mine.samples)
        samples = STEPS * batch
        whole = samples / (samples / best.samples + see * PHOTOS * EXPOSURES)
        say(
            f"{one.way}: {one.samples:.2f} samples/s at {one.peak_gb:.1f} GB; {best.way}: {best.samples:.2f} at"
            f" {best.peak_gb:.1f} GB: {best.samples / one.samples:.2f} times; {whole / one.samples:.2f} times with what"
            f" the encoders take once ({PHOTOS} photos, {STEPS} steps, {1000 * see:.0f} ms a photo)"
        )
        told.setdefault("times", {})[one.way] = {"steps": best.samples / one.samples, "whole": whole / one.samples}


def parse(words: Sequence[str] | None = None) -> argparse.Namespace:
    """What was asked for; a tiny model where there is no card."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tiny", action="store_true", help="a tiny model on the processor")
    parser.add_argument("--batch", type=int, default=4)
    parser.add_argument("--steps", type=int, default=6)
    parser.add_argument("--layers", type=int, default=0, help="first layer that gets the LoRA")
    parser.add_argument("--limit", type=float, default=110, help="seconds, after which no further way is begun")
    parser.add_argument("--out", help="file for the figures as JSON")
    options = parser.parse_args(words)
    options.tiny = options.tiny or not torch.cuda.is_available()
    options.device = "cpu" if options.tiny else "cuda"
    return options


if __name__ == "__main__":
    chosen = parse()
    if chosen.device == "cuda":
        say(torch.cuda.get_device_name(), torch.__version__)
    run(chosen)
