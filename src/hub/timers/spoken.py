"""Answer what is said or written about timers; what changes something is done only once it was accepted."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from hub.llm.provider import Act, Caps, Declined, Delta, Done, Piece, Probe, Request
from hub.timers import phrases
from hub.timers.commands import (
    QUESTIONS,
    REMIND_WHAT,
    Ask,
    Do,
    Pick,
    Refuse,
    Remind,
    SetAlarm,
    SetTimer,
)
from hub.timers.timers import SNOOZE_S, Timers
from hub.timers.when import Impossible

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from hub.timers.commands import Command
    from hub.timers.timer import Timer

WHICH = "Which one: "
_CUES = re.compile(
    r"timer|alarm|remind|wake|countdown|count down|snooze|stopwatch|stop|quiet|silence|hush|shut up|enough"
    r"|off|dismiss|cancel|minute|hour|second|time|mute|longer|awake|(?:me|us) up\b"
    r"|i'?m up|i am up|shush|forget|how long|\bset\b|\bleft\b|\d",
    re.IGNORECASE,
)
_DROPPED = frozenset(
    ["the", "my", "one", "1", "timer", "alarm", "reminder", "a", "for", "to", "at", "please", "about", "that"]
)


class Spoken:
    """The `Provider` that keeps timers; declines all that is not about them."""

    name = "timers"
    caps = Caps(local=True, quality="exact", prompt_tokens=400, fixed_tokens=0, title="timers")

    def __init__(self, timers: Timers) -> None:
        self._timers = timers

    async def stream(self, request: Request, deadline: float) -> AsyncIterator[Piece]:
        """Answer the last message, read with my own last question if there was one.

        What only looks is answered at once; what changes something is an `Act`. Raises `Declined`.
        """
        del deadline
        command = self._understand([message.text for message in request.messages])
        if command is None:
            raise Declined
        answer = self._look(command)
        if answer is None:
            yield Act(lambda: self._act(command))
        else:
            yield Delta(answer)
        yield Done()

    async def probe(self) -> Probe:
        """Say that it is always ready."""
        return Probe(ok=True)

    # -- understand ------------------------------------------------------------------------------------

    def _understand(self, texts: Sequence[str]) -> Command | None:
        """Return the command in the last of ``texts``; an answer to my question completes an earlier one."""
        if not texts:
            return None
        asked = texts[-2] if len(texts) > 2 else ""  # noqa: PLR2004  the order, my question, the answer
        follow = self._follow(texts[-3], asked, texts[-1]) if asked else None
        return follow or self._parse(texts[-1])

    def _parse(self, text: str) -> Command | None:
        if not _CUES.search(text):
            return None
        from hub.timers.parse import parse  # noqa: PLC0415  its patterns, when they are first needed

        command = parse(text, self._timers.now())
        if isinstance(command, Do) and not self._minds(command):
            return None
        return command

    def _minds(self, command: Do) -> bool:
        """Say whether words that may be about anything are about timers now."""
        if command.what == "stop":
            return bool(self._timers.ringing())
        vague = command.pick.kind is None and command.what in ("left", "add", "cancel")
        return not vague or bool(self._find(command.pick))  # "how long for the pasta" is one called so

    def _follow(self, order: str, question: str, text: str) -> Command | None:

        if question.startswith(WHICH):
            command = self._parse(order)
            if isinstance(command, Do):
                return self._chosen(command, text)
        if question not in QUESTIONS or self._parse(text):
            return None
        joined = f"{order} to {text}" if question == REMIND_WHAT else f"{order} {text}"
        for attempt in (joined, f"{order} for {text}", f"{order} at {text}"):
            command = self._parse(attempt)
            if command and not isinstance(command, Ask | Refuse):
                return command
        return None

    def _chosen(self, command: Do, text: str) -> Command | None:
        from hub.intents.words import plain  # noqa: PLC0415  as above

        words = plain(text)
        if re.fullmatch(r"(?:all|both|all of them|both of them|every one|everyone)", words):
            return Do(command.what, Pick(command.pick.kind, all=True), command.seconds)
        pick = Pick(command.pick.kind, words)
        return Do(command.what, pick, command.seconds) if words and self._find(pick) else None

    # -- look --------------------------------------------------------------------------------------------

    def _look(self, command: Command) -> str | None:
        """Return the answer to what changes nothing; None for what does."""
        match command:
            case Ask(question):
                return question
            case Refuse(reason):
                return reason
            case Do("list", pick):
                return self._listed(pick)
            case Do("left", pick):
                return self._left(pick)
        return None

    def _listed(self, pick: Pick) -> str:
        found = self._timers.list(*([pick.kind] if pick.kind else []))
        if not found:
            return f"No {pick.kind or 'timer, alarm or reminder'} is set."
        return f"{phrases.listed([self._about(timer) for timer in found[:8]])}{_more(len(found) - 8)}."

    def _left(self, pick: Pick) -> str:
        found = self._find(pick)
        if not found:
            return self._none(pick)
        return f"{phrases.listed([self._about(timer) for timer in found[:4]])}{_more(len(found) - 4)}."

    def _about(self, timer: Timer) -> str:
        if timer.state == "ringing":
            return f"{timer.title}: ringing now"
        if timer.state == "paused":
            return f"{timer.title}: paused with {phrases.span(timer.left)} left"
        if timer.kind == "timer" or timer.due is None:
            return f"{timer.title}: {phrases.span(max(1, timer.left))} left"
        every = f", {timer.every}" if timer.every else ""
        return f"{timer.title}: {phrases.moment(self._timers.local(timer.due), self._timers.now())}{every}"

    # -- act ---------------------------------------------------------------------------------------------

    async def _act(self, command: Command) -> str:
        """Do it, and say exactly what was done. Raises `HubError` for what cannot be done."""
        try:
            match command:
                case SetTimer():
                    return await self._set_timer(command)
                case SetAlarm():
                    return await self._set_alarm(command)
                case Remind():
                    return await self._remind(command)
                case Do():
                    return await self._do(command)
        except Impossible as error:
            return str(error)
        raise AssertionError(command)

    async def _set_timer(self, command: SetTimer) -> str:
        timer = await self._timers.timer(command.seconds, command.name)
        now, span = self._timers.now(), phrases.span(command.seconds)
        title = timer.title if command.name else "Timer"
        if command.seconds < 60 or timer.due is None:  # noqa: PLR2004  nobody needs the minute of that
            return f"{title} set for {span}."
        return f"{title} set for {span}; it rings {phrases.at(self._timers.local(timer.due), now)}."

    async def _set_alarm(self, command: SetAlarm) -> str:
        when, now = command.when, self._timers.now()
        at = when.seconds if when.seconds is not None else when.start(now, "wake")
        alarm = await self._timers.alarm(at, command.name, rule=when.rule, every=when.every)
        return f"{alarm.title} set {self._for(alarm)}."

    async def _remind(self, command: Remind) -> str:
        when, now = command.when, self._timers.now()
        at = when.seconds if when.seconds is not None else when.start(now, "day")
        reminder = await self._timers.remind(at, command.text, rule=when.rule, every=when.every)
        return f"Reminder set {self._for(reminder)}: {reminder.name}."

    def _for(self, timer: Timer) -> str:
        then = self._timers.local(timer.due or 0.0)
        if timer.every:
            return f"{timer.every}, first {phrases.at(then, self._timers.now())}"
        said = phrases.moment(then, self._timers.now())
        return f"for {said}"

    async def _do(self, command: Do) -> str:
        found = self._find(command.pick)
        if command.what in ("stop", "snooze") or (command.what == "cancel" and _ringing(found)):
            return await self._hush(command, found)
        if not found:
            return self._none(command.pick)
        if len(found) > 1 and not command.pick.all:
            return WHICH + phrases.listed([_called(timer) for timer in found[:6]], "or") + "?"
        return await self._each(command, found)

    async def _each(self, command: Do, found: Sequence[Timer]) -> str:
        match command.what:
            case "cancel":
                gone = [await self._timers.cancel(timer.id) for timer in found]
                return f"{phrases.listed([timer.title for timer in gone])} cancelled."
            case "add":
                return self._moved(await self._timers.add(found[0].id, command.seconds))
            case "pause":
                held = await self._timers.pause(found[0].id)
                return f"{held.title} paused with {phrases.span(held.left)} left."
            case "resume":
                return self._moved(await self._timers.resume(found[0].id))
        raise AssertionError(command)

    async def _hush(self, command: Do, found: Sequence[Timer]) -> str:
        """Stop or snooze what rings: all of it, unless one was named."""
        ringing = _ringing(found)
        if not ringing:
            return (
                "Nothing rings."
                if self._timers.list() or command.what == "snooze"
                else self._none(command.pick)
            )
        if command.what == "snooze":
            pause = command.seconds or SNOOZE_S
            for timer in ringing:
                await self._timers.snooze(timer.id, pause)
            return f"{phrases.listed([timer.title for timer in ringing])} snoozed for {phrases.span(pause)}."
        for timer in ringing:
            await self._timers.stop(timer.id)
        return f"{phrases.listed([timer.title for timer in ringing])} stopped."

    def _moved(self, timer: Timer) -> str:
        if timer.due is None:
            return f"{timer.title}: {phrases.span(timer.left)} left, paused."
        then = phrases.at(self._timers.local(timer.due), self._timers.now())
        return f"{timer.title}: {phrases.span(timer.left)} left; it rings {then}."

    # -- find --------------------------------------------------------------------------------------------

    def _find(self, pick: Pick) -> Sequence[Timer]:
        """Return those that ``pick`` may mean, the next first."""
        found = self._timers.list(*([pick.kind] if pick.kind else []))
        wanted = [word for word in pick.words.split() if word not in _DROPPED]
        if not wanted:
            return found
        return [timer for timer in found if self._has(timer, wanted)]

    def _has(self, timer: Timer, wanted: Sequence[str]) -> bool:
        """Say whether ``timer`` is called, or is set for, the words ``wanted``."""
        from hub.intents.words import plain  # noqa: PLC0415  as above
        from hub.timers.peel import peel  # noqa: PLC0415

        bag = set(plain(f"{timer.title} {timer.name} {timer.every}").split())
        bag |= {word.removesuffix("s") for word in bag}
        if all(word in bag or word.removesuffix("s") in bag for word in wanted):
            return True
        try:
            when, rest = peel(" ".join(wanted), self._timers.now(), end=False, bare=True)
        except Impossible:
            return False
        if rest or when.clock is None or timer.due is None:
            return False
        then, (hour, minute) = self._timers.local(timer.due), when.clock
        exact = bool(when.half or when.sure)
        hours = (
            {hour}
            | (set() if exact else {hour % 12, hour % 12 + 12})
            | ({hour % 12 + 12} if when.half == "pm" else set())
        )
        return (then.hour in hours) and then.minute == minute

    def _none(self, pick: Pick) -> str:
        if pick.words:
            return f"There is no {pick.kind or 'timer'} called {pick.words}."
        return f"No {pick.kind or 'timer'} is set."


def _ringing(found: Sequence[Timer]) -> list[Timer]:
    return [timer for timer in found if timer.state == "ringing"]


def _called(timer: Timer) -> str:
    """Return the shortest name that tells ``timer`` from others."""
    return timer.name or timer.title.removesuffix(" timer")


def _more(count: int) -> str:
    return f", and {count} more" if count > 0 else ""
