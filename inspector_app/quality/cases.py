"""Labelled folders as questions: what the station would ask of each unit, with its part, golden photo and thresholds.

Knows parts and labels; knows no model and no figures.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from inspector_app.errors import KensaError
from inspector_app.parts import Parts, is_defect
from model_runtime.evaluate import Case
from model_runtime.labelled import Labelled, read_labelled, read_rows
from model_runtime.verdict import DEFECTS, Question, Thresholds

TRAIN = "train"


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of all folders: the split, the golden photo of units without one, the site's thresholds."""

    split: str = "test"
    golden: Path | None = None
    thresholds: Thresholds | None = None
    limit: int | None = None
    """At most so many units of each folder."""
    train: bool = False
    """Whether the train split is wanted too, for what is trained to compare with."""


@dataclass(frozen=True, slots=True)
class LabelledFolder:
    """One folder: the units to judge, and those of its train split if they are wanted."""

    name: str
    path: Path
    cases: tuple[Case, ...]
    train: tuple[Case, ...] = ()

    @property
    def own_golden(self) -> int:
        """Units that are compared with themselves, since other units are compared with them."""
        return sum(1 for case in self.cases if case.question.golden and case.question.golden == case.question.photo)


def read_folders(names: Sequence[str], parts: Parts, asked: Asked) -> list[LabelledFolder]:
    """The folders, each once. Raises `Fixable` for one that is not labelled or has no such split."""
    if asked.golden is not None and not asked.golden.is_file():
        raise KensaError("missing", f"The golden photo {asked.golden} does not exist; check the name.")
    paths = list(dict.fromkeys(Path(name) for name in names))
    short = [path.resolve().name for path in paths]
    titles = [name if short.count(name) == 1 else str(path) for path, name in zip(paths, short, strict=True)]
    return [_folder(title, path, parts, asked, len(paths)) for title, path in zip(titles, paths, strict=True)]


def _folder(name: str, path: Path, parts: Parts, asked: Asked, folders: int) -> LabelledFolder:
    units, every = read_labelled(path, asked.split), read_labelled(path, None)
    golden = asked.golden
    if golden is not None and folders > 1 and path.resolve() not in golden.resolve().parents:
        golden = None  # with several folders, a golden photo is for the one that it lies in
    questions = _Questions(parts, every, golden, asked.thresholds)
    test = [Case(name, unit, questions.of(unit)) for unit in _fewer(units, asked.limit)]
    train = [Case(name, unit, questions.of(unit)) for unit in (_train(path, asked.split) if asked.train else ())]
    return LabelledFolder(name, path, tuple(test), tuple(train))


def _train(path: Path, split: str) -> list[Labelled]:
    """The usable photos of the train split, which must not be the one that is measured; none where there is none."""
    if split == TRAIN or not any(row.get("split") == TRAIN for row in read_rows(path)):
        return []
    return [unit for unit in read_labelled(path, TRAIN) if unit.photo and unit.verdict and not unit.problem]


def _fewer(units: list[Labelled], limit: int | None) -> list[Labelled]:
    """Units from all of the table, evenly: the same ones each time."""
    if limit is None or limit >= len(units):
        return units
    return [units[i * len(units) // limit] for i in range(limit)]


class _Questions:
    """Asks as the station does: classes, criterion and golden photo of the part, or of the folder where it is new."""

    def __init__(
        self, parts: Parts, every: Sequence[Labelled], golden: Path | None, thresholds: Thresholds | None
    ) -> None:
        self.parts, self.golden, self.thresholds = parts, golden, thresholds
        self.references = {unit.golden for unit in every if unit.golden}
        self.classes: dict[str, set[str]] = {}
        for unit in every:
            self.classes.setdefault(unit.part, set()).update({unit.defect} if is_defect(unit.defect) else ())

    def of(self, unit: Labelled) -> Question:
        part = self.parts.get_or_general(unit.part)
        # A photo that others are compared with is compared with itself: judged without, it would be told by that.
        own = unit.golden or (unit.photo if unit.photo in self.references else None)
        named = tuple(sorted(self.classes.get(unit.part, ()))) or DEFECTS
        return Question(
            photo=unit.photo,
            voice=unit.voice,
            golden=(own or self.golden or part.golden) if unit.photo else None,
            part=unit.part or part.name,
            defects=part.defects if unit.part in self.parts else named,
            criteria=part.asked,
            thresholds=self.thresholds or part.thresholds,
        )
