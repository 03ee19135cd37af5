"""The page of the memory, with the real memory: what it tells, who sees what, and what its forms do."""

from __future__ import annotations

import asyncio
import html
import re
import time
from typing import TYPE_CHECKING, Any

import pytest

import hub_memory
from hub.auth.people import add
from hub.auth.roles import GUEST, MEMBER
from hub.ports.memory import CONFIRMED, HOUSE, UNTRUSTED, Memory, MemorySelection, NewMemory
from hub.testing.inside import hub_with
from hub.web import forgetting

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from conftest import Site
    from hub.auth.sessions import Person
    from hub.hub import Hub

DAY_S = 86_400
EVIL = '<script>alert(1)</script><img src=x onerror="alert(2)"> & {{ 7 * 7 }}'


@pytest.fixture
async def hub(tmp_path: Any, request: Any) -> AsyncIterator[Hub]:
    async with hub_with(hub_memory, data=tmp_path, settings=getattr(request, "param", None)) as hub:
        yield hub


async def keep(site: Site, *texts: str, of: str = "", **more: Any) -> list[str]:
    """Remember ``texts``, of the owner unless another is named, and return their ids."""
    new = [NewMemory(text, of or site.person, **more) for text in texts]
    return list(await site.hub.port(Memory).remember(new))


async def page(site: Site, path: str = "/memory", status: int = 200, **query: str) -> str:
    async with site.client.get(site.url + path, params=query) as answer:
        assert answer.status == status, await answer.text()
        return await answer.text()


async def send(site: Site, path: str, **form: str) -> tuple[int, str]:
    async with site.client.post(site.url + path, data=form) as answer:
        return answer.status, await answer.text()


async def entry(site: Site, id_: str, of: str = "") -> Any:
    return (await site.hub.port(Memory).get([of or site.person], [id_]))[0]


async def become(site: Site, role: str, name: str = "Ann") -> Person:
    """Let the client be another person, or a shared device."""
    if role == "device":
        owner = await site.hub.people.get(site.person)
        _, token = await site.hub.devices.pair(await site.hub.devices.offer(owner, name, "shared"), "test")
        person = await site.hub.sessions.person(token)
        assert person is not None
    else:
        person = await site.hub.core.write(lambda db: add(db, name, role))
        await site.hub.sessions.refresh()
        token = await site.hub.sessions.start(person, "test")
    site.client.cookie_jar.update_cookies({"hub_test": token})
    return person


async def test_it_says_in_one_sentence_how_it_does_and_what_to_say_first(site: Site) -> None:
    told = await page(site)
    assert "I remember nothing yet; I search by words and meaning." in told
    assert "remember that the bins go out on Monday" in told
    await keep(site, "Ann likes tea.", kind="fact")
    await keep(site, "The car is red.", "The roof leaks.")
    told = await page(site)
    assert "I remember 3 things; I search by words and meaning." in told
    assert re.search(r'Facts <span class="tally">1<', told)
    assert re.search(r'Said <span class="tally">2<', told)
    assert "Summaries" not in told  # there are none
    assert "an encrypted file" in told or "not encrypted" in told


async def test_without_a_memory_it_says_what_would_help(site: Site) -> None:
    await site.hub.plugins.disable("memory")
    told = await page(site)
    assert "No memory is installed." in told
    assert "Switch the memory plugin on." in told
    assert 'name="q"' not in told  # a field that finds nothing
    for path in ("/memory/waiting", "/memory/forget"):
        await page(site, path)
    await page(site, "/memory/" + "0" * 32, status=404)


async def test_a_memory_that_cannot_be_read_says_why(site: Site) -> None:
    await keep(site, "Ann likes tea.")
    await site.hub.port(Memory).close()  # type: ignore[attr-defined]  # as when its file is taken away
    for path in ("/memory", "/memory?q=tea"):
        told = await page(site, path)
        assert "I remember nothing: " in told
        assert 'name="q"' not in told
    assert "Traceback" not in await page(site, "/memory/waiting", status=404)


