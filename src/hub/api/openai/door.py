"""Let in who holds a key or is signed in, take a body of bounded size, and say no in OpenAI's words.

A key of the ``Authorization`` header decides alone: a wrong one is not made good by a cookie. Pages of
other sites get no leave to ask (no CORS), and the hub's guard has refused them before.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import structlog

from hub.api.openai.errors import Refused
from hub.auth.keys import ENDED
from hub.auth.roles import allows
from hub.errors import HubError
from hub.telemetry import trace

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

    from starlette.types import Receive, Scope, Send

    from hub.auth.keys import Key
    from hub.auth.sessions import Person
    from hub.hub import Hub

log = structlog.get_logger(__name__)

MOST = 4 << 20
"""Bytes of a request's body."""

_DRAINED = 32 << 20  # what is read and dropped, so that whoever sent too much hears that
PATIENCE_S = 30.0
"""How long a body may take to arrive."""

UNWATCHED_S = 0.05
"""How long nobody looks whether whoever asked is still there."""

AT_ONCE = 64
"""Requests of one key, or of one person, that are answered at the same time."""

JSON = (b"content-type", b"application/json")
_HEADERS = [(b"cache-control", b"no-store"), (b"x-content-type-options", b"nosniff")]
_GET = frozenset({"GET", "HEAD"})


@dataclass(slots=True)
class Call:
    """One request that was let in. ``begun``: its status has been sent."""

    person: Person
    body: bytes
    scope: Scope
    receive: Receive
    send: Send
    begun: bool = False

    async def answer(
        self, body: bytes, headers: Iterable[tuple[bytes, bytes]] = (), status: int = 200
    ) -> None:
        """Send a whole answer in JSON."""
        await self.begin(status, [JSON, (b"content-length", b"%d" % len(body)), *headers])
        await self.send({"type": "http.response.body", "body": body})

    async def begin(self, status: int, headers: Iterable[tuple[bytes, bytes]]) -> None:
        """Send the head of an answer."""
        self.begun = True
        request = (b"x-request-id", trace.current_id().encode())
        head = [*headers, request, *_HEADERS]
        await self.send({"type": "http.response.start", "status": int(status), "headers": head})


