"""The statistics: published examples, closed forms, plain computations of the same, and what must always hold."""

import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from model_runtime import figures
from model_runtime.figures import Figure
from model_runtime.intervals import Z, beta_quantile, clopper_pearson, incomplete_beta, two_sided

RATED_GOOD = [1] * 33 + [2] * 6 + [3] * 6 + [4] * 11 + [5] * 2
RATED_BAD = [1] * 3 + [2] * 2 + [3] * 2 + [4] * 11 + [5] * 33
"""109 CT scans, rated 1 to 5 (Hanley and McNeil, Radiology 143, 1982, table I)."""

scored = st.lists(
    st.tuples(st.sampled_from([0.0, 0.1, 0.25, 0.5, 0.6, 0.9, 1.0]), st.booleans()), min_size=2, max_size=40
)


def two_sides(units: list[tuple[float, bool]]) -> tuple[list[float], list[bool]]:
    bad = [flag for _, flag in units]
    assume(any(bad) and not all(bad))
    return [score for score, _ in units], bad


# ---- shares ----


@pytest.mark.parametrize(
    ("count", "n", "low", "high"),
    [
        (0, 10, 0.0, 0.3085),
        (1, 10, 0.0025, 0.4450),
        (5, 10, 0.1871, 0.8129),
        (10, 10, 0.6915, 1.0),
        (4, 20, 0.0573, 0.4366),
    ],
)
def test_exact_bounds_are_those_of_the_tables(count: int, n: int, low: float, high: float) -> None:
    assert clopper_pearson(count, n) == pytest.approx((low, high), abs=5e-5)


@pytest.mark.parametrize("n", [1, 7, 60, 1000])
def test_exact_bounds_of_none_and_all_are_closed_forms(n: int) -> None:
    assert clopper_pearson(0, n)[1] == pytest.approx(1 - 0.025 ** (1 / n), rel=1e-12)
    assert clopper_pearson(n, n)[0] == pytest.approx(0.025 ** (1 / n), rel=1e-12)


@given(st.integers(0, 60), st.integers(1, 60))
@settings(deadline=None)
def test_exact_bounds_leave_the_tails_that_they_promise(count: int, n: int) -> None:
    """By summing the binomial distribution, which is what the bounds are defined by."""
    assume(count <= n)
    low, high = clopper_pearson(count, n)
    assert low <= count / n <= high
    if count > 0:
        assert at_least(count, n, low) == pytest.approx(0.025, rel=1e-9)
    if count < n:
        assert 1 - at_least(count + 1, n, high) == pytest.approx(0.025, rel=1e-9)


def at_least(count: int, n: int, p: float) -> float:
    return math.fsum(math.comb(n, k) * p**k * (1 - p) ** (n - k) for k in range(count, n + 1))


def test_beta_quantile_against_scipy() -> None:
    beta = pytest.importorskip("scipy.stats").beta
    for a, b in ((0.5, 0.5), (1, 30), (2, 5000), (300, 700), (4000, 2), (20000, 30000)):
        for q in (0.001, 0.025, 0.5, 0.975):
            assert beta_quantile(q, a, b) == pytest.approx(beta.ppf(q, a, b), rel=1e-8)
            x = float(beta.ppf(q, a, b))
            assert incomplete_beta(x, a, b) == pytest.approx(q, rel=1e-7)


def test_normal_tail() -> None:
    assert two_sided(1.959963985) == pytest.approx(0.05, rel=1e-8)
    assert two_sided(-2.575829304) == pytest.approx(0.01, rel=1e-8)
    assert pytest.approx(1.959963985) == Z


def test_a_share_of_nothing_is_no_figure() -> None:
    assert figures.share(0, 0) is None
    assert figures.share_of([]) is None
    assert figures.share_of([True, False]) == figures.share(1, 2)
    with pytest.raises(ValueError):
        clopper_pearson(3, 2)


# ---- AUROC ----


