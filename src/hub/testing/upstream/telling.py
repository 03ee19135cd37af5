"""Write one answer in OpenAI's format, whole or in chunks, until the trouble comes that is planned for it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Protocol

import orjson

from hub.testing.upstream.reply import Call, Said, tokens

if TYPE_CHECKING:
    from hub.testing.upstream.ledger import Entry
    from hub.testing.upstream.troubles import Trouble
    from hub.testing.upstream.wire import Connection

HANG_S = 3_600.0
BREAKING = ("cut", "end", "garbage", "oversized")
_OVERSIZED = 4 << 20


class Voice(Protocol):
    """How fast a server speaks: seconds before the first word, and between two; or all in one burst."""

    first_s: float
    gap_s: float
    burst: bool


class Telling:
    """Writes one answer, whole or in chunks, until its trouble comes."""

    def __init__(
        self, server: Voice, line: Connection, entry: Entry, trouble: Trouble, body: dict[str, Any]
    ) -> None:
        self._server, self._line, self._entry, self._trouble = server, line, entry, trouble
        self._model = str(body.get("model") or "big-1")
        self._most = int(body.get("max_tokens") or body.get("max_completion_tokens") or 10_000)
        self._stream = bool(body.get("stream"))
        self._figures = bool((body.get("stream_options") or {}).get("include_usage"))
        self._about = {"id": f"chatcmpl-{entry.number}", "created": 0, "model": self._model}

    async def tell(self, said: Said) -> None:
        """Write ``said``."""
        calls = (said,) if isinstance(said, Call) else said if isinstance(said, tuple) else ()
        words = tokens(said)[: self._most] if isinstance(said, str) else []
        finish = "tool_calls" if calls else "length" if len(words) == self._most else "stop"
        if self._stream:
            await self._in_chunks(words, calls, finish)
        else:
            await self._whole(words, calls, finish)

    async def _whole(self, words: list[str], calls: tuple[Call, ...], finish: str) -> None:
        trouble, server = self._trouble, self._server
        slow = trouble.seconds if trouble.kind == "slow" else HANG_S if trouble.kind == "stall" else 0.0
        if wait := server.first_s + slow + server.gap_s * len(words):
            await asyncio.sleep(wait)
        self._wrote(len(words) or 10 * len(calls))
        if trouble.kind in BREAKING:
            self._entry.ended = "broken"
            await self._line.send(
                b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 9999\r\n\r\n{"
            )
            self._line.cut()
            return
        message: dict[str, Any] = {"role": "assistant", "content": "".join(words) or None}
        if calls:
            message["tool_calls"] = [_call(place, call) for place, call in enumerate(calls)]
        choice = {"index": 0, "message": message, "finish_reason": finish}
        self._entry.ended = "whole"
        self._line.reply(
            200, {**self._about, "object": "chat.completion", "choices": [choice], "usage": self._usage()}
        )

    async def _in_chunks(self, words: list[str], calls: tuple[Call, ...], finish: str) -> None:
        server, line, trouble = self._server, self._line, self._trouble
        if server.burst and not server.gap_s and trouble.kind == "none":
            line.gather()
        await line.begin()
        await self._event({"role": "assistant", "content": ""})
        if wait := server.first_s + (trouble.seconds if trouble.kind == "slow" else 0.0):
            await asyncio.sleep(wait)
        for place, word in enumerate(words):
            if place == trouble.after and await self._break():
                return
            self._wrote(1)
            await self._event({"content": word})
            if server.gap_s:
                await asyncio.sleep(server.gap_s)
        for place, call in enumerate(calls):
            await self._call(place, call)
        if len(words) <= trouble.after and await self._break():
            return
        await self._event({}, finish)
        if self._figures:
            await self._send(
                {**self._about, "object": "chat.completion.chunk", "choices": [], "usage": self._usage()}
            )
        self._entry.ended = "whole"
        await line.chunk(b"data: [DONE]\n\n")
        await line.chunk(b"")
        await line.release()

    async def _call(self, place: int, call: Call) -> None:
        """Send a call as servers do: who first, then its arguments bit by bit."""
        whole = _call(place, call)
        self._wrote(10)
        whole["function"]["arguments"] = ""
        await self._event({"tool_calls": [whole]})
        for at in range(0, len(call.arguments), 7):
            part = {"index": place, "function": {"arguments": call.arguments[at : at + 7]}}
            await self._event({"tool_calls": [part]})

    async def _break(self) -> bool:
        """Meet the trouble that comes in mid-answer; return whether that was the end."""
        line, kind = self._line, self._trouble.kind
        if kind == "stall":
            await asyncio.sleep(HANG_S)
        self._entry.ended = "broken" if kind in BREAKING else ""
        if kind == "garbage":
            await line.chunk(b'data: {"choices": [{"delta": {"content": \xff\xfe <html>\n\n')
        elif kind == "oversized":
            await line.chunk(b"data: " + b"x" * _OVERSIZED + b"\n\n")
        elif kind == "end":
            await line.chunk(b"")
        elif kind != "cut":
            return False
        line.cut()
        return True

    async def _event(self, delta: dict[str, Any], finish: str | None = None) -> None:
        choice = {"index": 0, "delta": delta, "finish_reason": finish}
        await self._send({**self._about, "object": "chat.completion.chunk", "choices": [choice]})

    async def _send(self, event: dict[str, Any]) -> None:
        data = b"data: " + orjson.dumps(event) + b"\n\n"
        if self._trouble.kind == "split":
            for byte in data:
                await self._line.chunk(bytes((byte,)))
        else:
            await self._line.chunk(data)

    def _wrote(self, count: int) -> None:
        self._entry.chunks += 1
        self._entry.completion_tokens += count
        if self._entry.first is None:
            self._entry.first = asyncio.get_running_loop().time()

    def _usage(self) -> dict[str, Any]:
        read, wrote = self._entry.prompt_tokens, self._entry.completion_tokens
        cached = {"cached_tokens": self._entry.cached_tokens}
        return {
            "prompt_tokens": read, "completion_tokens": wrote, "total_tokens": read + wrote,
            "prompt_tokens_details": cached,
        }  # fmt: skip


def _call(place: int, call: Call) -> dict[str, Any]:
    return {
        "index": place, "id": f"call_{place}", "type": "function",
        "function": {"name": call.name, "arguments": call.arguments},
    }  # fmt: skip
