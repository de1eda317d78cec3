"""Parts: what ships, what a data folder adds, what is refused."""

from pathlib import Path

import pytest

from inspector_app.errors import KensaError
from inspector_app.parts import GENERAL, Parts
from inspector_app.places import Places
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
