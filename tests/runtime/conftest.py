"""Copies of the tiny checkpoints, to be broken."""

import shutil
from pathlib import Path

import pytest


@pytest.fixture
def folder(tiny_checkpoint: Path, tmp_path: Path) -> Path:
    """A copy that may be broken."""
    return Path(shutil.copytree(tiny_checkpoint, tmp_path / "model"))


@pytest.fixture
def original(tiny_original: Path, tmp_path: Path) -> Path:
    """A copy of the original layout that may be broken."""
    return Path(shutil.copytree(tiny_original, tmp_path / "original"))
