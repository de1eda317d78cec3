"""The log: what the program did and our bugs, in the data folder, rotating.

Rule for every line written anywhere: ids and counts, never names of people, transcripts or the content of photos.
"""

import logging
import os
from contextlib import suppress
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler

from inspector_app.errors import KensaError
from inspector_app.places import Places
from inspector_app.version import APP_VERSION

_BYTES, _FILES = 2_000_000, 5


class _OwnFile(RotatingFileHandler):
    """A log that nobody but its owner may read."""

    def _open(self) -> TextIOWrapper:
        stream = super()._open()
        with suppress(OSError):  # some drives know no owners
            os.chmod(self.baseFilename, 0o600)
        return stream


def start(places: Places) -> None:
    """Sends the program's log to the data folder, nothing of it to the terminal; without a folder there is none."""
    root = logging.getLogger("inspector_app")
    root.setLevel(logging.INFO)
    root.propagate = False
    for old in list(root.handlers):
        root.removeHandler(old)
        old.close()
    handler: logging.Handler = logging.NullHandler()
    try:
        places.make()
        if not places.read_only:
            handler = _OwnFile(
                places.logs / "kensa.log", maxBytes=_BYTES, backupCount=_FILES, encoding="utf-8", delay=True
            )
    except (KensaError, OSError):
        pass  # the command itself says in words that the data folder cannot be used
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(process)d %(name)s: %(message)s"))
    root.addHandler(handler)
    logging.raiseExceptions = False  # a full disk must not print tracebacks over the answer
    root.info("kensa %s", APP_VERSION)
