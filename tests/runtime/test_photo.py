"""Photos: every kind of file that a camera or a person brings, and the published dynamic-HD formula."""

import math
import time
import zlib
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from torch import Tensor

from model_runtime.photo import (
    count_tokens,
    lay_out,
    limit_crops,
    load_photo,
    prepare,
    stack,
)
from model_runtime.verdict import Fixable


def picture(width: int, height: int, seed: int = 0) -> Image.Image:
    """Smooth colours with some noise, different in every corner."""
    random = np.random.default_rng(seed)
    y, x = np.mgrid[0:height, 0:width]
    base = np.stack([x * 255 / width, y * 255 / height, (x + y) * 255 / (width + height)], axis=-1)
    return Image.fromarray(np.clip(base + random.normal(0, 20, base.shape), 0, 255).astype(np.uint8))


# --- the published formula, written out step by step and slowly ---


def published_grid(width: int, height: int, size: int, most: int) -> tuple[int, int]:
    columns, rows = math.ceil(width / size), math.ceil(height / size)
    if columns * rows <= most:
        return columns, rows
    ratios = {(i, j) for n in range(1, most + 1) for i in range(1, n + 1) for j in range(1, n + 1) if i * j <= most}
    best, least = (1, 1), float("inf")
    for ratio in sorted(ratios, key=lambda r: r[0] * r[1]):
        difference = abs(width / height - ratio[0] / ratio[1])
        if difference < least:
            best, least = ratio, difference
        elif difference == least and width * height > 0.5 * size * size * ratio[0] * ratio[1]:
            best = ratio
    return best


def triangle(n_in: int, n_out: int) -> np.ndarray:
    """(n_out, n_in) weights of the antialiased linear filter; half-pixel centres, edges renormalised."""
    scale = max(n_in / n_out, 1.0)
    centre = (np.arange(n_out)[:, None] + 0.5) * n_in / n_out
    weights = np.maximum(0, 1 - np.abs((np.arange(n_in)[None] + 0.5 - centre) / scale))
    return np.asarray(weights / weights.sum(1, keepdims=True))


def cubic(n_in: int, n_out: int) -> np.ndarray:
    """(n_out, n_in) weights of Keys' cubic (a = -0.75) without antialias, edge pixels repeated."""
    weights = np.zeros((n_out, n_in))
    for out in range(n_out):
        at = (out + 0.5) * n_in / n_out - 0.5
        for tap in range(math.floor(at) - 1, math.floor(at) + 3):
            d, a = abs(at - tap), -0.75
            w = (a + 2) * d**3 - (a + 3) * d**2 + 1 if d <= 1 else a * (d**3 - 5 * d**2 + 8 * d - 4) if d < 2 else 0.0
            weights[out, min(max(tap, 0), n_in - 1)] += w
    return weights


def published(image: Image.Image, size: int, patch: int, most: int) -> tuple[np.ndarray, np.ndarray, int]:
    """Crops (1 + n, 3, size, size), masks (1 + n, m, m), tokens, in numpy, loop by loop."""
    width, height = image.size
    columns, rows = published_grid(width, height, size, most)
    by_width, by_height = size * columns / width, size * rows / height
    if by_width < by_height:
        new_w, new_h = size * columns, int(height * by_width)
    else:
        new_w, new_h = int(width * by_height), size * rows
    pixels = np.asarray(image, dtype=np.float64).transpose(2, 0, 1)
    scaled = np.round(triangle(height, new_h) @ (pixels @ triangle(width, new_w).T))
    canvas = np.full((3, size * rows, size * columns), 255.0)
    canvas[:, :new_h, :new_w] = scaled
    canvas = (canvas / 255 - 0.5) / 0.5
    side = size // patch
    grid = np.ones((side * rows, side * columns))
    if size * columns - new_w >= patch:
        grid[:, -math.floor((size * columns - new_w) / patch) :] = 0
    if size * rows - new_h >= patch:
        grid[-math.floor((size * rows - new_h) / patch) :, :] = 0
    crops = [cubic(canvas.shape[1], size) @ (canvas @ cubic(canvas.shape[2], size).T)]
    masks = [np.ones((side, side))]
    for row in range(rows):
        for column in range(columns):
            crops.append(canvas[:, row * size : (row + 1) * size, column * size : (column + 1) * size])
            masks.append(grid[row * side : (row + 1) * side, column * side : (column + 1) * side])
    halves = [mask[0::2, 0::2] for mask in masks[1:]]
    base = len(halves[0])
    laid = np.block([[halves[row * columns + column] for column in range(columns)] for row in range(rows)])
    tokens = base * base + 1 + int(laid.sum()) + int(laid[:, 0].sum()) + base
    return np.stack(crops), np.stack(masks), tokens


