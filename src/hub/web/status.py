"""Say how all is: what is not well and what to do, where things run, and whether one can talk."""

from __future__ import annotations

import os
import statistics
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from hub.backup.note import last
from hub.events import ModelProgress, PluginChanged, SpeechError, TurnEnded
from hub.llm.figures import overview
from hub.ports import NullSpeech, Speech
from hub.web.money import usd

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hub.events import Event
    from hub.hub import Hub
    from hub.plugin.lifecycle import Plugin

Tone = Literal["well", "care", "stop", "off"]
COMING = {"missing", "fetching", "checking"}
STARTING = {"discovered", "imported", "configured", "starting"}
SHORT = 60
DAY_S = 86_400
EVENTS = 24


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that is not well: why, and what to do. ``anchor``: where the page tells more."""

    title: str
    headline: str
    reason: str
    fix: str
    tone: Tone
    anchor: str
    then: str = ""
    """What goes on in spite of it, as the end of a sentence."""

    @property
    def heals(self) -> bool:
        """Whether it mends itself: then it is said, but nobody is needed."""
        return self.fix.startswith("Wait")


@dataclass(frozen=True, slots=True)
class Ears:
    """Whether one can talk: ready, fetching (``done`` of ``total`` bytes), starting or off."""

    state: Literal["ready", "fetching", "starting", "off"]
    word: str
    hint: str
    done: int = 0
    total: int = 0


READY = Ears("ready", "Ready", "Tap, or press Space, and talk")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the event list."""

    at: float
    line: str
    care: bool


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of the foot."""

    before: str
    value: str
    after: str = ""


def tone(hub: Hub, plugin: Plugin) -> Tone:
    """Return how a plugin does; what is merely off by choice, or not built, is no fault."""
    if plugin.state == "ready":
        return "well"
    if plugin.state == "degraded":
        return "care"
    wanted = plugin.manifest.built and plugin.name not in hub.settings.disabled
    return "stop" if plugin.state == "disabled" and wanted else "off"


def faults(hub: Hub, language: Sequence[Mapping[str, Any]] = ()) -> list[Fault]:
    """Return what is not well, the worst first; ``language``: how each language model does."""
    coming = fetching(hub) is not None
    failed = _model_fault(hub)
    found = [failed] if failed else []
    found += _language_faults(hub, language, without_own=coming or failed is not None)
    for plugin in hub.plugins:
        kind = tone(hub, plugin)
        waits = coming and kind == "care" and plugin.manifest.models
        if kind in ("care", "stop") and not waits:
            found.append(_plugin_fault(plugin, kind))
    return sorted(found, key=lambda fault: fault.tone != "stop")


def _plugin_fault(plugin: Plugin, kind: Tone) -> Fault:
    return Fault(
        title=f"{plugin.title} is {plugin.state}",
        headline=_headline(plugin.title, plugin.reason, plugin.state),
        reason=plugin.reason,
        fix=plugin.fix,
        tone=kind,
        anchor=f"plugin-{plugin.name}",
    )


def _model_fault(hub: Hub) -> Fault | None:
    for file in hub.models.files:
        state = hub.models.state(file.name)
        if state.state == "failed":
            missing = f"I could not get my {file.title}"
            return Fault(missing, missing, state.reason, state.fix, "stop", "needs")
    return None


def _language_faults(hub: Hub, language: Sequence[Mapping[str, Any]], *, without_own: bool) -> list[Fault]:
    """Return which language models are not asked, or could not answer; and who answers for the first.

    ``without_own``: that the model in the box is not there is told already.
    """
    stands = overview.standings(hub, language)
    answering = next((one for one in stands if one.ok), None)
    then = f"{overview.within(answering.title)} answers" if answering else "a fixed line answers"
    away = [one for one in stands if not one.ok and not (without_own and one.name == hub.embedded.name)]
    known = {one.name for one in stands}
    others = [one for one in language if not one["ok"] and one["name"] not in known]
    return [
        *(_away(one, then if one is stands[0] else "") for one in away),
        *(_language_fault(one) for one in others if not without_own),
    ]


def _away(one: overview.Standing, then: str) -> Fault:
    """Return the fault of a language model that is not asked."""
    said = f"{one.title} {one.doing}"
    headline = said if one.state != "closed" else _headline(one.title, one.why, "not ready")
    fix = one.fix or ("" if one.state == "closed" else "Wait: I look again by myself.")
    return Fault(said, headline, one.why, fix, "care", "needs", then)


def _language_fault(about: Mapping[str, Any]) -> Fault:
    title = str(about["title"] or about["name"])
    headline = _headline(title, about["reason"], "not ready")
    return Fault(
        f"{title[:1].upper()}{title[1:]} is not ready",
        headline,
        about["reason"],
        about["fix"],
        "care",
        "needs",
    )


def _headline(title: str, reason: str, state: str) -> str:
    text = reason.strip().rstrip(".")
    if not text or len(text) > SHORT:
        return f"{title} is {state}"
    if title.lower() in text.lower():
        return text
    return f"{title}: {text[0].lower()}{text[1:]}"


def fetching(hub: Hub) -> tuple[str, int, int] | None:
    """Return the title of what is being fetched first, its bytes so far and in all; None when all is here."""
    states = [(file.title, hub.models.state(file.name)) for file in hub.models.files]
    first = next((title for title, state in states if state.state in COMING), None)
    if first is None:
        return None
    same = [state for title, state in states if title == first]
    return (
        first,
        sum(state.total if state.state == "ready" else state.done for state in same),
        sum(state.total for state in same),
    )


def ears(hub: Hub) -> Ears:
    """Return whether one can talk now, and if not, why and what would help."""
    speech = _speech(hub)
    voice = None if isinstance(speech, NullSpeech) else _voice_plugin(hub)
    there = not isinstance(speech, NullSpeech)
    if there and (voice is None or voice.state == "ready"):
        return READY
    if coming := fetching(hub):
        title, done, total = coming
        share = megabytes(done, total)
        return Ears("fetching", f"Getting my {title}", f"{share}. Write meanwhile.", done, total)
    if any(plugin.state in STARTING for plugin in hub.plugins):
        return Ears("starting", "Waking", "My ears are starting. Write meanwhile.")
    if voice and voice.fix.startswith("Wait"):
        return Ears("starting", "Waking", f"{voice.reason} Write meanwhile.")
    return _off(hub, speech) or READY


def _off(hub: Hub, speech: Speech) -> Ears | None:
    """Return why there is no voice; None when a press may well work."""
    null = isinstance(speech, NullSpeech)
    fault = _model_fault(hub) or next(iter(faults(hub) if null else ()), None)
    if fault:
        return Ears("off", "Off", f"{fault.reason} {fault.fix}".strip())
    return Ears("off", "Off", f"{speech.reason} {speech.fix}") if isinstance(speech, NullSpeech) else None


def _speech(hub: Hub) -> Speech:
    return hub.port(Speech)  # type: ignore[type-abstract]  # a Protocol is the key


def _voice_plugin(hub: Hub) -> Plugin | None:
    """Return the first running plugin that brings models along: while they come, there is no voice."""
    return next((plugin for plugin in hub.plugins if plugin.manifest.models and plugin.running), None)


def calm(hub: Hub) -> str:
    """Return the sentence of a hub without faults."""
    if coming := fetching(hub):
        title, done, total = coming
        return f"Getting my {title}, {megabytes(done, total)}; writing works already."
    if any(plugin.state in STARTING for plugin in hub.plugins):
        return "I am starting; writing works already."
    asked = [one.caps for one in hub.router.providers]
    if far := next((caps for caps in asked if caps.distance == "world"), None):
        return f"All well. Language may run on {far.title}."
    if any(caps.distance == "house" for caps in asked):
        return "All well. I run in this house only."
    return "All well. I run on this machine only."


def where(hub: Hub, language: Sequence[Mapping[str, Any]] = ()) -> str:
    """Return where voice and language run; ``language``: how each language model does."""
    if server := _server(hub, language):
        return f"Language on {server}; {_voice_place(hub)}."
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    here = f"on {cores} cores" if cores > 1 else "on one core"
    if isinstance(_speech(hub), NullSpeech):
        return f"Language runs here, {here}. No voice yet."
    if ears(hub).state in ("fetching", "starting"):
        return f"Voice and language will both run here, {here}."
    return f"Voice and language both run here, {here}."


def _server(hub: Hub, language: Sequence[Mapping[str, Any]]) -> str:
    """Return the title of the server that answers now, or "" when it is the model in the box."""
    first = next((one for one in overview.standings(hub, language) if one.ok), None)
    return first.title if first and first.quality == "full" else ""


def _voice_place(hub: Hub) -> str:
    if isinstance(_speech(hub), NullSpeech):
        return "no voice yet"
    return "voice will run here" if ears(hub).state in ("fetching", "starting") else "voice runs here"


def events(hub: Hub) -> list[Line]:
    """Return what happened lately, newest first; the same sentence twice in a row stands once."""
    lines: list[Line] = []
    for event in reversed(hub.bus.recent(500)):
        text = event.line()
        if text and not _quiet(event) and not (lines and lines[-1].line == text):
            lines.append(Line(event.at, text, _worrying(event)))
        if len(lines) == EVENTS:
            break
    return lines


def _quiet(event: Event) -> bool:
    """Say whether ``event`` is no news: a part that is not wanted, or one that is on its way."""
    if not isinstance(event, PluginChanged):
        return False
    return event.reason in {"Not built yet", "Switched off"} or event.fix.startswith("Wait")


def _worrying(event: Event) -> bool:
    if isinstance(event, PluginChanged | ModelProgress | TurnEnded):
        return event.state in {"degraded", "disabled", "failed"}
    return isinstance(event, SpeechError) or event.name == "child.changed"


def foot(hub: Hub, memory: int) -> list[Figure]:
    """Return the figures of the foot; ``memory``: bytes that the hub and its children hold."""
    return [
        *_cost(hub),
        Figure("First word", first_word(hub)),
        Figure("RAM", f"{memory / 2**20:,.0f} MiB"),
        Figure("Backup", backup(hub)),
        Figure("Up", span(time.time() - hub.started)),
        Figure("Hub", hub.version),
    ]


def _cost(hub: Hub) -> list[Figure]:
    """Return what language cost today, of its cap; nothing where it costs nothing and has none."""
    day = hub.budget.standing()[0]
    if not (day.spent or day.limit):
        return []
    return [Figure("Cost today", usd(day.spent), f"of {usd(day.limit)}" if day.limit else "")]


def backup(hub: Hub) -> str:
    """Return when the last backup was made, and that it was read back if it was."""
    made = last(hub)
    if made is None:
        return "none yet"
    at, verified = made
    when = time.strftime("%H:%M" if time.time() - at < DAY_S else "%d %b", time.localtime(at)).lstrip("0")
    return f"{when}, verified" if verified else when


def first_word(hub: Hub) -> str:
    """Return how long the language model took to its first word, in the median of its latest answers."""
    ended = [event for event in hub.bus.recent(500) if isinstance(event, TurnEnded)]
    seconds = [event.seconds for event in ended if event.quality in ("basic", "full")]
    return f"{statistics.median(seconds[-20:]):.1f} s" if seconds else "not measured yet"


def megabytes(done: int, total: int) -> str:
    """Return ``12 of 51 MB``; its parts are not torn apart at the end of a line."""
    return f"{done / 1e6:.0f} of {total / 1e6:.0f} MB".replace(" ", "\N{NO-BREAK SPACE}")


def span(seconds: float) -> str:
    """Return a span of time in its largest unit."""
    for size, name in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if seconds >= size:
            count = int(seconds // size)
            return f"{count} {name}{'s' if count > 1 else ''}"
    return "under a minute"
