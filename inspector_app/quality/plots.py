"""Plots as SVG: ROC, reliability, confusion, the course of a training. A few hundred bytes each, no plotting library.

Knows numbers and how they are drawn; black ink and one colour, readable on paper. Knows no model and no file.
"""

from collections.abc import Sequence
from typing import Any
from xml.sax.saxutils import escape

INK, PALE, GRID, MODEL = "#1a1a1a", "#6b6b6b", "#dcdcdc", "#0b5cad"
OTHERS = (("#b3541e", "6 4"), ("#3d7a3a", "2 3"), ("#7a4fa3", "9 3 2 3"))
"""Colour and dash of what stands beside the model: told apart in black and white too."""
SIDE, LEFT, TOP, RIGHT, BOTTOM = 300, 62, 16, 20, 52
"""Pixels of a square plot and of the room around it."""
SHORTEST_CELL, LONGEST_NAME = 34, 24

Curve = Sequence[tuple[float, float]]


def roc(curves: Sequence[tuple[str, Curve]]) -> str:
    """Share of NG found over overkill; the model first, then what stands beside it. Names go into the legend."""
    body = [_frame("過検出 overkill", "検出率 1 - miss"), _line([(0, 0), (1, 1)], GRID, "4 4", 1)]
    body += _named_lines(curves)
    return _svg(LEFT + SIDE + RIGHT, TOP + SIDE + BOTTOM, body, "ROC")


def progress(curves: Sequence[tuple[str, Curve]], lowest: float, across: str, up: str) -> str:
    """Shares over steps, from `lowest` at the bottom to 1; what lies below stands at the bottom."""
    steps = max((x for _, points in curves for x, _ in points), default=1.0) or 1.0
    placed = [
        (name, [(x / steps, max(0.0, (y - lowest) / (1 - lowest))) for x, y in points if y == y])
        for name, points in curves
    ]
    body = [_frame(across, up, steps, lowest), *_named_lines(placed)]
    return _svg(LEFT + SIDE + RIGHT, TOP + SIDE + BOTTOM, body, up)


def _named_lines(curves: Sequence[tuple[str, Curve]]) -> list[str]:
    """The lines and their legend; the first one is the thickest and lies on top."""
    body = []
    for index, (_, points) in reversed(list(enumerate(curves))):
        colour, dash = (MODEL, "") if index == 0 else OTHERS[(index - 1) % len(OTHERS)]
        body.append(_line(points, colour, dash, 2.5 if index == 0 else 1.8))
    for index, (name, _) in enumerate(curves):
        colour, dash = (MODEL, "") if index == 0 else OTHERS[(index - 1) % len(OTHERS)]
        y = TOP + SIDE - 14 - 18 * (len(curves) - 1 - index)
        x = LEFT + 100
        body.append(f'<path d="M{x} {y}h26" stroke="{colour}" stroke-width="2.5" stroke-dasharray="{dash}"/>')
        body.append(_text(x + 32, y + 4, name, "start", 12))
    return body


def reliability(bins: Sequence[dict[str, Any]]) -> str:
    """Share that was NG over mean p_ng, bin by bin, with exact intervals; on the diagonal p_ng means what it says."""
    body = [_frame("p_ng", "実際の不良率 share NG"), _line([(0, 0), (1, 1)], GRID, "4 4", 1)]
    body.append(_line([(row["mean_p_ng"], row["ng"]["value"]) for row in bins], MODEL, "", 1))
    for row in bins:
        x, y = _at(row["mean_p_ng"], row["ng"]["value"])
        low, high = _at(0, row["ng"]["low"])[1], _at(0, row["ng"]["high"])[1]
        body.append(f'<path d="M{x:.1f} {low:.1f}V{high:.1f}" stroke="{PALE}" stroke-width="1.2"/>')
        body.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{MODEL}"/>')
    return _svg(LEFT + SIDE + RIGHT, TOP + SIDE + BOTTOM, body, "reliability")


