"""Judging in an agreement study: one unit on the screen, OK or NG by one key, no word of what is true.

May be left and gone on with at any time. Knows one appraiser's turn; knows no figure.
"""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QImage, QPixmap, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QWidget

from inspector_app.quality.blind import BlindStudy
from inspector_app.ui import theme
from inspector_app.ui.language import mark, tr
from inspector_app.ui.sheet import Sheet, key_button
from inspector_app.ui.study_desk import StudyDesk
from inspector_app.ui.widgets import label


class Photo(QLabel):
    """A photo as large as there is room."""

    def __init__(self) -> None:
        super().__init__()
        self._image: QImage | None = None
        self.setObjectName("stage")
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setMinimumSize(320, 240)

    def show_image(self, image: QImage | None) -> None:
        """Another photo; None: none."""
        self._image = image
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        if self._image is None:
            self.clear()
            return
        ratio = self.devicePixelRatioF()
        scaled = self._image.scaled(
            self.size() * ratio, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
        )
        pixmap = QPixmap.fromImage(scaled)
        pixmap.setDevicePixelRatio(ratio)
        self.setPixmap(pixmap)


class RunDialog(Sheet):
    """`changed` gives the study after each judgment."""

    changed = Signal(object)

    def __init__(self, desk: StudyDesk, study: BlindStudy, name: str, parent: QWidget) -> None:
        super().__init__(mark("Judge: good or bad?"), "", parent)
        self._desk, self.study, self._name = desk, study, name
        self._busy = False
        self.photo, self.where = Photo(), label("caption")
        self.bar = QProgressBar()
        self._build()
        self.resize(1120, 780)
        self._show()
        self.photo.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.photo.setFocus()  # no button, so that space does nothing

    def _build(self) -> None:
        self.bar.setTextVisible(False)
        self.bar.setFixedHeight(6)
        self.body.addWidget(self.where)
        self.body.addWidget(self.bar)
        self.body.addWidget(self.photo, 1)
        row = QHBoxLayout()
        row.setSpacing(theme.GAP)
        self.ok = key_button(self, "circle-check", mark("OK – good"), "1", lambda: self.say_verdict("OK"))
        self.ng = key_button(self, "octagon-x", mark("NG – bad"), "2", lambda: self.say_verdict("NG"))
        for button in (self.ok, self.ng):
            button.set_kind("answer")
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # Enter or space must not answer by accident
            row.addWidget(button, 1)
        self.body.addLayout(row)
        self.add_button("x", mark("Go on later"), "Esc", self.reject)
        self.back = self.add_button("undo-2", mark("Take back the last"), "Backspace", self.take_back)

    def say_verdict(self, verdict: str) -> None:
        """What the person says of the unit that is shown."""
        turn = self.study.turn(self._name)
        if turn is None or self._busy:
            return
        self._busy = True
        self._came(self._desk.say(self.study.id, self._name, turn.unit.name, verdict))

    def take_back(self) -> None:
        """The last key was a mistake."""
        if self.study.count(self._name) and not self._busy:
            self._busy = True
            self._came(self._desk.take_back(self.study.id, self._name))

    def _came(self, task: object) -> None:
        task.done.connect(self._use)  # type: ignore[attr-defined]
        task.failed.connect(self._refused)  # type: ignore[attr-defined]

    def _use(self, study: BlindStudy) -> None:
        self._busy = False
        self.study = study
        self.clear_fault()
        self.changed.emit(study)
        self._show()

    def _refused(self, error: Exception) -> None:
        self._busy = False
        self.refuse(error, self._desk.desk.problems.tell)

    def _show(self) -> None:
        turn = self.study.turn(self._name)
        done = self.study.count(self._name)
        self.bar.setRange(0, len(self.study.units) * self.study.trials)
        self.bar.setValue(done)
        self.back.setEnabled(done > 0)
        if turn is None:
            self.photo.show_image(None)
            self.where.setText(tr("{name}: all units are judged. Thank you.", name=self._name))
            for button in (self.ok, self.ng):
                button.setEnabled(False)
            return
        for button in (self.ok, self.ng):
            button.setEnabled(True)
        self.where.setText(
            tr("{name}: unit {number} of {total}, trial {trial} of {trials}", name=self._name, number=turn.number,
               total=turn.total, trial=turn.trial, trials=self.study.trials)
        )  # fmt: skip
        unit, shown = turn.unit.name, turn
        task = self._desk.desk.picture(self.study.photo(turn.unit))
        task.done.connect(lambda image: self._picture_came(unit, shown.trial, image))

    def _picture_came(self, unit: str, trial: int, image: QImage) -> None:
        turn = self.study.turn(self._name)
        if turn is not None and (turn.unit.name, turn.trial) == (unit, trial):
            self.photo.show_image(image)

    def respeak(self) -> None:
        if hasattr(self, "back"):
            self._show()
