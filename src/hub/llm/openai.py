"""Ask one model on any server that speaks OpenAI's chat completions, streamed by server-sent events.

Closing the stream closes the connection, which makes such servers stop computing. Redirects are not
followed, since the key would go along; TLS is always verified. The key is fetched for each request
and stands in no attribute, log or exception.
"""

from __future__ import annotations

import asyncio
import json
from contextlib import aclosing, contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import structlog

from hub.llm import faults
from hub.llm.chunks import Reading
from hub.llm.faults import Fault
from hub.llm.provider import Caps, Delta, Piece, Probe, Request
from hub.network import distance
from hub.telemetry.trace import traceparent

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterator

    import httpx
    from pydantic import SecretStr

log = structlog.get_logger(__name__)

CONNECT_S = 4.0
STALL_S = 20.0
"""Seconds between two pieces of text; what only keeps the line open does not count."""

LIST_S = 10.0
AGAIN_S = 30.0
"""How often a server that failed is looked at again, while somebody watches."""

_LINE, _ANSWER, _LIST, _ERROR = 1 << 20, 8 << 20, 4 << 20, 1 << 16
_ANSWER_TOKENS = 1_024
_ROOM = {"machine": 3_000, "house": 3_000, "world": 16_000}
# The servers at home keep 4,096 tokens unless told otherwise and cut what is more without a word.
_OPTIONAL = ("stream_options", "max_tokens")
_NAME = 200


@dataclass(frozen=True, slots=True)
class Server:
    """Where a model is and what to ask it for. ``extra``: further fields of the request."""

    title: str
    base_url: str
    model: str
    needs_key: bool = False
    extra: dict[str, Any] = field(default_factory=dict)

    @property
    def host(self) -> str:
        """The name or address in its URL."""
        return urlsplit(self.base_url).hostname or ""


