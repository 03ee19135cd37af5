"""Errors that a person can act on: each says what happened, and ``fix`` says what to do."""

from __future__ import annotations


class HubError(Exception):
    """Something went wrong that a person can mend.

    ``str(error)`` says what happened and to what; ``fix`` is one sentence on what to do.
    """

    def __init__(self, message: str, *, fix: str) -> None:
        super().__init__(message)
        self.fix = fix


class Unavailable(HubError):  # noqa: N818  a state, not a fault
    """A part that was asked for is not there now: not installed, still starting, or broken."""
