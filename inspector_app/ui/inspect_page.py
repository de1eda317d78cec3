"""The Inspect page: live picture or photo, voice note, who the unit is, and its verdict.

Capture never waits for the model: what is sent to be judged is kept first, and the next unit can be begun at once.
Knows the desk, the camera feed and the voice card; knows no thread, no model and no database.
"""

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent, QImage
from PySide6.QtWidgets import QApplication, QFileDialog, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from inspector_app.capture.sample import PHOTO_SUFFIXES, Photo, Voice
from inspector_app.errors import KensaError
from inspector_app.records.record import Inspection
from inspector_app.ui import theme
from inspector_app.ui.actions import INSPECT_ACTS, bind
from inspector_app.ui.camera_feed import CameraFeed
from inspector_app.ui.desk import Desk, Devices
from inspector_app.ui.guidance import BAND, NO_PICTURE
from inspector_app.ui.language import Spoken, mark, tr
from inspector_app.ui.readiness import Readiness, Stage
from inspector_app.ui.sentences import sentence
from inspector_app.ui.stage import PhotoStage
from inspector_app.ui.unit import Step, Unit
from inspector_app.ui.unit_form import UnitForm
from inspector_app.ui.verdict_card import VerdictBand, VerdictDetails
from inspector_app.ui.voice_card import VoiceCard, is_sound
from inspector_app.ui.widgets import KeyButton, card, scrolled
from inspector_app.ui.words import defect_word, unit_name, verdict_word
from model_runtime.verdict import Fixable

_ACTS = {act.name: act for act in INSPECT_ACTS}
_RIGHT = 392
_SOUNDS = "*.wav *.flac *.ogg *.mp3 *.aiff *.au *.caf"
_LIVE = mark("Live")


