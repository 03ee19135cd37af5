"""Take the pictures in docs/screens from a real hub: ``python tests/e2e/shots.py MODELS``.

MODELS is a folder with all models. A synthesiser speaks into the browser's fake microphone.
"""

from __future__ import annotations

import asyncio
import os
import random
import shutil
import struct
import sys
import tempfile
import time
import wave
from pathlib import Path
from typing import Any

from playwright.async_api import async_playwright

from hub.testing import RunningHub, speak
from hub.testing.upstream import Upstream, always, in_turn, never

OUT = Path(__file__).parents[2] / "docs" / "screens"
FLAGS = ("--no-sandbox", "--disable-dev-shm-usage", "--use-fake-ui-for-media-stream",
         "--use-fake-device-for-media-stream")  # fmt: skip
WRITTEN = ("What time is it?", "How full is the disk?", "Why do people like music?")
SERVERS = """[providers.far]
kind = "openai"
title = "Far"
base_url = "{far}"
model = "big-1"
enabled = true
order = 10

[providers.near]
kind = "openai"
title = "Near"
base_url = "{near}"
model = "big-2"
enabled = true
order = 20
"""
SPOKEN = "Why is the sky blue, and why is it red in the evening?"
MEMORIES = """
61 | fact | The boiler is a Vaillant from 2017; its service book is in the cellar cupboard.
58 | episodic | Mr Haas serviced the boiler and said the pump will last two more winters.
54 | fact | Ann is allergic to hazelnuts.
49 | episodic | The swing in the garden got a new rope.
47 | fact | The spare key is with Mrs Amsel next door.
44 | procedure | To bleed the radiators: pump off, begin upstairs, then top the boiler up to 1.5 bar.
41 | episodic | Ben lost his first tooth at school.
40 | fact | Ben's teacher is Ms Okafor; parents may call her from four to five.
37 | fact | The plumber is Mr Haas, and he comes on Tuesdays only.
33 | episodic | The washing machine stops in the middle of the long programme.
32 | episodic | We called about the washing machine: the repair is booked for next week.
30 | fact | The car goes to its inspection every October.
26 | episodic | The repairman changed the drain pump of the washing machine.
24 | episodic | Grandma wants to come for the long weekend and bring the dog.
22 | fact | The dog is called Pixel and is afraid of the vacuum cleaner.
20 | fact | The bins go out on Monday evening, glass every other Friday.
18 | episodic | Ann began to learn the cello.
15 | episodic | The heating in the bathroom gurgles again.
14 | episodic | I asked Mr Haas to look after the boiler before the first frost.
13 | fact | The wifi for guests has a new password, on the fridge.
12 | episodic | Ben would like a book about octopuses for his birthday.
10 | fact | The ladder is at the neighbours' until Sunday.
9 | episodic | The roof gutter above the shed leaks.
8 | procedure | To close up for a journey: water off, heating to 15 degrees, blinds half down.
7 | episodic | The boiler was serviced this morning; pressure is 1.6 bar.
6 | episodic | Ann's cello lesson moves to Thursdays at five.
4 | episodic | We planted tulips along the path, red and white ones.
3 | fact | The gate's battery was changed; it should last a year.
2 | episodic | The bread with rye and caraway was the best so far.
1 | episodic | Grandma's train arrives on Saturday at 14:22.
1 | episodic | Pizza on Friday, and Ben makes the dough.
"""
DESKTOP, PHONE, TABLET = (
    {"width": 1440, "height": 1080},
    {"width": 390, "height": 844},
    {"width": 1280, "height": 800},
)


async def main(models: Path) -> None:
    """Take all pictures."""
    OUT.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        sound = Path(folder) / "spoken.wav"
        record(sound, *speak(SPOKEN))
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(
                executable_path=shutil.which("chromium"),
                args=[*FLAGS, f"--use-file-for-fake-audio-capture={sound}%noloop"],
            )
            await first_run(browser, Path(folder) / "first")
            data = Path(folder) / "data"
            data.mkdir()
            shutil.copytree(models, data / "models")
            async with RunningHub(data) as hub:
                await hub.sign_in()
                await hub.until_ready("voice")
                await states(browser, hub)
                await sizes(browser, hub)
            await language(browser, Path(folder) / "language")
            await memory(browser, Path(folder) / "memory")
            await browser.close()


async def memory(browser: Any, data: Path) -> None:
    """Show what a hub remembers, and why it found what was asked for."""
    data.mkdir()
    async with RunningHub(data, env={"PIP_NO_INDEX": "1"}) as hub:
        await hub.sign_in()
        while not (await hub.get("/api/memory/health"))["legs"]:
            await asyncio.sleep(0.1)
        async with hub.client.post(f"{hub.url}/p/memory/import", json=remembered(time.time())) as brought:
            brought.raise_for_status()
        await learnt(hub)
        for name, size, scheme, path in (
            ("light", DESKTOP, "light", "/memory?q=when+was+the+boiler+serviced"),
            ("phone", PHONE, "dark", "/memory?q=when+was+the+boiler+serviced"),
        ):
            more = {"device_scale_factor": 2, "has_touch": True, "is_mobile": True} if size is PHONE else {}
            page = await look(browser, hub, size, scheme, path=path, **more)
            await save(page, f"memory-{name}")
            await page.context.close()


async def learnt(hub: RunningHub) -> None:
    """Wait until all entries can be found by what they mean."""
    while (await hub.get("/api/memory/health"))["to_embed"]:
        await asyncio.sleep(0.1)


