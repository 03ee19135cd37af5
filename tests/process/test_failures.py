"""What goes wrong around a hub: each a clear message with its fix, and nothing lost."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import aiohttp
import psutil
import pytest

from hub.testing import RunningHub

if TYPE_CHECKING:
    from collections.abc import Iterator

DEAD = {
    "PIP_INDEX_URL": "http://127.0.0.1:9/simple",
    "PIP_RETRIES": "0",
    "PIP_FIND_LINKS": "",
    "PIP_EXTRA_INDEX_URL": "",
}
"""An index that nobody serves: a hub without a network."""

PATIENCE_S = 60
"""How long what must come is waited for: far longer than it takes, for a machine that is busy."""


def serve(data: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = (sys.executable, "-m", "hub.cli", "serve", "--data", str(data), *arguments)
    return subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_S, check=False)


def test_a_taken_port_is_named_with_the_way_out(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = serve(tmp_path, "--port", str(port))
    assert done.returncode == 1
    assert str(port) in done.stderr
    assert "--port" in done.stderr
    assert "Traceback" not in done.stderr


async def test_a_second_hub_on_the_same_folder_is_refused(tmp_path: Path) -> None:
    async with RunningHub(tmp_path, env=DEAD):
        done = await asyncio.to_thread(serve, tmp_path, "--port", "0")
    assert done.returncode == 1
    assert "Another hub" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("name", ["core.db", "keys/master.key"])
async def test_a_damaged_store_is_left_as_it_is(tmp_path: Path, name: str) -> None:
    async with RunningHub(tmp_path, env=DEAD) as hub:
        await hub.sign_in()
    damaged = b"not what it was" * 500
    (tmp_path / name).write_bytes(damaged)
    done = serve(tmp_path, "--port", "0")
    assert done.returncode == 1
    assert Path(name).name in done.stderr
    assert "backup" in done.stderr
    assert "Traceback" not in done.stderr
    assert (tmp_path / name).read_bytes() == damaged


def test_a_folder_that_cannot_be_written_is_explained(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    done = serve(tmp_path / "file" / "data", "--port", "0")
    assert done.returncode == 1
    assert "--data" in done.stderr
    assert "Traceback" not in done.stderr


async def test_without_a_network_it_serves_and_answers_and_says_what_is_missing(tmp_path: Path) -> None:
    async with RunningHub(tmp_path, env=DEAD) as hub:
        await hub.sign_in()
        async with hub.tab() as tab:
            await tab.send(type="write", text="What is 12 times 7?")
            assert "84" in (await tab.until("llm_response"))["text"]
            await tab.send(type="start_recording", mode="vad")
            error = await tab.until("error")
            assert error["message"]
            assert error["fix"]
        async with asyncio.timeout(PATIENCE_S):
            while True:
                status = await hub.get("/status")
                if any(model["state"] == "failed" for model in status["models"]):
                    break
                await asyncio.sleep(0.1)
        failed = [model for model in status["models"] if model["state"] == "failed"]
        assert failed
        assert all(model["reason"] and model["fix"] for model in failed)
        voice = next(plugin for plugin in status["plugins"] if plugin["name"] == "voice")
        assert (voice["state"], bool(voice["reason"]), bool(voice["fix"])) == ("degraded", True, True)


@pytest.mark.models
async def test_a_truncated_model_is_noticed_and_the_rest_goes_on(data: Path) -> None:
    model = data / "models" / "moonshine-tiny-en-decoder.ort"
    whole = model.read_bytes()
    model.unlink()  # the file may be lent by a link: never write through it
    model.write_bytes(whole[: len(whole) // 2])
    async with RunningHub(data, env=DEAD) as hub:
        await hub.sign_in()
        await hub.until_ready()
        async with asyncio.timeout(PATIENCE_S):
            while True:
                states = {model["name"]: model for model in (await hub.get("/status"))["models"]}
                if states["moonshine-decoder"]["state"] == "failed":
                    break
                await asyncio.sleep(0.1)
        assert states["moonshine-decoder"]["fix"]
        assert states["smollm2"]["state"] == "ready"


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 4 MB."""
    folder = tmp_path / "small"
    folder.mkdir()
    if (
        os.geteuid() != 0
        or subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(folder)], check=False
        ).returncode
    ):
        pytest.skip("a small disk needs root and mount")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


