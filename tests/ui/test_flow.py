"""The whole way through the window: file or camera -> judge -> verdict card -> history row -> record in detail."""

from pathlib import Path

from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QTimer, QUrl
from PySide6.QtGui import QDropEvent

from inspector_app.ui.history_table import ROLE
from inspector_app.ui.strip import Mark
from inspector_app.ui.unit import Step
from model_runtime.verdict import Answer, Fixable, Region, VoiceSays
from tests.ui.conftest import Kensa
from tests.ui.fake_devices import scene


def drop(kensa: Kensa, *paths: Path) -> None:
    """What the system sends when files are dropped on the page."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    kensa.page.dropEvent(
        QDropEvent(
            QPointF(50, 50),
            Qt.DropAction.CopyAction,
            data,
            Qt.MouseButton.LeftButton,
            Qt.KeyboardModifier.NoModifier,
        )
    )


def test_file_to_verdict_to_history_to_detail(kensa: Kensa, photo: Path, voice: Path) -> None:
    kensa.judge.script = [0.974]
    kensa.start()
    drop(kensa, photo, voice)
    kensa.until(lambda: kensa.page.unit.photo is not None and kensa.page.voice_card.voice is not None)
    kensa.page.form.lot_edit.setText("L-1")
    kensa.page.form.serial_edit.setText("S-7")
    kensa.page.judge()
    kensa.until(lambda: kensa.page.band.answer is Answer.NG)
    assert kensa.page.band.title == "NG"
    assert kensa.page.details.value("severity") == "major"
    assert kensa.page.details.heard.toPlainText() == "a scratch on the left"

    kensa.window.go_history()
    history = kensa.window.history_page
    kensa.until(lambda: len(history.model.rows) == 1)
    shown = [column for column in range(history.model.columnCount()) if not history.table.isColumnHidden(column)]
    texts = [history.model.index(0, column).data() for column in shown]
    assert texts[1:] == ["NG", "general", "L-1", "S-7", "scratch", "0.974", "a scratch on the left"]
    history.table.selectRow(0)
    kensa.until(lambda: history.panel.photo.picture is not None)
    assert history.panel.record == history.model.index(0, 0).data(ROLE)
    assert history.panel.photo.region == Region(2, 5)
    assert history.panel.band.answer is Answer.NG
    assert "fake@" + "0" * 64 in history.panel.facts.toPlainText()
    history.play_voice()
    kensa.until(lambda: bool(kensa.bench.speaker.played))
    assert kensa.bench.speaker.played == [voice.read_bytes()]


def test_the_region_of_an_ng_is_drawn_on_its_cell(kensa: Kensa, photo: Path) -> None:
    kensa.judge.script = [0.95, 0.05]
    kensa.start()
    kensa.window.show()
    kensa.judged(photo)
    stage = kensa.page.stage
    place, cell = stage.place(), stage.cell()
    assert cell.width() == place.width() / 8 and cell.height() == place.height() / 8
    assert cell.left() == place.left() + 5 * cell.width() and cell.top() == place.top() + 2 * cell.height()
    with_ring = stage.grab().toImage()
    stage.mark(None)
    without = stage.grab().toImage()
    changed = [
        QPoint(x, y)
        for x in range(0, without.width(), 3)
        for y in range(0, without.height(), 3)
        if with_ring.pixel(x, y) != without.pixel(x, y)
    ]
    around = cell.adjusted(-cell.width(), -cell.height(), cell.width(), cell.height())
    assert changed and all(around.contains(QPointF(point)) for point in changed)
    kensa.judged(photo)
    assert kensa.page.band.answer is Answer.OK and stage.region is None


def test_contradiction_is_said_in_plain_words(kensa: Kensa, photo: Path, voice: Path) -> None:
    kensa.judge.script = [0.05]
    kensa.judge.voice_says = VoiceSays.NG
    kensa.start()
    drop(kensa, photo, voice)
    kensa.until(lambda: kensa.page.unit.photo is not None and kensa.page.voice_card.voice is not None)
    kensa.page.judge()
    kensa.until(lambda: kensa.page.band.answer is Answer.INCONCLUSIVE)
    assert kensa.page.band.hint == "The voice note says NG, but the photo looks good. A person must decide."


def test_the_camera_is_live_and_the_still_is_judged(kensa: Kensa) -> None:
    kensa.bench.camera_refuses = False
    kensa.judge.script = [0.1]
    kensa.start()
    kensa.until(lambda: kensa.page.feed.state == "live" and kensa.page.stage.picture is not None)
    assert kensa.page.band.title == "Ready for a photo"
    kensa.page.take_photo()
    kensa.until(lambda: kensa.page.unit.photo is not None)
    kensa.page.judge()
    kensa.until(lambda: kensa.page.band.answer is Answer.OK)
    kensa.page.press()
    assert kensa.page.unit.step is Step.DRAFT and kensa.page.unit.photo is None


def test_capture_does_not_wait_for_the_model(kensa: Kensa, photo: Path) -> None:
    kensa.judge.seconds = 0.2
    kensa.start()
    for number in range(3):
        kensa.load_photo(photo)
        kensa.page.form.serial_edit.setText(f"S-{number}")
        kensa.page.judge()
        kensa.until(lambda: kensa.page.unit.sample_id is not None)
    assert kensa.program.desk.queue >= 2
    kensa.until(lambda: [thumb.mark for thumb in kensa.page.strip.thumbs] == [Mark.WAITING, Mark.WAITING, Mark.JUDGING])
    kensa.until(lambda: kensa.program.desk.queue == 0)
    assert len(kensa.judge.questions) == 3
    kensa.until(lambda: not any(thumb.mark in (Mark.WAITING, Mark.JUDGING) for thumb in kensa.page.strip.thumbs))
    assert [thumb.name for thumb in kensa.page.strip.thumbs] == ["S-2", "S-1", "S-0"]
    assert kensa.page.unit.step is Step.JUDGED


def test_a_slow_model_leaves_the_event_loop_alive(kensa: Kensa, photo: Path) -> None:
    kensa.judge.seconds = 0.6
    kensa.start()
    kensa.load_photo(photo)
    ticks: list[int] = []
    timer = QTimer(interval=10)
    timer.timeout.connect(lambda: ticks.append(1))
    kensa.page.judge()
    kensa.until(lambda: kensa.page.unit.step is Step.JUDGING)
    timer.start()
    kensa.until(lambda: kensa.page.unit.step is Step.JUDGED)
    assert len(ticks) >= 30


def test_what_was_kept_and_not_judged_is_judged_at_start(kensa: Kensa, photo: Path) -> None:
    kensa.load_error = Fixable("checkpoint", "The model folder is incomplete.")
    kensa.start()
    assert kensa.program.readiness.failed
    kensa.load_photo(photo)
    kensa.page.judge()
    kensa.until(lambda: kensa.page.unit.step is Step.WAITING)
    assert kensa.page.band.title == "Kept, not judged"
    kensa.program.close()

    again = Kensa(kensa.qtbot, kensa.places.data, kensa.judge, kensa.bench)
    again.start()
    again.until(lambda: len(again.judge.questions) == 1 and again.program.desk.queue == 0)
    again.window.go_history()
    again.until(lambda: len(again.window.history_page.model.rows) == 1)
    assert again.window.history_page.model.rows[0].verdict is not None
    again.program.close()


def test_history_grows_page_by_page_and_is_filtered(kensa: Kensa, photo: Path) -> None:
    from inspector_app.capture.sample import Sample, photo_from_bytes

    kensa.judge.script = [0.05, 0.95] * 65
    kensa.start()
    station = kensa.program.desk.station
    assert station is not None
    taken = photo_from_bytes(photo.read_bytes(), "unit.png")
    for number in range(130):
        station.judge(station.keep(Sample(photo=taken, lot=f"L-{number % 2}", serial=f"S-{number:03d}")))
    kensa.window.go_history()
    history = kensa.window.history_page
    kensa.until(lambda: len(history.model.rows) == 100)
    assert history.model.rows[0].serial == "S-129"
    history.table.verticalScrollBar().setValue(history.table.verticalScrollBar().maximum())
    kensa.until(lambda: len(history.model.rows) == 130)
    assert history.model.rows[-1].serial == "S-000"
    history.search_edit.setText("S-01")
    kensa.until(lambda: len(history.model.rows) == 10)
    history.search_edit.setText("nothing like that")
    kensa.until(lambda: not history.model.rows)
    history.search_edit.clear()
    history.chips.put("verdict", "OK")
    kensa.until(lambda: len(history.model.rows) == 65)
    assert all(row.verdict and row.verdict.judgment.verdict is Answer.OK for row in history.model.rows)


def test_the_golden_photo_goes_with_the_unit(kensa: Kensa, photo: Path, tmp_path: Path) -> None:
    from PIL import Image

    golden = tmp_path / "golden.png"
    Image.fromarray(scene(40)).save(golden)
    kensa.start()
    kensa.program.desk.open_photo(golden).done.connect(lambda came: kensa.page.set_golden(*came))
    kensa.until(lambda: kensa.page.unit.golden is not None)
    kensa.judged(photo)
    asked = kensa.judge.questions[0]
    assert asked.golden is not None and asked.golden.read_bytes() == golden.read_bytes()
    kensa.page.press()
    assert kensa.page.unit.golden is not None
    kensa.page.open_golden()
    assert kensa.page.unit.golden is None
