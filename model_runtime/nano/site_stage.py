"""Stage 6, on a processor: the defect LoRA alone learns tiles, boards and the demonstration part; all else is frozen.

    python -m model_runtime.nano.site_stage RUN/parts .work/nano .work/site --minutes 20

As a site will train it: the encoders never change, so every photo goes through them once, in a few exposures, and only
the decoder runs in each step. Drawing the demonstration part's photos takes some minutes the first time.
"""

import argparse
import math
import os
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from transformers import Phi4MultimodalForCausalLM

from model_runtime.nano import flaws, forward, mixture, studio, tokens, training
from model_runtime.nano.answers import Answers, Target
from model_runtime.nano.assemble import read_parts
from model_runtime.nano.flange import SCREWS, Pose
from model_runtime.nano.make import parts
from model_runtime.nano.photos import RealPhotos, severity
from model_runtime.nano.scenes import SIDE, Scenes
from model_runtime.nano.sound import Speech
from model_runtime.nano.speech_stage import states, voice_loss

EXPOSURES = 3
GRID = 8


def demo_photo(number: int) -> tuple[np.ndarray, str, float, float]:
    """One random unit of the demonstration part at the model's size: photo, flaw or none, its place in -1..1."""
    studio.FINE = 1  # a quarter of the work; the photo is made small anyway
    studio.SCALE = studio.HEIGHT * studio.FINE / 2
    r = np.random.default_rng([77, number])
    kind = "none" if number % 2 else str(r.choice(flaws.KINDS))
    x, y = float(r.uniform(-0.7, 0.7)), float(r.uniform(-0.45, 0.45))
    if kind == "missing":
        x, y = SCREWS[int(r.integers(len(SCREWS)))]
    elif kind == "chip":
        turn = r.uniform(0, 2 * math.pi)
        x, y = (0.95 * math.cos(turn), 0.655 * np.sign(math.sin(turn))) if r.random() < 0.6 else (1.0 * np.sign(x), y)
    pose = Pose(float(r.uniform(-0.03, 0.03)), float(r.uniform(-0.02, 0.02)), float(r.uniform(-1.5, 1.5)))
    light = studio.Light((float(r.uniform(-0.7, -0.5)), float(r.uniform(-0.78, -0.6))), key=float(r.uniform(5, 6.1)),
                         warmth=float(r.uniform(-0.03, 0.05)))  # fmt: skip
    relief = flaws.unit(pose, r, flaws.Flaw(kind, x, y) if kind != "none" else None)
    photo = studio.photograph(relief, light, studio.Exposure(float(r.uniform(1.15, 1.32))), r)
    small = Image.fromarray((photo * 255 + 0.5).astype(np.uint8)).resize((SIDE, SIDE), Image.Resampling.BICUBIC)
    return np.asarray(small), kind, (x + pose.x) * studio.HEIGHT / studio.WIDTH, y + pose.y


def demo_photos(folder: Path, count: int) -> tuple[torch.Tensor, list[Target]]:
    """`count` photos of the demonstration part, drawn once and kept in `folder`."""
    path = folder / f"demo-{count}.npz"
    if not path.exists():
        with ProcessPoolExecutor(os.cpu_count()) as pool:
            drawn = list(pool.map(demo_photo, range(count)))
        photos, kinds, xs, ys = zip(*drawn, strict=True)
        np.savez(path, photos=np.stack(photos), kinds=np.array(kinds), xs=np.array(xs), ys=np.array(ys))
    held = np.load(path)
    targets = []
    for kind, x, y in zip(held["kinds"].tolist(), held["xs"].tolist(), held["ys"].tolist(), strict=True):
        row, col = (min(GRID - 1, max(0, int((v + 1) / 2 * GRID))) for v in (y, x))
        targets.append(Target("OK") if kind == "none" else Target("NG", kind, severity(kind, 0.01), row, col))
    return torch.from_numpy(held["photos"]).permute(0, 3, 1, 2), targets


class Seen:
    """Photos as image tokens under several exposures: what the frozen encoder and projector make of them."""

    def __init__(
        self, model: Phi4MultimodalForCausalLM, scenes: Scenes, photos: torch.Tensor, jitter: float, flip: bool = False
    ) -> None:
        tokens_of = []
        with torch.no_grad(), training.autocast():
            for number in range(EXPOSURES):
                rows = []
                for part in torch.split(photos, 32):  # type: ignore[no-untyped-call]
                    picture = part.float() / 255
                    if flip and number % 2:
                        picture = picture.flip(-1)
                    if number:
                        picture, _ = scenes.photograph(picture, picture[:, 0] * 0, jitter)
                    rows.append(forward.image_tokens(model, forward.image_features(model, picture)).float())
                tokens_of.append(torch.cat(rows))
        self.tokens = torch.stack(tokens_of)

    def take(self, indices: list[int], r: np.random.Generator) -> torch.Tensor:
        return self.tokens[torch.from_numpy(r.integers(0, EXPOSURES, len(indices))), torch.tensor(indices)]


