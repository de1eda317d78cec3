"""How an inspection is shown in the rows of a table."""

from inspector_app.records.record import Inspection


def verdict_cells(inspection: Inspection) -> tuple[str, ...]:
    """Verdict and what a supervisor made of it, defect, severity, place, probability of NG, transcript, for a table."""
    verdict = inspection.verdict
    if verdict is None:
        return (str(inspection.state), "", "", "", "", inspection.failure_message or "")
    said, region = verdict.judgment, verdict.judgment.region
    place = f"row {region.row + 1} col {region.col + 1}" if region else ""
    return (_verdict(inspection), said.defect, str(said.severity), place, f"{verdict.p_ng:.3f}", inspection.heard)


def _verdict(inspection: Inspection) -> str:
    assert inspection.verdict is not None
    said = inspection.verdict.judgment.verdict
    if not inspection.counts:
        return f"{said} (withdrawn)"
    return str(said) if inspection.answer is said else f"{said}, then {inspection.answer}"
