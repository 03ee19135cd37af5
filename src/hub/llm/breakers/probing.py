"""Look whether a provider is there without asking it anything: what breakers do in the background."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.errors import HubError, Unavailable
from hub.llm.faults import Fault

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from hub.llm.router import Router
    from hub.network import Distance


def prober(router: Router) -> Callable[[str], Awaitable[None]]:
    """Return a function that raises when the provider of that name is not well, as far as is seen for free.

    A server lists its models: that asks it nothing and costs nothing, but proves the address, the network
    and mostly the key. Others say themselves how they are.
    """

    async def look(name: str) -> None:
        provider = next((one for one in router.providers if one.name == name), None)
        if provider is None:
            raise HubError(f"There is no language model {name}.", fix="Add it under Language.")
        listing = getattr(provider, "models", None)
        if listing is None:
            probe = await provider.probe()
            if not probe.ok:
                raise Unavailable(probe.reason, fix=probe.fix)
            return
        try:
            await listing()
        except Fault as fault:
            if fault.what != "foreign":  # a few servers list nothing, and answer all the same
                raise

    return look


def titles(router: Router) -> Callable[[str], str]:
    """Return a function that says what a person calls the provider of that name."""

    def title(name: str) -> str:
        return next((one.caps.title for one in router.providers if one.name == name), "") or name

    return title


def distances(router: Router) -> Callable[[str], Distance]:
    """Return a function that says how far the provider of that name is; who is gone is far."""

    def far(name: str) -> Distance:
        return next((one.caps.distance for one in router.providers if one.name == name), "world")

    return far
