"""Ask an Ollama: its own ways of listing, fetching and embedding, beside the chat that it shares with others.

Its API: https://github.com/ollama/ollama/blob/main/docs/api.md; ``/api/tags``, ``/api/show``, ``/api/pull``
(JSON lines) and ``/api/embed`` lie at the root of its address, ``/v1`` is what it shares.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from hub.llm.faults import Fault
from hub.llm.servers.connection import Patience, let_go
from hub.llm.servers.fields import packed
from hub.llm.servers.openai import OpenAI
from hub.llm.servers.sse import Lines, Overflow
from hub.llm.servers.wire import parsed, too_much

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

PULL_S = 120.0
"""Seconds that a model being fetched may stand still."""

_LINE, _PULL = 1 << 16, 256 << 20


@dataclass(frozen=True, slots=True)
class Pulled:
    """How far a model is fetched: bytes ``done`` of ``total``, and what is done now, in Ollama's words."""

    done: int
    total: int
    note: str


class Ollama(OpenAI):
    """A `Provider`: one model of an Ollama."""

    async def pull(self, model: str) -> AsyncIterator[Pulled]:
        """Let it fetch ``model``, and yield how far it is; closing the iterator stops it. Raises `Fault`."""
        layers: dict[str, tuple[int, int]] = {}
        self._streams += 1
        try:
            with self._noting():
                async for told in self._pull(model):
                    if error := told.get("error"):
                        raise self._pull_fault(model, str(error))
                    if isinstance(digest := told.get("digest"), str):
                        layers[digest] = (_bytes(told.get("completed")), _bytes(told.get("total")))
                    note = str(told.get("status", ""))[:80]
                    yield Pulled(
                        sum(one for one, _ in layers.values()), sum(all_ for _, all_ in layers.values()), note
                    )
                    if note == "success":
                        return
                raise Fault("cut", f"{self.server.title} stopped fetching {model}.", fix="Fetch it again.")
        finally:
            self._streams -= 1
            await self._close_if_retired()

    async def _pull(self, model: str) -> AsyncIterator[dict[str, Any]]:
        """Yield the lines that tell how far it is."""
        lines, now = Lines(_LINE, _PULL), asyncio.get_running_loop().time
        async with asyncio.timeout(PULL_S):
            answer = await self._send("POST", "/api/pull", packed({"model": model, "stream": True}, "Ollama"))
        patience, whole = None, False
        try:
            if answer.status != HTTPStatus.OK:
                raise self._status_fault(answer, await self._refusal(answer))
            patience = Patience(answer.content, now() + PULL_S)
            patience.waits = True
            while block := await answer.content.readany():
                for line in lines.feed(block):
                    if line.strip():
                        yield parsed(b"", line, self.server.title)
                patience.wait_until(now() + PULL_S)
            for line in lines.rest():
                yield parsed(b"", line, self.server.title)
            whole = True
        except Overflow:
            raise too_much(self.server.title) from None
        finally:
            if patience:
                patience.close()
            let_go(answer, whole=whole)

    def _pull_fault(self, model: str, said: str) -> Fault:
        if "not exist" in said or "not found" in said or "manifest" in said:
            why, fix = f"There is no model {model[:60]} to fetch.", "Look for its name on ollama.com."
            return Fault("model", why, fix=fix, detail=said[:200])
        if "no space" in said:
            why, fix = f"{self.server.title} has no room for {model[:60]}.", "Free some space on its disk."
            return Fault("broken", why, fix=fix, detail=said[:200])
        why = f"{self.server.title} could not fetch {model[:60]}."
        return Fault("broken", why, fix="Check its network, then fetch it again.", detail=said[:200])

    async def _list(self) -> list[dict[str, Any]]:
        """Return its models, and of its own what it can do; from what only imitates it, the names."""
        try:
            told = (await self._get("/api/tags")).get("models")
        except Fault as fault:
            if fault.what not in {"foreign", "key"}:
                raise
            return await super()._list()
        listed = [one for one in told if isinstance(one, dict)] if isinstance(told, list) else []
        named = [_named(str(one.get("name") or one.get("model") or "")) for one in listed]
        own = {self.server.model, f"{self.server.model}:latest"} - {"", ":latest"}
        return [one | await self._shown(one["id"]) if one["id"] in own else one for one in named]

    async def _shown(self, model: Any) -> dict[str, Any]:
        """Return what it tells of ``model``: what it can do."""
        try:
            told = await self._post("/api/show", {"model": model})
        except Fault:
            return {}  # an older one
        abilities = told.get("capabilities")
        if not isinstance(abilities, list):
            return {}
        thinks = ["reasoning_effort"] if "thinking" in abilities else []
        return {"supported_parameters": [*abilities, *thinks]}

    async def _embed(self, texts: list[str], model: str) -> tuple[list[tuple[float, ...]], int]:
        told = await self._post("/api/embed", {"model": model, "input": texts})
        vectors = told.get("embeddings")
        tokens = told.get("prompt_eval_count")
        vectors = self._vectors(vectors if isinstance(vectors, list) else [], len(texts))
        return vectors, tokens if isinstance(tokens, int) else 0


def _named(name: str) -> dict[str, Any]:
    """Return a model by its name; the latest also goes without saying so."""
    return {"id": name, "aliases": [name.removesuffix(":latest")]}


def _bytes(told: Any) -> int:
    return told if isinstance(told, int) and told > 0 else 0
