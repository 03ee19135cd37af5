"""The models page: what stands there, what its buttons do, and who may press them; the API alike."""

from __future__ import annotations

import asyncio
import functools
import hashlib
import threading
import time
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from typing import IO, TYPE_CHECKING

import aiohttp
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Mount

from hub import config
from hub.api.app import build
from hub.auth.guard import Guard
from hub.hub import Hub
from hub.models import About, ModelFile, Upstream
from hub.web.models import size

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

    from conftest import Site

COOKIE = "hub_test"
EARS = b"ears" * 500_000


class _Files(SimpleHTTPRequestHandler):
    pause = 0.0

    def log_message(self, *_: object) -> None:
        pass

    def copyfile(self, source: IO[bytes], outputfile: IO[bytes]) -> None:
        while block := source.read(400_000):
            time.sleep(self.pause)
            outputfile.write(block)


@pytest.fixture
def makers(tmp_path: Path) -> Iterator[str]:
    """The address of a hub that publishes two files."""
    folder = tmp_path / "published"
    folder.mkdir()
    (folder / "ears.bin").write_bytes(EARS)
    (folder / "big.bin").write_bytes(b"big")
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Files, directory=str(folder)))
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def model(url: str, name: str, data: bytes, **about: object) -> ModelFile:
    told = About(name, f"{name.title()} <1>", licence_url="https://example.org/licence", **about)  # type: ignore[arg-type]
    digest = hashlib.sha256(data).hexdigest()
    return ModelFile(
        name, name, f"{name}.bin", len(data), digest, "MIT", (Upstream(f"{url}/{name}.bin"),), about=told
    )


@pytest.fixture
async def hub(tmp_path: Path, makers: str) -> AsyncIterator[Hub]:
    files = (
        model(makers, "ears", EARS, purpose="hearing", notice="Its origin is not settled."),
        model(makers, "big", b"big", purpose="language", optional=True),
        model("http://127.0.0.1:9", "far", b"far", purpose="language", optional=True),
    )
    hub = Hub(config.load(data=tmp_path / "data"), files)
    await hub.open()
    hub.spawn(hub.models.keep(), name="models")
    yield hub
    await hub.stop()


@pytest.fixture
async def served(site: Site) -> AsyncIterator[str]:
    """The address of the API, whose owner is signed in on the site."""
    guard = Middleware(Guard, sessions=site.hub.sessions, names=(), cookie=COOKIE)
    app = Starlette(routes=[Mount("/", build(site.hub))], middleware=[guard])
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="warning"))
    task = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}/api/models"
    server.should_exit = True
    await task


async def text(site: Site, path: str = "/models") -> str:
    async with site.client.get(site.url + path) as response:
        assert response.status == 200
        return await response.text()


async def post(site: Site, path: str, client: aiohttp.ClientSession | None = None) -> tuple[int, str]:
    async with (client or site.client).post(site.url + path) as response:
        return response.status, await response.text()


async def ask(site: Site, url: str, **body: object) -> tuple[int, dict[str, object]]:
    async with site.client.post(url, json=body) as response:
        return response.status, await response.json()


async def test_the_page_says_what_is_here_and_what_is_not(site: Site) -> None:
    await site.hub.models.wait("ears")
    await text(site)  # looks whether the hubs answer
    while site.hub.models.reach.said("127.0.0.1:9") is None or len(site.hub.models.reach._known) < 2:
        await asyncio.sleep(0.01)
    page = await text(site)
    assert (
        page.index("Hears you")
        < page.index("Ears &lt;1&gt;")
        < page.index("Thinks")
        < page.index("Big &lt;1&gt;")
    )
    assert "2.0\N{NO-BREAK SPACE}MB on disk" in page
    assert "Its origin is not settled." in page
    assert 'action="/models/big/pull"' in page
    assert 'action="/models/far/pull"' not in page
    assert "127.0.0.1:9 does not answer from here" in page
    assert 'href="https://example.org/licence"' in page


