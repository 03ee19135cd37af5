"""Slow down whoever guesses codes: so many wrong ones a peer and in all, then wait."""

from __future__ import annotations

import ipaddress
import time
from collections import deque
from contextlib import contextmanager
from typing import TYPE_CHECKING

from hub.auth.codes import WrongCode
from hub.errors import HubError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PER_PEER, IN_ALL, WINDOW_S = 10, 200, 600.0


class TooMany(HubError):  # noqa: N818  a state, not a fault
    """Too many wrong codes; even a right one has to wait."""

    status = 429


class Guesses:
    """The wrong codes of the last ten minutes.

    A short code has 39 bits and lives ten minutes: 200 guesses find one of them once in 2.7 billion.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._wrong: deque[tuple[float, str]] = deque()

    @contextmanager
    def attempt(self, peer: str) -> Iterator[None]:
        """Count a guess of ``peer`` (an address) if the block raises `WrongCode`. Raises `TooMany`.

        It counts until the answer is known, so that guesses made at once are counted too.
        """
        self._check(peer := network(peer))
        self._wrong.append(guess := (self._clock(), peer))
        wrong = False
        try:
            yield
        except WrongCode:
            wrong = True
            raise
        finally:
            if not wrong:
                self._wrong.remove(guess)

    def _check(self, peer: str) -> None:
        while self._wrong and self._clock() - self._wrong[0][0] > WINDOW_S:
            self._wrong.popleft()
        own = sum(known == peer for _, known in self._wrong)
        if own >= PER_PEER or len(self._wrong) >= IN_ALL:
            raise TooMany("Too many wrong codes.", fix="Wait ten minutes, then try once more.")


def network(peer: str) -> str:
    """Return the network one guesser can hold: an IPv4 address, or the /64 of an IPv6 one."""
    try:
        address = ipaddress.ip_address(peer)
    except ValueError:
        return peer
    if isinstance(address, ipaddress.IPv6Address):
        mapped = address.ipv4_mapped
        return str(mapped or ipaddress.ip_network((int(address) >> 64 << 64, 64)))
    return peer
