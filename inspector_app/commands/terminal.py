"""What commands say: answers on stdout (JSON lines or text for people), everything else on stderr.

Knows the terminal; knows no command.
"""

import json
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Protocol, TextIO

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

_SPARSE_SECONDS = 10.0
_NARROW = {"id", "verdict", "expected", "p_ng"}
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
        self._err = Console(file=err or sys.stderr, soft_wrap=True, highlight=False)
        for stream in (self._out, self._err.file):
            if hasattr(stream, "reconfigure"):
                stream.reconfigure(encoding="utf-8", errors="backslashreplace")

    def emit(self, value: Any) -> None:
        """One JSON object on a line of its own, at once."""
        self._out.write(json.dumps(value, ensure_ascii=False, allow_nan=False) + "\n")
        self._out.flush()

    def write(self, text: str) -> None:
        """A line of answer for people."""
        self._out.write(printable(text) + "\n")
        self._out.flush()

    def say(self, text: str) -> None:
        """A message beside the answer."""
        self._err.print(Text(printable(text)))

    def table(self, columns: Sequence[str], rows: Sequence[Sequence[str]], title: str | None = None) -> None:
        """A table for people; on a narrow terminal cells are folded, into a file nothing is cut."""
        console = Console(file=self._out, highlight=False, width=None if self._out.isatty() else 240)
        table = Table(title=title, title_justify="left")
        for column in columns:
            table.add_column(column, no_wrap=column in _NARROW, overflow="fold")
        for row in rows:
            table.add_row(*(Text(printable(cell), style=_COLOURS.get(cell, "")) for cell in row))
        console.print(table)

    @contextmanager
    def meter(self, total: int, what: str) -> Iterator[Meter]:
        """A progress bar on a terminal; a line now and then elsewhere."""
        if not self._err.is_terminal:
            yield _Lines(self, total, what)
            return
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


def printable(text: str) -> str:
    """The text without what moves the cursor or rings: a file name must not be able to rewrite the screen."""
    return "".join(c if c.isprintable() or c == "\n" else "\N{REPLACEMENT CHARACTER}" for c in text)
