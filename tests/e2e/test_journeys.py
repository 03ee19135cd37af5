"""The journeys of a new user, each in a real browser on a real hub, with real speech where there is speech.

First start to first spoken answer is `test_spoken`; people and devices are `test_people`.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from hub.store.database import Database
from hub.store.keys import master_key
from hub.store.schema import CORE
from hub.store.transcripts import Transcripts, Turn
from hub.testing import RunningHub

from .conftest import even_voice, write_microphone

pytestmark = pytest.mark.e2e
WEEK_S = 7 * 86_400
PASSPHRASE = "four words nobody guesses"


def microphone(path: Path, text: str) -> tuple[str, ...]:
    """Return the browser's flags for a microphone into which Piper says ``text`` once, in a quiet room."""
    voice = even_voice(path.parent / "data")
    write_microphone(path, b"".join(piece.sound.tobytes() for piece in voice.speak(text)), voice.rate)
    return (
        "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-audio-capture={path}%noloop", "--autoplay-policy=no-user-gesture-required",
    )  # fmt: skip


@pytest.mark.models
async def test_a_timer_set_by_voice_rings_in_every_tab(data: Path, tmp_path: Path, browse) -> None:
    async with RunningHub(data) as hub:
        await hub.sign_in()
        await hub.until_ready("voice")
        page = await browse(hub, flags=microphone(tmp_path / "timer.wav", "Set a timer for six seconds."))
        other = await browse(hub, path="/talks", context=page.context)
        await page.locator("button#press").click()
        answer = page.locator(".turn.hub .answer").last
        await page.locator("body[data-state=speaking]").wait_for()
        assert "timer set for 6 seconds" in (await answer.inner_text()).lower()
        for tab in (page, other):
            await tab.locator("#alarms [role=alert]").wait_for()
        assert "time is up" in await other.locator("#alarms").inner_text()
        await other.locator("#alarms button", has_text="Stop").focus()
        await other.keyboard.press("Enter")
        for tab in (page, other):
            await tab.locator("#alarms [role=alert]").wait_for(state="detached")
        assert page.complaints == other.complaints == []


async def test_last_week_s_talk_is_found(tmp_path: Path, browse) -> None:
    data = tmp_path / "data"
    hub = RunningHub(data, env={"PIP_NO_INDEX": "1"})
    try:
        await hub.start()
        await hub.sign_in()
        await hub.stop()
        await _talked(data, time.time() - WEEK_S, "What did the plumber say about the boiler?")
        await hub.start()
        page = await browse(hub)
        await page.keyboard.press("Control+k")
        await page.wait_for_url("**/talks*")
        await page.locator("#find-text").focus()
        await page.keyboard.type("plumber boil")
        hit = page.locator(".row a", has_text="boiler").first
        await hit.wait_for()
        await hit.focus()
        await page.keyboard.press("Enter")
        await page.locator(".turn.you", has_text="plumber").wait_for()
        assert "The valve leaks" in await page.locator(".turn.hub .answer").inner_text()
    finally:
        await hub.__aexit__()


async def _talked(data: Path, at: float, words: str) -> None:
    """Put a talk of the owner into the data of a hub that does not run, as that hub would have."""
    key = master_key(data)
    core = Database(data / "core.db", key, CORE)
    await core.open()
    transcripts = Transcripts(core, data / "transcripts", key)
    await transcripts.open()
    owner = (await core.rows("SELECT id FROM person WHERE role = 'owner'"))[0][0]
    await core.execute(
        "INSERT INTO conversation (id, title, created, touched, person) VALUES ('week', ?, ?, ?, ?)",
        (words, at, at, owner),
    )
    await transcripts.begin(
        Turn("t1", "week", at, "text", words, "done", "The valve leaks.", "x", "full", 0.1)
    )
    await transcripts.close()
    await core.close()


@pytest.mark.models
async def test_a_broken_voice_is_told_and_its_fix_mends_it(data: Path, tmp_path: Path, browse) -> None:
    async with RunningHub(data) as hub:
        await hub.sign_in()
        await hub.until_ready("voice")
        page = await browse(hub, flags=microphone(tmp_path / "sum.wav", "What is two plus two?"))
        breaking = asyncio.create_task(_keep_killing(hub))
        fault = page.locator("#state h1 a", has_text="voice").first
        await fault.wait_for()
        await fault.click()
        await page.locator("#troubles, #needs").first.wait_for()
        await page.goto(hub.url + "/health")
        restart = page.locator("#troubles button", has_text="Restart").first
        await restart.wait_for()
        breaking.cancel()
        await restart.click()
        await page.locator("#plugin-voice .is.well").wait_for()
        await page.goto(hub.url)
        await page.locator("body[data-state=ready]").wait_for()
        await page.locator("button#press").click()
        await page.locator("body[data-state=speaking]").wait_for()
        assert "4" in await page.locator(".turn.hub .answer").last.inner_text()


async def _keep_killing(hub: RunningHub) -> None:
    while True:
        with contextlib.suppress(Exception):
            for name, child in hub.children().items():
                if name.startswith("hub_voice"):
                    os.kill(child.pid, signal.SIGKILL)
        await asyncio.sleep(0.2)


