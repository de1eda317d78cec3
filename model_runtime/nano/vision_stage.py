"""Stage 2, vision: the encoder alone against dense targets, then encoder, projector and vision LoRA under the decoder.

The dense target (defect class of each image token of the test photo) is read by a linear head from the decoder's last
states, beside the answer's tokens: with the answer alone nothing is learned in any affordable time.
"""

from pathlib import Path

import torch
import torch.nn.functional as F
from torch import nn
from transformers import Phi4MultimodalForCausalLM

from model_runtime.nano import blueprint, forward, mixture, tokens, training
from model_runtime.nano.answers import Answers
from model_runtime.nano.photos import DENSE, Batch, Mixer, RealPhotos
from model_runtime.nano.scenes import Scenes

ANSWER = 24  # tokens of the longest judgment without a voice
CLASS_WEIGHT = [0.3, *([1.0] * (len(DENSE) - 1))]


def prompt_ids(answers: Answers, count: int, *pieces: tuple[int, ...]) -> torch.Tensor:
    return torch.tensor([i for piece in pieces for i in piece], device=training.device()).expand(count, -1)


def photo_prompt(
    model: Phi4MultimodalForCausalLM, answers: Answers, b: Batch
) -> tuple[torch.Tensor, int, torch.Tensor]:
    """Embeds of the prompt up to the photo's end, where the photo's global view begins in it, the test features."""
    count = b.test.shape[0]
    pictures = b.test if b.golden is None else torch.cat([b.golden, b.test])
    features = forward.image_features(model, pictures)
    seen = forward.image_tokens(model, features)

    def say(*pieces: tuple[int, ...]) -> torch.Tensor:
        return forward.embed(model, prompt_ids(answers, count, *pieces)).to(seen.dtype)

    if b.golden is None:
        parts = [say((tokens.USER,), answers.prompt("photo")), seen]
    else:
        parts = [
            say((tokens.USER,), answers.prompt("golden")),
            seen[:count],
            say(answers.prompt("photo")),
            seen[count:],
        ]
    embeds = torch.cat(parts, 1)
    rows = blueprint.CELLS * (blueprint.CELLS + 1)
    return embeds, embeds.shape[1] - rows, features[-count:]


def losses(
    model: Phi4MultimodalForCausalLM, head: nn.Linear, answers: Answers, b: Batch
) -> tuple[torch.Tensor, torch.Tensor]:
    """Dense loss on the photo's tokens, answer loss; photo only."""
    count, device = b.test.shape[0], b.test.device
    embeds, start, _ = photo_prompt(model, answers, b)
    ids, weights = answers.batch(b.targets, photo=True, voice=False, device=device, width=ANSWER)
    closing = prompt_ids(answers, count, answers.closing)
    tail = forward.embed(model, torch.cat([closing, ids[:, :-1]], 1)).to(embeds.dtype)
    hidden = forward.decode(model, torch.cat([embeds, tail], 1))
    return dense_loss(head, hidden, start, b.dense), forward.answer_loss(
        model, hidden[:, -ids.shape[1] :], ids, weights
    )


def dense_loss(head: nn.Linear, hidden: torch.Tensor, start: int, dense: torch.Tensor) -> torch.Tensor:
    cells = dense.shape[-1]
    view = hidden[:, start : start + cells * (cells + 1)].reshape(len(hidden), cells, cells + 1, -1)[:, :, :cells]
    weight = torch.tensor(CLASS_WEIGHT, device=hidden.device)
    return F.cross_entropy(head(view).float().flatten(0, 2), dense.flatten(), weight=weight, ignore_index=-100)


@torch.no_grad()
def p_ng(
    model: Phi4MultimodalForCausalLM, answers: Answers, golden: torch.Tensor | None, test: torch.Tensor
) -> torch.Tensor:
    """Probability of NG against OK, (N,), uncalibrated."""
    count = test.shape[0]
    embeds, _, _ = photo_prompt(model, answers, Batch(golden, test, [], test[:, 0, 0]))
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
        found[name] = training.auroc(torch.cat(scores).float(), bad)
    return found


def encoder_alone(model: Phi4MultimodalForCausalLM, mixer: Mixer, until: float, size: int) -> None:
    """Dense targets straight from the encoder's features, single photos: what a defect looks like."""
    image = model.model.embed_tokens_extend.image_embed
    head = nn.Linear(image.image_dim_out, len(DENSE)).to(training.device())
    eye = image.img_processor
    trainer = training.Trainer(
        [(eye.encoder.parameters(), 8e-4), (eye.embeddings.parameters(), 8e-4), (head.parameters(), 8e-4)]
    )
    clock = training.Clock(until)
    weight = torch.tensor(CLASS_WEIGHT, device=training.device())
    for share in clock:
        b = mixer.singles(size, min(1.0, 0.3 + clock.step / 1500))
        with training.autocast():
            scores = head(forward.image_features(model, b.test)).float()
        trainer.step(
            F.cross_entropy(scores.flatten(0, 2), b.dense.flatten(), weight=weight, ignore_index=-100), min(share, 0.6)
        )
        if clock.step % 200 == 0:
            hit = scores.argmax(-1)[b.dense > 0] == b.dense[b.dense > 0]
            print(f"vision encoder {clock.step}: cells right {hit.float().mean().item():.3f}", flush=True)


def run(folder: Path, out: Path, text: Path, alone: float, until: float, pairs: int = 224, singles: int = 128) -> None:
    """`alone`, `until`: when the encoder's own phase and the stage end, as `time.time()`."""
    answers, device = Answers(folder), training.device()
    model, mixtures, _ = training.restore(None)
    real, scenes = RealPhotos(folder, device), Scenes(device)
    training.compile_parts(model, scenes)
    mixer = Mixer(real, scenes)
    encoder_alone(model, mixer, alone, pairs + singles)
    training.take_text(model, text)
    image = model.model.embed_tokens_extend.image_embed
    head = nn.Linear(model.config.hidden_size, len(DENSE)).to(device)
    lora = mixture.add(mixtures, "vis_lora", blueprint.SEEING)
    mixture.use(mixtures, "vis_lora")
    used = [p for n, p in image.named_parameters() if "head." not in n and "post_layernorm" not in n]
    trainer = training.Trainer([(used, 7e-4), (lora, 1e-3), (head.parameters(), 8e-4)])
    clock = training.Clock(until)
    for share in clock:
        jitter = min(1.0, 0.2 + clock.step / 2500)
        with training.autocast():
            dense_a, answer_a = losses(model, head, answers, mixer.pairs(pairs, jitter))
            dense_b, answer_b = losses(model, head, answers, mixer.singles(singles, jitter))
            loss = 3 * (0.6 * dense_a + 0.4 * dense_b) + 0.6 * answer_a + 0.4 * answer_b
        trainer.step(loss, share)
        if clock.step % 250 == 0:
            print(f"vision {clock.step} {share:.2f}: dense {dense_a.item():.3f} {dense_b.item():.3f}"
                  f" answer {answer_a.item():.3f} {answer_b.item():.3f}", flush=True)  # fmt: skip
        if clock.step % 1500 == 1499:
            print(
                "vision",
                clock.step,
                {k: round(v, 3) for k, v in measure(model, answers, real, "val").items()},
                flush=True,
            )
            training.save(model, mixtures, out, {"head.weight": head.weight, "head.bias": head.bias})
    training.save(model, mixtures, out, {"head.weight": head.weight, "head.bias": head.bias})
    val, test = (measure(model, answers, real, split) for split in ("val", "test"))
    print(f"vision: {clock.step} steps; val {val}; test {test}", flush=True)
