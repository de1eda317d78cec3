"""What commands say: answers on stdout (JSON lines or text for people), everything else on stderr.

Knows the terminal; knows no command. The library for it comes with the first words: the window needs none.
"""

from __future__ import annotations

import json
import math
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol, TextIO

from inspector_app.texts import printable

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress

_SPARSE_SECONDS = 10.0
_FILE_WIDTH = 240
_WHOLE = {"id", "verdict", "expected", "p_ng"}
"""Columns that are never folded."""
_DROPPED = ("serial", "lot", "place", "severity", "captured", "part", "heard", "folder")
"""Columns that a narrow terminal goes without, in this order."""
_FOLDED_WIDTH = 20
_COLOURS = {"OK": "green", "NG": "bold red", "INCONCLUSIVE": "yellow", "failed": "red"}


class Meter(Protocol):
    """Shows how far a long work is."""

    def step(self) -> None:
        """One more is done."""

    def tell(self, what: str) -> None:
        """What is being done now, nothing counted."""

    def reach(self, part: float, what: str) -> None:
        """`part` (0..1) of the whole is done."""


class Terminal:
    """One command's way to speak. With `json`, stdout holds one object a line and nothing else."""

    def __init__(self, json: bool, out: TextIO | None = None, err: TextIO | None = None) -> None:
        self.json = json
        self._out = out or sys.stdout
        self._file = err or sys.stderr
        for stream in (self._out, self._file):
            if hasattr(stream, "reconfigure"):
                stream.reconfigure(encoding="utf-8", errors="backslashreplace")

    @cached_property
    def _err(self) -> Console:
        from rich.console import Console

        return Console(file=self._file, soft_wrap=True, highlight=False)

    def emit(self, value: Any) -> None:
        """One JSON object on a line of its own, at once. A figure of too few units is no number: null."""
        self._out.write(json.dumps(_with_null(value), ensure_ascii=False, allow_nan=False) + "\n")
        self._out.flush()

    def write(self, text: str) -> None:
        """A line of answer for people."""
        self._out.write(printable(text) + "\n")
        self._out.flush()

    def say(self, text: str) -> None:
        """A message beside the answer."""
        from rich.text import Text

        self._err.print(Text(printable(text)))

    def table(self, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """A table for people: empty columns are left out, on a narrow terminal the less telling ones too."""
        from rich import box
        from rich.console import Console
        from rich.table import Table
        from rich.text import Text

        console = Console(file=self._out, highlight=False, width=None if self._out.isatty() else _FILE_WIDTH)
        shown = _fitting(columns, rows, console.width)
        table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
        for index in shown:
            table.add_column(columns[index], no_wrap=columns[index] in _WHOLE, overflow="fold")
        for row in rows:
            table.add_row(*(Text(printable(row[index]), style=_COLOURS.get(row[index], "")) for index in shown))
        console.print(table)

    @contextmanager
    def meter(self, total: int, what: str) -> Iterator[Meter]:
        """A progress bar on a terminal; a line now and then elsewhere."""
        if not self._err.is_terminal:
            yield _Lines(self, total, what)
            return
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

        columns = (
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
        )
        with Progress(*columns, console=self._err, transient=True) as progress:
            yield _Bar(progress, total, what)


class _Bar:
    def __init__(self, progress: Progress, total: int, what: str) -> None:
        self._progress = progress
        self._task = progress.add_task(what, total=total)

    def step(self) -> None:
        self._progress.advance(self._task)

    def tell(self, what: str) -> None:
        self._progress.update(self._task, description=printable(what).replace("[", "\\["))

    def reach(self, part: float, what: str) -> None:
        self._progress.update(self._task, completed=int(part * (self._progress.tasks[0].total or 0)))
        self.tell(what)


class _Lines:
    """Sparse lines for logs: the first, the last, and one every ten seconds."""

    def __init__(self, terminal: Terminal, total: int, what: str) -> None:
        self._terminal, self._total, self._what = terminal, total, what
        self._done, self._last = 0, time.monotonic()

    def step(self) -> None:
        self._done += 1
        if self._done == self._total or self._due():
            self._terminal.say(f"{self._what}: {self._done} of {self._total}")

    def tell(self, what: str) -> None:
        pass  # only counts are worth a line of a log

    def reach(self, part: float, what: str) -> None:
        if self._due():
            self._terminal.say(f"{what}: {part:.0%}")

    def _due(self) -> bool:
        due = time.monotonic() - self._last >= _SPARSE_SECONDS
        if due:
            self._last = time.monotonic()
        return due


def _fitting(columns: Sequence[str], rows: Sequence[Sequence[str]], width: int) -> list[int]:
    """Indices of the columns to show: those with something in them, as many as fit with folding."""
    from rich.cells import cell_len

    needs = {}
    for index, name in enumerate(columns):
        if any(row[index] for row in rows):
            longest = max(cell_len(text) for text in (name, *(row[index] for row in rows)))
            needs[index] = 2 + (longest if name in _WHOLE else min(longest, _FOLDED_WIDTH))
    for name in _DROPPED:
        if name in columns and sum(needs.values()) > width:
            needs.pop(columns.index(name), None)
    return list(needs)


def _with_null(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: _with_null(one) for key, one in value.items()}
    return [_with_null(one) for one in value] if isinstance(value, list | tuple) else value
