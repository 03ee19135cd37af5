"""Ask one model on any server that speaks OpenAI's chat completions, streamed by server-sent events.

Closing the stream closes the connection, which makes such servers stop computing. Redirects are not
followed, since the key would go along; TLS is always verified. The key is fetched for each request
and stands in no attribute, log or exception.
"""

from __future__ import annotations

import asyncio
import re
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import structlog

from hub.llm import faults
from hub.llm.faults import Fault
from hub.llm.provider import Caps, Delta, Piece, Probe, Request
from hub.llm.servers.catalog import Catalog
from hub.llm.servers.chunks import Reading
from hub.llm.servers.connection import Connection, let_go, read
from hub.llm.servers.fields import OPTIONAL, fields, packed
from hub.llm.servers.wire import ERROR, Wire, checked, parsed
from hub.network import distance
from hub.ports import Vectors
from hub.telemetry.trace import traceparent

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence

    import aiohttp
    from pydantic import SecretStr

    from hub.llm.provider import Usage
    from hub.llm.servers.catalog import Known

log = structlog.get_logger(__name__)

STALL_S = 20.0
"""Seconds between two pieces of text; what only keeps the line open does not count."""

LIST_S = 10.0
EMBED_S = 60.0
AGAIN_S = 30.0
"""How often a server that failed is looked at again, while somebody watches."""

_LIST, _VECTORS = 16 << 20, 64 << 20
_ANSWER_TOKENS = 1_024
_ROOM = {"machine": 3_000, "house": 3_000, "world": 16_000}
# The servers at home keep 4,096 tokens unless told otherwise and cut what is more without a word.
_NAME = 200
_BATCH = 64
_TOOLLESS = re.compile(
    r"(not|n't|un)[ -]?support.{0,40}\b(tool|function)|\btools?\b.{0,40}(not|un)[ -]?support"
)

_THOUGHTLESS = re.compile(r"not support (thinking|reasoning)")


@dataclass(frozen=True, slots=True)
class Server:
    """Where a model is and what to ask it for. ``extra``: further fields of the request.

    ``kind``: under which it stands in the catalog. ``embeds``: the model that turns texts into vectors.
    """

    title: str
    base_url: str
    model: str
    needs_key: bool = False
    extra: dict[str, Any] = field(default_factory=dict)
    kind: str = "openai"
    embeds: str = ""

    @property
    def host(self) -> str:
        """The name or address in its URL."""
        return urlsplit(self.base_url).hostname or ""


