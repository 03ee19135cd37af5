"""What happens at the gate: who asks, who answers, and what may not be done. Never with what."""

from __future__ import annotations

from typing import Literal

from hub.events.event import Event


class ApprovalEvent(Event):
    """Something about a call that waits for a person. ``person``: for whom it would be done."""

    approval: str
    tool: str
    owner: str
    risk: str
    person: str = ""


class ApprovalAsked(ApprovalEvent):
    """A call waits for a person's yes until ``expires`` (Unix seconds)."""

    name = "approval.asked"
    expires: float

    def line(self) -> str | None:
        """Name the tool."""
        return f"{self.tool} waits for your yes"


class ApprovalAnswered(ApprovalEvent):
    """A person answered; after a yes it was run. ``by``: the id of that person.

    ``lost``: I was stopped while it ran, and do not know how far it got.
    """

    name = "approval.answered"
    outcome: Literal["done", "failed", "denied", "lost"]
    by: str = ""
    reason: str = ""

    def line(self) -> str | None:
        """Tell the answer."""
        if self.outcome == "denied":
            return f"You said no to {self.tool}"
        return f"You said yes: {self.tool} {'went wrong' if self.outcome == 'failed' else self.outcome}"


class ApprovalExpired(ApprovalEvent):
    """Nobody answered in time; it will not be done."""

    name = "approval.expired"

    def line(self) -> str | None:
        """Name the tool."""
        return f"Nobody answered: {self.tool} was not done"


class ToolRefused(Event):
    """A call of a tool was refused, and why."""

    name = "tool.refused"
    tool: str
    owner: str
    reason: str
    fix: str = ""

    def line(self) -> str | None:
        """Tell the reason."""
        return f"{self.tool} was refused: {self.reason}"
