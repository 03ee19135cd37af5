"""Say what each role may do: one table of acts, each with the least role that may, and deny by default.

A role holds all that the roles below it hold. The pages, the API and the socket all ask here, so that
what one refuses the others refuse too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.errors import HubError
from hub.plugin import acting

if TYPE_CHECKING:
    from hub.auth.sessions import Person

DEVICE, GUEST, MEMBER, OWNER = "device", "guest", "member", "owner"
# A shared device stands with nobody's face in front of it, so it ranks below every person.
_RANK = {DEVICE: 0, GUEST: 1, MEMBER: 2, OWNER: 3}

ABOUT: dict[str, str] = {
    OWNER: "does everything, and decides who comes in",
    MEMBER: "talks, uses tools, answers what I ask, has a memory",
    GUEST: "talks",
    DEVICE: "talks, for whoever stands in front of it",
}
"""What each role is, in words for people."""

ACTS: dict[str, str] = {
    "talk": DEVICE,
    "see the hub's state": DEVICE,
    "change own name": GUEST,
    "choose own privacy": GUEST,
    "end own sessions": GUEST,
    "pair own devices": GUEST,
    "take or forget own data": GUEST,
    "call tools": MEMBER,
    "answer approvals": MEMBER,
    "recall own memory": MEMBER,
    "see people": MEMBER,
    "read every event": OWNER,
    "change the house's memory": OWNER,
    "invite people": OWNER,
    "manage people": OWNER,
    "pair shared devices": OWNER,
    "change settings": OWNER,
}


def allows(person: Person | None, needs: str) -> bool:
    """Say whether ``person`` (None: a stranger) may do what ``needs``: a role or an act of `ACTS`.

    Unknown roles, acts and people may nothing. A page that needs a guest is open to a shared device
    too, for both may talk and see; what only people may do is asked for by its act.
    """
    if person is None or person.role not in _RANK:
        return False
    least = DEVICE if needs == GUEST else ACTS.get(needs, needs)
    return least in _RANK and _RANK[person.role] >= _RANK[least]


def require(person: Person | None, needs: str) -> Person:
    """Return ``person`` when they may do ``needs``. Raises `Forbidden` with what to do otherwise.

    What a person may do no plugin may, whoever it says it is for: it could make itself an owner.
    """
    if plugin := acting.current.get():
        raise HubError(f"{plugin} may not do that: only a person may.", fix="Do it on the hub's pages.")
    if person is not None and allows(person, needs):
        return person
    raise Forbidden(person, needs)


class Forbidden(HubError):  # noqa: N818  a state, not a fault
    """Somebody asked for what their role does not allow; ``status`` as in HTTP."""

    status = 403

    def __init__(self, person: Person | None, needs: str) -> None:
        if person is None:
            super().__init__("You are not signed in.", fix="Ask the owner for an invite, then open its link.")
            self.status = 401
            return
        least = ACTS.get(needs, needs)
        who = "the owner" if least == OWNER else f"a {least}"
        super().__init__(f"Only {who} may do that.", fix="Ask the owner of this hub.")
