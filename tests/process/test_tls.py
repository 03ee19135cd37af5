"""A real hub with TLS: one port for both ways, a client that trusts only our authority, the command."""

from __future__ import annotations

import asyncio
import json
import plistlib
import socket
import ssl
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest

from hub.testing import RunningHub

if TYPE_CHECKING:
    from pathlib import Path


async def tls(data: Path, *args: str) -> str:
    command = (sys.executable, "-m", "hub.cli", "tls", *args, "--data", str(data))
    run = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    told, _ = await run.communicate()
    assert run.returncode == 0, told.decode()
    return told.decode()


async def test_a_phone_comes_to_trust_the_hub_and_talks_over_tls(tmp_path: Path) -> None:
    data = tmp_path / "data"
    assert "/trust" in await tls(data, "on", "--host", "127.0.0.1")
    told = json.loads(await tls(data, "show", "--json"))
    assert told["on"]
    assert "localhost" in told["names"]
    async with RunningHub(data) as hub:
        await hub.sign_in()  # in plain, on this machine, as before
        await hub.get("/status")
        secure = hub.url.replace("http://127.0.0.1", "https://localhost")
        async with aiohttp.ClientSession() as stranger:
            async with stranger.get(f"{hub.url}/trust") as page:
                assert page.status == 200
                assert told["fingerprint"] in (await page.text()).replace("<wbr>", "")
            async with stranger.get(f"{hub.url}/trust/hub.crt") as file:
                der = await file.read()
                assert file.headers["content-type"] == "application/x-x509-ca-cert"
            async with stranger.get(f"{hub.url}/trust/hub.mobileconfig") as file:
                assert plistlib.loads(await file.read())["PayloadContent"][0]["PayloadContent"] == der
            with pytest.raises(aiohttp.ClientConnectorCertificateError):
                await stranger.get(secure)
        trusting = ssl.create_default_context(cadata=der)
        await _talk_securely(hub, data, secure, trusting)
        await _bears_hostile(int(hub.url.rsplit(":", 1)[1]))
        await hub.get("/status")
    assert "off" in await tls(data, "off")
    assert not json.loads(await tls(data, "show", "--json"))["on"]


async def _talk_securely(hub: RunningHub, data: Path, secure: str, trusting: ssl.SSLContext) -> None:
    """Sign in over TLS: the cookie is secure, and the socket opens."""
    claim = (sys.executable, "-m", "hub.cli", "claim", "--data", str(data))
    asked = await asyncio.create_subprocess_exec(*claim, stdout=asyncio.subprocess.PIPE)
    printed, _ = await asked.communicate()
    code = printed.decode().strip().rsplit("/", 1)[1]
    connector = aiohttp.TCPConnector(ssl=trusting)
    async with aiohttp.ClientSession(connector=connector) as phone:
        async with phone.get(f"{secure}/claim/{code}", allow_redirects=False) as answer:
            cookie = answer.headers["set-cookie"]
        assert cookie.startswith("__Host-hub_")
        assert "; Secure" in cookie
        assert "HttpOnly" in cookie
        async with phone.get(secure) as page:
            assert page.status == 200
            assert "strict-transport-security" not in page.headers, "a house may go back to plain"
            assert "connect-src 'self'" in page.headers["content-security-policy"]
        socket_url = f"{secure.replace('https', 'wss')}/ws/session/0123456789abcdef"
        headers = {"Origin": secure}
        async with phone.ws_connect(socket_url, headers=headers) as tab:
            await tab.send_json({"type": "hello"})
            async with asyncio.timeout(30):
                told: Any = await tab.receive_json()
            assert told["type"]
        plain = {"Origin": secure.replace("https", "http")}
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await phone.ws_connect(socket_url, headers=plain)


async def _bears_hostile(port: int) -> None:
    """Silence, half a handshake and noise hold nobody up."""
    silent = [socket.create_connection(("127.0.0.1", port)) for _ in range(50)]
    for first in (b"\x16", b"\x16\x03\x01\xff\xff" + b"x" * 600, b"\x00\xff" * 40, b""):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(first)
        if not first:
            writer.write_eof()
        with suppress(OSError, TimeoutError):
            await asyncio.wait_for(reader.read(100), 0.2)
        writer.close()
    for one in silent:
        one.close()


async def test_without_tls_the_page_says_what_to_do(tmp_path: Path) -> None:
    async with RunningHub(tmp_path / "data") as hub, aiohttp.ClientSession() as stranger:
        async with stranger.get(f"{hub.url}/trust") as page:
            assert page.status == 200
            assert "hub tls on" in await page.text()
        async with stranger.get(f"{hub.url}/trust/hub.crt") as file:
            assert file.status == 404
