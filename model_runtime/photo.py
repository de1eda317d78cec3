"""A photo file becomes an upright RGB picture, the picture the crops, masks and token count of the vision encoder.

Knows the published dynamic-HD formula of Phi-4-multimodal. Knows no weights, no prompt and no window.
"""

import io
import math
import struct
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import torch
from PIL import Image, UnidentifiedImageError
from torch import Tensor
from torch.nn import functional

from model_runtime.verdict import Fixable

FORMATS = ("JPEG", "PNG", "BMP", "TIFF", "WEBP", "GIF", "PPM", "JPEG2000", "AVIF")
"""No format that starts a foreign program to decode (EPS) or that is never a photo."""
MAX_PIXELS = 100_000_000
MIN_SIDE = 8
MAX_ASPECT = 20
THINNEST = 10
"""Pixels that the thin side must keep after scaling; the library's own limit."""
STRIP_ROWS = 128
LARGE = 30_000_000
"""Pixels."""
WHITE = 255.0
TOO_LONG = "Photos, voice and criteria together are too long for the model; shorten the criteria."


@dataclass(frozen=True, slots=True)
class PhotoTensors:
    """One photo as the vision encoder takes it; the global crop comes first.

    `pixel_values` (1 + crops, 3, crop, crop) float32 in -1..1, `size` (height, width) of the crop grid in pixels,
    `mask` (1 + crops, patches, patches) bool, True where a patch holds photo, `tokens` the image tokens in the prompt.
    """

    pixel_values: Tensor
    size: tuple[int, int]
    mask: Tensor
    tokens: int


@dataclass(frozen=True, slots=True)
class Layout:
    """How a photo is laid onto a grid of square crops: scaled to `scaled`, white to the right and below."""

    columns: int
    rows: int
    scaled: tuple[int, int]
    """(height, width)."""
    padding: tuple[int, int]
    """(below, right)."""


def load_photo(path: Path, data: bytes | None = None) -> Image.Image:
    """Reads a photo: upright by its EXIF, RGB, 8 bit. Raises `Fixable` with one sentence when it cannot be judged.

    `data`: the file's content, where it was read already.
    """
    name = path.name
    try:
        if path.stat().st_size == 0:
            raise _refused("empty", f"The photo {name} is empty (0 bytes); take it or copy it again.")
        with _opened(path if data is None else io.BytesIO(data)) as image:
            _check_size(image.size, name)
            return _decoded(image, name)
    except FileNotFoundError:
        raise _refused("missing", f"The photo {path} does not exist.") from None
    except UnidentifiedImageError:
        raise _refused("not_image", f"{name} is not a photo in a known format (JPEG, PNG, BMP, TIFF, WebP).") from None
    except Image.DecompressionBombError:
        raise _too_large(name) from None
    except MemoryError:
        raise _refused("too_large", f"There is not enough memory to open the photo {name}.") from None
    except OSError as error:
        raise _refused("unreadable", f"The photo {name} cannot be read: {error.strerror or error}.") from error


def _refused(what: str, sentence: str) -> Fixable:
    return Fixable(f"photo_{what}", sentence)


@lru_cache(maxsize=1)
def _formats() -> tuple[str, ...]:
    """Those of FORMATS that this build of Pillow can decode."""
    Image.init()
    return tuple(name for name in FORMATS if name in Image.OPEN)


def _opened(source: Path | io.BytesIO) -> Image.Image:
    # Pillow warns of bombs on its own; the limit below is ours and is a refusal.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        try:
            return Image.open(source, formats=_formats())
        except (SyntaxError, ValueError, struct.error, EOFError) as error:
            raise UnidentifiedImageError(str(error)) from error


def _check_size(size: tuple[int, int], name: str) -> None:
    """The header's word, before a single pixel is decoded."""
    width, height = size
    shown = f"{width}x{height}"
    if width * height > MAX_PIXELS:
        raise _too_large(name, f" ({shown})")
    if min(size) < MIN_SIDE:
        raise _refused("too_small", f"The photo {name} is {shown} pixels; {MIN_SIDE}x{MIN_SIDE} are the least.")
    if max(size) > MAX_ASPECT * min(size):
        raise _refused("aspect", f"The photo {name} is too long and thin ({shown}); {MAX_ASPECT}:1 is the most.")


def _too_large(name: str, shown: str = "") -> Fixable:
    return _refused("too_large", f"The photo {name} has more than {MAX_PIXELS // 10**6} megapixels{shown}.")


def _decoded(image: Image.Image, name: str) -> Image.Image:
    try:
        image.load()
    except MemoryError:
        raise
    except (OSError, SyntaxError, ValueError, EOFError, IndexError, TypeError, struct.error) as error:
        raise _refused("broken", f"The photo {name} is damaged or cut off; take it or copy it again.") from error
    return _upright(to_rgb(image), image)


