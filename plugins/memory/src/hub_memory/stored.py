"""Choose where the memory lies: in a file of this hub, or in the PostgreSQL server that is named."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hub import HubError
from hub_memory.memory import SqliteMemory
from hub_memory.store.keeping import Upkeep
from hub_memory.store.schema import MIGRATIONS

if TYPE_CHECKING:
    from hub import Hub
    from hub_memory.postgres.memory import PostgresMemory
    from hub_memory.postgres.upkeep import Upkeep as ServerUpkeep

    Stored = SqliteMemory | PostgresMemory


def stored(hub: Hub, settings: dict[str, Any]) -> tuple[Stored, Upkeep | ServerUpkeep]:
    """Return the memory, not yet open, and its upkeep.

    Raises `HubError` when a server is named that cannot be used: the file never stands in for it.
    """
    if not settings.get("server"):
        database = hub.database("memory.db", MIGRATIONS)
        return SqliteMemory(database), Upkeep(database)
    try:
        from hub_memory.postgres import memory, server, upkeep  # noqa: PLC0415  an extra
    except ImportError as error:
        raise HubError(
            "What speaks with PostgreSQL is not installed.",
            fix="Run: hub plugins install 'timmy-hub-memory[postgres]'",
        ) from error
    password = settings.get("server_password")
    there = server.Server(settings["server"], password.get_secret_value() if password else "")
    return memory.PostgresMemory(there), upkeep.Upkeep(there)
