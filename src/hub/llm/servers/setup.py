"""What a person does with language servers: add, change, order, switch, give a key, test and remove."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from hub.config import Invalid, ProviderSettings, checked_address
from hub.errors import HubError
from hub.llm.servers.presets import PRESETS
from hub.llm.servers.providers import in_order, secret_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hub.hub import Hub
    from hub.llm.servers.presets import Kind
    from hub.llm.servers.providers import Trial

STEP = 10


async def add(hub: Hub, kind: Kind, fields: Mapping[str, Any]) -> str:
    """Add a server, switched off, at the end of the row; return its name. Raises `Invalid`."""
    known = (await hub.configuration.read()).providers
    title = str(fields.get("title") or "").strip()
    name = _free_name(title if title and kind == "openai" else PRESETS[kind].name, known)
    address = str(fields.get("base_url") or PRESETS[kind].base_url)
    try:
        checked_address(address)
    except ValueError as error:
        raise Invalid({f"providers.{name}.base_url": str(error)}) from None
    said = {key: value for key, value in fields.items() if value}
    last = max((one.order for one in known.values()), default=0)
    whole = {"kind": kind, **said, "order": last + STEP}
    await hub.configuration.change({("providers", name, key): value for key, value in whole.items()})
    return name


async def change(hub: Hub, name: str, fields: Mapping[str, Any]) -> bool:
    """Change a server; return whether its key was forgotten, since it must not go to another host."""
    before = await find(hub, name)
    if not str(fields.get("base_url", "?")).strip() and not PRESETS[before.kind].base_url:
        raise Invalid({f"providers.{name}.base_url": "give an address such as https://host/v1"})
    changes: dict[tuple[str, ...], Any] = {
        ("providers", name, key): value if value != "" else None
        for key, value in fields.items()
        if value != getattr(before, key)
    }
    if not changes:
        return False
    now = await hub.configuration.change(changes)
    return await forget_moved(hub, {name: before}, now.providers)


async def forget_moved(
    hub: Hub, before: Mapping[str, ProviderSettings], now: Mapping[str, ProviderSettings]
) -> bool:
    """Forget the keys of servers that are elsewhere ``now``, or gone; return whether there were any."""
    forgot = False
    for name, was in before.items():
        if name not in now or now[name].address != was.address:
            forgot |= await hub.secrets.forget(secret_of(name, was))
    return forgot


async def switch(hub: Hub, name: str, *, on: bool) -> None:
    """Let the server be asked, or not. Nothing else ever switches one on."""
    await change(hub, name, {"enabled": on})


async def move(hub: Hub, name: str, steps: int) -> None:
    """Ask the server earlier (``steps`` below 0) or later than its neighbours."""
    await find(hub, name)
    known = (await hub.configuration.read()).providers
    names = [one for one, _ in in_order(known)]
    at = names.index(name)
    names.insert(min(max(at + steps, 0), len(names) - 1), names.pop(at))
    places = {one: (number + 1) * STEP for number, one in enumerate(names)}
    await hub.configuration.change({
        ("providers", one, "order"): place for one, place in places.items() if known[one].order != place
    })  # fmt: skip


async def give_key(hub: Hub, name: str, key: str) -> Trial:
    """Keep the key of a server and test it at once."""
    settings = await find(hub, name)
    await hub.secrets.set(secret_of(name, settings), key)
    return await hub.providers.test(name)


async def forget_key(hub: Hub, name: str) -> None:
    """Destroy the key of a server."""
    settings = await find(hub, name)
    await hub.secrets.forget(secret_of(name, settings))
    hub.providers.trials.pop(name, None)


async def remove(hub: Hub, name: str) -> None:
    """Forget a server and its key."""
    before = {name: await find(hub, name)}
    now = await hub.configuration.change({("providers", name): None})
    await forget_moved(hub, before, now.providers)


async def find(hub: Hub, name: str) -> ProviderSettings:
    """Return a server's settings. Raises `HubError` when there is none of that name."""
    known = (await hub.configuration.read()).providers
    if name not in known:
        raise HubError("There is no such language server.", fix="Add it under Language.")
    return known[name]


def _free_name(title: str, known: Mapping[str, ProviderSettings]) -> str:
    plain = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")[:24] or "server"
    plain = plain if plain[0].isalpha() else f"server-{plain}"
    tries = (plain, *(f"{plain}-{number}" for number in range(2, len(known) + 3)))
    return next(name for name in tries if name not in known)
