"""Keep text exactly: PostgreSQL has no NUL in text, so it travels and lies there under another name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from psycopg.types.string import StrDumperUnknown, TextLoader

if TYPE_CHECKING:
    from psycopg import AsyncConnection
    from psycopg.abc import Buffer

ESCAPE, NUL = b"\x1a", b"\x00"
"""SUB, which hardly any text has; what it stands for follows it: itself, or `0` for a NUL."""


class Dumper(StrDumperUnknown):
    """Writes text, half character pairs too: the server refuses those, and nothing is taken for another."""

    def dump(self, obj: str) -> Buffer:
        """Return the bytes that stand for ``obj``."""
        raw = obj.encode("utf-8", "surrogatepass")
        if ESCAPE in raw or NUL in raw:
            raw = raw.replace(ESCAPE, ESCAPE + b"1").replace(NUL, ESCAPE + b"0")
        return raw


class Loader(TextLoader):
    """Reads text back."""

    def load(self, data: Buffer) -> str:
        """Return the text that ``data`` stands for."""
        raw = bytes(data)
        if ESCAPE in raw:
            raw = raw.replace(ESCAPE + b"0", NUL).replace(ESCAPE + b"1", ESCAPE)
        return raw.decode()


def register(connection: AsyncConnection) -> None:
    """Let a connection write and read text so."""
    connection.adapters.register_dumper(str, Dumper)
    connection.adapters.register_loader("text", Loader)
