"""A disk that is nearly full is said before it is full, and no longer when there is room again."""

from pathlib import Path

import pytest

from inspector_app import app
from inspector_app.readiness import Trouble
from tests.ui.conftest import Kensa


def test_a_disk_nearly_full_is_said_with_the_next_unit(
    kensa: Kensa, photo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Path] = []
    low = True

    def is_low(folder: Path) -> bool:
        asked.append(folder)
        return low

    monkeypatch.setattr(app, "disk_is_low", is_low)
    kensa.start()
    kensa.until(lambda: Trouble.DISK_LOW in kensa.program.readiness.troubles)
    assert set(asked) == {kensa.places.data}
    low = False
    kensa.judged(photo)
    kensa.until(lambda: Trouble.DISK_LOW not in kensa.program.readiness.troubles)
