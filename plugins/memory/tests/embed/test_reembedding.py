"""The job that embeds anew: all of it, once, whatever happens meanwhile."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np

from hub import Unavailable
from hub_memory.embed.reembedding import BATCH, KIND, Reembedding, Rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from plugins.memory.tests.embed.conftest import SmallHub


class Table:
    """Rows and their vectors by model, as the memory's file has them."""

    def __init__(self, count: int) -> None:
        self.texts = {rid: f"text {rid}" for rid in range(1, count + 1)}
        self.vectors: dict[str, dict[int, Any]] = {}
        self.batches = list[int]()
        self.keeps, self.shut_after = True, 0
        self.gate = asyncio.Event()
        self.gate.set()

    @property
    def rows(self) -> Rows:
        return Rows(self.lacking, self.keep, self.left)

    def _todo(self, model: str) -> list[int]:
        return [rid for rid in self.texts if rid not in self.vectors.get(model, {})]

    async def lacking(self, model: str, limit: int) -> Sequence[tuple[int, str]]:
        return [(rid, self.texts[rid]) for rid in self._todo(model)[:limit]]

    async def keep(self, model: str, rids: Sequence[int], vectors: np.ndarray) -> None:
        await self.gate.wait()
        self.batches.append(len(rids))
        if len(self.batches) == self.shut_after:
            self.gate.clear()
        if self.keeps:
            alive = ((rid, one) for rid, one in zip(rids, vectors, strict=True) if rid in self.texts)
            self.vectors.setdefault(model, {}).update(alive)

    async def left(self, model: str) -> int:
        return len(self._todo(model))


class Two:
    """Two embedders: ``new`` is chosen; it can be away."""

    def __init__(self) -> None:
        self.chosen, self.away = "new", False

    def by_model(self, model: str) -> Any:
        async def embed(texts: Sequence[str], *, query: bool = False) -> np.ndarray:
            if self.away:
                raise Unavailable("It is away.", fix="Start it.")
            return np.array([[float(text.split()[1]), 1] for text in texts])

        return SimpleNamespace(model=model, embed=embed)


def planner(hub: SmallHub, embedders: Two, table: Table) -> Reembedding:
    return Reembedding(hub, embedders, table.rows, retry_s=0.01)  # type: ignore[arg-type]  # as much as it uses


async def until(true: Any) -> None:
    async with asyncio.timeout(30):
        while not true():
            await asyncio.sleep(0.005)


async def test_every_row_gets_its_own_vector_in_batches(hub: SmallHub) -> None:
    table = Table(2 * BATCH + 7)
    id_ = await planner(hub, Two(), table).plan()
    await until(lambda: hub.jobs.get(id_) is None)
    assert table.batches == [BATCH, BATCH, 7]
    assert {rid: int(vector[0]) for rid, vector in table.vectors["new"].items()} == {
        rid: rid for rid in table.texts
    }
    done = (await hub.jobs.past(KIND))[0]
    assert (done.state, done.reason) == ("done", "")


async def test_nothing_to_do_is_no_job(hub: SmallHub) -> None:
    embedders = Two()
    assert await planner(hub, embedders, Table(0)).plan() == ""
    embedders.chosen = ""
    assert await planner(hub, embedders, Table(5)).plan() == ""
    assert not hub.jobs.list(KIND)


async def test_it_is_planned_once_tells_how_far_it_is_and_can_be_cancelled(hub: SmallHub) -> None:
    table = Table(5 * BATCH)
    table.shut_after = 1
    work = planner(hub, Two(), table)
    id_ = await work.plan()
    await until(lambda: (hub.jobs.get(id_) or SimpleNamespace(progress=None)).progress.done >= BATCH)
    job = hub.jobs.get(id_)
    assert job is not None
    assert job.progress.total == 5 * BATCH
    assert await work.plan() == id_
    await hub.jobs.cancel(id_)
    assert 0 < len(table.vectors["new"]) < 5 * BATCH
    table.gate.set()
    again = await work.plan()
    await until(lambda: hub.jobs.get(again) is None)
    assert len(table.vectors["new"]) == 5 * BATCH


async def test_another_choice_ends_the_job_for_the_former(hub: SmallHub) -> None:
    table, embedders = Table(3 * BATCH), Two()
    work = planner(hub, embedders, table)
    table.gate.clear()
    first = await work.plan()
    embedders.chosen = "newer"
    second = await work.plan()
    assert second != first
    assert hub.jobs.get(first) is None
    table.gate.set()
    await until(lambda: hub.jobs.get(second) is None)
    assert len(table.vectors["newer"]) == 3 * BATCH
    assert "new" not in table.vectors


async def test_it_waits_for_an_embedder_that_is_away_and_says_so(hub: SmallHub) -> None:
    table, embedders = Table(3), Two()
    embedders.away = True
    id_ = await planner(hub, embedders, table).plan()
    await until(lambda: "It is away. Start it." in (hub.jobs.get(id_) or SimpleNamespace()).progress.note)
    embedders.away = False
    await until(lambda: hub.jobs.get(id_) is None)
    assert len(table.vectors["new"]) == 3


async def test_a_row_forgotten_meanwhile_gets_no_vector(hub: SmallHub) -> None:
    table = Table(3)
    table.gate.clear()
    id_ = await planner(hub, Two(), table).plan()
    await asyncio.sleep(0.05)
    del table.texts[2]
    table.gate.set()
    await until(lambda: hub.jobs.get(id_) is None)
    assert set(table.vectors["new"]) == {1, 3}


async def test_vectors_that_are_not_kept_end_it(hub: SmallHub) -> None:
    table = Table(3)
    table.keeps = False
    id_ = await planner(hub, Two(), table).plan()
    await until(lambda: hub.jobs.get(id_) is None)
    job = (await hub.jobs.past(KIND))[0]
    assert (job.state, job.reason) == ("failed", "My vectors are not kept.")
    assert job.fix


async def test_a_restart_of_the_hub_goes_on_where_it_was(hub: SmallHub) -> None:
    from hub.jobs import Jobs

    table = Table(3 * BATCH)
    id_ = await planner(hub, Two(), table).plan()
    await until(lambda: table.batches)
    table.gate.clear()
    await asyncio.sleep(0.02)
    await hub.jobs.stop()
    hub.jobs = Jobs(hub.core, hub.bus)
    await hub.jobs.open()
    table.gate.set()
    planner(hub, Two(), table)
    hub.jobs.start()
    await until(lambda: hub.jobs.get(id_) is None)
    assert len(table.vectors["new"]) == 3 * BATCH
