"""Memory: what was said is kept word for word, found again in milliseconds, and truly forgotten."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub import Health, hookimpl

if TYPE_CHECKING:
    from typing import Any

    from hub import Call, Hub, Refusal, Register, Selector

NAME = "memory"


class _Plugin:
    """The hooks, bound to the keeper that `hub_start` makes; the embedder's child imports none of it."""

    def __init__(self) -> None:
        self._keeper: Any = None

    @hookimpl
    async def hub_start(self, hub: Hub, settings: dict[str, Any]) -> None:
        """Open the file and provide `hub.Memory` and `hub.Embedder`."""
        from hub_memory.keeper import Keeper  # noqa: PLC0415

        self._keeper = Keeper(hub, settings)
        await self._keeper.open()

    @hookimpl
    async def hub_stop(self) -> None:
        """Close the file and end the child."""
        if self._keeper is not None:
            await self._keeper.close()

    @hookimpl
    async def hub_health(self) -> Health:
        """Say what recall has to do without."""
        await self._keeper.look()
        health: Health = self._keeper.health()
        return health

    @hookimpl
    def hub_providers(self, register: Register) -> None:
        """Offer what does as it is told about remembering, and what quotes it: with no language model."""
        register.provider(self._keeper.spoken)
        register.provider(self._keeper.quotes)

    @hookimpl
    def hub_panels(self, register: Register) -> None:
        """Show how many entries there are."""
        register.tile(self._keeper.tile)

    @hookimpl
    def hub_routes(self, register: Register) -> None:
        """Serve documents, imports and the export, and devices that are paired with this one."""
        self._keeper.routes.register(register)
        if self._keeper.sync:
            self._keeper.sync.register(register)

    @hookimpl
    def hub_tools(self, register: Register) -> None:
        """Offer to recall, to remember and to forget."""
        self._keeper.tools.register(register)

    @hookimpl
    async def hub_before_tool(self, call: Call) -> Refusal | None:
        """Let nobody be asked whether to forget what is not there."""
        if call.owner != NAME or call.tool != "forget":
            return None
        refusal: Refusal | None = await self._keeper.tools.refuses(call)
        return refusal

    @hookimpl
    async def hub_forget(self, selector: Selector) -> int:
        """Destroy what is selected, so that no byte of it can be read again."""
        gone: int = await self._keeper.forget(selector)
        return gone

    @hookimpl
    async def hub_export(self, person: str) -> dict[str, Any] | None:
        """Hand out what is remembered of a person."""
        kept: dict[str, Any] | None = await self._keeper.export(person)
        return kept


_plugin = _Plugin()
hub_start, hub_stop, hub_health = _plugin.hub_start, _plugin.hub_stop, _plugin.hub_health
hub_providers, hub_panels = _plugin.hub_providers, _plugin.hub_panels
hub_routes, hub_tools = _plugin.hub_routes, _plugin.hub_tools
hub_before_tool = _plugin.hub_before_tool
hub_forget, hub_export = _plugin.hub_forget, _plugin.hub_export
