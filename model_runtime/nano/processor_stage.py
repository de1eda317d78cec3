"""Stage 5, on a processor: what stage 4 learns, on photos and voices that went through the frozen encoders once.

    python -m model_runtime.nano.processor_stage RUN/parts .work/nano .work/processor --minutes 20 --speech .work/voice

Only the decoder runs in each step, in bfloat16: the defect LoRA and the projector that lets a voice speak beside a
photo are trained, as a site trains its adapter. `--speech` is a folder with speech.npy; by default the prepared one.
"""

import argparse
import random
import time
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import nn

from model_runtime.nano import blueprint, mixture, training
from model_runtime.nano.answers import Answers
from model_runtime.nano.assemble import read_parts
from model_runtime.nano.forward import LogMel
from model_runtime.nano.make import parts
from model_runtime.nano.photos import DENSE, Batch, Mixer, RealPhotos, read_cutouts
from model_runtime.nano.scenes import Scenes
from model_runtime.nano.sound import SoundBatch, Speech
from model_runtime.nano.speech_stage import states, voice_loss
from model_runtime.nano.together_stage import VOICE_AT_MOST, spoken_losses
from model_runtime.nano.vision_stage import asked, look, losses


@dataclass
class Seen:
    """A batch of photos as image tokens; the pixels are not kept."""

    photos: Batch
    tokens: tuple[torch.Tensor, torch.Tensor | None]


@dataclass
class Heard:
    """A batch of notes as states of the audio encoder."""

    sound: SoundBatch
    hidden: torch.Tensor
    count: torch.Tensor


class Stage:
    def __init__(self, source: Path, folder: Path, speech: Path, work: Path) -> None:
        start = work / "start.safetensors"
        weights = read_parts(source)
        save_file({k: v.float() for k, v in weights.items() if not k.startswith("lora.defect.")}, start)
        self.model, self.mixtures, _ = training.restore(start)
        self.answers, self.head = Answers(folder), nn.Linear(self.model.config.hidden_size, len(DENSE))
        self.mixer = Mixer(RealPhotos(folder, "cpu"), Scenes("cpu"), read_cutouts(folder, "cpu"), seed=21)
        self.speech, self.mel = Speech(speech, "cpu", seed=21), LogMel()

    @torch.no_grad()
    def see(self, batch: Batch) -> Seen:
        with torch.autocast("cpu", torch.bfloat16):
            _, [tokens] = look(self.model, batch)
        nothing = batch.test[:, :1, :1, :1]
        return Seen(Batch(nothing if batch.golden is not None else None, nothing, batch.targets, batch.dense), tokens)

    @torch.no_grad()
    def hear(self, count: int) -> Heard:
        b = self.speech.draw(count, notes_only=True)
        hidden, frames = states(self.model, self.mel, self.speech, b, augment=True)
        most = slice(VOICE_AT_MOST)
        return Heard(SoundBatch(b.sound[:, :1], b.samples, b.rows), hidden[:, most], frames.clamp(max=VOICE_AT_MOST))


def run(stage: Stage, out: Path, minutes: float, rate: float, seen: list[Seen], heard: list[Heard]) -> None:
    r, model = random.Random(4), stage.model
    audio = model.model.embed_tokens_extend.audio_embed
    projector = [*audio.up_proj_for_vision_speech.parameters(), *audio.down_proj_for_vision_speech.parameters()]
    lora = mixture.add(stage.mixtures, "defect", blueprint.RANKS["defect"])
    trainer = training.Trainer([(projector, 4e-4), (lora, rate)], warm=30)
    clock = training.Clock(time.time() + minutes * 60)
    for share in clock:
        kind = r.random()
        with torch.autocast("cpu", torch.bfloat16):
            if kind < 0.15:
                mixture.use(stage.mixtures, "sp_lora", "defect")
                note = r.choice(heard)
                loss = voice_loss(model, stage.answers, note.hidden, note.count, note.sound.rows, r)
            else:
                mixture.use(stage.mixtures, "vis_lora", "defect")
                shown, note = r.choice(seen), r.choice(heard)
                if kind < 0.4:
                    _, loss = losses(model, stage.head, stage.answers, shown.photos, shown.tokens,
                                     asked(stage.answers, shown.photos), None)  # fmt: skip
                else:
                    _, loss = spoken_losses(model, stage.head, stage.answers, shown.photos, shown.tokens, note.hidden,
                                            note.count, note.sound)  # fmt: skip
        trainer.step(loss, share)
        if clock.step % 20 == 0:
            print(f"processor {clock.step} {share:.2f}: {'voice' if kind < 0.15 else 'photo' if kind < 0.4 else 'both'}"
                  f" {loss.item():.3f}", flush=True)  # fmt: skip
    training.save(model, stage.mixtures, out)
    print(f"processor: {clock.step} steps", flush=True)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("parts", type=Path)
    options.add_argument("folder", type=Path)
    options.add_argument("out", type=Path)
    options.add_argument("--minutes", type=float, default=20.0)
    options.add_argument("--rate", type=float, default=3e-4, help="learning rate of the defect LoRA")
    options.add_argument("--batches", type=int, default=60)
    options.add_argument("--size", type=int, default=16)
    options.add_argument("--speech", type=Path)
    given = options.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    stage = Stage(given.parts, given.folder, given.speech or given.folder, given.out)
    seen, heard = [], []
    for number in range(given.batches):
        seen.append(
            stage.see(stage.mixer.pairs(given.size, 1.0) if number % 2 else stage.mixer.singles(given.size, 1.0))
        )
        heard += [stage.hear(given.size) for _ in range(2)]
    print(f"seen {len(seen)} batches, heard {len(heard)}", flush=True)
    run(stage, given.out / "processor.safetensors", given.minutes, given.rate, seen, heard)
    parts(given.out / "processor.safetensors", given.out / "parts")


if __name__ == "__main__":
    main()
