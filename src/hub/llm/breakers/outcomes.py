"""Sort how asking a provider ended by what it says of the provider."""

from __future__ import annotations

import asyncio
import errno
import socket
from typing import Literal

from hub.llm.faults import Fault
from hub.llm.provider import Declined

Outcome = Literal["ok", "trip", "hold", "config", "caller", "cancelled", "local"]
"""ok: it answered. trip: its own fault: not reached, out of order, too slow, cut, no sense in it.
hold: it wants a pause (429). config: it waits for a person: key, model, credit. caller: the question's
own fault. cancelled: whoever asked gave up, or it had nothing to say. local: this machine has no network.
Only ok and trip count for or against it."""

_OF_FAULT: dict[str, Outcome] = {
    "key": "config", "model": "config", "credit": "config", "pace": "hold", "refused": "caller",
    "network": "local",
}  # fmt: skip
_NO_NETWORK = {errno.ENETUNREACH, errno.ENETDOWN}


def outcome_of(error: BaseException) -> Outcome:
    """Return what ``error``, raised by a provider's stream, says of that provider."""
    if isinstance(error, Fault):
        return _OF_FAULT.get(error.what, "trip")
    if isinstance(error, asyncio.CancelledError | GeneratorExit | Declined):
        return "cancelled"
    if isinstance(error, socket.gaierror):  # that a name is unknown says nothing of the network
        return "local" if error.errno == socket.EAI_AGAIN else "trip"
    return "local" if isinstance(error, OSError) and error.errno in _NO_NETWORK else "trip"
