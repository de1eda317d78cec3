"""ULIDs grow, whatever the clock does."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspector_app import ulid


@given(st.lists(st.integers(0, 2**47), min_size=2, max_size=50))
def test_each_is_greater_than_the_one_before(clock: list[int]) -> None:
    previous = None
    for now in clock:
        made = ulid.after(previous, now)
        assert previous is None or made > previous
        assert len(made) == ulid.LENGTH
        previous = made


@given(st.integers(0, 2**128 - 1))
def test_decode_undoes_encode(value: int) -> None:
    assert ulid.decode(ulid.encode(value)) == value


@pytest.mark.parametrize("text", ["", "0" * 25, "I" * 26, "Z" * 26])
def test_what_is_no_ulid_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        ulid.decode(text)


def test_time_comes_first() -> None:
    assert ulid.after(None, 1_000) < ulid.after(None, 1_001)
