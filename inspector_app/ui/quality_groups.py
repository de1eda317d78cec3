"""Charts that tell groups apart (parts, shifts, people, adapters, weeks), and the drift, as data. Draws nothing."""

from collections.abc import Sequence

from inspector_app.quality.board import BARS, Board, Moved
from inspector_app.quality.drift import LEAST
from inspector_app.quality.rates import Estimate, Rate
from inspector_app.ui.chart_data import ChartData, Kind, Series
from inspector_app.ui.language import tr
from inspector_app.ui.quality_tables import bounded, cells, hint, nothing, rate_table
from inspector_app.ui.quality_words import DRIFTS, FIGURES, GROUPS, group_name, kappa, more_units, of, percent, share

ENOUGH_DRAWN, ENOUGH_PAIRS = 20, 20
"""Reviewed units from which an estimate, or a kappa, is worth a look."""


def estimates(board: Board) -> ChartData:
    """Miss and overkill of each group, from what chance sent to the supervisor."""
    title = tr("Miss and overkill, estimated")
    if board.figures.drawn < ENOUGH_DRAWN:
        lacking = ENOUGH_DRAWN - board.figures.drawn
        hint = tr("Review units that chance drew: page Review. The share is a setting.")
        return ChartData(title, empty=f"{more_units(lacking)}\n{hint}")
    groups = [g for g in board.groups if g.figures.truth.miss.drawn and g.figures.drawn]
    inks = (("miss", "ng", -0.12), ("overkill", "hold", 0.12))
    series = tuple(
        _dots(tr(FIGURES[name]), [getattr(g.figures.truth, name) for g in groups], ink, shift)
        for name, ink, shift in inks
    )
    told = tuple(
        f"{group_name(g.value)}:  {tr(FIGURES['miss'])} {share(g.figures.truth.miss)}   {tr(FIGURES['overkill'])} "
        f"{share(g.figures.truth.overkill)}   {tr('{count} drawn', count=f'{g.figures.drawn:,}')}"
        for g in groups
    )
    whole = board.figures.truth
    note = tr(
        "All: miss {miss}, overkill {overkill}, from {count} drawn units (95 %)",
        miss=share(whole.miss),
        overkill=share(whole.overkill),
        count=f"{board.figures.drawn:,}",
    )
    columns = (tr(GROUPS[board.by]), *bounded(tr(FIGURES["miss"])), *bounded(tr(FIGURES["overkill"])), tr("Drawn"))
    rows = tuple(
        (group_name(g.value), *cells(g.figures.truth.miss), *cells(g.figures.truth.overkill), str(g.figures.drawn))
        for g in groups
    )
    return ChartData(title, tuple(group_name(g.value) for g in groups), series, told, columns, rows, note=note)


def kappas(board: Board) -> ChartData:
    """Agreement of model and supervisor beyond chance."""
    title = tr(FIGURES["kappa"])
    groups = [g for g in board.groups if g.figures.kappa.n]
    whole = board.figures.kappa
    if whole.n < ENOUGH_PAIRS or not groups:
        return ChartData(
            title,
            empty=more_units(ENOUGH_PAIRS - whole.n) + "\n" + tr("It is counted over reviewed units that chance drew."),
        )
    found = [g.figures.kappa for g in groups]
    known = [k.value is not None for k in found]
    series = (
        Series(
            title,
            tuple(k.value for k in found),
            Kind.DOTS,
            "accent",
            tuple(max(0.0, k.low) if ok else None for k, ok in zip(found, known, strict=True)),
            tuple(k.high if ok else None for k, ok in zip(found, known, strict=True)),
        ),
    )
    told = tuple(
        f"{group_name(g.value)}:  κ {kappa(g.figures.kappa)}   " + tr("{count} units", count=f"{g.figures.kappa.n:,}")
        for g in groups
    )
    rows = tuple(
        (group_name(g.value), "" if k.value is None else f"{k.value:.6f}", f"{k.low:.6f}", f"{k.high:.6f}", str(k.n))
        for g, k in zip(groups, found, strict=True)
    )
    note = tr("All: κ {kappa} from {count} units; 0.9 is good, 0.7 marginal", kappa=kappa(whole), count=f"{whole.n:,}")
    return ChartData(
        title,
        tuple(group_name(g.value) for g in groups),
        series,
        told,
        (tr(GROUPS[board.by]), *bounded("κ"), tr("Units")),
        rows,
        percent=False,
        top=1.0,
        note=note,
        refs=((0.9, ""), (0.7, "")),
    )


def by_group(board: Board) -> ChartData:
    """Yield of each group with its bounds."""
    title = tr("Yield by {group}", group=tr(GROUPS[board.by]))
    groups = [g for g in board.groups if g.figures.yield_.total]
    if not groups:
        return ChartData(title, empty=nothing(board))
    series = (_dots(tr(FIGURES["yield"]), [g.figures.yield_ for g in groups], "accent"),)
    told = tuple(f"{group_name(g.value)}:  {share(g.figures.yield_)}   {of(g.figures.yield_)}" for g in groups)
    columns, rows = rate_table(groups, ("yield", "first_pass", "coverage", "override"), tr(GROUPS[board.by]))
    lowest = min(g.figures.yield_.low for g in groups)
    note = tr("{count} groups are not shown", count=board.left_out) if board.left_out else hint()
    return ChartData(
        title,
        tuple(group_name(g.value) for g in groups),
        series,
        told,
        columns,
        rows,
        top=1.0,
        bottom=0.5 if lowest >= 0.5 else 0.0,
        note=note,
    )


def spread(board: Board) -> ChartData:
    """The model's probabilities of NG now and in the reference."""
    title = tr("Drift of p(NG)")
    moved = board.moved
    if moved is None:
        return ChartData(title, empty=nothing(board))
    assert moved.shift is not None
    lacking = LEAST - min(moved.shift.today, moved.shift.reference)
    if lacking > 0:
        return ChartData(title, empty=more_units(lacking))
    labels = tuple(f"{k / BARS:.2f}" for k in range(BARS))
    series = (
        Series(tr("Now"), moved.now, Kind.BARS, "accent"),
        Series(_reference(moved), moved.before, Kind.STEPS, "text"),
    )
    told = tuple(
        tr(
            "p(NG) {low} to {high}:  now {now}, before {before}",
            low=f"{k / BARS:.2f}",
            high=f"{(k + 1) / BARS:.2f}",
            now=percent(moved.now[k]),
            before=percent(moved.before[k]),
        )
        for k in range(BARS)
    )
    rows = tuple((labels[k], f"{moved.now[k]:.6f}", f"{moved.before[k]:.6f}") for k in range(BARS))
    note = tr(
        "{adapter}: {says}   PSI {psi}, KS {ks} (p = {p})",
        adapter=moved.adapter,
        says=tr(DRIFTS[moved.shift.says]),
        psi=f"{moved.shift.psi:.3f}",
        ks=f"{moved.shift.ks:.3f}",
        p=f"{moved.shift.p:.2g}",
    )
    return ChartData(title, labels, series, told, ("p(NG)", tr("Now"), _reference(moved)), rows, note=note)


def _reference(moved: Moved) -> str:
    if moved.source == "evaluation":
        return tr("Evaluation set")
    return tr("First {count} units", count=moved.shift.reference if moved.shift else 0)


def _dots(name: str, found: Sequence[Rate | Estimate], ink: str, shift: float = 0.0) -> Series:
    return Series(
        name,
        tuple(one.value for one in found),
        Kind.DOTS,
        ink,
        tuple(None if one.value is None else one.low for one in found),
        tuple(None if one.value is None else one.high for one in found),
        shift=shift,
    )
