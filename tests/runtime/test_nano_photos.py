"""The photos that kensa-nano learns from: each kind of batch holds what it says."""

import io
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from model_runtime.nano import make
from model_runtime.nano.assemble import read_parts
from model_runtime.nano.photos import DENSE, TEXTURES, Mixer, RealPhotos
from model_runtime.nano.prepare import cell_boxes, tile_places
from model_runtime.nano.scenes import Scenes

SETS = {"magnetic_tile": ("blowhole", "crack"), "deeppcb": ("open",), "bsdata": ("pitting",),
        "xsdd": ("red_iron", "slag_inclusion"), "demo": ("scratch",)}  # fmt: skip


@pytest.fixture(scope="module")
def mixer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mixer]:
    """A packed folder of grey photos, four a class: tiles are dark, steel strip is light."""
    folder: Path = tmp_path_factory.mktemp("photos")
    rows, blob = [], bytearray()
    for name, classes in SETS.items():
        for defect in ("none", *classes):
            for number in range(4):
                out = io.BytesIO()
                Image.new("L", (48, 40), 60 if name == "magnetic_tile" else 180 + 8 * number).save(out, "PNG")
                boxes = [{"defect": defect, "box": [10, 10, 20, 20]}] if defect != "none" else []
                golden = f"{name}-none-{number}" if name == "deeppcb" else ""
                rows.append({"set": name, "file": f"{name}-{defect}-{number}", "golden": golden, "defect": defect,
                             "verdict": "NG" if boxes else "OK", "part": name, "lot": f"{defect}{number}",
                             "split": "train", "boxes": boxes, "at": len(blob), "n": out.tell()})  # fmt: skip
                blob += out.getvalue()
    (folder / "photos.json").write_text(json.dumps(rows))
    (folder / "photos.bin").write_bytes(blob)
    torch.manual_seed(4)
    things = torch.randint(0, 256, (3, 4, 48, 48), dtype=torch.uint8)
    yield Mixer(RealPhotos(folder, "cpu"), Scenes("cpu"), things, seed=4)


def test_a_tile_has_its_place_where_one_was_marked(mixer: Mixer) -> None:
    batch = mixer.labelled(12, "magnetic_tile")
    bad = [t for t in batch.targets if t.verdict == "NG"]
    assert bad and all(t.row is not None and t.col is not None for t in bad)
    for target, dense in zip(batch.targets, batch.dense, strict=True):
        cells = {DENSE[i] for i in dense[dense > 0].tolist()}
        assert cells == ({target.defect} if target.verdict == "NG" else set())
        assert bool((dense == -100).any()) == (target.verdict == "NG")  # its neighbours are not sure
    assert all(t.row is None for t in mixer.labelled(6, "xsdd").targets)


def test_a_surface_is_compared_with_another_stretch_of_it(mixer: Mixer) -> None:
    batch = mixer.texture_pairs(8, 0.0)
    assert batch.golden is not None and batch.golden.shape == batch.test.shape
    same = (batch.golden - batch.test).abs().mean((1, 2, 3)) < 1e-6
    assert not same.any()
    for target, dense in zip(batch.targets, batch.dense, strict=True):
        assert bool((dense > 0).any()) == (target.verdict == "NG")
    assert {t.verdict for t in batch.targets} == {"OK", "NG"}


def test_steel_strip_is_pieced_within_its_class(mixer: Mixer) -> None:
    first, second = mixer.of_class("xsdd", 40)
    of = [[mixer.real.rows[i]["defect"] for i in half] for half in (first, second)]
    assert of[0] == of[1] and set(of[0]) == {"red_iron", "slag_inclusion"}
    batch = mixer.labelled(6, "xsdd")
    for target, dense in zip(batch.targets, batch.dense, strict=True):
        whole = DENSE.index(str(target.defect)) if target.defect in TEXTURES else -100
        assert target.verdict == "NG" and set(dense.flatten().tolist()) == {whole}


def test_a_rare_class_comes_more_often_than_it_is_found(mixer: Mixer) -> None:
    mixer.classes["few and many"] = {"few": [0], "many": list(range(1, 10))}
    drawn, _ = mixer.of_class("few and many", 4000)
    assert 0.2 < float(np.mean([i == 0 for i in drawn])) < 0.3  # 1 : 3, the root of 1 : 9


def test_a_tile_beside_another_good_tile(mixer: Mixer) -> None:
    batch = mixer.labelled(4, "magnetic_tile", beside=True)
    assert batch.golden is not None and batch.golden.shape == batch.test.shape
    assert [t.verdict for t in batch.targets] == ["NG", "NG", "OK", "OK"]
    assert float(batch.golden.mean()) < 0.5 and float(batch.test.mean()) < 0.5  # both from the tiles


def test_every_batch_of_pairs_has_its_golden_photos(mixer: Mixer) -> None:
    batch = mixer.pairs(24, 1.0)
    assert batch.golden is not None
    assert len(batch.golden) == len(batch.test) == len(batch.targets) == len(batch.dense) == 24
    assert mixer.singles(20, 1.0).golden is None


def test_a_model_that_learns_on_loses_its_defect_lora(tmp_path: Path) -> None:
    from safetensors.torch import load_file, save_file

    weights = {"model.norm.weight": torch.ones(3), "lora.defect.a": torch.ones(2), "lora.vis_lora.a": torch.ones(2)}
    save_file(weights, tmp_path / "state.safetensors")
    make.parts(tmp_path / "state.safetensors", tmp_path / "parts")
    assert set(read_parts(tmp_path / "parts")) == set(weights)
    make.source(tmp_path / "parts", tmp_path / "source.safetensors")
    assert set(load_file(tmp_path / "source.safetensors")) == set(weights) - {"lora.defect.a"}


def test_marked_cells_become_boxes() -> None:
    places = tile_places()
    assert len(places) > 300 and {p["split"] for p in places.values()} == {"train", "test"}
    marked = {"defect": "crack", "cells": "0:7 2:3"}
    assert [b["box"] for b in cell_boxes(marked, 80, 160)] == [[70, 0, 80, 20], [30, 40, 40, 60]]
    for place in places.values():
        for box in cell_boxes(place, 8, 8):
            x0, y0, x1, y1 = box["box"]
            assert 0 <= x0 < x1 <= 8 and 0 <= y0 < y1 <= 8
