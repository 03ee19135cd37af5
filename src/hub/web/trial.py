"""Ask the language models one question outside of any talk, and tell who answered, how fast, for how much."""

from __future__ import annotations

import time
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from hub.conversation.prompt import Prompt
from hub.errors import HubError
from hub.llm.provider import Answer, Delta
from hub.llm.routing.candidates import is_model
from hub.web.lanes import seconds
from hub.web.money import usd

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from hub.hub import Hub
    from hub.llm.provider import Caps, Message, Request

LONGEST = 2_000


class Question:
    """One question of a ``person``, without a talk before it (see `hub.llm.router.Asked`)."""

    def __init__(self, text: str, person: str, own: str = "") -> None:
        self._prompt, self._person = Prompt("", (), text, own), person

    def for_provider(self, caps: Caps) -> Request:
        """Return the request that fits ``caps``."""
        return replace(self._prompt.for_provider(caps), person=self._person)

    def prefix(self, caps: Caps) -> tuple[Message, ...]:
        """Return what comes before the words."""
        return self._prompt.prefix(caps)


@dataclass(slots=True)
class Trial:
    """One question and what came of it, as the page shows it. ``who``: the only one asked, "" for any."""

    text: str = ""
    who: str = ""
    answer: str = ""
    by: str = ""
    passed: list[str] = field(default_factory=list)
    wrong: str = ""


class Trials:
    """Asks, for each person one question at a time."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._busy: set[str] = set()

    def choices(self) -> list[tuple[str, str]]:
        """Return name and title of all who can be asked."""
        return [(one.name, self._title(one.name)) for one in self._hub.router.providers if is_model(one.caps)]

    def check(self, text: str, who: str) -> None:
        """Raise `HubError` when that cannot be asked."""
        if not text:
            raise HubError("There is nothing to ask yet.", fix="Write a question.")
        if len(text) > LONGEST:
            raise HubError(f"That is longer than {LONGEST:,} characters.", fix="Write less.")
        if who and who not in dict(self.choices()):
            raise HubError("I do not know who that is.", fix="Choose one of the list.")

    async def ask(self, trial: Trial, person: str) -> AsyncGenerator[str, None]:
        """Yield the answer as it comes; ``trial`` then says who gave it. Raises as `check` does."""
        self.check(trial.text, trial.who)
        if person in self._busy:
            raise HubError("I am still answering the one before.", fix="Wait for its end.")
        self._busy.add(person)
        began, first, by = time.monotonic(), None, Answer()
        question = Question(trial.text, person, self._hub.settings.system_prompt)
        only = {trial.who} if trial.who else None
        try:
            stream = self._hub.router.answer(question, by, only=only, models_only=True)
            async with aclosing(stream) as pieces:
                async for piece in pieces:
                    if isinstance(piece, Delta):
                        first = first or time.monotonic()
                        trial.answer += piece.text
                        yield piece.text
        finally:
            self._busy.discard(person)
            trial.by = self._said(by, (first or time.monotonic()) - began, time.monotonic() - began)
            trial.passed = list(by.refusals)

    def told(self, trial: Trial) -> dict[str, Any]:
        """Return the end of an answer, for a script."""
        return {"by": trial.by, "passed": trial.passed}

    def _said(self, by: Answer, first_s: float, whole_s: float) -> str:
        """Return who answered, how fast and for how much."""
        name, _, model = by.provider.partition("/")
        who = self._title(name) + (f", {model}" if model else "")
        cost = f" {usd(by.cost)}." if by.cost else " It cost nothing."
        on = " Another went on in the middle." if by.resumed else ""
        return f"{who}. First word after {seconds(first_s)}, whole after {seconds(whole_s)}.{cost}{on}"

    def _title(self, name: str) -> str:
        caps = next((one.caps for one in self._hub.router.providers if one.name == name), None)
        title = (caps.title if caps else "") or ("a fixed line" if name == "canned" else name or "nobody")
        return title[:1].upper() + title[1:]
