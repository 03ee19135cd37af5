"""Seal a stream of bytes with a secret, and open it again: nothing is let out that was not sealed so.

The construction is STREAM (Hoang, Reyhanitabar, Rogaway, Vizar 2015; as in age, C2SP): chunks of
AES-256-GCM, each under its number and whether it is the last, so that no chunk can be changed, moved,
dropped or cut off. The key is made from the secret by scrypt (RFC 7914) with a salt of its own.
"""

from __future__ import annotations

import os
import unicodedata
from typing import TYPE_CHECKING, Annotated, BinaryIO, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from hub.errors import HubError

if TYPE_CHECKING:
    from collections.abc import Callable

MAGIC = b"timmy-hub backup\n"
FORMAT = 1
CHUNK = 1 << 20
"""Bytes of plain text in every chunk but the last."""

TAG = 16
COST = 17
"""log2 of scrypt's N: 128 MiB and half a second of one core."""

_LONGEST_HEADER = 4096

NOT_ONE = "Choose a file that `hub backup` made."
DAMAGED = "Use another backup. Nothing was changed."


class Header(BaseModel):
    """What stands in clear at the start of a backup, and is authenticated with its first chunk.

    ``lock``: what opens it, a passphrase or the hub's own master key. ``cost``: log2 of scrypt's N.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    format: int = FORMAT
    lock: Literal["passphrase", "hub key"]
    cost: Annotated[int, Field(ge=10, le=18)]
    salt: Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]


class Sealer:
    """A file to write to; what is written goes to ``out`` in sealed chunks. `close` it to end it."""

    def __init__(self, out: BinaryIO, secret: bytes, header: Header) -> None:
        line = MAGIC + header.model_dump_json().encode() + b"\n"
        self._out, self._box, self._number = out, _Box(secret, header, line), 0
        self._waiting = bytearray()
        out.write(line)

    def write(self, data: bytes | memoryview) -> int:
        """Take ``data``; a chunk leaves once it is known not to be the last."""
        self._waiting += data
        while len(self._waiting) > CHUNK:
            self._emit(bytes(self._waiting[:CHUNK]), last=False)
            del self._waiting[:CHUNK]
        return len(data)

    def close(self) -> None:
        """Write the last chunk. ``out`` stays open."""
        self._emit(bytes(self._waiting), last=True)

    def _emit(self, plain: bytes, *, last: bool) -> None:
        self._out.write(self._box.seal(plain, self._number, last=last))
        self._number += 1


class Opener:
    """A file to read from: what `Sealer` was given. Raises `HubError` rather than give a false byte.

    ``secret_of`` is asked for the secret once the header has been read.
    """

    def __init__(self, source: BinaryIO, secret_of: Callable[[Header], bytes]) -> None:
        self.header, line = read_header(source)
        self._source, self._box = source, _Box(secret_of(self.header), self.header, line)
        self._number, self._ready, self._at = 0, b"", 0
        self._next = source.read(CHUNK + TAG)

    def read(self, size: int) -> bytes:
        """Return up to ``size`` bytes; fewer only at a chunk's end, none at the end of all."""
        if self._at == len(self._ready):
            self._ready, self._at = self._chunk(), 0
        part = self._ready[self._at : self._at + size]
        self._at += len(part)
        return part

    def exactly(self, size: int) -> bytes:
        """Return ``size`` bytes. Raises `HubError` when there are not as many."""
        parts, left = [], size
        while left:
            part = self.read(left)
            if not part:
                raise HubError("The backup ends too early.", fix=DAMAGED)
            parts.append(part)
            left -= len(part)
        return b"".join(parts)

    def _chunk(self) -> bytes:
        sealed, self._next = self._next, self._source.read(CHUNK + TAG) if self._next else b""
        if not sealed and self._number:
            return b""
        plain = self._box.open(sealed, self._number, last=not self._next)
        self._number += 1
        return plain


def secret_of(passphrase: str) -> bytes:
    """Return the secret of a passphrase, the same from every keyboard (NFKC; Unicode annex 15).

    Space around it does not count, since not every place that it is typed into keeps it.
    """
    return unicodedata.normalize("NFKC", passphrase).strip().encode()


def new_header(lock: Literal["passphrase", "hub key"]) -> Header:
    """Return the header of a new backup, with a salt of its own."""
    return Header(lock=lock, cost=COST, salt=os.urandom(16).hex())


def read_header(source: BinaryIO) -> tuple[Header, bytes]:
    """Return the header and the bytes it was. Raises `HubError` when it is none of ours, or newer."""
    if source.read(len(MAGIC)) != MAGIC:
        raise HubError("This file is not a backup of a hub.", fix=NOT_ONE)
    line = source.readline(_LONGEST_HEADER)
    try:
        header = Header.model_validate_json(line)
    except ValidationError as error:
        raise HubError("The first line of the backup is damaged.", fix=DAMAGED) from error
    if header.format > FORMAT:
        raise HubError("The backup was made by a newer hub.", fix="Update the hub, then restore it.")
    return header, MAGIC + line


class _Box:
    """Seals and opens single chunks."""

    def __init__(self, secret: bytes, header: Header, line: bytes) -> None:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415  11 MiB, rarely needed
        from cryptography.hazmat.primitives.kdf.scrypt import Scrypt  # noqa: PLC0415  as above

        kdf = Scrypt(salt=bytes.fromhex(header.salt), length=32, n=1 << header.cost, r=8, p=1)
        self._cipher, self._line, self._lock = AESGCM(kdf.derive(secret)), line, header.lock

    def seal(self, plain: bytes, number: int, *, last: bool) -> bytes:
        return self._cipher.encrypt(_nonce(number, last=last), plain, self._line)

    def open(self, sealed: bytes, number: int, *, last: bool) -> bytes:
        from cryptography.exceptions import InvalidTag  # noqa: PLC0415  as above

        try:
            return self._cipher.decrypt(_nonce(number, last=last), sealed, self._line)
        except (InvalidTag, ValueError):
            pass
        if number:
            raise HubError("The backup is damaged or cut short.", fix=DAMAGED)
        if self._lock == "passphrase":
            raise HubError(
                "The passphrase is not the one, or the backup is damaged.", fix="Type it once more."
            )
        raise HubError(
            "The master key is not the one, or the backup is damaged.",
            fix="Give the right one: --key-file .../keys/master.key",
        )


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])