async def test_back_up_wipe_and_restore(tmp_path: Path, browse) -> None:
    data, kept = tmp_path / "data", tmp_path / "kept.hub"
    async with RunningHub(data, env={"PIP_NO_INDEX": "1"}) as hub:
        await hub.sign_in()
        page = await browse(hub)
        await page.locator("#write").fill("What is 17 times 3?")
        await page.keyboard.press("Enter")
        await page.locator(".turn.hub .answer", has_text="51").wait_for()
        await page.goto(hub.url + "/settings/backup")
        for field in ("passphrase", "again"):
            await page.locator(f"form[action='/settings/backup'] [name={field}]").fill(PASSPHRASE)
        await page.locator("button", has_text="Back up now").click()
        link = page.locator("a[download]").first
        await link.wait_for()
        async with page.expect_download() as download:
            await link.click()
        await (await download.value).save_as(kept)
    moved = tmp_path / "lost"
    data.rename(moved)  # wiped, as far as the hub can tell
    (tmp_path / "key").write_text(PASSPHRASE)
    await _run("restore", "--verify", str(kept), "--key-file", str(tmp_path / "key"))
    await _run("restore", str(kept), "--data", str(data), "--key-file", str(tmp_path / "key"))
    async with RunningHub(data, env={"PIP_NO_INDEX": "1"}) as hub:
        assert "/claim/" not in hub.link  # it has its owner
        await hub.sign_in()
        page = await browse(hub, path="/talks")
        await page.locator(".row a", has_text="17 times 3").first.click()
        await page.locator(".turn.hub .answer", has_text="51").wait_for()


async def _run(*arguments: str) -> str:
    """Run the hub's command."""
    done = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-m", "hub.cli", *arguments],
        text=True, capture_output=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


async def test_everything_by_keyboard_alone(bare: RunningHub, browse) -> None:
    """The list of docs/guide/keyboard.md, without one touch of a mouse."""
    page = await browse(bare)

    async def reach(selector: str, most: int = 80) -> None:
        """Press Tab until the element has the focus, as a person would."""
        for _ in range(most):
            if await page.evaluate("(s) => document.activeElement.matches(s)", selector):
                return
            await page.keyboard.press("Tab")
        raise AssertionError(f"Tab never reaches {selector}")

    await page.keyboard.press("/")  # write
    await page.keyboard.type("Set a tea timer for 20 minutes")
    await page.keyboard.press("Enter")
    await page.locator(".turn.hub .answer", has_text="Tea timer").wait_for()
    await page.keyboard.type("What is 17 times 23?")  # the field has kept the focus
    await page.keyboard.press("Enter")
    await page.locator(".turn.hub .answer", has_text="391").wait_for()
    await page.locator(".edit > summary").last.wait_for()
    await reach(".edit > summary")  # edit my words
    await page.keyboard.press("Enter")
    await reach(".edit textarea")
    await page.keyboard.press("Control+a")
    await page.keyboard.type("What is 19 times 23?")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await page.locator(".turn.hub .answer", has_text="437").wait_for()

    await page.keyboard.press("Escape")
    await page.evaluate("document.activeElement.blur()")
    await page.keyboard.press("g")
    await page.keyboard.press("r")  # timers
    await page.wait_for_url("**/timers")
    await reach("form[action$='/cancel'] button, button[formaction$='/cancel']")
    await page.keyboard.press("Enter")
    await page.locator("#main", has_text="cancelled").wait_for()

    await page.keyboard.press("Control+k")  # search
    await page.wait_for_url("**/talks*")
    await page.keyboard.type("tea timer")
    hit = page.locator(".snippet mark").first
    await hit.wait_for()
    await reach(".row h3 a")
    await page.keyboard.press("Enter")
    await page.locator(".turn.you", has_text="tea timer").wait_for()

    await page.evaluate("document.activeElement.blur()")
    await page.keyboard.press("g")
    await page.keyboard.press("e")  # events, one kind of them
    await page.wait_for_url("**/events")
    await reach("input[name=kind]")
    await page.keyboard.press("ArrowRight")
    assert await page.evaluate("document.activeElement.checked")
    assert page.complaints == []


async def test_a_phone_by_touch(bare: RunningHub, browse) -> None:
    page = await browse(
        bare, viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True, color_scheme="dark"
    )
    await page.locator("#side-write").tap()
    await page.locator("#write").fill("What is 12 times 12?")
    await page.locator("#write-form button").tap()
    await page.locator(".turn.hub .answer", has_text="144").wait_for()
    await page.locator("#side-house").tap()
    await page.locator(".ways a", has_text="Timers").tap()
    await page.wait_for_url("**/timers")
    await page.locator("button", has_text="5 min").first.tap()
    await page.locator("[data-due]").first.wait_for()
    await page.locator(".places a", has_text="Home").tap()
    await page.locator("#tiles", has_text="Timers").wait_for(state="attached")
    assert page.complaints == []
