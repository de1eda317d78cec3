"""What people say of a unit, the queue, the day in figures: from the first photo to the supervisor's review."""

import threading
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from inspector_app.capture.sample import Sample
from inspector_app.errors import KensaError
from inspector_app.identity import FieldRule, Identification
from inspector_app.inspection import Station
from inspector_app.part_editor import effect
from inspector_app.parts import Part, Parts, Reference
from inspector_app.places import Places
from inspector_app.records import check
from inspector_app.records.history import History
from inspector_app.records.record import Decision, Disposition, LineKind, Opinion, State
from inspector_app.rights import Person, Role
from inspector_app.settings import Settings
from inspector_app.waiting import FRESH_IN_A_ROW, Queue
from model_runtime.verdict import Answer, Severity, Stopped, Thresholds, VoiceSays
from tests.fakes import FakeJudge
from tests.makers import photo, png, sample, station, undo_last, voice

SATO = Person.typed("Sato")
GOOD = Opinion(Answer.OK, Disposition.ACCEPT, reason="only dust")
BAD = Opinion(Answer.NG, Disposition.SCRAP, "scratch", Severity.MAJOR, reason="too deep")


@pytest.fixture
def at(tmp_path: Path):  # type: ignore[no-untyped-def]
    made = station(tmp_path, FakeJudge())
    yield made
    assert list(check.faults(made.store)) == []
    made.store.close()


def judged(at: Station, p_ng: float = 0.95, seed: int = 0, **words: object) -> str:
    assert isinstance(at.model, FakeJudge)
    at.model.script.append(p_ng)
    return at.judge(at.keep(sample(seed, **words))).id


def refused(code: str, job, *args: object) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(KensaError) as caught:
        job(*args)
    assert caught.value.code == code


# -- accepting, disagreeing, correcting


def test_accepting_is_kept_once(at: Station) -> None:
    unit = judged(at)
    assert at.accept(unit, SATO) == at.accept(unit, SATO)
    (line,) = at.store.get(unit).lines
    assert (line.kind, line.who) == (LineKind.ACCEPTED, "Sato")
    assert [entry.what for entry in History.of(at.store).trail(unit)] == ["captured", "judged", "accepted"]


def test_disagreeing_goes_to_the_supervisor_and_changes_no_verdict(at: Station) -> None:
    unit = judged(at)
    before = at.store.get(unit).verdict
    assert at.to_review() == []
    told = at.disagree(unit, SATO, " reflection of the lamp ", voice("why.wav"))
    (line,) = told.lines
    assert line.text == "reflection of the lamp" and line.voice and line.voice.path.is_file()
    assert [kept.id for kept in at.to_review()] == [unit]
    reviewed = at.review(unit, Person.typed("Suzuki"), GOOD)
    assert reviewed.verdict == before and reviewed.answer is Answer.OK
    assert reviewed.review and reviewed.review.decision is Decision.OVERRIDDEN
    assert (reviewed.review.who, reviewed.review.opinion) == ("Suzuki", GOOD)
    assert at.to_review() == []
    refused("already_reviewed", at.disagree, unit, SATO, "still")
    full = reviewed.to_full_json()
    assert full["reviews"][0]["disposition"] == "accept" and full["lines"][0]["kind"] == "disagreed"


def test_a_disagreement_says_something(at: Station) -> None:
    refused("no_reason", at.disagree, judged(at), SATO, "  ")
    refused("text_too_long", at.disagree, judged(at, seed=1), SATO, "x" * 2001)
    refused("not_judged", at.disagree, at.keep(sample(2)), SATO, "wrong")
    refused("not_judged", at.accept, at.store.waiting()[0], SATO)
    refused("unknown_id", at.accept, "01" * 13, SATO)


def test_an_unclear_unit_waits_for_the_supervisor(at: Station) -> None:
    unit = judged(at, 0.5)
    assert [kept.id for kept in at.to_review()] == [unit]
    reviewed = at.review(unit, SATO, replace(BAD, reason=""))
    assert reviewed.review and reviewed.review.decision is Decision.DECIDED
    assert reviewed.answer is Answer.NG


