"""The day of one sample: kept, judged, recorded; and what happens when the judgment does not end well."""

import logging
from dataclasses import replace
from pathlib import Path

import pytest

from inspector_app.capture.sample import Sample
from inspector_app.errors import KensaError
from inspector_app.inspection import Station
from inspector_app.parts import Part, Parts, Reference
from inspector_app.records.record import State
from model_runtime.verdict import DEFECTS, Answer, Fixable, Stopped, Thresholds, VoiceSays
from tests.fakes import FakeJudge
from tests.makers import photo, png, sample, station, voice


def test_photo_and_voice_become_a_recorded_verdict(tmp_path: Path) -> None:
    judge = FakeJudge([0.97], heard="scratch on the left", voice_says=VoiceSays.NG)
    at = station(tmp_path, judge)
    kept = at.keep(Sample(photo(), voice(), "pcb", "L1", "S1", "Sato", golden=photo(1, "good.png")))
    judged = at.judge(kept)
    assert judged.verdict and judged.verdict.judgment.verdict is Answer.NG
    assert judged.state is State.JUDGED and at.store.get(kept) == judged
    (asked,) = judge.questions
    assert asked.photo and asked.photo.read_bytes() == png(0)
    assert asked.golden and asked.golden.read_bytes() == png(1)
    assert asked.defects == ("open", "short", "mousebite", "spur", "copper", "pin-hole")


def test_a_judged_sample_is_not_judged_again(tmp_path: Path) -> None:
    judge = FakeJudge()
    at = station(tmp_path, judge)
    kept = at.keep(sample())
    assert at.judge(kept) == at.judge(kept)
    assert len(judge.questions) == 1


def test_what_the_person_can_fix_marks_the_sample_failed(tmp_path: Path) -> None:
    at = station(tmp_path, FakeJudge([Fixable("too_dark", "The photo is too dark; take it again."), 0.1]))
    failed = at.judge(at.keep(sample()))
    assert (failed.state, failed.failure_code) == (State.FAILED, "too_dark")
    assert list(at.judge_waiting()) == []
    assert at.judge(failed.id).state is State.JUDGED


def test_stopped_leaves_it_captured(tmp_path: Path) -> None:
    at = station(tmp_path, FakeJudge(seconds=5))
    kept = at.keep(sample())
    with pytest.raises(Stopped):
        at.judge(kept, stop=lambda: True)
    assert at.store.waiting() == [kept]


def test_a_bug_is_logged_and_leaves_it_captured(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    at = station(tmp_path, FakeJudge([ZeroDivisionError("ours")]))
    kept = at.keep(sample(operator="Sato", lot="secret"))
    logging.getLogger("inspector_app").propagate = True
    with caplog.at_level(logging.ERROR, "inspector_app"), pytest.raises(ZeroDivisionError):
        at.judge(kept)
    assert at.store.waiting() == [kept]
    assert kept in caplog.text and "ZeroDivisionError" in caplog.text
    assert "Sato" not in caplog.text and "secret" not in caplog.text


def test_what_waits_is_judged_oldest_first_and_a_bug_holds_up_nobody(tmp_path: Path) -> None:
    at = station(tmp_path, FakeJudge([0.1, ZeroDivisionError("ours"), 0.9]))
    ids = [at.keep(sample(number)) for number in range(3)]
    assert [inspection.id for inspection in at.judge_waiting()] == [ids[0], ids[2]]
    assert at.store.waiting() == [ids[1]]
    assert [inspection.id for inspection in at.judge_waiting()] == [ids[1]]


def test_without_a_model_samples_are_kept_and_not_judged(tmp_path: Path) -> None:
    at = station(tmp_path)
    at.model = None
    kept = at.keep(sample())
    with pytest.raises(KensaError, match="not loaded"):
        at.judge(kept)
    assert at.store.waiting() == [kept]


@pytest.mark.parametrize(
    ("given", "code"),
    [
        (sample(0, part="no-such-part"), "unknown_part"),
        (Sample(voice=voice(), golden=photo()), "golden_alone"),
        (Sample(), "empty_sample"),
    ],
)
def test_what_cannot_be_judged_is_not_kept(tmp_path: Path, given: Sample, code: str) -> None:
    at = station(tmp_path)
    with pytest.raises(KensaError) as caught:
        at.keep(given)
    assert caught.value.code == code
    assert at.store.waiting() == []


def test_a_part_that_its_folder_declares_is_judged_by_those_defects_after_a_restart_too(tmp_path: Path) -> None:
    at = station(tmp_path)
    at.keep(sample(0, part="gasket", defects=("tear", "burr")))
    at.store.close()
    judge = FakeJudge()
    (judged,) = station(tmp_path, judge).judge_waiting()
    assert judge.questions[0].defects == ("tear", "burr") and judged.part == "gasket"


def parts_with(part: Part) -> Parts:
    return Parts({part.name: part})


def test_the_golden_photo_of_the_part_is_kept_with_the_sample(tmp_path: Path) -> None:
    (tmp_path / "good.png").write_bytes(png(5))
    part = Part("gasket", "ガスケット", "Gasket", golden_sample=Reference(tmp_path / "good.png"), criteria="No tear.")
    at = station(tmp_path / "data", judge := FakeJudge())
    at.parts = parts_with(part)
    judged = at.judge(at.keep(sample(0, part="gasket")))
    assert judged.golden and judged.golden.file == "good.png" and judged.golden.path.read_bytes() == png(5)
    assert judge.questions[0].criteria == "No tear." and judge.questions[0].defects == DEFECTS
    own = at.judge(at.keep(sample(0, part="gasket", golden=photo(6, "own.png"))))
    assert own.golden and own.golden.file == "own.png"
    assert at.judge(at.keep(Sample(voice=voice(), part="gasket"))).golden is None


def test_a_part_judged_by_photo_only_takes_no_voice(tmp_path: Path) -> None:
    at = station(tmp_path)
    at.parts = parts_with(Part("gasket", "", "", modalities=("photo",)))
    with pytest.raises(KensaError, match="not judged by voice"):
        at.keep(sample(0, part="gasket", voice=voice()))


def test_thresholds_of_the_site_stand_above_the_part(tmp_path: Path) -> None:
    part = Part("gasket", "", "", thresholds=Thresholds(0.1, 0.5))
    at: Station = station(tmp_path, judge := FakeJudge())
    at.parts = parts_with(part)
    at.judge(at.keep(sample(0, part="gasket")))
    at.thresholds = Thresholds(0.3, 0.4)
    at.judge(at.keep(sample(0, part="gasket")))
    at.parts = parts_with(replace(part, thresholds=None))
    at.thresholds = None
    at.judge(at.keep(sample(0, part="gasket")))
    assert [asked.thresholds for asked in judge.questions] == [Thresholds(0.1, 0.5), Thresholds(0.3, 0.4), None]