async def test_the_buttons(site: Site) -> None:
    models = site.hub.models
    await models.wait("ears")
    status, page = await post(site, "/models/big/pull")
    assert status == 200
    assert "I am getting it." in page
    async with asyncio.timeout(60):
        while models.state("big").state != "ready":
            await asyncio.sleep(0.01)
    page = await text(site)
    assert "I cannot hear you" in page
    assert 'action="/models/big/use"' in page
    await post(site, "/models/ears/remove")
    assert models.state("ears").state == "off"
    assert "removed" in await text(site)
    assert (await post(site, "/models/nonsense/remove"))[0] == 404
    big = models.path("big")
    big.write_bytes(b"bad")
    await post(site, "/models/verify")
    async with asyncio.timeout(60):
        while big.read_bytes() != b"big":  # found, and fetched anew
            await asyncio.sleep(0.01)


async def test_a_tab_sees_the_bytes_come(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_Files, "pause", 0.15)
    await site.hub.models.wait("ears")
    async with site.tab({"page": True, "parts": ["models"], "rev": ""}) as tab:
        await post(site, "/models/ears/remove")
        await post(site, "/models/ears/pull")
        seen = ""
        async with asyncio.timeout(60):
            while "2.0\N{NO-BREAK SPACE}MB on disk" not in seen or "<progress" not in seen:
                message = await tab.until("swap")
                if message["target"] == "#models":
                    seen += message["html"]


async def test_members_see_and_do_not_act(site: Site, served: str) -> None:
    code = await site.hub.invites.new(await _owner(site), "Tom", "member", 1)
    person = await site.hub.invites.redeem(code)
    cookies = {COOKIE: await site.hub.sessions.start(person, "test")}
    async with aiohttp.ClientSession(cookies=cookies) as member:
        async with member.get(f"{site.url}/models") as response:
            page = await response.text()
        assert response.status == 200
        assert "Ears &lt;1&gt;" in page
        assert "<button" not in page
        assert (await post(site, "/models/ears/remove", member))[0] == 403
        async with member.get(served) as response:
            assert response.status == 200
        async with member.post(f"{served}/remove", json={"names": ["ears"]}) as response:
            assert response.status == 403
    await site.hub.models.wait("ears")


async def _owner(site: Site) -> object:
    return next(person for person in await site.hub.people.all() if person.role == "owner")


async def test_the_api(site: Site, served: str) -> None:
    await site.hub.models.wait("ears")
    async with site.client.get(served) as response:
        told = await response.json()
    assert {card["id"]: card["state"] for card in told["models"]} == {
        "ears": "ready",
        "big": "off",
        "far": "off",
    }
    assert 0 < told["disk"]["free"] < told["disk"]["total"]
    assert await ask(site, f"{served}/verify") == (200, {"damaged": []})
    assert await ask(site, f"{served}/remove", names=["ears"]) == (200, {"removed": ["ears"]})
    assert site.hub.models.state("ears").state == "off"
    assert await ask(site, f"{served}/pull", names=["ears"]) == (200, {"wanted": ["ears"]})
    await site.hub.models.wait("ears")
    status, told = await ask(site, f"{served}/use", name="ears")
    assert (status, told["error"]) == (409, "ears is not a model to think with.")
    status, told = await ask(site, f"{served}/pull", names=["nonsense"])
    assert status == 409
    assert told["fix"] == "The models are: ears, big, far."
    async with site.client.get(f"{served}/licences") as response:
        assert (await response.json())[0]["notice"] == "Its origin is not settled."


def test_sizes_are_in_the_unit_that_people_use() -> None:
    assert [size(count).replace("\N{NO-BREAK SPACE}", " ") for count in (2_327_524, 98_362_432, 1_117_320_736)] == [
        "2.3 MB", "98 MB", "1.1 GB",
    ]  # fmt: skip