def confusion(labels: Sequence[str], counts: Sequence[Sequence[int]]) -> str:
    """True class by row, answered class by column; the darker, the larger the share of the row."""
    names = [_short(label) for label in labels]
    cell = max(SHORTEST_CELL, SIDE // max(1, len(labels)))
    margin = 24.0 + 7 * max((len(name) for name in names), default=0)
    body = [_text(margin + cell * len(labels) / 2, 14, "縦 正解 true, 横 モデルの答え answered", "middle", 12)]
    top = margin + 20
    for r, row in enumerate(counts):
        y, total = top + r * cell, sum(row)
        body.append(_text(margin - 8, y + cell / 2 + 4, names[r], "end", 12))
        for c, count in enumerate(row):
            shade = count / total if total else 0.0
            x = margin + c * cell
            body.append(
                f'<rect x="{x}" y="{y}" width="{cell}" height="{cell}" fill="{MODEL}" '
                f'fill-opacity="{shade:.2f}" stroke="{GRID}"/>'
            )
            if count:
                colour = "#ffffff" if shade > 0.55 else INK
                body.append(_text(x + cell / 2, y + cell / 2 + 5, str(count), "middle", 13, colour))
    for c, name in enumerate(names):
        x = margin + c * cell + cell / 2 + 4
        body.append(f'<g transform="translate({x} {top - 8}) rotate(-90)">{_text(0, 0, name, "start", 12)}</g>')
    return _svg(margin + cell * len(labels) + RIGHT, top + cell * len(labels) + 12, body, "confusion")


def _short(label: str) -> str:
    return label if len(label) <= LONGEST_NAME else label[: LONGEST_NAME - 1] + "…"


def _at(x: float, y: float) -> tuple[float, float]:
    """0..1 in the plot as pixels of the drawing."""
    return LEFT + x * SIDE, TOP + (1 - y) * SIDE


def _frame(across: str, up: str, right: float = 1.0, bottom: float = 0.0) -> str:
    """Axes from 0 to `right` and from `bottom` to 1 with a grid line each fifth."""
    parts = []
    for step in range(6):
        x, y = _at(step / 5, step / 5)
        parts.append(f'<path d="M{x} {TOP}v{SIDE}M{LEFT} {y}h{SIDE}" stroke="{GRID}" stroke-width="0.6"/>')
        parts.append(_text(x, TOP + SIDE + 17, f"{right * step / 5:g}", "middle", 11))
        parts.append(_text(LEFT - 7, y + 4, f"{bottom + (1 - bottom) * step / 5:g}", "end", 11))
    parts.append(f'<rect x="{LEFT}" y="{TOP}" width="{SIDE}" height="{SIDE}" fill="none" stroke="{INK}"/>')
    parts.append(_text(LEFT + SIDE / 2, TOP + SIDE + 40, across, "middle", 13))
    turned = _text(0, 0, up, "middle", 13)
    parts.append(f'<g transform="translate(18 {TOP + SIDE / 2}) rotate(-90)">{turned}</g>')
    return "".join(parts)


def _line(points: Curve, colour: str, dash: str, width: float) -> str:
    if not points:
        return ""
    placed = " ".join("{:.1f},{:.1f}".format(*_at(x, y)) for x, y in points)
    return (
        f'<polyline points="{placed}" fill="none" stroke="{colour}" stroke-width="{width}" stroke-dasharray="{dash}"/>'
    )


def _text(x: float, y: float, words: str, anchor: str, size: int, colour: str = INK) -> str:
    style = f'font-size="{size}" text-anchor="{anchor}" fill="{colour}"'
    return f'<text x="{x:.1f}" y="{y:.1f}" {style}>{escape(words)}</text>'


def _svg(width: float, height: float, body: Sequence[str], title: str) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}" '
        f"height=\"{height:.0f}\" font-family=\"'Noto Sans CJK JP', 'Noto Sans JP', 'Yu Gothic', sans-serif\">"
        f"<title>{escape(title)}</title>" + "".join(body) + "</svg>\n"
    )
