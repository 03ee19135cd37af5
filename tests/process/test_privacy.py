"""A real hub and a server of the world that writes down every byte: what leaves, and what never does.

The hub is unchanged, and speaks TLS through a proxy to a name of the public DNS, as it would outside; that
proxy leads all names to that server, and the hub is told to trust its certificate.
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import json
import ssl
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import web

from hub.testing import RunningHub

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

NAME = "api.world.example"
KEY = "a-key-of-no-known-shape"
SECRETS = (
    "Tr0ub4dor&3", "sk-live0123456789abcdef", "4111 1111 1111 1111", "nsec1vl029mgpspedva04g90vltkh6fvh240zqtv9k0t9",
    KEY,
)  # fmt: skip
PERSONAL = ("anna.berg@example.com", "192.168.178.44", "+43 664 1234567", "42 Maple Street")
TOLD = (
    f"Mail {PERSONAL[0]} or call {PERSONAL[2]}, {PERSONAL[3]}: the box at {PERSONAL[1]} has the password {SECRETS[0]}"
    f" and my wifi password is {SECRETS[0]}, the keys are {SECRETS[1]} and {SECRETS[3]}, card {SECRETS[2]},"
    f" and you know {KEY}."
)


class World:
    """A language server that writes down what it is told, and says the person's words again, in pieces."""

    def __init__(self) -> None:
        self.asked: list[bytes] = []

    @property
    def told(self) -> str:
        """All that came in, escapes undone."""
        return "\n".join(json.dumps(json.loads(one), ensure_ascii=False) for one in self.asked if one)

    async def chat(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        self.asked.append(body)
        said = json.loads(body)["messages"][-1]["content"]
        response = web.StreamResponse(headers={"content-type": "text/event-stream"})
        await response.prepare(request)
        text = f"You said: {said}"
        for start in range(0, len(text), 3):
            piece = {"choices": [{"index": 0, "delta": {"content": text[start : start + 3]}}]}
            await response.write(f"data: {json.dumps(piece)}\n\n".encode())
        end = {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}
        await response.write(f"data: {json.dumps(end)}\n\ndata: [DONE]\n\n".encode())
        return response

    async def embed(self, request: web.Request) -> web.Response:
        body = await request.read()
        self.asked.append(body)
        listed = [{"index": n, "embedding": [0.5, 0.5]} for n, _ in enumerate(json.loads(body)["input"])]
        return web.json_response({"data": listed, "model": "vectors", "usage": {"prompt_tokens": 1}})

    async def models(self, request: web.Request) -> web.Response:
        assert not await request.read()  # who asks for the list says nothing
        return web.json_response({"data": [{"id": "wide"}]})


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[tuple[World, dict[str, str]]]:
    """The server, and the environment in which a hub finds and trusts it."""
    certificate, key = _certified(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    one, app = World(), web.Application()
    app.router.add_post("/v1/chat/completions", one.chat)
    app.router.add_post("/v1/embeddings", one.embed)
    app.router.add_get("/v1/models", one.models)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context)
    await site.start()
    port = runner.addresses[0][1]
    proxy = await asyncio.start_server(lambda *ends: _tunnel(port, *ends), "127.0.0.1", 0)
    through = f"http://127.0.0.1:{proxy.sockets[0].getsockname()[1]}"
    env = {
        "HTTPS_PROXY": through, "https_proxy": through,
        "NO_PROXY": "", "no_proxy": "", "SSL_CERT_FILE": str(certificate), "PIP_NO_INDEX": "1",
    }  # fmt: skip
    yield one, env
    proxy.close()
    await runner.cleanup()


async def _tunnel(port: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Lead what is meant for `NAME` to ``port``; refuse all else."""
    head = await reader.readuntil(b"\r\n\r\n")
    if not head.startswith(f"CONNECT {NAME}:443 ".encode()):
        writer.write(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
        writer.close()
        return
    there, back = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
    await asyncio.gather(_pipe(reader, back), _pipe(there, writer))


async def _pipe(one: asyncio.StreamReader, other: asyncio.StreamWriter) -> None:
    with contextlib.suppress(ConnectionError):
        while data := await one.read(65_536):
            other.write(data)
            await other.drain()
    other.close()


def _certified(folder: Path) -> tuple[Path, Path]:
    """Write a certificate for `NAME` that vouches for itself, and its key."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, NAME)])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    certificate, private = folder / "world.pem", folder / "world.key"
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return certificate, private


class Home:
    """A hub with one server of the world, and its owner."""

    def __init__(self, hub: RunningHub, world: World) -> None:
        self.hub, self.world = hub, world

    async def send(self, method: str, path: str, **body: Any) -> Any:
        async with self.hub.client.request(method, f"{self.hub.url}{path}", **body) as response:
            told = await response.text()
            assert response.status < 400, told
            return json.loads(told) if told.startswith(("{", "[")) else told

    async def ask(self, *texts: str) -> list[str]:
        """Say ``texts`` in a talk of its own; return the answers. What is told meanwhile is in the world."""
        self.world.asked.clear()
        talk = (await self.send("POST", "/api/talks"))["id"]
        return [
            (await self.send("POST", f"/api/talks/{talk}/turns", json={"text": text}))["answer"]
            for text in texts
        ]

    async def tier(self, tier: str) -> None:
        await self.send("PATCH", "/api/settings", json={"privacy": tier})

    async def own(self, tier: str) -> None:
        await self.send("POST", "/me/privacy", data={"tier": tier})


async def test_no_secret_leaves_in_any_tier_and_nothing_in_tier_local(
    tmp_path: Path, world: tuple[World, dict[str, str]]
) -> None:
    server, env = world
    data = tmp_path / "data"
    data.mkdir()
    (data / "hub.toml").write_text(
        f'[providers.wide]\nbase_url = "https://{NAME}/v1"\nmodel = "wide"\nenabled = true\nembeds = "vectors"\n'
    )
    async with RunningHub(data, env=env) as hub:
        await hub.sign_in()
        home = Home(hub, server)
        tried = await home.send("PUT", "/api/settings/providers/wide/key", json={"key": KEY})
        assert tried["ok"], tried
        await _redacted(home)
        await _full(home)
        await _local(home)
        await _own(home)
        await _apps(home)
        assert not [line for line in hub.output if any(one in line for one in (*SECRETS, *PERSONAL))]


async def _redacted(home: Home) -> None:
    """Without a setting; and in the answer everything stands as it was said, also in a later turn."""
    answers = await home.ask(TOLD, "What did I say?")
    assert answers[0].removeprefix("You said: ") == TOLD
    assert len(home.world.asked) == 2
    assert not [one for one in (*SECRETS, *PERSONAL) if one in home.world.told]


async def _full(home: Home) -> None:
    await home.tier("full")
    answers = await home.ask(TOLD, f"Again: {SECRETS[0]}")
    assert answers[0].removeprefix("You said: ") == TOLD
    assert answers[1] == f"You said: Again: {SECRETS[0]}"
    assert not [one for one in SECRETS if one in home.world.told]
    assert all(one in home.world.told for one in PERSONAL)


async def _local(home: Home) -> None:
    await home.tier("local")
    answers = await home.ask(TOLD, "Tell me about the sea.", "What is the capital of France?")
    assert all(answers)
    assert home.world.asked == []


async def _own(home: Home) -> None:
    """What the person chose holds though the house lets everything out; and not the other way round."""
    await home.tier("full")
    await home.own("local")
    assert all(await home.ask(TOLD))
    assert home.world.asked == []
    await home.own("redacted")
    await home.ask(TOLD)
    assert home.world.asked
    assert not [one for one in (*SECRETS, *PERSONAL) if one in home.world.told]
    page = await home.send("GET", "/me")
    assert 'value="redacted" checked' in page
    await home.tier("local")
    assert all(await home.ask(TOLD))
    assert home.world.asked == []
    await home.own("")


async def _apps(home: Home) -> None:
    """An app that speaks OpenAI's protocol is held to the same; so are vectors."""
    chat = {"model": "hub/auto", "messages": [{"role": "user", "content": TOLD}]}
    home.world.asked.clear()
    async with home.hub.client.post(
        f"{home.hub.url}/v1/embeddings", json={"input": TOLD, "model": "vectors"}
    ) as told:
        assert told.status == 503
        assert "stays in this house" in await told.text()
    async with home.hub.client.post(f"{home.hub.url}/v1/chat/completions", json=chat):
        pass
    assert home.world.asked == []
    await home.tier("redacted")
    await home.send("POST", "/v1/embeddings", json={"input": [TOLD, "a tree"], "model": "vectors"})
    told = await home.send("POST", "/v1/chat/completions", json=chat)
    assert told["choices"][0]["message"]["content"] == f"You said: {TOLD}"
    assert len(home.world.asked) == 2
    assert not [one for one in (*SECRETS, *PERSONAL) if one in home.world.told]
    home.world.asked.clear()
    async with home.hub.client.post(
        f"{home.hub.url}/v1/chat/completions", json=chat | {"model": "hub/local"}
    ) as _:
        pass
    assert home.world.asked == []
