"""Bring one file from an address to the disk: resumed after a cut, bounded, its digest checked.

Everything here blocks; it runs on a thread.
"""

from __future__ import annotations

import hashlib
import ssl
from dataclasses import dataclass, field
from http import HTTPStatus
from http.client import HTTPException
from threading import Event
from typing import TYPE_CHECKING, Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from hub import __version__
from hub.errors import HubError

if TYPE_CHECKING:
    from pathlib import Path

_BLOCK = 1 << 18  # bytes a read: some 30 ms of a fast line, so that a stop is heeded at once
_STALL_S = 20.0  # a line that brings nothing for so long is dead
_TRIES = 4  # in a row that bring not one byte
_ELSEWHERE = "Check the index that pip uses, and the network on the way to it."
_PAUSE_S = 0.5  # before the second try, doubled for each further one


class Stopped(Exception):  # noqa: N818  not an error: the hub is closing
    """The download was told to stop; what has come so far is kept."""


class Refused(HubError):  # noqa: N818  reads as what it says
    """The server will not give the file to us, though it may to pip."""


class _CutOffError(Exception):
    """The connection ended before the file did."""


@dataclass(slots=True)
class Transfer:
    """How a transfer stands, for the one who watches it from another thread. Sizes in bytes."""

    done: int = 0
    checking: bool = False
    read: int = 0  # by `digest`
    stop: Event = field(default_factory=Event)

    def heed(self) -> None:
        """Raise `Stopped` when told to stop."""
        if self.stop.is_set():
            raise Stopped


def download(url: str, part: Path, sha256: str, limit: int, transfer: Transfer) -> None:
    """Fetch ``url`` into ``part``, going on from what is there; ``limit`` bytes are the most it may be.

    What is there is kept only while the server's file is the same: its entity tag lies beside the part
    and is asked for (If-Range, RFC 9110, section 13.1.5).

    Returns once the whole file has the digest ``sha256`` (not checked when empty). Raises `HubError`
    with the reason, `Refused` where pip may do better, `OSError` when the disk fails, `Stopped`.
    """
    resumed = part.exists()
    _receive_all(url, part, limit, transfer)
    transfer.checking = True
    if not sha256 or digest(part, transfer) == sha256:
        return
    part.unlink()
    transfer.done, transfer.checking = 0, False
    if resumed:  # the earlier part may have been of another file
        download(url, part, sha256, limit, transfer)
        return
    raise HubError(
        "What arrived is not the file that was published.",
        fix="A proxy or a mirror changes downloads: use another network or index, then run: hub models pull",
    )


def digest(path: Path, transfer: Transfer) -> str:
    """Return the sha256 of the file at ``path``, in hex."""
    sha256 = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            transfer.heed()
            sha256.update(block)
            transfer.read += len(block)
    return sha256.hexdigest()


def _receive_all(url: str, part: Path, limit: int, transfer: Transfer) -> None:
    """Try until the file is whole; give up after some tries in a row that brought nothing."""
    idle = 0
    while True:
        before = part.stat().st_size if part.exists() else 0
        try:
            _receive(url, part, before, limit, transfer)
            return
        except (_CutOffError, URLError, HTTPException, ConnectionError, TimeoutError) as error:
            _refuse(error)
            idle = 0 if transfer.done > before else idle + 1
            if idle == _TRIES:
                # Not one byte, ever: pip may know a way (a proxy, say) that we do not.
                raise (HubError if transfer.done else Refused)(
                    f"The download from {urlsplit(url).netloc} broke off: {error}",
                    fix="Check this machine's network; I go on from here when it is back.",
                ) from error
        transfer.stop.wait(_PAUSE_S * 2**idle)
        transfer.heed()


def _refuse(error: Exception) -> None:
    """Raise `Refused` for what another try cannot mend."""
    busy = (HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS)
    if isinstance(error, HTTPError):
        if error.code < HTTPStatus.INTERNAL_SERVER_ERROR and error.code not in busy:
            raise Refused(f"The server refuses: {error}", fix=_ELSEWHERE) from error
    elif isinstance(error, URLError) and isinstance(error.reason, ssl.SSLError):
        raise Refused(f"The server is not trusted: {error.reason}", fix="Check the clock and SSL_CERT_FILE.")


def _receive(url: str, part: Path, have: int, limit: int, transfer: Transfer) -> None:
    """Append to ``part`` what one request brings; start anew where the server cannot resume."""
    if urlsplit(url).scheme not in {"http", "https", "file"}:
        raise Refused(f"I do not fetch from {urlsplit(url).scheme} addresses.", fix=_ELSEWHERE)
    request = Request(url, headers=_headers(part, have))  # noqa: S310  checked above
    try:
        reply = urlopen(request, timeout=_STALL_S)  # noqa: S310  checked above
    except HTTPError as error:
        if error.code != HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
            raise
        if error.headers.get("Content-Range") == f"bytes */{have}":  # it was whole already
            transfer.done = have
            return
        part.unlink()
        raise _CutOffError("what was there did not fit") from error
    with reply:
        start = have if reply.status == HTTPStatus.PARTIAL_CONTENT and _starts_at(reply, have) else 0
        _keep_tag(part, str(reply.headers.get("ETag") or ""), start)
        whole = start + int(reply.headers.get("Content-Length") or 0)
        _write(reply, part, start, limit, transfer)
    if transfer.done < whole:
        raise _CutOffError("the connection closed early")


def _headers(part: Path, have: int) -> dict[str, str]:
    headers = {"User-Agent": f"hub/{__version__}"}
    if have:
        headers["Range"] = f"bytes={have}-"
        if tag := _tag(part):
            headers["If-Range"] = tag
    return headers


def _tag(part: Path) -> str:
    """Return the entity tag of the file that ``part`` is the beginning of, if it is known."""
    try:
        return part.with_suffix(".etag").read_text("latin-1")
    except OSError:
        return ""


def _keep_tag(part: Path, tag: str, start: int) -> None:
    """Note the tag of what begins to arrive; a server that goes on with another file is cut short."""
    if start and tag and (before := _tag(part)) and before != tag:
        part.unlink()
        raise _CutOffError("the file there has changed")
    if start:
        return
    # Only a strong tag says that the bytes are the same.
    if tag.startswith('"'):
        part.with_suffix(".etag").write_text(tag, "latin-1")
    else:
        part.with_suffix(".etag").unlink(missing_ok=True)


def _starts_at(reply: Any, have: int) -> bool:
    return str(reply.headers.get("Content-Range", "")).startswith(f"bytes {have}-")


def _write(reply: Any, part: Path, start: int, limit: int, transfer: Transfer) -> None:
    """Copy the reply's body to ``part`` from ``start`` on."""
    with part.open("r+b" if start else "wb") as file:
        file.seek(start)
        file.truncate()
        transfer.done = start
        while block := _read(reply):
            transfer.heed()
            if transfer.done + len(block) > limit:
                part.unlink()
                raise HubError(
                    f"The download is larger than the {limit} bytes it may be.",
                    fix=_ELSEWHERE,
                )
            file.write(block)
            transfer.done += len(block)


def _read(reply: Any) -> bytes:
    """Read a block; a failure here is the network's, and one while writing is the disk's."""
    try:
        return bytes(reply.read1(_BLOCK))
    except (OSError, HTTPException) as error:
        raise _CutOffError(str(error) or type(error).__name__) from error
