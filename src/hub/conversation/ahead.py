"""Load what the first answer of a hub needs before anybody waits for it: patterns by the hundred.

The start leaves them out, for a hub may stand for days unasked; they take half a second of processor time,
which the first person to speak would wait for.
"""

from __future__ import annotations

import asyncio
import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ORDINARY, TIMER = "tell me what you think of it", "set a timer for ten minutes"
"""Words that no exact answer is for, so that every pattern is made that any question meets; and an order."""

MODULES = ("hub.conversation.mediation.asking", "hub.intents.words", "hub.timers.parse")


async def load() -> None:
    """Load it step by step, off the event loop."""
    for step in _steps():
        await asyncio.to_thread(step)


def _steps() -> Iterator[Callable[[], object]]:
    from hub import intents  # noqa: PLC0415  with the hub

    subjects = (f"hub.intents.{one}" for one in intents.SUBJECTS)
    for module in (*MODULES, *subjects):
        yield lambda: importlib.import_module(module)  # noqa: B023  each is called before the next is made
    from hub.timers.parse import parse  # noqa: PLC0415  loaded by now

    yield lambda: intents.answer(ORDINARY)
    yield lambda: parse(TIMER, intents.local_now())
