"""The sync of one hub: its settings, its phrase, whose memory travels, and the job that meets the places."""

from __future__ import annotations

import math
import socket
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import structlog

from hub import HubError
from hub_memory.sync.door import Door
from hub_memory.sync.folder import Folder
from hub_memory.sync.ledger import Ledger
from hub_memory.sync.peer import Peer, checked
from hub_memory.sync.phrase import keys
from hub_memory.sync.syncing import Sync
from hub_memory.sync.travel import HOUSE, Travel, known_as
from hub_memory.sync.wire import called

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence

    from hub import Database, Hub, MemoryChange, Register, Running
    from hub_memory.memory import SqliteMemory
    from hub_memory.sync.phrase import Keys
    from hub_memory.sync.transport import Transport
    from hub_memory.sync.wire import Batch

KIND = "memory.sync"
SECRET = "plugin.memory.sync_phrase"  # noqa: S105  the name of one
EVERY_S = 60.0
PAUSES_S = (60.0, 600.0, 3_600.0)
HERE = "visits"
"""The place of devices that come by themselves."""

log = structlog.get_logger(__name__)


class Syncing:
    """What the keeper opens. ``settings``: those of the manifest that begin with ``sync_``."""

    def __init__(self, hub: Hub, memory: SqliteMemory, database: Database, settings: dict[str, Any]) -> None:
        self._hub, self._memory, self._settings = hub, memory, settings
        self._ledger = Ledger(database)
        self._sync = Sync(memory, self._ledger, self._travel)
        self._made: dict[str, Transport] = {}
        self._troubles: list[HubError] = []
        self._again = False
        self.name = called(settings["sync_name"]) or called(socket.gethostname().partition(".")[0])
        self.door = Door(self)

    async def open(self, learn: Callable[[], Awaitable[object]]) -> None:
        """Begin the job where there is a place to meet others; else end it.

        ``learn`` is awaited when something new came, for it comes without vectors.
        """
        self._sync.on_taken, self._memory.on_forgotten = learn, self.soon
        # A kill in mid-way costs nothing, and a fault of ours no more than its turn.
        self._hub.jobs.register(KIND, self._run, pauses=PAUSES_S, tries=math.inf)
        there = self._hub.jobs.list(KIND)
        wanted = self._settings["sync_folder"] or self._settings["sync_peers"]
        for job in () if wanted else there:
            await self._hub.jobs.cancel(job.id)
        if wanted and not there:
            await self._hub.jobs.add(KIND, "Keep my devices alike")

    def register(self, register: Register) -> None:
        """Serve other devices and the page."""
        self.door.register(register)

    def now(self) -> float:
        """Return the time of the memory, in Unix seconds."""
        return self._memory.now()

    async def keys(self) -> Keys | None:
        """Return the keys of the phrase, None when there is none. Raises `HubError` for one mistyped."""
        phrase = await self._hub.secrets.get(SECRET)
        return keys(phrase.get_secret_value()) if phrase else None

    async def node(self) -> str:
        """Return what this device is called among devices."""
        return await self._ledger.node()

    async def head(self) -> int:
        """Return the revision of what changed last."""
        return await self._ledger.head()

    async def take(self, batch: Batch) -> None:
        """Merge what a device says that came by itself."""
        await self._sync.take(HERE, batch)

    def batches(self, since: str) -> AsyncGenerator[tuple[list[MemoryChange], str], None]:
        """Yield what changed here after a cursor and may travel."""
        return self._sync.batches(since)

    async def meet(self, *, patient: bool = True) -> None:
        """Meet all places now."""
        self._troubles = []
        try:
            await self._sync.meet(await self._transports(), patient=patient)
        except HubError as error:
            self._troubles.append(error)
            log.warning("memory.not_synced", reason=str(error), fix=error.fix)

    async def soon(self) -> None:
        """Meet all places as soon as can be: something was forgotten, say."""
        self._again = True
        with suppress(HubError):  # then within a minute
            for job in self._hub.jobs.list(KIND):
                if job.state == "waiting":
                    await self._hub.jobs.change(job.id, due=self._hub.jobs.clock.after(0))

    async def status(self) -> dict[str, Any]:
        """Return what the page tells (see `hub_memory.sync.door`)."""
        told = await self._sync.status()
        own = [{"place": "", "what": str(one), "fix": one.fix} for one in self._troubles]
        told["trouble"] = [*own, *await self._strangers(), *told["trouble"]]
        told["paired"] = await self._hub.secrets.get(SECRET) is not None
        told["folder"], told["name"] = self._settings["sync_folder"], self.name
        told["places"] = await self._places(told["peers"])
        told["people"] = list(self._settings["sync_people"])
        return told

    async def _run(self, _: Running) -> Any:
        self._again = False
        await self.meet()
        return self._hub.jobs.clock.after(0.0 if self._again else EVERY_S)

    async def _transports(self) -> list[Transport]:
        """Return the places of the settings, under the phrase as it is now; what is known of others goes."""
        found = await self.keys()
        if found is None:
            raise HubError("My devices are not paired.", fix="Run: hub memory pair, then enter its phrase.")
        node, folder = await self._ledger.node(), self._settings["sync_folder"].strip()
        fresh: list[Transport] = self._peers(found, node)
        if folder:
            fresh.append(Folder(folder, found, node, self.name))
        before, self._made = self._made, {one.place: one for one in fresh}
        if before.keys() != self._made.keys():
            await self._ledger.keep_only([*self._made, HERE])
        self._made |= {place: one for place, one in before.items() if place in self._made}
        return list(self._made.values())

    def _peers(self, found: Keys, node: str) -> list[Transport]:
        """Return the hubs of the settings; an address that is none costs no other its turn."""
        peers: list[Transport] = []
        for url in self._settings["sync_peers"]:
            try:
                peers.append(Peer(url, found, node, self.now, self.name))
            except HubError as error:
                self._troubles.append(error)
        return peers

    async def _places(self, peers: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """Return each place that is set, met or not: when it was met last, and how much it is to be told."""
        named = [self._settings["sync_folder"].strip(), *map(_address, self._settings["sync_peers"])]
        met = {one["place"]: one["at"] for one in peers if not one["peer"]}
        found = None
        with suppress(HubError):  # one mistyped is told as trouble
            found = await self.keys()
        mark = f"#{found.mark.hex()}" if found else ""
        return [
            {"place": one, "at": met.get(one, 0.0), "untold": await self._sync.untold(one + mark)}
            for one in dict.fromkeys(named) if one
        ]  # fmt: skip

    async def _strangers(self) -> list[dict[str, str]]:
        """Return a trouble for each name of the settings that nobody here has."""
        names = self._settings["sync_people"]
        known = {known_as(one.name) for one in await self._hub.people.all()} if names else set()
        return [
            {"place": "", "what": f"I know nobody called {name}.", "fix": "Correct the name in Settings."}
            for name in names
            if known_as(name) not in known
        ]

    async def _travel(self) -> Travel:
        """Return whose memory travels: the house's, and that of people who are named in the settings."""
        named = {known_as(name) for name in self._settings["sync_people"]}
        people = await self._hub.people.all() if named else ()
        return Travel({HOUSE: HOUSE} | {
            one.id: known_as(one.name) for one in people if known_as(one.name) in named
        })  # fmt: skip


def _address(url: str) -> str:
    """Return the address of a hub as it is met; one that is none as it was typed."""
    try:
        return checked(url)
    except HubError:
        return url.strip()[:100]