TABLE = [
    (448, 448, 36, 545),
    (640, 480, 36, 1065),
    (1280, 720, 36, 1596),
    (1920, 1080, 36, 3918),
    (3840, 2160, 36, 7392),
    (1920, 1080, 8, 2129),
]


@pytest.mark.parametrize(("width", "height", "dynamic_hd", "tokens"), TABLE)
def test_tokens_of_the_published_table(width: int, height: int, dynamic_hd: int, tokens: int) -> None:
    assert count_tokens(width, height, 448, 14, dynamic_hd) == tokens


def test_token_ranges_of_few_crops() -> None:
    sizes = [(448, 448), (640, 480), (1280, 720), (1920, 1080), (3840, 2160)]
    assert {count_tokens(*size, 448, 14, 1) for size in sizes} <= set(range(426, 546))
    assert {count_tokens(*size, 448, 14, 4) for size in sizes[1:]} <= set(range(753, 1066))


SIZES = [(56, 56), (57, 56), (300, 100), (90, 400), (640, 480), (31, 17), (113, 200)]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(("crop", "patch", "dynamic_hd"), [(56, 14, 1), (56, 14, 4), (70, 14, 5), (448, 14, 36)])
def test_pixels_masks_and_tokens_equal_the_published_formula(
    size: tuple[int, int], crop: int, patch: int, dynamic_hd: int
) -> None:
    image = picture(*size)
    ours = prepare(image, crop, patch, dynamic_hd)
    crops, masks, tokens = published(image, crop, patch, dynamic_hd)
    assert ours.pixel_values.shape == crops.shape
    assert ours.size == (crop * lay_out(*size, crop, dynamic_hd).rows, crop * lay_out(*size, crop, dynamic_hd).columns)
    difference = np.abs(ours.pixel_values.numpy() - crops)
    # A value that lies halfway between two levels may be rounded either way by float32 and float64.
    assert np.mean(difference > 1e-4) < 0.02
    assert difference.max() < 2.5 / 127.5
    assert np.array_equal(ours.mask.numpy(), masks.astype(bool))
    assert ours.tokens == tokens == count_tokens(*size, crop, patch, dynamic_hd)


@given(width=st.integers(8, 3000), height=st.integers(8, 3000), dynamic_hd=st.integers(1, 36))
@settings(max_examples=200, deadline=None)
def test_grid_and_mask_follow_the_formula_for_any_size(width: int, height: int, dynamic_hd: int) -> None:
    if max(width, height) > 20 * min(width, height):
        return
    layout = lay_out(width, height, 280, dynamic_hd)
    assert (layout.columns, layout.rows) == published_grid(width, height, 280, dynamic_hd)
    assert layout.columns * layout.rows <= dynamic_hd
    assert min(layout.padding) == 0
    assert layout.scaled[0] + layout.padding[0] == layout.rows * 280


def test_large_photo_strips_give_the_same_pixels() -> None:
    image = picture(2600, 1700)
    pixels = torch.from_numpy(np.array(image)).permute(2, 0, 1)[None].float()
    whole = torch.nn.functional.interpolate(pixels, size=(183, 280), mode="bilinear", antialias=True).round()
    ours = prepare(image, 280, 14, 1).pixel_values[1, :, :183]
    assert torch.allclose(ours, (whole[0] - 127.5) / 127.5, atol=1e-6)


def test_padding_is_white_and_masked() -> None:
    photo = prepare(picture(280, 140), 280, 14, 1)
    assert torch.all(photo.pixel_values[1, :, 140:] == 1)
    assert photo.mask[1, :10].all()
    assert not photo.mask[1, 10:].any()


