"""An evaluation for people: how each figure is called, the lines of a table, and the plots.

Knows the object of figures (`inspector_app.quality.evaluation`). Knows no model and no page.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from inspector_app.quality import plots as draw
from inspector_app.quality.evaluation import RIVALS, Measured
from model_runtime import scoring

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Word:
    """How a figure is called, and whether it is a share (per cent), a number or milliseconds."""

    ja: str
    en: str
    kind: str = "share"


WORDS = {
    "auroc": Word("識別力 AUROC", "AUROC of p_ng", "number"),
    "miss": Word("見逃し率", "miss rate"),
    "overkill": Word("過検出率", "overkill rate"),
    "coverage": Word("自動判定率", "coverage"),
    "defect_right": Word("欠点分類の正答率", "defect class right among NG"),
    "defect_right_and_not_missed": Word("検出し分類も正しい率", "defect class right and unit not missed"),
    "region_right": Word("位置の正答率", "region within one cell"),
    "ece": Word("較正誤差 ECE", "calibration error (ECE)", "number"),
    "brier": Word("ブライアスコア", "Brier score", "number"),
    "cer": Word("文字誤り率 CER", "character error rate"),
    "notes_right": Word("全文一致率", "notes heard wholly right"),
    "word_errors": Word("単語誤り率 WER", "word error rate"),
    "digit_errors": Word("数字誤り率", "digit error rate"),
    "voice_says_right": Word("音声の良否の正答率", "voice_says right"),
    "voice_defect_heard": Word("欠点語の聞き取り率", "defect word heard"),
    "voice_place_heard": Word("位置語の聞き取り率", "place word heard"),
    "contradiction_precision": Word("矛盾検出の適合率", "contradiction precision"),
    "contradiction_recall": Word("矛盾検出の再現率", "contradiction recall"),
    "latency_p50_ms": Word("処理時間 中央値", "latency p50", "ms"),
    "latency_p95_ms": Word("処理時間 95 %", "latency p95", "ms"),
}
BEST = Word("見逃し率(最良のしきい値)", "miss at coverage >= 80 %, overkill <= 5 %, best thresholds for these units")
SLICES = {
    "folder": ("フォルダー", "folder"),
    "input": ("入力", "input"),
    "part": ("品番", "part"),
    "lot": ("ロット", "lot"),
    "language": ("言語", "language"),
    "speaker": ("話者", "speaker"),
    "noise": ("騒音", "noise"),
    "defect": ("欠点分類", "defect class"),
}
SLICED = ("auroc", "miss", "overkill", "coverage", "defect_right", "region_right", "cer", "voice_says_right")
BESIDE = {
    "golden_difference": ("良品見本との差分", "golden difference"),
    "small_network": ("小さな教師ありCNN", "small supervised CNN"),
    "blank_photo": ("白紙の写真", "blank photo"),
    "wrong_golden": ("誤った良品見本", "wrong golden photo"),
}
TOGETHER = "(together)"


def value_of(figure: Json, kind: str) -> str:
    """The value as people read it."""
    return _number(figure["value"], kind)


def interval_of(figure: Json, kind: str) -> str:
    """The bounds as people read them."""
    low, high = (_number(figure[bound], kind).split(" ")[0] for bound in ("low", "high"))
    unit = {"share": " %", "ms": " ms"}.get(kind, "")
    return f"{low}–{high}{unit}"


def _number(value: float, kind: str) -> str:
    return f"{100 * value:.1f} %" if kind == "share" else f"{value:.0f} ms" if kind == "ms" else f"{value:.3f}"


def lines(found: Json) -> list[tuple[str, str, str, str, str]]:
    """Folder, figure, value, interval and n: a row for each figure that could be measured."""
    rows = []
    parts = list(found["folders"].items())
    if len(parts) > 1:
        parts.append((TOGETHER, found["together"]))
    for folder, part in parts:
        for word, figure in figures_in(part):
            rows.append(
                (folder, word.en, value_of(figure, word.kind), interval_of(figure, word.kind), str(figure["n"]))
            )
        for name, one in beside_in(part):
            if one["auroc"]:
                figure = one["auroc"]
                told = value_of(figure, "number"), interval_of(figure, "number"), str(figure["n"])
                rows.append((folder, f"AUROC of {BESIDE[name][1]}", *told))
            else:
                rows.append((folder, f"AUROC of {BESIDE[name][1]}", "none", one["why"] or "", ""))
    if found["peak_memory_mb"]:
        rows.append(("", "peak memory", f"{found['peak_memory_mb']:.0f} MB", "", ""))
    return rows


def figures_in(part: Json) -> Iterator[tuple[Word, Json]]:
    """The figures of a folder that could be measured, in the order of WORDS."""
    for name, word in WORDS.items():
        if part[name]:
            yield word, part[name]
        if name == "coverage" and part["miss_at_coverage"]:
            yield BEST, part["miss_at_coverage"]["miss"]


def beside_in(part: Json) -> Iterator[tuple[str, Json]]:
    for one in (part.get("baselines"), part.get("probes")):
        yield from ((name, content) for name, content in (one or {}).items() if content)


def plots(found: Json, measured: Sequence[Measured]) -> dict[str, str]:
    """SVG by name: ROC and confusion of each folder, reliability of each and of all together."""
    drawn: dict[str, str] = {}
    for one in measured:
        name, part = file_name(one.folder.name), found["folders"][one.folder.name]
        curves = _curves(one)
        if curves[0][1]:
            drawn[f"roc-{name}"] = draw.roc(curves)
        if part["reliability"]:
            drawn[f"reliability-{name}"] = draw.reliability(part["reliability"])
        if part["confusion"]:
            drawn[f"confusion-{name}"] = draw.confusion(**part["confusion"])
    if len(measured) > 1 and found["together"]["reliability"]:
        drawn["reliability"] = draw.reliability(found["together"]["reliability"])
    return drawn


def _curves(one: Measured) -> list[tuple[str, draw.Curve]]:
    curves: list[tuple[str, draw.Curve]] = [("kensa", scoring.roc(one.outcomes))]
    for name in RIVALS:
        scores = one.beside.get(name, {})
        both = [o for o in one.photos if o.case.labelled in scores]
        points = scoring.curve([scores[o.case.labelled] for o in both], [o.case.labelled.bad for o in both])
        if points:
            curves.append((BESIDE[name][1], points))
    return curves


def file_name(folder: str) -> str:
    """The folder's name as part of a file's."""
    return re.sub(r"[^\w.-]+", "-", folder).strip("-")
