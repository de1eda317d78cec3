"""The shadow run: judges beside, is recorded, decides nothing, gives way, and sends disagreements to the supervisor."""

import math
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from inspector_app.errors import KensaError
from inspector_app.inspection import Station
from inspector_app.places import Places
from inspector_app.records import check
from inspector_app.records.filter import AuditFilter
from inspector_app.records.history import History
from inspector_app.records.record import Disposition, LineKind, Opinion
from inspector_app.rights import Person, Role
from inspector_app.settings import Settings
from inspector_app.shadow import Shadow
from inspector_app.weighing import identity_of
from model_runtime import adapter_card
from model_runtime.adapter_card import Card
from model_runtime.manifest import write_json
from model_runtime.verdict import Answer, Question, StopCheck, Stopped, Verdict
from tests.fakes import FakeJudge
from tests.makers import sample, station


def candidate(places: Places, name: str = "defect@3") -> str:
    """An adapter folder with a card; its identity."""
    folder = places.adapters / name
    folder.mkdir(parents=True)
    number = int(name.rpartition("@")[2])
    card = Card("defect", number, "b" * 64, 2, 4.0, "x", str(number) * 64)
    write_json(folder / adapter_card.CARD, card.to_json())
    return identity_of(folder)


class Candidate(FakeJudge):
    """Calls NG whatever it sees, as the adapter of that identity."""

    def __init__(self, identity: str, p_ng: float = 0.97) -> None:
        super().__init__([self._say] * 100)
        self.called, self.p = identity, p_ng

    def _say(self, question: Question) -> Verdict:
        verdict = self.verdict(question, self.p)
        return replace(verdict, model=replace(verdict.model, adapter=self.called))


@pytest.fixture
def at(tmp_path: Path) -> Station:
    return station(tmp_path, FakeJudge([0.03, 0.97, 0.03, 0.97]))


def shadow(at: Station, tmp_path: Path, judge: FakeJudge) -> Shadow:
    return Shadow(at.store, at.people, Places(tmp_path), lambda *_: judge)


def test_it_judges_beside_and_decides_nothing(at: Station, tmp_path: Path) -> None:
    identity = candidate(Places(tmp_path))
    ids = [at.judge(at.keep(sample(number))).id for number in range(4)]
    before = [at.store.get(one).verdict for one in ids]
    run = shadow(at, tmp_path, Candidate(identity))
    assert run.next(at.question) is None, "no candidate is named yet"
    run.start(None, "defect@3")
    assert run.load() and [run.next(at.question) for _ in range(5)] == [*reversed(ids), None]
    assert [at.store.get(one).verdict for one in ids] == before and all(at.store.get(one).counts for one in ids)
    said = run.summary("defect@3")
    assert (said["units"], said["agree"], said["differ"]) == (4, 2, 2) and run.count("defect@3") == 4
    lines = [at.store.get(one).last(LineKind.SHADOW) for one in ids]
    assert [line.text if line else None for line in lines] == ["defect@3 NG", None, "defect@3 NG", None]
    assert {one.id for one in at.to_review()} == {ids[0], ids[2]}
    assert list(check.faults(at.store)) == []


def test_a_review_tells_who_was_right(at: Station, tmp_path: Path) -> None:
    identity = candidate(Places(tmp_path))
    ids = [at.judge(at.keep(sample(number))).id for number in range(2)]
    run = shadow(at, tmp_path, Candidate(identity))
    run.start(None, "defect@3")
    run.load()
    while run.next(at.question):
        pass
    at.review(ids[0], Person.typed("鈴木"), Opinion(Answer.NG, Disposition.SCRAP, "scratch", reason="傷"))
    said = run.summary("defect@3")
    assert (said["reviewed"], said["missed"], said["active_missed"]) == (1, 0, 1)
    assert at.to_review() == [], "what was reviewed waits no more"


def test_it_gives_way_to_a_unit_that_waits(at: Station, tmp_path: Path) -> None:
    identity = candidate(Places(tmp_path))
    at.judge(at.keep(sample(1)))
    slow = Candidate(identity)
    slow.seconds = 5.0
    run = shadow(at, tmp_path, slow)
    run.start(None, "defect@3")
    run.load()
    at.keep(sample(2))
    with pytest.raises(Stopped):
        run.next(at.question, lambda: len(at.queue) > 0)
    assert run.count("defect@3") == 0


def failures(at: Station) -> list[tuple[str, str]]:
    """Unit and reason of every failure that the audit trail tells of."""
    found = [entry for entry in History.of(at.store).audit_trail(AuditFilter(what="shadow_failed", limit=None))]
    return [(entry.subject, entry.new["why"]) for entry in found if entry.new]