def _upright(picture: Image.Image, source: Image.Image) -> Image.Image:
    """Turns by the EXIF of the source, which a mode conversion may have dropped. Broken EXIF turns nothing."""
    try:
        orientation = source.getexif().get(274, 1)
    except (OSError, SyntaxError, ValueError, KeyError, TypeError, struct.error):
        return picture
    turn = _TURNS.get(orientation) if isinstance(orientation, int) else None
    return picture.transpose(turn) if turn is not None else picture


_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def to_rgb(image: Image.Image) -> Image.Image:
    """Any Pillow mode to 8-bit RGB: deep grey is scaled, what is transparent lies on white."""
    if image.mode == "F" or image.mode.startswith("I"):
        return _deep_grey(image)
    if image.mode in ("RGBA", "LA", "PA", "RGBa", "La") or "transparency" in image.info:
        layered = image.convert("RGBA")
        ground = Image.new("RGBA", image.size, (255, 255, 255, 255))
        return Image.alpha_composite(ground, layered).convert("RGB")
    return image.convert("RGB") if image.mode != "RGB" else image.copy()


def _deep_grey(image: Image.Image) -> Image.Image:
    """16-bit (and float) grey: the whole range onto 0..255, where a plain `convert` would clip at 255."""
    values = np.nan_to_num(np.asarray(image, dtype=np.float32))
    top = float(values.max(initial=0.0))
    if image.mode == "F":
        full = 1.0 if top <= 1.0 else 255.0 if top <= 255.0 else 65535.0
    else:
        full = 65535.0 if top <= 65535.0 else float(2**31 - 1)
    levels = np.clip(values * (255.0 / full) + 0.5, 0, 255).astype(np.uint8)
    return Image.fromarray(levels).convert("RGB")


@lru_cache(maxsize=64)
def _grids(most: int) -> tuple[tuple[int, int], ...]:
    """(columns, rows) of at most `most` crops. Built as a set, as published: its order decides ties."""
    ratios = {
        (i, j) for n in range(1, most + 1) for i in range(1, n + 1) for j in range(1, n + 1) if 1 <= i * j <= most
    }
    return tuple(sorted(ratios, key=lambda ratio: ratio[0] * ratio[1]))


def _closest_grid(width: int, height: int, crop_size: int, most: int) -> tuple[int, int]:
    aspect, area = width / height, width * height
    best, least = (1, 1), math.inf
    for grid in _grids(most):
        difference = abs(aspect - grid[0] / grid[1])
        if difference < least:
            best, least = grid, difference
        elif difference == least and area > 0.5 * crop_size * crop_size * grid[0] * grid[1]:
            best = grid
    return best


def lay_out(width: int, height: int, crop_size: int, dynamic_hd: int) -> Layout:
    """The grid of at most `dynamic_hd` crops for a photo of that size. Raises `Fixable` for a photo too thin for it."""
    columns, rows = math.ceil(width / crop_size), math.ceil(height / crop_size)
    if columns * rows > dynamic_hd:
        columns, rows = _closest_grid(width, height, crop_size, dynamic_hd)
    target_width, target_height = crop_size * columns, crop_size * rows
    by_width, by_height = target_width / width, target_height / height
    if by_width < by_height:
        scaled = (int(height * by_width), target_width)
    else:
        scaled = (target_height, int(width * by_height))
    if min(scaled) < THINNEST:
        raise _refused("aspect", f"The photo is too long and thin ({width}x{height}) to be judged.")
    return Layout(columns, rows, scaled, (target_height - scaled[0], target_width - scaled[1]))


def _useful(layout: Layout, crop_size: int, patch_size: int) -> tuple[int, int]:
    """Rows and columns of patches that hold photo; the rest is white padding."""
    side = crop_size // patch_size
    return layout.rows * side - layout.padding[0] // patch_size, layout.columns * side - layout.padding[1] // patch_size


def _halved(useful: int, crops: int, side: int) -> int:
    """How many of the useful patches fall on even places of their crop, which is where the mask is read."""
    full, rest = divmod(useful, side)
    return full * math.ceil(side / 2) + math.ceil(rest / 2) if full < crops else crops * math.ceil(side / 2)


def _tokens(layout: Layout, crop_size: int, patch_size: int) -> int:
    side = crop_size // patch_size
    base = math.ceil(side / 2)
    rows, columns = _useful(layout, crop_size, patch_size)
    height, width = _halved(rows, layout.rows, side), _halved(columns, layout.columns, side)
    return base * (base + 1) + 1 + height * (width + 1)


def count_tokens(width: int, height: int, crop_size: int, patch_size: int, dynamic_hd: int) -> int:
    """Image tokens of a photo of that size, without touching a pixel."""
    return _tokens(lay_out(width, height, crop_size, dynamic_hd), crop_size, patch_size)


def limit_crops(sizes: Sequence[tuple[int, int]], crop_size: int, patch_size: int, wanted: int, room: int) -> int:
    """The largest dynamic_hd <= `wanted` with which all photos (width, height) together take at most `room` tokens.

    Raises `Fixable` when even one crop each is too much.
    """
    for dynamic_hd in range(wanted, 0, -1):
        if sum(count_tokens(width, height, crop_size, patch_size, dynamic_hd) for width, height in sizes) <= room:
            return dynamic_hd
    raise Fixable("question_too_long", TOO_LONG)


