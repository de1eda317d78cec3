"""`kensa`: the window. Qt is imported only here, and torch only by the window itself, later."""

import gc
import os
import sys

from inspector_app.commands.run import Run
from inspector_app.errors import KensaError


def window(run: Run, *, on_history: bool = False) -> int:
    """Opens the window, on what was judged if wanted, and stays until it is closed; KensaError where Qt cannot run."""
    # Until the window stands nothing becomes garbage that would be worth looking for; then app.py switches it on again.
    gc.disable()
    try:
        from inspector_app import app
    except ImportError as error:
        if "PySide6" not in str(error) and ".so" not in str(error) and "DLL" not in str(error):
            raise
        raise KensaError(
            "no_window", f"The window cannot open ({error}); `kensa doctor` says what is missing."
        ) from error
    code: int = app.run(run.places, on_history=on_history)
    return code


def has_display() -> bool:
    """Whether a window can be shown; on Linux the environment says so."""
    if sys.platform.startswith("linux"):
        return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
    return True
