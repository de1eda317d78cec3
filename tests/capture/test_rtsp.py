"""A camera that speaks RTSP, served by GStreamer: with a password; switched off in mid-flow and on again."""

import socket
from collections.abc import Iterator

import pytest

from inspector_app.capture.camera import Camera, State
from inspector_app.capture.frames import LOST_SECONDS, OPEN_SECONDS
from inspector_app.errors import KensaError
from tests.capture import rtsp_camera
from tests.capture.conftest import Limits, until
from tests.capture.rtsp_camera import RtspCamera

PATIENT = Limits(open=OPEN_SECONDS, stale=1.0, lost=LOST_SECONDS, retry=0.1, retry_most=0.3)
_LACKS = rtsp_camera.lacks()
pytestmark = pytest.mark.skipif(bool(_LACKS), reason=f"no RTSP camera can be served here: {_LACKS}")


@pytest.fixture
def port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


@pytest.fixture
def served(port: int) -> Iterator[RtspCamera]:
    made = RtspCamera(port, ("kensa", "geheim"))
    yield made
    made.switch_off()


def test_an_rtsp_camera_with_a_password(served: RtspCamera) -> None:
    camera = Camera(served.address.replace("//", "//kensa:geheim@"), PATIENT)
    camera.open()
    first = camera.latest()
    assert camera.status().state is State.LIVE and first is not None and first.pixels.shape == (240, 320, 3)
    until(lambda: (frame := camera.latest()) is not None and frame.number > first.number + 3)
    assert camera.still().width == 320
    camera.close()
    other = Camera(served.address.replace("//", "//kensa:wrong@"), PATIENT)
    with pytest.raises(KensaError) as caught:
        other.open()
    other.close()
    assert caught.value.code == "no_stream" and "wrong" not in caught.value.message


def test_an_rtsp_camera_without_power_is_lost_and_comes_back_by_itself(port: int) -> None:
    there = RtspCamera(port)
    camera = Camera(there.address, PATIENT)
    camera.open()
    there.switch_off()
    until(lambda: camera.status().state is State.LOST, 15)
    error = camera.status().error
    assert error is not None and str(port) in error.message
    before = camera.latest()
    there = RtspCamera(port)
    until(lambda: camera.status().state is State.LIVE, 15)
    assert before is not None
    until(lambda: (frame := camera.latest()) is not None and frame.number > before.number)
    camera.close()
    there.switch_off()
