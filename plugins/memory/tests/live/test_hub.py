"""The memory in a running hub: what is said is kept, told to the model, counted, and forgotten."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

import pytest
from tests.serving import Told

from hub import Memory, MemoryQuery, MemorySelection, Selector
from hub.ports import NullMemory

from .conftest import memory_of, remembering, said

if TYPE_CHECKING:
    from pathlib import Path


async def test_it_is_told_to_the_model_in_another_talk_and_after_a_restart(tmp_path: Path) -> None:
    async with remembering(tmp_path) as served:
        await said(served, "My sister Ines keeps bees in Évora.")
        await said(served, "What animals does Ines keep?")
        told = " ".join(one.text for one in served.model.requests[-1].messages)
        assert "My sister Ines keeps bees" in told
    async with remembering(tmp_path) as served:
        await said(served, "Where are the bees of Ines?")
        told = " ".join(one.text for one in served.model.requests[-1].messages)
        assert "My sister Ines keeps bees" in told
        health = await memory_of(served).health()
        assert health.encrypted
        assert health.to_embed == 0


async def test_remember_that_forget_that_and_what_do_you_know(tmp_path: Path) -> None:
    async with remembering(tmp_path) as served:
        talk, answer = await said(served, "Remember that the spare key hangs behind the boiler.")
        assert answer == "I will remember that."
        _, known = await said(served, "What do you know about the spare key?")
        assert "behind the boiler" in known
        assert not served.model.requests
        _, asked = await said(served, "Forget about the spare key.", talk)
        assert asked.endswith("Shall I?")
        _, gone = await said(served, "Yes.", talk)
        assert gone.startswith("Forgotten")
        assert not await memory_of(served).browse(MemorySelection(served.owner.id, topic="spare key"))


async def test_the_recalled_is_not_kept_again_and_neither_is_the_prompt(tmp_path: Path) -> None:
    async with remembering(
        tmp_path, system_prompt="You are the butler of a quiet house by the sea."
    ) as served:
        await said(served, "My sister Ines keeps bees in Évora.")
        served.model.script = ("My sister Ines keeps bees in Évora.",)
        await said(served, "What does Ines keep?")
        served.model.script = ("You are the butler of a quiet house by the sea.",)
        await said(served, "Who are you to me?")
        kept = [one.text for one in await memory_of(served).browse(MemorySelection(served.owner.id))]
        assert kept.count("My sister Ines keeps bees in Évora.") == 1
        assert not [text for text in kept if "butler" in text]


async def test_embeddings_answer_by_the_table(tmp_path: Path) -> None:
    async with remembering(tmp_path) as served:
        answer = await served.ask(
            "/v1/embeddings", {"model": "hub/auto", "input": ["a heron", "a grey heron"]}
        )
        assert answer.status == 200
        one, other = (row["embedding"] for row in answer.json["data"])
        assert len(one) == 256
        assert sum(a * b for a, b in zip(one, other, strict=True)) > 0.7


async def test_metrics_count_it(tmp_path: Path) -> None:
    async with remembering(tmp_path) as served:
        await said(served, "Remember that bins go out on Tuesday.")
        async with served.client() as client, client.get("/metrics") as answer:
            lines = (await answer.text()).splitlines()
    assert 'timmy_memory_count{kind="fact"} 1.0' in lines
    assert "memory_recall_estimate 1.0" in lines
    assert 'hub_memory_leg_up{leg="meaning"} 1.0' in lines


async def test_forgetting_a_person_reaches_it_and_export_hands_it_out(tmp_path: Path) -> None:
    async with remembering(tmp_path) as served:
        me = served.owner.id
        await said(served, "Remember that my blood type is B negative.")
        plugin = served.hub.plugins.get("memory")
        (kept,) = await served.hub.plugins.hooks.each("hub_export", 30, person=me)
        assert "B negative" in kept.value["entries"][0]["text"]
        assert plugin is not None
        (gone,) = await served.hub.plugins.hooks.each("hub_forget", 30, selector=Selector(person=me))
        assert gone.value == 1
        assert not (await memory_of(served).recall(MemoryQuery("blood type", (me,)))).hits


async def test_a_damaged_file_is_told_and_the_talk_goes_on(tmp_path: Path) -> None:
    (tmp_path / "memory.db").write_bytes(b"no database at all" * 512)
    async with remembering(tmp_path) as served:
        plugin = served.hub.plugins.get("memory")
        assert plugin is not None
        assert plugin.state == "disabled"
        assert plugin.fix
        assert isinstance(served.hub.port(Memory), NullMemory)
        assert (await said(served, "Tell me about whales."))[1] == "Good to know."
    assert (tmp_path / "memory.db").read_bytes() == b"no database at all" * 512


async def test_a_store_that_fails_breaks_no_turn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with remembering(tmp_path, Told("Whales sing.")) as served:

        def broken(*_: object) -> None:
            raise sqlite3.OperationalError("disk I/O error")

        monkeypatch.setattr("hub_memory.memory.search", broken)
        monkeypatch.setattr("hub_memory.memory.insert", broken)
        assert (await said(served, "Tell me about whales."))[1] == "Whales sing."


async def test_how_something_is_done_is_told_as_it_was_taught(tmp_path: Path) -> None:
    async with remembering(tmp_path) as served:
        await said(served, "Remember how to close up: lock the back door and turn off the lights.")
        _, told = await said(served, "How do I close up?")
        assert told == "To close up, lock the back door and turn off the lights."
        _, other = await said(served, "How do I bake bread?")
        assert other == "Good to know."
        call = {"wish": "close up the house", "most": 3}
        found = await served.hub.tools.get("suggest").run(**call)
        assert "lock the back door" not in found  # nobody asks, so nobody's own is told