async def test_a_search_says_why_each_was_found_and_where_it_looked(site: Site) -> None:
    now = time.time()
    await keep(site, "My knee hurts when I climb stairs.", created=now - 400 * DAY_S)
    await keep(site, "Bread is in the oven.", "The knee doctor is Mrs Amsel.", created=now - DAY_S)
    told = await page(site, q="knee")
    assert "My knee hurts" in told
    assert re.search(r"words \d\.\d\d", told)
    assert "meaning" in told
    assert '<rect class="words" x="0"' in told
    widths = [int(wide) for wide in re.findall(r'<rect class="\w+" x="\d+" width="(\d+)"', told)]
    assert sum(widths[:6]) >= 900  # the best fills its bar
    narrowed = await page(site, q="What did I say about the knee yesterday?")
    assert "I looked at what came yesterday." in narrowed
    assert "Amsel" in narrowed
    assert "stairs" not in narrowed
    by_day = {"from": time.strftime("%Y-%m-%d", time.localtime(now - 2 * DAY_S))}
    assert "stairs" not in await page(site, q="knee", **by_day)
    assert "Nothing found." in await page(site, q="zeppelin", to="1999-01-01")


async def nothing(_: object) -> None:
    """Do nothing."""


async def test_what_is_missing_is_told_beside_what_was_found(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub_memory.keeper.Keeper.learn", nothing)  # or it mends itself
    await keep(site, "The car is red.")
    site.hub.port(Memory).meaning = None  # type: ignore[attr-defined]
    told = await page(site, q="car")
    assert "Not by meaning: Nothing here turns texts into vectors." in told
    assert "I search by words only" in told
    assert "The car is red." in told


async def test_what_is_still_learnt_is_shown_with_how_far_it_is(site: Site) -> None:
    memory: Any = site.hub.port(Memory)
    memory.told = lambda **_: None  # so that nobody begins to learn them meanwhile
    await keep(site, "The car is red.")
    meaning, memory.meaning = memory.meaning, None
    await keep(site, "The roof leaks.", "The cellar is damp.")
    memory.meaning = meaning
    told = await page(site)
    assert "I am learning what they mean: 1 of 3." in told
    assert '<progress class="bar" max="3" value="1"' in told


@pytest.mark.parametrize("hub", [{"memory": {"embedder": "endpoint"}}], indirect=True, ids=["no endpoint"])
async def test_a_memory_that_is_degraded_says_why_and_what_to_do(site: Site) -> None:
    plugin = site.hub.plugins.get("memory")
    assert plugin is not None
    end = time.monotonic() + 60
    while plugin.state != "degraded":
        assert time.monotonic() < end
        site.hub.recheck("memory")
        await asyncio.sleep(0.01)
    told = await page(site)
    assert "I search by words only: No language server has an embedding model." in told
    assert "Choose one for a server under Language." in told


async def test_as_it_was_on_a_day_finds_what_held_then(site: Site) -> None:
    then = time.time() - 10 * DAY_S
    (old,) = await keep(site, "The code of the gate is 1111.", kind="fact", created=then)
    new = NewMemory("The code of the gate is 2222.", site.person, kind="fact", created=then + 5 * DAY_S)
    await site.hub.port(Memory).supersede([site.person], old, new)
    assert "1111" not in await page(site, q="code of the gate")
    on = time.strftime("%Y-%m-%d", time.localtime(then + 2 * DAY_S))
    assert "1111" in await page(site, q="code of the gate", on=on)


async def test_lists_are_by_kind_and_whose_and_pinned_and_go_on(site: Site) -> None:
    now = time.time()
    ids = []
    for at in range(120):
        ids += await keep(site, f"Thing {at:03}.", created=now - at * 60)
    await keep(site, "The cellar is damp.", of=HOUSE, kind="fact", created=now - 30)
    told = await page(site)
    order = list(dict.fromkeys(re.findall(r"Thing \d{3}|The cellar", told)))
    assert order[:3] == ["Thing 000", "The cellar", "Thing 001"]
    older = html.unescape(re.findall(r'class="act" href="(/memory\?after=[^"]+)"', told)[0])
    seen = list(dict.fromkeys(re.findall(r"Thing (\d{3})\.<", told)))
    while older:
        told = await page(site, older)
        seen += [one for one in dict.fromkeys(re.findall(r"Thing (\d{3})\.<", told)) if one not in seen]
        more = re.findall(r'class="act" href="(/memory\?after=[^"]+)"', told)
        older = html.unescape(more[0]) if more else ""
    assert seen == [f"{at:03}" for at in range(120)]
    assert "Thing" not in await page(site, of="house")
    assert "cellar" not in await page(site, of="mine")
    assert "Thing" not in await page(site, kind="fact")
    assert "Nothing of that kind." in await page(site, kind="summary")
    await send(site, f"/memory/{ids[77]}/pin", pinned="1")
    assert set(re.findall(r"Thing (\d{3})", await page(site, pinned="1"))) == {"077"}


async def test_documents_are_listed_by_themselves_and_found_with_all_else(site: Site) -> None:
    rules = b"# Rules\n\n## Heating\n\nThe boiler is bled in October.\n\n## Bins\n\nOut on Monday.\n"
    path = f"{site.url}/p/memory/documents?name=rules.md"
    await keep(site, "The boiler is blue.", kind="fact")
    async with site.client.post(path, data=rules) as answer:
        assert answer.status == 200
    told = await page(site)
    assert "bled in October" not in told
    assert re.search(r'Facts <span class="tally">1<', told)
    assert re.search(r'Documents <span class="tally">2<', told)
    told = await page(site, kind="documents")
    assert "The boiler is bled in October.</bdi>" in told  # its heading stands below
    assert re.search(r"From rules.md at [\d:]+, Rules / Heating", told)
    assert "The boiler is blue." not in told
    assert re.search(r'Facts <span class="tally">3<', found := await page(site, q="boiler"))
    assert "bled in October" in found
    assert "The boiler is blue." in found


async def test_nobody_sees_what_is_anothers(site: Site) -> None:
    """Not the owner either; and who has no memory of their own sees the house's only."""
    ann = await become(site, MEMBER)
    (hers,) = await keep(site, "Ann keeps a falcon.", of=ann.id)
    (waits,) = await keep(site, "A page about Ann.", of=ann.id, origin="web", trust=UNTRUSTED)
    (houses,) = await keep(site, "The cellar is damp.", of=HOUSE)
    (doubted,) = await keep(site, "The roof is cheese.", of=HOUSE, origin="web", trust=UNTRUSTED)
    assert "falcon" in await page(site)
    owner = await site.hub.sessions.start(await site.hub.people.get(site.person), "test")
    site.client.cookie_jar.update_cookies({"hub_test": owner})
    await _sees_only_the_houses(site, hers, waits)
    assert "A page about Ann." not in await page(site, "/memory/waiting")
    for role in (MEMBER, GUEST, "device"):
        who = await become(site, role, f"Some {role}")
        await keep(site, "What a guest said.", of=who.id)
        await _sees_only_the_houses(site, hers, waits)
        if role != MEMBER:
            assert "What a guest said." not in await page(site)
            await page(site, "/memory/waiting", status=403)
            await page(site, f"/memory/{doubted}", status=404)
            assert (await send(site, f"/memory/{houses}/forget"))[0] == 403
        else:  # a member reads the house's, and only the owner changes it
            assert (await send(site, f"/memory/{houses}/forget"))[0] == 403
            assert "the owner can change it" in await page(site, f"/memory/{houses}")
    assert await entry(site, houses, HOUSE)


async def _sees_only_the_houses(site: Site, *foreign: str) -> None:
    for told in (
        await page(site),
        await page(site, q="What bird does Ann keep?"),
        await page(site, of="mine"),
    ):
        assert "falcon" not in told
    assert "The cellar is damp." in await page(site)
    assert "The roof is cheese." not in await page(site)
    for id_ in foreign:
        await page(site, f"/memory/{id_}", status=404)
        for act in ("pin", "importance", "edit", "let-in", "forget"):
            status, told = await send(site, f"/memory/{id_}/{act}", pinned="1", importance="0.8", text="Mine")
            assert status in {403, 404}
            assert "falcon" not in told


async def test_an_entry_is_pinned_weighed_changed_and_forgotten(site: Site) -> None:
    (id_,) = await keep(site, "Ann likes tea.", kind="fact")
    _, told = await send(site, f"/memory/{id_}/pin", pinned="1", back="/memory?kind=fact")
    assert "Pinned" in told
    assert 'value="fact" checked' in told  # where it came from
    assert (await entry(site, id_)).pinned
    await send(site, f"/memory/{id_}/importance", importance="0.8")
    assert (await entry(site, id_)).importance == pytest.approx(0.8)
    status, _ = await send(site, f"/memory/{id_}/importance", importance="9")
    assert status == 404

    _, told = await send(site, f"/memory/{id_}/edit", text="Ann likes coffee.\r\nAnd cake.")
    assert "Changed. What held before is kept below." in told
    assert "Held before" in told
    assert "Ann likes tea." in told
    (now,) = await site.hub.port(Memory).browse(MemorySelection(namespace=site.person))
    assert (now.text, now.kind, now.trust, now.pinned) == (
        "Ann likes coffee.\nAnd cake.", "fact", CONFIRMED, True
    )  # fmt: skip
    old = await page(site, f"/memory/{id_}")
    assert "This held until" in old
    assert f"/memory/{now.id}" in old
    assert "Change it" not in old
    _, told = await send(site, f"/memory/{now.id}/edit", text="   ")
    assert "There is nothing to remember: the text is empty." in told

    _, told = await send(site, f"/memory/{now.id}/forget")
    assert "Forgotten, for good" in told
    assert not await site.hub.port(Memory).get([site.person], [id_, now.id])
    assert (await send(site, f"/memory/{now.id}/forget"))[0] == 404  # twice
    await page(site, f"/memory/{id_}", status=404)


async def test_a_summary_shows_what_it_was_made_from(site: Site) -> None:
    ids = await keep(site, "It rained on Monday.", "It rained on Tuesday.")
    (made,) = await keep(site, "A wet week.", kind="summary", sources=tuple(ids))
    told = await page(site, f"/memory/{made}")
    assert "Made from" in told
    assert "It rained on Monday." in told
    assert "I summed up" in told


async def test_what_waits_is_let_in_or_forgotten(site: Site) -> None:
    good, bad = await keep(site, "Bins go on Friday.", "Buy my pills.", origin="web", trust=UNTRUSTED)
    assert "2 things wait" in await page(site)
    assert "Buy my pills." not in await page(site)
    told = await page(site, "/memory/waiting")
    assert "A page said" in told
    await send(site, f"/memory/{good}/let-in", back="/memory/waiting")
    held = await entry(site, good)
    assert (held.quarantined, held.trust) == (False, CONFIRMED)
    await send(site, f"/memory/{bad}/forget", back="/memory/waiting")
    assert "Nothing waits." in await page(site, "/memory/waiting")
    assert "Bins go on Friday." in await page(site)
    assert "Buy my pills." not in await page(site)


async def test_a_form_leads_nowhere_else(site: Site) -> None:
    (id_,) = await keep(site, "Ann likes tea.")
    for back in ("https://evil.example/", "//evil.example", "/settings", "/memory\\..\\x", "/memoryx"):
        async with site.client.post(
            f"{site.url}/memory/{id_}/pin", data={"pinned": "1", "back": back}, allow_redirects=False
        ) as answer:
            assert answer.headers["location"] == f"/memory/{id_}", back


async def test_a_topic_is_shown_then_forgotten_and_nothing_else(site: Site) -> None:
    await keep(site, "My knee hurts.", "The knee doctor is Mrs Amsel.", "The car is red.")
    ann = await site.hub.core.write(lambda db: add(db, "Ann", MEMBER))
    await keep(site, "Ann's knee is fine.", of=ann.id)
    await keep(site, "A knee is a joint.", of=HOUSE)
    told = await page(site, "/memory/forget", ask="1", topic="knee")
    assert "about “knee”: 2 entries, with what I made of them." in told
    assert "My knee hurts." in told
    assert "car" not in told
    assert len(await site.hub.port(Memory).browse(MemorySelection(namespace=site.person))) == 3  # only shown
    _, told = await send(site, "/memory/forget", topic="knee")
    assert "Forgotten, for good: 2 things." in told
    left = await site.hub.port(Memory).browse(MemorySelection(namespace=site.person))
    assert [one.text for one in left] == ["The car is red."]
    assert await site.hub.port(Memory).browse(MemorySelection(namespace=ann.id))
    assert await site.hub.port(Memory).browse(MemorySelection(namespace=HOUSE))


async def test_a_span_goes_with_its_talks_when_they_are_chosen(site: Site) -> None:
    talk = await site.hub.conversations.new(site.person)
    await talk.write("Today I feel odd")
    await talk.settled()
    await keep(site, "Long ago.", created=time.time() - 30 * DAY_S)
    await keep(site, "Just now.")
    today = time.strftime("%Y-%m-%d")
    told = await page(site, "/memory/forget", ask="1", **{"from": today})
    assert "The talk that says it too" in told
    _, told = await send(site, "/memory/forget", **{"from": today, "talks": "1"})
    assert "and one talk." in told
    left = await site.hub.port(Memory).browse(MemorySelection(namespace=site.person))
    assert [one.text for one in left] == ["Long ago."]
    assert await site.hub.conversations.count(site.person) == 0


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"topic": "  "}, "You named nothing to forget."),
        ({"topic": "!!!"}, "That topic has no word."),
        ({"topic": "knee", "from": "yesterday"}, "I cannot read that day."),
        ({"from": "2026-02-30"}, "I cannot read that day."),
        ({"from": "2026-03-02", "to": "2026-02-01"}, "That time ends before it begins."),
        ({"topic": "x" * 300}, "That topic is too long."),
    ],
)
async def test_what_names_nothing_forgets_nothing(site: Site, given: dict[str, str], told: str) -> None:
    await keep(site, "My knee hurts.")
    assert told in await page(site, "/memory/forget", ask="1", **given)
    _, after = await send(site, "/memory/forget", **given)
    assert told in after
    assert len(await site.hub.port(Memory).browse(MemorySelection(namespace=site.person))) == 1


