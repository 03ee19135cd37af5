"""A served hub with the voice plugin in it, whose ears and mouth are told what to say."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest
from tests.engines import Ears, Mouth
from tests.serving import Serving, serving

from hub.ports import SpeechToText, TextToSpeech

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


@dataclass
class Voiced:
    """The hub, and who asks it: an owner, a member and a guest by their sessions, and an app by its key."""

    serving: Serving
    ears: Ears
    mouth: Mouth
    tokens: dict[str, str]

    @property
    def hub(self) -> Any:
        return self.serving.hub

    async def ask(self, method: str, path: str, data: Any = None, who: str = "owner", **headers: str) -> Any:
        """Return status and answer, as JSON where it is some."""
        if isinstance(data, dict | list):
            data, headers = json.dumps(data).encode(), {"content-type": "application/json", **headers}
        async with (
            self.client(who, **headers) as client,
            client.request(method, path, data=data) as answer,
        ):
            body = await answer.read()
            return answer.status, json.loads(body) if answer.content_type == "application/json" else body

    def client(self, who: str = "owner", **headers: str) -> aiohttp.ClientSession:
        if who == "key":
            return self.serving.client(**headers)
        token = self.tokens.get(who, "")
        given = {"cookie": f"{self.serving.cookie}={token}"} if token else {}
        return self.serving.client("", **given, **headers)


@pytest.fixture
async def voiced(tmp_path: Path) -> AsyncIterator[Voiced]:
    async with serving(tmp_path / "hub") as served:
        hub = served.hub
        hub.jobs.start()
        await hub.plugins.start()
        ears, mouth = Ears(), Mouth()
        hub.provide(SpeechToText, ears)
        hub.provide(TextToSpeech, mouth)
        tokens = {"owner": await hub.sessions.start(served.owner, "test")}
        for role in ("member", "guest"):
            code = await hub.invites.new(served.owner, role.title(), role, 1.0)
            person = await hub.invites.redeem(code, role.title())
            tokens[role] = await hub.sessions.start(person, "test")
        yield Voiced(served, ears, mouth, tokens)
