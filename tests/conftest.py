"""What every test needs: no display, no network, and two tiny checkpoints to share (read only)."""

import os
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["HF_HUB_OFFLINE"] = "1"

import pytest


@pytest.fixture(scope="session")
def tiny_checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A native folder with random weights. Copy it before changing anything in it."""
    from tests.runtime.tiny import build_native

    return build_native(tmp_path_factory.mktemp("native") / "tiny")


@pytest.fixture(scope="session")
def tiny_original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same weights in the original remote-code layout, in three shards. Copy it before changing anything in it."""
    from tests.runtime.tiny import build_original

    return build_original(tmp_path_factory.mktemp("original") / "tiny-original")
