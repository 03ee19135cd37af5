"""Connections over real sockets: kept, given up, proven, and what it means when there are none."""

from __future__ import annotations

import asyncio
import errno
import socket
import ssl
from contextlib import suppress
from pathlib import Path

import aiohttp
import pytest
from aiohttp.client_reqrep import ConnectionKey

from hub.llm import faults
from hub.llm.breakers.outcomes import outcome_of
from hub.llm.faults import Fault
from hub.llm.provider import Delta, Done, Message, Request, Usage
from hub.llm.servers import connection
from hub.llm.servers.connection import Connection, Patience, trusted
from hub.llm.servers.openai import OpenAI, Server
from hub.testing.upstream import Upstream, always

ASK = Request((Message("user", "Hi."),), "talk", 64)


async def nobodys():
    return None


@pytest.fixture
async def up():
    async with Upstream() as up:
        yield up


@pytest.fixture
async def one(up):
    one = OpenAI("lab", Server("Lab", up.url, "big-1"), nobodys)
    yield one
    await one.retire()


async def ask(one, request=ASK):
    return [piece async for piece in one.stream(request, 5)]


def said(pieces):
    return "".join(piece.text for piece in pieces if isinstance(piece, Delta))


async def test_a_connection_is_kept_for_the_next_question(up, one):
    for _ in range(5):
        pieces = await ask(one)
        assert isinstance(pieces[-1], Done)
        await asyncio.sleep(0.05)  # the end of the stream frees it
    assert up.connections == 1


async def test_one_that_was_let_go_meanwhile_is_replaced_and_asked_once(up, one):
    await ask(one)
    await asyncio.sleep(0.05)
    for _ in range(3):
        await up.away()
        await up.back()
        assert isinstance((await ask(one))[-1], Done)
    assert len(up.asked) == 4


async def test_a_server_that_hangs_up_on_a_new_connection_is_not_asked_twice(up, one):
    up.schedule = always("close")
    with pytest.raises(Fault) as caught:
        await ask(one)
    assert caught.value.what == "cut"
    assert len(up.asked) == 1


async def test_giving_up_closes_the_connection_at_once(up, one):
    up.gap_s = 0.05
    stream = one.stream(ASK, 5)
    assert isinstance(await anext(stream), Delta)
    await stream.aclose()
    for _ in range(3_000):
        if not up.connections:
            break
        await asyncio.sleep(0.02)
    assert not up.connections


async def test_a_slow_reader_is_no_slow_server(up, one, monkeypatch):
    """The time that whoever listens takes over a piece is not the server's."""
    monkeypatch.setattr("hub.llm.servers.openai.STALL_S", 0.15)
    texts = []
    async for piece in one.stream(ASK, 5):
        if isinstance(piece, Delta) and len(texts) < 2:
            await asyncio.sleep(0.4)
        texts.append(piece)
    assert isinstance(texts[-1], Done)


@pytest.mark.parametrize(
    ("trouble", "what"),
    [
        ("error", "broken"), ("pace", "pace"), ("close", "cut"), ("drop", "cut"), ("hang", "slow"), ("cut", "cut"),
        ("stall", "slow"), ("end", "cut"), ("garbage", "foreign"), ("oversized", "foreign"), ("key", "key"),
        ("model", "model"), ("empty", "empty"), ("slow", "slow"),
    ],
)  # fmt: skip
async def test_every_trouble_is_a_fault_of_its_kind(up, one, trouble, what, monkeypatch):
    if trouble == "stall":
        monkeypatch.setattr("hub.llm.servers.openai.STALL_S", 0.5)
    up.schedule = always(trouble, seconds=60 if trouble == "slow" else 7)
    with pytest.raises(Fault) as caught:
        async for _ in one.stream(ASK, 0.5 if trouble in {"hang", "slow"} else 5):
            pass
    assert caught.value.what == what
    assert (caught.value.retry_after == 7) == (trouble == "pace")


