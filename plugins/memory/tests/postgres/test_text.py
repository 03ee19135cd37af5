"""Every text and every name comes back exactly, and hostile ones change nothing."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub import HubError, MemoryQuery, MemorySelection, NewMemory
from hub_memory.postgres.text import Dumper, Loader

TEXT = st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from("\x00\x1a01"))


@given(TEXT)
def test_text_comes_back(text):
    assert Loader(25).load(Dumper(str).dump(text)) == text
    assert b"\x00" not in Dumper(str).dump(text)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(TEXT.filter(str.strip), min_size=1, max_size=5), TEXT.map(lambda name: name[:50]))
async def test_entries_come_back(memory, texts, name):
    entries = [
        NewMemory(text, "ann", session=name, sequence=at, tags=(name,)) for at, text in enumerate(texts)
    ]
    names = await memory.remember(entries)
    found = await memory.get(["ann"], names)
    assert [(one.text, one.session, one.tags) for one in found] == [(text, name, (name,)) for text in texts]


@pytest.mark.parametrize(
    "odd", ["\ud800", "\x00", "'; DROP TABLE memory; --", "%s", "{}", "\\", "x" * 5_000], ids=repr
)
async def test_odd_questions_and_names_harm_nothing(memory, odd):
    (name,) = await memory.remember([NewMemory("The heron stands.", "ann")])
    calls = [
        lambda: memory.recall(MemoryQuery(odd, ("ann",))),
        lambda: memory.recall(MemoryQuery("heron", (odd,))),
        lambda: memory.recall(MemoryQuery("heron", ("ann",), tags=(odd,), session=odd)),
        lambda: memory.browse(MemorySelection(namespace=odd)),
        lambda: memory.browse(MemorySelection(namespace="ann", topic=odd)),
        lambda: memory.forget(MemorySelection(session=odd)),
        lambda: memory.get([odd], [name, odd]),
        lambda: memory.changes(odd),
    ]
    for call in calls:
        try:
            await call()
        except HubError as error:
            assert error.fix
    assert [one.id for one in await memory.get(["ann"], [name])] == [name]
    assert not memory.server.trouble
