"""A hub that runs the memory as its one plugin, and a model that says what it is told to."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from tests.serving import Told, serving

from hub import Memory

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.serving import Serving


@asynccontextmanager
async def remembering(data: Path, model: Told | None = None, **settings: object) -> AsyncIterator[Serving]:
    """Serve a hub whose memory runs."""
    model = model or Told("Good to know.")
    async with serving(data, model, disabled=("voice", "nostr", "executor"), **settings) as served:
        served.model = model
        await served.hub.plugins.start()
        yield served


async def said(served: Serving, text: str, talk: str = "") -> tuple[str, str]:
    """Say ``text`` as the owner and return the talk and the answer, once it is kept what was said."""
    talks, me = served.hub.conversations, served.owner.id
    conversation = await (talks.get(talk, me) if talk else talks.new(me))
    await conversation.write(text)
    await conversation.settled()
    async with conversation._lock:  # what was said is handed on before this is free
        pass
    await talks._recollection.settled()
    return conversation.id, conversation.history()[-1].answer


async def until(held: object) -> None:
    """Wait until ``held()`` holds."""
    async with asyncio.timeout(30):
        while not held():  # type: ignore[operator]
            await asyncio.sleep(0.02)


def memory_of(served: Serving) -> Memory:
    """Return the memory that runs."""
    return served.hub.port(Memory)  # type: ignore[type-abstract]
