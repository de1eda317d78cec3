"""The tab of the running training: how far it is, its curve, time and memory; stop, go on, compare.

Knows what the process tells; knows no model.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QProgressBar, QVBoxLayout, QWidget

from inspector_app.ui import theme
from inspector_app.ui.language import Spoken, mark, tr
from inspector_app.ui.review_widgets import LowButton
from inspector_app.ui.sentences import sentence
from inspector_app.ui.training_curve import LossCurve
from inspector_app.ui.training_desk import TrainingDesk
from inspector_app.ui.training_points import on_key
from inspector_app.ui.training_words import PHASES, time_words
from inspector_app.ui.widgets import card, label
from model_runtime.verdict import Fixable

if TYPE_CHECKING:
    from inspector_app.shelf import Shelf

FACTS = (
    ("step", mark("Step")), ("loss", mark("Loss")), ("validation", mark("Loss of the validation units")),
    ("left", mark("Time left")), ("memory", mark("Memory")),
)  # fmt: skip
LOOKS = 0.2
"""The share of a training's time that looking at the photos takes."""


class RunTab(Spoken, QWidget):
    """`compare_wanted` gives an adapter's name when its training is done and the person wants to weigh it."""

    compare_wanted = Signal(str)

    def __init__(self, desk: TrainingDesk) -> None:
        super().__init__()
        self.desk = desk
        self.state, self._about = "none", ""
        self._last: dict[str, Any] = {}
        self._made = self._error = ""
        self.title, self.said = label("strong"), label(wrap=True)
        self.bar, self.curve = QProgressBar(), LossCurve()
        self.facts: dict[str, QLabel] = {}
        self._build()
        desk.progress.connect(self._progress)
        desk.ended.connect(lambda what, name: self._done(name) if what == "train" else None)
        desk.failed.connect(lambda what, error: self._failed(error) if what == "train" else None)
        desk.stopped.connect(lambda what: self._go("stopped") if what == "train" else None)
        self._go("none")

    def _build(self) -> None:
        column, frame = QVBoxLayout(self), card()
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.GAP)
        inside = QVBoxLayout(frame)
        inside.setContentsMargins(theme.GAP_XL, theme.GAP_L, theme.GAP_XL, theme.GAP_L)
        inside.setSpacing(theme.GAP)
        inside.addWidget(self.title)
        inside.addWidget(self.said)
        self.bar.setRange(0, 1000)
        self.bar.setTextVisible(False)
        self.bar.setFixedHeight(10)
        inside.addWidget(self.bar)
        grid = QGridLayout()
        grid.setHorizontalSpacing(theme.GAP_XL)
        for number, (name, words) in enumerate(FACTS):
            caption, value = label("caption"), label("strong")
            self.say(caption.setText, words)
            grid.addWidget(caption, 0, number)
            grid.addWidget(value, 1, number)
            grid.setColumnStretch(number, 1)
            self.facts[name] = value
        inside.addLayout(grid)
        inside.addWidget(self.curve, 1)
        column.addWidget(frame, 1)
        row = QHBoxLayout()
        row.setSpacing(theme.GAP_S)
        self.stop_button = LowButton("square", mark("Stop; it can go on later"), "Ctrl+S")
        self.resume_button = LowButton("play", mark("Go on with the stopped training"), "Ctrl+T")
        self.compare_button = LowButton("columns-2", mark("Compare with the active adapter"), "Ctrl+Return")
        for button, job in (
            (self.stop_button, self.stop), (self.resume_button, self.resume), (self.compare_button, self.compare),
        ):  # fmt: skip
            on_key(self, button, job)
            row.addWidget(button, 1)
        column.addLayout(row)

    # -- what the person does

    def stop(self) -> None:
        """After the step that is under way; its state is kept."""
        if self.desk.busy == "train":
            self._go("stopping")
            self.desk.stop()

    def resume(self) -> None:
        """The same training from where it was stopped."""
        if not self._about or self.desk.busy:
            return
        task = self.desk.resume(self._about)
        task.failed.connect(self._failed)
        self._go("begun")

    def compare(self) -> None:
        """Weigh what was made."""
        if self._made:
            self.compare_wanted.emit(self._made)

    def begun(self) -> None:
        """A training was begun elsewhere."""
        self._about = self.desk.about or self._about
        self.curve.clear()
        self._made = self._error = ""
        self._go("begun")

    def reload(self) -> None:
        """Whether a training was stopped before this start."""
        if self.state == "none":
            self.desk.shelf().done.connect(self._stopped_before)

    # -- what is told

    def _stopped_before(self, shelf: Shelf) -> None:
        if self.state == "none" and shelf.training:
            self._about = shelf.training
            self._go("stopped")

    def _progress(self, told: dict[str, Any]) -> None:
        if self.desk.busy != "train" or "phase" not in told:
            return
        if self.state in ("none", "begun", "stopped", "done"):
            self._about = self.desk.about
            self._go("runs")
        if told["phase"] == "labels":
            told = {"phase": "labels", "step": 0, "steps": 0}
        self._last = told
        if told["phase"] == "learn":
            self.curve.add(told["step"], told["steps"], told.get("loss"), told.get("validation"))
        self._show()

    def _done(self, name: str) -> None:
        self._made = name
        self._go("done")

    def _failed(self, error: Exception) -> None:
        self._error = sentence(error) if isinstance(error, Fixable) else str(error)
        self._go("failed")

    def _go(self, state: str) -> None:
        self.state = state
        if state == "begun":
            self._last = {}
        self._show()

    # -- what is seen

    def _show(self) -> None:
        self.title.setText(self._about)
        self.title.setHidden(not self._about)
        runs = self.state in ("begun", "runs", "stopping")
        self.stop_button.setEnabled(self.state == "runs" or self.state == "begun")
        self.resume_button.setEnabled(self.state in ("stopped", "failed") and bool(self._about))
        self.compare_button.setEnabled(self.state == "done")
        self.said.setText(self._words())
        self.bar.setValue(1000 if self.state == "done" else round(1000 * self._share()) if self._last else 0)
        self.bar.setVisible(runs or self.state in ("done", "stopped")) if self.bar.parent() else None
        last = self._last
        loss, checked = last.get("loss"), self.curve.validation[-1][1] if self.curve.validation else None
        values = {
            "step": f"{last.get('step', 0)} / {last.get('steps', 0)}" if last else "–",
            "loss": f"{loss:.3f}" if loss is not None else "–",
            "validation": f"{checked:.3f}" if checked is not None else "–",
            "left": time_words(last.get("seconds_left")) if runs else "–",
            "memory": f"{last['memory_mb'] / 1000:.1f} GB" if last.get("memory_mb") else "–",
        }
        for name, text in values.items():
            self.facts[name].setText(text)

    def _share(self) -> float:
        share: float = self._last.get("step", 0) / max(1, self._last.get("steps", 1))
        return {"look": LOOKS * share, "learn": LOOKS + (1 - LOOKS) * share, "labels": 0.0}.get(
            self._last.get("phase", ""), 1.0
        )

    def _words(self) -> str:
        if self.state == "runs":
            return tr(PHASES.get(self._last.get("phase", ""), PHASES["start"])) + tr(
                ". The line goes on judging meanwhile."
            )
        return {
            "none": tr("Nothing is being trained. Choose a set and train on it."),
            "begun": tr("The training begins in a process of its own; the line goes on judging."),
            "stopping": tr("It stops after the step that is under way."),
            "stopped": tr("Stopped. It goes on from where it was, to the same weights as without a stop."),
            "done": tr("{name} is trained. It judges nothing until it was compared and let in.", name=self._made),
            "failed": self._error,
        }[self.state]

    def respeak(self) -> None:
        self._show()
