"""Notes of ever other lengths must not leave a kernel each in memory: torch is told so before it is imported."""

import subprocess
import sys

PROGRAM = """
import model_runtime, psutil, torch
weight = torch.randn(512, 512).bfloat16()
linear = torch.nn.functional.linear
def grown(first, last):
    for rows in range(first, last):
        linear(torch.randn(rows, 512).bfloat16(), weight)
    return psutil.Process().memory_info().rss
before = grown(1, 200)
print(grown(200, 1000) - before)
"""


def test_each_new_shape_leaves_no_kernel_behind() -> None:
    found = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)
    assert int(found.stdout) < 150_000_000
