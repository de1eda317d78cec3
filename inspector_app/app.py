"""The program with its window: the only place that builds things, and that takes them down again in order.

Reads top to bottom: window first, then the records, then the model, each on its lane. torch is imported only by the
model's own lane, after the window is on the screen.
"""

from __future__ import annotations

import gc
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QApplication

import inspector_app.ui  # noqa: F401 - first of all: it makes what is imported next quicker

# isort: split
from inspector_app.errors import KensaError
from inspector_app.places import Places, resources
from inspector_app.readiness import Trouble, disk_is_low
from inspector_app.settings import Settings
from inspector_app.ui import icons, theme
from inspector_app.ui.courier import Courier
from inspector_app.ui.desk import Desk, Devices, Lanes
from inspector_app.ui.keeper import Keeper, TakenSheet
from inspector_app.ui.language import Language
from inspector_app.ui.main_window import MainWindow
from inspector_app.ui.problems import Problems
from inspector_app.ui.readiness import Phase, Readiness
from inspector_app.ui.training_watch import NightWatch
from model_runtime.verdict import Judge, Stopped

if TYPE_CHECKING:
    from inspector_app.capture.frames import CameraLike
    from inspector_app.capture.microphone import MicrophoneLike, MicrophoneName
    from inspector_app.capture.setup import CameraSetup
    from inspector_app.inspection import Station
    from inspector_app.records.store import Store

_log = logging.getLogger(__name__)

_FIRST_PICTURE_MS = 60

LoadJudge = Callable[[Places, Settings, Callable[[str], None]], Judge]
"""Called on the model's lane; tells its progress in words, which also is where it can be stopped."""


def run(places: Places, *, on_history: bool = False) -> int:
    """Show the window and stay until it is closed; the exit code. KensaError where there is no display."""
    _need_display()
    qt = QApplication.instance()
    application = qt if isinstance(qt, QApplication) else QApplication([sys.argv[0] or "kensa"])
    program = Program(application, places)
    program.catch_errors()
    program.on_history = on_history
    program.start()
    try:
        return application.exec()
    finally:
        program.close()


def real_devices() -> Devices:
    """The cameras, microphones and the loudspeaker of this computer; their libraries come with the first one."""
    from inspector_app.capture.setup import cameras
    from inspector_app.capture.speaker import Speaker

    def camera(setup: CameraSetup) -> CameraLike:
        from inspector_app.capture.camera import Camera

        return Camera(setup)

    def microphone(source: str) -> MicrophoneLike:
        from inspector_app.capture.microphone import Microphone

        return Microphone(source)

    def microphones() -> list[MicrophoneName]:
        from inspector_app.capture import microphone

        return microphone.microphones()

    return Devices(camera, microphone, Speaker(), cameras, microphones)


def load_real_judge(places: Places, settings: Settings, progress: Callable[[str], None]) -> Judge:
    """The model of the settings; imports torch."""
    from inspector_app import loading

    judge = loading.load_judge(*loading.chosen(places, settings), progress)
    return loading.Following(judge, places, settings) if isinstance(judge, loading.Changing) else judge


