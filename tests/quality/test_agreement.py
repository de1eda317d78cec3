"""Kappa, effectiveness and bands against published tables."""

import random
from itertools import product

import pytest

from inspector_app.quality.agreement import Band, Trial, band, cohen, fleiss, kappa_band, study


def pairs(table: list[list[int]]) -> list[tuple[str, str]]:
    return [(str(r), str(c)) for r, row in enumerate(table) for c, count in enumerate(row) for _ in range(count)]


def test_cohen_as_in_sas() -> None:
    """SAS/STAT, PROC FREQ, "Tests and measures of agreement": two dermatologists, 88 patients."""
    found = cohen(pairs([[10, 4, 1, 0], [5, 10, 12, 2], [2, 4, 12, 5], [0, 2, 6, 13]]))
    assert found.value == pytest.approx(0.3449, abs=5e-5)
    assert (found.low, found.high) == (pytest.approx(0.2030, abs=5e-4), pytest.approx(0.4868, abs=5e-4))
    assert found.n == 88


def test_cohen_of_grants() -> None:
    """The textbook's 50 proposals: Po = 0.7, Pe = 0.5, kappa = 0.4."""
    found = cohen(pairs([[20, 5], [10, 15]]))
    assert (found.agreed, found.by_chance, found.value) == (pytest.approx(0.7), pytest.approx(0.5), pytest.approx(0.4))


@pytest.mark.parametrize(
    ("table", "kappa"),
    [
        ([[44, 6], [3, 97]], 0.86),  # A against B
        ([[43, 7], [8, 92]], 0.78),  # A against C
        ([[42, 5], [9, 94]], 0.79),  # B against C
        ([[45, 5], [3, 97]], 0.88),  # A against the reference
        ([[45, 2], [3, 100]], 0.92),  # B
        ([[42, 9], [6, 93]], 0.77),  # C
    ],
)
def test_cross_tables_of_the_aiag_manual(table: list[list[int]], kappa: float) -> None:
    """AIAG, Measurement Systems Analysis, 4th ed., III-C: 50 parts, three appraisers, three trials."""
    assert round(cohen(pairs(table)).value or 0, 2) == kappa


WIKIPEDIA = [[0, 0, 0, 0, 14], [0, 2, 6, 4, 2], [0, 0, 3, 5, 6], [0, 3, 9, 2, 0], [2, 2, 8, 1, 1], [7, 7, 0, 0, 0],
             [3, 2, 6, 3, 0], [2, 5, 3, 2, 2], [6, 5, 2, 1, 0], [0, 2, 2, 3, 7]]  # fmt: skip


def ratings(counts: list[list[int]]) -> list[list[str]]:
    return [[str(c) for c, n in enumerate(row) for _ in range(n)] for row in counts]


def test_fleiss_of_ten_units_and_fourteen_raters() -> None:
    """The worked example of "Fleiss' kappa" (Wikipedia): P = 0.378, Pe = 0.213, kappa = 0.210."""
    found = fleiss(ratings(WIKIPEDIA))
    assert found.agreed == pytest.approx(0.378, abs=5e-4) and found.by_chance == pytest.approx(0.213, abs=5e-4)
    assert found.value == pytest.approx(0.210, abs=5e-4)


def test_the_interval_of_fleiss_is_that_of_leaving_one_out() -> None:
    """Against the jackknife, computed independently of the formula; they agree the better, the more units there are."""
    draw = random.Random(5)
    said = []
    for _ in range(300):
        bad = draw.random() < 0.4
        said.append(["NG" if (draw.random() < 0.9) == bad else "OK" for _ in range(4)])
    found = fleiss(said)
    assert found.value is not None
    left = [fleiss(said[:i] + said[i + 1 :]).value or 0.0 for i in range(len(said))]
    mean = sum(left) / len(left)
    spread = ((len(left) - 1) / len(left) * sum((v - mean) ** 2 for v in left)) ** 0.5
    assert (found.high - found.low) / 2 / 1.959964 == pytest.approx(spread, rel=0.02)


