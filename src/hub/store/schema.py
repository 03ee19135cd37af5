"""The migrations of core.db, numbered by their place; a step is never changed once it has shipped."""

from __future__ import annotations

PEOPLE = """
    ALTER TABLE conversation ADD COLUMN person TEXT NOT NULL DEFAULT '';
    UPDATE conversation SET person = coalesce((SELECT id FROM person WHERE role = 'owner'), '');
    CREATE INDEX conversation_of ON conversation (person, touched);
    CREATE TABLE device (
        id TEXT PRIMARY KEY, name TEXT NOT NULL, kind TEXT NOT NULL CHECK (kind IN ('personal', 'shared')),
        person TEXT NOT NULL REFERENCES person ON DELETE CASCADE, created REAL NOT NULL
    ) WITHOUT ROWID;
    ALTER TABLE session ADD COLUMN device TEXT REFERENCES device ON DELETE CASCADE;
    CREATE TABLE pairing (
        code_hash BLOB PRIMARY KEY, person TEXT NOT NULL REFERENCES person ON DELETE CASCADE,
        kind TEXT NOT NULL, name TEXT NOT NULL, expires REAL NOT NULL
    ) WITHOUT ROWID;
    CREATE TABLE invite (
        code_hash BLOB PRIMARY KEY, id TEXT NOT NULL UNIQUE, name TEXT NOT NULL,
        role TEXT NOT NULL CHECK (role IN ('member', 'guest')),
        whom TEXT REFERENCES person ON DELETE CASCADE,
        maker TEXT NOT NULL REFERENCES person ON DELETE CASCADE,
        created REAL NOT NULL, expires REAL NOT NULL
    ) WITHOUT ROWID;
"""

JOBS = """
    CREATE TABLE job (
        id TEXT PRIMARY KEY, kind TEXT NOT NULL, title TEXT NOT NULL,
        state TEXT NOT NULL CHECK (state IN ('waiting', 'running', 'done', 'failed', 'cancelled')),
        created REAL NOT NULL, changed REAL NOT NULL, due REAL, elapsed REAL, boot TEXT NOT NULL,
        rule TEXT NOT NULL, start TEXT, args TEXT NOT NULL, checkpoint TEXT NOT NULL,
        done REAL NOT NULL, total REAL NOT NULL, note TEXT NOT NULL,
        attempts INTEGER NOT NULL, reason TEXT NOT NULL, fix TEXT NOT NULL
    );
    CREATE INDEX job_in ON job (state, changed);
    CREATE TABLE ring (
        job TEXT NOT NULL, due REAL NOT NULL, kind TEXT NOT NULL, title TEXT NOT NULL,
        rang REAL NOT NULL, ended REAL, how TEXT NOT NULL, PRIMARY KEY (job, due)
    ) WITHOUT ROWID;
    CREATE INDEX ring_at ON ring (rang);
"""

SECRETS = """
    CREATE TABLE secret (name TEXT PRIMARY KEY, value TEXT NOT NULL, set_at REAL NOT NULL) WITHOUT ROWID;
"""

TALKS = """
    ALTER TABLE conversation ADD COLUMN named INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE conversation ADD COLUMN deleted REAL;
    CREATE TABLE search_key (id INTEGER PRIMARY KEY CHECK (id = 1), wrapped BLOB NOT NULL);
"""

FORGETTING = """
    CREATE TABLE forgetting (
        plugin TEXT NOT NULL, selector TEXT NOT NULL, asked REAL NOT NULL,
        tries INTEGER NOT NULL DEFAULT 0, tried REAL NOT NULL DEFAULT 0,
        reason TEXT NOT NULL DEFAULT '', fix TEXT NOT NULL DEFAULT '', PRIMARY KEY (plugin, selector)
    ) WITHOUT ROWID;
    CREATE TABLE plugin_hook (
        plugin TEXT NOT NULL, hook TEXT NOT NULL, PRIMARY KEY (plugin, hook)
    ) WITHOUT ROWID;
"""
"""What plugins have yet to forget, and which hooks each had when it last ran (`hub.store.owed`)."""

APPROVALS = """
    CREATE TABLE approval (
        id TEXT PRIMARY KEY, digest TEXT NOT NULL CHECK (length(digest) = 64),
        tool TEXT NOT NULL, owner TEXT NOT NULL, version TEXT NOT NULL,
        risk TEXT NOT NULL CHECK (risk IN ('read', 'write', 'danger')),
        about TEXT NOT NULL, arguments TEXT NOT NULL, person TEXT NOT NULL, talk TEXT NOT NULL,
        plugin TEXT NOT NULL, asked REAL NOT NULL, expires REAL NOT NULL,
        state TEXT NOT NULL CHECK (
            state IN ('waiting', 'running', 'done', 'failed', 'denied', 'expired', 'lost')
        ),
        decided REAL, decider TEXT NOT NULL, outcome TEXT NOT NULL, fix TEXT NOT NULL
    ) WITHOUT ROWID;
    CREATE INDEX approval_in ON approval (state, expires);
    CREATE INDEX approval_of ON approval (digest);
    CREATE TRIGGER approval_once BEFORE UPDATE ON approval WHEN
        (OLD.state = NEW.state AND OLD.state != 'waiting')
        OR OLD.state NOT IN ('waiting', 'running') OR NEW.state = 'waiting'
        OR (OLD.state = 'running' AND NEW.state NOT IN ('done', 'failed', 'lost'))
        OR (NEW.state IN ('done', 'failed', 'lost') AND OLD.state != 'running')
        OR OLD.id != NEW.id OR OLD.digest != NEW.digest OR OLD.tool != NEW.tool OR OLD.owner != NEW.owner
        OR OLD.arguments != NEW.arguments OR OLD.person != NEW.person OR OLD.expires != NEW.expires
    BEGIN SELECT RAISE(ABORT, 'an approval is answered once and never changed'); END;
    CREATE TABLE audit_outbox (
        serial INTEGER PRIMARY KEY AUTOINCREMENT, at REAL NOT NULL, what TEXT NOT NULL,
        approval TEXT NOT NULL, digest TEXT NOT NULL, tool TEXT NOT NULL, owner TEXT NOT NULL,
        risk TEXT NOT NULL, person TEXT NOT NULL, by TEXT NOT NULL, note TEXT NOT NULL
    );
    CREATE TRIGGER audit_stands BEFORE UPDATE ON audit_outbox
    BEGIN SELECT RAISE(ABORT, 'the audit is never changed'); END;
    CREATE TABLE note (
        id INTEGER PRIMARY KEY, person TEXT NOT NULL, at REAL NOT NULL, text TEXT NOT NULL
    );
    CREATE INDEX note_of ON note (person);
"""
"""The triggers hold whatever the code above them does: a grant that was used can not wait again."""

