"""Plan what goes wrong: a schedule says for each request, by seed and number, which trouble it meets."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, get_args

Kind = Literal[
    "none", "error", "pace", "close", "drop", "hang", "slow", "cut", "stall", "end", "garbage", "oversized",
    "split", "empty", "key", "model", "echo",
]  # fmt: skip
"""none: nothing. Before the answer: error (500), pace (429 with Retry-After), close (no reply), drop (the
connection is reset), hang, key (400, as xAI says it), model (404), empty (an answer without words).
In it, ``after`` so many chunks: cut (the connection ends), stall (nothing more comes), end (the stream
ends without its mark), garbage (an event that is no JSON), oversized (an event of 4 MiB).
Not wrong, only hard: slow (the first word takes ``seconds``), split (every byte comes alone), echo (what
was already said is said again)."""

KINDS: tuple[Kind, ...] = get_args(Kind)


@dataclass(frozen=True, slots=True)
class Trouble:
    """One fault. ``after``: chunks of text before it; ``seconds``: how long, or the Retry-After."""

    kind: Kind = "none"
    after: int = 5
    seconds: float = 1.0


NONE = Trouble()
Schedule = Callable[[int, int, float], Trouble]
"""Number of the question (its own, when its text names one as ``#7``), which attempt at it (0 is the first),
seconds since the server began."""


def never(number: int, attempt: int, at: float) -> Trouble:
    """Let nothing go wrong."""
    del number, attempt, at
    return NONE


def always(kind: Kind, after: int = 5, seconds: float = 1.0) -> Schedule:
    """Let everything go wrong in one way."""
    trouble = Trouble(kind, after, seconds)
    return lambda _number, _attempt, _at: trouble


def in_turn(*troubles: Trouble | Kind) -> Schedule:
    """Give the troubles to the first requests that arrive, one each, and none to those after them."""
    left = [each if isinstance(each, Trouble) else Trouble(each) for each in troubles]
    return lambda _number, _attempt, _at: left.pop(0) if left else NONE


def mixed(seed: int = 1, pace_s: float = 1.0) -> Schedule:
    """Schedule A: 10 % HTTP 500, 5 % 429, 5 % closed, 5 % hanging, 10 % cut after 5 to 60 chunks."""
    shares: tuple[tuple[float, Kind], ...] = (
        (0.10, "error"),
        (0.15, "pace"),
        (0.20, "close"),
        (0.25, "hang"),
        (0.35, "cut"),
    )

    def plan(number: int, attempt: int, at: float) -> Trouble:
        del at
        chance = random.Random(f"{seed} {number} {attempt}")
        drawn = chance.random()
        kind = next((kind for share, kind in shares if drawn < share), NONE.kind)
        return Trouble(kind, chance.randint(5, 60), pace_s)

    return plan


def flapping(seconds: float = 30.0) -> Schedule:
    """Schedule D: well for ``seconds``, out of order for as long, and so on."""
    return lambda _number, _attempt, at: Trouble("error") if at % (2 * seconds) >= seconds else NONE


def cuts(most: int = 40) -> Schedule:
    """Schedule F: cut after every number of chunks from 1 to ``most``, one request each, again and again."""
    return lambda number, _attempt, _at: Trouble("cut", after=number % most + 1)


def garbled() -> Schedule:
    """Schedule G: garbage, an oversized event, bytes one by one, an end without its mark, in turn."""
    kinds: tuple[Kind, ...] = ("garbage", "oversized", "split", "end")
    return lambda number, _attempt, _at: Trouble(kinds[number % len(kinds)])


def since(first: int, trouble: Trouble) -> Schedule:
    """Let it go wrong from the question of that number on, as when a key is withdrawn (schedule H)."""
    return lambda number, _attempt, _at: trouble if number >= first else NONE


SCHEDULES: dict[str, Callable[[int], Schedule]] = {
    "never": lambda _seed: never,
    "mixed": mixed,
    "flapping": lambda _seed: flapping(),
    "cuts": lambda _seed: cuts(),
    "garbled": lambda _seed: garbled(),
    "withdrawn": lambda _seed: since(50, Trouble("key")),
}
"""Those that a process knows by name; besides them every kind of trouble, which then is always met."""


def named(name: str, seed: int = 1, after: int = 5, seconds: float = 1.0) -> Schedule:
    """Return the schedule of that name, or the one that always meets the trouble of that name."""
    if name in SCHEDULES:
        return SCHEDULES[name](seed)
    if name not in KINDS:
        raise ValueError(f"no such trouble: {name}; there are {', '.join((*SCHEDULES, *KINDS))}")
    return always(name, after, seconds)
