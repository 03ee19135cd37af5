"""The tables in the server: migrations numbered by their place; a step is never changed once it has shipped.

All is in the schema ``hub_memory`` of the database. ``revision`` and ``rid`` are what they are in memory.db
(`hub_memory.store.schema`); tags and sources lie in the row, and the full text is kept by the hub:
``words`` holds an entry's stems, ``stem`` in how many entries each is, so that rare ones count more.
"""

from __future__ import annotations

from secrets import token_hex
from typing import TYPE_CHECKING, Any

from psycopg.errors import InsufficientPrivilege

from hub import HubError

if TYPE_CHECKING:
    from psycopg import AsyncConnection, AsyncCursor

Row = tuple[Any, ...]

NAME = "hub_memory"
LOCK = 0x6875_626D_656D
"""The advisory lock of who migrates: hubs may start at once."""

OLDEST = (0, 7)
"""The first pgvector with halfvec."""

MEMORY = """
    CREATE TEXT SEARCH DICTIONARY stems (TEMPLATE = snowball, LANGUAGE = english);
    CREATE TEXT SEARCH CONFIGURATION stems (COPY = simple);
    ALTER TEXT SEARCH CONFIGURATION stems
        ALTER MAPPING FOR asciiword, word, numword, asciihword, hword, numhword WITH stems;
    CREATE TABLE state (
        one boolean PRIMARY KEY CHECK (one), node text NOT NULL, clock bigint NOT NULL,
        revision bigint NOT NULL, rewrite boolean NOT NULL, entries bigint NOT NULL, said bigint NOT NULL
    );
    CREATE TABLE memory (
        rid bigint PRIMARY KEY, id bytea NOT NULL UNIQUE CHECK (length(id) = 16), revision bigint NOT NULL,
        namespace text COLLATE "C" NOT NULL,
        kind text COLLATE "C" NOT NULL
            CHECK (kind IN ('working', 'episodic', 'fact', 'procedure', 'summary')),
        origin text COLLATE "C" NOT NULL, trust smallint NOT NULL, session text COLLATE "C" NOT NULL,
        sequence bigint NOT NULL, created float8 NOT NULL, valid_from float8 NOT NULL,
        valid_until float8 NOT NULL, expires float8 NOT NULL, superseded_by bytea, importance float8 NOT NULL,
        pinned boolean NOT NULL, quarantined boolean NOT NULL, language text COLLATE "C" NOT NULL,
        recalled bigint NOT NULL DEFAULT 0, last_recalled float8 NOT NULL DEFAULT 0,
        content_clock bigint NOT NULL, content_node text COLLATE "C" NOT NULL,
        flags_clock bigint NOT NULL, flags_node text COLLATE "C" NOT NULL,
        text_hash bytea NOT NULL, text text COLLATE "C" NOT NULL,
        tags text[] COLLATE "C" NOT NULL, sources bytea[] NOT NULL,
        words tsvector NOT NULL, size integer NOT NULL
    );
    CREATE INDEX memory_namespace ON memory (namespace, id);
    CREATE INDEX memory_hash ON memory (text_hash);
    CREATE INDEX memory_revision ON memory (revision);
    CREATE INDEX memory_talk ON memory (session, sequence) WHERE session <> '';
    CREATE INDEX memory_expiry ON memory (expires) WHERE expires > 0;
    CREATE INDEX memory_older ON memory (superseded_by) WHERE superseded_by IS NOT NULL;
    CREATE INDEX memory_sources ON memory USING gin (sources) WHERE sources <> '{}';
    CREATE INDEX memory_words ON memory USING gin (words) WITH (fastupdate = off);
    CREATE TABLE stem (lexeme text COLLATE "C" PRIMARY KEY, entries bigint NOT NULL);
    CREATE TABLE vector (
        rid bigint NOT NULL REFERENCES memory ON DELETE CASCADE, model text COLLATE "C" NOT NULL,
        vec halfvec, PRIMARY KEY (model, rid)
    );
    CREATE INDEX vector_rid ON vector (rid);
    ALTER TABLE vector ALTER COLUMN vec SET STORAGE PLAIN;
    CREATE TABLE gone (
        revision bigint PRIMARY KEY, rid bigint NOT NULL, id bytea UNIQUE, clock bigint NOT NULL,
        node text COLLATE "C" NOT NULL
    );
    CREATE TABLE waiting (
        id bytea NOT NULL, part text NOT NULL CHECK (part IN ('content', 'flags', 'gone')),
        clock bigint NOT NULL, node text COLLATE "C" NOT NULL, fields text NOT NULL,
        PRIMARY KEY (id, part, clock, node)
    );
    ALTER TABLE memory ALTER text SET STATISTICS 0, ALTER words SET STATISTICS 0, ALTER tags SET STATISTICS 0;
    ALTER TABLE stem ALTER lexeme SET STATISTICS 0;
    ALTER TABLE waiting ALTER fields SET STATISTICS 0;
"""
"""``state.entries`` and ``state.said``: how many entries have full text, and of how many words in all;
``rewrite``: rows went, and the files are still to be rewritten. ``vector.vec``: null for a text without a
known word. The server keeps no statistics of words: they would outlive what was forgotten.
"""

