"""The words of the limit-sample book. English here is the source of the translations."""

from datetime import date

from inspector_app.limit_book import Standing
from inspector_app.parts import Reference
from inspector_app.ui.language import mark, tr

STANDINGS = {
    Standing.VALID: mark("valid"),
    Standing.SOON: mark("expires soon"),
    Standing.EXPIRED: mark("expired"),
    Standing.UNAPPROVED: mark("not approved"),
}
ICONS = {
    Standing.VALID: "check",
    Standing.SOON: "clock",
    Standing.EXPIRED: "triangle-alert",
    Standing.UNAPPROVED: "circle-question-mark",
}


def approval(reference: Reference) -> str:
    """By whom, when, until when, a line each."""
    lines = (
        (tr("Approved by"), reference.approved_by or "–"),
        (tr("Approved on"), _day(reference.approved_on)),
        (tr("Expires on"), _day(reference.expires_on)),
    )
    return "\n".join(f"{name}: {value}" for name, value in lines)


def _day(day: date | None) -> str:
    return day.isoformat() if day else "–"
