"""Make the first visitor the owner: a one-time code, shown only on the machine's own console."""

from __future__ import annotations

import secrets
import time
import uuid
from typing import TYPE_CHECKING, Any

from hub.auth.codes import WrongCode
from hub.auth.sessions import Person, digest
from hub.errors import HubError
from hub.plugin import acting

if TYPE_CHECKING:
    from hub.store.database import Database

VALID_S = 86_400


class Claims:
    """One-time codes that sign in as the owner, who is made by the first of them."""

    def __init__(self, core: Database) -> None:
        self._core = core

    async def owner(self) -> Person | None:
        """Return the owner, or None while nobody has claimed the hub."""
        rows = await self._core.rows("SELECT id, name, role FROM person WHERE role = 'owner'")
        return Person(*rows[0]) if rows else None

    async def new_code(self) -> str:
        """Return a fresh code, valid once and for a day. Earlier codes end. No plugin gets one."""
        if plugin := acting.current.get():
            raise HubError(f"{plugin} may not claim this hub.", fix="Run `hub claim` on the machine.")
        code = secrets.token_urlsafe(18)

        def replace(db: Any) -> None:
            db.execute("DELETE FROM claim")
            db.execute("INSERT INTO claim (code_hash, created) VALUES (?, ?)", (digest(code), time.time()))

        await self._core.write(replace)
        return code

    async def redeem(self, code: str) -> Person:
        """Use up ``code`` and return the owner. Raises `WrongCode` when it is wrong, old or used.

        One transaction: of many visitors at once exactly one succeeds.
        """

        def take(db: Any) -> Person | None:
            since = time.time() - VALID_S
            used = db.execute("DELETE FROM claim WHERE code_hash = ? AND created > ?", (digest(code), since))
            if used.rowcount != 1:
                return None
            row = db.execute("SELECT id, name, role FROM person WHERE role = 'owner'").fetchone()
            if row is None:
                row = (uuid.uuid4().hex, "Owner", "owner")
                db.execute(
                    "INSERT INTO person (id, name, role, created) VALUES (?, ?, ?, ?)", (*row, time.time())
                )
            return Person(*row)

        person = await self._core.write(take)
        if person is None:
            raise WrongCode(
                "This link has been used, or is too old.",
                fix="Run `hub claim` on the machine for a new one.",
            )
        return person
