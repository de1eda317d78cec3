"""Signed adapter files: what goes out comes in whole; whatever was changed on the way does not come in at all."""

import json
import zipfile
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inspector_app.adapter_files import FILES, SIGNATURE, Keys, export, unpack
from inspector_app.errors import KensaError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "defect@2"
    made.mkdir()
    for name in FILES:
        (made / name).write_bytes(f"{name} of an adapter".encode() * 20)
    return made


@pytest.fixture
def keys(tmp_path: Path) -> Keys:
    return Keys(tmp_path / "keys")


@pytest.fixture
def file(folder: Path, keys: Keys, tmp_path: Path) -> Path:
    return export(folder, tmp_path / "out.kensa-adapter", keys)


def refused(file: Path, keys: Keys, words: str) -> None:
    draft = file.parent / ".draft"
    with pytest.raises(KensaError, match=words):
        unpack(file, draft, keys)
    assert not draft.exists(), "nothing of it may stay"


def rewritten(file: Path, change: dict[str, bytes | None]) -> Path:
    with zipfile.ZipFile(file) as archive:
        content: dict[str, bytes | None] = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(file, "w") as archive:
        for name, data in {**content, **change}.items():
            if data is not None:
                archive.writestr(name, data)
    return file


def test_out_and_in_again(file: Path, folder: Path, keys: Keys, tmp_path: Path) -> None:
    name, signer = unpack(file, tmp_path / "in", keys)
    assert (name, signer) == ("defect@2", "this station")
    assert all((tmp_path / "in" / n).read_bytes() == (folder / n).read_bytes() for n in FILES)


def test_another_station_must_trust_the_key(file: Path, keys: Keys, tmp_path: Path) -> None:
    other = Keys(tmp_path / "other")
    refused(file, other, "does not trust")
    other.trust(f"  {keys.public().upper()}\n", "Plant 2")
    assert unpack(file, tmp_path / "in", other)[1] == "Plant 2"
    assert other.public() != keys.public()


def test_the_own_key_stays_and_is_private(keys: Keys) -> None:
    assert keys.public() == Keys(keys.folder).public()
    assert (keys.folder / "own.key").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("key", ["", "abc", "zz" * 32, "ab" * 31])
def test_what_is_no_key_is_refused(keys: Keys, key: str) -> None:
    with pytest.raises(KensaError, match="64 hexadecimal"):
        keys.trust(key, "x")
    assert keys.trusted() == {}


@pytest.mark.parametrize("name", sorted(FILES))
def test_a_file_inside_that_was_changed(file: Path, keys: Keys, name: str) -> None:
    refused(rewritten(file, {name: b"other"}), keys, "not what was signed")


def test_files_that_do_not_belong_there(file: Path, keys: Keys) -> None:
    refused(rewritten(file, {"../evil.py": b"x"}), keys, "not the four files")
    refused(rewritten(file, {"../evil.py": None, "card.json": None}), keys, "not the four files")


def test_a_signature_of_somebody_else_over_other_hashes(file: Path, keys: Keys) -> None:
    with zipfile.ZipFile(file) as archive:
        said = json.loads(archive.read(SIGNATURE))
    said["files"]["card.json"] = "0" * 64
    refused(rewritten(file, {SIGNATURE: json.dumps(said).encode()}), keys, "does not hold")
    said["key"] = Ed25519PrivateKey.generate().public_key().public_bytes_raw().hex()
    refused(rewritten(file, {SIGNATURE: json.dumps(said).encode()}), keys, "does not hold")
    said["name"] = "../../x"
    refused(rewritten(file, {SIGNATURE: json.dumps(said).encode()}), keys, "does not know|cannot be read")
    refused(rewritten(file, {SIGNATURE: b"[]"}), keys, "cannot be read")


def test_what_is_no_such_file(tmp_path: Path, keys: Keys) -> None:
    for content in (b"", b"PK", b"no archive" * 99):
        (tmp_path / "x.kensa-adapter").write_bytes(content)
        refused(tmp_path / "x.kensa-adapter", keys, "damaged, or not such a file")


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_single_flipped_bit_changes_what_comes_in(file: Path, folder: Path, keys: Keys, data: st.DataObject) -> None:
    content = bytearray(file.read_bytes())
    place = data.draw(st.integers(0, len(content) * 8 - 1))
    content[place // 8] ^= 1 << place % 8
    changed, draft = file.with_name("changed.kensa-adapter"), file.with_name(".in")
    changed.write_bytes(bytes(content))
    try:
        name, _ = unpack(changed, draft, keys)
    except KensaError:
        assert not draft.exists()
        return
    # Some bits of a ZIP say nothing (a time, a comment): then all is as it was signed.
    assert name == "defect@2"
    assert all((draft / n).read_bytes() == (folder / n).read_bytes() for n in FILES)


def test_nothing_is_written_over(folder: Path, file: Path, keys: Keys) -> None:
    with pytest.raises(KensaError, match="exists already"):
        export(folder, file, keys)
    (folder / "card.json").unlink()
    with pytest.raises(KensaError, match=r"card\.json is missing"):
        export(folder, file.with_name("new"), keys)
