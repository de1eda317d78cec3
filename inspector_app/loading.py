"""The one place where the program gets its judge from, for the window and the commands; the tests put a fake one here.

Knows the folders of model and adapter and the number of threads; torch is imported only when a judge is asked for.
"""

import logging
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from inspector_app.errors import KensaError
from inspector_app.places import Places, bundled_model
from inspector_app.settings import Settings
from model_runtime.verdict import Fixable, Judge, ModelIdentity, Question, StopCheck, Verdict

if TYPE_CHECKING:
    from model_runtime.glimpse import Glimpse

_log = logging.getLogger(__name__)


@runtime_checkable
class SelfTesting(Protocol):
    """A judge that can be asked what it must know; faults as sentences, none when it passes."""

    def self_test(self) -> list[str]: ...

    def warm_up(self) -> None: ...


def load_judge(
    model: Path, adapter: Path | None, threads: int | None, progress: Callable[[str], None] | None = None
) -> Judge:
    """The model in that folder, ready to judge; imports torch."""
    from model_runtime import runtime

    judge: Judge = runtime.load_judge(model, adapter=adapter, threads=threads, progress=progress)
    return judge


def load_glimpses(folder: Path, threads: int | None, stop: StopCheck | None = None) -> "Iterator[Glimpse]":
    """What the embedded model, as it came, makes of every photo of a frozen set; imports torch."""
    from model_runtime.glimpse import glimpses

    return glimpses(bundled_model(), folder, threads, stop)


@runtime_checkable
class Changing(SelfTesting, Judge, Protocol):
    """A judge that can take another adapter between two units."""

    def change_adapter(self, folder: Path | None) -> None: ...


class Following:
    """A station's judge: an adapter that is let in or rolled back, by whichever program, counts from the next unit on.

    One that cannot be used is logged, and the old one goes on: the line does not stop for it.
    """

    def __init__(self, judge: Changing, places: Places, settings: Settings) -> None:
        self._judge, self._places = judge, places
        self._model, self._adapter = settings.model, settings.adapter
        self._seen = 0

    @property
    def identity(self) -> ModelIdentity:
        return self._judge.identity

    def judge(self, question: Question, stop: StopCheck | None = None) -> Verdict:
        """As the judge itself, with the adapter of this moment's settings."""
        self._follow()
        return self._judge.judge(question, stop)

    def self_test(self) -> list[str]:
        return self._judge.self_test()

    def warm_up(self) -> None:
        self._judge.warm_up()

    def _follow(self) -> None:
        try:
            changed = self._places.settings.stat().st_mtime_ns
        except OSError:
            return
        if changed == self._seen:
            return
        self._seen, now = changed, Settings.load(self._places.settings)
        if now.model != self._model or now.adapter == self._adapter:
            return  # another model is loaded at the next start
        try:
            self._judge.change_adapter(self._places.adapter(now.adapter) if now.adapter else None)
            self._adapter = now.adapter
        except Fixable as error:
            _log.error("the adapter %s cannot be used, the old one goes on: %s", now.adapter, error.message)


def chosen(
    places: Places, settings: Settings, model: str | None = None, adapter: str | None = None
) -> tuple[Path, Path | None, int | None]:
    """Folders of model and adapter and the threads: what is asked for, else the settings, else what is embedded.

    The adapter of the settings belongs to the model of the settings, so it does not go with another one.
    """
    if adapter is None and model is None:
        adapter = settings.adapter
    folder = places.model(model or settings.model)
    return folder, places.adapter(adapter) if adapter else None, threads_of(settings)


def threads_of(settings: Settings) -> int | None:
    """KENSA_MODEL_THREADS, else the setting, else None: as many as the computer has cores."""
    said = os.environ.get("KENSA_MODEL_THREADS")
    if not said:
        return settings.threads
    if not said.isdecimal() or not 1 <= int(said) <= 256:
        raise KensaError("bad_threads", f"KENSA_MODEL_THREADS must be a number from 1 to 256, not {said!r}.")
    return int(said)
