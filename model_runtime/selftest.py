"""What would stay silent in use, tried out on made-up input: blind encoders, LoRAs without effect, NaN.

Knows the traps of this model family. The samples with known answers come with the model.
"""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from model_runtime.adapters import activate, attached
from model_runtime.clock import Clock
from model_runtime.decoding import NotANumber
from model_runtime.engine import Engine, Memory
from model_runtime.inputs import Golden, Inputs
from model_runtime.photo import PhotoTensors, prepare
from model_runtime.verdict import Fixable, Question, StopCheck
from model_runtime.voice import RATE, clip_of, count_tokens, features

if TYPE_CHECKING:
    from model_runtime.runtime import ModelJudge

MOVES = 1e-5
"""Relative change below which two results count as the same: float noise is ten times less."""

DRIFT = 0.03
"""How far p_ng of a known sample may lie from what it was when the model was made: processors round differently."""
KNOWN = "known"
"""Folder of a model with samples and `known.json`, what the model said of them when it was made."""


@dataclass(frozen=True, slots=True)
class KnownAnswer:
    """A question and the `p_ng` that this model with this adapter gave when it was made."""

    question: Question
    p_ng: float


def known_answers(model: Path, adapter: str) -> list[KnownAnswer]:
    """What `known/known.json` of a model folder says of this adapter (its sha256, or "none"); empty without it.

    Raises `Fixable` when the file cannot be read.
    """
    folder = model / KNOWN
    if not (folder / "known.json").is_file():
        return []
    try:
        content = json.loads((folder / "known.json").read_text(encoding="utf-8"))
        rows = content["answers"] if content["adapter"] == adapter else []
        return [
            KnownAnswer(
                Question(**{kind: folder / row[kind] for kind in ("photo", "voice", "golden") if row.get(kind)}),
                float(row["p_ng"]),
            )
            for row in rows
        ]
    except (OSError, ValueError, KeyError, TypeError, OverflowError, AttributeError, RecursionError) as error:
        message = f"{folder / 'known.json'} cannot be read ({error!r}); install the model again."
        raise Fixable("self_test", message) from error


def self_test(judge: "ModelJudge", known: Sequence[KnownAnswer] = ()) -> list[str]:
    """All faults, as sentences. `known`: questions with the answer that this model must give."""
    faults: list[str] = []
    with torch.inference_mode(), _seeing_once(judge.engine):
        for check in (_vision, _audio, _loras, _golden, _answers):
            try:
                faults += check(judge)
            except NotANumber as error:
                faults.append(f"The model gives no number at {error.where}; install it again.")
            except (Fixable, RuntimeError, ValueError) as error:
                faults.append(f"The self-test of {check.__name__.strip('_')} failed: {error}")
    return faults or list(_known(judge, known))


@contextmanager
def _seeing_once(engine: Engine) -> Iterator[None]:
    """For the while of a test each picture goes through the encoder once: at full size that takes seconds."""
    seen: dict[bytes, Tensor] = {}
    see = engine.see

    def remembered(photo: PhotoTensors, stop: StopCheck | None = None) -> Tensor:
        key = photo.pixel_values.numpy().tobytes()
        if key not in seen:
            seen[key] = see(photo, stop)
        return seen[key]

    engine.see = remembered  # type: ignore[method-assign]
    try:
        yield
    finally:
        engine.see = see  # type: ignore[method-assign]


def _vision(judge: "ModelJudge") -> Iterator[str]:
    """The first patch must see the last one; a texture must not look like a blank sheet."""
    size, patch = judge.reader.crop_size, judge.reader.patch_size
    cornered = _texture(size)
    cornered.paste((255, 255, 255), (size - patch, size - patch, size, size))
    texture, changed, blank = (
        judge.engine.see(prepare(picture, size, patch, 1)) for picture in (_texture(size), cornered, _blank(size))
    )
    if not _moved(texture, blank):
        yield "The vision encoder is blind: a texture and a blank sheet give the same features."
    elif not _moved(texture[0], changed[0]):
        yield "The vision encoder is causal: the first patch does not see the last one."


