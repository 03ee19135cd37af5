from __future__ import annotations

import aiohttp

from hub.web.site import MAX_FORM


async def test_a_stranger_is_told_how_to_get_in(site) -> None:
    async with aiohttp.ClientSession() as stranger:
        async with stranger.get(f"{site.url}/") as response:
            assert response.status == 401
            assert "hub claim" in await response.text()
        async with stranger.post(f"{site.url}/talks") as response:
            assert response.status == 401


async def test_home_is_the_latest_talk_under_a_strict_policy(site) -> None:
    talk = await site.hub.conversations.new(site.person)
    async with site.client.get(f"{site.url}/") as response:
        page = await response.text()
    assert response.status == 200
    assert f'data-conversation="{talk.id}"' in page
    policy = response.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert response.headers["permissions-policy"].startswith("microphone=(self)")
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["referrer-policy"] == "same-origin"


async def test_first_run_offers_three_things_that_are_answered_exactly(site) -> None:
    async with site.client.get(f"{site.url}/") as response:
        page = await response.text()
    lines = [part.split('"')[0] for part in page.split('name="text" value="')[1:]]
    assert len(lines) == 3
    talk = await site.hub.conversations.new(site.person)
    for line in lines:
        await talk.write(line)
        await talk.settled()
        assert talk.history()[-1].quality == "exact", line


async def test_writing_works_without_a_script(site) -> None:
    async with site.client.post(f"{site.url}/talks", allow_redirects=False) as response:
        assert response.status == 303
        home = response.headers["location"]
    talk = home.removeprefix("/?talk=")
    address = f"{site.url}/talks/{talk}/turns"
    async with site.client.post(address, data={"text": "What time is it?"}) as response:
        assert str(response.url).endswith(home)
    await (await site.hub.conversations.get(talk, site.person)).settled()
    async with site.client.get(site.url + home) as response:
        assert "Exact: worked out" in await response.text()


async def test_htmx_gets_the_script_with_the_answer(site) -> None:
    talk = await site.hub.conversations.new(site.person)
    address, headers = f"{site.url}/talks/{talk.id}/turns", {"HX-Request": "true"}
    async with site.client.post(address, data={"text": "What is 2 plus 2?"}, headers=headers) as response:
        page = await response.text()
    assert page.startswith('<div class="lines"')
    assert "4" in page


async def test_what_people_say_is_never_markup(site) -> None:
    talk = await site.hub.conversations.new(site.person)
    await talk.write("<script>alert(1)</script><b hx-get='/x'>")
    await talk.settled()
    async with site.client.get(f"{site.url}/?talk={talk.id}") as response:
        page = await response.text()
    assert "<script>alert" not in page
    assert "<b hx-get" not in page


async def test_an_unknown_talk_and_too_many_words_are_explained(site) -> None:
    async with site.client.get(f"{site.url}/?talk=none") as response:
        assert response.status == 404
        assert "no such talk" in await response.text()
    talk = await site.hub.conversations.new(site.person)
    address = f"{site.url}/talks/{talk.id}/turns"
    async with site.client.post(address, data={"text": "a" * (MAX_FORM + 1)}) as response:
        assert response.status == 404
        assert "Write less" in await response.text()
    assert talk.history() == []


async def test_no_words_are_no_turn(site) -> None:
    talk = await site.hub.conversations.new(site.person)
    async with site.client.post(f"{site.url}/talks/{talk.id}/turns", data={"text": "  "}) as response:
        assert response.status == 200
    assert talk.history() == []
