"""Ears and a voice: speech recognition, turn taking and synthesis in a child process."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub import Health, hookimpl

if TYPE_CHECKING:
    from typing import Any

    from hub import Hub, Register


class _Plugin:
    """The hooks, bound to the one speech adapter that `hub_start` makes.

    Imports of the adapter wait until then: the speech child imports this package too, and has no hub.
    """

    def __init__(self) -> None:
        self._speech: Any = None

    @hookimpl
    def hub_start(self, hub: Hub, settings: dict[str, Any]) -> None:
        """Provide the `Speech` port at once; models and child follow in the background."""
        from hub import Speech  # noqa: PLC0415
        from hub_voice.speech import ChildSpeech  # noqa: PLC0415

        self._speech = ChildSpeech(hub, settings)
        hub.provide(Speech, self._speech)
        hub.spawn(self._speech.start(), name="voice")

    @hookimpl
    async def hub_stop(self) -> None:
        """End the sessions and the child."""
        if self._speech is not None:
            await self._speech.stop()

    @hookimpl
    def hub_health(self) -> Health:
        """Say how ears and voice do."""
        health: Health = self._speech.health()
        return health

    @hookimpl
    def hub_panels(self, register: Register) -> None:
        """Show the time to first sound."""
        register.tile(self._speech.tile)


_plugin = _Plugin()
hub_start, hub_stop = _plugin.hub_start, _plugin.hub_stop
hub_health, hub_panels = _plugin.hub_health, _plugin.hub_panels
