"""Measure the core: time to the first page and word, memory, disk. Writes bench/out/core.json.

Run ``make bench-core``, or ``python bench/core.py [id ...]`` for some of the rows. Everything is
measured from outside, on a real hub in a process of its own.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import aiohttp
import psutil
from rows import row, save
from timers import timers

from hub.testing import RunningHub, Tab, first_loud, say_into, silence, speak

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

ROOT = Path(__file__).parents[1]
DATA = Path(os.environ.get("HUB_BENCH_DATA", ROOT / ".data"))

SPOKEN = (
    "What time is it?", "What is twelve times seven?", "How full is the disk?", "What can you do?",
    "Tell me something nice about the sea.", "Why is the sky blue?", "Do you like music?",
    "Give me an idea for dinner tonight.", "What makes bread rise in the oven?", "Tell me about your day.",
)  # fmt: skip
WRITTEN = (
    "Tell me in plain words why people in cold countries enjoy saunas.",
    "Please explain to my young son how a sailing boat moves forward.",
    "What would be a good name for a small grey rescue cat?",
    "Tell me what I could plant in a shady corner this spring.",
    "Describe how a quiet evening at the lake feels in late summer.",
)  # each has twelve words and is a question that only a model can answer


# -- a fresh clone --------------------------------------------------------------------------------


async def clone() -> list[dict[str, Any]]:
    """``git clone``, ``make dev`` with cold caches, to the first page and the first spoken answer."""
    page, spoken, disk = [], [], []
    for _ in range(int(os.environ.get("HUB_BENCH_CLONES", "3"))):
        with tempfile.TemporaryDirectory(prefix="hub-clone-") as folder:
            target = Path(folder) / "hub"
            env = {
                key: value
                for key, value in os.environ.items()
                if not key.startswith(("HUB_", "VIRTUAL_ENV", "PYTHONDONTWRITE", "PYTHONPATH"))
            }
            env |= {"UV_CACHE_DIR": f"{folder}/uv", "PIP_CACHE_DIR": f"{folder}/pip", "HUB_PORT": "0"}
            began = time.monotonic()
            subprocess.run(["git", "clone", "-q", str(ROOT), str(target)], check=True)
            hub = RunningHub(target / ".data", env=env, command=("make", "-C", str(target), "dev"))
            # `make` is the process here, so the hub is found by its data folder and ended by its own pid.
            try:
                await hub.start(timeout=300)
                async with hub.client.get(hub.link) as response:
                    response.raise_for_status()
                    await response.read()
                page.append(time.monotonic() - began)
                spoken.append(await _first_spoken(hub) - began)
                disk.append(_size(target) / 1e9)
            finally:
                _end_tree(hub.pid)
                await hub.stop()
                await hub.client.close()
    return [
        row("core.clone_to_page", "s", page, 30),
        row("core.clone_to_spoken", "s", spoken, 60),
        row("core.disk", "GB", disk, 1.3),
    ]


async def _first_spoken(hub: RunningHub) -> float:
    """Ask aloud until an answer is heard, as a person would; return when it was."""
    pcm, rate = speak("What time is it?")
    while True:
        async with hub.tab(audio={"encoding": "s16le", "rate": rate}) as tab:
            await tab.send(type="start_recording", mode="vad")
            await say_into(tab, pcm, rate)
            quiet = asyncio.create_task(silence(tab, rate, 5))
            try:
                return await _audible(tab, timeout=5)
            except (TimeoutError, ConnectionError):
                await asyncio.sleep(0.2)
            finally:
                quiet.cancel()


def _size(folder: Path) -> int:
    done = subprocess.run(["du", "-sb", str(folder)], check=True, capture_output=True, text=True)
    return int(done.stdout.split()[0])


def _end_tree(pid: int) -> None:
    for process in psutil.Process(pid).children(recursive=True):
        if "serve" in " ".join(process.cmdline()):
            process.send_signal(signal.SIGTERM)
            return


# -- later starts ---------------------------------------------------------------------------------


async def start_to_page() -> list[dict[str, Any]]:
    """From the command to the first home page served, plugins still starting."""
    samples = []
    port = 18_427
    async with RunningHub(DATA, env={"HUB_PORT": str(port)}) as hub:
        await hub.sign_in()
        cookies = {cookie.key: cookie.value for cookie in hub.client.cookie_jar}
    for _ in range(20):
        began = time.monotonic()
        hub = RunningHub(DATA, env={"HUB_PORT": str(port)})
        starting = asyncio.create_task(hub.start())
        try:
            samples.append(await _served(f"http://127.0.0.1:{port}/", cookies) - began)
            await starting
        finally:
            await hub.stop()
            await hub.client.close()
    return [row("core.start_to_page", "s", samples, 1.0)]


async def _served(url: str, cookies: dict[str, str]) -> float:
    while True:
        try:
            async with aiohttp.ClientSession(cookies=cookies) as client, client.get(url) as response:
                text = await response.text()
                assert response.status == 200, response.status
                assert "ring" in text
                return time.monotonic()
        except aiohttp.ClientConnectionError:
            await asyncio.sleep(0.005)


# -- a hub at work --------------------------------------------------------------------------------


async def at_rest() -> list[dict[str, Any]]:
    """Memory at rest and the home page, on a hub of its own."""
    async with RunningHub(DATA) as hub:
        await hub.sign_in()
        await hub.until_ready("voice")
        await asyncio.sleep(5)  # at rest
        return [*memory(hub), await home(hub)]


async def written() -> list[dict[str, Any]]:
    """First token of an answer to written words, on a hub of its own."""
    async with RunningHub(DATA) as hub:
        await hub.sign_in()
        await hub.until_ready("voice")
        return [await first_token(hub)]


async def aloud() -> list[dict[str, Any]]:
    """From the end of a spoken question to the first sound of its answer, on a hub of its own."""
    async with RunningHub(DATA) as hub:
        await hub.sign_in()
        await hub.until_ready("voice")
        return [await stop_to_audio(hub)]


def memory(hub: RunningHub) -> list[dict[str, Any]]:
    """Resident memory of the hub's process and proportional memory of the whole tree."""
    own = [hub.worker().memory_info().rss / 2**20]
    tree = [psutil.Process(hub.pid), *psutil.Process(hub.pid).children(recursive=True)]
    pss = [sum(process.memory_full_info().pss for process in tree) / 2**20]
    return [row("core.hub_rss", "MiB", own, 90), row("core.tree_pss", "MiB", pss, 900)]


