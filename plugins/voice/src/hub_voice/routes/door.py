"""Let in who is signed in or brings a key, take a body of bounded size, and say no in JSON with a fix.

The paths are public in the manifest so that programs get the answer here and not the sign-in page.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING, Any, Protocol

import orjson
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from hub import HubError, Unavailable, sound

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

    from starlette.types import Receive, Scope, Send

    from hub import Hub

    Serve = Callable[[Request, "Person"], Awaitable[Response]]

RANK = {"device": 0, "guest": 1, "member": 2, "owner": 3}
MOST_JSON = 1 << 20
MOST_SOUND = sound.LARGEST + (1 << 16)
PATIENCE_S = 60.0
AT_ONCE = 4
"""Requests of one person that are worked on at the same time."""

_HEADERS = {"cache-control": "no-store", "x-content-type-options": "nosniff"}
_running: Counter[str] = Counter()


class Person(Protocol):
    """Who asks, as the hub tells of them."""

    @property
    def id(self) -> str:
        """Whose everything is."""
        ...

    @property
    def role(self) -> str:
        """A key of `RANK`."""
        ...


class Refused(HubError):  # noqa: N818  a state, not a fault
    """A request that is not answered; ``status`` as in HTTP."""

    def __init__(self, status: int, message: str, fix: str) -> None:
        super().__init__(message, fix=fix)
        self.status = status


def answer(value: Any, status: int = 200) -> Response:
    """Answer in JSON; dataclasses as objects."""
    return Response(orjson.dumps(value), status_code=status, media_type="application/json", headers=_HEADERS)


class Served:
    """The ASGI app of a path that answers ``methods``; ``needs``: the least role, or one for each method.

    ``keys``: whether the key of an app opens it, or only a person who is signed in. An instance and not a
    function, so that who asks is counted until the last byte of the answer is sent.
    """

    def __init__(
        self,
        hub: Hub,
        methods: dict[str, Serve],
        needs: dict[str, str] | str = "device",
        *,
        keys: bool = False,
    ) -> None:
        self._hub, self._methods, self._needs, self._keys = hub, methods, needs, keys

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = Request(scope, receive, send)
        try:
            method = "GET" if request.method == "HEAD" else request.method
            needs = self._needs if isinstance(self._needs, str) else self._needs.get(method, "member")
            async with entered(self._hub, request, needs, keys=self._keys) as person:
                response = await self._methods[method](request, person)
                return await response(scope, receive, send)
        except ClientDisconnect:
            return None
        except HubError as error:
            usual = 503 if isinstance(error, Unavailable) else 422
            told = answer({"error": str(error), "fix": error.fix}, getattr(error, "status", usual))
            return await told(scope, receive, send)


@asynccontextmanager
async def entered(hub: Hub, request: Any, least: str, *, keys: bool) -> AsyncIterator[Person]:
    """Let in who asks, by session or by key, as one of a few at once. Raises `Refused`."""
    given, key = request.headers.get("authorization"), None
    if given is None:
        person: Person | None = request.scope.get("state", {}).get("person")
    else:
        scheme, _, secret = given.partition(" ")
        key = await hub.keys.find(secret.strip()) if scheme.lower() == "bearer" else None
        if key is None:
            raise Refused(401, "That key is wrong or was ended.", "Make one on the page You.")
        if not keys:
            raise Refused(403, "A key does not open that.", "Sign in, and do it as yourself.")
        person = key.person
    if person is None:
        raise Refused(401, "You are not signed in.", "Sign in, or send a key as a bearer token.")
    if RANK.get(person.role, -1) < RANK[least]:
        who = "the owner" if least == "owner" else f"a {least}"
        raise Refused(403, f"Only {who} may do that.", "Ask the owner of this hub.")
    task = asyncio.current_task()
    with turnstile(person.id):
        if key is None or task is None:
            yield person
            return
        key.running.add(task)  # ended with the key, whatever it does
        try:
            yield person
        finally:
            key.running.discard(task)


@contextmanager
def turnstile(person: str) -> Iterator[None]:
    """Count a request of ``person``. Raises `Refused` when too many run."""
    if _running[person] >= AT_ONCE:
        raise Refused(429, f"{AT_ONCE} of your requests run already.", "Wait for one of them to end.")
    _running[person] += 1
    try:
        yield
    finally:
        _running[person] -= 1
        if not _running[person]:
            del _running[person]


async def body(request: Request, most: int = MOST_JSON) -> bytes:
    """Return the whole body. Raises `Refused` at the first byte too many, or when it comes too slowly."""
    if int(request.headers.get("content-length") or 0) > most:
        raise _too_much(most)
    taken = bytearray()
    try:
        async with asyncio.timeout(PATIENCE_S):
            async for chunk in request.stream():
                taken += chunk
                if len(taken) > most:
                    raise _too_much(most)
    except TimeoutError:
        raise Refused(408, "That came too slowly.", "Send it once more.") from None
    return bytes(taken)


async def fields(request: Request, **kinds: type | tuple[type, ...]) -> dict[str, Any]:
    """Return the fields of a JSON object, those of ``kinds`` and no others. Raises `Refused`."""
    try:
        found = orjson.loads(await body(request) or b"{}")
    except orjson.JSONDecodeError:
        raise Refused(422, "That is not JSON.", "Send one JSON object, in UTF-8.") from None
    if not isinstance(found, dict):
        raise Refused(422, "That is no JSON object.", "Send one JSON object, in UTF-8.")
    for name, value in found.items():
        if name not in kinds:
            raise Refused(422, f"I do not know the field {name[:40]!r}.", f"Send {', '.join(kinds)}.")
        if value is not None and (not isinstance(value, kinds[name]) or isinstance(value, bool)):
            raise Refused(422, f"The field {name} is not right.", "See docs/guide/sound.md.")
    return {name: value for name, value in found.items() if value is not None}


async def uploaded(request: Request) -> sound.Upload:
    """Return a file that came raw or in a form. Raises `Refused` when there is none."""
    kind = request.headers.get("content-type", "")
    got = sound.upload(kind, await body(request, MOST_SOUND))
    if not got.file:
        raise Refused(
            422, "There is no sound in that.", "Send a sound file as the body, or as the field file."
        )
    return got


def _too_much(most: int) -> Refused:
    return Refused(413, "That is more than I take at once.", f"Send at most {most:,} bytes.")
