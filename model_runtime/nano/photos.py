"""Photos for training, real and drawn, in batches on the device: with a golden photo beside them, or alone.

Aliens are never trained on: they play the product that Kensa has never seen.
"""

import io
import json
import zlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image

from model_runtime.nano.answers import Target
from model_runtime.nano.canvas import SIDE
from model_runtime.nano.scenes import EVIDENT, GENERIC, Scenes, centre, dense_labels
from model_runtime.nano.tokens import CLASSES

DENSE = ("none", *CLASSES)
GENERIC_TO_DENSE = [DENSE.index(name) for name in GENERIC]
GRAVE = {"crack", "break", "missing", "open", "short", "damaged", "blowhole"}
TRAINED_SETS = ("magnetic_tile", "deeppcb", "bsdata", "xsdd", "demo")
TEXTURES = {"finishing_roll_printing", "iron_sheet_ash", "oxide_scale_of_plate_system",
            "oxide_scale_of_temperature_system", "red_iron"}  # fmt: skip
"""Classes of steel strip that cover the whole photo."""
STRIP = {"slag_inclusion", "surface_scratch"}
"""Its other classes."""


@dataclass
class Batch:
    """golden (N, 3, S, S) or None, test (N, 3, S, S), targets, dense (N, cells, cells) with -100 = unknown."""

    golden: torch.Tensor | None
    test: torch.Tensor
    targets: list[Target]
    dense: torch.Tensor

    @property
    def whole(self) -> list[int]:
        """The class of each photo, index into DENSE; -100 = bad, of a class unknown."""
        return [DENSE.index(t.defect) if t.defect else 0 if t.verdict == "OK" else -100 for t in self.targets]

    @staticmethod
    def join(parts: list["Batch"]) -> "Batch":
        goldens = [p.golden for p in parts if p.golden is not None]
        return Batch(
            torch.cat(goldens) if goldens else None,
            torch.cat([p.test for p in parts]),
            [t for p in parts for t in p.targets],
            torch.cat([p.dense for p in parts]),
        )


def severity(name: str, area: float) -> str:
    """By the share of the photo that is bad; what breaks the part's function is never minor."""
    if area > 0.02:
        return "critical"
    return "major" if area > 0.003 or name in GRAVE else "minor"


def _load(blob: memoryview, row: dict[str, Any]) -> np.ndarray:
    image = Image.open(io.BytesIO(blob[row["at"] : row["at"] + row["n"]])).convert("RGB")
    return np.asarray(image.resize((SIDE, SIDE), Image.Resampling.BICUBIC))


def part_of(row: dict[str, Any]) -> str:
    """train, val (one lot in ten of the train split) or test."""
    if row["split"] != "train":
        return "test"
    # DeepPCB has few lots: there the pair is the unit, and both its photos go the same way
    unit = row["file"].rsplit("_", 1)[0] if row["set"] == "deeppcb" else row["lot"] or row["file"]
    return "val" if zlib.crc32(unit.encode()) % 12 == 0 else "train"


def read_cutouts(folder: Path, device: torch.device | str) -> torch.Tensor:
    """The cut-out pictures (M, 4, C, C) uint8, the last channel opaqueness."""
    blob, at = memoryview((folder / "cutouts.bin").read_bytes()), 0
    spans = []
    for size in json.loads((folder / "cutouts.json").read_text(encoding="utf-8")):
        spans.append((at, at + size))
        at += size
    with ThreadPoolExecutor(16) as pool:
        pictures = list(
            pool.map(lambda s: np.asarray(Image.open(io.BytesIO(blob[s[0] : s[1]])).convert("RGBA")), spans)
        )
    return torch.from_numpy(np.stack(pictures)).permute(0, 3, 1, 2).contiguous().to(device)


