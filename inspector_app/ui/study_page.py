"""The tab of agreement studies (計数値MSA): all studies, who has judged how much, what came of it, the report.

Knows how a study is shown; knows no formula.
"""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QListWidget, QVBoxLayout, QWidget

from inspector_app.errors import KensaError
from inspector_app.quality.agreement import Agreement
from inspector_app.quality.blind import MODEL, BlindStudy
from inspector_app.ui import theme
from inspector_app.ui.language import Spoken, mark, tr
from inspector_app.ui.quality_desk import QualityDesk
from inspector_app.ui.sentences import sentence
from inspector_app.ui.sheet import key_button
from inspector_app.ui.study_desk import StudyDesk
from inspector_app.ui.study_new import NewStudyDialog
from inspector_app.ui.study_results import COLUMNS, Table, appraiser_rows, pair_rows, rater_word, together_words
from inspector_app.ui.study_run import RunDialog
from inspector_app.ui.widgets import EmptyState, card, label, scrolled
from model_runtime.verdict import Fixable


class StudyTab(Spoken, QWidget):
    """Studies at the left, the chosen one at the right."""

    dialog_wanted = Signal(object)
    said = Signal(str)

    def __init__(self, desk: QualityDesk, language: Callable[[], str]) -> None:
        super().__init__()
        self._desk, self._language = StudyDesk(desk), language
        self.studies: list[BlindStudy] = []
        self._running = ""
        self.names, self.raters = QListWidget(), QListWidget()
        self.title, self.about, self.together = label("title"), label("caption", wrap=True), label("caption", wrap=True)
        self.appraisers, self.pairs = Table(), Table()
        self.nothing = EmptyState(
            "user-check",
            mark("No agreement study yet"),
            mark("A study shows how far people and model agree with what is true, and with each other. Ctrl+N."),
        )
        self._build()
        self.names.currentRowChanged.connect(lambda _: self._show())

    def _build(self) -> None:
        row, left = QHBoxLayout(self), QVBoxLayout()
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.GAP_L)
        self.names.setFixedWidth(260)
        self.names.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.names.setTextElideMode(Qt.TextElideMode.ElideRight)
        left.addWidget(self.names, 1)
        left.addWidget(key_button(self, "plus", mark("New study"), "Ctrl+N", self.new))
        row.addLayout(left)
        frame = card()
        self.inside = QVBoxLayout(frame)
        self.inside.setContentsMargins(theme.GAP_XL, theme.GAP_L, theme.GAP_XL, theme.GAP_L)
        self.inside.setSpacing(theme.GAP)
        self.inside.addWidget(self.title)
        self.inside.addWidget(self.about)
        self.details = scrolled(self._build_details(), right=theme.GAP_S)
        self.inside.addWidget(self.details, 1)
        self.inside.addLayout(self._build_buttons())
        self.inside.addWidget(self.nothing, 1)
        row.addWidget(frame, 1)
        self.setFocusProxy(self.names)

    def _build_details(self) -> QWidget:
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.GAP)
        who, result = label("section"), label("section")
        self.say(who.setText, mark("Who judges"))
        self.say(result.setText, mark("What came of it"))
        self.say(self.raters.setAccessibleName, mark("Who judges"))
        self.result_title = result
        for part in (who, self.raters, result, self.appraisers, self.together, self.pairs):
            column.addWidget(part)
        return content

    def _build_buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(theme.GAP)
        self.judge_button = key_button(self, "eye", mark("Judge"), "Ctrl+J", self.judge)
        self.finish_button = key_button(self, "lock", mark("Finish"), "Ctrl+D", self.finish)
        self.report_button = key_button(self, "save", mark("Report (PDF) …"), "Ctrl+S", self.report)
        for button in (self.judge_button, self.finish_button, self.report_button):
            row.addWidget(button, 1)
        return row

    # -- what the person does

    def reload(self) -> None:
        """Read all studies again."""
        self._desk.all().done.connect(self._came)

    def new(self) -> None:
        """Make another one."""
        station = self._desk.desk.station
        parts = tuple(part.name for part in station.parts) if station else ()
        dialog = NewStudyDialog(self._desk, parts, self)
        dialog.made.connect(lambda _: self.reload())
        self.dialog_wanted.emit(dialog)

    def judge(self) -> None:
        """The chosen appraiser judges: a person at the screen, a model by itself."""
        study, row = self._chosen(), self.raters.currentRow()
        if study is None or not 0 <= row < len(study.raters):
            return
        one = study.raters[row]
        if one.kind == MODEL:
            self._running = "" if self._running == one.name else one.name
            self._show()
            self._model_goes_on(study)
        elif not self._desk.may_judge(one.name):
            self.said.emit(tr("Only {name} can judge here; sign in first: Ctrl+L.", name=one.name))
        else:
            dialog = RunDialog(self._desk, study, one.name, self)
            dialog.changed.connect(self._changed)
            self.dialog_wanted.emit(dialog)

    def finish(self) -> None:
        """Nothing can be added any more; the audit trail keeps the hash."""
        if (study := self._chosen()) is not None:
            self._ask(self._desk.finish(study.id))

    def report(self) -> None:
        """Save the report as PDF."""
        study = self._chosen()
        if study is None:
            return
        path, _ = QFileDialog.getSaveFileName(self, tr("Save the report"), f"{study.title}.pdf", "PDF (*.pdf)")
        if path:
            self.save_report(study, Path(path))

    def save_report(self, study: BlindStudy, path: Path) -> None:
        """The same to a given file."""
        task = self._desk.write_pdf(study, path, self._language())
        task.done.connect(lambda _: self.said.emit(tr("Saved: {file}", file=path.name)))
        task.failed.connect(self._refused)

    def _model_goes_on(self, study: BlindStudy) -> None:
        """One unit a job, so that units of the line come between."""
        if self._running and study.turn(self._running) is not None:
            task = self._desk.judge_one(study.id, self._running)
            task.done.connect(self._model_said)
            task.failed.connect(self._model_failed)
        else:
            self._running = ""
            self._desk.forget()
            self._show()

    def _model_said(self, study: BlindStudy) -> None:
        self._changed(study)
        self._model_goes_on(study)

    def _model_failed(self, error: Exception) -> None:
        self._running = ""
        self._refused(error)
        self._show()

    # -- what comes and is seen

    def _ask(self, task: object) -> None:
        task.done.connect(self._changed)  # type: ignore[attr-defined]
        task.failed.connect(self._refused)  # type: ignore[attr-defined]

    def _refused(self, error: Exception) -> None:
        if isinstance(error, Fixable):
            self.said.emit(sentence(error))
        else:
            self._desk.desk.problems.tell(error)

    def _chosen(self) -> BlindStudy | None:
        row = self.names.currentRow()
        return self.studies[row] if 0 <= row < len(self.studies) else None

    def _came(self, found: list[BlindStudy | KensaError]) -> None:
        for one in found:
            if isinstance(one, KensaError):
                self._refused(one)
        kept = chosen.id if (chosen := self._chosen()) else None
        self.studies = [one for one in found if isinstance(one, BlindStudy)]
        self.names.blockSignals(True)
        self.names.clear()
        for study in self.studies:
            self.names.addItem(f"{study.title}\n{study.made_at[:10]}   {_state(study)}")
        self.names.blockSignals(False)
        self.names.setCurrentRow(next((n for n, one in enumerate(self.studies) if one.id == kept), 0))
        self._show()

    def _changed(self, study: BlindStudy) -> None:
        for number, one in enumerate(self.studies):
            if one.id == study.id:
                self.studies[number] = study
                self.names.item(number).setText(f"{study.title}\n{study.made_at[:10]}   {_state(study)}")
        self._show()

    def _show(self) -> None:
        study = self._chosen()
        self.nothing.setVisible(study is None)
        for part in (self.title, self.about, self.details):
            part.setVisible(study is not None)
        done = study is not None and any(study.turn(one.name) is None for one in study.raters)
        self.judge_button.setEnabled(study is not None and not study.finished_at and not study.whole)
        self.finish_button.setEnabled(study is not None and done and not study.finished_at)
        self.report_button.setEnabled(done)
        if study is None:
            return
        self.title.setText(study.title)
        bad = sum(unit.reference == "NG" for unit in study.units)
        self.about.setText(
            tr("{units} units, {bad} of them bad; {trials} trials; made by {who} on {day}. {state}",
               units=len(study.units), bad=bad, trials=study.trials, who=study.made_by, day=study.made_at[:10],
               state=_state(study))
        )  # fmt: skip
        self._show_raters(study)
        self._show_results(study.figures() if done else None)

    def _show_raters(self, study: BlindStudy) -> None:
        row, total = self.raters.currentRow(), len(study.units) * study.trials
        self.raters.clear()
        for one in study.raters:
            state = tr("judging …") if one.name == self._running else f"{study.count(one.name)} / {total}"
            self.raters.addItem(f"{rater_word(one.name)}     {state}")
        self.raters.setFixedHeight(46 * len(study.raters) + 12)
        self.raters.setCurrentRow(max(0, row))

    def _show_results(self, found: Agreement | None) -> None:
        for part in (self.result_title, self.appraisers, self.together, self.pairs):
            part.setVisible(found is not None)
        if found is None:
            return
        bands = [one.band for one in found.appraisers]
        self.appraisers.show_rows([tr(name) for name in COLUMNS], appraiser_rows(found), bands)
        self.together.setText(together_words(found))
        self.pairs.show_rows([tr("Pair"), "κ", tr("Agreed")], pair_rows(found))
        self.pairs.setVisible(bool(found.pairs))

    def respeak(self) -> None:
        if self.studies:
            self._show()


def _state(study: BlindStudy) -> str:
    if study.finished_at:
        return tr("finished")
    return tr("all judged") if study.whole else tr("going on")
