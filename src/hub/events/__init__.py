"""Say what happened: event models, named ``noun.verb``, and the bus that carries them."""

from hub.events.approvals import (
    ApprovalAnswered,
    ApprovalAsked,
    ApprovalExpired,
    ToolRefused,
)
from hub.events.bus import (
    Bus,
    Subscription,
)
from hub.events.event import (
    Event,
)
from hub.events.language import (
    BreakerChanged,
)
from hub.events.speech import (
    SpeechError,
    SpeechHeard,
    SpeechInterrupted,
    SpeechTaken,
)
from hub.events.spending import (
    BudgetReached,
)
from hub.events.state import (
    CheckupDone,
    ChildChanged,
    ClockChanged,
    HubRecovered,
    JobChanged,
    ModelProgress,
    ModelsChecked,
    PluginChanged,
    ServerSeen,
)
from hub.events.talk import (
    AT_ONCE_S,
    LanguageAsked,
    TalkDeleted,
    TalkEvent,
    TalkRenamed,
    TalkRestored,
    ToolCalled,
    TurnAccepted,
    TurnDelta,
    TurnDrafted,
    TurnEnded,
    TurnEvent,
    TurnHeard,
    TurnWithdrawn,
)
from hub.events.timers import (
    TimerEnded,
    TimerEvent,
    TimerRang,
    TimerSet,
)
from hub.events.watch import (
    LoopBlocked,
    PluginCrashed,
)

__all__ = [
    "AT_ONCE_S",
    "ApprovalAnswered",
    "ApprovalAsked",
    "ApprovalExpired",
    "BreakerChanged",
    "BudgetReached",
    "Bus",
    "CheckupDone",
    "ChildChanged",
    "ClockChanged",
    "Event",
    "HubRecovered",
    "JobChanged",
    "LanguageAsked",
    "LoopBlocked",
    "ModelProgress",
    "ModelsChecked",
    "PluginChanged",
    "PluginCrashed",
    "ServerSeen",
    "SpeechError",
    "SpeechHeard",
    "SpeechInterrupted",
    "SpeechTaken",
    "Subscription",
    "TalkDeleted",
    "TalkEvent",
    "TalkRenamed",
    "TalkRestored",
    "TimerEnded",
    "TimerEvent",
    "TimerRang",
    "TimerSet",
    "ToolCalled",
    "ToolRefused",
    "TurnAccepted",
    "TurnDelta",
    "TurnDrafted",
    "TurnEnded",
    "TurnEvent",
    "TurnHeard",
    "TurnWithdrawn",
]
