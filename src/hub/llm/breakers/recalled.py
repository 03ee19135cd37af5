"""Keep how the providers stood over a restart, so that a person does not find out anew."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hub.llm.breakers.breakers import Breakers
    from hub.store.database import Database

_NAME = "breakers"


class Recalled:
    """Writes to ``core`` behind what happens; changes of one moment are written once."""

    def __init__(self, breakers: Breakers, core: Database) -> None:
        self._breakers, self._core = breakers, core
        self._new = asyncio.Event()
        self._open = False
        breakers.on_change = self._new.set

    async def open(self) -> None:
        """Take up what was kept, if that was just now."""
        rows = await self._core.rows("SELECT value FROM setting WHERE name = ?", (_NAME,))
        self._open = True
        if rows:
            self._breakers.recall(_parsed(rows[0][0]))

    async def follow(self) -> None:
        """Write after each change, until cancelled."""
        while True:
            await self._new.wait()
            self._new.clear()
            await self.write()
            await asyncio.sleep(1)

    async def write(self) -> None:
        """Write how they stand now, unless the database was never open."""
        if not self._open:
            return
        kept = json.dumps(self._breakers.keep())
        await self._core.execute("INSERT OR REPLACE INTO setting (name, value) VALUES (?, ?)", (_NAME, kept))


def _parsed(text: str) -> object:
    try:
        return json.loads(text)
    except ValueError:
        return None
