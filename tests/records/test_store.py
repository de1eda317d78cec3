"""The store: sample first, verdict after, nothing lost, nothing changed."""

import errno
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from inspector_app import whole
from inspector_app.capture.sample import Sample
from inspector_app.errors import KensaError
from inspector_app.places import Places
from inspector_app.records import check
from inspector_app.records.record import State
from inspector_app.records.store import Store
from model_runtime.verdict import Question, Thresholds, Verdict
from tests.fakes import FakeJudge
from tests.makers import photo, sample, voice

NONE = dict.fromkeys(
    ("samples", "verdicts", "lines", "reviews", "signatures", "parts", "people", "promotions", "files", "audit"), 0
)


def verdict(p_ng: float = 0.9, **changes: object) -> Verdict:
    return FakeJudge().verdict(Question(photo=Path("x"), voice=Path("y"), **changes), p_ng)  # type: ignore[arg-type]


@pytest.fixture
def store(tmp_path: Path):  # type: ignore[no-untyped-def]
    with Store.open(Places(tmp_path)) as opened:
        yield opened


def test_a_sample_is_on_the_disk_and_captured_before_anything_else(store: Store) -> None:
    given = Sample(photo(1, "p.png"), voice("v.wav"), "pcb", "L1", "S1", "Sato", photo(2, "g.png"))
    kept = store.get(store.add_sample(given))
    assert kept.state is State.CAPTURED and kept.verdict is None
    assert (kept.part, kept.lot, kept.serial, kept.operator) == ("pcb", "L1", "S1", "Sato")
    for medium, source in ((kept.photo, given.photo), (kept.voice, given.voice), (kept.golden, given.golden)):
        assert medium and source
        assert medium.file == source.name and medium.path.read_bytes() == source.data
    assert store.waiting() == [kept.id]


def test_a_verdict_is_read_back_as_it_was_given(store: Store) -> None:
    said = verdict(thresholds=Thresholds(0.1, 0.7))
    judged = store.add_verdict(store.add_sample(sample()), said)
    assert judged.state is State.JUDGED and judged.verdict == said and judged.judged_at
    assert store.waiting() == []


def test_a_verdict_without_a_number_is_kept(store: Store) -> None:
    judged = store.add_verdict(store.add_sample(sample()), verdict(float("nan")))
    assert judged.to_json()["p_ng"] is None
    assert list(check.faults(store)) == []


def test_the_first_verdict_stands(store: Store) -> None:
    sample_id = store.add_sample(sample())
    first = store.add_verdict(sample_id, verdict(0.9))
    assert store.add_verdict(sample_id, verdict(0.1)) == first
    assert store.mark_failed(sample_id, "late", "Too late.") == first


def test_a_failed_sample_says_why_and_can_still_be_judged(store: Store) -> None:
    sample_id = store.add_sample(sample())
    failed = store.mark_failed(sample_id, "too_dark", "The photo is too dark; take it again.")
    assert (failed.state, failed.failure_code) == (State.FAILED, "too_dark")
    assert store.waiting() == []
    judged = store.add_verdict(sample_id, verdict())
    assert (judged.state, judged.failure_code) == (State.JUDGED, None)


def test_equal_content_is_kept_once(store: Store) -> None:
    first, second = (store.get(store.add_sample(sample(7))) for _ in range(2))
    assert first.id != second.id and first.photo and second.photo
    assert first.photo.path == second.photo.path
    assert len([p for p in first.photo.path.parents[1].rglob("*") if p.is_file()]) == 1


def test_a_spoiled_file_is_made_good_when_the_same_photo_comes_again(store: Store) -> None:
    kept = store.get(store.add_sample(sample(7)))
    assert kept.photo
    kept.photo.path.write_bytes(b"spoiled")
    store.add_sample(sample(7))
    assert list(check.faults(store)) == []


def test_nothing_is_no_sample(store: Store) -> None:
    with pytest.raises(KensaError, match="neither"):
        store.add_sample(Sample())