class Door:
    """The ASGI app of one path: ``serve`` answers those who may talk."""

    def __init__(self, hub: Hub, serve: Callable[[Call], Awaitable[None]], most: int = MOST) -> None:
        self._hub, self._serve, self._most = hub, serve, most
        self._running: dict[str, set[asyncio.Task[Any]]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; whoever leaves before the end takes the work along."""
        try:
            key, person = await enter(self._hub, scope)
        except Refused as error:
            await _drain(scope, receive)
            return await self._refuse(Call(Nobody, b"", scope, receive, send), error)
        running = key.running if key else self._running.setdefault(person.id, set())
        call = Call(person, b"", scope, receive, send)
        task = asyncio.current_task()
        assert task is not None  # noqa: S101  a server runs every request in a task
        try:
            _join(running, task)
            if scope["method"] not in _GET:
                call.body = await _body(receive, self._most)
            await self._attended(call, task)
        except Refused as error:
            await self._refuse(call, error)
        except HubError as error:
            status = getattr(error, "status", HTTPStatus.SERVICE_UNAVAILABLE)
            await self._refuse(call, Refused(status, str(error), error.fix))
        except Exception:
            log.exception("request failed", path=scope["path"])
            why = "Something went wrong here."
            await self._refuse(call, Refused(500, why, "The hub's log says what.", code="internal_error"))
        finally:
            running.discard(task)
            if not (running or key):
                self._running.pop(person.id, None)
        return None

    async def _attended(self, call: Call, task: asyncio.Task[Any]) -> None:
        """Serve ``call`` as long as somebody waits for it."""
        if call.scope["method"] in _GET:
            return await self._serve(call)
        watch = _Watch(call.receive, task)
        try:
            await self._serve(call)
        except asyncio.CancelledError as error:
            if error.args == (ENDED,):
                task.uncancel()
                raise _stranger("That key was ended.") from None
            if not watch.left:
                raise  # the hub stops
            task.uncancel()
        finally:
            watch.close()
        return None

    async def _refuse(self, call: Call, error: Refused) -> None:
        if not call.begun:
            with suppress(OSError):
                await call.answer(error.body(), error.headers, error.status)
            return
        with suppress(OSError):  # too late for a status: what streams has its own words for it
            await call.send({"type": "http.response.body", "body": b"data: " + error.body() + b"\n\n"})


async def enter(hub: Hub, scope: Scope) -> tuple[Key | None, Person]:
    """Return who asks. Raises `Refused` for strangers and wrong keys."""
    state = scope.setdefault("state", {})
    given = next((value for name, value in scope["headers"] if name == b"authorization"), None)
    key = None
    if given is not None:
        scheme, _, secret = given.decode("latin-1").partition(" ")
        if scheme.lower() != "bearer" or not (secret := secret.strip()):
            raise _stranger("That is no key.")
        if (key := await hub.keys.find(secret)) is None:
            raise _stranger("That key is wrong or was ended.")
        state["person"] = key.person
    person = state.get("person")
    if person is None:
        raise _stranger("There is no key.")
    if not allows(person, "talk"):
        raise Refused(403, "You may not talk here.", "Ask the owner of this hub.")
    return key, person


def _join(running: set[asyncio.Task[Any]], task: asyncio.Task[Any]) -> None:
    """Count ``task``. Raises `Refused` when there are too many."""
    if len(running) >= AT_ONCE:
        wait = ((b"retry-after", b"1"),)
        why = f"{AT_ONCE} of your requests run already."
        raise Refused(429, why, "Wait for one of them to end.", code="too_many", headers=wait)
    running.add(task)


class _Watch:
    """Cancels ``task`` when whoever asked is gone, and has ``left`` then.

    It begins a little later: most answers are there before, and a task that waits costs more than they do.
    """

    def __init__(self, receive: Receive, task: asyncio.Task[Any]) -> None:
        self._receive, self._task = receive, task
        self._loop = asyncio.get_running_loop()
        self._later = self._loop.call_later(UNWATCHED_S, self._begin)
        self._watching: asyncio.Task[None] | None = None
        self.left = False

    def close(self) -> None:
        """Watch no more."""
        self._later.cancel()
        if self._watching:
            self._watching.cancel()

    def _begin(self) -> None:
        self._watching = self._loop.create_task(self._watch())

    async def _watch(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass
        self.left = True
        self._task.cancel()


async def _body(receive: Receive, most: int) -> bytes:
    """Return the whole body, of at most so many bytes. Raises `Refused`."""
    body, more = bytearray(), True
    try:
        async with asyncio.timeout(PATIENCE_S):
            while more:
                message = await receive()
                more = message.get("more_body", False)
                body += message.get("body", b"")
                if len(body) > most:
                    await _drop(receive, more=more)
                    raise _too_much(most)
    except TimeoutError:
        raise Refused(408, "That came too slowly.", "Send it once more.") from None
    return bytes(body)


async def _drop(receive: Receive, *, more: bool) -> None:
    """Read on without keeping any of it: a client that is still sending would not hear the answer."""
    size = 0
    while more and size < _DRAINED:
        message = await receive()
        more = message.get("more_body", False)
        size += len(message.get("body", b""))


async def _drain(scope: Scope, receive: Receive) -> None:
    if scope["method"] not in _GET:
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE_S):
                await _drop(receive, more=True)


def _stranger(message: str) -> Refused:
    fix = "Make a key on the hub's page You, under Keys for apps, and send it as a bearer token."
    challenge = ((b"www-authenticate", b'Bearer realm="hub"'),)
    return Refused(401, message, fix, code="invalid_api_key", headers=challenge)


def _too_much(most: int) -> Refused:
    return Refused(
        413, "That is more than I take at once.", f"Send at most {most:,} bytes.", code="too_large"
    )


Nobody: Any = None
