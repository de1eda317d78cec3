"""Whether the picture is really looked at: the same questions with a blank photo, or with the wrong golden photo.

Knows questions and picture files; judges nothing itself.
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from PIL import Image

from model_runtime.evaluate import Case
from model_runtime.photo import load_photo

GREY = (128, 128, 128)
SHUFFLED, TURNED = "shuffled", "turned"


def blank(cases: Sequence[Case], folder: Path) -> list[Case]:
    """Each photo replaced by a grey one of its size, written into `folder`; the golden photo stays.

    Without the voice note: what it says of the unit would be told from it, and not from the photo.
    """
    return [
        _with(case, photo=_blank_like(case.question.photo, folder), voice=None) for case in cases if case.question.photo
    ]


def wrong_golden(cases: Sequence[Case], folder: Path) -> tuple[str, list[Case]]:
    """Each golden photo replaced by another unit's; where all share one, by that one turned upside down."""
    paired = [case for case in cases if case.question.photo and case.question.golden]
    goldens = list(dict.fromkeys(case.question.golden for case in paired if case.question.golden))
    if len(goldens) > 1:
        # Half the list away: neighbours are often of one lot, and look alike.
        step = len(goldens) // 2
        other = {golden: goldens[(i + step) % len(goldens)] for i, golden in enumerate(goldens)}
        return SHUFFLED, [_with(case, golden=other[_golden(case)]) for case in paired]
    return TURNED, [_with(case, golden=_turned(_golden(case), folder)) for case in paired]


def _with(case: Case, **changes: Path | None) -> Case:
    return replace(case, question=replace(case.question, **changes))  # type: ignore[arg-type]


def _golden(case: Case) -> Path:
    assert case.question.golden is not None
    return case.question.golden


def _blank_like(photo: Path, folder: Path) -> Path:
    size = load_photo(photo).size
    path = folder / f"blank-{size[0]}x{size[1]}.png"
    if not path.exists():
        Image.new("RGB", size, GREY).save(path)
    return path


def _turned(golden: Path, folder: Path) -> Path:
    path = folder / f"turned-{golden.stem}.png"
    if not path.exists():
        load_photo(golden).transpose(Image.Transpose.ROTATE_180).save(path)
    return path
