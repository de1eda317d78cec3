"""Every operation of the core that is not everybody's refuses whoever may not: called directly, as no window would."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from inspector_app.errors import KensaError
from inspector_app.inspection import Station
from inspector_app.learning import Learning, Rule
from inspector_app.parts import Parts
from inspector_app.places import Places
from inspector_app.records import check
from inspector_app.records.filter import AuditFilter, Filter
from inspector_app.records.history import History
from inspector_app.records.record import Disposition, Meaning, Opinion
from inspector_app.reports.exporting import export_file
from inspector_app.reports.trail import export_trail
from inspector_app.rights import RIGHTS, Person, Right, Role
from model_runtime.verdict import Answer, Thresholds
from tests.fakes import FakeJudge
from tests.makers import sample, station

GOOD = Opinion(Answer.OK, Disposition.ACCEPT, reason="only dust")
PINS = {Role.QUALITY: "2580", Role.SUPERVISOR: "1470", Role.OPERATOR: "3690"}
Job = Callable[["Line", Person | None], object]


class Line:
    """A station with people of every role and an older judged unit."""

    def __init__(self, folder: Path) -> None:
        self.places = Places(folder)
        self.at: Station = station(folder, FakeJudge([0.97, 0.97]))
        self.old = self.at.judge(self.at.keep(sample())).id
        self.reviewed = self.at.judge(self.at.keep(sample(1))).id
        self.at.review(self.reviewed, None, GOOD)
        self.at._kept.clear()  # kept in an earlier run
        people = self.at.people
        chief = people.add(None, "Yamada", Role.QUALITY, PINS[Role.QUALITY])
        self.people = {Role.QUALITY: chief}
        for role in (Role.SUPERVISOR, Role.OPERATOR):
            self.people[role] = people.add(chief, str(role), role, PINS[role])
        self.gone = people.add(chief, "Gone", Role.QUALITY, "9753")
        people.disable(chief, "Gone")
        self.learning = Learning(self.at.store, people, self.places, Parts.load(self.places), self.at.settings)

    def entries(self) -> int:
        return len(History.of(self.at.store).audit_trail(AuditFilter(limit=None)))


JOBS: dict[str, tuple[Right, Job]] = {
    "review": (Right.REVIEW, lambda line, who: line.at.review(line.old, who, GOOD)),
    "undo a review": (Right.REVIEW, lambda line, who: line.at.undo_review(line.reviewed, who)),
    "sign": (Right.REVIEW, lambda line, who: line.at.sign(line.reviewed, who, PINS[_role(who)], Meaning.REVIEWED)),
    "withdraw an old unit": (Right.REVIEW, lambda line, who: line.at.withdraw(line.old, who)),
    "change a part": (Right.PARTS, lambda line, who: line.at.save_part(who, _part(line, criteria="No burr."))),
    "change its thresholds": (
        Right.THRESHOLDS, lambda line, who: line.at.save_part(who, _part(line, thresholds=Thresholds(0.0, 1.0))),
    ),
    "change settings": (Right.SETTINGS, lambda line, who: _settings(line, who, kiosk=True)),
    "choose a model": (Right.MODELS, lambda line, who: _settings(line, who, model="x")),
    "register": (Right.PEOPLE, lambda line, who: line.at.people.add(who, "New", Role.OPERATOR, "8642")),
    "reset a PIN": (Right.PEOPLE, lambda line, who: line.at.people.reset(who, "Gone", "8642")),
    "another role": (Right.PEOPLE, lambda line, who: line.at.people.set_role(who, "Gone", Role.SUPERVISOR)),
    "enable": (Right.PEOPLE, lambda line, who: line.at.people.enable(who, "Gone")),
    "disable": (Right.PEOPLE, lambda line, who: line.at.people.disable(who, "Gone")),
    "export the trail": (Right.EXPORT, lambda line, who: _trail(line, who)),
    "export a report": (Right.EXPORT, lambda line, who: _report(line, who)),
    "freeze": (Right.REVIEW, lambda line, who: line.learning.freeze(who, Rule(part="general"))),
    "roll back": (Right.MODELS, lambda line, who: line.learning.rollback(who, "worse")),
    "erase a voice": (Right.PEOPLE, lambda line, who: line.learning.privacy.erase_voice(who, line.old, "asked")),
    "purge": (Right.PEOPLE, lambda line, who: line.learning.privacy.purge(who)),
}  # fmt: skip


def _role(who: Person | None) -> Role:
    return who.role if who and who.role else Role.OPERATOR


def _settings(line: Line, who: Person | None, **changes: object) -> object:
    return line.at.change_settings(who, line.at.settings.changed(**changes), line.places)


def _part(line: Line, **changes: object):  # type: ignore[no-untyped-def]
    return replace(line.at.parts.get("pcb"), **changes)  # type: ignore[arg-type]


def _trail(line: Line, who: Person | None) -> object:
    return export_trail(line.at.store, line.at.people, who, line.places.data / "out.csv", AuditFilter())


def _report(line: Line, who: Person | None) -> object:
    return export_file(line.at.store, line.at.people, who, line.places.data / "out.bin", b"x", Filter(), {})


@pytest.fixture(scope="module")
def line(tmp_path_factory: pytest.TempPathFactory):  # type: ignore[no-untyped-def]
    """Shared: a refusal changes nothing, which is what is tested."""
    made = Line(tmp_path_factory.mktemp("line"))
    yield made
    made.at.store.close()


@pytest.mark.parametrize("name", JOBS)
def test_who_may_not_is_refused_and_nothing_is_written(line: Line, name: str) -> None:
    right, job = JOBS[name]
    before = line.entries()
    refused: dict[str, Person | None] = {
        "not_signed_in": None, "person_disabled": line.gone, "unknown_person": Person(99, "Nobody", Role.QUALITY),
    }  # fmt: skip
    cases = [(code, who) for code, who in refused.items()]
    cases.append(("not_signed_in", Person.typed("Yamada")))  # a typed name is nobody, whatever it is
    cases += [("no_right", who) for role, who in line.people.items() if role not in RIGHTS[right]]
    # An old token of a higher role: what counts is what is registered now.
    cases.append(("no_right", replace(line.people[Role.OPERATOR], role=Role.QUALITY)))
    for code, who in cases:
        with pytest.raises(KensaError) as caught:
            job(line, who)
        assert caught.value.code == code, (name, who)
    assert line.entries() == before and not list(line.places.data.glob("out.*"))


def test_who_may_does_and_the_trail_tells_who(tmp_path: Path) -> None:
    line = Line(tmp_path)
    supervisor, chief = line.people[Role.SUPERVISOR], line.people[Role.QUALITY]
    for name in ("review", "undo a review", "change a part", "change settings", "export the trail"):
        JOBS[name][1](line, supervisor)
    JOBS["reset a PIN"][1](line, chief)
    told = History.of(line.at.store).audit_trail(AuditFilter(limit=6))
    assert [(entry.who, entry.what) for entry in told] == [
        ("Yamada", "person_changed"), ("supervisor", "exported"), ("supervisor", "settings_changed"),
        ("supervisor", "part_changed"), ("supervisor", "undone"), ("supervisor", "reviewed"),
    ]  # fmt: skip
    assert told[0].old["pin"] != told[0].new["pin"] and "8642" not in str(told[0])
    assert list(check.faults(line.at.store)) == []
    line.at.store.close()
