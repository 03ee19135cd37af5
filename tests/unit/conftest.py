"""What all unit tests share: a language server that speaks OpenAI's protocol over real HTTP, as well or badly as told."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import web

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

KEY = "xai-A1b2C3d4E5f6G7h8I9j0-not-a-real-key"


def event(data: Any) -> bytes:
    return f"data: {data if isinstance(data, str) else json.dumps(data)}\n\n".encode()


def text(content: Any, **more: Any) -> dict[str, Any]:
    return {"choices": [{"index": 0, "delta": {"content": content}, **more}]}


ROLE = {"choices": [{"index": 0, "delta": {"role": "assistant", "content": ""}, "finish_reason": None}]}
STOP = {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}
USAGE = {"choices": [], "usage": {"prompt_tokens": 12, "completion_tokens": 3, "total_tokens": 15}}
HELLO = (ROLE, text("Hello"), text(" there."), STOP, USAGE, "[DONE]")
"""An answer as the protocol has it."""


class LanguageServer:
    """``script``: events, bytes as they are, seconds to wait, or ``None`` to break the connection."""

    HELLO, ROLE, STOP, USAGE, KEY = HELLO, ROLE, STOP, USAGE, KEY
    text, event = staticmethod(text), staticmethod(event)

    def __init__(self) -> None:
        self.url = ""
        self.script: tuple[Any, ...] = HELLO
        self.status, self.body, self.kind = 200, "", "text/event-stream"
        self.headers: dict[str, str] = {}
        self.key = ""
        self.models: Any = {"object": "list", "data": [{"id": "big-1"}, {"id": "big-2"}]}
        self.refuses: list[tuple[str, str]] = []
        self.asked: list[dict[str, Any]] = []
        self.seen: list[dict[str, str]] = []
        self.gone = asyncio.Event()

    async def chat(self, request: web.Request) -> web.StreamResponse:
        self.seen.append(dict(request.headers))
        body = await request.json()
        self.asked.append(body)
        if refused := self._refusal(request, body):
            return refused
        response = web.StreamResponse(headers={"content-type": self.kind, **self.headers})
        await response.prepare(request)
        try:
            for step in self.script:
                if step is None:
                    assert request.transport is not None
                    request.transport.abort()
                    return response
                if isinstance(step, (int, float)):
                    await asyncio.sleep(step)
                else:
                    await response.write(step if isinstance(step, bytes) else event(step))
        except (ConnectionError, asyncio.CancelledError):
            self.gone.set()
            raise
        return response

    async def list(self, request: web.Request) -> web.Response:
        self.seen.append(dict(request.headers))
        if self.models is None:
            return web.Response(status=404, text="404 page not found")
        if self.key and request.headers.get("authorization") != f"Bearer {self.key}":
            return self._wrong_key(request)
        if isinstance(self.models, bytes):
            return web.Response(body=self.models, content_type="application/json", headers=self.headers)
        return web.json_response(self.models)

    def _refusal(self, request: web.Request, body: dict[str, Any]) -> web.Response | None:
        if self.key and request.headers.get("authorization") != f"Bearer {self.key}":
            return self._wrong_key(request)
        for field, said in self.refuses:
            if field in body:
                return web.json_response({"error": {"message": said}}, status=400)
        if self.status != 200:
            return web.Response(status=self.status, text=self.body, headers=self.headers)
        if self.kind == "application/json":
            return web.json_response(self.script[0])
        return None

    @staticmethod
    def _wrong_key(request: web.Request) -> web.Response:
        """As xAI says it: 400, with what was sent in the message."""
        sent = request.headers.get("authorization", "")
        said = {
            "code": "Client specified an invalid argument",
            "error": f"Incorrect API key provided: {sent}",
        }
        return web.json_response(said, status=400)


@pytest.fixture
async def server() -> AsyncIterator[LanguageServer]:
    """A language server on a free loopback port."""
    one = LanguageServer()
    app = web.Application()
    app.router.add_post("/v1/chat/completions", one.chat)
    app.router.add_get("/v1/models", one.list)
    runner = web.AppRunner(app, shutdown_timeout=0.1, handler_cancellation=True)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    one.url = f"http://127.0.0.1:{runner.addresses[0][1]}/v1"
    yield one
    await runner.cleanup()