def test_stacked_photos_are_padded_like_the_library() -> None:
    small, large = prepare(picture(56, 56), 56, 14, 4), prepare(picture(112, 100), 56, 14, 4)
    both = stack([small, large])
    assert both["image_pixel_values"].shape == (2, 5, 3, 56, 56)
    assert both["image_pixel_values"][0, 2:].abs().sum() == 0
    assert both["image_attention_mask"][0, 2:].all()
    assert both["image_sizes"].tolist() == [[56, 56], [112, 112]]


def test_crops_are_limited_to_the_room() -> None:
    assert limit_crops([(1920, 1080)], 448, 14, 36, 4000) == 36
    most = limit_crops([(1920, 1080), (1920, 1080)], 448, 14, 36, 4000)
    assert 2 * count_tokens(1920, 1080, 448, 14, most) <= 4000
    assert any(2 * count_tokens(1920, 1080, 448, 14, more) > 4000 for more in range(most + 1, 37))
    with pytest.raises(Fixable) as refusal:
        limit_crops([(640, 480)], 448, 14, 4, 100)
    assert refusal.value.code == "question_too_long"


# --- files ---


def code_of(path: Path) -> str:
    with pytest.raises(Fixable) as refusal:
        load_photo(path)
    message = refusal.value.message
    assert path.name in message
    assert message.endswith(".")
    assert "\n" not in message
    return refusal.value.code


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("suffix", ["jpg", "png", "tif"])
def test_exif_turns_the_photo_upright(tmp_path: Path, orientation: int, suffix: str) -> None:
    upright = Image.new("RGB", (60, 40), (0, 0, 0))
    upright.paste((255, 0, 0), (0, 0, 30, 20))
    back = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}
    stored = upright.transpose(Image.Transpose(back[orientation])) if orientation > 1 else upright
    exif = Image.Exif()
    exif[274] = orientation
    stored.save(tmp_path / f"p.{suffix}", exif=exif, quality=95)
    loaded = load_photo(tmp_path / f"p.{suffix}")
    assert loaded.size == (60, 40)
    assert loaded.getpixel((10, 10))[0] > 200
    assert loaded.getpixel((50, 10))[0] < 60
    assert loaded.getpixel((10, 30))[0] < 60


def test_deep_grey_is_scaled_not_clipped(tmp_path: Path) -> None:
    ramp = np.linspace(0, 65535, 64, dtype=np.uint16)[None].repeat(16, 0)
    for suffix in ("png", "tif"):
        Image.fromarray(ramp).save(tmp_path / f"deep.{suffix}")
        loaded = np.asarray(load_photo(tmp_path / f"deep.{suffix}"))
        assert np.abs(loaded[0, :, 0].astype(int) - np.linspace(0, 255, 64)).max() <= 1
    Image.fromarray((ramp / 65535).astype(np.float32)).save(tmp_path / "float.tif")
    assert np.asarray(load_photo(tmp_path / "float.tif"))[0, 32, 0] in (128, 129, 130)


def test_transparency_lies_on_white(tmp_path: Path) -> None:
    clear = Image.new("RGBA", (20, 20), (0, 0, 0, 0))
    clear.paste((10, 20, 30, 255), (0, 0, 10, 20))
    clear.save(tmp_path / "rgba.png")
    loaded = load_photo(tmp_path / "rgba.png")
    assert (loaded.getpixel((2, 2)), loaded.getpixel((15, 2))) == ((10, 20, 30), (255, 255, 255))
    clear.convert("LA").save(tmp_path / "la.png")
    assert load_photo(tmp_path / "la.png").getpixel((15, 2)) == (255, 255, 255)
    palette = Image.new("P", (20, 20), 1)
    palette.putpalette([0, 0, 0, 200, 0, 0])
    palette.paste(0, (10, 0, 20, 20))
    palette.save(tmp_path / "p.png", transparency=0)
    loaded = load_photo(tmp_path / "p.png")
    assert (loaded.getpixel((2, 2)), loaded.getpixel((15, 2))) == ((200, 0, 0), (255, 255, 255))


