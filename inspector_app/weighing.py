"""Weighing: a new adapter, the active one and the model alone judge the same units; what comes of it is kept as a file.

Knows the golden evaluation set, recent reviewed units, and the border to the model. Lets nobody in: learning.py does.
"""

import json
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from inspector_app import loading, training_sets
from inspector_app.candidates import of_records
from inspector_app.doubts import Doubts, Labels
from inspector_app.errors import KensaError
from inspector_app.parts import Parts
from inspector_app.places import Places
from inspector_app.quality import side_by_side
from inspector_app.quality.gate import LEAST, Gate, Margins, decide, with_labels
from inspector_app.quality.side_by_side import ACTIVE, BASE, NEW, Side
from inspector_app.records.files import hash_of
from inspector_app.records.learned import Learned
from inspector_app.records.store import Store
from inspector_app.settings import Settings
from inspector_app.training_sets import Candidate
from inspector_app.whole import write_whole
from model_runtime.evaluate import Case, Outcome, evaluate
from model_runtime.labelled import Labelled
from model_runtime.verdict import DEFECTS, Fixable, Judge, Question, StopCheck, Thresholds

Judges = Callable[[Path, Path | None, int | None], Judge]
"""Loads the model in a folder with an adapter (None: the one that came with it)."""
Step = Callable[[int, int], None]
"""Judgments done, judgments in all."""
RECENT, RECENT_DAYS = 100, 60
"""Reviewed units beside the golden evaluation set, and how old they may be."""
GOLDEN_SET, RECENT_SET = "golden", "recent"


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What weighing found: the gate's answer, the thresholds that go with a promotion, and all figures as data."""

    gate: Gate
    thresholds: Thresholds | None
    """Chosen anew on the golden evaluation set; None: the site's, or those of the adapter's card, stand."""
    content: Mapping[str, Any]

    def to_json(self) -> dict[str, Any]:
        """The content of the file: gate and thresholds are in it."""
        return dict(self.content)

    @classmethod
    def read(cls, path: Path) -> "Evaluation":
        """From its file. OSError, ValueError or KeyError when it is none."""
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
            gate = content["gate"]
            chosen = content["thresholds"]
            thresholds = Thresholds(chosen["ok_below"], chosen["ng_above"]) if chosen["chosen"] else None
            return cls(Gate(gate["open"] is True, tuple(gate["sentences"]), gate["figures"]), thresholds, content)
        except (TypeError, RecursionError) as error:
            raise ValueError(f"{path.name} is no evaluation") from error


