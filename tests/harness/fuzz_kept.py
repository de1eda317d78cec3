"""What the program keeps beside its records, and what comes in on a stick or from another desk: the second half of the
targets of `tests.harness.fuzz`. Files of the data folder are changed by other hands, by a sync tool, or by a bad disk.
"""

import hashlib
import json
import shutil
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from inspector_app import adapter_files, instance, privacy, replacing, training_sets
from inspector_app.candidates import of_folder
from inspector_app.places import Places, bundled_model
from inspector_app.quality import blind, reference, study
from inspector_app.records.store import Store
from inspector_app.sending.outbox import Outbox
from inspector_app.training_sets import Candidate
from inspector_app.views import View, Views
from inspector_app.weighing import Evaluation
from model_runtime import adapter_card, dataset, manifest, selftest, sideload
from model_runtime.verdict import Fixable, Thresholds
from tests.learning.makers import labelled_folder
from tests.makers import png

Look = Callable[[bytes, Path], object]


def look_views(data: bytes, room: Path) -> None:
    (room / "views.json").write_bytes(data)
    Views.load(room / "views.json").put(View("new", {})).save(room / "views.json")


def look_outbox(data: bytes, room: Path) -> None:
    """How far other systems were told: the queue of the watched folder and of MQTT."""
    (room / "sent.json").write_bytes(data)
    with Store.open(Places(room / "data")) as store:
        outbox = Outbox(store, room / "sent.json", lambda: None)  # type: ignore[arg-type,return-value]
        outbox.serve(["folder", "mqtt"])
        outbox.waiting("folder")
        outbox.told("folder", 1)


def look_study(data: bytes, room: Path) -> None:
    (room / blind.FILE).write_bytes(data)
    blind.all_of(room.parent)
    _use(blind.load(room))


def look_own_study(data: bytes, room: Path) -> None:
    """The same, with a hash that is right: made by somebody who knows how."""
    with suppress(ValueError, KeyError, TypeError, AttributeError, RecursionError):
        content = json.loads(data)
        content.pop("sha256", None)
        told = {key: content[key] for key in sorted(content)}
        content["sha256"] = hashlib.sha256(
            json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
        ).hexdigest()
        data = json.dumps(content).encode()
    (room / blind.FILE).write_bytes(data)
    _use(blind.load(room))


def _use(found: blind.BlindStudy) -> None:
    blind.photo_faults(found)
    for rater in found.raters:
        found.turn(rater.name)
    found.figures()


def look_study_table(data: bytes, room: Path) -> None:
    (room / "study.csv").write_bytes(data)
    study.to_json(study.measured(study.read_study([room / "study.csv"]), []))


def look_evaluation(data: bytes, room: Path) -> None:
    """What a weighing found, and what is drawn from it."""
    places = Places(room)
    (room / "evaluations").mkdir(exist_ok=True)
    (room / "evaluations/defect@1.json").write_bytes(data)
    with suppress(OSError, ValueError, KeyError):  # what `read` may raise: it is weighed anew
        Evaluation.read(room / "evaluations/defect@1.json")
    reference.photos_of(places, "defect@1")
    reference.evaluation_of(places, "defect@1")


def look_policy(data: bytes, room: Path) -> None:
    (room / privacy.FILE).write_bytes(data)
    assert privacy.Privacy(None, None, Places(room)).policy  # type: ignore[arg-type]


def look_trusted(data: bytes, room: Path) -> None:
    (room / "keys").mkdir(exist_ok=True)
    (room / "keys/trusted.json").write_bytes(data)
    adapter_files.Keys(room / "keys").trusted()


def look_journal(data: bytes, room: Path) -> None:
    """A restore that was cut off: it must end, or say why not, and touch nothing outside."""
    (room / "outside").write_bytes(b"x")
    folder = room / "data"
    folder.mkdir(exist_ok=True)
    (folder / replacing.JOURNAL).write_bytes(data)
    (folder / instance.WINDOW).write_bytes(data)
    instance.window_process(Places(folder))
    try:
        replacing.finish(folder)
    finally:
        assert (room / "outside").read_bytes() == b"x"


def look_set(data: bytes, room: Path) -> None:
    """The card of a frozen set, and what was erased of it."""
    for name in (dataset.CARD, dataset.ERASED):
        (room / name).write_bytes(data)
    with suppress(Fixable):
        dataset.erased_files(room)
    dataset.set_faults(room)


def look_changed_card(data: bytes, room: Path) -> None:
    """A promotion writes onto the card of an adapter; what is written can be read again."""
    (room / adapter_card.CARD).write_bytes(data)
    adapter_card.evaluated(room, Thresholds(0.2, 0.8), {"set": "x@1"})
    adapter_card.read_card(room)


def look_manifest(data: bytes, room: Path) -> None:
    (room / manifest.MANIFEST).write_bytes(data)
    manifest.file_faults(room, manifest.read_manifest(room), hashes=True)


