"""A model hub on loopback, as strict as the real one, that tells what it sent.

Its answers follow what `huggingface_hub` 2.4 asks for and reads: the model info with the blobs of a revision, files
with ETag, X-Repo-Commit and Range, a redirect with a signature to a storage host for large files, and the error codes
in X-Error-Code. The storage host refuses an Authorization header, as S3 does beside a signature.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import re
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar
from urllib.parse import parse_qs, unquote, urlsplit

PATIENCE = 60.0
"""Seconds after which the server gives up to wait for a test."""
LARGE = (".safetensors", ".gguf", ".bin", ".model", ".pth")
"""Endings of files in large file storage."""
BLOCK = 50_000
TOKEN = "hf_" + "t" * 34
"""The token of an account that may read everything."""
STRANGER = "hf_" + "s" * 34
"""The token of an account that has been given access to nothing."""


@dataclass
class Repo:
    """A repository: the files of each commit, and the commits of branches and tags."""

    commits: dict[str, dict[str, bytes]] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    gated: bool = False
    private: bool = False
    disabled: bool = False
    listed: dict[str, dict[str, object]] = field(default_factory=dict)
    """What the list says of a path, where that is not the truth."""
    moved: str = ""
    """Its name now."""

    def commit(self, files: dict[str, bytes], name: str = "main") -> str:
        """Make a commit, and let a branch or tag point to it."""
        content = repr(sorted((path, hashlib.sha1(data).hexdigest()) for path, data in files.items()))
        commit = hashlib.sha1(content.encode()).hexdigest()
        self.commits[commit] = files
        self.names[name] = commit
        return commit


@dataclass
class Sent:
    """One answer."""

    method: str
    path: str
    """Of a file, its path in the repository; else the address without its query."""
    status: int
    range: str | None
    headers: dict[str, str]
    """Of the request, in lower case."""
    size: int = 0
    """Bytes of the body that were sent."""


@dataclass
class Fault:
    """What goes wrong with the next answers for a path."""

    path: str
    times: int = 1
    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    cut: int | None = None
    """Bytes after which the connection is cut."""
    hold: int | None = None
    """Bytes after which the answer waits for `go`."""
    silent: bool = False
    """Not even the head of the answer comes before `go`."""
    plain: bool = False
    """The Range of the request is not heard."""


class Hub:
    """The hub and its storage host, each on a port of its own."""

    def __init__(self) -> None:
        self.repos: dict[str, Repo] = {}
        self.sent: list[Sent] = []
        self.faults: list[Fault] = []
        self.swapped: dict[str, bytes] = {}
        """Content that is sent in place of a file's own."""
        self.half = threading.Semaphore(0)
        """Released once for every answer that waits."""
        self.go = threading.Event()
        self.lock = threading.Lock()
        self.storage = _Server(self, _Storage)
        self.front = _Server(self, _Front)
        self.url = f"http://127.0.0.1:{self.front.server_port}"

    @contextlib.contextmanager
    def running(self) -> Iterator[Hub]:
        """Answer while the block runs."""
        servers = (self.storage, self.front)
        threads = [threading.Thread(target=server.serve_forever, args=(0.05,)) for server in servers]
        for thread in threads:
            thread.start()
        yield self
        self.close()
        for thread in threads:
            thread.join()

    def close(self) -> None:
        """From now on there is no hub."""
        self.go.set()
        for server in (self.storage, self.front):
            server.shutdown()
            server.server_close()

    def wait_for_half(self) -> None:
        """Return when one more answer waits."""
        assert self.half.acquire(timeout=PATIENCE)

    def bodies(self, path: str) -> list[Sent]:
        """The answers that sent bytes of a file."""
        return [sent for sent in self.sent if sent.path == path and sent.status in (200, 206) and sent.method == "GET"]

    def paths(self) -> set[str]:
        """Every path that was asked for."""
        return {sent.path for sent in self.sent}

    def fault(self, path: str) -> Fault | None:
        """What goes wrong now."""
        with self.lock:
            for fault in self.faults:
                if fault.path == path and fault.times:
                    fault.times -= 1
                    return fault
        return None


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, hub: Hub, handler: type[BaseHTTPRequestHandler]) -> None:
        super().__init__(("127.0.0.1", 0), handler)
        self.hub = hub
        self.connections: list[socket.socket] = []

    def process_request(self, request: Any, client_address: Any) -> None:
        self.connections.append(request)
        super().process_request(request, client_address)

    def server_close(self) -> None:
        super().server_close()
        for connection in self.connections:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that went away is no news."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""

    def record(self, path: str, status: int) -> Sent:
        headers = {name.lower(): value for name, value in self.headers.items()}
        sent = Sent(self.command, path, status, self.headers.get("Range"), headers)
        self.server.hub.sent.append(sent)
        return sent

    def answer(self, path: str, status: int, headers: dict[str, str], body: bytes = b"") -> None:
        sent = self.record(path, status)
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)
            sent.size = len(body)

    def refuse(self, path: str, status: int, message: str, code: str = "") -> None:
        headers = {"Content-Type": "application/json", "X-Error-Message": message}
        if code:
            headers["X-Error-Code"] = code
        self.answer(path, status, headers, json.dumps({"error": message}).encode())

    def failed(self, path: str) -> bool:
        """Whether a fault has answered in place of this server; one about bytes waits for them."""
        fault = self.server.hub.fault(path)
        if fault and fault.silent:
            self.server.hub.half.release()
            self.server.hub.go.wait(PATIENCE)
        if fault and fault.status:
            self.answer(path, fault.status, fault.headers, fault.body)
            return True
        self.fault = fault
        return False

    def send_content(self, path: str, content: bytes, headers: dict[str, str]) -> None:
        start, fault = 0, self.fault
        wanted = self.headers.get("Range")
        if wanted and not (fault and fault.plain):
            match = re.fullmatch(r"bytes=(\d+)-", wanted)
            if not match or int(match[1]) >= len(content):
                self.answer(path, 416, {"Content-Range": f"bytes */{len(content)}"})
                return
            start = int(match[1])
            headers |= {"Content-Range": f"bytes {start}-{len(content) - 1}/{len(content)}"}
        sent = self.record(path, 206 if "Content-Range" in headers else 200)
        self.send_response(sent.status)
        for name, value in {"Content-Length": str(len(content) - start), "Accept-Ranges": "bytes", **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            with contextlib.suppress(ConnectionError):
                self._send(content[start:], sent)

    def _send(self, body: bytes, sent: Sent) -> None:
        fault = self.fault or Fault("")
        stop = next((at for at in (fault.cut, fault.hold) if at is not None), len(body))
        self._write(body[:stop], sent)
        if stop < len(body):
            if fault.cut is not None:
                self.close_connection = True
                self.connection.shutdown(socket.SHUT_RDWR)
                return
            self.server.hub.half.release()
            self.server.hub.go.wait(PATIENCE)
        self._write(body[stop:], sent)

    def _write(self, body: bytes, sent: Sent) -> None:
        for at in range(0, len(body), BLOCK):
            block = body[at : at + BLOCK]
            self.wfile.write(block)
            sent.size += len(block)


class _Storage(_Handler):
    """The host of large files: /REPO/COMMIT/PATH?sig=..."""

    def do_GET(self) -> None:
        address = urlsplit(self.path)
        owner, name, commit, path = unquote(address.path).lstrip("/").split("/", 3)
        if self.headers.get("Authorization"):
            return self.answer(path, 400, {}, b"Only one auth mechanism allowed")
        content = self.server.hub.repos[f"{owner}/{name}"].commits[commit][path]
        if parse_qs(address.query).get("sig") != [_sign(path)]:
            return self.answer(path, 403, {}, b"AccessDenied")
        if self.failed(path):
            return None
        content = self.server.hub.swapped.get(path, content)
        return self.send_content(path, content, {"ETag": f'"{hashlib.md5(content).hexdigest()}"'})


class _Front(_Handler):
    """The hub itself."""

    INFO: ClassVar = re.compile(r"/api/models/([^/]+/[^/]+)/revision/([^/]+)")
    FILE: ClassVar = re.compile(r"/([^/]+/[^/]+)/resolve/([^/]+)/(.+)")

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        address = urlsplit(self.path)
        info = self.INFO.fullmatch(address.path)
        file = self.FILE.fullmatch(address.path)
        match = info or file
        if match is None:
            return self.refuse(address.path, 404, "Sorry, we can't find the page you are looking for.")
        path = unquote(file[3]) if file else address.path
        repo = self._repo(path, match[1])
        if repo is None:
            return None
        commit = repo.names.get(unquote(match[2]), unquote(match[2]))
        if commit not in repo.commits:
            return self.refuse(path, 404, f"Invalid rev id: {unquote(match[2])}", "RevisionNotFound")
        if file:
            return self._file(repo, match[1], commit, path)
        if self.failed(path):
            return None
        return self._info(repo, match[1], commit, parse_qs(address.query))

    def _repo(self, path: str, name: str) -> Repo | None:
        """The repository, where there is one that this client may know of; otherwise it has been told."""
        asked = self.headers.get("Authorization")
        if asked not in (None, f"Bearer {TOKEN}", f"Bearer {STRANGER}"):
            self.refuse(path, 401, "Invalid credentials in Authorization header")
            return None
        repo = self.server.hub.repos.get(name)
        if repo is None or (repo.private and asked != f"Bearer {TOKEN}"):
            if asked:
                self.refuse(path, 404, "Repository not found", "RepoNotFound")
            else:
                self.refuse(path, 401, "Invalid username or password.")
            return None
        if repo.moved:
            headers = {"Location": self.path.replace(name, repo.moved)}
            self.answer(path, 307, headers)
            return None
        if repo.disabled:
            self.refuse(path, 403, "Access to this resource is disabled.")
            return None
        return repo

    def _info(self, repo: Repo, name: str, commit: str, query: dict[str, list[str]]) -> None:
        blobs = query.get("blobs") in (["true"], ["True"])
        siblings = [
            ({"rfilename": path} | (_blob(path, data) if blobs else {}) | repo.listed.get(path, {}))
            for path, data in sorted(repo.commits[commit].items())
        ]
        info = {"_id": "6" * 24, "id": name, "modelId": name, "sha": commit, "private": repo.private}
        body = json.dumps(info | {"gated": "manual" if repo.gated else False, "siblings": siblings}).encode()
        self.answer(urlsplit(self.path).path, 200, {"Content-Type": "application/json; charset=utf-8"}, body)

    def _file(self, repo: Repo, name: str, commit: str, path: str) -> None:
        if repo.gated and self.headers.get("Authorization") != f"Bearer {TOKEN}":
            status = 403 if self.headers.get("Authorization") else 401
            return self.refuse(path, status, f"Access to model {name} is restricted.", "GatedRepo")
        content = repo.commits[commit].get(path)
        if content is None or repo.listed.get(path, {}).get("gone"):
            return self.refuse(path, 404, "Entry not found", "EntryNotFound")
        if path.endswith(LARGE):
            large = {"X-Linked-Size": str(len(content)), "X-Linked-ETag": f'"{hashlib.sha256(content).hexdigest()}"'}
            port = self.server.hub.storage.server_port
            location = f"http://127.0.0.1:{port}/{name}/{commit}/{path}?sig={_sign(path)}"
            return self.answer(path, 302, {"Location": location, "X-Repo-Commit": commit, **large})
        if self.failed(path):
            return None
        content = self.server.hub.swapped.get(path, content)
        return self.send_content(path, content, {"X-Repo-Commit": commit, "ETag": f'"{_git(content)}"'})


def _blob(path: str, data: bytes) -> dict[str, object]:
    if not path.endswith(LARGE):
        return {"size": len(data), "blobId": _git(data)}
    sha256 = hashlib.sha256(data).hexdigest()
    pointer = f"version 1\noid sha256:{sha256}\nsize {len(data)}\n".encode()
    large = {"sha256": sha256, "size": len(data), "pointerSize": len(pointer)}
    return {"size": len(data), "blobId": _git(pointer), "lfs": large}


def _git(data: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()


def _sign(path: str) -> str:
    return hashlib.sha256(f"secret {path}".encode()).hexdigest()
