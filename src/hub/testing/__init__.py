"""For tests of the hub and of plugins; each part is imported when it is first asked for.

`RunningHub` and what goes with it need aiohttp; the rest needs nothing but the hub.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hub.testing.contract import assert_plugin_contract, plugin_faults
    from hub.testing.contracts import check_embedder, check_provider, check_speech
    from hub.testing.ears import check_speech_to_text
    from hub.testing.inside import PluginHub, ask, hub_with
    from hub.testing.memories import check_memory
    from hub.testing.model import ScriptedModel
    from hub.testing.mouths import check_text_to_speech
    from hub.testing.running import RunningHub, Tab, first_loud, say_into, silence, speak
    from hub.testing.voices import check_cloning_engine, check_voices

_HOMES = {
    "contract": ("assert_plugin_contract", "plugin_faults"),
    "contracts": ("check_embedder", "check_provider", "check_speech"),
    "ears": ("check_speech_to_text",),
    "inside": ("PluginHub", "ask", "hub_with"),
    "memories": ("check_memory",),
    "model": ("ScriptedModel",),
    "mouths": ("check_text_to_speech",),
    "voices": ("check_cloning_engine", "check_voices"),
    "running": ("RunningHub", "Tab", "first_loud", "say_into", "silence", "speak"),
}
_HOME = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "PluginHub",
    "RunningHub",
    "ScriptedModel",
    "Tab",
    "ask",
    "assert_plugin_contract",
    "check_cloning_engine",
    "check_embedder",
    "check_memory",
    "check_provider",
    "check_speech",
    "check_speech_to_text",
    "check_text_to_speech",
    "check_voices",
    "first_loud",
    "hub_with",
    "plugin_faults",
    "say_into",
    "silence",
    "speak",
]


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