def test_nothing_to_disagree_about_is_no_kappa() -> None:
    assert cohen([("OK", "OK")] * 5).value is None and cohen([]).n == 0
    assert fleiss([["OK", "OK"]] * 5).value is None and fleiss([]).n == 0
    with pytest.raises(ValueError, match="same number"):
        fleiss([["OK"], ["OK", "NG"]])


def aiag_like() -> tuple[list[Trial], dict[str, str]]:
    """50 parts, 16 of them bad; A is right in 42 parts always, B in 45; as in the manual's table of effectiveness."""
    reference = {f"{n:02}": "NG" if n < 16 else "OK" for n in range(50)}
    wrong = {"A": {n: 1 for n in (*range(3), *range(20, 25))}, "B": {n: 1 for n in (*range(3), 20, 21)}}
    trials = []
    for name, trial, (unit, truth) in product("AB", (1, 2, 3), reference.items()):
        slip = trial <= wrong[name].get(int(unit), 0)
        trials.append(Trial(unit, name, trial, {"OK": "NG", "NG": "OK"}[truth] if slip else truth))
    return trials, reference


def test_effectiveness_with_the_intervals_of_the_aiag_manual() -> None:
    """84 % (71-93), 90 % (78-97); miss 3 of 48 = 6.3 %, false alarm 5 of 102 = 4.9 % and 2 of 102 = 2.0 %."""
    found = study(*aiag_like())
    one, other = found.appraisers
    assert (one.effectiveness.hits, other.effectiveness.hits) == (42, 45)
    bounds = [tuple(round(100 * b) for b in (a.effectiveness.low, a.effectiveness.high)) for a in found.appraisers]
    assert bounds == [(71, 93), (78, 97)]
    assert (one.miss.hits, one.miss.total, one.false_alarm.hits, one.false_alarm.total) == (3, 48, 5, 102)
    assert (other.false_alarm.hits, other.band, one.band) == (2, Band.REJECT, Band.REJECT)
    assert one.against_reference.value == pytest.approx(0.879, abs=5e-4)
    assert (found.units, found.bad, found.together.total) == (50, 16, 50)
    assert found.together.hits == found.together_right.hits == 42
    assert one.within and one.repeated and one.repeated.hits == 42


def test_the_order_of_rows_is_of_no_account() -> None:
    trials, reference = aiag_like()
    mixed = list(trials)
    random.Random(1).shuffle(mixed)
    assert study(mixed, reference) == study(trials, reference)


@pytest.mark.parametrize(
    ("figures", "called"),
    [((0.90, 0.02, 0.05), Band.GOOD), ((0.89, 0.02, 0.05), Band.MARGINAL), ((0.9, 0.03, 0.05), Band.MARGINAL),
     ((0.80, 0.05, 0.10), Band.MARGINAL), ((0.79, 0.0, 0.0), Band.REJECT), ((1.0, 0.0, 0.11), Band.REJECT)],
)  # fmt: skip
def test_bands(figures: tuple[float, float, float], called: Band) -> None:
    assert band(*figures) is called
    assert [kappa_band(k) for k in (0.9, 0.7, 0.69)] == [Band.GOOD, Band.MARGINAL, Band.REJECT]


def test_a_study_that_is_not_whole_is_said_so() -> None:
    trials, reference = aiag_like()
    for broken, words in (
        (trials[:-1], "more often"),
        ([t for t in trials if not (t.appraiser == "A" and t.unit == "07")], "A did not judge unit 07"),
        ([*trials, trials[0]], "two verdicts"),
        ([*trials, Trial("99", "A", 1, "OK")], "no reference"),
        ([], "nothing to compare"),
    ):
        with pytest.raises(ValueError, match=words):
            study(broken, reference)
