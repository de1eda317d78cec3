"""Figures in words: what a table of a report says in each line. Knows numbers and languages; knows no paper."""

from inspector_app.quality.agreement import Kappa
from inspector_app.quality.kpi import Says, Standing
from inspector_app.quality.rates import Estimate, Rate
from inspector_app.reports.summary import Report
from inspector_app.reports.words import word

Line = tuple[str, str, str, str]
_SHARES = ("miss", "overkill", "coverage")


def figure_lines(report: Report, language: str) -> list[Line]:
    """Name, value, interval, number of units."""

    def w(key: str) -> str:
        return word(key, language)

    found = report.figures
    lines: list[Line] = [(w("units"), str(found.units), "", "")]
    lines += [(w(key), str(getattr(found, key)), "", "") for key in ("ok", "ng", "inconclusive")]
    for key, rate in (
        ("yield", found.yield_), ("first_pass", found.first_pass), ("coverage", found.coverage),
        ("override", found.override),
    ):  # fmt: skip
        lines.append((w(key), share(rate.value, language), interval(rate), w("of").format(rate.hits, rate.total)))
    for key in ("miss", "overkill", "bad_among_ok"):
        estimate: Estimate = getattr(found.truth, key)
        lines.append((w(key), share(estimate.value, language), interval(estimate), w("drawn").format(estimate.drawn)))
    kappa = found.kappa
    value = w("unknown") if kappa.value is None else f"{kappa.value:.3f}"
    bounds = "" if kappa.value is None else f"{kappa.low:.3f} – {kappa.high:.3f}"
    lines.append((w("kappa"), value, bounds, str(kappa.n)))
    takt = w("unknown") if found.takt is None else w("seconds").format(found.takt)
    lines.append((w("takt"), takt, "", ""))
    if report.person_minutes is not None:
        lines.append((w("person_minutes"), w("minutes").format(report.person_minutes), "", ""))
    if report.drift is not None:
        moved = report.drift
        value = f"{w(str(moved.says))}: PSI {moved.psi:.3f}, KS {moved.ks:.3f} (p = {moved.p:.2g})"
        lines.append((w("drift"), value, "", f"{moved.reference} → {moved.today}"))
    return lines


def goal_lines(report: Report, language: str) -> list[Line]:
    """Name, goal, value with its interval, where it stands."""
    return [_goal(goal, language) for goal in report.goals]


def _goal(goal: Standing, language: str) -> Line:
    is_share = goal.name in _SHARES

    def shown(value: float) -> str:
        if is_share:
            return f"{value:.2%}"
        return word("seconds" if goal.name == "takt" else "minutes", language).format(value)

    sign = "≥" if goal.name == "coverage" else "≤"
    says = word(str(goal.says), language)
    if goal.says is Says.NOT_ENOUGH and goal.more:
        says = word("more", language).format(says, f"{goal.more:,}")
    value = word("unknown", language) if goal.value is None else shown(goal.value)
    if goal.value is not None and goal.low < goal.high < float("inf"):
        value += f" ({shown(goal.low)} – {shown(goal.high)})"
    return word(goal.name, language), f"{sign} {shown(goal.goal)}", value, says


def share(value: float | None, language: str) -> str:
    """A share in per cent."""
    return word("unknown", language) if value is None else f"{value:.2%}"


def interval(found: Rate | Estimate | Kappa) -> str:
    """Its bounds in per cent; nothing where nothing is known."""
    return "" if found.value is None else f"{found.low:.2%} – {found.high:.2%}"
