"""Personas as JSON, under /personas: whoever may talk sees and chooses them, the owner writes them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from hub.api.people import needs
from hub.auth.sessions import Person
from hub.conversation import personas
from hub.conversation.persona import Persona  # noqa: TC001  FastAPI reads annotations
from hub.conversation.persona_file import LONGEST

if TYPE_CHECKING:
    from hub.hub import Hub

WRITES = "change settings"
Talker = Annotated[Person, needs("talk")]
_Skill = Annotated[str, Field(pattern=r"^[a-z_]{1,48}$")]


class PersonaChange(BaseModel):
    """What is to change; what is left out stays."""

    model_config = ConfigDict(extra="forbid")

    name: str | None = Field(None, min_length=1, max_length=personas.LONGEST_NAME)
    prompt: str | None = Field(None, max_length=personas.LONGEST_PROMPT, description="Words for the model.")
    voice: str | None = Field(None, max_length=personas.LONGEST_VOICE, description="A name of /voices.")
    skills: list[_Skill] | None = Field(None, max_length=personas.MOST_SKILLS, description="None means all.")
    greeting: str | None = Field(None, max_length=personas.LONGEST_GREETING)

    def given(self) -> dict[str, Any]:
        """Return the fields that were sent."""
        told = self.model_dump(exclude_none=True)
        return told | {"skills": tuple(told["skills"])} if "skills" in told else told


class NewPersona(PersonaChange):
    """A persona to add."""

    name: str = Field(min_length=1, max_length=personas.LONGEST_NAME)


class PersonaFile(BaseModel):
    """A YAML text with one persona, or with many."""

    yaml: str = Field(min_length=1, max_length=LONGEST)


class Chosen(BaseModel):
    """The name or the id of a persona; empty for the hub's own manner."""

    persona: str = Field(max_length=200)


def router(hub: Hub) -> APIRouter:
    """Return the routes."""
    api = APIRouter(tags=["personas"])

    @api.get("/personas", dependencies=[needs("talk")])
    async def all_of_them() -> list[Persona]:
        """List them by name."""
        return hub.personas.all()

    @api.post("/personas", status_code=201, dependencies=[needs(WRITES)])
    async def create(persona: NewPersona) -> Persona:
        """Add one."""
        return await hub.personas.create(**persona.given())

    @api.post("/personas/import", status_code=201, dependencies=[needs(WRITES)])
    async def import_(file: PersonaFile) -> list[Persona]:
        """Add all that a YAML text holds, or none of them."""
        return await hub.personas.import_yaml(file.yaml)

    @api.get("/personas/{persona}", dependencies=[needs("talk")])
    async def one(persona: str) -> Persona:
        """Return one by its id or its name."""
        return hub.personas.get(persona)

    @api.patch("/personas/{persona}", dependencies=[needs(WRITES)])
    async def change(persona: str, body: PersonaChange) -> Persona:
        """Change one; talks that have it follow from the next question on."""
        return await hub.personas.change(persona, **body.given())

    @api.delete("/personas/{persona}", dependencies=[needs(WRITES)])
    async def delete(persona: str) -> Persona:
        """Delete one; talks that had it go on in the hub's own manner."""
        return await hub.personas.delete(persona)

    @api.put("/api/talks/{talk}/persona")
    async def use(talk: str, chosen: Chosen, who: Talker) -> Persona:
        """Let a talk of one's own have a persona."""
        return await hub.personas.use(talk, chosen.persona, who.id)

    return api
