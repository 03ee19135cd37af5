"""What waits for a person, and what a call of a tool comes to."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from hub.approvals.digest import canonical

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hub.plugin.hookspecs import Risk

State = Literal["waiting", "running", "done", "failed", "denied", "expired", "lost"]
"""``running``: the grant is consumed. ``lost``: the hub ended while it ran; nobody knows how far it got."""

RISKS: dict[str, str] = {
    "read": "It changes nothing.",
    "write": "It can be undone.",
    "danger": "It cannot be undone.",
}
"""What a risk class means for whoever decides."""


@dataclass(frozen=True, slots=True)
class Approval:
    """A call that waits for a person's yes, or what became of it. Times are in Unix seconds.

    ``digest``: sha256 in hex over exactly what will run; the yes must repeat it. ``person``: for whom,
    "" for the hub itself; ``plugin``: which plugin's code asked, "" for a talk or the API. ``about``: the
    tool's own sentence on what it does. ``by``: the id of who decided; ``outcome`` and ``fix``: how it
    went, in words. ``read``: what a language model had read before it asked, "" for the person's words alone.
    """

    id: str
    digest: str
    tool: str
    owner: str
    version: str
    risk: Risk
    about: str
    arguments: Mapping[str, Any]
    person: str
    talk: str
    plugin: str
    asked: float
    expires: float
    state: State = "waiting"
    decided: float | None = None
    by: str = ""
    outcome: str = ""
    fix: str = ""
    read: str = ""

    @property
    def short(self) -> str:
        """The beginning of the digest, to compare by eye."""
        return self.digest[:8]

    @property
    def consequence(self) -> str:
        """What a yes leads to, in words."""
        led = f" Asked for after reading {visible(self.read)}." if self.read else ""
        return f"{self.about or self.tool} {RISKS[self.risk]}{led}".strip()

    @property
    def shown(self) -> str:
        """The exact call, as text in which nothing is invisible and nothing changes its direction."""
        return f"{self.tool}({visible(canonical(dict(self.arguments)))})"

    def left(self, now: float) -> float:
        """Return the seconds that are left to answer."""
        return max(0.0, self.expires - now)


@dataclass(frozen=True, slots=True)
class Done:
    """It ran; ``result`` is what it returned."""

    result: Any = None


@dataclass(frozen=True, slots=True)
class Pending:
    """It waits for a person."""

    approval: Approval


@dataclass(frozen=True, slots=True)
class Refused:
    """It did not run, and why."""

    reason: str
    fix: str = ""


@dataclass(frozen=True, slots=True)
class Failed(Refused):
    """It ran and went wrong: something of it may have been done."""

    error: BaseException | None = field(default=None, compare=False, repr=False)


Outcome = Done | Pending | Refused


def visible(text: str) -> str:
    """Return ``text`` with everything written out that a reader could not see: controls, marks, surrogates.

    A right-to-left override, for instance, would let "delete all" read as something else.
    """
    return "".join(_escape(sign) if _hides(sign) else sign for sign in text)


def _hides(sign: str) -> bool:
    kind = unicodedata.category(sign)
    return kind[0] == "C" or kind in {"Zl", "Zp"} or (kind == "Zs" and sign != " ")


def _escape(sign: str) -> str:
    code = ord(sign)
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"  # noqa: PLR2004  the first plane
