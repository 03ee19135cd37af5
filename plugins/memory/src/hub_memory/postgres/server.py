"""Talk to the server: one connection writes, two read; what is lost is connected anew, and told meanwhile."""

from __future__ import annotations

import asyncio
import random
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

import psycopg
import structlog
from pgvector.psycopg import register_vector_async
from psycopg import AsyncConnection
from psycopg.pq import TransactionStatus

from hub import HubError, Unavailable
from hub_memory.postgres import address, schema, text

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

log = structlog.get_logger(__name__)

Result = TypeVar("Result")

READERS = 2
READ_S, WRITE_S = 10.0, 60.0
"""Seconds that one work may take: somebody waits for what is read."""

FRESH_S = 1.0
"""How long a connection that was used is taken to be there still."""

FIRST_S, LAST_S = 0.5, 30.0
"""Between two knocks at a server that is away: from the first to the last, twice as long each time."""

_LOST = (psycopg.OperationalError, psycopg.InterfaceError, TimeoutError, OSError)


@dataclass(slots=True)
class _Line:
    """One connection, and when it was last used."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    connection: AsyncConnection | None = None
    used: float = 0.0


class Server:
    """The database at ``server``. While it is away every work raises `Unavailable` at once."""

    def __init__(self, server: str, password: str = "") -> None:
        self._given = address.parameters(server, password)
        self._writer, self._readers = _Line(), [_Line() for _ in range(READERS)]
        self._knocking: asyncio.Task[None] | None = None
        self.trouble: Unavailable | None = Unavailable(
            "I have not reached the memory's server yet.", fix="Wait a moment."
        )
        self.encrypted = False
        self.name = address.told(self._given)

    async def open(self) -> None:
        """Connect and bring the schema up to date; a server that is away is waited for in the background."""
        if await self._reached():
            return
        self._knock()

    async def close(self) -> None:
        """End all connections."""
        if self._knocking:
            self._knocking.cancel()
            with suppress(asyncio.CancelledError):
                await self._knocking
        self.trouble = Unavailable("The memory is closed.", fix="Start the hub.")
        for line in (self._writer, *self._readers):
            await self._drop(line)

    async def read(self, work: Callable[[AsyncConnection], Awaitable[Result]]) -> Result:
        """Return what ``work`` returns; all that it reads is of one moment."""
        line = next((one for one in self._readers if not one.lock.locked()), random.choice(self._readers))  # noqa: S311  no secret
        return await self._on(line, work, READ_S)

    async def write(self, work: Callable[[AsyncConnection], Awaitable[Result]]) -> Result:
        """Return what ``work`` returns, in a transaction of its own; nobody else writes meanwhile."""

        async def alone(connection: AsyncConnection) -> Result:
            await connection.execute("SELECT 1 FROM state FOR UPDATE")
            return await work(connection)

        return await self._on(self._writer, alone, WRITE_S)

    async def outside(self, work: Callable[[AsyncConnection], Awaitable[Result]]) -> Result:
        """Return what ``work`` returns, which no transaction may surround."""
        return await self._on(self._writer, work, WRITE_S, transaction=False)

    async def _on(
        self, line: _Line, work: Callable[[AsyncConnection], Awaitable[Result]], seconds: float,
        *, transaction: bool = True,
    ) -> Result:  # fmt: skip
        if self.trouble:
            raise Unavailable(str(self.trouble), fix=self.trouble.fix)
        async with line.lock:
            try:
                async with asyncio.timeout(seconds):
                    connection = await self._awake(line)
                    if not transaction:
                        return await work(connection)
                    async with connection.transaction():
                        if line is not self._writer:
                            await connection.execute(
                                "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"
                            )
                        return await work(connection)
            except HubError:
                raise
            except (psycopg.Error, TimeoutError, OSError) as error:
                raise await self._refusal(line, error) from error
            except AssertionError as error:
                raise await self._interrupted(line) from error
            finally:
                line.used = time.monotonic()
                await self._settled(line)

    async def _awake(self, line: _Line) -> AsyncConnection:
        """Return the line's connection; one that ended while nobody used it is made anew."""
        if line.connection is not None and time.monotonic() - line.used > FRESH_S:
            try:
                await line.connection.execute("SELECT 1")
            except _LOST:
                await self._drop(line)
        if line.connection is None:
            line.connection = await self._connected()
        return line.connection

    async def _connected(self) -> AsyncConnection:
        connection = await AsyncConnection.connect(autocommit=True, **self._given)
        try:
            await schema.enter(connection)
            await register_vector_async(connection)
            text.register(connection)
        except BaseException:
            await connection.close()
            raise
        return connection

    async def _interrupted(self, line: _Line) -> BaseException:
        """Return what psycopg hid: a pipeline that is interrupted may fail by its own assertion instead."""
        await self._drop(line)
        task = asyncio.current_task()
        if task and task.cancelling():
            return asyncio.CancelledError()
        return Unavailable("The memory's server is too slow.", fix="Ask again.")

    async def _refusal(self, line: _Line, error: Exception) -> HubError:
        """Return what is told of ``error``: never its words, which may hold what somebody said."""
        state = getattr(error, "sqlstate", None) or type(error).__name__
        if isinstance(error, psycopg.errors.CharacterNotInRepertoire | UnicodeError):
            return HubError("This text is broken.", fix="Send text that is valid UTF-8.")
        if not isinstance(error, _LOST):
            log.error("memory.refused", state=state)
            return Unavailable(
                f"The memory's server refused what I asked ({state}).", fix="Look into the server's log."
            )
        await self._drop(line)
        if not isinstance(error, psycopg.errors.LockNotAvailable | psycopg.errors.QueryCanceled):
            self._lost(error)
        return self.trouble or Unavailable("The memory's server is too slow.", fix="Ask again.")

    def _lost(self, error: Exception) -> None:
        """Note that the server is away, and begin to knock."""
        self.trouble = told(error, self.name)
        log.warning("memory.server_away", server=self.name, reason=str(self.trouble))
        self._knock()

    def _knock(self) -> None:
        if self._knocking is None or self._knocking.done():
            self._knocking = asyncio.create_task(self._knocks(), name="the memory's server")

    async def _knocks(self) -> None:
        """Try again, ever more seldom, until the server is there."""
        wait = FIRST_S
        while True:
            await asyncio.sleep(wait * random.uniform(0.8, 1.2))  # noqa: S311  hubs need not knock together
            if await self._reached():
                log.info("memory.server_back", server=self.name)
                return
            wait = min(2 * wait, LAST_S)

    async def _reached(self) -> bool:
        """Connect anew and look at the schema; say whether all is well."""
        async with self._writer.lock:
            await self._drop(self._writer)
            try:
                async with asyncio.timeout(WRITE_S):
                    connection = await AsyncConnection.connect(autocommit=True, **self._given)
                    try:
                        await schema.prepare(connection)
                        self.encrypted = bool(connection.pgconn.ssl_in_use)
                    finally:
                        await connection.close()
                    self._writer.connection = await self._connected()
                    self._writer.used = time.monotonic()
            except (psycopg.Error, TimeoutError, OSError, HubError) as error:
                self.trouble = told(error, self.name)
                return False
        self.trouble = None
        return True

    async def _settled(self, line: _Line) -> None:
        """Drop a connection that was left in the middle of something."""
        connection = line.connection
        if connection and connection.info.transaction_status != TransactionStatus.IDLE:
            await self._drop(line)

    async def _drop(self, line: _Line) -> None:
        connection, line.connection = line.connection, None
        if connection is not None:
            with suppress(Exception):
                await connection.close()


def told(error: Exception, name: str) -> Unavailable:
    """Return why the server cannot be used, and what to do, in words that hold no secret."""
    if isinstance(error, Unavailable):
        return error
    if isinstance(error, HubError):
        return Unavailable(str(error), fix=error.fix)
    text_, state = str(error), getattr(error, "sqlstate", None) or ""
    if state.startswith("28") or "authentication" in text_ or "no password" in text_:
        why, fix = "does not let me in", "Check the user and the password of its address."
    elif state == "3D000" or "does not exist" in text_:
        why, fix = "lacks that database or user", "Create it, and give it to the hub's user."
    elif state == "42501":
        why, fix = "forbids me to make my tables", "Let the hub's user create in its database."
    elif state in {"0A000", "58P01", "42704"}:
        why, fix = "has no pgvector of 0.7 or later", "Install pgvector there; then I go on by myself."
    elif "SSL" in text_ or "certificate" in text_:
        why, fix = "speaks no TLS that I trust", "Set TLS up there, or sslmode in its address."
    else:
        why, fix = "is away", "Start it, or mend its address; I try again by myself."
    return Unavailable(f"The memory's server on {name} {why}.", fix=fix)
