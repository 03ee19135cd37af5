"""Tell the station of privacy what only the hub knows to be private: its keys, its people, its own names."""

from __future__ import annotations

import asyncio
import os
import socket
from typing import TYPE_CHECKING

from hub.auth.events import PersonChanged, PersonJoined, PersonLeft
from hub.events import TalkDeleted
from hub.llm.private.privacy import distance_of

if TYPE_CHECKING:
    from hub.hub import Hub

_EVENTS = (PersonChanged, PersonJoined, PersonLeft, TalkDeleted)
_PLAIN = frozenset(
    {"localhost", "127.0.0.1", "::1", "0.0.0.0", "::", "hub", "debian", "ubuntu", "raspberrypi"}  # noqa: S104  what it must not hide
)
"""Names that any machine has."""


async def refresh(hub: Hub) -> None:
    """Tell it anew: people, keys or names have changed."""
    rows = await hub.core.rows("SELECT value FROM secret")
    people = await hub.people.all()
    hub.privacy.know(
        secrets=[*(row[0] for row in rows), *_given()],
        names=[one.name for one in people],
        hosts=[one for one in (socket.gethostname(), *hub.settings.names, hub.settings.host) if _own(one)],
    )


async def follow(hub: Hub) -> None:
    """Keep it told; forget at once what was hidden in a talk that is deleted."""
    with hub.bus.subscribe(*(kind.name for kind in _EVENTS)) as events:
        await refresh(hub)
        async for event in events:
            if isinstance(event, TalkDeleted):
                hub.privacy.forget(event.conversation)
            else:
                await refresh(hub)
                if isinstance(event, PersonLeft):
                    await hub.tiers.open()
            hub.replies.forget()


async def warm(hub: Hub) -> None:
    """Make the detectors ready, if there is anybody outside this machine to ask."""
    if any(distance_of(one.caps) != "machine" for one in hub.router.providers):
        await asyncio.to_thread(hub.privacy.warm)


def _own(name: str) -> bool:
    """Say whether it is a name of this house, and not one that any machine has."""
    return name.lower() not in _PLAIN and not name.replace(".", "").isdigit()


def _given() -> list[str]:
    """Return the keys that the environment gives."""
    return [
        value
        for name, value in os.environ.items()
        if name.endswith(("_API_KEY", "_TOKEN", "_PASSWORD", "_SECRET"))
    ]
