"""The one place where commands get a judge from; the tests put a fake one here."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Protocol, runtime_checkable

from inspector_app.commands.run import Run
from inspector_app.errors import KensaError
from inspector_app.settings import Settings
from model_runtime.verdict import Judge


@runtime_checkable
class SelfTesting(Protocol):
    """A judge that can be asked what it must know; faults as sentences, none when it passes."""

    def self_test(self) -> list[str]: ...


def load_judge(
    model: Path, adapter: Path | None, threads: int | None, progress: Callable[[str], None] | None = None
) -> Judge:
    """The model in that folder, ready to judge; imports torch."""
    from model_runtime import runtime

    judge: Judge = runtime.load_judge(model, adapter=adapter, threads=threads, progress=progress)
    return judge


def chosen(run: Run) -> tuple[Path, Path | None, int | None]:
    """Folders of model and adapter and the threads: the arguments, else the settings, else what is embedded.

    The adapter of the settings belongs to the model of the settings, so it does not go with another one.
    """
    model, adapter = run.args.model, run.args.adapter
    if adapter is None and model is None:
        adapter = run.settings.adapter
    folder = run.places.model(model or run.settings.model)
    return folder, run.places.adapter(adapter) if adapter else None, threads_of(run.settings)


def threads_of(settings: Settings) -> int | None:
    """KENSA_MODEL_THREADS, else the setting, else None: as many as the computer has cores."""
    said = os.environ.get("KENSA_MODEL_THREADS")
    if not said:
        return settings.threads
    if not said.isdecimal() or not 1 <= int(said) <= 256:
        raise KensaError("bad_threads", f"KENSA_MODEL_THREADS must be a number from 1 to 256, not {said!r}.")
    return int(said)
