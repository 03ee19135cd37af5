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


GB = 1 << 30


class OllamaServer:
    """An Ollama that holds models, fetches those of its library, and turns texts into vectors."""

    def __init__(self):
        self.url = ""
        self.held = {
            "llama3.2:latest": ["completion", "tools"],
            "gemma:2b": ["completion"],
            "qwen3:8b": ["completion", "tools", "thinking"],
        }
        self.steps = [
            {"status": "pulling manifest"},
            {"status": "pulling aaa", "digest": "aaa", "total": 2 * GB},
            {"status": "pulling aaa", "digest": "aaa", "total": 2 * GB, "completed": GB},
            {"status": "pulling aaa", "digest": "aaa", "total": 2 * GB, "completed": 2 * GB},
            {"status": "pulling bbb", "digest": "bbb", "total": 1_000, "completed": 1_000},
            {"status": "verifying sha256 digest"},
            {"status": "success"},
        ]  # fmt: skip
        self.pulled, self.gone = [], asyncio.Event()

    async def tags(self, _request):
        return web.json_response(
            {"models": [{"name": name, "model": name, "size": GB} for name in self.held]}
        )

    async def show(self, request):
        name = (await request.json())["model"]
        found = self.held.get(name) or self.held.get(f"{name}:latest")
        if found is None:
            return web.json_response({"error": f"model '{name}' not found"}, status=404)
        return web.json_response({"capabilities": found, "model_info": {"llama.context_length": 131_072}})

    async def pull(self, request):
        self.pulled.append(model := (await request.json())["model"])
        response = web.StreamResponse(headers={"content-type": "application/x-ndjson"})
        await response.prepare(request)
        try:
            for step in self.steps:
                if step is None:
                    request.transport.abort()
                    return response
                if isinstance(step, float):
                    await asyncio.sleep(step)
                    continue
                if isinstance(step, asyncio.Event):
                    await step.wait()
                    continue
                await response.write(json.dumps(step).encode() + b"\n")
                if step.get("status") == "success":
                    self.held[model] = ["completion"]
        except (ConnectionError, asyncio.CancelledError):
            self.gone.set()
            raise
        return response

    async def embed(self, request):
        asked = await request.json()
        if asked["model"] != "nomic-embed-text":
            return web.json_response(
                {"error": f'model "{asked["model"]}" not found, try pulling it first'}, status=404
            )
        vectors = [[float(len(text)), float(sum(map(ord, text)) % 97), 1.0] for text in asked["input"]]
        return web.json_response(
            {"model": asked["model"], "embeddings": vectors, "prompt_eval_count": len(vectors)}
        )


@pytest.fixture
async def fake() -> AsyncIterator[OllamaServer]:
    """An Ollama on a free loopback port."""
    one = OllamaServer()
    app = web.Application()
    app.router.add_get("/api/tags", one.tags)
    app.router.add_post("/api/show", one.show)
    app.router.add_post("/api/pull", one.pull)
    app.router.add_post("/api/embed", one.embed)
    runner = web.AppRunner(app, shutdown_timeout=0.1, handler_cancellation=True)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    one.url = f"http://127.0.0.1:{runner.addresses[0][1]}/v1"
    yield one
    await runner.cleanup()
