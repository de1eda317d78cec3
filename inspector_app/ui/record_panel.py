"""One record in detail: verdict, photo with region beside the golden photo, voice note, and who and what judged it.

Knows Inspection; asks the desk for the files.
"""

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from inspector_app.records.record import Inspection, Media
from inspector_app.ui import theme
from inspector_app.ui.desk import Desk, Devices
from inspector_app.ui.language import Spoken, mark, tr
from inspector_app.ui.sentences import sentence
from inspector_app.ui.stage import PhotoStage
from inspector_app.ui.theme import Themed
from inspector_app.ui.verdict_band import VerdictBand
from inspector_app.ui.verdict_card import VerdictDetails
from inspector_app.ui.widgets import EmptyState, KeyButton, MonoText, label, scrolled
from model_runtime.verdict import Fixable


class RecordPanel(Spoken, Themed, QFrame):
    """Shows a record, or asks to choose one."""

    def __init__(self, desk: Desk, devices: Devices) -> None:
        super().__init__()
        self.setObjectName("card")
        self._desk, self._devices = desk, devices
        self.record: Inspection | None = None
        self._empty = EmptyState("list", mark("Nothing chosen"), mark("Choose a record in the table to see all of it."))
        self.band, self.details = VerdictBand(88), VerdictDetails()
        self.photo, self.golden = PhotoStage(QSize(120, 120)), PhotoStage(QSize(120, 120))
        self.title, self.subtitle = label("title", selectable=True), label("caption", selectable=True)
        self.facts = MonoText()
        self.play_button = KeyButton("volume-2", mark("Play note"), "F4")
        self._golden_box = QWidget()
        self._build()
        self.play_button.clicked.connect(self.play_voice)
        self.show_record(None)

    def _build(self) -> None:
        inner = QWidget()
        column = QVBoxLayout(inner)
        column.setContentsMargins(theme.GAP_L, theme.GAP_L, theme.GAP_L, theme.GAP_L)
        column.setSpacing(theme.GAP)
        for part in (self.title, self.subtitle, self.band):
            column.addWidget(part)
        column.addLayout(self._build_pictures())
        column.addWidget(self.details)
        column.addWidget(self.play_button)
        column.addWidget(self.facts)
        column.addStretch(1)
        self._scroll = scrolled(inner)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._empty)
        outer.addWidget(self._scroll)

    def _build_pictures(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(theme.GAP_S)
        for stage, title, box in (
            (self.photo, mark("Photo"), QWidget()),
            (self.golden, mark("Golden photo"), self._golden_box),
        ):
            inside = QVBoxLayout(box)
            inside.setContentsMargins(0, 0, 0, 0)
            inside.setSpacing(4)
            caption = label("caption")
            self.say(caption.setText, title)
            inside.addWidget(caption)
            inside.addWidget(stage)
            row.addWidget(box, 1)
        return row

    def show_record(self, record: Inspection | None) -> None:
        """Show it whole; None asks to choose one."""
        self.record = record
        self._empty.setVisible(record is None)
        self._scroll.setVisible(record is not None)
        if record is None:
            return
        self._scroll.verticalScrollBar().setValue(0)
        self._golden_box.setVisible(record.golden is not None)
        for stage in (self.photo, self.golden):
            stage.setFixedHeight(156 if record.golden is not None else 260)
        self.play_button.setVisible(record.voice is not None)
        self._load(self.photo, record.photo, record)
        self._load(self.golden, record.golden, record)
        self._show_verdict(record)

    def play_voice(self) -> None:
        """Hear the note of the record."""
        if self.record is None or self.record.voice is None:
            return
        path = self.record.voice.path
        task = self._desk.on_sound(lambda: self._devices.speaker.play(path.read_bytes()))
        task.failed.connect(self._desk.problems.tell)

    def respeak(self) -> None:
        if self.record is not None:
            self._show_verdict(self.record)

    def restyle(self) -> None:
        self.respeak()

    def _show_verdict(self, record: Inspection) -> None:
        when = record.captured_at.astimezone()
        unit = [part for part in (record.part, record.lot, record.serial) if part]
        self.title.setText("  /  ".join(unit))
        self.subtitle.setText(f"{when:%Y-%m-%d %H:%M:%S}   {record.id}")
        self.facts.show_text(facts(record))
        self.details.setVisible(record.verdict is not None)
        if record.verdict is not None:
            self.band.show_verdict(record.verdict)
            self.details.show_verdict(record.verdict)
            answer = record.verdict.judgment.verdict
            self.photo.mark(record.verdict.judgment.region, theme.tokens().verdict(answer)[0])
            return
        self.photo.mark(None)
        if record.failure_code:
            error = Fixable(record.failure_code, record.failure_message or "")
            self.band.show_state("triangle-alert", tr("Could not be judged"), sentence(error))
        else:
            self.band.show_state("inbox", mark("Waiting"), mark("Not judged yet."))

    def _load(self, stage: PhotoStage, medium: Media | None, record: Inspection) -> None:
        stage.show_empty("image-off", mark("No photo"), "")
        if medium is None:
            return
        task = self._desk.picture(medium.path)
        task.done.connect(lambda seen: self._loaded(stage, seen, record))

    def _loaded(self, stage: PhotoStage, seen: object, record: Inspection) -> None:
        # Another record may have been chosen while this picture was read.
        if self.record is record:
            stage.show_picture(seen)  # type: ignore[arg-type]
            self._show_verdict(record)


def facts(record: Inspection) -> str:
    """What judged it and how long it took, a line each; hashes in full, to be copied."""
    lines = [
        (tr("photo"), record.photo and f"{record.photo.file} {record.photo.sha256}"),
        (tr("voice"), record.voice and f"{record.voice.file} {record.voice.sha256}"),
        (tr("golden"), record.golden and f"{record.golden.file} {record.golden.sha256}"),
        (tr("operator"), record.operator),
        (tr("program"), f"Kensa {record.app_version}"),
    ]
    if record.verdict is not None:
        model = record.verdict.model
        times = "  ".join(f"{name} {value:.1f}" for name, value in record.verdict.timings_ms.items())
        lines += [
            (tr("model"), model.base),
            (tr("adapter"), model.adapter),
            (tr("prompt"), model.prompt),
            (tr("engine"), model.engine),
            (tr("remark"), record.verdict.judgment.remark),
            (tr("times, ms"), times),
        ]
    return "\n".join(f"{name}: {value}" for name, value in lines if value)
