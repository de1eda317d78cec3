"""An agreement study as a table: sheets in random order to be filled in, and the filled ones read back.

Columns: unit, reference, appraiser, trial, verdict, and where files are judged file_name, voice_file_name,
golden_file_name, part. Knows tables and trials; agreement.py knows the formulas.
"""

import csv
import io
import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from inspector_app.errors import KensaError, from_os_error
from inspector_app.quality.agreement import Agreement, Trial, study

COLUMNS = ("order", "unit", "appraiser", "trial", "verdict")
VERDICTS = ("OK", "NG", "INCONCLUSIVE")
_SAME = {
    "良品": "OK",
    "良": "OK",
    "合格": "OK",
    "不良": "NG",
    "不合格": "NG",
    "否": "NG",
    "要確認": "INCONCLUSIVE",
    "1": "OK",
    "0": "NG",
}
"""What people write; 1 and 0 as in AIAG's tables: acceptable and not."""
ENOUGH_UNITS = 20


@dataclass(frozen=True, slots=True)
class Table:
    """A read study: what was said, what is true, and the row of each unit that names its files."""

    trials: tuple[Trial, ...]
    reference: dict[str, str]
    files: dict[str, dict[str, str]]


def read_study(paths: Sequence[Path]) -> Table:
    """One or several tables as one study; a row without an appraiser only tells a unit's reference and files.
    KensaError names the row that does not fit.
    """
    trials: list[Trial] = []
    reference: dict[str, str] = {}
    files: dict[str, dict[str, str]] = {}
    for path in paths:
        for number, row in enumerate(_rows(path), start=2):
            where = f"Row {number} of {path.name}"
            unit = row.get("unit") or row.get("file_name") or ""
            if not unit:
                raise _bad(f"{where} names no unit; give each row one.")
            if truth := row.get("reference") or "":
                said = _verdict(truth, where)
                if said not in ("OK", "NG"):
                    raise _bad(f"{where}: a reference must be OK or NG.")
                if reference.setdefault(unit, said) != said:
                    raise _bad(f"{where}: unit {unit} has another reference than before; correct one of them.")
            if row.get("file_name") or row.get("voice_file_name"):
                files[unit] = {**row, "folder": str(path.parent)}
            if row.get("appraiser") and row.get("verdict"):
                trials.append(_trial(unit, row, where))
    return Table(tuple(trials), reference, files)


def measured(table: Table, more: Iterable[Trial] = ()) -> Agreement:
    """The figures; KensaError for a study that is not whole."""
    try:
        return study([*table.trials, *more], table.reference)
    except ValueError as error:
        raise _bad(f"The study is not whole: {error}.") from error


def sheets(units: Sequence[str], appraisers: Sequence[str], trials: int, seed: int | None = None) -> str:
    """A table to be filled in: for each appraiser and trial all units, each time in another random order."""
    order = random.Random(seed)
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for trial in range(1, trials + 1):
        for appraiser in appraisers:
            mixed = list(units)
            order.shuffle(mixed)
            for number, unit in enumerate(mixed, start=1):
                writer.writerow((number, unit, appraiser, trial, ""))
    return buffer.getvalue()


def to_json(found: Agreement) -> dict[str, Any]:
    """The object of figures, as `kensa study --json` prints it."""
    return asdict(found)


def _rows(path: Path) -> Iterator[dict[str, str]]:
    """UTF-8, or what a Japanese Excel writes."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise from_os_error(error, "study", path) from error
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp932", "replace")
    reader = csv.DictReader(io.StringIO(text, newline=""))
    names = [(name or "").strip().lower() for name in reader.fieldnames or ()]
    if "unit" not in names and "file_name" not in names:
        raise _bad(
            f"{path.name} has no column unit; the first row must name unit, reference, appraiser, trial, verdict."
        )
    for row in reader:
        yield {str(k or "").strip().lower(): (v or "").strip() for k, v in row.items() if isinstance(v, str)}


def _trial(unit: str, row: dict[str, str], where: str) -> Trial:
    number = row.get("trial") or "1"
    if not number.isdecimal() or not 1 <= int(number) <= 100:
        raise _bad(f"{where}: {number!r} is no number of a trial; write 1, 2 or 3.")
    return Trial(unit, row["appraiser"], int(number), _verdict(row["verdict"], where))


def _verdict(said: str, where: str) -> str:
    found = _SAME.get(said, said.upper())
    if found not in VERDICTS:
        raise _bad(f"{where}: {said!r} is no verdict; write OK, NG or INCONCLUSIVE.")
    return found


def _bad(sentence: str) -> KensaError:
    return KensaError("bad_study", sentence)
