"""Serve the page's own files: from memory, compressed once, under an address that names their content."""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.routing import BaseRoute

FOLDER = Path(__file__).parent / "static"
SERVED = {".css", ".js", ".svg", ".png"}
_TYPES = {".js": "text/javascript", ".css": "text/css"}
_FOREVER = "public, max-age=31536000, immutable"
_COMMON = {"x-content-type-options": "nosniff", "cross-origin-resource-policy": "same-origin"}
_MANIFEST = """{"name":"Hub","short_name":"Hub","start_url":"/","display":"standalone",\
"background_color":"#fbfaf7","theme_color":"#fbfaf7","icons":[{"src":"%s/icon.svg","sizes":"any",\
"type":"image/svg+xml","purpose":"any"}]}"""


@dataclass(frozen=True, slots=True)
class Asset:
    """One file in memory, as it is and compressed."""

    kind: str
    plain: bytes
    packed: bytes


class Static:
    """The files under ``static/``; one hash over all of them is part of every address.

    Modules import each other by relative address, so they must share one folder: the hash names
    the folder, and a change of any file is a new folder.
    """

    def __init__(self, folder: Path = FOLDER) -> None:
        paths = sorted(path for path in folder.rglob("*") if path.suffix in SERVED)
        self.assets = {path.relative_to(folder).as_posix(): _read(path) for path in paths}
        whole = hashlib.sha256()
        for name, asset in self.assets.items():
            whole.update(f"{name}\0{len(asset.plain)}\0".encode() + asset.plain)
        self.rev = whole.hexdigest()[:12]
        self.base = f"/static/{self.rev}"

    @property
    def modules(self) -> tuple[str, ...]:
        """The scripts that the page imports, to be fetched at once; worklets come when they are needed."""
        apart = {
            "capture.js", "playback.js", "resample.js", "app.js", "page.js", "events.js", "language.js",
            "carrier.js", "memory.js", "files.js", "alike.js",
        }  # fmt: skip
        return tuple(name for name in self.assets if name.endswith(".js") and name not in apart)

    def routes(self) -> list[BaseRoute]:
        """Return the routes of the files, the manifest and the icon."""
        return [
            Route("/static/{rev}/{path:path}", self._serve),
            Route("/manifest.webmanifest", self._manifest),
            Route("/favicon.ico", self._icon),
        ]

    async def _serve(self, request: Request) -> Response:
        asset = self.assets.get(request.path_params["path"])
        if asset is None:
            return PlainTextResponse("There is no such file.\n", status_code=404)
        # An old tab may still ask for the files of an older hub: it gets today's, but does not keep them.
        fresh = request.path_params["rev"] == self.rev
        return _send(request, asset, _FOREVER if fresh else "no-cache")

    async def _icon(self, request: Request) -> Response:
        return _send(request, self.assets["icon.svg"], "public, max-age=86400")

    async def _manifest(self, _: Request) -> Response:
        return Response(_MANIFEST % self.base, media_type="application/manifest+json", headers=_COMMON)


def _send(request: Request, asset: Asset, cache: str) -> Response:
    headers = {**_COMMON, "cache-control": cache, "vary": "accept-encoding"}
    if "gzip" not in request.headers.get("accept-encoding", ""):
        return Response(asset.plain, media_type=asset.kind, headers=headers)
    return Response(asset.packed, media_type=asset.kind, headers={**headers, "content-encoding": "gzip"})


def _read(path: Path) -> Asset:
    kind = _TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    plain = path.read_bytes()
    return Asset(kind, plain, gzip.compress(plain, 9, mtime=0))
