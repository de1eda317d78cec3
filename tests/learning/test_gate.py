"""The gate: exact, one-sided, strict about misses; and what it says."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspector_app.quality.gate import Margins, Pair, chance_of_worse, decide


def pairs(bad: str, good: str) -> list[Pair]:
    """Two letters a unit, of the active and of the new adapter: o(k), n(g), i(nconclusive)."""
    words = {"o": "OK", "n": "NG", "i": "INCONCLUSIVE"}
    found = []
    for truth, text in ((True, bad.split()), (False, good.split())):
        found += [Pair(f"{truth}{i}", truth, words[one[0]], words[one[1]]) for i, one in enumerate(text)]
    return found


def test_the_same_is_let_in() -> None:
    gate = decide(pairs("nn " * 9 + "oo", "oo " * 9 + "nn"))
    assert gate.open and all("refused" not in s for s in gate.sentences)


def test_one_more_miss_is_refused_and_said() -> None:
    gate = decide(pairs("nn " * 9 + "no", "oo " * 10))
    assert not gate.open
    assert "of 10 bad units the active adapter missed 0, the new one 1; 0 got better, 1 worse" in gate.sentences[0]
    assert gate.figures["miss"]["worse"] == ["True9"]


def test_as_many_misses_elsewhere_are_let_in() -> None:
    assert decide(pairs("nn " * 8 + "no on", "oo " * 10)).open


def test_unclear_is_no_miss_but_costs_coverage() -> None:
    assert decide(pairs("nn " * 20 + "ni", "oo " * 20)).open
    lazy = decide(pairs("ni " * 10, "oi " * 10))
    assert not lazy.open and "refused" in lazy.sentences[2]


def test_overkill_has_a_margin() -> None:
    many = "oo " * 99
    assert decide(pairs("nn " * 9, many + "on"), Margins(overkill=0.02)).open
    assert not decide(pairs("nn " * 9, many + "on on on"), Margins(overkill=0.02)).open
    assert decide(pairs("nn " * 9, many + "on on on"), Margins(overkill=0.05)).open


def test_within_the_margin_and_surely_worse_is_refused() -> None:
    gate = decide(pairs("nn " * 9, "oo " * 1000 + "on " * 6), Margins(overkill=0.02))
    assert gate.figures["overkill"]["p"] < 0.05 and not gate.open


def test_too_few_units_say_nothing() -> None:
    gate = decide(pairs("nn nn nn", "oo " * 50))
    assert not gate.open and "3 bad and 50 good" in gate.sentences[0]
    assert not decide([]).open


def grouped(rows: str) -> list[Pair]:
    """`group verdict-of-active verdict-of-new` of bad units, and ten good ones that all get right."""
    words = {"o": "OK", "n": "NG", "i": "INCONCLUSIVE"}
    bad = [row.split(":") for row in rows.split()]
    found = [Pair(f"b{i}", True, words[v[0]], words[v[1]], {"operator": who}) for i, (who, v) in enumerate(bad)]
    return found + [Pair(f"g{i}", False, "OK", "OK", {"operator": "佐藤"}) for i in range(10)]


def test_a_gain_in_the_mean_hides_no_group() -> None:
    """Four more found with one operator, three more missed with the other: not worse in all, and refused."""
    gate = decide(grouped("佐藤:on " * 4 + "佐藤:nn " * 6 + "山田:no " * 3 + "山田:nn " * 4))
    assert gate.figures["miss"]["new"] < gate.figures["miss"]["active"] and gate.figures["fits"]["miss"]
    assert not gate.open
    assert gate.sentences[-1].startswith("The operator 山田 got worse: of 7 bad units the active adapter misses 0, the")
    assert gate.figures["groups"][0]["blocks"] and gate.figures["groups"][0]["group"] == "山田"


def test_a_group_that_is_a_little_worse_is_named_and_let_in() -> None:
    gate = decide(grouped("佐藤:on " * 2 + "佐藤:nn " * 6 + "山田:no " * 2 + "山田:nn " * 4))
    assert gate.open and gate.sentences[-1].endswith("Look at it before signing.")
    assert [(one["group"], one["blocks"]) for one in gate.figures["groups"]] == [("山田", False)]


def test_a_group_without_a_change_is_not_named() -> None:
    assert decide(grouped("佐藤:nn 佐藤:nn 山田:nn 山田:nn")).figures["groups"] == []


def test_recent_units_can_refuse() -> None:
    fine = pairs("nn " * 9, "oo " * 9)
    assert decide(fine, recent=pairs("no " * 4 + "nn", "oo")).open, "four of four by chance: p = 0.06"
    refused = decide(fine, recent=pairs("no " * 5 + "nn", "oo"))
    assert not refused.open and "Recent reviewed units: of 6 bad units" in " ".join(refused.sentences)


@given(st.integers(0, 40), st.integers(0, 40))
def test_the_exact_test(worse: int, better: int) -> None:
    n = worse + better
    by_hand = sum(math.comb(n, k) for k in range(n + 1) if k >= worse) / 2**n
    assert chance_of_worse(worse, better) == pytest.approx(by_hand)
    assert 0 < chance_of_worse(worse, better) <= 1


@given(st.lists(st.tuples(st.booleans(), st.sampled_from("oni"), st.sampled_from("oni")), max_size=40))
def test_an_open_gate_never_lets_a_further_miss_in(rows: list[tuple[bool, str, str]]) -> None:
    words = {"o": "OK", "n": "NG", "i": "INCONCLUSIVE"}
    units = [Pair(str(i), bad, words[a], words[b]) for i, (bad, a, b) in enumerate(rows)]
    if decide(units).open:
        assert sum(p.bad and p.new == "OK" for p in units) <= sum(p.bad and p.active == "OK" for p in units)
