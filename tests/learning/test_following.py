"""A running station takes the adapter of the settings between two units, and keeps the old one when it cannot."""

import shutil
from pathlib import Path

import pytest
import torch

from inspector_app.loading import Changing, Following
from inspector_app.places import Places
from inspector_app.settings import Settings
from model_runtime import adapters
from model_runtime.checkpoint import load
from model_runtime.engine import Engine
from model_runtime.lora import Lora
from model_runtime.runtime import load_judge
from model_runtime.stacked import Stacked
from model_runtime.verdict import Question
from tests.learning.makers import spotted
from tests.makers import station
from tests.runtime.helpers import edit_json

LAYERS = r"model\.layers\.\d+\.self_attn\.qkv_proj"


@pytest.fixture
def places(tmp_path: Path, tiny_checkpoint: Path) -> Places:
    """A tiny model and two adapters that say something else."""
    found = Places(tmp_path / "data")
    found.make()
    shutil.copytree(tiny_checkpoint, found.models / "tiny")
    checkpoint = load(found.models / "tiny")
    for number in (1, 2):
        lora = Stacked(checkpoint, Engine(checkpoint), Lora(2, 4.0, LAYERS), seed=number)
        state = {key: torch.full_like(value, 0.3 * number) for key, value in lora.state().items()}
        fields = {"version": number, "base": checkpoint.manifest.sha256}
        adapters.write(found.adapters / f"defect@{number}", "defect", lora.lora, state, fields)
    Settings().changed(model="tiny").save(found.settings)
    return found


def test_the_next_unit_is_judged_by_the_adapter_of_the_settings(places: Places, tmp_path: Path) -> None:
    spotted(1, True).save(tmp_path / "a.png")
    question = Question(photo=tmp_path / "a.png", golden=tmp_path / "a.png")
    settings = Settings.load(places.settings)
    judge = load_judge(places.model("tiny"))
    assert isinstance(judge, Changing)
    station = Following(judge, places, settings)
    seen = []
    for name in (None, "defect@1", "defect@2", "defect@1", None):
        settings.changed(adapter=name).save(places.settings)
        verdict = station.judge(question)
        fresh = load_judge(places.model("tiny"), places.adapter(name) if name else None).judge(question)
        assert verdict.model.adapter == fresh.model.adapter == station.identity.adapter
        assert verdict.p_ng == pytest.approx(fresh.p_ng, abs=1e-6)
        seen.append(verdict.p_ng)
    assert len({round(p, 5) for p in seen}) == 3, "each adapter says something of its own"


def test_one_that_cannot_be_used_does_not_stop_the_line(
    places: Places, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    spotted(1, True).save(tmp_path / "a.png")
    settings = Settings.load(places.settings).changed(adapter="defect@1")
    station = Following(load_judge(places.model("tiny"), places.adapter("defect@1")), places, settings)
    edit_json(places.adapters / "defect@2/card.json", lambda card: card.update(base="0" * 64))
    settings.changed(adapter="defect@2").save(places.settings)
    verdict = station.judge(Question(photo=tmp_path / "a.png"))
    assert verdict.model.adapter.startswith("defect@1/")
    assert "the old one goes on" in caplog.text
    assert station.judge(Question(photo=tmp_path / "a.png")).p_ng == verdict.p_ng


def test_settings_saved_by_a_running_window_do_not_undo_a_promotion(tmp_path: Path) -> None:
    at, places = station(tmp_path / "data"), Places(tmp_path / "data")
    at.change_settings(None, at.settings.changed(language="ja"), places)
    Settings.load(places.settings).changed(adapter="defect@7").save(places.settings)  # as `kensa adapters promote` does
    assert at.change_settings(None, at.settings.changed(language="en"), places).adapter == "defect@7"
    assert Settings.load(places.settings).adapter == "defect@7"
    at.change_settings(None, at.settings.changed(adapter=None), places)
    assert Settings.load(places.settings).adapter is None, "what is changed here is changed"


def test_another_model_waits_for_the_next_start(places: Places, tmp_path: Path) -> None:
    spotted(1, True).save(tmp_path / "a.png")
    station = Following(load_judge(places.model("tiny")), places, Settings.load(places.settings))
    Settings().changed(model="kensa-nano", adapter="defect@1").save(places.settings)
    assert station.judge(Question(photo=tmp_path / "a.png")).model.adapter == "none"
