"""A night from the window alone, with a product that Kensa has never seen.

    python -m tests.harness.night_trial ALIENS [--units 40] [--out figures.json]

ALIENS is a labelled folder with a column `split` (the toy figure of the shared data). The whole program with
kensa-nano, driven by keys: a part with a golden photo, units photographed and spoken of, judged, reviewed, frozen, a
sample of the labels looked at again, trained, compared, signed in; one more unit judged by the new adapter. Then a set
with a fifth of the labels that teach wrong, from which an adapter is trained that the gate must refuse. Files are
chosen where a person would choose them in the system's own dialog; nothing else is done past the window.
"""

import argparse
import csv
import json
import os
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QFileDialog, QLineEdit, QPushButton

from inspector_app.app import load_real_judge
from inspector_app.places import Places, resources
from inspector_app.records.files import hash_of
from inspector_app.settings import Settings
from inspector_app.ui.parts_editor import PartsDialog
from inspector_app.ui.training_doubts import LabelSheet
from inspector_app.ui.training_sheets import FreezeSheet, SignSheet, TrainSheet
from model_runtime.verdict import Answer
from tests.fakes import FakeJudge
from tests.ui.conftest import Kensa
from tests.ui.fake_devices import Bench

SLOW = 3600.0
"""Seconds after which something hangs, on a computer that has other things to do."""
PART = "toy-figure"
FLIPPED = 0.2


class Trial(Kensa):
    """The program with the real model, and no test's clock."""

    def until(self, condition: Callable[[], bool], seconds: float = SLOW) -> None:
        end = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > end:
                raise TimeoutError(f"nothing came within {seconds:.0f} s")
            QTest.qWait(30)

    def _load(self, places: Places, settings: Settings, progress: Callable[[str], None]) -> Any:
        return load_real_judge(places, settings, progress)

    def press(self, *keys: str) -> None:
        """Keys one after the other, to whatever has the focus."""
        for key in keys:
            chord = QKeySequence(key)[0]
            active = QApplication.activeModalWidget() or self.window
            QTest.keyClick(QApplication.focusWidget() or active, chord.key(), chord.keyboardModifiers())
            QTest.qWait(1)

    def open(self, kind: type[QDialog]) -> bool:
        """Whether such a dialog is open."""
        return any(one.isVisible() for one in self.window.findChildren(kind))

    def closed(self, kind: type[QDialog], sheet: Any) -> None:
        """Waits until it is; RuntimeError with what it says in the place of that."""
        self.until(lambda: not self.open(kind) or not sheet.fault.isHidden())
        if self.open(kind):
            raise RuntimeError(sheet.fault.text())

    def dialog(self, kind: type[QDialog]) -> Any:
        """The dialog of this kind, once it is open."""
        self.until(lambda: self.open(kind))
        found = next(one for one in self.window.findChildren(kind) if one.isVisible())
        self.until(lambda: QApplication.activeWindow() is found and QApplication.focusWindow() is found.windowHandle())
        return found


def say(*words: object) -> None:
    print(time.strftime("%H:%M:%S"), *words, flush=True)


def typed(edit: QLineEdit, words: str) -> None:
    edit.setFocus()
    edit.clear()
    QTest.keyClicks(edit, words)


def choosing(path: Path) -> None:
    """What the system's own dialog gives, the next time that a file is asked for."""
    QFileDialog.getOpenFileName = staticmethod(lambda *_, **__: (str(path), ""))  # type: ignore[method-assign, assignment]


# --- the day ---


def new_part(trial: Trial, golden: Path) -> None:
    """Ctrl+P, Ctrl+N: number, class, golden photo."""
    trial.press("Ctrl+P")
    sheet: PartsDialog = trial.dialog(PartsDialog)
    trial.press("Ctrl+N")
    typed(sheet.form.number, PART)
    typed(sheet.form.defects, "damaged")
    choosing(golden)
    button = next(
        b for b in sheet.form.findChildren(QPushButton) if "olden" in b.text() or "olden" in b.accessibleName()
    )
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    editor = sheet.form.golden
    assert editor is not None
    chooser = next(b for b in editor.findChildren(QPushButton) if "Choose" in b.text() + b.accessibleName())
    QTest.mouseClick(chooser, Qt.MouseButton.LeftButton)
    trial.until(lambda: editor.photo is not None)
    typed(editor.approver, "Tanaka")
    trial.press("Ctrl+Return")
    trial.until(lambda: sheet.form.known == PART or not sheet.fault.isHidden())
    if not sheet.fault.isHidden():
        raise RuntimeError(sheet.fault.text())
    trial.press("Esc")
    trial.until(lambda: not trial.open(PartsDialog))