def test_a_review_may_be_followed_by_another(at: Station) -> None:
    unit = judged(at, 0.95)
    assert at.review(unit, SATO, replace(BAD, reason="")).reviews[-1].decision is Decision.CONFIRMED
    refused("no_reason", at.review, unit, SATO, replace(GOOD, reason=" "))
    assert [r.verdict for r in at.review(unit, SATO, GOOD).reviews] == [Answer.NG, Answer.OK]


def test_what_was_heard_is_corrected_beside_the_original(at: Station) -> None:
    unit = judged(at, 0.95, voice=voice())
    assert at.store.get(unit).heard == "a scratch on the left"
    assert at.correct_heard(unit, SATO, "a scratch on the right").heard == "a scratch on the right"
    assert len(at.correct_heard(unit, SATO, "a scratch on the right").lines) == 1
    verdict = at.store.get(unit).verdict
    assert verdict and verdict.judgment.heard == "a scratch on the left"
    refused("no_voice", at.correct_heard, judged(at, seed=1), SATO, "something")


def test_chance_sends_some_of_the_clear_ones(at: Station) -> None:
    at.settings = Settings().changed(random_share=100)
    unit = judged(at, 0.01)
    assert [kept.id for kept in at.to_review()] == [unit]
    at.settings = Settings().changed(random_share=0)
    judged(at, 0.01, 1)
    assert [kept.id for kept in at.to_review()] == [unit]


# -- undo and retake


def test_undo_withdraws_the_last_and_deletes_nothing(at: Station) -> None:
    first, second = judged(at), judged(at, seed=1)
    undone = undo_last(at, SATO)
    assert undone and undone.id == second and not undone.counts
    assert undone.photo and undone.photo.path.is_file() and undone.verdict
    refused("already_withdrawn", at.accept, second, SATO)
    refused("already_withdrawn", at.withdraw, second, SATO)
    undone = undo_last(at, SATO)
    assert undone and undone.id == first
    assert undo_last(at, SATO) is None


def test_a_withdrawn_unit_is_never_judged(at: Station, tmp_path: Path) -> None:
    kept = at.keep(sample())
    undo_last(at, SATO)
    assert len(at.queue) == 0 and at.judge_next() is None
    assert at.judge(kept).state is State.CAPTURED
    assert station(tmp_path).store.waiting() == []


def test_a_reviewed_unit_is_not_undone(at: Station) -> None:
    unit = judged(at)
    at.review(unit, SATO, GOOD)
    refused("already_reviewed", at.withdraw, unit, SATO)
    assert undo_last(at, SATO) is None
    refused("already_reviewed", at.keep, sample(1, retake_of=unit))


def test_a_retake_takes_the_place_of_the_old_one(at: Station) -> None:
    old = at.keep(sample(serial="S1"))
    new = at.keep(sample(1, serial="S1", retake_of=old))
    assert at.store.get(new).retake_of == old and at.store.get(new).cautions == ()
    assert not at.store.get(old).counts and at.store.waiting() == [new] and at.queue.ids() == [new]
    refused("already_withdrawn", at.keep, sample(2, retake_of=old))
    refused("unknown_id", at.keep, sample(2, retake_of="01" * 13))
    assert at.today().units == 1


# -- identity, modalities, cautions


def with_part(at: Station, **changes: object) -> Part:
    part = Part("gasket", "", "", **changes)  # type: ignore[arg-type]
    at.parts = Parts({"gasket": part})
    return part


def test_identity_is_kept_and_must_fit_the_part(at: Station) -> None:
    with_part(at, identification=Identification({"work_order": FieldRule(r"W\d+", "W12", required=True)}))
    refused("bad_identity", at.keep, sample(part="gasket", work_order="12"))
    refused("bad_identity", at.keep, sample(part="gasket"))
    assert at.store.waiting() == []
    kept = at.store.get(at.keep(sample(part="gasket", work_order="W7")))
    assert kept.work_order == "W7" and History.of(at.store).values("work_order") == ["W7"]


