"""The migrations of core.db, numbered by their place; a step is never changed once it has shipped."""

from __future__ import annotations

PEOPLE = """
    ALTER TABLE conversation ADD COLUMN person TEXT NOT NULL DEFAULT '';
    UPDATE conversation SET person = coalesce((SELECT id FROM person WHERE role = 'owner'), '');
    CREATE INDEX conversation_of ON conversation (person, touched);
"""

JOBS = ""

SECRETS = """
    CREATE TABLE secret (name TEXT PRIMARY KEY, value TEXT NOT NULL, set_at REAL NOT NULL) WITHOUT ROWID;
"""

TALKS = ""

CORE: tuple[str, ...] = (
    """
    CREATE TABLE conversation (
        id TEXT PRIMARY KEY, title TEXT NOT NULL, created REAL NOT NULL, touched REAL NOT NULL
    );
    CREATE INDEX conversation_touched ON conversation (touched);
    CREATE TABLE transcript_key (day TEXT PRIMARY KEY, wrapped BLOB NOT NULL) WITHOUT ROWID;
    CREATE TABLE conversation_day (
        conversation TEXT NOT NULL, day TEXT NOT NULL, PRIMARY KEY (conversation, day)
    ) WITHOUT ROWID;
    CREATE TABLE person (
        id TEXT PRIMARY KEY, name TEXT NOT NULL,
        role TEXT NOT NULL CHECK (role IN ('owner', 'member', 'guest')), created REAL NOT NULL
    );
    CREATE UNIQUE INDEX one_owner ON person (role) WHERE role = 'owner';
    CREATE TABLE session (
        token_hash BLOB PRIMARY KEY, person TEXT NOT NULL REFERENCES person ON DELETE CASCADE,
        created REAL NOT NULL, seen REAL NOT NULL, agent TEXT NOT NULL
    ) WITHOUT ROWID;
    CREATE TABLE claim (code_hash BLOB PRIMARY KEY, created REAL NOT NULL) WITHOUT ROWID;
    CREATE TABLE setting (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
    """,
    PEOPLE + JOBS + SECRETS + TALKS,
)

TRANSCRIPT: tuple[str, ...] = (
    """
    CREATE TABLE turn (
        id TEXT PRIMARY KEY, conversation TEXT NOT NULL, at REAL NOT NULL, source TEXT NOT NULL,
        text TEXT NOT NULL, state TEXT NOT NULL, answer TEXT NOT NULL, provider TEXT NOT NULL,
        quality TEXT NOT NULL, seconds REAL NOT NULL
    );
    CREATE INDEX turn_of ON turn (conversation, at);
    """,
)
