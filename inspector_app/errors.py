"""Errors that the person at the station can fix: one sentence that says what is wrong and what to do.

Everything else that is raised is our bug. Knows how the operating system words its refusals; knows no files of ours.
"""

import errno
from pathlib import Path

from model_runtime.verdict import Fixable

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_FORBIDDEN = {errno.EACCES, errno.EPERM, errno.EROFS}


class KensaError(Fixable):
    """A fixable error of the program: `code` is stable and for programs, `message` is one sentence for people."""


def from_os_error(error: OSError, what: str, path: Path | str) -> KensaError:
    """The sentence for a refusal of the operating system; `what` is the thing as a person calls it ("photo")."""
    if error.errno in _FULL:
        return KensaError(
            "disk_full", f"The disk is full, so {path} could not be written; free some space and try again."
        )
    if error.errno in _FORBIDDEN:
        return KensaError("no_permission", f"No permission for the {what} {path}; check who may read and write it.")
    if error.errno == errno.ENOENT:
        return KensaError("missing", f"The {what} {path} does not exist; check the name.")
    if error.errno == errno.ENOTDIR:
        return KensaError("not_a_folder", f"The {what} {path} lies below a file, not a folder; check the path.")
    reason = error.strerror or type(error).__name__
    return KensaError("unreadable", f"The {what} {path} cannot be used ({reason}); check the disk and the path.")
