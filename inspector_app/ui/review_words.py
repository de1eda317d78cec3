"""The supervisor's words: why a unit waits, what is done with it, what was added to it, what the audit trail tells.

English here is the source of the translations. Knows records; knows no widget.
"""

from inspector_app.records.record import Decision, Disposition, Line, LineKind, Meaning, Review, Signature
from inspector_app.records.worklist_causes import Cause
from inspector_app.ui.language import mark, tr
from inspector_app.ui.words import SEVERITIES, defect_word, place_words, verdict_word
from model_runtime.verdict import Severity

CAUSES: dict[Cause, tuple[str, str]] = {
    Cause.UNCLEAR: (mark("Too close to call"), "diamond-question"),
    Cause.CONTRADICTION: (mark("Voice against photo"), "mic"),
    Cause.DISAGREED: (mark("Operator disagrees"), "hand"),
    Cause.CHANCE: (mark("Picked by chance"), "dice"),
    Cause.SHADOW: (mark("Candidate disagrees"), "layers"),
    Cause.DOUBTED: (mark("Label in doubt"), "circle-question-mark"),
    Cause.SECOND_LOOK: (mark("Second look at a label (sample)"), "dice"),
    Cause.FAILED: (mark("Could not be judged"), "triangle-alert"),
}
"""Words and icon of each cause, in the order in which they are shown."""
DISPOSITIONS = {
    Disposition.ACCEPT: mark("accept"),
    Disposition.REWORK: mark("rework"),
    Disposition.SCRAP: mark("scrap"),
    Disposition.CONCESSION: mark("concession"),
    Disposition.HOLD: mark("hold"),
}
DECISIONS = {
    Decision.CONFIRMED: mark("confirmed"),
    Decision.OVERRIDDEN: mark("changed"),
    Decision.DECIDED: mark("decided"),
}
MEANINGS = {
    Meaning.REVIEWED: mark("reviewed"),
    Meaning.APPROVED: mark("approved"),
    Meaning.REJECTED: mark("rejected"),
}
LINES = {
    LineKind.ACCEPTED: mark("verdict accepted"),
    LineKind.WITHDRAWN: mark("withdrawn"),
    LineKind.RETAKEN: mark("photographed anew"),
    LineKind.DISAGREED: mark("operator disagrees"),
    LineKind.HEARD: mark("transcript corrected"),
    LineKind.PICKED: mark("picked by chance"),
    LineKind.UNDONE: mark("review undone"),
    LineKind.REASON: mark("spoken reason"),
    LineKind.SHADOW: mark("candidate disagrees"),
    LineKind.DOUBTED: mark("label in doubt"),
    LineKind.SECOND_LOOK: mark("second look at a label (sample)"),
    LineKind.CAUTION: mark("caution"),
}
ACTS = {
    "captured": mark("captured"),
    "judged": mark("judged"),
    "failed": mark("could not be judged"),
    **{str(kind): words for kind, words in LINES.items()},
    "reviewed": mark("reviewed"),
    "signed": mark("signed"),
    "settings_changed": mark("settings changed"),
    "part_changed": mark("part changed"),
    "person_added": mark("person added"),
    "person_changed": mark("person changed"),
    "signed_in_pin": mark("signed in with PIN"),
    "signed_in_badge": mark("signed in with badge"),
    "signed_out": mark("signed out"),
    "sign_in_failed": mark("sign-in failed"),
    "confirmed_review": mark("PIN for a signature"),
    "confirmed_leave_kiosk": mark("PIN to leave kiosk mode"),
    "promoted": mark("adapter let in"),
    "rolled_back": mark("adapter rolled back"),
    "group_locked": mark("lot locked for measuring"),
    "labels_checked": mark("labels of a set checked"),
    "label_confirmed": mark("label looked at again"),
    "label_contradicted": mark("label found to be wrong"),
    "media_erased": mark("photo or voice erased"),
    "text_erased": mark("words erased"),
    "policy_changed": mark("rules of keeping changed"),
    "purged": mark("erased by the rules"),
    "shadowed": mark("judged by a candidate"),
    "shadow_failed": mark("a candidate failed at it"),
    "shadow_changed": mark("another candidate judges beside"),
    "adapter_trained": mark("adapter trained"),
    "adapter_found": mark("adapter found that nothing was told of"),
    "adapter_exported": mark("adapter written to a file"),
    "adapter_imported": mark("adapter taken in"),
    "key_trusted": mark("signing key trusted"),
    "salvaged": mark("saved from damaged records"),
    "exported": mark("exported"),
    "printed": mark("printed"),
    "report_signed": mark("report signed"),
    "study_made": mark("agreement study made"),
    "study_finished": mark("agreement study finished"),
    "backed_up": mark("backed up"),
    "backup_deleted": mark("old backup deleted"),
    "restored": mark("restored from a backup"),
}
"""What an entry of the audit trail tells; one that is not here is shown as it is named."""


def act_word(what: str) -> str:
    """What happened, in the language in use."""
    return tr(ACTS[what]) if what in ACTS else what.replace("_", " ")


def review_line(review: Review) -> str:
    """A review in one line: verdict, defect, severity, place, disposition, reason."""
    opinion = review.opinion
    parts = [verdict_word(opinion.verdict)]
    if opinion.defect != "none":
        parts.append(defect_word(opinion.defect))
    if opinion.severity is not Severity.NONE:
        parts.append(tr(SEVERITIES[opinion.severity]))
    if opinion.region is not None:
        parts.append(place_words(opinion.region))
    parts += [tr(DISPOSITIONS[opinion.disposition]), tr(DECISIONS[review.decision])]
    if opinion.reason:
        parts.append(opinion.reason)
    return " · ".join(parts)


def line_words(line: Line) -> str:
    """What was added to a unit, in one line. Reasons that were chosen from a list are kept in English."""
    text = tr(line.text) if line.kind is LineKind.DISAGREED else line.text
    if line.kind is LineKind.PICKED:
        text = f"{line.text} %" if line.text else ""
    return f"{tr(LINES[line.kind])}: {text}" if text else tr(LINES[line.kind])


def signature_words(signature: Signature) -> str:
    """Who signed, with which meaning, and to what."""
    to = f" (#{signature.review})" if signature.review else ""
    return f"{signature.who}: {tr(MEANINGS[signature.meaning])}{to}  {signature.record_sha256[:16]}…"