class RealPhotos:
    """Every photo of the packed sets as one uint8 tensor on the device, with its boxes drawn as masks on demand."""

    def __init__(self, folder: Path, device: torch.device | str) -> None:
        self.device = torch.device(device)
        self.rows: list[dict[str, Any]] = json.loads((folder / "photos.json").read_text(encoding="utf-8"))
        blob = memoryview((folder / "photos.bin").read_bytes())
        with ThreadPoolExecutor(16) as pool:
            pictures = list(pool.map(lambda row: _load(blob, row), self.rows))
            sizes = list(
                pool.map(lambda row: Image.open(io.BytesIO(blob[row["at"] : row["at"] + row["n"]])).size, self.rows)
            )
        self.pixels = torch.from_numpy(np.stack(pictures)).permute(0, 3, 1, 2).to(self.device)
        by_name = {(row["set"], row["file"]): i for i, row in enumerate(self.rows)}
        for row, (width, height) in zip(self.rows, sizes, strict=True):
            row["part_split"] = part_of(row)
            row["golden_index"] = by_name.get((row["set"], row["golden"]))
            row["boxes"] = [
                (b["defect"], b["box"][0] / width, b["box"][1] / height, b["box"][2] / width, b["box"][3] / height)
                for b in row["boxes"]
            ]
        self.boxes, self.own = self._table()

    def indices(self, name: str, split: str, verdict: str | None = None) -> list[int]:
        return [
            i
            for i, r in enumerate(self.rows)
            if r["set"] == name and r["part_split"] == split and verdict in (None, r["verdict"])
        ]

    def take(self, indices: list[int]) -> torch.Tensor:
        return self.pixels[torch.tensor(indices, device=self.device)].float() / 255

    def masks(self, indices: list[int]) -> torch.Tensor:
        """(N, 2, S, S): boxes of the row's own class, and boxes of any other."""
        boxes, own = self.boxes[indices], self.own[indices]
        line = torch.arange(SIDE, device=self.device)
        across = ((line >= boxes[..., :1]) & (line <= boxes[..., 2:3])).float()
        down = ((line >= boxes[..., 1:2]) & (line <= boxes[..., 3:])).float()
        both = [torch.einsum("nky,nkx->nyx", down * (own == kind)[..., None], across) for kind in (1, 0)]
        return torch.stack(both, 1).clamp(max=1)

    def _table(self) -> tuple[torch.Tensor, torch.Tensor]:
        """Every row's boxes in whole pixels (R, K, 4); whether each is of the row's own class: 1, 0, or -1 for none."""
        most = max(1, *(len(row["boxes"]) for row in self.rows))
        boxes, own = np.zeros((len(self.rows), most, 4), np.int64), np.full((len(self.rows), most), -1)
        for n, row in enumerate(self.rows):
            for k, (name, *edges) in enumerate(row["boxes"]):
                boxes[n, k] = [int(edge * SIDE) for edge in edges]
                own[n, k] = name == row["defect"]
        return torch.from_numpy(boxes).to(self.device), torch.from_numpy(own).to(self.device)