class OpenAI:
    """A `Provider`: one model of a `Server`. ``key`` is awaited for each request; None sends no key."""

    def __init__(self, name: str, server: Server, key: Callable[[], Awaitable[SecretStr | None]]) -> None:
        self.name, self.server = name, server
        far = distance(server.host)
        self.caps = Caps(
            local=far != "world",
            quality="full",
            prompt_tokens=_ROOM[far],
            title=server.title,
            answer_tokens=_ANSWER_TOKENS,
            model=server.model,
            distance=far,
        )
        self._key = key
        self._client: asyncio.Task[httpx.AsyncClient] | None = None
        self._refused: set[str] = set()
        self._streams = 0
        self._retired = False
        self._fault: Fault | None = None
        self._looked = 0.0
        self._look: asyncio.Task[None] | None = None

    async def stream(self, request: Request, deadline: float) -> AsyncIterator[Piece]:
        """Answer as `Provider` says. Raises `Fault`."""
        now = asyncio.get_running_loop().time
        until, reading = now() + deadline, Reading(self.server.title)
        self._streams += 1
        try:
            with self._noting():
                async with aclosing(self._chunks(request)) as chunks:
                    while True:
                        async with asyncio.timeout_at(until):
                            chunk = await anext(chunks, None)
                        if chunk is None:
                            break
                        if not chunk:
                            reading.end()
                            break
                        if text := reading.take(chunk):
                            yield Delta(text)
                            until = now() + STALL_S
                last = list(reading.pieces())
            for piece in last:
                yield piece
        finally:
            self._streams -= 1
            await self._close_if_retired()

    async def models(self) -> list[str]:
        """Return the names of the models that the server offers. Raises `Fault`."""
        with self._noting():
            async with asyncio.timeout(LIST_S):
                names = await self._list()
        return names

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
        """Forget the fault of a server that is there again; what only a question can prove stays."""
        was = self._fault
        try:
            await self.models()
        except Fault:
            return
        if was and was.what in {"model", "credit", "refused"}:
            self._fault = was

    async def _list(self) -> list[str]:
        response = await self._send("GET", "models")
        try:
            if response.status_code != HTTPStatus.OK:
                raise self._status_fault(response, await self._refusal(response))
            return _names(_parse(await _read(response, _LIST), self.server.title))
        finally:
            await response.aclose()

    async def _chunks(self, request: Request) -> AsyncGenerator[dict[str, Any], None]:
        """Yield the chunks of the answer; an empty one is the server's mark of its end."""
        response = await self._ask(request)
        try:
            kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
            if kind.endswith("json"):  # a server that does not stream
                yield _parse(await _read(response, _ANSWER), self.server.title)
            elif kind in {"text/event-stream", "text/plain", ""}:
                response.headers["content-type"] = "text/event-stream"
                response.encoding = "utf-8"  # WHATWG: event streams always are
                async for chunk in self._events(response):
                    yield chunk
            else:
                raise faults.foreign(self.server.title, await _read(response, _ERROR))
        finally:
            await response.aclose()

    async def _events(self, response: httpx.Response) -> AsyncIterator[dict[str, Any]]:
        from httpx_sse import EventSource  # noqa: PLC0415  loaded with the first question

        _bound(response, self.server.title)
        async with aclosing(EventSource(response).aiter_sse()) as events:
            async for event in events:
                data = event.data.strip()
                if data == "[DONE]":
                    yield {}
                    return
                if data:
                    chunk = _parse(data, self.server.title)
                    yield chunk if event.event != "error" or "error" in chunk else {"error": chunk}

    async def _ask(self, request: Request) -> httpx.Response:
        """Send the question. What the server does not know of its fields is left out the next time."""
        if not self.server.model:
            raise _modelless(self.server.title)
        while True:
            response = await self._send("POST", "chat/completions", self._body(request))
            if response.status_code == HTTPStatus.OK:
                return response
            try:
                body = await self._refusal(response)
                named = self._names_optional(response.status_code, body)
                if not named:
                    raise self._status_fault(response, body)
                self._refused.add(named)
            finally:
                await response.aclose()

    def _body(self, request: Request) -> dict[str, Any]:
        messages = [
            {"role": m.role, "content": m.text.encode("utf-8", "replace").decode()} for m in request.messages
        ]
        optional = {
            "stream_options": {"include_usage": True}, "max_tokens": request.max_tokens, **self.server.extra,
        }  # fmt: skip
        body = {"model": self.server.model, "messages": messages, "stream": True}
        body |= {name: value for name, value in optional.items() if name not in self._refused}
        if "max_tokens" in self._refused and "max_completion_tokens" not in self._refused:
            body["max_completion_tokens"] = request.max_tokens  # its name for newer models
        return body

    def _names_optional(self, status: int, body: str) -> str:
        """Return the field of ours that the server says it does not take."""
        if status not in (HTTPStatus.BAD_REQUEST, HTTPStatus.UNPROCESSABLE_ENTITY):
            return ""
        sent = {
            *_OPTIONAL,
            *self.server.extra,
            *({"max_completion_tokens"} if "max_tokens" in self._refused else ()),
        }
        said = body.lower()
        longest_first = sorted(sent - self._refused, key=len, reverse=True)
        return next((name for name in longest_first if name in said or name.replace("_", "") in said), "")

    async def _send(self, method: str, path: str, body: dict[str, Any] | None = None) -> httpx.Response:
        import httpx  # noqa: PLC0415

        key, client = await self._key(), await self._connections()
        if key is None and self.server.needs_key:
            raise _keyless(self.server.title)

        def sign(request: httpx.Request) -> httpx.Request:
            request.headers["traceparent"] = traceparent()
            if key is not None:
                request.headers["authorization"] = f"Bearer {key.get_secret_value()}"
            return request

        request = client.build_request(method, f"{self.server.base_url}/{path}", json=body)
        try:
            response = await client.send(request, auth=sign, stream=True)
        except (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError):
            # A kept connection may have been closed by the other side just now: once more, on a new one.
            response = await client.send(request, auth=sign, stream=True)
        # Unpacked, a few kilobytes may be gigabytes; the bounds below count what comes in.
        if response.headers.get("content-encoding", "identity") != "identity":
            await response.aclose()
            why = f"{self.server.title} packs its answers, which I did not ask for."
            raise Fault("foreign", why, fix="Check its address.")
        return response

    async def _connections(self) -> httpx.AsyncClient:
        if self._client is None:  # reading the trusted certificates takes a while: not on the event loop
            self._client = asyncio.create_task(asyncio.to_thread(_client, self.caps.local))
        return await asyncio.shield(self._client)

    async def _close_if_retired(self) -> None:
        if self._retired and not self._streams and self._client:
            client, self._client = self._client, None
            await (await client).aclose()

    async def _refusal(self, response: httpx.Response) -> str:
        """Return the body of an answer that is none, without the key, which some servers repeat."""
        key, body = await self._key(), await _read(response, _ERROR)
        return body.replace(key.get_secret_value(), "[key]") if key else body

    def _status_fault(self, response: httpx.Response, body: str) -> Fault:
        status = response.status_code
        fault = faults.of_status(status, body, self.server.title, self.server.model)
        fault.detail = faults.shorten(faults.message_of(body) or f"HTTP status {status}")
        fault.retry_after = faults.seconds(response.headers.get("retry-after", ""))
        log.info("server refused", provider=self.name, status=status, said=fault.detail)
        return fault

    @contextmanager
    def _noting(self) -> Iterator[None]:
        """Put what goes wrong into words, and remember how the latest request went."""
        try:
            yield
        except Fault as fault:
            self._note(fault)
            raise
        except Exception as error:
            meant = faults.of_exception(error, self.server.title, self.server.host)
            if meant is None:
                raise
            self._note(meant)
            raise meant from None  # the cause carries the request, and that the key
        else:
            self._note(None)

    def _note(self, fault: Fault | None) -> None:
        # That one question was refused, or one answer empty, says nothing of the server.
        self._fault = None if fault and fault.what in {"refused", "empty"} else fault
        if fault:
            self._looked = asyncio.get_running_loop().time()


