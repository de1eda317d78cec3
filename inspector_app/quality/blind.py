"""An agreement study (計数値MSA) that is run inside the program: its units, who judges, in which order, what was said.

One folder each in the data folder: study.json, which holds the hash of all that it says, and copies of the photos, so
that a study of years ago can still be shown. Knows files; knows no records, no people's rights, no window.
"""

import hashlib
import json
import random
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from inspector_app.errors import KensaError, from_os_error
from inspector_app.quality.agreement import Agreement, Trial, study
from inspector_app.whole import write_whole

FILE, PHOTOS = "study.json", "photos"
LEAST_UNITS, MOST_UNITS = 20, 50
TRIALS = (2, 3)
VERDICTS = ("OK", "NG", "INCONCLUSIVE")
PERSON, MODEL = "person", "model"


@dataclass(frozen=True, slots=True)
class StudyUnit:
    """One unit: its photo in the study's folder, that file's SHA-256, and what is true of it (OK or NG)."""

    name: str
    photo: str
    sha256: str
    reference: str
    part: str = ""
    source: str = ""
    """The id of the inspection, or the file that it came from."""
    golden: str = ""
    """The photo of a good one that the model compares it with, in the same folder; "": the part's own."""


@dataclass(frozen=True, slots=True)
class Rater:
    """Who judges: a person by name, or a model's adapter by name and version."""

    name: str
    kind: str = PERSON


@dataclass(frozen=True, slots=True)
class Said:
    """One judgment, and when."""

    unit: str
    appraiser: str
    trial: int
    verdict: str
    at: str


@dataclass(frozen=True, slots=True)
class Turn:
    """What an appraiser is shown next; `number` of `total` in this trial."""

    unit: StudyUnit
    trial: int
    number: int
    total: int


@dataclass(frozen=True, slots=True)
class BlindStudy:
    """All that is known of a study; it is changed by making another one."""

    id: str
    title: str
    made_at: str
    made_by: str
    units: tuple[StudyUnit, ...]
    raters: tuple[Rater, ...]
    trials: int
    seed: int
    said: tuple[Said, ...] = ()
    finished_at: str = ""
    folder: Path = field(default=Path(), compare=False)

    @property
    def whole(self) -> bool:
        """Everybody has judged everything."""
        return len(self.said) == len(self.units) * len(self.raters) * self.trials

    def count(self, appraiser: str) -> int:
        """Judgments of one appraiser."""
        return sum(one.appraiser == appraiser for one in self.said)

    def turn(self, appraiser: str) -> Turn | None:
        """The unit whose turn it is, in this appraiser's own order; None when all is judged."""
        done = self.count(appraiser)
        if done >= len(self.units) * self.trials:
            return None
        trial, number = done // len(self.units) + 1, done % len(self.units)
        return Turn(self._order(appraiser, trial)[number], trial, number + 1, len(self.units))

    def photo(self, unit: StudyUnit) -> Path:
        """Where its photo lies."""
        return self.folder / PHOTOS / unit.photo

    def golden(self, unit: StudyUnit) -> Path | None:
        """The photo of a good one that came with it."""
        return self.folder / PHOTOS / unit.golden if unit.golden else None

    def judged(self, appraiser: str, unit: str, verdict: str, now: datetime | None = None) -> "BlindStudy":
        """With one judgment more. KensaError `not_the_turn` for another unit than the one whose turn it is."""
        turn = self.turn(appraiser)
        if turn is None or turn.unit.name != unit or self.finished_at:
            raise KensaError("not_the_turn", f"It is not the turn of unit {unit}; go on with the one that is shown.")
        if verdict not in VERDICTS:
            raise ValueError(f"{verdict} is no verdict")
        at = (now or datetime.now(UTC)).isoformat(timespec="seconds")
        return replace(self, said=(*self.said, Said(unit, appraiser, turn.trial, verdict, at)))

    def taken_back(self, appraiser: str) -> "BlindStudy":
        """Without the appraiser's last judgment: a key that was hit by mistake."""
        own = [number for number, one in enumerate(self.said) if one.appraiser == appraiser]
        if not own or self.finished_at:
            return self
        return replace(self, said=(*self.said[: own[-1]], *self.said[own[-1] + 1 :]))

    def figures(self) -> Agreement:
        """Of those appraisers who judged everything; KensaError while nobody has."""
        full = [one.name for one in self.raters if self.turn(one.name) is None]
        if not full:
            raise KensaError("study_not_whole", "Nobody has judged all units in all trials yet; go on judging.")
        trials = [Trial(one.unit, one.appraiser, one.trial, one.verdict) for one in self.said if one.appraiser in full]
        try:
            return study(trials, {unit.name: unit.reference for unit in self.units})
        except ValueError as error:
            raise KensaError("bad_study", f"The study {self.id} cannot be computed ({error}).") from error

    def _order(self, appraiser: str, trial: int) -> list[StudyUnit]:
        order = list(self.units)
        random.Random(f"{self.seed}/{appraiser}/{trial}").shuffle(order)
        return order


@dataclass(frozen=True, slots=True)
class Offered:
    """A unit that may be taken into a study."""

    name: str
    photo: Path
    reference: str
    part: str = ""
    source: str = ""
    doubt: float = 0.0
    """How near the model was to the edge, from 0 to 1."""
    told: str = ""
    """What it is, for the person who chooses."""
    golden: Path | None = None


