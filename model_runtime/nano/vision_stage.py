"""Stage 2, vision: the encoder alone against dense targets, then encoder, projector and vision LoRA under the decoder.

The dense target (defect class of each image token of the test photo) is read by a linear head from the decoder's last
states, beside the answer's tokens: with the answer alone nothing is learned in any affordable time. In every third step
a written note lies beside each photo as a stream of letters, so that the vision LoRA listens from the first day on.
"""

import random
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from torch import nn
from transformers import Phi4MultimodalForCausalLM

from model_runtime import figures
from model_runtime.nano import blueprint, forward, mixture, tokens, training
from model_runtime.nano.answers import Answers, corrupt
from model_runtime.nano.letters import Letters, LetterStream
from model_runtime.nano.photos import DENSE, Batch, Mixer, RealPhotos, read_cutouts
from model_runtime.nano.scenes import Scenes
from model_runtime.nano.text_stage import Written, reader, vocabulary, write_notes

ANSWER = 24  # tokens of the longest judgment without a voice
SPOKEN_ANSWER = 64
CLASS_WEIGHT = [0.3, *([1.0] * (len(DENSE) - 1))]


def prompt_ids(answers: Answers, count: int, *pieces: tuple[int, ...]) -> torch.Tensor:
    return answers.on_device(tuple(i for piece in pieces for i in piece)).expand(count, -1)


def photo_prompt(
    model: Phi4MultimodalForCausalLM, answers: Answers, seen: torch.Tensor, golden: torch.Tensor | None
) -> tuple[torch.Tensor, int]:
    """Embeds of the prompt up to the photo's end, and where the photo's global view begins in it.

    `seen` and `golden` (N, tokens, hidden) are what `forward.image_tokens` gave for photo and golden photo.
    """
    count = seen.shape[0]

    def say(*pieces: tuple[int, ...]) -> torch.Tensor:
        return forward.embed(model, prompt_ids(answers, count, *pieces)).to(seen.dtype)

    if golden is None:
        parts = [say((tokens.USER,), answers.prompt("photo")), seen]
    else:
        parts = [say((tokens.USER,), answers.prompt("golden")), golden, say(answers.prompt("photo")), seen]
    embeds = torch.cat(parts, 1)
    return embeds, embeds.shape[1] - blueprint.CELLS * (blueprint.CELLS + 1)


def look(
    model: Phi4MultimodalForCausalLM, *batches: Batch
) -> tuple[torch.Tensor, list[tuple[torch.Tensor, torch.Tensor | None]]]:
    """All photos of the batches through the encoder at once: features, and for each batch (photo, golden) tokens."""
    pictures = [p for b in batches for p in (b.test, b.golden) if p is not None]
    features = forward.image_features(model, torch.cat(pictures))
    parts = iter(torch.split(forward.image_tokens(model, features), [len(p) for p in pictures]))  # type: ignore[no-untyped-call]
    return features, [(next(parts), next(parts) if b.golden is not None else None) for b in batches]


@dataclass
class Asked:
    """The answers to one batch (N, A), their weights, and, where a note lies beside each photo, its letters in time."""

    ids: torch.Tensor
    weights: torch.Tensor
    slots: torch.Tensor | None = None


def asked(answers: Answers, b: Batch) -> Asked:
    return Asked(*answers.batch(b.targets, photo=True, voice=False, device=b.test.device, width=ANSWER))


def asked_with_notes(answers: Answers, written: Written, r: random.Random, b: Batch) -> Asked:
    states = r.choice([s for s in written.fits if s <= 60])
    chosen, slots = written.draw(r, states, len(b.targets))
    targets = [replace(t, heard=answers.encode(written.notes[i]["text"]), says=written.notes[i]["says"])
               for t, i in zip(b.targets, chosen, strict=True)]  # fmt: skip
    return Asked(*answers.batch(targets, photo=True, voice=True, device=b.test.device, width=SPOKEN_ANSWER), slots)


def losses(
    model: Phi4MultimodalForCausalLM,
    head: nn.Linear,
    answers: Answers,
    b: Batch,
    seen: tuple[torch.Tensor, torch.Tensor | None],
    q: Asked,
    stream: LetterStream | None,
) -> tuple[torch.Tensor, torch.Tensor]:
    """Dense loss on the photo's tokens, answer loss."""
    hidden, start = answering(model, answers, seen, q, stream)
    answer = forward.answer_loss(model, hidden[:, -q.ids.shape[1] :], q.ids, q.weights)
    return dense_loss(head, hidden, start, b.dense), answer


def answering(
    model: Phi4MultimodalForCausalLM,
    answers: Answers,
    seen: tuple[torch.Tensor, torch.Tensor | None],
    q: Asked,
    stream: LetterStream | None,
) -> tuple[torch.Tensor, int]:
    """The decoder's states (N, L, D), the last A of them those before each token of the answers, and where the
    photo's global view begins in them."""
    count = q.ids.shape[0]
    embeds, start = photo_prompt(model, answers, *seen)
    before = [embeds]
    fed = q.ids
    if q.slots is not None and stream is not None:
        fed = corrupt(q.ids, q.weights, 0.05)
        marker = forward.embed(model, prompt_ids(answers, count, answers.prompt("voice")))
        before += [marker.to(embeds.dtype), stream(q.slots).to(embeds.dtype)]
    tail = forward.embed(model, torch.cat([prompt_ids(answers, count, answers.closing), fed[:, :-1]], 1))
    return forward.decode(model, torch.cat([*before, tail.to(embeds.dtype)], 1)), start


