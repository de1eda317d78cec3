"""A watched folder: each new photo once, whole, and never one that was there before."""

import io
import shutil
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from inspector_app.capture import folder as folder_module
from inspector_app.capture.camera import Camera, CameraSetup, State
from inspector_app.capture.sample import Photo
from inspector_app.capture.setup import View
from inspector_app.errors import KensaError
from tests.capture.conftest import QUICK, until
from tests.ui.fake_devices import scene


def jpeg(number: int, width: int = 320) -> bytes:
    file = io.BytesIO()
    Image.fromarray(scene(number, width)).save(file, "JPEG")
    return file.getvalue()


@pytest.fixture
def tethered(tmp_path: Path) -> Path:
    folder = tmp_path / "tethered"
    folder.mkdir()
    (folder / "old.jpg").write_bytes(jpeg(0))
    return folder


@pytest.fixture
def camera(tethered: Path) -> Iterator[Camera]:
    made = Camera(f"folder:{tethered}", QUICK)
    made.open()
    yield made
    made.close()


def arrivals(camera: Camera, count: int, seconds: float = 8.0) -> list[Photo | KensaError]:
    came: list[Photo | KensaError] = []
    until(lambda: len(came.__iadd__(camera.arrived())) >= count, seconds)
    return came


def names(came: list[Photo | KensaError]) -> list[str]:
    return [photo.name for photo in came if isinstance(photo, Photo)]


def test_open_means_that_the_folder_can_be_read(camera: Camera) -> None:
    assert camera.status().state is State.LIVE and camera.latest() is None and camera.arrived() == []
    with pytest.raises(KensaError) as caught:
        camera.still()
    assert caught.value.code == "no_new_photo"


def test_a_new_photo_comes_once_as_it_is(camera: Camera, tethered: Path) -> None:
    (tethered / "unit-1.jpg").write_bytes(jpeg(1))
    (came,) = arrivals(camera, 1)
    assert isinstance(came, Photo) and came.name == "unit-1.jpg" and came.data == jpeg(1)
    frame = camera.latest()
    assert frame is not None and frame.pixels.shape == (240, 320, 3)
    time.sleep(1.2)
    assert camera.arrived() == [] and camera.status().state is State.LIVE


