"""The words on the screen: translation at run time, and widgets that say everything again when the language changes.

English is the source. Knows Qt Linguist's files; knows no widget's content.
"""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QCoreApplication, QEvent, QLibraryInfo, QLocale, QObject, QTranslator
from PySide6.QtWidgets import QWidget

if TYPE_CHECKING:
    _Mixin = QWidget
else:
    _Mixin = object  # PySide6 makes the C++ part of a widget once; a mixin must not be a widget of its own

CONTEXT = "kensa"
LANGUAGES = ("en", "ja")


def tr(source: str, /, **values: object) -> str:
    """The source text in the language in use, `{names}` filled in."""
    text = QCoreApplication.translate(CONTEXT, source)
    return text.format(**values) if values else text


def mark(source: str) -> str:
    """Names a text for the translators where it is declared; `tr` speaks it where it is shown."""
    return source


def choose(wanted: str) -> str:
    """The language to use for a setting: "auto" is the system's where we speak it, English otherwise."""
    if wanted in LANGUAGES:
        return wanted
    return "ja" if QLocale.system().language() == QLocale.Language.Japanese else "en"


class Language(QObject):
    """Installs the translations of the program and of Qt's own dialogs."""

    def __init__(self, folder: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._folder = folder
        self._installed: list[QTranslator] = []
        self.code = "en"

    def use(self, wanted: str) -> None:
        """Switch; every widget gets a LanguageChange event from Qt."""
        self.code = choose(wanted)
        QLocale.setDefault(QLocale(self.code))
        self.forget()
        qt = Path(QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)) / f"qtbase_{self.code}.qm"
        ours = self._folder / f"kensa_{self.code}.qm"
        self._installed = [self._install(file) for file in (qt, ours) if file.is_file()]

    def forget(self) -> None:
        """Back to the source texts."""
        for translator in self._installed:
            QCoreApplication.removeTranslator(translator)
        self._installed = []

    def _install(self, file: Path) -> QTranslator:
        translator = QTranslator(self)
        translator.load(str(file))
        QCoreApplication.installTranslator(translator)
        return translator


class Spoken(_Mixin):
    """Mixed in before the Qt class: texts that follow the language. Bind each text once with `say`."""

    def say(self, setter: Callable[[str], Any], source: str) -> None:
        """Set a text now and again after every change of language. A later `say` to the same setter replaces it."""
        self._phrases()[self._key(setter)] = (setter, source)
        setter(tr(source))

    def respeak(self) -> None:
        """Texts that are not bound by `say` are said again here."""

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            for setter, source in self._phrases().values():
                setter(tr(source))
            self.respeak()

    def _phrases(self) -> dict[Any, tuple[Callable[[str], Any], str]]:
        # Kept on demand: Qt sends change events while the constructors of the base classes still run.
        phrases: dict[Any, tuple[Callable[[str], Any], str]] = self.__dict__.setdefault("_phrase_book", {})
        return phrases

    @staticmethod
    def _key(setter: Callable[[str], Any]) -> Any:
        owner = getattr(setter, "__self__", None)
        return (id(owner), getattr(setter, "__name__", "")) if owner is not None else setter
