"""Language servers and settings with real processes: llama.cpp's own server, and a hub that restarts."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from pydantic import SecretStr

from hub.llm.faults import Fault
from hub.llm.provider import Delta, Done, Message, Request, Usage
from hub.llm.servers.openai import OpenAI, Server
from hub.testing import RunningHub

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

SERVER = Path(__file__).parents[1] / "unit" / "children" / "language_server.py"
KEY = "lab-key-1234"


@pytest.fixture
async def llama(data: Path) -> AsyncIterator[str]:
    """The address of a server that we did not write, with a real model."""
    model = next((data / "models").glob("SmolLM2*.gguf"))
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(SERVER), str(model), KEY,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    line = await asyncio.wait_for(process.stdout.readline(), 60)
    yield line.decode().split()[1] + "/v1"
    process.kill()
    await process.wait()


@pytest.mark.models
@pytest.mark.flaky(reruns=1)  # its words are drawn by lot
async def test_the_adapter_speaks_with_a_server_that_we_did_not_write(llama: str) -> None:
    async def right() -> SecretStr:
        return SecretStr(KEY)

    async def wrong() -> SecretStr:
        return SecretStr("another")

    one = OpenAI("lab", Server("Lab", llama, "smollm2"), right)
    question = Request((Message("user", "What is the capital of France?"),), max_tokens=24)
    for _ in range(8):  # that server draws its words by lot, and now and then it draws French
        pieces = [piece async for piece in one.stream(question, 60)]
        text = "".join(piece.text for piece in pieces if isinstance(piece, Delta))
        if "Paris" in text:
            break
    assert "Paris" in text
    assert sum(isinstance(piece, Delta) for piece in pieces) > 3
    usage = next(piece for piece in pieces if isinstance(piece, Usage))
    assert 0 < usage.completion <= 24
    assert isinstance(pieces[-1], Done)
    assert len(await one.models()) == 1
    long = Request((Message("user", "Tell me everything about the sea."),), max_tokens=800)
    for _ in range(2):  # closing the connection frees its only slot: the next is not kept waiting
        stream = one.stream(long, 60)
        assert isinstance(await anext(stream), Delta)
        await stream.aclose()
    assert [piece async for piece in one.stream(question, 60)]
    other = OpenAI("lab", Server("Lab", llama, "smollm2"), wrong)
    with pytest.raises(Fault, match="refused the key") as caught:
        _ = [piece async for piece in other.stream(question, 60)]
    assert caught.value.what == "key"
    await one.retire()
    await other.retire()


async def test_a_restart_asked_for_on_the_page_takes_the_settings_in(tmp_path: Path) -> None:
    """A key survives the restart, an edit by hand too, nothing waits any more, and no crash is told."""
    async with RunningHub(tmp_path / "data", env={"PIP_NO_INDEX": "1"}) as hub:
        await hub.sign_in()
        await _journey(hub)


async def _journey(hub: RunningHub) -> None:

    async def send(do: str, at: str = "settings", **fields: str) -> str:
        async with hub.client.post(f"{hub.url}/{at}", data={**fields, "do": do}) as response:
            return await response.text()

    assert "Grok is added" in await send("add:xai", "language")
    async with hub.client.put(
        f"{hub.url}/api/settings/providers/grok/key", json={"key": "xai-secret-1"}
    ) as said:
        assert said.status == 200
    with (hub.data / "hub.toml").open("a") as file:
        file.write("# by hand\n")
    page = await send(
        "hub", system_prompt="", forget_after_days="7", host="127.0.0.1", port="8420", names="a.lan"
    )
    assert "Takes effect with a restart: Host names." in page
    before = hub.worker().pid
    page = await send("restart")  # its answer comes from the next of them
    assert hub.worker().pid != before
    assert "I have started afresh." in page
    assert "restart: " not in page
    assert "A key is set, since" in await (await hub.client.get(f"{hub.url}/language")).text()
    assert "# by hand" in (hub.data / "hub.toml").read_text()
    events = await hub.get("/api/events?count=500")
    assert not [event for event in events if event["event"] == "hub.recovered"]
    assert not [line for line in hub.output if "died" in line or "xai-secret-1" in line]
