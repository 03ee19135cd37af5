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
    from collections.abc import Callable, Mapping

    from hub.events.event import Event
    from hub.hub import Hub
    from hub.llm.provider import Request

hookspec = pluggy.HookspecMarker("hub")
hookimpl = pluggy.HookimplMarker("hub")

Risk = Literal["read", "write", "danger"]
"""``read`` changes nothing and runs at once; ``write`` can be undone and ``danger`` cannot: both wait for
a person's approval."""


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


@dataclass(frozen=True, slots=True)
class Call:
    """A tool is to be called. ``digest``: sha256 in hex over exactly what will run (`hub.approvals.digest`).

    ``person`` is the id of whom it is done for, ``talk`` the talk that asked for it; either may be "".
    ``read`` names what a language model had read before it asked: what is no word of the person.
    """

    id: str
    tool: str
    owner: str
    arguments: Mapping[str, Any]
    risk: Risk
    digest: str
    person: str = ""
    talk: str = ""
    read: str = ""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a call may not be made, and what a person can do about it."""

    reason: str
    fix: str = ""


@dataclass(frozen=True, slots=True)
class Selector:
    """What to forget: all of a ``person``, a ``talk``, about a ``topic``, before a time (Unix seconds).

    What is given must all hold; ``everything`` stands alone. A selector that names nothing selects nothing.
    """

    person: str = ""
    talk: str = ""
    topic: str = ""
    before: float | None = None
    everything: bool = False


@dataclass(frozen=True, slots=True)
class Panel:
    """A page of the plugin at ``/p/<plugin>/``, in the hub's own dress.

    ``template``: a Jinja file in the package's ``templates`` folder; autoescaped and sandboxed.
    ``show`` returns what it is rendered with, within a millisecond; ``refresh_on``: patterns of events
    after which open pages are shown it anew.
    """

    template: str
    show: Callable[[], Mapping[str, Any]]
    refresh_on: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LoginMethod:
    """A way to sign in: offered at the door as ``title``, beginning at ``path``, which the plugin serves."""

    name: str
    title: str
    path: str


class Register(Protocol):
    """Handed to the ``hub_*`` registration hooks; which methods work depends on the hook."""

    def route(self, path: str, endpoint: Callable[..., Any], methods: tuple[str, ...] = ("GET",)) -> None:
        """Serve ``path`` (under ``/p/<plugin>/``, or a public path of the manifest) by an endpoint.

        Only people who are signed in get there; public paths and those below a login are for strangers too.
        Pages get the hub's own strict policy unless they bring one.
        """

    def websocket(self, path: str, endpoint: Callable[..., Any]) -> None:
        """Serve a WebSocket at ``path``; the same rule."""

    def tile(self, show: Callable[[], Tile]) -> None:
        """Show this on the plugin's tile; called often, must return within a millisecond."""

    def tool(self, run: Callable[..., Any], *, name: str = "", risk: Risk = "read") -> None:
        """Offer a function to the language model; its schema comes from its types and docstring."""

    def provider(self, provider: object) -> None:
        """Offer a `hub.Provider`; it is asked after those registered before it."""

    def panel(
        self,
        template: str,
        show: Callable[[], Mapping[str, Any]],
        *,
        refresh_on: tuple[str, ...] = (),
    ) -> None:
        """Show a page of your own, see `Panel`."""

    def login(self, name: str, title: str, path: str) -> None:
        """Offer a way to sign in, see `LoginMethod`; strangers get to ``path`` and below."""


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


@hookspec
def hub_logins(register: Register) -> None:
    """Register ways to sign in. Called once after start, 1 s; raising degrades the plugin."""


@hookspec
def hub_before_tool(call: Call) -> Refusal | None:
    """Refuse a call, or let it pass by returning None. Before every call of a tool, 1 s.

    It can only tighten. Raising, being late or returning anything else refuses all but ``read`` calls.
    """


@hookspec
def hub_after_tool(call: Call, result: object) -> None:
    """Take note of what a call came to: its result, or the `HubError` it ended with. 1 s.

    A plugin named in the setting ``approvals.required`` that fails here has the next calls above
    ``read`` refused until its health is ready again.
    """


@hookspec
def hub_before_llm(request: Request) -> Request | None:
    """Take words away from a request, or fence them, before a model sees it. 250 ms, every request.

    Return the changed request, or None for no change. Raising or being late excludes every provider that
    is not on this machine.
    """


@hookspec
def hub_after_llm(request: Request, reply: str) -> None:
    """Take note of a reply that was accepted, whole. 1 s, in the background; raising costs error budget."""


@hookspec
def hub_event(event: Event) -> None:
    """Take an event that matches the manifest's ``events``, in order, 5 s each.

    From a queue of 256: a plugin that is slower loses the oldest, and is told of it on its tile.
    """


@hookspec
def hub_forget(selector: Selector) -> int | None:
    """Destroy what is selected, in caches, indexes and logs too; return how many things that were. 30 s.

    Raising shows the person that it was not forgotten; it is asked again until it succeeds.
    """


@hookspec
def hub_export(person: str) -> Mapping[str, Any] | None:
    """Return all that is kept of ``person`` as JSON-able values, or None for nothing. 30 s."""
