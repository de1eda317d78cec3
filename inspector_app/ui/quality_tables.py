"""What the charts of the quality page share: tables of shares, words for nothing. Draws nothing."""

from collections.abc import Callable, Sequence

from inspector_app.quality.board import Board
from inspector_app.quality.rates import Estimate, Rate
from inspector_app.quality.summary import Figures, Slice
from inspector_app.ui.language import tr
from inspector_app.ui.quality_words import FIGURES, group_name, more_units


def rate_of(figures: Figures, name: str) -> Rate:
    """A share by its name."""
    return {
        "yield": figures.yield_,
        "first_pass": figures.first_pass,
        "coverage": figures.coverage,
        "override": figures.override,
    }[name]


def rate_table(
    points: Sequence[Slice], names: Sequence[str], first: str
) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    """The table behind a chart of shares: its columns and its rows."""
    columns = [first, tr("Units")]
    for name in names:
        columns += [*bounded(tr(FIGURES[name])), "n"]
    rows = []
    for one in points:
        row = [group_name(one.value), str(one.figures.units)]
        for name in names:
            row += [*cells(rate_of(one.figures, name)), str(rate_of(one.figures, name).total)]
        rows.append(tuple(row))
    return tuple(columns), tuple(rows)


def cells(found: Rate | Estimate) -> tuple[str, str, str]:
    """Value and bounds as cells."""
    if found.value is None:
        return "", "", ""
    return f"{found.value:.6f}", f"{found.low:.6f}", f"{found.high:.6f}"


def bounded(name: str) -> tuple[str, str, str]:
    """Names of the columns of a value and its bounds."""
    return name, tr("{name}, from", name=name), tr("{name}, to", name=name)


def grain(grain: str) -> str:
    """What a point on the axis of time is."""
    names: dict[str, Callable[[], str]] = {
        "shift": lambda: tr("Shift"),
        "day": lambda: tr("Day"),
        "week": lambda: tr("Week"),
        "month": lambda: tr("Month"),
    }
    return names[grain]()


def hint() -> str:
    """How the numbers are read."""
    return tr("Point at it, or use the arrow keys, to read the numbers.")


def nothing(board: Board) -> str:
    """Why nothing is shown."""
    if board.figures.units:
        return more_units(1)
    return tr("No units in this period. Choose a longer one, or fewer conditions.")


def short(names: Sequence[str]) -> tuple[str, ...]:
    """Days, weeks and months without the year, where all are of one year; shifts without it in any case."""
    years = {name[:5] for name in names}
    if len(years) == 1 or any(" " in name for name in names):
        return tuple(name[5:] for name in names)
    return tuple(names)
