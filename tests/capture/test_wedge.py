"""Scanner or person: told by pace alone. Time is an argument, so nothing here waits."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspector_app.capture.wedge import GAP_SECONDS, LEAST, Wedge
from inspector_app.settings import Settings


def typed(wedge: Wedge, text: str, gap: float, start: float = 100.0) -> list[str]:
    """Every key of the text at one pace; the codes that came of it."""
    codes = [wedge.key(character, start + number * gap) for number, character in enumerate(text)]
    return [code for code in codes if code is not None]


@pytest.mark.parametrize("gap", [0.0, 0.001, 0.012, 0.03])
def test_a_quick_burst_ended_by_enter_is_a_code(gap: float) -> None:
    assert typed(Wedge(), "LOT-2408/17\r", gap) == ["LOT-2408/17"]


def test_two_codes_in_a_row() -> None:
    assert typed(Wedge(), "A-0001\rA-0002\r", 0.004) == ["A-0001", "A-0002"]


@pytest.mark.parametrize("gap", [0.06, 0.12, 0.3])
def test_typing_is_never_a_code(gap: float) -> None:
    assert typed(Wedge(), "LOT-2408\r", gap) == []


def test_rolling_over_a_few_keys_is_no_code() -> None:
    """Two or three keys of a quick word lie close together; then Enter comes."""
    wedge = Wedge()
    at = 10.0
    for character, pause in (("t", 0.2), ("h", 0.02), ("e", 0.03), ("\r", 0.02)):
        at += pause
        assert wedge.key(character, at) is None


def test_a_code_after_typing_is_the_code_alone() -> None:
    wedge = Wedge()
    assert typed(wedge, "abc", 0.15) == []
    assert typed(wedge, "SN-000123\r", 0.005, start=101.0) == ["SN-000123"]


def test_enter_that_a_person_adds_later_ends_no_code() -> None:
    wedge = Wedge()
    typed(wedge, "SN-000123", 0.005)
    assert wedge.key("\r", 101.0) is None
    assert wedge.held == 0


def test_a_key_that_is_held_down_is_no_code() -> None:
    wedge = Wedge()
    assert wedge.key("0", 1.0) is None
    for number in range(1, 20):
        assert wedge.key("0", 1.0 + number * 0.03, repeat=True) is None
    assert wedge.key("\r", 1.6) is None


def test_shift_between_the_characters_does_no_harm() -> None:
    wedge, at = Wedge(), 5.0
    for character in "LOT-1":
        at += 0.004
        wedge.key("", at)
        at += 0.002
        assert wedge.key(character, at) is None
    assert wedge.held == 5
    assert wedge.key("\r", at + 0.003) == "LOT-1"


def test_a_clock_that_goes_back_starts_anew() -> None:
    wedge = Wedge()
    typed(wedge, "ABCD", 0.005, start=200.0)
    assert wedge.key("E", 3.0) is None and wedge.held == 1


def test_prefix_and_suffix() -> None:
    wedge = Wedge(prefix="\x02", suffix="\t")
    assert typed(wedge, "\x02B7\t", 0.004) == ["B7"]
    assert typed(wedge, "ABCDEF\t", 0.004, start=200.0) == []
    assert typed(wedge, "\x02ABCDEF\r", 0.004, start=300.0) == []
    assert typed(wedge, "\x02\t", 0.004, start=400.0) == []


def test_settings_of_the_station() -> None:
    settings = Settings().changed(scanner_prefix="~", scanner_suffix="tab", scanner_gap_ms=60)
    assert Wedge.of(settings) == Wedge(prefix="~", suffix="\t", gap=0.06)
    assert Wedge.of(Settings()) == Wedge()


def test_the_window_can_take_back_what_was_typed() -> None:
    wedge = Wedge()
    typed(wedge, "ABCDE", 0.004)
    assert wedge.held == 5
    wedge.reset()
    assert wedge.held == 0 and wedge.key("\r", 100.03) is None


@given(
    text=st.text(st.characters(categories=["L", "N", "P"]), min_size=LEAST, max_size=60),
    gap=st.floats(0, GAP_SECONDS * 0.9),
)
def test_any_text_is_read_as_it_was_sent(text: str, gap: float) -> None:
    assert typed(Wedge(), text + "\r", gap) == [text]


@given(
    keys=st.lists(st.tuples(st.characters(categories=["L", "N"]), st.floats(0.05, 2.0)), min_size=1, max_size=40),
    last=st.floats(0.0, 2.0),
)
def test_no_human_pace_gives_a_code(keys: list[tuple[str, float]], last: float) -> None:
    wedge, at = Wedge(), 0.0
    for character, pause in keys:
        at += pause
        assert wedge.key(character, at) is None
    assert wedge.key("\r", at + last) is None
