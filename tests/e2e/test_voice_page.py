"""The voice page in a browser: clean on every screen, with figures and without, and up to date by itself."""

from __future__ import annotations

import asyncio
import random
from types import SimpleNamespace

import aiohttp
import pytest
import pytest_asyncio
import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware

from hub import config, events, ports, web
from hub.auth.guard import Guard
from hub.hub import Hub

pytestmark = pytest.mark.e2e

COOKIE = "hub_test"
SCREENS = (
    {"color_scheme": "light", "viewport": {"width": 1440, "height": 1000}},
    {"color_scheme": "dark", "viewport": {"width": 820, "height": 1180}},
    {"color_scheme": "light", "viewport": {"width": 722, "height": 900}},
    {"color_scheme": "light", "viewport": {"width": 390, "height": 844}, "has_touch": True},
    {"color_scheme": "dark", "viewport": {"width": 360, "height": 740}, "forced_colors": "active"},
)


class Speech:
    """A voice that says what it is made of."""

    async def open(self, session, audio):
        raise NotImplementedError

    def state(self):
        return ports.SpeechState(
            ears="Moonshine tiny", mouth="Piper", voice="en_US-joe-medium", tier="quick",
            reason="This machine hears 5 s of speech in 58 ms; Moonshine base would suit it, and is not here.",
            fix="Run: hub voice prepare", open=2, talking=1, most=7,
        )  # fmt: skip


@pytest_asyncio.fixture(loop_scope="module")
async def served(tmp_path):
    """A hub in this process, so that a test may say what was heard and spoken."""
    hub = Hub(config.load(data=tmp_path), ())
    await hub.open()
    follower = asyncio.create_task(hub.spoken.follow(hub.bus))
    app = Starlette(
        routes=web.routes(hub),
        middleware=[Middleware(Guard, sessions=hub.sessions, names=(), cookie=COOKIE)],
    )
    server = uvicorn.Server(
        uvicorn.Config(app, port=0, log_level="warning", ws="websockets-sansio", ws_per_message_deflate=False)
    )
    task = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    url = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    owner = await hub.claims.redeem(await hub.claims.new_code())
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as client:
        client.cookie_jar.update_cookies(
            {COOKIE: await hub.sessions.start(owner, "test")}, aiohttp.client.URL(url)
        )
        yield SimpleNamespace(hub=hub, url=url, client=client)
    follower.cancel()
    server.should_exit = True
    await task
    await hub.stop()


def talk(hub, count):
    """Let ``count`` turns be heard and answered."""
    random.seed(6)
    for number in range(count):
        end = random.choice([230, 350, 520, 830])
        token = random.choice([200, 300, 900 if number % 9 == 0 else 320])
        sent = max(end, token + 40) + 6
        hub.bus.publish(
            events.SpeechTimed(
                session="s",
                timed=ports.Timed(
                    f"t{number}", 90.0, text=180.0, endpoint=end, token=token, sound=token + 40, sent=sent,
                    played=sent + random.randint(50, 90), sure=end == 230,
                ),
            )
        )  # fmt: skip
    for what, times in (("merge", 4), ("false_barge_in", 11), ("echo", 2), ("underrun", 1)):
        hub.bus.publish(events.SpeechCounted(session="s", what=what, times=times))


async def check(page, axe, shot=""):
    await page.evaluate(axe)
    result = await page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    wide = await page.evaluate(
        "[...document.querySelectorAll('body *')].filter((one) => one.getBoundingClientRect().right > innerWidth + 1)"
        ".map((one) => one.outerHTML.slice(0, 80))"
    )
    assert await page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, wide
    assert page.complaints == []
    if shot:
        await page.screenshot(path=shot, full_page=True)
    return [(one["id"], one["nodes"][0]["html"][:120]) for one in result["violations"]]


async def test_it_is_clean_on_every_screen_with_figures_and_without(served, browse, axe, tmp_path):
    faults = []
    page = await browse(served, path="/voice", **SCREENS[0])
    faults += await check(page, axe, str(tmp_path / "none.png"))
    await page.context.close()
    served.hub.provide(ports.Speech, Speech())
    talk(served.hub, 60)
    for number, options in enumerate(SCREENS):
        page = await browse(served, path="/voice", **options)
        await page.until("document.querySelectorAll('.turns li').length === 50")
        faults += await check(page, axe, str(tmp_path / f"voice-{number}.png"))
        await page.context.close()
    assert faults == []


async def test_a_turn_shows_by_itself(served, browse):
    page = await browse(served, path="/voice")
    assert await page.locator(".turns").count() == 0
    talk(served.hub, 1)
    await page.until("document.querySelectorAll('.turns li').length === 1")
    assert "so far" in await page.locator(".figures").inner_text()
    assert (await page.locator(".turns svg").get_attribute("aria-label")).count("ms") >= 3