async def test_an_answer_that_comes_byte_by_byte_is_whole(up, one):
    whole = await ask(one)
    up.schedule = always("split")
    split = await ask(one)
    assert said(split) == said(whole)
    assert split[-2:] == whole[-2:]


class Waits:
    """The side of a stream of bytes that `Patience` uses: nothing comes until it is told."""

    def __init__(self):
        self.coming = asyncio.get_running_loop().create_future()

    async def readany(self):
        return await self.coming

    def set_exception(self, error):
        self.coming.set_exception(error)


async def test_patience_ends_only_who_waits():
    loop, content = asyncio.get_running_loop(), Waits()
    patience = Patience(content, loop.time() + 0.05)
    await asyncio.sleep(0.15)
    assert not content.coming.done()  # nobody waited
    patience.wait_until(loop.time() + 0.05)
    patience.waits = True
    with pytest.raises(TimeoutError):
        await content.readany()
    patience.close()


@pytest.mark.filterwarnings("error::ResourceWarning")
async def test_ten_megabytes_are_asked_or_refused_in_words(up, one, server):
    long = Request((Message("user", "word " * 2_000_000),), "talk", 64)
    assert isinstance((await ask(one, long))[-1], Done)
    assert len(up.asked[-1]["messages"][0]["content"]) == 10_000_000
    small = OpenAI("small", Server("Lab", server.url, "big-1"), nobodys)
    with pytest.raises(Fault) as caught:
        await ask(small, long)
    assert (str(caught.value), caught.value.what) == ("That is too long for Lab.", "refused")
    await small.retire()


# -- no network -------------------------------------------------------------------------------------------


def refused(kind, *args, host="api.x.ai"):
    key = ConnectionKey(host, 443, True, True, None, None, None)
    return aiohttp.ClientConnectorError(key, kind(*args))


@pytest.mark.parametrize(
    ("error", "host", "routed", "what"),
    [
        (refused(socket.gaierror, socket.EAI_AGAIN, "again"), "api.x.ai", True, "network"),
        (refused(socket.gaierror, socket.EAI_NONAME, "no such name"), "api.x.ai", True, "away"),
        (refused(socket.gaierror, socket.EAI_NONAME, "no such name"), "api.x.ai", False, "network"),
        (refused(OSError, errno.ENETUNREACH, "unreachable"), "api.x.ai", True, "network"),
        (refused(OSError, errno.EHOSTUNREACH, "no route"), "api.x.ai", True, "network"),
        (refused(ConnectionRefusedError, errno.ECONNREFUSED, "refused"), "api.x.ai", False, "away"),
        (refused(OSError, errno.EHOSTUNREACH, "no route"), "nas.lan", False, "away"),
        (refused(socket.gaierror, socket.EAI_AGAIN, "again"), "nas", False, "away"),
        (aiohttp.ServerDisconnectedError(), "api.x.ai", True, "cut"),
        (aiohttp.ClientPayloadError(), "api.x.ai", True, "cut"),
        (aiohttp.ConnectionTimeoutError(), "api.x.ai", True, "away"),
        (TimeoutError(), "api.x.ai", True, "slow"),
        (aiohttp.InvalidURL("x"), "x", True, "foreign"),
    ],
)  # fmt: skip
def test_what_goes_wrong_on_the_way_is_sorted(error, host, routed, what, monkeypatch):
    monkeypatch.setattr(faults, "_routed", lambda *_: routed)
    fault = faults.of_exception(error, "Lab", host)
    assert fault.what == what
    assert fault.fix
    assert len(str(fault).split()) <= 10
    if what == "network":
        assert outcome_of(fault) == "local"


def test_an_error_of_our_own_is_no_fault_of_the_server():
    assert faults.of_exception(KeyError("x"), "Lab", "api.x.ai") is None


