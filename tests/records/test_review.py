"""Reviews that are added and undone, the worklist and its causes, the audit trail as it is read, the limit book."""

import sqlite3
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from inspector_app.capture.sample import Sample
from inspector_app.errors import KensaError
from inspector_app.inspection import Station
from inspector_app.limit_book import Standing, changed, sections, standing, with_criterion, with_golden, with_limit
from inspector_app.parts import Part, Reference, part_of, table_of
from inspector_app.records import check
from inspector_app.records.figures import units
from inspector_app.records.filter import AuditFilter, Decided, Filter
from inspector_app.records.history import History
from inspector_app.records.record import Disposition, LineKind, Opinion
from inspector_app.records.store import Spoken
from inspector_app.records.worklist import reviewed
from inspector_app.records.worklist_causes import Cause, causes
from inspector_app.rights import PROGRAM, Person, Role
from inspector_app.settings import Settings
from model_runtime.verdict import Answer, Fixable, Severity, VoiceSays
from tests.fakes import FakeJudge
from tests.makers import photo, png, sample, station, voice

SATO = Person.typed("Sato")
GOOD = Opinion(Answer.OK, Disposition.ACCEPT, reason="only dust")
BAD = Opinion(Answer.NG, Disposition.SCRAP, "scratch", Severity.MAJOR, reason="too deep")


@pytest.fixture
def at(tmp_path: Path):  # type: ignore[no-untyped-def]
    made = station(tmp_path, FakeJudge())
    yield made
    assert list(check.faults(made.store)) == []
    made.store.close()


def judged(at: Station, p_ng: float = 0.97, seed: int = 0, **words: object) -> str:
    assert isinstance(at.model, FakeJudge)
    at.model.script.append(p_ng)
    return at.judge(at.keep(sample(seed, **words))).id


# -- undoing


def test_an_undone_review_stays_and_counts_nowhere(at: Station) -> None:
    unit = judged(at)
    at.review(unit, SATO, GOOD)
    assert at.today().ok == 1 and reviewed(at.store.database, "general")[0].truth is Answer.OK
    undone = at.undo_review(unit, Person.typed("Suzuki"))
    assert undone.review is None and undone.answer is Answer.NG and undone.reviews[0].undone
    assert undone.reviews[0].opinion == GOOD, "nothing of it is lost"
    assert (at.today().ok, at.today().ng) == (0, 1) and reviewed(at.store.database, "general") == []
    (row,) = units(at.store.database, Filter())
    assert row.review is None and row.disposition == ""
    line = undone.last(LineKind.UNDONE)
    assert line is not None and (line.who, line.text) == ("Suzuki", f"#{undone.reviews[0].number}")
    with pytest.raises(KensaError) as caught:
        at.undo_review(unit, SATO)
    assert caught.value.code == "not_reviewed"


def test_under_an_undone_review_the_one_before_stands(at: Station) -> None:
    unit = judged(at)
    at.review(unit, SATO, replace(BAD, reason=""))
    at.review(unit, SATO, GOOD)
    again = at.undo_review(unit, SATO)
    assert (
        again.answer is Answer.NG and again.review is not None and again.review.opinion.disposition is Disposition.SCRAP
    )
    assert [one.undone for one in at.review(unit, SATO, GOOD).reviews] == [False, True, False]
    found = History.of(at.store)
    assert [one.id for one in found.search(Filter(decided=Decided.REVIEWED))] == [unit]
    assert found.count(Filter(decided=Decided.REVIEWED)) == 1
    at.undo_review(unit, SATO)
    at.undo_review(unit, SATO)
    assert found.search(Filter(decided=Decided.REVIEWED)) == []


def test_a_signature_goes_with_its_review(at: Station) -> None:
    from inspector_app.reports.rows import row

    chief = at.people.add(None, "Yamada", Role.QUALITY, "2580")
    unit = judged(at, 0.5)
    signed = at.review(unit, chief, replace(BAD, disposition=Disposition.CONCESSION), "2580")
    assert signed.signature is not None and row(signed)["signed_by"] == "Yamada"
    undone = at.undo_review(unit, chief)
    assert len(undone.signatures) == 1, "it stays"
    assert undone.signature is None and row(undone)["signed_by"] is None and row(undone)["disposition"] is None


def test_an_undoing_that_is_taken_away_is_found(tmp_path: Path) -> None:
    with station(tmp_path).store as store:
        at = Station(store, FakeJudge([0.97]), station(tmp_path).parts)
        unit = at.judge(at.keep(sample())).id
        at.review(unit, SATO, GOOD)
        at.undo_review(unit, SATO)
    with sqlite3.connect(tmp_path / "kensa.db") as raw:
        raw.execute("DROP TRIGGER lines_no_delete")
        raw.execute("DELETE FROM lines WHERE kind = 'undone'")
    raw.close()
    with station(tmp_path).store as store:
        assert any("undone" in fault or "line" in fault for fault in check.faults(store))