class Weighing:
    """Weighs adapters of one data folder."""

    def __init__(self, store: Store, places: Places, parts: Parts, settings: Settings, judges: Judges) -> None:
        self._store, self._places, self._parts, self._settings = store, places, parts, settings
        self._judges, self._learned = judges, Learned(store.database)
        self._doubts = Doubts(store, loading.threads_of(settings), settings.label_sample)

    def weigh(
        self,
        adapter: str,
        folder: Path,
        margins: Margins | None = None,
        step: Step | None = None,
        stop: StopCheck | None = None,
    ) -> Evaluation:
        """All of them over the golden evaluation set of `folder` and over recent reviewed units. Changes nothing that
        judges; what was found is kept until the adapters or the set change."""
        base, active, threads = loading.chosen(self._places, self._settings)
        new = self._places.adapter(adapter)
        golden, recent = self._golden(folder), self._recent(folder)
        labels = self._doubts.of(folder, None, stop)
        whos: dict[str, Path | None] = {NEW: new, ACTIVE: active, BASE: None}
        if active is None:
            del whos[BASE]  # the model as it came is the active one
        cases = [case for case, _, _ in (*golden, *recent)]
        said: dict[str, list[Outcome]] = {}
        for number, (who, chosen) in enumerate(whos.items()):
            judge, outcomes = self._judges(base, chosen, threads), []
            for outcome in evaluate(judge, cases, stop):
                outcomes.append(outcome)
                if step:
                    step(number * len(cases) + len(outcomes), len(whos) * len(cases))
            said[who] = outcomes
        units = (*golden, *recent)
        margins = margins or Margins()
        anew, why = self._thresholds_anew(said, len(golden), margins)
        sides = _sides(units, said, anew)
        gate = _decided(sides, len(golden), margins)
        if anew is not None and not gate.open:
            # Chosen anew they may be too bold: those of the card stand where they let it in.
            own = _sides(units, said, None)
            if (other := _decided(own, len(golden), margins)).open:
                sides, gate, anew, why = own, other, None, "card"
        here, lately = sides[: len(golden)], sides[len(golden) :]
        gate = _held(gate, labels, here, lately, margins)
        found = self._told(new, folder, gate, anew, why, {GOLDEN_SET: here, RECENT_SET: lately}, tuple(said))
        return self._keep(new.name, Evaluation(gate, anew, found))

    def kept(self, adapter: str) -> Evaluation | None:
        """What was found of this adapter, as long as it, the active one and the set are what they were then."""
        try:
            found = Evaluation.read(self._file(self._places.adapter(adapter).name))
            folder = self._places.sets / str(found.content["set"])
            same = self._identities(self._places.adapter(adapter), folder)
        except (OSError, ValueError, KeyError, TypeError, Fixable):
            return None
        return found if all(found.content.get(name) == value for name, value in same.items()) else None

    # -- what is judged

    def _golden(self, folder: Path) -> list[tuple[Case, str, dict[str, str]]]:
        from model_runtime.dataset import read_card, set_faults, without_erased
        from model_runtime.labelled import read_labelled, read_rows

        if faults := set_faults(folder):
            raise KensaError("changed_set", f"The training set {folder.name} was changed: {faults[0]} Freeze it again.")
        parts = read_card(folder)["parts"]
        rows = [row for row in read_rows(folder) if row.get("split") == training_sets.GOLDEN]
        units = read_labelled(folder, training_sets.GOLDEN)
        return [
            (self._case(folder.name, unit, parts.get(unit.part)), row.get("record", ""), _groups(unit, row))
            for labelled, row in zip(units, rows, strict=True)
            if labelled.verdict and (unit := without_erased(labelled)) is not None
        ]

    def _recent(self, folder: Path) -> list[tuple[Case, str, dict[str, str]]]:
        """Reviewed units of the set's parts that no adapter learned from and that are not in the set."""
        from model_runtime.dataset import read_card

        found: list[tuple[Case, str, dict[str, str]]] = []
        since = datetime.now(UTC) - timedelta(days=RECENT_DAYS)
        for name in read_card(folder)["parts"]:
            known = self._learned.groups(name)
            if name not in self._parts:
                continue
            for unit in of_records(self._store, self._parts, name, since, None, True, limit=RECENT * 3):
                if len(found) < RECENT and not _is_known(unit, known):
                    found.append((self._case(RECENT_SET, _labelled(unit), None), unit.said["record"], dict(unit.said)))
        return [(case, record, _groups(case.labelled, said)) for case, record, said in found]

    def _case(self, folder: str, unit: Labelled, part: Mapping[str, Any] | None) -> Case:
        """The question that the station would ask; of a part that it does not know, as the set says."""
        if part is None:
            known = self._parts.get_or_general(unit.part)
            part = {"defects": known.defects, "criteria": known.asked}
        question = Question(
            unit.photo, unit.voice, unit.golden if unit.photo else None, unit.part or None,
            tuple(part.get("defects", ())) or DEFECTS, str(part.get("criteria", "")), self._thresholds(unit.part),
        )  # fmt: skip
        return Case(folder, unit, question)

    def _thresholds(self, part: str) -> Thresholds | None:
        """The site's, else the part's; None: those of each adapter's own card."""
        return self._settings.thresholds or self._parts.get_or_general(part).thresholds

    # -- what comes of it

    def _thresholds_anew(
        self, said: Mapping[str, Sequence[Outcome]], golden: int, margins: Margins
    ) -> tuple[Thresholds | None, str]:
        """The fewest misses, no more than the active adapter has, with its overkill and coverage but for the margins,
        on the golden evaluation set."""
        from model_runtime import thresholds

        new = [outcome for outcome in said[NEW][:golden] if outcome.verdict]
        active = said[ACTIVE][:golden]
        if any(outcome.case.question.thresholds for outcome in new):
            return None, "site"
        good = [outcome for outcome in active if not outcome.case.labelled.bad]
        if not new or not good or len(good) == len(active):
            return None, "card"
        missed = sum(outcome.passed and outcome.case.labelled.bad for outcome in active)
        overkill = sum(outcome.rejected for outcome in good) / len(good) + margins.overkill
        coverage = sum(outcome.passed or outcome.rejected for outcome in active) / len(active) - margins.coverage
        p = [outcome.verdict.p_ng for outcome in new if outcome.verdict]
        if not all(map(math.isfinite, p)):
            return None, "card"
        truth = [outcome.case.labelled.bad for outcome in new]
        chosen = thresholds.not_worse(p, truth, missed, overkill, coverage)
        return chosen, "golden" if chosen else "card"

    def _told(
        self,
        new: Path,
        folder: Path,
        gate: Gate,
        chosen: Thresholds | None,
        why: str,
        sides: Mapping[str, Sequence[Side]],
        whos: Sequence[str],
    ) -> dict[str, Any]:
        from model_runtime.adapter_card import read_card

        stands = chosen or self._settings.thresholds or read_card(new).thresholds
        anew = {"ok_below": stands.ok_below, "ng_above": stands.ng_above, "chosen": chosen is not None, "by": why}
        return {
            "format": 1,
            **self._identities(new, folder),
            "set": folder.name,
            "created": datetime.now(UTC).isoformat(timespec="seconds"),
            "judged_by": list(whos),
            "gate": gate.to_json(),
            "thresholds": anew,
            "sets": {name: side_by_side.told(some, whos) for name, some in sides.items() if some},
        }

    def _identities(self, new: Path, folder: Path) -> dict[str, str]:
        """What an evaluation holds for: the new adapter, the active one, the base, the set."""
        from model_runtime import dataset

        base, active, _ = loading.chosen(self._places, self._settings)
        return {
            "adapter": identity_of(new),
            "active": identity_of(active or base / "defect-lora"),
            "model": base.name,
            "set_sha256": str(dataset.read_card(folder)["sha256"]),
            "labels": _hash_of(self._doubts.kept(folder)),
        }

    def _file(self, adapter: str) -> Path:
        return self._places.evaluations / f"{adapter}.json"

    def _keep(self, adapter: str, found: Evaluation) -> Evaluation:
        from inspector_app.records.record import finite

        self._places.evaluations.mkdir(parents=True, exist_ok=True)
        text = json.dumps(finite(found.to_json()), ensure_ascii=False, indent=1)
        write_whole(self._file(adapter), text.encode())
        return found


