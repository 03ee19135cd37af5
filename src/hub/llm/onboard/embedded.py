"""The small model in its child process, as a provider: always local, often wrong, and it says so."""

from __future__ import annotations

import asyncio
import itertools
from contextlib import suppress
from typing import TYPE_CHECKING

from hub.errors import HubError, Unavailable
from hub.events import ChildChanged
from hub.llm.onboard.brevity import Brevity
from hub.llm.provider import Caps, Delta, Done, Message, Piece, Probe, Request, Usage
from hub.supervise.child import Child, ChildSpec

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence
    from pathlib import Path

    from wyoming.event import Event

    from hub.events import Bus
    from hub.models import Models
    from hub.supervise.children import Children

MODEL = "smollm2"
SENTENCES = 2  # a small model knows no more than it says first
_RETRY_S = 5.0
_STALL_S = 20.0  # between two pieces: longer means that the child hangs
_MEMORY_MB = 700
_SHARE = 3.2  # of a model's size, in memory: up to three copies while threads are measured
_BESIDES_MB = 400
_READY_S = 90.0  # a slow board reads, repacks and measures at its first start
_SLOWEST_MB_S = 10.0


class Embedded:
    """The `Provider` of a local model; starts once it has been fetched and stays startable.

    ``model`` is the one that is used, by its name in the manifest; `use` changes it.
    """

    name = "embedded"
    caps = Caps(local=True, quality="basic", prompt_tokens=1200, fixed_tokens=150, title="the small model")

    def __init__(
        self, models: Models, bus: Bus, children: Children | None = None, *, model: str = MODEL
    ) -> None:
        self._models, self._bus, self._children, self.model = models, bus, children, model
        self.child: Child | None = None
        self._loading = asyncio.Lock()
        self._serial = itertools.count(1)
        self._asked: dict[str, asyncio.Queue[Event | None]] = {}
        self._ahead: list[dict[str, str]] | None = None
        self._later: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Wait for the model, then start the child; a failed download is waited out."""
        while self.child is None:
            if not await self._fetched():
                await asyncio.sleep(_RETRY_S)
                continue
            async with self._loading:
                if self.child is None:
                    with suppress(Unavailable):  # another was chosen meanwhile, and is not here
                        await self._begin()

    async def use(self, model: str) -> None:
        """Answer with ``model`` from now on, once it is here; answers in the making end."""
        async with self._loading:
            if model != self.model:
                self.model = model
                await self._end()
        await self.start()

    async def stop(self) -> None:
        """Stop the child; answers in the making end with an error. It can be started again."""
        async with self._loading:
            await self._end()

    async def _begin(self) -> None:
        model = self._models.path(self.model)
        config = {"model": str(model), "cache": str(model.parent / "tuned")}
        size = await asyncio.to_thread(_megabytes, model)
        spec = ChildSpec(
            "language", "hub.llm.onboard.child", config,
            memory_mb=max(_MEMORY_MB, int(_BESIDES_MB + _SHARE * size)),
            ready_s=_READY_S + size / _SLOWEST_MB_S,
        )  # fmt: skip
        self.child = Child(spec, on_event=self._heard, on_state=self._changed)
        if self._children is not None:
            self._children.add(self.child)
        await self.child.start()

    async def _end(self) -> None:
        child, self.child = self.child, None
        if child:
            await child.stop()
        self._drop_all()

    async def prime(self, messages: Sequence[Message]) -> None:
        """Have ``messages`` read in idle time, so that a question that follows them starts at once."""
        self._ahead = _plain(messages)
        if self.child and self.child.state == "ready":
            with suppress(HubError, ConnectionError):
                await self.child.send("hub.prime", {"messages": self._ahead})

    async def stream(self, request: Request, deadline: float) -> AsyncIterator[Piece]:
        """Answer in a sentence or two. Raises as `Provider` says; closing it stops the model."""
        child = self._ready()
        asked = str(next(self._serial))
        inbox: asyncio.Queue[Event | None] = asyncio.Queue()
        self._asked[asked] = inbox
        over = False
        try:
            await child.send("hub.ask", {
                "id": asked, "messages": _plain(request.messages), "max_tokens": request.max_tokens,
                "conversation": request.conversation,
            })  # fmt: skip
            brief, wait = Brevity(SENTENCES), deadline
            while not over:
                async with asyncio.timeout(wait):
                    event = await inbox.get()
                over = event is None or event.type != "hub.delta"
                text = brief.feed(event.data["text"]) if event and not over else ""
                if event is not None and event.type == "hub.done":
                    text = brief.finish()
                if text:
                    yield Delta(text)
                    wait = _STALL_S
                if brief.over and not over:
                    break
                if over:
                    for piece in _end(event):
                        yield piece
            else:
                return
            yield Done()
        except ConnectionError as error:
            raise _lost() from error
        finally:
            del self._asked[asked]
            if not over:
                self._cancel(asked)

    async def probe(self) -> Probe:
        """Say whether the model is loaded."""
        try:
            self._ready()
        except Unavailable as error:
            return Probe(ok=False, reason=str(error), fix=error.fix)
        return Probe(ok=True)

    def _ready(self) -> Child:
        """Return the child, or raise `Unavailable` with what it waits for."""
        child = self.child
        if child is None:
            self._models.path(self.model)  # raises while the model is on its way
            raise Unavailable("My small language model is starting.", fix="Wait a few seconds.")
        if child.state == "starting":
            raise Unavailable("My small language model is starting.", fix="Wait a few seconds.")
        if child.state != "ready":
            why = f": {child.reason}" if child.reason else ""
            raise Unavailable(
                f"My small language model is not running{why}.", fix="Wait: it is restarted by itself."
            )
        return child

    async def _fetched(self) -> bool:
        try:
            await self._models.wait(self.model)
        except Unavailable:
            return False
        return True

    async def _heard(self, event: Event) -> None:
        if inbox := self._asked.get(event.data.get("id", "")):
            inbox.put_nowait(event)

    def _changed(self, child: Child) -> None:
        self._bus.publish(ChildChanged(child=child.spec.name, state=child.state, reason=child.reason))
        if child.state != "ready":
            self._drop_all()
        elif self._ahead:
            self._spawn(child, "hub.prime", {"messages": self._ahead})

    def _drop_all(self) -> None:
        for inbox in self._asked.values():
            inbox.put_nowait(None)

    def _cancel(self, asked: str) -> None:
        """Tell the child without waiting: whoever closes a stream must not be held up."""
        if self.child and self.child.state == "ready":
            self._spawn(self.child, "hub.cancel", {"id": asked})

    def _spawn(self, child: Child, type: str, data: dict[str, object]) -> None:  # noqa: A002  Wyoming's word
        async def send() -> None:
            with suppress(HubError, ConnectionError):
                await child.send(type, data)

        task = asyncio.get_running_loop().create_task(send())
        self._later.add(task)
        task.add_done_callback(self._later.discard)


def _megabytes(model: Path) -> float:
    return model.stat().st_size / 1e6


def _plain(messages: Sequence[Message]) -> list[dict[str, str]]:
    """Make messages ready for the link; half a surrogate pair, which no encoding can carry, becomes "?"."""
    return [{"role": m.role, "text": m.text.encode("utf-8", "replace").decode()} for m in messages]


def _end(event: Event | None) -> tuple[Piece, ...]:
    """Return the last pieces of an answer, or raise what ended it."""
    if event is None:
        raise _lost()
    if event.type == "hub.error":
        raise Unavailable(event.data["message"], fix=event.data["fix"])
    usage = Usage(event.data.get("prompt", 0), event.data.get("completion", 0))
    return usage, Done("length" if event.data.get("reason") == "length" else "stop")


def _lost() -> Unavailable:
    return Unavailable("My small language model stopped.", fix="Ask again: it is restarted by itself.")
