"""A hub that serves its API on a real port inside the test, with models that say what they are told to."""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import aiohttp
import uvicorn

from hub import config
from hub.app import build, cookie_name
from hub.heads import BoundedHeads
from hub.llm.provider import Caps, Delta, Done, Piece, Price, Probe, Request, ToolCall, Usage

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence
    from pathlib import Path

    from hub.auth.sessions import Person
    from hub.hub import Hub

PATIENCE_S = 60.0


class Told:
    """A model that gives the steps of ``script``: texts, calls of tools, figures, or seconds to wait."""

    def __init__(self, *script: Any, name: str = "told", **caps: Any) -> None:
        self.name = name
        about = {"tools": True, "model": "m-1", "prompt_tokens": 16_000, "title": "a told model"}
        self.caps = Caps(local=True, quality="full", **{**about, **caps})
        self.script: Sequence[Any] = script or ("Hello", " there.")
        self.requests: list[Request] = []
        self.closed = asyncio.Event()
        """Set when a stream was given up before its end."""

    async def stream(self, request: Request, deadline: float) -> AsyncIterator[Piece]:
        del deadline
        self.requests.append(request)
        whole = False
        try:
            for step in self.script:
                if isinstance(step, BaseException):
                    raise step
                if isinstance(step, int | float):
                    await asyncio.sleep(step)
                else:
                    yield Delta(step) if isinstance(step, str) else step
            yield Done("tools" if any(isinstance(step, ToolCall) for step in self.script) else "stop")
            whole = True
        finally:
            if not whole:
                self.closed.set()

    async def probe(self) -> Probe:
        return Probe(ok=True)


@dataclass
class Serving:
    """The hub, where it is, and a key of its owner."""

    hub: Hub
    url: str
    owner: Person
    key: str
    cookie: str
    model: Told = field(default_factory=Told)

    @property
    def v1(self) -> str:
        return f"{self.url}/v1"

    def client(self, key: str | None = None, **headers: str) -> aiohttp.ClientSession:
        """Return a client with ``key``, by default the owner's; "" sends none."""
        key = self.key if key is None else key
        given = {"authorization": f"Bearer {key}"} if key else {}
        return aiohttp.ClientSession(self.url, headers={**given, **headers})

    async def ask(self, path: str, body: Any, key: str | None = None, **headers: str) -> Reply:
        """Post ``body``, JSON or bytes as they are, and read the whole answer."""
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        async with self.client(key, **headers) as client, client.post(path, data=data) as answer:
            return Reply(
                answer.status, {k.lower(): v for k, v in answer.headers.items()}, await answer.read()
            )

    async def chat(self, text: str = "Tell me about whales.", **more: Any) -> Reply:
        """Ask the told model, in one message."""
        body = {"model": "told/m-1", "messages": [{"role": "user", "content": text}], **more}
        return await self.ask("/v1/chat/completions", body)


@dataclass
class Reply:
    """A whole answer."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def events(self) -> list[Any]:
        """The data of each server-sent event; ``[DONE]`` as it is."""
        found = [line[6:] for line in self.body.decode().splitlines() if line.startswith("data: ")]
        return [one if one == "[DONE]" else json.loads(one) for one in found]


@asynccontextmanager
async def serving(data: Path, *models: Any, **settings: Any) -> AsyncIterator[Serving]:
    """Serve a hub that asks ``models`` and no others but its own."""
    app = build(config.load(data=data, **settings))
    hub: Hub = app.state.hub
    await hub.open()
    for model in models:
        hub.router.add(model)
    options: Any = {"log_level": "error", "lifespan": "off", "http": BoundedHeads, "log_config": None}
    server = uvicorn.Server(uvicorn.Config(app, port=0, **options))
    task = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    owner = await hub.claims.redeem(await hub.claims.new_code())
    _, key = await hub.keys.make(owner, "Test")
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield Serving(hub, f"http://127.0.0.1:{port}", owner, key, cookie_name(hub.settings))
    finally:
        server.should_exit = server.force_exit = True
        await task
        await hub.stop()


FIGURES = Usage(12, 3, cached=4)
PRICE = Price(2.0, 0.5, 6.0)
