"""The supervisor's pages for docs/screenshots.py: a morning's work waits, one unit is being decided."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from inspector_app.capture.sample import Sample, read_photo, read_voice
from inspector_app.parts import Reference
from inspector_app.places import resources
from inspector_app.rights import Person
from inspector_app.ui.compare import Compare
from model_runtime.verdict import VoiceSays

if TYPE_CHECKING:
    from docs.screenshots import Session

STATES = {"review", "review-ng", "review-help", "history-record", "book", "audit", "audit-check"}


def desk(session: Session) -> None:
    """All pictures of the supervisor's pages."""
    if not any(session.wanted(state) for state in STATES):
        return
    _work(session)
    review(session)
    history(session)
    book(session)
    audit(session)
    session.window.go_inspect()


def history(session: Session) -> None:
    """Conditions, and a record that was decided."""
    window = session.window
    window.go_history()
    page = window.history_page
    session.wait(lambda: len(page.model.rows) > 8)
    page.chips.put("period", "today")
    page.chips.put("decided", "reviewed")
    session.wait(lambda: any(row.reviews for row in page.model.rows))
    page.table.selectRow(page.model.rows.index(next(row for row in page.model.rows if row.reviews)))
    session.wait(lambda: page.panel.photo.can_compare)
    session.grab("history-record")
    page.clear_filters()


def review(session: Session) -> None:
    """The queue: as it is found, and with a decision half made."""
    window = session.window
    window.go_review()
    page = window.review_page
    session.wait(lambda: page.record is not None and page.stage.picture is not None)
    session.settle(0.3)
    session.grab("review")
    page.list.units.setCurrentRow(3)
    session.wait(lambda: page.stage.can_compare)
    page.say_ng()
    page.next_defect()
    page.severity_major()
    page.put_rework()
    page.form.reason.setPlainText("縁の欠け。限度見本 B より大きい")
    page.stage.compare(Compare.SIDE)
    page.draw_place()
    session.grab("review-ng")
    window.show_help()
    session.grab("review-help")
    window.help.hide()
    page.save()
    session.wait(lambda: bool(page.done))


def book(session: Session) -> None:
    """A part with criteria, a golden sample and limit samples, one of them expired."""
    station = session.program.desk.station
    assert station is not None
    samples, today = resources() / "samples", date.today()
    crack, dent = samples / "demo-03.jpg", samples / "demo-04.jpg"
    part = replace(
        station.parts.get("general"),
        name="DP-08",
        title_ja="軸受プレート DP-08",
        title_en="Bearing plate DP-08",
        defects=("scratch", "crack", "dent"),
        criteria="表面に機能を損なう傷・欠けのないこと。加工目は不良としない。",
        defect_criteria={"scratch": "長さ 2 mm 以下、深さ 0.1 mm 以下は良品。", "crack": "割れは長さを問わず不良。"},
        golden_sample=Reference(samples / "golden.jpg", "", "田中 由美", today, today + timedelta(days=365)),
        limits=(
            Reference(crack, "この長さまで良品", "田中 由美", today, today + timedelta(days=20), "scratch"),
            Reference(
                dent,
                "これより大きい打痕は不良",
                "鈴木 一郎",
                today - timedelta(days=400),
                today - timedelta(days=35),
                "dent",
            ),
        ),
    )
    chief = Person.typed("田中 由美")
    station.save_part(chief, replace(part, defect_criteria={}, limits=()), "新規登録")
    station.save_part(chief, part, "限度見本を追加")
    session.window.go_book()
    page = session.window.book_page
    session.wait(lambda: page.names.count() > 1)
    page.load("DP-08")
    session.wait(lambda: page.part is not None and page.part.name == "DP-08" and page.versions.count() == 2)
    session.settle(0.4)
    session.grab("book")


def audit(session: Session) -> None:
    """The trail, one entry in full, and the check of all records."""
    session.window.go_audit()
    page = session.window.audit_page
    session.wait(lambda: len(page.model.rows) > 10)
    session.settle(0.3)
    session.grab("audit")
    page.verify()
    session.settle(1.0)
    session.grab("audit-check")
    for one in session.dialogs():
        one.done(0)


def _work(session: Session) -> None:
    """Units with every cause."""
    station = session.program.desk.station
    assert station is not None
    station.settings = station.settings.changed(random_share=100)
    samples, golden = sorted((resources() / "samples").glob("demo-*.jpg")), resources() / "samples" / "golden.jpg"
    note = resources() / "samples" / "demo-03.flac"
    missed, dust = "It is bad: a defect was missed", "It is good: dirt or a reflection"
    plans = (
        (0.52, "", False), (0.05, "", True), (0.91, dust, False), (0.97, "", True),
        (0.03, "", False), (0.47, "", True), (0.02, missed, False), (0.99, "", False),
    )  # fmt: skip
    for number, (p_ng, reason, voice) in enumerate(plans * 2):
        session.judge.script = [p_ng]
        session.judge.voice_says = VoiceSays.NG
        photo = samples[number % len(samples)]
        sample = Sample(
            photo=read_photo(photo, photo.name),
            voice=read_voice(note, note.name) if voice else None,
            golden=read_photo(golden, golden.name),
            part="general",
            lot=f"L-22{91 + number // 6}",
            serial=f"{1041 + number:05d}",
            operator="佐藤 健",
        )
        kept = station.judge(station.keep(sample))
        if reason:
            station.disagree(kept.id, Person.typed("佐藤 健"), reason)
