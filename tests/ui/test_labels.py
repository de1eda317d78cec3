"""Labels with several fields, scanned or photographed; samples that have expired, or will soon, in chip and card."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
import zxingcpp
from PIL import Image

from inspector_app.parts import Part, Parts, Reference
from inspector_app.ui.readiness import Trouble
from tests.ui.conftest import Kensa
from tests.ui.fake_devices import scene
from tests.ui.test_operator import _scan


def test_a_scanned_label_fills_all_of_its_fields(kensa: Kensa) -> None:
    kensa.start()
    kensa.window.change_settings(kensa.program.settings.changed(scanner_gap_ms=200))
    kensa.window.activateWindow()
    _scan(kensa.window.windowHandle(), "pn=magnetic-tile;lot=2408;sn=17;wo=w-9")
    identity = kensa.page.form.identity
    assert (identity.part, identity.lot, identity.serial, identity.work_order) == ("magnetic-tile", "2408", "17", "w-9")
    _scan(kensa.window.windowHandle(), "pn=unknown-part;lot=1;sn=1")
    assert kensa.page.form.identity == identity
    assert "not known" in kensa.window.banner.text


def test_a_photographed_label_fills_all_of_its_fields(kensa: Kensa, tmp_path: Path) -> None:
    code = zxingcpp.create_barcode("LOT=77;SN=A-5", zxingcpp.barcode_format_from_str("QRCode"))
    label = np.array(zxingcpp.write_barcode_to_image(code, scale=5, add_quiet_zones=True))
    seen = scene(0, 640, 480)
    height, width = label.shape[:2]
    seen[20 : 20 + height, 20 : 20 + width] = label.reshape(height, width, -1)[:, :, :1]
    path = tmp_path / "label.png"
    Image.fromarray(seen).save(path)
    kensa.start()
    kensa.load_photo(path)
    kensa.until(lambda: kensa.page.form.serial == "A-5")
    assert kensa.page.form.lot == "77"


@pytest.mark.parametrize(
    ("days", "trouble", "words"),
    [(-1, Trouble.GOLDEN_EXPIRED, "expired on"), (20, Trouble.SAMPLE_EXPIRES, "expires on"), (31, None, "")],
)
def test_a_sample_that_expires_is_said_in_chip_and_card(
    kensa: Kensa, photo: Path, days: int, trouble: Trouble | None, words: str
) -> None:
    kensa.start()
    page, readiness = kensa.page, kensa.program.readiness
    limit = Reference(photo, "Scratch up to 2 mm", "Hanako", None, date.today() + timedelta(days))
    part = replace(Part("P-1", "軸", "Shaft"), limits=(limit,))
    page.form.load(Parts({"P-1": part}), "en", "P-1")
    told = set(readiness.troubles) & {Trouble.GOLDEN_EXPIRED, Trouble.SAMPLE_EXPIRES}
    assert told == ({trouble} if trouble else set())
    assert page.criterion.ending.isHidden() == (not words)
    assert words in page.criterion.ending.text()
    if trouble:
        assert "sample" in kensa.window.chip.toolTip() and "Scratch up to 2 mm" in page.criterion.ending.text()
    page.form.load(Parts({}), "en", "general")
    assert not set(readiness.troubles) & {Trouble.GOLDEN_EXPIRED, Trouble.SAMPLE_EXPIRES}
