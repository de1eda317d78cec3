"""Codes printed by a library, stuck on a rendered part, photographed askew in poor light; and what their texts say."""

import cv2
import numpy as np
import pytest
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from inspector_app.capture.code_fields import fields_of, identity_of
from inspector_app.capture.codes import read_codes, read_codes_of
from inspector_app.capture.sample import read_photo
from inspector_app.errors import KensaError
from inspector_app.identity import Identity
from inspector_app.parts import Part, Parts
from inspector_app.places import resources

GS = "\x1d"


def label(text: str, kind: str, width: int) -> np.ndarray:
    """The code as a printer makes it, with its quiet zone."""
    code = zxingcpp.create_barcode(text, zxingcpp.barcode_format_from_str(kind))
    bars = np.array(zxingcpp.write_barcode_to_image(code, scale=6, add_quiet_zones=True))
    bars = bars if bars.ndim == 2 else bars[:, :, 0]
    height = max(1, round(bars.shape[0] * width / bars.shape[1]))
    height = max(height, 90) if bars.shape[0] * 3 < bars.shape[1] else height
    return cv2.resize(bars, (width, height), interpolation=cv2.INTER_AREA)


def photographed(
    sticker: np.ndarray, tilt: float = 0.0, turn: float = 0.0, noise: float = 6.0, blur: float = 0.7
) -> np.ndarray:
    """The demonstration part with a sticker on it: in perspective, turned, unevenly lit, blurred, noisy. RGB."""
    photo = np.asarray(Image.open(resources() / "samples/demo-01.jpg").convert("RGB")).astype(np.float32)
    height, width = sticker.shape
    corners = np.float32([[0, 0], [width, 0], [width, height], [0, height]])
    squeeze = tilt * height / 2
    there = np.float32([[squeeze, 0], [width - squeeze, squeeze / 3], [width, height], [0, height - squeeze / 3]])
    angle = np.deg2rad(turn)
    turned = (there - [width / 2, height / 2]) @ np.array(
        [[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]]
    )
    there = np.float32(turned + [photo.shape[1] / 2, photo.shape[0] / 2])
    how = cv2.getPerspectiveTransform(corners, there)
    size = (photo.shape[1], photo.shape[0])
    mask = cv2.warpPerspective(np.ones_like(sticker, np.float32), how, size, flags=cv2.INTER_AREA)[..., None]
    pasted = cv2.warpPerspective(sticker.astype(np.float32), how, size, flags=cv2.INTER_LINEAR)[..., None]
    light = np.linspace(0.55, 1.0, size[0])[None, :, None]
    photo = (photo * (1 - mask) + (20 + 0.82 * pasted) * mask) * light
    photo = cv2.GaussianBlur(photo, (0, 0), blur) if blur else photo
    photo = photo + np.random.default_rng(7).normal(0, noise, photo.shape)
    return np.clip(photo, 0, 255).astype(np.uint8)


@pytest.mark.parametrize(
    ("kind", "text", "width"),
    [
        ("QRCode", "LOT=2408;SN=ロ-000123", 150),
        ("DataMatrix", "SN-000123", 110),
        ("Code128", "LOT-2408-17", 420),
        ("Code39", "ABC-1234", 520),
        ("EAN13", "4006381333931", 320),
        ("ITF", "12345678", 320),
        ("Aztec", "P-100 rev B", 120),
        ("PDF417", "cover A / lot 2408", 420),
    ],
)
@pytest.mark.parametrize(("tilt", "turn"), [(0.0, 0.0), (0.12, 14.0), (0.08, 90.0)])
def test_a_printed_code_is_read_from_a_photo(kind: str, text: str, width: int, tilt: float, turn: float) -> None:
    if kind == "PDF417":
        turn = min(turn, 3.0) if turn < 45 else turn  # the library wants it nearly level or upright
    photo = photographed(label(text, kind, width), tilt, turn)
    (code,) = read_codes(photo)
    assert code.text == text
    middle = np.mean(code.corners, axis=0)
    assert abs(middle[0] - 480) < 60 and abs(middle[1] - 360) < 60


def test_several_codes_come_from_top_to_bottom() -> None:
    photo = photographed(label("middle-01", "QRCode", 140))
    for text, top in (("first-01", 20), ("last-01", 560)):
        sticker = label(text, "DataMatrix", 120)
        photo[top : top + sticker.shape[0], 60 : 60 + sticker.shape[1]] = sticker[:, :, None]
    assert [code.text for code in read_codes(photo)] == ["first-01", "middle-01", "last-01"]


