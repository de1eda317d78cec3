"""The chart of how photos look, as data: each figure in per cent of what it was. Draws nothing."""

from inspector_app.quality.photo_stats import LEAST, Compared, Photos
from inspector_app.ui.chart_data import ChartData, Kind, Series
from inspector_app.ui.language import mark, tr
from inspector_app.ui.quality_words import more_units

_NAMES = {"light": mark("Brightness"), "contrast": mark("Contrast"), "sharpness": mark("Sharpness")}


def photo_chart(found: Photos) -> ChartData:
    """Medians and nine tenths of the photos, now and before."""
    title = tr("Drift of photos")
    if not found.figures:
        return ChartData(title, empty=more_units(LEAST - min(found.now, found.before)))
    before = tr("Evaluation set") if found.source == "evaluation" else tr("First units")
    names = tuple(tr(_NAMES[one.name]) for one in found.figures)
    told = tuple(
        tr(
            "{name}:  now {now}, before {before}   {says}",
            name=name,
            now=f"{one.now[0]:.1f}",
            before=f"{one.before[0]:.1f}",
            says=tr("changed") if one.changed else tr("no change"),
        )
        for name, one in zip(names, found.figures, strict=True)
    )
    changed = [name for name, one in zip(names, found.figures, strict=True) if one.changed]
    note = tr("Changed: {names}", names=", ".join(changed)) if changed else tr("no change")
    note += "   " + tr("{now} photos against {before}", now=found.now, before=found.before)
    rows = tuple(
        (name, *(f"{value:.3f}" for value in (*one.now, *one.before)), f"{one.p:.4f}")
        for name, one in zip(names, found.figures, strict=True)
    )
    series = (_side(before, found.figures, "text", -0.12, False), _side(tr("Now"), found.figures, "accent", 0.12, True))
    columns = ("", tr("Now"), "5 %", "95 %", before, "5 %", "95 %", "p")
    return ChartData(title, names, series, told, columns, rows, note=note, refs=((1.0, ""),))


def _side(name: str, figures: tuple[Compared, ...], ink: str, shift: float, now: bool) -> Series:
    """In per cent of the median before."""
    rows = [tuple(v / (one.before[0] or 1.0) for v in (one.now if now else one.before)) for one in figures]
    values, low, high = (tuple(row[k] for row in rows) for k in range(3))
    return Series(name, values, Kind.DOTS, ink, low, high, shift=shift)
