"""About: versions of program, model, adapter and prompt, to be copied for support; the licences."""

from PySide6.QtGui import QGuiApplication

from inspector_app.ui.about import AboutDialog, _short
from inspector_app.version import APP_VERSION
from tests.ui.conftest import Kensa


def about(kensa: Kensa) -> AboutDialog:
    kensa.window.show_about()
    (dialog,) = kensa.window.findChildren(AboutDialog)
    return dialog


def test_it_tells_what_judges_and_copies_it(kensa: Kensa) -> None:
    station = kensa.start()
    dialog = about(station)
    identity = station.judge.identity
    told = dict(dialog.facts())
    assert APP_VERSION in told["Program"]
    assert told["Model"] == _short(identity.base) and told["Prompt"] == identity.prompt[:16]
    dialog.copy()
    assert f"Kensa {APP_VERSION}" in QGuiApplication.clipboard().text()
    assert "Lucide" in dialog.licences.toPlainText() and "MIT License" in dialog.licences.toPlainText()
    dialog.reject()


def test_before_the_model_is_there_it_says_so(kensa: Kensa) -> None:
    assert dict(about(kensa).facts())["Model"] == "not loaded yet"


def test_a_hash_is_short_enough_to_be_read_aloud() -> None:
    assert _short("kensa-nano@" + "a" * 64) == "kensa-nano   " + "a" * 16
    assert _short("defect@1/" + "b" * 64) == "defect@1   " + "b" * 16
    assert _short("none") == "none"