class InspectPage(Spoken, QWidget):
    """Where the operator works. `remembered` tells part and lot to be kept for the next start."""

    remembered = Signal(str, str)

    def __init__(self, desk: Desk, devices: Devices, readiness: Readiness) -> None:
        super().__init__()
        self.setObjectName("page")
        self.setAcceptDrops(True)
        self._desk, self._readiness = desk, readiness
        self.operator = ""
        self.camera_source = "0"
        self.unit = Unit()
        self.feed = CameraFeed(desk, devices.camera, self)
        self.form, self.voice_card = UnitForm(), VoiceCard(desk, devices)
        self.stage, self.band, self.details = PhotoStage(), VerdictBand(), VerdictDetails()
        self.actions_by_name = bind(self, INSPECT_ACTS)
        self._build()
        self._connect()
        self._show()

    # -- how it is put together

    def _build(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.GAP_L, theme.GAP_L, theme.GAP_L, theme.GAP_L)
        row.setSpacing(theme.GAP_L)
        row.addLayout(self._build_left(), 1)
        right = QWidget()
        right.setFixedWidth(_RIGHT)
        right.setLayout(self._build_right())
        row.addWidget(right)

    def _build_left(self) -> QVBoxLayout:
        self.buttons = {
            name: KeyButton(_ACTS[name].icon, _ACTS[name].text, _ACTS[name].key)
            for name in ("take_photo", "open_photo", "open_golden", "clear")
        }
        tools = QHBoxLayout()
        tools.setSpacing(theme.GAP_S)
        for name, button in self.buttons.items():
            tools.addWidget(button, 2 if name == "take_photo" else 1)
        left = QVBoxLayout()
        left.setSpacing(theme.GAP)
        left.addWidget(self.band)
        left.addWidget(self.stage, 1)
        left.addLayout(tools)
        return left

    def _build_right(self) -> QVBoxLayout:
        self.judge_button = KeyButton(_ACTS["judge"].icon, _ACTS["judge"].text, _ACTS["judge"].key, "primary")
        self.result = card()
        inside = QVBoxLayout(self.result)
        inside.setContentsMargins(theme.GAP_L, theme.GAP, 4, theme.GAP)
        # A long note with a contradiction is higher than a small screen has room for.
        inside.addWidget(scrolled(self.details, right=theme.GAP_L - 4))
        right = QVBoxLayout()
        right.setContentsMargins(0, 0, 0, 0)
        right.setSpacing(theme.GAP)
        right.addWidget(self.form)
        right.addWidget(self.voice_card)
        right.addWidget(self.result, 1)
        right.addWidget(self.judge_button)
        return right

    def _connect(self) -> None:
        for name, button in self.buttons.items():
            button.clicked.connect(getattr(self, name))
        self.judge_button.clicked.connect(self.press)
        self.voice_card.file_button.clicked.connect(self.open_voice)
        self.voice_card.changed.connect(self._voice_changed)
        self.feed.frame.connect(self._live_frame)
        self.feed.state_changed.connect(lambda _: self._show())
        self.form.part_changed.connect(self._part_changed)
        self._desk.judged.connect(self._judged)
        self._desk.left_waiting.connect(self._left_waiting)
        self._readiness.changed.connect(lambda _: self._show())

    # -- what the operator does; the names are those of the table of actions

    def take_photo(self) -> None:
        """Freeze the picture of now; where there is no camera, look for it again."""
        task = self.feed.still()
        if task is None:
            if self.feed.state in ("none", "off"):
                self.feed.open(self.camera_source)
            return
        task.done.connect(lambda came: self.set_photo(*came))
        task.failed.connect(self._desk.problems.tell)

    def open_photo(self) -> None:
        """Choose a photo from the disk."""
        if path := self._ask_file(mark("Open photo"), mark("Photos"), _patterns(), "photo"):
            self.load_photo(path)

    def open_golden(self) -> None:
        """Choose the photo of a good part to compare with, or drop the one that is there."""
        if self.unit.golden is not None:
            self.unit.golden = None
            self.stage.set_inset(None)
            self._show()
        elif path := self._ask_file(mark("Golden photo"), mark("Photos"), _patterns(), "photo"):
            self._desk.open_photo(path).done.connect(lambda came: self.set_golden(*came))

    def open_voice(self) -> None:
        """Choose a sound file as the voice note."""
        if path := self._ask_file(mark("Open sound file"), mark("Sound files"), _SOUNDS, "voice"):
            self.load_voice(path)

    def record(self) -> None:
        """Begin or end the voice note."""
        if self.voice_card.state != "recording":
            self._begin_next_if_sent()
        self.voice_card.record()

    def play(self) -> None:
        """Hear the voice note."""
        self.voice_card.play()

    def discard_voice(self) -> None:
        """Forget the voice note."""
        if self.unit.step is Step.DRAFT:
            self.voice_card.discard()

    def judge(self) -> None:
        """Keep the unit and queue it for the model."""
        if self.unit.step is not Step.DRAFT:
            return
        if self.voice_card.state in ("recording", "starting", "ending"):
            self._desk.problems.tell(
                KensaError("still_recording", "The voice note is still being recorded; F3 ends it.")
            )
            return
        if not self._something():
            self._desk.problems.tell(KensaError("empty_sample", "There is neither a photo nor a voice note; give one."))
            return
        unit, form = self.unit, self.form
        unit.step = Step.KEEPING
        task = self._desk.keep(
            unit.sample(self.voice_card.voice, form.part, form.lot, form.serial, self.operator),
        )
        task.done.connect(lambda sample_id: self._kept(unit, sample_id))
        task.failed.connect(lambda _: self._not_kept(unit))
        self.remembered.emit(form.part, form.lot or "")
        self._show()

    def go_on(self) -> None:
        """Enter: the next field while one is typed in, else as the large button."""
        if self._typing():
            if self.form.next_field():
                return
            self.stage.setFocus(Qt.FocusReason.ShortcutFocusReason)
            if not self._something():
                return
        self.press()

    def press(self) -> None:
        """The large button: judge, or the next unit when this one was sent."""
        if self.unit.step is Step.DRAFT:
            self.judge()
        else:
            self.clear()

    def _typing(self) -> bool:
        return isinstance(QApplication.focusWidget(), QLineEdit)

    def _something(self) -> bool:
        return self.unit.photo is not None or self.voice_card.voice is not None

    def next_field(self) -> None:
        """Walk through part, lot and serial number."""
        if not self.form.next_field():
            self.stage.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def clear(self) -> None:
        """Begin the next unit; what was sent to be judged goes on."""
        sent = self.unit.step is not Step.DRAFT
        self.unit = Unit(golden=self.unit.golden)
        self.voice_card.discard()
        if sent:
            self.form.next_unit()
        self.details.clear()
        self.stage.mark(None)
        self._show()

    def release(self) -> None:
        """Let camera and microphone go; the program ends."""
        self.feed.release()
        self.voice_card.release()

    # -- what comes in

    def load_photo(self, path: Path) -> None:
        """Read a photo from a file and put it on the stage."""
        self._desk.open_photo(path).done.connect(lambda came: self.set_photo(*came))

    def load_voice(self, path: Path) -> None:
        """Read a voice note from a file."""
        self._desk.open_voice(path).done.connect(self._voice_loaded)

    def set_photo(self, photo: Photo, seen: QImage) -> None:
        """A photo for the unit on the stage, or for the next one when that was sent already."""
        self._begin_next_if_sent()
        self.unit.photo = photo
        self.stage.mark(None)
        self.stage.show_picture(seen)
        self._show()

    def set_golden(self, photo: Photo, seen: QImage) -> None:
        """The good part to compare with; it stays from unit to unit."""
        self.unit.golden = photo
        self.stage.set_inset(seen)
        self._show()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasUrls():
            event.acceptProposedAction()
            self.stage.set_hover(True)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self.stage.set_hover(False)

    def dropEvent(self, event: QDropEvent) -> None:
        self.stage.set_hover(False)
        for path in (Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()):
            (self.load_voice if is_sound(path) else self.load_photo)(path)
        event.acceptProposedAction()

    def _voice_loaded(self, voice: Voice) -> None:
        self._begin_next_if_sent()
        self.voice_card.set_voice(voice)

    def _voice_changed(self) -> None:
        self._show()

    def _live_frame(self, seen: QImage) -> None:
        if self.unit.photo is None and self.unit.step is Step.DRAFT:
            self.stage.show_picture(seen, _LIVE)

    def _begin_next_if_sent(self) -> None:
        if self.unit.step is not Step.DRAFT:
            self.clear()

    def _part_changed(self) -> None:
        part = self.form.chosen
        self.unit.golden = None
        self.stage.set_inset(None)
        if part is not None and part.golden is not None:
            # The record gets it from the part; here it is only shown.
            self._desk.open_photo(part.golden).done.connect(lambda came: self.set_golden(*came))

    # -- how the judgment goes on

    def _kept(self, unit: Unit, sample_id: str) -> None:
        unit.sample_id = sample_id
        if unit.step is Step.KEEPING:
            unit.step = Step.JUDGING
        self._show()

    def _not_kept(self, unit: Unit) -> None:
        unit.step = Step.DRAFT
        self._show()

    def _judged(self, inspection: Inspection) -> None:
        if inspection.id == self.unit.sample_id:
            self.unit.answered(inspection)
            self._show()
        elif inspection.verdict is not None:
            self._desk.problems.news(_news(inspection))

    def _left_waiting(self, sample_id: str) -> None:
        if sample_id == self.unit.sample_id:
            self.unit.step = Step.WAITING
            self._show()

    # -- what is seen

    def respeak(self) -> None:
        self._show()

    def _show(self) -> None:
        sent = self.unit.step is not Step.DRAFT
        self.feed.show(self.unit.photo is None and not sent)
        text, icon, key = (
            (mark("Next unit"), "arrow-right", "Return") if sent else (_ACTS["judge"].text, "scan-search", "F5")
        )
        self.judge_button.say(self.judge_button.set_text, text)
        self.judge_button.set_icon(icon)
        self.judge_button.set_key(key)
        golden = self.buttons["open_golden"]
        golden.say(golden.set_text, _ACTS["open_golden"].text if self.unit.golden is None else mark("Drop golden"))
        self._show_stage()
        self._show_band()

    def _show_stage(self) -> None:
        if self.unit.photo is not None:
            return
        by_voice = self.voice_card.voice is not None and self.unit.step is not Step.DRAFT
        if by_voice or self.feed.state != "live":
            self.stage.show_empty(*NO_PICTURE["voice" if by_voice else self.feed.state])

    def _show_band(self) -> None:
        unit = self.unit
        if unit.inspection is not None and unit.inspection.verdict is not None:
            verdict = unit.inspection.verdict
            self.band.show_verdict(verdict)
            self.details.show_verdict(verdict)
            colour = theme.tokens().verdict(verdict.judgment.verdict)[0]
            self.stage.mark(verdict.judgment.region, colour)
        elif unit.step is Step.FAILED and unit.inspection is not None:
            error = Fixable(unit.inspection.failure_code or "", unit.inspection.failure_message or "")
            self.band.show_state("triangle-alert", tr("Could not be judged"), sentence(error))
        else:
            self.band.show_state(*BAND[self._band_state()])

    def _band_state(self) -> str | Step:
        if self.unit.step is Step.JUDGING and self._readiness.stage not in (Stage.READY, Stage.FAILED):
            return "loading"
        if self.unit.step is not Step.DRAFT:
            return self.unit.step
        if self.unit.photo is not None:
            return "photo"
        if self.voice_card.voice is not None:
            return "voice"
        return "live" if self.feed.state == "live" else "blind"

    def _ask_file(self, title: str, kind: str, patterns: str, purpose: str) -> Path | None:
        name, _ = QFileDialog.getOpenFileName(self, tr(title), "", f"{tr(kind)} ({patterns});;{tr('All files')} (*)")
        return Path(name) if name else None


def _patterns() -> str:
    return " ".join(f"*{suffix}" for suffix in sorted(PHOTO_SUFFIXES))


def _news(inspection: Inspection) -> str:
    """The verdict of a unit that is no longer on the stage."""
    assert inspection.verdict is not None
    said = inspection.verdict.judgment
    defect = "" if said.defect == "none" else defect_word(said.defect)
    return f"{unit_name(inspection)}:  {verdict_word(said.verdict)}  {defect}"
