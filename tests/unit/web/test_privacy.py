"""The own page: a person keeps their words closer than the house does, and never the other way round."""

from __future__ import annotations

import orjson

from hub.auth.sessions import Person


async def choose(site, tier):
    async with site.client.post(f"{site.url}/me/privacy", data={"tier": tier}) as response:
        return response.status, await response.text()


async def test_the_page_shows_what_the_house_allows_and_keeps_a_choice(site):
    status, page = await choose(site, "local")
    assert status == 200
    assert "It holds from now on." in page
    assert 'value="local" checked' in page
    assert 'value="full"' not in page  # the house stops at redacted
    assert site.hub.tiers.of(site.person) == "local"
    _, page = await choose(site, "")
    assert 'value="" checked' in page
    assert site.hub.tiers.own(site.person) is None


async def test_a_made_up_or_wider_choice_is_refused_in_words(site):
    for wrong, why in (("full", "The owner lets words go less far."), ("all", "There is no such choice.")):
        _, page = await choose(site, wrong)
        assert why in page
    assert site.hub.tiers.own(site.person) is None


async def test_the_house_changes_at_once_and_only_by_a_person(site):
    owner = Person(site.person, "Owner", "owner")
    await site.hub.configuration.change({("privacy",): "full"}, owner)
    assert site.hub.tiers.of(site.person) == "full"
    assert (await choose(site, "full"))[0] == 200
    await site.hub.configuration.change({("privacy",): "local"}, owner)
    assert site.hub.privacy.tier(site.person) == "local"
    for key in ("privacy", "privacy_tools"):
        try:
            await site.hub.configuration.change({(key,): "full"})
        except Exception as error:  # noqa: BLE001
            assert "not signed in" in str(error)
        else:
            raise AssertionError(key)


async def test_a_new_key_and_a_new_person_are_known_at_once(site):
    await site.hub.secrets.set("provider.x", "a-key-of-no-known-shape")
    found = site.hub.privacy.find("It is a-key-of-no-known-shape, right?")
    assert [one.kind for one in found] == ["secret"]
    await site.hub.secrets.forget("provider.x")
    assert not site.hub.privacy.find("It is a-key-of-no-known-shape, right?")


async def test_the_choice_is_among_what_is_taken_along_and_forgetting_empties_what_was_hidden(site):
    await choose(site, "local")
    async with site.client.get(f"{site.url}/me/data/export") as response:
        packed = await response.read()
    import io
    import zipfile

    about = orjson.loads(zipfile.ZipFile(io.BytesIO(packed)).read("about.json"))
    assert about["privacy"] == "local"
    site.hub.privacy.find("anna@example.com")
    assert site.hub.privacy._seen
    async with site.client.post(f"{site.url}/me/data/forget") as response:
        assert response.status == 200
    assert not site.hub.privacy._seen
