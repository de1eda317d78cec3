"""A day of a line played through, and the morning's ten minutes after it: by keys, in the window, with its figures."""

from collections import Counter
from datetime import UTC, datetime

from PySide6.QtWidgets import QApplication

from inspector_app.capture.sample import Sample, photo_from_bytes
from inspector_app.quality.summary import figures
from inspector_app.records import check
from inspector_app.records.figures import units
from inspector_app.records.filter import AuditFilter, Filter
from inspector_app.records.history import History
from inspector_app.records.record import Disposition
from inspector_app.records.worklist_causes import Cause, causes
from inspector_app.rights import Person
from inspector_app.ui.audit_check import CheckDialog
from model_runtime.verdict import Answer
from tests.makers import png
from tests.ui.conftest import Kensa
from tests.ui.test_review import press, station_of, typed

UNITS = 24
SATO, SUZUKI = Person.typed("Sato"), Person.typed("Suzuki")


def play(kensa: Kensa) -> dict[str, str]:
    """A day: every sixth unit is bad and called so, every eighth unclear, some disputed, one dropped, one taken anew.

    Id -> what the unit really is.
    """
    at = station_of(kensa)
    at.settings = at.settings.changed(random_share=25, shift_plan="Early 06:00, Late 14:00, Night 22:00")
    truth: dict[str, str] = {}
    for number in range(UNITS):
        bad, unclear = number % 6 == 3, number % 8 == 5
        kensa.judge.script.append(0.5 if unclear else 0.96 if bad else 0.03)
        who = SATO if number % 2 else SUZUKI
        sample = Sample(
            photo=photo_from_bytes(png(number, (24, 24)), f"{number}.png"), part="general", lot=f"L-{number // 12}",
            serial=f"S-{number:03d}", operator=who.name,
        )  # fmt: skip
        unit = at.judge(at.keep(sample))
        truth[unit.id] = "bad" if bad else "good"
        if number % 12 == 8:
            at.disagree(unit.id, who, "It is good: dirt or a reflection")
        elif not unclear:
            at.accept(unit.id, who)
    at.withdraw(next(iter(truth)), SUZUKI, "dropped")
    return truth


def test_the_morning_after_a_day_of_the_line(kensa: Kensa) -> None:
    kensa.start()
    truth = play(kensa)
    at = station_of(kensa)
    work = at.worklist(None)
    assert work.counts[Cause.UNCLEAR] == 3 and work.counts[Cause.DISAGREED] == 2
    press(kensa, "Ctrl+3")
    page = kensa.window.review_page
    kensa.until(lambda: len(page.list.ids) == work.total)
    decided = Counter()  # type: ignore[var-annotated]
    while page.record is not None:
        unit, left = page.record, len(page.list.ids)
        kensa.until(lambda: page.stage.picture is not None)
        called = unit.verdict.judgment.verdict if unit.verdict else None
        is_bad = truth[unit.id] == "bad"
        if called is (Answer.NG if is_bad else Answer.OK):
            press(kensa, "A")
        else:
            press(kensa, "N" if is_bad else "O")
        if is_bad:
            press(kensa, "2" if unit.serial and int(unit.serial[2:]) % 4 else "3")
            if page.form.defect.currentData() == "none":
                press(kensa, "D")
        if called not in (None, Answer.INCONCLUSIVE) and called is not (Answer.NG if is_bad else Answer.OK):
            press(kensa, "R")
            typed(kensa, "seen under the lamp")
        press(kensa, "Return")
        kensa.until(lambda left=left: len(page.list.ids) == left - 1 and not page._busy)
        decided.update(causes(unit))
    assert decided == Counter({cause: count for cause, count in work.counts.items() if count})

    # what an auditor is shown a year later
    told = figures(units(at.store.database, Filter()))
    assert told.units == UNITS - 1 and told.yield_.value is not None
    today = at.today(datetime.now(UTC))
    assert today.units == UNITS - 1 and today.inconclusive == 0 and today.withdrawn == 1
    history = History.of(at.store)
    reviews = [unit for unit in history.search(Filter(limit=None)) if unit.reviews]
    assert len(reviews) == work.total
    for unit in reviews:
        assert unit.review is not None and unit.review.who == "kensa" and unit.verdict is not None
        assert (unit.answer is Answer.NG) == (truth[unit.id] == "bad")
        assert (unit.review.opinion.disposition is Disposition.ACCEPT) == (truth[unit.id] == "good")
    assert len(history.audit_trail(AuditFilter(what="reviewed", limit=None))) == work.total
    press(kensa, "Ctrl+5", "F9")
    kensa.until(lambda: isinstance(QApplication.activeModalWidget(), CheckDialog))
    dialog = QApplication.activeModalWidget()
    assert isinstance(dialog, CheckDialog)
    kensa.until(lambda: "written" in dialog.band.title)
    dialog.reject()
    assert list(check.faults(at.store)) == []
