"""Parts: what ships, what a data folder adds, what is refused."""

from datetime import date
from pathlib import Path

import pytest

from inspector_app.errors import KensaError
from inspector_app.parts import GENERAL, Identity, Part, Parts, part_of, table_of
from inspector_app.places import Places, resources
from model_runtime.verdict import DEFECTS, Thresholds


def test_the_shipped_parts(tmp_path: Path) -> None:
    parts = Parts.load(Places(tmp_path))
    assert parts.get(GENERAL).defects == DEFECTS
    assert parts.get("magnetic-tile").defects == ("blowhole", "break", "crack", "fray", "uneven")
    assert parts.get("pcb").golden_expected and "pin-hole" in parts.get("pcb").defects
    assert len(parts.get("hot-rolled-strip").defects) == 7
    assert parts.get("toy-figure").title("ja") != parts.get("toy-figure").title("en")
    assert all(part.title_ja and part.title_en for part in parts)


def test_the_data_folder_adds_and_replaces(tmp_path: Path) -> None:
    (tmp_path / "parts.toml").write_text(
        '[gasket-A]\ntitle = {ja = "ガスケット", en = "Gasket"}\ndefects = ["tear"]\ngolden = "good.png"\n'
        'thresholds = {ok_below = 0.1, ng_above = 0.5}\ncriteria = "No tear longer than 1 mm."\n'
        '[toy-figure]\ndefects = ["broken-arm"]\n',
        encoding="utf-8",
    )
    parts = Parts.load(Places(tmp_path))
    gasket = parts.get("gasket-A")
    assert gasket.golden == tmp_path / "good.png" and gasket.golden_expected
    assert gasket.thresholds == Thresholds(0.1, 0.5)
    assert parts.get("toy-figure").defects == ("broken-arm",)


@pytest.mark.parametrize(
    "text",
    [
        "[a",
        "[a]\ndefects = []",
        '[a]\ndefects = ["none"]',
        '[a]\ndefects = ["x\\"y"]',
        '[a]\ndefects = ["x", "x"]',
        '[a]\nmodalities = ["smell"]',
        "[a]\nthresholds = {ok_below = 0.9, ng_above = 0.1}",
        '[a]\ndefekts = ["x"]',
        "a = 3",
        '[a]\nrequired = ["voice"]\nmodalities = ["photo"]',
        "[a]\ntarget_takt = -1",
        "[a]\nlot = 3",
        "[a.lot]\npattern = '[' ",
        "[a.lot]\npattern = 'L'\nexample = 'M'",
        "[a.lot]\ncolour = 'red'",
        "[a]\nscan = '\\d+'",
        "[a]\ngolden = {photo = ''}",
        "[a]\ngolden = {photo = 'g.png', expires_on = 'soon'}",
        "[a]\nlimits = ['a.png', {foto = 'b.png'}]",
    ],
)
def test_a_bad_file_is_named_with_its_fault(tmp_path: Path, text: str) -> None:
    (tmp_path / "parts.toml").write_text(text, encoding="utf-8")
    with pytest.raises(KensaError) as caught:
        Parts.load(Places(tmp_path))
    assert caught.value.code == "bad_parts" and "parts.toml" in caught.value.message


def test_an_unknown_part_is_refused_with_the_known_names(tmp_path: Path) -> None:
    with pytest.raises(KensaError, match="general.*pcb"):
        Parts.load(Places(tmp_path)).get("nothing-like-it")


def test_a_part_in_full(tmp_path: Path) -> None:
    (tmp_path / "parts.toml").write_text(
        """
[gasket-A]
modalities = ["photo", "voice"]
required = ["voice"]
golden = { photo = "good.png", approved_by = "Ito", approved_on = 2026-01-31, expires_on = 2026-12-31 }
limits = [{ photo = "edge.png", criterion = "1 mm", expires_on = "2026-06-30" }]
scan = '(?P<lot>L-\\d{4})/(?P<serial>S\\d+)'
target_takt = 45
lot = { pattern = 'L-\\d{4}', example = "L-2291", required = true }
serial = { pattern = 'S\\d+', example = "S1", next = "count" }
""".replace("\\\\", "\\"),
        encoding="utf-8",
    )
    part = Parts.load(Places(tmp_path)).get("gasket-A")
    assert (part.photo, part.voice, part.target_takt) == ("optional", "required", 45)
    assert part.golden_sample and part.golden_sample.approved_by == "Ito"
    assert not part.golden_sample.expired(date(2026, 12, 31)) and part.golden_sample.expired(date(2027, 1, 1))
    assert part.limits[0].photo == tmp_path / "edge.png" and part.limits[0].expires_on == date(2026, 6, 30)
    assert part.field_fault("lot", "x") and part.field_fault("lot", None) and not part.field_fault("serial", None)
    now = Parts.load(Places(tmp_path)).read_code("L-2291/S9", Identity("gasket-A"))
    assert part.following(now) == Identity("gasket-A", "L-2291", "S10")
    assert part_of("gasket-A", table_of(part, lambda photo: photo.name), tmp_path) == part


@pytest.mark.parametrize(
    ("modalities", "photo", "voice"),
    [(("photo",), "required", "none"), (("voice",), "none", "required"), (("photo", "voice"), "optional", "optional")],
)
def test_what_a_part_is_judged_by(modalities: tuple[str, ...], photo: str, voice: str) -> None:
    part = Part("a", "", "", modalities=modalities)
    assert (part.photo, part.voice) == (photo, voice)


def test_the_example_at_the_top_of_the_shipped_file_is_a_part(tmp_path: Path) -> None:
    lines = (resources() / "parts.toml").read_text(encoding="utf-8").splitlines()
    example = "\n".join(line[4:] for line in lines if line.startswith("#   "))
    (tmp_path / "parts.toml").write_text(example, encoding="utf-8")
    part = Parts.load(Places(tmp_path)).get("gasket-A")
    assert part.photo == "required" and part.golden_sample and part.limits and part.target_takt == 48
    assert set(part.identification.rules) == {"lot", "serial", "work_order"} and part.identification.scan
