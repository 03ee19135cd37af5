"""How changes get from device to device: what each way, a folder or a peer's address, has to offer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence

    from hub import MemoryChange
    from hub_memory.sync.wire import Batch

    Holding = Callable[[Sequence[MemoryChange]], Awaitable[list[MemoryChange]]]
    """Returns those changes that still say how it is here."""


class Transport(Protocol):
    """One way to other devices. All raise `HubError` with what a person can mend; then it is tried again.

    Whatever it brings may come twice, late, in any order, or not at all.
    """

    place: str
    """What it leads to, as the ledger knows it."""

    @property
    def lost(self) -> bool:
        """Whether what was published is no longer there: then all is published anew."""
        ...

    @property
    def stale(self) -> bool:
        """Whether `renew` is due, even if nothing was forgotten here."""
        ...

    @property
    def trouble(self) -> Sequence[tuple[str, str]]:
        """What went wrong in the last look, without stopping it: what it was, and what to do."""
        ...

    def fetch(self, since: Mapping[str, str]) -> AsyncIterator[Batch]:
        """Yield what others say, each batch with the cursor to come back with; ``since``: by device."""
        ...

    async def publish(self, batch: Batch) -> str:
        """Tell others; durable or acknowledged when it returns. Return the cursor of one's own, or ""."""
        ...

    async def renew(self, holding: Holding) -> str:
        """Take back what no longer holds, so that what was forgotten stays nowhere; return as `publish`."""
        ...