def inspected(trial: Trial, photo: Path, voice: Path | None) -> str:
    """One unit: its photo, sometimes a note, Return; Return again for the next one. Its record's id."""
    page = trial.page
    trial.load_photo(photo)
    if voice is not None:
        page.load_voice(voice)
        trial.until(lambda: page.voice_card.voice is not None)
    page.stage.setFocus()
    trial.press("Return")
    trial.until(lambda: page.unit.inspection is not None and page.unit.inspection.verdict is not None)
    record = page.unit.inspection
    assert record is not None
    trial.press("Return")
    return record.id


def reviewed(trial: Trial, truth: dict[str, bool]) -> int:
    """The morning: O or N, a class, a reason, what becomes of it. How many were reviewed."""
    trial.press("Ctrl+3")
    page, done = trial.window.review_page, 0
    trial.until(lambda: bool(page.list.ids) and page.record is not None)
    while page.record is not None:
        record = page.record
        bad = truth[record.id]
        page.setFocus()
        trial.press("N" if bad else "O")
        if bad:
            while page.form.defect.currentData() == "none":
                trial.press("D")
            trial.press("7", "3")
        said = record.verdict.judgment.verdict if record.verdict else None
        if said is not (Answer.NG if bad else Answer.OK):
            trial.press("R")
            QTest.keyClicks(page.form.reason, "seen by hand")
            page.setFocus()
        trial.press("Return")
        trial.until(lambda was=record.id: page.record is None or page.record.id != was or page.form.fault.isVisible())  # type: ignore[misc]  # fmt: skip
        if page.record is not None and page.record.id == record.id:
            raise RuntimeError(f"{record.id}: {page.form.fault.text()}")
        done += 1
        trial.until(lambda: not page._busy)
    return done


# --- the night ---


def frozen(trial: Trial, folder: Path | None, name: str) -> list[str]:
    """A set of what was reviewed, or of a folder; what the page says of it."""
    trial.press("Ctrl+6", "F2")
    page = trial.window.training_page
    trial.until(lambda: page.sets.shelf is not None)
    trial.press("Ctrl+N" if folder is None else "Ctrl+O")
    sheet: FreezeSheet = trial.dialog(FreezeSheet)
    if folder is not None:
        typed(sheet.source, str(folder))
    typed(sheet.name, name)
    trial.press("Ctrl+Return")
    trial.closed(FreezeSheet, sheet)
    trial.until(lambda: any(one.name == f"{name}@1" for one in (page.sets.shelf.sets if page.sets.shelf else ())))
    sets = page.sets.shelf.sets if page.sets.shelf else ()
    page.sets.table.selectRow([one.name for one in sets].index(f"{name}@1"))
    return [words for _, words in page.sets.points.points]


def looked_at(trial: Trial) -> list[str]:
    """What the look at the labels of the chosen set has found, which begins by itself."""
    card = trial.window.training_page.sets.doubts
    trial.until(lambda: card.found is not None)
    return list(card.found.sentences) if card.found else []


def sent_again(trial: Trial, truth: dict[str, bool]) -> int:
    """Ctrl+E on the chosen set, and the second look in the review queue; how many were reviewed."""
    card = trial.window.training_page.sets.doubts
    trial.press("Ctrl+E")
    trial.until(lambda: not card.send_button.isEnabled())
    done = reviewed(trial, truth)
    trial.press("Ctrl+6", "F2")
    trial.until(lambda: card.found is not None and card.found.second is not None and not card.found.second.open)
    return done


def looked_again(trial: Trial, truth: dict[str, bool]) -> dict[str, Any]:
    """Photo by photo of the sample: Enter, what is seen, and whether the label is right. What came of it."""
    card = trial.window.training_page.sets.doubts

    def left() -> list[Any]:
        return [one for one in card.found.sample if one.why == "drawn"] if card.found else []

    while here := left():
        shown = [card.strip.item(n).data(Qt.ItemDataRole.UserRole).name for n in range(card.strip.count())]
        one = here[0]
        card.strip.setFocus()
        card.strip.setCurrentRow(shown.index(one.name))
        trial.press("Return")
        sheet: LabelSheet = trial.dialog(LabelSheet)
        typed(sheet.reason, "seen by hand")
        trial.press("Ctrl+Return" if (one.verdict == "NG") == truth[one.name] else "Ctrl+N")
        trial.closed(LabelSheet, sheet)
        trial.until(lambda before=here: len(left()) < len(before))  # type: ignore[misc]
    second = card.found.second if card.found else None
    return second.to_json() if second else {}