def test_ids_grow_when_the_clock_goes_back(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter([2_000_000_000_000, 1_000_000_000_000, 1_000_000_000_001])
    monkeypatch.setattr("inspector_app.ulid.time.time_ns", lambda: next(clock) * 1_000_000)
    ids = [store.add_sample(sample(i)) for i in range(3)]
    assert ids == sorted(ids) and len(set(ids)) == 3


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE verdicts SET verdict = 'OK'",
        "DELETE FROM verdicts",
        "UPDATE audit SET who = 'nobody'",
        "DELETE FROM audit",
        "UPDATE samples SET photo_sha256 = NULL",
        "UPDATE samples SET lot = 'other'",
        "DELETE FROM samples",
        "INSERT OR REPLACE INTO audit SELECT * FROM audit",
        "INSERT OR REPLACE INTO verdicts SELECT * FROM verdicts",
        "INSERT OR REPLACE INTO samples SELECT * FROM samples",
    ],
)
def test_what_was_kept_is_never_changed(store: Store, change: str) -> None:
    store.add_verdict(store.add_sample(sample()), verdict())
    with pytest.raises(IntegrityError, match="never change"), store.database.write() as session:
        session.execute(text(change))


def test_an_audit_entry_is_kept_only_with_what_it_tells(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("no audit today")

    monkeypatch.setattr("inspector_app.records.audit.append", broken)
    with pytest.raises(RuntimeError):
        store.add_sample(sample())
    assert store.waiting() == []
    assert files_below(store) == []


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_full_disk_leaves_nothing_behind(store: Store, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patched:
        patched.setattr(whole.os, step, full)
        with pytest.raises(KensaError) as caught:
            store.add_sample(sample())
    assert caught.value.code == "disk_full"
    assert files_below(store) == [] and store.waiting() == []
    store.add_sample(sample())
    assert list(check.faults(store)) == []


@pytest.mark.skipif(os.name == "nt", reason="no such limit there")
def test_a_real_limit_on_file_sizes_leaves_nothing_behind(tmp_path: Path) -> None:
    """In a process of its own, since the limit of file sizes cannot be taken back."""
    script = f"""
import resource
from pathlib import Path
from inspector_app.errors import KensaError
from inspector_app.places import Places
from inspector_app.records.store import Store
from tests.makers import large_sample
store = Store.open(Places(Path({str(tmp_path)!r})))
resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))
try:
    store.add_sample(large_sample())
except KensaError as error:
    print(error.code)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=root())
    assert done.stdout.split() == ["disk_full"]
    with Store.open(Places(tmp_path)) as store:
        assert store.waiting() == [] and files_below(store) == []


def test_several_threads_write_at_once(store: Store) -> None:
    errors: list[Exception] = []

    def work(number: int) -> None:
        try:
            for i in range(5):
                store.add_verdict(store.add_sample(sample(number * 10 + i)), verdict())
                store.waiting()
        except Exception as error:  # noqa: BLE001 - told to the test below
            errors.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert check.counts(store) == NONE | {"samples": 20, "verdicts": 20, "files": 20, "audit": 40}
    assert list(check.faults(store)) == []


def test_two_programs_on_one_data_folder(tmp_path: Path) -> None:
    """Started together on an empty folder: both make it, both write, the chain holds."""
    script = f"""
from pathlib import Path
from tests.makers import sample, station
import sys
at = station(Path({str(tmp_path)!r}))
for i in range(8):
    at.judge(at.keep(sample(int(sys.argv[1]) * 4 + i)))
"""
    programs = [subprocess.Popen([sys.executable, "-c", script, str(n)], cwd=root()) for n in range(2)]
    assert [program.wait(60) for program in programs] == [0, 0]
    with Store.open(Places(tmp_path)) as store:
        assert check.counts(store) == NONE | {"samples": 16, "verdicts": 16, "files": 12, "audit": 32}
        assert list(check.faults(store)) == []


def test_leftovers_of_a_crash_are_swept_when_old(tmp_path: Path) -> None:
    folder = tmp_path / "media" / "ab"
    folder.mkdir(parents=True)
    old, new = folder / ".old.tmp", folder / ".new.tmp"
    old.touch()
    new.touch()
    os.utime(old, (0, 0))
    Store.open(Places(tmp_path)).close()
    assert not old.exists() and new.exists()


def files_below(store: Store) -> list[Path]:
    folder = store.database.path.parent / "media"
    return [path for path in folder.rglob("*") if path.is_file()]


def root() -> Path:
    return Path(__file__).parents[2]
