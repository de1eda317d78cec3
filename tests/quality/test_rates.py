"""Shares, what is estimated from units drawn at random, goals and drift: against tables, scipy and simulation."""

import math
import random

import pytest

from inspector_app.quality import kpi
from inspector_app.quality.drift import Drift, drift, ks, psi
from inspector_app.quality.kpi import Says
from inspector_app.quality.rates import Drawn, Estimate, rate, truth, weighted
from model_runtime.intervals import clopper_pearson


def test_equal_weights_are_exact() -> None:
    for hits, n in ((0, 20), (3, 40), (40, 40)):
        found = weighted([i < hits for i in range(n)], [7.0] * n)
        assert (found.low, found.high) == pytest.approx(clopper_pearson(hits, n))
    assert weighted([], []) == Estimate(None, 0.0, 1.0, 0)


def test_unequal_weights_count_for_less() -> None:
    """Korn and Graubard: 2 x 10 units at weights 1 and 9 are (100)^2 / 820 = 12.2 units."""
    found = weighted([False] * 20, [1.0] * 10 + [9.0] * 10)
    assert found.high == pytest.approx(1 - 0.025 ** (1 / (100**2 / 820)), rel=1e-6)
    assert weighted([True, False], [3.0, 1.0]).value == 0.75


def test_miss_and_overkill_of_all() -> None:
    """900 called OK, of 90 drawn 1 is bad; 100 called NG, of 50 drawn 5 are good: 10 escapes, 90 found, 10 good."""
    drawn = [Drawn("OK", n < 1, 0.1) for n in range(90)] + [Drawn("NG", n >= 5, 0.5) for n in range(50)]
    found = truth({"OK": 900, "NG": 100}, drawn)
    assert found.miss.value == pytest.approx(10 / 100) and found.overkill.value == pytest.approx(10 / 900)
    assert found.bad_among_ok.value == pytest.approx(1 / 90)
    assert (found.bad_among_ok.low, found.bad_among_ok.high) == pytest.approx(clopper_pearson(1, 90))
    assert found.good_among_ng.value == pytest.approx(0.1) and found.miss.drawn == 140
    assert found.miss.low < 0.1 < found.miss.high and found.overkill.low < 10 / 900 < found.overkill.high


def test_what_is_not_drawn_is_not_known() -> None:
    assert truth({"OK": 900, "NG": 100}, [Drawn("NG", True, 0.1)] * 30).miss.value is None
    nothing = truth({}, [])
    assert nothing.miss.value is None and (nothing.miss.low, nothing.miss.high) == (0.0, 1.0)
    only = truth({"OK": 50}, [Drawn("OK", False, 1.0)] * 50)
    assert only.miss.value is None and only.bad_among_ok.value == 0.0  # none is bad, so none of the bad was missed


def test_the_interval_holds_as_often_as_it_says() -> None:
    """400 days of 2,000 units with 10 % drawn: the true miss rate lies within, at least 95 times in 100."""
    draw, held = random.Random(3), 0
    for _ in range(400):
        units = [(bad := draw.random() < 0.05, "NG" if draw.random() < (0.9 if bad else 0.03) else "OK")
                 for _ in range(2000)]  # fmt: skip
        drawn = [Drawn(call, bad, 0.1) for bad, call in units if draw.random() < 0.1]
        calls = [call for _, call in units]
        found = truth({"OK": calls.count("OK"), "NG": calls.count("NG")}, drawn).miss
        misses = sum(bad and call == "OK" for bad, call in units) / sum(bad for bad, _ in units)
        held += found.low <= misses <= found.high
    assert held >= 0.95 * 400


def test_goals_of_shares() -> None:
    assert kpi.at_most("miss", 0.05, rate(0, 200)).says is Says.MET
    assert kpi.at_most("miss", 0.05, rate(40, 200)).says is Says.NOT_MET
    assert kpi.at_least("coverage", 0.8, rate(190, 200)).says is Says.MET
    assert kpi.at_least("coverage", 0.8, rate(100, 200)).says is Says.NOT_MET
    open_still = kpi.at_most("miss", 0.05, rate(0, 20))
    # Without a miss, 1 - 0.025^(1/n) <= 0.05 from n = 72 on: ln 0.025 / ln 0.95 = 71.9.
    assert open_still.says is Says.NOT_ENOUGH and open_still.more == 72 - 20
    assert math.ceil(math.log(0.025) / math.log(0.95)) == 72


