"""The charts of the quality page as data, made from a board. Knows words and figures; draws nothing."""

from inspector_app.quality.board import Board
from inspector_app.quality.rates import Estimate
from inspector_app.ui.chart_data import ChartData, Kind, Series
from inspector_app.ui.language import tr
from inspector_app.ui.quality_groups import by_group, estimates, kappas, spread
from inspector_app.ui.quality_tables import grain, hint, nothing, rate_of, rate_table, short
from inspector_app.ui.quality_words import FIGURES, RULES, bounds, percent, share
from inspector_app.ui.words import defect_word

MOST_BARS = 12


def pictures(board: Board) -> list[ChartData]:
    """All charts in the order in which they stand on the page."""
    return [
        over_time(board, "yield", "first_pass"),
        p_chart(board),
        pareto(board),
        over_time(board, "coverage", "override"),
        estimates(board),
        kappas(board),
        by_group(board),
        spread(board),
    ]


def over_time(board: Board, *names: str) -> ChartData:
    """Shares by day, week or month."""
    title = " · ".join(tr(FIGURES[name]) for name in names)
    points = [one for one in board.course if any(rate_of(one.figures, name).total for name in names)]
    if not points:
        return ChartData(title, empty=nothing(board))
    inks = ("accent", "ok", "hold")
    series = tuple(
        Series(
            tr(FIGURES[name]),
            tuple(rate_of(one.figures, name).value for one in points),
            Kind.LINE,
            ink,
            dashed=number > 0,  # so that equal lines do not cover each other
            hollow=frozenset(range(len(points))) if number else frozenset(),
        )
        for number, (name, ink) in enumerate(zip(names, inks, strict=False))
    )
    told = tuple(
        f"{one.value}:  " + "   ".join(f"{tr(FIGURES[n])} {share(rate_of(one.figures, n))}" for n in names)
        for one in points
    )
    columns, rows = rate_table(points, names, grain(board.grain))
    lowest = min((v for s in series for v in s.values if v is not None), default=0.0)
    bottom = 0.5 if names[0] == "yield" and lowest >= 0.5 else 0.0
    return ChartData(
        title, short([one.value for one in points]), series, told, columns, rows, top=1.0, bottom=bottom, note=hint()
    )


def p_chart(board: Board) -> ChartData:
    """NG by subgroup with limits of its own."""
    title = tr("NG p-chart")
    points = board.chart.points
    if not points:
        return ChartData(title, empty=nothing(board))
    shares = tuple(point.p for point in points)
    alarms = frozenset(n for n, point in enumerate(points) if point.rules)
    hollow = frozenset(n for n, point in enumerate(points) if point.small)
    uppers = sorted(point.upper for point in points)
    top = max(1.25 * uppers[len(uppers) // 2], *shares, 0.01)
    series = (
        Series(
            tr("Upper limit"), tuple(min(p.upper, 2 * top) for p in points), Kind.STEPS, "ng", dashed=True, listed=False
        ),
        Series(tr("Lower limit"), tuple(p.lower for p in points), Kind.STEPS, "ng", dashed=True, listed=False),
        Series(tr("NG share"), shares, Kind.LINE, "accent", alarms=alarms, hollow=hollow),
    )
    told = []
    for point in points:
        broken = ", ".join(tr(RULES[rule]) for rule in point.rules)
        said = tr(
            "{name}:  NG {share} ({ng} of {n}), limits {low} to {high}",
            name=point.name,
            share=percent(point.p),
            ng=point.ng,
            n=point.n,
            low=percent(point.lower),
            high=percent(point.upper),
        )
        told.append(said + (f"   ▲ {broken}" if broken else ""))
    note = tr("Centre {centre}", centre=percent(board.chart.centre))
    note += "   " + (
        tr("{count} points break a rule (red diamonds)", count=len(alarms)) if alarms else tr("no rule is broken")
    )
    note += ("   " + tr("rings: too few units for limits")) if hollow else ""
    return ChartData(
        title,
        short([p.name for p in points]),
        series,
        tuple(told),
        *_p_table(board),
        top=top,
        note=note,
        refs=((board.chart.centre, ""),),
    )


def _p_table(board: Board) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    """Columns and rows behind the p-chart."""
    columns = (
        grain(board.chart_grain),
        "NG",
        tr("Units"),
        tr("NG share"),
        tr("Lower limit"),
        tr("Upper limit"),
        tr("Rules"),
    )
    rows = tuple(
        (
            p.name,
            str(p.ng),
            str(p.n),
            f"{p.p:.6f}",
            f"{p.lower:.6f}",
            f"{p.upper:.6f}",
            "; ".join(tr(RULES[rule]) for rule in p.rules),
        )
        for p in board.chart.points
    )
    return columns, rows


def pareto(board: Board) -> ChartData:
    """Defect classes by count, and the share of all before."""
    title = tr("Pareto of defects")
    bars = board.pareto
    if not bars:
        return ChartData(title, empty=tr("No NG units in this period.") if board.figures.judged else nothing(board))
    shown, total = bars[:MOST_BARS], sum(bar.count for bar in bars)
    names = tuple(defect_word(bar.name) for bar in shown)
    series = (
        Series(tr("NG units"), tuple(bar.count / total for bar in shown), Kind.BARS, "accent"),
        Series(tr("Share of all so far"), tuple(bar.cumulative for bar in shown), Kind.LINE, "text"),
    )
    told = tuple(
        tr(
            "{name}:  {count} units, {share} of all NG, {so_far} so far",
            name=name,
            count=f"{bar.count:,}",
            share=percent(bar.share),
            so_far=percent(bar.cumulative),
        )
        for name, bar in zip(names, shown, strict=True)
    )
    rows = tuple((defect_word(b.name), str(b.count), f"{b.share:.6f}", f"{b.cumulative:.6f}") for b in bars)
    columns = (tr("Defect class"), tr("NG units"), tr("Share"), tr("Share of all so far"))
    return ChartData(
        title, names, series, told, columns, rows, top=1.0, note=tr("{count} NG units", count=f"{total:,}")
    )


def tiles(board: Board) -> list[tuple[str, str, str]]:
    """Name, value, and what stands below it, for the row of figures at the top."""
    found = board.figures
    rows = [
        (
            tr(FIGURES["units"]),
            f"{found.units:,}",
            tr("NG {ng}, unclear {unclear}", ng=f"{found.ng:,}", unclear=f"{found.inconclusive:,}"),
        )
    ]
    for name in ("yield", "first_pass", "coverage", "override"):
        rate = rate_of(found, name)
        rows.append((tr(FIGURES[name]), percent(rate.value), bounds(rate)))
    for name in ("miss", "overkill"):
        estimate: Estimate = getattr(found.truth, name)
        below = bounds(estimate) if estimate.value is not None else tr("nothing drawn yet")
        rows.append((tr(FIGURES[name]), percent(estimate.value), below))
    value = "–" if found.kappa.value is None else f"{found.kappa.value:.2f}"
    below = "" if found.kappa.value is None else f"{found.kappa.low:.2f}–{found.kappa.high:.2f}"
    rows.append((tr("Kappa"), value, below))
    return rows
