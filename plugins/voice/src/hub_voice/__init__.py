"""Ears and a voice: speech recognition, turn taking and synthesis in a child process."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub import Health, hookimpl

if TYPE_CHECKING:
    from typing import Any

    from hub import Hub, Register, Selector


class _Plugin:
    """The hooks, bound to the one speech adapter that `hub_start` makes.

    Imports of the adapter wait until then: the speech child imports this package too, and has no hub.
    """

    def __init__(self) -> None:
        self._speech: Any = None
        self._house: Any = None
        self._wake: Any = None
        self._hub: Any = None
        self._voices: Any = None

    @hookimpl
    def hub_start(self, hub: Hub, settings: dict[str, Any]) -> None:
        """Provide the ports of speech at once; models and child follow in the background."""
        from hub import Speech, SpeechToText, TextToSpeech, Voices, WakeWord  # noqa: PLC0415
        from hub_voice.own.keeper import Keeper  # noqa: PLC0415
        from hub_voice.speech import ChildSpeech  # noqa: PLC0415
        from hub_voice.wake import Wake  # noqa: PLC0415
        from hub_voice.wyoming.house import House  # noqa: PLC0415

        self._speech = ChildSpeech(hub, settings)
        hub.provide(Speech, self._speech)
        hub.provide(SpeechToText, self._speech.ears)
        hub.provide(TextToSpeech, self._speech.mouth)
        hub.spawn(self._speech.start(), name="voice")
        self._hub, self._voices = hub, Keeper(hub)
        hub.provide(Voices, self._voices)
        self._house = House(hub, settings)
        hub.spawn(self._house.start(), name="wyoming")
        self._wake = Wake(hub, settings)
        hub.provide(WakeWord, self._wake)
        hub.spawn(self._wake.start(), name="wake")

    @hookimpl
    async def hub_stop(self) -> None:
        """End the server, the sessions and the child."""
        if self._house is not None:
            await self._house.stop()
        if self._wake is not None:
            await self._wake.stop()
        if self._speech is not None:
            await self._speech.stop()
        if self._voices is not None:
            await self._voices.close()

    @hookimpl
    def hub_routes(self, register: Register) -> None:
        """Serve programs: words from sound, sound from words, and voices of people's own."""
        from hub_voice.routes import register_all  # noqa: PLC0415

        register_all(register, self._hub)

    @hookimpl
    async def hub_forget(self, selector: Selector) -> int:
        """Destroy voices with their samples."""
        gone: int = await self._voices.forget(selector)
        return gone

    @hookimpl
    async def hub_export(self, person: str) -> dict[str, Any] | None:
        """Hand out a person's voices."""
        kept: dict[str, Any] | None = await self._voices.export(person)
        return kept

    @hookimpl
    def hub_health(self) -> Health:
        """Say how ears and voice do."""
        health: Health = self._speech.health()
        trouble: Health | None = self._house.trouble or self._wake.trouble
        return trouble if trouble and health == Health() else health

    @hookimpl
    def hub_panels(self, register: Register) -> None:
        """Show the time to first sound."""
        register.tile(self._speech.tile)


_plugin = _Plugin()
hub_start, hub_stop = _plugin.hub_start, _plugin.hub_stop
hub_health, hub_panels = _plugin.hub_health, _plugin.hub_panels
hub_routes, hub_forget, hub_export = _plugin.hub_routes, _plugin.hub_forget, _plugin.hub_export
