"""What `kensa doctor` says of cameras and microphones, and of the package that is missing."""

import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from inspector_app.capture import microphone, setup
from inspector_app.capture.microphone import MicrophoneName
from inspector_app.capture.setup import CameraName
from inspector_app.commands import doctor
from inspector_app.commands.doctor import Finding
from inspector_app.settings import Settings


def look(what: Any, **settings: object) -> list[Finding]:
    """The findings of one look; none of them may be needed: without devices the program works with files."""
    found = list(what(SimpleNamespace(settings=Settings().changed(**settings))))
    assert not any(finding.needed for finding in found)
    return found


def test_each_microphone_is_named_and_a_chosen_one_that_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    names = [MicrophoneName("Headset", "Headset"), MicrophoneName("Webcam", "Webcam")]
    monkeypatch.setattr(microphone, "microphones", lambda: names)
    monkeypatch.setattr("inspector_app.capture.portaudio.portaudio", lambda: None)
    trial = microphone.Trial(microphone.Level(0.5, 0.1), [])
    monkeypatch.setattr(microphone, "try_microphone", lambda source: trial)
    *named, tried = look(doctor.sound, microphone="Webcam")
    assert [(f.ok, f.found) for f in named] == [(True, "Headset"), (True, "Webcam")]
    assert tried.ok and tried.found == "Webcam: -6 dB at the loudest"
    *_, last = look(doctor.sound, microphone="Old headset")
    assert not last.ok and "Old headset" in last.found


def test_no_microphone_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(microphone, "microphones", lambda: [])
    monkeypatch.setattr("inspector_app.capture.portaudio.portaudio", lambda: None)
    (found,) = look(doctor.sound)
    assert not found.ok and "no microphone" in found.found


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the package has a name on Debian only")
def test_the_package_of_portaudio_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def load(name: str) -> None:
        raise OSError(name)

    monkeypatch.setitem(sys.modules, "sounddevice", None)
    monkeypatch.setattr(doctor.ctypes, "CDLL", load)
    (found,) = look(doctor.sound)
    assert not found.ok and "apt-get install libportaudio2" in found.found


def test_each_camera_is_named_and_the_chosen_one_is_tried(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(setup, "devices", lambda: [CameraName("/dev/v4l/by-id/usb-HD", "HD Webcam")])
    listed, tried = look(doctor.cameras, camera="simulated")
    assert listed.ok and listed.found == "HD Webcam (/dev/v4l/by-id/usb-HD)"
    assert tried.ok and tried.found == "simulated: 960 x 720 pixels"
    _, folder = look(doctor.cameras, camera=f"folder:{tmp_path}")
    assert folder.ok and "waits for a photo" in folder.found
    _, gone = look(doctor.cameras, camera="97")
    assert not gone.ok and "97" in gone.found


def test_no_camera_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(setup, "devices", lambda: [])
    (found,) = look(doctor.cameras)
    assert not found.ok and found.what == "camera"
