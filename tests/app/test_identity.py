"""Identity: patterns with an example in the sentence, what stays for the next unit, scanned codes."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspector_app.errors import KensaError
from inspector_app.identity import FieldRule, Identification, Identity, counted_up
from inspector_app.parts import Part, Parts

LOT = FieldRule(r"L-\d{4}", "L-2291", required=True, next="keep")
SERIAL = FieldRule(r"S\d{3}", "S001", next="count")
GASKET = Part(
    "gasket-A",
    "",
    "",
    identification=Identification(
        {"lot": LOT, "serial": SERIAL}, r"(?P<lot>L-\d{4})/(?P<serial>S\d{3})(?:/(?P<work_order>\w+))?"
    ),
)
BOARD = Part("board", "", "", identification=Identification(scan=r"(?P<part>board|gasket-A)\|(?P<serial>\d+)"))
PARTS = Parts({part.name: part for part in (GASKET, BOARD)})


@pytest.mark.parametrize(
    ("identity", "said"),
    [
        (Identity("gasket-A", lot="2291"), "L-2291"),
        (Identity("gasket-A"), "lot is missing; give one, as L-2291"),
        (Identity("gasket-A", lot="L-2291\n"), "L-2291"),
        (
            Identity("gasket-A", lot="L-2291", serial="S1"),
            "serial number 'S1' does not fit this part; it looks like S001",
        ),
        (Identity("gasket-A", lot="L-2291" * 20), "lot is longer"),
    ],
)
def test_one_sentence_with_the_example(identity: Identity, said: str) -> None:
    with pytest.raises(KensaError) as caught:
        GASKET.check(identity)
    assert caught.value.code == "bad_identity" and said in caught.value.message


def test_what_fits_is_taken() -> None:
    GASKET.check(Identity("gasket-A", "L-2291", "S001", "W7"))
    Part("any", "", "").check(Identity("any", "whatever" * 100, "自由"))


def test_the_part_chooses_what_stays() -> None:
    now = Identity("gasket-A", "L-2291", "S099", "W7")
    assert GASKET.following(now) == Identity("gasket-A", "L-2291", "S100", "W7")
    assert GASKET.following(Identity("gasket-A", "L-2291", "S999")).serial is None  # S1000 is no serial of this part
    assert Part("any", "", "").following(Identity("any", "L", "S1", "W")) == Identity("any", "L", None, "W")


@given(
    st.text(max_size=30),
    st.integers(0, 10**12),
    st.text(alphabet=st.characters(exclude_categories=["Nd"]), max_size=10),
)
def test_counting_up_changes_the_last_number_only(before: str, number: int, after: str) -> None:
    before = re.sub(r"\d+$", "", before)
    assert counted_up(f"{before}{number}{after}") == f"{before}{number + 1}{after}"


def test_counting_keeps_leading_zeros() -> None:
    assert counted_up("A-0099/x") == "A-0100/x"
    assert counted_up("none") is None


def test_a_code_is_read_by_the_current_part_first() -> None:
    now = Identity("gasket-A", "L-0001", "S001", "W7")
    assert PARTS.read_code("L-2291/S002", now) == Identity("gasket-A", "L-2291", "S002", "W7")
    assert PARTS.read_code(" L-2291/S002/W8\r", now).work_order == "W8"


def test_a_code_of_another_part_chooses_that_part() -> None:
    assert PARTS.read_code("board|77", Identity("gasket-A", "L-0001")) == Identity("board", None, "77")
    assert PARTS.read_code("board", Identity("gasket-A", "L-0001")) == Identity("board")
    assert PARTS.read_code("gasket-A", Identity("gasket-A", "L-0001")) == Identity("gasket-A", "L-0001")


def test_an_unknown_code_is_said() -> None:
    for code in ("4901234567894", "", "x" * 5000):
        with pytest.raises(KensaError) as caught:
            PARTS.read_code(code, Identity())
        assert caught.value.code == "scan_unknown"


@pytest.mark.parametrize(
    "rule",
    [
        {"pattern": "["},
        {"pattern": r"\d+"},
        {"pattern": r"\d+", "example": "x"},
        {"next": "sometimes"},
        {"next": "count", "example": "none"},
    ],
)
def test_a_rule_that_contradicts_itself_is_refused(rule: dict[str, str]) -> None:
    with pytest.raises(ValueError):
        FieldRule(**rule)


@pytest.mark.parametrize("scan", ["(", r"\d+", r"(?P<colour>\d+)"])
def test_a_scan_pattern_needs_known_names(scan: str) -> None:
    with pytest.raises(ValueError):
        Identification(scan=scan)


@pytest.mark.parametrize("pattern", ["(a+)+", r"(\w+-?)*x", "((a*)b)+", "(a{2,})+", "(?:x|[a)]+)*", "(a+)+?"])
def test_a_pattern_that_could_take_for_ever_is_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match="for ever"):
        FieldRule(pattern, "a")


@pytest.mark.parametrize(
    ("pattern", "example"),
    [
        (r"\(a+\)+", "(a))"),
        ("[(a+)]+", "a+"),
        (r"L-\d+(?:/\d+)?", "L-1/2"),
        ("(ab)+", "abab"),
        (r"(\d+){3}", "123"),
        ("[]+]+", "]"),
    ],
)
def test_plain_patterns_are_taken(pattern: str, example: str) -> None:
    assert FieldRule(pattern, example).fault("lot", example) is None
