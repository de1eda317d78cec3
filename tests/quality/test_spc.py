"""p-chart, Western Electric rules and Pareto against a textbook's figures."""

import pytest

from inspector_app.quality.spc import Group, Rule, p_chart, pareto, western_electric

SIZES = (
    100,
    80,
    80,
    100,
    110,
    110,
    100,
    100,
    90,
    90,
    110,
    120,
    120,
    120,
    110,
    80,
    80,
    80,
    90,
    100,
    100,
    100,
    100,
    90,
    90,
)
BAD = (12, 8, 6, 9, 10, 12, 11, 16, 10, 6, 20, 15, 9, 8, 6, 8, 10, 7, 5, 8, 5, 8, 10, 6, 9)


def test_purchase_orders_of_montgomery() -> None:
    """Introduction to Statistical Quality Control, 7.2.2, 25 weeks of orders: p-bar 0.096, week 11 beyond its limit."""
    chart = p_chart(Group(str(n), ng, size) for n, (ng, size) in enumerate(zip(BAD, SIZES, strict=True), start=1))
    assert (sum(BAD), sum(SIZES)) == (234, 2450) and chart.centre == pytest.approx(0.0955, abs=5e-5)
    assert [point.name for point in chart.points if Rule.BEYOND_3 in point.rules] == ["11"]
    first, eleventh = chart.points[0], chart.points[10]
    assert first.upper == pytest.approx(0.0955 + 3 * (0.0955 * 0.9045 / 100) ** 0.5, abs=1e-4)
    assert eleventh.p == pytest.approx(0.1818, abs=5e-5) and eleventh.upper == pytest.approx(0.1796, abs=5e-4)
    assert not any(point.small for point in chart.points) and first.lower == pytest.approx(0.007, abs=5e-4)


@pytest.mark.parametrize(
    ("z", "rule", "at"),
    [
        ([0, 3.1], Rule.BEYOND_3, 1),
        ([-3.1], Rule.BEYOND_3, 0),
        ([2.1, 0, 2.1], Rule.TWO_OF_THREE, 2),
        ([-2.1, -2.2], Rule.TWO_OF_THREE, 1),
        ([1.1, 1.2, 0, 1.3, 1.4], Rule.FOUR_OF_FIVE, 4),
        ([-1.1] * 4, Rule.FOUR_OF_FIVE, 3),
        ([0.1] * 8, Rule.EIGHT_IN_A_ROW, 7),
    ],
)
def test_rules(z: list[float], rule: Rule, at: int) -> None:
    found = western_electric(z)
    assert [index for index, rules in enumerate(found) if rule in rules] == [at]


@pytest.mark.parametrize("z", [[2.9], [2.1, -2.1, 0], [2.1, 0, 0, 2.1], [1.1, 1.1, 1.1, 0, 0], [0.1] * 7, [0.0] * 20])
def test_what_breaks_no_rule(z: list[float]) -> None:
    assert not any(western_electric(z))


def test_a_chart_of_little_or_nothing() -> None:
    assert p_chart([]).points == () and p_chart([Group("a", 0, 0)]).points == ()
    chart = p_chart([Group("a", 0, 3), Group("b", 1, 4)])
    assert all(point.small for point in chart.points) and chart.points[0].lower == 0
    assert p_chart([Group("a", 3, 3)]).points[0].z == 0  # all NG: no spread, no alarm
    assert p_chart([Group("a", 5, 10)], centre=0.1).points[0].rules == (Rule.BEYOND_3,)


def test_pareto_falls_and_adds_up() -> None:
    bars = pareto({"dent": 3, "scratch": 6, "crack": 3, "hole": 0})
    assert [bar.name for bar in bars] == ["scratch", "crack", "dent"]
    assert [bar.cumulative for bar in bars] == [0.5, 0.75, 1.0] and pareto({}) == ()