class Mixer:
    """Draws training batches from the real photos of one split and from the scenes."""

    def __init__(
        self, real: RealPhotos, scenes: Scenes, cutouts: torch.Tensor, split: str = "train", seed: int = 0
    ) -> None:
        self.real, self.scenes, self.cutouts = real, scenes, cutouts
        self.r = np.random.default_rng(seed)
        self.pools = {
            (name, verdict): real.indices(name, split, verdict) for name in TRAINED_SETS for verdict in ("OK", "NG")
        }
        tiles = self.pools["magnetic_tile", "OK"]
        others = (*self.pools["xsdd", "NG"], *self.pools["bsdata", "NG"], *self.pools["deeppcb", "OK"])
        self.surfaces = [*tiles, *tiles, *others]
        self.by_class: dict[str, list[int]] = {}
        for i in self.pools["magnetic_tile", "NG"] + self.pools["xsdd", "NG"]:
            self.by_class.setdefault(real.rows[i]["defect"], []).append(i)
        in_view = self.by_class.items()
        self.classes = {
            "magnetic_tile": {k: v for k, v in in_view if k not in TEXTURES and k not in STRIP},
            "xsdd": {k: v for k, v in in_view if k in TEXTURES or k in STRIP},
        }

    def pick(self, pool: list[int], count: int) -> list[int]:
        return [int(i) for i in self.r.choice(pool, count)]

    def _flip(self, *images: torch.Tensor, turn: bool = True) -> tuple[torch.Tensor, ...]:
        if self.r.random() < 0.5:
            images = tuple(i.flip(-1) for i in images)
        if self.r.random() < 0.5:
            images = tuple(i.flip(-2) for i in images)
        if turn and self.r.random() < 0.5:
            images = tuple(i.transpose(-1, -2) for i in images)
        return images

    def _drawn(self, golden: torch.Tensor | None, test: torch.Tensor, mask: torch.Tensor, label: torch.Tensor) -> Batch:
        """Targets of procedural defects: all known."""
        row, col = centre(mask)
        area = (mask > 0.4).float().mean((1, 2))
        # no defect, or one that was lost at the photo's edge
        label = torch.where((mask > 0.4).sum((1, 2)) < 8, 0, label)
        targets = []
        for name, y, x, share in zip(
            (GENERIC[i] for i in label.tolist()), row.tolist(), col.tolist(), area.tolist(), strict=True
        ):
            targets.append(Target("OK") if name == "none" else Target("NG", name, severity(name, share), y, x))
        dense = torch.tensor(GENERIC_TO_DENSE, device=mask.device)[dense_labels(mask, label)]
        return Batch(golden, test, targets, dense)

    def _grey(self, *photos: torch.Tensor) -> tuple[torch.Tensor, ...]:
        grey = self.scenes.chance(0.35, photos[0].shape[0], 1, 1, 1)
        return tuple(torch.where(grey, p.mean(1, keepdim=True), p) for p in photos)

    def scene_pairs(self, count: int, jitter: float, things: bool = False) -> Batch:
        p = self.scenes.draw(count, cutouts=self.cutouts if things else None)
        golden, _ = self.scenes.photograph(p.golden, p.mask * 0, jitter)
        test, mask = self.scenes.photograph(p.test, p.mask, jitter)
        golden, test = self._grey(golden, test)
        return self._drawn(golden, test, mask, p.label)

    def scene_singles(self, count: int, jitter: float) -> Batch:
        p = self.scenes.draw(count, evident=True)
        test, mask = self.scenes.photograph(p.test, p.mask, jitter)
        (test,) = self._grey(test)
        return self._drawn(None, test, mask, p.label)

    def surface_pairs(self, count: int, jitter: float, alone: bool = False) -> Batch:
        """A photo of a real surface, twice; one of them damaged by a drawn defect."""
        pool = self.pools["magnetic_tile", "OK"] if alone else self.surfaces
        (base,) = self._flip(self.real.take(self.pick(pool, count)))
        damaged, mask, label = self._damaged(base)
        test, mask = self.scenes.photograph(damaged, mask, jitter)
        if alone:
            return self._drawn(None, test, mask, label)
        golden, _ = self.scenes.photograph(base, mask * 0, jitter)
        return self._drawn(golden, test, mask, label)

    def _boxed(
        self, golden: torch.Tensor | None, test: torch.Tensor, own: torch.Tensor, other: torch.Tensor, names: list[str]
    ) -> Batch:
        """Targets of boxed photos: a place is known where a box of the photo's own class is in view."""
        row, col = self._one_box(own)
        area = (own > 0.4).float().mean((1, 2))
        inside, elsewhere = area * SIDE * SIDE > 6, (other > 0.4).sum((1, 2)) > 6
        targets = []
        facts = zip(names, inside.tolist(), elsewhere.tolist(), row.tolist(), col.tolist(), area.tolist(), strict=True)
        for name, here, there, y, x, share in facts:
            if here:
                targets.append(Target("NG", name, severity(name, share / 3), y, x))
            else:
                targets.append(Target("NG" if there else "OK"))
        ids = torch.tensor([DENSE.index(n) for n in names], device=test.device)
        dense = dense_labels(own, ids)
        unsure = F.adaptive_max_pool2d(other[:, None], dense.shape[-1])[:, 0] > 0.4
        return Batch(golden, test, targets, torch.where(unsure & (dense == 0), -100, dense))

    @staticmethod
    def _one_box(own: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """The cell most covered by boxes: a centre of mass between two boxes would lie in neither."""
        cover = F.adaptive_avg_pool2d(own[:, None], 8)[:, 0].flatten(1)
        best = cover.argmax(1)
        return best // 8, best % 8

    def boards(self, count: int, jitter: float) -> Batch:
        """DeepPCB: half defective beside their golden photo, half the golden photo twice; colours of many laminates."""
        bad = self.pick(self.pools["deeppcb", "NG"], count)
        golden_of = [self.real.rows[i]["golden_index"] for i in bad]
        is_bad = self.r.random(count) < 0.55
        shown = [b if n else g for b, g, n in zip(bad, golden_of, is_bad, strict=True)]
        masks = self.real.masks(bad) * torch.from_numpy(is_bad).to(self.real.device)[:, None, None, None]
        golden, test, masks = self._flip(self.real.take(golden_of), self.real.take(shown), masks)
        plain = self.scenes.chance(0.4, count, 1, 1, 1)
        ink, board = self.scenes.u(0, 1, count, 3, 1, 1), self.scenes.u(0, 1, count, 3, 1, 1)
        golden, test = (torch.where(plain, p, p * ink + (1 - p) * board) for p in (golden, test))
        small = jitter * 0.35
        if self.r.random() < 0.5:
            return self._boxed(golden, test, masks[:, 0], masks[:, 1], [self.real.rows[i]["defect"] for i in bad])
        golden, _ = self.scenes.photograph(golden, masks[:, 0], small)
        both, moved = self.scenes.photograph_masks(test, masks, small)
        return self._boxed(golden, both, moved[:, 0], moved[:, 1], [self.real.rows[i]["defect"] for i in bad])

    def windows(self, count: int) -> Batch:
        """BSData: windows of the spindle, with pitting in view or without."""
        chosen = self.pick(self.pools["bsdata", "NG"], count)
        photo, masks = self._flip(self.real.take(chosen), self.real.masks(chosen), turn=False)
        zoom = self.scenes.u(0.45, 1.0, count)
        tx, ty = (1 - zoom) * self.scenes.u(-1, 1, count), (1 - zoom) * self.scenes.u(-1, 1, count)
        photo, masks = self.scenes.window(photo, masks, zoom, tx, ty)
        return self._boxed(None, self.scenes.expose(photo), masks[:, 0], masks[:, 1], ["pitting"] * count)

    def of_class(self, name: str, count: int) -> list[list[int]]:
        """Twice `count` NG photos, each two of one class; rare classes more often than they come, not as often as
        the others (by the root of their number)."""
        classes = list(self.classes[name].values())
        root = np.sqrt([len(c) for c in classes])
        drawn = self.r.choice(len(classes), count, p=root / root.sum())
        return [[self.pick(classes[int(c)], 1)[0] for c in drawn] for _ in range(2)]

    def labelled(self, count: int, name: str, beside: bool = False) -> Batch:
        """Magnetic tiles (OK and NG by halves) or steel strip (all NG; the place is not known).

        Of steel strip some are pieced together from two photos of one class, and cut out. `beside`: with the photo of
        another good tile as the golden one.
        """
        good = count // 2 if name == "magnetic_tile" else 0
        chosen, others = self.of_class(name, count - good)
        chosen += self.pick(self.pools["magnetic_tile", "OK"], good) if good else []
        photo, masks = self._flip(self.real.take(chosen), self.real.masks(chosen), turn=False)
        if name == "xsdd":
            photo, masks = self._pieced(photo, self._flip(self.real.take(others), turn=False)[0]), masks * 0
        photo, masks = self.scenes.photograph_masks(photo, masks, 0.5)
        golden = None
        if beside:
            (golden,) = self._flip(self.real.take(self.pick(self.pools["magnetic_tile", "OK"], count)))
            golden, _ = self.scenes.photograph(golden, photo[:, 0] * 0, 0.5)
        return Batch(golden, photo, *self._named([self.real.rows[i] for i in chosen], masks[:, 0]))

    def _named(self, rows: list[dict[str, Any]], own: torch.Tensor) -> tuple[list[Target], torch.Tensor]:
        """Targets of photos whose class is known and whose place may be: `own` (N, S, S) are the boxes in view."""
        placed = ((own > 0.4).sum((1, 2)) > 6).tolist()
        cells = zip(*(axis.tolist() for axis in self._one_box(own)), strict=True)
        targets = [
            Target("OK")
            if r["verdict"] == "OK"
            else Target("NG", r["defect"], severity(r["defect"], 0.004), *(cell if known else ()))
            for r, known, cell in zip(rows, placed, cells, strict=True)
        ]
        whole = [0 if r["verdict"] == "OK" else DENSE.index(r["defect"]) if r["defect"] in TEXTURES else -100
                 for r in rows]  # fmt: skip
        dense = torch.tensor(whole, device=own.device)[:, None, None].expand(-1, 8, 8)
        marked = dense_labels(own, torch.tensor([DENSE.index(r["defect"]) for r in rows], device=own.device))
        # what borders on a box drawn by hand may be bad too
        near = F.max_pool2d((marked > 0).float()[:, None], 3, stride=1, padding=1)[:, 0] > 0
        marked = torch.where(near & (marked == 0), -100, marked)
        return targets, torch.where(torch.tensor(placed, device=own.device)[:, None, None], marked, dense)

    def _pieced(self, photo: torch.Tensor, other: torch.Tensor) -> torch.Tensor:
        """A quarter has a half taken from another photo of its class; a half is cut out and enlarged."""
        count, u = photo.shape[0], self.scenes.u
        turn = u(0, 2 * np.pi, count, 1, 1)
        beyond = self.scenes.x * torch.cos(turn) + self.scenes.y * torch.sin(turn) > u(-0.4, 0.4, count, 1, 1)
        taken = beyond & self.scenes.chance(0.25, count, 1, 1)
        photo = torch.where(taken[:, None], other, photo)
        zoom = torch.where(self.scenes.chance(0.5, count), u(0.7, 1.0, count), 1.0)
        tx, ty = (1 - zoom) * u(-1, 1, count), (1 - zoom) * u(-1, 1, count)
        return self.scenes.window(photo, photo[:, :1] * 0, zoom, tx, ty)[0]

    def texture_pairs(self, count: int, jitter: float) -> Batch:
        """A surface without landmarks: the golden photo shows another stretch of it."""
        ground = self.scenes.surfaces(count)
        stretches = []
        for _ in range(2):
            zoom = self.scenes.u(0.4, 0.6, count)
            tx, ty = (1 - zoom) * self.scenes.u(-1, 1, count), (1 - zoom) * self.scenes.u(-1, 1, count)
            stretches.append(self.scenes.window(ground, ground[:, :1] * 0, zoom, tx, ty)[0])
        test, mask, label = self._damaged(stretches[1])
        test, mask = self.scenes.photograph(test, mask, jitter)
        golden, _ = self.scenes.photograph(stretches[0], mask * 0, jitter)
        golden, test = self._grey(golden, test)
        return self._drawn(golden, test, mask, label)

    def _damaged(self, base: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """55 % of photos with a drawn defect that can be seen without a golden photo: photo, mask, label."""
        count = base.shape[0]
        label = torch.tensor(EVIDENT, device=base.device)[torch.randint(0, len(EVIDENT), (count,), device=base.device)]
        label = torch.where(self.scenes.chance(0.55, count), label, 0)
        cx, cy = self.scenes.u(-0.85, 0.85, count, 1, 1), self.scenes.u(-0.85, 0.85, count, 1, 1)
        damaged, mask = self.scenes.on_surface(base, label, cx, cy)
        return damaged, mask, label

    def demo_pairs(self, count: int, jitter: float) -> Batch:
        """The demonstration part: two units in their own poses, the golden one good, the other good or not."""
        good, bad = self.pools["demo", "OK"], self.pools["demo", "NG"]
        chosen = self.pick(bad, count // 2) + self.pick(good, count - count // 2)
        golden, test, masks = self.real.take(self.pick(good, count)), self.real.take(chosen), self.real.masks(chosen)
        golden, _ = self.scenes.photograph(golden, masks[:, 0], jitter * 0.3)
        test, masks = self.scenes.photograph_masks(test, masks, jitter * 0.3)
        return self._boxed(golden, test, masks[:, 0], masks[:, 1], [self._class(i) for i in chosen])

    def _class(self, index: int) -> str:
        defect = str(self.real.rows[index]["defect"])
        return "damaged" if defect == "none" else defect

    def pairs(self, count: int, jitter: float) -> Batch:
        boards, surfaces, things, demo, textures = count // 7, count // 9, count // 4, count // 16, count // 12
        tiles = count // 24
        scenes = count - boards - surfaces - things - demo - textures - tiles
        return Batch.join(
            [
                self.scene_pairs(scenes, jitter),
                self.scene_pairs(things, jitter, things=True),
                self.boards(boards, jitter),
                self.surface_pairs(surfaces, jitter),
                self.texture_pairs(textures, jitter),
                self.labelled(tiles, "magnetic_tile", beside=True),
                self.demo_pairs(demo, jitter),
            ]
        )

    def singles(self, count: int, jitter: float) -> Batch:
        tiles, strip, windows, damaged = count * 3 // 8, count // 4, count // 10, count // 10
        return Batch.join([self.labelled(tiles, "magnetic_tile"), self.labelled(strip, "xsdd"), self.windows(windows),
                           self.surface_pairs(damaged, jitter, alone=True),
                           self.scene_singles(count - tiles - strip - windows - damaged, jitter)])  # fmt: skip
