"""The migrations of memory.db, numbered by their place; a step is never changed once it has shipped.

``revision`` counts every change of a row over the whole file. A row's ``rid`` is the revision at which its
content came, so it is never used twice; whoever keeps rows in RAM asks for what is newer than the last
revision seen, and ``gone`` names the rows to drop. Full text is derived: `hub_memory.store.words` makes it.
"""

from __future__ import annotations

MEMORY = """
    CREATE TABLE state (
        one INTEGER PRIMARY KEY CHECK (one = 1), node TEXT NOT NULL,
        clock INTEGER NOT NULL, revision INTEGER NOT NULL
    );
    INSERT INTO state VALUES (1, lower(hex(randomblob(6))), 0, 0);
    CREATE TABLE memory (
        rid INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE CHECK (length(id) = 16), revision INTEGER NOT NULL,
        namespace TEXT NOT NULL,
        kind TEXT NOT NULL CHECK (kind IN ('working', 'episodic', 'fact', 'procedure', 'summary')),
        origin TEXT NOT NULL, trust INTEGER NOT NULL, session TEXT NOT NULL, sequence INTEGER NOT NULL,
        created REAL NOT NULL, valid_from REAL NOT NULL, valid_until REAL NOT NULL, expires REAL NOT NULL,
        superseded_by BLOB, importance REAL NOT NULL, pinned INTEGER NOT NULL, quarantined INTEGER NOT NULL,
        language TEXT NOT NULL, recalled INTEGER NOT NULL DEFAULT 0, last_recalled REAL NOT NULL DEFAULT 0,
        content_clock INTEGER NOT NULL, content_node TEXT NOT NULL,
        flags_clock INTEGER NOT NULL, flags_node TEXT NOT NULL,
        text_hash BLOB NOT NULL, text TEXT NOT NULL
    );
    CREATE INDEX memory_hash ON memory (text_hash);
    CREATE INDEX memory_revision ON memory (revision);
    CREATE INDEX memory_talk ON memory (session, sequence) WHERE session != '';
    CREATE INDEX memory_expiry ON memory (expires) WHERE expires > 0;
    CREATE INDEX memory_older ON memory (superseded_by) WHERE superseded_by IS NOT NULL;
    CREATE TABLE vector (
        rid INTEGER NOT NULL REFERENCES memory ON DELETE CASCADE, model TEXT NOT NULL, vec BLOB NOT NULL,
        PRIMARY KEY (rid, model)
    ) WITHOUT ROWID;
    CREATE TABLE tag (
        rid INTEGER NOT NULL REFERENCES memory ON DELETE CASCADE, tag TEXT NOT NULL, PRIMARY KEY (rid, tag)
    ) WITHOUT ROWID;
    CREATE TABLE source (
        rid INTEGER NOT NULL REFERENCES memory ON DELETE CASCADE, source_id BLOB NOT NULL,
        PRIMARY KEY (rid, source_id)
    ) WITHOUT ROWID;
    CREATE INDEX source_of ON source (source_id);
    CREATE TABLE gone (
        revision INTEGER PRIMARY KEY, rid INTEGER NOT NULL, id BLOB UNIQUE,
        clock INTEGER NOT NULL, node TEXT NOT NULL
    );
    CREATE TABLE waiting (
        id BLOB NOT NULL, part TEXT NOT NULL CHECK (part IN ('content', 'flags', 'gone')),
        clock INTEGER NOT NULL, node TEXT NOT NULL, fields TEXT NOT NULL,
        PRIMARY KEY (id, part, clock, node)
    ) WITHOUT ROWID;
"""
"""``gone.id`` is null where only the row went: another device's content took its place.

``waiting``: changes of other devices that cannot be taken yet: of a clock that runs ahead, or to what has
not come (`hub_memory.store.merge`).
"""

SYNC = """
    CREATE TABLE sync_peer (
        place TEXT NOT NULL, peer TEXT NOT NULL, cursor TEXT NOT NULL DEFAULT '',
        scope TEXT NOT NULL DEFAULT '', swept INTEGER NOT NULL DEFAULT 0, at REAL NOT NULL DEFAULT 0,
        sent INTEGER NOT NULL DEFAULT 0, received INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (place, peer)
    ) WITHOUT ROWID;
    CREATE TABLE sync_conflict (
        number INTEGER PRIMARY KEY AUTOINCREMENT, id BLOB NOT NULL, at REAL NOT NULL, node TEXT NOT NULL
    );
"""
"""How far this device is with others (`hub_memory.sync.ledger`); the peer "" is the place itself."""

LISTS = """
    CREATE INDEX memory_list ON memory (namespace, kind, id)
        WHERE origin != 'document' AND superseded_by IS NULL;
    CREATE INDEX memory_parts ON memory (namespace, id) WHERE origin = 'document' AND superseded_by IS NULL;
    CREATE INDEX memory_pinned ON memory (namespace, id) WHERE pinned = 1;
    CREATE INDEX memory_waiting ON memory (namespace, id) WHERE quarantined = 1;
"""
"""What `hub_memory.store.shelf` lists by: of each row one of the first two, and seldom another."""

NAMES = "ALTER TABLE sync_peer ADD COLUMN name TEXT NOT NULL DEFAULT '';"
"""What each device says that it is called."""

MIGRATIONS: tuple[str, ...] = (MEMORY, SYNC, LISTS, NAMES)
