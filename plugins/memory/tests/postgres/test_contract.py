"""The adapter over PostgreSQL keeps the contract of the port."""

from __future__ import annotations

from hub.testing import check_memory


async def test_it_keeps_the_contract(memories):
    await check_memory(memories)
