"""Linear layers as the hand-written forward calls them: a bias, an activation or a sum goes into the same product.

Knows tensors and oneDNN's packed weights. Knows no model. On the CPU the weights are packed once, which needs no
compiler; where oneDNN is not there, and on CUDA, torch's own products do the same.
"""

import os
from typing import Any, Protocol

import torch
from torch import Tensor
from torch.nn import functional

HALVE = os.environ.get("KENSA_PRODUCTS") != "fp32"
"""KENSA_PRODUCTS=fp32 computes as processors without bfloat16 do."""
LARGE = 50_000
"""Numbers in a weight."""
GELU, GELU_TANH = "gelu", "gelu_tanh"
_ops: Any = torch.ops


class Product(Protocol):
    """values (.., n) to (.., m)."""

    def __call__(self, values: Tensor, plus: Tensor | None = None) -> Tensor:
        """`plus` (.., m) is added to the result."""
        ...


class Plain:
    """torch's own product."""

    def __init__(self, weight: Tensor, bias: Tensor | None = None, activation: str = "") -> None:
        self.weight, self.bias, self.activation = weight, bias, activation

    def __call__(self, values: Tensor, plus: Tensor | None = None) -> Tensor:
        """See `Product`."""
        if plus is not None and self.bias is None:
            flat = torch.addmm(plus.reshape(-1, plus.shape[-1]), values.flatten(0, -2), self.weight.t())
            return flat.view(plus.shape)
        if self.activation == GELU_TANH and plus is None and self.bias is not None and values.device.type == "cuda":
            # In the product's own kernel, which knows GELU by tanh alone.
            flat = torch._addmm_activation(self.bias, values.flatten(0, -2), self.weight.t(), use_gelu=True)
            return torch.unflatten(flat, 0, values.shape[:-1])
        result = functional.linear(values, self.weight, self.bias)
        if self.activation:
            result = functional.gelu(result, approximate="tanh" if self.activation == GELU_TANH else "none")
        return result if plus is None else plus + result


class Packed:
    """oneDNN's product over weights in its own order; activation and sum are done while the result is in the cache."""

    def __init__(self, weight: Tensor, bias: Tensor | None = None, activation: str = "") -> None:
        self.packed = _ops.mkldnn._reorder_linear_weight(weight.contiguous(), None)
        self.bias = bias
        self.kind: tuple[str, list[float], str] = ("none", [], "")
        if activation:
            self.kind = ("gelu", [], "tanh" if activation == GELU_TANH else "none")

    def __call__(self, values: Tensor, plus: Tensor | None = None) -> Tensor:
        """See `Product`."""
        if plus is None:
            result: Tensor = _ops.mkldnn._linear_pointwise(values, self.packed, self.bias, *self.kind)
            return result
        summed: Tensor = _ops.mkldnn._linear_pointwise.binary(values, plus, self.packed, self.bias, "add")
        return summed


class Halved:
    """oneDNN's product in bfloat16 over packed weights; what goes in, comes out and is added stays float32."""

    def __init__(self, weight: Tensor, bias: Tensor | None = None, activation: str = "") -> None:
        self.inner = Packed(weight.bfloat16(), bias.bfloat16() if bias is not None else None, activation)

    def __call__(self, values: Tensor, plus: Tensor | None = None) -> Tensor:
        """See `Product`."""
        result = self.inner(values.bfloat16())
        return result.float() if plus is None else plus + result


def product(weight: Tensor, bias: Tensor | None = None, activation: str = "") -> Product:
    """The quickest product for where the weight lies. `activation`: none, GELU or GELU_TANH."""
    weight = weight.detach()
    bias = bias.detach() if bias is not None else None
    if weight.device.type != "cpu" or weight.dtype != torch.float32 or not _has_onednn():
        return Plain(weight, bias, activation)
    return Halved(weight, bias, activation) if halves(weight) else Packed(weight, bias, activation)


def halves(weight: Tensor) -> bool:
    """Whether this product is computed in bfloat16: only where the processor has instructions for it, which makes it
    nearly twice as fast; and only a large one, since a small one is not."""
    able = getattr(torch.cpu, "_is_avx512_bf16_supported", None)
    return HALVE and weight.numel() >= LARGE and weight.device.type == "cpu" and able is not None and bool(able())


def _has_onednn() -> bool:
    mkldnn: Any = torch.backends.mkldnn
    return bool(mkldnn.is_available()) and hasattr(_ops.mkldnn, "_linear_pointwise")
