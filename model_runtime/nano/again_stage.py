"""A finished model learns on: the eye on more pairs, the ear on more voices, side by side, before photo and voice come
together anew.

The decoder is the frozen one of the text stage. What sees and what listens are trained apart and never from the other's
weights, so that neither can spoil the other. The ear's new states go through a projector that learns to say beside a
photo what the old ear said there: what the vision LoRA listens to keeps its meaning.
"""

import random
import time
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import nn
from transformers import Phi4MultimodalForCausalLM

from model_runtime.nano import curve, forward, mixture, training
from model_runtime.nano.answers import Answers
from model_runtime.nano.forward import LogMel
from model_runtime.nano.letters import PER_STATE, Letters
from model_runtime.nano.photos import Batch
from model_runtime.nano.sound import Speech
from model_runtime.nano.speech_stage import ctc_loss, measure, report, states, test_sets, voice_loss
from model_runtime.nano.together_stage import Together
from model_runtime.nano.vision_stage import Whole, look

HEAD_FIRST = 80
"""Steps in which only a head that begins anew is trained."""


class Eye(Together):
    """Photos under the decoder, now and then beside a spoken note, with the encoder in training."""

    def __init__(self, folder: Path, source: Path) -> None:
        super().__init__(folder, source, source)
        image = self.model.model.embed_tokens_extend.image_embed
        self.whole = Whole(image.image_dim_out).to(self.device)
        self.used = [p for n, p in image.named_parameters() if "head." not in n and "post_layernorm" not in n]

    def lesson(self, pairs: Batch, singles: Batch, spoken: bool) -> tuple[torch.Tensor, dict[str, torch.Tensor]]:
        """The loss to train on and its parts."""
        classes = torch.tensor(singles.whole, device=self.device)
        with training.autocast():
            features, seen = look(self.model, pairs, singles)
            said: dict[str, torch.Tensor] = {}
            loss = 0.3 * self.whole.loss(features[-len(classes) :], classes)
            for name, weight, photos, tokens in zip(
                ("pairs", "photos"), (0.6, 0.4), (pairs, singles), seen, strict=True
            ):
                dense, answer = self.answered(photos, tokens, spoken)
                loss = loss + weight * (3 * dense + answer)
                said |= {f"dense {name}": dense, f"{name}{' with a note' if spoken else ''}": answer}
        return loss, said


