"""How an inspection is shown in the rows of a table."""

from inspector_app.records.record import Inspection


def verdict_cells(inspection: Inspection) -> tuple[str, ...]:
    """Verdict, defect, severity, place, probability of NG and transcript, for a table."""
    verdict = inspection.verdict
    if verdict is None:
        return (str(inspection.state), "", "", "", "", inspection.failure_message or "")
    said, region = verdict.judgment, verdict.judgment.region
    place = f"row {region.row + 1} col {region.col + 1}" if region else ""
    return (str(said.verdict), said.defect, str(said.severity), place, f"{verdict.p_ng:.3f}", said.heard)
