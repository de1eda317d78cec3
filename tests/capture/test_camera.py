"""Cameras: one contract, passed by the fake, a film, the simulated one and, where there is hardware, a real one; and
what becomes of a camera that stops, refuses, hangs or comes back."""

import io
import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from inspector_app.capture.camera import Camera, CameraLike, CameraSetup, Limits, State
from inspector_app.capture.readers import PhotoReader, VideoReader, bgr_of
from inspector_app.capture.setup import Region, View, devices, linux_devices
from inspector_app.capture.sources import reader_of
from inspector_app.errors import KensaError
from inspector_app.places import resources
from tests.capture.conftest import QUICK, Scripts, until
from tests.ui.fake_devices import FakeCamera, scene


@pytest.fixture(params=["fake", "film", "simulated", "hardware"])
def camera(request: pytest.FixtureRequest, film: Path) -> Iterator[CameraLike]:
    if request.param == "hardware" and not devices():
        pytest.skip("no camera on this computer")
    made: CameraLike = {
        "fake": FakeCamera,
        "film": lambda: Camera(f"file:{film}"),
        "simulated": lambda: Camera("simulated"),
        "hardware": Camera,
    }[request.param]()
    yield made
    made.close()


class TestCameraContract:
    def test_nothing_comes_before_it_is_open(self, camera: CameraLike) -> None:
        assert camera.latest() is None and camera.age() is None and camera.status().state is State.CLOSED
        with pytest.raises(KensaError):
            camera.still()

    def test_open_means_that_a_frame_came(self, camera: CameraLike) -> None:
        camera.open()
        frame = camera.latest()
        assert frame is not None and frame.pixels.dtype == np.uint8 and frame.pixels.shape[2] == 3
        age = camera.age()
        assert age is not None and age < 1.0 and camera.status().state is State.LIVE

    def test_begun_it_comes_to_live_by_itself(self, camera: CameraLike) -> None:
        camera.start()
        until(lambda: camera.status().state is State.LIVE)
        assert camera.latest() is not None

    def test_frames_go_on(self, camera: CameraLike) -> None:
        camera.open()
        first = camera.latest()
        assert first is not None
        until(lambda: (frame := camera.latest()) is not None and frame.number > first.number)

    def test_a_still_is_a_photo_of_the_same_shape(self, camera: CameraLike) -> None:
        camera.open()
        photo, frame = camera.still(), camera.latest()
        assert frame is not None
        height, width = frame.pixels.shape[:2]
        assert photo.width >= width and photo.height / photo.width == pytest.approx(height / width, rel=0.01)
        assert Image.open(io.BytesIO(photo.data)).format == "JPEG"

    def test_nothing_arrives_by_itself(self, camera: CameraLike) -> None:
        camera.open()
        assert camera.arrived() == []

    def test_close_twice_does_no_harm(self, camera: CameraLike) -> None:
        camera.open()
        camera.close()
        camera.close()
        assert camera.status().state is State.CLOSED
        with pytest.raises(KensaError):
            camera.still()


# -- what is seen


@pytest.mark.parametrize("kind", ["video", "photo"])
def test_colours_come_as_red_green_blue(tmp_path: Path, kind: str) -> None:
    if kind == "video":
        path = tmp_path / "red.avi"
        writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 20.0, (64, 64))
        for _ in range(5):
            writer.write(np.full((64, 64, 3), (0, 0, 230), np.uint8))
        writer.release()
    else:
        path = tmp_path / "red.png"
        Image.new("RGB", (64, 64), (230, 0, 0)).save(path)
    camera = Camera(f"file:{path}")
    camera.open()
    frame, photo = camera.latest(), camera.still()
    camera.close()
    assert frame is not None
    for pixels in (frame.pixels, np.asarray(Image.open(io.BytesIO(photo.data)))):
        assert pixels[32, 32, 0] > 200 and pixels[32, 32, 2] < 40


def test_the_view_turns_preview_and_still_alike(tmp_path: Path) -> None:
    """Four quarters of four greys; mirrored, turned to the right and cut to the upper half, two are left."""
    quarters = np.kron(np.array([[10, 80], [160, 240]], np.uint8), np.ones((40, 60), np.uint8))
    Image.fromarray(quarters).convert("RGB").save(tmp_path / "quarters.png")
    view = View(mirror=True, rotation=90, region=Region(0, 0, 1, 0.5))
    camera = Camera(CameraSetup(f"file:{tmp_path / 'quarters.png'}", view=view))
    camera.open()
    frame, photo = camera.latest(), camera.still()
    camera.close()
    assert frame is not None
    # Mirrored: 80 10 / 240 160. Clockwise: 240 80 / 160 10. The upper half: 240 80.
    for pixels in (frame.pixels, np.asarray(Image.open(io.BytesIO(photo.data)))):
        assert pixels.shape == (60, 80, 3)
        assert abs(int(pixels[30, 20, 0]) - 240) < 4 and abs(int(pixels[30, 60, 0]) - 80) < 4


