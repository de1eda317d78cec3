"""Stages 4 and 5, photo and voice together.

Joint: vision LoRA, both projectors of the vision mode and, slowly, the vision encoder; the audio encoder stays as it
is. Defect: only the small defect-judgment LoRA on top, the photos of real products more often, voice alone too. The
verdict's target is the photo's truth whatever the voice says, so that a voice that contradicts the photo can be told.
"""

import random
import time
from dataclasses import replace
from pathlib import Path

import torch
from torch import nn
from transformers import Phi4MultimodalForCausalLM

from model_runtime.nano import blueprint, forward, mixture, training
from model_runtime.nano.answers import Answers, Target
from model_runtime.nano.forward import LogMel
from model_runtime.nano.photos import DENSE, Batch, Mixer, RealPhotos
from model_runtime.nano.scenes import Scenes
from model_runtime.nano.sound import SoundBatch, Speech
from model_runtime.nano.speech_stage import corrupt, states, voice_loss
from model_runtime.nano.vision_stage import dense_loss, losses, measure, p_ng, photo_prompt

SPOKEN_ANSWER = 72
VOICE_AT_MOST = 75  # audio tokens beside a photo in training: six seconds


def spoken_targets(answers: Answers, targets: list[Target], b: SoundBatch) -> list[Target]:
    return [
        replace(t, heard=answers.encode(row["text"]), says=row["says"]) for t, row in zip(targets, b.rows, strict=True)
    ]


def spoken_losses(
    model: Phi4MultimodalForCausalLM,
    head: nn.Linear,
    answers: Answers,
    photos: Batch,
    hidden: torch.Tensor,
    count: torch.Tensor,
    sound: SoundBatch,
) -> tuple[torch.Tensor, torch.Tensor]:
    """Dense and answer loss of photos with a note beside each."""
    rows = photos.test.shape[0]
    embeds, start, _ = photo_prompt(model, answers, photos)
    marker = forward.embed(model, torch.tensor(answers.prompt("voice"), device=embeds.device).expand(rows, -1)).to(
        embeds.dtype
    )
    audio = forward.audio_tokens(model, hidden, "vision").to(embeds.dtype)
    ids, weights = answers.batch(
        spoken_targets(answers, photos.targets, sound), photo=True, voice=True, device=embeds.device
    )
    closing = torch.tensor(answers.closing, device=embeds.device).expand(rows, -1)
    before = torch.cat([embeds, marker], 1)
    fed = corrupt(ids, weights, 0.05)
    fixed, tail = (
        torch.full_like(count, before.shape[1]),
        forward.embed(model, torch.cat([closing, fed[:, :-1]], 1)).to(before.dtype),
    )
    width = before.shape[1] + VOICE_AT_MOST + tail.shape[1]
    joined, total = forward.place_rows(
        [(before, fixed), (audio, count), (tail, torch.full_like(count, tail.shape[1]))], width
    )
    states_all = forward.decode(model, joined)
    at = (total - ids.shape[1])[:, None] + torch.arange(ids.shape[1], device=ids.device)
    answer = forward.answer_loss(model, states_all[torch.arange(rows, device=ids.device)[:, None], at], ids, weights)
    return dense_loss(head, states_all, start, photos.dense), answer


class Joint:
    """The parts that both stages use."""

    def __init__(self, folder: Path, start: Path) -> None:
        self.answers, self.device = Answers(folder), training.device()
        self.model, self.mixtures, extra = training.restore(start)
        self.head = nn.Linear(self.model.config.hidden_size, len(DENSE)).to(self.device)
        with torch.no_grad():
            self.head.weight.copy_(extra["head.weight"])
            self.head.bias.copy_(extra["head.bias"])
        self.real, scenes = RealPhotos(folder, self.device), Scenes(self.device)
        training.compile_parts(self.model, scenes)
        self.mixer = Mixer(self.real, scenes, seed=5)
        self.speech, self.mel = Speech(folder, self.device, seed=5), LogMel().to(self.device)
        self.extra = {"head.weight": self.head.weight, "head.bias": self.head.bias}

    def voices(self, count: int) -> tuple[SoundBatch, torch.Tensor, torch.Tensor]:
        b = self.speech.draw(count, notes_only=True)
        with torch.no_grad():
            hidden, frames = states(self.model, self.mel, self.speech, b, augment=True)
        return b, hidden[:, :VOICE_AT_MOST], frames.clamp(max=VOICE_AT_MOST)

    def loss(self, pairs: int, singles: int) -> tuple[torch.Tensor, dict[str, float]]:
        """One step's loss: pairs or singles by turns carry a note, the others are photo only."""
        total, said = torch.zeros((), device=self.device), {}
        for name, photos in (("pair", self.mixer.pairs(pairs, 1.0)), ("single", self.mixer.singles(singles, 1.0))):
            spoken = self.mixer.r.random() < 0.6
            if spoken:
                b, hidden, count = self.voices(photos.test.shape[0])
                with training.autocast():
                    dense, answer = spoken_losses(self.model, self.head, self.answers, photos, hidden, count, b)
            else:
                with training.autocast():
                    dense, answer = losses(self.model, self.head, self.answers, photos)
            total = total + dense + answer
            said[f"{name}{' spoken' if spoken else ''}"] = float(answer.detach())
        return total, said


