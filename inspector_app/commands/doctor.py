"""`kensa doctor`: whether this computer has what the program needs, thing by thing, and what to do where not."""

import ctypes
import importlib
import importlib.metadata
import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from inspector_app import loading
from inspector_app.commands.run import DONE, FIXABLE, Run
from inspector_app.commands.window import has_display
from inspector_app.places import resources
from inspector_app.readiness import LEAST_FREE
from inspector_app.support import version_words
from model_runtime.verdict import Fixable

if TYPE_CHECKING:
    from inspector_app.capture.sample import Photo
    from inspector_app.capture.setup import CameraSetup

PACKAGES = (
    "torch",
    "transformers",
    "peft",
    "PySide6_Essentials",
    "sqlalchemy",
    "opencv-python-headless",
    "zxing-cpp",
    "sounddevice",
)
LEAST_MEMORY = 2_000_000_000
COLUMNS = ("", "what", "found")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at. A missing thing that is not needed only switches something off."""

    what: str
    ok: bool
    found: str
    needed: bool = True


def doctor(run: Run) -> int:
    """Looks at everything; 2 when something needed is missing."""
    findings: list[Finding] = []
    looks = (programs, computer, data_folder, window, report_font, sound, cameras, model)
    with run.terminal.meter(len(looks), "Looking") as meter:
        for look in looks:
            meter.tell(f"Looking at: {look.__name__.replace('_', ' ')}")
            for finding in _safely(look, run):
                findings.append(finding)
                if run.terminal.json:
                    run.terminal.emit(asdict(finding))
            meter.step()
    if not run.terminal.json:
        marks = {(True, True): "ok", (True, False): "ok", (False, True): "MISSING", (False, False): "off"}
        run.terminal.table(COLUMNS, [(marks[f.ok, f.needed], f.what, f.found) for f in findings])
    if run.args.report:
        _report(run, findings)
    return DONE if all(finding.ok or not finding.needed for finding in findings) else FIXABLE


def _report(run: Run, findings: list[Finding]) -> None:
    from inspector_app.support import write_report

    write_report(run.places, run.settings, [asdict(finding) for finding in findings], Path(run.args.report))
    run.terminal.say(f"{run.args.report} is for support; it holds no names, photos, notes or words of anybody.")


def programs(run: Run) -> Iterator[Finding]:
    """Python and the packages whose versions matter."""
    yield Finding("kensa", True, version_words())
    yield Finding("python", sys.version_info >= (3, 11), f"{platform.python_version()} on {platform.platform()}")
    for package in PACKAGES:
        try:
            yield Finding(package, True, importlib.metadata.version(package))
        except importlib.metadata.PackageNotFoundError:
            frozen = hasattr(sys, "_MEIPASS")
            yield Finding(
                package, frozen, "inside the program" if frozen else "not installed; set the program up again"
            )


def computer(run: Run) -> Iterator[Finding]:
    """Processor, memory, disk, and what torch computes on."""
    import psutil

    memory = psutil.virtual_memory()
    yield Finding("memory", memory.available > LEAST_MEMORY, f"{_gb(memory.available)} free of {_gb(memory.total)}")
    import torch

    threads = loading.threads_of(run.settings) or torch.get_num_threads()
    device = torch.cuda.get_device_name() if torch.cuda.is_available() else "CPU"
    yield Finding("torch device", True, f"{device}, {threads} threads of {os.cpu_count()} cores")


def data_folder(run: Run) -> Iterator[Finding]:
    """Whether it can be written, and how much room there is."""
    run.places.make()
    with tempfile.TemporaryFile(dir=run.places.data) as file:
        file.write(b"kensa")
    yield Finding("data folder", True, str(run.places.data))
    free = shutil.disk_usage(run.places.data).free
    yield Finding("disk", free > LEAST_FREE, f"{_gb(free)} free")


def window(run: Run) -> Iterator[Finding]:
    """The libraries that Qt needs of the system."""
    try:
        for name in ("QtCore", "QtGui", "QtWidgets"):
            importlib.import_module(f"PySide6.{name}")
        for plugin in _platform_plugins():
            ctypes.CDLL(str(plugin))
    except (ImportError, OSError) as error:
        lacking = " ".join(lacking_packages("window"))
        fix = f"on Debian: apt-get install {lacking}" if lacking else "set the program up again"
        yield Finding("window", False, f"{error}; {fix}", needed=False)
        return
    shown = "no display; the command line works" if not has_display() else "Qt can be loaded, a display is there"
    yield Finding("window", True, shown, needed=False)


def report_font(run: Run) -> Iterator[Finding]:
    """The letters of PDF reports; without them CSV and XLSX still work."""
    from inspector_app.reports.fonts import japanese_font

    try:
        yield Finding("report font", True, str(japanese_font()), needed=False)
    except Fixable as error:
        yield Finding("report font", False, error.message, needed=False)
    if lacking := lacking_packages("printing"):
        found = f"no printers without CUPS; reports are saved as PDF; on Debian: apt-get install {lacking[0]}"
        yield Finding("printing", False, found, needed=False)


def lacking_packages(purpose: str) -> list[str]:
    """Debian packages whose library cannot be loaded here, from the list that set-up installs by."""
    if not sys.platform.startswith("linux"):
        return []
    lacking = []
    for line in (resources() / "debian-packages.txt").read_text(encoding="utf-8").splitlines():
        library, package, serves = ("#", "", "") if line.startswith("#") else line.split()
        if serves == purpose:
            try:
                ctypes.CDLL(library)
            except OSError:
                lacking.append(package)
    return lacking


def _platform_plugins() -> list[Path]:
    """On Linux, Qt's way to the X server: a library of the system that it lacks is noticed only when a window opens."""
    if not sys.platform.startswith("linux"):
        return []
    from PySide6.QtCore import QLibraryInfo

    folder = Path(QLibraryInfo.path(QLibraryInfo.LibraryPath.PluginsPath)) / "platforms"
    return [folder / "libqxcb.so"]


