"""The Qt side of capture: the feed of a camera, and the card of the voice note, with scripted devices."""

import io
import time
from collections.abc import Callable, Iterator

import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from inspector_app.capture.sample import Photo, photo_from_bytes
from inspector_app.capture.setup import CameraSetup
from inspector_app.errors import KensaError
from inspector_app.ui.camera_feed import CameraFeed
from inspector_app.ui.desk import Desk, Lanes
from inspector_app.ui.problems import Problems
from inspector_app.ui.voice_card import HOLD_SECONDS, VoiceCard
from tests.ui.fake_devices import Bench, FakeCamera, FakeMicrophone, scene


@pytest.fixture
def lanes() -> Iterator[Lanes]:
    made = Lanes()
    yield made
    made.close()


@pytest.fixture
def desk(qtbot: QtBot, lanes: Lanes) -> Desk:
    return Desk(lanes, Problems())


def codes(desk: Desk) -> list[str]:
    return [getattr(problem.error, "code", "bug") for problem in desk.problems.entries]


class Feed:
    """A feed with what it told."""

    def __init__(self, qtbot: QtBot, desk: Desk, **script: object) -> None:
        self.qtbot = qtbot
        self.made: list[FakeCamera] = []
        self.states: list[str] = []
        self.frames = 0
        self.arrived: list[str] = []

        def make(setup: CameraSetup) -> FakeCamera:
            self.made.append(FakeCamera(setup, **script))  # type: ignore[arg-type]
            return self.made[-1]

        self.feed = CameraFeed(desk, make)
        self.feed.state_changed.connect(self.states.append)
        self.feed.frame.connect(lambda _: setattr(self, "frames", self.frames + 1))
        self.feed.arrived.connect(lambda photo, seen: self.arrived.append(f"{photo.name} {seen.width()}"))

    def until(self, condition: Callable[[], bool]) -> None:
        self.qtbot.waitUntil(condition, timeout=5000)


def test_a_feed_goes_from_opening_to_live_and_shows(qtbot: QtBot, desk: Desk) -> None:
    told = Feed(qtbot, desk, slow=0.2)
    before = time.monotonic()
    told.feed.open("0")
    assert told.feed.state == "opening" and time.monotonic() - before < 0.1
    told.until(lambda: told.feed.state == "live" and told.frames > 2)
    assert told.states == ["opening", "live"] and told.feed.reason == ""
    age = told.feed.age
    assert age is not None and age < 1
    told.feed.show(False)
    count = told.frames
    qtbot.wait(150)
    assert told.frames == count
    told.feed.close()
    assert told.feed.state == "closed" and told.feed.age is None
    told.until(lambda: told.made[0].closed)


def test_a_feed_stays_through_loss_and_comes_back(qtbot: QtBot, desk: Desk) -> None:
    told = Feed(qtbot, desk)
    told.feed.open(CameraSetup("3"))
    told.until(lambda: told.feed.state == "live")
    told.made[0].stop()
    told.until(lambda: told.feed.state == "stale")
    assert "cable" in told.feed.reason
    task = told.feed.still()
    assert task is not None
    with qtbot.waitSignal(task.failed, timeout=5000) as failed:
        pass
    assert failed.args is not None and failed.args[0].code == "stale_camera"
    told.made[0].go_on()
    told.until(lambda: told.feed.state == "live")
    task = told.feed.still()
    assert task is not None
    with qtbot.waitSignal(task.done, timeout=5000) as done:
        pass
    assert done.args is not None and isinstance(done.args[0][0], Photo) and done.args[0][1].width() == 320
    told.feed.close()


def test_a_camera_that_refuses_is_lost_with_the_reason(qtbot: QtBot, desk: Desk) -> None:
    told = Feed(qtbot, desk, refuses=True)
    told.feed.open("0")
    told.until(lambda: told.feed.state == "lost")
    assert told.feed.reason and told.feed.status.error is not None and told.feed.status.error.code == "no_camera"
    told.made[0].refuses = False
    told.until(lambda: told.feed.state == "live")
    assert codes(desk) == []
    told.feed.close()


def test_another_camera_closes_the_first(qtbot: QtBot, desk: Desk) -> None:
    told = Feed(qtbot, desk)
    told.feed.open("0")
    told.until(lambda: told.feed.state == "live")
    told.feed.open("1")
    told.until(lambda: told.made[0].closed and told.feed.state == "live")
    assert [camera.setup.source for camera in told.made] == ["0", "1"] and not told.made[1].closed
    told.feed.release()
    assert told.made[1].closed and told.feed.state == "closed"


def test_photos_that_come_by_themselves_are_passed_on(qtbot: QtBot, desk: Desk) -> None:
    told = Feed(qtbot, desk)
    told.feed.open("folder:/somewhere")
    told.until(lambda: told.feed.state == "live")
    told.feed.show(False)
    file = io.BytesIO()
    Image.fromarray(scene()).save(file, "JPEG")
    photo = photo_from_bytes(file.getvalue(), "unit-7.jpg")
    told.made[0].push = [KensaError("photo_broken", "The photo x.jpg is damaged."), photo]
    told.until(lambda: told.arrived == ["unit-7.jpg 320"])
    assert codes(desk) == ["photo_broken"]
    told.feed.close()