# -- what waits


def test_each_cause_is_told_and_counted(at: Station) -> None:
    assert isinstance(at.model, FakeJudge)
    at.model.voice_says = VoiceSays.NG
    unclear, contradiction = judged(at, 0.5), judged(at, 0.05, 1, voice=voice())
    disputed = judged(at, 0.97, 2)
    at.disagree(disputed, SATO, "dust")
    at.model.script.append(Fixable("photo_broken", "The photo is damaged."))
    failed = at.judge(at.keep(sample(3))).id
    at.settings = Settings().changed(random_share=100)
    chance = judged(at, 0.01, 4)
    judged_and_fine = [unclear, contradiction, disputed, failed, chance]
    work = at.worklist()
    assert [unit.id for unit in work.units] == judged_and_fine and work.total == 5
    assert [causes(unit) for unit in work.units] == [
        (Cause.UNCLEAR,), (Cause.CONTRADICTION,), (Cause.DISAGREED,), (Cause.FAILED,), (Cause.CHANCE,),
    ]  # fmt: skip
    assert work.counts == {**dict.fromkeys(Cause, 1), Cause.SHADOW: 0, Cause.DOUBTED: 0, Cause.SECOND_LOOK: 0}
    assert [unit.id for unit in at.worklist(cause=Cause.CHANCE).units] == [chance]
    assert len(at.worklist(limit=2).units) == 2 and at.worklist(limit=2).total == 5
    assert {one.id for one in History.of(at.store).search(Filter(decided=Decided.OPEN))} == set(judged_and_fine)
    at.review(failed, SATO, BAD)
    at.withdraw(unclear, SATO)
    assert [unit.id for unit in at.worklist().units] == [contradiction, disputed, chance]
    at.undo_review(failed, SATO)
    assert at.worklist().counts[Cause.FAILED] == 1


def test_a_unit_that_nobody_asked_about_goes_back_to_nobody(at: Station) -> None:
    unit = judged(at, 0.01)
    at.review(unit, SATO, replace(GOOD, reason=""))
    at.undo_review(unit, SATO)
    assert at.worklist().units == () and History.of(at.store).count(Filter(decided=Decided.OPEN)) == 0


def test_a_spoken_reason_is_enough_and_is_found(at: Station) -> None:
    unit = judged(at)
    silent = replace(GOOD, reason="")
    with pytest.raises(KensaError):
        at.review(unit, SATO, silent)
    kept = at.review(unit, SATO, silent, spoken=Spoken(voice("why.wav"), "レンズの汚れです"))
    line = kept.last(LineKind.REASON)
    assert line is not None and line.voice is not None and line.voice.path.is_file()
    assert [one.id for one in History.of(at.store).search(Filter(text="レンズの汚れ"))] == [unit]


def test_the_model_writes_a_reason_down_and_keeps_nothing(at: Station) -> None:
    before = len(History.of(at.store).audit_trail(AuditFilter()))
    assert at.hear(voice()) == "a scratch on the left"
    assert isinstance(at.model, FakeJudge) and at.model.questions[-1].voice is not None
    assert not at.model.questions[-1].voice.exists()
    assert len(History.of(at.store).audit_trail(AuditFilter())) == before
    at.model = None
    with pytest.raises(KensaError, match="not loaded"):
        at.hear(voice())


# -- the trail as it is read


def test_the_trail_is_read_by_page_and_condition(at: Station) -> None:
    ids = [judged(at, 0.97, seed, operator="Sato") for seed in range(3)]
    at.review(ids[1], Person.typed("Tanaka"), GOOD)
    found = History.of(at.store)
    every = found.audit_trail(AuditFilter())
    assert [one.seq for one in every] == list(range(7, 0, -1))
    assert every[0].previous == every[1].hash
    assert [one.seq for one in found.audit_trail(AuditFilter(before=4, limit=2))] == [3, 2]
    assert list(found.audit_pages(AuditFilter(limit=5))) == every[:5]
    assert [one.what for one in found.audit_trail(AuditFilter(who="Tanaka"))] == ["reviewed"]
    assert len(found.audit_trail(AuditFilter(who=PROGRAM, what="judged"))) == 3
    assert {one.subject for one in found.audit_trail(AuditFilter(subject=ids[0]))} == {ids[0]}
    assert [one.what for one in found.audit_trail(AuditFilter(text="ONLY dust"))] == ["reviewed"]
    assert found.audit_trail(AuditFilter(text="100%")) == []
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    assert (
        found.audit_trail(AuditFilter(since=tomorrow)) == []
        and len(found.audit_trail(AuditFilter(until=tomorrow))) == 7
    )