@pytest.mark.parametrize(
    ("mode", "suffix"), [("L", "png"), ("1", "png"), ("CMYK", "jpg"), ("CMYK", "tif"), ("P", "gif")]
)
def test_other_modes_keep_their_brightness(tmp_path: Path, mode: str, suffix: str) -> None:
    halves = Image.new("RGB", (40, 20), (255, 255, 255))
    halves.paste((0, 0, 0), (0, 0, 20, 20))
    halves.convert(mode).save(tmp_path / f"p.{suffix}")
    loaded = load_photo(tmp_path / f"p.{suffix}")
    assert loaded.mode == "RGB"
    assert max(loaded.getpixel((5, 5))) < 60
    assert min(loaded.getpixel((35, 5))) > 200


def test_files_that_are_no_photo(tmp_path: Path) -> None:
    (tmp_path / "empty.jpg").touch()
    (tmp_path / "text.jpg").write_text("not a photo at all\n" * 100)
    (tmp_path / "sound.png").write_bytes(b"RIFF\x24\x00\x00\x00WAVEfmt " + bytes(2000))
    (tmp_path / "random.jpg").write_bytes(np.random.default_rng(0).bytes(5000))
    (tmp_path / "script.eps").write_text("%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 100 100\n")
    assert code_of(tmp_path / "empty.jpg") == "photo_empty"
    for name in ("text.jpg", "sound.png", "random.jpg", "script.eps"):
        assert code_of(tmp_path / name) == "photo_not_image"
    assert code_of(tmp_path / "gone.jpg") == "photo_missing"
    (tmp_path / "folder.jpg").mkdir()
    assert code_of(tmp_path / "folder.jpg") == "photo_unreadable"


@pytest.mark.parametrize("suffix", ["jpg", "png", "tif", "bmp", "webp", "gif"])
@pytest.mark.parametrize("share", [0.05, 0.5, 0.9])
def test_truncated_files_are_refused(tmp_path: Path, suffix: str, share: float) -> None:
    path = tmp_path / f"cut.{suffix}"
    picture(300, 200).save(path)
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * share)])
    assert code_of(path) in ("photo_broken", "photo_not_image", "photo_unreadable")


def test_sizes_that_cannot_be_judged(tmp_path: Path) -> None:
    Image.new("RGB", (1, 1)).save(tmp_path / "dot.png")
    Image.new("RGB", (100, 7)).save(tmp_path / "low.png")
    Image.new("RGB", (4000, 20)).save(tmp_path / "thin.png")
    assert code_of(tmp_path / "dot.png") == "photo_too_small"
    assert code_of(tmp_path / "low.png") == "photo_too_small"
    assert code_of(tmp_path / "thin.png") == "photo_aspect"


def bomb(width: int, height: int) -> bytes:
    """A small valid PNG of black pixels, 1 bit each."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return len(body).to_bytes(4, "big") + kind + body + zlib.crc32(kind + body).to_bytes(4, "big")

    header = width.to_bytes(4, "big") + height.to_bytes(4, "big") + bytes([1, 0, 0, 0, 0])
    packer = zlib.compressobj(1)
    rows = b"".join(packer.compress(bytes((width + 7) // 8 + 1)) for _ in range(height)) + packer.flush()
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


@pytest.mark.parametrize(("width", "height"), [(30000, 30000), (10001, 10000)])
def test_a_decompression_bomb_is_refused_before_decoding(tmp_path: Path, width: int, height: int) -> None:
    (tmp_path / "bomb.png").write_bytes(bomb(width, height))
    start = time.perf_counter()
    assert code_of(tmp_path / "bomb.png") == "photo_too_large"
    assert time.perf_counter() - start < 0.2


def test_a_photo_of_nearly_the_limit_is_read(tmp_path: Path, recwarn: pytest.WarningsRecorder) -> None:
    (tmp_path / "large.png").write_bytes(bomb(9700, 9700))
    assert load_photo(tmp_path / "large.png").size == (9700, 9700)
    assert not recwarn.list


def test_unreadable_file_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    picture(20, 20).save(tmp_path / "locked.png")

    def denied(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Image, "open", denied)
    assert code_of(tmp_path / "locked.png") == "photo_unreadable"


def test_prepare_is_quick() -> None:
    image = picture(1920, 1080)
    prepare(image, 280, 14, 4)
    start = time.perf_counter()
    for _ in range(3):
        prepared: Tensor = prepare(image, 280, 14, 4).pixel_values
    assert (time.perf_counter() - start) / 3 < 0.2
    assert len(prepared) > 1