def _audio(judge: "ModelJudge") -> Iterator[str]:
    """Length and rate must be what the model was trained on, and a tone must not sound like silence."""
    engine, config = judge.engine, judge.reader.audio_config
    tone = np.sin(np.arange(48_000) * (2 * np.pi * 440 / 48_000)).astype(np.float32)
    clip = clip_of(np.stack([0.3 * tone, 0.3 * tone], axis=1).astype(np.float32), 48_000)
    if abs(len(clip.samples) - RATE) > RATE // 100:
        yield f"Sound is resampled wrongly: one second became {len(clip.samples)} samples instead of {RATE}."
    heard = features(clip.samples, config)
    expected = count_tokens(len(clip.samples), config)
    for beside_photo in (False, True):
        loud = engine.hear(heard.features, heard.tokens, beside_photo)
        quiet = engine.hear(torch.zeros_like(heard.features), heard.tokens, beside_photo)
        if len(loud) != expected or not 12 <= len(loud) <= 14:
            yield f"One second of sound gives {len(loud)} audio tokens instead of {expected}."
        if not _moved(loud, quiet):
            yield "The audio encoder is deaf: a tone and silence give the same features."


def _loras(judge: "ModelJudge") -> Iterator[str]:
    """Each kind of question must have its LoRA, and each LoRA must change what the decoder says."""
    engine = judge.engine
    embedded = engine.embed(judge.reader.prompts.build().ids[:16])
    activate(judge.checkpoint, [])
    engine.use([])
    bare = engine.read(embedded, Memory(engine, len(embedded)))
    for photo, kind in ((True, "photos"), (False, "voice notes")):
        name = judge.lora(photo)
        if name not in attached(judge.checkpoint):
            yield f"The model has no {name}: {kind} would be judged by guessing."
            continue
        engine.use([name])
        alone = engine.read(embedded, Memory(engine, len(embedded)))
        judge.use_adapters(photo)
        if not _moved(bare, alone):
            yield f"The LoRA for {kind} ({name}) changes nothing; the model would guess."
        together = engine.read(embedded, Memory(engine, len(embedded)))
        if judge.card and not _moved(alone, together):
            yield f"The adapter {judge.card.name} changes nothing beside {name}."


def _golden(judge: "ModelJudge") -> Iterator[str]:
    """Another golden photo must move what the verdict is read from."""
    size = judge.reader.crop_size
    alike, other = (
        judge.prefill(_pair(judge, _texture(size), golden), Clock())[0][0] for golden in (_texture(size), _blank(size))
    )
    judge.forget_kept()
    if not _moved(alike, other):
        yield "The golden photo has no influence on the verdict."


def _answers(judge: "ModelJudge") -> Iterator[str]:
    """A voice note alone gets through to an answer; NaN shows here."""
    clip = clip_of(0.1 * np.random.default_rng(0).standard_normal(RATE // 2).astype(np.float32), RATE)
    voice = features(clip.samples, judge.reader.audio_config)
    inputs = judge.reader.measure(Question(voice=Path("tone")), None, None, voice)
    inputs.shape = judge.reader.prompts.shape(inputs.shape.defects, has_photo=False, has_voice=False)
    judge.answer(inputs, 0.0)
    return iter(())


def _known(judge: "ModelJudge", known: Sequence[KnownAnswer]) -> Iterator[str]:
    for sample in known:
        p_ng = judge.judge(sample.question).p_ng
        if not abs(p_ng - sample.p_ng) <= DRIFT:
            name = (sample.question.photo or sample.question.voice or Path("?")).name
            yield f"The known sample {name} was judged with p_ng {p_ng:.3f} instead of {sample.p_ng:.3f}."


def _pair(judge: "ModelJudge", picture: Image.Image, golden: Image.Image) -> Inputs:
    standard = Golden(f"self-test {golden.getpixel((0, 0))}", golden.size, lambda: golden)
    return judge.reader.measure(Question(photo=Path("photo"), golden=Path("golden")), picture, standard, None)


def _texture(size: int) -> Image.Image:
    """The same every time."""
    return Image.fromarray(np.random.default_rng(7).integers(0, 256, (size, size, 3), dtype=np.uint8))


def _blank(size: int) -> Image.Image:
    return Image.new("RGB", (size, size), (128, 128, 128))


def _moved(one: Tensor, other: Tensor) -> bool:
    """Whether two results differ by more than float noise. Raises `NotANumber`."""
    if not (torch.isfinite(one).all() and torch.isfinite(other).all()):
        raise NotANumber("the self-test")
    if one.shape != other.shape:
        return True
    scale = max(float(one.float().abs().mean()), 1e-12)
    return float((one - other).float().abs().max()) > MOVES * scale
