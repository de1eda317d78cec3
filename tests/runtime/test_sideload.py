"""Models without a network: one file, a stick, a copy that goes on, and all that must be refused in a sentence."""

import shutil
import zipfile
from pathlib import Path

import pytest

from model_runtime import sideload
from model_runtime.checkpoint import verify
from model_runtime.manifest import CheckpointFaults, read_manifest
from model_runtime.verdict import Fixable


def quiet(what: str, part: float) -> None:
    assert 0 <= part <= 1


@pytest.fixture
def packed(tiny_checkpoint: Path, tmp_path: Path) -> Path:
    file = tmp_path / "stick" / "tiny.kensa-model"
    file.parent.mkdir()
    sideload.pack(tiny_checkpoint, file, quiet)
    return file


def add(source: Path, target: Path) -> None:
    sideload.add(sideload.open_source(sideload.find(source)), target, quiet)


def test_packed_and_taken_in_it_is_the_same_model(packed: Path, tiny_checkpoint: Path, tmp_path: Path) -> None:
    add(packed.parent, tmp_path / "models" / "a")
    assert read_manifest(tmp_path / "models" / "a") == read_manifest(tiny_checkpoint)
    assert verify(tmp_path / "models" / "a") == []
    assert [path.name for path in (tmp_path / "models").iterdir()] == ["a"]
    assert [path.name for path in packed.parent.iterdir()] == [packed.name]


class Unplugged(Exception):
    pass


@pytest.mark.parametrize("kind", ["file", "folder"])
def test_an_interrupted_copy_goes_on(
    packed: Path, tiny_checkpoint: Path, tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sideload, "PIECE", 4096)
    source = sideload.open_source(packed if kind == "file" else tiny_checkpoint)
    target = tmp_path / "models" / "a"

    def pull(what: str, part: float) -> None:
        if part > 0.5:
            raise Unplugged

    with pytest.raises(Unplugged):
        sideload.add(source, target, pull)
    there = {file: file.stat().st_mtime_ns for file in sideload.draft_of(target).rglob("*.*") if file.suffix != ".json"}
    assert there and not target.exists()
    weights = sideload.draft_of(target) / "model.safetensors"
    before = weights.read_bytes()
    assert 0 < len(before) < (tiny_checkpoint / "model.safetensors").stat().st_size
    read = []
    plain = source.open

    def watched(name: str) -> object:
        file = plain(name)
        if name == weights.name:
            seek = file.seek
            monkeypatch.setattr(file, "seek", lambda to: (read.append(to), seek(to))[1])
        return file

    monkeypatch.setattr(source, "open", watched)
    sideload.add(source, target, quiet)
    assert read == [len(before)]
    assert verify(target) == []


def test_a_half_copy_that_was_spoiled_meanwhile_is_found_and_copied_anew(packed: Path, tmp_path: Path) -> None:
    target = tmp_path / "models" / "a"
    draft = sideload.draft_of(target)
    draft.mkdir(parents=True)
    source = sideload.open_source(packed)
    sideload.write_manifest(draft, source.manifest())
    (draft / "model.safetensors").write_bytes(b"\xff" * 1000)
    with pytest.raises(CheckpointFaults, match="damaged"):
        sideload.add(source, target, quiet)
    assert not target.exists()
    sideload.add(source, target, quiet)
    assert verify(target) == []


def test_another_models_half_copy_is_not_gone_on_with(packed: Path, tmp_path: Path) -> None:
    target = tmp_path / "models" / "a"
    draft = sideload.draft_of(target)
    draft.mkdir(parents=True)
    (draft / "model.safetensors").write_bytes(b"of another model")
    add(packed, target)
    assert verify(target) == []


def test_a_damaged_file_is_named(packed: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(packed) as archive:
        info = archive.getinfo("model.safetensors")
        with archive.open(info.filename) as inside:
            head = inside.read(64)
    content = bytearray(packed.read_bytes())
    content[content.index(head) + info.file_size - 10] ^= 1
    packed.write_bytes(content)
    with pytest.raises(CheckpointFaults, match=r"model\.safetensors is damaged"):
        add(packed, tmp_path / "models" / "a")
    assert not (tmp_path / "models" / "a").exists()


@pytest.mark.parametrize("share", [0.0, 0.3, 0.99])
def test_a_file_that_is_cut_off_is_refused(packed: Path, tmp_path: Path, share: float) -> None:
    content = packed.read_bytes()
    packed.write_bytes(content[: int(len(content) * share)])
    with pytest.raises(Fixable, match="copy it again"):
        add(packed, tmp_path / "models" / "a")


def test_a_full_disk_is_said_before_anything_is_copied(
    packed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(tmp_path)._replace(free=1000)
    monkeypatch.setattr(sideload.shutil, "disk_usage", lambda folder: usage)
    with pytest.raises(Fixable, match="too full") as refused:
        add(packed, tmp_path / "models" / "a")
    assert refused.value.code == "disk_full"


def test_a_stick_with_several_models_or_none_asks_which(packed: Path, tiny_checkpoint: Path, tmp_path: Path) -> None:
    with pytest.raises(Fixable, match="no model on"):
        sideload.find(_empty(tmp_path))
    shutil.copytree(tiny_checkpoint, packed.parent / "models" / "tiny")
    with pytest.raises(Fixable, match="2 models") as refused:
        sideload.find(packed.parent)
    assert "tiny.kensa-model" in str(refused.value)
    with pytest.raises(Fixable, match="does not exist"):
        sideload.find(tmp_path / "nothing")


def _empty(tmp_path: Path) -> Path:
    (tmp_path / "empty").mkdir()
    return tmp_path / "empty"


def test_what_lies_outside_of_the_model_is_not_written(packed: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(packed, "a") as archive:
        for name in ("../evil.txt", "defect-lora/../../evil.txt", "/evil.txt", "run.py"):
            archive.writestr(name, "evil")
    add(packed, tmp_path / "models" / "a")
    assert not list(tmp_path.rglob("evil.txt")) and not list((tmp_path / "models").rglob("run.py"))


def test_a_compressed_archive_is_refused(packed: Path, tmp_path: Path) -> None:
    other = packed.with_name("zipped.kensa-model")
    with zipfile.ZipFile(packed) as archive, zipfile.ZipFile(other, "w", zipfile.ZIP_DEFLATED) as zipped:
        for name in archive.namelist():
            zipped.writestr(name, archive.read(name))
    with pytest.raises(Fixable, match="models pack"):
        add(other, tmp_path / "models" / "a")
