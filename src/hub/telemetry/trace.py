"""Say which lines belong together: W3C trace ids, carried from request to turn to language model.

W3C Trace Context, https://www.w3.org/TR/trace-context/: ``version-trace-parent-flags`` in lower-case
hex. The trace that holds now lives in a context variable, so every task inherits that of whoever
started it.
"""

from __future__ import annotations

import os
import random
import re
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_HEADER = re.compile(r"([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?", re.ASCII)
_NO_TRACE, _NO_SPAN = "0" * 32, "0" * 16
_SAMPLED = 1

_random = random.Random()  # noqa: S311  names, no secrets; and no system call for each request
_bits = _random.getrandbits
os.register_at_fork(after_in_child=_random.seed)


@dataclass(frozen=True, slots=True)
class Trace:
    """A place in a trace. ``id``: 32 hex digits, of the whole; ``span``: 16, of this part of it."""

    id: str
    span: str
    sampled: bool = True

    @property
    def header(self) -> str:
        """The value of a ``traceparent`` header."""
        return f"00-{self.id}-{self.span}-{int(self.sampled):02x}"

    def child(self) -> Trace:
        """Return another part of the same trace."""
        return Trace(self.id, f"{_bits(64):016x}", self.sampled)


_current: ContextVar[Trace | None] = ContextVar("trace", default=None)


def parse(header: str) -> Trace | None:
    """Return what ``traceparent`` says; None when it is not valid, and must be ignored (section 3.2.2).

    A later version is read as far as this one goes; version ff, zeros and capitals are not valid.
    """
    match = _HEADER.fullmatch(header.strip(" \t"))
    if match is None:
        return None
    version, trace, span, flags, rest = match.groups()
    if version == "ff" or (version == "00" and rest) or trace == _NO_TRACE or span == _NO_SPAN:
        return None
    return Trace(trace, span, bool(int(flags, 16) & _SAMPLED))


def fresh() -> Trace:
    """Return the beginning of a new trace."""
    digits = f"{_bits(192):048x}"
    return Trace(digits[:32], digits[32:])


def begin() -> Trace:
    """Return another part of the current trace, or of a new one."""
    present = _current.get()
    return present.child() if present else fresh()


def follow(headers: Iterable[tuple[bytes, bytes]]) -> Trace:
    """Return a part of the trace that a request's ``headers`` name, or of a new one.

    Two ``traceparent`` headers say nothing (section 3.2.1).
    """
    given = [value for name, value in headers if name == b"traceparent"]
    parent = parse(given[0].decode("latin-1")) if len(given) == 1 else None
    return parent.child() if parent else fresh()


def current() -> Trace | None:
    """Return the trace that holds here and now."""
    return _current.get()


def current_id() -> str:
    """Return the id of the trace that holds here and now, or ""."""
    present = _current.get()
    return present.id if present else ""


def enter(trace: Trace | None) -> None:
    """Let ``trace`` hold for the rest of this task and for what it starts."""
    _current.set(trace)


@contextmanager
def entered(trace: Trace | None) -> Iterator[None]:
    """Let ``trace`` hold for the length of a block."""
    before = _current.set(trace)
    try:
        yield
    finally:
        _current.reset(before)


def traceparent() -> str:
    """Return the ``traceparent`` header of a request that is sent from here."""
    return begin().header
