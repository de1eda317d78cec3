"""Where things lie, and by which names models are found."""

from pathlib import Path

import pytest

from inspector_app.errors import KensaError
from inspector_app.places import BUNDLED_MODEL, Places, bundled_model, resources


def test_the_argument_stands_above_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KENSA_DATA", str(tmp_path / "env"))
    assert Places.find(None).data == tmp_path / "env"
    assert Places.find(str(tmp_path / "arg")).data == tmp_path / "arg"
    monkeypatch.delenv("KENSA_DATA")
    assert Places.find().data.name == "kensa"
    assert not (tmp_path / "env").exists()


def test_resources_are_there_and_follow_the_installer(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert (resources() / "parts.toml").is_file()
    monkeypatch.setattr("sys._MEIPASS", str(tmp_path), raising=False)
    assert bundled_model() == tmp_path / "resources" / "models" / BUNDLED_MODEL


def test_models_are_found_by_name_and_by_path(tmp_path: Path) -> None:
    places = Places(tmp_path / "data")
    places.make()
    (places.models / "big").mkdir()
    (places.models / ".big.partial").mkdir()
    assert places.model_names() == [BUNDLED_MODEL, "big"]
    assert places.model() == bundled_model()
    assert places.model("big") == places.models / "big"
    assert places.model(str(tmp_path)) == tmp_path
    for name in ("nothing", "/nowhere", ".big.partial"):
        with pytest.raises(KensaError, match="installed are"):
            places.model(name)


def test_a_data_folder_below_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(KensaError):
        Places(tmp_path / "file" / "data").make()
