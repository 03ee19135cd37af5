"""What a plugin author may import, and nothing else.

Every name is loaded when it is first used, so that a child process which needs a `Link` does not
pay for a web server.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hub import events
    from hub.errors import HubError, Unavailable
    from hub.hub import Hub
    from hub.link import Link, run_child
    from hub.llm.provider import (
        Caps,
        Declined,
        Delta,
        Done,
        Message,
        Probe,
        Provider,
        Request,
        Usage,
    )
    from hub.plugin.hookspecs import (
        Call,
        Health,
        LoginMethod,
        Panel,
        Refusal,
        Register,
        Selector,
        Tile,
        hookimpl,
    )
    from hub.ports import (
        Accepted,
        Audio,
        AudioFormat,
        BargeIn,
        Draft,
        Embedder,
        Finished,
        Heard,
        Speech,
        SpeechEvent,
        SpeechSession,
        Started,
        Trouble,
        Vectors,
        Voiced,
        Withdrawn,
    )
    from hub.supervise.child import Child, ChildSpec

__version__ = "0.1.0"

_HOMES = {
    "hub.errors": ("HubError", "Unavailable"),
    "hub.hub": ("Hub",),
    "hub.link": ("Link", "run_child"),
    "hub.supervise.child": ("Child", "ChildSpec"),
    "hub.plugin.hookspecs": (
        "Call", "Health", "LoginMethod", "Panel", "Refusal", "Register", "Selector", "Tile", "hookimpl",
    ),
    "hub.llm.provider": (
        "Caps", "Declined", "Delta", "Done", "Message", "Probe", "Provider", "Request", "Usage",
    ),
    "hub.ports": (
        "Accepted", "Audio", "AudioFormat", "BargeIn", "Draft", "Embedder", "Finished", "Heard", "Speech",
        "SpeechEvent", "SpeechSession", "Started", "Trouble", "Vectors", "Voiced", "Withdrawn",
    ),
}  # fmt: skip
_HOME = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "Accepted",
    "Audio",
    "AudioFormat",
    "BargeIn",
    "Call",
    "Caps",
    "Child",
    "ChildSpec",
    "Declined",
    "Delta",
    "Done",
    "Draft",
    "Embedder",
    "Finished",
    "Health",
    "Heard",
    "Hub",
    "HubError",
    "Link",
    "LoginMethod",
    "Message",
    "Panel",
    "Probe",
    "Provider",
    "Refusal",
    "Register",
    "Request",
    "Selector",
    "Speech",
    "SpeechEvent",
    "SpeechSession",
    "Started",
    "Tile",
    "Trouble",
    "Unavailable",
    "Usage",
    "Vectors",
    "Voiced",
    "Withdrawn",
    "events",
    "hookimpl",
    "run_child",
]


def __getattr__(name: str) -> object:
    if name == "events":
        return importlib.import_module("hub.events")
    if name not in _HOME:
        raise AttributeError(f"module 'hub' has no public name {name!r}")
    return getattr(importlib.import_module(_HOME[name]), name)
