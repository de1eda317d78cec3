"""Labels in doubt: which labels of a frozen set contradict the others, which were drawn to be looked at again, and what
people have said of them since.

The embedded model as it came looks at every photo, so that nothing that was taught here vouches for itself. What comes
of it lies beside the set's card as labels.json; the audit trail knows its hash, so a changed one counts for nothing.
A label is settled by a second review of the unit that says the same, or by a person who looked at the photo again.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from inspector_app import loading
from inspector_app.errors import KensaError, from_os_error
from inspector_app.quality.labels import ALL, SecondLook, Share, Unit, drawn, shares
from inspector_app.records.audit import Entry
from inspector_app.records.history import History
from inspector_app.records.learned import SET_FROZEN, Learned, Said
from inspector_app.records.record import LineKind, finite
from inspector_app.records.store import Store
from inspector_app.rights import PROGRAM
from inspector_app.training_sets import GOLDEN
from inspector_app.whole import write_whole
from model_runtime.verdict import Answer, StopCheck

FILE, FORMAT = "labels.json", 1
CHECKED, CONFIRMED, CONTRADICTED = "labels_checked", "label_confirmed", "label_contradicted"
LOOKS, TWICE, CORRECTED = "looks", "twice", "corrected"
"""Why a label is doubted: the photo looks like the other verdict's; two reviews differ; the newest one differs."""
DRAWN, AGREED = "drawn", "agreed"
"""Of a label in the sample: it is to be looked at again; it was, and is right. A wrong one is `CORRECTED`."""
_DECIDED = (str(Answer.OK), str(Answer.NG))
Step = Callable[[int, int], None]
"""Photos looked at, photos in all."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """One label in doubt, or in the sample. `p_ng`: of the photo, by all other labels; None where it was not held
    against them."""

    name: str
    photo: Path
    golden_photo: Path | None
    verdict: str
    p_ng: float | None
    measures: bool
    """Whether it stands in the golden evaluation set."""
    record: str
    why: str
    waits: bool
    """Whether it lies in the review queue already."""

    @property
    def sentence(self) -> str:
        other = "NG" if self.verdict == "OK" else "OK"
        if self.why == CORRECTED:
            return f"The label says {self.verdict}, a later review {other}: freeze the set anew."
        if self.why == DRAWN:
            return f"The label says {self.verdict}; it was drawn at random: look at it again."
        if self.why == AGREED:
            return f"The label says {self.verdict}; it was drawn at random, and a second look says the same."
        if self.why == TWICE:
            return f"The label says {self.verdict}, another review said {other}: look at it again."
        return f"The label says {self.verdict}, the photo looks like the {other} ones: look at it again."

    def to_json(self) -> dict[str, Any]:
        names = ("name", "verdict", "p_ng", "measures", "record", "why", "waits", "sentence")
        return {name: getattr(self, name) for name in names}


@dataclass(frozen=True, slots=True)
class Labels:
    """What is known of the labels of a set: the doubted ones, how many were settled, and the shares with their tests.
    No shares: there were too few units to hold against each other. `sample`: the labels that are to be looked at again;
    none where none is asked for."""

    units: int
    doubts: tuple[Doubt, ...]
    confirmed: int
    shares: tuple[Share, ...]
    sample: tuple[Doubt, ...] = ()

    @property
    def refused(self) -> bool:
        return any(share.refused for share in self.shares) or (self.second is not None and self.second.refused)

    @property
    def second(self) -> SecondLook | None:
        """What came of the sample so far."""
        why = [one.why for one in self.sample]
        wrong = tuple(one.name for one in self.sample if one.why == CORRECTED)
        return SecondLook(len(why), why.count(AGREED), wrong) if why else None

    @property
    def to_send(self) -> list[tuple[str, LineKind]]:
        """Units of the records that are to be looked at again and do not wait yet, and why."""
        both = [(one, LineKind.DOUBTED) for one in self.doubts if one.why != CORRECTED]
        both += [(one, LineKind.SECOND_LOOK) for one in self.sample if one.why == DRAWN]
        return [(one.record, kind) for one, kind in both if one.record and not one.waits]

    @property
    def told(self) -> list[Share]:
        """All units, and each side that is refused."""
        return [share for share in self.shares if share.of == ALL or share.refused]

    @property
    def sentences(self) -> list[str]:
        second = [self.second.sentence] if self.second else []
        if not self.shares:
            return ["Labels: there are too few units with a photo to hold their labels against each other.", *second]
        settled = f" {self.confirmed} were looked at again and stand." if self.confirmed else ""
        first, *others = self.told
        return [first.sentence + settled, *(share.sentence for share in others), *second]

    def to_json(self) -> dict[str, Any]:
        return {
            "units": self.units, "confirmed": self.confirmed, "refused": self.refused, "sentences": self.sentences,
            "shares": [share.to_json() for share in self.shares], "doubts": [one.to_json() for one in self.doubts],
            "second": self.second.to_json() if self.second else None, "sample": [one.to_json() for one in self.sample],
        }  # fmt: skip


class Doubts:
    """The labels of the sets of one data folder. Of sets of fewer than `sampled` units a sample is looked at again."""

    def __init__(self, store: Store, threads: int | None = None, sampled: int = 0) -> None:
        self._store, self._threads, self._sampled = store, threads, sampled

    def of(self, folder: Path, step: Step | None = None, stop: StopCheck | None = None) -> Labels:
        """As it is known, or found now. Raises `Fixable` for a set that cannot be read, `Stopped`."""
        return self.kept(folder) or self.check(folder, step, stop)

    def kept(self, folder: Path) -> Labels | None:
        """What was found before, with all that was said since; None where nothing was, or it was changed."""
        content = self._content(folder)
        return self._settled(folder, content) if content is not None else None

    def check(
        self, folder: Path, step: Step | None = None, stop: StopCheck | None = None, who: str = PROGRAM
    ) -> Labels:
        """Looks at every photo and keeps what comes of it; what people confirmed stays."""
        from model_runtime.dataset import read_card, set_faults
        from model_runtime.doubt import check

        card = read_card(folder)
        if faults := set_faults(folder):
            raise KensaError("changed_set", f"The training set {folder.name} was changed: {faults[0]} Freeze it again.")
        rows = _rows(folder)
        seen = {}
        for glimpse in loading.load_glimpses(folder, self._threads, stop):
            seen[glimpse.name] = glimpse
            if step:
                step(len(seen), len(rows))
        units: list[dict[str, Any]] = [{"name": name, "record": row.get("record", ""), "verdict": row["verdict"],
                  "golden": row.get("split") == GOLDEN, "p_ng": None, "doubted": False, "clear": False}
                 for name, row in rows.items()]  # fmt: skip
        for part in {row.get("part", "") for row in rows.values()}:
            some = [unit for unit in units if unit["name"] in seen and rows[unit["name"]].get("part", "") == part]
            if found := check(*_arrays([seen[unit["name"]] for unit in some], some)):
                for unit, p, *flags in zip(some, found.p_ng, found.doubted, found.clear, strict=True):
                    unit |= {"p_ng": round(float(p), 4), "doubted": bool(flags[0]), "clear": bool(flags[1])}
        before = self._content(folder) or {}
        content = {
            "format": FORMAT, "set": folder.name, "set_sha256": card["sha256"], "by": _eye(),
            "created": datetime.now(UTC).isoformat(timespec="seconds"), "units": units,
            "confirmed": before.get("confirmed", {}), "wrong": before.get("wrong", {}),
        }  # fmt: skip
        self._keep(folder, content, who, CHECKED, {"doubted": sum(unit["doubted"] for unit in units)})
        return self._settled(folder, content)

    # -- what people say of them

    def confirm(self, folder: Path, names: Sequence[str], who: str, reason: str, wrong: bool = False) -> Labels:
        """These labels were looked at again and are right, or `wrong`; the newest word stands. KensaError for one that
        is not in the set."""
        content = self._content(folder)
        if content is None:
            raise KensaError("not_checked", f"The labels of {folder.name} were not checked yet; check them first.")
        known = {unit["name"] for unit in content["units"]}
        if unknown := [name for name in names if name not in known]:
            raise KensaError("unknown_unit", f"There is no unit {unknown[0]} in {folder.name}; see metadata.csv.")
        at = datetime.now(UTC).isoformat(timespec="seconds")
        said, unsaid = ("wrong", "confirmed") if wrong else ("confirmed", "wrong")
        new = {name: {"who": who, "at": at, "reason": reason} for name in names}
        old = {name: one for name, one in content.get(unsaid, {}).items() if name not in new}
        content |= {said: content.get(said, {}) | new, unsaid: old}
        self._keep(folder, content, who, CONTRADICTED if wrong else CONFIRMED, {"units": list(names), "reason": reason})
        return self._settled(folder, content)

    def send(self, folder: Path, who: str) -> int:
        """Units with a doubted label, and those of the sample, wait for the supervisor again: their review stands no
        more. How many there are."""
        labels = self.kept(folder)
        why: dict[str, list[LineKind]] = {}
        for record, kind in labels.to_send if labels else ():
            why.setdefault(record, []).append(kind)
        said = Learned(self._store.database).said(list(why))
        for record, kinds in why.items():
            # Why it waits comes first: broken off in between, the review stands and the unit is sent another time.
            for kind in kinds:
                self._store.add_line(record, kind, PROGRAM, folder.name)
            for review in said.get(record, ()):
                if review.stands:  # where two contradict each other, both
                    self._store.undo_review(record, who)
        return len(why)

    # -- how

    def _settled(self, folder: Path, content: Mapping[str, Any]) -> Labels:
        rows, confirmed, wrong = _rows(folder), content["confirmed"], content.get("wrong", {})
        sample, since = self._drawn(folder, content), self._frozen_at(folder)
        said = Learned(self._store.database).said([unit["record"] for unit in content["units"] if unit["record"]])
        doubts, settled, units, again = [], 0, list[Unit](), list[Doubt]()
        for unit in content["units"]:
            name, reviews, row = unit["name"], said.get(unit["record"], ()), rows.get(unit["name"], {})
            why, waits = _standing(unit, reviews, name in confirmed, name in wrong)
            settled += unit["doubted"] and not why
            if why:
                doubts.append(_doubt(folder, unit, row, why, waits))
            if name in sample:
                looked = AGREED if name in confirmed or _since(reviews, since) else DRAWN
                again.append(_doubt(folder, unit, row, why if why == CORRECTED else looked, waits))
            if unit["p_ng"] is not None:
                # What people contradict needs no sure look.
                units.append(Unit(bool(unit["golden"]), bool(why), bool(unit["clear"]) or why in (TWICE, CORRECTED)))
        doubts.sort(key=lambda one: -abs((one.p_ng if one.p_ng is not None else 0.5) - 0.5))
        return Labels(len(content["units"]), tuple(doubts), settled, tuple(shares(units)), tuple(again))

    def _drawn(self, folder: Path, content: Mapping[str, Any]) -> set[str]:
        """Names of the sample: one of what teaches, one of the golden evaluation set, since wrong labels of either let
        in what should stay out. A photo that was erased since cannot be looked at, the next one takes its place."""
        if len(content["units"]) >= self._sampled:
            return set()
        there = [unit for unit in content["units"] if (folder / unit["name"]).is_file()]
        samples = (
            drawn([unit["name"] for unit in there if bool(unit["golden"]) is golden], content["set_sha256"])
            for golden in (False, True)
        )
        return {name for sample in samples for name in sample}

    def _content(self, folder: Path) -> dict[str, Any] | None:
        """The file, if it is what the audit trail knows and belongs to this very set."""
        from model_runtime.dataset import read_card
        from model_runtime.manifest import canonical_sha256

        try:
            content: dict[str, Any] = json.loads((folder / FILE).read_text(encoding="utf-8"))
            if content["format"] != FORMAT or content["set_sha256"] != read_card(folder)["sha256"]:
                return None
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            return None
        known = [one for one in self._trail(folder) if one.what in (CHECKED, CONFIRMED, CONTRADICTED)]
        newest = known[-1] if known else None
        told = newest.new if newest is not None and isinstance(newest.new, dict) else {}
        return content if told.get("sha256") == canonical_sha256(content) else None

    def _trail(self, folder: Path) -> list[Entry]:
        """What is told of the set, oldest first."""
        return sorted(History.of(self._store).trail_of(f"set:{folder.name}"), key=lambda one: one.seq)

    def _frozen_at(self, folder: Path) -> datetime:
        """When the set was frozen here; of one from elsewhere, when it was last told of."""
        trail = self._trail(folder)
        return datetime.fromisoformat(([one for one in trail if one.what == SET_FROZEN] or trail)[-1].at)

    def _keep(self, folder: Path, content: Mapping[str, Any], who: str, what: str, told: Mapping[str, Any]) -> None:
        from model_runtime.manifest import canonical_sha256

        whole = finite(dict(content))
        try:
            write_whole(folder / FILE, json.dumps(whole, ensure_ascii=False, indent=1).encode())
        except OSError as error:
            raise from_os_error(error, "training set", folder) from error
        facts = {**told, "sha256": canonical_sha256(whole)}
        self._store.note(who, what, f"set:{folder.name}", new=facts)


def _standing(unit: Mapping[str, Any], said: Sequence[Said], confirmed: bool, wrong: bool) -> tuple[str, bool]:
    """Why the label is doubted still, "" if it is not; and whether the unit waits for a review."""
    label, told = unit["verdict"], [one.verdict for one in said if one.verdict in _DECIDED]
    standing = [one.verdict for one in said if one.stands and one.verdict in _DECIDED]
    waits = bool(said) and not standing
    if wrong or (standing and standing[-1] != label):
        return CORRECTED, False
    if confirmed or (standing and told.count(label) >= 2):
        return "", waits
    if any(verdict != label for verdict in standing):  # one that was undone contradicts nobody any more
        return TWICE, waits
    return (LOOKS if unit["doubted"] else ""), waits


def _since(said: Sequence[Said], frozen: datetime) -> bool:
    """Whether the review that stands was made after the set was frozen."""
    standing = [one for one in said if one.stands and one.verdict in _DECIDED]
    return bool(standing) and standing[-1].at > frozen


def _doubt(folder: Path, unit: Mapping[str, Any], row: Mapping[str, str], why: str, waits: bool) -> Doubt:
    golden = row.get("golden_file_name")
    return Doubt(
        unit["name"], folder / unit["name"], folder / golden if golden else None, unit["verdict"], unit["p_ng"],
        bool(unit["golden"]), unit["record"], why, waits,
    )  # fmt: skip


def _rows(folder: Path) -> dict[str, dict[str, str]]:
    """Rows of units with a photo, by its name."""
    from model_runtime.labelled import read_rows

    return {
        row["file_name"]: row for row in read_rows(folder) if row.get("file_name") and row.get("verdict") in _DECIDED
    }


def _arrays(seen: Sequence[Any], units: Sequence[Mapping[str, Any]]) -> tuple[Any, Any, Any]:
    """Looks (n, d), log-odds (n,) and labels (n,)."""
    import numpy as np

    looks = np.stack([one.look for one in seen]) if seen else np.zeros((0, 1), dtype=np.float32)
    return (
        looks,
        np.array([one.odds for one in seen]),
        np.array([unit["verdict"] == "NG" for unit in units], dtype=bool),
    )


def _eye() -> str:
    from inspector_app.places import bundled_model
    from model_runtime.adapter_card import read_card

    return read_card(bundled_model() / "defect-lora").identity