def test_the_same_code_twice_is_one() -> None:
    photo = photographed(label("twice-01", "QRCode", 140))
    sticker = label("twice-01", "QRCode", 140)
    photo[20 : 20 + sticker.shape[0], 20 : 20 + sticker.shape[1]] = sticker[:, :, None]
    assert [code.text for code in read_codes(photo)] == ["twice-01"]


def test_a_large_photo_gives_places_in_its_own_pixels() -> None:
    photo = photographed(label("large-01", "QRCode", 140))
    large = cv2.resize(photo, None, fx=5, fy=5, interpolation=cv2.INTER_CUBIC)
    (code,) = read_codes(large)
    assert code.text == "large-01"
    assert np.abs(np.mean(code.corners, axis=0) - [2400, 1800]).max() < 60


def test_the_bundled_parts_carry_no_code() -> None:
    for path in sorted((resources() / "samples").glob("*.jpg")):
        assert read_codes_of(read_photo(path)) == []


@pytest.mark.parametrize("size", [(1, 1), (3, 200), (40, 40)])
def test_tiny_pictures_hold_no_code(size: tuple[int, int]) -> None:
    assert read_codes(np.zeros((*size, 3), np.uint8)) == []


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("(01)04912345678904(10)L-2408(21)000123", {"part": "04912345678904", "lot": "L-2408", "serial": "000123"}),
        (
            f"]C10104912345678904{'10'}L-2408{GS}21000123",
            {"part": "04912345678904", "lot": "L-2408", "serial": "000123"},
        ),
        (f"010491234567890411260131{'10'}AB{GS}240cover-A", {"part": "cover-A", "lot": "AB"}),
        (
            f"[)>\x1e06{GS}Pcover-A{GS}1TL-2408{GS}S000123\x1e\x04",
            {"part": "cover-A", "lot": "L-2408", "serial": "000123"},
        ),
        (f"[)>06{GS}", {}),
        ("LOT=2408;SN=17", {"lot": "2408", "serial": "17"}),
        ("ロット:2408\n製造番号：17\n品番＝カバーA", {"lot": "2408", "serial": "17", "part": "カバーA"}),
        ("Part No.: cover-A | W/O", {}),
        ("WO: 4711", {"work_order": "4711"}),
        ("作業者:田中", {"operator": "田中"}),
        ("SN-000123", {}),
        ("4912345678904", {}),
        ("https://example.org/x=1", {}),
        ("", {}),
        ("0104912345678904", {"part": "04912345678904"}),
        ("010491234567890", {}),
    ],
)
def test_what_a_code_says(text: str, fields: dict[str, str]) -> None:
    assert fields_of(text) == fields


@given(st.text(max_size=80))
def test_any_text_is_understood_or_left_alone(text: str) -> None:
    fields = fields_of(text)
    assert set(fields) <= {"part", "lot", "serial", "work_order", "operator"} and all(fields.values())


@given(
    lot=st.text("ABC0123456789-/", min_size=1, max_size=20), serial=st.text("ABC0123456789-", min_size=1, max_size=20)
)
def test_gs1_is_read_back(lot: str, serial: str) -> None:
    assert fields_of(f"0104912345678904{'10'}{lot}{GS}21{serial}") == {
        "part": "04912345678904",
        "lot": lot,
        "serial": serial,
    }


PARTS = Parts({"P-100": Part("P-100", "軸", "Shaft"), "P-200": Part("P-200", "板", "Plate")})
HERE = Identity("P-100", lot="L-1", serial="S-1", work_order="W-1")


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("LOT=2408;SN=17", Identity("P-100", "2408", "17", "W-1")),
        (f"0104912345678904{'10'}AB12{GS}21S7", Identity("P-100", "AB12", "S7", "W-1")),
        (f"[)>\x1e06{GS}PP-200{GS}1TL9{GS}SX1\x1e\x04", Identity("P-200", "L9", "X1")),
        ("P-200", Identity("P-200")),
    ],
)
def test_fields_of_a_label_are_laid_over_what_is_known(text: str, after: Identity) -> None:
    assert identity_of(text, PARTS, HERE) == after


def test_a_label_of_an_unknown_part_fills_nothing_in() -> None:
    with pytest.raises(KensaError) as caught:
        identity_of("PN=P-300;LOT=7", PARTS, HERE)
    assert caught.value.code == "unknown_part"
    with pytest.raises(KensaError) as caught:
        identity_of("ABC123", PARTS, HERE)
    assert caught.value.code == "scan_unknown"
