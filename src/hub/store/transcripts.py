"""Keep the turns of all talks: what was said and answered, durable from the moment it is acknowledged.

Turns lie in one encrypted file a day (`hub.store.days`), so that forgetting a day needs no search.
"""

from __future__ import annotations

import asyncio
from dataclasses import astuple, dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import structlog

from hub.approvals import forgetting as approvals
from hub.errors import HubError
from hub.store.days import Days
from hub.store.forgotten import noted

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from hub.store.database import Database

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Turn:
    """One exchange.

    ``at``: Unix seconds; ``state``: answering, done, interrupted or failed; ``answer``: what was
    heard or shown; ``seconds``: from acceptance to the first word; ``replaced_by``: the turn that
    asked again, with the same words or with better ones; ``read``: what a language model had read that no
    person said when it answered, in words.
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
    replaced_by: str = ""
    read: str = ""


_COLUMNS = "id, conversation, at, source, text, state, answer, provider, quality, seconds, replaced_by, read"
_NEXT = "(SELECT coalesce(max(change), 0) + 1 FROM turn)"
_BEGIN = f"INSERT INTO turn ({_COLUMNS}, change) VALUES ({', '.join('?' * 12)}, {_NEXT})"  # noqa: S608  no values
_REPLACE = f"UPDATE turn SET replaced_by = ?, change = {_NEXT} WHERE id = ?"  # noqa: S608
_UPDATE = (
    "UPDATE turn SET state = ?, answer = ?, provider = ?, quality = ?, seconds = ?, read = ?,"  # noqa: S608
    f" change = {_NEXT} WHERE id = ?"
)
_CHANGES = f"SELECT change, {_COLUMNS} FROM turn WHERE change > ? ORDER BY change LIMIT ?"  # noqa: S608
_EVER = 1e12


def day_of(at: float) -> str:
    """Return the UTC day of a time: a day's file must not depend on where the clock stands."""
    return datetime.fromtimestamp(at, UTC).date().isoformat()