async def test_a_full_disk_is_told_and_what_was_acknowledged_stays(small_disk: Path) -> None:
    async with RunningHub(small_disk, env=DEAD) as hub:
        await hub.sign_in()
        acknowledged = []
        async with hub.tab() as tab:
            await tab.send(type="write", text="What is 1 plus 1?")
            await tab.until("llm_response")
            (small_disk / "ballast").write_bytes(b"x" * _free(small_disk))
            for number in range(2_000):
                text = f"What is {number} plus 1? " + "word " * 300
                await tab.send(type="write", text=text)
                message = await tab.until("transcription", "error")
                if message["type"] == "error":
                    break
                acknowledged.append(text.strip())
                await tab.until("llm_response", timeout=60)
            assert message["type"] == "error"
            assert "room" in message["message"]
            (small_disk / "ballast").unlink()
            await tab.send(type="write", text="What is 2 plus 2?")
            while "4" not in (await tab.until("llm_response"))["text"]:
                pass  # the end of an answer that the full disk cut
        talk = (await hub.get("/api/talks"))[0]["id"]
        stored = {turn["text"] for turn in await hub.get(f"/api/talks/{talk}")}
        assert stored >= set(acknowledged[-20:])


def _free(folder: Path) -> int:
    free = os.statvfs(folder)
    return max(0, free.f_bavail * free.f_frsize - 60_000)


async def test_the_link_works_once_however_many_come_at_once(tmp_path: Path) -> None:
    async with RunningHub(tmp_path, env=DEAD) as hub:

        async def claim() -> int:
            async with (
                aiohttp.ClientSession() as client,
                client.get(hub.link, allow_redirects=False) as response,
            ):
                return response.status

        statuses = await asyncio.gather(*(claim() for _ in range(20)))
        assert statuses.count(303) == 1
        assert {*statuses} <= {303, 403, 429}  # after some wrong ones whoever asks has to wait
        async with hub.client.get(f"{hub.url}/") as response:
            assert response.status == 401
        await hub.sign_in() if "/claim/" not in hub.link else None


async def test_foreign_hosts_and_origins_are_refused_everywhere(tmp_path: Path) -> None:
    paths = ("/", "/health", "/status", "/api/talks", "/claim/x", "/static/x", "/ws/session/x")
    foreign = ({"Host": "evil.example"}, {"Origin": "https://evil.example"})
    async with RunningHub(tmp_path, env=DEAD) as hub:
        for path, headers in itertools.product(paths, foreign):
            async with hub.client.get(hub.url + path, headers=headers) as response:
                assert response.status == 403, (path, headers)
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await hub.client.ws_connect(f"{hub.url}/ws/session/x", headers={"Origin": "https://evil.example"})


@pytest.mark.models
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
async def test_the_end_of_the_hub_leaves_no_orphan(data: Path, number: int) -> None:
    async with RunningHub(data) as hub:
        await hub.sign_in()
        await hub.until_ready()
        tree = psutil.Process(hub.pid).children(recursive=True)
        assert len(tree) >= 3
        await hub.stop(number)
        _, alive = await asyncio.to_thread(psutil.wait_procs, tree, PATIENCE_S)
        assert not alive


async def test_a_hub_that_dies_keeps_the_port_and_says_so(tmp_path: Path) -> None:
    async with RunningHub(tmp_path, env=DEAD) as hub:
        await hub.sign_in()
        hub.worker().kill()
        # Nobody is refused meanwhile: the guardian holds the sockets.
        events = await hub.get("/api/events")
        async with asyncio.timeout(PATIENCE_S):
            while not any(event["event"] == "hub.recovered" for event in events):
                await asyncio.sleep(0.1)
                with contextlib.suppress(aiohttp.ClientError):
                    events = await hub.get("/api/events")


async def test_a_port_of_garbage_hurts_nobody(tmp_path: Path) -> None:
    async with RunningHub(tmp_path, env=DEAD) as hub:
        port = int(hub.url.rsplit(":", 1)[1])
        for garbage in (
            b"\x16\x03\x01\x02\x00",
            os.urandom(4_096),
            b"GET / HTTP/9.9\r\n\r\n",
            b"GET " + b"/a" * 70_000,
        ):
            await _throw(port, garbage)
        async with hub.client.get(f"{hub.url}/health") as response:
            assert (await response.json())["status"] == "ok"


async def _throw(port: int, garbage: bytes) -> Any:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    with contextlib.suppress(ConnectionError, TimeoutError):
        writer.write(garbage)
        await writer.drain()
        await asyncio.wait_for(reader.read(1_000), 2)
    writer.close()