def test_auroc_of_a_published_example() -> None:
    """Area 0.8932; DeLong's standard error 0.0307 as statistics packages give it for these data."""
    bad = [False] * len(RATED_GOOD) + [True] * len(RATED_BAD)
    area = figures.auroc(RATED_GOOD + RATED_BAD, bad)
    assert area is not None
    assert area.value == pytest.approx(0.8932, abs=5e-5)
    of_bad, of_good = figures.placements(np.array(RATED_GOOD + RATED_BAD, float), np.array(bad))
    spread = math.sqrt(of_bad.var(ddof=1) / len(of_bad) + of_good.var(ddof=1) / len(of_good))
    assert spread == pytest.approx(0.0307, abs=5e-5)
    plain = area.value - Z * spread, area.value + Z * spread
    assert plain == pytest.approx((0.83295, 0.95339), abs=1e-5)
    # On the logit scale the interval is no longer symmetric, and of about the same width.
    assert area.low < plain[0] < area.value < area.high < plain[1]


def kernel(bad: float, good: float) -> float:
    return 1.0 if bad > good else 0.5 if bad == good else 0.0


def slow_delong(one: list[float], other: list[float], bad: list[bool]) -> tuple[float, float]:
    """Difference and its variance, pair by pair, straight from the definition of the structural components."""
    areas, parts = [], []
    for scores in (one, other):
        xs = [s for s, b in zip(scores, bad, strict=True) if b]
        ys = [s for s, b in zip(scores, bad, strict=True) if not b]
        v10 = [sum(kernel(x, y) for y in ys) / len(ys) for x in xs]
        v01 = [sum(kernel(x, y) for x in xs) / len(xs) for y in ys]
        areas.append(sum(v10) / len(v10))
        parts.append((v10, v01))

    def covariance(a: list[float], b: list[float]) -> float:
        ma, mb = sum(a) / len(a), sum(b) / len(b)
        return sum((x - ma) * (y - mb) for x, y in zip(a, b, strict=True)) / (len(a) - 1)

    variance = 0.0
    for side in (0, 1):
        first, second = parts[0][side], parts[1][side]
        n = len(first)
        variance += (covariance(first, first) + covariance(second, second) - 2 * covariance(first, second)) / n
    return areas[0] - areas[1], variance


def test_paired_test_is_the_definition() -> None:
    random = np.random.default_rng(3)
    bad = [bool(flag) for flag in random.random(60) < 0.4]
    one = [float(x) for x in np.round(random.random(60) + 0.5 * np.array(bad), 1)]
    other = [float(x) for x in np.round(0.5 * np.array(one) + random.random(60), 1)]
    difference, variance = slow_delong(one, other, bad)
    found = figures.compare(one, other, bad)
    assert found is not None
    assert found.difference == pytest.approx(difference)
    assert found.z == pytest.approx(difference / math.sqrt(variance))
    assert found.p == pytest.approx(math.erfc(abs(found.z) / math.sqrt(2)))
    assert (found.low, found.high) == pytest.approx((difference - Z * variance**0.5, difference + Z * variance**0.5))


def test_paired_test_keeps_its_promise() -> None:
    """Two equally good scores: p below 0.05 in about one of twenty draws."""
    random = np.random.default_rng(8)
    hits = 0
    for _ in range(600):
        bad = np.arange(80) < 40
        signal = bad + random.normal(size=80)
        found = figures.compare(signal + random.normal(size=80), signal + random.normal(size=80), bad)
        assert found is not None
        hits += found.p < 0.05
    assert 15 <= hits <= 50


def test_intervals_of_auroc_hold_the_truth_nineteen_times_in_twenty() -> None:
    random = np.random.default_rng(4)
    truth = 0.5 * math.erfc(-2 / math.sqrt(2) / math.sqrt(2))  # normal scores two apart
    held = 0
    for _ in range(600):
        area = figures.auroc(np.concatenate([random.normal(2, 1, 40), random.normal(0, 1, 60)]), np.arange(100) < 40)
        assert area is not None
        held += area.low <= truth <= area.high
    assert 550 <= held <= 592


def test_perfect_scores_do_not_claim_certainty() -> None:
    area = figures.auroc([0.1, 0.2, 0.3, 0.8, 0.9], [False, False, False, True, True])
    assert area is not None
    assert area.value == 1.0 and area.high == 1.0
    assert area.low == pytest.approx(0.025 ** (1 / 2))  # as few as two bad units