KEYS = """
    CREATE TABLE app_key (
        hash BLOB PRIMARY KEY, id TEXT NOT NULL UNIQUE, name TEXT NOT NULL,
        kind TEXT NOT NULL CHECK (kind IN ('personal', 'shared')),
        person TEXT NOT NULL REFERENCES person ON DELETE CASCADE, created REAL NOT NULL, seen REAL
    ) WITHOUT ROWID;
"""
"""The keys of apps (`hub.auth.keys`)."""

SPENDING = """
    CREATE TABLE spending (
        day TEXT NOT NULL, provider TEXT NOT NULL, model TEXT NOT NULL, person TEXT NOT NULL,
        purpose TEXT NOT NULL CHECK (purpose IN ('asked', 'speculative', 'hedged')),
        requests INTEGER NOT NULL DEFAULT 0, guessed INTEGER NOT NULL DEFAULT 0,
        prompt INTEGER NOT NULL DEFAULT 0, cached INTEGER NOT NULL DEFAULT 0,
        completion INTEGER NOT NULL DEFAULT 0, nano INTEGER NOT NULL DEFAULT 0,
        guessed_nano INTEGER NOT NULL DEFAULT 0, minutes INTEGER NOT NULL DEFAULT 0,
        paid_minutes INTEGER NOT NULL DEFAULT 0, seconds REAL NOT NULL DEFAULT 0,
        PRIMARY KEY (day, provider, model, person, purpose)
    ) WITHOUT ROWID;
    CREATE INDEX spending_of ON spending (person);
    CREATE TABLE spending_open (
        id INTEGER PRIMARY KEY, day TEXT NOT NULL, provider TEXT NOT NULL, model TEXT NOT NULL,
        person TEXT NOT NULL, purpose TEXT NOT NULL, nano INTEGER NOT NULL
    );
"""
"""What language models cost, and what is put aside for those that are asked (`hub.llm.money.spending`)."""

READ = "ALTER TABLE approval ADD COLUMN read TEXT NOT NULL DEFAULT '';"
"""What a language model had read before it asked for that (`hub.conversation.mediation.taint`)."""

PRIVACY = """
    CREATE TABLE privacy (
        person TEXT PRIMARY KEY REFERENCES person ON DELETE CASCADE,
        tier TEXT NOT NULL CHECK (tier IN ('local', 'redacted', 'full'))
    ) WITHOUT ROWID;
"""
"""How far people let their own words go (`hub.llm.private.tiers`)."""

PERSONAS = """
    CREATE TABLE persona (
        id TEXT PRIMARY KEY, name TEXT NOT NULL, prompt TEXT NOT NULL, voice TEXT NOT NULL,
        skills TEXT NOT NULL, greeting TEXT NOT NULL, created REAL NOT NULL, changed REAL NOT NULL
    ) WITHOUT ROWID;
    ALTER TABLE conversation ADD COLUMN persona TEXT NOT NULL DEFAULT '';
"""
"""Who the hub is in a talk (`hub.conversation.personas`)."""

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
    FORGETTING,
    APPROVALS,
    KEYS,
    SPENDING,
    READ,
    PRIVACY,
    PERSONAS,
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
    """
    ALTER TABLE turn ADD COLUMN replaced_by TEXT NOT NULL DEFAULT '';
    ALTER TABLE turn ADD COLUMN change INTEGER NOT NULL DEFAULT 0;
    UPDATE turn SET change = rowid;
    CREATE INDEX turn_changed ON turn (change);
    """,
    "ALTER TABLE turn ADD COLUMN read TEXT NOT NULL DEFAULT '';",
)
"""``change`` grows with every change of a row, so that whoever follows can read what is new."""

SEARCH: tuple[str, ...] = (
    """
    CREATE TABLE person (n INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE);
    CREATE TABLE day (name TEXT PRIMARY KEY, change INTEGER NOT NULL) WITHOUT ROWID;
    CREATE TABLE turn (
        place INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, talk TEXT NOT NULL, day TEXT NOT NULL
    );
    CREATE INDEX turn_of ON turn (talk);
    CREATE INDEX turn_on ON turn (day);
    CREATE VIRTUAL TABLE words USING fts5 (
        said, answered, tokenize = "unicode61 remove_diacritics 2", prefix = '2 3'
    );
    INSERT INTO words (words, rank) VALUES ('secure-delete', 1);
    """,
)
