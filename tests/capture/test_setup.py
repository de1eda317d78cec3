"""What a station says of its camera: region, view, settings."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspector_app.capture.checks import PhotoLimits
from inspector_app.capture.setup import CameraSetup, Region, View, cameras
from inspector_app.errors import KensaError
from inspector_app.settings import CHECKS, Settings

PER_CENT = st.floats(0, 100).map(lambda value: round(value, 1))


def test_settings_become_a_setup() -> None:
    settings = Settings().changed(
        camera=" rtsp://cam/1 ",
        camera_resolution="1920x1080",
        camera_exposure_ms=20,
        camera_mirror=True,
        camera_rotation="270",
        camera_region="10,20,50,60",
    )
    setup = CameraSetup.of(settings)
    assert setup == CameraSetup("rtsp://cam/1", "1920x1080", 20, View(True, 270, Region(0.1, 0.2, 0.5, 0.6)))
    assert setup.size() == (1920, 1080)
    assert CameraSetup.of(Settings()) == CameraSetup() and CameraSetup().size() is None
    assert CameraSetup(resolution="max").size() == (10_000, 10_000)


def test_a_region_that_does_not_fit_is_refused_or_left_out() -> None:
    with pytest.raises(ValueError):
        Settings().changed(camera_region="90,0,50,50")
    assert CameraSetup.of(Settings.from_json({"camera_region": "90,0,50,50"})).view.region is None


@pytest.mark.parametrize(
    "text", ["1,2,3", "a,b,c,d", "-1,0,10,10", "0,0,0,10", "60,0,50,10", "nan,0,10,10", "0,0,inf,1"]
)
def test_a_wrong_region_is_said(text: str) -> None:
    with pytest.raises(KensaError) as caught:
        Region.parse(text)
    assert caught.value.code == "bad_region" and text in caught.value.message


@given(left=PER_CENT, top=PER_CENT, width=PER_CENT, height=PER_CENT)
def test_a_region_is_read_back_or_refused(left: float, top: float, width: float, height: float) -> None:
    text = f"{left},{top},{width},{height}"
    try:
        region = Region.parse(text)
    except KensaError:
        assert width < 1 or height < 1 or left + width > 100 or top + height > 100
        return
    assert region is not None and Region.parse(str(region)) == pytest.approx(region)


@given(
    mirror=st.booleans(),
    rotation=st.sampled_from([0, 90, 180, 270]),
    region=st.none()
    | st.builds(Region, st.floats(0, 0.5), st.floats(0, 0.5), st.floats(0.01, 0.5), st.floats(0.01, 0.5)),
    rows=st.integers(1, 40),
    columns=st.integers(1, 40),
)
def test_every_view_gives_a_picture_of_the_right_size(
    mirror: bool, rotation: int, region: Region | None, rows: int, columns: int
) -> None:
    seen = View(mirror, rotation, region).apply(np.zeros((rows, columns, 3), np.uint8))
    high, wide = (columns, rows) if rotation in (90, 270) else (rows, columns)
    if region is None:
        assert seen.shape == (high, wide, 3)
    else:
        assert 1 <= seen.shape[0] <= high and 1 <= seen.shape[1] <= wide
        assert abs(seen.shape[0] - region.height * high) <= 2 and abs(seen.shape[1] - region.width * wide) <= 2


def test_clockwise_is_clockwise() -> None:
    picture = np.zeros((2, 3, 3), np.uint8)
    picture[0, 0] = 255
    assert View(rotation=90).apply(picture)[0, -1, 0] == 255
    assert View(rotation=180).apply(picture)[-1, -1, 0] == 255
    assert View(rotation=270).apply(picture)[-1, 0, 0] == 255
    assert View(mirror=True).apply(picture)[0, -1, 0] == 255


def test_the_simulated_camera_can_always_be_chosen() -> None:
    assert cameras()[-1].source == "simulated"


def test_limits_come_from_the_settings() -> None:
    assert PhotoLimits.of(Settings()) == PhotoLimits(**CHECKS) == PhotoLimits()
    assert PhotoLimits.of(Settings().changed(check_focus=0, check_glare=9)) == PhotoLimits(
        0, CHECKS["dark"], CHECKS["bright"], 9
    )
