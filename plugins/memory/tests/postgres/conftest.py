"""A real server for these tests, and memories in databases of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from hub_memory.postgres.memory import PostgresMemory
from hub_memory.postgres.server import Server

from .cluster import Cluster

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator


@pytest.fixture(scope="session")
def cluster() -> Iterator[Any]:
    one = Cluster()
    try:
        one.start()
        yield one
    finally:
        one.destroy()


@pytest.fixture
async def memories(cluster: Cluster) -> AsyncIterator[Callable[..., Any]]:
    """Make as many memories as are asked for, each in a database of its own or in that of ``address``."""
    made: list[PostgresMemory] = []

    async def make(address: str = "", password: str = "", **options: Any) -> PostgresMemory:
        made.append(PostgresMemory(Server(address or cluster.database(), password), **options))
        await made[-1].open()
        return made[-1]

    yield make
    for one in made:
        await one.close()


@pytest.fixture
async def memory(memories: Callable[..., Any]) -> PostgresMemory:
    return await memories()
