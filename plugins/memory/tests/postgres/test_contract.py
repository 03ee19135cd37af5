"""The adapter over PostgreSQL keeps the contract of the port, there or away."""

from __future__ import annotations

from hub.testing import check_memory


async def test_it_keeps_the_contract(memories):
    await check_memory(memories)


async def test_a_server_that_is_not_there_is_absent_and_says_why(cluster, memories):
    await check_memory(lambda: memories(cluster.address("nowhere")), keeps=False)
