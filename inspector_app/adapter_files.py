"""Adapters as one signed file (`.kensa-adapter`) that a station takes only from whom it trusts, whole or not at all.

A ZIP of the adapter's folder and a signature (Ed25519) over the names and hashes of its files. Knows files and keys;
knows no records and no torch.
"""

import json
import os
import shutil
import zipfile
import zlib
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from inspector_app.errors import KensaError, from_os_error
from inspector_app.places import is_name
from inspector_app.whole import write_whole
from model_runtime.manifest import canonical_sha256, sha256_of

SUFFIX = ".kensa-adapter"
SIGNATURE = "signature.json"
FILES = frozenset(("card.json", "adapter_config.json", "adapter_model.safetensors"))
LARGEST = 4_000_000_000
"""Bytes that an adapter may unpack to; one of the full model has a tenth of it."""
FORMAT = 1
BROKEN = (zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError)
"""What the standard library raises for a damaged ZIP, beside the errors of the system."""


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys of one station: its own, made when it is first needed, and those that it trusts."""

    folder: Path

    def own(self) -> Ed25519PrivateKey:
        """The private key; nobody but the owner of the data folder may read it."""
        path = self.folder / "own.key"
        try:
            if not path.is_file():
                self.folder.mkdir(parents=True, exist_ok=True)
                write_whole(path, Ed25519PrivateKey.generate().private_bytes_raw())
                path.chmod(0o600)
            return Ed25519PrivateKey.from_private_bytes(path.read_bytes())
        except OSError as error:
            raise from_os_error(error, "key", path) from error
        except ValueError as error:
            raise KensaError("bad_key", f"The key {path} is damaged; put it aside, a new one is made.") from error

    def public(self) -> str:
        """This station's public key, as hexadecimal digits: what others trust."""
        return self.own().public_key().public_bytes_raw().hex()

    def trusted(self) -> dict[str, str]:
        """Public key -> name, without the own one."""
        try:
            content = json.loads((self.folder / "trusted.json").read_text(encoding="utf-8"))
            return {str(key): str(name) for key, name in content.items()}
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, AttributeError, RecursionError) as error:
            raise KensaError(
                "bad_key", f"The list of trusted keys in {self.folder} cannot be read ({error})."
            ) from error

    def trust(self, key: str, name: str) -> str:
        """Adds a key; the one who calls has asked whether that is allowed. The key as it is kept."""
        key = key.strip().lower()
        try:
            Ed25519PublicKey.from_public_bytes(bytes.fromhex(key))
        except ValueError:
            raise KensaError("bad_key", "That is no public key: 64 hexadecimal digits are needed.") from None
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            told = json.dumps({**self.trusted(), key: name}, ensure_ascii=False, indent=1)
            write_whole(self.folder / "trusted.json", told.encode())
        except OSError as error:
            raise from_os_error(error, "list of trusted keys", self.folder) from error
        return key


def export(folder: Path, target: Path, keys: Keys) -> Path:
    """Writes the adapter folder as one signed file. Raises KensaError when it is no adapter, or the file is there."""
    if lacking := sorted(name for name in FILES if not (folder / name).is_file()):
        raise KensaError("bad_adapter", f"{folder} is no adapter folder; {', '.join(lacking)} is missing.")
    if target.exists():
        raise KensaError("exists", f"{target} exists already; choose another name.")
    files = {name: sha256_of(folder / name) for name in sorted(FILES)}
    said: dict[str, Any] = {"format": FORMAT, "name": folder.name, "files": files, "key": keys.public(),
                            "signed": datetime.now(UTC).isoformat(timespec="seconds")}  # fmt: skip
    said["signature"] = keys.own().sign(canonical_sha256(said).encode()).hex()
    draft = target.with_name(f".{target.name}.new")
    try:
        with zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(SIGNATURE, json.dumps(said, indent=1))
            for name in files:
                archive.write(folder / name, name)
        os.replace(draft, target)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise from_os_error(error, "file", target) from error
    return target


def unpack(file: Path, draft: Path, keys: Keys) -> tuple[str, str]:
    """Unpacks a signed file into the new folder `draft`; the adapter's NAME@VERSION and who signed it.

    Raises KensaError with everything that is wrong; then nothing is left behind.
    """
    shutil.rmtree(draft, ignore_errors=True)
    try:
        with zipfile.ZipFile(file) as archive:
            said = _signature(archive, file)
            who = _trusted(said, file, keys)
            draft.mkdir(parents=True)
            for name in sorted(FILES):
                with archive.open(name) as source, (draft / name).open("wb") as copy:
                    shutil.copyfileobj(source, copy)
        wrong = [name for name in sorted(FILES) if sha256_of(draft / name) != said["files"][name]]
        if wrong:
            raise _refused(file, f"{', '.join(wrong)} is not what was signed")
    except BaseException as error:
        shutil.rmtree(draft, ignore_errors=True)
        if isinstance(error, BROKEN):
            raise _refused(file, f"it is damaged, or not such a file ({error})") from error
        if isinstance(error, OSError):
            raise from_os_error(error, "adapter file", file) from error
        raise
    return str(said["name"]), who


def _signature(archive: zipfile.ZipFile, file: Path) -> dict[str, Any]:
    """What the file says of itself; names and sizes are checked before anything is unpacked."""
    entries = [entry.filename for entry in archive.infolist()]
    if sorted(entries) != sorted((*FILES, SIGNATURE)):
        raise _refused(file, f"it holds {', '.join(sorted(entries))[:200]}, not the four files of an adapter")
    sizes = {entry.filename: entry.file_size for entry in archive.infolist()}
    if any(entry.compress_size > file.stat().st_size for entry in archive.infolist()):
        raise _refused(file, "it is damaged: it cannot hold what it says")
    if sum(sizes.values()) > LARGEST or sizes[SIGNATURE] > 100_000:
        raise _refused(file, "it is far too large for an adapter")
    try:
        said = json.loads(archive.read(SIGNATURE))
        known = said["format"] == FORMAT and set(said["files"]) == FILES and is_name(said["name"])
        bytes.fromhex(said["signature"] + said["key"])
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise _refused(file, f"its signature cannot be read ({error!r})") from error
    if not known:
        raise _refused(file, "it is of a form that this program does not know; update it")
    return dict(said)


def _trusted(said: dict[str, Any], file: Path, keys: Keys) -> str:
    trusted = {keys.public(): "this station", **keys.trusted()}
    signed = {name: value for name, value in said.items() if name != "signature"}
    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(said["key"]))
        key.verify(bytes.fromhex(said["signature"]), canonical_sha256(signed).encode())
    except (InvalidSignature, ValueError):
        raise _refused(file, "its signature does not hold: it was changed after it was signed") from None
    if said["key"] not in trusted:
        told = f"it is signed with the key {said['key']}, which this station does not trust"
        raise _refused(file, f"{told}; an administrator can: `kensa adapters trust KEY`")
    return trusted[said["key"]]


def _refused(file: Path, why: str) -> KensaError:
    return KensaError("adapter_refused", f"{file.name} is refused: {why}.")