def test_a_serial_number_seen_before_is_said_and_kept_with_the_unit(at: Station) -> None:
    at.keep(sample(part="pcb", serial="S1", golden=photo(9)))
    again = sample(1, part="pcb", serial="S1", golden=photo(9))
    assert [caution.code for caution in at.cautions(again)] == ["duplicate_serial"]
    assert at.store.get(at.keep(again)).cautions == ("duplicate_serial",)
    assert at.cautions(replace(again, part="toy-figure")) == ()


def test_expired_and_missing_samples_are_said(at: Station, tmp_path: Path) -> None:
    (tmp_path / "good.png").write_bytes(png(5))
    yesterday, today = date.today() - timedelta(days=1), date.today()
    old = Reference(tmp_path / "good.png", expires_on=yesterday)
    with_part(at, golden_sample=old, limits=(replace(old, criterion="1 mm"),))
    assert at.store.get(at.keep(sample(part="gasket"))).cautions == ("golden_expired", "limit_expired")
    with_part(at, golden_sample=replace(old, expires_on=today))
    assert at.cautions(sample(part="gasket")) == ()
    with_part(at, golden_expected=True)
    assert [caution.code for caution in at.cautions(sample(part="gasket"))] == ["golden_missing"]


@pytest.mark.parametrize(
    ("modalities", "required", "given", "code"),
    [
        (("photo", "voice"), ("voice",), {}, "voice_required"),
        (("photo", "voice"), ("photo",), {"photo": None, "voice": voice()}, "photo_required"),
        (("voice",), (), {}, "not_for_part"),
        (("photo",), (), {"photo": None, "voice": voice()}, "not_for_part"),
        (("photo", "voice"), (), {"photo": None}, "empty_sample"),
    ],
)
def test_a_part_takes_what_it_is_judged_by(
    at: Station, modalities: tuple[str, ...], required: tuple[str, ...], given: dict[str, object], code: str
) -> None:
    with_part(at, modalities=modalities, required=required)
    refused(code, at.keep, sample(part="gasket", **given))


@pytest.mark.parametrize(
    ("given", "asked"),
    [
        ({}, (True, False, False)),
        ({"voice": voice()}, (True, True, False)),
        ({"photo": None, "voice": voice()}, (False, True, False)),
        ({"golden": photo(3)}, (True, False, True)),
    ],
)
def test_the_question_carries_no_more_than_the_unit_has(
    at: Station, given: dict[str, object], asked: tuple[bool, ...]
) -> None:
    at.judge(at.keep(sample(**given)))
    assert isinstance(at.model, FakeJudge)
    (question,) = at.model.questions
    assert (question.photo is not None, question.voice is not None, question.golden is not None) == asked


# -- the queue


def test_units_are_judged_in_their_order_and_seen_while_they_wait(at: Station) -> None:
    changes: list[int] = []
    at.queue.watch(lambda: changes.append(len(at.queue)))
    ids = [at.keep(sample(number, serial=f"S{number}")) for number in range(3)]
    waiting = at.queue.waiting()
    assert [(w.id, w.position, w.serial, w.judging) for w in waiting] == [
        (ids[n], n + 1, f"S{n}", False) for n in range(3)
    ]
    assert all(w.photo and w.photo.is_file() for w in waiting)
    begun: list[str] = []
    done = [at.judge_next(None, begun.append) for _ in range(3)]
    assert [d.id for d in done if d] == ids == begun and at.judge_next(None, begun.append) is None
    assert changes[:3] == [1, 2, 3] and changes[-1] == 0 and at.queue.waiting() == []


def test_capture_does_not_wait_for_the_model(at: Station) -> None:
    at.model = FakeJudge(seconds=30)
    first = at.keep(sample())
    stop = threading.Event()
    thread = threading.Thread(target=lambda: pytest.raises(Stopped, at.judge_next, stop.is_set))
    thread.start()
    while not (waiting := at.queue.waiting()) or not waiting[0].judging:
        pass
    ids = [at.keep(sample(number)) for number in range(1, 6)]
    assert [w.id for w in at.queue.waiting()] == [first, *ids] and thread.is_alive()
    stop.set()
    thread.join(10)
    assert at.queue.ids() == [first, *ids] and at.store.waiting() == [first, *ids]