@cache
def class_weight() -> torch.Tensor:
    return torch.tensor(CLASS_WEIGHT, device=training.device())


def dense_loss(head: nn.Linear, hidden: torch.Tensor, start: int, dense: torch.Tensor) -> torch.Tensor:
    cells = dense.shape[-1]
    view = hidden[:, start : start + cells * (cells + 1)].reshape(len(hidden), cells, cells + 1, -1)[:, :, :cells]
    scores = head(view).float().flatten(0, 2)
    return F.cross_entropy(scores, dense.flatten(), weight=class_weight(), ignore_index=-100)


@torch.no_grad()
def p_ng(
    model: Phi4MultimodalForCausalLM, answers: Answers, golden: torch.Tensor | None, test: torch.Tensor
) -> torch.Tensor:
    """Probability of NG against OK, (N,), uncalibrated."""
    count = test.shape[0]
    _, [seen] = look(model, Batch(golden, test, [], test[:, 0, 0]))
    embeds, _ = photo_prompt(model, answers, *seen)
    closing = prompt_ids(answers, count, answers.closing, answers.encode('{"verdict": "'))
    hidden = forward.decode(model, torch.cat([embeds, forward.embed(model, closing).to(embeds.dtype)], 1))
    scores = forward.logits(model, hidden[:, -1])
    return torch.sigmoid(scores[:, answers.encode("NG")[0]] - scores[:, answers.encode("OK")[0]])


@torch.no_grad()
def measure(model: Phi4MultimodalForCausalLM, answers: Answers, real: RealPhotos, split: str) -> dict[str, float]:
    """AUROC on real photos as they are: tiles alone, boards and aliens beside golden photos."""
    with training.plainly():
        return _measure(model, answers, real, split)


def _measure(model: Phi4MultimodalForCausalLM, answers: Answers, real: RealPhotos, split: str) -> dict[str, float]:
    found = {}
    for name in ("magnetic_tile", "deeppcb", "aliens"):
        rows = real.indices(name, split)
        if name == "deeppcb":
            goldens = [[real.rows[i]["golden_index"] if real.rows[i]["golden_index"] is not None else i] for i in rows]
        elif name == "aliens":
            good = real.indices("aliens", "train", "OK")[:3]
            goldens = [good for _ in rows]
        else:
            goldens = [[] for _ in rows]
        scores = []
        for at in range(0, len(rows), 64):
            test, golden = real.take(rows[at : at + 64]), goldens[at : at + 64]
            with training.autocast():
                if not golden[0]:
                    scores.append(p_ng(model, answers, None, test))
                else:
                    runs = [
                        p_ng(model, answers, real.take([g[k] for g in golden]), test) for k in range(len(golden[0]))
                    ]
                    scores.append(torch.stack(runs).mean(0))
        bad = torch.tensor([real.rows[i]["verdict"] == "NG" for i in rows], device=scores[0].device)
        told = figures.auroc(torch.cat(scores).tolist(), bad.tolist())
        found[name] = told.value if told else float("nan")
    return found


class Whole(nn.Module):
    """The class of a photo as a whole from the mean of its features: a second target that no token has to wait for."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.linear = nn.Linear(2 * width, len(DENSE))

    def loss(self, features: torch.Tensor, classes: torch.Tensor) -> torch.Tensor:
        """`features` (N, cells, cells, D) of single photos, `classes` (N,) as `Batch.whole` gives them."""
        flat = features.flatten(1, 2).float()
        scores = self.linear(torch.cat([flat.mean(1), flat.amax(1)], 1))
        return F.cross_entropy(scores, classes, ignore_index=-100)


def encoder_alone(model: Phi4MultimodalForCausalLM, mixer: Mixer, whole: Whole, until: float, size: int) -> None:
    """Dense targets straight from the encoder's features, single photos: what a defect looks like."""
    image = model.model.embed_tokens_extend.image_embed
    head = nn.Linear(image.image_dim_out, len(DENSE)).to(training.device())
    eye = image.img_processor
    trainer = training.Trainer(
        [(eye.encoder.parameters(), 8e-4), (eye.embeddings.parameters(), 8e-4), (head.parameters(), 8e-4),
         (whole.parameters(), 8e-4)]
    )  # fmt: skip
    clock = training.Clock(until)

    def make() -> tuple[Batch, torch.Tensor]:
        b = mixer.singles(size, min(1.0, 0.3 + clock.step / 1500))
        return b, torch.tensor(b.whole, device=b.test.device)

    ahead = training.Ahead(make)
    for share in clock:
        b, classes = ahead.take()
        with training.autocast():
            features = forward.image_features(model, b.test)
            scores = head(features).float()
        dense = F.cross_entropy(scores.flatten(0, 2), b.dense.flatten(), weight=class_weight(), ignore_index=-100)
        trainer.step(dense + 0.5 * whole.loss(features, classes), min(share, 0.6))
        ahead.prepare()
        if clock.step % 200 == 0:
            hit = scores.argmax(-1)[b.dense > 0] == b.dense[b.dense > 0]
            print(f"vision encoder {clock.step}: cells right {hit.float().mean().item():.3f}", flush=True)


