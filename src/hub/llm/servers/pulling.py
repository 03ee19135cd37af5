"""Let an Ollama fetch a model, as a job: with progress, resumed after a restart, and ended by its cancel."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from typing import TYPE_CHECKING, cast

from hub.errors import HubError
from hub.llm.faults import Fault
from hub.llm.servers.ollama import Ollama

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from hub.jobs import Job, Jobs, Running
    from hub.llm.servers.ollama import Pulled
    from hub.llm.servers.providers import Providers

KIND = "language.pull"
PAUSES_S = (2.0, 10.0, 60.0)
"""How long to wait before it is asked again, after the server or the network broke off."""

_PASSING = {"away", "network", "cut", "slow"}
_NAME = 200


class Pulls:
    """The models that are being fetched."""

    def __init__(self, jobs: Jobs, providers: Providers) -> None:
        self._jobs, self._providers = jobs, providers
        jobs.register(KIND, self._run)

    async def begin(self, server: str, model: str) -> Job:
        """Fetch ``model`` to ``server``; the job that does so already, if there is one. Raises `HubError`."""
        one, model = self._ollama(server), model.strip()
        if not model or len(model) > _NAME or not model.isprintable() or " " in model:
            raise HubError("That is no model's name.", fix="Give one such as llama3.2:3b.")
        for job in self.running(server):
            if job.args["model"] == model:
                return job
        title = f"Fetch {model} to {one.server.title}"
        return await self._jobs.add(KIND, title, args={"server": server, "model": model})

    def running(self, server: str) -> list[Job]:
        """Return what is being fetched to ``server``."""
        return [job for job in self._jobs.list(KIND) if job.args["server"] == server]

    def _ollama(self, server: str) -> Ollama:
        one = self._providers.get(server)
        if not isinstance(one, Ollama):
            raise HubError(f"{one.server.title} cannot be told to fetch models.", fix="Fetch it there.")
        return one

    async def _run(self, running: Running) -> None:
        """Fetch it. What is already there is not fetched again, so that asking once more goes on."""
        pauses = list(PAUSES_S)
        while True:
            try:
                await self._pull(running)
                break
            except Fault as fault:
                if fault.what not in _PASSING or not pauses:
                    raise
            await asyncio.sleep(pauses.pop(0))
        await self._providers.test(running.args["server"])

    async def _pull(self, running: Running) -> None:
        one = self._ollama(running.args["server"])
        async with aclosing(cast("AsyncGenerator[Pulled, None]", one.pull(running.args["model"]))) as steps:
            async for step in steps:
                await running.progress(step.done, step.total, step.note)