@pytest.mark.parametrize("way", ["broken", "no number", "memory"])
def test_a_candidate_that_fails_is_recorded_and_then_left_out(at: Station, tmp_path: Path, way: str) -> None:
    """Each unit is tried once; after three the run ends, and is told once. The line judges on."""
    identity = candidate(Places(tmp_path))
    ids = [at.judge(at.keep(sample(number))).id for number in range(4)]
    mine = Candidate(identity, math.nan)
    error = {"broken": ValueError("x"), "memory": MemoryError()}.get(way)
    run = shadow(at, tmp_path, mine if error is None else FakeJudge([error] * 9))
    run.start(None, "defect@3")
    run.load()
    assert [run.next(at.question) for _ in range(2)] == ids[:1:-1]
    with pytest.raises(KensaError, match="judges beside no more") as caught:
        run.next(at.question)
    assert caught.value.code == "shadow_failed"
    assert run.next(at.question) is None and run.candidate is None
    assert sorted(failures(at)) == sorted((one, way) for one in ids[1:])
    assert run.count("defect@3") == 0 and list(check.faults(at.store)) == []
    assert at.store.get(ids[0]).verdict, "what decides was never asked"


def test_a_failure_once_is_no_end(at: Station, tmp_path: Path) -> None:
    identity = candidate(Places(tmp_path))
    ids = [at.judge(at.keep(sample(number))).id for number in range(3)]
    judge = Candidate(identity)
    judge.script.insert(0, ValueError("once"))
    run = shadow(at, tmp_path, judge)
    run.start(None, "defect@3")
    run.load()
    assert [run.next(at.question) for _ in range(4)] == [*reversed(ids), None]
    assert run.count("defect@3") == 2 and failures(at) == [(ids[2], "broken")]


class Hanging(FakeJudge):
    """Never ends, and hears no stop."""

    def __init__(self) -> None:
        super().__init__([])
        self.over = threading.Event()

    def judge(self, question: Question, stop: StopCheck | None = None) -> Verdict:
        self.over.wait(30)
        raise Stopped


def test_a_candidate_that_hangs_never_holds_the_line(
    at: Station, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A unit that waits is let through within a second; what hangs for too long is left out, and recorded."""
    candidate(Places(tmp_path))
    first = at.judge(at.keep(sample(1))).id
    stuck = Hanging()
    run = shadow(at, tmp_path, stuck)
    run.start(None, "defect@3")
    run.load()
    waits = at.keep(sample(2))
    for _ in range(3):
        with pytest.raises(Stopped):
            run.next(at.question, lambda: len(at.queue) > 0)
    assert run._judge is not None and run._judge.busy, "it was left behind while it hung"
    assert at.judge(waits).verdict and run.candidate == "defect@3"
    monkeypatch.setattr(run._judge, "_limit", 0.0)
    with pytest.raises(KensaError, match="hangs"):
        run.next(at.question)
    assert run.candidate is None and [why for _, why in failures(at)] == ["hangs"]
    assert at.store.get(first).verdict
    stuck.over.set()


def test_who_may_and_what_may_be(at: Station, tmp_path: Path) -> None:
    candidate(Places(tmp_path))
    run = shadow(at, tmp_path, FakeJudge())
    with pytest.raises(KensaError, match="no adapter 'nosuch@1'"):
        run.start(None, "nosuch@1")
    Settings().changed(adapter="defect@3").save(tmp_path / "settings.json")
    with pytest.raises(KensaError) as caught:
        run.start(None, "defect@3")
    assert caught.value.code == "is_active"
    admin = at.people.add(None, "田中", Role.QUALITY, "2580")
    operator = at.people.add(admin, "佐藤", Role.OPERATOR, "2580")
    with pytest.raises(KensaError) as caught:
        run.start(operator, "defect@3")
    assert caught.value.code == "no_right"


def test_what_was_said_cannot_be_changed(at: Station, tmp_path: Path) -> None:
    import sqlite3
    from contextlib import closing

    identity = candidate(Places(tmp_path))
    at.judge(at.keep(sample(1)))
    run = shadow(at, tmp_path, Candidate(identity))
    run.start(None, "defect@3")
    run.load()
    run.next(at.question)
    trail = [entry.what for entry in History.of(at.store).trail_of("adapter")]
    at.store.close()
    assert trail == ["shadow_changed"]
    with closing(sqlite3.connect(tmp_path / "kensa.db")) as raw:
        for statement in ("UPDATE shadow_verdicts SET verdict = 'OK'", "DELETE FROM shadow_verdicts"):
            with pytest.raises(sqlite3.IntegrityError, match="never change"):
                raw.execute(statement)