MIGRATIONS: tuple[str, ...] = (MEMORY,)


async def prepare(connection: AsyncConnection) -> None:
    """Make the tables, or bring them up to date; raise `HubError` for those of a newer hub."""
    async with connection.transaction():
        await connection.execute("SELECT pg_advisory_xact_lock(%s)", (LOCK,))
        await _extend(connection)
        await connection.execute(f"CREATE SCHEMA IF NOT EXISTS {NAME}")
        await enter(connection)
        await connection.execute("CREATE TABLE IF NOT EXISTS version (step integer PRIMARY KEY)")
        cursor = await connection.execute("SELECT coalesce(max(step), 0) FROM version")
        done = (await one(cursor))[0]
        if done > len(MIGRATIONS):
            raise HubError(
                "A newer hub has changed the memory's tables.", fix="Update this hub, then restart it."
            )
        for step, migration in enumerate(MIGRATIONS[done:], done + 1):
            await connection.execute(migration.encode())
            await connection.execute("INSERT INTO version VALUES (%s)", (step,))
        await connection.execute(
            "INSERT INTO state VALUES (true, %s, 0, 0, false, 0, 0) ON CONFLICT DO NOTHING", (token_hex(6),)
        )


async def enter(connection: AsyncConnection) -> None:
    """Let a connection see the tables, and pgvector wherever it was installed."""
    cursor = await connection.execute(
        "SELECT nspname FROM pg_extension JOIN pg_namespace ON pg_namespace.oid = extnamespace"
        " WHERE extname = 'vector'"
    )
    found = await cursor.fetchone()
    path = f'{NAME}, "{found[0]}"' if found else NAME
    await connection.execute("SELECT set_config('search_path', %s, false)", (path,))


async def versions(connection: AsyncConnection) -> str:
    """Return what answers: "PostgreSQL 18.3 + pgvector 0.8.2"."""
    cursor = await connection.execute(
        "SELECT current_setting('server_version'), extversion FROM pg_extension WHERE extname = 'vector'"
    )
    server, extension = await one(cursor)
    return f"PostgreSQL {server.split()[0]} + pgvector {extension}"


async def _extend(connection: AsyncConnection) -> None:
    try:
        await connection.execute("CREATE EXTENSION IF NOT EXISTS vector")
    except InsufficientPrivilege as error:
        raise HubError(
            "The memory's server lets only its owner add pgvector.",
            fix="Run there, as its superuser, in my database: CREATE EXTENSION vector.",
        ) from error
    cursor = await connection.execute("SELECT extversion FROM pg_extension WHERE extname = 'vector'")
    version = (await one(cursor))[0]
    if tuple(int(part) for part in version.split(".")[:2]) < OLDEST:
        raise HubError(
            f"The memory's server has pgvector {version}, which is too old.", fix="Update it to 0.7 or later."
        )


async def one(cursor: AsyncCursor[Row]) -> Row:
    """Return the one row that a statement must have."""
    row = await cursor.fetchone()
    if row is None:
        raise HubError("The memory's tables are damaged.", fix="Restore a backup of the database.")
    return row