def test_a_name_that_nobody_has_is_told_over_a_real_resolver():
    async def go():
        one = OpenAI("lab", Server("Lab", "https://nobody.invalid/v1", "m"), nobodys)
        try:
            with pytest.raises(Fault) as caught:
                await ask(one)
        finally:
            await one.retire()
        return caught.value

    assert asyncio.run(go()).what in {"away", "network"}


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({}, None), ({"retry-after": "7"}, 7), ({"retry-after": " 0.5 "}, 0.5), ({"retry-after": "999999999"}, 3_600),
        ({"retry-after": "soon"}, None), ({"retry-after": "-3"}, None), ({"retry-after": "²"}, None),
        ({"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}, 0), ({"retry-after-ms": "250", "retry-after": "9"}, 0.25),
        ({"x-ratelimit-reset-requests": "6m0s"}, 360), ({"x-ratelimit-reset-requests": "20ms"}, 0.02),
        ({"x-ratelimit-reset-requests": "1h2m3.5s"}, 3_600), ({"x-ratelimit-reset-requests": "1.5s"}, 1.5),
        ({"x-ratelimit-reset-requests": ""}, None), ({"x-ratelimit-reset-requests": "x"}, None),
    ],
)  # fmt: skip
def test_how_long_a_pause_is_wanted(headers, wait):
    assert faults.pause(headers) == wait


# -- certificates, proxies --------------------------------------------------------------------------------


def test_without_certificates_of_the_system_there_are_certifis(monkeypatch, tmp_path):
    paths = type("Paths", (), {"cafile": None, "capath": str(tmp_path)})
    monkeypatch.setattr(connection.ssl, "get_default_verify_paths", lambda: paths)
    monkeypatch.setattr(connection.ssl, "create_default_context", _empty)
    assert trusted().cert_store_stats()["x509_ca"] > 50
    (tmp_path / "one.0").write_text("x")
    assert not trusted().cert_store_stats()["x509_ca"]


def _empty():
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


async def test_over_tls_it_streams_and_giving_up_closes_the_connection_too(tmp_path, monkeypatch):
    gone = asyncio.Event()

    async def serve(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n")
        with suppress(ConnectionError):
            while not reader.at_eof() and not writer.is_closing():
                writer.write(b'data: {"choices": [{"delta": {"content": "on "}}]}\n\n')
                await writer.drain()
                await asyncio.sleep(0.01)
        gone.set()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=certificate(tmp_path))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "both.pem"))
    port = server.sockets[0].getsockname()[1]
    one = OpenAI("lab", Server("Lab", f"https://localhost:{port}/v1", "m"), nobodys)
    stream = one.stream(ASK, 30)
    for _ in range(3):
        assert (await anext(stream)).text.startswith("on ")
    await stream.aclose()
    await asyncio.wait_for(gone.wait(), 60)
    await one.retire()
    server.close()


