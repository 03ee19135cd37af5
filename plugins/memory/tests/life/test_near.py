"""What says the same becomes one; what differs in a single word that matters never does."""

from __future__ import annotations

import memory_fixture
import pytest

from hub import MemoryQuery, MemorySelection, NewMemory
from hub_memory.embed.static import StaticEmbedder
from hub_memory.life import near
from hub_memory.life.likeness import key, pieces

from .conftest import DAY

SAME = (
    ("Please wake me up early on weekends.", "Wake me up early on weekends, please!"),
    ("I'm allergic to nuts.", "I am allergic to nuts"),
    ("The key isn't in the shed.", "the key is not in the shed"),
    ("Ok, so water the two ferns on Monday.", "Water the 2 ferns on Monday."),
    ("My PIN  is:\n4711", "My PIN is 4711."),
)
OTHER = (
    ("The dog is afraid of the cat.", "The cat is afraid of the dog."),
    ("Turn the heating on before I get up.", "Turn the heating on after I get up."),
    ("You may open the door for the post.", "I may open the door for the post."),
    ("My mother was allergic to nuts.", "My mother is allergic to nuts."),
    ("I like my tea with milk.", "I like my tea without milk."),
    ("The key is under the mat.", "Is the key under the mat?"),
    ("The key is under the mat.", "The key is not under the mat."),
    ("Keep the freezer at -18 degrees.", "Keep the freezer at 18 degrees."),
    ("The rent is 15 euros.", "The rent is 1.5 euros."),
    ("We tip 5 % there.", "We tip 5 € there."),
    ("Petra lives in Bremen.", "Greta lives in Bremen."),
    ("Turn off the light upstairs.", "Turn off the lights upstairs."),
    ("Das Bad ist schon warm.", "Das Bad ist schön warm."),
    ("かき を たべる よ", "かぎ を たべる よ"),
    ("yes, do", "Yes do!"),
    ("", ""),
)


@pytest.mark.parametrize("at", range(len(SAME)))
def test_what_differs_in_marks_and_politeness_is_the_same(at):
    one, other = SAME[at]
    assert pieces(one) == pieces(other) != ()


@pytest.mark.parametrize("at", range(len(OTHER)))
def test_what_differs_in_a_word_a_sign_or_their_order_is_not(at):
    one, other = OTHER[at]
    assert pieces(one) != pieces(other) or pieces(one) == ()


def test_vectors_alone_could_not_tell():
    vectors = StaticEmbedder().embed_now([text for pair in OTHER[:4] for text in pair])
    assert all(float(vectors[at] @ vectors[at + 1]) >= 0.95 for at in range(0, 8, 2))


def test_what_the_hub_says_of_itself_is_not_what_a_person_says():
    text = "I will water the plants."
    keys = {
        key(text, "ann", "episodic", origin) for origin in ("user_text", "user_voice", "assistant", "import")
    }
    assert len(keys) == 3
    assert key(text, "ann", "fact", "document") is None
    assert key(text, "ann", "fact", "user_text") != key(text, "ben", "fact", "user_text")


async def both(life, *said, kind="fact", **more):
    """Remember texts a day apart and keep house."""
    ids = []
    for text in said:
        ids += await life.memory.remember([NewMemory(text, "ann", kind=kind, **more)])
        life.now += DAY
    await life.run()
    return await life.memory.get(["ann"], ids)


async def test_the_newest_stands_for_the_older_which_is_still_found_as_of_then(life):
    old, new = await both(life, *SAME[0])
    assert (old.superseded_by, new.superseded_by) == (new.id, "")
    assert await life.texts() == {new.text}
    then = MemoryQuery("weekends", ("ann",), as_of=old.created + 60, now=life.now)
    assert [hit.entry.id for hit in (await life.memory.recall(then)).hits] == [old.id]
    now = MemoryQuery("weekends", ("ann",), now=life.now)
    assert [hit.entry.id for hit in (await life.memory.recall(now)).hits] == [new.id]


async def test_a_pinned_one_stands_for_a_newer_and_takes_over_what_that_was_worth(life):
    (old,) = await life.memory.remember([NewMemory(SAME[0][0], "ann", kind="fact", pinned=True)])
    (new,) = await both(life, SAME[0][1], importance=0.9)
    (kept,) = await life.memory.get(["ann"], [old])
    assert (new.superseded_by, kept.superseded_by) == (old, "")
    assert (kept.importance, kept.pinned) == (0.9, True)


