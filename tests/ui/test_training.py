"""The Training page: sets, a training in a process of its own, the gate, promotion, rollback, the candidate beside."""

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog

from inspector_app import loading
from inspector_app.adapter_files import Keys
from inspector_app.doubts import Doubt, Labels
from inspector_app.learning import Rule
from inspector_app.monitoring import Alarm, Monitoring
from inspector_app.quality.gate import Pair, decide
from inspector_app.quality.labels import sample_size
from inspector_app.records.record import Disposition, LineKind, Opinion
from inspector_app.records.worklist_causes import Cause
from inspector_app.rights import Person, Role
from inspector_app.settings import Settings
from inspector_app.ui.adapter_tree import AdapterTab
from inspector_app.ui.training_doubts import LabelSheet
from inspector_app.ui.training_erase import EraseSheet
from inspector_app.ui.training_labels import LabelDesk
from inspector_app.ui.training_privacy import PrivacySheet
from inspector_app.ui.training_sheets import FreezeSheet, KeySheet, SignSheet, TrainSheet
from inspector_app.ui.training_words import alarm_words, balance_words, gate_words
from model_runtime.dataset import read_card
from model_runtime.glimpse import Glimpse
from model_runtime.labelled import read_rows
from model_runtime.verdict import Answer, Question, Verdict
from tests.fakes import FakeJudge
from tests.learning.conftest import template  # noqa: F401 - a fixture
from tests.learning.judges import judges
from tests.ui.conftest import QUIET, Kensa
from tests.ui.fake_devices import scene


