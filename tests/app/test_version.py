"""The version is written once for people and once for records; both say the same."""

import tomllib
from pathlib import Path

from inspector_app.version import APP_VERSION


def test_version_is_that_of_the_package() -> None:
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())
    assert project["project"]["version"] == APP_VERSION