Units = Sequence[tuple[Case, str, dict[str, str]]]


def _sides(units: Units, said: Mapping[str, Sequence[Outcome]], anew: Thresholds | None) -> list[Side]:
    """Unit by unit what each adapter said; the new one under the thresholds that were chosen for it."""
    new = [side_by_side.with_thresholds(outcome, anew) if anew else outcome for outcome in said[NEW]]
    everybody = {**said, NEW: new}
    return [
        Side(case.labelled.name, record, groups, {who: outcomes[number] for who, outcomes in everybody.items()})
        for number, (case, record, groups) in enumerate(units)
    ]


def _decided(sides: Sequence[Side], golden: int, margins: Margins) -> Gate:
    pairs = [side.pair() for side in sides]
    return decide(pairs[:golden], margins, pairs[golden:])


def _held(gate: Gate, labels: Labels, here: Sequence[Side], lately: Sequence[Side], margins: Margins) -> Gate:
    """The gate with what is known of the labels: refused where too many are doubted, and where only doubted ones of
    the golden evaluation set open it."""
    doubted = {one.name for one in labels.doubts if one.measures}
    clear = [side for side in here if side.name not in doubted]
    bad = sum(side.bad for side in clear)
    without = None
    if gate.open and len(clear) < len(here) and min(bad, len(clear) - bad) >= LEAST:
        without = _decided([*clear, *lately], len(clear), margins)
    return with_labels(gate, labels.told, labels.sentences, without, labels.second)


def _hash_of(labels: Labels | None) -> str:
    """What is known of the labels, in short: a review of one of them asks for another look at the gate."""
    from model_runtime.manifest import canonical_sha256

    return canonical_sha256(labels.to_json())[:16] if labels else ""


def identity_of(folder: Path) -> str:
    """`name@version/sha256` of an adapter folder, "none" where there is none."""
    from model_runtime.adapter_card import read_card

    return read_card(folder).identity if folder.is_dir() else "none"


def _groups(unit: Labelled, row: Mapping[str, str]) -> dict[str, str]:
    """By what the unit can be sliced, and into which group."""
    found = {by: row.get(by, "") for by in side_by_side.GROUPS}
    found["class"] = unit.defect if unit.bad and unit.defect not in ("", "none") else ""
    return {by: group for by, group in found.items() if group}


def _is_known(unit: Candidate, known: Mapping[str, bool]) -> bool:
    """Whether it taught, or stands in a golden evaluation set itself."""
    own = f"unit:{hash_of(unit.first)}"
    names: Iterable[str] = (own, *(f"{name}:{unit.said[name]}" for name in ("lot", "serial") if unit.said.get(name)))
    return own in known or any(known.get(name) is False for name in names)


def _labelled(unit: Candidate) -> Labelled:
    said, files = unit.said, unit.files
    boxes = tuple(tuple(entry["box"]) for entry in json.loads(said.get("boxes") or "[]"))
    return Labelled(
        name=said["record"], photo=files.get("file_name"), voice=files.get("voice_file_name"),
        golden=files.get("golden_file_name"), verdict=said["verdict"], defect=said.get("defect", ""), boxes=boxes,
        transcript=said.get("transcript", ""), language=said.get("language", ""), part=unit.part,
        lot=said.get("lot", ""), serial=said.get("serial", ""),
    )  # fmt: skip