def trained(trial: Trial) -> tuple[str, float, int]:
    """Ctrl+T on the chosen set: the adapter, seconds and the memory of its process in MB."""
    page, begun = trial.window.training_page, time.monotonic()
    trial.press("Ctrl+T")
    sheet = trial.dialog(TrainSheet)
    trial.press("Ctrl+Return")
    trial.closed(TrainSheet, sheet)
    memory: list[int] = [0]
    page.desk.progress.connect(lambda told: memory.append(int(told.get("memory_mb") or 0)))
    trial.until(lambda: page.run.state in ("done", "failed"))
    if page.run.state == "failed":
        raise RuntimeError(page.run.said.text())
    return page.run._made, time.monotonic() - begun, max(memory)


def compared(trial: Trial, adapter: str) -> dict[str, Any]:
    """Ctrl+Return, Ctrl+T: gate and figures of the comparison."""
    page = trial.window.training_page
    page.run.setFocus()
    trial.press("Ctrl+Return")
    trial.until(lambda: page.weighing.name == adapter)
    QTest.mouseClick(page.weighing.weigh_button, Qt.MouseButton.LeftButton)
    trial.until(lambda: page.weighing.found is not None and page.desk.busy == "")
    content: dict[str, Any] = page.weighing.found.content  # type: ignore[union-attr]
    return content


def signed(trial: Trial, adapter: str) -> None:
    """Ctrl+Return and a reason; the adapter judges from the next unit on."""
    page = trial.window.training_page
    page.weighing.setFocus()
    trial.press("Ctrl+Return")
    sheet: SignSheet = trial.dialog(SignSheet)
    QTest.keyClicks(sheet.reason, "compared on units that nothing learned from")
    trial.press("Ctrl+Return")
    trial.closed(SignSheet, sheet)
    trial.until(lambda: Settings.load(trial.places.settings).adapter == adapter)


# --- the product ---


