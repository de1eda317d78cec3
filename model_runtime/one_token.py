"""Products of one token with all weights, as kernels of our own: sum, norm, product and gate in one.

Knows Triton, which must be there to import this. Knows no model. A product of one row is bound by reading its weights;
what lies beside it is done while they are read. Equal to the pieces of `cuda_decoder`, rounded at the same places.
"""

from collections.abc import Callable, Sequence
from typing import Any

import torch
import triton
import triton.language as tl
from torch import Tensor

SHAPES = ((2, 1024, 4), (4, 1024, 8), (8, 512, 8))
"""Outputs and weights a step of one program, and its warps; which is quickest is measured on the card."""


@triton.jit  # type: ignore[untyped-decorator,unused-ignore]
def _product(values, weight, out, outer, INNER: tl.constexpr, ROWS: tl.constexpr, WIDE: tl.constexpr):  # type: ignore[no-untyped-def]
    rows = tl.program_id(0) * ROWS + tl.arange(0, ROWS)
    columns = tl.arange(0, WIDE)
    total = tl.zeros([ROWS, WIDE], tl.float32)
    for start in range(0, INNER, WIDE):
        at = start + columns
        value = tl.load(values + at, mask=at < INNER, other=0.0).to(tl.float32)
        there = (rows[:, None] < outer) & (at[None, :] < INNER)
        part = tl.load(weight + rows[:, None] * INNER + at[None, :], mask=there, other=0.0)
        total += part.to(tl.float32) * value[None, :]
    tl.store(out + rows, tl.sum(total, axis=1).to(out.dtype.element_ty), mask=rows < outer)


@triton.jit  # type: ignore[untyped-decorator,unused-ignore]
def _normed_product(hidden, plus, norm, weight, summed, out, outer, epsilon, INNER: tl.constexpr, GATED: tl.constexpr, ROWS: tl.constexpr, WIDE: tl.constexpr):  # type: ignore[no-untyped-def]  # noqa: E501  # fmt: skip
    number = tl.program_id(0)
    columns = tl.arange(0, WIDE)
    squares = tl.zeros([WIDE], tl.float32)
    for start in range(0, INNER, WIDE):
        at = start + columns
        left = tl.load(hidden + at, mask=at < INNER, other=0.0).to(tl.float32)
        both = (left + tl.load(plus + at, mask=at < INNER, other=0.0).to(tl.float32)).to(out.dtype.element_ty)
        tl.store(summed + at, both, mask=(at < INNER) & (number == 0))
        squares += both.to(tl.float32) * both.to(tl.float32)
    scale = 1.0 / tl.sqrt(tl.sum(squares, axis=0) / INNER + epsilon)
    rows = number * ROWS + tl.arange(0, ROWS)
    total = tl.zeros([ROWS, WIDE], tl.float32)
    other = tl.zeros([ROWS, WIDE], tl.float32)
    for start in range(0, INNER, WIDE):
        at = start + columns
        left = tl.load(hidden + at, mask=at < INNER, other=0.0).to(tl.float32)
        both = (left + tl.load(plus + at, mask=at < INNER, other=0.0).to(tl.float32)).to(out.dtype.element_ty)
        scaled = (both.to(tl.float32) * scale).to(out.dtype.element_ty).to(tl.float32)
        value = (
            (scaled * tl.load(norm + at, mask=at < INNER, other=0.0).to(tl.float32))
            .to(out.dtype.element_ty)
            .to(tl.float32)
        )
        there = (rows[:, None] < outer) & (at[None, :] < INNER)
        place = rows[:, None] * INNER + at[None, :]
        total += tl.load(weight + place, mask=there, other=0.0).to(tl.float32) * value[None, :]
        if GATED:
            up = tl.load(weight + outer * INNER + place, mask=there, other=0.0)
            other += up.to(tl.float32) * value[None, :]
    result = tl.sum(total, axis=1).to(out.dtype.element_ty)
    if GATED:
        gate = result.to(tl.float32)
        opened = (gate / (1.0 + tl.exp(-gate))).to(out.dtype.element_ty).to(tl.float32)
        result = (opened * tl.sum(other, axis=1).to(out.dtype.element_ty).to(tl.float32)).to(out.dtype.element_ty)
    tl.store(out + rows, result, mask=rows < outer)


Shape = tuple[int, int, int]


def product(values: Tensor, weight: Tensor, shape: Shape = SHAPES[0]) -> Tensor:
    """values (1, 1, n), weight (m, n); (1, 1, m)."""
    rows, wide, warps = shape
    outer, inner = weight.shape
    out = values.new_empty(1, 1, outer)
    grid = (triton.cdiv(outer, rows),)
    _product[grid](values, weight, out, outer, INNER=inner, ROWS=rows, WIDE=wide, num_warps=warps)
    return out


def normed_product(
    hidden: Tensor, plus: Tensor, norm: Tensor, epsilon: float, weight: Tensor, gated: bool, shape: Shape = SHAPES[0]
) -> tuple[Tensor, Tensor]:
    """hidden + plus (1, 1, n), and the product of it normalised; `gated`: the halves of the product are gate and up."""
    rows, wide, warps = shape
    outer, inner = weight.shape[0] // (2 if gated else 1), weight.shape[1]
    summed, out = torch.empty_like(hidden), hidden.new_empty(1, 1, outer)
    grid = (triton.cdiv(outer, rows),)
    _normed_product[grid](
        hidden, plus, norm, weight, summed, out, outer, epsilon, INNER=inner, GATED=gated, ROWS=rows, WIDE=wide,
        num_warps=warps,
    )  # fmt: skip
    return summed, out


def quickest(ways: Sequence[Callable[[int], object]], times: int) -> tuple[int, list[float]]:
    """Which of some ways takes the least time when it is called so often, and milliseconds of each. As graphs, since
    that is how they run; a way that fails takes for ever."""
    spent = [_spent(way, times) for way in ways]
    return min(range(len(ways)), key=spent.__getitem__), spent


def _spent(way: Callable[[int], object], times: int) -> float:
    stream: Any = torch.cuda.Stream()  # type: ignore[no-untyped-call]
    try:
        with torch.cuda.stream(stream):
            way(0)
        torch.cuda.synchronize()
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph, stream=stream):
            for number in range(times):
                way(number)
        graph.replay()
        begun, ended = (torch.cuda.Event(enable_timing=True) for _ in range(2))  # type: ignore[no-untyped-call]
        begun.record()
        for _ in range(3):
            graph.replay()
        ended.record()
        torch.cuda.synchronize()
        return float(begun.elapsed_time(ended)) / 3
    except Exception:  # noqa: BLE001 - whatever is wrong with a compiler here, the other way goes on
        return float("inf")
