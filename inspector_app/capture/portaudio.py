"""PortAudio for all that records and plays: loaded when first needed, its devices by names that last.

PortAudio reads the list of devices once, and reading it again kills every open stream: so that happens only while none
is open. Knows sounddevice; does without it in words.
"""

import ctypes.util
import re
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from inspector_app.errors import KensaError

_CLOSE_SECONDS = 2.0
_lock = threading.RLock()
_open = 0
"""Streams that are open or being opened."""


@dataclass(frozen=True, slots=True)
class SoundDevice:
    """A device as PortAudio has it now: its number, its lasting name, its own rate and channels of one direction."""

    index: int
    name: str
    rate: int
    channels: int


def portaudio() -> ModuleType:
    """The sounddevice module; KensaError where PortAudio is not installed."""
    try:
        with _own_library():
            import sounddevice
    except (OSError, ImportError) as error:
        raise KensaError(
            "no_portaudio", "Sound needs the PortAudio library; install it (Debian: libportaudio2), or use sound files."
        ) from error
    module: ModuleType = sounddevice
    return module


@contextmanager
def _own_library() -> Iterator[None]:
    """The installed program brings PortAudio, where the search for libraries of the system does not look."""
    found = sorted(Path(getattr(sys, "_MEIPASS", "")).glob("libportaudio.so*")) if hasattr(sys, "_MEIPASS") else []
    if not found:
        yield
        return
    search = ctypes.util.find_library
    ctypes.util.find_library = lambda name: str(found[0]) if name == "portaudio" else search(name)
    try:
        yield
    finally:
        ctypes.util.find_library = search


@contextmanager
def in_use() -> Iterator[ModuleType]:
    """Open a stream inside; give it back with `released` when it was closed. Undone when the block fails."""
    global _open
    with _lock:
        sound = portaudio()
        if _open == 0:
            _rescan(sound)
        _open += 1
        try:
            yield sound
        except BaseException:
            _open -= 1
            raise


def released() -> None:
    """A stream that was opened inside `in_use` is closed."""
    global _open
    with _lock:
        _open = max(0, _open - 1)


def close(stream: Any) -> None:
    """Close a stream that was opened inside `in_use`; waits for it a little."""

    def work() -> None:
        try:
            stream.close()
        finally:
            released()

    # The driver of a device that was pulled out may never come back.
    thread = threading.Thread(target=work, name="kensa-sound-close", daemon=True)
    thread.start()
    thread.join(_CLOSE_SECONDS)


def inputs(*, rescan: bool = True) -> list[SoundDevice]:
    """The microphones that are plugged in now, each once; KensaError where PortAudio is missing."""
    return _devices("input", rescan)


def find(sound: Any, wanted: str, kind: str) -> SoundDevice:
    """The device of that name, the system's default for ""; KensaError where it is not there. Inside `in_use`."""
    try:
        if not wanted:
            return _device(sound.query_devices(None, kind), kind)
    except (sound.PortAudioError, ValueError) as error:
        raise _absent(wanted, kind) from error
    for device in _listed(sound, kind):
        if device.name == wanted:
            return device
    raise _absent(wanted, kind)


def lasting(name: str) -> str:
    """A device's name without what changes when it is plugged in again."""
    # ALSA numbers its cards in the order in which they came; Windows puts a count before a second headset's name.
    name = re.sub(r"\s*\((hw|plughw):[^)]*\)$", "", name)
    return re.sub(r"\((\d+)- ", "(", name).strip()


def _devices(kind: str, rescan: bool) -> list[SoundDevice]:
    with _lock:
        sound = portaudio()
        if rescan and _open == 0:
            _rescan(sound)
        return _listed(sound, kind)


def _listed(sound: Any, kind: str) -> list[SoundDevice]:
    found: dict[str, SoundDevice] = {}
    hosts = [str(host["name"]) for host in sound.query_hostapis()]
    raw = [device for device in sound.query_devices() if device[f"max_{kind}_channels"] > 0]
    # On Windows each device is there once for each interface; WASAPI alone has whole names and little delay.
    if sys.platform == "win32" and any("WASAPI" in hosts[device["hostapi"]] for device in raw):
        raw = [device for device in raw if "WASAPI" in hosts[device["hostapi"]]]
    for device in raw:
        made = _device(device, kind)
        name, count = made.name, 2
        while name in found:  # two of the same make
            name, count = f"{made.name} #{count}", count + 1
        found[name] = SoundDevice(made.index, name, made.rate, made.channels)
    return list(found.values())


def _device(device: Any, kind: str) -> SoundDevice:
    return SoundDevice(
        int(device["index"]),
        lasting(str(device["name"])),
        int(device["default_samplerate"]),
        int(device[f"max_{kind}_channels"]),
    )


def _absent(wanted: str, kind: str) -> KensaError:
    if kind == "output":
        return KensaError("no_speaker", "There is no loudspeaker to play the note; connect one.")
    if wanted:
        return KensaError(
            "microphone_gone",
            f"The microphone {wanted} is not plugged in; connect it, or choose another in the settings.",
        )
    return KensaError("no_microphone", "There is no microphone; connect one, or use a sound file.")


def _rescan(sound: Any) -> None:
    sound._terminate()
    sound._initialize()
