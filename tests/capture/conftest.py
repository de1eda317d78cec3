"""What the tests of capture share: how to wait, a film, a camera that a test builds from a script."""

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from inspector_app.capture.camera import Limits
from inspector_app.capture.portaudio import portaudio
from inspector_app.capture.readers import Reader, Shot
from inspector_app.errors import KensaError
from tests.capture.booth import Booth
from tests.ui.fake_devices import scene

QUICK = Limits(open=2.0, stale=0.4, lost=0.8, retry=0.05, retry_most=0.2, hang=2.0)
"""So that a test need not wait as long as an operator would."""


def until(condition: Callable[[], bool], seconds: float = 8.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.01)


class Script(Reader):
    """A source that does what a test says: `plugged` lets it deliver, `hang` lets it never answer."""

    def __init__(self, bench: "Scripts") -> None:
        self._bench = bench

    def open(self) -> None:
        self._bench.opened += 1
        if self._bench.refusal is not None:
            raise self._bench.refusal

    def read(self) -> Shot:
        if self._bench.hang.is_set():
            self._bench.let_go.wait(30)
        time.sleep(0.01)
        if self._bench.failure is not None:
            raise self._bench.failure
        self._bench.delivered += 1
        return Shot(np.ascontiguousarray(scene(self._bench.delivered)[:, :, ::-1]))

    def close(self) -> None:
        self._bench.closed += 1


class Scripts:
    """Makes readers, one for each attempt, and counts what becomes of them."""

    def __init__(self) -> None:
        self.opened = self.closed = self.delivered = 0
        self.refusal: Exception | None = None
        self.failure: Exception | None = None
        self.hang, self.let_go = threading.Event(), threading.Event()

    def __call__(self, _: object) -> Reader:
        return Script(self)


@pytest.fixture
def scripts() -> Scripts:
    return Scripts()


@pytest.fixture(scope="session")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Forty pictures at 20 a second, as Motion JPEG."""
    import cv2

    path = tmp_path_factory.mktemp("film") / "film.avi"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 20.0, (320, 240))
    assert writer.isOpened()
    for number in range(40):
        writer.write(np.ascontiguousarray(scene(number)[:, :, ::-1]))
    writer.release()
    return path


@pytest.fixture(scope="module")
def _booth() -> Iterator[Booth]:
    if lacks := Booth.lacks():
        pytest.skip(f"no recording booth on this system: {lacks}; `bash .ci/setup --dev` installs it on Debian")
    try:
        portaudio()
    except KensaError as error:
        pytest.skip(error.message)
    booth = Booth()
    yield booth
    booth.close()


@pytest.fixture
def booth(_booth: Booth) -> Iterator[Booth]:
    """A microphone that hears what is played to it, silent at first."""
    if not _booth.on:
        _booth.switch_on()
    yield _booth
    _booth.quiet()
