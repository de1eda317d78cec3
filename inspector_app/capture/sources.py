"""Which reader serves a source as the settings write it.

Knows the kinds of sources; opens none.
"""

from collections.abc import Callable
from pathlib import Path

from inspector_app.capture.folder import FolderReader
from inspector_app.capture.readers import DeviceReader, Reader, StreamReader, file_reader
from inspector_app.capture.setup import SIMULATED, CameraSetup, is_device, is_stream
from inspector_app.capture.simulated import SimulatedReader
from inspector_app.errors import KensaError


def reader_of(setup: CameraSetup) -> Reader:
    """The reader for a source as the settings write it; KensaError for a text that names none."""
    source = setup.source
    kind, _, rest = source.partition(":")
    makers: dict[str, Callable[[], Reader]] = {
        "folder": lambda: FolderReader(_folder(rest)),
        "file": lambda: file_reader(_path(rest)),
    }
    if source == SIMULATED:
        return SimulatedReader()
    if is_device(source):
        return DeviceReader(setup)
    if is_stream(source):
        return StreamReader(setup)
    if kind in makers:
        return makers[kind]()
    if source and Path(source).is_file():
        return file_reader(Path(source))
    raise KensaError(
        "bad_source",
        f"{source!r} names no camera; give a number, rtsp://…, http://…, folder:/path, file:/path or simulated.",
    )


def _path(text: str) -> Path:
    """A path after "file:" or "folder:", also as a browser writes it (file:///path)."""
    return Path(text[2:] if text.startswith("///") else text).expanduser()


def _folder(text: str) -> Path:
    path = _path(text)
    if not path.is_dir():
        raise KensaError("folder_gone", f"The folder {path} does not exist; check the path or the share.")
    return path
