"""Sign what one device asks another over HTTP, and know again what was asked before.

A question's header is ``1.<pair>.<Unix seconds>.<random>.<HMAC-SHA256 of the four>``. Its body and the answer
are sealed under that header, so neither can be read, changed, or put in the place of another. A question that
is old, or was heard before, is not answered; heard anew after a restart it changes nothing that is not so.
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING

from hub import HubError
from hub_memory.sync.seal import seal, unseal
from hub_memory.sync.wire import Batch, decode, encode

if TYPE_CHECKING:
    from hub_memory.sync.phrase import Keys

HEADER = "x-hub-sync"
PATH = "/p/memory/sync/exchange"
LATE_S = 300.0
"""How far the clocks of two devices may be apart."""

REMEMBERED = 20_000
"""Questions of the last minutes that are known again; of more, some must wait."""

_PARTS = 5


class Refused(HubError):  # noqa: N818  a state, not a fault
    """A question that is not answered; ``status`` as in HTTP."""

    def __init__(self, status: int, message: str, fix: str) -> None:
        super().__init__(message, fix=fix)
        self.status = status


def signed(keys: Keys, now: float) -> str:
    """Return the header of a new question."""
    told = f"1.{keys.mark.hex()}.{int(now)}.{secrets.token_hex(16)}"
    return f"{told}.{_signature(keys, told)}"


def question(keys: Keys, header: str, batch: Batch) -> bytes:
    """Return the body of a question."""
    return seal(keys, encode(batch), b"question " + header.encode())


def asked(keys: Keys, header: str, body: bytes) -> Batch:
    """Return what a question says. Raises `HubError`."""
    return decode(unseal(keys, body, b"question " + header.encode()))


def answer(keys: Keys, header: str, batch: Batch) -> bytes:
    """Return the answer to a question."""
    return seal(keys, encode(batch), b"answer " + header.encode())


def answered(keys: Keys, header: str, body: bytes) -> Batch:
    """Return what the answer to a question says. Raises `HubError`."""
    return decode(unseal(keys, body, b"answer " + header.encode()))


@dataclass(slots=True)
class Heard:
    """The questions that were heard lately, by their random part, and until when they are remembered."""

    until: dict[str, float] = field(default_factory=dict)

    def admit(self, keys: Keys, header: str, now: float) -> None:
        """Let a question in, once. Raises `Refused`; nothing of the body is needed for that."""
        parts = header.split(".")
        told, _, signature = header.rpartition(".")
        if len(parts) != _PARTS or not header.isascii() or parts[0] != "1" or not parts[2].isdigit():
            raise Refused(401, "Only devices that are paired may ask.", "Run: hub memory pair")
        if parts[1] != keys.mark.hex() or not hmac.compare_digest(signature, _signature(keys, told)):
            raise Refused(403, "You are paired by another phrase.", "Enter the same phrase on both devices.")
        apart = now - int(parts[2])
        if abs(apart) > LATE_S:
            way = "behind" if apart > 0 else "ahead of"
            raise Refused(
                409, f"Your clock is {abs(apart):,.0f} s {way} mine.", "Set the clock of one of us."
            )
        self._once(parts[3], now)

    def _once(self, random: str, now: float) -> None:
        if len(self.until) >= REMEMBERED:
            self.until = {name: until for name, until in self.until.items() if until > now}
        if random in self.until:
            raise Refused(409, "I have heard that before.", "Ask anew.")
        if len(self.until) >= REMEMBERED:
            raise Refused(429, "I was asked too often.", "Ask again in five minutes.")
        self.until[random] = now + 2 * LATE_S


def _signature(keys: Keys, told: str) -> str:
    return hmac.new(keys.door, told.encode(), sha256).hexdigest()
