"""The vision encoder over plain tensors: the crops of several photos in one pass, nothing that nobody reads.

Knows the image embedding of Phi4MultimodalForCausalLM. Knows no prompts. Which patch stands where is worked out on the
CPU from the masks, so that nothing waits for the device. Padding is cut away on the CPU; on CUDA it is masked, since
there one pass over all crops costs less than one for each shape.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from model_runtime.cuda_graphs import sent
from model_runtime.inputs import halt
from model_runtime.photo import PhotoTensors
from model_runtime.plain_decoder import LOWEST
from model_runtime.products import GELU, GELU_TANH, Product, product
from model_runtime.verdict import StopCheck

Run = Callable[..., Tensor]
"""(key, function, *tensors) -> tensor: calls it, or replays it as a CUDA graph."""


@dataclass(frozen=True, slots=True)
class VisionLayer:
    """One encoder layer."""

    before: tuple[Tensor, Tensor]
    qkv: Product
    out: Product
    after: tuple[Tensor, Tensor]
    up: Product
    down: Product


def direct(_: object, function: Callable[..., Tensor], *tensors: Tensor) -> Tensor:
    """Calls it."""
    return function(*tensors)


class Vision:
    """The image embedding of one checkpoint."""

    def __init__(self, image: Any, dtype: torch.dtype, device: torch.device, run: Run = direct) -> None:
        """`image`: the library's Phi4MultimodalImageEmbedding."""
        self.image, self.dtype, self.device, self.run = image, dtype, device, run
        vision, config = image.img_processor, image.img_processor.config
        self.heads, self.epsilon = config.num_attention_heads, float(config.layer_norm_eps)
        self.patch = int(config.patch_size)
        embeddings = vision.embeddings
        self.grid = int(embeddings.num_patches_per_side)
        weight = embeddings.patch_embedding.weight.detach()
        self.patches = product(weight.flatten(1), embeddings.patch_embedding.bias)
        self.places: Tensor = embeddings.position_embedding.weight.detach()
        if config.hidden_act not in ("gelu", "gelu_pytorch_tanh"):
            raise ValueError(f"the vision encoder's activation {config.hidden_act} is not known here")
        act = GELU_TANH if config.hidden_act == "gelu_pytorch_tanh" else GELU
        used = image.layer_idx % (len(vision.encoder.layers) + 1)
        self.layers = [_layer(module, act) for module in vision.encoder.layers[:used]]
        self.up = product(image.img_projection_up.weight, image.img_projection_up.bias, GELU)
        self.down = product(image.img_projection_down.weight, image.img_projection_down.bias)
        ends = (image.sub_img_feature_extensor, image.global_img_feature_extensor)
        self.ends = torch.cat([end.detach().reshape(1, -1) for end in ends])
        self.padded = hasattr(image, "img_processor_padding")

    def see(self, photos: Sequence[PhotoTensors], stop: StopCheck | None = None) -> list[Tensor]:
        """Image embeddings of each photo; (tokens, hidden) each."""
        pixels: list[Tensor] = []
        masks: list[Tensor] = []
        own = []
        for photo in photos:
            first = len(masks)
            alike = _alike(photo)  # a square photo is its own overview: computed once
            pixels.append(photo.pixel_values[:1] if alike else photo.pixel_values)
            masks += [photo.mask[0]] if alike else list(photo.mask)
            own.append([first] * len(photo.mask) if alike else list(range(first, len(masks))))
        pooled = self.crops(torch.cat(pixels), torch.stack(masks), stop)
        side = pooled.shape[1]
        table = torch.cat([pooled.flatten(0, 2), self.ends])
        orders = [
            _order(photo.mask, photo.size, int(self.image.crop_size), side, tuple(numbers), len(table))
            for photo, numbers in zip(photos, own, strict=True)
        ]
        where = sent(torch.cat(orders), self.device)
        embedded = self.run(("project", len(where)), self._project, table[where])
        return list(torch.split_with_sizes(embedded, [len(order) for order in orders]))

    def _project(self, flat: Tensor) -> Tensor:
        return self.down(self.up(flat))

    def crops(self, pixels: Tensor, mask: Tensor, stop: StopCheck | None = None) -> Tensor:
        """Features of every crop, 2x2 patches averaged; (crops, side, side, d)."""
        side = math.ceil(mask.shape[1] / 2)
        full = (mask.shape[1], mask.shape[1])
        useful = [(int(crop[:, 0].sum()), int(crop[0].sum())) for crop in mask]
        if self.device.type == "cuda":
            return self._patches(pixels, mask, full, stop)
        if set(useful) == {full}:
            return self._patches(pixels, mask, full, stop)
        pooled = torch.zeros(len(pixels), side, side, self.image.image_dim_out, dtype=self.dtype, device=self.device)
        for size in dict.fromkeys(useful):
            if not min(size):
                continue  # a crop of padding alone is never looked at
            chosen = [number for number, other in enumerate(useful) if other == size]
            features = self._patches(pixels[chosen], mask[chosen], size, stop)
            pooled[chosen, : features.shape[1], : features.shape[2]] = features
        return pooled

    def _patches(self, pixels: Tensor, mask: Tensor, useful: tuple[int, int], stop: StopCheck | None) -> Tensor:
        patches = mask.shape[1]
        # Pooling reads whole pairs: one masked row or column may stand beside the last useful one.
        high, wide = (min(patches, size + size % 2) if patches % 2 == 0 else patches for size in useful)
        pixels = pixels[:, :, : high * self.patch, : wide * self.patch]
        places = torch.stack([_places(crop, self.grid) for crop in mask])[:, :high, :wide].flatten(1)
        keys = mask[:, :high, :wide].flatten(1)
        tensors = [pixels.to(self.device, self.dtype), places.to(self.device)]
        if not bool(keys.all()):
            bias = torch.zeros(keys.shape).masked_fill_(~keys, LOWEST)
            tensors.append(bias.to(self.device, self.dtype)[:, None, None])
        halt(stop)
        return self.run(("vision", *pixels.shape, len(tensors)), self._encode, *tensors)

    def _encode(self, pixels: Tensor, places: Tensor, bias: Tensor | None = None) -> Tensor:
        """(N, 3, high, wide) pixels to (N, high / 2, wide / 2, d)."""
        count, size = len(pixels), self.patch
        high, wide = pixels.shape[2] // size, pixels.shape[3] // size
        cut = pixels.reshape(count, 3, high, size, wide, size).permute(0, 2, 4, 1, 3, 5).reshape(count, high * wide, -1)
        hidden = self.patches(cut, self.places[places])
        if bias is not None:
            bias = bias.expand(-1, 1, high * wide, -1)
        for layer in self.layers:
            hidden = self._layer(layer, hidden, bias)
        grid = torch.unflatten(hidden, 1, (high, wide))
        if self.padded:
            grid = self.image.img_processor_padding(grid.permute(0, 3, 1, 2)).permute(0, 2, 3, 1)
        return torch.unflatten(torch.unflatten(grid, 2, (-1, 2)), 1, (-1, 2)).mean(dim=(2, 4))

    def _layer(self, layer: VisionLayer, hidden: Tensor, bias: Tensor | None) -> Tensor:
        count, length, width = hidden.shape
        mixed = layer.qkv(functional.layer_norm(hidden, (width,), *layer.before, self.epsilon))
        query, key, value = mixed.view(count, length, 3, self.heads, -1).permute(2, 0, 3, 1, 4).unbind(0)
        seen = functional.scaled_dot_product_attention(query, key, value, attn_mask=bias)
        hidden = layer.out(seen.transpose(1, 2).reshape(count, length, width), hidden)
        return layer.down(layer.up(functional.layer_norm(hidden, (width,), *layer.after, self.epsilon)), hidden)


