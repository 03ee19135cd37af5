"""Forget in core.db, or in an older copy of it, what approvals and notes tell of somebody or of a talk.

The audit stays: it says that something was decided, and never what.
"""

from __future__ import annotations

import json
import unicodedata
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


def erase(
    db: Any, *, person: str = "", talk: str = "", before: float | None = None, everything: bool = False,
    topics: tuple[str, ...] = (),
) -> int:  # fmt: skip
    """Delete what is selected in the transaction of ``db``; return how many approvals and notes that were.

    What waits is withdrawn by that. What is given must all hold; without anything given nothing is deleted.
    ``before``: Unix seconds. ``topics``: what says all words of one, whatever their case and accents.
    """
    if topics:
        return _about(db, topics, person, before)
    terms = {
        "person = :person": bool(person),
        "talk = :talk": bool(talk),
        "coalesce(decided, asked) < :before": before is not None,
    }
    where = " AND ".join(term for term, wanted in terms.items() if wanted)
    about = {"person": person, "talk": talk, "before": before}
    count = 0
    if everything or where:
        count += _delete(db, "approval", "TRUE" if everything else where, about)
    if everything or (person and not talk and before is None):  # a note is of nobody's talk, and has no end
        count += _delete(db, "note", "TRUE" if everything else "person = :person", about)
    return count


def _about(db: Any, topics: Sequence[str], person: str, before: float | None) -> int:
    """Delete the approvals and notes of ``person`` that say all words of one of ``topics``."""
    wanted, count = [words for words in map(_words, topics) if words], 0
    for table, column, texts, at in (
        ("approval", "id", "arguments, outcome, fix", "state != 'running' AND coalesce(decided, asked)"),
        ("note", "id", "text, '', ''", "at"),
    ):  # what runs has yet to be told how it ended
        if not _there(db, table):
            continue
        sql = f"SELECT {column}, {texts} FROM {table} WHERE person = ? AND {at} < ?"  # noqa: S608  ours
        rows = db.execute(sql, (person, float("inf") if before is None else before)).fetchall()
        said_by = [(row[0], _words(" ".join(_texts(row[1:])))) for row in rows]
        ids = [(id_,) for id_, said in said_by if any(words <= said for words in wanted)]
        db.executemany(f"DELETE FROM {table} WHERE {column} = ?", ids)  # noqa: S608  ours
        count += len(ids)
    return count


def _texts(columns: tuple[str, ...]) -> Iterator[str]:
    """Yield what columns say; of JSON each text, for an escape would hide where a word begins."""
    for column in columns:
        try:
            yield from _leaves(json.loads(column))
        except (ValueError, RecursionError):
            yield column


def _leaves(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield name
            yield from _leaves(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _leaves(inner)
    else:
        yield str(value)


def _words(text: str) -> set[str]:
    plain = unicodedata.normalize("NFKD", text).casefold()
    plain = "".join(sign for sign in plain if not unicodedata.combining(sign))
    return {*"".join(sign if sign.isalnum() else " " for sign in plain).split()}


def _there(db: Any, table: str) -> bool:
    """Return whether there is ``table``; not in a copy from before there was a gate."""
    sql = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?"
    return db.execute(sql, (table,)).fetchone() is not None


def _delete(db: Any, table: str, where: str, about: dict[str, Any]) -> int:
    if not _there(db, table):
        return 0
    return int(db.execute(f"DELETE FROM {table} WHERE {where}", about).rowcount)  # noqa: S608  ours