def _client(local: bool) -> httpx.AsyncClient:
    import httpx  # noqa: PLC0415

    # Small servers at home close kept connections without a word; the handshake costs nothing there.
    limits = httpx.Limits(max_keepalive_connections=0 if local else 4, keepalive_expiry=30.0)
    return httpx.AsyncClient(
        timeout=httpx.Timeout(STALL_S, connect=CONNECT_S),
        follow_redirects=False,
        limits=limits,
        # A proxy of the environment leads to the world; what is at home is reached directly.
        transport=httpx.AsyncHTTPTransport(limits=limits) if local else None,
        headers={"accept-encoding": "identity", "user-agent": "timmy-hub"},
    )


def _bound(response: httpx.Response, title: str) -> None:
    """Make ``response`` fail when a line or the whole grows beyond what an answer can be."""
    import httpx  # noqa: PLC0415

    inner = response.stream

    class Bounded(httpx.AsyncByteStream):
        async def __aiter__(self) -> AsyncIterator[bytes]:
            line = whole = 0
            async for block in inner:  # type: ignore[union-attr]  # an asynchronous client's stream
                whole += len(block)
                cut = max(block.rfind(b"\n"), block.rfind(b"\r"))
                line = len(block) - cut - 1 if cut >= 0 else line + len(block)
                if line > _LINE or whole > _ANSWER:
                    raise Fault(
                        "foreign", f"{title} sent more than an answer can be.", fix="Check its address."
                    )
                yield block

        async def aclose(self) -> None:
            await inner.aclose()  # type: ignore[union-attr]

    response.stream = Bounded()


async def _read(response: httpx.Response, most: int) -> str:
    """Return the body, cut after ``most`` bytes."""
    body = b""
    async for block in response.aiter_bytes():
        body += block
        if len(body) >= most:
            break
    return body[:most].decode("utf-8", "replace")


def _parse(text: str, title: str) -> dict[str, Any]:
    try:
        told = json.loads(text)
    except (ValueError, RecursionError):
        raise faults.foreign(title, text) from None
    if not isinstance(told, dict):
        raise faults.foreign(title)
    return told


def _names(told: dict[str, Any]) -> list[str]:
    listed = told.get("data") or told.get("models") or []
    ids = (one.get("id") or one.get("name") for one in listed if isinstance(one, dict))
    return sorted({name for name in ids if isinstance(name, str) and 0 < len(name) <= _NAME})[:500]


def _clean(text: str) -> str:
    """Return ``text`` with "?" for half a surrogate pair, which no encoding can carry."""
    return text.encode("utf-8", "replace").decode()


def _keyless(title: str) -> Fault:
    return Fault("key", f"{title} has no key yet.", fix="Give it a key in Settings.")


def _modelless(title: str) -> Fault:
    return Fault("model", f"{title} has no model chosen.", fix="Choose one in Settings.")
