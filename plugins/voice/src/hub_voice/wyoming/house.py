"""Serve the house by Wyoming while the settings say so, and tell what is wrong when it cannot be done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import structlog

from hub import Health, HubError, SpeechToText, TextToSpeech

if TYPE_CHECKING:
    from hub import Hub
    from hub_voice.wyoming.server import Server

log = structlog.get_logger(__name__)

OFF = "off"
LISTENS = {"this machine": "127.0.0.1", "the house": "0.0.0.0"}  # noqa: S104  the owner's choice, said in words


class House:
    """Our Wyoming server, if the settings want one."""

    def __init__(self, hub: Hub, settings: dict[str, Any]) -> None:
        self._hub, self._settings = hub, settings
        self._server: Server | None = None
        self.trouble: Health | None = None
        """Why it does not serve, though it should."""

    @property
    def port(self) -> int | None:
        """The port that it serves on, None when it does not."""
        return self._server.port if self._server else None

    async def start(self) -> None:
        """Serve, if that is wanted."""
        wanted = str(self._settings.get("wyoming_server", OFF))
        if wanted == OFF:
            return
        from hub_voice.wyoming.guest import Offer  # noqa: PLC0415  only where it is wanted
        from hub_voice.wyoming.server import Server  # noqa: PLC0415

        hub = self._hub
        offer = Offer(
            lambda: hub.port(SpeechToText),  # type: ignore[type-abstract]  # a Protocol is the key
            lambda: hub.port(TextToSpeech),  # type: ignore[type-abstract]
            hub.version,
        )
        host = LISTENS.get(str(self._settings.get("wyoming_listen", "")), LISTENS["this machine"])
        server = Server(offer, host=host, port=int(wanted))
        try:
            await server.start()
        except HubError as error:
            log.warning("wyoming.not_served", reason=str(error), fix=error.fix)
            self.trouble = Health("degraded", str(error), error.fix)
            hub.recheck("voice")
            return
        self._server = server

    async def stop(self) -> None:
        """Serve no more. Safe to call twice."""
        server, self._server = self._server, None
        if server:
            await server.stop()
