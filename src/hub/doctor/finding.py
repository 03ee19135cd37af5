"""What a check looks at, what it finds, and the list of all checks. Standard library only.

A check is a function that yields findings. What it needs beyond the standard library it imports
itself, so that a broken installation costs only the checks that need what is broken.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    Look = Callable[["Case"], Iterator["Finding"]]

State = Literal["well", "care", "stop"]
ORDER: tuple[State, ...] = ("well", "care", "stop")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at. ``what``: a sentence; ``fix``: what a person can do; ``command``: how exactly.

    ``care``: it works, but not as well as it should; ``stop``: something does not work.
    """

    name: str
    state: State
    what: str
    fix: str = ""
    command: str = ""
    group: str = ""


@dataclass(frozen=True, slots=True)
class Case:
    """What is examined: a data folder with its settings, None where they cannot be read.

    ``deep``: read every byte of models and databases; ``running``: a hub runs on the folder now.
    """

    data: Path
    settings: Any = None
    trouble: str = ""
    deep: bool = False
    running: bool = False

    @property
    def host(self) -> str:
        """The address to listen on."""
        return str(self.settings.host) if self.settings else "127.0.0.1"

    @property
    def port(self) -> int:
        """The port to listen on."""
        return int(self.settings.port) if self.settings else 8420


@dataclass(frozen=True, slots=True)
class Check:
    """A check: its id, the heading it is told under, and the function."""

    name: str
    group: str
    run: Callable[[Case], Iterable[Finding]]

    @property
    def module(self) -> str:
        """The name of the module that it is from."""
        return self.run.__module__.rpartition(".")[2]


CHECKS: list[Check] = []
"""All checks in the order in which they are told; `check` adds to it."""


def check(group: str) -> Callable[[Look], Look]:
    """Add the decorated function to `CHECKS` under ``group``; its name is its id."""

    def add(run: Look) -> Look:
        CHECKS.append(Check(run.__name__.strip("_"), group, run))
        return run

    return add


def worst(found: Iterable[Finding]) -> State:
    """Return the worst state among ``found``."""
    return max((finding.state for finding in found), key=ORDER.index, default="well")


def count(number: int, one: str, many: str = "") -> str:
    """Write a number with its noun: 1 talk, 2 talks, 3 people."""
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"


def megabytes(size: float) -> str:
    """Write bytes as one says them: 512 MB, 3.4 GB."""
    return f"{size / 1e9:,.1f} GB" if size >= 1e9 else f"{size / 1e6:,.0f} MB"  # noqa: PLR2004  bytes in a GB
