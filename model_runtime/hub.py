"""A model of the hub, fetched only when somebody asks for it by name: one pinned commit, every file checked.

Knows the hub's API through its client, which takes proxy and certificates from the environment (HTTPS_PROXY, NO_PROXY,
SSL_CERT_FILE). The transfer itself is done here, since the client begins a
file anew after a break; here one of 5 GB is gone on with.
"""

import fnmatch
import hashlib
import json
import shutil
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from model_runtime.install import SPARE
from model_runtime.manifest import Progress, write_json
from model_runtime.verdict import Fixable

UNWANTED = ("*.py", "*.bin", "*.pt", "*.pth", "*.gguf", "*.onnx", "*.jpg", "*.png", "*.pdf", ".git*", "figures/*")
"""Code is never taken, neither are weights that would have to be unpickled, nor pictures."""
PIN = "pin.json"
TRIES = 5
"""How often in a row a connection may bring nothing before it is given up."""
PIECE = 1 << 20


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """A file of the hub: bytes, and the hash that the hub knows it by (`sha256`, or git's `sha1` of small ones)."""

    size: int
    kind: str
    hash: str


@dataclass(frozen=True, slots=True)
class Remote:
    """One commit of a repository of the hub."""

    repo: str
    commit: str
    files: Mapping[str, RemoteFile]

    @property
    def size(self) -> int:
        return sum(file.size for file in self.files.values())

    @property
    def words(self) -> str:
        """As manifests name the source."""
        return f"hub:{self.repo}@{self.commit}"


def fetch(repo: str, revision: str | None, folder: Path, progress: Progress, pause: float = 2.0) -> Remote:
    """Fetches `repo` into `folder`, going on where an earlier try stopped, with the same commit as then.

    `pause` seconds pass before a broken connection is tried again. Raises `Fixable` with `download_failed` or
    `disk_full`; what came so far stays.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        remote = _look(repo, _pinned(repo, revision, folder) or revision)
        write_json(folder / PIN, {"repo": repo, "revision": revision, "commit": remote.commit})
        _need_space(folder, remote)
        done = 0

        def moved(count: int) -> None:
            nonlocal done
            done += count
            progress("downloading", min(1.0, max(0.0, done / max(1, remote.size))))

        for name, file in sorted(remote.files.items()):
            _fetch_file(remote, name, file, folder / name, moved, pause)
        return remote
    except Fixable:
        raise
    except Exception as error:  # the client raises its own kinds, the network's and the disk's
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        told = f"{repo} could not be downloaded ({reason}); try again, which goes on where it stopped, or add a folder."
        raise Fixable("download_failed", told) from error


def _pinned(repo: str, revision: str | None, folder: Path) -> str | None:
    """The commit that an earlier try began with: a branch may have moved since."""
    with suppress(OSError, ValueError, KeyError, TypeError):
        pin = json.loads((folder / PIN).read_text(encoding="utf-8"))
        if (pin["repo"], pin["revision"]) == (repo, revision):
            return str(pin["commit"])
    return None


def _look(repo: str, revision: str | None) -> Remote:
    from huggingface_hub import HfApi

    info = HfApi().model_info(repo, revision=revision, files_metadata=True)
    files = {}
    for sibling in info.siblings or ():
        name = sibling.rfilename
        if any(fnmatch.fnmatch(name, pattern) for pattern in UNWANTED) or not _stays_inside(name):
            continue
        lfs: Any = sibling.lfs
        kind, known = ("sha256", lfs.sha256) if lfs else ("sha1", sibling.blob_id or "")
        files[name] = RemoteFile(int(sibling.size or 0), kind, str(known))
    if not info.sha or not files:
        raise Fixable("download_failed", f"{repo} holds no model on the hub; is the name right?")
    return Remote(repo, str(info.sha), files)


def _stays_inside(name: str) -> bool:
    return not (name.startswith("/") or "\\" in name or ":" in name or ".." in name.split("/"))


def _need_space(folder: Path, remote: Remote) -> None:
    """Twice the model: it is downloaded first and installed then."""
    there = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    needed = 2 * remote.size - there
    free = shutil.disk_usage(folder).free
    if free < needed + SPARE:
        told = f"{needed / 1e9:.1f} GB are needed to download and install it, {free / 1e9:.1f} GB are free"
        raise Fixable("disk_full", f"The disk is too full for {remote.repo}: {told}; make room and try again.")


def _fetch_file(
    remote: Remote, name: str, file: RemoteFile, target: Path, moved: Callable[[int], None], pause: float
) -> None:
    if target.is_file() and target.stat().st_size == file.size:
        moved(file.size)
        return
    part = target.with_name(target.name + ".part")
    target.parent.mkdir(parents=True, exist_ok=True)
    # A file whose hash does not fit is fetched once more from its beginning.
    for _ in range(2):
        moved(part.stat().st_size if part.is_file() else 0)
        _transfer(remote, name, file, part, moved, pause)
        if _hash(part, file) == file.hash or not file.hash:
            part.replace(target)
            return
        part.unlink()
        moved(-file.size)
    told = f"{name} of {remote.repo} came damaged twice ({file.kind} differs); try again later, or add a folder."
    raise Fixable("download_failed", told)


def _transfer(
    remote: Remote, name: str, file: RemoteFile, part: Path, moved: Callable[[int], None], pause: float
) -> None:
    """Appends to `part` until it has the file's size; a connection that breaks is made again from there."""
    fruitless = 0
    while (there := part.stat().st_size if part.is_file() else 0) < file.size or not part.is_file():
        failure: Exception | None = None
        try:
            _receive(remote, name, part, there, moved)
        except Exception as error:
            if _is_final(error):
                raise
            failure = error
        now = part.stat().st_size if part.is_file() else 0
        fruitless = 0 if now > there else fruitless + 1
        if now < file.size and fruitless >= TRIES:
            raise failure or ConnectionError(f"the connection brings nothing more of {name}")
        if now < file.size:
            time.sleep(pause * (1 + fruitless))
    if part.stat().st_size > file.size:
        part.unlink()
        raise ConnectionError(f"{name} is longer than the hub says")


