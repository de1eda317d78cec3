"""review, export, study: what they answer, what they refuse, what they leave behind."""

import csv
import io
import json
from pathlib import Path

import pytest

from inspector_app.inspection import Station
from inspector_app.records.history import History
from inspector_app.records.record import Disposition, Opinion
from inspector_app.rights import Role
from model_runtime.verdict import Answer
from tests.fakes import FakeJudge
from tests.flow.conftest import Kensa, LoadedJudge
from tests.makers import png, sample, station


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def judged(data: Path) -> list[str]:
    """An OK, an NG and an INCONCLUSIVE; ids in this order."""
    at = station(data, FakeJudge([0.05, 0.95, 0.5]))
    ids = [at.judge(at.keep(sample(n, part="pcb", lot="L1"))).id for n in range(3)]
    at.store.close()
    return ids


@pytest.fixture
def people(data: Path, judged: list[str]) -> None:
    at = station(data)
    admin = at.people.add(None, "田中", Role.QUALITY, "2580")
    at.people.add(admin, "佐藤", Role.OPERATOR, "1470")
    at.store.close()


def pins(monkeypatch: pytest.MonkeyPatch, *lines: str) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("".join(f"{line}\n" for line in lines)))


def test_what_waits_and_a_decision(kensa: Kensa, judged: list[str]) -> None:
    assert [line["id"] for line in kensa("review", "--json").lines] == [judged[2]]
    done = kensa("review", judged[2], "--verdict", "ng", "--defect", "crack", "--severity", "major",
                 "--region", "3,6", "--disposition", "scrap", "--reason", "割れ", "--json")  # fmt: skip
    (review,) = done.lines[0]["reviews"]
    assert done.code == 0 and review["decision"] == "decided" and review["region"] == {"row": 2, "col": 5, "grid": 8}
    assert kensa("review", "--json").lines == [] and "Nothing waits" in kensa("review").out


def test_agreeing_takes_over_what_the_model_said(kensa: Kensa, judged: list[str]) -> None:
    assert kensa("review", judged[0], "--agree").code == 0
    said = kensa("review", judged[1], "--agree", "--disposition", "rework", "--json").lines[0]
    assert said["reviews"][0]["decision"] == "confirmed" and said["reviews"][0]["defect"] == said["judgment"]["defect"]


@pytest.mark.parametrize(
    ("unit", "words", "code"),
    [
        (0, [], "no_verdict"),
        (0, ["--agree", "--verdict", "OK"], "no_verdict"),
        (2, ["--agree"], "no_verdict"),
        (1, ["--agree"], "no_disposition"),
        (0, ["--verdict", "NG", "--disposition", "scrap"], "no_reason"),
        (0, ["--verdict", "OK", "--defect", "crack"], "bad_review"),
        (1, ["--verdict", "NG", "--region", "9,1", "--disposition", "hold"], "bad_region"),
        (1, ["--agree", "--disposition", "concession"], "cannot_sign"),
    ],
)
def test_what_is_no_review(kensa: Kensa, judged: list[str], unit: int, words: list[str], code: str) -> None:
    said = kensa("review", judged[unit], *words, "--json")
    assert said.code == 2 and said.lines[0]["error"]["code"] == code
    assert kensa("show", judged[unit], "--json").lines[0]["reviews"] == []


