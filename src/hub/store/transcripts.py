"""Keep the turns of all talks: what was said and answered, durable from the moment it is acknowledged.

Turns lie in one encrypted file a day (`hub.store.days`), so that forgetting a day needs no search.
"""

from __future__ import annotations

from dataclasses import astuple, dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import structlog

from hub.errors import HubError
from hub.store.days import Days

if TYPE_CHECKING:
    from pathlib import Path

    from hub.store.database import Database

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Turn:
    """One exchange.

    ``at``: Unix seconds; ``state``: answering, done, interrupted or failed; ``answer``: what was
    heard or shown; ``seconds``: from acceptance to the first word.
    """

    id: str
    conversation: str
    at: float
    source: str
    text: str
    state: str
    answer: str
    provider: str
    quality: str
    seconds: float


def day_of(at: float) -> str:
    """Return the UTC day of a time: a day's file must not depend on where the clock stands."""
    return datetime.fromtimestamp(at, UTC).date().isoformat()


class Transcripts:
    """The turns of all talks. What was begun or updated is on disk when the call returns.

    ``damaged`` tells the days whose turns cannot be read now, and why.
    """

    def __init__(self, core: Database, folder: Path, master: bytes) -> None:
        self._core = core
        self._days = Days(core, folder, master)
        self._linked: set[tuple[str, str]] = set()
        self.damaged: dict[str, HubError] = {}

    async def open(self) -> None:
        """Open the latest day, where a crash may have left turns in the middle: they become interrupted.

        Those of other days become so before anybody sees them.
        """
        for (day,) in await self._core.rows("SELECT max(day) FROM transcript_key HAVING max(day) NOTNULL"):
            try:
                async with self._days.file(day):
                    pass
            except HubError as error:
                self._note_damage(day, error)

    async def begin(self, turn: Turn) -> None:
        """Store a turn as it is accepted."""
        day = day_of(turn.at)
        async with self._days.file(day, create=True) as file:
            assert file is not None  # noqa: S101  created
            await self._link(turn.conversation, day)
            marks = ", ".join("?" * 10)
            await file.execute(f"INSERT INTO turn VALUES ({marks})", astuple(turn))  # noqa: S608  only marks

    async def update(
        self,
        id: str,  # noqa: A002  as in the table
        at: float,
        *,
        state: str,
        answer: str,
        provider: str = "",
        quality: str = "",
        seconds: float = 0.0,
    ) -> None:
        """Store how a turn went on; ``at`` is the time it was begun with.

        Raises `HubError` when the turn was never begun, or has been forgotten meanwhile.
        """
        sql = "UPDATE turn SET state = ?, answer = ?, provider = ?, quality = ?, seconds = ? WHERE id = ?"

        def change(db: Any) -> int:
            return int(db.execute(sql, (state, answer, provider, quality, seconds, id)).rowcount)

        async with self._days.file(day_of(at)) as file:
            if file is None or not await file.write(change):
                raise HubError("This turn is not stored, or has been forgotten.", fix="Say it again.")

    async def of(self, conversation: str, limit: int = 50) -> list[Turn]:
        """Return the latest ``limit`` turns of a talk, oldest first, whatever days they are from."""
        days = await self._core.rows(
            "SELECT day FROM conversation_day WHERE conversation = ? ORDER BY day DESC", (conversation,)
        )
        turns: list[Turn] = []
        for (day,) in days:
            if len(turns) >= limit:
                break
            turns += await self._of_day(day, conversation, limit - len(turns))
        return turns[::-1]

    async def forget_days_before(self, day: date) -> list[str]:
        """Destroy the keys and files of the days before ``day``; return those days."""
        forgotten = await self._days.destroy_before(day.isoformat())
        self._linked = {link for link in self._linked if link[1] >= day.isoformat()}
        self.damaged = {name: why for name, why in self.damaged.items() if name >= day.isoformat()}
        return forgotten

    async def close(self) -> None:
        """Close all files."""
        await self._days.close()

    async def _of_day(self, day: str, conversation: str, limit: int) -> list[Turn]:
        """Return the day's latest turns of a talk, newest first; none if the day cannot be read."""
        try:
            async with self._days.file(day) as file:
                if file is None:
                    return []
                rows = await file.rows(
                    "SELECT * FROM turn WHERE conversation = ? ORDER BY at DESC, rowid DESC LIMIT ?",
                    (conversation, limit),
                )
        except HubError as error:
            self._note_damage(day, error)
            return []
        return [Turn(*row) for row in rows]

    async def _link(self, conversation: str, day: str) -> None:
        """Note on which days a talk has turns, before the first of them is stored."""
        if (conversation, day) not in self._linked:
            await self._core.execute(
                "INSERT OR IGNORE INTO conversation_day (conversation, day) VALUES (?, ?)",
                (conversation, day),
            )
            self._linked.add((conversation, day))

    def _note_damage(self, day: str, error: HubError) -> None:
        if day not in self.damaged:
            log.error("transcripts.damaged", day=day, reason=str(error), fix=error.fix)
        self.damaged[day] = error
