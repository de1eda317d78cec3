"""How the Inspect page is put together: band, stage, tools and strip at the left; what is entered or answered at right.

Knows widgets and where they stand; what they do is in inspect_page.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from inspector_app.capture.setup import CameraSetup
from inspector_app.ui import theme
from inspector_app.ui.actions import INSPECT_ACTS
from inspector_app.ui.compare import Compare, CompareStage
from inspector_app.ui.desk import Desk, Devices
from inspector_app.ui.language import Spoken, mark
from inspector_app.ui.sentences import sentence
from inspector_app.ui.strip import UnitStrip
from inspector_app.ui.unit import Step, Unit
from inspector_app.ui.unit_cards import CriterionCard, IdentityCard
from inspector_app.ui.unit_form import UnitForm
from inspector_app.ui.verdict_band import VerdictBand
from inspector_app.ui.verdict_card import VerdictDetails
from inspector_app.ui.voice_card import VoiceCard
from inspector_app.ui.widgets import IconButton, KeyButton, card, label, scrolled
from model_runtime.verdict import Fixable, Verdict

if TYPE_CHECKING:
    from inspector_app.records.record import Inspection

ACTS = {act.name: act for act in INSPECT_ACTS}
_RIGHT = 392
_CAPTURE = ("take_photo", "open_photo", "open_golden", "clear")
_ANSWER = ("disagree", "retake", "compare")
_STRIP = (("newer", "older"), ("undo", "next_open"))
# What the large button says at each step: words, icon.
_MAIN = {
    Step.DRAFT: (mark("Judge"), "scan-search"),
    Step.JUDGED: (mark("Accept, next unit"), "check"),
}
_NEXT = (mark("Next unit"), "arrow-right")


class InspectLayout(Spoken, QWidget):
    """The widgets of the page, in their places."""

    def __init__(self, desk: Desk, devices: Devices) -> None:
        super().__init__()
        self.setObjectName("page")
        self.camera_setup = CameraSetup()
        self.form, self.voice_card = UnitForm(), VoiceCard(desk, devices)
        self.stage, self.band, self.strip = CompareStage(), VerdictBand(), UnitStrip()
        self.stage.lie_on("back")
        self.details = VerdictDetails(ACTS["correct"].key)
        self.identity_card, self.criterion = IdentityCard(), CriterionCard()
        self.buttons: dict[str, KeyButton | IconButton] = {}
        self._build()

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
        self.tools = QStackedWidget()
        self.tools.setFixedHeight(theme.TARGET)
        for names in (_CAPTURE, _ANSWER):
            self.tools.addWidget(self._tool_row(names))
        left = QVBoxLayout()
        left.setSpacing(theme.GAP)
        left.addWidget(self.band)
        left.addWidget(self.stage, 1)
        left.addWidget(self.tools)
        left.addLayout(self._build_strip())
        return left

    def _tool_row(self, names: tuple[str, ...]) -> QWidget:
        holder = QWidget()
        row = QHBoxLayout(holder)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.GAP_S)
        for name in names:
            button = KeyButton(ACTS[name].icon, ACTS[name].text, ACTS[name].key)
            self.buttons[name] = button
            row.addWidget(button, 2 if name == names[0] else 1)
        return holder

    def _build_strip(self) -> QHBoxLayout:
        keys = QGridLayout()
        keys.setSpacing(0)
        for row, names in enumerate(_STRIP):
            for column, name in enumerate(names):
                button = IconButton(ACTS[name].icon, ACTS[name].text, ACTS[name].key)
                self.buttons[name] = button
                keys.addWidget(button, row, column)
        whole = QHBoxLayout()
        whole.setSpacing(theme.GAP_S)
        whole.addWidget(self.strip, 1)
        whole.addLayout(keys)
        return whole

    def _build_right(self) -> QVBoxLayout:
        self.main_button = KeyButton("scan-search", mark("Judge"), ACTS["go_on"].key, "primary")
        self.side = QStackedWidget()
        self.side.addWidget(_column(self.form, self.voice_card, self._stretched(self.criterion)))
        self.side.addWidget(_column(self.identity_card, self._result_card()))
        right = QVBoxLayout()
        right.setContentsMargins(0, 0, 0, 0)
        right.setSpacing(theme.GAP)
        right.addWidget(self.side, 1)
        right.addWidget(self.main_button)
        return right

    def _stretched(self, part: QFrame) -> QFrame:
        part.setProperty("stretch", True)
        return part

    def _result_card(self) -> QFrame:
        self.result = card()
        self.buttons["play"] = KeyButton("volume-2", ACTS["play"].text, ACTS["play"].key)
        inside = QVBoxLayout(self.result)
        inside.setContentsMargins(theme.GAP_L, theme.GAP, 4, theme.GAP)
        holder = QWidget()
        column = QVBoxLayout(holder)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.GAP)
        self.caution = label("warning", wrap=True)
        column.addWidget(self.caution)
        column.addWidget(self.details)
        column.addWidget(self.buttons["play"])
        # A long note is higher than a small screen has room for.
        inside.addWidget(scrolled(holder, right=theme.GAP_L - 4))
        return self._stretched(self.result)

    # -- what is seen

    def show_side(self, unit: Unit) -> None:
        """The form while it is captured, the answer when it was sent; the buttons that fit."""
        text, icon = _MAIN.get(unit.step, _NEXT)
        if unit.settled:
            text, icon = _NEXT
        self.main_button.say(self.main_button.set_text, text)
        self.main_button.set_icon(icon)
        self.tools.setCurrentIndex(1 if unit.sent else 0)
        self.side.setCurrentIndex(1 if unit.sent else 0)
        self.buttons["disagree"].setEnabled(unit.step is Step.JUDGED)
        self.buttons["retake"].setEnabled(unit.sample_id is not None and unit.step is not Step.WITHDRAWN)
        self.buttons["compare"].setEnabled(self.stage.golden is not None and unit.seen is not None)
        golden = self.buttons["open_golden"]
        golden.say(golden.set_text, ACTS["open_golden"].text if unit.golden is None else mark("Drop golden"))
        if unit.sent:
            self.identity_card.show_unit(unit)
            record = unit.inspection
            self._show_cautions(record)
            self.buttons["play"].setVisible(record is not None and record.voice is not None)
            if record is None or record.verdict is None:
                self.details.clear()

    def _show_cautions(self, record: Inspection | None) -> None:
        """What to know of the unit beside its verdict: its serial number was seen before, a sample has expired."""
        codes = record.cautions if record is not None else ()
        self.caution.setText("\n".join(sentence(Fixable(code, code)) for code in codes))
        self.caution.setVisible(bool(codes))

    def mark_region(self, verdict: Verdict | None) -> None:
        """The place of the defect, and the golden sample beside it where there is one."""
        region = verdict.judgment.region if verdict else None
        before = self.stage.region
        self.stage.mark(region, theme.tokens().verdict(verdict.judgment.verdict)[0] if verdict else None)
        if verdict is None:
            if self.stage.mode is not Compare.PHOTO:
                self.stage.compare(Compare.PHOTO)
        elif region is not None and before is None and self.stage.mode is Compare.PHOTO:
            self.stage.compare(Compare.SIDE)


def _column(*parts: QWidget) -> QWidget:
    holder = QWidget()
    column = QVBoxLayout(holder)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(theme.GAP)
    for part in parts:
        column.addWidget(part, 1 if part.property("stretch") else 0)
    return holder
