"""Keep what plugins have yet to forget, and which hooks each had when it last ran: rows of core.db.

A row of `forgetting` is there before a plugin is asked and goes when it has done it, so that neither a
crash nor a plugin that is not running loses a forgetting. Plugin ``*`` stands for all there are: whoever
deletes something in core.db adds it in the same transaction, and `hub.plugin.reach` shares it out.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import orjson

from hub.plugin.hookspecs import Selector

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

EVERYONE = "*"
_FIELDS = ("person", "talk", "topic", "before", "everything")
_COLUMNS = "plugin, selector, asked, tries, tried, reason, fix"


def written(selector: Selector) -> str:
    """Return a selector as its row keeps it: only what it says, always in the same order."""
    said = {name: getattr(selector, name) for name in _FIELDS}
    return orjson.dumps(
        {name: value for name, value in said.items() if value not in ("", None, False)}
    ).decode()


def read(text: str) -> Selector:
    """Return the selector of a row."""
    return Selector(**orjson.loads(text))


def names_something(selector: Selector) -> bool:
    """Say whether anything at all is selected."""
    return written(selector) != "{}"


def owe(db: Any, selector: Selector, plugins: Iterable[str] = (EVERYONE,)) -> None:
    """Note, in the transaction of ``db``, that ``plugins`` have yet to forget what is selected."""
    now, text = time.time(), written(selector)
    for plugin in plugins:
        if selector == Selector(before=selector.before):  # a later moment takes the earlier one's place
            _drop_earlier(db, plugin, selector.before or 0.0)
        db.execute(
            "INSERT OR IGNORE INTO forgetting (plugin, selector, asked) VALUES (?, ?, ?)",
            (plugin, text, now),
        )


def share(db: Any, selector: Selector, plugins: Sequence[str]) -> None:
    """Put ``plugins`` in the place of all who were to forget what is selected."""
    owe(db, selector, plugins)
    db.execute("DELETE FROM forgetting WHERE plugin = ? AND selector = ?", (EVERYONE, written(selector)))


def settle(db: Any, selector: Selector, done: Iterable[str], failed: Mapping[str, tuple[str, str]]) -> None:
    """Take off the list those who are ``done``; note the reason and the fix of those who ``failed``."""
    text = written(selector)
    db.executemany(
        "DELETE FROM forgetting WHERE plugin = ? AND selector = ?", [(plugin, text) for plugin in done]
    )
    db.executemany(
        "UPDATE forgetting SET tries = tries + 1, tried = ?, reason = ?, fix = ?"
        " WHERE plugin = ? AND selector = ?",
        [(time.time(), reason, fix, plugin, text) for plugin, (reason, fix) in failed.items()],
    )


def rows(db: Any) -> list[tuple[Any, ...]]:
    """Return all rows, the longest owed first: plugin, selector, asked, tries, tried, reason, fix."""
    return list(db.execute(f"SELECT {_COLUMNS} FROM forgetting ORDER BY asked, selector").fetchall())  # noqa: S608  ours


def hooks(db: Any) -> dict[str, frozenset[str]]:
    """Return the hooks that each plugin had when it last ran, by its name."""
    found: dict[str, set[str]] = {}
    for plugin, hook in db.execute("SELECT plugin, hook FROM plugin_hook").fetchall():
        found.setdefault(plugin, set()).add(hook)
    return {plugin: frozenset(names - {""}) for plugin, names in found.items()}


def remember(db: Any, plugin: str, names: Iterable[str]) -> None:
    """Note the hooks of a plugin that runs; "" says that it ran, whatever it has."""
    db.execute("DELETE FROM plugin_hook WHERE plugin = ?", (plugin,))
    db.executemany(
        "INSERT INTO plugin_hook (plugin, hook) VALUES (?, ?)", [(plugin, name) for name in ("", *names)]
    )


def release(db: Any, plugin: str) -> None:
    """Forget that a plugin ever was: it is gone for good, and its data with it."""
    db.execute("DELETE FROM plugin_hook WHERE plugin = ?", (plugin,))
    db.execute("DELETE FROM forgetting WHERE plugin = ?", (plugin,))


def _drop_earlier(db: Any, plugin: str, before: float) -> None:
    for (text,) in db.execute("SELECT selector FROM forgetting WHERE plugin = ?", (plugin,)).fetchall():
        known = read(text)
        if known == Selector(before=known.before) and known.before is not None and known.before < before:
            db.execute("DELETE FROM forgetting WHERE plugin = ? AND selector = ?", (plugin, text))
