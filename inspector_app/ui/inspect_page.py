"""The Inspect page: live picture or photo, voice note, who the unit is, its verdict, and what the operator answers.

Knows the flow of units, the camera feed and the cards; knows no thread, no model and no database.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QLineEdit, QPlainTextEdit

from inspector_app.errors import KensaError
from inspector_app.settings import Settings
from inspector_app.ui.actions import INSPECT_ACTS, bind, with_own_keys
from inspector_app.ui.camera_feed import CameraFeed
from inspector_app.ui.desk import Desk, Devices
from inspector_app.ui.guidance import BAND, NO_PICTURE
from inspector_app.ui.inspect_intake import InspectIntake
from inspector_app.ui.language import mark, tr
from inspector_app.ui.readiness import Readiness, Trouble
from inspector_app.ui.sentences import sentence
from inspector_app.ui.unit import Step, Unit
from inspector_app.ui.words import defect_word, verdict_word
from model_runtime.verdict import Fixable

if TYPE_CHECKING:
    from inspector_app.capture.sample import Voice


class InspectPage(InspectIntake):
    """Where the operator works. `remembered` tells part and lot to be kept for the next start."""

    remembered = Signal(str, str)
    dialog_wanted = Signal(object)
    """A dialog to be laid over the window."""

    def __init__(self, desk: Desk, devices: Devices, readiness: Readiness) -> None:
        super().__init__(desk, devices)
        self._readiness = readiness
        self.locked = self._held = False
        self.feed = CameraFeed(desk, devices.camera, self)
        self._bound: dict[str, QAction] = {}
        # Several things move the strip at once; it is shown once for all of them.
        self._strip_soon = QTimer(self, singleShot=True, interval=0)
        self._strip_soon.timeout.connect(self._show_strip)
        self._connect()
        self.use(self.settings)
        self._show()

    def _connect(self) -> None:
        for name, button in self.buttons.items():
            button.clicked.connect(getattr(self, name))
        self.main_button.clicked.connect(self.press)
        self.voice_card.file_button.clicked.connect(self.open_voice)
        self.voice_card.changed.connect(self._voice_moved)
        self.feed.frame.connect(self._live_frame)
        self.feed.state_changed.connect(self._camera_moved)
        self.feed.aged.connect(lambda _: self._show_stage())
        self.feed.arrived.connect(self.set_photo)
        self.form.part_changed.connect(self._part_changed)
        self.strip.picked.connect(self.flow.pick)
        self.details.corrected.connect(self._corrected)
        self.flow.changed.connect(self._show)
        self.flow.moved.connect(self._strip_soon.start)
        self.flow.came.connect(self._verdict_came)
        self._readiness.changed.connect(self._show)

    def use(self, settings: Settings) -> None:
        """Work by these settings: keys and sounds."""
        if self._bound and settings.keys == self.settings.keys:
            self.settings = settings
            return
        self.settings = settings
        for action in self._bound.values():
            self.removeAction(action)
        self._bound = bind(self, with_own_keys(INSPECT_ACTS, settings.keys))

    # -- capture; the names are those of the table of actions

    def take_photo(self) -> None:
        """Freeze the picture of now; where there is no camera, look for it again."""
        task = self.feed.still()
        if task is None:
            if self.feed.state == "closed":
                self.feed.open(self.camera_setup)
            return
        task.done.connect(lambda came: self.set_photo(*came))
        task.failed.connect(self._desk.problems.tell)

    def record(self) -> None:
        """Begin or end the voice note."""
        if self.voice_card.state != "recording":
            self._to_draft()
        self.voice_card.record()

    def play(self) -> None:
        """Hear the voice note: that of the unit on the stage."""
        record = self.unit.inspection
        if record is not None and record.voice is not None:
            path = record.voice.path
            task = self._desk.on_sound(lambda: self._devices.speaker.play(path.read_bytes()))
            task.failed.connect(self._desk.problems.tell)
        else:
            self.voice_card.play()

    def discard_voice(self) -> None:
        """Forget the voice note."""
        if not self.unit.sent:
            self.voice_card.discard()

    def clear(self) -> None:
        """Begin anew; beside a unit that was sent: back to the next one, without an answer."""
        if self.unit.sent:
            self.flow.next()
            return
        self.look_no_more()
        self.voice_card.discard()
        self.flow.fresh()

    def next_field(self) -> None:
        """Walk through part, lot, serial number and work order."""
        self._to_draft()
        if not self.form.next_field():
            self.stage.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def go_on(self) -> None:
        """Enter: the next field while one is typed in, else as the large button."""
        focus = QApplication.focusWidget()
        if isinstance(focus, QLineEdit) and self.isAncestorOf(focus):
            if self.form.next_field():
                return
            self.stage.setFocus(Qt.FocusReason.ShortcutFocusReason)
            if not self._something():
                return
        self.press()

    def press(self) -> None:
        """The large button: judge; accept and go on; or go on to the next unit while this one is judged."""
        unit = self.unit
        if not unit.sent:
            self.judge()
            return
        if unit.step is Step.JUDGED:
            self.flow.accept(unit)
        self.flow.next()

    def judge(self) -> None:
        """Keep the unit and queue it for the model."""
        unit = self.unit
        if unit.sent or not self._may_send():
            return
        unit.voice, unit.identity = self.voice_card.voice, self.form.identity
        self.look_no_more()
        with self._shown_once():
            self.flow.send(self._desk.person.name if self._desk.person else "")
            self.voice_card.discard()
            self.form.next_unit(unit.identity)
            self._look_at_samples()  # the day may have changed since the part was chosen
        self.remembered.emit(unit.identity.part, unit.identity.lot or "")

    def _may_send(self) -> bool:
        refusal = None
        if self.locked:
            refusal = KensaError("not_signed_in", "Nobody is signed in; sign in first.")
        elif self.voice_card.state in ("recording", "starting", "ending"):
            refusal = KensaError("still_recording", "The voice note is still being recorded; F3 ends it.")
        elif not self._something():
            refusal = KensaError("empty_sample", "There is neither a photo nor a voice note; give one.")
        if refusal is not None:
            self._desk.problems.tell(refusal)
        return refusal is None

    def _something(self) -> bool:
        return self.flow.draft.photo is not None or self.voice_card.voice is not None

    # -- answers

    def disagree(self) -> None:
        """Say why the verdict is wrong; the supervisor gets the unit."""
        unit = self.unit
        if unit.step is not Step.JUDGED or unit.sample_id is None or unit.answer is None:
            return
        from inspector_app.ui.disagree import DisagreeDialog  # not part of the start

        dialog = DisagreeDialog(unit.answer, self._desk, self._devices, self.settings.microphone or "", self.window())
        dialog.said.connect(lambda reason, voice: self._disagreed(unit, reason, voice))
        self.dialog_wanted.emit(dialog)

    def _disagreed(self, unit: Unit, reason: str, voice: Voice | None) -> None:
        assert unit.sample_id is not None
        task = self._desk.disagree(unit.sample_id, reason, voice)
        task.done.connect(lambda record: self.flow.update(unit, record))
        self._desk.problems.news(tr("{name} goes to the supervisor.", name=unit.name))
        self.flow.next()

    def retake(self) -> None:
        """Photograph the same unit again; the unit on the stage counts no more when the new one is sent."""
        if self.unit.sent and self.unit.sample_id is not None:
            self.form.set_identity(self.flow.retake(self.unit).identity)

    def compare(self) -> None:
        """Another way to look at photo and golden sample."""
        self.stage.next_mode()
        self.stage.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def correct(self) -> None:
        """Type what the voice note really says."""
        if self.details.heard.isVisible():
            self.details.heard.setFocus(Qt.FocusReason.ShortcutFocusReason)
            self.details.heard.selectAll()

    def undo(self) -> None:
        """Take the last unit back; all of it is the draft again."""
        if isinstance(QApplication.focusWidget(), QPlainTextEdit):
            return
        draft = self.flow.undo()
        if draft is None:
            return
        self.form.set_identity(draft.identity)
        if draft.voice is not None:
            self.voice_card.set_voice(draft.voice)
        self._desk.problems.news(tr("{name} was taken back. Judge it again, or clear it.", name=draft.name))

    def newer(self) -> None:
        """The next newer unit, at last the draft."""
        self.flow.step(-1)

    def older(self) -> None:
        """The next older unit."""
        self.flow.step(1)

    def next_open(self) -> None:
        """The oldest bad or doubtful unit without an answer."""
        if not self.flow.next_open():
            self._desk.problems.news(tr("Every unit has its answer."))

    def _corrected(self, words: str) -> None:
        unit = self.unit
        if unit.sample_id is not None:
            task = self._desk.correct_heard(unit.sample_id, words)
            task.done.connect(lambda record: self.flow.update(unit, record))
        self.stage.setFocus(Qt.FocusReason.ShortcutFocusReason)

    # -- what happens

    def release(self) -> None:
        """Let camera and microphone go; the program ends."""
        self.feed.release()
        self.voice_card.release()

    def _camera_moved(self, state: str) -> None:
        self._readiness.set(Trouble.NO_CAMERA, state in ("lost", "closed"))
        self._readiness.set(Trouble.CAMERA_STALE, state == "stale")
        self._show()

    def _part_changed(self) -> None:
        super()._part_changed()
        self._look_at_samples()

    def _look_at_samples(self) -> None:
        """Whether what the part is compared with is still approved, today and for a while."""
        part, today = self.form.chosen, date.today()
        ending = part.expiring(today) if part is not None else []
        expired = any(one.expired(today) for one in ending)
        self._readiness.set(Trouble.GOLDEN_EXPIRED, expired)
        self._readiness.set(Trouble.SAMPLE_EXPIRES, bool(ending) and not expired)

    def _voice_moved(self) -> None:
        self._readiness.set(Trouble.NO_MICROPHONE, self.voice_card.state == "off")
        self._show()

    def _verdict_came(self, unit: Unit) -> None:
        if unit.answer is None:
            return
        if self.settings.sounds and self.voice_card.state not in ("recording", "starting"):
            from inspector_app.ui.sounds import chime

            task = self._desk.on_sound(self._devices.speaker.play, chime(unit.answer))
            task.failed.connect(lambda _: self._readiness.set(Trouble.NO_SPEAKER, True))
            task.done.connect(lambda _: self._readiness.set(Trouble.NO_SPEAKER, False))
        if unit is not self.unit and unit.open:
            defect = unit.inspection.verdict.judgment.defect if unit.inspection and unit.inspection.verdict else "none"
            words = verdict_word(unit.answer) + ("" if defect == "none" else f"  {defect_word(defect)}")
            self._desk.problems.news(tr("{name}: {verdict}. Ctrl+Down shows it.", name=unit.name, verdict=words))

    # -- what is seen

    def respeak(self) -> None:
        self._show()

    def _show_strip(self) -> None:
        self.strip.show_thumbs(self.flow.thumbs(), self.unit.key if self.unit.sent else None)

    @contextmanager
    def _shown_once(self) -> Iterator[None]:
        """Whatever changes meanwhile is shown once, at the end."""
        self._held = True
        try:
            yield
        finally:
            self._held = False
            self._show()

    def _show(self) -> None:
        if self._held:
            return
        unit = self.unit
        self.feed.show(not unit.sent and unit.photo is None)
        self.show_side(unit)
        self._show_stage()
        self._show_band()
        self._strip_soon.start()

    def _show_stage(self) -> None:
        unit = self.unit
        if unit.seen is not None:
            if self.stage.picture is not unit.seen or self.stage.live:
                self.stage.show_picture(unit.seen)
        elif unit.sent:
            has_photo = unit.inspection is not None and unit.inspection.photo is not None
            self.stage.show_empty(*NO_PICTURE["reading" if has_photo else "voice"])
        elif self.feed.state != "live" or not self.stage.live:
            icon, title, hint = NO_PICTURE[self.feed.state]
            words, age = self.feed.reason or tr(hint), self.feed.age
            if self.feed.state in ("stale", "lost") and age is not None:
                words += " " + tr("The last picture came {seconds} s ago.", seconds=int(age))
            self.stage.show_empty(icon, title, words)
        elif self.stage.picture is not None and (seconds := int(self.feed.age or 0)) >= 1:
            self.stage.show_picture(self.stage.picture, tr("{seconds} s ago", seconds=seconds))

    def _show_band(self) -> None:
        unit, record = self.unit, self.unit.inspection
        verdict = record.verdict if record is not None and unit.step is Step.JUDGED else None
        self.mark_region(verdict)
        if verdict is not None and record is not None:
            self.band.show_verdict(verdict, unit.name)
            self.details.show_verdict(verdict, record.heard)
        elif unit.step is Step.FAILED and record is not None:
            error = Fixable(record.failure_code or "", record.failure_message or "")
            self.band.show_state("triangle-alert", tr("Could not be judged"), sentence(error))
        elif not unit.sent and self.looked is not None and self.looked.findings and unit.photo is not None:
            said = sentence(Fixable(self.looked.findings[0].code, self.looked.findings[0].message))
            self.band.show_state("triangle-alert", said, mark("F2 takes it again. Enter judges it as it is."))
        else:
            self.band.show_state(*BAND[self._band_state()])

    def _band_state(self) -> str | Step:
        unit, part = self.unit, self.form.chosen
        if unit.step is Step.JUDGING and self._readiness.busy:
            return "loading"
        if unit.sent:
            return unit.step
        photo, voice = unit.photo is not None, self.voice_card.voice is not None
        modalities = part.modalities if part else ("photo", "voice")
        if photo or voice:
            lacking = [what for what in (part.required if part else ()) if not {"photo": photo, "voice": voice}[what]]
            if lacking:
                return f"needs_{lacking[0]}"
            return ("photo" if not voice and "voice" in modalities else "seen") if photo else "voice"
        if "photo" not in modalities:
            return "speak"
        return "live" if self.feed.state == "live" else "blind"
