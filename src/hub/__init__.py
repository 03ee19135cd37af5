"""What a plugin author may import, and nothing else.

Every name is loaded when it is first used, so that a child process which needs a `Link` does not
pay for a web server.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hub import events, sound
    from hub.conversation.asking import only_asks
    from hub.conversation.understanding import Understood, understand
    from hub.errors import HubError, Unavailable
    from hub.hub import Hub
    from hub.jobs import Running
    from hub.link import Link, run_child
    from hub.llm.provider import (
        Act,
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
        Advice,
        Audio,
        AudioFormat,
        BargeIn,
        CloningEngine,
        Counted,
        Draft,
        Duck,
        Embedder,
        EngineInfo,
        Finished,
        Heard,
        Memory,
        MemoryChange,
        MemoryEntry,
        MemoryHealth,
        MemoryHit,
        MemoryQuery,
        MemorySelection,
        Merged,
        NewMemory,
        OwnVoice,
        Partial,
        Recalled,
        Slice,
        Sound,
        Speech,
        SpeechEvent,
        SpeechSession,
        SpeechState,
        SpeechToText,
        Started,
        Swept,
        TextToSpeech,
        Timed,
        TrainingState,
        Transcript,
        Trouble,
        Vectors,
        Voiced,
        VoiceInfo,
        Voices,
        VoiceSample,
        WakeWord,
        Withdrawn,
    )
    from hub.store.database import Connection, Database
    from hub.supervise.child import Child, ChildSpec
    from hub.workplaces import Workplace, workplace

__version__ = "0.1.0"

_HOMES = {
    "hub.conversation.asking": ("only_asks",),
    "hub.conversation.understanding": ("Understood", "understand"),
    "hub.errors": ("HubError", "Unavailable"),
    "hub.hub": ("Hub",),
    "hub.link": ("Link", "run_child"),
    "hub.store.database": ("Connection", "Database"),
    "hub.supervise.child": ("Child", "ChildSpec"),
    "hub.workplaces": ("Workplace", "workplace"),
    "hub.jobs": ("Running",),
    "hub.plugin.hookspecs": (
        "Call", "Health", "LoginMethod", "Panel", "Refusal", "Register", "Selector", "Tile", "hookimpl",
    ),
    "hub.llm.provider": (
        "Act", "Caps", "Declined", "Delta", "Done", "Message", "Probe", "Provider", "Request", "Usage",
    ),
    "hub.ports": (
        "Accepted", "Advice", "Audio", "AudioFormat", "BargeIn", "CloningEngine", "Counted", "Draft",
        "Duck", "Embedder", "EngineInfo", "Finished", "Heard", "Memory", "MemoryChange", "MemoryEntry",
        "MemoryHealth", "MemoryHit", "MemoryQuery", "MemorySelection", "Merged", "NewMemory", "OwnVoice",
        "Partial", "Recalled", "Slice", "Sound", "Speech", "SpeechEvent", "SpeechSession", "SpeechState",
        "SpeechToText", "Started", "Swept", "TextToSpeech", "Timed", "TrainingState", "Transcript",
        "Trouble", "Vectors", "Voiced", "VoiceInfo", "Voices", "VoiceSample", "WakeWord", "Withdrawn",
    ),
}  # fmt: skip
_HOME = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "Accepted",
    "Act",
    "Advice",
    "Audio",
    "AudioFormat",
    "BargeIn",
    "Call",
    "Caps",
    "Child",
    "ChildSpec",
    "CloningEngine",
    "Connection",
    "Counted",
    "Database",
    "Declined",
    "Delta",
    "Done",
    "Draft",
    "Duck",
    "Embedder",
    "EngineInfo",
    "Finished",
    "Health",
    "Heard",
    "Hub",
    "HubError",
    "Link",
    "LoginMethod",
    "Memory",
    "MemoryChange",
    "MemoryEntry",
    "MemoryHealth",
    "MemoryHit",
    "MemoryQuery",
    "MemorySelection",
    "Merged",
    "Message",
    "NewMemory",
    "OwnVoice",
    "Panel",
    "Partial",
    "Probe",
    "Provider",
    "Recalled",
    "Refusal",
    "Register",
    "Request",
    "Running",
    "Selector",
    "Slice",
    "Sound",
    "Speech",
    "SpeechEvent",
    "SpeechSession",
    "SpeechState",
    "SpeechToText",
    "Started",
    "Swept",
    "TextToSpeech",
    "Tile",
    "Timed",
    "TrainingState",
    "Transcript",
    "Trouble",
    "Unavailable",
    "Understood",
    "Usage",
    "Vectors",
    "VoiceInfo",
    "VoiceSample",
    "Voiced",
    "Voices",
    "WakeWord",
    "Withdrawn",
    "Workplace",
    "events",
    "hookimpl",
    "only_asks",
    "run_child",
    "sound",
    "understand",
    "workplace",
]


def __getattr__(name: str) -> object:
    if name in {"events", "sound"}:
        return importlib.import_module(f"hub.{name}")
    if name not in _HOME:
        raise AttributeError(f"module 'hub' has no public name {name!r}")
    return getattr(importlib.import_module(_HOME[name]), name)