class OpenAI:
    """A `Provider`: one model of a `Server`. ``key`` is awaited for each request; None sends no key."""

    def __init__(
        self,
        name: str,
        server: Server,
        key: Callable[[], Awaitable[SecretStr | None]],
        catalog: Catalog | None = None,
    ) -> None:
        self.name, self.server = name, server
        self.catalog = catalog or Catalog()
        self._key = key
        self._far = distance(server.host)
        self._connection = Connection(server.base_url, self._far)
        self._refused: set[str] = set()
        self._offered: list[str] = []
        self._streams = 0
        self._retired = self._priced = False
        self._fault: Fault | None = None
        self._looked = 0.0
        self._look: asyncio.Task[None] | None = None
        self.measure()

    def measure(self) -> None:
        """Take what the catalog knows by now of the model."""
        server, far = self.server, self._far
        known = self.catalog.about(server.kind, server.model, host=server.host, free=far != "world")
        known = self._known = replace(known, tools=known.tools and "tools" not in self._refused)
        room = min(_ROOM["world"], known.context - _ANSWER_TOKENS) if known.context else _ROOM[far]
        self.caps = Caps(
            local=far != "world",
            quality="full",
            prompt_tokens=max(room, 512),
            title=server.title,
            answer_tokens=_ANSWER_TOKENS,
            model=server.model,
            distance=far,
            tools=known.tools,
            prefill=bool(known.prefill),
            price=known.price,
        )

    @property
    def known(self) -> Known:
        """What is known of its model."""
        return self._known

    async def stream(self, request: Request, deadline: float) -> AsyncIterator[Piece]:
        """Answer as `Provider` says. Raises `Fault`, with what the answer cost until then."""
        now = asyncio.get_running_loop().time
        until, reading = now() + deadline, Reading(self.server.title, self.server.model)
        answer = wire = None
        self._streams += 1
        try:
            with self._noting(lambda: reading.usage(request) if answer else None):
                async with asyncio.timeout_at(until):
                    answer = await self._ask(request)
                    await checked(answer, self.server.title)
                wire, steps, signs = Wire(answer, self.server.title, until), 0, 0
                while not (reading.ended or wire.over):
                    text, fault = self._read(await wire.events(), reading)
                    if text or signs != reading.signs:
                        yield Delta(text)
                    if fault:
                        raise fault
                    if steps != reading.steps or signs != reading.signs:
                        steps, signs = reading.steps, reading.signs
                        wire.wait_until(now() + STALL_S)
                last = list(reading.pieces(request))
            self._price()
            for piece in last:
                yield piece
        finally:
            if wire:
                wire.close()
            if answer:
                let_go(answer, whole=reading.ended)
            self._streams -= 1
            await self._close_if_retired()

    def _read(self, events: list[tuple[bytes, bytes]], reading: Reading) -> tuple[str, Fault | None]:
        """Return what came at once as one text, and what went wrong behind it."""
        texts: list[str] = []
        try:
            for name, data in events:
                if data[:1] == b"[" and data.strip() == b"[DONE]":
                    reading.ended = True
                    break
                if data and (text := reading.take(parsed(name, data, self.server.title))):
                    texts.append(text)
        except Fault as fault:
            return "".join(texts), fault
        return "".join(texts), None

    async def models(self) -> list[str]:
        """Return the names of the models that the server offers. Raises `Fault`."""
        with self._noting():
            async with asyncio.timeout(LIST_S):
                told = await self._list()
        self.catalog.learn(self.server.kind, told, self.server.host)
        self._offered = _names(told)
        self.measure()
        return self._offered

    async def embed(self, texts: Sequence[str], model: str = "") -> Vectors:
        """Return the vectors of ``texts``, by ``model`` or the one that was set up. Raises `Fault`."""
        model, parts, tokens = model or self.server.embeds, list[tuple[float, ...]](), 0
        if not model:
            why = f"{self.server.title} has no embedding model chosen."
            raise Fault("model", why, fix="Choose one under Language.")
        with self._noting():
            for start in range(0, len(texts), _BATCH):
                batch = [text or " " for text in texts[start : start + _BATCH]]  # most refuse an empty one
                async with asyncio.timeout(EMBED_S):
                    vectors, read_ = await self._embed(batch, model)
                parts += vectors
                tokens += read_
        return Vectors(tuple(parts), model, tokens)

    async def probe(self) -> Probe:
        """Say how the latest request went; after a fault, look again from time to time."""
        if self.server.needs_key and await self._key() is None:
            fault = _keyless(self.server.title)
        elif not self.server.model:
            fault = _modelless(self.server.title)
        elif self._fault is None:
            return Probe(ok=True)
        else:
            self._look_again()
            fault = self._fault
        return Probe(ok=False, reason=str(fault), fix=fault.fix)

    async def look(self) -> Probe:
        """Ask the server now, at no cost, and say how it does. What only an answer can prove stays."""
        was = self._fault
        try:
            await self.models()
        except Fault as fault:
            if fault.what == "foreign" and was is None:
                self._fault = None  # a few servers list nothing, and answer all the same
        else:
            if was and was.what in {"model", "credit", "refused"}:
                self._fault = was
        return await self.probe()

    async def retire(self) -> None:
        """Let running answers end, and then close the connections."""
        self._retired = True
        if self._look:
            self._look.cancel()
        await self._close_if_retired()

    def _look_again(self) -> None:
        now = asyncio.get_running_loop().time()
        if now - self._looked >= AGAIN_S and not (self._look and not self._look.done()):
            self._looked = now
            self._look = asyncio.create_task(self._look_now(), name=f"look:{self.name}")

    async def _look_now(self) -> None:
        await self.look()

    def _price(self) -> None:
        """Ask once what a model costs of which nobody knows it; until then it counts as dear."""
        if not self._known.sure and not self._priced:
            self._priced = True
            self._look = asyncio.create_task(self._look_now(), name=f"look:{self.name}")

    async def _list(self) -> list[dict[str, Any]]:
        """Return what the server tells of each of its models."""
        told = await self._get("models")
        listed = told.get("data") or told.get("models") or []
        return [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []

    async def _embed(self, texts: list[str], model: str) -> tuple[list[tuple[float, ...]], int]:
        told = await self._post("embeddings", {"model": model, "input": texts, "encoding_format": "float"})
        listed = told.get("data")
        listed = [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
        listed.sort(key=lambda one: one["index"] if isinstance(one.get("index"), int) else 0)
        usage = told.get("usage")
        tokens = usage.get("prompt_tokens") if isinstance(usage, dict) else 0
        return self._vectors([one.get("embedding") for one in listed], len(texts)), _count(tokens)

    def _vectors(self, told: list[Any], wanted: int) -> list[tuple[float, ...]]:
        """Return ``told`` when that is one vector for each text. Raises `Fault`."""
        sizes = {len(one) if isinstance(one, list) else 0 for one in told}
        numbers = all(type(number) in (int, float) for one in told if isinstance(one, list) for number in one)
        if len(told) != wanted or len(sizes) != 1 or 0 in sizes or not numbers:
            raise faults.foreign(self.server.title)
        return [tuple(map(float, one)) for one in told]

    async def _get(self, path: str) -> dict[str, Any]:
        return await self._told("GET", path, None, _LIST)

    async def _post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        return await self._told("POST", path, packed(body, self.server.title), _VECTORS)

    async def _told(self, method: str, path: str, body: bytes | None, most: int) -> dict[str, Any]:
        """Return the JSON object that the server answers with. Raises `Fault`."""
        answer, told = None, b""
        self._streams += 1
        try:
            answer = await self._send(method, path, body)
            if answer.status != HTTPStatus.OK:
                raise self._status_fault(answer, await self._refusal(answer))
            told = await read(answer, most)
        finally:
            if answer:
                answer.close()
            self._streams -= 1
            await self._close_if_retired()
        return parsed(b"", told, self.server.title)

    async def _ask(self, request: Request) -> aiohttp.ClientResponse:
        """Send the question. What the server does not know of its fields is left out the next time."""
        if not self.server.model:
            raise _modelless(self.server.title)
        while True:
            body = fields(self.server.model, request, self._known, self.server.extra, self._refused)
            headers = self._headers(request)
            answer = await self._send("POST", "chat/completions", packed(body, self.server.title), headers)
            if answer.status == HTTPStatus.OK:
                return answer
            try:
                said = await self._refusal(answer)
                named = self._names_optional(answer.status, said, body)
                if not named:
                    raise self._status_fault(answer, said)
            finally:
                answer.close()
            self._refused.add(named)
            self.measure()

    def _headers(self, request: Request) -> dict[str, str]:  # noqa: ARG002  of other servers
        """Return what the server wants told besides the question."""
        return {}

    def _names_optional(self, status: int, said: str, sent: dict[str, Any]) -> str:
        """Return the field of ours that the server says it does not take."""
        if status not in (HTTPStatus.BAD_REQUEST, HTTPStatus.UNPROCESSABLE_ENTITY):
            return ""
        said = said.lower()
        if "tools" in sent and _TOOLLESS.search(said):
            return "tools"
        if "reasoning_effort" in sent and _THOUGHTLESS.search(said):
            return "reasoning_effort"
        left = {*OPTIONAL, *self.server.extra} & sent.keys() - {"tools"}
        longest_first = sorted(left, key=len, reverse=True)
        return next((name for name in longest_first if name in said or name.replace("_", "") in said), "")

    async def _send(
        self, method: str, path: str, body: bytes | None, more: dict[str, str] | None = None
    ) -> aiohttp.ClientResponse:
        """Send a request; ``path`` is below the server's address, or begins with "/" at its root."""
        answer = await self._signed(method, path, body, more or {})
        if answer.headers.get("content-encoding", "identity") != "identity":
            answer.close()
            why = f"{self.server.title} packs its answers, which I did not ask for."
            raise Fault("foreign", why, fix="Check its address.")
        return answer

    async def _signed(
        self, method: str, path: str, body: bytes | None, more: dict[str, str]
    ) -> aiohttp.ClientResponse:
        key = await self._key()
        if key is None and self.server.needs_key:
            raise _keyless(self.server.title)
        headers = {"traceparent": traceparent(), **more}
        if body is not None:
            headers["content-type"] = "application/json"
        if key is not None:
            headers["authorization"] = f"Bearer {key.get_secret_value()}"
        return await self._connection.send(method, self._url(path), headers, body)

    def _url(self, path: str) -> str:
        if not path.startswith("/"):
            return f"{self.server.base_url}/{path}"
        parts = urlsplit(self.server.base_url)
        return f"{parts.scheme}://{parts.netloc}{path}"

    async def _close_if_retired(self) -> None:
        if self._retired and not self._streams:
            await self._connection.close()

    async def _refusal(self, answer: aiohttp.ClientResponse) -> str:
        """Return the body of an answer that is none, without the key, which some servers repeat."""
        key, body = await self._key(), (await read(answer, ERROR)).decode("utf-8", "replace")
        return body.replace(key.get_secret_value(), "[key]") if key else body

    def _status_fault(self, answer: aiohttp.ClientResponse, body: str) -> Fault:
        status = answer.status
        fault = faults.of_status(status, body, self.server.title, self.server.model)
        fault.detail = faults.shorten(faults.message_of(body) or f"HTTP status {status}")
        fault.retry_after = faults.pause(answer.headers)
        if fault.what == "model" and (next_ := self.successor()):
            fault.fix = f"Choose {next_} under Language."
        log.info("server refused", provider=self.name, status=status, said=fault.detail)
        return fault

    @property
    def newer(self) -> str:
        """The model to ask for instead, once its own turned out to be gone; else ""."""
        gone = self._fault is not None and self._fault.what == "model"
        return self.successor() if self.server.model and (gone or self.missing) else ""

    @property
    def missing(self) -> bool:
        """Whether a server at home, which lists all it has, does not list its model."""
        own = {self.server.model, f"{self.server.model}:latest"}
        return self.caps.local and bool(self._offered) and not own & set(self._offered)

    def successor(self) -> str:
        """Return the model to ask for when its own is gone, as far as anybody knows."""
        return self.catalog.successor(self.server.kind, self.server.model, self._offered)

    @contextmanager
    def _noting(self, cost: Callable[[], Usage | None] = lambda: None) -> Iterator[None]:
        """Put what goes wrong into words, and remember how the latest request went."""
        try:
            yield
        except Fault as fault:
            fault.usage = cost()
            self._note(fault)
            raise
        except Exception as error:
            meant = faults.of_exception(error, self.server.title, self.server.host)
            if meant is None:
                raise
            meant.usage = cost()
            self._note(meant)
            raise meant from None  # the cause carries the request, and that the key
        else:
            self._note(None)

    def _note(self, fault: Fault | None) -> None:
        # That one question was refused, or one answer empty, says nothing of the server.
        self._fault = None if fault and fault.what in {"refused", "empty"} else fault
        if fault:
            self._looked = asyncio.get_running_loop().time()


def _names(told: list[dict[str, Any]]) -> list[str]:
    ids = (one.get("id") or one.get("name") for one in told)
    return sorted({name for name in ids if isinstance(name, str) and 0 < len(name) <= _NAME})[:500]


def _count(told: Any) -> int:
    return told if isinstance(told, int) and told >= 0 else 0


def _keyless(title: str) -> Fault:
    return Fault("key", f"{title} has no key yet.", fix="Give it a key under Language.")


def _modelless(title: str) -> Fault:
    return Fault("model", f"{title} has no model chosen.", fix="Choose one under Language.")
