"""Personas: kept, chosen for a talk, told to the model behind the hub's own part, and read from YAML."""

from __future__ import annotations

import pytest

from hub.conversation.persona import NOBODY, Persona
from hub.conversation.persona_file import read
from hub.conversation.personas import LONGEST_PROMPT, Personas
from hub.conversation.prompt import BASIC, FULL, Prompt, tokens
from hub.errors import HubError
from hub.llm.provider import Caps

PIRATE = {"name": "Pirate", "prompt": "Speak like a pirate.", "voice": "joe", "skills": ("set_lamp",)}


@pytest.fixture
async def personas(world) -> Personas:
    made = Personas(world.core, world.bus, world.talks)
    await made.open()
    return made


async def ask(world, talk) -> str:
    """Return the system part of what the model was asked."""
    await talk.write("Hello?")
    await talk.settled()
    return world.provider.asked[-1].messages[0].text


async def test_a_persona_outlives_a_restart_and_is_found_by_name_and_id(world, personas: Personas) -> None:
    made = await personas.create(**PIRATE)
    again = Personas(world.core, world.bus, world.talks)
    await again.open()
    assert again.all() == [made]
    assert again.get("  pirate ") == again.get(made.id) == made


async def test_a_talk_follows_its_persona_behind_the_hubs_own_part(world, personas: Personas) -> None:
    talk = await world.talks.new()
    assert await ask(world, talk) == FULL
    made = await personas.create(**PIRATE)
    assert await personas.use(talk.id, "Pirate") == made
    assert await ask(world, talk) == f"{FULL}\n\nSpeak like a pirate."
    await personas.change(made.id, prompt="Speak like a poet.")
    assert (await ask(world, talk)).endswith("Speak like a poet.")
    await personas.delete(made.id)
    assert talk.persona == NOBODY
    assert await ask(world, talk) == FULL


async def test_the_persona_of_a_talk_is_still_there_after_a_restart(world, personas: Personas) -> None:
    talk = await world.talks.new()
    await personas.create(**PIRATE)
    await personas.use(talk.id, "Pirate")
    await world.reopen()
    again = Personas(world.core, world.bus, world.talks)
    await again.open()
    assert (await world.talks.get(talk.id)).persona.name == "Pirate"
    assert await again.use(talk.id, "") == NOBODY
    await world.reopen()
    await Personas(world.core, world.bus, world.talks).open()
    assert (await world.talks.get(talk.id)).persona == NOBODY


async def test_choosing_is_told_and_greets_once(world, personas: Personas) -> None:
    talk = await world.talks.new()
    await personas.create(**PIRATE, greeting="Ahoy.")
    await personas.use(talk.id, "Pirate")
    await personas.use(talk.id, "Pirate")
    assert [turn.answer for turn in talk.history()] == ["Ahoy."]
    told = world.told("persona.state")[-1]
    assert (told.persona, told.voice_prompt, told.text_prompt, told.active_skills) == (
        "Pirate", "joe", "Speak like a pirate.", ("set_lamp",),
    )  # fmt: skip


async def test_nobody_chooses_for_the_talk_of_somebody_else(world, personas: Personas) -> None:
    talk = await world.talks.new("ada")
    await personas.create(**PIRATE)
    with pytest.raises(HubError):
        await personas.use(talk.id, "Pirate", "eve")
    with pytest.raises(HubError):
        await personas.use(talk.id, "Nobody I know", "ada")
    assert talk.persona == NOBODY


@pytest.mark.parametrize(
    "given",
    [
        {"name": ""}, {"name": " \u202e "}, {"name": "x" * 61}, {"name": "x", "prompt": "x" * (LONGEST_PROMPT + 1)},
        {"name": "x", "skills": ("Rm -rf",)}, {"name": "x", "greeting": "x" * 301}, {"name": "PIRATE"},
    ],
)  # fmt: skip
async def test_what_is_not_right_is_refused_and_nothing_of_it_kept(personas: Personas, given) -> None:
    await personas.create(**PIRATE)
    with pytest.raises(HubError) as error:
        await personas.add([{"name": "Fine"}, given])
    assert error.value.fix
    assert [one.name for one in personas.all()] == ["Pirate"]


def test_a_small_model_is_told_no_more_than_it_has_room_for() -> None:
    caps = Caps(local=True, quality="basic", prompt_tokens=2_000, fixed_tokens=150)
    long = Persona(prompt="Be kind. " * 200)
    part = Prompt("c", (), "Hello", persona=long).for_provider(caps).messages[0].text
    assert part.startswith(BASIC)
    assert part.endswith("Be kind.")
    assert tokens(part) <= caps.fixed_tokens


def test_the_owners_words_come_first() -> None:
    prompt = Prompt("c", (), "Hello", "You are Tim.", Persona(prompt="Be brief."))
    caps = Caps(local=True, quality="full", prompt_tokens=2_000)
    assert prompt.for_provider(caps).messages[0].text == prompt.own == "You are Tim.\n\nBe brief."


def test_yaml_comes_in_three_forms() -> None:
    one = [{"name": "Ada", "prompt": "Be exact.", "skills": ("set_lamp", "say_hello")}]
    assert read("name: Ada\ntext_prompt: Be exact.\nactive_skills: [set_lamp, say_hello]") == one
    assert read("- name: Ada\n  prompt: Be exact.\n  skills: set_lamp, say_hello") == one
    assert read("personas:\n  Ada:\n    prompt: Be exact.\n    tools: [set_lamp, say_hello]") == one


@pytest.mark.parametrize(
    "text",
    [
        "", "3", "[]", "name: [1", "- 1", "name: Ada\nevil: 1", "!!python/object/apply:os.system ['true']",
        "a: &a [x]\nb: *a", "name: {a: b}", "name: A\nskills: 3", "[" * 5_000, "x" * 70_000, "\x00",
    ],
)  # fmt: skip
def test_what_is_no_persona_is_refused_with_a_fix(text: str) -> None:
    with pytest.raises(HubError) as error:
        read(text)
    assert error.value.fix


async def test_an_import_takes_all_or_none(personas: Personas) -> None:
    with pytest.raises(HubError):
        await personas.import_yaml("- name: Ada\n- name: ada")
    assert personas.all() == []
    await personas.import_yaml("- name: Ada\n- name: Bob\n  greeting: Hi.")
    assert [one.name for one in personas.all()] == ["Ada", "Bob"]
