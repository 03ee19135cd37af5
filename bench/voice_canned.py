"""Be a plugin of the measured hub: a quick language model with fixed answers, and a probe of its loop.

It is copied beside a manifest by `voice_hub.hub_under_test`. What it notes goes to the file named by
``HUB_BENCH_NOTES``, a JSON list a line, all times on the monotonic clock, which every process shares:

    ["asked", when, speculative, words, number]   a request came in
    ["told", when, number, whole]                 its stream ended, whole or given up
    ["late", when, milliseconds]                  how late the event loop was
"""

from __future__ import annotations

import asyncio
import json
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hub import Hub, Register, hookimpl
from hub.llm.provider import Caps, Delta, Done, Probe, Request

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

ANSWERS = (
    "That is a fine question, and the short answer is that it depends on the season.",
    "Most people start with the simple things, which is what I would do as well.",
    "It takes a little patience at first, but after a week you will hardly notice it.",
    "There are three good ways to go about it, and the first one costs nothing at all.",
    "I would look at the old harbour first, because the light is best there in the morning.",
    "It happens because warm air rises quickly, and the cooler air has to come in below it.",
)
"""Sentences of 15 to 17 words, some five seconds of speech each."""
PROBE_S = 0.01


class Canned:
    """Answers at once, or after the seconds that the file ``HUB_BENCH_CANNED`` says now."""

    name = "bench"
    caps = Caps(local=True, quality="full", title="a fixed quick model", model="fixed")

    def __init__(self, notes: Notes) -> None:
        self._notes = notes
        self._count = 0

    async def stream(self, request: Request, deadline: float) -> AsyncIterator[Any]:
        """Give the next answer, word by word."""
        del deadline
        self._count += 1
        number, whole = self._count, False
        said = request.messages[-1].text
        self._notes.add("asked", time.monotonic(), request.speculative, said, number)
        plan = json.loads(Path(os.environ["HUB_BENCH_CANNED"]).read_text())
        try:
            if first := plan.get("first", 0.0):
                await asyncio.sleep(first)
            for _ in range(plan.get("sentences", 1)):
                for word in ANSWERS[number % len(ANSWERS)].split():
                    yield Delta(word + " ")
                number += 1
                await asyncio.sleep(0)
            whole = True
            yield Done()
        finally:
            self._notes.add("told", time.monotonic(), self._count, whole)

    async def probe(self) -> Probe:
        """Say that it is there."""
        return Probe(ok=True)


class Notes:
    """Lines for the bench, written twice a second."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lines: list[tuple[Any, ...]] = []

    def add(self, *line: Any) -> None:
        """Note ``line``."""
        self._lines.append(line)

    async def run(self) -> None:
        """Measure how late the loop is, and write what was noted."""
        while True:
            for _ in range(50):
                due = time.monotonic() + PROBE_S
                await asyncio.sleep(PROBE_S)
                now = time.monotonic()
                self.add("late", now, (now - due) * 1e3)
            lines, self._lines = self._lines, []
            await asyncio.to_thread(self._write, lines)

    def _write(self, lines: list[tuple[Any, ...]]) -> None:
        with self._path.open("a") as file:
            file.writelines(json.dumps(line) + "\n" for line in lines)


_notes = Notes(Path(os.environ.get("HUB_BENCH_NOTES", "/dev/null")))


@hookimpl
def hub_start(hub: Hub) -> None:
    """Begin to measure."""
    hub.spawn(_notes.run(), name="bench")


@hookimpl
def hub_providers(register: Register) -> None:
    """Offer the model."""
    if os.environ.get("HUB_BENCH_CANNED"):
        register.provider(Canned(_notes))
