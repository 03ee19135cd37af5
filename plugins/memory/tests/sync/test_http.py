"""Two real hubs that ask each other over HTTP, and strangers at their doors."""

from __future__ import annotations

import asyncio
import secrets
import ssl
import time
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest
from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from tests.serving import Serving, serving

import hub_memory
from hub import HubError, Memory, MemoryQuery, MemorySelection, NewMemory
from hub_memory.sync import asking, peer
from hub_memory.sync.asking import HEADER, PATH, signed
from hub_memory.sync.life import KIND, SECRET
from hub_memory.sync.peer import Peer, checked
from hub_memory.sync.phrase import keys, new_phrase
from hub_memory.sync.wire import Batch

from .conftest import KEYS, PHRASE

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

NODE = "aaaaaaaaaaaa"


@asynccontextmanager
async def hubs(
    tmp_path: Path, first: dict[str, Any] | None = None, **second: Any
) -> AsyncIterator[tuple[Serving, Serving]]:
    """Two hubs with nothing but a memory; the second asks the first."""
    off = ("voice", "nostr", "executor")
    async with AsyncExitStack() as stack:
        one = await stack.enter_async_context(
            serving(tmp_path / "one", disabled=off, plugins={"memory": first or {}})
        )
        await started(one)
        keeper = hub_memory._plugin._keeper
        stack.callback(setattr, hub_memory._plugin, "_keeper", keeper)  # a process has one of it, for one hub
        plugins = {"memory": {"sync_peers": [one.url]} | second}
        other = await stack.enter_async_context(serving(tmp_path / "other", disabled=off, plugins=plugins))
        await started(other)
        yield one, other


async def started(one: Serving) -> None:
    await one.hub.secrets.set(SECRET, PHRASE)
    one.hub.jobs.start()
    await one.hub.plugins.start()
    plugin = one.hub.plugins.get("memory")
    async with asyncio.timeout(60):
        while plugin.state not in {"ready", "degraded"}:
            assert plugin.state not in {"disabled", "stopped"}, plugin.reason
            await asyncio.sleep(0.01)


async def kept(one: Serving) -> list[str]:
    found = await one.hub.port(Memory).browse(MemorySelection(namespace="house"))
    return sorted(entry.text for entry in found)


async def memory_of(one: Serving) -> list[str]:
    found = await one.hub.port(Memory).browse(MemorySelection(namespace=one.owner.id))
    return sorted(entry.text for entry in found)


async def signed_in(one: Serving) -> aiohttp.ClientSession:
    token = await one.hub.sessions.start(one.owner, "test")
    return aiohttp.ClientSession(
        one.url, cookies={one.cookie: token}, cookie_jar=aiohttp.CookieJar(unsafe=True)
    )


async def meet(one: Serving) -> dict[str, Any]:
    async with await signed_in(one) as client, client.post("/p/memory/sync/now") as told:
        assert told.status == 200, await told.text()
        return await told.json()


async def say(one: Serving, text: str, namespace: str = "house") -> str:
    return (await one.hub.port(Memory).remember([NewMemory(text, namespace)]))[0]


async def test_two_hubs_come_to_know_the_same_and_forget_the_same(tmp_path):
    async with hubs(tmp_path) as (one, other):
        name = await say(one, "The heron is back.")
        await say(other, "The tide is out.")
        status = await meet(other)
        assert status["trouble"] == []
        assert status["paired"]
        assert await kept(one) == await kept(other) == ["The heron is back.", "The tide is out."]
        await one.hub.port(Memory).forget(MemorySelection(ids=(name,)))
        await meet(other)
        assert await kept(one) == await kept(other) == ["The tide is out."]
        seen = (await meet(other))["peers"]
        assert {peer_["place"] for peer_ in seen} == {one.url}


async def test_what_came_is_found_by_what_it_means(tmp_path):
    async with hubs(tmp_path) as (one, other):
        await say(one, "The puppy sleeps in the kitchen.")
        await meet(other)
        memory = other.hub.port(Memory)
        async with asyncio.timeout(30):  # vectors do not travel: they are made here, in the background
            while (await memory.health()).to_embed:
                await asyncio.sleep(0.01)
        found = await memory.recall(MemoryQuery("Where is the dog?", ("house",), legs=("meaning",)))
        assert [hit.entry.text for hit in found.hits] == ["The puppy sleeps in the kitchen."]