async def test_what_takes_long_goes_on_and_the_page_tells_how_it_ended(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forgetting, "PATIENCE_S", 0.0)
    await keep(site, "My knee hurts.")
    _, told = await send(site, "/memory/forget", topic="knee")
    end = time.monotonic() + 60
    while "Forgotten, for good: one thing." not in told:
        assert "I am forgetting." in told
        assert time.monotonic() < end
        told = await page(site, "/memory/forget")


async def test_all_of_mine_goes_and_the_houses_stays(site: Site) -> None:
    await site.hub.conversations.new(site.person)
    await keep(site, "My knee hurts.")
    await keep(site, "The cellar is damp.", of=HOUSE)
    assert "one entry" in await page(site, "/memory/forget", ask="1", all="1")
    _, told = await send(site, "/memory/forget", all="1")
    assert "Forgotten, for good: one thing and one talk." in told
    assert await site.hub.conversations.count(site.person) == 0
    assert "The cellar is damp." in await page(site)


async def test_words_of_entries_are_only_words_on_the_page(site: Site) -> None:
    (id_,) = await keep(site, EVIL, tags=(EVIL,))
    (waits,) = await keep(site, EVIL + "2", origin="web", trust=UNTRUSTED)
    for told in (
        await page(site), await page(site, q=EVIL), await page(site, f"/memory/{id_}"),
        await page(site, "/memory/waiting"), await page(site, f"/memory/{waits}"),
        await page(site, "/memory/forget", ask="1", topic="script alert"),
        await page(site, "/memory/forget", ask="1", topic=EVIL),
        (await send(site, f"/memory/{id_}/edit", text=""))[1],
    ):  # fmt: skip
        assert "<script>alert" not in told
        assert "<img" not in told
        assert "{{ 7" in told or "49" not in told


