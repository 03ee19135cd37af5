"""The states of a voice session and the steps between them (seed 004, with amendment 7)."""

from __future__ import annotations

from enum import StrEnum


class SessionState(StrEnum):
    """Where a voice session is."""

    IDLE = "idle"
    RECORDING = "recording"
    PROCESSING = "processing"
    SYNTHESIZING = "synthesizing"
    PLAYING = "playing"


_S = SessionState
STEPS: dict[SessionState, frozenset[SessionState]] = {
    _S.IDLE: frozenset({_S.RECORDING}),
    _S.RECORDING: frozenset({_S.PROCESSING, _S.IDLE}),
    _S.PROCESSING: frozenset({_S.SYNTHESIZING, _S.IDLE}),
    _S.SYNTHESIZING: frozenset({_S.PLAYING, _S.IDLE}),
    _S.PLAYING: frozenset({_S.IDLE, _S.RECORDING}),
}
"""S4-10; Processing and Synthesizing may also fall back to Idle, on cancel or error."""


def path(here: SessionState, there: SessionState) -> list[SessionState]:
    """Return the shortest legal way from ``here`` to ``there``, without ``here``; empty when they are one."""
    ways: list[list[SessionState]] = [[here]]
    seen = {here}
    while ways:
        way = ways.pop(0)
        if way[-1] == there:
            return way[1:]
        for step in sorted(STEPS[way[-1]] - seen):
            seen.add(step)
            ways.append([*way, step])
    raise AssertionError("every state reaches every other")  # pragma: no cover