def proposal(offered: Sequence[Offered], count: int) -> list[Offered]:
    """Half bad and half good where there are enough, the doubtful ones first: a study of clear units tells nothing."""
    ordered = sorted(offered, key=lambda one: (-one.doubt, one.name))
    bad = [one for one in ordered if one.reference == "NG"]
    good = [one for one in ordered if one.reference == "OK"]
    wanted = min(len(bad), max(count // 2, count - len(good)))
    return [*bad[:wanted], *good[: count - wanted]]


def make(
    folder: Path, title: str, who: str, units: Sequence[Offered], raters: Sequence[Rater], trials: int, seed: int
) -> BlindStudy:
    """A new study in a new subfolder, with copies of the photos. KensaError for one that would tell nothing."""
    _check(units, raters, trials)
    now = datetime.now(UTC)
    name = f"{now:%Y%m%d-%H%M%S}"
    number = 1
    while (folder / name).exists():
        number += 1
        name = f"{now:%Y%m%d-%H%M%S}-{number}"
    where = folder / name
    try:
        (where / PHOTOS).mkdir(parents=True)
        kept = [_copied(where, number, one) for number, one in enumerate(units, start=1)]
    except OSError as error:
        raise from_os_error(error, "study", where) from error
    made = BlindStudy(name, title, now.isoformat(timespec="seconds"), who, tuple(kept), tuple(raters), trials, seed,
                      folder=where)  # fmt: skip
    return save(made)


def save(one: BlindStudy) -> BlindStudy:
    """Keeps it whole with its hash."""
    content = _content(one)
    data = json.dumps({**content, "sha256": sha256_of(one)}, ensure_ascii=False, indent=1)
    try:
        write_whole(one.folder / FILE, data.encode())
    except OSError as error:
        raise from_os_error(error, "study", one.folder) from error
    return one


def load(folder: Path) -> BlindStudy:
    """KensaError for a study that cannot be read, or that was changed by another hand."""
    try:
        content = json.loads((folder / FILE).read_text(encoding="utf-8"))
        said = content.pop("sha256")
        found = BlindStudy(
            **{name: content[name] for name in ("id", "title", "made_at", "made_by", "trials", "seed", "finished_at")},
            units=tuple(StudyUnit(**unit) for unit in content["units"]),
            raters=tuple(Rater(**rater) for rater in content["raters"]),
            said=tuple(Said(**one) for one in content["said"]),
            folder=folder,
        )
        own = sha256_of(found)
    except OSError as error:
        raise from_os_error(error, "study", folder) from error
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise KensaError("bad_study", f"The study {folder.name} cannot be read ({error}); restore a backup.") from error
    if said != own:
        raise KensaError("study_changed", f"The study {folder.name} was changed by another hand; restore a backup.")
    return found


def all_of(folder: Path) -> list[BlindStudy | KensaError]:
    """All studies, newest first; in the place of one that cannot be read, why."""
    found: list[BlindStudy | KensaError] = []
    for path in sorted(folder.glob(f"*/{FILE}"), reverse=True):
        try:
            found.append(load(path.parent))
        except KensaError as error:
            found.append(error)
    return found


def photo_faults(one: BlindStudy) -> list[str]:
    """Names of units whose photo is not what it was."""
    return [unit.name for unit in one.units if _hash_of(one.photo(unit)) != unit.sha256]


def sha256_of(one: BlindStudy) -> str:
    """The hash of all that a study says."""
    told = json.dumps(_content(one), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(told.encode()).hexdigest()


def _content(one: BlindStudy) -> dict[str, Any]:
    content = asdict(one)
    del content["folder"]
    return json.loads(json.dumps(content))  # type: ignore[no-any-return]


def _check(units: Sequence[Offered], raters: Sequence[Rater], trials: int) -> None:
    if not LEAST_UNITS <= len(units) <= MOST_UNITS:
        raise KensaError("study_units", f"A study has {LEAST_UNITS} to {MOST_UNITS} units, not {len(units)}.")
    if len({one.reference for one in units}) < 2:
        raise KensaError("study_one_kind", "A study needs good and bad units; choose some of both.")
    if not raters or len({one.name for one in raters}) < len(raters):
        raise KensaError("study_raters", "Name who judges, each once.")
    if trials not in TRIALS:
        raise KensaError("study_trials", "A study has two or three trials.")


def _copied(where: Path, number: int, one: Offered) -> StudyUnit:
    data = one.photo.read_bytes()
    name = f"{number:02}{one.photo.suffix.lower()}"
    write_whole(where / PHOTOS / name, data)
    sha256, golden = hashlib.sha256(data).hexdigest(), ""
    if one.golden is not None and one.golden.is_file():
        good = one.golden.read_bytes()
        golden = f"golden-{hashlib.sha256(good).hexdigest()[:16]}{one.golden.suffix.lower()}"
        if not (where / PHOTOS / golden).exists():
            write_whole(where / PHOTOS / golden, good)
    return StudyUnit(f"U{number:02}", name, sha256, one.reference, one.part, one.source, golden)


def _hash_of(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return ""