def prepare(image: Image.Image, crop_size: int, patch_size: int, dynamic_hd: int) -> PhotoTensors:
    """An RGB picture to crops, as the published image processor cuts them. Raises `Fixable` for one too thin."""
    layout = lay_out(*image.size, crop_size, dynamic_hd)
    canvas = _canvas(image, layout)
    height, width = canvas.shape[1:]
    crops = canvas.reshape(3, layout.rows, crop_size, layout.columns, crop_size)
    crops = crops.permute(1, 3, 0, 2, 4).reshape(-1, 3, crop_size, crop_size)
    mask = _patch_mask(layout, crop_size, patch_size)
    return PhotoTensors(
        torch.cat([_overview(canvas, crop_size), crops]), (height, width), mask, _tokens(layout, crop_size, patch_size)
    )


def _canvas(image: Image.Image, layout: Layout) -> Tensor:
    """The scaled photo on white, normalised to -1..1; (3, rows x crop, columns x crop)."""
    scaled = _resized(torch.from_numpy(np.array(image)), layout.scaled).round_().clamp_(0, 255)
    below, right = layout.padding
    return (functional.pad(scaled, (0, right, 0, below), value=WHITE)[0] - 127.5).div_(127.5)


def _resized(pixels: Tensor, size: tuple[int, int]) -> Tensor:
    """Bilinear with antialias; (H, W, 3) uint8 to (1, 3, h, w) float32 in 0..255."""
    height, width = pixels.shape[:2]
    if (height, width) == size:
        return pixels.permute(2, 0, 1)[None].float()
    # Narrowed strip by strip: the same numbers out of the cache, without hundreds of MB in float.
    narrow = torch.empty(1, 3, height, size[1])
    for top in range(0, height, STRIP_ROWS):
        strip = pixels[top : top + STRIP_ROWS].permute(2, 0, 1)[None].float()
        narrow[:, :, top : top + STRIP_ROWS] = _interpolated(strip, (strip.shape[2], size[1]))
    return _interpolated(narrow, size)


def stretched(picture: Image.Image, size: int) -> Image.Image:
    """An RGB picture as a square of `size`, bicubic. torch does it five times as fast as Pillow, to within one level of
    256; a picture so large that its copy would count goes Pillow's way."""
    if picture.width * picture.height > LARGE:
        return picture.resize((size, size), Image.Resampling.BICUBIC)
    pixels = torch.from_numpy(np.array(picture)).permute(2, 0, 1)[None]
    square = functional.interpolate(pixels, size=(size, size), mode="bicubic", antialias=True)
    return Image.fromarray(square[0].permute(1, 2, 0).contiguous().numpy())


def _interpolated(pixels: Tensor, size: tuple[int, int]) -> Tensor:
    return functional.interpolate(pixels, size=size, mode="bilinear", antialias=True)


def _overview(canvas: Tensor, crop_size: int) -> Tensor:
    """The whole canvas in one crop, bicubic without antialias; (1, 3, crop, crop)."""
    if canvas.shape[1:] == (crop_size, crop_size):
        return canvas[None]
    return functional.interpolate(canvas[None], size=(crop_size, crop_size), mode="bicubic", antialias=False)


def _patch_mask(layout: Layout, crop_size: int, patch_size: int) -> Tensor:
    """(1 + crops, side, side) bool; the overview has no padding of its own."""
    side = crop_size // patch_size
    rows, columns = _useful(layout, crop_size, patch_size)
    grid = torch.zeros(layout.rows * side, layout.columns * side, dtype=torch.bool)
    grid[:rows, :columns] = True
    crops = grid.reshape(layout.rows, side, layout.columns, side).transpose(1, 2).reshape(-1, side, side)
    return torch.cat([torch.ones(1, side, side, dtype=torch.bool), crops])


def stack(photos: Sequence[PhotoTensors]) -> dict[str, Tensor]:
    """Several photos as the library's own forward takes them: padded to one count of crops (zeros, mask ones).

    Keys `image_pixel_values` (n, crops, 3, c, c), `image_sizes` (n, 2), `image_attention_mask` (n, crops, m, m).
    """
    most = max(len(photo.pixel_values) for photo in photos)
    pixels, masks = [], []
    for photo in photos:
        missing = (0, most - len(photo.pixel_values))
        pixels.append(functional.pad(photo.pixel_values, (0, 0, 0, 0, 0, 0, *missing)))
        masks.append(functional.pad(photo.mask, (0, 0, 0, 0, *missing), value=True))
    sizes = torch.tensor([photo.size for photo in photos])
    return {"image_pixel_values": torch.stack(pixels), "image_sizes": sizes, "image_attention_mask": torch.stack(masks)}
