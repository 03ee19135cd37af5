"""A real hub and a server whose model calls tools: over HTTP, through the gate, across a kill."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from hub.testing import RunningHub
from hub.testing.upstream import Upstream

if TYPE_CHECKING:
    from pathlib import Path

SERVER = '[providers.lab]\ntitle = "Lab"\nbase_url = "{url}"\nmodel = "big-1"\nenabled = true\n'


async def send(hub: RunningHub, method: str, path: str, body: Any = None) -> Any:
    """Send until the hub is there: it may be coming back."""
    async with asyncio.timeout(60):
        while True:
            try:
                async with hub.client.request(method, hub.url + path, json=body) as response:
                    if response.status != 503:
                        assert response.status == 200, await response.text()
                        return await response.json()
            except OSError:
                pass
            await asyncio.sleep(0.1)


async def test_what_a_model_calls_runs_or_waits_and_is_told_after_a_kill(tmp_path: Path) -> None:
    async with Upstream() as up:
        (tmp_path / "hub.toml").write_text(SERVER.format(url=up.url))
        async with RunningHub(tmp_path, env={"PIP_NO_INDEX": "1"}) as hub:
            await hub.sign_in()
            talk = (await send(hub, "POST", "/api/talks"))["id"]
            turns = f"/api/talks/{talk}/turns"

            told = await send(hub, "POST", turns, {"text": "Please #one call read_notes with {}"})
            assert (told["state"], told["provider"], told["read"]) == ("done", "lab/big-1", "read_notes")
            assert told["answer"].strip()

            text = 'Please #two call add_note with {"text": "milk"}'
            told = await send(hub, "POST", turns, {"text": text})
            assert told["state"] == "pending"
            assert "Asked for after reading an earlier answer." in told["answer"]
            both = await send(hub, "GET", "/api/approvals")
            [waits] = both["waiting"]
            assert (waits["call"], waits["read"]) == ('add_note({"text":"milk"})', "an earlier answer")

            hub.worker().kill()
            path = f"/api/approvals/{waits['id']}/approve"
            assert (await send(hub, "POST", path, {"digest": waits["digest"]}))["outcome"] == "done"
            async with asyncio.timeout(60):
                while (last := (await send(hub, "GET", f"/api/talks/{talk}"))[-1])["source"] != "hub":
                    await asyncio.sleep(0.1)
            assert last["answer"] == "Noted: milk"
            assert (await send(hub, "POST", "/api/tools/read_notes", {"arguments": {}}))["result"] == "- milk"