def test_a_large_picture_is_small_on_the_screen_and_whole_in_the_still(tmp_path: Path) -> None:
    Image.fromarray(scene(width=3000, height=2000)).save(tmp_path / "large.png")
    camera = Camera(CameraSetup(f"file:{tmp_path / 'large.png'}", view=View(rotation=180)))
    camera.open()
    frame, photo = camera.latest(), camera.still()
    camera.close()
    assert frame is not None and max(frame.pixels.shape[:2]) == 1280
    assert (photo.width, photo.height) == (3000, 2000)


def test_a_photo_file_is_kept_as_it_is() -> None:
    path = resources() / "samples/demo-01.jpg"
    camera = Camera(f"file:{path}")
    camera.open()
    photo = camera.still()
    camera.close()
    assert photo.data == path.read_bytes()


def test_the_simulated_camera_goes_on_after_each_still() -> None:
    camera = Camera("simulated")
    camera.open()
    names = []
    for _ in range(9):
        names.append(camera.still().name)
        until(lambda: (shot := camera._shot) is not None and shot.photo is not None and shot.photo.name != names[-1])
    camera.close()
    assert names == [f"demo-0{number}.jpg" for number in (*range(1, 9), 1)]


def test_a_film_is_played_again_without_a_gap(film: Path) -> None:
    camera = Camera(f"file:{film}", QUICK)
    camera.open()
    # The film has 40 frames in two seconds.
    until(lambda: (frame := camera.latest()) is not None and frame.number > 45 or camera.status().error is not None)
    assert camera.status().state is State.LIVE
    camera.close()


@pytest.mark.parametrize(
    "picture",
    [
        np.full((4, 6), 100, np.uint8),
        np.full((4, 6, 1), 100, np.uint8),
        np.full((4, 6, 4), 100, np.uint8),
        np.full((4, 6), 100 << 4, np.uint16),
    ],
)
def test_grey_deep_and_four_channel_pictures_become_three_bytes(picture: np.ndarray) -> None:
    made = bgr_of(picture)
    assert made.shape == (4, 6, 3) and made.dtype == np.uint8 and 90 <= made.mean() <= 210


# -- what goes wrong, and how it ends


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ("97", "no_camera"),
        ("/dev/video97", "no_camera"),
        ("file:/nowhere/film.avi", "missing"),
        ("folder:/nowhere", "folder_gone"),
        ("wobble", "bad_source"),
        ("", "bad_source"),
        ("ftp://here/film", "bad_source"),
    ],
)
def test_a_source_that_is_not_there_is_said_at_once(source: str, code: str) -> None:
    camera = Camera(source)
    before = time.monotonic()
    with pytest.raises(KensaError) as caught:
        camera.open()
    assert caught.value.code == code and time.monotonic() - before < 3
    status = camera.status()
    assert status.state is State.LOST and status.error is not None and status.error.code == code
    camera.close()


