"""The day (一日): a sample is kept, judged, and its verdict added to the record; then people say what they think of it.
Read from top to bottom.

Knows the records, the parts, the people and the border to the model; knows no window, no torch and no database.
"""

import logging
import random
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, replace
from datetime import UTC, date, datetime

from inspector_app import reviewing
from inspector_app.capture.sample import Sample, Voice, read_photo
from inspector_app.errors import KensaError
from inspector_app.identity import Identity
from inspector_app.part_editor import PartEditor
from inspector_app.parts import Part, Parts
from inspector_app.people import People
from inspector_app.places import Places
from inspector_app.records import counters, worklist
from inspector_app.records.counters import Counters
from inspector_app.records.record import Inspection, LineKind, Meaning, Opinion, State
from inspector_app.records.store import Spoken, Store, Taken
from inspector_app.records.worklist_causes import Cause, Worklist
from inspector_app.reviewing import confirm_signer, text_of, who
from inspector_app.rights import PROGRAM, Person, Right
from inspector_app.settings import Settings
from inspector_app.shifts import ShiftPlan, Span
from inspector_app.waiting import Queue
from inspector_app.watchdog import sane
from model_runtime.verdict import Answer, Fixable, Judge, Question, StopCheck, Stopped, Thresholds

_log = logging.getLogger(__name__)
OWN_UNITS = 1000
"""Units of this run that operators may withdraw by themselves: a shift's, not a month's."""
_WORDS = {"photo": "photo", "voice": "voice note"}


@dataclass(frozen=True, slots=True)
class Caution:
    """What the operator should know of a sample that is kept all the same; `code` is stable and kept with it."""

    code: str
    message: str


