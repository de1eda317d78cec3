"""Stage 4, photo and voice together: the defect LoRA over the frozen mixture, and the projector that lets a voice speak
beside a photo. Nothing is compiled: the stage is too short for it.

The vision LoRA has learned to listen to streams of letters already; so nothing of what sees is changed here. The defect
LoRA lies on the vision LoRA and on the speech LoRA and is trained on both. Of photos alone it learns to say what the
mixture says without it: answers of its own cost products never seen (aliens, mean of three golden photos: 0.943 before
200 steps of them, 0.875 after). Beside a voice the verdict's target is the photo's truth whatever the voice says, so
that a voice that contradicts the photo can be told.
"""

import random
from dataclasses import replace
from pathlib import Path

import torch
from torch import nn
from transformers import Phi4MultimodalForCausalLM

from model_runtime.nano import blueprint, curve, forward, mixture, training
from model_runtime.nano.answers import Answers, Target, corrupt
from model_runtime.nano.forward import LogMel
from model_runtime.nano.photos import DENSE, Batch, Mixer, RealPhotos, read_cutouts
from model_runtime.nano.scenes import Scenes
from model_runtime.nano.sound import SoundBatch, Speech
from model_runtime.nano.speech_stage import states, voice_loss
from model_runtime.nano.vision_stage import Asked, answering, asked, dense_loss, look, losses, photo_prompt, prompt_ids

VOICE_AT_MOST = 75
"""Audio tokens beside a photo in training: six seconds."""

UNCHANGED = 4.0
"""Weight of what photos alone must keep saying, against one nat of an answer's loss."""


def spoken_targets(answers: Answers, targets: list[Target], b: SoundBatch) -> list[Target]:
    return [
        replace(t, heard=answers.encode(row["text"]), says=row["says"]) for t, row in zip(targets, b.rows, strict=True)
    ]


def spoken_losses(
    model: Phi4MultimodalForCausalLM,
    head: nn.Linear,
    answers: Answers,
    photos: Batch,
    seen: tuple[torch.Tensor, torch.Tensor | None],
    hidden: torch.Tensor,
    count: torch.Tensor,
    sound: SoundBatch,
) -> tuple[torch.Tensor, torch.Tensor]:
    """Dense and answer loss of photos with a spoken note beside each."""
    rows = photos.test.shape[0]
    embeds, start = photo_prompt(model, answers, *seen)
    marker = forward.embed(model, prompt_ids(answers, rows, answers.prompt("voice"))).to(embeds.dtype)
    audio = forward.audio_tokens(model, hidden, "vision").to(embeds.dtype)
    ids, weights = answers.batch(
        spoken_targets(answers, photos.targets, sound), photo=True, voice=True, device=embeds.device
    )
    before = torch.cat([embeds, marker], 1)
    fed = torch.cat([prompt_ids(answers, rows, answers.closing), corrupt(ids, weights, 0.05)[:, :-1]], 1)
    tail = forward.embed(model, fed).to(before.dtype)
    width = before.shape[1] + VOICE_AT_MOST + tail.shape[1]
    pieces = [
        (before, torch.full_like(count, before.shape[1])),
        (audio, count),
        (tail, torch.full_like(count, tail.shape[1])),
    ]
    joined, total = forward.place_rows(pieces, width)
    states_all = forward.decode(model, joined)
    at = (total - ids.shape[1])[:, None] + torch.arange(ids.shape[1], device=ids.device)
    answer = forward.answer_loss(model, states_all[torch.arange(rows, device=ids.device)[:, None], at], ids, weights)
    return dense_loss(head, states_all, start, photos.dense), answer


