"""The night (一夜): what people corrected becomes a training set, the set an adapter, and the adapter judges from the
next unit on, if it is measurably not worse. Read from top to bottom.

Knows the records, the people, the folders of sets and adapters, and the border to the model; knows no window. torch is
imported only where a model is trained or judges.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from inspector_app import loading, training_sets
from inspector_app.candidates import of_folder, of_records, with_operator
from inspector_app.doubts import Doubts, Labels, Step
from inspector_app.errors import KensaError
from inspector_app.parts import Parts
from inspector_app.people import People
from inspector_app.places import Places, is_name
from inspector_app.privacy import Privacy
from inspector_app.quality.gate import Margins
from inspector_app.records.learned import PROMOTED, ROLLED_BACK, Learned, Promotion
from inspector_app.records.shadowed import Shadowed
from inspector_app.records.store import Store
from inspector_app.rights import PROGRAM, Person, Right
from inspector_app.settings import Settings
from inspector_app.training_sets import Candidate, Frozen, Shares
from inspector_app.unheard import TRAINED, tell_unheard
from inspector_app.version import APP_VERSION
from inspector_app.weighing import Evaluation, Judges, Weighing, identity_of
from model_runtime.verdict import StopCheck

if TYPE_CHECKING:
    from model_runtime.train import Progress


@dataclass(frozen=True, slots=True)
class Rule:
    """Which units become a training set. `reviewed` False takes those too that an operator accepted as they were."""

    part: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    reviewed: bool = True
    classes: tuple[str, ...] = ()
    """Of the NG units only these classes; empty: all."""

    def to_json(self) -> dict[str, Any]:
        times = {
            name: moment.isoformat() if moment else None
            for name, moment in (("since", self.since), ("until", self.until))
        }
        return {"part": self.part, **times, "reviewed": self.reviewed, "classes": list(self.classes)}


class Learning:
    """The night of one data folder."""

    def __init__(
        self,
        store: Store,
        people: People,
        places: Places,
        parts: Parts,
        settings: Settings,
        judges: Judges | None = None,
    ) -> None:
        self.store, self.people, self.places, self.parts, self.settings = store, people, places, parts, settings
        self.learned = Learned(store.database)
        self.privacy = Privacy(store, people, places)
        self._judges = judges or loading.load_judge

    # --- what is learned from ---

    def freeze(
        self, person: Person | None, rule: Rule, name: str | None = None, shares: Shares | None = None
    ) -> Frozen:
        """The units of the records that fit the rule, as an immutable set."""
        candidates = of_records(
            self.store, self.parts, rule.part, rule.since, rule.until, rule.reviewed, station=self.settings.station
        )
        told = {"rule": rule.to_json()}
        return self._freeze(person, name or rule.part or "units", self._of_classes(candidates, rule), told, shares)

    def freeze_folder(
        self,
        person: Person | None,
        folder: Path,
        rule: Rule,
        name: str | None = None,
        golden: Path | None = None,
        shares: Shares | None = None,
    ) -> Frozen:
        """Any labelled folder as an immutable set. `golden`: a photo of a good part, where the folder names none."""
        candidates = [unit for unit in of_folder(folder) if rule.part in (None, unit.part)]
        if golden is not None:
            if not golden.is_file():
                raise KensaError("missing", f"The golden photo {golden} does not exist; check the name.")
            candidates = training_sets.with_golden(candidates, golden)
        told = {"rule": {**rule.to_json(), "from": str(folder)}}
        return self._freeze(person, name or folder.resolve().name, self._of_classes(candidates, rule), told, shares)

    def _of_classes(self, candidates: Sequence[Candidate], rule: Rule) -> list[Candidate]:
        return [c for c in candidates if not (c.bad and rule.classes) or c.said.get("defect") in rule.classes]

    def _freeze(
        self,
        person: Person | None,
        name: str,
        candidates: Sequence[Candidate],
        told: Mapping[str, Any],
        shares: Shares | None,
    ) -> Frozen:
        self.people.require(person, Right.REVIEW)
        if not is_name(name) or "@" in name:
            raise KensaError(
                "bad_name", f"{name!r} cannot name a training set; give a name of letters, digits, dashes."
            )
        self.places.make()
        self.places.sets.mkdir(exist_ok=True)
        if self.privacy.policy.pseudonyms:
            candidates = [with_operator(one, self.privacy.pseudonym) for one in candidates]
        names = sorted({candidate.part for candidate in candidates})
        locked = {(part, group): golden for part in names for group, golden in self.learned.groups(part).items()}
        folder = self.places.sets / f"{name}@{_next(self.places.sets, name)}"
        who = person.name if person else PROGRAM
        about = {"name": folder.name, "who": who, **told, "parts": self._parts(candidates)}
        frozen = training_sets.freeze(folder, candidates, locked, about, shares)
        facts = {key: frozen.card[key] for key in ("sha256", "units", "counts", "rule")}
        self.learned.frozen(folder.name, facts, frozen.groups, who)
        return frozen

    def _parts(self, candidates: Sequence[Candidate]) -> dict[str, dict[str, Any]]:
        """Classes and criterion of each part, as the station would ask; of a part that is new, the classes named."""
        found = {}
        for name in sorted({candidate.part for candidate in candidates}):
            if name in self.parts:
                part = self.parts.get(name)
                found[name] = {"defects": list(part.defects), "criteria": part.asked}
            else:
                said = {c.said.get("defect", "") for c in candidates if c.part == name and c.bad}
                found[name] = {"defects": sorted(said - {"", "none"}), "criteria": ""}
        return found

    # --- learning ---

    def order(
        self, person: Person | None, training_set: str, recipe: Mapping[str, Any] | None = None, *,
        model: str | None = None, parent: str | None = None, name: str = "defect", fresh: bool = False,
    ) -> dict[str, Any]:  # fmt: skip
        """A training as plain data, to be done here or in a process of its own. Nothing is trained yet."""
        self.people.require(person, Right.REVIEW)
        if not is_name(name) or "@" in name:
            raise KensaError("bad_name", f"{name!r} cannot name an adapter; give letters, digits, dashes.")
        base, active, threads = loading.chosen(self.places, self.settings, model, parent)
        folder = self.set_folder(training_set)
        self.places.make()
        tell_unheard(self.store, self.places)
        return {
            "model": str(base), "set_folder": str(folder), "out": str(self.places.adapters),
            "work": str(self.places.data / "training" / f"{name}-{folder.name}"),
            "parent": str(active) if active else None, "fresh": fresh, "name": name, "recipe": dict(recipe or {}),
            "who": person.name if person else PROGRAM, "program": APP_VERSION, "threads": threads,
        }  # fmt: skip

    def train(self, order: Mapping[str, Any], stop: StopCheck | None = None) -> "Iterator[Progress]":
        """Does what `order` says; what `model_runtime.train.train` yields. Nothing that judges is changed by it."""
        from model_runtime.train import job_of, train

        for progress in train(job_of(order), stop):
            if progress.adapter is not None:
                self.trained(order, progress.adapter)
            yield progress

    def trained(self, order: Mapping[str, Any], adapter: Path) -> None:
        """Tells the audit trail of a training that is done."""
        told = {"set": Path(order["set_folder"]).name, "recipe": dict(order["recipe"]), "adapter": identity_of(adapter)}
        self.store.note(str(order["who"]), TRAINED, f"adapter:{adapter.name}", new=told)

    def set_folder(self, name: str) -> Path:
        """A set by name, NAME@NUMBER or path; of a bare name the newest."""
        newest = [self.places.sets / f"{name}@{_next(self.places.sets, name) - 1}"] if is_name(name) else []
        for folder in (self.places.sets / name, *newest, Path(name).expanduser().absolute()):
            if folder.is_dir():
                return folder
        known = ", ".join(path.name for path in self.sets()) or "none"
        raise KensaError("unknown_set", f"There is no training set {name!r}; frozen are: {known}.")

    def sets(self) -> list[Path]:
        """Folders of all frozen sets, by name."""
        return sorted(path for path in self.places.sets.glob("*@*") if not path.name.startswith("."))

    # --- whether the labels can be believed ---

    def labels(self, training_set: str, step: Step | None = None, stop: StopCheck | None = None) -> Labels:
        """The labels of a set against each other: what is known of them, or found now."""
        return self._doubts.of(self.set_folder(training_set), step, stop)

    def labels_kept(self, training_set: str) -> Labels | None:
        """The same without a look; None where none was taken."""
        return self._doubts.kept(self.set_folder(training_set))

    def check_labels(
        self, person: Person | None, training_set: str, step: Step | None = None, stop: StopCheck | None = None
    ) -> Labels:
        """Looks anew; what people confirmed stays."""
        self.people.require(person, Right.REVIEW)
        return self._doubts.check(self.set_folder(training_set), step, stop, person.name if person else PROGRAM)

    def confirm_labels(
        self, person: Person | None, training_set: str, names: Sequence[str], reason: str, wrong: bool = False
    ) -> Labels:
        """A supervisor has looked at these photos again, and their labels are right, or `wrong`."""
        self.people.require(person, Right.REVIEW)
        if not reason.strip():
            raise KensaError("no_reason", "Say what was seen on the photo; it is kept in the audit trail.")
        who = person.name if person else PROGRAM
        return self._doubts.confirm(self.set_folder(training_set), names, who, reason.strip(), wrong)

    def send_doubted(self, person: Person | None, training_set: str) -> int:
        """Units with a doubted label, and the sample, go to the review queue; how many."""
        self.people.require(person, Right.REVIEW)
        return self._doubts.send(self.set_folder(training_set), person.name if person else PROGRAM)

    @property
    def _doubts(self) -> Doubts:
        return Doubts(self.store, loading.threads_of(self.settings), self.settings.label_sample)

    # --- the gate ---

    def weigh(
        self, adapter: str, training_set: str | None = None, margins: Margins | None = None,
        step: Callable[[int, int], None] | None = None, stop: StopCheck | None = None,
    ) -> Evaluation:  # fmt: skip
        """The new adapter, the active one and the base over the golden evaluation set and recent units. Changes
        nothing that judges."""
        return self._weighing.weigh(adapter, self.set_of(adapter, training_set), margins, step, stop)

    def set_of(self, adapter: str, training_set: str | None = None) -> Path:
        """The set whose golden evaluation set measures an adapter: the one that is named, else what it learned from."""
        return self.set_folder(training_set or _trained_on(self.places.adapter(adapter)))

    def evaluation(self, adapter: str) -> Evaluation | None:
        """What weighing found before, as long as it holds: the same adapters, the same set."""
        return self._weighing.kept(adapter)

    @property
    def _weighing(self) -> Weighing:
        return Weighing(self.store, self.places, self.parts, self.settings, self._judges)

    def promote(self, person: Person | None, adapter: str, reason: str, evaluation: Evaluation) -> Promotion:
        """The adapter judges from the next unit on, with the thresholds that were chosen anew for it. `evaluation`:
        what `weigh` found; a closed gate lets nobody in, and neither do too few units judged beside the active one."""
        self.people.require(person, Right.MODELS)
        if not reason.strip():
            raise KensaError("no_reason", "A promotion needs a reason; it is kept in the audit trail.")
        gate = evaluation.gate
        if not gate.open:
            raise KensaError("gate_closed", f"The adapter {adapter} is not let in. {' '.join(gate.sentences)}")
        folder = self.places.adapter(adapter)
        if evaluation.content.get("adapter") != identity_of(folder):
            raise KensaError("not_weighed", f"The adapter {adapter} is not the one that was weighed; weigh it again.")
        if (beside := Shadowed(self.store.database).count(identity_of(folder))) < self.settings.shadow_units:
            raise KensaError(
                "shadow_short",
                f"{adapter} has judged {beside} units beside the active adapter, and {self.settings.shadow_units} are"
                " asked for; let it run along for longer.",
            )
        _put_on_card(folder, evaluation, person.name if person else PROGRAM)
        name = folder.name if folder.parent == self.places.adapters else str(folder)
        return self._change(person, PROMOTED, name, reason.strip(), gate=_for_the_records(evaluation))

    def sign_and_promote(
        self, person: Person | None, pin: str | None, adapter: str, reason: str, evaluation: Evaluation
    ) -> Promotion:
        """The same with the own PIN as signature; at a station with nobody registered there is none to give."""
        if not self.people.open_mode:
            if person is None or pin is None:
                raise KensaError("no_signature", "This needs your electronic signature; give your PIN.")
            person = self.people.confirm(person.name, pin, Right.MODELS)
        return self.promote(person, adapter, reason, evaluation)

    def rollback(self, person: Person | None, reason: str) -> Promotion:
        """Undoes the newest promotion that was not undone; the adapter before it judges from the next unit on."""
        self.people.require(person, Right.MODELS)
        newest = self.learned.to_undo()
        if newest is None:
            raise KensaError("nothing_to_undo", "No adapter was promoted that could be rolled back.")
        return self._change(person, ROLLED_BACK, newest.previous, reason.strip(), undoes=newest.id)

    def _change(
        self,
        person: Person | None,
        kind: str,
        adapter: str | None,
        reason: str,
        gate: Mapping[str, Any] | None = None,
        undoes: int | None = None,
    ) -> Promotion:
        """Told first, then done: a crash between them leaves a line that says what was wanted, and the old adapter."""
        base = self.places.model(self.settings.model)
        folder = self.places.adapter(adapter) if adapter else base / "defect-lora"
        who = person.name if person else PROGRAM
        promotion = self.learned.add(
            kind, adapter, identity_of(folder), self.settings.adapter, self.settings.model, reason, who,
            gate, undoes,
        )  # fmt: skip
        self.settings = self.settings.changed(adapter=adapter)
        self.settings.save(self.places.settings)
        return promotion


def _put_on_card(folder: Path, evaluation: Evaluation, who: str) -> None:
    """Thresholds and figures of the evaluation go with the adapter, wherever it goes."""
    from model_runtime.adapter_card import evaluated

    content = evaluation.content
    told = {name: part["figures"] for name, part in content["sets"].items()}
    evaluated(folder, evaluation.thresholds, {**told, "set": content["set"], "at": content["created"], "who": who})


def _for_the_records(evaluation: Evaluation) -> dict[str, Any]:
    """What a promotion keeps: the gate's answer and the thresholds; the figures lie on the adapter's card."""
    return {**evaluation.gate.to_json(), "thresholds": evaluation.content["thresholds"]}


def _trained_on(folder: Path) -> str:
    """The set named in an adapter's card."""
    from model_runtime.adapter_card import read_card

    name = str(read_card(folder).training.get("set", ""))
    if not name:
        raise KensaError("unknown_set", f"The card of {folder.name} names no training set; say --set NAME.")
    return name


def _next(folder: Path, name: str) -> int:
    """The next free number of NAME@NUMBER."""
    taken = (path.name.rpartition("@")[2] for path in folder.glob(f"{name}@*"))
    return max([0, *(int(number) for number in taken if number.isdecimal())]) + 1
