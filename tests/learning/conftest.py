"""Fixtures of the night: a data folder with a tiny model, a frozen set and a trained adapter."""

import shutil
from pathlib import Path

import pytest

from inspector_app import loading
from inspector_app.__main__ import main
from inspector_app.commands import train
from inspector_app.settings import Settings
from tests.flow.conftest import Kensa, judge, kensa  # noqa: F401 - fixtures
from tests.learning.makers import labelled_folder


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture(scope="session")
def template(tiny_checkpoint: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with a frozen set and a trained adapter defect@1, on a tiny model that the settings name."""
    data = tmp_path_factory.mktemp("night") / "data"
    (data / "models").mkdir(parents=True)
    shutil.copytree(tiny_checkpoint, data / "models/tiny")
    # Nobody looks at labels again, except where a test is about that.
    Settings().changed(model="tiny", threads=1, label_sample=0).save(data / "settings.json")
    source = labelled_folder(data.parent / "plate", 40, operator=lambda n: "佐藤" if n % 4 < 2 else "山田")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(train, "step_aside", lambda: None)
        freeze = ["freeze", "--from", source, "--golden", source / "images/000.png"]
        for command in (freeze, ["train", "plate", "--steps", 3, "--batch", 4]):
            assert main([*map(str, command), "--data", str(data)]) == 0
    return data


@pytest.fixture
def ready(kensa: Kensa, template: Path, data: Path, monkeypatch: pytest.MonkeyPatch) -> Kensa:  # noqa: F811
    """A copy of it."""
    shutil.copytree(template, data)
    monkeypatch.setattr(train, "step_aside", lambda: None)  # the tests' own process stays as quick as it is
    return kensa


@pytest.fixture(autouse=True)
def unseen(monkeypatch: pytest.MonkeyPatch) -> None:
    """No embedded model looks at the labels, except where a test lets one: it would take seconds each time."""
    monkeypatch.setattr(loading, "load_glimpses", lambda *_: iter(()))
