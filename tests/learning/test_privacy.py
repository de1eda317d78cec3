"""Privacy: what a policy takes and leaves, a voice erased on request, pseudonyms; and what verify says of it."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from inspector_app.capture.sample import Sample
from inspector_app.errors import KensaError
from inspector_app.inspection import Station
from inspector_app.learning import Learning
from inspector_app.learning import Rule as SetRule
from inspector_app.places import Places
from inspector_app.privacy import ALL, Kind, Policy, Privacy, Rule
from inspector_app.records import check
from inspector_app.records.filter import Filter
from inspector_app.records.history import History
from inspector_app.records.record import Disposition, Meaning, Opinion
from inspector_app.rights import Person, Role
from inspector_app.settings import Settings
from model_runtime.dataset import read_set, set_faults
from model_runtime.verdict import Answer
from tests.fakes import FakeJudge
from tests.makers import photo, station, voice

LATER = timedelta(days=400)
SATO = Person.typed("佐藤")


@pytest.fixture
def at(tmp_path: Path) -> Station:
    """Ten units with photo and voice, reviewed, half of them bad."""
    made = station(tmp_path, FakeJudge([0.03, 0.97] * 6, heard="左端に深い傷"))
    for number in range(10):
        sample = Sample(photo(number, f"{number}.png"), voice(f"{number}.wav", number), "general", operator="佐藤")
        judged = made.judge(made.keep(sample))
        verdict = Answer.NG if number % 2 else Answer.OK
        made.review(
            judged.id, SATO, Opinion(verdict, Disposition.HOLD, "scratch" if number % 2 else "none", reason="r")
        )
    return made


@pytest.fixture
def privacy(at: Station, tmp_path: Path) -> Privacy:
    return Privacy(at.store, at.people, Places(tmp_path))


def sound(at: Station) -> list[str]:
    return list(check.faults(at.store))


def later() -> datetime:
    return datetime.now(UTC) + LATER


def test_without_a_policy_nothing_goes(at: Station, privacy: Privacy) -> None:
    assert privacy.planned(later()).files == () and privacy.purge(None, later()).to_json()["photo"]["files"] == 0


def test_a_policy_takes_files_and_words_and_leaves_the_records(at: Station, privacy: Privacy) -> None:
    before = at.store.get(History.of(at.store).search()[0].id)
    privacy.change(None, Policy().with_rule(Rule(ALL, Kind.VOICE, 90)).with_rule(Rule(ALL, Kind.TRANSCRIPT, 90)))
    assert privacy.planned().files == (), "they are of today"
    plan = privacy.planned(later())
    assert len(plan.files) == 10 and len(plan.texts) == 10 and not plan.done
    assert before.voice and before.voice.path.is_file(), "a plan changes nothing"
    assert privacy.purge(None, later()).done
    assert sound(at) == []
    after = at.store.get(before.id)
    assert after.voice == before.voice and not before.voice.path.exists()
    assert after.heard == "" and before.heard == "左端に深い傷"
    assert after.verdict and before.verdict and after.answer is before.answer
    assert after.photo and after.photo.path.is_file()
    assert History.of(at.store).search(Filter(text="深い傷")) == []
    assert [row.id for row in History.of(at.store).search(Filter(text="scratch"))], "the rest is still found"
    trail = History.of(at.store).trail_of("privacy")
    assert [entry.what for entry in trail] == ["policy_changed", "purged"]
    assert trail[1].new["voice"]["files"] == 10 and trail[1].new["transcript"]["units"] == 10
    assert not privacy.planned(later()).files and not privacy.planned(later()).texts


def test_words_are_nowhere_any_more(at: Station, privacy: Privacy, tmp_path: Path) -> None:
    for row in History.of(at.store).search():
        at.correct_heard(row.id, SATO, "誰にも言えない言葉")
    privacy.change(None, Policy().with_rule(Rule(ALL, Kind.TRANSCRIPT, 1)))
    privacy.purge(None, later())
    at.store.close()
    for file in tmp_path.glob("kensa.db*"):
        content = file.read_bytes()
        assert "誰にも言えない".encode() not in content and "深い傷".encode() not in content, file


def test_units_that_wait_keep_theirs(at: Station, privacy: Privacy) -> None:
    at.model = FakeJudge([0.5])
    unclear = at.judge(at.keep(Sample(photo(50, "u.png"), part="general")))
    waiting = at.keep(Sample(photo(51, "w.png"), part="general"))
    privacy.change(None, Policy().with_rule(Rule("general", Kind.PHOTO, 30)))
    plan = privacy.planned(later())
    assert plan.open_units == 2
    privacy.purge(None, later())
    for one in (unclear.id, waiting):
        kept = at.store.get(one)
        assert kept.photo and kept.photo.path.is_file()
    assert sound(at) == []


def test_a_rule_of_the_part_goes_before_that_of_all() -> None:
    policy = Policy().with_rule(Rule(ALL, Kind.PHOTO, 30)).with_rule(Rule("pcb", Kind.PHOTO, None))
    assert policy.days("pcb", Kind.PHOTO) is None and policy.days("gasket", Kind.PHOTO) == 30
    assert policy.days("pcb", Kind.VOICE) is None
    with pytest.raises(KensaError, match="days"):
        policy.with_rule(Rule(ALL, Kind.PHOTO, 0))


def test_a_voice_is_erased_on_request_and_the_verdict_stays(at: Station, privacy: Privacy) -> None:
    admin = at.people.add(None, "田中", Role.QUALITY, "2580")
    unit = History.of(at.store).search()[3]
    at.sign(unit.id, admin, "2580", Meaning.APPROVED)
    with pytest.raises(KensaError, match="reason"):
        privacy.erase_voice(admin, unit.id, " ")
    assert privacy.erase_voice(admin, unit.id, "本人の希望") == 1
    after = at.store.get(unit.id)
    assert after.answer is unit.answer and after.heard == "" and after.voice and not after.voice.path.exists()
    assert sound(at) == [], "the signature is bound to what is left"
    with pytest.raises(KensaError, match="nothing to erase"):
        privacy.erase_voice(admin, unit.id, "again")
    whats = [entry.what for entry in History.of(at.store).trail_of(unit.id)]
    assert whats[-2:] == ["media_erased", "text_erased"]
    supervisor = at.people.add(admin, "鈴木", Role.SUPERVISOR, "2580")
    with pytest.raises(KensaError) as caught:
        privacy.erase_voice(supervisor, unit.id, "r")
    assert caught.value.code == "no_right"


def test_verify_sees_what_is_no_erasure(at: Station, privacy: Privacy) -> None:
    unit = History.of(at.store).search()[0]
    assert unit.voice and unit.photo
    content = unit.voice.path.read_bytes()
    privacy.erase_voice(None, unit.id, "r")
    unit.voice.path.write_bytes(content)
    assert "it was erased, and its file is there" in sound(at)[0]
    privacy.purge(None)
    assert sound(at) == [], "a purge takes what is left over, as after a crash"
    unit.photo.path.unlink()
    assert sound(at) == [f"photo {unit.photo.path}: the file is missing"]


def test_an_erasure_reaches_the_copies_in_sets(at: Station, privacy: Privacy, tmp_path: Path) -> None:
    for row in History.of(at.store).search():
        at.correct_heard(row.id, SATO, "浅い傷")
    learning = Learning(at.store, at.people, Places(tmp_path), at.parts, Settings())
    frozen = learning.freeze(None, SetRule("general"))
    row = next(row for row in _rows(frozen.folder) if row["split"] == "train")
    assert (frozen.folder / row["voice_file_name"]).is_file()
    privacy.erase_voice(None, row["record"], "r")
    assert not (frozen.folder / row["voice_file_name"]).exists()
    assert set_faults(frozen.folder) == []
    (one,) = [
        e for e in read_set(frozen.folder).train if e.question.photo and row["file_name"] in str(e.question.photo)
    ]
    assert one.question.voice is None and one.target.heard is None
    (frozen.folder / row["file_name"]).unlink()
    assert set_faults(frozen.folder) == [f"{row['file_name']} is missing."]


def test_operators_are_pseudonyms_in_sets(at: Station, privacy: Privacy, tmp_path: Path) -> None:
    privacy.change(None, Policy().with_pseudonyms(True))
    learning = Learning(at.store, at.people, Places(tmp_path), at.parts, Settings())
    frozen = learning.freeze(None, SetRule("general"))
    names = {row["operator"] for row in _rows(frozen.folder)}
    assert names == {privacy.pseudonym("佐藤")} and "佐藤" not in (frozen.folder / "card.json").read_text("utf-8")
    again = Privacy(at.store, at.people, Places(tmp_path))
    assert again.pseudonym("佐藤") in names and again.pseudonym("鈴木") not in names
    elsewhere = Privacy(at.store, at.people, Places(tmp_path / "other"))
    assert elsewhere.pseudonym("佐藤") not in names, "the key is the station's own"


def test_a_damaged_policy_erases_nothing(at: Station, privacy: Privacy, tmp_path: Path) -> None:
    (tmp_path / "privacy.json").write_text(json.dumps({"rules": [{"part": "all", "kind": "photo", "days": -3}]}))
    with pytest.raises(KensaError, match="cannot be read"):
        privacy.purge(None, later())


def _rows(folder: Path) -> list[dict[str, str]]:
    from tests.learning.makers import read_table

    return read_table(folder)