def test_what_a_run_left_takes_turns_with_what_comes(at: Station, tmp_path: Path) -> None:
    left = [at.keep(sample(number)) for number in range(3)]
    later = station(tmp_path, FakeJudge())
    assert later.queue.load() == 3 and later.queue.load() == 0
    fresh = [later.keep(sample(number)) for number in range(10, 18)]
    expected = [*fresh[:3], left[0], *fresh[3:6], left[1], *fresh[6:], left[2]]
    assert later.queue.ids() == expected
    assert [d.id for d in iter(later.judge_next, None)] == expected
    later.store.close()


def test_a_bug_in_one_unit_holds_up_no_other(at: Station) -> None:
    assert isinstance(at.model, FakeJudge)
    at.model.script = [ZeroDivisionError("ours"), 0.1]
    first, second = at.keep(sample()), at.keep(sample(1))
    with pytest.raises(ZeroDivisionError):
        at.judge_next()
    assert at.queue.ids() == [second]
    done = at.judge_next()
    assert done and done.id == second and at.judge_next() is None
    assert at.queue.load() == 0 and at.store.waiting() == [first]


def test_without_a_model_the_queue_stays(at: Station) -> None:
    at.model, kept = None, at.keep(sample())
    refused("no_model", at.judge_next)
    assert at.queue.ids() == [kept]


class Turns(RuleBasedStateMachine):
    """Whatever comes, nobody is lost, nobody is judged twice, and neither line waits longer than its turn."""

    class Records:
        def __init__(self) -> None:
            self.captured = [f"L{n:03}" for n in range(5)]

        def waiting(self) -> list[str]:
            return list(self.captured)

    def __init__(self) -> None:
        super().__init__()
        self.records = self.Records()
        self.queue = Queue(self.records)  # type: ignore[arg-type]
        self.came: list[str] = []
        self.gone: list[str] = []
        self.fresh_in_a_row = 0
        self.loaded = False

    @rule()
    def load(self) -> None:
        self.queue.load()
        self.came += [] if self.loaded else self.records.waiting()
        self.loaded = True

    @rule()
    def keep(self) -> None:
        self.came.append(f"N{len(self.came):03}")
        self.queue.add(self.came[-1])

    @rule(end=st.sampled_from(["done", "set_aside"]))
    def judge(self, end: str) -> None:
        order = self.queue.ids()
        taken = self.queue.take()
        assert taken == (order[0] if order else None)
        if taken is None:
            return
        left_waits = any(i.startswith("L") for i in order)
        self.fresh_in_a_row = self.fresh_in_a_row + 1 if taken.startswith("N") else 0
        assert not left_waits or self.fresh_in_a_row <= FRESH_IN_A_ROW
        getattr(self.queue, end)(taken)
        self.leaves(taken, end == "done")

    @rule(data=st.data())
    def withdraw(self, data: st.DataObject) -> None:
        if ids := self.queue.ids():
            chosen = data.draw(st.sampled_from(ids))
            self.queue.done(chosen)
            self.leaves(chosen, True)

    def leaves(self, sample_id: str, for_good: bool) -> None:
        self.gone.append(sample_id)
        if for_good and sample_id in self.records.captured:
            self.records.captured.remove(sample_id)

    @invariant()
    def nobody_is_lost(self) -> None:
        assert sorted([*self.queue.ids(), *self.gone]) == sorted(self.came)
        for line in "LN":
            mine = [i for i in self.queue.ids() if i.startswith(line)]
            assert mine == sorted(mine)


TestTurns = Turns.TestCase


# -- the day in figures


