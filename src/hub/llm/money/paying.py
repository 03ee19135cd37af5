"""Pay for what is asked of a server outside the router: the test of a key, vectors of texts."""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hub.errors import Unavailable
from hub.llm.stations import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hub.llm.provider import Caps, Request, Usage
    from hub.llm.stations import Budget


@dataclass(slots=True)
class Bill:
    """What it came to, once that is known."""

    usage: Usage | None = None


@contextmanager
def paying(budget: Budget, name: str, caps: Caps, request: Request) -> Iterator[Bill]:
    """Put money aside for ``request`` and yield the bill to fill in; it is counted at the end.

    Raises `Unavailable` when there is no money for it. What failed costs what its server told, and what
    took too long, or was given up, as much as was put aside.
    """
    reserved = budget.reserve(name, caps, request)
    if isinstance(reserved, Refusal):
        raise Unavailable(reserved.why, fix=reserved.fix)
    bill = Bill()
    try:
        yield bill
    except BaseException as error:
        told: Usage | None = bill.usage or getattr(error, "usage", None)
        late = isinstance(error, TimeoutError | asyncio.CancelledError) or _broke_off(error)
        if late or (told is not None and not told.estimated):
            reserved.settle(told)
        else:
            reserved.release()
        raise
    reserved.settle(bill.usage)


def _broke_off(error: BaseException) -> bool:
    return getattr(error, "what", "") in {"slow", "cut"}
