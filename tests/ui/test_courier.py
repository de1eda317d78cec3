"""Sending as the window sees it: off by default, on by the settings, in words when nobody answers."""

import json
from pathlib import Path

from inspector_app.ui.readiness import Trouble
from tests.sending.broker import free_port
from tests.ui.conftest import Kensa


def test_a_verdict_lies_in_the_folder_that_was_chosen(kensa: Kensa, photo: Path, tmp_path: Path) -> None:
    share = tmp_path / "share"
    share.mkdir()
    kensa.start()
    kensa.judged(photo)
    kensa.window.change_settings(kensa.program.settings.changed(send_folder=str(share), station="Line 3"))
    kensa.until(lambda: (kensa.places.data / "outbox.json").exists())
    kensa.page.flow.next()
    kensa.judged(photo)
    kensa.until(lambda: len(list(share.glob("*.json"))) == 1)
    (told,) = (json.loads(path.read_bytes()) for path in share.glob("*.json"))
    assert kensa.page.unit.inspection is not None
    assert told["unit"]["id"] == kensa.page.unit.inspection.id and told["station"] == "Line 3"


def test_a_broker_that_is_away_is_said_and_nothing_waits_for_it(kensa: Kensa, photo: Path) -> None:
    kensa.start()
    away = {"mqtt_host": "127.0.0.1", "mqtt_port": free_port()}
    kensa.window.change_settings(kensa.program.settings.changed(**away))
    kensa.until(lambda: Trouble.NOT_SENT in kensa.program.readiness.troubles)
    assert "does not answer" in kensa.window.banner.text
    kensa.judged(photo)
    kensa.until(lambda: kensa.page.unit.inspection is not None and kensa.page.unit.inspection.verdict is not None)
    kensa.window.change_settings(kensa.program.settings.changed(mqtt_host=""))
    kensa.until(lambda: Trouble.NOT_SENT not in kensa.program.readiness.troubles)
