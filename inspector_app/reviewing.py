"""A supervisor's review (確認): what it does to the model's verdict, what it needs, and the signature of a concession.

Knows records, people and the border to the model; knows no window. inspection.py offers it as a stage of the day.
"""

import tempfile
from dataclasses import replace
from pathlib import Path

from inspector_app.capture.sample import Voice
from inspector_app.errors import KensaError
from inspector_app.people import People
from inspector_app.records.record import Decision, Disposition, Inspection, Meaning, Opinion, State
from inspector_app.records.store import Spoken, Store
from inspector_app.rights import PROGRAM, Person, Right
from inspector_app.texts import storable
from model_runtime.verdict import Answer, Judge, Question, StopCheck

LONGEST = 2000
"""Characters of what a person says of a unit."""


def review(
    store: Store,
    people: People,
    sample_id: str,
    person: Person | None,
    opinion: Opinion,
    pin: str | None,
    spoken: Spoken | None,
) -> Inspection:
    """Adds the opinion; KensaError for who may not, for a unit without a verdict, a change without a reason, a
    concession without the PIN. Nothing is kept before all of it is there.
    """
    people.require(person, Right.REVIEW)
    kept = store.get(sample_id)
    if kept.state is State.CAPTURED:
        raise KensaError("not_judged", "This unit was not judged yet; wait until it is.")
    decision = decided(kept, opinion)
    opinion = replace(opinion, reason=text_of(opinion.reason))
    if decision is Decision.OVERRIDDEN and not opinion.reason and spoken is None:
        raise KensaError("no_reason", "Changing a verdict needs a reason; give one.")
    meaning = Meaning.APPROVED if opinion.disposition is Disposition.CONCESSION else None
    if meaning is not None:
        confirm_signer(people, person, pin)
    return store.add_review(kept.id, opinion, decision, who(person), meaning, spoken)


def confirm_signer(people: People, person: Person | None, pin: str | None) -> None:
    """The PIN proves whose name it is; KensaError when it does not, or when there is no registered name."""
    if person is None or person.id is None:
        raise KensaError("cannot_sign", "Only registered people can sign; register them, or decide otherwise.")
    if pin is None:
        raise KensaError("no_signature", "This needs your electronic signature; give your PIN.")
    people.confirm(person.name, pin, Right.REVIEW)


def decided(kept: Inspection, opinion: Opinion) -> Decision:
    """What an opinion does to the model's verdict."""
    said = kept.verdict.judgment if kept.verdict else None
    if said is None or said.verdict is Answer.INCONCLUSIVE:
        return Decision.DECIDED
    return Decision.CONFIRMED if opinion.verdict is said.verdict else Decision.OVERRIDDEN


def hear(model: Judge, voice: Voice, stop: StopCheck | None) -> str:
    """What a spoken reason says; the sound lies in a folder of its own while the model listens, then nowhere."""
    with tempfile.TemporaryDirectory(prefix="kensa-") as folder:
        path = Path(folder) / f"reason{voice.suffix}"
        path.write_bytes(voice.data)
        return text_of(model.judge(Question(voice=path), stop).judgment.heard)


def who(person: Person | None) -> str:
    """The name that goes into the records."""
    return person.name if person else PROGRAM


def text_of(said: str) -> str:
    """A text as it can be kept; KensaError for one that is too long."""
    said = storable(said).strip()
    if len(said) > LONGEST:
        raise KensaError("text_too_long", f"The text has more than {LONGEST} characters; shorten it.")
    return said
