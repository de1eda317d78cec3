"""An evaluation as one page: Japanese and English, black on white, readable on paper, nothing loaded from anywhere.

Knows the object of figures and HTML; how figures are called stands in `evaluation_words`.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from html import escape
from typing import Any

from inspector_app.quality.evaluation_words import (
    BESIDE,
    SLICED,
    SLICES,
    WORDS,
    Word,
    beside_in,
    figures_in,
    file_name,
    interval_of,
    value_of,
)

Json = dict[str, Any]


def html(found: Json, drawn: dict[str, str]) -> str:
    """The page: nothing is loaded from anywhere, and it prints black on white."""
    model = found["model"]
    head = (
        f"<p>{escape(model['base'])}<br>{escape(model['adapter'])}<br>{escape(model['engine'])}, "
        f"split {escape(found['split'])}, {datetime.now(UTC):%Y-%m-%d %H:%M} UTC</p>"
        '<p class="note">区間はすべて95 %。All intervals are of 95 %: exact (Clopper-Pearson) for shares, DeLong for '
        "AUROC, resampling for error rates and calibration.</p>"
    )
    body = "".join(_section(name, part, drawn) for name, part in found["folders"].items())
    if len(found["folders"]) > 1:
        body += _section("", found["together"], drawn)
    memory = found["peak_memory_mb"]
    foot = f"<p>最大メモリー peak memory: {memory:.0f} MB</p>" if memory else ""
    return (
        '<!doctype html><html lang="ja"><head><meta charset="utf-8"><title>検査 評価 Kensa evaluation</title>'
        f"<style>{_STYLE}</style></head><body><h1>評価報告 <small>Evaluation</small></h1>"
        f"{head}{body}{foot}{_failures(found['failed'])}</body></html>\n"
    )


_STYLE = """
body{font:15px/1.5 "Noto Sans CJK JP","Noto Sans JP","Yu Gothic","Hiragino Sans",Meiryo,sans-serif;color:#1a1a1a;
background:#fff;max-width:62em;margin:2em auto;padding:0 1em}
h1{font-size:1.7em;margin:0}h2{font-size:1.35em;margin:1.6em 0 .3em;border-bottom:2px solid #0b5cad;padding-bottom:.1em}
h3{font-size:1.05em;margin:1.1em 0 .3em}small,.en,.note{color:#555;font-weight:normal}.en{font-size:.86em}
table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.28em .6em;border-bottom:1px solid #ddd}
thead th{border-bottom:1.5px solid #1a1a1a;font-size:.88em}td.n{text-align:right;font-variant-numeric:tabular-nums;
white-space:nowrap}td:first-child{min-width:6em}.plots{display:flex;flex-wrap:wrap;gap:1.2em;margin:.8em 0;
align-items:flex-end}
.plots svg{max-width:100%;height:auto}p{margin:.4em 0;overflow-wrap:anywhere}
@media print{body{font-size:10pt;margin:0;max-width:none}h2{break-before:auto}table,svg,h3{break-inside:avoid}
h2,h3{break-after:avoid}@page{size:A4;margin:14mm}}
"""


def _section(name: str, part: Json, drawn: dict[str, str]) -> str:
    title = escape(name) if name else "全体 <small>together</small>"
    counts = f"{part['units']} 台 units, 良品 OK {part['ok']}, 不良 NG {part['ng']}"
    rows = "".join(_row(word, figure) for word, figure in figures_in(part))
    table = _table(("項目 figure", "値 value", "区間 95 %", "n"), rows)
    pictures = [
        drawn[key] for kind in ("roc-", "reliability-", "confusion-") if (key := kind + file_name(name)) in drawn
    ]
    if not name and "reliability" in drawn:
        pictures = [drawn["reliability"]]
    return (
        f"<h2>{title}</h2><p>{counts}</p>{_own_golden(part)}{table}{_best(part)}"
        f'<div class="plots">{"".join(pictures)}</div>{_beside_table(part)}{_slices(part)}'
    )


def _row(word: Word, figure: Json) -> str:
    named = f'{escape(word.ja)} <span class="en">{escape(word.en)}</span>'
    return _cells(named, value_of(figure, word.kind), interval_of(figure, word.kind), figure["n"])


def _cells(named: str, *numbers: object) -> str:
    """A row: what it is, as HTML, and its numbers."""
    told = "".join(f'<td class="n">{escape(str(number))}</td>' for number in numbers)
    return f"<tr><td>{named}</td>{told}</tr>"


def _own_golden(part: Json) -> str:
    count = part.get("own_golden")
    if not count:
        return ""
    return (
        f'<p class="note">{count} 台は自分自身が良品見本です。{count} units are the golden photo of others and are '
        "compared with themselves: to tell those apart is easy.</p>"
    )


def _best(part: Json) -> str:
    best = part["miss_at_coverage"]
    if not best:
        return ""
    coverage, overkill = (value_of(best[name], "share") for name in ("coverage", "overkill"))
    return (
        f'<p class="note">最良のしきい値 best thresholds: ok_below {best["ok_below"]:.3f}, '
        f"ng_above {best['ng_above']:.3f}; 自動判定率 coverage {coverage}, 過検出率 overkill {overkill}. "
        "この評価データで選んだ値で、保証ではありません。Chosen on these very units: a bound, not a promise.</p>"
    )


def _beside_table(part: Json) -> str:
    rows = ""
    for name, one in beside_in(part):
        ja, en = BESIDE[name]
        named = f'{ja} <span class="en">{en}{", " + one["how"] if "how" in one else ""}</span>'
        if not one["auroc"]:
            rows += f'<tr><td>{named}</td><td colspan="3">{escape(one["why"] or "")}</td></tr>'
            continue
        gap = one.get("model_minus_baseline") or one.get("model_minus_probe")
        told = f"{gap['difference']:+.3f} ({gap['low']:+.3f} to {gap['high']:+.3f}), p = {gap['p']:.2g}" if gap else ""
        area = f"{value_of(one['auroc'], 'number')} ({interval_of(one['auroc'], 'number')})"
        rows += _cells(named, area, told, one["auroc"]["n"])
    heads = ("並べて beside the model", "AUROC", "モデルとの差 model minus this (DeLong)", "n")
    return _table(heads, rows) if rows else ""


def _slices(part: Json) -> str:
    text = ""
    for kind, groups in part["slices"].items():
        shown = [name for name in SLICED if any(group.get(name) for group in groups.values())]
        if not shown:
            continue
        ja, en = SLICES[kind]
        heads = (ja, "n", *(WORDS[name].ja for name in shown))
        rows = "".join(_slice(name, group, shown) for name, group in groups.items())
        text += f"<h3>{ja}別 <small>by {en}</small></h3>{_table(heads, rows)}"
    return text


def _slice(name: str, group: Json, shown: Sequence[str]) -> str:
    cells = []
    for figure in shown:
        one, kind = group.get(figure), WORDS[figure].kind
        told = f'{value_of(one, kind)}<br><span class="en">{interval_of(one, kind)}</span>' if one else "–"
        cells.append(f'<td class="n">{told}</td>')
    return f'<tr><td>{escape(name)}</td><td class="n">{group["units"]}</td>{"".join(cells)}</tr>'


def _table(heads: Sequence[str], rows: str) -> str:
    return f"<table><thead><tr>{''.join(f'<th>{escape(head)}</th>' for head in heads)}</tr></thead>{rows}</table>"


def _failures(failed: Sequence[Json]) -> str:
    if not failed:
        return ""
    rows = "".join(
        f"<tr><td>{escape(one['folder'])}/{escape(one['file'])}</td><td>{escape(one['error']['message'])}</td></tr>"
        for one in failed
    )
    heads = ("写真・音声 unit", "理由 why")
    return f"<h2>判定できなかったもの <small>not judged, in no figure</small></h2>{_table(heads, rows)}"
