"""Figures in words for the quality pages: shares with their bounds, names of figures and groups. Knows no widget."""

from inspector_app.quality.agreement import Kappa, kappa_band
from inspector_app.quality.drift import Drift
from inspector_app.quality.rates import Estimate, Rate
from inspector_app.quality.spc import Rule
from inspector_app.ui.language import mark, tr

FIGURES = {
    "units": mark("Units"),
    "yield": mark("Yield"),
    "first_pass": mark("First-pass yield"),
    "coverage": mark("Coverage"),
    "override": mark("Override rate"),
    "miss": mark("Miss rate"),
    "overkill": mark("Overkill rate"),
    "kappa": mark("Kappa, AI and supervisor"),
    "takt": mark("Takt time"),
    "person_minutes": mark("Minutes of a person per 100 units"),
}
GROUPS = {
    "part": mark("Part number"),
    "line": mark("Line"),
    "station": mark("Station"),
    "shift": mark("Shift"),
    "operator": mark("Operator"),
    "adapter": mark("Adapter version"),
    "week": mark("Week"),
}
RULES = {
    Rule.BEYOND_3: mark("beyond 3 sigma"),
    Rule.TWO_OF_THREE: mark("2 of 3 beyond 2 sigma"),
    Rule.FOUR_OF_FIVE: mark("4 of 5 beyond 1 sigma"),
    Rule.EIGHT_IN_A_ROW: mark("8 in a row on one side"),
}
DRIFTS = {
    Drift.STABLE: mark("no change"),
    Drift.WATCH: mark("to be watched"),
    Drift.CHANGED: mark("changed"),
    Drift.TOO_FEW: mark("too few units to say"),
}
BANDS = {"good": mark("good"), "marginal": mark("marginal"), "reject": mark("not acceptable")}


def percent(value: float | None, digits: int = 1) -> str:
    """A share; a dash where there is none."""
    return "–" if value is None else f"{value * 100:.{digits}f} %"


def share(found: Rate | Estimate, digits: int = 1) -> str:
    """A share with its bounds."""
    return "–" if found.value is None else f"{percent(found.value, digits)} ({bounds(found, digits)})"


def bounds(found: Rate | Estimate, digits: int = 1) -> str:
    """From where to where the true share lies."""
    return "" if found.value is None else f"{found.low * 100:.{digits}f}–{found.high * 100:.{digits}f} %"


def kappa(found: Kappa | None) -> str:
    """Kappa with its bounds."""
    if found is None or found.value is None:
        return "–"
    return f"{found.value:.2f} ({found.low:.2f}–{found.high:.2f})"


def kappa_rated(found: Kappa | None) -> str:
    """The same with what it is called: good, marginal, not acceptable."""
    if found is None or found.value is None:
        return "–"
    return f"{found.value:.2f} {tr(BANDS[kappa_band(found.value)])} ({found.low:.2f}–{found.high:.2f})"


def of(found: Rate) -> str:
    """How many of how many."""
    return tr("{hits} of {total}", hits=f"{found.hits:,}", total=f"{found.total:,}")


def group_name(value: str) -> str:
    """The value of a group; units may tell none."""
    return value or tr("(not told)")


def more_units(count: int) -> str:
    """Why nothing is shown, and what helps."""
    return tr("Not enough data yet: {count} more units.", count=f"{max(1, count):,}")
