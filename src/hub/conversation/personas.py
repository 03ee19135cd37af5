"""Personas: who the hub is in a talk. Words for the prompt, a voice for the mouth, and what it may do.

The owner writes them; whoever may talk chooses one for a talk of theirs. Words of a persona stand behind
the hub's own part of the prompt and never replace its rules.
"""

from __future__ import annotations

import asyncio
import json
import re
import time
import uuid
from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any

from hub.conversation.persona import NOBODY, Persona
from hub.errors import HubError
from hub.events import PersonaState

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from hub.conversation.conversations import Conversations
    from hub.events import Bus
    from hub.store.database import Connection, Database

MOST = 100
LONGEST_NAME, LONGEST_PROMPT, LONGEST_GREETING, LONGEST_VOICE = 60, 4_000, 300, 200
MOST_SKILLS = 64
_SKILL = re.compile(r"[a-z_]{1,48}")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


_COLUMNS = ", ".join(field.name for field in fields(Persona))
_INSERT = f"INSERT INTO persona ({_COLUMNS}) VALUES ({', '.join('?' * 8)})"  # noqa: S608  our own names


class Personas:
    """All personas, held in memory and kept in core.db."""

    def __init__(self, core: Database, bus: Bus, conversations: Conversations) -> None:
        self._core, self._bus, self._conversations = core, bus, conversations
        self._known: dict[str, Persona] = {}
        self.on_changed: Callable[[], object] = lambda: None
        conversations.persona = self.get_or_nobody

    async def open(self) -> None:
        """Load what is stored."""
        rows = await self._core.rows(f"SELECT {_COLUMNS} FROM persona")  # noqa: S608  our own names
        self._known = {row[0]: _persona(row) for row in rows}

    def all(self) -> list[Persona]:
        """Return them by name."""
        return sorted(self._known.values(), key=lambda one: one.name.lower())

    def get(self, which: str) -> Persona:
        """Return one by its id or its name. Raises `HubError`."""
        found = self._known.get(which) or self._named(which)
        if found is None:
            raise _Unknown("There is no such persona.", fix="Choose one of the list.")
        return found

    def get_or_nobody(self, id_: str) -> Persona:
        """Return one by its id; one that is gone is nobody."""
        return self._known.get(id_, NOBODY)

    async def create(self, **given: Any) -> Persona:
        """Add one; ``given``: fields of `Persona`. Raises `HubError` for what is not right."""
        return (await self.add([given]))[0]

    async def add(self, many: Sequence[dict[str, Any]]) -> list[Persona]:
        """Add all of them, or none. Raises `HubError` as `create`, naming the one that is wrong."""
        made = self.made(many)

        def insert(db: Connection) -> None:
            db.executemany(_INSERT, [_row(one) for one in made])

        await self._core.write(insert)
        self._known |= {one.id: one for one in made}
        self.on_changed()
        return made

    def made(self, many: Sequence[dict[str, Any]]) -> list[Persona]:
        """Return what `add` would add. Raises as it does."""
        now, made = time.time(), list[Persona]()
        for given in many:
            one = checked(replace(NOBODY, **given, id=uuid.uuid4().hex, created=now, changed=now))
            if self._named(one.name) or any(_same(one.name, other.name) for other in made):
                raise HubError(f"There is a persona {one.name} already.", fix="Choose another name.")
            made.append(one)
        if len(self._known) + len(made) > MOST:
            raise HubError(f"There can be {MOST} personas.", fix="Delete one that nobody uses.")
        return made

    async def change(self, which: str, **given: Any) -> Persona:
        """Change what is ``given``; talks that have it follow from the next question on."""
        old = self.get(which)
        new = checked(replace(old, **given, changed=time.time()))
        if (other := self._named(new.name)) and other.id != old.id:
            raise HubError(f"There is a persona {new.name} already.", fix="Choose another name.")
        marks = ", ".join(f"{field.name} = ?" for field in fields(Persona)[1:])
        await self._core.execute(f"UPDATE persona SET {marks} WHERE id = ?", (*_row(new)[1:], old.id))  # noqa: S608  our own names
        self._known[old.id] = new
        self._follow(old.id, new)
        return new

    async def delete(self, which: str) -> Persona:
        """Delete one; talks that had it go on in the hub's own manner."""
        old = self.get(which)

        def delete(db: Connection) -> None:
            db.execute("UPDATE conversation SET persona = '' WHERE persona = ?", (old.id,))
            db.execute("DELETE FROM persona WHERE id = ?", (old.id,))

        await self._core.write(delete)
        self._known.pop(old.id, None)
        self._follow(old.id, NOBODY)
        return old

    async def use(self, conversation: str, name: str, person: str = "") -> Persona:
        """Let a talk of ``person`` have the persona of that name or id, "" for none; return it.

        Takes effect from the next question on. A greeting is said when the persona is new to the talk.
        Raises `HubError` when there is no such persona, or no such talk of theirs.
        """
        one = self.get(name) if name else NOBODY
        talk = await self._conversations.get(conversation, person)
        before = talk.persona
        await self._core.execute("UPDATE conversation SET persona = ? WHERE id = ?", (one.id, conversation))
        talk.persona = one
        self._bus.publish(
            PersonaState(
                conversation=conversation, persona=one.name, voice_prompt=one.voice, text_prompt=one.prompt,
                active_skills=one.skills,
            )
        )  # fmt: skip
        if one.greeting and before.id != one.id:
            await talk.tell(one.greeting)
        return one

    async def import_yaml(self, text: str) -> list[Persona]:
        """Add the personas in a YAML text, all or none. Raises `HubError`."""
        from hub.conversation.persona_file import read  # noqa: PLC0415  YAML, at need

        many = await asyncio.to_thread(read, text)
        if any(given.pop("samples", ()) for given in many):
            raise HubError(
                "That file names recordings.", fix="Import a ZIP of it and them, on the page Voices."
            )
        return await self.add(many)

    def _named(self, name: str) -> Persona | None:
        return next((one for one in self._known.values() if _same(one.name, name)), None)

    def _follow(self, id_: str, new: Persona) -> None:
        for talk in self._conversations.ready():
            if talk.persona.id == id_:
                talk.persona = new
        self.on_changed()


