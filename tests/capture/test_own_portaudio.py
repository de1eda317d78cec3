"""The installed program finds the PortAudio that it brings, also where the system has none."""

import ctypes.util
import sys
from pathlib import Path

import pytest

from inspector_app.capture import portaudio


def test_the_library_beside_the_program_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "_MEIPASS", str(tmp_path), raising=False)
    monkeypatch.setattr(ctypes.util, "find_library", lambda name: None)
    with portaudio._own_library():
        assert ctypes.util.find_library("portaudio") is None
    (tmp_path / "libportaudio.so.2").touch()
    with portaudio._own_library():
        assert ctypes.util.find_library("portaudio") == str(tmp_path / "libportaudio.so.2")
        assert ctypes.util.find_library("c") is None
    assert ctypes.util.find_library("portaudio") is None
