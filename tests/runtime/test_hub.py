"""A download from the hub, against a server on this machine that speaks the hub's API and breaks off on demand."""

import hashlib
import json
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from model_runtime import hub
from model_runtime.verdict import Fixable

COMMIT = "0123456789abcdef0123456789abcdef01234567"
WEIGHTS = bytes(range(256)) * 4000
FILES = {
    "config.json": b'{"a": 1}',
    "model.safetensors": WEIGHTS,
    "run.py": b"evil",
    "lora/adapter.safetensors": b"x" * 99,
}


@dataclass
class Hub:
    """What the server holds, what it was asked, and after how many bytes it breaks off (once for each entry)."""

    files: dict[str, bytes] = field(default_factory=lambda: dict(FILES))
    commit: str = COMMIT
    breaks: list[int] = field(default_factory=list)
    asked: list[tuple[str, str | None]] = field(default_factory=list)
    ranges: bool = True
    alter: bytes = b""


class Handler(BaseHTTPRequestHandler):
    """The few answers of the hub that a download needs."""

    state: Hub

    protocol_version = "HTTP/1.1"

    def log_message(self, *args: object) -> None:
        pass

    def do_GET(self) -> None:
        self.state.asked.append((self.path, self.headers.get("Range")))
        if self.path.startswith("/api/models/maker/model/revision/") or self.path.startswith(
            "/api/models/maker/model?"
        ):
            return self.answer(json.dumps(self.info()).encode())
        name = self.path.partition(f"/maker/model/resolve/{self.state.commit}/")[2]
        if name not in self.state.files:
            return self.answer(b"{}", 404)
        self.file(self.state.files[name])

    def info(self) -> dict[str, object]:
        return {
            "id": "maker/model", "sha": self.state.commit, "private": False, "tags": [], "downloads": 0, "likes": 0,
            "siblings": [self.sibling(name, content) for name, content in self.state.files.items()],
        }  # fmt: skip

    def sibling(self, name: str, content: bytes) -> dict[str, object]:
        told = {"rfilename": name, "size": len(content), "blobId": git_hash(content)}
        if name.endswith(".safetensors"):
            told["lfs"] = {"sha256": hashlib.sha256(content).hexdigest(), "size": len(content), "pointerSize": 1}
        return told

    def file(self, content: bytes) -> None:
        start = 0
        asked = self.headers.get("Range")
        if asked and self.state.ranges:
            start = int(asked.removeprefix("bytes=").removesuffix("-"))
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(len(content) - start))
        self.end_headers()
        body = (self.state.alter or content)[start:]
        if self.state.breaks and len(content) > 1000:
            self.wfile.write(body[: self.state.breaks.pop(0)])
            self.wfile.flush()
            self.connection.shutdown(socket.SHUT_RDWR)
            self.close_connection = True
            return
        self.wfile.write(body)

    def answer(self, body: bytes, status: int = 200) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def git_hash(content: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    import huggingface_hub.constants
    import huggingface_hub.file_download
    import huggingface_hub.hf_api

    state = Hub()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Serving", (Handler,), {"state": state}))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}"
    for module in (huggingface_hub.constants, huggingface_hub.hf_api.constants, huggingface_hub.file_download):
        for name in ("ENDPOINT", "HUGGINGFACE_CO_URL_TEMPLATE"):
            if hasattr(module, name):
                value = address if name == "ENDPOINT" else address + "/{repo_id}/resolve/{revision}/{filename}"
                monkeypatch.setattr(module, name, value)
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", False)
    huggingface_hub.close_session()
    yield state
    server.shutdown()
    server.server_close()


def fetch(folder: Path, revision: str | None = None) -> hub.Remote:
    return hub.fetch("maker/model", revision, folder, lambda what, part: None, pause=0.0)


def test_all_files_but_code_come_with_the_commit(served: Hub, tmp_path: Path) -> None:
    shown: list[float] = []
    remote = hub.fetch("maker/model", "main", tmp_path, lambda what, part: shown.append(part), pause=0.0)
    assert remote.words == f"hub:maker/model@{COMMIT}"
    assert (tmp_path / "model.safetensors").read_bytes() == WEIGHTS
    assert (tmp_path / "lora/adapter.safetensors").read_bytes() == b"x" * 99
    assert not (tmp_path / "run.py").exists()
    assert shown[-1] == 1.0


def test_a_broken_connection_goes_on_where_it_broke(served: Hub, tmp_path: Path) -> None:
    served.breaks = [300_000, 300_000]
    fetch(tmp_path)
    ranges = [asked for path, asked in served.asked if "model.safetensors" in path]
    assert ranges == [None, "bytes=300000-", "bytes=600000-"]
    assert (tmp_path / "model.safetensors").read_bytes() == WEIGHTS


def test_the_next_try_goes_on_with_the_same_commit(served: Hub, tmp_path: Path) -> None:
    served.breaks = [300_000] + [0] * hub.TRIES
    with pytest.raises(Fixable, match="goes on where it stopped") as failed:
        fetch(tmp_path, "main")
    assert failed.value.code == "download_failed"
    served.asked.clear()
    served.breaks = []
    fetch(tmp_path, "main")
    assert served.asked[0][0].startswith(f"/api/models/maker/model/revision/{COMMIT}")
    assert ("bytes=300000-") in [asked for _, asked in served.asked]
    assert (tmp_path / "model.safetensors").read_bytes() == WEIGHTS


def test_a_server_that_knows_no_ranges_begins_anew(served: Hub, tmp_path: Path) -> None:
    served.ranges = False
    served.breaks = [300_000]
    fetch(tmp_path)
    assert (tmp_path / "model.safetensors").read_bytes() == WEIGHTS


def test_what_comes_damaged_is_not_taken(served: Hub, tmp_path: Path) -> None:
    served.files = {"model.safetensors": WEIGHTS}
    served.alter = WEIGHTS[:-1] + b"?"
    with pytest.raises(Fixable, match="damaged twice"):
        fetch(tmp_path)
    assert not (tmp_path / "model.safetensors").exists()


def test_what_is_not_there_is_said_at_once(served: Hub, tmp_path: Path) -> None:
    with pytest.raises(Fixable, match="could not be downloaded"):
        hub.fetch("maker/other", None, tmp_path, lambda what, part: None, pause=60.0)


def test_a_proxy_of_the_environment_is_used(served: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The hub under a name that only the proxy could know: the request must arrive there."""
    import huggingface_hub
    import huggingface_hub.constants

    proxy = huggingface_hub.constants.ENDPOINT
    monkeypatch.setenv("http_proxy", proxy)
    monkeypatch.setenv("no_proxy", "")
    monkeypatch.setattr(huggingface_hub.constants, "ENDPOINT", "http://hub.invalid")
    huggingface_hub.close_session()
    try:
        with pytest.raises(Fixable):
            fetch(tmp_path)
        assert any(path.startswith("http://hub.invalid/api/models/maker/model") for path, _ in served.asked)
    finally:
        huggingface_hub.close_session()
