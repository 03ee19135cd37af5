"""Find entries by their words: full text (FTS5, Porter's stems) that is derived and can be made anew.

Who inserts rows adds them here, many at once; a trigger takes out what goes, in backups too. Where this
SQLite has no FTS5 everything else goes on without, and says so.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hub import Connection
    from hub_memory.store.where import Where

MODULE = "fts5"
ENOUGH = 0.8
"""The share of the rows that are wanted with which this leg is content."""

WORDS = 32
"""Words of a question that are looked for."""

SCORED = 8_000
"""Entries that are scored, those of the rarest words; 1,000 take 1 ms. A word that more have is common."""

MANY, FEW = 1_000, 10
"""Rows from which on it may be quicker to make the full text anew, if at most so many times as many stay."""

_STOP = (
    "a an and are as at be been but by can could did do does for from had has have he her his how i if in is"
    " it its me my no not of on or our out she should so than that the their them then there these they this"
    " to up was we were what when where which who why will with would you your"
)
STOP = frozenset(_STOP.split())
"""Words of a question that say nothing of what it is about."""

_OUT = "memory_words_out"
_TRIGGER = """CREATE TRIGGER IF NOT EXISTS memory_words_out AFTER DELETE ON memory BEGIN
    INSERT INTO memory_words (memory_words, rowid, text) VALUES ('delete', old.rid, old.text);
END"""
_THERE = "SELECT 1 FROM sqlite_master WHERE name = ?"


def prepare(db: Connection) -> str:
    """Make the full text if it is not there; return why there can be none, or ""."""
    try:
        if not db.execute(_THERE, ("memory_words",)).fetchone():
            _create(db)
        elif not db.execute(_THERE, (_OUT,)).fetchone():
            db.execute("INSERT INTO memory_words (memory_words) VALUES ('rebuild')")
        db.execute("SELECT rowid FROM memory_words LIMIT 1").fetchone()
    except Exception as error:  # the driver's own class is the hub's business
        if "no such module" not in str(error):
            raise
        db.execute(f"DROP TRIGGER IF EXISTS {_OUT}")  # it would fail every deletion
        return "This SQLite has no full text (FTS5)."
    db.execute(_TRIGGER)
    return ""


def add(db: Connection, first: int, last: int) -> None:
    """Take in the rows from ``first`` to ``last``: one statement, for FTS5 writes after each of a trigger."""
    if db.execute(_THERE, (_OUT,)).fetchone():
        db.execute(
            "INSERT INTO memory_words (rowid, text) SELECT rid, text FROM memory WHERE rid BETWEEN ? AND ?",
            (first, last),
        )


def left_out(db: Connection, rows: int) -> bool:
    """Leave ``rows`` that are to be deleted in the full text until `renew`, where that is quicker; say so.

    Out of a large piece FTS5 takes each row by itself: 20,000 of 40,000 in 25 s, all made anew in one.
    """
    if rows < MANY or not db.execute(_THERE, (_OUT,)).fetchone():
        return False
    if db.execute("SELECT count(*) FROM memory").fetchone()[0] > FEW * rows:
        return False
    db.execute(f"DROP TRIGGER {_OUT}")
    return True


def renew(db: Connection) -> None:
    """Make the full text anew from what is there, after `left_out`."""
    db.execute("INSERT INTO memory_words (memory_words) VALUES ('rebuild')")
    db.execute(_TRIGGER)


def search(db: Connection, question: str, mask: Where, most: int) -> dict[int, float]:
    """Return the best ``most`` rows that ``mask`` lets through, each with its share (0 to 1) of the best.

    The best are read without the mask first: when enough of them pass it they are what it would have chosen.
    """
    match = _match(db, asked(question))
    if not match:
        return {}
    rows = _unmasked(db, match, mask, most)
    if rows is None:
        rows = db.execute(
            f"""SELECT memory_words.rowid, -bm25(memory_words) FROM memory_words
                JOIN memory ON memory.rid = memory_words.rowid
                WHERE memory_words MATCH ? AND {mask.sql} ORDER BY 2 DESC LIMIT {most}""",  # noqa: S608  our own conditions
            (match, *mask.args),
        ).fetchall()
    top = max((score for _, score in rows), default=0.0) or 1.0
    return {rid: max(score / top, 0.0) for rid, score in rows}


def _match(db: Connection, words: Sequence[str]) -> str:
    """Return what matches any of the rarer ``words``; when all are common, what has all of them; "" for none.

    What few have tells more of what is asked, and what many have takes longer to score than all the rest.
    """
    if (db.execute("SELECT max(rid) FROM memory").fetchone()[0] or 0) <= SCORED:
        return " OR ".join(f'"{word}"' for word in words)
    counts = {word: _count(db, word) for word in words}
    rare, total = list[str](), 0
    for word in sorted(words, key=counts.__getitem__):
        total += counts[word]
        if total <= SCORED:
            rare.append(word)
    return " OR ".join(f'"{word}"' for word in rare) or " AND ".join(f'"{word}"' for word in words)


def _count(db: Connection, word: str) -> int:
    """Return how many entries have ``word``; of one above `SCORED` no more than that it is."""
    sql = "SELECT count(*) FROM (SELECT 1 FROM memory_words WHERE memory_words MATCH ? LIMIT ?)"
    count: int = db.execute(sql, (f'"{word}"', SCORED + 1)).fetchone()[0]
    return count


def _unmasked(db: Connection, match: str, mask: Where, most: int) -> list[tuple[int, float]] | None:
    """Return the best that pass the mask out of the best of all; None if these may not be all of them."""
    best = db.execute(
        "SELECT rowid, -rank FROM memory_words WHERE memory_words MATCH ? ORDER BY rank LIMIT ?",
        (match, 2 * most),
    ).fetchall()
    passed = list[tuple[int, float]]()
    for at in range(0, len(best), most):  # most pass it as a rule, so half of them is read seldom
        some = best[at : at + most]
        passing = _passing(db, [rid for rid, _ in some], mask)
        passed += [row for row in some if row[0] in passing]
        if len(passed) >= ENOUGH * most:
            return passed
    return passed if len(best) < 2 * most else None


def _passing(db: Connection, rids: Sequence[int], mask: Where) -> set[int]:
    sql = f"SELECT rid FROM memory WHERE rid IN (SELECT value FROM json_each(?)) AND {mask.sql}"  # noqa: S608  our own conditions
    return {rid for (rid,) in db.execute(sql, (json.dumps(rids), *mask.args))}


def asked(question: str) -> list[str]:
    """Return the words of a question that are worth looking for, each once."""
    found = list(dict.fromkeys(re.findall(r"\w+", question.casefold())))
    return ([word for word in found if word not in STOP] or found)[:WORDS]


def all_of(topic: str) -> str:
    """Return what matches only entries that have every word of ``topic``; "" when it has none."""
    return " AND ".join(f'"{word}"' for word in re.findall(r"\w+", topic.casefold()))


def _create(db: Connection) -> None:
    db.execute(
        f"CREATE VIRTUAL TABLE memory_words USING {MODULE}(text, content='memory', content_rowid='rid',"
        " tokenize='porter unicode61 remove_diacritics 2')"
    )
    db.execute("INSERT INTO memory_words (memory_words, rank) VALUES ('secure-delete', 1)")
    db.execute("INSERT INTO memory_words (memory_words) VALUES ('rebuild')")
