"""The words of the field as the screen says them: verdicts, defects, severities, places on the photo.

English here is the source of the translations. Knows the verdict; knows no widget.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector_app.ui.language import mark, tr
from model_runtime.verdict import Answer, Region, Severity, Verdict, VoiceSays

if TYPE_CHECKING:
    from inspector_app.records.record import Inspection

VERDICTS = {Answer.OK: mark("OK"), Answer.NG: mark("NG"), Answer.INCONCLUSIVE: mark("INCONCLUSIVE")}
SEVERITIES = {
    Severity.NONE: mark("none"),
    Severity.MINOR: mark("minor"),
    Severity.MAJOR: mark("major"),
    Severity.CRITICAL: mark("critical"),
}
DEFECTS = {
    "none": mark("no defect"),
    "scratch": mark("scratch"),
    "crack": mark("crack"),
    "dent": mark("dent"),
    "stain": mark("stain"),
    "hole": mark("hole"),
    "chip": mark("chip"),
    "foreign": mark("foreign matter"),
    "missing": mark("missing piece"),
    "deformation": mark("deformation"),
    "damaged": mark("damage"),
    "open": mark("open circuit"),
    "short": mark("short circuit"),
    "mousebite": mark("mouse bite"),
    "spur": mark("spur"),
    "copper": mark("spurious copper"),
    "pinhole": mark("pinhole"),
    "pitting": mark("pitting"),
    "blowhole": mark("blowhole"),
    "break": mark("break"),
    "fray": mark("fray"),
    "uneven": mark("unevenness"),
    "pin-hole": mark("pinhole"),
    "finishing_roll_printing": mark("finishing roll print"),
    "iron_sheet_ash": mark("iron sheet ash"),
    "oxide_scale_of_plate_system": mark("oxide scale, plate"),
    "oxide_scale_of_temperature_system": mark("oxide scale, temperature"),
    "red_iron": mark("red scale"),
    "slag_inclusion": mark("slag inclusion"),
    "surface_scratch": mark("surface scratch"),
}
_PLACES = (
    (mark("upper left"), mark("top"), mark("upper right")),
    (mark("left"), mark("centre"), mark("right")),
    (mark("lower left"), mark("bottom"), mark("lower right")),
)
_CONTRADICTIONS = {
    VoiceSays.NG: mark("The voice note says NG, but the photo looks good. A person must decide."),
    VoiceSays.OK: mark("The voice note says OK, but the photo shows a defect. A person must decide."),
}


def verdict_word(answer: Answer) -> str:
    """OK, NG or INCONCLUSIVE in the language in use."""
    return tr(VERDICTS[answer])


def defect_word(defect: str) -> str:
    """A defect class; a part's own class that has no translation is shown as it is named."""
    return tr(DEFECTS[defect]) if defect in DEFECTS else defect


def place_words(region: Region) -> str:
    """Where on the photo, roughly: one of nine places."""
    third = region.grid / 3
    row, col = (min(int((cell + 0.5) / third), 2) for cell in (region.row, region.col))
    return tr(_PLACES[row][col])


def summary(verdict: Verdict) -> str:
    """The verdict's second line: why it is held, else defect, severity and place."""
    said = verdict.judgment
    if verdict.contradiction:
        return tr("Voice note and photo disagree")
    if said.verdict is Answer.OK or said.defect == "none":
        return tr("No defect found") if said.verdict is Answer.OK else tr("Too close to call")
    parts = [tr("Too close to call")] if said.verdict is Answer.INCONCLUSIVE else []
    parts.append(defect_word(said.defect))
    if said.severity is not Severity.NONE:
        parts.append(tr(SEVERITIES[said.severity]))
    if said.region is not None:
        parts.append(place_words(said.region))
    return " · ".join(parts)


def doubt(verdict: Verdict) -> str:
    """Why a person must decide, in plain words; empty when the program decided."""
    if verdict.contradiction:
        return tr(_CONTRADICTIONS.get(verdict.judgment.voice_says, mark("Voice note and photo disagree.")))
    if verdict.judgment.verdict is Answer.INCONCLUSIVE:
        return tr("Too close to call: the probability lies between the two thresholds. A person must decide.")
    return ""


def state_word(inspection: Inspection) -> str:
    """The verdict, or why there is none yet."""
    if inspection.verdict is not None:
        return verdict_word(inspection.verdict.judgment.verdict)
    return tr("could not be judged") if inspection.refused else tr("waiting")
