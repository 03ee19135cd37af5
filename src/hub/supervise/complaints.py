"""Read what a child process writes to stderr: log it line by line and keep the end of it as a reason.

A child may write without end. Lines are cut, and beyond so many a second they are counted instead
of logged.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import deque
from typing import Any

import orjson
import structlog

KEPT = 20
LONGEST = 500
LOGGED_PER_S = 50
SETTLE_S = 0.3
"""Seconds to wait for the last words of a child that has just died."""

log = structlog.get_logger(__name__)


class Complaints:
    """The stderr of the child called ``name``; ``lines`` holds its last lines, oldest first."""

    def __init__(self, name: str) -> None:
        self.lines: deque[str] = deque(maxlen=KEPT)
        self._name = name
        self._task: asyncio.Task[None] | None = None
        self._second, self._logged, self._unlogged = 0, 0, 0

    def read(self, stream: asyncio.StreamReader) -> None:
        """Start to read ``stream`` until its end, or until `close`."""
        self._task = asyncio.create_task(self._read(stream), name=f"stderr of {self._name}")

    async def last(self) -> str:
        """Return the last line that says something, "" if there is none."""
        if self._task is not None:
            await asyncio.wait({self._task}, timeout=SETTLE_S)
        return next((line for line in reversed(self.lines) if line.strip()), "")

    async def close(self) -> None:
        """Stop reading."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def _read(self, stream: asyncio.StreamReader) -> None:
        while True:
            try:
                line = await stream.readline()
            except ValueError:  # longer than the stream's buffer, which is emptied
                line = b"(a line too long to show)\n"
            except ConnectionError:
                return
            if not line:
                return
            self._take(line)
            await asyncio.sleep(0)  # a flood must not keep the loop to itself

    def _take(self, raw: bytes) -> None:
        told = _told(raw)
        line = told["line"] if told else raw[:LONGEST].decode(errors="replace").rstrip()
        self.lines.append(line)
        second = int(asyncio.get_running_loop().time())
        if second != self._second:
            if self._unlogged:
                log.warning("child.stderr_flood", child=self._name, unlogged=self._unlogged)
            self._second, self._logged, self._unlogged = second, 0, 0
        if self._logged < LOGGED_PER_S:
            self._logged += 1
            self._log(told, line)
        else:
            self._unlogged += 1

    def _log(self, told: dict[str, Any] | None, line: str) -> None:
        if told is None:
            log.info("child.stderr", child=self._name, line=line)
            return
        about = {**told["context"], "child": self._name, "module": told["module"]}
        log.log(told["level"], told["event"], **about)


def _told(raw: bytes) -> dict[str, Any] | None:
    """Return what a line says that `hub.telemetry.logs` wrote in the child, None for any other line.

    It is logged again as the child's; whatever it claims, it can name neither time nor level wrongly.
    """
    try:
        found = orjson.loads(raw) if raw.startswith(b'{"timestamp"') else None
        if not isinstance(found, dict) or not isinstance(found["context"], dict):
            return None
        context = {str(key): value for key, value in found["context"].items() if key not in _RESERVED}
        level = logging.getLevelNamesMapping().get(str(found["level"]).upper(), logging.INFO)
        event, module = str(found["event"]), str(found["module"])
    except (ValueError, KeyError):
        return None
    exception = str(context.pop("exception", "")).strip()
    if exception:
        context["traceback"] = exception
    line = (exception.splitlines()[-1].strip() if exception else event)[:LONGEST]
    return {"event": event, "module": module, "level": level, "context": context, "line": line}


_RESERVED = {"event", "level", "timestamp", "module", "child", "exc_info", "stack_info"}
