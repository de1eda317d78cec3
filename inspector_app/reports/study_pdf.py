"""The report of an agreement study on paper: figures with intervals, AIAG bands, every judgment beside what is true.

Knows a study and where things stand; knows no records.
"""

from inspector_app.quality.agreement import Agreement, Kappa, kappa_band
from inspector_app.quality.blind import BlindStudy, sha256_of
from inspector_app.quality.rates import Rate
from inspector_app.reports.paper import BOTTOM, MARGIN, PALE, RULE, WIDTH, Paper, image, thumbnail
from inspector_app.reports.signatures import signature_boxes
from inspector_app.reports.words import word

_SIDE = 13.0
"""Millimetres of a photo in the table of judgments."""


def study_pdf(study: BlindStudy, language: str, station: str, faults: list[str]) -> bytes:
    """The report; `faults`: what of the study is not as it was. KensaError while nobody has judged everything."""
    found = study.figures()
    paper = Paper(f"{word('study', language)}  {study.title}", language)
    _head(paper, study, found, station, faults)
    paper.section("msa_appraisers")
    head = [word(key, language) for key in ("msa_name", "effectiveness", "msa_miss", "false_alarm", "msa_band")]
    rows = [
        [_name(one.name, language), _rate(one.effectiveness), _rate(one.miss), _rate(one.false_alarm),
         word(f"band_{one.band}", language)]
        for one in found.appraisers
    ]  # fmt: skip
    paper.grid((46, 42, 38, 38, 16), head, rows)
    paper.section("msa_agreement")
    head = [word(key, language) for key in ("msa_name", "kappa_reference", "kappa_within", "repeated")]
    rows = [
        [_name(one.name, language), _kappa(one.against_reference, language), _kappa(one.within, language),
         _rate(one.repeated) if one.repeated else "–"]
        for one in found.appraisers
    ]  # fmt: skip
    paper.grid((58, 40, 40, 42), head, rows)
    _pairs(paper, found)
    _judgments(paper, study)
    signature_boxes(paper)
    return bytes(paper.output())


def _head(paper: Paper, study: BlindStudy, found: Agreement, station: str, faults: list[str]) -> None:
    language = paper.language
    paper.title_line()
    state = word("msa_finished" if study.finished_at else "msa_open", language)
    facts = {
        "station": station or "–",
        "msa_units": word("msa_of_bad", language).format(found.units, found.bad),
        "msa_trials": str(study.trials),
        "made": f"{study.made_at[:16].replace('T', ' ')}  {study.made_by}",
        "msa_state": f"{state}  {study.finished_at[:16].replace('T', ' ')}",
        "hash": sha256_of(study)[:32] + "…",
    }
    paper.facts({word(key, language): value for key, value in facts.items()})
    paper.words(8.5, PALE)
    said = word("msa_faults", language).format(", ".join(faults)) if faults else word("msa_bands", language)
    paper.multi_cell(WIDTH, 4.6, said, new_x="LMARGIN", new_y="NEXT")


def _pairs(paper: Paper, found: Agreement) -> None:
    language = paper.language
    if found.pairs:
        paper.section("msa_pairs")
        head = [word(key, language) for key in ("msa_name", "kappa_short", "msa_agreed")]
        rows = [
            [
                f"{_name(p.one, language)} – {_name(p.other, language)}",
                _kappa(p.kappa, language),
                f"{p.kappa.agreed:.1%}",
            ]
            for p in found.pairs
        ]
        paper.grid((100, 50, 30), head, rows)
    paper.ln(2)
    paper.words(9)
    lines = [(word("msa_everybody", language), _kappa(found.everybody, language)),
             (word("msa_together", language), _rate(found.together)),
             (word("msa_right", language), _rate(found.together_right))]  # fmt: skip
    for name, value in lines:
        paper.cell(100, 5.5, name)
        paper.cell(80, 5.5, value, new_x="LMARGIN", new_y="NEXT")


def _judgments(paper: Paper, study: BlindStudy) -> None:
    """Every unit: photo, truth, and what each said in each trial."""
    paper.section("msa_judgments", _SIDE + 16)
    shown = [one.name for one in study.raters if study.count(one.name)]
    said: dict[tuple[str, str], list[str]] = {}
    for one in sorted(study.said, key=lambda one: one.trial):
        said.setdefault((one.unit, one.appraiser), []).append(one.verdict)
    room = (WIDTH - 56) / max(1, len(shown))
    _columns(paper, shown, room)
    for unit in study.units:
        if paper.get_y() + _SIDE + 1 > BOTTOM:
            paper.add_page()
            _columns(paper, shown, room)
        top = paper.get_y()
        if (photo := thumbnail(study.photo(unit), 200)) is not None:
            image(paper, photo, MARGIN, top + 2, _SIDE)
        paper.set_xy(MARGIN + 22, top)
        paper.words(8.5)
        paper.cell(14, _SIDE, unit.name)
        paper.cell(20, _SIDE, unit.reference)
        for name in shown:
            verdicts = said.get((unit.name, name), [])
            wrong = any(verdict != unit.reference for verdict in verdicts)
            text = "  ".join(_short(verdict) for verdict in verdicts) + ("   ×" if wrong else "")
            paper.cell(room, _SIDE, text)
        paper.set_draw_color(*RULE)
        paper.line(MARGIN, top + _SIDE + 1, MARGIN + WIDTH, top + _SIDE + 1)
        paper.set_xy(MARGIN, top + _SIDE + 1)


def _columns(paper: Paper, shown: list[str], room: float) -> None:
    language = paper.language
    paper.words(8, PALE)
    for width, text in ((22, ""), (14, word("msa_unit", language)), (20, word("reference", language))):
        paper.cell(width, 5, text, border="B")
    for name in shown:
        paper.cell(room, 5, paper.fitting(_name(name, language), room - 1), border="B")
    paper.ln(6)


def _short(verdict: str) -> str:
    return "?" if verdict == "INCONCLUSIVE" else verdict


def _name(name: str, language: str) -> str:
    return word("own_adapter", language) if name == "model" else name


def _rate(found: Rate) -> str:
    return "–" if found.value is None else f"{found.value:.1%} ({found.low:.1%}–{found.high:.1%})"


def _kappa(found: Kappa | None, language: str) -> str:
    """With its interval and what it is called: good, marginal, not acceptable."""
    if found is None or found.value is None:
        return "–"
    called = word(f"band_{kappa_band(found.value)}", language)
    return f"{found.value:.2f} {called} ({found.low:.2f}–{found.high:.2f})"