async def test_a_huge_entry_is_cut_and_not_offered_to_be_changed_here(site: Site) -> None:
    (id_,) = await keep(site, "word " * 200_000)
    listed = await page(site)
    assert len(listed) < 20_000
    told = await page(site, f"/memory/{id_}")
    assert "The first 20,000 of 1,000,000 characters." in told
    assert "<textarea" not in told
    assert len(told) < 60_000
    status, _ = await send(site, f"/memory/{id_}/edit", text="x" * 100_000)
    assert status == 404  # more than a form may bring
    assert (await entry(site, id_)).superseded_by == ""


@pytest.mark.parametrize("path", ["/memory/x", "/memory/%00", "/memory/..%2f..", "/memory/" + "0" * 4_000])
async def test_an_odd_id_is_no_entry(site: Site, path: str) -> None:
    await page(site, path, status=404)


@pytest.mark.parametrize(
    "query",
    [{"after": "nonsense"}, {"kind": "x' OR 1"}, {"of": "ann"}, {"from": "9999-99-99"}, {"q": "\x00\ud7ff' \" *"},
     {"q": "x" * 5_000}, {"on": "0001-01-01", "q": "x"}, {"from": "0001-01-01"}],
    ids=["after", "kind", "of", "day", "signs", "long", "ancient", "ancient list"],
)  # fmt: skip
async def test_an_odd_address_breaks_nothing(site: Site, query: dict[str, str]) -> None:
    async with site.client.get(f"{site.url}/memory", params=query) as answer:
        assert answer.status in {200, 404}


async def test_the_open_page_is_told_when_entries_change_in_counts_only(site: Site) -> None:
    async with site.tab({"parts": ["memory-now"]}) as tab:
        await keep(site, "A secret word.")
        told = await tab.until("swap")
        while told["target"] != "#memory-now" or 'data-change="0"' in told["html"]:
            told = await tab.until("swap")
        assert "secret" not in told["html"]
    changes = [one for one in site.hub.bus.recent(500) if one.name == "memory.changed"]
    assert [one.kept for one in changes] == [1]
    assert "secret" not in changes[0].model_dump_json()
