"""How the program looks: colours by role, one spacing scale, the style sheet made from them.

The theme belongs to the application, like Qt's own palette: `tokens()` is what is in use. Knows no page.
"""

from pathlib import Path
from string import Template
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication, QWidget

from model_runtime.verdict import Answer

if TYPE_CHECKING:
    _Mixin = QWidget
else:
    _Mixin = object  # as in language.py

GAP_S, GAP, GAP_L, GAP_XL = 8, 12, 16, 24
"""The spacing scale in pixels; everything on the screen stands on it."""
TARGET = 48
"""The least height of what a gloved hand must hit."""
FONTS = ("Noto Sans CJK JP", "Noto Sans JP", "Yu Gothic UI", "Meiryo", "Hiragino Sans", "sans-serif")


class Tokens(NamedTuple):
    """Colours by role. Verdicts differ in lightness and in blue content, so colour-blind eyes tell them apart."""

    name: str
    back: str
    card: str
    sunk: str
    line: str
    text: str
    muted: str
    accent: str
    accent_over: str
    on_accent: str
    stage: str
    on_stage: str
    ok: str
    on_ok: str
    ok_soft: str
    ng: str
    on_ng: str
    ng_soft: str
    hold: str
    on_hold: str
    hold_soft: str

    def verdict(self, answer: Answer) -> tuple[QColor, QColor]:
        """Fill and ink of a verdict."""
        fill, ink = {
            Answer.OK: (self.ok, self.on_ok),
            Answer.NG: (self.ng, self.on_ng),
            Answer.INCONCLUSIVE: (self.hold, self.on_hold),
        }[answer]
        return QColor(fill), QColor(ink)


LIGHT = Tokens(
    name="light",
    back="#eef1f4",
    card="#ffffff",
    sunk="#f4f6f8",
    line="#c9d1d9",
    text="#14202b",
    muted="#51606d",
    accent="#0b5cab",
    accent_over="#094c8d",
    on_accent="#ffffff",
    stage="#1b232b",
    on_stage="#dbe3ea",
    ok="#00745f",
    on_ok="#ffffff",
    ok_soft="#cdeae3",
    ng="#c2360c",
    on_ng="#ffffff",
    ng_soft="#fbd9cd",
    hold="#f5b800",
    on_hold="#221a00",
    hold_soft="#fdeeb9",
)
DARK = Tokens(
    name="dark",
    back="#10151a",
    card="#1a2129",
    sunk="#131920",
    line="#37434f",
    text="#eef3f7",
    muted="#a5b3bf",
    accent="#63b3f4",
    accent_over="#8cc8f8",
    on_accent="#06131f",
    stage="#0a0e12",
    on_stage="#c4d0da",
    ok="#2fc4a3",
    on_ok="#03201a",
    ok_soft="#163f38",
    ng="#ff7d55",
    on_ng="#2b0a00",
    ng_soft="#4d2519",
    hold="#ffcb2e",
    on_hold="#241a00",
    hold_soft="#463a12",
)
CONTRAST = Tokens(
    name="high-contrast",
    back="#000000",
    card="#000000",
    sunk="#141414",
    line="#ffffff",
    text="#ffffff",
    muted="#e6e6e6",
    accent="#ffe600",
    accent_over="#fff27a",
    on_accent="#000000",
    stage="#000000",
    on_stage="#ffffff",
    ok="#4df0c8",
    on_ok="#000000",
    ok_soft="#0c3b31",
    ng="#ff5a2e",
    on_ng="#000000",
    ng_soft="#4a1608",
    hold="#ffd500",
    on_hold="#000000",
    hold_soft="#3d3300",
)
THEMES = {"light": LIGHT, "dark": DARK, "high-contrast": CONTRAST}


def tokens() -> Tokens:
    """The theme in use."""
    app = QApplication.instance()
    return THEMES.get(str(app.property("kensa_theme")) if app else "light", LIGHT)


class Themed(_Mixin):
    """Mixed in before the Qt class: holds something made from the colours and makes it again in `restyle`."""

    def restyle(self) -> None:
        """The theme changed."""


def choose(wanted: str) -> str:
    """The theme for a setting: "auto" follows the system."""
    if wanted in THEMES:
        return wanted
    dark = QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark
    return "dark" if dark else "light"


def apply(app: QApplication, wanted: str, template: Path) -> None:
    """Dress the whole application. `template` is theme.qss with `$role` places."""
    if prepare(app, wanted):
        dress(app, template)
        for widget in app.allWidgets():
            if isinstance(widget, Themed):
                widget.restyle()


def prepare(app: QApplication, wanted: str) -> bool:
    """Choose the colours and the font; False when they are in use already. What is built then has them."""
    name = choose(wanted)
    if app.property("kensa_theme") == name:
        return False
    app.setProperty("kensa_theme", name)
    font = QFont()
    font.setFamilies(list(FONTS))
    font.setPixelSize(15)
    app.setFont(font)
    app.setPalette(_palette(THEMES[name]))
    return True


def dress(app: QApplication, template: Path) -> None:
    """Put the style sheet on: once, over widgets that are built; else each is dressed again as it finds its place."""
    name, chosen = tokens().name, tokens()
    icons = template.parent / "icons"
    shapes = {"arrow": "chevron-down", "up": "chevron-up", "check": "check"}
    places = {role: (icons / f"{shape}-{name}.svg").as_posix() for role, shape in shapes.items()}
    app.setStyleSheet(Template(template.read_text(encoding="utf-8")).substitute(chosen._asdict(), **places))


def _palette(chosen: Tokens) -> QPalette:
    palette = QPalette()
    role = QPalette.ColorRole
    for which, colour in (
        (role.Window, chosen.back),
        (role.WindowText, chosen.text),
        (role.Base, chosen.card),
        (role.AlternateBase, chosen.sunk),
        (role.Text, chosen.text),
        (role.Button, chosen.card),
        (role.ButtonText, chosen.text),
        (role.ToolTipBase, chosen.card),
        (role.ToolTipText, chosen.text),
        (role.Highlight, chosen.accent),
        (role.HighlightedText, chosen.on_accent),
        (role.PlaceholderText, chosen.muted),
        (role.Link, chosen.accent),
    ):
        palette.setColor(which, QColor(colour))
    for which in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, which, QColor(chosen.muted))
    return palette