@pytest.mark.parametrize("names", [[], ["OWNER "]])
async def test_people_travel_by_name_where_both_owners_say_so(tmp_path, names):
    async with hubs(tmp_path, {"sync_people": names}, sync_people=["owner"]) as (one, other):
        await say(one, "Of mine.", one.owner.id)
        await say(other, "Of yours.", other.owner.id)
        assert one.owner.name == other.owner.name
        status = await meet(other)
        assert status["people"] == ["owner"]
        both = ["Of mine.", "Of yours."]
        assert await memory_of(one) == (both if names else ["Of mine."])
        assert await memory_of(other) == (both if names else ["Of yours."])


async def test_the_job_meets_by_itself(tmp_path):
    async with hubs(tmp_path) as (one, other):
        (job,) = other.hub.jobs.list(KIND)
        assert one.hub.jobs.list(KIND) == []
        await say(one, "The heron is back.")
        async with asyncio.timeout(30):
            while job.state != "waiting":
                await asyncio.sleep(0.01)
                (job,) = other.hub.jobs.list(KIND)
            await other.hub.jobs.change(job.id, due=other.hub.jobs.clock.after(0))
            while not await kept(other):
                await asyncio.sleep(0.01)


async def test_who_is_not_paired_is_told_nothing(tmp_path):
    async with hubs(tmp_path) as (one, _):
        await say(one, "quokkazebra")
        fresh, foreign = signed(KEYS, time.time()), signed(keys(new_phrase()), time.time())
        late = signed(KEYS, time.time() - 2 * asking.LATE_S)
        forged = f"{fresh[:-1]}{'0' if fresh[-1] != '0' else '1'}"
        body = asking.question(KEYS, fresh, Batch(NODE, (), want=True))
        async with aiohttp.ClientSession(one.url) as client:

            async def ask(header: str | None, data: bytes = body) -> tuple[int, bytes]:
                async with client.post(PATH, data=data, headers={HEADER: header} if header else {}) as told:
                    return told.status, await told.read()

            assert (await ask(None))[0] == 401
            assert (await ask("1.2.3"))[0] == 401
            assert (await ask(fresh.replace(fresh.split(".")[2], "soon")))[0] == 401
            assert (await ask(foreign))[0] == 403
            assert (await ask(forged))[0] == 403
            assert (await ask(late))[0] == 409
            status, sealed = await ask(fresh)
            assert status == 200
            assert b"quokkazebra" not in sealed
            assert len(asking.answered(KEYS, fresh, sealed).changes) == 2
            assert (await ask(fresh))[0] == 409  # heard before
            again = signed(KEYS, time.time())
            assert (await ask(again))[0] == 422  # the body of another question
            with pytest.raises(HubError):
                asking.answered(KEYS, again, sealed)
            async with client.get("/p/memory/sync/status") as told:
                assert told.status in {401, 403}
            async with client.post("/p/memory/sync/now") as told:
                assert told.status in {401, 403}


async def test_what_is_too_much_is_refused_before_it_is_read(tmp_path, monkeypatch):
    monkeypatch.setattr("hub_memory.sync.door.MOST", 1000)
    async with hubs(tmp_path) as (one, _):

        async def drip() -> AsyncIterator[bytes]:
            yield b"x"
            await asyncio.sleep(1)
            yield b"x"

        async with aiohttp.ClientSession(one.url) as client:
            for data, status in ((b"x" * 5000, 413), (b"", 422), (b"x" * 900, 422), (drip(), 408)):
                if status == 408:
                    monkeypatch.setattr("hub_memory.sync.door.PATIENCE_S", 0.1)
                header = {HEADER: signed(KEYS, time.time())}
                async with client.post(PATH, data=data, headers=header) as told:
                    assert told.status == status
                    assert (await told.json())["fix"]


async def test_a_hub_without_a_phrase_or_with_another_is_told_in_words(tmp_path):
    async with hubs(tmp_path) as (one, other):
        await one.hub.secrets.forget(SECRET)
        status = await meet(other)
        assert "paired with nobody" in status["trouble"][0]["what"]
        await one.hub.secrets.set(SECRET, new_phrase())
        status = await meet(other)
        assert "another phrase" in status["trouble"][0]["what"]
        await other.hub.secrets.forget(SECRET)
        status = await meet(other)
        assert not status["paired"]
        assert status["trouble"][0]["fix"].startswith("Run: hub memory pair")
        await other.hub.secrets.set(SECRET, "aaaa-bbbb")
        status = await meet(other)
        assert "no phrase" in status["trouble"][0]["what"]
        assert not any(secrets_ in str(status) for secrets_ in (PHRASE, "aaaa-bbbb"))


@asynccontextmanager
async def answering(answer: Any, trust: ssl.SSLContext | None = None) -> AsyncIterator[str]:
    """Serve a peer that answers as it likes."""
    app = web.Application(client_max_size=1 << 25)
    app.router.add_route("*", "/{path:.*}", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=trust)
    await site.start()
    port = runner.addresses[0][1]
    try:
        yield f"http{'s' if trust else ''}://127.0.0.1:{port}"
    finally:
        await runner.cleanup()


