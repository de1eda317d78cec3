"""What the log may not hold: names of people, what was said, what stands in a record, content of photos."""

import logging
from pathlib import Path

from inspector_app import logs
from inspector_app.inspection import Station
from inspector_app.places import Places
from inspector_app.records.record import Disposition, Opinion
from inspector_app.rights import Role
from inspector_app.watchdog import Guarded
from model_runtime.verdict import Answer, Fixable, Question, Verdict
from tests.fakes import FakeJudge
from tests.flow.conftest import Kensa
from tests.makers import photo, sample, station, voice

SECRET = ("Zebrafink", "gratschkratz", "Losnummer77", "Seriennr88", "Auftrag99", "Grundwort", "7391", "AUSWEIS-55")
"""A name, a transcript, lot, serial, work order, a reason, a PIN, a badge: each is nowhere else."""


def fails(_: Question) -> Verdict:
    raise RuntimeError("a bug inside of the model")


def a_day(folder: Path) -> Station:
    """All that people and the model say, with refusals and bugs in between."""
    name, heard, lot, serial, order, reason, pin, badge = SECRET
    script = [0.9, fails, Fixable("too_dark", "Too dark."), 0.5]
    at = station(folder, Guarded(lambda: FakeJudge(script, heard=heard), lambda: 0))
    admin = at.people.add(None, name, Role.QUALITY, pin, badge)
    for wrong in (lambda: at.people.sign_in(name, "8264"), lambda: at.people.sign_in_badge("other-badge")):
        try:
            wrong()
        except Fixable:
            pass
    at.people.sign_in(name, pin)
    ids = [at.keep(sample(n, lot=lot, serial=serial, work_order=order, operator=name, voice=voice())) for n in range(4)]
    for _ in ids:
        at.judge_next()
    at.disagree(ids[0], admin, reason)
    at.review(ids[0], admin, Opinion(Answer.OK, Disposition.ACCEPT, reason=reason))
    at.correct_heard(ids[3], admin, heard + " " + reason)
    return at


def test_the_log_tells_ids_and_counts_only(tmp_path: Path, kensa: Kensa) -> None:
    places = Places(tmp_path / "data")
    logs.start(places)
    logging.getLogger("inspector_app").setLevel(logging.DEBUG)
    at = a_day(places.data)
    at.store.close()
    kensa("verify")
    kensa("review", "nothing", "--agree", "--as", SECRET[0])
    kensa("history", "--text", SECRET[1])
    logging.getLogger("inspector_app.x").info("the end")
    written = b"".join(file.read_bytes() for file in places.logs.iterdir())
    assert b"the end" in written and b"a bug inside of the model" in written
    assert [word for word in SECRET if word.encode() in written] == []
    assert photo(0).data[:40] not in written


def test_files_of_a_data_folder_are_its_owners_alone(tmp_path: Path, kensa: Kensa) -> None:
    places = Places(tmp_path / "data")
    kensa("history")
    assert places.data.stat().st_mode & 0o777 == 0o700
    at = a_day(places.data)
    open_to_others = [p for p in places.data.rglob("*") if p.is_file() and p.stat().st_mode & 0o077]
    at.store.close()
    assert open_to_others == [] and places.database.exists() and list(places.logs.iterdir())