class Transcripts:
    """The turns of all talks. What was begun or updated is on disk when the call returns.

    ``damaged`` tells the days whose turns cannot be read now, and why; ``changed`` the days that
    somebody who follows has yet to read, with ``stirred`` set; ``forgotten`` grows with each forgetting.
    """

    def __init__(self, core: Database, folder: Path, master: bytes) -> None:
        self._core = core
        self._days, self._folder = Days(core, folder, master), folder
        self._linked: set[tuple[str, str]] = set()
        self.damaged: dict[str, HubError] = {}
        self.changed: set[str] = set()
        self.stirred = asyncio.Event()
        self.forgotten = 0

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

    async def begin(self, turn: Turn, replaces: Turn | None = None) -> None:
        """Store a turn as it is accepted; the turn that it ``replaces`` is kept, but no longer told."""
        day = day_of(turn.at)
        same = replaces is not None and day_of(replaces.at) == day

        def store(db: Any) -> None:
            db.execute(_BEGIN, astuple(turn))
            if same and replaces:
                db.execute(_REPLACE, (turn.id, replaces.id))

        async with self._days.file(day, create=True) as file:
            assert file is not None  # noqa: S101  created
            await self._link(turn.conversation, day)
            await file.write(store)
        if replaces and not same:
            async with self._days.file(day_of(replaces.at)) as file:
                if file:
                    await file.execute(_REPLACE, (turn.id, replaces.id))
            self._stir(day_of(replaces.at))
        self._stir(day)

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
        read: str = "",
    ) -> None:
        """Store how a turn went on; ``at`` is the time it was begun with.

        Raises `HubError` when the turn was never begun, or has been forgotten meanwhile.
        """

        def change(db: Any) -> int:
            return int(db.execute(_UPDATE, (state, answer, provider, quality, seconds, read, id)).rowcount)

        async with self._days.file(day_of(at)) as file:
            if file is None or not await file.write(change):
                raise HubError("This turn is not stored, or has been forgotten.", fix="Say it again.")
        self._stir(day_of(at))

    async def of(self, conversation: str, limit: int = 50, before: float = _EVER) -> list[Turn]:
        """Return the latest ``limit`` turns of a talk ``before`` a time, oldest first, from all days.

        Of a turn that was asked again only the latest version is told.
        """
        where = "at < ? AND replaced_by = '' ORDER BY at DESC, rowid DESC LIMIT ?"
        turns: list[Turn] = []
        for day in reversed(await self.days(conversation)):
            if len(turns) >= limit:
                break
            if before == _EVER or day <= day_of(before):
                turns += await self._of_day(day, conversation, where, before, limit - len(turns))
        return turns[::-1]

    async def after(
        self, conversation: str, at: float, limit: int = 50, *, replaced: bool = False
    ) -> list[Turn]:
        """Return the first ``limit`` turns of a talk at or after a time; ``replaced``: those too."""
        latest = "" if replaced else " AND replaced_by = ''"
        where = f"at >= ?{latest} ORDER BY at, rowid LIMIT ?"
        turns: list[Turn] = []
        for day in await self.days(conversation):
            if len(turns) >= limit:
                break
            if day >= day_of(max(0.0, at)):
                turns += await self._of_day(day, conversation, where, at, limit - len(turns))
        return turns

    async def days(self, conversation: str) -> list[str]:
        """Return the days on which a talk has turns, oldest first."""
        rows = await self._core.rows(
            "SELECT day FROM conversation_day WHERE conversation = ? ORDER BY day", (conversation,)
        )
        return [row[0] for row in rows]

    async def erase(self, conversation: str) -> list[str]:
        """Delete the turns of a talk from their files, journals and backups; return the days they were of.

        Raises `HubError` when a day cannot be read; what could be deleted is deleted.
        """
        days, trouble = await self.days(conversation), None

        def delete(db: Any) -> None:
            db.execute("DELETE FROM turn WHERE conversation = ?", (conversation,))

        async with noted(self._folder.parent, talks=(conversation,)):
            for day in days:
                try:
                    async with self._days.file(day, keep=False) as file:
                        if file:
                            await file.forget(delete)
                except HubError as error:
                    self._note_damage(day, error)
                    trouble = error
            self._linked = {link for link in self._linked if link[0] != conversation}
            if trouble:
                raise trouble  # in here: then it is not noted as done
        return days

    async def forget_days_before(self, day: date) -> list[str]:
        """Destroy the keys and files of the days before ``day``; return those days.

        With them go the links to those days, titles made of words said then, talks that have nothing
        left, and the key of the search index, which has read those days too.
        """
        limit = day.isoformat()
        start = datetime.combine(day, datetime.min.time(), UTC).timestamp()
        async with noted(self._folder.parent, before=limit):
            forgotten = await self._days.destroy_before(limit, lambda db: _forget_before(db, limit, start))
        self._linked = {link for link in self._linked if link[1] >= limit}
        self.damaged = {name: why for name, why in self.damaged.items() if name >= limit}
        if forgotten:
            self.forgotten += 1
            self.stirred.set()
        return forgotten

    async def known_days(self) -> list[str]:
        """Return all days that have a key, newest first."""
        return [row[0] for row in await self._core.rows("SELECT day FROM transcript_key ORDER BY day DESC")]

    async def changes(self, day: str, since: int, limit: int) -> list[tuple[int, Turn]]:
        """Return the turns of a day that changed after ``since``, in that order, with their change.

        Raises `HubError` when the day cannot be read.
        """
        async with self._days.file(day, keep=False) as file:
            rows = await file.rows(_CHANGES, (since, limit)) if file else []
        return [(row[0], Turn(*row[1:])) for row in rows]

    async def count(self, day: str) -> tuple[int, int]:
        """Return how many turns a day has that are not being answered, and the latest change of any."""
        sql = "SELECT count(*) FILTER (WHERE state != 'answering'), coalesce(max(change), 0) FROM turn"
        async with self._days.file(day, keep=False) as file:
            rows = await file.rows(sql) if file else [(0, 0)]
        return int(rows[0][0]), int(rows[0][1])

    async def close(self) -> None:
        """Close all files."""
        await self._days.close()

    async def _of_day(self, day: str, conversation: str, where: str, at: float, limit: int) -> Iterable[Turn]:
        """Return a day's turns of a talk; none if the day cannot be read."""
        try:
            async with self._days.file(day) as file:
                if file is None:
                    return []
                rows = await file.rows(
                    f"SELECT {_COLUMNS} FROM turn WHERE conversation = ? AND {where}",  # noqa: S608  ours
                    (conversation, at, limit),
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

    def _stir(self, day: str) -> None:
        self.changed.add(day)
        self.stirred.set()

    def _note_damage(self, day: str, error: HubError) -> None:
        if day not in self.damaged:
            log.error("transcripts.damaged", day=day, reason=str(error), fix=error.fix)
        self.damaged[day] = error


def _forget_before(db: Any, day: str, start: float) -> None:
    """Forget in core.db, or in an older backup of it, what tells of the days before ``day``."""
    of_then = "id IN (SELECT conversation FROM conversation_day WHERE day < ?)"
    columns = {row[1] for row in db.execute("PRAGMA table_info(conversation)")}
    auto = " AND NOT named" if "named" in columns else ""
    db.execute(f"UPDATE conversation SET title = '' WHERE {of_then}{auto}", (day,))  # noqa: S608  ours
    db.execute("DELETE FROM conversation_day WHERE day < ?", (day,))
    db.execute(
        "DELETE FROM conversation WHERE touched < ?"
        " AND id NOT IN (SELECT conversation FROM conversation_day)",
        (start,),
    )
    approvals.erase(db, before=start)
    had_any = db.execute("SELECT 1 FROM transcript_key WHERE day < ?", (day,)).fetchone()
    if had_any and db.execute("SELECT 1 FROM sqlite_master WHERE name = 'search_key'").fetchone():
        db.execute("DELETE FROM search_key")
