"""A network camera: a real Motion JPEG stream over HTTP, read by OpenCV, that stops and starts again in mid-flow."""

import http.server
import socket
import threading
import time
from collections.abc import Iterator

import cv2
import numpy as np
import pytest

from inspector_app.capture.camera import Camera, State
from inspector_app.capture.frames import LOST_SECONDS, OPEN_SECONDS
from inspector_app.capture.setup import is_stream, shown
from inspector_app.errors import KensaError
from tests.capture.conftest import Limits, until
from tests.ui.fake_devices import scene

PATIENT = Limits(open=OPEN_SECONDS, stale=1.0, lost=LOST_SECONDS, retry=0.1, retry_most=0.3)


class _Handler(http.server.BaseHTTPRequestHandler):
    server: "MjpegServer"

    def log_message(self, *_: object) -> None:
        return None

    def do_GET(self) -> None:
        self.server.asked += 1
        self.send_response(200)
        self.send_header("Content-Type", "multipart/x-mixed-replace; boundary=frame")
        self.end_headers()
        try:
            while not self.server.cut.is_set():
                if self.server.frozen.is_set():
                    time.sleep(0.05)
                    continue
                self.server.sent += 1
                picture = np.ascontiguousarray(scene(self.server.sent)[:, :, ::-1])
                body = cv2.imencode(".jpg", picture)[1].tobytes()
                self.wfile.write(b"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n" % len(body))
                self.wfile.write(body + b"\r\n")
                time.sleep(0.04)
        except OSError:
            return


class MjpegServer(http.server.ThreadingHTTPServer):
    """A camera on the network. `frozen`: connected, but no picture comes. `stop`: switched off."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, port: int = 0) -> None:
        self.asked = self.sent = 0
        self.cut, self.frozen = threading.Event(), threading.Event()
        super().__init__(("127.0.0.1", port), _Handler)
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/live"

    def stop(self) -> None:
        self.cut.set()
        self.shutdown()
        self.server_close()


@pytest.fixture
def server() -> Iterator[MjpegServer]:
    made = MjpegServer()
    yield made
    made.stop()


def test_a_stream_is_a_camera(server: MjpegServer) -> None:
    camera = Camera(server.address, PATIENT)
    camera.open()
    assert camera.status().state is State.LIVE
    first = camera.latest()
    assert first is not None and first.pixels.shape == (240, 320, 3)
    # The scene's rows grow redder downward: red first, not blue.
    assert int(first.pixels[200, 10, 0]) != int(first.pixels[200, 10, 1])
    until(lambda: (frame := camera.latest()) is not None and frame.number > first.number + 3)
    assert camera.still().width == 320
    camera.close()


def test_switched_off_in_mid_flow_it_is_lost_and_comes_back_by_itself() -> None:
    server = MjpegServer()
    port = server.server_port
    camera = Camera(server.address, PATIENT)
    camera.open()
    server.stop()
    until(lambda: camera.status().state is State.LOST, 10)
    error = camera.status().error
    assert error is not None and error.code in ("stream_gone", "no_stream") and str(port) in error.message
    with pytest.raises(KensaError):
        camera.still()
    before = camera.latest()
    server = MjpegServer(port)
    until(lambda: camera.status().state is State.LIVE, 10)
    assert before is not None
    until(lambda: (frame := camera.latest()) is not None and frame.number > before.number)
    assert camera.status().error is None
    camera.close()
    server.stop()


def test_a_picture_that_freezes_is_stale(server: MjpegServer) -> None:
    camera = Camera(server.address, PATIENT)
    camera.open()
    server.frozen.set()
    until(lambda: camera.status().state is State.STALE)
    with pytest.raises(KensaError) as caught:
        camera.still()
    assert caught.value.code == "stale_camera"
    server.frozen.clear()
    until(lambda: camera.status().state is State.LIVE)
    camera.close()


def test_the_picture_is_that_of_now(server: MjpegServer) -> None:
    """Frames do not queue up: what is seen was sent a moment ago."""
    camera = Camera(server.address, PATIENT)
    camera.open()
    time.sleep(1.0)
    until(lambda: (camera.age() or 1) < 0.1)
    frame, sent = camera.latest(), server.sent
    camera.close()
    assert frame is not None
    # The red of the upper left corner is the number of the picture; JPEG is not exact about it.
    behind = sent - int(np.median(frame.pixels[0, :4, 0]))
    assert -4 <= behind <= 15, f"{behind} pictures behind"


def test_nothing_answers_there(free_port: int) -> None:
    camera = Camera(f"http://someone:secret@127.0.0.1:{free_port}/live?token=abc", PATIENT)
    with pytest.raises(KensaError) as caught:
        camera.open()
    camera.close()
    assert caught.value.code == "no_stream" and str(free_port) in caught.value.message
    assert "secret" not in caught.value.message and "abc" not in caught.value.message


@pytest.fixture
def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("rtsp://user:pass@10.0.0.7:554/stream1?key=x", "rtsp://10.0.0.7:554/stream1?…"),
        ("http://cam.local/video", "http://cam.local/video"),
        ("https://[bad/", "https://…"),
        ("RTSP://u:p@h/x", "rtsp://h/x"),
        ("simulated", "simulated"),
        ("/dev/video0", "/dev/video0"),
    ],
)
def test_passwords_are_not_shown(source: str, said: str) -> None:
    assert shown(source) == said


def test_what_is_a_stream() -> None:
    assert is_stream("RTSP://x") and is_stream("https://x")
    assert not is_stream("file:///x") and not is_stream("folder:/x") and not is_stream("0")