class Station:
    """One inspection station: the records, the model once it is loaded, the people, and what is known of the parts.

    `thresholds` of the site stand above those of a part, and these above those of the adapter's card.
    """

    def __init__(
        self,
        store: Store,
        model: Judge | None,
        parts: Parts,
        thresholds: Thresholds | None = None,
        settings: Settings | None = None,
    ) -> None:
        self.store = store
        self.model = model
        self.thresholds = thresholds
        self.settings = settings or Settings()
        self.people = People(store)
        self.editor = PartEditor(store, self.people)
        self.queue = Queue(store)
        self.parts = self.editor.load(parts)
        self._kept = deque[str](maxlen=OWN_UNITS)

    # 1 kept

    def keep(self, sample: Sample) -> str:
        """Puts the sample on the disk and into the records, in state *captured*, and into the queue; its id.

        KensaError for what does not fit the part. Waits for the disk, never for the model.
        """
        sample = self._complete(sample)
        if sample.retake_of is not None and self.store.get(sample.retake_of).review is not None:
            raise KensaError("already_reviewed", "A supervisor has decided on this unit already; speak to them.")
        shift = self._plan.shift(datetime.now(UTC))
        codes = [caution.code for caution in self.cautions(sample)]
        taken = Taken(shift.name if shift else None, self.settings.line_told, self.settings.station_told)
        sample_id = self.store.add_sample(sample, taken, codes)
        self._kept.append(sample_id)
        if sample.retake_of is not None:
            self.queue.done(sample.retake_of)
        self.queue.add(sample_id)
        return sample_id

    def cautions(self, sample: Sample) -> tuple[Caution, ...]:
        """What should be said of the sample before or after it is kept; none of it forbids to keep it."""
        part, today = self.parts.get_or_general(sample.part), date.today()
        found = []
        if sample.serial and self._serial_is_known(sample):
            found.append(
                Caution("duplicate_serial", f"The serial number {sample.serial} was inspected before; check the unit.")
            )
        if sample.photo is not None:
            if part.golden_sample and part.golden_sample.expired(today):
                day = part.golden_sample.expires_on
                found.append(
                    Caution("golden_expired", f"The golden sample of {part.name} has expired ({day}); have it renewed.")
                )
            if part.golden_expected and part.golden_sample is None and sample.golden is None:
                found.append(Caution("golden_missing", f"{part.name} has no golden sample to compare with; add one."))
        if any(limit.expired(today) for limit in part.limits):
            found.append(Caution("limit_expired", f"A limit sample of {part.name} has expired; have it renewed."))
        return tuple(found)

    # 2 judged

    def judge(self, sample_id: str, stop: StopCheck | None = None) -> Inspection:
        """Judges a kept sample and records the verdict, or why there is none (state *failed*).

        `Stopped` leaves it captured, and so does any other exception: that one is our bug, logged and raised.
        """
        if self.model is None:
            raise KensaError("no_model", "The model is not loaded yet; wait until it is.")
        kept = self.store.get(sample_id)
        if kept.state is not State.JUDGED and kept.counts:
            kept = self._judge(self.model, kept, stop)
        self.queue.done(sample_id)
        return kept

    def judge_next(
        self, stop: StopCheck | None = None, begun: Callable[[str], None] | None = None
    ) -> Inspection | None:
        """Judges the unit whose turn it is, and tells its id when it begins; None when nothing waits. A unit that meets
        a bug of ours is set aside until the next start, so that it holds up no other.
        """
        if self.model is None:
            raise KensaError("no_model", "The model is not loaded yet; wait until it is.")
        sample_id = self.queue.take()
        if sample_id is None:
            return None
        if begun is not None:
            begun(sample_id)
        try:
            return self.judge(sample_id, stop)
        except (Stopped, Fixable):
            self.queue.put_back(sample_id)
            raise
        except Exception:
            self.queue.set_aside(sample_id)
            raise

    def judge_waiting(self, stop: StopCheck | None = None) -> Iterator[Inspection]:
        """Judges what an earlier run kept and never judged, oldest first; a bug in one holds up no other."""
        for sample_id in self.store.waiting():
            try:
                yield self.judge(sample_id, stop)
            except (Stopped, KensaError):
                raise
            except Exception:  # noqa: BLE001 - logged by judge(); it stays captured and is tried at the next start
                continue

    # 3 what people say of it

    def accept(self, sample_id: str, person: Person | None) -> Inspection:
        """The operator takes the verdict as it is; said twice, it is kept once."""
        self.people.require(person, Right.INSPECT)
        kept = self._judged(sample_id)
        return kept if kept.last(LineKind.ACCEPTED) else self.store.add_line(sample_id, LineKind.ACCEPTED, who(person))

    def disagree(
        self, sample_id: str, person: Person | None, reason: str = "", voice: Voice | None = None
    ) -> Inspection:
        """The operator saw something else, and says what in words or by voice; the supervisor decides."""
        self.people.require(person, Right.INSPECT)
        kept, reason = self._judged(sample_id), text_of(reason)
        if kept.review is not None:
            raise KensaError("already_reviewed", "A supervisor has decided on this unit already; speak to them.")
        if not reason and voice is None:
            raise KensaError("no_reason", "Say what you see, in words or by voice.")
        return self.store.add_line(sample_id, LineKind.DISAGREED, who(person), reason, voice)

    def correct_heard(self, sample_id: str, person: Person | None, text: str) -> Inspection:
        """What the voice note really says, typed; what the model heard stays beside it."""
        self.people.require(person, Right.INSPECT)
        kept, text = self.store.get(sample_id), text_of(text)
        if kept.voice is None:
            raise KensaError("no_voice", "This unit has no voice note; there is nothing to correct.")
        return kept if text == kept.heard else self.store.add_line(sample_id, LineKind.HEARD, who(person), text)

    def withdraw(self, sample_id: str, person: Person | None, reason: str = "") -> Inspection:
        """The unit counts no more and is not judged any more; all of it stays in the records.

        Operators withdraw what was kept in this run, the newest thousand; anything older is for a supervisor.
        """
        self.people.require(person, Right.INSPECT if sample_id in self._kept else Right.REVIEW)
        if self.store.get(sample_id).review is not None:
            raise KensaError("already_reviewed", "A supervisor has decided on this unit already; speak to them.")
        withdrawn = self.store.add_line(sample_id, LineKind.WITHDRAWN, who(person), text_of(reason))
        self.queue.done(sample_id)
        return withdrawn

    def review(
        self,
        sample_id: str,
        person: Person | None,
        opinion: Opinion,
        pin: str | None = None,
        spoken: Spoken | None = None,
    ) -> Inspection:
        """A supervisor's verdict and disposition; changing the model's verdict needs a reason, in words or spoken, a
        concession (特採) the PIN: it is signed electronically, in one act with the review.
        """
        return reviewing.review(self.store, self.people, sample_id, person, opinion, pin, spoken)

    def undo_review(self, sample_id: str, person: Person | None) -> Inspection:
        """The review that stands does so no more, by a new line: the one before it stands again, if there is one."""
        self.people.require(person, Right.REVIEW)
        return self.store.undo_review(sample_id, who(person))

    def hear(self, voice: Voice, stop: StopCheck | None = None) -> str:
        """What a spoken reason says, written down by the model; kept nowhere. On the model's lane."""
        if self.model is None:
            raise KensaError("no_model", "The model is not loaded yet; wait until it is.")
        return reviewing.hear(self.model, voice, stop)

    def sign(self, sample_id: str, person: Person | None, pin: str | None, meaning: Meaning) -> Inspection:
        """The own name under the record as it stands now, bound to its hash; the PIN proves whose name it is."""
        self.people.require(person, Right.REVIEW)
        confirm_signer(self.people, person, pin)
        return self.store.sign(self._judged(sample_id).id, who(person), meaning)

    def to_review(self, limit: int | None = 200) -> list[Inspection]:
        """What waits for the supervisor, oldest first."""
        return list(worklist.waiting(self.store, limit).units)

    def worklist(self, limit: int | None = 200, cause: Cause | None = None) -> Worklist:
        """The same with how many wait, and why; of one cause or of all."""
        return worklist.waiting(self.store, limit, cause)

    # 4 the day in figures

    def today(self, moment: datetime | None = None, part: str | None = None) -> Counters:
        """The figures of the working day."""
        return self._count(self._plan.day(moment or datetime.now(UTC)), part)

    def this_shift(self, moment: datetime | None = None, part: str | None = None) -> Counters:
        """The figures of the shift; of the day where there are no shifts."""
        moment = moment or datetime.now(UTC)
        return self._count(self._plan.shift(moment) or self._plan.day(moment), part)

    # 5 what is chosen for the station

    def save_part(self, person: Person | None, part: Part, reason: str = "") -> Part:
        """Changes a part, or adds one; from the next unit on it is judged so."""
        before = self.parts.get(part.name) if part.name in self.parts else None
        kept = self.editor.save(person, part, before, reason)
        self.parts = self.parts.with_changed({part.name: kept})
        return kept

    def change_settings(self, person: Person | None, new: Settings, places: Places) -> Settings:
        """Saves other settings; those of the station need the right to, and are told in the audit trail."""
        places.require_writable()
        old, specs = self.settings, Settings.specs()
        names = [f.name for f in fields(Settings) if getattr(old, f.name) != getattr(new, f.name)]
        shared = [name for name in names if not specs[name].personal]
        if "thresholds" in shared:
            self.people.require(person, Right.THRESHOLDS)
        if {"model", "adapter"} & set(shared):
            self.people.require(person, Right.MODELS)
        if shared:
            self.people.require(person, Right.SETTINGS)
        if places.settings.is_file():
            # They may have been let in, rolled back or started by another program since these settings were read.
            there = Settings.load(places.settings)
            kept = {name: getattr(there, name) for name in ("adapter", "shadow") if name not in names}
            new = new.changed(**kept)
        new.save(places.settings)
        if shared:
            was, now = old.told(), new.told()
            before, after = ({name: values[name] for name in shared} for values in (was, now))
            self.store.note(who(person), "settings_changed", "settings", before, after)
        self.settings, self.thresholds = new, new.thresholds
        return new

    # -- how

    @property
    def _plan(self) -> ShiftPlan:
        return ShiftPlan.parse(self.settings.shift_plan)

    def _count(self, span: Span, part: str | None) -> Counters:
        target = self.parts.get_or_general(part).target_takt if part else None
        return counters.count(self.store.database, span, part, target or self.settings.target_takt)

    def _judge(self, model: Judge, kept: Inspection, stop: StopCheck | None) -> Inspection:
        try:
            verdict = sane(model.judge(self.question(kept), stop))
        except Stopped:
            raise
        except Fixable as error:
            return self.store.mark_failed(kept.id, error.code, error.message)
        except Exception:
            _log.exception("judging %s failed; the sample stays captured", kept.id)
            raise
        judged = self.store.add_verdict(kept.id, verdict)
        # The unclear ones go to the supervisor anyway; of the others some do by chance, so that misses are found too.
        sure = verdict.judgment.verdict is not Answer.INCONCLUSIVE
        if sure and judged.counts and random.random() * 100 < self.settings.random_share:
            judged = self.store.add_line(kept.id, LineKind.PICKED, PROGRAM, str(self.settings.random_share))
        return judged

    def _judged(self, sample_id: str) -> Inspection:
        kept = self.store.get(sample_id)
        if kept.verdict is None:
            raise KensaError("not_judged", "This unit was not judged yet; wait until it is.")
        return kept

    def _serial_is_known(self, sample: Sample) -> bool:
        assert sample.serial is not None
        return worklist.serial_is_known(self.store.database, sample.part, sample.serial, sample.retake_of)

    def _complete(self, sample: Sample) -> Sample:
        """The sample with its part's golden photo, so that the record says what it was compared with."""
        part = self._part(sample)
        given = {"photo": sample.photo, "voice": sample.voice}
        for what, medium in given.items():
            if medium is not None and what not in part.modalities:
                raise KensaError("not_for_part", f"The part {part.name!r} is not judged by {what}; leave it out.")
        if sample.photo is None and sample.golden is not None:
            raise KensaError("golden_alone", "A golden photo needs a photo to compare; add one or leave it out.")
        if any(given.values()):
            for what in part.required:
                if given[what] is None:
                    raise KensaError(f"{what}_required", f"The part {part.name!r} needs a {_WORDS[what]}; add it.")
        part.check(Identity(sample.part, sample.lot, sample.serial, sample.work_order))
        if sample.photo is not None and sample.golden is None and part.golden is not None:
            return replace(sample, golden=read_photo(part.golden, part.golden.name))
        return sample

    def _part(self, sample: Sample) -> Part:
        """A part that no file names is known only when the sample itself brings its defects."""
        return self.parts.get_or_general(sample.part) if sample.defects else self.parts.get(sample.part)

    def question(self, kept: Inspection) -> Question:
        """No more than the unit has: the model attaches the LoRAs of what is in it, and no others."""
        part = self.parts.get_or_general(kept.part)
        return Question(
            photo=kept.photo.path if kept.photo else None,
            voice=kept.voice.path if kept.voice else None,
            golden=kept.golden.path if kept.golden else None,
            part=kept.part,
            defects=kept.defects or part.defects,
            criteria=part.asked,
            thresholds=self.thresholds or part.thresholds,
        )