class Site:
    """The frozen model and what it has seen of three products."""

    def __init__(self, source: Path, folder: Path, work: Path, demos: int) -> None:
        weights = work / "start.safetensors"
        from safetensors.torch import save_file

        save_file({k: v.float() for k, v in read_parts(source).items()}, weights)
        self.model, self.mixtures, _ = training.restore(weights)
        self.answers, self.r = Answers(folder), np.random.default_rng(0)
        scenes, real = Scenes("cpu"), RealPhotos(folder, "cpu")
        photos, self.demo_targets = demo_photos(work, demos)
        self.demo = Seen(self.model, scenes, photos, 0.25)
        self.demo_good = [i for i, t in enumerate(self.demo_targets) if t.verdict == "OK"]
        tiles = real.indices("magnetic_tile", "train")
        self.tile_targets = [self._tile(real.rows[i]["verdict"], real.rows[i]["defect"]) for i in tiles]
        self.tiles = Seen(self.model, scenes, real.pixels[tiles], 0.3, flip=True)
        bad = real.indices("deeppcb", "train", "NG")
        self.boards = Seen(self.model, scenes, real.pixels[bad], 0.1)
        self.board_golden = Seen(self.model, scenes, real.pixels[[real.rows[i]["golden_index"] for i in bad]], 0.1)
        self.board_names = [str(real.rows[i]["defect"]) for i in bad]
        print(f"seen: {len(photos)} demonstration photos, {len(tiles)} tiles, {len(bad)} boards", flush=True)

    @staticmethod
    def _tile(verdict: str, defect: str) -> Target:
        return Target("OK") if verdict == "OK" else Target("NG", defect, severity(defect, 0.004))

    def loss(self, golden: torch.Tensor | None, test: torch.Tensor, targets: list[Target]) -> torch.Tensor:
        count = test.shape[0]

        def say(*pieces: int) -> torch.Tensor:
            return forward.embed(self.model, torch.tensor(pieces).expand(count, -1))

        parts_of = [say(tokens.USER)]
        if golden is not None:
            parts_of += [say(*self.answers.prompt("golden")), golden]
        parts_of += [say(*self.answers.prompt("photo")), test, say(*self.answers.closing)]
        ids, weights = self.answers.batch(targets, photo=True, voice=False, device="cpu")
        embeds = torch.cat([*parts_of, forward.embed(self.model, ids[:, :-1])], 1)
        hidden = forward.decode(self.model, embeds)
        return forward.answer_loss(self.model, hidden[:, -ids.shape[1] :], ids, weights)

    def pick(self, pool: int | list[int], count: int) -> list[int]:
        return [int(i) for i in self.r.choice(pool, count)]

    def demo_loss(self, count: int) -> torch.Tensor:
        chosen = self.pick(len(self.demo_targets), count)
        golden = self.demo.take(self.pick(self.demo_good, count), self.r)
        return self.loss(golden, self.demo.take(chosen, self.r), [self.demo_targets[i] for i in chosen])

    def tile_loss(self, count: int) -> torch.Tensor:
        bad = [i for i, t in enumerate(self.tile_targets) if t.verdict == "NG"]
        good = [i for i, t in enumerate(self.tile_targets) if t.verdict == "OK"]
        chosen = self.pick(bad, count // 2) + self.pick(good, count // 2)
        return self.loss(None, self.tiles.take(chosen, self.r), [self.tile_targets[i] for i in chosen])

    def board_loss(self, count: int) -> torch.Tensor:
        chosen = self.pick(len(self.board_names), count)
        shown, targets = [], []
        for i in chosen:
            bad = self.r.random() < 0.5
            shown.append((self.boards if bad else self.board_golden).take([i], self.r)[0])
            targets.append(Target("NG", self.board_names[i], "major") if bad else Target("OK"))
        return self.loss(self.board_golden.take(chosen, self.r), torch.stack(shown), targets)


def train(site: Site, speech: Speech | None, minutes: float) -> None:
    lora = mixture.parameters(site.mixtures, "defect")
    trainer = training.Trainer([(lora, 6e-4)], warm=20)
    clock, mel = training.Clock(time.time() + minutes * 60), forward.LogMel()
    for share in clock:
        mixture.use(site.mixtures, "vis_lora", "defect")
        losses = {"demo": site.demo_loss(16), "tiles": site.tile_loss(16), "boards": site.board_loss(8)}
        if speech is not None and clock.step % 3 == 0:  # what it hears must not be unlearned
            mixture.use(site.mixtures, "sp_lora", "defect")
            b = speech.draw(16, notes_only=True)
            with torch.no_grad():
                hidden, count = states(site.model, mel, speech, b, augment=False)
            losses["voice"] = 0.5 * voice_loss(site.model, site.answers, hidden, count, b.rows)
        total = torch.stack(list(losses.values())).sum()
        trainer.step(total, share)
        if clock.step % 20 == 0:
            print(
                f"site {clock.step} {share:.2f}",
                {k: round(float(v.detach()), 3) for k, v in losses.items()},
                flush=True,
            )


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("source", type=Path)
    options.add_argument("folder", type=Path)
    options.add_argument("work", type=Path)
    options.add_argument("--minutes", type=float, default=20)
    options.add_argument("--demos", type=int, default=160)
    options.add_argument("--speech", type=Path, help="a folder with speech.npy; the prepared folder's own by default")
    given = options.parse_args()
    given.work.mkdir(parents=True, exist_ok=True)
    site = Site(given.source, given.folder, given.work, given.demos)
    speech = Speech(given.speech or given.folder, "cpu")
    train(site, speech if len(speech.notes) else None, given.minutes)
    training.save(site.model, site.mixtures, given.work / "site.safetensors")
    parts(given.work / "site.safetensors", given.work / "parts")


if __name__ == "__main__":
    main()