async def all_of(one: Peer) -> list[Batch]:
    return [batch async for batch in one.fetch({})]


async def test_a_hostile_peer_costs_nothing_but_its_turn(monkeypatch):
    monkeypatch.setattr(peer, "MOST", 100_000)
    elsewhere = []

    async def redirect(request):
        if "elsewhere" in request.path:
            elsewhere.append(request.path)
        raise web.HTTPTemporaryRedirect("/elsewhere")

    async def never(_):
        await asyncio.sleep(2)

    async def endless(request):
        told = web.StreamResponse()
        await told.prepare(request)
        for _ in range(100):
            await told.write(secrets.token_bytes(1 << 14))
        return told

    async def noise(_):
        return web.Response(body=secrets.token_bytes(1000))

    async def door(_):
        return web.Response(status=403, text="Open me over https.\n")

    async def odd(_):
        return web.json_response({"error": 5, "fix": []}, status=400)

    async def itself(request):
        header = request.headers[HEADER]
        return web.Response(body=asking.answer(KEYS, header, Batch(NODE)))

    said = {}
    for each in (redirect, endless, noise, door, odd, itself, never):
        if each is never:
            monkeypatch.setattr(peer, "ANSWER_S", 0.5)
        async with answering(each) as url:
            with pytest.raises(HubError) as error:
                await all_of(Peer(url, KEYS, NODE))
            said[each.__name__] = str(error.value)
            assert error.value.fix
    assert not elsewhere
    assert "elsewhere" in said["redirect"]
    assert "too long" in said["never"]
    assert "more than I take" in said["endless"]
    assert "Open me over https" in said["door"]
    assert "copy of it" in said["itself"]
    with pytest.raises(HubError, match="nobody answers"):
        await all_of(Peer("http://127.0.0.1:9", KEYS, NODE))


def own_certificate(folder: Path) -> ssl.SSLContext:
    """A certificate that nobody but its maker knows."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([])
    now = datetime.now(UTC)
    made = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    made = made.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
    path = folder / "own.pem"
    path.write_bytes(
        made.sign(key, SHA256()).public_bytes(Encoding.PEM)
        + key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context


async def test_a_hub_with_a_certificate_of_its_own_is_known_by_the_phrase(tmp_path):
    async def answer(request):
        return web.Response(body=asking.answer(KEYS, request.headers[HEADER], Batch("b" * 12)))

    async def thief(request):
        foreign = keys(new_phrase())
        return web.Response(body=asking.answer(foreign, request.headers[HEADER], Batch("b" * 12)))

    trust = own_certificate(tmp_path)
    async with answering(answer, trust) as url:
        assert url.startswith("https")
        assert [batch.node for batch in await all_of(Peer(url, KEYS, NODE))] == ["b" * 12]
    async with answering(thief, trust) as url:
        with pytest.raises(HubError, match="another phrase"):
            await all_of(Peer(url, KEYS, NODE))


async def test_hubs_that_ask_each_other_at_once_end_up_alike(tmp_path):
    async with hubs(tmp_path) as (one, other):
        for at in range(20):
            await say(one, f"Of one {at}.")
            await say(other, f"Of the other {at}.")
        for _ in range(2):
            for status in await asyncio.gather(meet(other), meet(other), meet(other), say(one, "Meanwhile.")):
                assert isinstance(status, str) or status["trouble"] == []
        await meet(other)
        assert await kept(one) == await kept(other)
        assert len(await kept(one)) == 41


async def test_a_peer_that_was_set_up_anew_is_told_all_again():
    nodes = ["b" * 12, "c" * 12]

    async def answer(request):
        return web.Response(body=asking.answer(KEYS, request.headers[HEADER], Batch(nodes[0], cursor="7")))

    async with answering(answer) as url:
        one = Peer(url, KEYS, NODE)
        (batch,) = await all_of(one)
        assert not one.lost
        nodes.reverse()
        assert [b.node async for b in one.fetch({batch.node: batch.cursor})] == ["c" * 12]
        assert one.lost


@pytest.mark.parametrize(
    "url",
    ["", "ftp://x", "http://", "http://a:b@c", "http://a/b", "http://a?b", "http://a:99999", "http://[::1"],
)
def test_what_is_no_address_is_refused(url):
    with pytest.raises(HubError) as error:
        checked(url)
    assert error.value.fix


def test_an_address_is_kept_plain():
    assert checked("https://Hub.lan:8600/") == "https://hub.lan:8600"
    assert checked(" http://[::1]:8600") == "http://[::1]:8600"