def test_rights_and_the_signature_of_a_concession(
    kensa: Kensa, judged: list[str], people: None, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ("review", judged[1], "--verdict", "OK", "--disposition", "concession", "--reason", "客先了承", "--json")
    assert kensa(*words).lines[0]["error"]["code"] == "not_signed_in"
    pins(monkeypatch, "1470")
    assert kensa(*words, "--as", "佐藤").lines[0]["error"]["code"] == "no_right"
    pins(monkeypatch, "2580", "0000")
    assert kensa(*words, "--as", "田中").lines[0]["error"]["code"] == "wrong_pin"
    pins(monkeypatch, "2580", "2580")
    (signature,) = kensa(*words, "--as", "田中").lines[0]["signatures"]
    assert signature["who"] == "田中" and signature["meaning"] == "approved" and len(signature["record_sha256"]) == 64
    trail = [entry["what"] for entry in kensa("show", judged[1], "--json").lines[0]["audit"]]
    assert trail[-2:] == ["reviewed", "signed"]
    (checked,) = kensa("verify", "--json").lines
    assert checked["sound"] and checked["checked"]["signatures"] == 1


def test_exports(kensa: Kensa, judged: list[str], tmp_path: Path) -> None:
    for name in ("all.csv", "all.xlsx"):
        said = kensa("export", tmp_path / name, "--lot", "L1", "--json")
        assert said.code == 0 and said.lines == [{"file": str(tmp_path / name), "units": 3}]
    rows = list(csv.DictReader((tmp_path / "all.csv").read_text("utf-8-sig").splitlines()))
    assert [row["id"] for row in rows] == judged  # oldest first
    assert kensa("export", tmp_path / "none.csv", "--lot", "L9", "--json").lines[0]["units"] == 0


@pytest.mark.parametrize(
    ("name", "words", "code"),
    [
        ("all.doc", [], "bad_format"),
        ("no/such/folder.csv", [], "missing"),
        ("r.pdf", ["--reference-since", "2026-01-01"], "bad_reference"),
    ],
)
def test_what_cannot_be_exported(
    kensa: Kensa, judged: list[str], tmp_path: Path, name: str, words: list[str], code: str
) -> None:
    said = kensa("export", tmp_path / name, *words, "--json")
    assert said.code == 2 and not (tmp_path / name).exists()
    assert said.lines[0]["error"]["code"] == code


def study_table(folder: Path, photos: bool = False) -> Path:
    """Twenty units, two people, two trials; Sato once calls a bad one good."""
    rows = ["unit,reference,appraiser,trial,verdict,file_name"]
    for n in range(20):
        truth = "NG" if n < 6 else "OK"
        rows.append(f"u{n},{truth},,,,{f'{n}.png' if photos else ''}")
        for person in ("佐藤", "Suzuki"):
            for trial in (1, 2):
                slip = person == "佐藤" and n == 0 and trial == 2
                rows.append(f"u{n},,{person},{trial},{'良品' if slip else truth},")
        if photos:
            (folder / f"{n}.png").write_bytes(png(n))
    path = folder / "study.csv"
    path.write_text("\n".join(rows), encoding="utf-8")
    return path


def test_a_study(kensa: Kensa, tmp_path: Path) -> None:
    (found,) = kensa("study", study_table(tmp_path), "--json").lines
    suzuki, sato = found["appraisers"]
    assert found["units"] == 20 and found["bad"] == 6 and sato["name"] == "佐藤"
    assert (sato["miss"]["hits"], sato["miss"]["total"], sato["effectiveness"]["hits"]) == (1, 12, 19)
    assert (suzuki["band"], sato["band"]) == ("good", "reject") and suzuki["against_reference"]["value"] == 1.0
    assert found["pairs"][0]["kappa"]["n"] == 40
    text = kensa("study", tmp_path / "study.csv").out
    assert "佐藤" in text and "reject" in text and "Fleiss" in text


def test_the_model_as_an_appraiser(kensa: Kensa, judge: LoadedJudge, tmp_path: Path) -> None:
    def right(question):  # type: ignore[no-untyped-def]
        return judge.verdict(question, 0.95 if int(question.photo.stem) < 6 else 0.05)

    judge.script = [right] * 40
    (found,) = kensa("study", study_table(tmp_path, photos=True), "--model-trials", 2, "--json").lines
    model = next(one for one in found["appraisers"] if one["name"] == "defect@0")
    assert model["trials"] == 2 and model["effectiveness"]["hits"] == 20 and model["band"] == "good"
    asked = [question.photo.stem for question in judge.questions]
    assert sorted(asked[:20]) == sorted(asked[20:]) and asked[:20] != asked[20:]  # another order
    said = kensa("study", study_table(tmp_path), "--model-trials", 1, "--json")
    assert said.code == 2 and "names no photo" in said.lines[0]["error"]["message"]


def test_a_plan_in_random_order(kensa: Kensa, tmp_path: Path) -> None:
    plan = tmp_path / "plan.csv"
    assert kensa("study", study_table(tmp_path), "--plan", plan, "--appraisers", "佐藤, Ito", "--trials", 2).code == 0
    rows = list(csv.DictReader(plan.read_text("utf-8-sig").splitlines()))
    assert len(rows) == 20 * 2 * 2 and {row["verdict"] for row in rows} == {""}
    orders = {}
    for row in rows:
        orders.setdefault((row["appraiser"], row["trial"]), []).append(row["unit"])
    assert len({tuple(units) for units in orders.values()}) == 4
    assert all(sorted(units) == sorted(f"u{n}" for n in range(20)) for units in orders.values())


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ("a,b\n1,2\n", "no column unit"),
        ("unit,reference\nu1,OK\n", "nothing to compare"),
        ("unit,reference,appraiser,trial,verdict\nu1,OK,A,1,maybe\n", "Row 2"),
        ("unit,reference,appraiser,trial,verdict\nu1,OK,A,x,OK\n", "no number of a trial"),
        ("unit,reference,appraiser,trial,verdict\nu1,OK,A,1,OK\nu1,NG,A,2,OK\n", "another reference"),
        ("unit,reference,appraiser,trial,verdict\nu1,OK,A,1,OK\nu2,NG,B,1,NG\n", "did not judge"),
    ],
)
def test_a_table_that_is_no_study(kensa: Kensa, tmp_path: Path, table: str, words: str) -> None:
    path = tmp_path / "t.csv"
    path.write_text(table, encoding="utf-8")
    said = kensa("study", path, "--json")
    assert said.code == 2 and words in said.lines[0]["error"]["message"], said.lines
    assert json.dumps(said.lines[0])
    assert kensa("study", tmp_path / "none.csv").code == 2


def test_a_changed_record_breaks_its_signature(
    kensa: Kensa, judged: list[str], people: None, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import sqlite3

    pins(monkeypatch, "2580", "2580")
    kensa("review", judged[1], "--agree", "--disposition", "concession", "--as", "田中")
    with sqlite3.connect(data / "kensa.db") as connection:
        connection.execute("DROP TRIGGER reviews_no_update")
        connection.execute("UPDATE reviews SET disposition = 'accept'")
    said = kensa("verify")
    assert said.code != 0 and "the record is not what was signed" in said.out + said.err


def test_the_core_asks_too(data: Path, judged: list[str], people: None) -> None:
    from inspector_app.errors import KensaError

    at: Station = station(data)
    sato = at.people.get("佐藤")
    with pytest.raises(KensaError) as caught:
        at.review(judged[0], sato, Opinion(Answer.OK, Disposition.CONCESSION), "1470")
    assert caught.value.code == "no_right"
    tanaka = at.people.get("田中")
    with pytest.raises(KensaError) as caught:
        at.review(judged[0], tanaka, Opinion(Answer.OK, Disposition.CONCESSION))
    assert caught.value.code == "no_signature" and not History.of(at.store).get(judged[0]).reviews
    at.store.close()
