"""For tests of the hub and of plugins; each part is imported when it is first asked for.

`RunningHub` needs aiohttp; the others need nothing but the hub.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hub.testing.running import RunningHub as RunningHub
    from hub.testing.running import Tab as Tab
    from hub.testing.running import first_loud as first_loud
    from hub.testing.running import say_into as say_into
    from hub.testing.running import silence as silence
    from hub.testing.running import speak as speak

_AT = {
    "RunningHub": "running",
    "Tab": "running",
    "first_loud": "running",
    "say_into": "running",
    "silence": "running",
    "speak": "running",
}


def __getattr__(name: str) -> Any:
    if name not in _AT:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_AT[name]}"), name)
