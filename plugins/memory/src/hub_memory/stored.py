"""Choose where the memory lies: in a file of this hub, or in the PostgreSQL server that is named."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hub import HubError
from hub_memory.life.house import Housekeeping, Limits
from hub_memory.life.procedures import Procedures
from hub_memory.memory import READ_KIB, SqliteMemory
from hub_memory.store.keeping import Upkeep
from hub_memory.store.schema import MIGRATIONS
from hub_memory.sync.life import Syncing

if TYPE_CHECKING:
    from hub import Hub
    from hub_memory.postgres.house import Housekeeping as ServerHousekeeping
    from hub_memory.postgres.memory import PostgresMemory
    from hub_memory.postgres.upkeep import Upkeep as ServerUpkeep


@dataclass(frozen=True, slots=True)
class Stored:
    """The memory, not yet open, and who keeps it.

    ``sync`` and ``procedures``: None where hubs share one server, for each has tools of its own.
    """

    memory: SqliteMemory | PostgresMemory
    upkeep: Upkeep | ServerUpkeep
    house: Housekeeping | ServerHousekeeping
    sync: Syncing | None
    procedures: Procedures | None


def stored(hub: Hub, settings: dict[str, Any]) -> Stored:
    """Return what the ``settings`` name.

    Raises `HubError` when a server is named that cannot be used: the file never stands in for it.
    """
    limits = Limits.of(settings)
    if server := settings.get("server") or hub.settings.memory_service_url:
        return _server(hub, {**settings, "server": server}, limits)
    database = hub.database("memory.db", MIGRATIONS, cache_kib=READ_KIB)
    memory = SqliteMemory(database)
    house = Housekeeping(hub, database, memory, limits)
    sync, procedures = Syncing(hub, memory, database, settings), Procedures(hub, database, memory)
    return Stored(memory, Upkeep(database), house, sync, procedures)


def _server(hub: Hub, settings: dict[str, Any], limits: Limits) -> Stored:
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
    return Stored(kept, upkeep.Upkeep(there), house.Housekeeping(hub, kept, limits), None, None)
