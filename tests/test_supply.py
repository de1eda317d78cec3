"""What the program is made of: locked with hashes, free, listed; nothing is ever unpickled."""

import ast
import json
import os
import pickle
import re
import runpy
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement

from model_runtime import weights

ROOT = Path(__file__).resolve().parents[1]
SUPPLY = ROOT / "resources" / "supply.py"


@pytest.fixture(scope="module")
def supply() -> dict[str, Any]:
    return runpy.run_path(str(SUPPLY))


def test_every_dependency_is_locked_with_hashes(supply: dict[str, Any]) -> None:
    locked = supply["locked"]()
    assert len(locked) > 60 and all(hashes for hashes in locked.values())
    versions = {name: version for name, version in locked}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    for text in project["dependencies"]:
        wanted = Requirement(text)
        name = re.sub(r"[-_.]+", "-", wanted.name).lower()
        assert versions[name] in wanted.specifier, f"{text}: run `python resources/supply.py lock`"


def test_every_licence_is_free(supply: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    assert supply["licences"]() == 0
    assert len(capsys.readouterr().out.splitlines()) > 40


def test_the_bill_of_materials(supply: dict[str, Any], tmp_path: Path) -> None:
    assert supply["sbom"](tmp_path / "kensa.cdx.json") == 0
    told = json.loads((tmp_path / "kensa.cdx.json").read_text(encoding="utf-8"))
    assert told["bomFormat"] == "CycloneDX" and told["specVersion"] == "1.6"
    names = {part["name"] for part in told["components"]}
    assert {"torch", "transformers", "resources/models/kensa-nano/model.safetensors"} <= names
    assert all(part["hashes"] for part in told["components"] if part["type"] == "file")


@pytest.mark.skipif(os.name == "nt", reason="the stand-in is a shell script")
@pytest.mark.parametrize(
    ("script", "code", "out", "err"),
    [
        ("echo nothing known >&2", 0, "nothing known", ""),
        ("echo 'torch 1.0 CVE-1'; echo Found 1 >&2; exit 1", 1, "CVE-1", ""),
        ("echo Traceback >&2; echo ERROR:pip_audit._cli:no route >&2; exit 1", 2, "", "asked for (no route)"),
    ],
)
def test_an_audit_says_what_is_known_or_that_nobody_could_be_asked(
    supply: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
    script: str, code: int, out: str, err: str,
) -> None:  # fmt: skip
    stand_in = tmp_path / "pip-audit"
    stand_in.write_text(f"#!/bin/sh\n{script}\n")
    stand_in.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    assert supply["audit"]() == code
    said = capsys.readouterr()
    assert out in said.out and err in said.err and said.err.count("\n") == bool(err)


UNSAFE = {"pickle", "cPickle", "dill", "joblib", "shelve", "marshal", "cloudpickle"}


def test_nothing_is_ever_unpickled() -> None:
    """No module that unpickles, no torch.load, no numpy file with objects, no code of a checkpoint, no yaml or eval."""
    wrong = []
    for file in [*(ROOT / "inspector_app").rglob("*.py"), *(ROOT / "model_runtime").rglob("*.py")]:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            where = f"{file.relative_to(ROOT)}:{getattr(node, 'lineno', 0)}"
            if isinstance(node, ast.Import | ast.ImportFrom):
                modules = [a.name for a in node.names] if isinstance(node, ast.Import) else [node.module or ""]
                wrong += [f"{where} imports {m}" for m in modules if m.split(".")[0] in UNSAFE]
            elif isinstance(node, ast.Call):
                called = ast.unparse(node.func)
                given = {k.arg: ast.unparse(k.value) for k in node.keywords}
                if called in ("torch.load", "eval", "exec", "yaml.load", "os.system"):
                    safe = given.get("weights_only") == "True"  # numbers only, and of files of our own making
                    wrong += [] if safe else [f"{where} calls {called}"]
                if given.get("allow_pickle") == "True" or given.get("trust_remote_code") == "True":
                    wrong.append(f"{where} {given}")
                if given.get("shell") == "True":
                    wrong.append(f"{where} runs a shell")
    assert not wrong


def test_a_hostile_pickle_named_safetensors_is_refused_and_not_run(tmp_path: Path) -> None:
    class Evil:
        def __reduce__(self) -> tuple[Any, ...]:
            return (Path.touch, (tmp_path / "ran",))

    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        path = tmp_path / "model.safetensors"
        path.write_bytes(pickle.dumps(Evil(), protocol=protocol))
        with pytest.raises(weights.BadWeights):
            weights.read_header(path)
    assert not (tmp_path / "ran").exists()