def certificate(folder):
    """Return a context for a server called localhost, whose certificate lies in ``folder`` as both.pem."""
    from datetime import UTC, datetime, timedelta

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(x509.oid.NameOID.COMMON_NAME, "localhost")])
    builder = x509.CertificateBuilder(
        name, name, key.public_key(), 1, now - timedelta(days=1), now + timedelta(days=1)
    )
    builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    (folder / "both.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        + builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "both.pem")
    return context


async def test_a_proxy_of_the_environment_leads_to_the_world_only(monkeypatch):
    asked = []

    async def proxy(reader, writer):
        asked.append((await reader.readuntil(b"\r\n\r\n")).split(b"\r\n")[0])
        writer.write(b"HTTP/1.1 403 No\r\ncontent-length: 0\r\n\r\n")
        writer.close()

    server = await asyncio.start_server(proxy, "127.0.0.1", 0)
    for name in ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    one = OpenAI("lab", Server("Lab", "https://api.example/v1", "m"), nobodys)
    with pytest.raises(Fault) as caught:
        await ask(one)
    assert asked == [b"CONNECT api.example:443 HTTP/1.1"]
    assert caught.value.what == "away"
    await one.retire()
    async with Upstream() as up:
        home = OpenAI("lab", Server("Lab", up.url, "big-1"), nobodys)
        assert isinstance((await ask(home))[-1], Done)
        await home.retire()
    assert len(asked) == 1
    server.close()


async def test_what_could_not_be_opened_is_tried_again(up, monkeypatch):
    broken = [OSError("no file handles")]

    def prepare(url, distance, real=connection._prepare):
        if broken:
            raise broken.pop()
        return real(url, distance)

    monkeypatch.setattr(connection, "_prepare", prepare)
    one = Connection(up.url, "machine")
    with pytest.raises(OSError, match="file handles"):
        await one.send("GET", up.url + "/models", {})
    answer = await one.send("GET", up.url + "/models", {})
    assert answer.status == 200
    answer.close()
    await one.close()


# -- figures ----------------------------------------------------------------------------------------------


async def test_what_was_read_from_the_cache_is_told(server):
    async def said(usage):
        server.script = (server.text("Yes."), server.STOP, {"choices": [], "usage": usage}, "[DONE]")
        one = OpenAI("lab", Server("Lab", server.url, "big-1"), nobodys)
        pieces = await ask(one)
        await one.retire()
        return next(piece for piece in pieces if isinstance(piece, Usage))

    openai = {
        "prompt_tokens": 100,
        "completion_tokens": 9,
        "total_tokens": 109,
        "prompt_tokens_details": {"cached_tokens": 64},
    }
    assert await said(openai) == Usage(100, 9, 64)
    thought = openai | {"total_tokens": 203, "completion_tokens_details": {"reasoning_tokens": 94}}
    assert await said(thought) == Usage(100, 103, 64)  # xAI tells thought apart, and charges for it
    assert await said({"prompt_tokens": 5, "completion_tokens": 1, "prompt_cache_hit_tokens": 9}) == Usage(
        5, 1, 5
    )
    assert (await said({"prompt_tokens": -5, "completion_tokens": True})).estimated


async def test_an_answer_that_was_cut_is_paid_as_far_as_it_came(up, one):
    up.schedule = always("cut")
    with pytest.raises(Fault) as caught:
        await ask(one)
    usage = caught.value.usage
    assert usage.estimated
    assert usage.prompt > 0
    up.schedule = always("error")
    with pytest.raises(Fault) as caught:
        await ask(one)
    assert caught.value.usage is None


async def test_what_was_thought_or_called_is_paid_though_nothing_was_said(server):
    thought = {"choices": [{"delta": {"content": None, "reasoning_content": "Hmm, " * 200}}]}
    call = {
        "choices": [
            {
                "delta": {
                    "tool_calls": [{"index": 0, "id": "a", "function": {"name": "t", "arguments": "x" * 360}}]
                }
            }
        ]
    }
    for script, least in (
        ((thought,), 250),
        ((call,), 100),
        ((server.text(f"<think>{'a b ' * 90}</think>"),), 100),
    ):
        server.script = (*script, None)
        one = OpenAI("lab", Server("Lab", server.url, "big-1"), nobodys)
        with pytest.raises(Fault) as caught:
            await ask(one)
        assert caught.value.usage.completion >= least
        await one.retire()


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="counts open files")
async def test_no_socket_and_no_task_is_left(up):
    tasks = len(asyncio.all_tasks())
    files = len(list(Path("/proc/self/fd").iterdir()))
    one = OpenAI("lab", Server("Lab", up.url, "big-1"), nobodys)
    for trouble in ("error", "pace", "close", "drop", "cut", "end", "garbage", "oversized", "key", "model"):
        up.schedule = always(trouble)
        with pytest.raises(Fault):
            await ask(one)
    await one.retire()
    await asyncio.sleep(0.3)
    assert len(asyncio.all_tasks()) == tasks
    assert len(list(Path("/proc/self/fd").iterdir())) <= files + 1
