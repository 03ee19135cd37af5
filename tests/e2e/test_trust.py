"""The way of a phone to the hub: the page that says how, on every screen, and then the page over TLS."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import os
import sys
from typing import TYPE_CHECKING, Any

import pytest
import pytest_asyncio
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from hub.config import Settings
from hub.testing import RunningHub
from hub.tls.keeper import Keeper

from .conftest import FAKE_MICROPHONE

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

pytestmark = pytest.mark.e2e

SCREENS = (
    {"color_scheme": "light", "viewport": {"width": 1280, "height": 900}},
    {"color_scheme": "dark", "viewport": {"width": 820, "height": 1180}},
    {"color_scheme": "light", "viewport": {"width": 390, "height": 844}, "has_touch": True,
     "user_agent": "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X)"},
    {"color_scheme": "dark", "viewport": {"width": 360, "height": 740},
     "user_agent": "Mozilla/5.0 (Linux; Android 16)"},
)  # fmt: skip


@pytest_asyncio.fixture(loop_scope="module")
async def secure(tmp_path: Path) -> AsyncIterator[RunningHub]:
    """A signed-in hub with TLS, for this machine only."""
    data = tmp_path / "data"
    data.mkdir()
    (data / "hub.toml").write_text("[tls]\non = true\n")
    Keeper(Settings(data=data)).ensure()
    async with RunningHub(data, env={"PIP_NO_INDEX": "1"}) as hub:
        await hub.sign_in()
        yield hub


def pinned(data: Path) -> str:
    """Return the flag that has Chromium trust this hub's key and no other: it has no store of its own here."""
    key = x509.load_pem_x509_certificate((data / "tls/hub.crt").read_bytes()).public_key()
    digest = hashlib.sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).digest()
    return f"--ignore-certificate-errors-spki-list={base64.b64encode(digest).decode()}"


async def test_the_page_is_clean_on_every_screen(secure: RunningHub, browse: Any, axe: str) -> None:
    for number, screen in enumerate(SCREENS):
        page = await browse(secure, flags=(), path="/trust", **screen)
        session = await page.context.new_cdp_session(page)
        await session.send("Runtime.evaluate", {"expression": axe})
        found = await page.evaluate(
            "axe.run(document, {resultTypes: ['violations']}).then(r => r.violations)"
        )
        assert not found, [(one["id"], one["nodes"][0]["html"]) for one in found]
        assert not page.complaints
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        opened = await page.eval_on_selector_all(
            "details[open] summary", "all => all.map(one => one.innerText)"
        )
        assert opened == [("Computer", "Computer", "iPhone and iPad", "Android")[number]]
        if shots := os.environ.get("SHOTS"):
            await page.screenshot(path=f"{shots}/trust-{number}.png", full_page=True)


async def test_a_page_over_tls_lends_its_microphone(secure: RunningHub, browse: Any) -> None:
    flags = (*FAKE_MICROPHONE, pinned(secure.data))
    address = secure.url.replace("http://127.0.0.1", "https://localhost")
    page = await browse(secure, flags=flags, url=address, path="/trust")
    assert await page.evaluate("isSecureContext")
    await page.goto(await claim(secure, address))
    await page.until("document.querySelector('main') !== null && location.pathname === '/'")
    (cookie,) = [one for one in await page.context.cookies() if one["name"].startswith("__Host-")]
    assert cookie["secure"]
    assert cookie["httpOnly"]
    kind = "navigator.mediaDevices.getUserMedia({audio: true}).then(s => s.getAudioTracks()[0].kind)"
    assert await page.evaluate(kind) == "audio"
    opened = "performance.getEntriesByType('navigation')[0].nextHopProtocol"
    assert await page.evaluate(opened) == "http/1.1"


async def claim(hub: RunningHub, address: str) -> str:
    command = (sys.executable, "-m", "hub.cli", "claim", "--data", str(hub.data))
    asked = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    printed, _ = await asked.communicate()
    return f"{address}/claim/{printed.decode().strip().rsplit('/', 1)[1]}"
