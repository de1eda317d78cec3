"""Our own kernels for one token tell what torch's pieces tell; run by Triton's interpreter, without a card."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("triton", reason="Triton is not installed; it comes with torch for CUDA")
CHILD = """
import torch
from model_runtime import one_token as own
from model_runtime.cuda_decoder import gated, normed
torch.manual_seed(0)
for inner, outer in ((48, 40), (100, 34)):
    hidden, plus, norm = torch.randn(1, 1, inner), torch.randn(1, 1, inner), torch.rand(inner) + 0.5
    weight = torch.randn(outer, inner)
    assert torch.allclose(own.product(hidden, weight, (2, 64, 4)), hidden @ weight.t(), atol=1e-4)
    summed, wide = normed(hidden, plus, norm, 1e-5)
    for gate in (False, True):
        ours = own.normed_product(hidden, plus, norm, 1e-5, weight, gate, (8, 64, 4))
        known = gated(wide @ weight.t()) if gate else wide @ weight.t()
        assert torch.equal(ours[0], summed)
        assert torch.allclose(ours[1], known, atol=1e-4)
print("alike")
"""


def test_kernels_for_one_token_are_the_pieces() -> None:
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", CHILD],
        cwd=root,
        env=os.environ | {"TRITON_INTERPRET": "1"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.stdout.strip() == "alike", done.stderr