@pytest.mark.parametrize("content", [b"", b"no film at all" * 100])
def test_a_file_that_is_no_video_is_said(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "film.mp4"
    path.write_bytes(content)
    camera = Camera(f"file:{path}")
    with pytest.raises(KensaError) as caught:
        camera.open()
    camera.close()
    assert caught.value.code == "bad_video" and str(path) in caught.value.message


def test_a_camera_that_is_plugged_in_later_comes_by_itself(scripts: Scripts) -> None:
    scripts.refusal = KensaError("no_camera", "There is no camera 0; connect one, or work with files.")
    camera = Camera("0", QUICK, scripts)
    with pytest.raises(KensaError):
        camera.open()
    assert camera.status().state is State.LOST
    scripts.refusal = None
    until(lambda: camera.status().state is State.LIVE)
    assert camera.still().width == 320
    camera.close()


def test_unplugged_it_is_lost_with_the_reason_and_back_when_plugged_in(scripts: Scripts) -> None:
    camera = Camera("0", QUICK, scripts)
    camera.open()
    scripts.failure = KensaError("camera_gone", "The camera 0 gives no more pictures; check its cable.")
    until(lambda: camera.status().state is State.LOST)
    error = camera.status().error
    assert error is not None and error.code == "camera_gone"
    with pytest.raises(KensaError) as caught:
        camera.still()
    assert caught.value.code == "camera_gone"
    number = camera.latest()
    scripts.failure = None
    until(lambda: camera.status().state is State.LIVE)
    assert camera.status().error is None
    until(lambda: (now := camera.latest()) is not None and number is not None and now.number > number.number)
    camera.close()
    until(lambda: scripts.opened == scripts.closed)


def test_attempts_grow_rarer(scripts: Scripts) -> None:
    scripts.refusal = KensaError("no_camera", "none")
    camera = Camera("0", QUICK, scripts)
    camera.start()
    time.sleep(1.0)
    camera.close()
    # 0.05, 0.1, 0.2, 0.2 ... of pauses: five or six in a second; without growing it were twenty.
    assert 3 <= scripts.opened <= 8


def test_a_bug_of_a_driver_is_no_end(scripts: Scripts) -> None:
    camera = Camera("0", QUICK, scripts)
    camera.open()
    scripts.failure = ZeroDivisionError("somewhere in a driver")
    until(lambda: camera.status().state is State.LOST)
    error = camera.status().error
    assert error is not None and error.code == "camera_failed" and "ZeroDivisionError" in error.message
    scripts.failure = None
    until(lambda: camera.status().state is State.LIVE)
    camera.close()


def test_a_driver_that_stops_answering_is_stale_then_lost_and_left_behind(scripts: Scripts) -> None:
    camera = Camera("0", QUICK, scripts)
    camera.open()
    scripts.hang.set()
    until(lambda: camera.status().state is State.STALE)
    with pytest.raises(KensaError) as caught:
        camera.still()
    assert caught.value.code == "stale_camera"
    until(lambda: camera.status().state is State.LOST)
    # The next attempt is answered again, though the first thread still waits for its driver.
    scripts.hang.clear()
    until(lambda: camera.status().state is State.LIVE)
    assert scripts.closed < scripts.opened
    camera.close()
    scripts.let_go.set()
    until(lambda: scripts.closed == scripts.opened)


def test_drivers_that_hang_are_not_tried_without_end(scripts: Scripts) -> None:
    scripts.hang.set()
    camera = Camera("0", QUICK, scripts)
    camera._limits = Limits(open=0.1, stale=0.1, lost=0.1, retry=0.01, retry_most=0.02, hang=0.1)
    before = threading.active_count()
    with pytest.raises(KensaError) as caught:
        camera.open()
    time.sleep(1.0)
    assert caught.value.code == "silent_camera"
    assert scripts.opened == 3 and threading.active_count() <= before + 4
    camera.close()
    scripts.let_go.set()


def test_close_does_not_wait_for_a_driver_that_hangs(scripts: Scripts) -> None:
    camera = Camera("0", QUICK, scripts)
    camera.open()
    scripts.hang.set()
    time.sleep(0.1)
    before = time.monotonic()
    camera.close()
    assert time.monotonic() - before < 2
    scripts.let_go.set()
    until(lambda: scripts.closed == 1)


def test_open_ends_when_it_is_closed_meanwhile(scripts: Scripts) -> None:
    scripts.hang.set()
    camera = Camera("0", Limits(open=60.0), scripts)
    threading.Timer(0.2, camera.close).start()
    before = time.monotonic()
    with pytest.raises(KensaError):
        camera.open()
    assert time.monotonic() - before < 5
    scripts.let_go.set()


# -- which cameras there are


def test_linux_cameras_by_names_that_last(tmp_path: Path) -> None:
    """As the kernel shows a webcam with two device files and a frame grabber without a lasting name."""
    known, links, files = tmp_path / "class", tmp_path / "by-id", tmp_path / "dev"
    files.mkdir()
    for number, name, index in ((0, "HD Webcam", "0"), (1, "HD Webcam", "1"), (10, "Grabber", "0"), (2, "Old", None)):
        (known / f"video{number}").mkdir(parents=True)
        (known / f"video{number}/name").write_text(name + "\n")
        if index is not None:
            (known / f"video{number}/index").write_text(index + "\n")
        (files / f"video{number}").touch()
    links.mkdir()
    (links / "usb-HD_Webcam-video-index0").symlink_to(files / "video0")
    found = [(camera.source, camera.name) for camera in linux_devices(known, links)]
    assert found == [(str(links / "usb-HD_Webcam-video-index0"), "HD Webcam"), ("2", "Old"), ("10", "Grabber")]


def test_sources_are_read_as_they_are_written(tmp_path: Path, film: Path) -> None:
    Image.new("RGB", (16, 16)).save(tmp_path / "p.JPG")
    assert isinstance(reader_of(CameraSetup(f"file:{tmp_path}/p.JPG")), PhotoReader)
    assert isinstance(reader_of(CameraSetup(f"file://{tmp_path}/p.JPG")), PhotoReader)
    assert isinstance(reader_of(CameraSetup(f"file:{film}")), VideoReader)
    assert isinstance(reader_of(CameraSetup(str(film))), VideoReader)


def test_windows_trap_is_set_before_opencv_is_loaded(film: Path) -> None:
    camera = Camera(f"file:{film}")
    camera.open()
    camera.close()
    assert os.environ["OPENCV_VIDEOIO_MSMF_ENABLE_HW_TRANSFORMS"] == "0"
