"""Linear layers in eight bits on the CPU: weights with a scale per output, activations with a scale per row.

Knows oneDNN's quantised product as torch offers it, and how rows are rounded. Knows no model, no files, no LoRA names.
The product of two rows of whole numbers is exact; what is lost is lost by rounding alone, which a test bounds.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

MIDDLE = 128
"""Activations are fed as unsigned bytes with this zero point: the signed kernel is a hundred times slower."""
LEVELS = 127
SMALL = 1e-12
"""No row is divided by less: a row of zeros stays one."""


def levels() -> int:
    """Steps on each side of zero. Without VNNI two products are added in 16 bits, which the whole range would pass."""
    return LEVELS if torch.cpu._is_vnni_supported() else LEVELS // 2


@dataclass(slots=True)
class Rows:
    """Activations as bytes (m, k) around `MIDDLE`, with the size of one step for every row (m, 1) in float32."""

    values: Tensor
    step: Tensor


def quantise_rows(values: Tensor, step: Tensor | None = None) -> Rows:
    """Rounds float32 rows (m, k), which are overwritten. `step` (m, 1): what the rows are still to be multiplied by."""
    most = torch.maximum(values.amax(-1, keepdim=True), values.amin(-1, keepdim=True).neg_()).clamp_(min=SMALL)
    most /= levels()
    values.mul_(most.reciprocal()).round_()
    signed = values.to(torch.int8)  # by way of signed bytes: the way to unsigned ones is not vectorised
    return Rows(signed.view(torch.uint8).bitwise_xor_(MIDDLE), most if step is None else most * step)


def quantise_weight(weight: Tensor) -> tuple[Tensor, Tensor]:
    """A float32 weight (n, k), which is overwritten, as signed bytes and the size of a step per output (n,)."""
    step = torch.maximum(weight.amax(-1), weight.amin(-1).neg_()).clamp_(min=SMALL).div_(LEVELS)
    return weight.div_(step[:, None]).round_().to(torch.int8), step


def pack(weight: Tensor) -> Tensor:
    """Signed bytes (n, k) in the blocks that oneDNN's kernels want; an opaque tensor."""
    packed: Tensor = torch.ops.onednn.qlinear_prepack(weight, None)
    return packed


@dataclass(slots=True)
class Beside:
    """A LoRA that is not folded into the bytes: `down` (k, rank), `up` (rank, n) with its factor, float32."""

    down: Tensor
    up: Tensor


class Int8Linear:
    """A packed weight with what undoes the rounding."""

    def __init__(self, packed: Tensor, step: Tensor, bias: Tensor | None = None) -> None:
        """`packed` from `pack`, `step` (n,) float32, `bias` (n,) float32."""
        self.packed, self.step, self.bias = packed, step, bias
        self.zeros = torch.zeros(len(step), dtype=torch.int64)
        self.outputs = len(step)
        self.keep: object = None
        """Memory that the packed weight lies in, where it is not its own."""

    @classmethod
    def of(cls, weight: Tensor, bias: Tensor | None = None) -> "Int8Linear":
        """From float weights, which stay as they are."""
        values, step = quantise_weight(weight.detach().to(torch.float32, copy=True))
        return cls(pack(values), step, None if bias is None else bias.detach().float())

    def product(self, rows: Rows) -> Tensor:
        """(m, n) float32, still to be multiplied by the rows' steps; without the bias."""
        product: Tensor = torch.ops.onednn.qlinear_pointwise(
            rows.values, 1.0, MIDDLE, self.packed, self.step, self.zeros, None, 1.0, 0, torch.float32, "none", [], ""
        )
        return product

    def __call__(self, rows: Rows) -> Tensor:
        """(m, n) float32."""
        product = self.product(rows)
        return product.mul_(rows.step) if self.bias is None else torch.addcmul(self.bias, product, rows.step)


def with_loras(product: Tensor, rows: Rows, values: Tensor | None, loras: Sequence[Beside]) -> tuple[Tensor, Tensor]:
    """A product with the LoRAs of the float rows `values` (m, k) added: what it is, and what it is to be multiplied by
    (m, 1). Without LoRAs nothing is touched and no floats are needed."""
    if not loras or values is None:
        return product, rows.step
    product.mul_(rows.step)
    for lora in loras:
        product.addmm_(values @ lora.down, lora.up)
    return product, torch.ones_like(rows.step)


def gelu(values: Tensor) -> Tensor:
    """GELU by tanh of float32 values, in place: x * sigmoid(2u), four times as quick as the tanh of the library."""
    inner = torch.square(values).mul_(2 * 0.7978845608028654 * 0.044715).add_(2 * 0.7978845608028654).mul_(values)
    return values.mul_(inner.sigmoid_())


def attend(
    query: Tensor, keys: Tensor, values: Tensor, start: int | None, block: int, unseen: Tensor | None = None
) -> Tensor:
    """Attention by plain products, which on a CPU without matrix units is twice as quick as the fused kernel.

    `query` (groups, shared, m, size), scaled already; `keys`, `values` (groups, n, size). `start`: position of the
    first query among the keys, None where every query sees every key. `block` queries at a time. `unseen` (n,) is added
    to the scores. Gives (groups, shared, m, size).
    """
    groups, shared, count, size = query.shape
    seen = torch.empty_like(query)
    for first in range(0, count, block):
        last = min(count, first + block)
        visible = keys.shape[1] if start is None else start + last
        piece = query[:, :, first:last].reshape(groups, shared * (last - first), size)
        scores = torch.bmm(piece, keys[:, :visible].transpose(1, 2))
        if start is not None and last - first > 1:
            own = scores.view(groups, shared, last - first, visible)[..., start + first :]
            own += torch.full(own.shape[-2:], float("-inf"), dtype=scores.dtype).triu_(1)
        if unseen is not None:
            scores += unseen
        chances = functional.softmax(scores, dim=-1)
        seen[:, :, first:last] = torch.bmm(chances, values[:, :visible]).view(groups, shared, last - first, size)
    return seen