def rows_of(folder: Path) -> list[dict[str, str]]:
    with (folder / "metadata.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def poisoned(folder: Path, rows: Sequence[dict[str, str]], golden: Path, seed: int) -> tuple[Path, dict[str, bool]]:
    """A labelled folder: of the units to learn from a fifth says the opposite, those that measure are right; and which
    photo of the set that comes of it is truly bad."""
    r = random.Random(seed)
    table, truth = [], {}
    learn = [row for row in rows if row["split"] == "train"]
    wrong = {row["file_name"] for row in r.sample(learn, round(FLIPPED * len(learn)))}
    (folder / "images").mkdir(parents=True)
    shutil.copy(golden, folder / "golden.jpg")
    for number, row in enumerate(rows):
        name = f"images/{number:03}{Path(row['file_name']).suffix}"
        shutil.copy(row["path"], folder / name)
        truth[f"photos/{hash_of(folder / name)[:20]}{Path(name).suffix.lower()}"] = row["verdict"] == "NG"
        bad = (row["verdict"] == "NG") != (row["file_name"] in wrong)
        told = {"verdict": "NG" if bad else "OK", "defect": "damaged" if bad else "none"}
        table.append({"file_name": name, **told, "part": PART, "split": row["split"], "golden_file_name": "golden.jpg"})
    with (folder / "metadata.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(table[0]))
        writer.writeheader()
        writer.writerows(table)
    return folder, truth


def notes(folder: Path) -> dict[bool, Path]:
    """A spoken note for a bad and for a good unit, of those that come with the program."""
    found = {}
    for bad, name in ((True, "demo-02.flac"), (False, "demo-03.flac")):
        samples, rate = soundfile.read(resources() / "samples" / name, dtype="float32")
        found[bad] = folder / f"note-{bad}.wav"
        soundfile.write(found[bad], np.asarray(samples), rate)
    return found


def run(source: Path, units: int, seed: int, data: Path) -> dict[str, Any]:
    """The whole trial; what was found, as JSON."""
    rows = [{**row, "path": str(source / row["file_name"])} for row in rows_of(source)]
    r = random.Random(seed)
    goods, bads = ([one for one in rows if (one["verdict"] == "NG") == bad] for bad in (False, True))
    r.shuffle(goods)
    r.shuffle(bads)
    golden = Path(goods.pop()["path"])
    chosen = [*goods[: units // 2], *bads[: units // 2]]
    r.shuffle(chosen)
    rest = [*goods[units // 2 :], *bads[units // 2 :]]
    trial = Trial(None, data / "data", FakeJudge(), Bench(), random_share=100, threads=2)  # type: ignore[arg-type]
    told: dict[str, Any] = {"units": len(chosen)}
    try:
        trial.start()
        trial.window.show()
        _night(trial, _day(trial, chosen, golden, data, told), told)
        folder, truth = poisoned(data / "poisoned", [*_split(rest, r)], golden, seed)
        _bad_night(trial, folder, truth, told)
    finally:
        trial.program.close()
    return told


def _split(rows: Sequence[dict[str, str]], r: random.Random) -> list[dict[str, str]]:
    """Units that nobody inspected: half to learn from, half to measure with."""
    found = []
    for bad in (False, True):
        side = [row for row in rows if (row["verdict"] == "NG") == bad]
        r.shuffle(side)
        found += [{**row, "split": "train" if at % 2 else "test"} for at, row in enumerate(side)]
    return found


def _day(
    trial: Trial, chosen: Sequence[dict[str, str]], golden: Path, data: Path, told: dict[str, Any]
) -> dict[str, bool]:
    new_part(trial, golden)
    say(f"the part {PART} with a golden photo")
    trial.press("Ctrl+1")
    box = trial.page.form.part_box
    box.setCurrentIndex(next(i for i in range(box.count()) if PART in (box.itemText(i), box.itemData(i))))
    spoken, truth, begun = notes(data), {}, time.monotonic()
    for number, row in enumerate(chosen):
        bad = row["verdict"] == "NG"
        truth[inspected(trial, Path(row["path"]), spoken[bad] if number % 4 == 0 else None)] = bad
    told["inspected_s"] = round(time.monotonic() - begun)
    say(f"{len(truth)} units inspected in {told['inspected_s']} s")
    told["reviewed"] = reviewed(trial, truth)
    say(f"{told['reviewed']} reviewed")
    return truth


def _night(trial: Trial, truth: dict[str, bool], told: dict[str, Any]) -> None:
    told["balance"] = frozen(trial, None, "figures")
    say("frozen:", *told["balance"])
    looked_at(trial)
    told["reviewed_again"] = sent_again(trial, truth)
    told["labels"] = looked_at(trial)
    say(f"{told['reviewed_again']} reviewed again;", *told["labels"])
    name, seconds, memory = trained(trial)
    told["training"] = {"adapter": name, "seconds": round(seconds), "memory_mb": memory}
    say(f"{name} trained in {seconds:.0f} s, {memory} MB")
    content = compared(trial, name)
    told["gate"], told["figures"] = content["gate"], content["sets"]["golden"]["figures"]
    told["thresholds"] = content["thresholds"]
    say("gate:", json.dumps(content["gate"], ensure_ascii=False)[:900])
    if content["gate"]["open"]:
        signed(trial, name)
        say(f"{name} is let in")
    told["let_in"] = bool(content["gate"]["open"])


def _bad_night(trial: Trial, folder: Path, truth: dict[str, bool], told: dict[str, Any]) -> None:
    frozen(trial, folder, "poisoned")
    looked_at(trial)
    second = looked_again(trial, truth)
    labels = looked_at(trial)
    say(*labels)
    name, seconds, _ = trained(trial)
    content = compared(trial, name)
    told["poisoned"] = {
        "labels": labels,
        "second_look": second,
        "adapter": name,
        "seconds": round(seconds),
        "gate": content["gate"],
        "figures": content["sets"]["golden"]["figures"],
    }
    say(f"poisoned {name} trained in {seconds:.0f} s; gate:", json.dumps(content["gate"], ensure_ascii=False)[:900])
    sign = trial.window.training_page.weighing.sign_button
    told["poisoned"]["refused"] = not content["gate"]["open"] and not sign.isEnabled()


def main(words: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", type=Path)
    parser.add_argument("--units", type=int, default=40)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args(words)
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    application = QApplication.instance() or QApplication([])
    with tempfile.TemporaryDirectory(prefix="kensa-night-") as scratch:
        told = run(options.source, options.units, options.seed, Path(scratch))
    del application
    if options.out:
        options.out.write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    say(json.dumps({k: v for k, v in told.items() if k not in ("figures", "gate", "poisoned")}, ensure_ascii=False))
    return 0 if told["let_in"] and told["poisoned"]["refused"] else 1


if __name__ == "__main__":
    sys.exit(main())