def test_a_device_that_is_tried_is_taken_from_the_page_and_given_back(qtbot: QtBot, desk: Desk) -> None:
    page, trial = Feed(qtbot, desk), Feed(qtbot, desk)
    page.feed.open("0")
    page.until(lambda: page.feed.state == "live")
    trial.feed.open("0")
    trial.until(lambda: trial.feed.state == "live" and page.made[0].closed)
    assert page.feed.state == "closed"
    trial.feed.close()
    page.until(lambda: page.feed.state == "live" and trial.made[0].closed)
    # Another camera, or a stream, needs nothing of the page's.
    trial.feed.open("1")
    trial.until(lambda: trial.feed.state == "live")
    assert page.feed.state == "live"
    page.feed.close()
    trial.feed.close()


# -- the voice note


class Card:
    """A window with the card and its key, as the page has it."""

    def __init__(self, qtbot: QtBot, desk: Desk) -> None:
        self.qtbot, self.bench = qtbot, Bench()
        self.card = VoiceCard(desk, self.bench.devices())
        self.window = QWidget()
        QVBoxLayout(self.window).addWidget(self.card)
        self.card.use("")
        action = QAction(self.window)
        action.setShortcut(QKeySequence("F3"))
        action.setAutoRepeat(False)
        action.triggered.connect(self.card.record)
        self.window.addAction(action)
        qtbot.addWidget(self.window)
        self.window.show()
        self.window.activateWindow()
        qtbot.waitActive(self.window)

    @property
    def microphone(self) -> FakeMicrophone:
        assert self.bench.microphone is not None
        return self.bench.microphone

    @property
    def words(self) -> str:
        return self.card.status.text()

    def until(self, state: str) -> None:
        self.qtbot.waitUntil(lambda: self.card.state == state, timeout=5000)

    def record(self, seconds: float = 0.3) -> None:
        self.card.record()
        self.until("recording")
        self.qtbot.wait(int(seconds * 1000))


@pytest.fixture
def card(qtbot: QtBot, desk: Desk) -> Card:
    return Card(qtbot, desk)


def test_a_short_press_begins_and_the_next_ends(card: Card) -> None:
    card.qtbot.keyClick(card.window, Qt.Key.Key_F3)
    card.until("recording")
    card.qtbot.wait(int(HOLD_SECONDS * 1000) + 200)
    assert card.card.state == "recording" and "/ 0:40" in card.words
    card.qtbot.keyClick(card.window, Qt.Key.Key_F3)
    card.until("kept")
    assert card.card.voice is not None and card.card.voice.seconds > 0.4 and card.card.findings == []


@pytest.mark.parametrize("by", ["key", "button"])
def test_a_long_press_records_while_it_is_held(card: Card, by: str) -> None:
    button = card.card.record_button
    if by == "key":
        card.qtbot.keyPress(card.window, Qt.Key.Key_F3)
    else:
        card.qtbot.mousePress(button, Qt.MouseButton.LeftButton)
    card.until("recording")
    card.qtbot.wait(int(HOLD_SECONDS * 1000) + 200)
    if by == "key":
        card.qtbot.keyRelease(card.window, Qt.Key.Key_F3)
    else:
        card.qtbot.mouseRelease(button, Qt.MouseButton.LeftButton)
    card.until("kept")
    assert card.card.voice is not None and card.card.voice.seconds > 0.4


def test_loud_and_silent_are_said_while_speaking_and_of_the_note(card: Card) -> None:
    card.record()
    card.microphone.loudness = 1.3
    card.qtbot.waitUntil(lambda: "too loud" in card.words, timeout=3000)
    card.card.record()
    card.until("kept")
    assert [finding.code for finding in card.card.findings] == ["voice_clipped"] and "distorted" in card.words
    card.microphone.loudness, card.microphone.speed = 0.0, 8.0
    card.record(0.1)
    card.qtbot.waitUntil(lambda: "nothing is heard" in card.words, timeout=3000)
    card.card.record()
    card.until("kept")
    assert [finding.code for finding in card.card.findings] == ["voice_silent"] and "nothing is heard" in card.words


def test_the_end_is_announced_and_comes_by_itself(card: Card) -> None:
    card.microphone.speed = 40.0
    card.record(0.0)
    card.qtbot.waitUntil(lambda: "s left" in card.words, timeout=5000)
    card.until("kept")
    assert card.card.voice is not None and card.card.voice.seconds == pytest.approx(40, abs=0.1)


def test_unplugged_while_speaking_keeps_what_was_said(card: Card, desk: Desk) -> None:
    card.record(0.4)
    card.microphone.unplug()
    card.until("kept")
    assert card.card.voice is not None and card.card.voice.seconds > 0.2
    assert codes(desk) == ["microphone_unplugged"]


def test_without_a_microphone_it_says_so_and_tries_again(card: Card, desk: Desk) -> None:
    card.microphone.refuses = True
    card.card.record()
    card.until("off")
    assert codes(desk) == ["no_microphone"] and "files work" in card.words
    card.microphone.refuses = False
    card.record(0.2)
    card.card.record()
    card.until("kept")


def test_a_note_is_heard_discarded_and_recorded_anew(card: Card) -> None:
    card.record()
    card.card.record()
    card.until("kept")
    card.card.play()
    card.qtbot.waitUntil(lambda: len(card.bench.speaker.played) == 1, timeout=3000)
    card.card.discard()
    assert card.card.state == "none" and card.card.voice is None
    card.record()
    card.card.record()
    card.until("kept")


def test_the_card_is_low(card: Card) -> None:
    assert card.card.sizeHint().height() <= 100
