"""The figures of the field a second time, by the code of others: scipy and statsmodels."""

import math
import random

import pytest

from inspector_app.quality.agreement import cohen, fleiss
from inspector_app.quality.drift import ks
from inspector_app.quality.rates import Drawn, rate, truth, weighted
from inspector_app.quality.spc import Group, p_chart

stats = pytest.importorskip("scipy.stats")
inter_rater = pytest.importorskip("statsmodels.stats.inter_rater")
COUNTS = [(0, 1), (0, 368), (1, 20), (7, 50), (49, 50), (50, 50), (412, 452), (79_000, 85_969)]


@pytest.mark.parametrize(("hits", "total"), COUNTS)
def test_clopper_pearson(hits: int, total: int) -> None:
    theirs = stats.binomtest(hits, total).proportion_ci(method="exact")
    ours = rate(hits, total)
    assert (ours.low, ours.high) == pytest.approx((theirs.low, theirs.high), abs=1e-9)
    assert (weighted([True] * min(hits, 60) + [False] * 3, [2.0] * (min(hits, 60) + 3)).high) <= 1


def test_equal_weights_are_the_plain_interval() -> None:
    flags = [True] * 4 + [False] * 46
    ours, theirs = weighted(flags, [10.0] * 50), stats.binomtest(4, 50).proportion_ci(method="exact")
    assert (ours.low, ours.high) == pytest.approx((theirs.low, theirs.high), abs=1e-9)


def test_p_chart_limits() -> None:
    chance = random.Random(3)
    groups = [Group(str(k), chance.randint(0, 9), chance.randint(30, 90)) for k in range(30)]
    centre = sum(g.ng for g in groups) / sum(g.n for g in groups)
    for group, point in zip(groups, p_chart(groups).points, strict=True):
        sigma = stats.binom.std(group.n, centre) / group.n
        assert point.upper == pytest.approx(centre + 3 * sigma) and point.z == pytest.approx((point.p - centre) / sigma)
        assert point.lower == pytest.approx(max(0.0, centre - 3 * sigma))


def test_kappa_of_two_and_its_interval() -> None:
    table = [[61, 4, 2], [3, 22, 1], [0, 5, 9]]
    pairs = [(str(a), str(b)) for a in range(3) for b in range(3) for _ in range(table[a][b])]
    theirs = inter_rater.cohens_kappa(table)
    ours = cohen(pairs)
    assert ours.value == pytest.approx(theirs.kappa)
    assert (ours.low, ours.high) == pytest.approx((theirs.kappa_low, theirs.kappa_upp), abs=1e-6)


def test_kappa_of_many() -> None:
    chance = random.Random(5)
    said = [[chance.choices(("OK", "NG"), (9, 1) if k % 2 else (1, 4))[0] for _ in range(6)] for k in range(40)]
    table = [[row.count("OK"), row.count("NG")] for row in said]
    assert fleiss(said).value == pytest.approx(inter_rater.fleiss_kappa(table))


def test_the_distance_of_two_samples() -> None:
    chance = random.Random(8)
    one, other = [chance.betavariate(1, 8) for _ in range(300)], [chance.betavariate(1.5, 8) for _ in range(250)]
    theirs = stats.ks_2samp(one, other, method="asymp")
    statistic, p = ks(one, other)
    assert statistic == pytest.approx(theirs.statistic) and p == pytest.approx(theirs.pvalue, rel=0.3)


def test_the_interval_of_the_miss_rate_holds_what_is_true() -> None:
    """Drawn again and again from a station whose truth is known: the interval must hold it in 95 of 100."""
    chance = random.Random(11)
    units, bad = {"OK": 9000, "NG": 800, "INCONCLUSIVE": 200}, {"OK": 0.01, "NG": 0.9, "INCONCLUSIVE": 0.5}
    true = 9000 * 0.01 / (9000 * 0.01 + 800 * 0.9 + 200 * 0.5)
    held = 0
    for _ in range(40):
        drawn = [
            Drawn(call, chance.random() < bad[call], 1.0 if call == "INCONCLUSIVE" else 0.05)
            for call, n in units.items()
            for _ in range(n if call == "INCONCLUSIVE" else n // 20)
        ]
        found = truth(units, drawn).miss
        held += found.low <= true <= found.high
    assert held >= 37 and not math.isnan(true)
