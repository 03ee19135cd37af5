"""Exchange changes over a folder that devices share, such as one of Syncthing, Nextcloud or a NAS.

Each device writes its own files only, and reads everybody's, its own too: what a restored backup has lost
comes back so. Nothing in them can be read, moved or changed without the phrase.
"""

from __future__ import annotations

import asyncio
import errno
import json
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import structlog

from hub import HubError, Unavailable
from hub_memory.sync.segments import Segment, Segments
from hub_memory.sync.wire import Batch, length

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping, Sequence

    from hub import MemoryChange
    from hub_memory.sync.phrase import Keys
    from hub_memory.sync.transport import Holding

ANSWER_S = 60.0
"""How long the folder may take over one file: a share whose server went may never answer."""

SMALL, SEVERAL = 16 << 10, 32
"""When there are so many own files of fewer bytes than this, they become few."""

FULL = 4 << 20
"""Characters that are put into one file of several, about."""

Result = TypeVar("Result")
log = structlog.get_logger(__name__)


class Folder:
    """A shared folder, to the device ``node``, which people call ``name``."""

    def __init__(self, path: str, keys: Keys, node: str, name: str = "") -> None:
        self.place = f"{path}#{keys.mark.hex()}"
        self._segments, self._node, self._name = Segments(Path(path), keys), node, name
        self._own: set[str] = set()
        self._pending: asyncio.Future[object] | None = None
        self._refused: dict[Segment, HubError] = {}
        self.lost = self.stale = False

    @property
    def trouble(self) -> Sequence[tuple[str, str]]:
        """The files that could not be read in the last look, and why."""
        return [(f"{one.file}: {error}", error.fix) for one, error in self._refused.items()]

    async def fetch(self, since: Mapping[str, str]) -> AsyncIterator[Batch]:
        """Yield what files say that were not read yet; those that cannot be read are told."""
        await self._ask(lambda: self._look(begun=self._node in since))
        found = await self._ask(self._segments.all)
        seen = {node: set(json.loads(cursor or "[]")) for node, cursor in since.items()}
        there = {(one.node, one.name) for one in found}
        self._own = {name for name in seen.get(self._node, ()) if (self._node, name) in there}
        self.lost = self._own != seen.get(self._node, set())
        # What the system refused may be granted by now; what a file says stays what it is.
        judged = {one: why for one, why in self._refused.items() if not isinstance(why.__cause__, OSError)}
        self._refused = {one: why for one, why in judged.items() if one in found}
        own = [one for one in found if one.node == self._node]
        self.stale = len([one for one in own if one.size < SMALL]) >= SEVERAL
        for one in found:
            known = {name for name in seen.setdefault(one.node, set()) if (one.node, name) in there}
            if one.name in known or one in self._refused:
                continue
            if batch := await self._read(one):
                seen[one.node] = known | {one.name}
                if one.node == self._node:  # of before a crash, or put back: what it says may be forgotten
                    self._own.add(one.name)
                    self.stale = True
                yield replace(batch, cursor=_cursor(seen[one.node]))

    async def publish(self, batch: Batch) -> str:
        """Write a segment."""
        one = await self._ask(lambda: self._segments.write(replace(batch, name=self._name)))
        self._own.add(one.name)
        return _cursor(self._own)

    async def renew(self, holding: Holding) -> str:
        """Rewrite own segments without what no longer holds, and make many small ones one.

        On a full disk a segment is removed all the same, and `lost` set: the rest is published anew later.
        """
        own = [one for one in await self._ask(self._segments.all) if one.node == self._node]
        kept = [there for one in own if (there := await self._renewed(one, holding))]
        small = [one for one in kept if one.size < SMALL]
        if len(small) >= SEVERAL:
            await self._joined(small)
        return _cursor(self._own)

    async def _read(self, one: Segment) -> Batch | None:
        try:
            return await self._ask(lambda: self._segments.read(one))
        except Unavailable:
            raise
        except HubError as error:
            if one.node == self._node and not isinstance(error.__cause__, OSError):
                # Mine, of another phrase or damaged: what it said is here, and is told anew.
                await self._ask(lambda: self._segments.remove(one))
                self.lost = True
            else:
                self._refused[one] = error
                log.warning("memory.sync_file", file=one.file, reason=str(error), fix=error.fix)
            return None

    async def _renewed(self, one: Segment, holding: Holding) -> Segment | None:
        """Return what is left of an own segment, None when that is nothing."""
        batch = await self._read(one)
        if batch is None:
            self.lost = True
        changes = batch.changes if batch else ()
        held = await holding(changes)
        if held and len(held) == len(changes):
            return one
        try:
            if held:
                said = Batch(self._node, held, name=self._name)
                newer = await self._ask(lambda: self._segments.write(said, one.name, one.revision + 1))
        except HubError as error:  # what was forgotten goes, even if the rest cannot be kept here for now
            log.warning("memory.sync_renewal", reason=str(error), fix=error.fix)
            held, self.lost = [], True
        await self._ask(lambda: self._segments.remove(one))
        if held:
            return newer
        self._own.discard(one.name)
        return None

    async def _joined(self, small: Sequence[Segment]) -> None:
        """Put as many small segments into one as it holds; the others wait for the next time."""
        group: list[Segment] = []
        changes: list[MemoryChange] = []
        for one in small:
            more = (await self._ask(partial(self._segments.read, one))).changes
            if group and sum(map(length, changes)) + sum(map(length, more)) > FULL:
                break
            group.append(one)
            changes += more
        if len(group) > 1:
            said = Batch(self._node, changes, name=self._name)
            whole = await self._ask(lambda: self._segments.write(said))
            self._own.add(whole.name)
            await self._ask(lambda: self._segments.remove(*group))
            self._own -= {one.name for one in group}

    def _look(self, *, begun: bool) -> None:
        """See that the folder is there, and tidy up; one that was there before is not begun anew."""
        if not begun:
            self._segments.begin()
        elif not self._segments.there():
            raise HubError(
                "The folder that I share is not what it was.", fix="Mount it, or choose it anew in Settings."
            )
        self._segments.clean(self._node)

    async def _ask(self, work: Callable[[], Result]) -> Result:
        """Do ``work`` in a thread, and one at a time: what never answers is not asked again."""
        if self._pending is not None and not self._pending.done():
            raise Unavailable("The folder that I share does not answer.", fix="See whether it is mounted.")
        task = asyncio.ensure_future(asyncio.to_thread(_plainly, work))
        self._pending = task  # type: ignore[assignment]  # whatever it returns
        done, _ = await asyncio.wait({task}, timeout=ANSWER_S)
        if not done:
            raise Unavailable("The folder that I share does not answer.", fix="See whether it is mounted.")
        return task.result()


def _plainly(work: Callable[[], Result]) -> Result:
    """Do ``work``; what the system refuses is told in words."""
    try:
        return work()
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            full = "The folder that I share is full."
            raise Unavailable(full, fix="Make room in it; I try again.") from error
        why = (error.strerror or str(error)).lower()
        raise Unavailable(f"The folder that I share: {why}.", fix="See whether I may write there.") from error


def _cursor(names: set[str]) -> str:
    return json.dumps(sorted(names))
