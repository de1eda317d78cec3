"""Writes the kept database of the current schema: `python -m tests.databases.make`. Once per schema."""

import sqlite3
import tempfile
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from inspector_app.capture.sample import Sample
from inspector_app.inspection import Station
from inspector_app.records.database import HEAD
from inspector_app.records.erased import Erasures
from inspector_app.records.history import History
from inspector_app.records.record import Disposition, Meaning, Opinion
from inspector_app.records.shadowed import Shadowed
from inspector_app.rights import Person, Role
from model_runtime.verdict import Answer, Fixable
from tests.fakes import FakeJudge
from tests.makers import photo, station, voice


def main() -> None:
    target = Path(__file__).parent / f"schema-{HEAD}.db"
    if target.exists():
        raise SystemExit(f"{target} exists: a released schema does not change")
    with tempfile.TemporaryDirectory() as folder:
        at = station(
            Path(folder),
            FakeJudge([0.05, 0.97, 0.5, Fixable("too_dark", "Too dark; take it again.")], heard="左端に深い傷"),
        )
        at.settings = replace(at.settings, line="ライン2", station="Cell 3")
        for sample in (
            Sample(photo(1, "kept.png"), None, "general", "L-2291", "S-1", "佐藤"),
            Sample(photo(2, "two.png"), voice("note.wav"), "pcb", golden=photo(3, "golden.png")),
            Sample(voice=voice("alone.wav"), defects=("tear",), part="gasket"),
            Sample(photo(4, "dark.png")),
        ):
            at.judge(at.keep(sample))
        at.keep(Sample(photo(5, "waiting.png"), work_order="W-7"))
        people_at_work(at)
        the_night(at)
        at.store.close()
        # A copy through SQLite is one whole file, without the log beside it.
        with closing(sqlite3.connect(at.store.database.path)) as source, closing(sqlite3.connect(target)) as copy:
            source.backup(copy)
            copy.execute("PRAGMA journal_mode = DELETE")


def people_at_work(at: Station) -> None:
    """Lines, a review, a changed part, somebody registered: something in every table."""
    *_, unclear, bad, good = (row.id for row in History.of(at.store).search())
    sato = Person.typed("佐藤")
    at.accept(bad, sato)
    at.disagree(good, sato, "縁に欠け", voice("why.wav"))
    at.review(good, Person.typed("鈴木"), Opinion(Answer.NG, Disposition.REWORK, "chip", reason="縁の欠け"))
    at.correct_heard(unclear, sato, "左端に浅い傷")
    at.save_part(sato, replace(at.parts.get("pcb"), criteria="ショートなきこと"), "初版")
    admin = at.people.add(None, "田中", Role.QUALITY, "2580", "EMP-000001")
    at.people.sign_in(admin.name, "2580")
    at.sign(good, admin, "2580", Meaning.APPROVED)


def the_night(at: Station) -> None:
    """A candidate that disagreed, a voice that was erased, and words that were."""
    *_, unclear, bad, good = History.of(at.store).search()
    assert bad.verdict and unclear.voice
    said = replace(bad.verdict, judgment=replace(bad.verdict.judgment, verdict=Answer.OK), p_ng=0.1,
                   model=replace(bad.verdict.model, adapter="defect@9/" + "9" * 64))  # fmt: skip
    Shadowed(at.store.database).add(bad.id, said)
    erasures = Erasures(at.store.database, at.store.files)
    erasures.media([(unclear.voice.sha256, "voice", unclear.id)], "佐藤の希望", "田中")
    erasures.texts([unclear.id], "佐藤の希望", "田中")


if __name__ == "__main__":
    main()
