"""Put files one after the other into a stream, and take them out again: a plain tar (POSIX 1003.1).

Only regular files, uncompressed: nothing can link, lead elsewhere or unfold to more than it was.
"""

from __future__ import annotations

import hashlib
import tarfile
from typing import TYPE_CHECKING, BinaryIO, Protocol

from hub.backup.manifest import NAMES
from hub.errors import HubError

if TYPE_CHECKING:
    from collections.abc import Callable

    from hub.backup.seal import Opener

BLOCK = 512
PIECE = 1 << 20
_DAMAGED = "Use another backup. Nothing was changed."


class Writes(Protocol):
    """Something that takes bytes."""

    def write(self, data: bytes, /) -> int:
        """Take ``data``."""
        ...


def put(out: Writes, name: str, size: int, source: BinaryIO, told: Callable[[int], None]) -> str:
    """Write ``size`` bytes of ``source`` as the member ``name``; return their SHA-256 in hex.

    ``told`` hears how many bytes have gone, piece by piece; what it raises ends this.
    """
    info = tarfile.TarInfo(name)
    info.size, info.mode = size, 0o600
    out.write(info.tobuf(tarfile.GNU_FORMAT))
    digest, left = hashlib.sha256(), size
    while left:
        piece = source.read(min(PIECE, left))
        if not piece:
            raise HubError(f"{name} has shrunk while I read it.", fix="Try once more.")
        digest.update(piece)
        out.write(piece)
        left -= len(piece)
        told(len(piece))
    out.write(bytes(-size % BLOCK))
    return digest.hexdigest()


def end(out: Writes) -> None:
    """Write the end of the tar."""
    out.write(bytes(2 * BLOCK))


def next_member(source: Opener) -> tuple[str, int] | None:
    """Return name and size of the member that follows, None at the end; its bytes come next.

    Raises `HubError` for everything but a regular file with a plain name.
    """
    block = source.exactly(BLOCK)
    if not any(block):
        if any(source.exactly(BLOCK)) or source.read(1):
            raise HubError("Something follows the end of the backup.", fix=_DAMAGED)
        return None
    try:
        info = tarfile.TarInfo.frombuf(block, "utf-8", "strict")
    except (tarfile.HeaderError, ValueError) as error:
        raise HubError("A file's entry in the backup is damaged.", fix=_DAMAGED) from error
    if info.type != tarfile.REGTYPE or info.size < 0 or not NAMES.fullmatch(info.name):
        raise HubError("The backup holds what no backup of a hub does.", fix=_DAMAGED)
    return info.name, info.size


def take(source: Opener, size: int, target: Writes, told: Callable[[int], None]) -> str:
    """Write the ``size`` bytes of a member to ``target``; return their SHA-256 in hex."""
    digest, left = hashlib.sha256(), size
    while left:
        piece = source.exactly(min(PIECE, left))
        digest.update(piece)
        target.write(piece)
        left -= len(piece)
        told(len(piece))
    source.exactly(-size % BLOCK)
    return digest.hexdigest()