def _is_final(error: Exception) -> bool:
    """The disk's refusals, and answers such as "not found" or "not allowed", which no second try changes."""
    status = getattr(getattr(error, "response", None), "status_code", None)
    if status is not None:
        return 400 <= int(status) < 500 and status not in (408, 429)
    return isinstance(error, OSError) and error.errno is not None and not isinstance(error, ConnectionError)


def _receive(remote: Remote, name: str, part: Path, there: int, moved: Callable[[int], None]) -> None:
    from huggingface_hub import get_session, hf_hub_url
    from huggingface_hub.utils import build_hf_headers, hf_raise_for_status  # type: ignore[attr-defined]

    url = hf_hub_url(remote.repo, name, revision=remote.commit)
    headers = {**build_hf_headers(), "Accept-Encoding": "identity"}
    if there:
        headers["Range"] = f"bytes={there}-"
    with get_session().stream("GET", url, headers=headers, follow_redirects=True, timeout=60) as response:
        hf_raise_for_status(response)
        goes_on = response.status_code == 206
        if there and not goes_on:  # the server, or a proxy, sends all of it again
            moved(-there)
        with part.open("ab" if goes_on else "wb") as out:
            for piece in response.iter_bytes():
                out.write(piece)
                moved(len(piece))


def _hash(path: Path, file: RemoteFile) -> str:
    digest = hashlib.sha256() if file.kind == "sha256" else hashlib.sha1(b"blob %d\0" % file.size)
    with path.open("rb") as content:
        while piece := content.read(PIECE):
            digest.update(piece)
    return digest.hexdigest()