def _layer(module: Any, activation: str) -> VisionLayer:
    attention, mlp = module.self_attn, module.mlp
    parts = (attention.q_proj, attention.k_proj, attention.v_proj)
    return VisionLayer(
        (module.layer_norm1.weight.detach(), module.layer_norm1.bias.detach()),
        product(torch.cat([part.weight.detach() for part in parts]), torch.cat([part.bias.detach() for part in parts])),
        product(attention.out_proj.weight, attention.out_proj.bias),
        (module.layer_norm2.weight.detach(), module.layer_norm2.bias.detach()),
        product(mlp.fc1.weight, mlp.fc1.bias, activation),
        product(mlp.fc2.weight, mlp.fc2.bias),
    )


def _alike(photo: PhotoTensors) -> bool:
    pixels = photo.pixel_values
    return len(pixels) == 2 and bool(photo.mask.all()) and torch.equal(pixels[0], pixels[1])


def _places(mask: Tensor, grid: int) -> Tensor:
    """Where the patches of a crop stand in the table of positions, as the library buckets them; (patches, patches)."""
    return _bucketed(int(mask[:, 0].sum()), int(mask[0].sum()), mask.shape[0], grid)


@lru_cache(maxsize=256)
def _bucketed(rows: int, columns: int, patches: int, grid: int) -> Tensor:
    boundaries = torch.arange(1 / grid, 1.0, 1 / grid)
    lines = []
    for useful in (rows, columns):
        step = 1.0 / torch.tensor(float(useful)) if useful else torch.tensor(0.0)
        line = torch.clamp(torch.arange(patches, dtype=torch.float32) * step, max=1.0 - 1e-6)
        lines.append(torch.bucketize(line, boundaries, right=True))
    places = lines[0][:, None] * grid + lines[1][None]
    places[rows:] = 0
    places[:, columns:] = 0
    return places


def _order(
    mask: Tensor, size: tuple[int, int], crop_size: int, side: int, numbers: tuple[int, ...], table: int
) -> Tensor:
    """The rows of the table in the order of a photo's tokens: crops line by line, the parting, the overview.

    The table ends with the line end and the parting; `numbers` are the photo's crops in it, the overview first.
    """
    rows, columns = (length // crop_size for length in size)
    halves = mask[1:, 0::2, 0::2].reshape(rows, columns, side, side).transpose(1, 2)
    halves = halves.reshape(rows * side, columns * side)
    useful = int(halves[:, 0].sum()), int(halves[0].sum())
    return _ordered((rows, columns), useful, side, numbers, table)


@lru_cache(maxsize=256)
def _ordered(grid: tuple[int, int], useful: tuple[int, int], side: int, numbers: tuple[int, ...], table: int) -> Tensor:
    (rows, columns), (high, wide) = grid, useful
    one = torch.arange(side * side).view(side, side)
    crops = torch.stack([one + number * side * side for number in numbers[1:]])
    crops = crops.view(rows, columns, side, side).transpose(1, 2).reshape(rows * side, columns * side)[:high, :wide]
    overview = one + numbers[0] * side * side
    parts = [functional.pad(grid, (0, 1), value=table - 2).flatten() for grid in (crops, overview)]
    return torch.cat([parts[0], torch.tensor([table - 1]), parts[1]])
