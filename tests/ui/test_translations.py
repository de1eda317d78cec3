"""Every text of the window has a finished Japanese translation, and what is compiled is what is written."""

import ast
import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

from inspector_app.places import resources
from inspector_app.ui.sentences import SENTENCES

ROOT = Path(__file__).resolve().parents[2]
FOLDER = resources() / "translations"


@pytest.fixture(scope="module")
def update() -> ModuleType:
    spec = importlib.util.spec_from_file_location("update_translations", FOLDER / "update.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_text_is_translated_and_none_is_left_over(update: ModuleType) -> None:
    known = update.translations(FOLDER / "kensa_ja.ts")
    assert update.sources() == set(known)


def test_placeholders_are_the_same_in_both_languages(update: ModuleType) -> None:
    for source, japanese in update.translations(FOLDER / "kensa_ja.ts").items():
        assert sorted(re.findall(r"{\w+}", source)) == sorted(re.findall(r"{\w+}", japanese)), source


def test_the_compiled_file_is_up_to_date(update: ModuleType, tmp_path: Path) -> None:
    update.compile_to(FOLDER / "kensa_ja.ts", tmp_path / "kensa_ja.qm")
    assert (tmp_path / "kensa_ja.qm").read_bytes() == (FOLDER / "kensa_ja.qm").read_bytes()


def test_translators_are_not_shown_texts_built_at_run_time() -> None:
    """What is not a literal reaches the translators only through a table of literals: never an f-string."""
    for file in (ROOT / "inspector_app").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("tr", "mark"):
                assert not isinstance(node.args[0], ast.JoinedStr), f"{file}:{node.lineno}"


def test_every_fixable_error_of_the_window_has_a_sentence() -> None:
    """Codes of what the window can meet; those of commands only are English by design."""
    files = [*(ROOT / "model_runtime").glob("*.py"), *(ROOT / "inspector_app").rglob("*.py")]
    only_commands = {"commands", "ui", "quality"}
    named = {"install.py", "hub.py", "sideload.py", "labelled.py", "evaluate.py", "baselines.py"}
    codes = set()
    for file in files:
        if file.name in named or only_commands & set(file.parts):
            continue
        prefix = {"photo.py": "photo_", "voice.py": "voice_"}.get(file.name, "")
        codes |= set(_codes(file, prefix))
    assert len(codes) > 30
    not_in_the_window = {"no_display", "bad_threads"}
    assert codes - set(SENTENCES) - not_in_the_window == set()


def _codes(file: Path, prefix: str) -> list[str]:
    found = []
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call) or not node.args or not isinstance(node.args[0], ast.Constant):
            continue
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        if name in ("KensaError", "Fixable"):
            found.append(node.args[0].value)
        elif name == "_refused" and prefix:
            found.append(prefix + node.args[0].value)
    return found
