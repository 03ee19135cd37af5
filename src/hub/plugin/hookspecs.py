"""The contract between the hub and its plugins: every hook, with when, how often and how long.

A plugin is a package with an entry point in group ``hub.plugins`` and a ``hub-plugin.toml`` beside
its ``__init__.py``. It marks functions with `hookimpl`. Hooks may be ``def`` or ``async def``;
each call is time-boxed, and an exception disables or degrades that plugin and no other.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Protocol

import pluggy

if TYPE_CHECKING:
    from collections.abc import Callable

    from hub.hub import Hub

hookspec = pluggy.HookspecMarker("hub")
hookimpl = pluggy.HookimplMarker("hub")

Risk = Literal["read", "write", "danger"]


@dataclass(frozen=True, slots=True)
class Health:
    """How a plugin does: ``reason`` says why it is not well, ``fix`` what a person can do."""

    state: Literal["ready", "degraded"] = "ready"
    reason: str = ""
    fix: str = ""


@dataclass(frozen=True, slots=True)
class Tile:
    """What a plugin's tile shows now: a number, its unit in words, and the last event."""

    number: str = ""
    unit: str = ""
    note: str = ""


class Register(Protocol):
    """Handed to the ``hub_*`` registration hooks; which methods work depends on the hook."""

    def route(self, path: str, endpoint: Callable[..., Any], methods: tuple[str, ...] = ("GET",)) -> None:
        """Serve ``path`` (under ``/p/<plugin>/``, or a public path of the manifest) by an endpoint."""

    def websocket(self, path: str, endpoint: Callable[..., Any]) -> None:
        """Serve a WebSocket at ``path``; the same rule."""

    def tile(self, show: Callable[[], Tile]) -> None:
        """Show this on the plugin's tile; called often, must return within a millisecond."""

    def tool(self, run: Callable[..., Any], *, name: str = "", risk: Risk = "read") -> None:
        """Offer a function to the language model; its schema comes from its types and docstring."""

    def provider(self, provider: object) -> None:
        """Offer a `hub.Provider`; it is asked after those registered before it."""


@hookspec
def hub_start(hub: Hub, settings: dict[str, Any]) -> None:
    """Start work. Called once; 10 s unless the manifest says less. Raising disables the plugin."""


@hookspec
def hub_stop(hub: Hub) -> None:
    """Stop work and free everything. Called once, 5 s; then the plugin's tasks are cancelled."""


@hookspec
def hub_health(hub: Hub) -> Health:  # type: ignore[empty-body]  # a specification has no body
    """Say how you do. Every 15 s and after `Hub.recheck`, 1 s; raising counts as degraded."""


@hookspec
def hub_routes(register: Register) -> None:
    """Register routes. Called once after start, 1 s; raising degrades the plugin."""


@hookspec
def hub_panels(register: Register) -> None:
    """Register what the dashboard shows. Called once after start, 1 s; raising degrades the plugin."""


@hookspec
def hub_tools(register: Register) -> None:
    """Register tools. Called once after start, 1 s; raising degrades the plugin."""


@hookspec
def hub_providers(register: Register) -> None:
    """Register language model providers. Called once after start, 1 s; raising degrades the plugin."""