def test_how_many_more_are_needed() -> None:
    assert kpi.units_needed(0, 0, 0.01) == math.ceil(math.log(0.025) / math.log(0.99))
    assert kpi.units_needed(5, 100, 0.05) is None  # just the goal: nobody will ever know
    more = kpi.units_needed(4, 100, 0.05)
    assert more is not None
    total = 100 + more
    assert clopper_pearson(round(0.04 * total), total)[1] <= 0.05
    assert clopper_pearson(round(0.04 * (total - 100)) + 4, total - 200)[1] > 0.05


def test_goals_of_estimates() -> None:
    drawn = [Drawn("OK", False, 0.1)] * 100 + [Drawn("NG", True, 0.1)] * 100

    def at(scale: float) -> Estimate:
        return truth({"OK": 900, "NG": 900}, drawn, scale=scale).miss

    standing = kpi.estimate_at_most("miss", 0.01, at)
    assert standing.says is Says.NOT_ENOUGH and standing.more is not None and standing.value == 0.0
    assert at((200 + standing.more) / 200).high <= 0.01 < at((200 + standing.more * 0.9) / 200).high
    assert kpi.estimate_at_most("miss", 0.2, at).says is Says.MET
    nothing = kpi.estimate_at_most("miss", 0.01, lambda scale: Estimate(None, 0.0, 1.0, 0))
    assert nothing.says is Says.NOT_ENOUGH and nothing.more == kpi.units_needed(0, 0, 0.01)


def test_goals_of_times_and_amounts() -> None:
    """Bounds of a median of ten: the second and the ninth (binomial, 97.9 %)."""
    values = [float(n) for n in range(1, 11)]
    found = kpi.time_at_most("takt", 10.0, values)
    assert (found.value, found.low, found.high, found.says) == (5.5, 2.0, 9.0, Says.MET)
    assert kpi.time_at_most("takt", 1.0, values).says is Says.NOT_MET
    assert kpi.time_at_most("takt", 5.0, values).says is Says.NOT_ENOUGH
    assert kpi.time_at_most("takt", 5.0, [1.0, 2.0]).more == 4 and kpi.time_at_most("takt", 5.0, []).value is None
    assert kpi.time_at_most("takt", 5.0, [1.0] * 5000).says is Says.MET
    assert kpi.amount_at_most("person_minutes", 30, 20.0, 100).says is Says.MET
    assert kpi.amount_at_most("person_minutes", 30, 20.0, 60).more == 40
    assert kpi.amount_at_most("person_minutes", 30, 31.0, 100).says is Says.NOT_MET


def test_psi_of_shares_that_are_known() -> None:
    """(0.2-0.1) ln 2 and (0-0.1) ln(0.5/100/0.1): twice as many in one bin, none in another."""
    reference = [n + 0.5 for n in range(100)]
    today = [n + 0.5 for n in range(10)] + reference[:10] + reference[10:90]
    expected = 0.1 * math.log(2) + (0.005 - 0.1) * math.log(0.05)
    assert psi(reference, today) == pytest.approx(expected)
    assert psi(reference, reference) == 0


def test_ks_as_scipy_says() -> None:
    one = [math.sin(n) for n in range(200)]
    other = [math.sin(n) * 0.8 + 0.1 for n in range(150)]
    statistic, p = ks(one, other)
    stats = pytest.importorskip("scipy.stats")
    theirs = stats.ks_2samp(one, other, method="asymp")
    assert statistic == pytest.approx(theirs.statistic) and p == pytest.approx(theirs.pvalue, rel=0.15)
    assert ks([1, 2, 2], [1, 2, 2])[0] == 0 and ks([0.0] * 50, [1.0] * 50)[0] == 1


def test_what_drift_says() -> None:
    draw = random.Random(2)
    before = [draw.betavariate(1, 9) for _ in range(500)]
    same = drift(before, [draw.betavariate(1, 9) for _ in range(500)])
    moved = drift(before, [draw.betavariate(2, 5) for _ in range(500)])
    assert same and moved and (same.says, moved.says) == (Drift.STABLE, Drift.CHANGED)
    few = drift(before, before[:20])
    assert few and few.says is Drift.TOO_FEW and drift([], before) is None
