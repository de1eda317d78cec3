"""The dialog of privacy: what is kept for how long, what would be erased today, and the erasing itself.

Knows the policy; what may be erased, the core decides.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QCheckBox, QComboBox, QFormLayout, QSpinBox, QWidget

from inspector_app.privacy import ALL, Kind, Rule
from inspector_app.tasks import Task
from inspector_app.ui import theme
from inspector_app.ui.language import mark, tr
from inspector_app.ui.sentences import sentence
from inspector_app.ui.sheet import Sheet
from inspector_app.ui.training_desk import TrainingDesk
from inspector_app.ui.widgets import label
from model_runtime.verdict import Fixable

if TYPE_CHECKING:
    from inspector_app.privacy import Policy, Purge

KINDS = {Kind.PHOTO: mark("Photos"), Kind.VOICE: mark("Voice notes"), Kind.TRANSCRIPT: mark("Transcripts")}


class PrivacySheet(Sheet):
    """Days by kind for all parts or one; 0 is for ever."""

    def __init__(self, desk: TrainingDesk, policy: Policy, plan: Purge, parent: QWidget | None = None) -> None:
        hint = mark("What is erased is gone for good; the record, its verdict and its hashes stay.")
        super().__init__(mark("Privacy"), hint, parent)
        self._desk, self.policy, self.plan = desk, policy, plan
        self.part = QComboBox()
        self.part.addItem(tr("all parts"), ALL)
        for name in desk.parts():
            self.part.addItem(name, name)
        self.days = {kind: QSpinBox() for kind in KINDS}
        self.pseudonyms, self.rules = QCheckBox(), label(wrap=True)
        self.planned, self.fault = label(wrap=True), label("warning", wrap=True)
        self._build()
        self._show()
        self.resize(720, 560)

    def _build(self) -> None:
        form = QFormLayout()
        form.setHorizontalSpacing(theme.GAP_L)
        form.setVerticalSpacing(theme.GAP_S)
        self._line(form, mark("Part"), self.part)
        for kind, words in KINDS.items():
            box = self.days[kind]
            box.setRange(0, 36500)
            box.lineEdit().setTextMargins(theme.GAP, 0, 0, 0)
            self.say(box.setSuffix, mark(" days"))
            self.say(box.setSpecialValueText, mark("for ever"))
            self._line(form, words, box)
        self.say(self.pseudonyms.setText, mark("Operators as pseudonyms in exports and training sets"))
        form.addRow("", self.pseudonyms)
        self.body.addLayout(form)
        for shown in (self.rules, self.planned, self.fault):
            self.body.addWidget(shown)
        self.body.addStretch(1)
        self.part.currentIndexChanged.connect(self._show_days)
        self.add_button("x", mark("Close"), "Esc", self.reject)
        self.erase_button = self.add_button("trash-2", mark("Erase now"), "Ctrl+D", self.erase)
        self.save_button = self.add_button("check", mark("Save"), "Ctrl+Return", self.save, "primary")
        self._sure = False

    def _line(self, form: QFormLayout, words: str, widget: QWidget) -> None:
        name = label()
        name.setMinimumHeight(theme.TARGET)
        self.say(name.setText, words)
        self.say(widget.setAccessibleName, words)
        form.addRow(name, widget)

    # -- what the person does

    def save(self) -> None:
        """Keep the policy as it stands in the fields; nothing is erased by that."""
        policy = self.policy.with_pseudonyms(self.pseudonyms.isChecked())
        part = str(self.part.currentData())
        for kind, box in self.days.items():
            policy = policy.with_rule(Rule(part, kind, box.value() or None))
        self._ask(self._desk.change_policy(policy))

    def erase(self) -> None:
        """Erase by the policy; asked twice, since nothing brings it back."""
        if not self._sure:
            self._sure = True
            self.erase_button.set_text(tr("Erase for good"))
            return
        self._sure = False
        task = self._desk.purge()
        task.done.connect(self._erased)
        task.failed.connect(self._refuse)

    def _erased(self, plan: Purge) -> None:
        self.plan = plan
        self._show()

    def _ask(self, task: Task) -> None:
        task.done.connect(lambda _: self._again())
        task.failed.connect(self._refuse)

    def _again(self) -> None:
        self._desk.policy().done.connect(self._came)

    def _came(self, came: tuple[Policy, Purge]) -> None:
        self.policy, self.plan = came
        self._show()

    def _refuse(self, error: Exception) -> None:
        if not isinstance(error, Fixable):
            raise error
        self.fault.setText(sentence(error))
        self.fault.show()

    # -- what is seen

    def _show(self) -> None:
        self.fault.hide()
        self.pseudonyms.setChecked(self.policy.pseudonyms)
        self._show_days()
        self.rules.setText(rules_words(self.policy))
        self.planned.setText(purge_words(self.plan))
        self.erase_button.set_text(tr("Erase now"))
        self.erase_button.setEnabled(not self.plan.done and bool(self.plan.files or self.plan.texts))

    def _show_days(self) -> None:
        part = str(self.part.currentData())
        for kind, box in self.days.items():
            box.setValue(self.policy.days(part, kind) or 0)


def rules_words(policy: Policy) -> str:
    """The whole policy, a line each."""
    if not policy.rules:
        return tr("Everything is kept for ever.")
    lines = []
    for rule in policy.rules:
        values = {"part": tr("all parts") if rule.part == ALL else rule.part, "kind": tr(KINDS[rule.kind])}
        kept = tr("for ever") if rule.days is None else tr("{days} days", days=rule.days)
        lines.append(tr("{kind} of {part}: {kept}", kept=kept, **values))
    return "\n".join(lines)


def purge_words(plan: Purge) -> str:
    """What would be erased today, or what was."""
    told = plan.to_json()
    values = {"photos": told["photo"]["files"], "voices": told["voice"]["files"], "texts": told["transcript"]["units"],
              "size": f"{(told['photo']['bytes'] + told['voice']['bytes']) / 1e6:.1f}"}  # fmt: skip
    if plan.done:
        words = tr("Erased: {photos} photos, {voices} voice notes ({size} MB), transcripts of {texts} units.", **values)
    else:
        words = tr(
            "Past their time today: {photos} photos, {voices} voice notes ({size} MB), transcripts of {texts} units.",
            **values,
        )
    if plan.open_units:
        words += " " + tr("{count} units keep theirs: they wait for the model or a supervisor.", count=plan.open_units)
    if plan.in_sets:
        words += " " + tr("{count} have a copy in a training set, which stays.", count=plan.in_sets)
    return words
