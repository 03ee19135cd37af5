"""Embed with MiniLM in a child process, which is started again when it dies: the hub's side of `child`."""

from __future__ import annotations

import asyncio
import itertools
from typing import TYPE_CHECKING

import numpy as np

from hub import Child, ChildSpec, HubError, Unavailable, events
from hub_memory.embed.minilm import DIMENSIONS, LONGEST, NAME

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wyoming.event import Event

    from hub import Hub
    from hub_memory.embed.embedder import Vectors

FILE = "minilm"
"""Its name among the models: fetched when a person asks for it."""

BATCH = 8
"""Texts of one frame: a question waits for no more than these of somebody's thousands, some 30 ms."""

MEMORY_MB = 640
"""100 to 160 at work; 480 more, once, while another process of its own quantises the model."""

READY_S = 180.0
"""The first start makes the model quick: 3 s here, ten times that on a small board."""

RETRY_S = 3.0
"""How often it is looked whether the model has come."""

ANSWER_S = 30.0
"""So long a batch may take before the child counts as hung."""

_WAIT = "Wait a moment; until then I search by words and by the simpler table."


class ChildEmbedder:
    """The `TextEmbedder` over the embedder's child."""

    model = NAME
    dimensions = DIMENSIONS

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._child: Child | None = None
        self._missing = Unavailable("MiniLM was not started.", fix="Choose it as the memory's embedder.")
        self._numbers = itertools.count(1)
        self._waiting: dict[int, asyncio.Future[bytes]] = {}

    async def start(self) -> None:
        """Start the child, as soon as the model is here: until then `trouble` says what would bring it."""
        while self._child is None:
            try:
                source = self._hub.models.path(FILE)
            except Unavailable as error:
                if str(error) != str(self._missing):
                    self._missing = error
                    self._hub.recheck("memory")
                await asyncio.sleep(RETRY_S)
            else:
                await self._begin(str(source))

    async def _begin(self, source: str) -> None:
        config = {"model": source, "kept": str(self._hub.data / "cache" / f"{NAME}.onnx")}
        spec = ChildSpec("embedder", "hub_memory.child", config, MEMORY_MB, READY_S)
        self._child = Child(spec, on_event=self._on_frame, on_state=self._on_state)
        self._hub.children.add(self._child, plugin="memory")
        await self._child.start()

    async def stop(self) -> None:
        """End the child."""
        if self._child is not None:
            await self._child.stop()
            self._child = None

    async def ready(self, seconds: float) -> bool:
        """Wait up to so many ``seconds`` for the child; say whether it is there."""
        return self._child is not None and await self._child.ready(seconds)

    async def embed(self, texts: Sequence[str], *, query: bool = False) -> Vectors:  # noqa: ARG002  the port's
        """Return the vectors of ``texts``. Raises `Unavailable` while the child is not there, or dies."""
        vectors = np.zeros((len(texts), DIMENSIONS), np.float32)
        for at in range(0, len(texts), BATCH):
            some = texts[at : at + BATCH]
            vectors[at : at + len(some)] = await self._ask(some)
        return vectors

    async def _ask(self, texts: Sequence[str]) -> np.ndarray:
        child = self._child
        if child is None:
            raise self._missing
        if trouble := self.trouble:
            raise trouble
        number = next(self._numbers)
        answer = self._waiting[number] = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(ANSWER_S):
                await child.send("hub.embed", {"request": number, "texts": [_told(text) for text in texts]})
                raw = await answer
        except TimeoutError:
            child.restart()
            raise Unavailable(
                f"MiniLM took more than {ANSWER_S:.0f} s; I start it again.", fix=_WAIT
            ) from None
        finally:
            self._waiting.pop(number, None)
        return np.frombuffer(raw, "<f4").reshape(len(texts), DIMENSIONS)

    @property
    def trouble(self) -> Unavailable | None:
        """Why it cannot embed now, and what to do; None when it can."""
        if self._child is None:
            return self._missing
        if self._child.state == "ready":
            return None
        if self._child.state == "failed":
            return Unavailable(
                f"MiniLM does not start: {self._child.reason}", fix="See the log; I go on trying."
            )
        return Unavailable(f"MiniLM is {self._child.state}.", fix=_WAIT)

    async def _on_frame(self, frame: Event) -> None:
        waiting = self._waiting.get(frame.data.get("request", 0))
        if waiting is None or waiting.done():
            return
        if frame.type == "hub.embedded":
            waiting.set_result(frame.payload or b"")
        elif frame.type == "hub.refused":
            reason = f"MiniLM could not read a text: {frame.data.get('reason', '')}"
            waiting.set_exception(Unavailable(reason, fix="See the log, and tell us."))

    def _on_state(self, child: Child) -> None:
        self._hub.bus.publish(events.ChildChanged(child="embedder", state=child.state, reason=child.reason))
        if child.state != "ready":
            gone: HubError = Unavailable("MiniLM stopped; I start it again.", fix=_WAIT)
            for waiting in self._waiting.values():
                if not waiting.done():
                    waiting.set_exception(gone)
        self._hub.recheck("memory")


def _told(text: str) -> str:
    """Return what of ``text`` the model reads, as a frame can carry it."""
    return text[:LONGEST].encode("utf-8", "replace").decode()