def remembered(now: float) -> dict[str, Any]:
    """Return what a household has said over some weeks, as the memory's own export has it."""
    said = [line.split(" | ") for line in MEMORIES.strip().splitlines()]
    origins = ("user_voice", "user_text", "user_voice")
    entries = [
        {
            "text": text, "kind": kind, "origin": origins[at % len(origins)],
            "created": now // 86_400 * 86_400 - float(days) * 86_400 + 3_600 * (7 + at % 7 * 1.83),
        }
        for at, (days, kind, text) in enumerate(said)
    ]  # fmt: skip
    return {"format": "hub-memory", "entries": entries}


async def language(browser: Any, data: Path) -> None:
    """Show the language page of a hub with two servers, of which the first goes away after a while."""
    data.mkdir()
    async with Upstream(gap_s=0.02, first_s=0.25) as far, Upstream(letter="F", first_s=0.6) as near:
        (data / "hub.toml").write_text(
            SERVERS.format(far=far.url, near=near.url) + "\n[budget]\ndaily_usd = 1.0\nmonthly_usd = 10.0\n"
        )
        async with RunningHub(data, env={"PIP_NO_INDEX": "1"}) as hub:
            await hub.sign_in()
            for number in range(40):
                if number == 12:
                    far.schedule = in_turn("cut", "none", "error", "none", "slow")
                if number == 34:
                    far.schedule, far.ill = always("error"), True
                await try_(hub, f"How is the garden? #{number}")
            for name, size, scheme in (
                ("light", DESKTOP, "light"),
                ("dark", DESKTOP, "dark"),
                ("phone", PHONE, "light"),
            ):
                more = (
                    {"device_scale_factor": 2, "has_touch": True, "is_mobile": True}
                    if name == "phone"
                    else {}
                )
                page = await look(browser, hub, size, scheme, path="/language", **more)
                await save(page, f"language-{name}")
                await page.context.close()
        far.schedule = never


async def try_(hub: RunningHub, text: str) -> None:
    """Ask in the box of the language page."""
    async with hub.client.post(f"{hub.url}/language/ask", data={"text": text}) as response:
        response.raise_for_status()


async def first_run(browser: Any, data: Path) -> None:
    """Show a hub that is fetching its models."""
    async with RunningHub(data) as hub:
        await hub.sign_in()
        page = await look(browser, hub, DESKTOP, "light")
        await until(page, "fetching")
        while not await page.evaluate("Number(document.getElementById('ears').dataset.done) > 2e7"):
            await asyncio.sleep(0.05)
        await save(page, "first-run")
        await page.context.close()


async def states(browser: Any, hub: RunningHub) -> None:
    """Show the ring in each state, by a talk."""
    page = await look(browser, hub, DESKTOP, "light")
    for text in WRITTEN:
        await page.fill("#write", text)
        await page.press("#write", "Enter")
        await page.locator(f".you:has-text({text!r}) + .hub .from").wait_for()
    await page.evaluate("document.activeElement.blur()")
    await save(page, "desktop-light")
    await page.keyboard.press("Space")
    await until(page, "listening")
    await asyncio.sleep(2.0)
    await save(page, "listening")
    await until(page, "thinking", often=0.01)
    await save(page, "thinking")
    await until(page, "speaking")
    await asyncio.sleep(2.5)
    await save(page, "speaking")
    await page.emulate_media(color_scheme="dark")
    await save(page, "speaking-dark")
    await page.keyboard.press("Escape")
    await until(page, "ready")
    await page.context.close()


async def sizes(browser: Any, hub: RunningHub) -> None:
    """Show the page on other screens."""
    for name, size, scheme in (("desktop-dark", DESKTOP, "dark"), ("tablet-light", TABLET, "light")):
        page = await look(browser, hub, size, scheme)
        await save(page, name)
        await page.context.close()
    for scheme in ("light", "dark"):
        page = await look(browser, hub, PHONE, scheme, device_scale_factor=2, has_touch=True, is_mobile=True)
        await save(page, f"phone-{scheme}")
        await page.tap("#side-house")
        await asyncio.sleep(1)
        await save(page, f"phone-overview-{scheme}")
        await page.context.close()


async def look(
    browser: Any, hub: RunningHub, size: dict[str, int], scheme: str, path: str = "/", **options: Any
) -> Any:
    """Open the page."""
    context = await browser.new_context(viewport=size, color_scheme=scheme, **options)
    await context.add_cookies(
        [{"name": c.key, "value": c.value, "url": hub.url} for c in hub.client.cookie_jar]
    )
    page = await context.new_page()
    page.on("console", lambda message: print("console:", message.text))
    await page.goto(hub.url + path)
    await asyncio.sleep(1)
    return page


async def until(page: Any, state: str, *, often: float = 0.05, seconds: float = 30) -> None:
    """Wait for a state of the ring."""
    end = time.monotonic() + seconds
    while await page.evaluate("document.body.dataset.state") != state:
        if time.monotonic() > end:
            print("never", state, await page.evaluate("document.body.dataset.state"))
            return
        await asyncio.sleep(often)


async def save(page: Any, name: str) -> None:
    """Save what is seen."""
    await page.screenshot(path=OUT / f"{name}.png")
    print(name)


def record(path: Path, pcm: bytes, rate: int) -> None:
    """Save speech with a second of room tone before and a minute after: digital silence is not a room."""
    noise = random.Random(1)
    room = [struct.pack("<h", noise.randint(-3, 3)) for _ in range(rate)]
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(b"".join(room) + pcm + b"".join(room) * 60)


if __name__ == "__main__":
    os.environ.setdefault("HUB_LOG", "warning")
    asyncio.run(main(Path(sys.argv[1])))
