"""The language child: a small model in a process of its own, so that its faults stay there.

Frames to it: ``hub.config`` {model, cache} (first); ``hub.ask`` {id, messages: [{role, text}],
max_tokens, conversation}; ``hub.cancel`` {id}; ``hub.prime`` {messages}: read this ahead, in idle
time; ``hub.drain``: end when nothing is asked. From it: ``hub.ready`` {threads, load_s, ...};
``hub.delta`` {id, text}; ``hub.done`` {id, reason, prompt, completion, cached}; ``hub.error``
{id, message, fix}.

One thing is computed at a time. Questions wait in line, but a newer one of the same conversation
replaces the older (drafts of a sentence still being spoken); reading ahead yields to any question.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
import time
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hub.link import run_child
from hub.llm.onboard.chatml import OPEN, ChatML
from hub.llm.onboard.engine import Engine, TooLong
from hub.llm.onboard.gguf import read_head
from hub.llm.onboard.tune import load

if TYPE_CHECKING:
    from collections.abc import Callable

    from wyoming.event import Event

    from hub.link import Link

_MOST_WAITING = 32
_MOST_TOKENS = 512
_TOO_LONG = ("That is more than the small model can read at once.", "Say it in fewer words.")


@dataclass(eq=False, slots=True)
class Job:
    """Something to compute; ``id`` is empty for reading ahead."""

    id: str
    prompt: str
    max_tokens: int
    conversation: str = ""
    stopped: bool = field(default=False)


class Desk:
    """Takes jobs in, runs one after the other in a thread, and sends what comes of them."""

    def __init__(self, link: Link, engine: Engine, chat: ChatML) -> None:
        self._link, self._engine, self._chat = link, engine, chat
        self._waiting: deque[Job] = deque()
        self._ahead: Job | None = None
        self._running: Job | None = None
        self._wake = asyncio.Event()
        self._draining = False

    async def take(self, event: Event) -> None:
        """Act on one frame; a frame that makes no sense is answered with an error, never with a crash."""
        data = event.data
        try:
            if event.type == "hub.ask":
                await self._ask(data)
            elif event.type == "hub.prime":
                self._prime(data)
            elif event.type == "hub.cancel":
                self._cancel(lambda job: job.id == data["id"])
            elif event.type == "hub.drain":
                self._draining = True
        except (KeyError, TypeError, ValueError) as error:
            why = f"The question was malformed: {error!r}"
            await self._refuse(str(data.get("id", "")), why, "Ask again.")
        self._wake.set()

    async def work(self) -> None:
        """Run jobs until the process ends, or until idle once draining."""
        while True:
            job = self._next()
            if job:
                await self._run(job)
            elif self._draining:
                return
            else:
                self._wake.clear()
                await self._wake.wait()

    def stop(self) -> None:
        """Stop whatever is being computed."""
        self._waiting.clear()
        if self._running:
            self._running.stopped = True

    async def _ask(self, data: dict[str, Any]) -> None:
        wanted = min(_MOST_TOKENS, max(1, int(data.get("max_tokens", 160))))
        prompt = self._chat.whole(data["messages"])
        job = Job(str(data["id"]), prompt, wanted, str(data.get("conversation", "")))
        if job.conversation:
            for other in self._cancel(lambda other: other.conversation == job.conversation):
                # Whoever still waits for that answer must not wait in vain.
                await self._refuse(other.id, "A newer question took its place.", "Ask once more.")
        if self._running and not self._running.id:
            self._running.stopped = True  # what it has read so far stays read
        if len(self._waiting) >= _MOST_WAITING:
            await self._refuse(job.id, "Too many questions wait for me.", "Ask again in a moment.")
            return
        self._waiting.append(job)

    def _prime(self, data: dict[str, Any]) -> None:
        if self._running and not self._running.id:
            self._running.stopped = True
        self._ahead = Job("", self._chat.ahead(data["messages"]), 0)

    def _cancel(self, which: Callable[[Job], bool]) -> list[Job]:
        """Stop the jobs ``which`` is true of; return those that were not stopped before."""
        jobs = [*self._waiting, *([self._running] if self._running else [])]
        gone = [job for job in jobs if job.id and not job.stopped and which(job)]
        for job in gone:
            job.stopped = True
        return gone

    def _next(self) -> Job | None:
        while self._waiting:
            job = self._waiting.popleft()
            if not job.stopped:
                return job
        ahead, self._ahead = self._ahead, None
        return ahead

    async def _run(self, job: Job) -> None:
        loop = asyncio.get_running_loop()
        outbox: asyncio.Queue[str | None] = asyncio.Queue()

        def put(text: str | None) -> None:
            loop.call_soon_threadsafe(outbox.put_nowait, text)

        def compute() -> Any:
            try:
                return self._engine.run(job.prompt, job.max_tokens, put, lambda: job.stopped)
            except (TooLong, RuntimeError) as error:
                return error
            finally:
                put(None)

        self._running = job
        computing = loop.run_in_executor(None, compute)
        while (text := await outbox.get()) is not None:
            if job.id and not job.stopped:
                await self._link.send("hub.delta", {"id": job.id, "text": text})
        self._running = None
        await self._finish(job, await computing)

    async def _finish(self, job: Job, result: Any) -> None:
        if not job.id or job.stopped or result is None:
            return
        if isinstance(result, TooLong):
            await self._refuse(job.id, *_TOO_LONG)
        elif isinstance(result, Exception):
            await self._refuse(job.id, f"The small model failed: {result}", "Ask again.")
        else:
            told = {"prompt": result.prompt, "completion": result.completion, "cached": result.cached}
            await self._link.send("hub.done", {"id": job.id, "reason": result.reason, **told})

    async def _refuse(self, id: str, message: str, fix: str) -> None:  # noqa: A002  the frame's word
        await self._link.send("hub.error", {"id": id, "message": message, "fix": fix})


async def main(link: Link) -> None:
    """Load the model that the first frame names, say so, then answer until the link ends."""
    config = (await anext(link)).data
    model = Path(config["model"])
    started = time.monotonic()
    chat = ChatML(await asyncio.to_thread(_control_tokens, model))
    engine, found = await asyncio.to_thread(load, model, Path(config["cache"]))
    await link.send("hub.ready", {**found, "load_s": round(time.monotonic() - started, 3)})
    desk = Desk(link, engine, chat)
    work = asyncio.create_task(desk.work())
    listen = asyncio.create_task(_listen(link, desk))
    try:
        await asyncio.wait({work, listen}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        desk.stop()  # its thread must end before the process can
        for task in (work, listen):
            task.cancel()
        with contextlib.suppress(ConnectionError):
            await asyncio.gather(work, listen, return_exceptions=True)


async def _listen(link: Link, desk: Desk) -> None:
    async for event in link:
        await desk.take(event)


def _control_tokens(model: Path) -> tuple[str, ...]:
    try:
        tokens = read_head(model).control_tokens()
    except (OSError, ValueError) as error:
        sys.exit(f"The language model {model.name} cannot be read: {error}")
    if OPEN not in tokens:
        sys.exit(f"The language model {model.name} was not made for ChatML, which is all that I write")
    return tokens


if __name__ == "__main__":
    run_child(main)
