"""Keep secrets, such as keys of other services, in the encrypted core.db; settings name them only."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from pydantic import SecretStr

from hub.errors import HubError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from hub.store.database import Connection, Database

LONGEST = 4_096


class Secrets:
    """Secrets by name. A value is read for the one who uses it, and never listed, shown or logged."""

    def __init__(self, core: Database) -> None:
        self._core = core
        self.on_changed: Callable[[], Awaitable[None]] | None = None
        """Awaited when a secret was set or forgotten."""
        self._read: dict[str, SecretStr | None] = {}
        self._changes = 0

    async def set(self, name: str, value: str) -> None:
        """Keep ``value`` under ``name``, in place of what was there. Raises `HubError` on what is no key."""
        kept = checked(value).get_secret_value()

        def put(connection: Connection) -> None:
            connection.execute(
                "INSERT INTO secret (name, value, set_at) VALUES (?, ?, ?)"
                " ON CONFLICT (name) DO UPDATE SET value = excluded.value, set_at = excluded.set_at",
                (name, kept, time.time()),
            )

        self._forget_read()
        await self._core.write(put)
        await self._destroy(name, but=kept)
        await self._changed()

    async def get(self, name: str) -> SecretStr | None:
        """Return the secret, or None when there is none of that name.

        It is read once and kept until it changes: a key goes with every question to its server.
        """
        if name in self._read:
            return self._read[name]
        changes = self._changes
        rows = await self._core.rows("SELECT value FROM secret WHERE name = ?", (name,))
        found = SecretStr(rows[0][0]) if rows else None
        if changes == self._changes:  # else it may be of before
            self._read[name] = found
        return found

    async def forget(self, name: str) -> bool:
        """Destroy the secret, in the copies made before migrations too; say whether there was one."""
        if name not in await self.known():
            return False
        self._forget_read()
        await self._destroy(name)
        await self._changed()
        return True

    async def known(self) -> dict[str, float]:
        """Return which secrets there are, and since when (Unix seconds)."""
        return {row[0]: row[1] for row in await self._core.rows("SELECT name, set_at FROM secret")}

    def _forget_read(self) -> None:
        self._changes += 1
        self._read.clear()

    async def _changed(self) -> None:
        self._forget_read()
        if self.on_changed:
            await self.on_changed()

    async def _destroy(self, name: str, but: str = "") -> None:
        """Delete the secret, and all older ones of that name, wherever they are; ``but`` stays."""

        def delete(connection: Connection) -> None:
            if connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'secret'").fetchone():
                connection.execute("DELETE FROM secret WHERE name = ? AND value <> ?", (name, but))

        await self._core.forget(delete)


def checked(value: str) -> SecretStr:
    """Return ``value`` without the space around it, if it can stand in a header. Raises `HubError`."""
    value = value.strip()
    if not value:
        raise HubError("There was no key.", fix="Paste the whole key.")
    if len(value) > LONGEST or not value.isascii() or not value.isprintable() or " " in value:
        raise HubError(
            "That is no key: it holds spaces or signs that keys do not have.", fix="Copy it again."
        )
    return SecretStr(value)
