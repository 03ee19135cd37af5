"""Talking to the page, in a real browser with the real models: presses, interruptions, no microphone."""

from __future__ import annotations

import asyncio
import random
import struct
import wave
from typing import TYPE_CHECKING, Any

import pytest
import pytest_asyncio

from hub.testing import RunningHub, speak

from .conftest import begin, with_models

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

pytestmark = [pytest.mark.e2e, pytest.mark.models]
spoken = pytest.mark.realtime

FAKE = ("--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream")
STATE = "document.body.dataset.state"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[RunningHub]:
    data = with_models(tmp_path_factory.mktemp("talk"))
    async with RunningHub(data, env={"HUB_NAMES": '["hub.lan"]'}) as hub:
        await hub.sign_in()
        yield hub


@pytest_asyncio.fixture(loop_scope="module")
async def hub(house: RunningHub) -> RunningHub:
    """The hub of the module, ready, with a new talk in it."""
    await house.until_ready("voice")
    await begin(house)
    return house


@pytest.fixture
def says(tmp_path: Path):
    """Make the browser's microphone hear a sentence, then a quiet room."""

    def record(text: str) -> tuple[str, ...]:
        pcm, rate = speak(text)
        noise = random.Random(1)
        room = b"".join(struct.pack("<h", noise.randint(-3, 3)) for _ in range(rate))
        path = tmp_path / "microphone.wav"
        with wave.open(str(path), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(rate)
            file.writeframes(room[:rate] + pcm + room * 60)
        return (*FAKE, f"--use-file-for-fake-audio-capture={path}%noloop")

    return record


@spoken
async def test_a_tap_is_answered_aloud_and_the_ring_goes_through_its_states(hub, browse, says) -> None:
    page = await browse(hub, flags=says("What time is it?"))
    await page.click("#press")
    for state in ("listening", "speaking", "listening"):
        await page.until(f"{STATE} === '{state}'")
    assert await page.title() == "Listening - Hub"
    assert (await page.inner_text(".turn.hub .answer")).startswith("It is")
    assert await page.locator(".unheard").count() == 0
    await page.keyboard.press("Escape")
    await page.until(f"{STATE} === 'ready'")
    assert page.complaints == []


@spoken
async def test_words_said_before_the_line_is_there_are_heard(hub, browse, says) -> None:
    held: list[tuple[Any, str | bytes]] = []
    through = asyncio.Event()

    def between(line: Any) -> None:
        def down(message: str | bytes) -> None:
            line.send(message) if through.is_set() else held.append((line, message))

        server = line.connect_to_server()
        line.on_message(server.send)
        server.on_message(down)

    flags = says("What time is it?")
    first = await browse(hub, flags=flags)
    await first.context.route_web_socket("**/ws/session/*", between)
    page = await browse(hub, flags=flags, context=first.context)
    await page.click("#press")
    await page.until(f"{STATE} === 'listening'")
    await page.wait_for_timeout(4000)
    through.set()
    for line, message in held:
        line.send(message)
    await page.wait_for_selector(".turn.hub .from")
    assert (await page.inner_text(".turn.hub .answer")).startswith("It is")


@spoken
async def test_holding_space_talks_while_held(hub, browse, says) -> None:
    page = await browse(hub, flags=says("What time is it?"))
    await page.keyboard.down("Space")
    await page.until(f"{STATE} === 'listening'")
    await page.until("document.getElementById('hint').innerText.includes('Let go')")
    await page.wait_for_timeout(3500)
    await page.keyboard.up("Space")
    await page.wait_for_selector(".turn.hub .from")
    await page.until(f"{STATE} === 'ready'")
    assert (await page.inner_text(".turn.hub .answer")).startswith("It is")


@spoken
async def test_unheard_words_go_when_the_answer_is_stopped(hub, browse, says) -> None:
    page = await browse(hub, flags=says("What can you do?"))
    await page.click("#press")
    await page.wait_for_selector(".unheard")
    whole = await page.inner_text(".turn.hub .answer")
    await page.until(f"{STATE} === 'speaking'")
    await page.wait_for_timeout(1000)
    await page.click("#press")
    await page.until(f"{STATE} === 'ready'")
    await page.wait_for_selector(".turn.hub .from")
    kept = await page.inner_text(".turn.hub .answer")
    assert len(kept) < len(whole)
    assert whole.startswith(kept)
    assert await page.locator(".unheard").count() == 0


@spoken
async def test_only_the_tab_that_talks_plays(hub, browse, says) -> None:
    page = await browse(hub, flags=says("What time is it?"))
    other = await browse(hub, flags=says("What time is it?"), context=page.context)
    sounds: list[bytes] = []
    other.on(
        "websocket",
        lambda ws: ws.on("framereceived", lambda f: sounds.append(f) if isinstance(f, bytes) else None),
    )
    await other.reload()
    await page.bring_to_front()
    await page.click("#press")
    await page.until(f"{STATE} === 'speaking'")
    await other.wait_for_selector(".turn.hub .answer:not(:empty)")
    assert sounds == []


async def test_an_empty_listening_ends_with_a_tap(hub, browse, says) -> None:
    page = await browse(hub, flags=says("."))
    await page.click("#press")
    await page.until(f"{STATE} === 'listening'")
    await page.wait_for_timeout(500)
    await page.click("#press")
    await page.until(f"{STATE} === 'ready'")


@pytest.mark.parametrize(
    ("flags", "title"),
    [
        (("--use-fake-ui-for-media-stream",), "No microphone here"),
        (("--use-fake-device-for-media-stream", "--deny-permission-prompts"), "The microphone is blocked"),
        (("--host-resolver-rules=MAP hub.lan 127.0.0.1",), "No microphone over plain http"),
    ],
)
async def test_without_a_microphone_the_page_says_what_to_do(hub, browse, flags, title) -> None:
    url = hub.url.replace("127.0.0.1", "hub.lan") if "hub.lan" in flags[0] else ""
    page = await browse(hub, flags=flags, url=url, viewport={"width": 1280, "height": 800})
    await page.until(f"{STATE} === 'ready'")
    await page.click("#press")
    await page.wait_for_selector("#notice h3")
    assert await page.inner_text("#notice h3") == title
    assert len(await page.inner_text("#notice .fix")) > 20
    box = await page.locator("#notice").bounding_box()
    tiles = await page.locator("#tiles").bounding_box()
    assert box["y"] + box["height"] <= tiles["y"] + 1
    await page.click("#notice button:has-text('Close')")
    assert await page.locator("#notice").is_hidden()
    assert await page.evaluate(STATE) == "ready"


@spoken
async def test_a_speech_process_that_dies_is_told_of_and_comes_back(hub, browse, says) -> None:
    page = await browse(hub, flags=says("What time is it?"))
    hub.children()["hub_voice.child"].kill()
    await page.until("document.querySelector('#events').innerText.includes('process stopped')")
    await page.until("document.querySelector('#plugin-voice .is').innerText !== 'ready'")
    await page.until("document.querySelector('#plugin-voice .is').innerText === 'ready'")
    await page.until(f"{STATE} === 'ready'")
    await page.click("#press")
    await page.until(f"{STATE} === 'speaking'")