def test_perfect_against_blind_is_told_apart() -> None:
    bad = [False] * 20 + [True] * 20
    found = figures.compare([float(flag) for flag in bad], [0.5] * 40, bad)
    assert found is not None
    assert found.difference == 0.5 and found.p < 1e-5 and found.z > 4 and found.low > 0
    one = figures.compare([0.0, 1.0], [0.5, 0.5], [False, True])
    assert one is not None and one.p == 1.0  # a single pair proves nothing


def test_the_same_score_twice_is_no_difference() -> None:
    found = figures.compare([0.1, 0.6, 0.4, 0.9], [1.0, 6.0, 4.0, 9.0], [False, True, True, False])
    assert found is not None
    assert (found.difference, found.z, found.p) == (0.0, 0.0, 1.0)


@given(scored)
@settings(deadline=None)
def test_auroc_always(units: list[tuple[float, bool]]) -> None:
    scores, bad = two_sides(units)
    area, mirrored = figures.auroc(scores, bad), figures.auroc([-score for score in scores], bad)
    assert area is not None and mirrored is not None
    pairs = [kernel(x, y) for x, bx in units if bx for y, by in units if not by]
    assert area.value == pytest.approx(sum(pairs) / len(pairs))
    assert area.value == pytest.approx(1 - mirrored.value)
    assert (area.low, area.high) == pytest.approx((1 - mirrored.high, 1 - mirrored.low))
    assert 0 <= area.low <= area.value + 1e-12 and area.value - 1e-12 <= area.high <= 1
    assert area.n == len(units)


@given(scored, st.randoms())
@settings(deadline=None, max_examples=25)
def test_order_never_matters(units: list[tuple[float, bool]], random: object) -> None:
    scores, bad = two_sides(units)
    mixed = list(units)
    random.shuffle(mixed)  # type: ignore[attr-defined]
    other = [score for score, _ in mixed], [flag for _, flag in mixed]
    assert figures.auroc(scores, bad) == figures.auroc(*other)
    assert figures.calibration(scores, bad) == figures.calibration(*other)
    assert figures.operating_point(scores, bad) == figures.operating_point(*other)
    assert figures.quantile(scores, 0.5) == figures.quantile(other[0], 0.5)


def test_one_sided_data_has_no_auroc() -> None:
    for bad in ([True, True], [False, False], []):
        scores = [0.5] * len(bad)
        assert figures.auroc(scores, bad) is None
        assert figures.compare(scores, scores, bad) is None
        assert figures.operating_point(scores, bad) is None


@pytest.mark.parametrize(("scores", "bad"), [([0.1], [True, False]), ([math.nan, 0.1], [True, False])])
def test_scores_that_are_none_are_refused(scores: list[float], bad: list[bool]) -> None:
    with pytest.raises(ValueError):
        figures.auroc(scores, bad)


# ---- calibration ----


def test_calibration_of_a_case_by_hand() -> None:
    """Two bins: 0.2 of which one in four is NG, and 0.8 of which all four are."""
    found = figures.calibration([0.2] * 4 + [0.8] * 4, [True, False, False, False, True, True, True, True], bins=2)
    assert found is not None
    assert found.ece.value == pytest.approx(0.5 * 0.05 + 0.5 * 0.2)
    assert found.brier.value == pytest.approx((0.64 + 3 * 0.04 + 4 * 0.04) / 8)
    assert [(row.low, row.high, row.ng.count, row.ng.n) for row in found.bins] == [(0.2, 0.2, 1, 4), (0.8, 0.8, 4, 4)]


def test_bins_hold_equal_mass_and_never_part_equal_values() -> None:
    assert figures.bins_of(np.arange(100.0), 10) == [(k * 10, k * 10 + 10) for k in range(10)]
    assert figures.bins_of(np.array([0.1] * 7 + [0.2] * 3), 5) == [(0, 7), (7, 10)]
    assert figures.bins_of(np.array([0.5]), 10) == [(0, 1)]


