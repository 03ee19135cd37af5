"""A real hub that is killed while something waits for a yes, and asked by plugins' pages and strangers."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from hub.testing import RunningHub

if TYPE_CHECKING:
    from pathlib import Path


async def send(hub: RunningHub, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
    """Send until the hub is there: it may be coming back."""
    async with asyncio.timeout(60):
        while True:
            try:
                async with hub.client.request(method, hub.url + path, json=body, headers=headers) as response:
                    if response.status != 503:
                        told = await response.json() if response.content_type == "application/json" else None
                        return response.status, told
            except OSError:
                pass
            await asyncio.sleep(0.1)


async def test_what_waits_outlives_a_kill_and_a_thousand_yeses_are_one_note(tmp_path: Path) -> None:
    async with RunningHub(tmp_path, env={"PIP_NO_INDEX": "1"}) as hub:
        await hub.sign_in()
        add = {"arguments": {"text": "milk"}}
        status, told = await send(hub, "POST", "/api/tools/add_note", add)
        assert status == 202
        waits = told["waiting"]
        assert waits["shown"] == 'add_note({"text":"milk"})'
        hub.worker().kill()
        status, told = await send(hub, "POST", "/api/tools/read_notes", {"arguments": {}})
        assert (status, told["result"]) == (200, "You have no notes.")

        path = f"/api/approvals/{waits['id']}/approve"
        evil = {"referer": f"{hub.url}/p/evil/", "origin": hub.url}
        assert (await send(hub, "POST", path, {"digest": waits["digest"]}, **evil))[0] == 403
        assert (await send(hub, "POST", path, {"digest": "0" * 64}))[0] == 409
        async with asyncio.TaskGroup() as group:
            yeses = [
                group.create_task(send(hub, "POST", path, {"digest": waits["digest"]})) for _ in range(100)
            ]
        assert sorted(yes.result()[0] for yes in yeses) == [200] + [409] * 99

        status, told = await send(hub, "POST", "/api/tools/read_notes", {"arguments": {}})
        assert told["result"] == "- milk"
        _, told = await send(hub, "GET", "/api/approvals")
        assert (told["waiting"], [one["state"] for one in told["history"]]) == ([], ["done"])
