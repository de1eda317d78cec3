"""One window writes for each data folder; a model that hangs is replaced; backups and the anchor come by themselves."""

import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from inspector_app.errors import KensaError
from inspector_app.readiness import Trouble
from inspector_app.records import anchor
from inspector_app.records.record import Disposition, Opinion
from inspector_app.rights import Role
from inspector_app.ui.keeper import TakenSheet
from model_runtime.verdict import Answer, Question, Verdict
from tests.fakes import FakeJudge
from tests.makers import sample, station
from tests.ui.conftest import Kensa
from tests.ui.fake_devices import Bench


def test_the_second_window_says_so_and_only_reads(kensa: Kensa, qtbot: QtBot, photo: Path) -> None:
    kensa.judge.script = [0.99]
    kensa.start().judged(photo)
    second = Kensa(qtbot, kensa.places.data, FakeJudge(), Bench())
    before = kensa.places.settings.read_bytes()
    second.start()
    (sheet,) = second.window.findChildren(TakenSheet)
    assert sheet.isVisible() and "already open" in sheet.windowTitle()
    sheet.findChildren(QPushButton)[0].click()
    assert (
        second.program.readiness.troubles == (Trouble.READ_ONLY,)
        or Trouble.READ_ONLY in second.program.readiness.troubles
    )
    second.until(lambda: len(second.window.history_page.model.rows) == 1)
    second.window.go_inspect()
    second.load_photo(photo)
    second.page.judge()
    second.until(lambda: second.window.banner.isVisible())
    assert "only reads" in second.window.banner.text
    second.program.close()
    second.window.deleteLater()
    assert kensa.places.settings.read_bytes() == before
    kensa.judged(photo)
    assert len(kensa.program.desk.station.store.waiting()) == 0  # type: ignore[union-attr]


def test_with_registered_people_a_second_window_reads_and_decides_nothing(kensa: Kensa, qtbot: QtBot) -> None:
    """No PIN is tried where failures could not be counted."""
    kensa.start()
    station = kensa.program.desk.station
    assert station is not None
    station.people.add(None, "Ito", Role.QUALITY, "2580")
    station.store.note("Ito", "noted", "x")
    second = Kensa(qtbot, kensa.places.data, FakeJudge(), Bench())
    second.start()
    qtbot.wait(300)
    assert second.window.gate.dialog is None and second.window.history_page.isVisible()
    assert second.program.desk.station is not None
    with pytest.raises(KensaError, match="Sign in first|only reads"):
        second.program.desk.station.review("x", second.program.desk.person, Opinion(Answer.NG, Disposition.SCRAP))
    second.program.close()
    second.window.deleteLater()


def test_the_folder_is_free_again_when_the_first_window_is_closed(kensa: Kensa, qtbot: QtBot) -> None:
    kensa.start()
    kensa.program.close()
    second = Kensa(qtbot, kensa.places.data, FakeJudge(), Bench())
    second.start()
    assert Trouble.READ_ONLY not in second.program.readiness.troubles
    second.program.close()
    second.window.deleteLater()


def test_a_model_that_hangs_is_said_and_replaced(qtbot: QtBot, tmp_path: Path, photo: Path) -> None:
    free = threading.Event()

    def hang(_: Question) -> Verdict:
        free.wait(60)
        raise AssertionError

    kensa = Kensa(qtbot, tmp_path / "data", FakeJudge([hang, 0.01]), Bench(), judge_seconds=1)
    kensa.start().judged(photo)
    assert kensa.page.band.answer is Answer.INCONCLUSIVE
    assert "took too long" in kensa.window.banner.text
    kensa.until(lambda: kensa.program.readiness.can_judge)
    kensa.judged(photo)
    assert kensa.page.band.answer is Answer.OK
    kensa.program.close()
    kensa.window.deleteLater()
    free.set()


def test_anchor_and_backup_come_by_themselves(qtbot: QtBot, tmp_path: Path, photo: Path) -> None:
    kensa = Kensa(qtbot, tmp_path / "data", FakeJudge(), Bench(), backup_every="day")
    kensa.start().judged(photo)
    kensa.until(lambda: any(kensa.places.backups.glob("kensa-*.kensa-backup")))
    kensa.program.close()
    kensa.window.deleteLater()
    assert anchor.read(kensa.places.anchor)[-1].seq >= 2


def test_damaged_records_are_found_at_the_start_and_said(qtbot: QtBot, tmp_path: Path) -> None:
    at = station(tmp_path / "data")
    for number in range(25):
        at.judge(at.keep(sample(number % 3, serial=f"S{number}")))
    at.store.close()
    path = tmp_path / "data" / "kensa.db"
    with closing(sqlite3.connect(path)) as c:
        (page,) = c.execute("SELECT rootpage FROM sqlite_master WHERE name = 'ix_samples_serial'").fetchone()
    data = bytearray(path.read_bytes())
    data[(page - 1) * 4096 + 100 : page * 4096] = bytes(3996)
    path.write_bytes(data)
    kensa = Kensa(qtbot, tmp_path / "data", FakeJudge(), Bench())
    kensa.start()
    kensa.until(lambda: Trouble.RECORDS_DAMAGED in kensa.program.readiness.troubles)
    assert any("damaged" in problem.sentence() for problem in kensa.program.problems.entries)
    kensa.program.close()
    kensa.window.deleteLater()
