"""Notes, so that one sees the gate at work: reading runs at once, writing and destroying wait for a yes."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from hub.approvals import calling
from hub.errors import HubError

if TYPE_CHECKING:
    from hub.conversation.tools import Tools
    from hub.store.database import Database

MOST_CHARS = 500
MOST_NOTES = 200

_ADD = re.compile(r"(?:please )?(?:add|put) (.+?) (?:to|on|in) my notes[.!]?", re.IGNORECASE | re.DOTALL)
_READ = re.compile(
    r"(?:please )?(?:read|show|what(?:'s| is| are) (?:in|on))(?: me)? my notes[.!?]?", re.IGNORECASE
)
_TAKE = re.compile(r"(?:please )?(?:take off|remove|drop) my last note[.!]?", re.IGNORECASE)
_DESTROY = re.compile(
    r"(?:please )?(?:throw (?:all )?(?:of )?my notes away|throw away all (?:of )?my notes"
    r"|destroy all (?:of )?my notes)[.!]?",
    re.IGNORECASE,
)


class Notes:
    """Short notes of each person, in the hub's own encrypted database."""

    def __init__(self, core: Database) -> None:
        self._core = core

    async def read_notes(self) -> str:
        """Read your notes."""
        rows = await self._core.rows("SELECT text FROM note WHERE person = ? ORDER BY id", (_whose(),))
        return "\n".join(f"- {text}" for (text,) in rows) or "You have no notes."

    async def add_note(self, text: Annotated[str, Field(min_length=1, max_length=MOST_CHARS)]) -> str:
        """Add a note."""
        person = _whose()

        def add(db: Any) -> bool:
            held = db.execute("SELECT count(*) FROM note WHERE person = ?", (person,)).fetchone()[0]
            if held < MOST_NOTES:
                db.execute(
                    "INSERT INTO note (person, at, text) VALUES (?, ?, ?)", (person, time.time(), text)
                )
            return bool(held < MOST_NOTES)

        if not await self._core.write(add):
            raise HubError("You have too many notes.", fix="Take some off first.")
        return f"Noted: {text}"

    async def take_note_off(self) -> str:
        """Take your last note off."""
        person = _whose()

        def take(db: Any) -> Any:
            return db.execute(
                "DELETE FROM note WHERE id = (SELECT max(id) FROM note WHERE person = ?) RETURNING text",
                (person,),
            ).fetchone()

        gone = await self._core.write(take)
        return f"Taken off: {gone[0]}" if gone else "You have no notes."

    async def destroy_notes(self) -> str:
        """Throw all your notes away."""
        person = _whose()

        def destroy(db: Any) -> int:
            return int(db.execute("DELETE FROM note WHERE person = ?", (person,)).rowcount)

        count = await self._core.forget(destroy)
        return f"All gone: {count} {'note' if count == 1 else 'notes'}."


def offer(tools: Tools, core: Database) -> None:
    """Add the tools of the notes: one that reads, two that can be undone, and one that cannot."""
    notes = Notes(core)
    tools.add("hub", notes.read_notes)
    tools.add("hub", notes.add_note, risk="write")
    tools.add("hub", notes.take_note_off, risk="write")
    tools.add("hub", notes.destroy_notes, risk="danger")


def meant(text: str) -> tuple[str, dict[str, Any]] | None:
    """Return the tool and the arguments that these exact words ask for, or None."""
    text = " ".join(text.split())
    if added := _ADD.fullmatch(text):
        return "add_note", {"text": added[1][:MOST_CHARS]}
    for pattern, tool in ((_READ, "read_notes"), (_TAKE, "take_note_off"), (_DESTROY, "destroy_notes")):
        if pattern.fullmatch(text):
            return tool, {}
    return None


def _whose() -> str:
    """Return the person whose call is being run. Raises `HubError` when it is nobody's."""
    call = calling.current.get()
    if call is None or not call.person:
        raise HubError("I do not know whose notes.", fix="Sign in and ask again.")
    return call.person
