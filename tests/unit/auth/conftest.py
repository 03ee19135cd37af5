"""A house with everybody in it: the real app, asked in process as stranger, device, guest, member and owner."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from hub import config
from hub.app import build, cookie_name

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from hub.auth.sessions import Person
    from hub.hub import Hub

HOST = "127.0.0.1:8420"
URL = f"http://{HOST}"


@dataclass
class House:
    """The app, its hub, and a person of each role; ``tablet`` is a shared device."""

    app: Any
    hub: Hub
    owner: Person
    member: Person
    guest: Person
    tablet: Person

    @property
    def cookie(self) -> str:
        return cookie_name(self.hub.settings)

    def person(self, role: str) -> Person | None:
        return {
            "owner": self.owner,
            "member": self.member,
            "guest": self.guest,
            "device": self.tablet,
        }.get(role)

    async def sign_in(self, role: str) -> str:
        """Return the token of a new session; none for a stranger."""
        person = self.person(role)
        if person is None:
            return ""
        return await self.hub.sessions.start(person, "test", device=person.id if role == "device" else "")

    def client(self, token: str = "", *, host: str = HOST, peer: str = "192.0.2.7", **headers: str) -> Any:
        transport = httpx.ASGITransport(self.app, client=(peer, 1))
        cookies = {self.cookie: token} if token else None
        return httpx.AsyncClient(
            transport=transport, base_url=f"http://{host}", cookies=cookies, headers=headers
        )

    @asynccontextmanager
    async def socket(self, token: str, path: str = "/ws/session/test") -> AsyncIterator[Socket]:
        socket = Socket()
        scope = {
            "type": "websocket",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "scheme": "ws",
            "path": path,
            "raw_path": path.encode(),
            "root_path": "",
            "query_string": b"",
            "client": ("192.0.2.7", 1),
            "server": ("127.0.0.1", 8420),
            "subprotocols": [],
            "headers": [(b"host", HOST.encode()), (b"cookie", f"{self.cookie}={token}".encode())],
        }
        task = asyncio.create_task(self.app(scope, socket.coming.get, socket.going.put))
        await socket.coming.put({"type": "websocket.connect"})
        try:
            yield socket
        finally:
            await socket.coming.put({"type": "websocket.disconnect", "code": 1000})
            await asyncio.wait({task}, timeout=60)
            assert task.done()


@dataclass
class Socket:
    """The other end of a WebSocket, in process."""

    coming: asyncio.Queue[Any] = field(default_factory=asyncio.Queue)
    going: asyncio.Queue[Any] = field(default_factory=asyncio.Queue)

    async def until(self, *kinds: str) -> dict[str, Any]:
        """Return the next ASGI message of one of ``kinds``."""
        while True:
            message = await asyncio.wait_for(self.going.get(), 60)
            if message["type"] in kinds:
                return dict(message)

    async def greet(self) -> dict[str, Any]:
        """Say hello as a page and return what comes first: the welcome, or the closing."""
        await self.coming.put({"type": "websocket.receive", "text": '{"type": "hello", "page": true}'})
        await self.until("websocket.accept")
        while True:
            message = await self.until("websocket.send", "websocket.close")
            said = message.get("text", "")
            if message["type"] == "websocket.close" or '"welcome"' in said or '"session.created"' in said:
                return message


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    app = build(config.load(data=tmp_path))
    hub = app.state.hub
    await hub.open()
    owner = await hub.claims.redeem(await hub.claims.new_code())
    member = await hub.invites.redeem(await hub.invites.new(owner, "Mia", "member"))
    guest = await hub.invites.redeem(await hub.invites.new(owner, "Gus", "guest"))
    device, token = await hub.devices.pair(await hub.devices.offer(owner, "Kitchen tablet", "shared"), "test")
    tablet = await hub.sessions.person(token)
    assert tablet is not None
    assert tablet.id == device.id
    yield House(app, hub, owner, member, guest, tablet)
    await hub.stop()
