"""What the system refuses becomes one sentence with a stable code."""

import errno
import os

import pytest

from inspector_app.errors import KensaError, from_os_error
from model_runtime.verdict import Fixable


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (errno.ENOSPC, "disk_full"),
        (errno.EDQUOT, "disk_full"),
        (errno.EACCES, "no_permission"),
        (errno.EROFS, "no_permission"),
        (errno.ENOENT, "missing"),
        (errno.ENOTDIR, "not_a_folder"),
        (errno.EIO, "unreadable"),
        (errno.ENAMETOOLONG, "unreadable"),
    ],
)
def test_every_refusal_has_its_sentence(number: int, code: str) -> None:
    error = from_os_error(OSError(number, os.strerror(number)), "photo", "/x/a.png")
    assert isinstance(error, KensaError) and isinstance(error, Fixable)
    assert error.code == code
    assert "/x/a.png" in error.message and error.message.endswith(".") and "\n" not in error.message
