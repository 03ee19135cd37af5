"""Let in who may talk, as `hub.api.openai.door` does for requests, and serve them while their key lasts."""

from __future__ import annotations

import asyncio
import re
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import structlog
from starlette.responses import Response
from starlette.websockets import WebSocket, WebSocketDisconnect

from hub.api.openai.door import AT_ONCE, enter
from hub.api.openai.errors import Refused
from hub.api.openai.offered import ALIASES, VOICED, Offered, unknown
from hub.api.openai.realtime.call import Call
from hub.api.openai.realtime.dialect import Teller
from hub.api.openai.realtime.sound import prepare
from hub.auth.keys import ENDED
from hub.errors import HubError

if TYPE_CHECKING:
    from starlette.types import Scope

    from hub.auth.sessions import Person
    from hub.hub import Hub

log = structlog.get_logger(__name__)

PROTOCOL = "realtime"
_KEY, _BETA = "openai-insecure-api-key.", "openai-beta.realtime-v1"
_USUAL = re.compile(r"(gpt-[a-z0-9.-]*realtime|gpt-realtime|gpt-audio)[a-z0-9.-]*")
NOT_SIGNED_IN, REFUSED = 4401, 1008


class Entry:
    """The endpoint of one hub."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._running: dict[str, set[asyncio.Task[Any]]] = {}

    async def __call__(self, websocket: WebSocket) -> None:
        """Serve one socket."""
        offered = websocket.scope.get("subprotocols", [])
        try:
            _take_key(websocket.scope, offered)
            key, person = await enter(self._hub, websocket.scope)
            running = key.running if key else self._running.setdefault(person.id, set())
            _check_room(running)
            model = self._model(websocket.query_params.get("model", VOICED))
        except Refused as error:
            return await _refuse(websocket, error)
        task = asyncio.current_task()
        assert task is not None  # noqa: S101  a server runs every socket in a task
        running.add(task)
        try:
            await self._serve(websocket, offered, person, model)
        except asyncio.CancelledError as error:
            if error.args != (ENDED,):
                raise
            task.uncancel()
            with suppress(Exception):
                await websocket.close(NOT_SIGNED_IN, "that key was ended")
        finally:
            running.discard(task)
            if not (running or key):
                self._running.pop(person.id, None)
        return None

    async def _serve(self, websocket: WebSocket, offered: list[str], person: Person, model: str) -> None:
        await websocket.accept(PROTOCOL if PROTOCOL in offered else None)
        beta = websocket.headers.get("openai-beta", "") == "realtime=v1" or _BETA in offered
        teller = Teller(websocket, beta=beta)
        with suppress(HubError):
            self._hub.ahead()
            await prepare()  # words go on without it; who wants sound is told
        try:
            await Call(self._hub, websocket, teller, person, model).serve()
        except (WebSocketDisconnect, KeyError):
            return  # it left, or sent bytes where the protocol has text
        except (OSError, RuntimeError, TimeoutError) as error:
            log.info("realtime.left", reason=repr(error)[:200])
        except HubError as error:
            log.warning("realtime.failed", reason=str(error))
        except Exception:
            log.exception("realtime failed")
        with suppress(Exception):
            await websocket.close(1011, "something went wrong here")

    def _model(self, name: str) -> str:
        """Return the model that is meant; names of OpenAI's realtime models mean the hub's own."""
        if _USUAL.fullmatch(name):
            return VOICED
        if name not in ALIASES and name not in (models := Offered(self._hub).models()):
            raise unknown(name, models)
        return name


def _check_room(running: set[asyncio.Task[Any]]) -> None:
    if len(running) >= AT_ONCE:
        raise Refused(429, f"{AT_ONCE} of your requests run already.", "End one.", code="too_many")


def _take_key(scope: Scope, offered: list[str]) -> None:
    """Take a key that a page could only send as a subprotocol; a header decides before it."""
    given = any(name == b"authorization" for name, _ in scope["headers"])
    key = next((one.removeprefix(_KEY) for one in offered if one.startswith(_KEY)), "")
    if key and not given:
        scope["headers"] = [
            *scope["headers"],
            (b"authorization", b"Bearer " + key.encode("latin-1", "replace")),
        ]


async def _refuse(websocket: WebSocket, error: Refused) -> None:
    """Say no with a status, where the server can; else by closing."""
    with suppress(OSError, RuntimeError):
        if "websocket.http.response" in websocket.scope.get("extensions", {}):
            headers = {name.decode(): value.decode() for name, value in error.headers}
            answer = Response(error.body(), error.status, headers, "application/json")
            await websocket.send_denial_response(answer)
            return
        await websocket.accept()
        stranger = error.status in {401, 403}
        await websocket.close(NOT_SIGNED_IN if stranger else REFUSED, str(error)[:120])