@given(scored, st.integers(1, 12))
@settings(deadline=None, max_examples=30)
def test_calibration_always(units: list[tuple[float, bool]], bins: int) -> None:
    scores, bad = [score for score, _ in units], [flag for _, flag in units]
    found = figures.calibration(scores, bad, bins)
    assert found is not None
    for figure in (found.ece, found.brier):
        assert 0 <= figure.low <= figure.value <= figure.high <= 1
    assert 1 <= len(found.bins) <= bins
    assert sum(row.ng.n for row in found.bins) == len(units)
    assert sum(row.ng.count or 0 for row in found.bins) == sum(bad)


def test_probabilities_that_mean_what_they_say_are_calibrated() -> None:
    random = np.random.default_rng(0)
    p = random.random(20_000)
    found = figures.calibration(p, random.random(20_000) < p)
    assert found is not None
    assert found.ece.value < 0.02
    assert found.brier.value == pytest.approx(1 / 6, abs=0.005)  # the integral of p(1-p)


def test_nothing_is_not_calibrated() -> None:
    assert figures.calibration([], []) is None


# ---- operating point ----


@given(scored.map(lambda units: units[:12]))
@settings(max_examples=40, deadline=None)
def test_the_operating_point_is_the_best_of_all_pairs(units: list[tuple[float, bool]]) -> None:
    scores, bad = two_sides(units)
    found = figures.operating_point(scores, bad, coverage=0.6, overkill=0.3)
    assert found is not None
    assert found.coverage.value >= 0.6 - 1e-9 and found.overkill.value <= 0.3 + 1e-9
    p, flags = np.array(scores), np.array(bad)
    ordered = sorted(set(scores))
    values = [-0.1, *ordered, *((a + b) / 2 for a, b in zip(ordered, ordered[1:], strict=False)), 1.1]
    for low in values:
        for high in values:
            if low <= high:
                other = figures.at_thresholds(p, flags, low, high)
                if other.coverage.value >= 0.6 and other.overkill.value <= 0.3:
                    assert found.miss.value <= other.miss.value + 1e-9


def test_calling_all_bad_is_not_the_answer() -> None:
    found = figures.operating_point([0.5] * 10, [True] * 5 + [False] * 5)
    assert found is not None
    assert found.miss.value == 1.0 and found.overkill.value == 0.0


# ---- ratios and quantiles ----


def test_ratio_is_of_the_sums() -> None:
    found = figures.ratio([1, 0, 3], [10, 10, 20])
    assert found is not None
    assert (found.value, found.n) == (0.1, 40)
    assert 0 <= found.low <= 0.1 <= found.high


def test_no_error_is_not_no_chance_of_one() -> None:
    found = figures.ratio([0] * 10, [5] * 10)
    assert found is not None
    assert (found.value, found.low) == (0.0, 0.0)
    assert found.high == pytest.approx(0.3085, abs=5e-5)
    assert figures.ratio([], []) is None


def test_quantile_bounds_are_order_statistics() -> None:
    """For the median of 20 these are the 6th and the 15th value (any table of the sign test)."""
    found = figures.quantile([float(k) for k in range(1, 21)], 0.5)
    assert found == Figure(10.5, 6.0, 15.0, 20)
    assert figures.quantile([], 0.5) is None
    assert figures.quantile([3.0], 0.95) == Figure(3.0, 3.0, 3.0, 1)


@given(st.lists(st.floats(0, 1e4), min_size=1, max_size=50), st.sampled_from([0.05, 0.5, 0.95]))
@settings(deadline=None)
def test_quantile_always(values: list[float], q: float) -> None:
    found = figures.quantile(values, q)
    assert found is not None
    assert min(values) <= found.low <= found.value <= found.high <= max(values)


@pytest.mark.parametrize("make", [lambda: figures.share(3, 7), lambda: figures.auroc([1, 2, 3], [False, True, True])])
def test_json_has_the_documented_names(make: Callable[[], Figure]) -> None:
    figure = make()
    assert set(figure.to_json()) - {"count"} == {"value", "low", "high", "n"}
