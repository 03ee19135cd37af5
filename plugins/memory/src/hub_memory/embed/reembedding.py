"""Embed in the background what has no vector of the chosen model yet: a durable job, in small batches."""

from __future__ import annotations

import asyncio
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from hub import HubError, Unavailable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hub import Hub, Running
    from hub_memory.embed.choice import Embedders
    from hub_memory.embed.embedder import Vectors

KIND = "memory.embed"
BATCH = 256
RETRY_S = 5.0
"""How long an embedder that is away is left alone."""


class Lacking(Protocol):
    """Names what lacks a vector of ``model``: at most ``limit`` pairs of row number and text."""

    async def __call__(self, model: str, limit: int) -> Sequence[tuple[int, str]]:
        """Return the next of them; none when all have one. A row that was forgotten is none of them."""
        ...


class Keep(Protocol):
    """Keeps vectors of ``model``; those of rows that were forgotten meanwhile are dropped."""

    async def __call__(self, model: str, rids: Sequence[int], vectors: Vectors) -> None:
        """Keep them, row by row; durable when it returns."""
        ...


class Left(Protocol):
    """Counts what lacks a vector of ``model``."""

    async def __call__(self, model: str) -> int:
        """Return how many rows do."""
        ...


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of the memory, as far as this needs them."""

    lacking: Lacking
    keep: Keep
    left: Left


class Reembedding:
    """The work, and the job that does it; cancelled or killed it loses at most one batch."""

    def __init__(self, hub: Hub, embedders: Embedders, rows: Rows, *, retry_s: float = RETRY_S) -> None:
        """Let jobs of `KIND` be done, also one that an earlier start of the hub began."""
        self._hub, self._embedders, self._rows, self._retry_s = hub, embedders, rows, retry_s
        self._planning = asyncio.Lock()
        # However often the hub is restarted meanwhile: what is done is done, and the rest is still to do.
        hub.jobs.register(KIND, self.run, tries=math.inf)

    async def plan(self) -> str:
        """Begin a job when something lacks a vector of the chosen model; return its id, or "".

        A job for a model that is chosen no more is cancelled: nobody waits for its vectors.
        """
        async with self._planning:  # two at once would both find that there is none
            return await self._plan()

    async def _plan(self) -> str:
        model = self._embedders.chosen
        for job in self._hub.jobs.list(KIND):
            if job.args.get("model") == model:
                return job.id
            await self._hub.jobs.cancel(job.id)
        if not model or not await self._rows.left(model):
            return ""
        job = await self._hub.jobs.add(KIND, "Learn what my entries mean", args={"model": model})
        return job.id

    async def run(self, running: Running) -> None:
        """Do the job. Raises `HubError` when vectors are not kept, for it would never end."""
        model, before, done = running.args["model"], -1, 0
        while batch := await self._rows.lacking(model, BATCH):
            rids = [rid for rid, _ in batch]
            if rids[0] == before:
                raise HubError("My vectors are not kept.", fix="See the log, then restart the hub.")
            vectors = await self._vectors(running, done, [text for _, text in batch])
            if vectors is None:
                continue
            await self._rows.keep(model, rids, vectors)
            before, done = rids[0], done + len(rids)
            await running.progress(done, done + await self._rows.left(model))

    async def _vectors(self, running: Running, done: int, texts: Sequence[str]) -> Vectors | None:
        """Return the vectors of ``texts``; None after a pause when what makes them is away, which is told."""
        model = running.args["model"]
        try:
            return await self._embedders.by_model(model).embed(texts)
        except Unavailable as error:
            left = await self._rows.left(model)
            await running.progress(done, done + left, f"I wait: {error} {error.fix}"[:200])
            await asyncio.sleep(self._retry_s)
            return None