class Program(QObject):
    """Everything that lives as long as the window."""

    _stage = Signal(object, str)
    _caught = Signal(object)

    def __init__(
        self,
        application: QApplication,
        places: Places,
        devices: Devices | None = None,
        load_judge: LoadJudge = load_real_judge,
    ) -> None:
        super().__init__()
        # A busy lane gives way after a tenth of a millisecond, not five: the window paints with many short calls, and
        # each of them may have to wait once.
        sys.setswitchinterval(0.0001)
        self._application, self._places, self._load_judge = application, places, load_judge
        self.on_history = False  # which page is shown once the records are open
        self.settings = Settings.load(places.settings)
        self._template = resources() / "theme.qss"
        theme.prepare(application, self.settings.theme)
        self.language = Language(resources() / "translations", self)
        self.language.use(self.settings.language)
        self.lanes, self.problems, self.readiness = Lanes(), Problems(self), Readiness(self)
        self.desk = Desk(self.lanes, self.problems, self)
        self.window = MainWindow(self.desk, devices or real_devices(), self.readiness, self.settings)
        theme.dress(application, self._template)
        self.keeper = Keeper(places, self.lanes.model, self.problems, self.readiness, lambda: self.settings, self)
        self.courier = Courier(self.problems, self.readiness, self)
        self._store: Store | None = None
        self.night: NightWatch | None = None
        self._open = True
        self._connect()

    def _connect(self) -> None:
        self._stage.connect(self.readiness.move)
        self._caught.connect(self.problems.tell)
        self.window.settings_changed.connect(self._use)
        self.window.inspect_page.remembered.connect(self._remember)
        self.desk.counted.connect(lambda _: self._look_at_disk())
        self._application.setApplicationName("Kensa")

    def start(self) -> None:
        """Show the window; all else begins when it is on the screen."""
        self.window.show()
        # Where no window manager does it, the keys would go nowhere.
        self.window.activateWindow()
        # After the first picture: the libraries that the records load would hold it up.
        QTimer.singleShot(_FIRST_PICTURE_MS, self._open_records)

    def close(self) -> None:
        """Devices, lanes, records, in this order. May be called twice."""
        if not self._open:
            return
        self._open = False
        self.window.hide()
        self.lanes.closing.set()
        self.window.inspect_page.release()
        if self.night is not None:
            self.night.close()
        self.lanes.close()
        self.keeper.close()
        self.courier.close()
        if self._store is not None:
            self._store.close()
        self.language.forget()

    def catch_errors(self) -> None:
        """Our bugs, from any thread, become an entry in the list of problems; Ctrl-C in the terminal ends cleanly."""

        def caught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
            if isinstance(error, KeyboardInterrupt):
                self._application.quit()
            else:
                self._caught.emit(error)

        def caught_in_thread(args: threading.ExceptHookArgs) -> None:
            if args.exc_value is not None:
                self._caught.emit(args.exc_value)

        sys.excepthook = caught
        threading.excepthook = caught_in_thread
        if threading.current_thread() is threading.main_thread():
            # Later: it comes between any two instructions, perhaps while a lane's lock is held that closing needs, too.
            signal.signal(signal.SIGINT, lambda *_: QTimer.singleShot(0, self._application.quit))
        # Python looks at signals only between its own instructions: give it some.
        pulse = QTimer(self, interval=250)
        pulse.timeout.connect(lambda: None)
        pulse.start()

    # 1 the records, on the lane of the disk

    def _open_records(self) -> None:
        gc.enable()  # commands/window.py switched it off for the start
        self._application.setWindowIcon(icons.icon("scan-search", theme.tokens().accent))
        self.readiness.move(Phase.RECORDS)
        task = self.lanes.disk.start(self._open_station)
        task.done.connect(self._records_open)
        task.failed.connect(self._not_ready)

    def _open_station(self) -> Station:
        # The database's library is loaded on this lane, beside the window and not before it.
        # So are the devices' libraries, for a camera and a microphone are opened next.
        from inspector_app.capture import camera, microphone  # noqa: F401
        from inspector_app.inspection import Station
        from inspector_app.parts import Parts
        from inspector_app.records.store import Store

        self._places = self.keeper.open()
        self._store = Store.open(self._places)
        return Station(self._store, None, Parts.load(self._places), self.settings.thresholds, self.settings)

    def _records_open(self, station: Station) -> None:
        self.desk.use(station)
        self.night = NightWatch(self.window, self.desk)
        self.keeper.begin(station.store)
        if self._places.read_only:
            self._only_read(station)
            return
        self.courier.begin(station.store, self._places, self.settings)
        self.window.load(station.parts, lambda: self.language.code)
        if self.on_history:
            self.window.go_history()
        else:
            self.window.welcome()
        self.readiness.move(Phase.LOADING)
        task = self.lanes.model.start(self._load_model, station)
        task.done.connect(lambda _: self._model_loaded())
        task.failed.connect(self._not_ready)

    def _only_read(self, station: Station) -> None:
        """Another window has the folder: its history can be read, no model is needed, and the core refuses the rest."""
        self.window.load(station.parts, lambda: self.language.code)
        self.readiness.move(Phase.LOADING)
        self.readiness.set(Trouble.READ_ONLY, True)
        self.readiness.move(Phase.READY)
        if self.night is not None:
            self.night.begin(self.settings)
        self.window.go_history()
        self.window.open_dialog(TakenSheet(self._application.quit, self.window))

    def _look_at_disk(self) -> None:
        """After each unit, on the lane of the disk: a network drive may be slow to answer."""
        task = self.lanes.disk.start(disk_is_low, self._places.data)
        task.done.connect(lambda low: self.readiness.set(Trouble.DISK_LOW, low))

    # 2 the model, on its own lane

    def _load_model(self, station: Station) -> None:
        from inspector_app.loading import SelfTesting

        def progress(words: str) -> None:
            if self.lanes.closing.is_set():
                raise Stopped
            self._stage.emit(Phase.LOADING, words)

        judge = self.keeper.guard(lambda: self._load_judge(self._places, self.settings, progress))
        if isinstance(judge, SelfTesting):
            progress("")
            self._stage.emit(Phase.SELF_TEST, "")
            if faults := judge.self_test():
                raise KensaError("self_test", f"The model failed its self-test ({faults[0]}); install it again.")
            self._stage.emit(Phase.WARMING_UP, "")
            judge.warm_up()
        # All that a model brings lives as long as the program: the collector need not look through it again and again,
        # which would stop every thread for a tenth of a second each time.
        gc.freeze()
        # Here and not in the answer: the judgments that wait on this lane begin before the answer is delivered.
        station.model = judge

    def _model_loaded(self) -> None:
        self.readiness.move(Phase.READY)
        self.desk.judge_waiting()

    def _not_ready(self, error: Exception) -> None:
        self.problems.tell(error)
        self.readiness.fail(error)

    # 3 what the person chooses

    def _use(self, settings: Settings) -> None:
        """At once on the screen; kept by the station, which asks whether this person may change it."""
        before, self.settings = self.settings, settings
        self.courier.use(settings)
        theme.apply(self._application, settings.theme, self._template)
        self.language.use(settings.language)
        station = self.desk.station
        if station is None:
            self._save()
            return
        task = self.lanes.disk.start(station.change_settings, self.desk.person, settings, self._places)
        task.failed.connect(lambda error: self._refused(error, before))

    def _refused(self, error: Exception, before: Settings) -> None:
        """Back to what it was: no right to change it, or the disk is full."""
        self.problems.tell(error)
        self.courier.use(before)
        self.settings = before
        theme.apply(self._application, before.theme, self._template)
        self.language.use(before.language)
        self.window.take_settings(before)

    def _remember(self, part: str, lot: str) -> None:
        if (part, lot) != (self.settings.last_part, self.settings.last_lot):
            self.settings = self.settings.changed(last_part=part, last_lot=lot)
            self.window.keep_settings(self.settings)
            if self.desk.station is not None:
                self.desk.station.settings = self.settings
            self._save()

    def _save(self) -> None:
        if self._places.read_only:
            return
        task = self.lanes.disk.start(self.settings.save, self._places.settings)
        task.failed.connect(self.problems.tell)


def _need_display() -> None:
    """Qt ends the process where it finds no display; say so before."""
    chosen = os.environ.get("QT_QPA_PLATFORM", "")
    if not sys.platform.startswith("linux") or chosen.startswith(("offscreen", "minimal", "vnc", "linuxfb", "eglfs")):
        return
    if not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        raise KensaError("no_display", "There is no display for the window; use the commands, see kensa --help.")