def sound(run: Run) -> Iterator[Finding]:
    """PortAudio, each microphone, and whether the chosen one is there; without them sound files still work."""
    from inspector_app.capture import microphone, portaudio

    try:
        portaudio.portaudio()
    except Fixable as error:
        lacking = " ".join(lacking_packages("microphone"))
        fix = f"; on Debian: apt-get install {lacking}" if lacking else ""
        yield Finding("microphone", False, f"{error.message}{fix}", needed=False)
        return
    names = [found.name for found in microphone.microphones()]
    for name in names:
        yield Finding("microphone", True, name, needed=False)
    chosen = run.settings.microphone or ""
    if not names:
        yield Finding("microphone", False, "PortAudio is there, but no microphone; sound files work", needed=False)
    elif chosen and chosen not in names:
        yield Finding(
            "chosen microphone", False, f"{chosen} is not plugged in; connect it, or choose another", needed=False
        )
    else:
        yield _tried(chosen)


def _tried(chosen: str) -> Finding:
    """A second of the chosen microphone; silence is no fault where nobody speaks."""
    from inspector_app.capture import microphone

    try:
        trial = microphone.try_microphone(chosen)
    except Fixable as error:
        return Finding("chosen microphone", False, error.message, needed=False)
    level = f"{trial.level.peak_db:.0f} dB at the loudest"
    return Finding("chosen microphone", True, f"{chosen or 'the default of the system'}: {level}", needed=False)


def cameras(run: Run) -> Iterator[Finding]:
    """Each camera that the system names, and whether the chosen one gives a picture: it alone is opened."""
    from inspector_app.capture import setup

    found = setup.devices()
    for device in found:
        yield Finding("camera", True, f"{device.name} ({device.source})", needed=False)
    chosen = setup.CameraSetup.of(run.settings)
    if not found and chosen.source.isdigit():
        yield Finding("camera", False, "none; photos from files and the simulated camera work", needed=False)
        return
    yield _chosen_camera(chosen)


def _chosen_camera(chosen: "CameraSetup") -> Finding:
    from inspector_app.capture.camera import Camera
    from inspector_app.capture.setup import shown

    camera = Camera(chosen)
    try:
        camera.open()
        # A watched folder gives no picture before the shutter is pressed.
        picture = "waits for a photo" if camera.latest() is None else _pixels(camera.still())
        return Finding("chosen camera", True, f"{shown(chosen.source)}: {picture}", needed=False)
    except Fixable as error:
        return Finding("chosen camera", False, error.message, needed=False)
    finally:
        camera.close()


def _pixels(photo: "Photo") -> str:
    return f"{photo.width} x {photo.height} pixels"


def model(run: Run) -> Iterator[Finding]:
    """The chosen model: its files by hash, then loaded and asked what it must know."""
    from model_runtime import checkpoint

    folder, adapter, threads = loading.chosen(run.places, run.settings)
    faults = checkpoint.verify(folder, full=True)
    yield Finding("model files", not faults, "; ".join(faults) or f"{run.settings.model}: all hashes as installed")
    if faults:
        return
    judge = loading.load_judge(folder, adapter, threads)
    failed = judge.self_test() if isinstance(judge, loading.SelfTesting) else []
    yield Finding("model self-test", not failed, "; ".join(failed) or f"passed on {judge.identity.engine}")


def _safely(look: Callable[[Run], Iterator[Finding]], run: Run) -> Iterator[Finding]:
    """What a look finds; when it fails itself, that is a finding too, and the others go on."""
    what = look.__name__.replace("_", " ")
    needed = what not in ("window", "report font", "sound", "cameras")
    try:
        yield from look(run)
    except Fixable as error:
        yield Finding(what, False, error.message, needed)
    except Exception as error:  # noqa: BLE001 - the doctor must finish; what it could not look at is named
        yield Finding(what, False, f"{type(error).__name__}: {error}", needed)


def _gb(count: float) -> str:
    return f"{count / 1e9:.1f} GB"
