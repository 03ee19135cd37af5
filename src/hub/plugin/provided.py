"""Stand before a plugin's language model provider: its code runs in its name, and no fault of it spreads."""

from __future__ import annotations

import dataclasses
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from hub.errors import HubError
from hub.llm.provider import Act, Caps, Declined, Delta, Done, Probe, Usage
from hub.plugin import guarded
from hub.plugin.acting import acting
from hub.plugin.dispatch import HookError, failure

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator

    from hub.llm.provider import Piece, Request
    from hub.plugin.hooks import Complain


class Provided:
    """A `hub.Provider` of a plugin, as the router is given it. Raises `HubError` when it is none."""

    def __init__(self, plugin: str, provider: Any, complain: Complain) -> None:
        self._plugin, self._inner, self._complain = plugin, provider, complain
        name, caps = getattr(provider, "name", None), getattr(provider, "caps", None)
        if not isinstance(name, str) or not name or not isinstance(caps, Caps):
            raise HubError("What it offers is no provider: name or caps are missing.", fix="Tell its author.")
        for method in ("stream", "probe"):
            if not callable(getattr(provider, method, None)):
                raise HubError(f"Its provider {name} has no {method}.", fix="Tell its author.")
        self.name, self._caps = name, caps
        self._what = f"provider {name}"

    @property
    def caps(self) -> Caps:
        """What it can do; while it cannot say that, what it said before. The router sorts by this."""
        with suppress(Exception), acting(self._plugin):
            caps = self._inner.caps
            if isinstance(caps, Caps):
                self._caps = caps
        return self._caps

    def __getattr__(self, name: str) -> Any:
        """Return what else it has, `prime` above all."""
        value = getattr(self._inner, name)
        return self._told(value) if callable(value) else value

    async def probe(self) -> Probe:
        """Say whether it could answer now; a fault is a reason why not."""
        try:
            probe = await self._told(self._inner.probe)()
        except HubError as error:
            return Probe(ok=False, reason=str(error), fix=error.fix)
        return probe if isinstance(probe, Probe) else Probe(ok=False, reason="It does not say how it does.")

    async def stream(self, request: Request, deadline: float) -> AsyncGenerator[Piece, None]:
        """Yield its pieces. Who consumes them runs as itself in between: a generator has no context."""
        pieces = self._begun(request, deadline)
        try:
            while True:
                piece = await self._next(pieces)
                if piece is None:
                    return
                yield piece
        finally:
            if close := getattr(pieces, "aclose", None):
                with suppress(Exception), acting(self._plugin):
                    await close()

    def _begun(self, request: Request, deadline: float) -> AsyncIterator[Piece]:
        with acting(self._plugin):
            try:
                return aiter(self._inner.stream(request, deadline))
            except Exception as error:
                raise self._fault(error) from error

    async def _next(self, pieces: AsyncIterator[Piece]) -> Piece | None:
        with acting(self._plugin):
            try:
                piece = await anext(pieces)
            except StopAsyncIteration:
                return None
            except (Declined, TimeoutError, HubError):
                raise  # an answer
            except (Exception, SystemExit, KeyboardInterrupt) as error:
                raise self._fault(error) from error
        if isinstance(piece, Act):
            return dataclasses.replace(piece, perform=self._told(piece.perform))
        if not isinstance(piece, Delta | Usage | Done):
            raise self._fault(TypeError(f"it yielded {type(piece).__name__}"))
        return piece

    def _fault(self, error: BaseException) -> HookError:
        told = failure(error)
        self._complain(self._plugin, self._what, told)
        return told

    def _told(self, run: Any) -> Any:
        return guarded.function(self._plugin, self._what, run, self._complain)