# -- the book, and what the model is asked


def test_the_book_is_built_into_the_question_and_told_with_the_verdict(at: Station, tmp_path: Path) -> None:
    """A changed criterion holds from the next unit on, without training; records before it stay what they were."""
    limit = at.editor.keep_photo(photo(5, "limit.png"))
    part = replace(at.parts.get("pcb"), required=(), golden_sample=None, golden_expected=False)
    part = with_criterion(with_criterion(part, "", "No shorts."), "open", "No gap at all.")
    part = with_limit(part, None, Reference(limit, "up to 0.1 mm", "Tanaka", date.today(), None, "short"))
    at.save_part(SATO, part, "first")
    at.judge(at.keep(Sample(photo=photo(1), part="pcb")))
    asked = [question.criteria for question in at.model.questions]  # type: ignore[union-attr]
    assert asked == ["No shorts.\nopen: No gap at all.\nshort: up to 0.1 mm"]
    at.save_part(SATO, with_criterion(part, "open", "A gap below 0.05 mm is good."), "customer agreed")
    at.judge(at.keep(Sample(photo=photo(2), part="pcb")))
    assert "below 0.05 mm" in at.model.questions[-1].criteria  # type: ignore[union-attr]
    newest, first = at.editor.versions("pcb")
    assert (newest.version, newest.reason, newest.part.defect_criteria) == (
        2, "customer agreed", {"open": "A gap below 0.05 mm is good."},
    )  # fmt: skip
    assert changed(first.part, newest.part) == ["open"]


@pytest.mark.slow
def test_a_changed_criterion_is_recorded_on_every_verdict_after_it(tmp_path: Path, tiny_checkpoint: Path) -> None:
    """With a real runtime: the prompt's hash of each verdict is that of the criterion which was in force."""
    from inspector_app.loading import load_judge

    at = station(tmp_path, load_judge(tiny_checkpoint, None, 1))
    taken = sample(0).photo
    first = at.judge(at.keep(Sample(photo=taken)))
    part = at.parts.get("general")
    at.save_part(SATO, with_criterion(part, "scratch", "Shorter than 2 mm is good."))
    second, third = (at.judge(at.keep(Sample(photo=taken))) for _ in range(2))
    at.save_part(SATO, part)
    fourth = at.judge(at.keep(Sample(photo=taken)))
    prompts = [unit.verdict.model.prompt for unit in (first, second, third, fourth) if unit.verdict]
    assert prompts[0] == prompts[3] != prompts[1] == prompts[2]
    assert at.store.get(first.id).verdict == first.verdict and list(check.faults(at.store)) == []
    at.store.close()


def test_a_part_says_its_book_as_a_table_and_back(tmp_path: Path) -> None:
    for name in ("g.png", "l.png"):
        (tmp_path / name).write_bytes(png())
    golden = Reference(tmp_path / "g.png", "", "Tanaka", date(2026, 1, 1), date(2027, 1, 1))
    part = Part("p", "p", "p", ("crack", "dent"), criteria="c", defect_criteria={"dent": "1 mm"})
    part = with_golden(with_limit(part, None, Reference(tmp_path / "l.png", "edge", defect="crack")), golden)
    assert part_of("p", table_of(part, lambda path: path.name), tmp_path) == part
    whole, crack, dent = sections(part)
    assert (whole.criterion, crack.limits[0].criterion, dent.criterion) == ("c", "edge", "1 mm")
    assert (
        standing(golden, date(2026, 6, 1)) is Standing.VALID and standing(golden, date(2026, 12, 20)) is Standing.SOON
    )
    assert standing(golden, date(2027, 1, 2)) is Standing.EXPIRED
    assert standing(crack.limits[0], date(2026, 6, 1)) is Standing.UNAPPROVED
    renewed = with_limit(part, part.limits[0], replace(part.limits[0], criterion="new"))
    assert renewed.limits[0].criterion == "new" and with_limit(renewed, renewed.limits[0], None).limits == ()
    for wrong in ({"defect_criteria": {"rust": "x"}}, {"limits": (Reference(tmp_path / "l.png", defect="rust"),)}):
        with pytest.raises(ValueError, match="rust"):
            replace(part, **wrong)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="together"):
        with_criterion(part, "crack", "x" * 2000)
