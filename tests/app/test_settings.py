"""Settings survive a damaged file, one value at a time."""

import json
from pathlib import Path

import pytest

from inspector_app.errors import KensaError
from inspector_app.settings import Settings
from model_runtime.verdict import Thresholds


def test_what_is_saved_is_read_back(tmp_path: Path) -> None:
    path = tmp_path / "new" / "settings.json"
    chosen = Settings().changed(
        language="ja", operator="田中", threads=2, thresholds=Thresholds(0.1, 0.9), camera="simulated"
    )
    chosen.save(path)
    assert Settings.load(path) == chosen
    assert [p.name for p in path.parent.iterdir()] == ["settings.json"]


@pytest.mark.parametrize(
    "bad",
    [
        {"language": "fr"},
        {"language": 3},
        {"threads": "two"},
        {"threads": 0},
        {"threads": True},
        {"camera": None},
        {"camera_mirror": 1},
        {"camera_mirror": "yes"},
        {"camera_rotation": "45"},
        {"camera_exposure_ms": 0},
        {"check_glare": 101},
        {"thresholds": {"ok_below": 0.9, "ng_above": 0.1}},
        {"thresholds": [0.2]},
        {"model": None},
        {"kiosk": 1},
        {"sounds": "yes"},
        {"shift_plan": "Early"},
        {"random_share": 101},
        {"target_takt": 0},
        {"keys": {"judge": 5}},
        {"keys": ["F5"]},
    ],
)
def test_a_bad_value_falls_back_alone(tmp_path: Path, bad: dict[str, object]) -> None:
    path = tmp_path / "settings.json"
    path.write_text(json.dumps({"version": 1, "operator": "kept", **bad}))
    settings = Settings.load(path)
    (name,) = bad
    assert settings.operator == "kept"
    assert getattr(settings, name) == getattr(Settings(), name)


@pytest.mark.parametrize("content", ["", "{", "[]", "null", "\x00\xff"])
def test_a_file_that_is_none_gives_the_defaults(tmp_path: Path, content: str) -> None:
    path = tmp_path / "settings.json"
    path.write_text(content, encoding="latin-1")
    assert Settings.load(path) == Settings()


def test_unknown_values_of_a_newer_program_are_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    path.write_text(json.dumps({"version": 9, "colour_of_the_sky": "blue", "theme": "dark"}))
    assert Settings.load(path).theme == "dark"


def test_a_camera_that_was_a_number_is_still_chosen(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    path.write_text(json.dumps({"version": 1, "camera": 2}))
    assert Settings.load(path).camera == "2"


def test_changed_refuses_what_does_not_fit() -> None:
    with pytest.raises(ValueError):
        Settings().changed(theme="pink")


def test_a_folder_that_cannot_be_made_is_said_in_words(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(KensaError):
        Settings().save(tmp_path / "file" / "settings.json")


def test_every_field_can_be_shown() -> None:
    specs = Settings.specs()
    assert set(specs) == set(Settings.__dataclass_fields__)
    assert all(spec.label_en and spec.label_ja for spec in specs.values())


def test_the_station_s_settings_are_told_from_the_person_s() -> None:
    personal = {name for name, spec in Settings.specs().items() if spec.personal}
    assert {"language", "theme", "last_lot"} <= personal
    assert not personal & {"thresholds", "model", "kiosk", "camera", "shift_plan", "random_share"}


def test_keys_and_shifts_are_read_back(tmp_path: Path) -> None:
    chosen = Settings().changed(keys={"judge": "F13"}, shift_plan="早番 06:00, 夜勤 22:00", kiosk=True, target_takt=45)
    chosen.save(tmp_path / "settings.json")
    assert Settings.load(tmp_path / "settings.json") == chosen
