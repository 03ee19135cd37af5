"""Give one response: words as they come, sound if it is wanted, calls of the client's functions.

It may begin in silence, to words that are not final yet; nothing of it is told before `accept`. What is kept
of an answer that was spoken and stopped is what was heard of it.
"""

from __future__ import annotations

import asyncio
from contextlib import aclosing, suppress
from typing import TYPE_CHECKING, Any, Literal

import structlog

from hub.api.openai.answering import Answering
from hub.api.openai.errors import Refused, told
from hub.api.openai.question import Question, talk_of
from hub.api.openai.realtime.items import Item, new_id
from hub.api.openai.realtime.sound import Encoder, prepare
from hub.errors import HubError
from hub.llm.provider import ToolCall, Usage

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from hub import ports
    from hub.api.openai.offered import Offered
    from hub.api.openai.realtime.dialect import Teller
    from hub.api.openai.realtime.items import Items
    from hub.api.openai.realtime.settings import Settings
    from hub.hub import Hub

log = structlog.get_logger(__name__)

Status = Literal["in_progress", "completed", "cancelled", "failed", "incomplete"]
SILENT_S = 30.0
"""How long an answer that was said may make no sound before it counts as over."""


class Answer:
    """One response of a session to ``items`` and ``more``, as ``settings`` say.

    ``speech`` returns the session that speaks; ``over`` is called once all was told. ``apart``: it is no
    part of the talk.
    """

    def __init__(  # noqa: PLR0917  what an answer is made of
        self,
        hub: Hub,
        offered: Offered,
        teller: Teller,
        items: Items,
        settings: Settings,
        person: str,
        speech: Callable[[], Awaitable[ports.SpeechSession]],
        *,
        more: tuple[Item, ...] = (),
        apart: bool = False,
        silent: bool = False,
        metadata: dict[str, Any] | None = None,
    ) -> None:
        self.id = new_id("resp")
        self.sounding = False
        """Whether the listener hears it now."""
        self._hub, self._offered, self._teller, self._items = hub, offered, teller, items
        self._settings, self._person, self._speech = settings, person, speech
        self.more, self._apart, self._metadata = more, apart, metadata
        self._held: list[Callable[[], Awaitable[None]]] | None = [] if silent else None
        self._order = asyncio.Lock()
        self._output: list[Item] = []
        self._message: Item | None = None
        self._heard = 0
        self._encoder = Encoder(settings.output)
        self._ms = 0.0
        self._news, self._finished, self._ended = asyncio.Event(), False, False
        self._usage = Usage(0, 0, estimated=True)
        self._task: asyncio.Task[None] | None = None
        self.over: Callable[[Answer], None] = lambda _: None

    @property
    def failed(self) -> bool:
        """Whether it ended in silence for a fault: nothing of it can be told."""
        return self._held is not None and self._ended

    # Life

    def start(self, ready: Awaitable[Any] | None = None) -> None:
        """Begin, once ``ready`` is."""
        self._task = asyncio.create_task(self._run(ready), name=f"realtime:{self.id[:13]}")

    async def accept(self) -> None:
        """Tell what was held back, and let it be heard."""
        async with self._order:
            held, self._held = self._held or [], None
            for tell in held:
                await tell()
        if self._message and self._settings.audible:
            await (await self._speech()).release(self.id)

    async def stop(self, reason: str = "client_cancelled", heard: int | None = None) -> None:
        """End it now; ``heard``: characters that the listener got of it. Safe to call twice."""
        if self._task and self._task is not asyncio.current_task():
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
        if self._held is not None or self._ended:
            return  # nobody was told of it, or it is over
        if heard is not None:
            self._heard = heard
        if self._message and self._settings.audible:
            self._message.text = self._message.text[: self._heard]
        if heard is None and self._message and self._settings.audible:
            with suppress(HubError):
                await (await self._speech()).interrupt()
        await self._end("cancelled", reason)

    # What the speech session tells

    async def sounds(self, audio: ports.Audio) -> None:
        """Send on a stretch of its sound."""
        self.sounding = True
        self._news.set()
        if self._message and not self._ended and (text := self._encoder.push(audio)):
            self._ms += len(audio.pcm) / 2 / audio.rate * 1000
            await self._teller.tell("response.output_audio.delta", **self._place(self._message), delta=text)

    def hears(self, chars: int) -> None:
        """Note how far the listener is."""
        self._heard = max(self._heard, chars)
        self._news.set()

    def finish(self) -> None:
        """Note that all of it was heard, or that the voice is gone and the words must do."""
        self._finished, self.sounding = True, False
        self._news.set()

    # Work

    async def _run(self, ready: Awaitable[Any] | None) -> None:
        try:
            if ready is not None:
                await ready
            await self._tell("response.created", response=lambda: self._about("in_progress"))
            answering = self._answering()
            async with aclosing(answering.pieces()) as pieces:
                async for piece in pieces:
                    await (self._call(piece) if isinstance(piece, ToolCall) else self._say(piece))
            self._usage = answering.usage
            await self._wait()
            await self._end("incomplete" if answering.finish == "length" else "completed")
        except Refused as error:
            await self._fail(error)
        except HubError as error:
            await self._fail(Refused(503, str(error), error.fix, code="unavailable"))
        except (OSError, TimeoutError, RuntimeError) as error:  # the client is gone
            log.debug("realtime.gone", reason=repr(error))
        except Exception:
            log.exception("realtime answer failed")
            await self._fail(Refused(500, "Something went wrong here.", "The hub's log says what."))

    def _answering(self) -> Answering:
        settings = self._settings
        messages = self._items.messages(settings.instructions, self.more)
        if not any(message.role != "system" for message in messages):
            raise Refused(400, "There is nothing to answer.", "Send words or sound first.", code="empty")
        question = Question(
            messages, talk_of(self._person, messages, ""), self._person, settings.tools, settings.tool_choice,
            settings.max_tokens, settings.temperature,
        )  # fmt: skip
        return Answering(self._hub, self._offered.choose(settings.model, question), "sentence")

    async def _say(self, text: str) -> None:
        """Tell, and speak, a piece of the answer."""
        message = self._message or await self._open_message()
        message.text += text
        kind = "output_audio_transcript" if self._settings.audible else "output_text"
        await self._tell(f"response.{kind}.delta", **self._place(message), delta=text)
        if self._settings.audible:
            await (await self._speech()).say(self.id, text)

    async def _open_message(self) -> Item:
        message = Item(new_id("item"), "message", "", "assistant", self._settings.audible, done=False)
        if self._settings.audible:
            await prepare()
            await self._speech()  # who cannot speak says so before the first words
        self._message = message
        await self._add(message)
        part = {**message.part(), "type": "audio" if message.sounded else "text"}
        await self._tell("response.content_part.added", **self._place(message), part=part)
        if message.sounded and self._held is None:
            await (await self._speech()).release(self.id)
        return message

    async def _call(self, call: ToolCall) -> None:
        """Tell of a function that the client is to call."""
        item = Item(new_id("item"), "function_call", call.arguments, call=call.id, name=call.name)
        await self._add(item)
        at = self._place(item)
        del at["content_index"]
        kind = "response.function_call_arguments"
        await self._tell(f"{kind}.delta", **at, call_id=call.id, delta=call.arguments)
        await self._tell(f"{kind}.done", **at, call_id=call.id, name=call.name, arguments=call.arguments)
        await self._done(item)

    async def _add(self, item: Item) -> None:
        self._output.append(item)

        async def tell() -> None:
            after = None if self._apart else self._items.add(item)
            begun = item.told() | {"status": "in_progress"}
            at = {"response_id": self.id, "output_index": self._output.index(item)}
            await self._teller.tell("response.output_item.added", **at, item=begun)
            if not self._apart:
                await self._teller.tell("conversation.item.added", previous_item_id=after, item=begun)

        await self._do(tell)

    async def _done(self, item: Item, status: str = "completed") -> None:
        item.done = True
        at = {"response_id": self.id, "output_index": self._output.index(item)}
        whole = item.told() | {"status": status}
        await self._tell("response.output_item.done", **at, item=whole)
        if not self._apart:
            await self._tell("conversation.item.done", item=whole)

    async def _wait(self) -> None:
        """Wait until what was said has been heard; a voice that falls silent is not waited for."""
        if not (self._message and self._settings.audible):
            return
        await (await self._speech()).say(self.id, "", last=True)
        while not self._finished:
            self._news.clear()
            try:
                async with asyncio.timeout(None if self._held is not None else SILENT_S):
                    await self._news.wait()
            except TimeoutError:
                log.warning("realtime.unheard", response=self.id)
                return

    async def _end(self, status: Status, reason: str = "", error: Refused | None = None) -> None:
        """Tell that it is over, once."""
        if self._ended:
            return
        self.sounding = False
        if self._message:
            await self._end_message(self._message, "completed" if status == "completed" else "incomplete")
        details: dict[str, Any] = {"type": status}
        if reason or status == "incomplete":
            details["reason"] = reason or "max_output_tokens"
        if error:
            details["error"] = {"type": told(error)["error"]["type"], "code": error.code}

        async def tell() -> None:
            about = self._about(status, None if status == "completed" else details)
            self._ended = True
            self.over(self)
            await self._teller.tell("response.done", response=about)

        await self._do(tell)

    async def _end_message(self, message: Item, status: str) -> None:
        at = self._place(message)
        if message.sounded:
            if status == "completed" and (rest := self._encoder.rest()):
                await self._tell("response.output_audio.delta", **at, delta=rest)
            await self._tell("response.output_audio.done", **at)
            await self._tell("response.output_audio_transcript.done", **at, transcript=message.text)
        else:
            await self._tell("response.output_text.done", **at, text=message.text)
        said = "transcript" if message.sounded else "text"
        part = {"type": "audio" if message.sounded else "text", said: message.text}
        await self._tell("response.content_part.done", **at, part=part)
        await self._done(message, status)

    async def _fail(self, error: Refused) -> None:
        with suppress(OSError, TimeoutError, RuntimeError):
            if self._held is not None:  # the same words are asked again when they are final
                self._ended = True
                return
            await self._teller.refuse(error)
            await self._end("failed", error=error)

    def cut(self, item: Item, ms: int) -> None:
        """Keep of ``item`` what was played in ``ms``, by its share of the sound."""
        if item is self._message and self._ms:
            item.text = item.text[: round(len(item.text) * min(1.0, ms / self._ms))]

    def _about(self, status: Status, details: dict[str, Any] | None = None) -> dict[str, Any]:
        settings, usage = self._settings, self._usage
        return {
            "id": self.id, "object": "realtime.response", "status": status, "status_details": details,
            "output": [item.told() for item in self._output] if status != "in_progress" else [],
            "output_modalities": ["audio" if settings.audible else "text"], "metadata": self._metadata,
            "max_output_tokens": settings.max_tokens or "inf",
            "usage": None if status == "in_progress" else {
                "total_tokens": usage.prompt + usage.completion, "input_tokens": usage.prompt,
                "output_tokens": usage.completion,
                "input_token_details": {"cached_tokens": usage.cached, "text_tokens": usage.prompt},
                "output_token_details": {"text_tokens": usage.completion},
            },
        }  # fmt: skip

    def _place(self, item: Item) -> dict[str, Any]:
        place = self._output.index(item)
        return {"response_id": self.id, "item_id": item.id, "output_index": place, "content_index": 0}

    async def _tell(self, kind: str, **about: Any) -> None:
        """Tell one event; a value that is a function is asked when it is told."""

        async def tell() -> None:
            known = {name: value() if callable(value) else value for name, value in about.items()}
            await self._teller.tell(kind, **known)

        await self._do(tell)

    async def _do(self, tell: Callable[[], Awaitable[None]]) -> None:
        async with self._order:
            if self._held is None:
                await tell()
            else:
                self._held.append(tell)