async def test_what_is_trusted_less_replaces_nothing(life):
    (old,) = await life.memory.remember([NewMemory(SAME[0][0], "ann", kind="fact", trust=2)])
    (new,) = await both(life, SAME[0][1], trust=1)
    assert new.superseded_by == old
    (poison,) = await life.memory.remember(
        [NewMemory(SAME[0][0] + "!", "ann", kind="fact", trust=1, pinned=True)]
    )
    await life.run()
    found = await life.memory.get(["ann"], [old, poison])
    assert [one.superseded_by for one in found] == ["", ""]


async def test_others_namespaces_kinds_and_what_is_to_end_are_left_alone(life):
    one, other = SAME[0]
    new = [
        NewMemory(one, "ann", kind="fact"), NewMemory(other, "ben", kind="fact"),
        NewMemory(other, "ann", kind="episodic"), NewMemory(other, "ann", kind="fact", expires=life.now + 9 * DAY),
        NewMemory(other, "ann", kind="fact", session="q", quarantined=True), NewMemory(other, "ann", kind="summary"),
    ]  # fmt: skip
    await life.memory.remember(new)
    await life.run()
    assert life.house.swept.duplicates == 0


async def test_forgetting_the_one_that_stands_forgets_those_it_stands_for(life):
    old, new = await both(life, *SAME[0])
    assert await life.memory.forget(MemorySelection("ann", (new.id,))) == 2
    assert not await life.memory.get(["ann"], [old.id, new.id])


async def test_two_that_two_devices_let_stand_for_each_other_are_not_both_lost(life):
    ids = []
    for text in SAME[0]:
        ids += await life.memory.remember([NewMemory(text, "ann", kind="fact")])
        life.now += DAY
    for old, new in (ids, ids[::-1]):  # as a sync leaves it
        await life.database.write(
            lambda db, old=old, new=new: (
                db.execute(
                    "UPDATE memory SET superseded_by = unhex(?) WHERE id = unhex(?)", (new, old)
                ).rowcount
            )
        )
    assert await life.texts() == set()
    await life.run()
    assert await life.texts() == {SAME[0][1]}
    changes, _ = await life.memory.changes()
    assert [one.fields["superseded_by"] for one in changes if one.group == "flags" and one.id == ids[1]] == [
        ""
    ]
    assert await life.database.write(lambda db: near.untangle(db, life.now)) == 0


async def test_it_goes_on_where_it_was_killed_and_looks_at_nothing_twice(life):
    for at in range(30):
        await life.memory.remember([NewMemory(f"Please water plant {at // 2} today{'!' * (at % 2)}", "ann")])
    ticks = iter(range(0, 100_000, 10))  # each look at the clock is later than a step may take
    step = await life.database.write(lambda db: near.merge(db, life.now, clock=lambda: float(next(ticks))))
    assert step == (1, 0)
    await life.restart()
    looked, merged = await life.database.write(lambda db: near.merge(db, life.now))
    assert (looked, merged) == (29, 15)
    assert await life.database.write(lambda db: near.merge(db, life.now)) == (0, 0)
    assert len(await life.texts()) == 15


async def test_on_the_fixture_nothing_that_says_otherwise_is_merged(life):
    fixture = memory_fixture.load()
    turns = [turn for turn in fixture.turns if turn.origin in {"user_text", "assistant"}]
    ids = await life.memory.remember(
        [NewMemory(one.text, one.person, origin=one.origin, session=one.session, sequence=one.sequence,
                   created=one.at) for one in turns]
    )  # fmt: skip
    life.now = turns[-1].at + DAY
    await life.house._merge()
    rows = await life.database.read(
        lambda db: db.execute(
            "SELECT lower(hex(id)), lower(hex(superseded_by)) FROM memory WHERE superseded_by IS NOT NULL"
        ).fetchall()
    )
    texts = dict(zip(ids, turns, strict=True))
    assert len(rows) > 100
    assert all(pieces(texts[old].text) == pieces(texts[new].text) for old, new in rows)
    merged = {(texts[old].id, texts[new].id) for old, new in rows}
    changed = {(a, b) for one in fixture.questions for a in one.gold for b in one.stale}
    assert len(changed) > 50
    assert not merged & (changed | {(b, a) for a, b in changed})