def test_a_photo_that_is_still_written_is_waited_for(camera: Camera, tethered: Path) -> None:
    data = jpeg(2)
    with (tethered / "slow.jpg").open("wb") as file:
        # The pause in the middle is longer than a quiet file needs to be looked at.
        for part in (data[: len(data) // 2], data[len(data) // 2 :]):
            file.write(part)
            file.flush()
            time.sleep(folder_module.QUIET_SECONDS * 2.5)
            if part is not data[len(data) // 2 :] and file.tell() < len(data):
                assert camera.arrived() == []
    (came,) = arrivals(camera, 1)
    assert isinstance(came, Photo) and came.data == data


def test_a_file_that_is_reserved_before_it_is_filled_is_waited_for(camera: Camera, tethered: Path) -> None:
    (tethered / "reserved.jpg").touch()
    time.sleep(1.0)
    assert camera.arrived() == []
    (tethered / "reserved.jpg").write_bytes(jpeg(3))
    assert names(arrivals(camera, 1)) == ["reserved.jpg"]


def test_renamed_when_done_it_comes_though_its_time_is_old(camera: Camera, tethered: Path) -> None:
    part = tethered / "unit.jpg.part"
    part.write_bytes(jpeg(4))
    time.sleep(0.6)
    part.rename(tethered / "unit.jpg")
    assert names(arrivals(camera, 1)) == ["unit.jpg"]


def test_the_same_name_again_is_a_new_photo(camera: Camera, tethered: Path) -> None:
    for number in (1, 2):
        (tethered / "capture.jpg").write_bytes(jpeg(number))
        (came,) = arrivals(camera, 1)
        assert isinstance(came, Photo) and came.data == jpeg(number)
    (tethered / "capture.jpg").unlink()
    time.sleep(0.6)
    (tethered / "capture.jpg").write_bytes(jpeg(2))
    assert names(arrivals(camera, 1)) == ["capture.jpg"]


def test_a_burst_comes_in_order_and_none_is_lost(camera: Camera, tethered: Path) -> None:
    writer = threading.Thread(
        target=lambda: [(tethered / f"burst-{n:02d}.jpg").write_bytes(jpeg(n)) and time.sleep(0.03) for n in range(12)]
    )
    writer.start()
    came = arrivals(camera, 12, seconds=15)
    writer.join()
    assert names(came) == [f"burst-{number:02d}.jpg" for number in range(12)]


def test_what_is_no_photo_is_left_alone(camera: Camera, tethered: Path) -> None:
    (tethered / "settings.xmp").write_text("x")
    (tethered / ".hidden.jpg").write_bytes(jpeg(1))
    (tethered / "raw.cr2").write_bytes(b"raw")
    (tethered / "deeper.jpg").mkdir()
    (tethered / "last.jpg").write_bytes(jpeg(5))
    assert names(arrivals(camera, 1)) == ["last.jpg"]
    assert camera.status().state is State.LIVE


def test_a_broken_photo_is_said_once_and_the_next_comes(
    camera: Camera, tethered: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folder_module, "PATIENCE_SECONDS", 0.6)
    (tethered / "broken.jpg").write_bytes(jpeg(1)[:900])
    (error,) = arrivals(camera, 1)
    assert isinstance(error, KensaError) and error.code == "photo_broken" and "broken.jpg" in error.message
    (tethered / "good.jpg").write_bytes(jpeg(6))
    assert names(arrivals(camera, 1)) == ["good.jpg"]


def test_still_takes_the_photo_that_has_come(camera: Camera, tethered: Path) -> None:
    (tethered / "unit.jpg").write_bytes(jpeg(7))
    until(lambda: camera.latest() is not None)
    assert camera.still().data == jpeg(7)
    assert camera.arrived() == []


def test_the_view_is_applied_and_exif_is_followed(tethered: Path) -> None:
    camera = Camera(CameraSetup(f"folder:{tethered}", view=View(rotation=90)), QUICK)
    camera.open()
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was held upright: turn right to see it
    Image.fromarray(scene(1, 320, 240)).save(tethered / "upright.jpg", exif=exif)
    (came,) = arrivals(camera, 1)
    camera.close()
    # Once by EXIF, once by the view: upside down, as wide as it was.
    assert isinstance(came, Photo) and (came.width, came.height) == (320, 240)
    seen = np.asarray(Image.open(io.BytesIO(came.data)), np.int16)
    assert np.abs(seen - scene(1, 320, 240)[::-1, ::-1]).mean() < 6


def test_a_photo_that_comes_while_a_share_hiccups_is_not_lost(camera: Camera, tethered: Path) -> None:
    away = tethered.with_name("away")
    tethered.rename(away)
    (away / "meanwhile.jpg").write_bytes(jpeg(9))
    time.sleep(0.3)
    away.rename(tethered)
    assert names(arrivals(camera, 1)) == ["meanwhile.jpg"]
    assert camera.status().state is State.LIVE


def test_a_share_that_goes_away_is_lost_and_comes_back(
    camera: Camera, tethered: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folder_module, "HICCUP_SECONDS", 0.2)
    away = tethered.with_name("away")
    tethered.rename(away)
    until(lambda: camera.status().state is State.LOST)
    error = camera.status().error
    assert error is not None and error.code == "folder_gone" and str(tethered) in error.message
    away.rename(tethered)
    until(lambda: camera.status().state is State.LIVE)
    (tethered / "after.jpg").write_bytes(jpeg(8))
    assert names(arrivals(camera, 1)) == ["after.jpg"]
    shutil.rmtree(tethered)
    until(lambda: camera.status().state is State.LOST)