@pytest.fixture(autouse=True)
def unseen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Labels are looked at only where a test lets them be: by no process that outlives it, and by no real model."""
    monkeypatch.setattr(LabelDesk, "check", lambda *_: None)
    monkeypatch.setattr(loading, "load_glimpses", lambda *_: iter(()))


@pytest.fixture
def trained(template: Path, kensa: Kensa) -> Kensa:  # noqa: F811
    """The program over a data folder with a tiny model, a set of two operators and an adapter."""
    shutil.copytree(template, kensa.places.data, dirs_exist_ok=True)
    Settings().changed(**{**QUIET, "model": "tiny", "threads": 1, "label_sample": 0}).save(kensa.places.settings)
    kensa.program.settings = Settings.load(kensa.places.settings)
    return kensa.start()


def page(kensa: Kensa):  # type: ignore[no-untyped-def]
    kensa.window.show()
    kensa.window.go_training()
    return kensa.window.training_page


def dialog(kensa: Kensa, kind: type[QDialog]) -> QDialog:
    kensa.until(lambda: any(isinstance(one, kind) and one.isVisible() for one in kensa.window.findChildren(QDialog)))
    return next(one for one in kensa.window.findChildren(kind) if one.isVisible())


def reviewed(kensa: Kensa, units: int, tmp_path: Path, wrong: Sequence[int] = ()) -> None:
    station = kensa.program.desk.station
    assert station is not None
    from inspector_app.capture.sample import Sample, read_photo

    for number in range(units):
        path = tmp_path / f"u{number}.png"
        shade = scene().copy()
        shade[: 8 + number * 4, :8] = number % 28 * 9
        Image.fromarray(shade).save(path)
        one = station.judge(station.keep(Sample(read_photo(path, path.name), part="general")))
        bad = (number % 2 == 1) != (number in wrong)
        truth = Answer.NG if bad else Answer.OK
        opinion = Opinion(truth, Disposition.HOLD, "scratch" if bad else "none", reason="r")
        station.review(one.id, Person.typed("鈴木"), opinion)


def test_units_are_frozen_from_the_window(kensa: Kensa, tmp_path: Path) -> None:
    kensa.start()
    reviewed(kensa, 20, tmp_path)
    here = page(kensa)
    QTest.keyClick(kensa.window, Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier)
    sheet = dialog(kensa, FreezeSheet)
    sheet.name.setText("neu@1")
    sheet.send()
    kensa.until(lambda: not sheet.fault.isHidden())
    assert "name" in sheet.fault.text(), "a wrong name is said in the dialog"
    sheet.name.setText("neu")
    sheet.send()
    kensa.until(lambda: bool(here.sets.shelf and here.sets.shelf.sets))
    assert here.sets.shelf.sets[0].name == "neu@1" and here.sets.table.item(0, 0).text() == "neu@1"
    said = [words for _, words in here.sets.points.points]
    assert "10 units are OK and 10 NG." in said
    history = kensa.program.desk.history
    assert history and [entry.what for entry in history.trail_of("set:neu@1")] == ["set_frozen"]


def test_an_empty_rule_is_said(kensa: Kensa) -> None:
    kensa.start()
    page(kensa).sets.freeze()
    sheet = dialog(kensa, FreezeSheet)
    sheet.send()
    kensa.until(lambda: not sheet.fault.isHidden())
    assert "No labelled unit" in sheet.fault.text() and sheet.isVisible()


def test_compared_signed_and_put_back(trained: Kensa, monkeypatch: pytest.MonkeyPatch) -> None:
    """Weighed in this process by scripted judges; what the page shows and what it lets happen."""
    data = trained.places.data
    here = page(trained)
    station = trained.program.desk.station
    assert station is not None
    monkeypatch.setattr(loading, "load_judge", judges({}, data))
    here.show_weighing()
    trained.until(lambda: here.weighing.name == "defect@1")
    assert here.weighing.verdict.text() == "Not compared yet" and not here.weighing.sign_button.isEnabled()
    here.desk.learning().weigh("defect@1")  # as the process would
    here.weighing.reload()
    trained.until(lambda: here.weighing.found is not None)
    assert here.weighing.sign_button.isEnabled() and "open" in here.weighing.verdict.text()
    assert here.weighing.figures.item(0, 1).text().startswith("0 % (0–")
    assert here.weighing.slices.rowCount() >= 2
    admin = station.people.add(None, "田中", Role.QUALITY, "2580")
    trained.program.desk.sign(admin)
    QTest.keyClick(trained.window, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    sheet = dialog(trained, SignSheet)
    sheet.reason.setText("40 units")
    sheet.pin.setText("1111")
    sheet.send()
    trained.until(lambda: not sheet.fault.isHidden())
    assert Settings.load(trained.places.settings).adapter is None, "a wrong PIN lets nobody in"
    sheet.pin.setText("2580")
    sheet.send()
    trained.until(lambda: Settings.load(trained.places.settings).adapter == "defect@1")
    here.show_adapters()
    trained.until(lambda: bool(here.adapters.shelf and here.adapters.shelf.can_roll_back))
    rows = [here.adapters.table.item(row, 0).text() for row in range(here.adapters.table.rowCount())]
    assert rows[0].startswith("tiny, as it came") and "defect@1" in rows[1] and "judges now" in rows[1]
    here.adapters.table.selectRow(1)
    assert "40 units" in here.adapters.told.text()
    here.adapters.put_back()
    back = dialog(trained, SignSheet)
    back.reason.setText("過検出")
    back.send()
    trained.until(lambda: Settings.load(trained.places.settings).adapter is None)


def test_whoever_has_no_right_is_told(trained: Kensa, monkeypatch: pytest.MonkeyPatch) -> None:
    here = page(trained)
    station = trained.program.desk.station
    assert station is not None
    admin = station.people.add(None, "田中", Role.QUALITY, "2580")
    trained.program.desk.sign(station.people.add(admin, "佐藤", Role.OPERATOR, "2580"))
    trained.until(lambda: bool(here.sets.shelf and here.sets.shelf.sets))
    here.sets.train()
    sheet = dialog(trained, TrainSheet)
    sheet.send()
    trained.until(lambda: not sheet.fault.isHidden())
    assert here.desk.busy == ""
    sheet.reject()
    here.show_adapters()
    trained.until(lambda: here.adapters.table.rowCount() == 2)
    here.adapters.table.selectRow(1)
    here.adapters.write("defect@1", str(trained.places.data / "a.kensa-adapter"))
    trained.until(lambda: here.said.text() != "")
    assert not (trained.places.data / "a.kensa-adapter").exists()


def test_adapters_go_out_and_come_in(trained: Kensa) -> None:
    here = page(trained)
    here.show_adapters()
    tab: AdapterTab = here.adapters
    trained.until(lambda: tab.table.rowCount() == 2)
    file = trained.places.data / "a.kensa-adapter"
    tab.write("defect@1", str(file))
    trained.until(file.exists)
    shutil.rmtree(trained.places.adapters / "defect@1")
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    broken = trained.places.data / "b.kensa-adapter"
    broken.write_bytes(bytes(content))
    tab.read(str(broken))
    trained.until(lambda: "refused" in here.said.text())
    assert not list(trained.places.adapters.glob("*"))
    tab.read(str(file))
    trained.until(lambda: (trained.places.adapters / "defect@1").is_dir())
    tab.keys()
    sheet = dialog(trained, KeySheet)
    sheet.key.setText("abc")
    sheet.called.setText("工場1")
    sheet.send()
    trained.until(lambda: not sheet.fault.isHidden())
    sheet.key.setText("ab" * 32)
    sheet.send()
    trained.until(lambda: Keys(trained.places.data / "keys").trusted() == {"ab" * 32: "工場1"})


def test_a_candidate_judges_beside_when_nothing_waits(
    trained: Kensa, photo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[Question] = []

    def load(*_: object) -> FakeJudge:
        def say(question: Question) -> Verdict:
            said.append(question)
            verdict = fake.verdict(question, 0.97)
            from inspector_app.weighing import identity_of

            mine = identity_of(trained.places.adapter("defect@1"))
            return replace(verdict, model=replace(verdict.model, adapter=mine))

        fake = FakeJudge([say] * 10)
        return fake

    monkeypatch.setattr(loading, "load_judge", load)
    here = page(trained)
    here.desk._pause.setInterval(50)
    trained.until(lambda: here.sets.shelf is not None)
    here.show_adapters()
    trained.until(lambda: here.adapters.table.rowCount() == 2)
    here.adapters.table.selectRow(1)
    here.adapters.run_beside()
    trained.until(lambda: Settings.load(trained.places.settings).shadow == "defect@1")
    trained.window.go_inspect()
    trained.judge.script = [0.03]
    trained.judged(photo)
    trained.until(lambda: len(said) == 1)
    record = trained.page.unit.inspection
    station = trained.program.desk.station
    assert record and station and record.verdict and record.verdict.judgment.verdict is Answer.OK
    trained.until(lambda: station.store.get(record.id).last(LineKind.SHADOW) is not None)
    assert [one.id for one in station.to_review()] == [record.id]


def test_an_adapter_shows_its_weeks_at_work(kensa: Kensa, tmp_path: Path) -> None:
    """Units, decided, changed and missed of the adapter that is chosen; the one that came with the model here."""
    kensa.start()
    reviewed(kensa, 6, tmp_path)
    here = page(kensa)
    here.show_adapters()
    weeks = here.adapters.weeks
    kensa.until(lambda: bool(weeks.weeks) and weeks.table.rowCount() == 1)
    row = [weeks.table.item(0, column).text() for column in range(weeks.table.columnCount())]
    assert row[0] == weeks.weeks[0].week and row[1] == "6" and row[3].partition(" of ")[2].isdecimal()
    weeks.show_of("defect@7", ["defect@7"])
    assert weeks.table.rowCount() == 0 and not weeks.none.isHidden()
    weeks.show_of("", ["defect@0"])
    assert weeks.table.rowCount() == 0, "what another one judged is not shown with it"
    weeks.show_of("defect@0", [])
    assert weeks.table.rowCount() == 1 and weeks.none.isHidden()


def test_privacy_from_the_window(kensa: Kensa, tmp_path: Path) -> None:
    kensa.start()
    page(kensa).show_privacy()
    sheet = dialog(kensa, PrivacySheet)
    next(iter(sheet.days.values())).setValue(30)
    sheet.pseudonyms.setChecked(True)
    sheet.save()
    kensa.until(lambda: "30 days" in sheet.rules.text())
    assert sheet.policy.pseudonyms and not sheet.erase_button.isEnabled(), "nothing is past its time"


def test_a_voice_is_erased_from_the_history(kensa: Kensa, photo: Path, voice: Path) -> None:
    kensa.start()
    kensa.page.load_voice(voice)
    kensa.until(lambda: kensa.page.voice_card.voice is not None)
    kensa.judged(photo)
    record = kensa.page.unit.inspection
    assert record and record.voice and record.voice.path.is_file()
    kensa.window.show()
    kensa.window.go_history()
    kensa.until(lambda: kensa.window.history_page.panel.record is not None)
    QTest.keyClick(kensa.window, Qt.Key.Key_Delete, Qt.KeyboardModifier.ControlModifier)
    sheet = dialog(kensa, EraseSheet)
    sheet.send()
    kensa.until(lambda: not sheet.fault.isHidden())
    assert record.voice.path.is_file(), "no reason, no erasure"
    sheet.reason.setText("本人の希望")
    sheet.send()
    kensa.until(lambda: not record.voice.path.exists())
    station = kensa.program.desk.station
    assert station and station.store.get(record.id).verdict


def test_a_supervisor_hears_of_alarms_at_sign_in(kensa: Kensa, monkeypatch: pytest.MonkeyPatch) -> None:
    values = {"part": "plate", "changed": 12, "reviewed": 50, "rate": 0.24, "usual": 0.04}
    monkeypatch.setattr(Monitoring, "alarms", lambda self: [Alarm("override_high", "alarm", values)])
    kensa.start()
    station = kensa.program.desk.station
    assert station is not None
    kensa.until(lambda: len(kensa.program.problems.entries) == 1)
    assert "More corrections than usual: plate" in kensa.program.problems.entries[0].sentence()
    kensa.program.desk.sign(Person.typed("鈴木"))
    QTest.qWait(100)
    assert len(kensa.program.problems.entries) == 1, "an alarm is told once"


def test_the_gate_in_words() -> None:
    who = ["山田"] * 6 + ["佐藤"] * 6
    pairs = [Pair(f"b{i}", True, "NG", "OK" if i < 3 else "NG", {"operator": who[i]}) for i in range(12)]
    pairs += [Pair(f"g{i}", False, "OK", "OK") for i in range(8)]
    rows = gate_words(decide(pairs).to_json())
    assert [passed for passed, _ in rows] == [False, True, True, False]
    assert rows[-1][1].startswith("Worse for operator 山田: of 6 bad units 3 are missed, 0 until now")
    title, detail = alarm_words(Alarm("override_high", "alarm", {
        "part": "plate", "changed": 12, "reviewed": 50, "rate": 0.24, "usual": 0.04}))  # fmt: skip
    assert "plate" in title and "12 of 50" in detail and "24 %" in detail
    groups = [{"group": "dark", "units": 10, "bad": 9}, {"group": "bright", "units": 10, "bad": 1}]
    one = {"by": "lighting", "groups": groups, "p": 0.001, "out_of_balance": True}
    assert "9 of 10 are NG with dark" in balance_words(one)


@pytest.mark.slow
def test_a_whole_night_from_the_window(trained: Kensa) -> None:
    """A real process trains, is stopped, goes on, and weighs; the page shows each step."""
    here = page(trained)
    trained.until(lambda: bool(here.sets.shelf and here.sets.shelf.sets))
    here.desk.train("plate@1", {"steps": 40, "batch": 4, "exposures": 2}, None, False)
    trained.until(lambda: here.desk.busy == "train")
    trained.until(lambda: here.run.state == "runs" and here.run._last.get("phase") == "learn", 120)
    here.run.stop()
    trained.until(lambda: here.run.state == "stopped", 60)
    assert here.run.resume_button.isEnabled() and here.desk.busy == ""
    step = here.run.curve.loss[-1][0]
    here.run.resume()
    trained.until(lambda: here.run.state == "done", 240)
    assert here.run.curve.loss[-1][0] > step and (trained.places.adapters / "defect@2").is_dir()
    here.run.compare()
    trained.until(lambda: here.weighing.name == "defect@2")
    here.weighing.weigh()
    trained.until(lambda: here.weighing.found is not None, 120)
    assert here.weighing.points.points and here.weighing.figures.item(0, 1).text() != "–"


def test_doubted_labels_are_seen_and_settled(kensa: Kensa, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Checked as the process would; photos with their sentences, one of them confirmed, the others sent to review."""
    monkeypatch.setattr(loading, "load_glimpses", bright_is_good)
    kensa.start()
    reviewed(kensa, 40, tmp_path, wrong=range(3, 40, 6))
    here = page(kensa)
    station = kensa.program.desk.station
    assert station is not None
    here.desk.learning().freeze(None, Rule(), "units")
    here.desk.changed.emit()
    kensa.until(lambda: here.sets.chosen is not None)
    assert here.sets.doubts.said.text() == "The labels were not checked yet."
    found = here.desk.learning().labels("units")
    assert found.refused and all(one.record for one in found.doubts)
    here.sets.reload()
    drawn = {one.name for one in found.sample} - {one.name for one in found.doubts}
    kensa.until(lambda: here.sets.doubts.strip.count() == len(found.doubts) + len(drawn))
    assert here.sets.doubts.strip.item(len(found.doubts)).text() == f"label: {rest(found).verdict}\nsecond look: open"
    assert (False, "refused until they were reviewed again.") in [
        (sign, words.partition("): ")[2]) for sign, words in here.sets.points.points
    ]
    here.sets.doubts.strip.itemActivated.emit(here.sets.doubts.strip.item(0))
    sheet = dialog(kensa, LabelSheet)
    sheet.send()
    kensa.until(lambda: not sheet.fault.isHidden())
    sheet.reason.setText("a scratch after all")
    sheet.send()
    names = {one.name for one in found.doubts[1:]} | {one.name for one in found.sample}
    first = found.doubts[0].name
    kensa.until(lambda: first not in {one.name for one in here.sets.doubts.found.doubts})
    kensa.until(lambda: QApplication.activeModalWidget() is None)
    assert here.sets.doubts.strip.count() == len(names)
    QTest.keyClick(kensa.window, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    kensa.until(lambda: "wait for the supervisor again" in here.sets.doubts.said.text())
    waiting = station.worklist()
    sample = [one for one in found.sample if one.name != first]  # that one was looked at
    assert waiting.total == len({one.name for one in (*found.doubts[1:], *sample)})
    assert waiting.counts[Cause.SECOND_LOOK] == len(sample) and waiting.counts[Cause.DOUBTED] == len(found.doubts) - 1


def rest(found: Labels) -> Doubt:
    """The first one of the sample that is not doubted."""
    doubted = {one.name for one in found.doubts}
    return next(one for one in found.sample if one.name not in doubted)


def test_a_label_of_the_sample_is_said_to_be_wrong_by_keys(
    kensa: Kensa, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Enter on its photo, what is seen, Ctrl+N: the page and the gate's words say so, in Japanese too."""
    monkeypatch.setattr(loading, "load_glimpses", bright_is_good)
    kensa.start()
    reviewed(kensa, 20, tmp_path)
    here = page(kensa)
    here.desk.learning().freeze(None, Rule(), "units")
    learning = here.desk.learning()
    found, golden = learning.labels("units"), sum(read_card(learning.set_folder("units"))["counts"]["test"].values())
    here.desk.changed.emit()
    size = sample_size(20 - golden) + sample_size(golden)
    assert len(found.sample) == size and 0 < golden < 20 and not found.doubts
    strip = here.sets.doubts.strip
    kensa.until(lambda: strip.count() == size)
    opening = f"0 of {size} labels drawn at random were looked at again; all of them must be."
    assert (False, opening) in here.sets.points.points
    for key, count in ((Qt.Key.Key_N, 1), (Qt.Key.Key_Return, 2)):
        strip.setFocus()
        strip.setCurrentRow(count - 1)
        QTest.keyClick(strip, Qt.Key.Key_Return)
        sheet = dialog(kensa, LabelSheet)
        QTest.keyClicks(sheet.reason, "seen by hand")
        kensa.until(lambda sheet=sheet: QApplication.activeWindow() is sheet)
        QTest.keyClick(sheet.reason, key, Qt.KeyboardModifier.ControlModifier)
        kensa.until(lambda left=size - count: here.sets.doubts.found.second.open == left)
    says = "1 of 2 labels looked at again were wrong: review all, freeze the set anew."
    kensa.until(lambda: (False, says) in here.sets.points.points)
    assert sorted(strip.item(n).text().partition("\n")[2] for n in range(size))[-2:] == [
        "second look: right", "second look: wrong"
    ]  # fmt: skip


def bright_is_good(folder: Path, *_: object) -> Iterator[Glimpse]:
    """Sees what `reviewed` painted: a photo of an even number is right when it is good."""
    for number, row in enumerate(read_rows(folder)):
        with Image.open(folder / row["file_name"]) as image:
            shade = np.asarray(image.convert("RGB"))[0, 0]
        bad = int(shade[0]) // 9 % 2 == 1
        noise = np.random.default_rng(number).normal(size=8)
        noise[:5] += 3 if bad else -3
        yield Glimpse(row["file_name"], 0.0, noise.astype(np.float32))