def test_the_day_in_figures(at: Station) -> None:
    for number, p_ng in enumerate((0.01, 0.02, 0.95, 0.5)):
        judged(at, p_ng, number)
    judged(at, 0.99, 4)
    undo_last(at, SATO)
    unit = judged(at, 0.5, 5)
    at.review(unit, SATO, GOOD)
    at.keep(sample(6))
    at.settings = Settings().changed(target_takt=20)
    day = at.today()
    assert (day.units, day.ok, day.ng, day.inconclusive, day.waiting, day.withdrawn) == (6, 3, 1, 1, 1, 1)
    assert day.yield_ == 3 / 5 and day.target_s == 20 and day.takt_s is not None and day.takt_s < 10
    assert at.today(datetime.now(UTC) + timedelta(days=2)).units == 0
    assert at.today(part="pcb").units == 0 and at.today(part="general").units == 6


def test_takt_is_the_median_so_that_a_break_does_not_count(at: Station, monkeypatch: pytest.MonkeyPatch) -> None:
    begin = datetime(2026, 3, 5, 3, tzinfo=UTC)
    moments = [begin + timedelta(seconds=s) for s in (0, 30, 60, 90, 4000, 4030)]

    class Clock(datetime):
        @classmethod
        def now(cls, tz=None):  # type: ignore[no-untyped-def]
            return moments[0]

    monkeypatch.setattr("inspector_app.records.store.datetime", Clock)
    for number in range(6):
        at.keep(sample(number))
        moments.pop(0)
        moments.append(begin)
    assert at.today(begin).takt_s == 30


def test_the_shift_of_a_unit_is_kept(at: Station) -> None:
    now = datetime.now().astimezone()
    start = (now - timedelta(hours=1)).strftime("%H:%M")
    end = (now + timedelta(hours=3)).strftime("%H:%M")
    at.keep(sample())
    at.settings = Settings().changed(shift_plan=f"早番 {start}, 遅番 {end}")
    kept = at.store.get(at.keep(sample(1)))
    assert kept.shift == "早番"
    shift = at.this_shift()
    assert (shift.name, shift.units) == ("早番", 2)


# -- rights, parts, settings


def test_registered_people_have_rights_and_others_none(at: Station, tmp_path: Path) -> None:
    unit = judged(at)
    admin = at.people.add(None, "田中", Role.QUALITY, "2580")
    operator = at.people.add(admin, "Sato", Role.OPERATOR, "1379")
    part, places = replace(at.parts.get("pcb"), criteria="No shorts."), Places(tmp_path)
    for person, code in ((None, "not_signed_in"), (SATO, "not_signed_in")):
        refused(code, at.accept, unit, person)
    for job, args in (
        (at.review, (unit, operator, GOOD)),
        (at.save_part, (operator, part)),
        (at.change_settings, (operator, Settings().changed(kiosk=True), places)),
        (at.change_settings, (operator, Settings().changed(thresholds=Thresholds(0.0, 1.0)), places)),
        (at.withdraw, ("01" * 13, operator)),
    ):
        refused("no_right", job, args[0], *args[1:])
    at.accept(unit, operator)
    at.disagree(unit, operator, "dust")
    at.change_settings(operator, Settings().changed(language="ja"), places)
    at.review(unit, admin, GOOD)
    at.save_part(admin, part)
    supervisor = at.people.add(admin, "Ito", Role.SUPERVISOR, "9753")
    refused("no_right", at.change_settings, supervisor, at.settings.changed(model="other"), places)
    at.change_settings(supervisor, at.settings.changed(kiosk=True), places)


def test_settings_are_saved_and_told(at: Station, tmp_path: Path) -> None:
    new = Settings().changed(kiosk=True, language="ja", thresholds=Thresholds(0.1, 0.9))
    at.change_settings(SATO, new, Places(tmp_path))
    assert Settings.load(tmp_path / "settings.json") == new and at.thresholds == Thresholds(0.1, 0.9)
    (entry,) = History.of(at.store).trail_of("settings")
    assert entry.who == "Sato" and entry.old == {"kiosk": False, "thresholds": None}
    assert entry.new == {"kiosk": True, "thresholds": {"ok_below": 0.1, "ng_above": 0.9}}


