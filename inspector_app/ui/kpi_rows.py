"""One goal on the screen: what is wanted, what is, how sure that is, and what is lacking. Knows no formula."""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QSizePolicy, QWidget

from inspector_app.quality.kpi import Says, Standing
from inspector_app.quality.progress import Held
from inspector_app.ui import icons, theme
from inspector_app.ui.language import mark, tr
from inspector_app.ui.quality_words import FIGURES
from inspector_app.ui.widgets import label

SHARES = ("miss", "overkill", "coverage")
SAYS = {Says.MET: mark("met"), Says.NOT_MET: mark("not met"), Says.NOT_ENOUGH: mark("not enough data yet")}
_ICONS = {Says.MET: "circle-check", Says.NOT_MET: "octagon-x", Says.NOT_ENOUGH: "hourglass"}
_NAME, _PILL = 190, 236


class GoalRow(QFrame):
    """Name and goal; value with its interval as a bar against the goal; where it stands."""

    def __init__(self, held: Held) -> None:
        super().__init__()
        self.setObjectName("sunk")
        one = held.standing
        grid = QGridLayout(self)
        grid.setContentsMargins(theme.GAP_L, theme.GAP, theme.GAP_L, theme.GAP)
        grid.setHorizontalSpacing(theme.GAP_L)
        grid.setVerticalSpacing(2)
        name, goal = label("section", wrap=True), label("caption")
        value, below = label("title"), label("caption", wrap=True)
        name.setFixedWidth(_NAME)
        below.setFixedWidth(_PILL)
        name.setText(tr(FIGURES[one.name]))
        goal.setText(tr("Goal: {goal}", goal=goal_words(one)))
        value.setText("–" if one.value is None else shown(one.name, one.value))
        below.setText(lacking(held))
        grid.addWidget(name, 0, 0)
        grid.addWidget(goal, 1, 0)
        grid.addWidget(value, 0, 1)
        grid.addWidget(_bounds(one), 1, 1)
        grid.addWidget(Interval(one), 0, 2, 2, 1)
        grid.addWidget(_pill(one.says), 0, 3)
        grid.addWidget(below, 1, 3)
        grid.setColumnMinimumWidth(1, 156)
        grid.setColumnStretch(2, 1)
        said = (name.text(), goal.text(), value.text(), tr(SAYS[one.says]), below.text())
        self.setAccessibleName(". ".join(said))


class Interval(QWidget):
    """The bounds as a bar, the value as a dot, the goal as a line; nothing where there are no bounds."""

    def __init__(self, one: Standing) -> None:
        super().__init__()
        self._one = one
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)

    def sizeHint(self) -> QSize:
        return QSize(200, 44)

    def paintEvent(self, event: QPaintEvent) -> None:
        one, now = self._one, theme.tokens()
        if one.value is None:
            return
        high = one.high if one.high != float("inf") else one.value
        if one.name == "coverage":
            least, most = max(0.0, min(one.low, one.goal) - 0.05), 1.0
        else:
            least, most = 0.0, max(high, one.goal) * 1.15 or 1.0
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        middle = self.height() / 2

        def x(value: float) -> float:
            return 6 + (self.width() - 12) * (value - least) / (most - least)

        painter.setPen(QPen(QColor(now.line), 2))
        painter.drawLine(QPointF(6, middle), QPointF(self.width() - 6, middle))
        ink = {Says.MET: now.ok, Says.NOT_MET: now.ng, Says.NOT_ENOUGH: now.accent}[one.says]
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(ink))
        painter.drawRoundedRect(QRectF(x(one.low), middle - 5, max(3.0, x(high) - x(one.low)), 10), 5, 5)
        painter.setBrush(QColor(now.text))
        painter.drawEllipse(QPointF(x(one.value), middle), 6, 6)
        painter.setPen(QPen(QColor(now.text), 2, Qt.PenStyle.DashLine))
        painter.drawLine(QPointF(x(one.goal), 4), QPointF(x(one.goal), self.height() - 4))
        painter.end()


def shown(name: str, value: float) -> str:
    """A figure with its unit."""
    if name in SHARES:
        return f"{value * 100:.2f} %"
    return tr("{seconds} s", seconds=f"{value:.1f}") if name == "takt" else tr("{minutes} min", minutes=f"{value:.1f}")


def goal_words(one: Standing) -> str:
    """What is wanted."""
    return ("≥ " if one.name == "coverage" else "≤ ") + shown(one.name, one.goal)


def lacking(held: Held) -> str:
    """Since when it stands so, or how many more units are needed to know."""
    one = held.standing
    if one.says is not Says.NOT_ENOUGH:
        return tr("since {moment}", moment=f"{held.since.astimezone():%Y-%m-%d}") if held.since else ""
    if one.more is None:
        if one.name in ("miss", "overkill") and one.value is None:
            return tr("Units that chance draws must be reviewed; the share is a setting.")
        return tr("It lies on the goal: no number of units will tell.")
    if one.name in ("miss", "overkill"):
        return tr("About {count} more units, drawn by chance and reviewed.", count=f"{one.more:,}")
    return tr("About {count} more units.", count=f"{one.more:,}")


def _bounds(one: Standing) -> QLabel:
    made = label("caption")
    if one.value is not None and one.low < one.high < float("inf"):
        made.setText(f"{shown(one.name, one.low)} – {shown(one.name, one.high)}")
    return made


def _pill(says: Says) -> QLabel:
    """Shape, word and colour, so that none is needed alone."""
    now = theme.tokens()
    back, ink = {
        Says.MET: (now.ok, now.on_ok),
        Says.NOT_MET: (now.ng, now.on_ng),
        Says.NOT_ENOUGH: (now.hold, now.on_hold),
    }[says]
    made = QLabel()
    made.setFixedSize(_PILL, 32)
    pixmap = icons.pixmap(_ICONS[says], ink, 18, made.devicePixelRatioF())
    made.setPixmap(_drawn(pixmap, tr(SAYS[says]), ink, back, made))
    made.setAccessibleName(tr(SAYS[says]))
    return made


def _drawn(icon: QPixmap, words: str, ink: str, back: str, owner: QLabel) -> QPixmap:
    ratio = owner.devicePixelRatioF()
    picture = QPixmap(int(_PILL * ratio), int(32 * ratio))
    picture.setDevicePixelRatio(ratio)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(QColor(back))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.drawRoundedRect(QRectF(0, 0, _PILL, 32), 16, 16)
    painter.drawPixmap(QPointF(12, 7), icon)
    font = owner.font()
    font.setPixelSize(15)
    font.setWeight(font.Weight.DemiBold)
    painter.setFont(font)
    painter.setPen(QColor(ink))
    painter.drawText(QRectF(38, 0, _PILL - 48, 32), Qt.AlignmentFlag.AlignVCenter, words)
    painter.end()
    return picture