def run_joint(
    folder: Path, out: Path, vision: Path, speech: Path, until: float, pairs: int = 192, singles: int = 96
) -> Joint:
    j = Joint(folder, vision)
    training.copy_part(j.model, speech, "model.embed_tokens_extend.audio_embed.")
    from safetensors.torch import load_file

    weights = {k[len("lora.sp_lora.") :]: v for k, v in load_file(speech).items() if k.startswith("lora.sp_lora.")}
    mixture.load(j.mixtures, "sp_lora", {k: v.to(j.device) for k, v in weights.items()})
    mixture.join(j.mixtures, "vis_lora", "sp_lora")  # it sees and, from the first step on, listens
    audio = j.model.model.embed_tokens_extend.audio_embed
    audio.up_proj_for_vision_speech.load_state_dict(audio.up_proj_for_speech.state_dict())
    audio.down_proj_for_vision_speech.load_state_dict(audio.down_proj_for_speech.state_dict())
    training.freeze(j.model)
    mixture.use(j.mixtures, "vis_lora")
    image = j.model.model.embed_tokens_extend.image_embed
    projector = [*audio.up_proj_for_vision_speech.parameters(), *audio.down_proj_for_vision_speech.parameters()]
    used = [p for n, p in image.named_parameters() if "head." not in n and "post_layernorm" not in n]
    trainer = training.Trainer([(used, 3e-4), (projector, 8e-4), (mixture.parameters(j.mixtures, "vis_lora"), 6e-4),
                                (j.head.parameters(), 3e-4)])  # fmt: skip
    clock, saved = training.Clock(until), time.time()
    for share in clock:
        loss, said = j.loss(pairs, singles)
        trainer.step(loss, share)
        if clock.step % 250 == 0:
            print(f"joint {clock.step} {share:.2f}:", {k: round(v, 3) for k, v in said.items()}, flush=True)
        if time.time() - saved > 45:
            training.save(j.model, j.mixtures, out, j.extra)
            saved = time.time()
    training.save(j.model, j.mixtures, out, j.extra)
    val, test = (measure(j.model, j.answers, j.real, split) for split in ("val", "test"))
    print(f"joint: {clock.step} steps; val {val}; test {test}", flush=True)
    return j


def run_defect(
    folder: Path, out: Path, joint: Path, until: float, pairs: int = 192, singles: int = 96, j: Joint | None = None
) -> None:
    j = j or Joint(folder, joint)
    training.freeze(j.model)
    lora = mixture.add(j.mixtures, "defect", blueprint.RANKS["defect"])
    trainer = training.Trainer([(lora, 8e-4), (j.head.parameters(), 1e-4)])
    r, clock = random.Random(3), training.Clock(until)
    for share in clock:
        mixture.use(j.mixtures, "vis_lora", "defect")
        loss, said = j.loss(pairs, singles)
        if r.random() < 0.4:
            mixture.use(j.mixtures, "sp_lora", "defect")
            b, hidden, count = j.voices(48)
            with training.autocast():
                voice = voice_loss(j.model, j.answers, hidden, count, b.rows)
            loss, said["voice"] = loss + voice, float(voice.detach())
        trainer.step(loss, share)
        if clock.step % 250 == 0:
            print(f"defect {clock.step} {share:.2f}:", {k: round(v, 3) for k, v in said.items()}, flush=True)
    mixture.use(j.mixtures, "vis_lora", "defect")
    temperature = fit_temperature(j)
    training.save(j.model, j.mixtures, out, {"temperature": torch.tensor([temperature])})
    test = measure(j.model, j.answers, j.real, "test")
    print(f"defect: {clock.step} steps; temperature {temperature:.2f}; test {test}", flush=True)


@torch.no_grad()
def fit_temperature(j: Joint) -> float:
    """One divisor of the verdict's log-odds, by the likelihood of the validation photos (tiles, boards, scenes)."""
    odds, bad = [], []
    for golden, rows in ((False, j.real.indices("magnetic_tile", "val")), (True, j.real.indices("deeppcb", "val"))):
        for at in range(0, len(rows), 32):
            part = rows[at : at + 32]
            goldens = (
                j.real.take(
                    [j.real.rows[i]["golden_index"] if j.real.rows[i]["golden_index"] is not None else i for i in part]
                )
                if golden
                else None
            )
            with training.autocast():
                p = p_ng(j.model, j.answers, goldens, j.real.take(part)).double().clamp(1e-6, 1 - 1e-6)
            odds.append(torch.log(p / (1 - p)))
            bad.append(torch.tensor([j.real.rows[i]["verdict"] == "NG" for i in part], device=j.device))
    score, truth = torch.cat(odds), torch.cat(bad).double()
    grid = [0.5 * 1.08**k for k in range(40)]
    return min(grid, key=lambda t: float(nn.functional.binary_cross_entropy_with_logits(score / t, truth)))
