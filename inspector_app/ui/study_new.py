"""A new agreement study: units from the history or a labelled folder, who judges, how often. Knows no figure."""

from pathlib import Path

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from inspector_app.quality.blind import LEAST_UNITS, MOST_UNITS, BlindStudy, Offered, Rater, proposal
from inspector_app.records.filter import Filter
from inspector_app.studies import rater
from inspector_app.ui import theme
from inspector_app.ui.language import mark, tr
from inspector_app.ui.sheet import Sheet, key_button
from inspector_app.ui.study_desk import StudyDesk
from inspector_app.ui.study_results import rater_word
from inspector_app.ui.study_run import Photo
from inspector_app.ui.widgets import label

_USUAL = 30


class NewStudyDialog(Sheet):
    """`made` gives the study."""

    made = Signal(object)

    def __init__(self, desk: StudyDesk, parts: tuple[str, ...], parent: QWidget) -> None:
        super().__init__(
            mark("New agreement study"),
            mark("Choose 20 to 50 units, a third to a half of them near the edge. Nobody sees what is true of them."),
            parent,
        )
        self._desk = desk
        self.offered: list[Offered] = []
        self.name, self.part, self.count, self.trials = QLineEdit(), QComboBox(), QSpinBox(), QSpinBox()
        self.people, self.models, self.units = QLineEdit(), QListWidget(), QListWidget()
        self.photo, self.told = Photo(), label("caption")
        self._build(parts)
        self._connect()
        self.resize(1160, 780)
        self.from_history()

    def _build(self, parts: tuple[str, ...]) -> None:
        row, left = QHBoxLayout(), QGridLayout()
        row.setSpacing(theme.GAP_L)
        left.setVerticalSpacing(theme.GAP_S)
        self.part.addItem(tr("All parts"), None)
        for part in parts:
            self.part.addItem(part, part)
        self.count.setRange(LEAST_UNITS, MOST_UNITS)
        self.count.setValue(_USUAL)
        self.trials.setRange(2, 3)
        self.trials.setValue(3)
        for name in self._desk.adapters():
            item = QListWidgetItem(rater_word(name))
            item.setData(Qt.ItemDataRole.UserRole, name)
            item.setCheckState(Qt.CheckState.Unchecked)
            self.models.addItem(item)
        self.models.item(0).setCheckState(Qt.CheckState.Checked)
        self.models.setFixedHeight(min(150, 52 * self.models.count() + 12))
        fields: list[tuple[str, QWidget]] = [
            (mark("Name of the study"), self.name), (mark("Part number"), self.part), (mark("Units"), self.count),
            (mark("Trials"), self.trials), (mark("People who judge, parted by commas"), self.people),
            (mark("Adapters that judge"), self.models),
        ]  # fmt: skip
        for number, (words, widget) in enumerate(fields):
            head = label("caption")
            self.say(head.setText, words)
            self.say(widget.setAccessibleName, words)
            left.addWidget(head, 2 * number, 0)
            left.addWidget(widget, 2 * number + 1, 0)
        left.setRowStretch(2 * len(fields), 1)
        side = QWidget()
        side.setLayout(left)
        left.setContentsMargins(0, 0, 0, 0)
        side.setFixedWidth(330)
        row.addWidget(side)
        row.addLayout(self._build_units(), 1)
        self.body.addLayout(row, 1)
        self.add_button("x", mark("Close"), "Esc", self.reject)
        self.add_button("check", mark("Make the study"), "Ctrl+Return", self.make, "primary")

    def _build_units(self) -> QVBoxLayout:
        column, sources, below = QVBoxLayout(), QHBoxLayout(), QHBoxLayout()
        sources.addWidget(key_button(self, "history", mark("From the history"), "Ctrl+H", self.from_history))
        sources.addWidget(key_button(self, "folder-open", mark("From a labelled folder …"), "Ctrl+O", self.ask_folder))
        column.addLayout(sources)
        column.addWidget(self.told)
        self.units.setIconSize(QSize(0, 0))
        self.say(self.units.setAccessibleName, mark("Units"))
        below.addWidget(self.units, 3)
        below.addWidget(self.photo, 2)
        column.addLayout(below, 1)
        return column

    def _connect(self) -> None:
        self.part.currentIndexChanged.connect(self.from_history)
        self.count.valueChanged.connect(lambda _: self._propose())
        self.units.currentRowChanged.connect(self._look)
        self.units.itemChanged.connect(lambda _: self._tell())
        self._desk.people().done.connect(self._people_came)

    # -- what the person does

    def from_history(self) -> None:
        """Reviewed units, the doubtful first."""
        self._ask(self._desk.from_history(Filter(part=self.part.currentData(), limit=None)))

    def ask_folder(self) -> None:
        """Choose a folder with metadata.csv."""
        chosen = QFileDialog.getExistingDirectory(self, tr("A labelled folder"))
        if chosen:
            self.from_folder(Path(chosen))

    def from_folder(self, folder: Path) -> None:
        """Its photos with a verdict."""
        self._ask(self._desk.from_folder(folder))

    def chosen(self) -> list[Offered]:
        """The units with a tick."""
        checked = Qt.CheckState.Checked
        return [self.offered[n] for n in range(self.units.count()) if self.units.item(n).checkState() is checked]

    def raters(self) -> list[Rater]:
        """People and adapters."""
        people = [name.strip() for name in self.people.text().replace("、", ",").split(",") if name.strip()]
        models = [self.models.item(n) for n in range(self.models.count())]
        checked = [m.data(Qt.ItemDataRole.UserRole) for m in models if m.checkState() is Qt.CheckState.Checked]
        return [*(Rater(name) for name in dict.fromkeys(people)), *(rater(name) for name in checked)]

    def make(self) -> None:
        """Keep it."""
        task = self._desk.make(self.name.text(), self.chosen(), self.raters(), self.trials.value())
        task.done.connect(self._made)
        task.failed.connect(self._refused)

    def _made(self, study: BlindStudy) -> None:
        self.made.emit(study)
        self.accept()

    # -- what comes

    def _ask(self, task: object) -> None:
        self.told.setText(tr("Looking for units …"))
        task.done.connect(self._came)  # type: ignore[attr-defined]
        task.failed.connect(self._refused)  # type: ignore[attr-defined]

    def _came(self, offered: list[Offered]) -> None:
        self.clear_fault()
        self.offered = sorted(offered, key=lambda one: (-one.doubt, one.name))
        self._propose()

    def _propose(self) -> None:
        wanted = {one.name for one in proposal(self.offered, self.count.value())}
        self.units.blockSignals(True)
        self.units.clear()
        for one in self.offered:
            item = QListWidgetItem(f"{one.reference}   {one.told or one.name}")
            item.setCheckState(Qt.CheckState.Checked if one.name in wanted else Qt.CheckState.Unchecked)
            self.units.addItem(item)
        self.units.blockSignals(False)
        self._tell()
        if self.offered:
            self.units.setCurrentRow(0)

    def _tell(self) -> None:
        chosen = self.chosen()
        bad = sum(one.reference == "NG" for one in chosen)
        if not self.offered:
            self.told.setText(tr("No reviewed units with photos. Review some, or take a labelled folder."))
        else:
            self.told.setText(tr("{count} chosen, {bad} of them bad; {all} to choose from", count=len(chosen), bad=bad,
                                 all=len(self.offered)))  # fmt: skip

    def _look(self, row: int) -> None:
        if 0 <= row < len(self.offered):
            task = self._desk.desk.picture(self.offered[row].photo)
            task.done.connect(lambda image: self._picture_came(row, image))

    def _picture_came(self, row: int, image: QImage) -> None:
        if row == self.units.currentRow():
            self.photo.show_image(image)

    def _people_came(self, names: list[str]) -> None:
        if not self.people.text():
            self.people.setText(", ".join(names[:3]))

    def _refused(self, error: Exception) -> None:
        self.told.clear()
        self.refuse(error, self._desk.desk.problems.tell)
