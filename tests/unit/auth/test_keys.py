"""Keys for apps: shown once, kept as a hash, good for one thing, and ended at once."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from tests.serving import PATIENCE_S, Told, serving

from hub.auth import keys as keys_module
from hub.errors import HubError
from hub.telemetry.redaction import redact

if TYPE_CHECKING:
    from pathlib import Path

CHAT = {"model": "hub/auto", "messages": [{"role": "user", "content": "Tell me about whales."}]}
PATH = "/v1/chat/completions"


async def test_only_its_hash_is_kept(house) -> None:
    key, secret = await house.hub.keys.make(house.member, "Open WebUI")
    kept = await house.hub.core.rows("SELECT * FROM app_key")
    assert secret not in repr(kept)
    assert secret.startswith("hub_")
    assert len(secret) > 40
    assert secret not in redact(f"Authorization failed for {secret} of {key.name}")
    house.hub.keys._known.clear()
    await house.hub.keys.open()
    found = await house.hub.keys.find(secret)
    assert found is not None
    assert (found.person, found.name) == (house.member, "Open WebUI")


async def test_a_key_opens_the_api_of_apps_and_nothing_else(house) -> None:
    _, secret = await house.hub.keys.make(house.owner, "App")
    async with house.client(authorization=f"Bearer {secret}") as app:
        assert (await app.get("/v1/models")).status_code == 200
        for path in ("/status", "/api/talks", "/api/keys", "/api/settings", "/me", "/api/events"):
            assert (await app.get(path)).status_code == 401, path
        assert (await app.post("/api/keys", json={"name": "Another"})).status_code == 401


async def test_everybody_sees_and_ends_their_own(house) -> None:
    mine, _ = await house.hub.keys.make(house.member, "Mine")
    shared, _ = await house.hub.keys.make(house.owner, "Kitchen", "shared")
    assert house.hub.keys.all(house.member) == [mine]
    assert house.hub.keys.all(house.owner) == [shared]
    for person, key in ((house.owner, mine), (house.member, shared), (house.guest, mine)):
        with pytest.raises(HubError, match="no such key"):
            await house.hub.keys.revoke(person, key.id)
    for wrong in (house.tablet, None):
        with pytest.raises(HubError):
            await house.hub.keys.make(wrong, "X")
    with pytest.raises(HubError):
        await house.hub.keys.make(house.member, "Hall", "shared")


async def test_the_page_shows_it_once_and_ends_it(house) -> None:
    async with house.client(await house.sign_in("guest"), origin="http://127.0.0.1:8420") as page:
        shown = await page.post("/me/keys", data={"name": "<b>HA</b>"})
        key = house.hub.keys.all(house.guest)[0]
        assert shown.status_code == 200
        assert "<b>HA</b>" not in shown.text
        secret = next(one for one in shown.text.split('"') if one.startswith("hub_") and len(one) > 40)
        assert await house.hub.keys.find(secret) is key
        listed = await page.get("/me")
        assert secret not in listed.text
        assert f"/me/keys/{key.id}/end" in listed.text
        assert (await page.post(f"/me/keys/{key.id}/end")).status_code == 303
        assert await house.hub.keys.find(secret) is None
        refused = await page.post("/me/keys", data={"name": ""})
        assert 'role="alert"' in refused.text


async def test_it_ends_with_its_person_and_when_they_sign_out_everywhere(house) -> None:
    _, secret = await house.hub.keys.make(house.guest, "A")
    assert (await house.hub.keys.find(secret)).person.role == "guest"
    await house.hub.people.set_role(house.owner, house.guest.id, "member")
    assert (await house.hub.keys.find(secret)).person.role == "member"
    await house.hub.people.sign_out(house.guest, house.guest.id)
    assert await house.hub.keys.find(secret) is None
    _, secret = await house.hub.keys.make(house.guest, "B")
    await house.hub.people.remove(house.owner, house.guest.id)
    assert await house.hub.keys.find(secret) is None
    assert await house.hub.core.rows("SELECT count(*) FROM app_key") == [(0,)]


async def test_a_shared_one_acts_as_a_device_and_follows_the_owner(house) -> None:
    key, secret = await house.hub.keys.make(house.owner, "Hall", "shared")
    assert (key.person.role, key.person.id) == ("device", key.id)
    await house.hub.people.hand_over(house.owner, house.member.id)
    heir = await house.hub.people.get(house.member.id)
    assert [one.name for one in house.hub.keys.all(heir)] == ["Hall"]
    assert (await house.hub.keys.find(secret)).person.role == "device"


async def test_nobody_takes_up_all_the_room(house, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keys_module, "MOST_OWN", 2)
    for name in ("A", "B"):
        await house.hub.keys.make(house.guest, name)
    with pytest.raises(HubError, match="too many"):
        await house.hub.keys.make(house.guest, "C")
    await house.hub.keys.make(house.member, "D")


async def test_one_that_nobody_used_for_a_year_is_over(house, monkeypatch: pytest.MonkeyPatch) -> None:
    key, secret = await house.hub.keys.make(house.guest, "A")
    assert key.seen is None
    assert await house.hub.keys.find(secret) is key
    assert key.seen is not None
    key.seen -= keys_module.UNUSED_S + 1
    assert await house.hub.keys.find(secret) is None


async def test_its_end_cuts_what_it_is_asking(tmp_path: Path) -> None:
    model = Told("One. ", "Two. ", 600.0)
    async with serving(tmp_path, model) as api:
        key, secret = await api.hub.keys.make(api.owner, "A")
        async with api.client(secret) as app:
            async with app.post(PATH, json={**CHAT, "stream": True}) as answer:
                assert answer.status == 200
                await answer.content.readany()
                await api.hub.keys.revoke(api.owner, key.id)
                rest = await asyncio.wait_for(answer.content.read(), PATIENCE_S)
                assert b"That key was ended" in rest
                assert b"[DONE]" not in rest
            await asyncio.wait_for(model.closed.wait(), PATIENCE_S)
            async with app.post(PATH, json=CHAT) as answer:
                assert answer.status == 401