class Together:
    """The frozen mixture, what it is shown, and what it is told."""

    def __init__(self, folder: Path, vision: Path, speech: Path) -> None:
        self.folder, self.answers, self.device = folder, Answers(folder), training.device()
        self.model, self.mixtures, extra = training.restore(vision)
        if speech != vision:
            training.copy_part(self.model, speech, "model.embed_tokens_extend.audio_embed.")
            mixture.load(self.mixtures, "sp_lora", training.lora_of(speech, "sp_lora", self.device))
        self.head = nn.Linear(self.model.config.hidden_size, len(DENSE)).to(self.device)
        if "head.weight" in extra:
            self.head.load_state_dict({k[5:]: v.to(self.device) for k, v in extra.items() if k.startswith("head.")})
        training.freeze(self.model)
        self.real, self.scenes = RealPhotos(folder, self.device), Scenes(self.device)
        self.mixer = Mixer(self.real, self.scenes, read_cutouts(folder, self.device), seed=5)
        self.mel = LogMel().to(self.device)
        self.speech: Speech | None = None

    def dense_head(self) -> dict[str, torch.Tensor]:
        """For `training.save`: the stage that comes next reads it."""
        return {"head.weight": self.head.weight, "head.bias": self.head.bias}

    def has_notes(self) -> bool:
        """Whether the notes are spoken already; they may come while the stage runs."""
        if self.speech is None and (self.folder / "speech.npy").exists():
            self.speech = Speech(self.folder, self.device, seed=5)
        return self.speech is not None

    def voices(self, count: int) -> tuple[SoundBatch, torch.Tensor, torch.Tensor]:
        assert self.has_notes() and self.speech is not None
        b = self.speech.draw(count, notes_only=True)
        with torch.no_grad():
            hidden, frames = states(self.model, self.mel, self.speech, b, augment=True)
        return b, hidden[:, :VOICE_AT_MOST], frames.clamp(max=VOICE_AT_MOST)

    def answered(
        self, photos: Batch, seen: tuple[torch.Tensor, torch.Tensor | None], spoken: bool
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Dense and answer loss of one batch of photos, with a note beside each where `spoken`."""
        if not spoken:
            q = asked(self.answers, photos)
            return losses(self.model, self.head, self.answers, photos, seen, q, None)
        b, hidden, count = self.voices(photos.test.shape[0])
        return spoken_losses(self.model, self.head, self.answers, photos, seen, hidden, count, b)

    def spoken(self, photos: Batch) -> tuple[torch.Tensor, torch.Tensor]:
        """Dense and answer loss of photos with a note beside each, with what sees frozen."""
        with torch.no_grad(), training.autocast():
            _, [seen] = look(self.model, photos)
        with training.autocast():
            return self.answered(photos, seen, spoken=True)

    def unchanged(self, photos: Batch) -> torch.Tensor:
        """How far the defect LoRA moves the answers to photos alone: divergence (nats) from the mixture without it."""
        q = asked(self.answers, photos)
        asks = q.weights > 0
        with torch.no_grad(), training.autocast():
            _, [seen] = look(self.model, photos)
            mixture.use(self.mixtures, "vis_lora")
            wanted = self._scores(seen, q, asks).log_softmax(-1)
        mixture.use(self.mixtures, "vis_lora", "defect")
        with training.autocast():
            said = self._scores(seen, q, asks).log_softmax(-1)
        apart = (wanted.exp() * (wanted - said)).sum(-1)
        return (apart * q.weights[asks]).sum() / q.weights.sum().clamp(min=1)

    def _scores(self, seen: tuple[torch.Tensor, torch.Tensor | None], q: Asked, asks: torch.Tensor) -> torch.Tensor:
        """Scores (M, vocabulary) at the M answer tokens that are asked."""
        hidden, _ = answering(self.model, self.answers, seen, q, None)
        return forward.logits(self.model, hidden[:, -q.ids.shape[1] :][asks])


def run(
    folder: Path, out: Path, vision: Path, speech: Path, until: float, pairs: int = 192, singles: int = 160
) -> None:
    t = Together(folder, vision, speech)
    audio = t.model.model.embed_tokens_extend.audio_embed
    projector = [*audio.up_proj_for_vision_speech.parameters(), *audio.down_proj_for_vision_speech.parameters()]
    lora = mixture.add(t.mixtures, "defect", blueprint.RANKS["defect"])
    trainer = training.Trainer([(lora, 6e-4), (projector, 4e-4), (t.head.parameters(), 1e-4)])
    r, clock = random.Random(3), training.Clock(until)
    ahead = training.Ahead(lambda: (t.mixer.pairs(pairs, 1.0), t.mixer.singles(singles, 1.0)))
    for share in clock:
        mixture.use(t.mixtures, "vis_lora", "defect")
        total, said = torch.zeros((), device=t.device), {}
        for name, photos in zip(("pair", "single"), ahead.take(), strict=True):
            if r.random() < 0.5:
                dense, answer = t.spoken(photos)
                total, said[f"{name} with a voice"] = total + 0.5 * dense + answer, answer
            else:
                said[f"{name} moved"] = t.unchanged(photos)
                total = total + UNCHANGED * said[f"{name} moved"]
        if r.random() < 0.5:
            mixture.use(t.mixtures, "sp_lora", "defect")
            b, hidden, count = t.voices(96)
            with training.autocast():
                said["voice"] = voice_loss(t.model, t.answers, hidden, count, b.rows, r)
            total = total + said["voice"]
        trainer.step(total, share)
        ahead.prepare()
        if clock.step % 200 == 199:
            mixture.use(t.mixtures, "vis_lora", "defect")
            curve.note(out.parent / "curve.jsonl", "together", clock.step + 1, **curve.eye(t.model, t.answers, t.real))
        if clock.step % 200 == 0:
            print(f"together {clock.step} {share:.2f}:", {k: round(v.item(), 3) for k, v in said.items()}, flush=True)
    mixture.use(t.mixtures, "vis_lora", "defect")
    training.save(t.model, t.mixtures, out)
    found = curve.eye(t.model, t.answers, t.real)
    curve.note(out.parent / "curve.jsonl", "together", clock.step, **found)
    print(f"together: {clock.step} steps; {found}", flush=True)
