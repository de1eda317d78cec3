"""Products, attention and GELU of the int8 engine against exact arithmetic."""

import pytest
import torch
from torch.nn import functional

from model_runtime.int8 import MIDDLE, Int8Linear, attend, gelu, levels, pack, quantise_rows, quantise_weight


def test_rows_are_rounded_to_the_nearest_step() -> None:
    values = torch.randn(9, 50) * torch.logspace(-6, 6, 9)[:, None]
    rows = quantise_rows(values.clone())
    back = (rows.values.float() - MIDDLE) * rows.step
    assert ((back - values).abs() <= rows.step * 0.5001).all()
    assert torch.allclose(rows.step[:, 0], values.abs().amax(-1) / levels())


def test_a_row_of_zeros_stays_one() -> None:
    rows = quantise_rows(torch.zeros(2, 8))
    assert (rows.values == MIDDLE).all()
    assert torch.isfinite(rows.step).all()


def test_a_step_that_waits_is_multiplied_in() -> None:
    values, waiting = torch.randn(4, 16), torch.rand(4, 1) + 0.5
    rows = quantise_rows(values.clone(), waiting)
    assert torch.allclose((rows.values.float() - MIDDLE) * rows.step, values * waiting, atol=0.05)


@pytest.mark.parametrize("count", [1, 7, 130])
def test_the_product_of_whole_numbers_is_exact(count: int) -> None:
    weight, step = torch.randint(-127, 128, (48, 96), dtype=torch.int8), torch.rand(48) * 1e-3
    rows = quantise_rows(torch.randn(count, 96))
    exact = (rows.values.double() - MIDDLE) @ weight.double().T * step
    assert torch.allclose(Int8Linear(pack(weight), step).product(rows).double(), exact, rtol=1e-6, atol=1e-9)


def test_a_linear_layer_is_close_to_its_floats() -> None:
    weight, bias, values = torch.randn(64, 256), torch.randn(64), torch.randn(30, 256)
    kept = weight.clone()
    ours = Int8Linear.of(weight, bias)(quantise_rows(values.clone()))
    exact = functional.linear(values, weight, bias)
    assert float((ours - exact).norm() / exact.norm()) < 0.015
    assert torch.equal(weight, kept)


def test_no_row_disturbs_another() -> None:
    """One scale for all would: the loud row decides it."""
    linear = Int8Linear.of(torch.randn(32, 64))
    values = torch.randn(3, 64)
    values[1] *= 1000
    together = linear(quantise_rows(values.clone()))
    assert torch.equal(together[:1], linear(quantise_rows(values[:1].clone())))


def test_every_output_has_its_own_step() -> None:
    weight = torch.randn(4, 32) * torch.tensor([1e-3, 1.0, 50.0, 0.0])[:, None]
    values, step = quantise_weight(weight.clone())
    assert ((values.float() * step[:, None] - weight).abs() <= step[:, None] * 0.5001).all()
    assert values[3].eq(0).all()


def test_gelu_is_the_one_by_tanh() -> None:
    values = torch.linspace(-12, 12, 4801)
    assert torch.allclose(gelu(values.clone()), functional.gelu(values, approximate="tanh"), atol=2e-6)
    assert not torch.allclose(gelu(values.clone()), functional.gelu(values), atol=1e-4), "the other GELU"


@pytest.mark.parametrize(("count", "known"), [(1, 0), (5, 0), (1, 6), (5, 6)])
@pytest.mark.parametrize("block", [2, 64])
def test_attention_equals_the_library(count: int, known: int, block: int) -> None:
    query, keys, values = (
        torch.randn(2, 3, count, 16),
        torch.randn(2, known + count, 16),
        torch.randn(2, known + count, 16),
    )
    mask = torch.ones(count, known + count, dtype=torch.bool).tril(known)
    expected = functional.scaled_dot_product_attention(query, keys[:, None], values[:, None], attn_mask=mask, scale=1.0)
    assert torch.allclose(attend(query, keys, values, known, block), expected, atol=1e-5)


def test_attention_to_all_and_to_some() -> None:
    query, keys, values = torch.randn(2, 1, 6, 8), torch.randn(2, 6, 8), torch.randn(2, 6, 8)
    expected = functional.scaled_dot_product_attention(query, keys[:, None], values[:, None], scale=1.0)
    assert torch.allclose(attend(query, keys, values, None, 4), expected, atol=1e-5)
    unseen = torch.zeros(6).index_fill_(0, torch.tensor([4, 5]), torch.finfo(torch.float32).min)
    shorter = functional.scaled_dot_product_attention(query, keys[:, None, :4], values[:, None, :4], scale=1.0)
    assert torch.allclose(attend(query, keys, values, None, 4, unseen), shorter, atol=1e-5)
