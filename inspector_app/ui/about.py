"""What this program is: version and build, the model that judges, its adapter and prompt, and all licences.

Knows the station's model by its identity; loads none.
"""

import platform
from importlib import metadata

from PySide6.QtCore import Qt, qVersion
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QGridLayout, QTabWidget, QTextBrowser, QWidget

from inspector_app.places import resources
from inspector_app.support import version_words
from inspector_app.ui import theme
from inspector_app.ui.desk import Desk
from inspector_app.ui.language import mark, tr
from inspector_app.ui.sheet import Sheet
from inspector_app.ui.widgets import label

_LIBRARIES = ("torch", "transformers", "peft", "sqlalchemy")
_DIGITS = 16
"""Of a hash: enough to tell two apart, short enough to be read aloud on the telephone."""


class AboutDialog(Sheet):
    """Versions to be read or copied, and the licences."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(mark("About Kensa"), mark("What support asks for; Ctrl+C copies it."), parent)
        self._desk = desk
        tabs = QTabWidget()
        facts = QWidget()
        grid = QGridLayout(facts)
        grid.setHorizontalSpacing(theme.GAP_L)
        grid.setVerticalSpacing(theme.GAP)
        grid.setColumnStretch(1, 1)
        for row, (name, value) in enumerate(self.facts()):
            heading, words = label("section"), label(wrap=True)
            heading.setText(name)
            words.setText(value)
            words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            grid.addWidget(heading, row, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(words, row, 1)
        grid.setRowStretch(grid.rowCount(), 1)
        tabs.addTab(facts, tr("Installed here"))
        self.licences = QTextBrowser()
        self.licences.setOpenLinks(False)  # the program is offline; an address is to be read
        self.licences.setMarkdown(_papers())
        tabs.addTab(self.licences, tr("Licences"))
        self.body.addWidget(tabs, 1)
        self.add_button("list", mark("Copy"), "Ctrl+C", self.copy)
        self.add_button("check", mark("Close"), "Esc", self.accept)
        self.resize(820, 620)

    def facts(self) -> list[tuple[str, str]]:
        """Names and values, in the language of the window."""
        station = self._desk.station
        model = station.model if station is not None else None
        waiting = tr("not loaded yet")
        identity = model.identity if model is not None else None
        return [
            (tr("Program"), f"Kensa {version_words()}"),
            (tr("Model"), _short(identity.base) if identity else waiting),
            (tr("Adapter"), (_short(identity.adapter) or tr("none")) if identity else waiting),
            (tr("Prompt"), identity.prompt[:_DIGITS] if identity else waiting),
            (tr("Computes on"), identity.engine if identity else waiting),
            (tr("Libraries"), _libraries()),
            (tr("System"), f"{platform.system()} {platform.release()} {platform.machine()}"),
        ]

    def copy(self) -> None:
        """All versions as lines of text."""
        QGuiApplication.clipboard().setText("\n".join(f"{name}: {value}" for name, value in self.facts()))


def _short(name: str) -> str:
    """A name with the start of its hash: `kensa-nano  cda4665d55fad3f1`."""
    for sign in "/@":
        head, found, digest = name.rpartition(sign)
        if found and len(digest) >= _DIGITS:
            return f"{head}   {digest[:_DIGITS]}"
    return name


def _libraries() -> str:
    told = [f"Python {platform.python_version()}", f"Qt {qVersion()}"]
    for name in _LIBRARIES:
        try:
            told.append(f"{name} {metadata.version(name)}")
        except metadata.PackageNotFoundError:
            continue
    return ", ".join(told)


def _papers() -> str:
    root = resources()
    texts = []
    for file in (root / "LICENSE", root.parent / "LICENSE", root / "THIRD_PARTY.md"):
        if file.is_file():
            texts.append(file.read_text(encoding="utf-8"))
    folder = root.parent / "licences"
    if folder.is_dir():
        texts.append(tr("The full texts of all libraries lie in {folder}.", folder=str(folder)))
    return "\n\n---\n\n".join(texts)
