"""Know which servers answer from here: one cheap look at each, remembered for a while.

A look is one HEAD request on a thread of its own, since name look-ups can hang for longer than
anybody waits and must not hold up the hub's stop. Any HTTP answer counts: the server is there.
"""

from __future__ import annotations

import asyncio
import os
import threading
import time
from contextlib import suppress
from http.client import HTTPException
from typing import TYPE_CHECKING
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from hub.events import ServerSeen

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hub.events import Bus

_WAIT_S = 4.0
_LONGEST_S = 6.0  # with the look-up of its name
_KEEP_S = {True: 600.0, False: 60.0}


class Reach:
    """What is known of servers, by host."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self._known: dict[str, tuple[bool, float]] = {}
        self._looks: dict[str, asyncio.Task[bool]] = {}

    def said(self, host: str) -> bool | None:
        """Return whether ``host`` answered when last looked at; None when nobody has looked."""
        return self._known[host][0] if host in self._known else None

    def look(self, urls: Iterable[str], *, anew: bool = False) -> None:
        """Look at the servers of ``urls`` in the background, where that is not known by now (or ``anew``)."""
        for url in urls:
            host = urlsplit(url).netloc
            if host not in self._looks and (anew or not self._fresh(host)):
                self._begin(host, url)

    async def ask(self, url: str) -> bool:
        """Return whether the server of ``url`` answers; at most some seconds."""
        host = urlsplit(url).netloc
        if host not in self._looks and self._fresh(host) and self._known[host][0]:
            return True
        # A server that was away is looked at anew: whoever asks wants it now.
        return await asyncio.shield(self._looks.get(host) or self._begin(host, url))

    def _fresh(self, host: str) -> bool:
        there, at = self._known.get(host, (False, float("-inf")))
        return time.monotonic() - at < _KEEP_S[there]

    def _begin(self, host: str, url: str) -> asyncio.Task[bool]:
        self._looks[host] = task = asyncio.create_task(self._see(host, url), name=f"look at {host}")
        return task

    async def _see(self, host: str, url: str) -> bool:
        before = self.said(host)
        try:
            there = await asyncio.wait_for(_on_own_thread(url), _LONGEST_S)
        except TimeoutError:
            there = False
        finally:
            del self._looks[host]
        self._known[host] = (there, time.monotonic())
        if there != before:
            self._bus.publish(ServerSeen(host=host, there=there))
        return there


def _on_own_thread(url: str) -> asyncio.Future[bool]:
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[bool] = loop.create_future()

    def tell(there: bool) -> None:
        if not answer.done():
            answer.set_result(there)

    def look() -> None:
        there = _answers(url)
        with suppress(RuntimeError):  # the loop has ended
            loop.call_soon_threadsafe(tell, there)

    threading.Thread(target=look, name="look", daemon=True).start()
    return answer


def forbidden() -> bool:
    """Say whether this machine is told to fetch nothing, by the variable that pip heeds."""
    return os.environ.get("PIP_NO_INDEX", "").lower() in {"1", "true", "yes", "on"}


def _answers(url: str) -> bool:
    if forbidden():
        return False
    parts = urlsplit(url)
    request = Request(f"{parts.scheme}://{parts.netloc}/", method="HEAD")  # noqa: S310  http or https, by the manifest
    try:
        with urlopen(request, timeout=_WAIT_S):  # noqa: S310  as above
            return True
    except HTTPError:
        return True
    except (OSError, ValueError, HTTPException):
        return False
