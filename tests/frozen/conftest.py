"""The tests of the built program run when they are asked for by name."""

import os

import pytest


@pytest.fixture(autouse=True, scope="module")
def _asked_for(request: pytest.FixtureRequest) -> None:
    """Six minutes, which nobody wants by the way who only happens to have built the program."""
    if "frozen" not in str(request.config.option.markexpr) and "KENSA_FROZEN" not in os.environ:
        pytest.skip("asked for by -m frozen")