def see(folder: Path, out: Path, source: Path, until: float, pairs: int = 288, singles: int = 144) -> None:
    """Encoder, projector and vision LoRA of `source` learn on until `until` (`time.time()`)."""
    t = Eye(folder, source)
    image = t.model.model.embed_tokens_extend.image_embed
    training.compile_methods(t.scenes, "_ground", "_cover", "_lay", "on_surface", "_lost", "expose")
    training.compile_layers(image.img_processor.encoder.layers)
    listening = [layer.forward for layer in t.model.model.layers]  # notes come in too many lengths to compile for
    training.compile_layers(t.model.model.layers)
    looking = [layer.forward for layer in t.model.model.layers]
    mixture.use(t.mixtures, "vis_lora")
    lora = mixture.parameters(t.mixtures, "vis_lora")
    heads = training.Trainer([(t.head.parameters(), 2e-3), (t.whole.parameters(), 2e-3)], warm=20)
    trainer = training.Trainer(
        [(t.used, 4e-4), (lora, 6e-4), (t.head.parameters(), 4e-4), (t.whole.parameters(), 4e-4)]
    )
    clock, sizes = training.Clock(until), [pairs, singles]

    def make() -> tuple[Batch, Batch]:
        jitter = pose(clock.step)
        return t.mixer.pairs(sizes[0], jitter), t.mixer.singles(sizes[1], jitter)

    ahead = training.Ahead(make)
    said: dict[str, torch.Tensor] = {}
    for share in clock:
        shown = ahead.take()
        spoken = t.has_notes() and clock.step % 4 == 0
        for layer, way in zip(t.model.model.layers, listening if spoken else looking, strict=True):
            layer.forward = way
        try:
            loss, said = t.lesson(*shown, spoken=spoken)
            if clock.step < HEAD_FIRST:
                heads.step(loss, 0.0)
            else:
                trainer.step(loss, share)
        except torch.OutOfMemoryError:
            sizes = [n * 3 // 4 for n in sizes]
            print(f"eye: the memory is too small, from now on {sizes[0]} pairs and {sizes[1]} photos", flush=True)
            torch.cuda.empty_cache()
        ahead.prepare()
        if clock.step % 250 == 0:
            print(f"eye {clock.step} {share:.2f}:", {k: round(v.item(), 3) for k, v in said.items()}, flush=True)
        if clock.step % 300 == 299:
            curve.note(out.parent / "curve.jsonl", "eye", clock.step + 1, **curve.eye(t.model, t.answers, t.real))
        if clock.step % 1500 == 1499:
            training.save(t.model, t.mixtures, out, t.dense_head())
    training.save(t.model, t.mixtures, out, t.dense_head())
    found = curve.eye(t.model, t.answers, t.real)
    curve.note(out.parent / "curve.jsonl", "eye", clock.step, **found)
    print(f"eye: {clock.step} steps; {found}", flush=True)


def pose(step: int) -> float:
    """How far golden and test photo may differ in pose, 0..1: what is hard comes when what is easy is there."""
    return min(1.0, 0.5 + step / 3000)


def hear(folder: Path, out: Path, source: Path, until: float, size: int = 384) -> None:
    """Audio encoder, its projectors and the speech LoRA of `source` learn on until `until` (`time.time()`)."""
    answers, device, r = Answers(folder), training.device(), random.Random(17)
    model, mixtures, _ = training.restore(source)
    before, _, _ = training.restore(source)
    speech, mel, letters = Speech(folder, device, seed=9), LogMel().to(device), Letters(answers)
    audio = model.model.embed_tokens_extend.audio_embed
    head = nn.Linear(audio.encoder.config.hidden_size, PER_STATE * len(letters.letters)).to(device)
    mixture.use(mixtures, "sp_lora")
    projector = [*audio.up_proj_for_speech.parameters(), *audio.down_proj_for_speech.parameters()]
    heads = training.Trainer([(head.parameters(), 3e-3)], warm=20)
    trainer = training.Trainer(
        [(audio.encoder.parameters(), 4e-4), (head.parameters(), 4e-4), (projector, 3e-4),
         (mixture.parameters(mixtures, "sp_lora"), 5e-4)]
    )  # fmt: skip
    clock, spoken = training.Clock(until - 0.12 * (until - time.time())), (folder / "speech.npy").exists()
    apart = test_sets(speech)
    for share in clock:
        if not spoken and clock.step % 50 == 0 and (folder / "speech.npy").exists():
            speech, spoken = Speech(folder, device, seed=9), True
            apart = test_sets(speech)
            print(f"ear: the notes are there at step {clock.step}", flush=True)
        words = not spoken or clock.step % 3 == 0
        b = speech.words(size) if words else speech.draw(size, seconds=size * 2.0)
        hidden, count = states(model, mel, speech, b, augment=True)
        ctc = ctc_loss(head, hidden, count, letters, b.rows)
        if clock.step < 2 * HEAD_FIRST:
            heads.step(ctc, 0.0)
            continue
        with training.autocast():
            answer = voice_loss(model, answers, hidden, count, b.rows, r)
        trainer.step(answer + 0.5 * ctc, share)
        if clock.step % 500 == 0:
            print(f"ear {clock.step} {share:.2f}: answer {answer.item():.3f} CTC {ctc.item():.3f}", flush=True)
            rates = {name: measure(model, answers, mel, speech, rows)["cer"] for name, rows in apart.items() if rows}
            curve.note(out.parent / "curve.jsonl", "ear", clock.step, **rates)
    say_as_before(model, before, mel, speech, until)
    training.save(model, mixtures, out)
    report(f"ear ({clock.step} steps)", model, answers, mel, speech)


def say_as_before(
    model: Phi4MultimodalForCausalLM,
    before: Phi4MultimodalForCausalLM,
    mel: LogMel,
    speech: Speech,
    until: float,
    size: int = 256,
) -> None:
    """The projector beside a photo learns to give from the new states what the old one gave from the old states."""
    audio = model.model.embed_tokens_extend.audio_embed
    way = [*audio.up_proj_for_vision_speech.parameters(), *audio.down_proj_for_vision_speech.parameters()]
    trainer = training.Trainer([(way, 1e-3)], decay=0.0, warm=50)
    clock, left = training.Clock(until), torch.zeros(())
    for share in clock:
        b = speech.augment(speech.draw(size, seconds=size * 3.0))
        with torch.no_grad():
            old, count = states(before, mel, speech, b, augment=False)
            new, _ = states(model, mel, speech, b, augment=False)
            wanted = forward.audio_tokens(before, old.float(), "vision")
            inside = torch.arange(old.shape[1], device=old.device) < count[:, None]
        said = forward.audio_tokens(model, new.float(), "vision")
        left = F.mse_loss(said[inside], wanted[inside]) / wanted[inside].pow(2).mean()
        trainer.step(left, share)
    print(f"ear: beside a photo, {clock.step} steps, {left.item():.3f} of the variance left", flush=True)