class _Unknown(HubError):  # noqa: N818  a state, not a fault
    status = 404


def checked(one: Persona) -> Persona:
    """Return ``one`` with its words cleaned. Raises `HubError` for what is not right."""
    name = " ".join(_clean(one.name).split())
    if not name or len(name) > LONGEST_NAME:
        raise HubError("A persona needs a name.", fix=f"Use 1 to {LONGEST_NAME} characters.")
    skills = tuple(dict.fromkeys(one.skills))
    if wrong := [skill for skill in skills if not _SKILL.fullmatch(skill)]:
        raise HubError(f"{wrong[0][:48]!r} is no name of a tool.", fix="Use small letters and underscores.")
    if len(skills) > MOST_SKILLS:
        raise HubError(f"A persona has at most {MOST_SKILLS} skills.", fix="Name none to allow all.")
    prompt = _bounded("words", _clean(one.prompt).strip(), LONGEST_PROMPT)
    greeting = _bounded("greeting", _clean(one.greeting).strip(), LONGEST_GREETING)
    voice = _bounded("voice", _clean(one.voice).strip(), LONGEST_VOICE)
    return replace(one, name=name, prompt=prompt, greeting=greeting, voice=voice, skills=skills)


def _bounded(what: str, text: str, most: int) -> str:
    if len(text) > most:
        raise HubError(f"The {what} of a persona are too long.", fix=f"Use at most {most:,} characters.")
    return text


def _clean(text: str) -> str:
    return _CONTROL.sub("", text)


def _same(one: str, other: str) -> bool:
    return " ".join(one.split()).casefold() == " ".join(other.split()).casefold()


def _persona(row: Iterable[Any]) -> Persona:
    id_, name, prompt, voice, skills, greeting, created, changed = row
    return Persona(id_, name, prompt, voice, tuple(json.loads(skills)), greeting, created, changed)


def _row(one: Persona) -> tuple[Any, ...]:
    skills = json.dumps(one.skills)
    return one.id, one.name, one.prompt, one.voice, skills, one.greeting, one.created, one.changed