async def home(hub: RunningHub) -> dict[str, Any]:
    """Server time of the home page, as its ``Server-Timing`` header tells it."""
    samples = []
    for number in range(220):
        async with hub.client.get(hub.url + "/") as response:
            assert response.status == 200
            await response.read()
            if number >= 20:
                samples.append(float(response.headers["Server-Timing"].split("dur=")[1]))
    return row("core.home", "ms", samples, 2)


async def first_token(hub: RunningHub) -> dict[str, Any]:
    """From writing to the first token at turn 5 of a talk, every turn answered by the model."""
    samples = []
    for number in range(50):
        talk = (await _post(hub, "/api/talks"))["id"]
        async with hub.tab(conversation=talk) as tab:
            for turn in range(5):
                text = WRITTEN[(number + turn) % len(WRITTEN)]
                began = time.monotonic()
                await tab.send(type="write", text=text)
                await tab.until("delta")
                first = tab.at - began
                reply = await _final(tab)
                assert reply["quality"] == "basic", reply
                await asyncio.sleep(0.5)  # a person reads the answer
            samples.append(first * 1e3)
    return row("core.first_token", "ms", samples, 250)


async def _final(tab: Tab) -> dict[str, Any]:
    while True:
        reply = await tab.until("llm_response")
        if reply["final"]:
            return reply


async def _post(hub: RunningHub, path: str) -> Any:
    async with hub.client.post(hub.url + path) as response:
        response.raise_for_status()
        return await response.json()


async def stop_to_audio(hub: RunningHub) -> dict[str, Any]:
    """From the last sample of speech sent in real time to the first audible sample received."""
    samples: list[float] = []
    talk = (await _post(hub, "/api/talks"))["id"]
    for number in range(100):
        heard = await _ask_aloud(hub, talk, SPOKEN[number % len(SPOKEN)])
        if heard is not None:
            samples.append(heard * 1e3)
        if len(samples) == 50:
            break
    print(f"  {len(samples)} of {number + 1} questions answered aloud")
    return row("core.stop_to_audio", "ms", samples, 900)


async def _ask_aloud(hub: RunningHub, talk: str, question: str) -> float | None:
    """Return the seconds from the end of ``question`` to the first sound, None without an answer."""
    pcm, rate = speak(question)
    async with hub.tab(conversation=talk, audio={"encoding": "s16le", "rate": rate}) as tab:
        await tab.send(type="start_recording", mode="vad")
        ended = await say_into(tab, pcm, rate)
        quiet = asyncio.create_task(silence(tab, rate, 15))
        try:
            return await _audible(tab, timeout=15) - ended
        except TimeoutError:
            return None
        finally:
            quiet.cancel()


async def _audible(tab: Tab, timeout: float) -> float:
    """Return when the first audible sample came, on the monotonic clock."""
    end = time.monotonic() + timeout
    while True:
        frame = await tab.until("audio", timeout=max(0.01, end - time.monotonic()))
        if (into := first_loud(frame["data"])) is not None:
            return tab.at + into


SECTIONS: dict[str, Callable[[], Awaitable[list[dict[str, Any]]]]] = {
    "clone": clone,
    "start_to_page": start_to_page,
    "at_rest": at_rest,
    "first_token": written,
    "stop_to_audio": aloud,
    "timers": timers,
}


async def main(wanted: list[str]) -> None:
    """Run the sections wanted and keep their rows in bench/out/core.json."""
    for name in wanted or list(SECTIONS):
        save("core", await SECTIONS[name]())


if __name__ == "__main__":
    for tool in ("git", "espeak-ng"):
        if shutil.which(tool) is None:
            sys.exit(f"{tool} is missing: apt-get install {tool}")
    asyncio.run(main(sys.argv[1:]))
