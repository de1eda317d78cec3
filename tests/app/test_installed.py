"""What can be chosen to judge: models with hash and size, adapters of that model only, damaged ones with a fault."""

import json
from pathlib import Path

from inspector_app import installed
from inspector_app.places import BUNDLED_MODEL, Places, bundled_model
from model_runtime.manifest import read_manifest


def card(folder: Path, base: str, **values: object) -> None:
    folder.mkdir(parents=True)
    name, version = folder.name.split("@")
    said = {
        "format": 1, "name": name, "version": int(version), "base": base, "rank": 4, "alpha": 8.0,
        "target_modules": ["q_proj"], "sha256": "c0ffee00" * 8, "created": "2026-11-20T08:00:00+00:00", **values,
    }  # fmt: skip
    (folder / "card.json").write_text(json.dumps(said), encoding="utf-8")


def test_the_embedded_model_stands_first_with_its_hash(tmp_path: Path) -> None:
    places = Places(tmp_path)
    (places.models / "broken").mkdir(parents=True)
    first, second = installed.models(places)
    assert first.name == BUNDLED_MODEL and first.hash == read_manifest(bundled_model()).sha256[:8] and not first.fault
    assert first.hash in first.words and "MB" in first.words
    assert second.name == "broken" and second.fault


def test_only_adapters_of_the_model_are_offered(tmp_path: Path) -> None:
    places = Places(tmp_path)
    base = read_manifest(bundled_model()).sha256
    card(places.adapters / "defect@2", base)
    card(places.adapters / "other@1", "0" * 64)
    (places.adapters / "broken@1").mkdir()
    found = {one.name: one for one in installed.adapters(places, BUNDLED_MODEL)}
    assert set(found) == {"defect@2", "broken@1"} and found["broken@1"].fault
    assert found["defect@2"].words == "defect@2   2026-11-20   c0ffee00"
    assert installed.adapters(places, "not there") == []