@dataclass
class Lesson:
    """One step's photos and questions; `classes` (N,) are those of the single photos as a whole."""

    pairs: Batch
    singles: Batch
    of_pairs: Asked
    of_singles: Asked
    classes: torch.Tensor


def lesson_loss(
    model: Phi4MultimodalForCausalLM,
    head: nn.Linear,
    whole: Whole,
    answers: Answers,
    stream: LetterStream,
    x: Lesson,
) -> tuple[torch.Tensor, dict[str, torch.Tensor]]:
    """The loss to train on and its parts."""
    with training.autocast():
        features, (seen_a, seen_b) = look(model, x.pairs, x.singles)
        dense_a, answer_a = losses(model, head, answers, x.pairs, seen_a, x.of_pairs, stream)
        dense_b, answer_b = losses(model, head, answers, x.singles, seen_b, x.of_singles, stream)
        loss = 3 * (0.6 * dense_a + 0.4 * dense_b) + 0.6 * answer_a + 0.4 * answer_b
        loss = loss + 0.3 * whole.loss(features[-len(x.classes) :], x.classes)
    note = " with a note" if x.of_pairs.slots is not None else ""
    return loss, {"dense pairs": dense_a, "dense photos": dense_b, f"pairs{note}": answer_a, f"photos{note}": answer_b}


def run(
    folder: Path,
    out: Path,
    text: Path,
    rows: list[dict[str, Any]],
    alone: float,
    until: float,
    pairs: int = 256,
    singles: int = 160,
) -> None:
    """`alone`, `until`: when the encoder's own phase and the stage end (`time.time()`). `rows` as in the text stage."""
    answers, device, r = Answers(folder), training.device(), random.Random(11)
    model, mixtures, _ = training.restore(None)
    real, scenes = RealPhotos(folder, device), Scenes(device)
    mixer = Mixer(real, scenes, read_cutouts(folder, device))
    image = model.model.embed_tokens_extend.image_embed
    training.compile_methods(scenes, "_ground", "_cover", "_lay", "on_surface", "_lost", "expose")
    training.compile_layers([*image.img_processor.encoder.layers, *model.model.layers])
    whole = Whole(image.image_dim_out).to(device)
    encoder_alone(model, mixer, whole, alone, pairs + singles)
    letters = Letters(answers)
    stream = reader(training.take_text(model, text), letters, model.config.hidden_size)
    written = Written(answers, letters, write_notes(20_000, *vocabulary(rows), seed=8), seed=8)
    head = nn.Linear(model.config.hidden_size, len(DENSE)).to(device)
    lora = mixture.add(mixtures, "vis_lora", blueprint.RANKS["vis_lora"])
    mixture.use(mixtures, "vis_lora")
    used = [p for n, p in image.named_parameters() if "head." not in n and "post_layernorm" not in n]
    trainer = training.Trainer([(used, 7e-4), (lora, 1e-3), (head.parameters(), 8e-4), (whole.parameters(), 8e-4)])
    clock = training.Clock(until)
    sizes = [pairs, singles]

    def make() -> Lesson:
        jitter = min(1.0, 0.2 + clock.step / 2500)
        batches = mixer.pairs(sizes[0], jitter), mixer.singles(sizes[1], jitter)
        spoken = clock.step % 3 == 0
        a, b = (asked_with_notes(answers, written, r, x) if spoken else asked(answers, x) for x in batches)
        return Lesson(*batches, a, b, torch.tensor(batches[1].whole, device=device))

    ahead = training.Ahead(make)
    for share in clock:
        lesson = ahead.take()
        try:
            loss, said = lesson_loss(model, head, whole, answers, stream, lesson)
            trainer.step(loss, share)
        except torch.OutOfMemoryError:
            sizes = [n * 3 // 4 for n in sizes]
            print(f"vision: the memory is too small, from now on {sizes[0]} pairs and {sizes[1]} photos", flush=True)
            torch.cuda.empty_cache()
            said = {}
        ahead.prepare()
        if clock.step % 250 == 0:
            print(f"vision {clock.step} {share:.2f}:", {k: round(v.item(), 3) for k, v in said.items()}, flush=True)
        if clock.step % 1000 == 999:
            found = {k: round(v, 3) for k, v in measure(model, answers, real, "val").items()}
            print("vision", clock.step, found, flush=True)
            training.save(model, mixtures, out, {"head.weight": head.weight, "head.bias": head.bias})
    training.save(model, mixtures, out, {"head.weight": head.weight, "head.bias": head.bias})
    val, test = (measure(model, answers, real, split) for split in ("val", "test"))
    print(f"vision: {clock.step} steps; val {val}; test {test}", flush=True)
