"""Choose where the memory lies: in a file of this hub, or in the PostgreSQL server that is named."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from hub import HubError
from hub_memory.life.house import Housekeeping, Limits
from hub_memory.memory import SqliteMemory
from hub_memory.store.keeping import Upkeep
from hub_memory.store.schema import MIGRATIONS

if TYPE_CHECKING:
    from hub import Hub


@dataclass(frozen=True, slots=True)
class Stored:
    """A memory that is not yet open, its upkeep and its housekeeping.

    Those of a server answer all that those of a file do, and refuse what only a file can.
    """

    memory: SqliteMemory
    upkeep: Upkeep
    housekeeping: Housekeeping


def stored(hub: Hub, settings: dict[str, Any]) -> Stored:
    """Return the memory that the ``settings`` of the manifest name.

    Raises `HubError` when a server is named that cannot be used: the file never stands in for it.
    """
    if settings.get("server"):
        return _served(hub, settings)
    database = hub.database("memory.db", MIGRATIONS)
    memory = SqliteMemory(database)
    return Stored(memory, Upkeep(database), Housekeeping(hub, database, memory, Limits.of(settings)))


def _served(hub: Hub, settings: dict[str, Any]) -> Stored:
    try:
        from hub_memory.postgres import house, memory, server, upkeep  # noqa: PLC0415  an extra
    except ImportError as error:
        raise HubError(
            "What speaks with PostgreSQL is not installed.",
            fix="Run: hub plugins install 'timmy-hub-memory[postgres]'",
        ) from error
    password = settings.get("server_password")
    there = server.Server(settings["server"], password.get_secret_value() if password else "")
    kept = memory.PostgresMemory(there)
    housekeeping = house.Housekeeping(hub, kept, Limits.of(settings))
    return Stored(cast("Any", kept), cast("Any", upkeep.Upkeep(there)), cast("Any", housekeeping))