def look_known(data: bytes, room: Path) -> None:
    (room / selftest.KNOWN).mkdir(exist_ok=True)
    (room / selftest.KNOWN / "known.json").write_bytes(data)
    selftest.known_answers(room, "none")


def look_model_file(data: bytes, room: Path) -> None:
    """A model on a stick: it is there whole, or it is not there."""
    file, target = room / f"m{sideload.SUFFIX}", room / "models/m"
    file.write_bytes(data)
    (room / "models").mkdir(exist_ok=True)
    try:
        made = sideload.add(sideload.open_source(sideload.find(file)), target, lambda *_: None)
        assert not manifest.file_faults(target, made, hashes=True), "a model that is not what its manifest says"
    finally:
        outside = {path.name for path in room.iterdir()} - {file.name, "models"}
        shutil.rmtree(room / "models", ignore_errors=True)
        assert not outside, f"written outside: {outside}"


def kept_targets(room: Path) -> Mapping[str, tuple[list[bytes], Look, int, bool]]:
    """Good examples, what is done with them, weight, whether they are JSON."""
    views = (
        b'{"version": 1, "views": [{"name": "a", "wanted": {"part": "pcb"}, "columns": ["part"]}], "columns": ["lot"]}'
    )
    rater, unit = {"name": "Sato", "kind": "person"}, {"name": "u1", "photo": "1.png", "sha256": "0", "reference": "OK"}
    said = [{"unit": "u1", "appraiser": "Sato", "trial": trial, "verdict": "OK", "at": "2026"} for trial in (1, 2)]
    one = {"id": "1", "title": "t", "made_at": "2026-01-01T00:00:00+00:00", "made_by": "x", "trials": 2, "seed": 1,
           "finished_at": "", "units": [unit], "raters": [rater], "said": said, "sha256": "0"}  # fmt: skip
    table = "unit,reference,appraiser,trial,verdict\nu1,OK,Sato,1,OK\nu1,OK,Sato,2,NG\nu2,NG,佐藤,1,NG\n".encode()
    weighed = {"gate": {"open": True, "sentences": [], "figures": {}},
               "thresholds": {"ok_below": 0.2, "ng_above": 0.8, "chosen": True},
               "sets": {"golden": {"units": [{"photo": "a", "p_ng": {"new": 0.5}}]}}}  # fmt: skip
    policy = {"rules": [{"part": "*", "kind": "voice", "days": 90}], "pseudonyms": True}
    journal = {"draft": "draft", "aside": "before-1", "old": ["kensa.db"], "new": ["kensa.db"], "process": 1}
    card = (bundled_model() / "defect-lora" / "card.json").read_bytes()
    texts = {
        "views.json": (views, look_views, 8),
        "outbox": (b'{"folder": 3, "mqtt": 7}', look_outbox, 2),
        "study": (_json(one), look_study, 6),
        "own study": (_json(one), look_own_study, 8),
        "evaluation": (_json(weighed), look_evaluation, 8),
        "policy": (_json(policy), look_policy, 8),
        "trusted keys": (b'{"00ff": "Plant 2"}', look_trusted, 6),
        "journal": (_json(journal), look_journal, 8),
        "card of a set": (_frozen(room), look_set, 8),
        "changed card": (card, look_changed_card, 8),
        "manifest": ((bundled_model() / manifest.MANIFEST).read_bytes(), look_manifest, 8),
        "known answers": ((bundled_model() / "known/known.json").read_bytes(), look_known, 6),
    }
    found: dict[str, tuple[list[bytes], Look, int, bool]] = {n: ([s], k, w, True) for n, (s, k, w) in texts.items()}
    found["study table"] = ([table, "\ufeff".encode() + table], look_study_table, 10, False)
    found[".kensa-model"] = ([_model_file(room)], look_model_file, 8, False)
    return found


def _json(value: Any) -> bytes:
    return json.dumps(value).encode()


def _frozen(room: Path) -> bytes:
    """The card of a small frozen set."""
    units: list[Candidate] = of_folder(labelled_folder(room / "plate", 6))
    parts = {"plate": {"defects": ["stain"], "criteria": ""}}
    made = training_sets.freeze(room / "plate@1", units, {}, {"name": "plate@1", "parts": parts})
    return (made.folder / dataset.CARD).read_bytes()


def _model_file(room: Path) -> bytes:
    """A model of a few bytes in one file; its weights are none, since copying does not look into them."""
    folder = room / "model"
    folder.mkdir()
    for name in ("config.json", "model.safetensors", "tokenizer.json", "README.md"):
        (folder / name).write_bytes(png(1, (8, 8)))
    manifest.write_manifest(folder, manifest.make_manifest(folder, "m", prompt={}, source="", license=""))
    sideload.pack(folder, room / f"m{sideload.SUFFIX}", lambda *_: None)
    return (room / f"m{sideload.SUFFIX}").read_bytes()
