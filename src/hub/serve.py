"""Run the hub's process: one uvicorn server on the sockets that the guardian bound."""

from __future__ import annotations

import asyncio
import fcntl
import logging
import resource
import time
from typing import IO, TYPE_CHECKING

import uvicorn

from hub.app import build
from hub.errors import HubError
from hub.events import HubRecovered
from hub.guardian import AGAIN
from hub.heads import BoundedHeads
from hub.telemetry import logs
from hub.terminal import show_progress
from hub.tls.keeper import Keeper

if TYPE_CHECKING:
    import socket
    from pathlib import Path

    from hub.config import Settings
    from hub.guardian import Rebirth
    from hub.hub import Hub

MAX_MESSAGE = 1 << 20
MOST_FILES = 1 << 16
RENEW_S = 600.0
"""How often to look whether the certificate is still right."""


def run(settings: Settings, sockets: list[socket.socket], rebirth: Rebirth, *, safe: bool = False) -> int:
    """Serve until told to stop; return the exit status. ``rebirth`` says whether an earlier hub died.

    ``safe``: start no plugin but those that came with the hub.
    """
    logs.configure()
    allow_files()
    lock = _sole_hub_of(settings.data)
    port = sockets[0].getsockname()[1]

    async def opened(hub: Hub) -> None:
        if rebirth.died_at is not None:
            hub.bus.publish(HubRecovered(down=max(0.0, time.time() - rebirth.died_at)))
        await _greet(hub, port)
        if app.state.tls is not None:
            hub.spawn(_keep_valid(app.state.tls), name="tls")
        await show_progress(hub.models)

    app = build(settings, opened=opened)
    entrance = app.state.hub.plugins.entrance
    entrance.safe = safe
    entrance.guard(rebirth)
    # A start that fails is told to the person in words, not in uvicorn's traceback.
    logging.getLogger("uvicorn.error").addFilter(lambda _: app.state.failure is None)
    server = _server(
        uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            server_header=False,
            http=BoundedHeads,
            ws="websockets-sansio",
            ws_max_size=MAX_MESSAGE,
            ws_per_message_deflate=False,  # sound does not compress, and it costs time
            timeout_graceful_shutdown=3,
        ),
        app.state.tls,
    )
    wished = False

    def restart() -> None:
        """End as soon as what is being answered is; whoever asks from now on waits for the next of us."""
        nonlocal wished
        wished = server.should_exit = True
        for listening in server.servers:
            listening.close()
        for connection in tuple(server.server_state.connections):
            connection.shutdown()

    app.state.hub.restart = restart
    try:
        with asyncio.Runner(loop_factory=_loop) as runner:
            runner.run(server.serve(sockets=sockets))
    except SystemExit:  # uvicorn's answer to a start that failed
        if app.state.failure:
            raise app.state.failure from None
        raise
    finally:
        lock.close()
    return AGAIN if wished else 0 if server.started else 1


def _server(config: uvicorn.Config, tls: Keeper | None) -> uvicorn.Server:
    if tls is None:
        return uvicorn.Server(config)
    from hub.tls.door import Server  # noqa: PLC0415  only where TLS is on

    return Server(config, tls.context())


async def _keep_valid(tls: Keeper) -> None:
    """Make the certificate anew when it is due, or when this machine has got another address."""
    while True:
        await asyncio.sleep(RENEW_S)
        try:
            await asyncio.to_thread(tls.ensure)
        except HubError as error:
            logging.getLogger(__name__).warning("%s %s", error, error.fix)


def allow_files() -> None:
    """Let this process hold as many connections as the system lets it: 1,024 are soon taken up by one."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = MOST_FILES if hard == resource.RLIM_INFINITY else min(hard, MOST_FILES)
    if soft < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


def _sole_hub_of(data: Path) -> IO[str]:
    """Return the held lock of the data folder; the kernel lets go of it however this process ends."""
    try:
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = (data / "hub.lock").open("w")
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise HubError(
            f"Another hub already runs on {data}.", fix="Stop it, or give this one a --data of its own."
        ) from None
    except OSError as error:
        raise HubError(
            f"{data} cannot be used: {error.strerror}.",
            fix="Choose a folder this user may write to: hub serve --data ...",
        ) from error
    return lock


async def _greet(hub: Hub, port: int) -> None:
    host = "127.0.0.1" if hub.settings.host in {"0.0.0.0", "::"} else hub.settings.host  # noqa: S104  a comparison
    address = f"http://{f'[{host}]' if ':' in host else host}:{port}"
    if await hub.claims.owner() is None:
        address += f"/claim/{await hub.claims.new_code()}"
        note = "        (works once; whoever opens it first owns this hub)\n"
    else:
        note = ""
    if hub.settings.tls.on and (near := await asyncio.to_thread(Keeper(hub.settings).nearest)):
        note += f"        On a phone, http://{f'[{near}]' if ':' in near else near}:{port}/trust\n"
    print(f"\n  Open  {address}\n{note}", flush=True)  # noqa: T201  the console is where this belongs


def _loop() -> asyncio.AbstractEventLoop:
    import uvloop  # noqa: PLC0415  not there on Windows

    return uvloop.new_event_loop()
