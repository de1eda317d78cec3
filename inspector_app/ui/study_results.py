"""What came of an agreement study, as tables: each appraiser, each pair, all together. Knows figures and words."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableWidget, QTableWidgetItem

from inspector_app.quality.agreement import Agreement, Band
from inspector_app.studies import OWN
from inspector_app.ui import theme
from inspector_app.ui.language import mark, tr
from inspector_app.ui.quality_words import BANDS, kappa_rated, share

COLUMNS = (
    mark("Appraiser"),
    mark("Effectiveness"),
    mark("Miss"),
    mark("False alarm"),
    mark("κ reference"),
    mark("κ within"),
    mark("AIAG"),
)
_ROW, _HIGH = 40, 56


class Table(QTableWidget):
    """Rows to be read, not changed; as high as they are."""

    def __init__(self) -> None:
        super().__init__()
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(_ROW)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    def show_rows(self, columns: Sequence[str], rows: Sequence[Sequence[str]], bands: Sequence[Band] = ()) -> None:
        """Other rows; the last cell wears the colour of its band."""
        self.setColumnCount(len(columns))
        self.setHorizontalHeaderLabels(list(columns))
        self.setRowCount(len(rows))
        now = theme.tokens()
        inks = {Band.GOOD: now.ok, Band.MARGINAL: now.text, Band.REJECT: now.ng}
        for number, row in enumerate(rows):
            for column, words in enumerate(row):
                item = QTableWidgetItem(words)
                item.setToolTip(words)
                if bands and column == len(row) - 1:
                    item.setForeground(QColor(inks[bands[number]]))
                self.setItem(number, column, item)
        header = self.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        for column in range(len(columns)):
            ends = bands and column in (0, len(columns) - 1)
            mode = QHeaderView.ResizeMode.ResizeToContents if ends else QHeaderView.ResizeMode.Stretch
            header.setSectionResizeMode(column, mode)
        height = _HIGH if any("\n" in cell for row in rows for cell in row) else _ROW
        self.verticalHeader().setDefaultSectionSize(height)
        self.setFixedHeight(height * len(rows) + header.sizeHint().height() + 6)


def appraiser_rows(found: Agreement) -> list[tuple[str, ...]]:
    """One row each."""
    return [
        (
            rater_word(one.name),
            _lines(share(one.effectiveness)),
            _lines(share(one.miss)),
            _lines(share(one.false_alarm)),
            _lines(kappa_rated(one.against_reference)),
            _lines(kappa_rated(one.within)),
            tr(BANDS[str(one.band)]),
        )
        for one in found.appraisers
    ]


def pair_rows(found: Agreement) -> list[tuple[str, ...]]:
    """How far each two agree."""
    return [
        (f"{rater_word(one.one)} – {rater_word(one.other)}", kappa_rated(one.kappa), f"{one.kappa.agreed * 100:.1f} %")
        for one in found.pairs
    ]


def _lines(words: str) -> str:
    """Value above its bounds."""
    return words.replace(" (", "\n", 1).rstrip(")")


def together_words(found: Agreement) -> str:
    """All appraisers in a line."""
    said = [tr("All agree in all trials: {share}", share=share(found.together)),
            tr("and are right: {share}", share=share(found.together_right))]  # fmt: skip
    if found.everybody is not None:
        said.insert(0, tr("κ of all trials of all: {kappa}", kappa=kappa_rated(found.everybody)))
    return "   ".join(said)


def rater_word(name: str) -> str:
    """An appraiser's name; the model's own adapter has none."""
    return tr("The model's own adapter") if name == OWN else name
