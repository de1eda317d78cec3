"""`kensa` as a function: a data folder of its own and a fake judge in the place where commands get theirs."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from inspector_app import loading
from inspector_app.__main__ import main
from tests.fakes import FakeJudge


@dataclass
class Said:
    """What a command answered."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[dict[str, Any]]:
        """Stdout as JSON, line by line; anything else there fails."""
        return [json.loads(line) for line in self.out.splitlines()]


Kensa = Callable[..., Said]


class LoadedJudge(FakeJudge):
    """A fake that remembers how it was asked for: model folder, adapter folder, threads, progress."""

    def __init__(self) -> None:
        super().__init__()
        self.loaded: list[tuple[Any, ...]] = []


@pytest.fixture
def judge(monkeypatch: pytest.MonkeyPatch) -> LoadedJudge:
    """The judge that commands get."""
    fake = LoadedJudge()

    def load(*args: object) -> FakeJudge:
        fake.loaded.append(args)
        print("a library that prints")  # noise that must not reach stdout
        return fake

    monkeypatch.setattr(loading, "load_judge", load)
    return fake


@pytest.fixture
def kensa(
    tmp_path: Path, judge: FakeJudge, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Kensa:
    monkeypatch.setenv("KENSA_DATA", str(tmp_path / "data"))
    monkeypatch.delenv("KENSA_MODEL_THREADS", raising=False)
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)

    def call(*args: object) -> Said:
        capsys.readouterr()
        try:
            code = main([str(arg) for arg in args])
        except SystemExit as stop:
            code = int(stop.code or 0)
        said = capsys.readouterr()
        return Said(code, said.out, said.err)

    return call
