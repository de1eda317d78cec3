"""The Training page for docs/screenshots.py: sets, a training half done, the comparison at the gate, the family tree.

The judges are scripted, the photos are those that ship with the program, a little darker each.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageEnhance

from inspector_app import loading
from inspector_app.capture.sample import Sample, read_photo
from inspector_app.learning import Rule
from inspector_app.places import resources
from inspector_app.records.record import Disposition, Opinion
from inspector_app.rights import Person
from inspector_app.training_sets import Shares
from model_runtime import adapter_card
from model_runtime.adapter_card import Card
from model_runtime.glimpse import Glimpse
from model_runtime.labelled import read_rows
from model_runtime.manifest import write_json
from model_runtime.verdict import Answer, Question, Thresholds, Verdict
from tests.fakes import FakeJudge

if TYPE_CHECKING:
    from docs.screenshots import Session

STATES = {"training-sets", "training-freeze", "training-run", "training-gate", "training-photos", "training-adapters",
          "privacy"}  # fmt: skip


def night(session: Session) -> None:
    """All pictures of the Training page."""
    if not any(session.wanted(state) for state in STATES):
        return
    _work(session)
    window = session.window
    window.go_training()
    page = window.training_page
    session.wait(lambda: bool(page.sets.shelf and page.sets.shelf.sets))
    session.settle(0.5)
    session.grab("training-sets")
    session.dialog("training-freeze", page.sets.freeze)
    page.show_run()
    _run(page)
    session.grab("training-run")
    page.desk.busy = ""
    page.weighing.compare("defect@3")
    page.show_weighing()
    session.wait(lambda: page.weighing.found is not None)
    session.settle(0.8)
    session.grab("training-gate")
    page.weighing.show_view(1)
    session.grab("training-photos")
    page.show_adapters()
    session.wait(lambda: page.adapters.table.rowCount() == 4)
    page.adapters.table.selectRow(2)
    session.grab("training-adapters")
    page.show_privacy()
    session.settle(0.6)
    session.grab("privacy")
    for one in session.dialogs():
        one.done(0)
    window.go_inspect()


def _work(session: Session) -> None:
    """Forty units, reviewed and frozen; three adapters, the second let in, the third weighed against it."""
    station, desk = session.program.desk.station, session.window.training_page.desk
    assert station is not None
    golden = read_photo(resources() / "samples/golden.jpg", "golden.jpg")
    photos = sorted((resources() / "samples").glob("demo-*.jpg"))
    folder = Path(session.folder) / "shown"
    folder.mkdir()
    truth: dict[str, bool] = {}
    loading.load_judge = _judges(truth)  # type: ignore[assignment]
    for number in range(40):
        bad = number % 2 == 1
        with Image.open(photos[number % len(photos)]) as image:
            path = folder / f"{number:02}.jpg"
            ImageEnhance.Brightness(image).enhance(0.8 + number / 100).save(path, quality=88)
        session.judge.script = [0.95 if bad else 0.05]
        who = ("佐藤 健", "鈴木 一郎")[number % 4 // 2]
        sample = Sample(
            read_photo(path, path.name), None, "general", f"L-{2290 + number // 5}", f"{number:04}", who, golden
        )
        one = station.judge(station.keep(sample))
        truth[_key(path)] = bad
        opinion = Opinion(
            Answer.NG if bad else Answer.OK, Disposition.HOLD, ("scratch", "dent")[number % 3 % 2] if bad else "none"
        )
        station.review(one.id, Person.typed("田中 由美"), replace(opinion, reason="確認済み"))
    learning = desk.learning()
    learning.freeze(Person.typed("田中 由美"), Rule("general"), "general", Shares(0.4))
    loading.load_glimpses = _glimpses
    drawn = [one.name for one in learning.labels("general").sample]
    learning.confirm_labels(Person.typed("田中 由美"), "general", drawn, "もう一度見た")
    base = desk.places.model()
    for number in (1, 2, 3):
        _adapter(learning.places.adapters / f"defect@{number}", number, str(base))
    learning.promote(Person.typed("田中 由美"), "defect@2", "レビュー 40 個で学習", learning.weigh("defect@2"))
    desk.learning().weigh("defect@3")


def _adapter(folder: Path, number: int, base: str) -> None:
    folder.mkdir(parents=True)
    area = {"value": 0.9 + number / 40, "low": 0.8, "high": 0.99, "n": 8}
    card = Card(
        "defect", number, base, 16, 32.0, "x", str(number) * 64, f"defect@{number - 1}/{str(number - 1) * 64}",
        1.4, Thresholds(0.2, 0.8), "general@1", {"validation": {"auroc": area}},
        {"set": "general@1", "who": "田中 由美"}, f"2026-11-2{number}T18:30:00+00:00",
    )  # fmt: skip
    write_json(folder / adapter_card.CARD, card.to_json())


def _judges(truth: dict[str, bool]):  # type: ignore[no-untyped-def]
    def load(model: Path, adapter: Path | None, threads: int | None, *_: object) -> FakeJudge:
        number = int(adapter.name[-1]) if adapter else 0

        def say(question: Question) -> Verdict:
            assert question.photo is not None
            r = random.Random(f"{number}{question.photo.name}")
            far = r.uniform(0.02, 0.5 - 0.08 * number)
            # Units of the other pictures' days are not in `truth`: they look good.
            return fake.verdict(question, 1 - far if truth.get(_key(question.photo)) else far)

        fake = FakeJudge([say] * 500)
        return fake

    return load


def _glimpses(folder: Path, *_: object) -> Iterator[Glimpse]:
    """One photo in eleven looks like the other verdict's."""
    for number, row in enumerate(read_rows(folder)):
        bad = (row["verdict"] == "NG") != (number % 11 == 5)
        noise = np.random.default_rng(number).normal(size=8)
        noise[:5] += 3 if bad else -3
        yield Glimpse(row["file_name"], 0.0, noise.astype(np.float32))


def _key(path: Path) -> str:
    """The same photo under another name."""
    from inspector_app.records.files import hash_of

    return hash_of(path)


def _run(page) -> None:  # type: ignore[no-untyped-def]
    r = random.Random(1)
    page.desk.busy, page.desk.about = "train", "general@1"
    for step in range(1, 121):
        fall = math.exp(-step / 40)
        page.desk.progress.emit({
            "phase": "learn", "step": step, "steps": 186, "loss": 0.9 * fall + 0.2 + r.random() * 0.1,
            "validation": 0.7 * fall + 0.22 if step % 20 == 0 else None, "seconds_left": 190.0, "memory_mb": 1580,
        })  # fmt: skip