def test_a_part_is_changed_version_by_version(at: Station, tmp_path: Path) -> None:
    (tmp_path / "good.png").write_bytes(png(5))
    golden = Reference(tmp_path / "good.png", "flat", "Ito", date(2026, 1, 1), date(2099, 1, 1))
    rules = Identification({"lot": FieldRule(r"L-\d+", "L-1", next="keep")}, r"(?P<lot>L-\d+)")
    first = Part(
        "gasket", "ガスケット", "Gasket", ("tear",), golden_sample=golden, limits=(golden,), identification=rules
    )
    kept = at.save_part(SATO, first, "new part")
    (tmp_path / "good.png").unlink()
    assert kept.golden and kept.golden.read_bytes() == png(5)
    second = replace(kept, thresholds=Thresholds(0.1, 0.6), target_takt=12.0, required=("photo",))
    at.save_part(SATO, second)
    at.save_part(SATO, second)
    versions = at.editor.versions("gasket")
    assert [(v.version, v.reason, v.part) for v in versions] == [(2, "", second), (1, "new part", kept)]
    again = station(tmp_path)
    assert again.parts.get("gasket") == second
    assert again.judge(again.keep(sample(part="gasket", lot="L-1"))).golden
    (one, two) = History.of(at.store).trail_of("part:gasket")
    assert one.old == {"definition": None} and two.old["definition"] == one.new["definition"]
    again.store.close()


def test_a_part_of_a_file_is_changed_in_the_program(at: Station, tmp_path: Path) -> None:
    at.save_part(SATO, replace(at.parts.get("pcb"), defects=("open", "short")))
    again = station(tmp_path)
    assert again.parts.get("pcb").defects == ("open", "short") and again.parts.get("pcb").title_ja == "プリント基板"
    again.store.close()


def test_thresholds_have_a_right_of_their_own(at: Station, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(at.people, "require", lambda person, right: asked.append(str(right)))
    pcb = at.parts.get("pcb")
    at.save_part(SATO, replace(pcb, thresholds=Thresholds(0.1, 0.9)))
    assert asked == ["thresholds"]
    at.save_part(SATO, replace(at.parts.get("pcb"), criteria="x"))
    assert asked == ["thresholds", "parts"]


def test_what_other_thresholds_would_do(at: Station) -> None:
    assert isinstance(at.model, FakeJudge)
    for number, (p_ng, truth) in enumerate(
        [(0.05, GOOD), (0.3, GOOD), (0.75, GOOD), (0.25, BAD), (0.9, BAD), (float("nan"), BAD)]
    ):
        at.review(judged(at, p_ng, number), SATO, truth)
    judged(at, 0.01, 20)
    at.model.voice_says = VoiceSays.OK
    at.review(judged(at, 0.7, 21, voice=voice()), SATO, BAD)
    at.store.add_line(at.review(judged(at, 0.01, 22), SATO, GOOD).id, LineKind.WITHDRAWN, "Sato")
    seen = effect(at.editor.reviewed("general"), Thresholds(0.3, 0.6))
    assert (seen.records, seen.at_random) == (7, 0)
    assert (seen.miss.hits, seen.miss.total) == (1, 4)
    assert (seen.overkill.hits, seen.overkill.total) == (1, 3)
    assert (seen.coverage.hits, seen.coverage.total) == (4, 7)  # 0.3 is not below 0.3, no number, voice against it
    assert seen.miss.low == pytest.approx(0.00631, abs=1e-4) and seen.miss.high == pytest.approx(0.80588, abs=1e-4)
    nothing = effect(at.editor.reviewed("pcb"), Thresholds())
    assert nothing.records == 0 and nothing.miss.value is None and (nothing.miss.low, nothing.miss.high) == (0.0, 1.0)


def test_a_part_judged_by_voice_alone(at: Station) -> None:
    with_part(at, modalities=("voice",))
    assert at.judge(at.keep(Sample(voice=voice(), part="gasket"))).state is State.JUDGED
