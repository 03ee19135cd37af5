"""What a real hub tells of itself on its stderr: JSON lines, each request and turn once, and no secret."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from hub.testing import RunningHub

if TYPE_CHECKING:
    from pathlib import Path

WORDS = "the colour of my diary is green"


async def test_a_hubs_own_log_tells_all_and_gives_nothing_away(tmp_path: Path) -> None:
    env = {"PIP_NO_INDEX": "1", "HUB_LOG": "info", "HUB_METRICS_TOKEN": "a-token-for-the-figures"}
    async with RunningHub(tmp_path, env=env) as hub:
        await hub.sign_in()
        code = hub.link.rsplit("/", 1)[1]
        async with hub.client.get(hub.link) as again:  # used up by now
            assert again.status == 403
        async with hub.client.post(f"{hub.url}/api/talks") as talk:
            id_ = (await talk.json())["id"]
        async with hub.client.post(f"{hub.url}/api/talks/{id_}/turns", json={"text": WORDS}) as answer:
            assert answer.status == 200
        async with hub.client.get(f"{hub.url}/?token=sk-abcdefghijklmnop") as home:
            assert home.status == 200
        async with hub.client.post(f"{hub.url}/api/talks/{id_}/turns", data=b"{not json") as wrong:
            assert wrong.status == 422
        bearer = {"authorization": "Bearer a-token-for-the-figures", "x-real-ip": "203.0.113.9"}
        async with hub.client.get(f"{hub.url}/metrics", headers=bearer) as figures:
            assert "hub_turns_total{" in await figures.text()
        cookies = [cookie.value for cookie in hub.client.cookie_jar]
    lines = [json.loads(line) for line in hub.output if line.startswith("{")]
    assert all(list(line) == ["timestamp", "level", "module", "event", "context"] for line in lines)
    requests = [line["context"] for line in lines if line["event"] == "request"]
    routes = [request["route"] for request in requests]
    assert routes == [
        "/claim/{code}", "/", "/claim/{code}", "/api/talks", "/api/talks/{talk}/turns", "/",
        "/api/talks/{talk}/turns", "/metrics",
    ]  # fmt: skip
    assert all(len(request["trace"]) == 32 for request in requests)
    (turn,) = [line["context"] for line in lines if line["event"] == "turn"]
    assert turn["trace"] == requests[4]["trace"]
    log = "\n".join(line for line in hub.output if line.startswith("{"))
    for secret in (code, *cookies, *WORDS.split()[-3:], "a-token-for-the-figures", "sk-abcdefghijklmnop"):
        assert len(secret) > 1
        assert f" {secret}" not in log if secret in WORDS else secret not in log
